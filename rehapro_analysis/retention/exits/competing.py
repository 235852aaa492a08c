"""Competing exits: who has left for which reason, and the time each reason costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import normal_quantile, survival_limits
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.event_tables.frames import frame_of, texts
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.exits.incidence import Incidence, incidence
from rehapro_analysis.retention.exits.incidence_limits import cause_limits
from rehapro_analysis.study.problems import StudyError

STAYING = "in programme"
SAID = {"delta": "delta method (Greenwood type)", "gray": "Gray's, after Aalen 1978", "ij": "infinitesimal jackknife"}


def aalen_johansen(table: EventTable, *, variance: str = "auto", ci: str = "log-log", level: float = 0.95) -> Result:
    """The share that has left for each cause by every time, and the share still in the programme.

    F_k(t) = sum over times up to t of S(t-) d_k/n; S + sum of all F_k = 1 at every time. ``variance``:
    "delta" as R's etm, "gray" as cmprsk's cuminc, "ij" (infinitesimal jackknife) as R's survfit; "auto"
    is "delta" for persons watched from the start - where it equals "ij" - and "ij" for delayed
    entries and fractional weights. ``ci``: "log-log", "log", "plain", "logit" or "arcsine",
    none of which exists for a share of 0; or "beta-product", which does (whole persons, no delayed entry).

    ``table``, one row a group, state and time: the ``by`` columns, cause, time, n_risk (just before), n_event
    (of this cause), n_censored, estimate, std_error, lower, upper. The last state of each group,
    cause "in programme", is S; nobody arrives there, so its n_event is 0.

    Caution: 1 - Kaplan-Meier of a single cause is not F_k but larger. Source: Aalen & Johansen 1978.

    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4], "exit": ["work", None, "dropout", "work"]})
    >>> table = aalen_johansen(event_table(people, stop="month", event="exit")).table
    >>> table.pivot(index="time", columns="cause", values="estimate")
    cause  dropout  in programme   work
    time
    1        0.000         0.750  0.250
    2        0.000         0.750  0.250
    3        0.375         0.375  0.250
    4        0.375         0.000  0.625
    """
    _refuse_state(table)
    found = incidence(table, variance)
    return Result(_curves(found, ci, level), f"Aalen-Johansen, {100 * level:g} % {ci} limits", _assumptions(found),
                  table.n, table.origin, ("n_risk", "n_event", "n_censored"),
                  shares=("estimate", "std_error", "lower", "upper"), counted="stays")


def _curves(found: Incidence, ci: str, level: float) -> pd.DataFrame:
    table, states = found.table, [*found.table.causes, STAYING]
    shown = np.flatnonzero(table.n_exit + table.n_censored)
    runs = Runs(table.group[shown])
    share, error, n_event = (values.T.take(shown, axis=1) for values in (found.share, found.std_error, found.n_event))
    share[-1], n_event[-1] = found.staying[shown], 0
    lower, upper = _exact(found, shown, level) if ci == "beta-product" else _limits(share, error, ci, level)
    row, state = (np.broadcast_to(index, share.shape) for index in (shown, np.arange(len(states))[:, None]))
    row, state, n_event, share, error, lower, upper = runs.one_after_another(
        row, state, n_event, share, error, lower, upper)
    return frame_of({
        **table.by.at(table.group[row]), "cause": texts(states).take(state), "time": table.time[row],
        "n_risk": table.n_risk[row], "n_event": n_event, "n_censored": table.n_censored[row], "estimate": share,
        "std_error": error, "lower": lower, "upper": upper})


def time_lost(table: EventTable, horizon: float, *, variance: str = "auto", level: float = 0.95) -> Result:
    """The mean time up to a horizon that each cause costs, and the mean time in the programme.

    The area under F_k from 0 to the horizon: how long, on average, people have by then been gone for
    cause k. The areas and the time in the programme (the restricted mean) add up to the horizon.
    Standard errors take the variance of :func:`aalen_johansen`; limits are plain, within 0 and the horizon.

    ``table``, one row a group and state: the ``by`` columns, cause, horizon, estimate, std_error, lower,
    upper. Empty where a group was not watched up to the horizon and not everybody had left.
    Raises :class:`StudyError` for a horizon that is not positive.

    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4], "exit": ["work", None, "dropout", "work"]})
    >>> time_lost(event_table(people, stop="month", event="exit"), 4).table["estimate"].tolist()
    [0.375, 0.75, 2.875]
    """
    _refuse_state(table)
    check_positive("horizon", horizon)
    found = incidence(table, variance)
    area, error = found.area(horizon)
    area[:, -1] = horizon - area[:, -1]
    states = [*table.causes, STAYING]
    groups = table.groups.loc[table.groups.index.repeat(len(states))].reset_index(drop=True)
    z = normal_quantile(level)
    columns = {"cause": states * table.by.size, "horizon": float(horizon), "estimate": area.ravel(),
               "std_error": error.ravel(), "lower": np.maximum(area - z * error, 0).ravel(),
               "upper": np.minimum(area + z * error, horizon).ravel()}
    return Result(groups.assign(**columns), f"time lost by cause, {100 * level:g} % limits", _assumptions(found),
                  table.n, table.origin)


def check_positive(name: str, value: float) -> None:
    """Refuse a time that is not after the origin."""
    if not value > 0:
        raise StudyError.of(f"{name}={value!r} is not after the origin.", f"Give a positive {name}.")


def _limits(share: np.ndarray, error: np.ndarray, ci: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return survival_limits(share, error / share, ci=ci, level=level)


def _exact(found: Incidence, shown: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    sides = (cause_limits(found, cause, ci="beta-product", level=level) for cause in range(found.share.shape[1]))
    lower, upper = (np.stack(side)[:, shown] for side in zip(*sides, strict=True))
    lower[-1], upper[-1] = 1 - upper[-1], 1 - lower[-1]
    return lower, upper


def _refuse_state(table: EventTable) -> None:
    refuse_other(table)
    if STAYING in table.causes:
        raise StudyError.of(f"A cause of leaving is called {STAYING!r}, the name of those who stay.",
                            "Leave the cell empty for who is still there.")


def _assumptions(found: Incidence) -> tuple[str, ...]:
    table = found.table
    said = ["Those censored would have gone on like those still watched.",
            "At a tied time exits come before censorings, and entries after both.",
            f"Standard errors: {SAID[found.variance]}."]
    if table.within.size > 1:
        said.append("Strata are pooled.")
    if table.delayed:
        said.append("Some are watched only from a later entry; early risk sets may be small.")
    if table.weighted and found.variance != "ij":
        said.append("Weights count identical persons.")
    return tuple(said)
