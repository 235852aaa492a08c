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
    parts = [_of_cause(common, table.causes.index(name), compared, rho).assign(cause=name) for name in causes]
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "cause", frame.pop("cause"))
    return Result(frame, f"Gray's test (rho = {rho:g})", _assumptions(table), table.n, table.origin)


def _of_cause(common: CommonTimes, cause: int, compared: list, rho: float) -> pd.DataFrame:
    tests = [quadratic_form(*_scores(common, cause, codes, rho)) for _, codes in compared]
    statistic, df = (np.array(column) for column in zip(*tests, strict=True))
    return pd.DataFrame({"comparison": [name for name, _ in compared], **decision_columns(statistic, df)})


def _scores(common: CommonTimes, cause: int, codes: np.ndarray, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """z of shape (G,) and V (G, G) of one cause, added up over strata."""
    runs, n = common.runs, common.n_risk[:, codes]
    one, left = common.n_event[:, codes, cause], common.n_event[:, codes].sum(axis=2)
    exits = one.sum(axis=1)
    n1 = np.maximum(n, 1)
    stay = runs.cumprod(np.where(n > 0, 1 - left / n1, 1.0))
    before = runs.previous(stay, 1.0)
    share = runs.cumsum(before * one / n1)
    w = np.divide(n, before, out=np.zeros_like(n), where=(n > 0) & (before > 0))
    total = _positive(w.sum(axis=1))
    step = exits / total
    pooled = runs.cumsum(step)
    pooled_before = runs.previous(pooled, 0.0)
    k = (1 - pooled_before) ** rho
    r = w * (1 - runs.previous(share, 0.0))
    z = np.sum(k[:, None] * (one - r / _positive(r.sum(axis=1))[:, None] * exits[:, None]), axis=0)
    a = (k[:, None] * w)[:, :, None] * (np.eye(len(codes)) - (w / total[:, None])[:, None, :])
    ahead = a * np.divide(step, 1 - pooled_before, out=np.zeros_like(step), where=pooled_before != 1)[:, None, None]
    rest = runs.sum_from(ahead) - ahead
    return z, _variance(n, before, stay, one, left - one, exits, total, pooled, a, rest)


def _variance(n: np.ndarray, before: np.ndarray, stay: np.ndarray, one: np.ndarray, other: np.ndarray,
              exits: np.ndarray, total: np.ndarray, pooled: np.ndarray, a: np.ndarray,
              rest: np.ndarray) -> np.ndarray:
    """sum over t and k of q1 (a + b1 c)(a + b1 c)' + q2 b2^2 c c'; a and c of shape (P, i, k)."""
    ratio = np.divide((1 - pooled)[:, None], stay, out=np.zeros_like(stay), where=stay > 0)
    expected = total[:, None] * before
    tied_one = 1 - np.divide(exits[:, None] - 1, expected - 1, out=np.zeros_like(n),
                             where=(exits[:, None] > 1) & (expected > 1))
    tied_other = 1 - np.divide(other - 1, n - 1, out=np.zeros_like(n), where=other > 1)
    present = n > 0
    q1 = np.divide(tied_one * before * exits[:, None], total[:, None] * n, out=np.zeros_like(n), where=present)
    q2 = np.divide(tied_other * before**2 * other, n**2, out=np.zeros_like(n), where=present)
    own = a + (1 - ratio)[:, None, :] * rest
    return _outer(own, q1) + _outer(rest, q2 * ratio**2)


def _outer(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    flat = np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)
    return (flat * weight.ravel()) @ flat.T


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, 1.0)


def _assumptions(table: EventTable) -> tuple[str, ...]:
    said = ["Whoever is censored would have left like the others, in every group; censoring is equal within strata."]
    if len(table.strata) > 1:
        said.append(f"Groups are compared within {len(table.strata)} strata.")
    return (*said, "p_adjusted is Holm's over the comparisons of a cause.", UNDECIDED)
