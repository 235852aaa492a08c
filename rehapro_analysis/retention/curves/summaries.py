"""Summaries of staying: quantiles, milestones, follow-up, staying on, and the numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.comparison import cause_position
from rehapro_analysis.retention.curves.curves import (
    Steps,
    counts_frame,
    curve_limits,
    curve_result,
    percent,
    standard_error,
    steps,
)
from rehapro_analysis.retention.curves.limits import survival_limits
from rehapro_analysis.retention.event_tables.coding import TIE
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.exits.incidence import incidence
from rehapro_analysis.retention.exits.incidence_limits import cause_limits
from rehapro_analysis.study.problems import StudyError


def quantiles(table: EventTable, probabilities: float | Sequence[float] = (0.25, 0.5, 0.75), *, ci: str = "log-log",
              level: float = 0.95) -> Result:
    """Times by which given shares have left, by group; 0.5 is the median stay.

    The first time with 1 - S above the share; where 1 - S equals it (within sqrt(eps)), the middle
    between that time and the next fall, or the last time if there is none (R's rule). The limits are
    the same rule on the limits of the curve. Empty where the curve does not go that far.

    Columns: the groups, probability, estimate, lower, upper.
    """
    curve = steps(table)
    return _quantiles(curve, probabilities, ci, level, f"quantiles of the stay, {percent(level)} {ci} limits")


def median_follow_up(table: EventTable, *, ci: str = "log-log", level: float = 0.95) -> Result:
    """How long people were watched: the median of the curve with exits and censorings exchanged.

    Exits at a time leave the risk set before the censorings at that time: hazard c/(n - d).
    Columns as in :func:`quantiles`.
    """
    return _quantiles(steps(table, reverse=True), (0.5,), ci, level, "median follow-up, reverse Kaplan-Meier")


def _quantiles(curve: Steps, probabilities: float | Sequence[float], ci: str, level: float, method: str) -> Result:
    shares = np.atleast_1d(np.asarray(probabilities, float))
    if not ((shares > 0) & (shares < 1)).all():
        raise StudyError.of("Probabilities must lie between 0 and 1.", "Write 0.5 for the median.")
    lower, upper = curve_limits(curve, ci=ci, level=level)
    columns = {"estimate": curve.survival, "lower": lower, "upper": upper}
    found = {name: _crossings(curve, values, shares).ravel() for name, values in columns.items()}
    groups = curve.table.groups
    frame = groups.loc[groups.index.repeat(len(shares))].reset_index(drop=True)
    frame = frame.assign(probability=np.tile(shares, len(groups)), **found)
    return curve_result(curve, frame, method, cells=())


def _crossings(curve: Steps, values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Shape (groups, shares): where 1 - values crosses each share; limits that do not exist are passed over."""
    runs = curve.runs
    gone = np.maximum.accumulate(np.nan_to_num(1 - runs.matrix(values, np.nan), nan=-np.inf), axis=1)[:, None, :]
    times = runs.matrix(curve.time.astype(float), np.nan)
    last = curve.time[runs.last].astype(float)[:, None]
    first_at, first_above = (_first(gone > shares[:, None] + move, times, last) for move in (-TIE, TIE))
    return (first_at + np.where(np.isnan(first_above), last, first_above)) / 2


def _first(reached: np.ndarray, times: np.ndarray, last: np.ndarray) -> np.ndarray:
    place = reached.argmax(axis=2)
    return np.where(reached.any(axis=2), np.take_along_axis(times, place, axis=1), np.nan)


def milestone(table: EventTable, times: float | Sequence[float], *, cause: str | None = None, ci: str = "log-log",
              level: float = 0.95) -> Result:
    """The share still in the programme - or gone for a cause - at given times, by group, with its limits.

    ``ci`` as in :func:`~rehapro_analysis.retention.kaplan_meier`. For a rare cause take "beta-product": in a small
    group nobody may have left for it, and then only these limits exist (see
    :func:`~rehapro_analysis.retention.exits.incidence_limits.cause_limits`). Empty where a group was not watched that
    long and not everybody had left.

    Columns: the groups, time, n_risk (just before), estimate, std_error, lower, upper.

    Of 10 people nobody has found work; the upper limit is where 0.025 = (1 - upper)^10:

    >>> from rehapro_analysis.retention import event_table
    >>> people = pd.DataFrame({"month": [1, 2, *[9] * 8], "exit": ["dropout"] * 2 + ["work"] * 8})
    >>> table = event_table(people, stop="month", event="exit")
    >>> milestone(table, [6], cause="work", ci="beta-product").table[["estimate", "lower", "upper"]].round(6)
       estimate  lower     upper
    0       0.0    0.0  0.308497
    """
    curve, at = steps(table), np.atleast_1d(times)
    found = _staying(curve, at, ci, level) if cause is None else _gone(table, cause, at, ci, level)
    frame = _by_time(table, at).assign(n_risk=_at_risk(table.pooled(), at).ravel())
    what = "still there" if cause is None else f"gone for {cause}"
    return curve_result(curve, frame.assign(**{name: values.ravel() for name, values in found.items()}),
                        f"share {what}, {percent(level)} {ci} limits", cells=("n_risk",))


def _staying(curve: Steps, at: np.ndarray, ci: str, level: float) -> dict[str, np.ndarray]:
    lower, upper = curve_limits(curve, ci=ci, level=level)
    known = {"estimate": curve.survival, "std_error": standard_error(curve), "lower": lower, "upper": upper}
    low, high = _nobody_yet(curve.n_risk[curve.runs.first], ci, level)
    before = {"estimate": 1.0, "std_error": 0.0, "lower": low, "upper": high}
    return {name: curve.at(values, at, before[name]) for name, values in known.items()}


def _gone(table: EventTable, cause: str, at: np.ndarray, ci: str, level: float) -> dict[str, np.ndarray]:
    found, column = incidence(table), cause_position(table, cause)
    lower, upper = cause_limits(found, column, ci=ci, level=level)
    known = {"estimate": found.share[:, column], "std_error": found.std_error[:, column], "lower": lower,
             "upper": upper}
    low, high = _nobody_yet(found.table.n_risk[found.table.runs.first], ci, level)
    before = {"estimate": 0.0, "std_error": 0.0, "lower": 1 - high, "upper": 1 - low}
    row = found.table.runs.find(found.table.time, at)
    watched = np.stack([found.known(time) for time in at], axis=1)
    return {name: np.where(watched, np.where(row < 0, before[name], values[row]), np.nan)
            for name, values in known.items()}


def _nobody_yet(n: np.ndarray, ci: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits, shape (groups, 1), of the share still there before anybody of n has left or was censored."""
    exists = np.where(ci == "beta-product", 1.0, np.full((len(n), 1), np.nan))
    return exists * ((1 - level) / 2) ** (1 / n[:, None]), exists


def conditional_survival(table: EventTable, given: float, *, ci: str = "log-log", level: float = 0.95) -> Result:
    """The share staying on among those still there at a time: S(t)/S(given) for t after it, by group.

    The variance of its log is Greenwood's sum over (given, t]. A group in which nobody is left at
    the time has no rows. Columns as in :func:`~rehapro_analysis.retention.kaplan_meier`.
    """
    curve = steps(table)
    start = curve.runs.find(curve.time, np.array([given]))[:, 0][curve.runs.row]
    base = np.where(start < 0, 1.0, curve.survival[start])
    kept = (curve.time > given) & (base > 0)
    before = np.where(start < 0, 0.0, curve.var_log[start])[kept]
    after = replace(curve.only(kept), survival=curve.survival[kept] / base[kept],
                    var_log=curve.var_log[kept] - before)
    lower, upper = survival_limits(after.survival, np.sqrt(after.var_log), ci=ci, level=level)
    frame = counts_frame(after, after.survival, standard_error(after), lower, upper)
    return curve_result(after, frame, f"staying on given {given:g} {table.unit}, {percent(level)} {ci} limits")


def risk_table(table: EventTable, times: float | Sequence[float]) -> Result:
    """The numbers under a curve as data: who is watched, has left, was censored at given times, by group.

    ``n_risk`` counts entry < time <= exit, that is just before the time; ``cumulative_events`` and
    ``cumulative_censored`` count up to and including it. Strata are pooled.

    >>> from rehapro_analysis.retention import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 2, 3], "left": [True, True, False, True]})
    >>> risk_table(event_table(people, stop="month", event="left"), [0, 2]).table.astype(int)
       time  n_risk  cumulative_events  cumulative_censored
    0     0       4                  0                    0
    1     2       3                  2                    1
    """
    refuse_other(table)
    pooled, at = table.pooled(), np.atleast_1d(times)
    row = pooled.runs.find(pooled.time, at)
    sums = {"cumulative_events": pooled.n_exit, "cumulative_censored": pooled.n_censored}
    columns = {name: np.where(row < 0, 0.0, pooled.runs.cumsum(counts)[row]).ravel()
               for name, counts in sums.items()}
    frame = _by_time(table, at).assign(n_risk=_at_risk(pooled, at).ravel(), **columns)
    return Result(frame, "numbers at risk just before each time", (), table.n, table.origin,
                  ("n_risk", "cumulative_events", "cumulative_censored"))


def _by_time(table: EventTable, times: np.ndarray) -> pd.DataFrame:
    groups = table.groups
    frame = groups.loc[groups.index.repeat(len(times))].reset_index(drop=True)
    return frame.assign(time=np.tile(times, len(groups)))


def _at_risk(table: EventTable, times: np.ndarray) -> np.ndarray:
    """Shape (groups, times): the number with entry < time <= exit."""
    row = table.runs.find(table.time, times, before=True)
    after = table.n_risk - table.n_exit - table.n_censored + table.n_enter
    return np.where(row < 0, table.n_risk[table.runs.first][:, None], after[row])
