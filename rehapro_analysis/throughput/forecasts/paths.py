"""Possible futures: arrivals drawn by month, everybody kept or leaving by chance along a drawn retention curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.throughput.flow.flow import Months
from rehapro_analysis.throughput.flow.stays import Stays
from rehapro_analysis.throughput.flow.stock import Cohorts
from rehapro_analysis.throughput.forecasts.arrivals import ARRIVALS, Seen, draw_arrivals
from rehapro_analysis.throughput.forecasts.planned_ends import rates_beyond
from rehapro_analysis.throughput.forecasts.retention_by_day import extended, resampled

BATCH = 100  # futures drawn at a time


@dataclass(frozen=True)
class Paths:
    """Possible futures of one group: entries and exits by month, stock at its end, each (replicates, months)."""

    entries: np.ndarray
    exits: np.ndarray
    stock: np.ndarray


@dataclass(frozen=True)
class Future:
    """What is assumed of the time after the lock: ``months`` from the day after it, how people arrive, from how
    many months back that is learnt (None: all), and the exits to be counted (None: all)."""

    months: Months
    arrivals: str = ARRIVALS[0]
    window: int | None = None
    cause: str | None = None

    def __post_init__(self) -> None:
        check_choice("arrivals", self.arrivals, ARRIVALS)


def draw_paths(stays: Stays, group: int, future: Future, replicates: int, rng: np.random.Generator) -> Paths:
    """Futures of one group; each has its own arrival rate and its own retention curve (resampled people).

    Within a future people arrive by chance, evenly over the days of a month, and each stays or leaves by chance.
    """
    parts = [_drawn(stays, group, future, min(BATCH, replicates - done), rng) for done in range(0, replicates, BATCH)]
    return Paths(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("entries", "exits", "stock")))


def _drawn(stays: Stays, group: int, future: Future, size: int, rng: np.random.Generator) -> Paths:
    months = future.months
    counted = np.array([future.cause in (None, name) for name in stays.causes], bool)
    ends = _joined(stays.by_length[group][:, :-1], counted, stays.by_length[group][:, -1:])
    beyond = _joined(rates_beyond(stays, group, int(months.end[-1]) - stays.first), counted)
    beyond = beyond if stays.causes else np.full(beyond.shape, np.nan)
    curve = extended(ends, resampled(ends, size, rng), beyond)
    present = Cohorts.present(stays, group, stays.lock + 1)
    days = np.arange(months.start[0], months.end[-1])
    coming = Cohorts(days, np.ones(len(days)), np.full(len(days), -1))
    length = months.end - months.start
    by_month = np.add.reduceat(coming.shares(curve, months), months.start - days[0], axis=2) / length[:, None]
    shares = np.concatenate([present.shares(curve, months), by_month], axis=2)
    entries = draw_arrivals(Seen.of(stays, group, future.window), length / months.length, future.arrivals, size, rng)
    stock, exits = _thinned(present.size, entries, shares, rng)
    return Paths(entries, exits, stock)


def _joined(by_cause: np.ndarray, counted: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """Columns by cause as one of the counted causes and, if there are others, one of these; then further columns."""
    parts = [counted] if counted.all() else [counted, ~counted]
    return np.column_stack([*(by_cause[:, part].sum(axis=1) for part in parts), *others])


def _thinned(present: np.ndarray, entries: np.ndarray, shares: np.ndarray,
             rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Stock and counted exits by month: cohorts by entry day, then by month of entry, thinned month by month."""
    size, n_months = entries.shape
    there = np.concatenate([np.broadcast_to(present, (size, len(present))), np.zeros_like(entries)], axis=1)
    before = np.concatenate([np.ones((size, len(present))), np.zeros_like(entries, float)], axis=1)
    stock, exits = np.zeros_like(entries), np.zeros_like(entries)
    for month in range(n_months):
        there[:, len(present) + month] = entries[:, month]
        before[:, len(present) + month] = 1.0
        kept, counted = shares[:, month, :, 0], shares[:, month, :, 1]
        left = there - rng.binomial(there, _ratio(kept, before))
        exits[:, month] = rng.binomial(left, _ratio(counted, before - kept)).sum(axis=1)
        there, before = there - left, kept
        stock[:, month] = there.sum(axis=1)
    return stock, exits


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.clip(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0), 0.0, 1.0)
