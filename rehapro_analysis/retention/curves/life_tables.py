"""Life tables: stays and person-time by interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import chdtri

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.retention.curves.limits import normal_quantile, survival_limits
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.study.problems import StudyError


def life_table(table: EventTable, breaks: Sequence[float], *, ci: str = "log-log", level: float = 0.95) -> Result:
    """The actuarial life table: exits by interval, those censored within counting for half of it.

    In [start, end) with n there at its start, c censored, e entered and d exits: exposed n - c/2 + e/2,
    hazard share q = d/exposed, estimate = prod(1 - q) to the interval's end with Greenwood's standard
    error, ``rate`` = d/(width (exposed - d/2)). The last interval must end after the last time. Columns: the
    groups, start, end, n_start, n_enter, n_event, n_censored, exposed, share_leaving, rate, estimate,
    std_error, lower, upper.
    """
    edges, pooled = _edges(table, breaks), table.pooled()
    sums = {name: _by_interval(pooled, values, edges) for name, values in
            (("n_enter", pooled.n_enter), ("n_event", pooled.n_exit), ("n_censored", pooled.n_censored))}
    change = sums["n_enter"] - sums["n_event"] - sums["n_censored"]
    first = pooled.n_risk[pooled.runs.first]  # those watched from before the origin
    n_start = first[:, None] + np.cumsum(change, axis=1) - change
    exposed = n_start + (sums["n_enter"] - sums["n_censored"]) / 2
    columns = {"n_start": n_start, **sums, "exposed": exposed, **_actuarial(sums["n_event"], exposed, edges)}
    low, high = survival_limits(columns["estimate"], columns.pop("se_log"), ci=ci, level=level)
    frame = _interval_frame(table.groups, edges).assign(
        **{name: values.ravel() for name, values in {**columns, "lower": low, "upper": high}.items()})
    return Result(frame, f"actuarial life table, {percent(level)} {ci} limits",
                  ("Who is censored or enters within an interval counts for half of it.",), table.n, table.origin,
                  ("n_start", "n_enter", "n_event", "n_censored"),
                  shares=("estimate", "std_error", "lower", "upper"), counted="stays")


def _actuarial(d: np.ndarray, exposed: np.ndarray, edges: np.ndarray) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(exposed > 0, d / exposed, 0.0)
        rate = np.where(exposed > 0, d / (np.diff(edges) * (exposed - d / 2)), np.nan)
        survival = np.cumprod(1 - share, axis=1)
        se_log = np.sqrt(np.cumsum(np.where(d > 0, d / (exposed * (exposed - d)), 0.0), axis=1))
        std_error = np.where(survival > 0, survival * se_log, np.nan)
    return {"share_leaving": share, "rate": rate, "estimate": survival, "std_error": std_error, "se_log": se_log}


def period_table(table: EventTable, breaks: Sequence[float] | None = None, *, per: float = 1.0,
                 level: float = 0.95) -> Result:
    """Exits by cause per unit of time spent in the programme, by interval, with exact Poisson limits.

    Person-time is the integral of the number at risk over [start, end); the rate is ``per`` times
    exits/person-time (per=100: per 100 person-months). One row a group, interval and cause; without ``breaks``
    all the time is one interval, and start and end are no columns.
    Columns: the groups, start, end, cause, person_time, n_event, estimate, lower, upper.
    """
    refuse_other(table)
    edges = _edges(table, [0, table.time.max() + 1] if breaks is None else breaks)
    pooled = table.pooled()
    events = np.stack([_by_interval(pooled, cause, edges) for cause in pooled.n_event.T], axis=-1)
    time = np.broadcast_to(np.diff(_person_time(pooled, edges), axis=1)[..., None], events.shape)
    frame = _interval_frame(table.groups, edges)
    frame = frame.loc[frame.index.repeat(len(table.causes))].reset_index(drop=True)
    frame = frame.assign(cause=np.tile(table.causes, len(frame) // len(table.causes)), person_time=time.ravel(),
                         n_event=events.ravel(), **rates(events.ravel(), time.ravel(), per, level))
    if breaks is None:
        frame = frame.drop(columns=["start", "end"])
    return Result(frame, f"period life table, {percent(level)} exact Poisson limits",
                  ("Within an interval leaving is equally likely at any moment.",
                   f"Person-time is in {table.unit}; rates are exits per {per:g} of it."), table.n, table.origin,
                  ("n_event",), counted="stays")


def poisson_limits(count: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits of a Poisson mean from a count: halves of chi-square quantiles.

    >>> [limit.round(4).tolist() for limit in poisson_limits(np.array([0, 10]))]
    [[0.0, 4.7954], [3.6889, 18.3904]]
    """
    normal_quantile(level)
    tail = (1 - level) / 2
    count = np.asarray(count, float)
    lower = np.where(count > 0, chdtri(np.maximum(2 * count, 1), 1 - tail) / 2, 0.0)
    return lower, chdtri(2 * count + 2, tail) / 2


def rates(count: np.ndarray, time: np.ndarray, per: float, level: float) -> dict[str, np.ndarray]:
    """Events per unit of time with exact limits; nan without time."""
    low, high = poisson_limits(count, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: np.where(time > 0, per * value / time, np.nan)
                for name, value in (("estimate", count), ("lower", low), ("upper", high))}


def _edges(table: EventTable, breaks: Sequence[float]) -> np.ndarray:
    refuse_other(table)
    edges = np.atleast_1d(np.asarray(breaks, float))
    if len(edges) < 2 or (np.diff(edges) <= 0).any() or edges[0] != 0 or edges[-1] <= table.time.max():
        raise StudyError.of("The breaks must rise from 0 to beyond the last time.",
                            f"The last time is {table.time.max():g}; end with a later break.")
    return edges


def _interval_frame(groups: pd.DataFrame, edges: np.ndarray) -> pd.DataFrame:
    intervals = len(edges) - 1
    frame = groups.loc[groups.index.repeat(intervals)].reset_index(drop=True)
    return frame.assign(start=np.tile(edges[:-1], len(groups)), end=np.tile(edges[1:], len(groups)))


def _by_interval(table: EventTable, values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Shape (groups, intervals): sums over the times in [start, end)."""
    intervals = len(edges) - 1
    place = table.group * intervals + np.searchsorted(edges, table.time, side="right") - 1
    return np.bincount(place, values, len(table.groups) * intervals).reshape(-1, intervals)


def _person_time(table: EventTable, edges: np.ndarray) -> np.ndarray:
    """Shape (groups, edges): person-time from 0 to each edge, the integral of the number at risk."""
    runs = table.runs
    time = table.time.astype(float)
    spent = runs.cumsum(table.n_risk * (time - runs.previous(time, 0.0)))
    after = table.n_risk - table.n_exit - table.n_censored + table.n_enter
    row = runs.find(table.time, edges)
    initial = table.n_risk[runs.first][:, None] * edges
    return np.where(row < 0, initial, spent[row] + after[row] * (edges - time[row]))
