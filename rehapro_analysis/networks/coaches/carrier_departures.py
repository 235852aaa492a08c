"""What happened where carriers left: are ties lost more often in the months after?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import beta

from rehapro_analysis.networks.chance.chance import tail
from rehapro_analysis.networks.coaches.carriers import PAIR, last_day
from rehapro_analysis.results import Result
from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

LOST = ("dormant", "ended", "declined", "withdrawn", "failed", "impossible")
TIE = ["project", *PAIR]
MONTH = 365.25 / 12


@dataclass(frozen=True, eq=False)
class _Histories:
    """Ties from the day they became active: ``days`` (T,) until loss or lock, ``lost`` (T,), and ``departures``
    (T, K), days from the start to the departures of carriers while the tie stood, nan where there are fewer."""

    days: np.ndarray
    lost: np.ndarray
    departures: np.ndarray

    def exposed(self, departures: np.ndarray, window: float) -> tuple[np.ndarray, np.ndarray]:
        """Losses within ``window`` days of a departure, and days within, both (...); ``departures`` (..., T, K)."""
        ordered = np.sort(departures, axis=-1)
        until = np.minimum(np.concatenate([ordered[..., 1:], np.full((*ordered.shape[:-1], 1), np.nan)], axis=-1),
                           self.days[:, None])
        until = np.where(np.isnan(until), self.days[:, None], until)
        days = np.where(np.isnan(ordered), 0.0, np.minimum(until - ordered, window))
        soon = (self.days[:, None] - ordered <= window).any(axis=-1) & self.lost
        return soon.sum(axis=-1), days.sum(axis=(-2, -1))


def loss_after_departure(study: Study, *, months: float = 6, draws: int = 2000, seed: int = 0, level: float = 0.95,
                         lock: date | str | None = None) -> Result:
    """The rate at which ties are lost in the ``months`` after a carrier left, against all other tie-months.

    A tie is watched from the day it became active (``tie_events``) until it falls asleep, ends or is refused, or to the
    lock day; all projects together. ``table``, one row: ties, departures, lost_after, months_after, lost_other,
    months_other, rate_ratio, lower, upper (exact, given the number of losses; Clopper & Pearson 1934), p_value
    (one-sided: all departures of a tie moved to another time of its life, as on a ring).

    Caution: only departures before the day of the loss count, because a carrier's time also ends where the tie does;
    whether a departure or its reason cost a tie cannot be told. :class:`StudyError` if no carried tie has a history.
    """
    day = last_day(study) if lock is None else day_of(lock)
    ties = _histories(study, day)
    window = months * MONTH
    lost_after, days_after = (float(part) for part in ties.exposed(ties.departures, window))
    lost_other, days_other = ties.lost.sum() - lost_after, ties.days.sum() - days_after
    lower, upper = _limits(lost_after, lost_other, days_after, days_other, level)
    row = {"ties": len(ties.days), "departures": int(np.isfinite(ties.departures).sum()), "lost_after": int(lost_after),
           "months_after": days_after / MONTH, "lost_other": int(lost_other), "months_other": days_other / MONTH,
           "rate_ratio": _ratio(lost_after * days_other, lost_other * days_after), "lower": lower, "upper": upper,
           "p_value": _by_chance(ties, window, draws, seed)}
    said = ("The rate of loss is constant within and outside these months, and alike in all projects.",
            "Ties are independent.", "Without an effect a departure falls on any day of a tie's life.")
    return Result(pd.DataFrame([row]), f"loss of ties within {months:g} months after a departure", said,
                  len(ties.days), study.origin("carriers", "tie_events"), ("departures",))


def _histories(study: Study, day: pd.Timestamp) -> _Histories:
    carriers, events = study.table("carriers"), study.table("tie_events").sort_values("on", kind="stable")
    starts = events[events["status"] == "active"].groupby(TIE)["on"].first()
    starts = starts[starts.index.isin(pd.MultiIndex.from_frame(carriers[TIE])) & (starts < day)]
    if starts.empty:
        raise StudyError.of("No carried tie has a day on which it became active.", "Add its steps to tie_events.csv.")
    later = events[events["status"].isin(LOST)].set_index(TIE)["on"]
    later = later[later.index.isin(starts.index)]
    later = later[(later > starts.reindex(later.index)) & (later <= day)].groupby(level=TIE).first()
    ends = later.reindex(starts.index)
    days = (ends.fillna(day) - starts).dt.days.to_numpy(float)
    gone = carriers.dropna(subset=["until"]).drop_duplicates([*TIE, "until"])
    gone = gone[pd.MultiIndex.from_frame(gone[TIE]).isin(starts.index)]
    place = starts.index.get_indexer(pd.MultiIndex.from_frame(gone[TIE]))
    since = (gone["until"].to_numpy() - starts.to_numpy()[place]) / np.timedelta64(1, "D")
    seen = (since > 0) & (since < days[place])
    return _Histories(days, ends.notna().to_numpy(), _padded(place[seen], since[seen], len(days)))


def _padded(place: np.ndarray, values: np.ndarray, rows: int) -> np.ndarray:
    """Values of each row side by side, nan where there are fewer than in the longest."""
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=rows)
    column = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    found = np.full((rows, max(counts.max(initial=0), 1)), np.nan)
    found[place[order], column] = values[order]
    return found


def _by_chance(ties: _Histories, window: float, draws: int, seed: int) -> float:
    """Chance of as many losses after departures, beyond those their time lets expect, at another time of each tie."""
    turn = np.random.default_rng(seed).random((draws, len(ties.days), 1)) * ties.days[:, None]
    moved = np.mod(ties.departures + turn, ties.days[:, None])

    def excess(departures: np.ndarray) -> np.ndarray:
        lost, days = ties.exposed(departures, window)
        return lost - ties.lost.sum() * days / ties.days.sum()

    return float(tail(np.array([excess(ties.departures)]), excess(moved)[:, None], 1)[0])


def _limits(after: float, other: float, days_after: float, days_other: float, level: float) -> tuple[float, float]:
    """Limits of the rate ratio: given all losses, those after a departure are binomial."""
    total, low = after + other, (1 - level) / 2
    if total == 0 or days_after == 0 or days_other == 0:
        return np.nan, np.nan
    lower = beta.ppf(low, after, other + 1) if after else 0.0
    upper = beta.ppf(1 - low, after + 1, other) if other else 1.0
    return tuple(_ratio(share * days_other, (1 - share) * days_after) for share in (lower, upper))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("inf") if part else float("nan")
