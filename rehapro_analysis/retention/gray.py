"""Gray's test: whether the share that leaves by one way is the same in all groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.common_times import CommonTimes, common_times
from rehapro_analysis.retention.comparison import cause_position
from rehapro_analysis.retention.contrasts import (
    UNDECIDED,
    contrasts,
    decision_columns,
    quadratic_form,
    refuse_fractions,
)
from rehapro_analysis.retention.events import EventTable
from rehapro_analysis.retention.runs import Runs
from rehapro_analysis.study.problems import StudyError


def gray_test(table: EventTable, cause: str | None = None, *, rho: float = 0.0, pairwise: bool = False) -> Result:
    """Whether the cumulative incidence of a cause is the same in all groups, within strata.

    A log-rank test of subdistribution hazards: with W = n/S(t-) and R = W (1 - F(t-)) of each group,
    z_i = sum K (d_i - R_i/sum R D), K = (1 - F0(t-))^rho, and Gray's variance; statistic z'V^-z.
    ``cause=None`` tests every cause. ``pairwise`` tests every pair and adjusts by Holm within a cause.

    ``table``: cause, comparison, statistic, df, p_value, p_adjusted. Equal to R's ``cuminc``; where
    that returns -1 (a group gone before the first exit) the group costs a degree of freedom instead.
    Raises :class:`StudyError` for delayed entry, one group, unknown causes, fractional weights.
    Source: Gray 1988, Annals of Statistics 16:1141.

    >>> from rehapro_analysis.retention.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4, 4, 5], "exit": 2 * ["work", "dropout", "work"],
    ...                        "project": list("AABABB")})
    >>> gray_test(event_table(people, stop="month", event="exit", by="project"), "work").table["df"].tolist()
    [1]
    """
    if table.delayed:
        raise StudyError.of("Gray's test is not defined for delayed entry.",
                            "Compare rates with logrank_test(table, cause=...) or shares with milestone_test.")
    refuse_fractions(table, "test of Gray")
    causes = table.causes if cause is None else (table.causes[cause_position(table, cause)],)
    common, compared = common_times(table), contrasts(table, pairwise)
    parts = [_decisions(common, table.causes.index(name), compared, rho) for name in causes]
    frame = pd.DataFrame({"cause": np.repeat(causes, len(compared)),
                          "comparison": [name for name, _ in compared] * len(causes),
                          **{column: np.concatenate([part[column] for part in parts]) for column in parts[0]}})
    return Result(frame, f"Gray's test (rho = {rho:g})", _assumptions(table), table.n, table.origin)


def _decisions(common: CommonTimes, cause: int, compared: list, rho: float) -> dict[str, np.ndarray]:
    tests = [quadratic_form(*_scores(common, cause, codes, rho)) for _, codes in compared]
    return decision_columns(*(np.array(column) for column in zip(*tests, strict=True)))


def _scores(common: CommonTimes, cause: int, codes: np.ndarray, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """z of shape (G,) and V (G, G) of one cause, added up over strata; arrays have shape (G, P)."""
    runs, n = common.runs, common.n_risk[:, codes].T
    one, left = common.n_event[:, codes, cause].T, common.n_exit[:, codes].T
    exits = one.sum(axis=0)
    n1 = np.maximum(n, 1)
    stay = runs.cumprod(np.where(n > 0, 1 - left / n1, 1.0))
    before = runs.previous(stay, 1.0)
    share = runs.cumsum(before * one / n1)
    w = np.divide(n, before, out=np.zeros_like(n), where=(n > 0) & (before > 0))
    total = _positive(w.sum(axis=0))
    step = exits / total
    pooled = runs.cumsum(step)
    pooled_before = runs.previous(pooled, 0.0)
    k = (1 - pooled_before) ** rho
    r = w * (1 - runs.previous(share, 0.0))
    z = np.sum(k * (one - r / _positive(r.sum(axis=0)) * exits), axis=1)
    own, other = _rates(n, before, one, left - one, exits, total)
    ratio = np.divide(1 - pooled, stay, out=np.zeros_like(stay), where=stay > 0)
    rate = np.divide(step, 1 - pooled_before, out=np.zeros_like(step), where=pooled_before != 1)
    return z, _variance(runs, exits > 0, k * w, w / total, rate, own, other * ratio**2, 1 - ratio)


def _rates(n: np.ndarray, before: np.ndarray, one: np.ndarray, other: np.ndarray, exits: np.ndarray,
           total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What exits of the cause and of the others add to the variance, each with its correction for ties."""
    expected = total * before
    tied_one = 1 - np.divide(exits - 1, expected - 1, out=np.zeros_like(n), where=(exits > 1) & (expected > 1))
    tied_other = 1 - np.divide(other - 1, n - 1, out=np.zeros_like(n), where=other > 1)
    present = n > 0
    return (np.divide(tied_one * before * exits, total * n, out=np.zeros_like(n), where=present),
            np.divide(tied_other * before**2 * other, n**2, out=np.zeros_like(n), where=present))


def _variance(runs: Runs, exits: np.ndarray, score: np.ndarray, part: np.ndarray, rate: np.ndarray,
              own: np.ndarray, other: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """sum over times and k of own (a + turned c)(a + turned c)' + other c c'; a and c have shape (i, k).

    a_ik = score_i (1{i=k} - part_k), and c the sum of a x rate over later times. c only changes where
    somebody leaves for the cause, so all other times are added up in between; the first row of each
    stratum opens it.
    """
    marked = exits.copy()
    marked[runs.first] = True
    at = np.flatnonzero(marked)
    a = score[:, None, at] * (np.eye(len(score))[:, :, None] - part[None, :, at])
    later = Runs(runs.row[at]).sum_after(a * rate[at])
    others = np.add.reduceat(other, at, axis=1)
    return _outer(a + turned[:, at] * later, own[:, at]) + _outer(later, others)


def _outer(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    flat = values.reshape(len(values), -1)
    return (flat * weight.ravel()) @ flat.T


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, 1.0)


def _assumptions(table: EventTable) -> tuple[str, ...]:
    said = ["Whoever is censored would have left like the others, in every group; censoring is equal within strata."]
    if table.within.size > 1:
        said.append(f"Groups are compared within {table.within.size} strata.")
    return (*said, "p_adjusted is Holm's over the comparisons of a cause.", UNDECIDED)
