"""Whether projects have people who can be compared: balance of the case mix, and how far it overlaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.fairness.case_mix_model import case_mix_columns
from rehapro_analysis.results import Result
from rehapro_analysis.retention.regression.covariates import Design
from rehapro_analysis.study.problems import StudyError

EDGE = 0.05  # share of all people on either side of the common region
LARGEST_OUTSIDE = 0.3  # share of a project's people outside it up to which adjusting is no extrapolation
TOGETHER = "all together"


def case_mix_balance(one: Comparison, covariates: Sequence[str], *, level: float = 0.95, origin: str = "own") -> Result:
    """How each project's people differ from those of all other projects, in standard deviations.

    ``table``: project, n, covariate (a level as ``sex[male]``), mean, mean_others (levels: shares as numbers from 0
    to 1), standardised_difference = (mean - mean_others)/s with s the standard deviation within projects, and chance,
    the size that it has with probability ``level`` between samples of the same people.

    Caution: people of one coach are alike, so differences somewhat beyond ``chance`` are no news.
    """
    columns, n = _columns(one, covariates), one.n
    x, members = columns.matrix, np.eye(len(n))[one.project]
    mean = members.T @ x / n[:, None]
    others = (x.sum(axis=0) - members.T @ x) / (len(x) - n)[:, None]
    within = np.sqrt(np.square(x - mean[one.project]).sum(axis=0) / max(len(x) - len(n), 1))
    chance = norm.isf((1 - level) / 2) * np.sqrt(1 / n + 1 / (len(x) - n))
    terms = len(columns.terms)
    table = pd.DataFrame({
        "project": np.repeat(one.projects, terms), "n": np.repeat(n, terms), "covariate": columns.terms * len(n),
        "mean": mean.ravel(), "mean_others": others.ravel(),
        "standardised_difference": ((mean - others) / np.where(within > 0, within, np.nan)).ravel(),
        "chance": np.repeat(chance, terms)})
    said = ("Each project is compared with the people of all others; deviations are those within projects.",
            "Balance of what was recorded says nothing about what was not.")
    return Result(table, f"balance of the case mix: {one.definition.label_en}", said, len(x), origin, ("n",),
                  counted="people")


def case_mix_overlap(one: Comparison, covariates: Sequence[str], *, origin: str = "own") -> Result:
    """Which share of each project's people lies where hardly anybody of all projects does.

    ``table``: project, n, covariate (each, and "all together"), outside_share, adjustable (False if more than
    30 percent are outside). Of one covariate outside is below the 5th or above the 95th percentile of everybody; of
    all together it is beyond the 90th percentile of the Mahalanobis distance from the mean of everybody.

    More than 30 percent outside: the project cannot be adjusted, because its adjusted value would be an
    extrapolation of the model to people whom it hardly has.
    """
    columns, n = _columns(one, covariates), one.n
    outside = np.column_stack([_outside_each(columns.matrix), _outside_together(columns)])
    share = np.eye(len(n))[one.project].T @ outside / n[:, None]
    terms = (*columns.terms, TOGETHER)
    table = pd.DataFrame({
        "project": np.repeat(one.projects, len(terms)), "n": np.repeat(n, len(terms)), "covariate": terms * len(n),
        "outside_share": share.ravel(), "adjustable": share.ravel() <= LARGEST_OUTSIDE})
    said = ("The common region holds the middle nine tenths of everybody, one covariate at a time and all together.",
            f"A project with more than {LARGEST_OUTSIDE:.0%} outside cannot be adjusted.")
    return Result(table, f"overlap of the case mix: {one.definition.label_en}", said, len(one.people), origin, ("n",),
                  counted="people")


def outside_share(one: Comparison, covariates: Sequence[str]) -> np.ndarray:
    """(J,): the largest `case_mix_overlap` of each project; 0 without covariates."""
    if not covariates:
        return np.zeros(len(one.projects))
    table = case_mix_overlap(one, covariates).table
    return table.groupby("project")["outside_share"].max().loc[list(one.projects)].to_numpy()


def adjustable_only(one: Comparison, covariates: Sequence[str]) -> Comparison:
    """The comparison of the projects that can be adjusted; `StudyError` if fewer than two can."""
    inside = outside_share(one, covariates) <= LARGEST_OUTSIDE
    if inside.sum() < 2:
        raise StudyError.of("Fewer than two projects can be adjusted: their people are too different.",
                            "Compare within groups of like people, or leave a covariate out and say so.")
    return one if inside.all() else one.of(one.people[inside[one.project]])


def _columns(one: Comparison, covariates: Sequence[str]) -> Design:
    columns = case_mix_columns(one.people, covariates)
    if columns is None:
        raise StudyError.of("No covariate is named.", "Name columns of the case mix.")
    return columns


def _outside_each(x: np.ndarray) -> np.ndarray:
    low, high = np.quantile(x, [EDGE, 1 - EDGE], axis=0)
    return (x < low) | (x > high)


def _outside_together(columns: Design) -> np.ndarray:
    x, _ = columns.standardised()
    distance = np.einsum("ip,pq,iq->i", x, np.linalg.pinv(x.T @ x / len(x)), x)
    return distance > np.quantile(distance, 1 - 2 * EDGE) * (1 + 1e-9)
