"""Restricted means: the average stay up to a horizon, with its standard error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import Steps, curve_result, is_robust, percent, steps
from rehapro_analysis.retention.curves.influence import robust_totals
from rehapro_analysis.retention.curves.limits import Counts, are_whole
from rehapro_analysis.retention.curves.mean_limits import mean_limits
from rehapro_analysis.retention.event_tables.events import EventTable
from rehapro_analysis.study.problems import StudyError

SMALL = 100  # people in a group, below which plain limits fell short in every setting of studies/mean_stay.csv
NARROW = f"Plain limits of a mean are too narrow in groups below {SMALL} people."


def restricted_mean(table: EventTable, horizon: float | None = None, *, ci: str = "plain", level: float = 0.95,
                    variance: str = "auto") -> Result:
    """The mean time in the programme up to a horizon, the area under the curve, by group.

    mu = integral of S from 0 to the horizon; variance sum over exit times up to it of
    A^2 d/(n(n - d)), A the area from the exit time to the horizon (a term with n = d is 0). Without
    ``horizon``: the shortest of the groups' last times. Empty where a group was not watched up to the
    horizon and not everybody had left.

    ``ci``: "plain" as R, mu -+ z se, too narrow in groups below 100 (and without width where nobody has left);
    "logit", the same on the scale log(mu/(horizon - mu)); "mid-p beta-product", exact-type limits that hold
    in groups of 15 as well, and "beta-product", more cautious: both for whole persons without delayed entry.

    Columns: the groups, horizon, estimate, std_error, lower, upper.

    >>> import pandas as pd
    >>> from rehapro_analysis.retention import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4], "left": True})
    >>> float(restricted_mean(event_table(people, stop="month", event="left"), 3).table["estimate"].iloc[0])
    2.25
    """
    curve, horizon = steps(table, variance=variance), _horizon(table, horizon)
    mean, var = mean_and_variance(curve, horizon, robust=is_robust(curve.table, variance))
    error = np.sqrt(var)
    rest = curve.n_risk - curve.n_event - curve.n_censored
    counts = Counts(curve.n_risk, curve.n_event, rest, curve.time, curve.runs,
                    are_whole(curve.n_risk, curve.table.delayed))
    lower, upper = mean_limits(counts, mean, error, horizon, ci=ci, level=level)
    frame = table.groups.assign(horizon=horizon, estimate=mean, std_error=error, lower=lower, upper=upper)
    result = curve_result(curve, frame, f"restricted mean, {percent(level)} {ci} limits", variance, ())
    if ci == "plain" and counts.n_risk[counts.runs.first].min() < SMALL:
        return replace(result, assumptions=(*result.assumptions, NARROW))
    return result


def mean_and_variance(curve: Steps, horizon: float, *, robust: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Restricted mean and its variance, shape (groups,); nan where the horizon is not reached."""
    runs, inside = curve.runs, curve.time <= horizon
    widths = np.minimum(curve.time, horizon) - np.minimum(runs.previous(curve.time.astype(float), 0.0), horizon)
    area = runs.cumsum(widths * runs.previous(curve.survival, 1.0))
    known = (horizon <= curve.time[runs.last]) | (curve.survival[runs.last] == 0)
    rest = np.maximum(horizon - curve.time[runs.last], 0) * curve.survival[runs.last]
    mean = np.where(known, area[runs.last] + rest, np.nan)
    ahead = np.where(inside, mean[runs.row] - area, 0.0)
    n, d = curve.n_risk, curve.n_event
    each = np.divide(ahead, n - d, out=np.zeros_like(n), where=(d > 0) & (d < n))
    variance = _robust_total(curve, each) if robust else runs.cumsum(each**2 * d * (n - d) / n)[runs.last]
    return mean, np.where(known, variance, np.nan)


def _robust_total(curve: Steps, each: np.ndarray) -> np.ndarray:
    everywhere = np.zeros(len(curve.table.time))
    everywhere[curve.rows] = np.nan_to_num(each)
    return robust_totals(curve.table, everywhere)


def _horizon(table: EventTable, horizon: float | None) -> float:
    if horizon is None:
        return float(table.pooled().time[table.pooled().runs.last].min())
    if not horizon > 0:
        raise StudyError.of(f"The horizon {horizon!r} is not after the origin.", "Give a positive time.")
    return float(horizon)
