"""The smallest separation that these numbers could show, and what a practitioner's difference means for it."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.integrate import quad
from scipy.stats import chi2, norm
from scipy.stats import f as f_distribution


@cache
def expected_range(projects: int) -> float:
    """E(largest - smallest) of J independent normal values, in standard deviations.

    A relevant difference between the best and the worst of J projects, divided by it, is the relevant spread.

    >>> [round(expected_range(projects), 3) for projects in (2, 8, 10, 12)]
    [1.128, 2.847, 3.078, 3.258]
    """
    return quad(lambda x: 1 - norm.cdf(x) ** projects - norm.sf(x) ** projects, -np.inf, np.inf)[0]


def smallest_detectable(sampling: float, projects: int, *, alpha: float = 0.05, power: float = 0.8,
                        threshold: float = 0.0, df: float = np.inf) -> float:
    """The spread tau that a test of H0 tau <= threshold at ``alpha`` finds with the given power.

    tau^2 = (V + threshold^2) c / chi^2_{1 - power} - V, with V the sampling variance of a project's estimate and c
    the critical value of Q; threshold 0 asks for any difference. Optimistic where projects differ much in
    size: a simulation gives less.

    >>> round(smallest_detectable(1.0, 12), 3), round(smallest_detectable(1.0, 12, alpha=0.05 / 12), 3)
    (1.347, 1.704)
    """
    free = projects - 1
    nu = df * (1 + threshold**2 / sampling) ** 2
    critical = chi2.isf(alpha, free) if np.isinf(df) else free * f_distribution.isf(alpha, free, nu)
    reached = (sampling + threshold**2) * critical / chi2.ppf(1 - power, free)
    return float(np.sqrt(max(0.0, reached - sampling)))


def smallest_excluded(sampling: float, projects: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest threshold below which projects that do not differ are shown to lie with the given power.

    tau_0^2 = V (chi^2_power / chi^2_alpha - 1), lower quantiles; optimistic as `smallest_detectable`.

    >>> round(smallest_excluded(1.0, 12) ** 2, 2)
    2.2
    """
    return float(np.sqrt(sampling * (chi2.ppf(power, projects - 1) / chi2.ppf(alpha, projects - 1) - 1)))


def least_ratio(projects: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """By how much a spread must exceed the threshold to be shown to do so, however many people there are.

    >>> round(least_ratio(12), 2), round(least_ratio(12, alpha=0.05 / 12), 2)
    (1.68, 1.98)
    """
    return float(np.sqrt(chi2.isf(alpha, projects - 1) / chi2.ppf(1 - power, projects - 1)))
