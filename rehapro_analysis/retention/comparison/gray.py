"""Gray's test: whether the share that leaves by one way is the same in all groups."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.common_times import CommonTimes, common_times
from rehapro_analysis.retention.comparison.comparison import cause_position
from rehapro_analysis.retention.comparison.contrasts import (
    UNDECIDED,
    contrasts,
    decision_columns,
    quadratic_form,
    refuse_fractions,
)
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.event_tables.frames import frame_of, texts
from rehapro_analysis.retention.event_tables.runs import Runs
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

    >>> import pandas as pd
    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4, 4, 5], "exit": 2 * ["work", "dropout", "work"],
    ...                        "project": list("AABABB")})
    >>> gray_test(event_table(people, stop="month", event="exit", by="project"), "work").table["df"].tolist()
    [1]
    """
    refuse_other(table)
    if table.delayed:
        raise StudyError.of("Gray's test is not defined for delayed entry.",
                            "Compare rates with logrank_test(table, cause=...) or shares with milestone_test.")
    refuse_fractions(table, "test of Gray")
    causes = table.causes if cause is None else (table.causes[cause_position(table, cause)],)
    common, compared = common_times(table), contrasts(table, pairwise)
    places = [table.causes.index(name) for name in causes]
    tests = [quadratic_form(*_scores(common, places, codes, rho)) for _, codes in compared]
    statistic, df = (np.stack(column, axis=1) for column in zip(*tests, strict=True))  # a row a cause
    parts = [decision_columns(*row) for row in zip(statistic, df, strict=True)]
    frame = frame_of({"cause": texts([name for name in causes for _ in compared]),
                      "comparison": texts([name for name, _ in compared] * len(causes)),
                      **{column: np.concatenate([part[column] for part in parts]) for column in parts[0]}})
    return Result(frame, f"Gray's test (rho = {rho:g})", _assumptions(table), table.n, table.origin)


def _scores(common: CommonTimes, causes: list[int], codes: np.ndarray, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """z of shape (K, G) and V (K, G, G), added up over strata; arrays have shape (G, P) or (K, G, P)."""
    runs, n, left = common.runs, common.n_risk.T[codes], common.n_exit.T[codes]
    one = common.n_event.transpose(2, 1, 0)[np.ix_(causes, codes)]
    exits = one.sum(axis=1)
    n1 = np.maximum(n, 1)
    stay = runs.cumprod(np.where(n > 0, 1 - left / n1, 1.0))
    before = runs.previous(stay, 1.0)
    w = np.divide(n, before, out=np.zeros_like(n), where=(n > 0) & (before > 0))
    total = _positive(w.sum(axis=0))
    step = exits / total
    pooled = runs.cumsum(step)
    pooled_before = runs.previous(pooled, 0.0)
    k = (1 - pooled_before) ** rho
    r = w * (1 - runs.previous(runs.cumsum(before / n1 * one), 0.0))
    z = np.sum(k[:, None] * (one - r * (exits / _positive(r.sum(axis=1)))[:, None]), axis=2)
    own, other = _rates(n, before, one, left - one, exits, total)
    ratio = np.divide(1 - pooled[:, None], stay, out=np.zeros_like(one), where=stay > 0)
    rate = np.divide(step, 1 - pooled_before, out=np.zeros_like(step), where=pooled_before != 1)
    parts = zip(exits > 0, k[:, None] * w, rate, own, other * ratio**2, 1 - ratio, strict=True)
    return z, np.stack([_variance(runs, w / total, *part) for part in parts])


def _rates(n: np.ndarray, before: np.ndarray, one: np.ndarray, other: np.ndarray, exits: np.ndarray,
           total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What exits of a cause and of the others add to its variance, each with its correction for ties."""
    share = np.divide(before, n, out=np.zeros_like(n), where=n > 0)
    expected, exits = total * before, exits[:, None]
    tied_one = _tied(exits - 1, expected - 1, (exits > 1) & (expected > 1))
    tied_other = _tied(other - 1, n - 1, other > 1)
    return tied_one * exits * (share / total), tied_other * other * share**2


def _tied(count: np.ndarray, n: np.ndarray, some: np.ndarray) -> np.ndarray:
    rest = np.zeros(some.shape)
    np.divide(count, n, out=rest, where=some)
    return np.subtract(1.0, rest, out=rest)


def _variance(runs: Runs, part: np.ndarray, exits: np.ndarray, score: np.ndarray, rate: np.ndarray,
              own: np.ndarray, other: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """sum over times and k of own (a + turned c)(a + turned c)' + other c c'; a and c have shape (i, k).

    a_ik = score_i (1{i=k} - part_k), and c the sum of a x rate over later times. c only changes where
    somebody leaves for the cause, so all other times are added up in between; the first row of each
    stratum opens it.
    """
    exits[runs.first] = True
    at = np.flatnonzero(exits)
    a = score[:, None, at] * (np.eye(len(score))[:, :, None] - part[:, at])
    later = Runs(runs.row[at]).sum_after(a * rate[at])
    others = np.add.reduceat(other, at, axis=1)
    a += turned[:, at] * later
    return _outer(a, own[:, at]) + _outer(later, others)


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
