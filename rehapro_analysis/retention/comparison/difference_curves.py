"""Difference curves: how far two groups are apart at every time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.comparison import cause_position
from rehapro_analysis.retention.comparison.contrasts import comparison_name
from rehapro_analysis.retention.curves.limits import normal_quantile
from rehapro_analysis.retention.curves.summaries import risk_table
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.exits.competing import SAID
from rehapro_analysis.retention.exits.incidence import incidence
from rehapro_analysis.study.problems import StudyError


def difference_curve(table: EventTable, *, cause: str | None = None, variance: str = "auto",
                     level: float = 0.95) -> Result:
    """The share still there (or gone for a cause) in the first of two groups less that in the second, over time.

    At every exit time of either group D = P1 - P2 with standard error sqrt(s1^2 + s2^2) and plain
    limits within -1 and 1, as long as both groups are watched. The limits hold at one time set
    beforehand, not for the whole curve at once.

    ``table``: comparison, time, n_risk (of the smaller group, just before), n_event (exits of both groups),
    estimate, std_error, lower, upper. Raises :class:`StudyError` unless there are exactly two groups.

    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4] * 2, "left": [1, 0, 1, 1, 1, 1, 1, 1],
    ...                        "project": list("AAAABBBB")})
    >>> difference_curve(event_table(people, stop="month", event="left", by="project")).table["estimate"].tolist()
    [0.0, 0.25, 0.125, 0.0]
    """
    refuse_other(table)
    if len(names := table.by.names) != 2:
        raise StudyError.of(f"A difference is between two groups, and there are {len(names)}.",
                            "Choose two groups before counting.")
    found = incidence(table, variance)
    times = np.unique(found.table.time[found.table.n_exit > 0])
    column = len(table.causes) if cause is None else cause_position(table, cause)
    share, variances = (_at(found.table, times, values[:, column]) for values in (found.share, found.std_error**2))
    known = np.all([found.known(time) for time in times], axis=1)
    gap = (share[1] - share[0] if cause is None else share[0] - share[1])[known]
    error, z = np.sqrt(variances.sum(axis=0))[known], normal_quantile(level)
    n_risk = risk_table(table, times).table["n_risk"].to_numpy().reshape(2, -1).min(axis=0)
    n_event = np.bincount(np.searchsorted(times, found.table.time), found.n_event[:, column])[:len(times)]
    frame = pd.DataFrame({
        "comparison": comparison_name(names), "time": times[known], "n_risk": n_risk[known],
        "n_event": n_event[known], "estimate": gap, "std_error": error, "lower": np.maximum(gap - z * error, -1),
        "upper": np.minimum(gap + z * error, 1)})
    what = "still there" if cause is None else f"gone for {cause}"
    return Result(frame, f"difference of the share {what}, {100 * level:g} % limits", (
        "Groups are independent; those censored would have gone on like those still watched.",
        "Limits are pointwise.", f"Standard errors: {SAID[found.variance]}."), table.n, table.origin,
        ("n_risk", "n_event"))


def _at(table: EventTable, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A column of a step curve at given times, shape (groups, times); 0 before the first row."""
    row = table.runs.find(table.time, times)
    return np.where(row < 0, 0.0, values[row])
