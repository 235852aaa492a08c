"""Durations to draw from: stays and patience, as a retention curve, a sample, a fixed or an exponential time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rehapro_analysis.retention.curves.curves import steps
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.events import EventTable
from rehapro_analysis.study.problems import StudyError

TAILS = ("exponential", "last")
_TAIL_SAID = {
    "exponential": "{share:.0%} of the curve of staying is still open at its end, month {end:g}; from there on it "
                   "falls exponentially, as if its average hazard went on (Brown, Hollander and Korwar).",
    "last": "{share:.0%} of the curve of staying is still open at its end, month {end:g}; all of them are taken to "
            "leave then (Efron), which makes stays too short.",
}


@dataclass(frozen=True, eq=False)
class Duration:
    """A distribution of months: steps of its survival curve at ``time``, then an exponential tail of ``rate``.

    S falls to ``survival`` at each ``time`` (rising, shape (T,)); after the last of them S(t) =
    exp(-rate t), unless the steps end at 0. ``said`` are sentences about how it was made.
    """

    time: np.ndarray
    survival: np.ndarray
    rate: float = np.inf
    origin: str = "own"
    said: tuple[str, ...] = ()
    _until: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        widths = np.diff(self.time, prepend=0.0)
        object.__setattr__(self, "_until", np.cumsum(widths * np.append(1.0, self.survival)[:len(self.time)]))

    @property
    def _end(self) -> tuple[float, float, float]:
        """Time, survival and area where the steps end."""
        ends = (self.time, self.survival, self._until)
        return tuple(float(part[-1]) for part in ends) if len(self.time) else (0.0, 1.0, 0.0)

    @property
    def mean(self) -> float:
        """The mean, area under the curve, in months."""
        _, survival, area = self._end
        return area + (survival / self.rate if survival else 0.0)

    def quantile(self, share: np.ndarray) -> np.ndarray:
        """The smallest time by which more than ``share`` (from 0 up to below 1) have left.

        >>> duration([2.0, 2.0, 8.0]).quantile(np.array([0.0, 0.6, 0.7])).tolist()
        [2.0, 2.0, 8.0]
        """
        place = np.searchsorted(1 - self.survival, share, side="right")
        if not self._end[1]:
            return self.time[place]
        return np.where(place < len(self.time), np.append(self.time, 0.0)[place], -np.log1p(-share) / self.rate)

    def area(self, time: np.ndarray) -> np.ndarray:
        """The integral of S from 0 to each time: months that a person spends there by then, on average.

        >>> duration(12).area(np.array([6.0, 18.0])).tolist()
        [6.0, 12.0]
        """
        end, survival, whole = self._end
        inside = np.interp(time, np.append(0.0, self.time), np.append(0.0, self._until))
        if not survival:
            return inside
        after = (survival - np.exp(-self.rate * np.maximum(time, end))) / self.rate
        return np.where(np.asarray(time) > end, whole + after, inside)

    def rest(self, share: np.ndarray) -> np.ndarray:
        """Quantiles of the time still ahead of those found there in a steady state: density S(t)/mean.

        >>> duration(12).rest(np.array([0.25, 0.5])).tolist()
        [3.0, 6.0]
        """
        if not self.mean:
            return np.zeros_like(share)
        end, survival, whole = self._end
        area = np.asarray(share) * self.mean
        inside = np.interp(area, np.append(0.0, self._until), np.append(0.0, self.time))
        if not survival:
            return inside
        left = np.maximum(survival - np.maximum(area - whole, 0) * self.rate, np.finfo(float).tiny)
        return np.where(area > whole, -np.log(left) / self.rate, inside)


def exponential(mean: float) -> Duration:
    """A duration without memory, with its mean in months.

    >>> exponential(6).mean
    6.0
    """
    if not mean > 0:
        raise StudyError.of(f"The mean {mean!r} is not a positive number of months.", "Give a positive mean.")
    return Duration(np.empty(0), np.empty(0), 1 / mean)


def duration(months: float | Sequence[float] | EventTable | Duration, *, tail: str = "exponential") -> Duration:
    """The distribution behind a number of months, a sample of months, or an event table.

    A number is the same for everybody; a sample is drawn from with replacement; an event table of one
    group and the clock "months" gives its Kaplan-Meier curve, all exits pooled. Where nobody is left to
    be watched and some have not yet left, ``tail`` decides: "exponential" goes on from the curve's end
    with S(t) = exp(t log S(end)/end), "last" lets all leave at the end.

    Raises :class:`StudyError` for negative or missing months, an empty sample, a table of several
    groups or of days, and a curve that never falls.

    Source: Brown, Hollander and Korwar 1974; Efron 1967.

    >>> duration([3.0, 6.0, 9.0]).mean
    6.0
    """
    check_choice("tail", tail, TAILS)
    if isinstance(months, Duration):
        return months
    if isinstance(months, EventTable):
        return _from_curve(months, tail)
    values = np.atleast_1d(np.asarray(months, float))
    if not len(values) or not np.isfinite(values).all() or (values < 0).any():
        raise StudyError.of("A duration is empty, negative or missing.", "Give months from 0 on.")
    time, count = np.unique(values, return_counts=True)
    return Duration(time, 1 - np.cumsum(count) / len(values))


def _from_curve(table: EventTable, tail: str) -> Duration:
    if len(table.groups) != 1 or table.unit == "days":
        raise StudyError.of(f"The table has {len(table.groups)} group(s) and the clock {table.unit!r}.",
                            'Count one group in months: cohort(study, clock="months").')
    curve = steps(table)
    left, end, still = curve.n_event > 0, float(curve.time[-1]), float(curve.survival[-1])
    time, survival = curve.time[left].astype(float), curve.survival[left]
    if not left.any() or (still and not end):
        raise StudyError.of("Nobody of this table has been seen to leave, so there is no curve of staying.",
                            "Take a longer time of watching, or a planned stay as a number.")
    if not still:
        return Duration(time, survival, origin=table.origin)
    said = (_TAIL_SAID[tail].format(share=still, end=end),)
    if tail == "last":
        return Duration(np.append(time, end), np.append(survival, 0.0), origin=table.origin, said=said)
    # A flat step at the curve's end: the tail begins there, and not at the last exit.
    return Duration(np.append(time, end), np.append(survival, still), -np.log(still) / end, table.origin, said)
