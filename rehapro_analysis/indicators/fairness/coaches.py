"""How much coaches of one project differ: what is left to see of the chemistry between coach and participant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.permutation import PERMUTATIONS, permutation_test
from rehapro_analysis.indicators.fairness.adjustment import SEED
from rehapro_analysis.indicators.fairness.case_mix import adjusted_comparison
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

FEWEST = 10  # coaches beyond one a project, below which their variance would be a statement about persons


def coach_share(one: Comparison, covariates: Sequence[str] = (), *, level: float = 0.95, seed: int = SEED,
                permutations: int = PERMUTATIONS, origin: str = "own") -> Result:
    """The share of the variance within projects that lies between coaches, after case mix if ``covariates`` are named.

    share = s_c^2/(s_c^2 + s_e^2) of what a person shows beyond the project and the case mix: 0 if it does not matter
    who the coach is, 1 if nothing else does. Limits from F = MS_c/MS_e:
    (F/F_q - 1)/(F/F_q - 1 + k1) at q = (1 + level)/2 and (1 - level)/2, clipped to [0, 1]; exact for normal values
    and equal caseloads (Searle 1971), near that otherwise.

    ``table``, one row: projects, coaches, n, caseload (k1, a mean), estimate, lower, upper, p_value (people exchange
    coaches within their project). Only the variance is shown, never a coach. Raises `StudyError` where coaches are
    unknown or fewer than ten more than projects.

    Caution: one coach and one participant meet once, so that what the two make of each other cannot be told from
    the participant; and people were not given their coaches by lot.
    """
    if one.coach is None or one.coach.max() + 1 - len(one.projects) < FEWEST:
        raise StudyError.of("There are too few known coaches to speak of their variance without speaking of persons.",
                            f"At least {FEWEST} coaches more than projects are needed.")
    model = adjusted_comparison(one, covariates).model
    residual = model.response.y - model.fitted()
    between, within, caseload, free = _mean_squares(residual, one.project, one.coach, len(model.beta))
    ratio = between / within
    tail = (1 - level) / 2
    shares = [_share(ratio / f_distribution.isf(q, *free), caseload) for q in (tail, 1 - tail)]
    test = permutation_test(residual, one.coach, np.arange(len(residual)), stratum=one.project, rng=seed,
                            permutations=permutations)
    table = pd.DataFrame([{"projects": len(one.projects), "coaches": int(one.coach.max()) + 1, "n": len(residual),
                           "caseload": caseload, "estimate": _share(ratio, caseload), "lower": shares[0],
                           "upper": shares[1], "p_value": test.p_value}])
    said = ("Only the variance between coaches is shown, never a coach.",
            "What one coach and one participant make of each other cannot be told from the participant: they meet "
            "once. The share is what coaches differ in for all their people.",
            "People do not get their coaches by lot; a coach with harder cases looks like a weaker one.",
            "Limits are exact for normal values and equal caseloads.")
    return Result(table, f"share of coaches in the variance within projects: {one.definition.label_en}", said,
                  len(residual), origin, ("n",), ("estimate", "lower", "upper"), "people")


def _mean_squares(residual: np.ndarray, project: np.ndarray, coach: np.ndarray,
                  slopes: int) -> tuple[float, float, float, tuple[int, int]]:
    """MS_c, MS_e, k1 and their degrees of freedom from what people show beyond their project's mean."""
    size, n = np.bincount(coach), np.bincount(project)
    of_coach = float((np.bincount(coach, residual) ** 2 / size).sum())
    of_project = float((np.bincount(project, residual) ** 2 / n).sum())
    home = np.zeros(len(size), np.intp)
    home[coach] = project
    free = len(size) - len(n), len(residual) - len(size) - slopes
    caseload = (len(residual) - float((np.bincount(home, size**2) / n).sum())) / free[0]
    return ((of_coach - of_project) / free[0], (float(residual @ residual) - of_coach) / free[1], caseload, free)


def _share(ratio: float, caseload: float) -> float:
    return float(max(0.0, (ratio - 1) / (ratio - 1 + caseload)))
