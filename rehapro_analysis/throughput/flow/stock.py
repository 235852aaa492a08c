"""Expected stock: the entries carried forward by the retention curve, beside the stock that was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.days import day_number
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.flow import Months, flow_counts
from rehapro_analysis.throughput.flow.stays import Stays, month_start, read_stays
from rehapro_analysis.throughput.forecasts.retention_by_day import RetentionByDay, resampled, retention_by_day

STOCK = "stock"
ROUNDING = 1e-9


@dataclass(frozen=True)
class Cohorts:
    """Entry days of one group with their people, shape (k,): ``day``, ``size``, and ``start``, the last day since
    entry on which they are known to be there: -1 for those who enter only later."""

    day: np.ndarray
    size: np.ndarray
    start: np.ndarray

    @classmethod
    def present(cls, stays: Stays, group: int, since: int) -> Cohorts:
        """Those present at the midnight before the day ``since``."""
        there = (stays.group == group) & (stays.entered < since) & (stays.left >= since)
        day, size = np.unique(stays.entered[there], return_counts=True)
        return cls(day, size, since - 1 - day)

    @classmethod
    def entering(cls, stays: Stays, group: int, since: int) -> Cohorts:
        """Those who enter on the day ``since`` or later."""
        entries = stays.entries[group, since - stays.first:]
        place = np.flatnonzero(entries)
        return cls(since + place, entries[place], np.full(len(place), -1))

    def shares(self, curve: RetentionByDay, months: Months) -> np.ndarray:
        """Shares of each entry day by month, shape (..., months, k, 1 + K): present at the month's end, then who
        left in the month by cause."""
        later = (months.end - 1)[:, None] - self.day
        before = np.maximum((months.start - 1)[:, None] - self.day, self.start)
        stayed = curve.staying_at(self.start)[..., None, :]
        there = np.where(later < 0, 0.0, curve.staying_at(later)) / stayed
        gone = (curve.gone_at(np.maximum(later, self.start)) - curve.gone_at(before)) / stayed[..., None]
        return np.concatenate([there[..., None], gone], axis=-1)

    def carried(self, curve: RetentionByDay, months: Months) -> np.ndarray:
        """People expected by month, shape (..., months, 1 + K); those who enter later by one matrix product."""
        if (self.start >= 0).any():
            return np.einsum("...mkc,k->...mc", self.shares(curve, months), self.size)
        days = curve.staying.shape[-1]
        entries = np.zeros((days, len(months.end)))
        later = (months.end - 1)[:, None] - self.day
        month, cohort = np.nonzero(later >= 0)
        entries[later[month, cohort], month] = self.size[cohort]
        gone = np.swapaxes(curve.gone, -1, -2) @ entries
        stock = (curve.staying @ entries)[..., None, :]
        return np.swapaxes(np.concatenate([stock, np.diff(gone, axis=-1, prepend=0.0)], axis=-2), -1, -2)


def expected_stock(study: Study, *, by: str | Sequence[str] | None = "project", since: date | str | None = None,
                   project: str | Sequence[str] | None = None, origin: str | None = None,
                   lock: date | str | None = None, replicates: int = 200, seed: int = 0) -> Result:
    """The stock and the exits by cause that entries and retention curve lead to, beside those that were.

    At the end of day t, E L(t) = L0(t) + sum over entry days a of A(a) S(t - a), with S and F_k the
    Kaplan-Meier and Aalen-Johansen curves of the group's own people; L0 are those present at the midnight before
    ``since``, a first day of a month (default: nobody yet), each kept with S(t - a)/S(since - 1 - a). Exits of
    cause k in a month: sum of A(a) (F_k(t2 - a) - F_k(t1 - a)). z = (observed - expected)/sqrt(process_var +
    estimation_var), the first the sum of p(1 - p) over the people, the second the variance of the expectation over
    ``replicates`` resampled curves.

    Columns, one row a group, month and quantity ("stock" at the month's end, then the causes): the groups, month,
    complete, quantity, observed, expected, process_sd, estimation_sd, z (empty without variance). Raises
    :class:`StudyError` for a day after the data.

    Caution: the curve has seen the same people; a large z says that staying has changed over calendar time, a small
    one is no proof that it has not.

    >>> day = pd.to_datetime(["2021-01-11", "2021-01-15", "2021-02-10", None])
    >>> study = Study({"projects": pd.DataFrame({"project": ["A"]}), "episodes": pd.DataFrame({
    ...     "project": "A", "participant": ["a", "b"], "coach": "c", "referred_on": day[3], "entered_on": day[:2],
    ...     "planned_until": day[3], "left_on": day[2:], "exit": ["dropout", None], "origin": "own"})})
    >>> expected_stock(study, lock="2021-02-28").table[["quantity", "observed", "expected"]]
      quantity  observed  expected
    0    stock         2       2.0
    1  dropout         0       0.0
    2    stock         1       1.0
    3  dropout         1       1.0
    """
    stays = read_stays(study, by, project=project, origin=origin, lock=lock)
    begin = stays.first if since is None else max(day_number(since), stays.first)
    if begin > stays.lock or begin != month_start(begin):
        raise StudyError.of(f"since={since} is not the first day of a month with data.",
                            f"Choose one up to {np.datetime64(stays.lock, 'D')}.")
    months = Months.between(begin, stays.lock)
    frame = pd.concat([_compared(stays, group, months, resampled(
        stays.by_length[group], replicates, np.random.default_rng([seed, group])))
        for group in range(len(stays.groups))], ignore_index=True)
    labels = stays.groups.iloc[frame.pop("group")].reset_index(drop=True)
    return Result(pd.concat([labels, frame], axis=1), "expected stock and exits by convolution",
                  _assumptions(stays, begin, replicates), len(stays.group), stays.origin, ("observed",))


def _compared(stays: Stays, group: int, months: Months, drawn: np.ndarray) -> pd.DataFrame:
    """Observed and expected by month and quantity; ``drawn`` are resampled stays by length and end."""
    begin = int(months.start[0])
    cohorts = [make(stays, group, begin) for make in (Cohorts.present, Cohorts.entering)]
    curve, others = retention_by_day(stays.by_length[group]), retention_by_day(drawn)
    expected = sum(part.carried(curve, months) for part in cohorts)
    shares = [part.shares(curve, months) for part in cohorts]
    process = sum(np.einsum("mkc,k->mc", share * (1 - share), part.size)
                  for share, part in zip(shares, cohorts, strict=True))
    estimation = np.std(sum(part.carried(others, months) for part in cohorts), axis=0)
    observed = _observed(stays, group, months)
    sd = np.sqrt(np.maximum(process, 0) + estimation**2)
    z = np.divide(observed - expected, sd, out=np.full(sd.shape, np.nan), where=sd > ROUNDING)
    return _long(group, months, [STOCK, *stays.causes], observed=observed, expected=expected,
                 process_sd=np.sqrt(np.maximum(process, 0)), estimation_sd=estimation, z=z)


def _observed(stays: Stays, group: int, months: Months) -> np.ndarray:
    counts = flow_counts(stays, Months.between(stays.first, stays.lock))
    shown = [counts["stock_end"][group], *(counts[cause][group] for cause in stays.causes)]
    return np.stack(shown, axis=1)[-len(months.start):]


def _long(group: int, months: Months, quantities: list[str], **values: np.ndarray) -> pd.DataFrame:
    """One row a month and quantity from values of shape (months, quantities)."""
    size = len(quantities)
    return pd.DataFrame({
        "group": group, "month": np.repeat(months.first_days, size), "complete": np.repeat(months.complete, size),
        "quantity": quantities * len(months.start), **{name: value.ravel() for name, value in values.items()}})


def _assumptions(stays: Stays, begin: int, replicates: int) -> tuple[str, ...]:
    said = ["Staying is the same for every day of entry.",
            "The curve has seen the same people: a large z speaks of change over time, a small one proves nothing.",
            "Beyond the longest time seen the curve is carried on flat.",
            f"The curve's uncertainty comes from {replicates} resamples of people (exponential weights)."]
    if begin > stays.first:
        said.append(f"Those present before {np.datetime64(begin, 'D')} are carried on given the days they had stayed.")
    return tuple(said)
