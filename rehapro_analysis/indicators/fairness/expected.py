"""Indirect standardisation: the events of a project against those expected of the same people elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.fairness.case_mix import adjusted_comparison
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.life_tables import poisson_limits
from rehapro_analysis.study.problems import StudyError

FARTHEST = 60.0  # shift of log odds at which every chance is 0 or 1


def observed_expected(one: Comparison, covariates: Sequence[str], *, level: float = 0.95,
                      origin: str = "own") -> Result:
    """Observed events of each project, those expected of its people, and their ratio with exact limits.

    E_j = sum over its people of g^-1(alpha + x'beta): slopes within projects, one intercept for all with which
    observed and expected events add up to the same. Limits: counts and times those of a Poisson mean; yes or no
    those of a Poisson-binomial number: all its people's log odds are moved together until as many events (as few)
    as observed have the probability (1 - level)/2; without covariates that is Clopper and Pearson.

    ``table``: project, n, observed, expected, ratio, lower, upper, design_effect (of coaches; limits of independent
    people are too narrow by about its square root). Raises `StudyError` for scales without events.

    Caution: ratios of two projects are weighted by two different case mixes. They are comparable with 1, not with
    each other; for comparing projects take `case_mix_adjustment`.
    """
    if one.definition.scale not in ("binary", "count", "time"):
        raise StudyError.of(f"A {one.definition.scale} value has no events to expect.", "Take case_mix_adjustment.")
    fair = adjusted_comparison(one, covariates)
    expects = fair.model.expected()
    observed, expected = (np.bincount(fair.project, each) for each in (fair.model.response.y, expects))
    lower, upper = _poisson_binomial_ratio(fair.project, expects, observed, level) if (
        one.definition.scale == "binary") else (limit / expected for limit in poisson_limits(observed, level))
    table = pd.DataFrame({"project": one.projects, "n": one.n, "observed": observed, "expected": expected,
                          "ratio": observed / expected, "lower": lower, "upper": upper,
                          "design_effect": fair.estimates.components.design_effect})
    said = ("Ratios of two projects rest on two different case mixes: each is comparable with 1, not with the other.",
            "Limits take expected events as known and people as independent; coaches make them too narrow.")
    return Result(table, f"observed against expected events: {one.definition.label_en}", said, len(one.people), origin,
                  ("n", "observed"), counted="people")


def poisson_binomial_cdf(chance: np.ndarray) -> np.ndarray:
    """P(X <= 0), ..., P(X <= n) of a number of events with ``chance`` (n,) each, by its characteristic function.

    >>> poisson_binomial_cdf(np.array([0.5, 0.2])).round(12).tolist()
    [0.4, 0.9, 1.0]
    """
    many = len(chance) + 1
    turns = np.exp(2j * np.pi * np.arange(many) / many)
    law = np.fft.fft(np.prod(1 + chance[:, None] * (turns - 1), axis=0)).real / many
    return np.clip(np.cumsum(law), 0, 1)


def poisson_binomial_limits(chance: np.ndarray, observed: int, level: float = 0.95) -> tuple[float, float]:
    """Limits of the expected number of events if the log odds of all ``chance`` (n,) move together.

    >>> [round(limit / 10, 6) for limit in poisson_binomial_limits(np.full(10, 0.5), 7)]
    [0.347547, 0.93326]
    """
    odds, tail, most = logit(chance), (1 - level) / 2, len(chance)

    def where(falling) -> float:
        return float(expit(odds + brentq(falling, -FARTHEST, FARTHEST, xtol=1e-12)).sum())

    lower = 0.0 if observed == 0 else where(
        lambda move: tail - 1 + poisson_binomial_cdf(expit(odds + move))[observed - 1])
    upper = float(most) if observed == most else where(
        lambda move: poisson_binomial_cdf(expit(odds + move))[observed] - tail)
    return lower, upper


def _poisson_binomial_ratio(project: np.ndarray, expects: np.ndarray, observed: np.ndarray,
                            level: float) -> tuple[np.ndarray, np.ndarray]:
    limits = [np.array(poisson_binomial_limits(expects[project == each], round(seen), level))
              / expects[project == each].sum() for each, seen in enumerate(observed)]
    return tuple(np.array(limits).T)
