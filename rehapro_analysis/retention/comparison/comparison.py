"""Comparison of groups over all times: the log-rank family, stratified, for trend and in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.common_times import CommonTimes, common_times
from rehapro_analysis.retention.comparison.contrasts import (
    UNDECIDED,
    contrasts,
    decision_table,
    quadratic_form,
    refuse_fractions,
    shared_risk,
)
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.events import EventTable
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.study.problems import StudyError

WEIGHTS = ("log-rank", "gehan", "tarone-ware", "peto-peto", "fleming-harrington")


def logrank_test(table: EventTable, *, weights: str = "log-rank", p: float = 0.0, q: float = 0.0,
                 cause: str | None = None, pairwise: bool = False,
                 trend: Sequence[float] | Mapping[Any, float] | None = None) -> Result:
    """Whether the groups leave at the same rate: weighted log-rank tests, within strata, with delayed entry.

    U_g = sum w (d_g - n_g D/N), V_gh = sum w^2 D(N - D)/(N^2 (N - 1)) n_g (N 1{g=h} - n_h), statistic
    U'V^-U, added up over strata. ``weights``: "log-rank" 1, "gehan" N, "tarone-ware" sqrt(N),
    "peto-peto" prod(1 - D/(N + 1)) up to and including t, "fleming-harrington" S(t-)^p (1 - S(t-))^q
    with the pooled curve of the stratum (R's ``rho`` is p, with q = 0).

    ``cause`` compares one exit and takes the others as censored (cause-specific hazards); None takes
    all exits. ``pairwise`` counts every pair of groups anew and adjusts by Holm. ``trend`` holds one
    score a group (in the order of ``table.groups``, or by name): (a'U)^2 / a'Va with one degree of freedom.

    ``table``: comparison, statistic, df, p_value, p_adjusted. A group that is gone before the first
    exit costs no degree of freedom. Raises :class:`StudyError` for one group, unknown words, and
    weights of persons that are not whole. Source: Fleming & Harrington 1991, chapter 7.

    >>> import pandas as pd
    >>> from rehapro_analysis.retention.event_tables.events import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4], "left": [1, 1, 1, 1], "project": ["A", "A", "B", "B"]})
    >>> logrank_test(event_table(people, stop="month", event="left", by="project")).table["statistic"][0].round(6)
    np.float64(2.882353)
    """
    check_choice("weights", weights, WEIGHTS)
    refuse_fractions(table, "log-rank test")
    common = common_times(table)
    left = common.n_exit if cause is None else common.n_event[:, :, cause_position(table, cause)]
    compared = contrasts(table, pairwise)
    codes = np.array([code for _, code in compared])
    sides = codes if pairwise else None  # all groups need no copy
    score, variance = rank_scores(common, common.n_risk[:, sides], left[:, sides], weights, p, q)
    if trend is None:
        statistic, df = quadratic_form(score, variance)
    else:
        statistic, df = _trend(score, variance, _trend_scores(table, trend)[codes])
    method = _method(weights, p, q, cause, trend is not None)
    return Result(decision_table([name for name, _ in compared], statistic, df), method, _assumptions(table, cause),
                  table.n, table.origin)


def rank_scores(common: CommonTimes, n_risk: np.ndarray, left: np.ndarray, weights: str, p: float,
                q: float) -> tuple[np.ndarray, np.ndarray]:
    """U of shape (C, G) and V (C, G, G) of C comparisons from counts of shape (P, C, G)."""
    some = left.sum(axis=2)
    risk = n_risk.sum(axis=2)
    at_least_one = np.maximum(risk, 1)
    weight = rank_weights(common.runs, some, risk, weights, p, q)
    score = _along_times(left, weight) - _along_times(n_risk, weight * some / at_least_one)
    factor = weight**2 * some * (risk - some) / (at_least_one**2 * np.maximum(risk - 1, 1))
    across = n_risk.transpose(1, 2, 0)
    return score, shared_risk((across * factor.T[:, None, :]) @ across.transpose(0, 2, 1))


def _along_times(counts: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Sums over the times of counts (P, C, G) by a factor (P, C), shape (C, G)."""
    return (counts.transpose(1, 2, 0) @ factor.T[..., None])[..., 0]


def rank_weights(runs: Runs, left: np.ndarray, risk: np.ndarray, weights: str, p: float, q: float) -> np.ndarray:
    """The weight of every common time, from all groups together; shapes (P, ...), ``runs`` are the strata."""
    if weights == "gehan":
        return risk
    if weights == "tarone-ware":
        return np.sqrt(risk)
    if weights == "peto-peto":
        return runs.cumprod((1 - left / (risk + 1)).T).T
    if weights == "fleming-harrington":
        before = runs.previous(runs.cumprod((1 - left / np.maximum(risk, 1)).T), 1.0).T
        return before**p * (1 - before) ** q
    return np.ones_like(risk)


def cause_position(table: EventTable, cause: str) -> int:
    """The position of a cause; raises :class:`StudyError` if nobody left for it."""
    check_choice("cause", cause, table.causes)
    return table.causes.index(cause)


def _trend_scores(table: EventTable, trend: Sequence[float] | Mapping[Any, float]) -> np.ndarray:
    names = table.by.names
    if isinstance(trend, Mapping):
        trend = {str(name): score for name, score in trend.items()}
        trend = [trend.get(name, np.nan) for name in names]
    scores = np.asarray(trend, float)
    if scores.shape != (len(names),) or np.isnan(scores).any():
        raise StudyError.of(f"A trend needs one score for each of the {len(names)} groups: {', '.join(names)}.",
                            "Give a sequence in this order or a mapping by name.")
    return scores


def _trend(score: np.ndarray, variance: np.ndarray, trend: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    along = np.einsum("cg,cg->c", trend, score)[:, None]
    spread = np.einsum("cg,cgh,ch->c", trend, variance, trend)[:, None, None]
    return quadratic_form(along, spread)


def _method(weights: str, p: float, q: float, cause: str | None, trend: bool) -> str:
    name = f"{weights}({p:g}, {q:g})" if weights == "fleming-harrington" else weights
    return f"{name} test{' for trend' if trend else ''}{f' of {cause}' if cause is not None else ''}"


def _assumptions(table: EventTable, cause: str | None) -> tuple[str, ...]:
    said = ["Whoever is censored leaves at the same rate as who is still watched, in every group."]
    if cause is not None:
        said.append("Other exits are taken as censored: the test is of the rate among those still there, "
                    "not of the share that leaves this way (see gray_test).")
    if table.within.size > 1:
        said.append(f"Groups are compared within {table.within.size} strata.")
    if table.delayed:
        said.append("Late entries count from their entry on.")
    return (*said, "p_adjusted is Holm's over the rows of this table.", UNDECIDED)
