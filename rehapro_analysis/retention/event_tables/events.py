"""The event table: who is at risk, who leaves and why, at every time and in every group.

Conventions, all R's: a spell counts in (entry, exit]; at a tied time exits come first, then
censorings, then entries. Rows without an entry are watched from before time 0, so that leaving on
the first day (time 0) counts. Every estimate and test of this pillar follows from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.retention.event_tables.coding import Axis
from rehapro_analysis.retention.event_tables.counting import cross_tally, distinct, tally
from rehapro_analysis.retention.event_tables.labels import Labels
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.event_tables.spells import Spells, causes_of, names, read_spells
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import StudyError

ENTRY, CENSORED = -2, -1  # what can happen besides the causes 0, 1, ...
ROUNDING = 1e-12  # share of a group's weight below which a remaining risk set is rounding


@dataclass(frozen=True)
class Cells:
    """Lossless counts, one entry a combination of stratum, group, entry, exit and cause.

    ``entry`` is minus infinity where there was none; ``cause`` is a position in
    ``EventTable.causes`` or -1 for censored; ``n`` counts spells, ``weight`` and ``weight_sq``
    add up weights and squared weights (both equal ``n`` without weights). Sorted by all keys.
    """

    stratum: np.ndarray
    group: np.ndarray
    entry: np.ndarray
    exit: np.ndarray
    cause: np.ndarray
    n: np.ndarray
    weight: np.ndarray
    weight_sq: np.ndarray


@dataclass(frozen=True)
class EventTable:
    """Counts by stratum, group and time; rows are sorted by them, shape (R,).

    ``by`` and ``within`` say what the codes in ``group`` and ``stratum`` stand for. ``tick`` numbers the
    times: equal times have equal ticks. ``n_risk`` is the number with entry < time <= exit; ``n_event``
    has shape (R, K), one column a cause. All counts are sums of weights. ``n`` counts spells.
    """

    by: Labels
    within: Labels
    causes: tuple[str, ...]
    stratum: np.ndarray
    group: np.ndarray
    time: np.ndarray
    tick: np.ndarray
    n_enter: np.ndarray
    n_risk: np.ndarray
    n_censored: np.ndarray
    n_event: np.ndarray
    n: int
    origin: str
    unit: str
    delayed: bool
    weighted: bool
    read_cells: Callable[[], Cells] = field(repr=False, compare=False)

    @cached_property
    def cells(self) -> Cells:
        """The lossless counts behind the table; counted on first use."""
        return self.read_cells()

    @cached_property
    def runs(self) -> Runs:
        """The rows of each stratum and group as runs, for cumulative sums and products."""
        return Runs(self.stratum, self.group)

    @property
    def groups(self) -> pd.DataFrame:
        """One row a group, whose row number is its code."""
        return self.by.frame

    @property
    def strata(self) -> pd.DataFrame:
        """One row a stratum, whose row number is its code."""
        return self.within.frame

    @cached_property
    def n_exit(self) -> np.ndarray:
        """Shape (R,): exits of any cause."""
        return self.n_event @ np.ones(len(self.causes))

    def pooled(self) -> EventTable:
        """The same persons in a single stratum: counts are added, the risk sets joined."""
        if self.within.size == 1:
            return self
        counts = np.vstack([self.n_enter, self.n_censored, self.n_event.T])
        order = np.lexsort((self.time, self.group))
        runs = Runs(self.group[order], self.time[order])
        counts = np.add.reduceat(counts[:, order], runs.first, axis=1)
        group, time, tick = (values[order][runs.first] for values in (self.group, self.time, self.tick))
        stratum = np.zeros(len(group), np.intp)
        return replace(
            self, within=Labels({}, 1), stratum=stratum, group=group, time=time,
            tick=tick, n_enter=counts[0], n_censored=counts[1], n_event=counts[2:].T,
            n_risk=_at_risk(Runs(group), counts, self.weighted), read_cells=lambda: _pooled_cells(self.cells))

    def to_frame(self) -> pd.DataFrame:
        """The table as a frame: strata, groups, time, counts, one column of exits a cause."""
        labels = [self.strata.iloc[self.stratum], self.groups.iloc[self.group]]
        counts = pd.DataFrame({"time": self.time, "n_enter": self.n_enter, "n_risk": self.n_risk,
                               "n_censored": self.n_censored})
        events = pd.DataFrame(self.n_event, columns=list(self.causes))
        return pd.concat([part.reset_index(drop=True) for part in (*labels, counts, events)], axis=1)


def refuse_other(table: Any) -> None:
    """Refuse what is no event table, such as the frame that one is to be counted from."""
    if not isinstance(table, EventTable):
        raise StudyError.of(f"This needs an event table and got a {type(table).__name__}.",
                            "Count the frame first: event_table(frame, stop=..., event=...).")


def event_table(frame: Any, *, stop: str, event: str, start: str | None = None,
                by: str | Sequence[str] | None = None, strata: str | Sequence[str] | None = None,
                weight: str | None = None, origin: str | None = None, unit: str = "time") -> EventTable:
    """Count a frame of spells: any frame Narwhals knows, eager or lazy.

    ``stop`` and ``start`` name columns of times since the origin (start empty or None: watched from
    before time 0); ``event`` names a column of causes, where missing, empty, "censored", False and 0
    mean still in the programme, and True or 1 alone the cause "event". ``by`` and ``strata`` name
    grouping columns, ``weight`` a column of positive weights. A column named like a grouping column
    plus "_known" holds the time at which the group became known: rows watched before are refused.
    ``origin`` is what results are labelled: documented, synthetic or own, by default as the frame's column "origin"
    tells, else own.

    Raises :class:`StudyError` with all problems at once; nothing is dropped or shifted silently.

    >>> people = pd.DataFrame({"month": [0, 2, 2, 5], "exit": ["dropout", "work", None, "work"]})
    >>> event_table(people, stop="month", event="exit").to_frame().astype(int)
       time  n_enter  n_risk  n_censored  dropout  work
    0     0        0       4           0        1     0
    1     2        0       3           1        0     1
    2     5        0       1           0        0     1
    """
    origin = frame_origin(frame, origin)
    spells = read_spells(frame, stop=stop, event=event, start=start, by=by, strata=strata, weight=weight)
    return _tabulated(spells, names(by), names(strata), origin, unit, weighted=weight is not None)


def _tabulated(spells: Spells, by: list[str], strata: list[str], origin: str, unit: str,
               weighted: bool) -> EventTable:
    amounts = (spells.n, spells.weight) if weighted else (spells.n,)
    (*labels, exits), events, sums = cross_tally([*spells.strata, *spells.by, spells.exit], spells.event, *amounts)
    cause, causes = causes_of(spells.event.levels, events)
    stratum, within = _Combined.of(strata, spells.strata, labels[: len(strata)], exits)
    group, groups = _Combined.of(by, spells.by, labels[len(strata):], exits)
    keys, counts = (stratum.codes, group.codes, exits), _by_cause(sums[-1], cause, len(causes))
    if spells.entry is not None:
        keys, counts = _merged(keys, counts, *_entries(spells, stratum, group, amounts))
    *places, time = keys
    return EventTable(
        groups, within, causes, *places, np.asarray(spells.exit.levels)[time], time,
        counts[0], _at_risk(Runs(*places), counts, weighted), counts[1], counts[2:].T,
        int(sums[0].sum()), origin, unit, spells.entry is not None, weighted,
        lambda: _cells(spells, stratum, group, len(strata), causes, weighted))


def _by_cause(sums: np.ndarray, cause: np.ndarray, n_causes: int) -> np.ndarray:
    """Rows of entries (none yet), censorings and each cause, from sums by level; shape (K + 2, R)."""
    return (cause - ENTRY == np.arange(n_causes + 2)[:, None]).astype(float) @ sums.T


def _entries(spells: Spells, stratum: _Combined, group: _Combined, amounts: tuple) -> tuple[tuple, np.ndarray]:
    """Stratum, group and time of the delayed entries, and their amount."""
    (*labels, entries), entered = tally([*spells.strata, *spells.by, spells.entry], *amounts)
    known = entries > 0
    labels, size = [label[known] for label in labels], int(known.sum())
    places = stratum.find(labels[: len(spells.strata)], size), group.find(labels[len(spells.strata):], size)
    return (*places, entries[known] - 1), entered[-1][known]


def _merged(keys: tuple[np.ndarray, ...], counts: np.ndarray, entries: tuple[np.ndarray, ...],
            entered: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The rows of the exits and those of the entries as one table."""
    both = [np.concatenate(parts) for parts in zip(keys, entries, strict=True)]
    order = np.lexsort(both[::-1])
    runs = Runs(*(key[order] for key in both))
    row = np.empty(len(order), np.intp)
    row[order] = runs.row
    merged = np.zeros((len(counts), len(runs.first)))
    merged[1:, row[: counts.shape[1]]] = counts[1:]
    merged[0, row[counts.shape[1]:]] = entered
    return [key[order][runs.first] for key in both], merged


def _at_risk(runs: Runs, counts: np.ndarray, weighted: bool) -> np.ndarray:
    """Those who leave now or later, less those who enter now or later; a rest of rounding is none."""
    leaving = np.ones(len(counts) - 1) @ counts[1:]
    if not weighted:
        return runs.count_from(leaving - counts[0])
    n_risk = runs.sum_from(leaving - counts[0])
    return np.where(n_risk - leaving <= ROUNDING * runs.sum_from(leaving), leaving, n_risk)


@dataclass(frozen=True)
class _Combined:
    """Observed combinations of label columns and the code of each counted combination."""

    sizes: tuple[int, ...]
    observed: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, columns: list[str], axes: list[Axis], labels: list[np.ndarray],
           like: np.ndarray) -> tuple[_Combined, Labels]:
        if not columns:
            return cls((), np.zeros(1, np.intp), np.zeros(len(like), np.intp)), Labels({}, 1)
        sizes = tuple(len(axis.levels) for axis in axes)
        keys = labels[0] if len(labels) == 1 else np.ravel_multi_index(labels, sizes)
        observed, codes = distinct(keys, prod(sizes))
        values = (observed,) if len(labels) == 1 else np.unravel_index(observed, sizes)
        named = {name: axis.at(value) for name, axis, value in zip(columns, axes, values, strict=True)}
        return cls(sizes, observed, codes), Labels(named, len(observed))

    def find(self, labels: list[np.ndarray], size: int) -> np.ndarray:
        """Codes of further combinations, all of them observed."""
        if not self.sizes:
            return np.zeros(size, np.intp)
        return np.searchsorted(self.observed, np.ravel_multi_index(labels, self.sizes))


def _cells(spells: Spells, stratum: _Combined, group: _Combined, n_strata: int, causes: tuple[str, ...],
           weighted: bool) -> Cells:
    entry = [] if spells.entry is None else [spells.entry]
    amounts = (spells.n, spells.weight, spells.weight_sq) if weighted else (spells.n,)
    codes, sums = tally([*spells.strata, *spells.by, *entry, spells.exit, spells.event], *amounts)
    *labels, exits, events = codes
    size = len(exits)
    began = np.full(size, -np.inf) if not entry else np.asarray(entry[0].levels)[labels.pop()]
    keys = (stratum.find(labels[:n_strata], size), group.find(labels[n_strata:], size), began,
            np.asarray(spells.exit.levels)[exits], causes_of(spells.event.levels, events)[0])
    return _added(keys, sums if weighted else sums * 3)


def _pooled_cells(cells: Cells) -> Cells:
    keys = (np.zeros(len(cells.n), np.intp), cells.group, cells.entry, cells.exit, cells.cause)
    return _added(keys, [cells.n, cells.weight, cells.weight_sq])


def _added(keys: tuple[np.ndarray, ...], sums: list[np.ndarray]) -> Cells:
    order = np.lexsort(keys[::-1])
    runs = Runs(*(key[order] for key in keys))
    return Cells(*(key[order][runs.first] for key in keys),
                 *(np.add.reduceat(amount[order], runs.first) for amount in sums))
