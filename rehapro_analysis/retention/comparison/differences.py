"""Differences: the shares at a milestone and the times up to a horizon, group against group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.comparison import cause_position
from rehapro_analysis.retention.comparison.contrasts import UNDECIDED, contrasts, decision_columns
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.retention.curves.limits import normal_quantile
from rehapro_analysis.retention.curves.mean_limits import mean_limits
from rehapro_analysis.retention.event_tables.events import EventTable
from rehapro_analysis.retention.exits.competing import SAID, check_positive
from rehapro_analysis.retention.exits.incidence import Incidence, incidence
from rehapro_analysis.retention.exits.incidence_limits import cause_counts

Estimates = tuple[np.ndarray, np.ndarray]  # values and their variances, shape (G,) each
COLUMNS = ["comparison", "measure", "horizon", "estimate", "std_error", "std_error_log", "lower", "upper", "statistic",
           "df", "p_value", "p_adjusted"]


def milestone_test(table: EventTable, time: float, *, cause: str | None = None, pairwise: bool = False,
                   variance: str = "auto", level: float = 0.95) -> Result:
    """Whether the groups differ in the share still there - or gone for a cause - at a time set beforehand.

    Shares P with standard errors s are compared as g = log(-log P) with variance V = (s/(P log P))^2:
    statistic sum (g - mean g)^2/V, the mean weighted by 1/V; for two groups (g1 - g2)^2/(V1 + V2).
    ``estimate`` is the plain difference, first less second, with its standard error and plain limits;
    it is missing where more than two groups are compared at once.

    ``table``: comparison, time, estimate, std_error, lower, upper, statistic, df, p_value, p_adjusted.
    A share of 0 or 1 has no g, and a group not watched up to the time no share: such rows are empty.
    Caution: below 20 persons a group prefer the permutation test. Source: Klein et al. 2007.

    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4] * 2, "left": [1, 0] + 6 * [1], "project": list("AAAABBBB")})
    >>> table = event_table(people, stop="month", event="left", by="project")
    >>> milestone_test(table, 2).table["estimate"].tolist()
    [0.25]
    """
    check_positive("time", time)
    found = incidence(table, variance)
    share, error = (values[:, _column(table, cause)] for values in found.at(time))
    share = 1 - share if cause is None else share
    with np.errstate(divide="ignore", invalid="ignore"):
        tested = np.log(-np.log(share)), (error / (share * np.log(share))) ** 2
    frame = _compared(table, pairwise, (share, error**2), tested, level, within=(-1, 1))
    frame.insert(1, "time", float(time))
    what = "still there" if cause is None else f"gone for {cause}"
    return Result(frame, f"difference of the share {what} at {time:g} {table.unit}, log-log test", _assumptions(found),
                  table.n, table.origin)


def restricted_mean_test(table: EventTable, horizon: float, *, cause: str | None = None, pairwise: bool = False,
                         ci: str = "plain", variance: str = "auto", level: float = 0.95) -> Result:
    """Whether the groups differ in the mean time in the programme - or lost by a cause - up to a horizon.

    Two measures a comparison: "difference" m1 - m2 with variance V1 + V2, and "ratio" m1/m2, tested and
    limited on the log scale with variance V1/m1^2 + V2/m2^2. More than two groups at once: the
    statistic alone. Set the horizon before looking, usually the planned length.

    ``ci`` "plain" takes limits from these variances. Any other name of :func:`restricted_mean` takes the limits
    (l, u) of each mean m on that method and adds up the distances in squares: for the difference the lower
    limit is m1 - m2 - sqrt((m1 - l1)^2 + (u2 - m2)^2), the upper one with u1 and l2, for the ratio the
    same of the logs. The tests stay those of the variances.

    ``table``: comparison, measure, horizon, estimate, std_error (difference), std_error_log (ratio), lower,
    upper, statistic, df, p_value, p_adjusted (Holm over the comparisons of a measure). Empty where a
    group was not watched up to the horizon and not everybody had left.

    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4] * 2, "left": [1, 0] + 6 * [1], "project": list("AAAABBBB")})
    >>> table = event_table(people, stop="month", event="left", by="project")
    >>> restricted_mean_test(table, 4).table["estimate"].round(6).tolist()
    [0.375, 1.15]
    """
    check_positive("horizon", horizon)
    found = incidence(table, variance)
    area, error = (values[:, _column(table, cause)] for values in found.area(horizon))
    mean = horizon - area if cause is None else area
    plain = mean, error**2
    with np.errstate(divide="ignore", invalid="ignore"):
        logged = np.log(mean), (error / mean) ** 2
        sides = None if ci == "plain" else _mean_limits(found, _column(table, cause), horizon, mean, error, ci, level)
        log_sides = None if sides is None else np.log(sides)
    difference = _compared(table, pairwise, plain, plain, level, (-horizon, horizon), sides)
    ratio = _compared(table, pairwise, logged, logged, level, sides=log_sides)
    ratio = ratio.rename(columns={"std_error": "std_error_log"})
    ratio[["estimate", "lower", "upper"]] = np.exp(ratio[["estimate", "lower", "upper"]])
    frame = pd.concat([difference.assign(measure="difference"), ratio.assign(measure="ratio")])
    frame = frame.assign(horizon=float(horizon)).sort_index(kind="stable").reset_index(drop=True)
    what = "in the programme" if cause is None else f"lost by {cause}"
    return Result(frame[COLUMNS], f"difference and ratio of the mean time {what}, {percent(level)} {ci} limits",
                  _assumptions(found), table.n, table.origin)


def _mean_limits(found: Incidence, cause: int, horizon: float, mean: np.ndarray, error: np.ndarray, ci: str,
                 level: float) -> np.ndarray:
    """Limits of each group's mean, shape (2, G); a mean time lost is the horizon less the mean time not lost."""
    lost = cause < len(found.table.causes)
    kept = horizon - mean if lost else mean
    sides = np.array(mean_limits(cause_counts(found, cause), kept, error, horizon, ci=ci, level=level))
    return horizon - sides[::-1] if lost else sides


def _compared(table: EventTable, pairwise: bool, plain: Estimates, tested: Estimates, level: float,
              within: tuple[float, float] = (-np.inf, np.inf), sides: np.ndarray | None = None) -> pd.DataFrame:
    """One row a comparison: the difference of ``plain`` with limits, and the test of ``tested``.

    ``sides`` are limits of the values themselves, shape (2, G); without them, those of their variances.
    """
    compared = contrasts(table, pairwise)
    codes = np.array([code for _, code in compared])
    if sides is None:
        sides = plain[0] + np.outer([-1, 1], normal_quantile(level) * np.sqrt(plain[1]))
    value, variance, low, high = (part[codes] for part in (*plain, *sides))
    pairs = codes.shape[1] == 2
    gap = value[:, 0] - value[:, 1] if pairs else np.full(len(codes), np.nan)
    error = np.sqrt(variance.sum(axis=1)) if pairs else gap
    lower, upper = difference_limits(value, low, high) if pairs else (gap, gap)
    return pd.DataFrame({
        "comparison": [name for name, _ in compared], "estimate": gap, "std_error": error,
        "lower": np.maximum(lower, within[0]), "upper": np.minimum(upper, within[1]),
        **decision_columns(_wald(*(part[codes] for part in tested)), np.full(len(codes), codes.shape[1] - 1))})


def difference_limits(value: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the first less the second of two independent values, from limits of each; shapes (C, 2) to (C,).

    The distances to the limits are added up in squares: m1 - m2 - sqrt((m1 - l1)^2 + (u2 - m2)^2) and
    m1 - m2 + sqrt((u1 - m1)^2 + (m2 - l2)^2), so that limits that are not symmetric stay so.

    >>> low, high = difference_limits(np.array([[8.0, 5.0]]), np.array([[5.0, 4.0]]), np.array([[9.0, 9.0]]))
    >>> low.tolist(), high.round(6).tolist()
    ([-2.0], [4.414214])
    """
    gap, below, above = value[:, 0] - value[:, 1], value - lower, upper - value
    return gap - np.hypot(below[:, 0], above[:, 1]), gap + np.hypot(above[:, 0], below[:, 1])


def _wald(value: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Squared distances from their weighted mean, shape (C, G) to (C,); nan without variance."""
    known = np.all(np.isfinite(value) & (variance > 0), axis=1)
    precision = np.where(known[:, None], 1 / np.where(variance > 0, variance, 1), np.nan)
    value = np.where(np.isfinite(value), value, np.nan)
    mean = np.sum(precision * value, axis=1) / precision.sum(axis=1)
    return np.sum(precision * (value - mean[:, None]) ** 2, axis=1)


def _column(table: EventTable, cause: str | None) -> int:
    return len(table.causes) if cause is None else cause_position(table, cause)


def _assumptions(found: Incidence) -> tuple[str, ...]:
    table = found.table
    said = ["Groups are independent; those censored would have gone on like those still watched.",
            f"Standard errors: {SAID[found.variance]}."]
    if len(table.strata) > 1:
        said.append("Strata are pooled.")
    if table.delayed:
        said.append("Some are watched only from a later entry; early risk sets may be small.")
    return (*said, UNDECIDED)
