"""Contrasts: which groups are set against which, and how a test between them is decided."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.event_tables.frames import frame_of, texts
from rehapro_analysis.study.problems import StudyError

EVERYBODY = "all groups"
FLAT = 1e-10  # eigenvalue of a correlation matrix below which a direction carries no information
UNDECIDED = "Where a statistic is missing the data cannot decide: too little overlap or no variation."


def contrasts(table: EventTable, pairwise: bool) -> list[tuple[str, np.ndarray]]:
    """What is compared: all groups at once, or every pair; each with its name and its group codes.

    Raises :class:`StudyError` if there is only one group.
    """
    names = table.by.names
    if len(names) < 2:
        raise StudyError.of("A comparison needs at least two groups.", "Count two projects or more: by=\"project\".")
    sets = np.column_stack(np.triu_indices(len(names), 1)) if pairwise else np.arange(len(names))[None, :]
    return [(comparison_name([names[code] for code in codes]), codes) for codes in sets]


def comparison_name(names: Sequence[str]) -> str:
    """The two names, or the words for all groups."""
    return " – ".join(names) if len(names) == 2 else EVERYBODY


def shared_risk(joint: np.ndarray) -> np.ndarray:
    """The variance V of scores that add up to 0 from what groups share, shape (..., G, G).

    V_gh = -joint_gh, and V_gg the sum of joint_gh over the other groups h: no subtraction, so that a
    group that shares no risk set with another has exactly no variance.
    """
    own = np.eye(joint.shape[-1])
    shared = joint * (1 - own)
    return shared.sum(axis=-1)[..., None] * own - shared


def quadratic_form(score: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """U' V^- U and the rank of V; ``score`` of shape (..., G), ``variance`` (..., G, G).

    V is read as a correlation matrix; directions without variance carry no information and cost no
    degree of freedom: a group gone before the first exit, or two sets of groups never watched
    together. Rank 0 gives nan.

    >>> statistic, rank = quadratic_form(np.array([2.0, -2.0, 0.0]),
    ...                                  np.array([[4.0, -4.0, 0.0], [-4.0, 4.0, 0.0], [0.0, 0.0, 0.0]]))
    >>> float(statistic.round(12)), int(rank)
    (1.0, 1)
    """
    size = np.sqrt(np.maximum(variance.diagonal(axis1=-2, axis2=-1), 0))
    size = np.where(size > 0, size, np.inf)
    values, vectors = np.linalg.eigh(variance / (size[..., :, None] * size[..., None, :]))
    kept = values > FLAT
    along = ((score / size)[..., None, :] @ vectors)[..., 0, :]
    statistic = (along**2 * kept / np.where(kept, values, 1.0)).sum(axis=-1)
    rank = kept.sum(axis=-1)
    return np.where(rank > 0, statistic, np.nan), rank


def decision_columns(statistic: np.ndarray, df: np.ndarray) -> dict[str, np.ndarray]:
    """Statistic, degrees of freedom, p from the chi-square law, and p adjusted over these rows by Holm."""
    statistic, df = np.atleast_1d(np.asarray(statistic, float)), np.atleast_1d(df)
    p_value = chdtrc(np.where(df > 0, df, np.nan), statistic)
    return {"statistic": statistic, "df": df, "p_value": p_value, "p_adjusted": holm(p_value)}


def holm(p_value: np.ndarray) -> np.ndarray:
    """P-values adjusted by Holm's step-down rule; missing ones are not counted and stay missing.

    >>> holm(np.array([0.01, np.nan, 0.04, 0.03])).tolist()
    [0.03, nan, 0.06, 0.06]
    """
    if len(p_value) == 1:
        return p_value.copy()
    # statsmodels' multipletests collects garbage at every call, a hundred times the cost of a test
    order = np.argsort(p_value)  # missing ones last
    size = int(np.sum(~np.isnan(p_value)))
    raised = p_value[order] * np.maximum(size - np.arange(len(p_value)), 1)
    adjusted = np.empty(len(p_value))
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return adjusted


def decision_table(names: Sequence[str], statistic: np.ndarray, df: np.ndarray) -> pd.DataFrame:
    """One row a comparison: comparison, statistic, df, p_value, p_adjusted."""
    return frame_of({"comparison": texts(names), **decision_columns(statistic, df)})


def refuse_fractions(table: EventTable, test: str) -> None:
    """Raise if weights are not whole numbers: a test counts persons."""
    refuse_other(table)
    if table.weighted and (table.cells.weight % 1 != 0).any():
        raise StudyError.of(
            f"The {test} counts persons, and these weights are not whole numbers.",
            "Leave the weights out, or compare with milestone_test or restricted_mean_test, which are robust to them.")
