"""Between which limits a project's number falls if it is like the others: exact, and wider where projects differ."""

from __future__ import annotations

import numpy as np
from scipy.stats import betabinom, binom, chi2, nbinom, poisson

SCARCELY = 1e-9  # overdispersion below this is none


def binomial_limits(n: np.ndarray, p: float, tail: float, correlation: np.ndarray | float = 0.0) -> tuple[np.ndarray,
                                                                                                         np.ndarray]:
    """Exact limits (J,) of a share x/n, interpolated between whole events, each with the chance ``tail`` outside.

    r = min{R: P(X <= R) >= a}, limit (r - (P(X <= r) - a)/P(X = r))/n, clipped to [0, 1], at a = tail and 1 - tail.
    ``correlation`` of two people of a project widens the binomial to a beta-binomial, from coaches and from projects
    that differ.

    Source: Spiegelhalter 2005, Statistics in Medicine 24:1185.

    >>> [limit.round(3).tolist() for limit in binomial_limits(np.array([10]), 0.4455446, 0.025)]
    [[0.1], [0.703]]
    """
    n, rho = np.broadcast_arrays(np.asarray(n), np.asarray(correlation, float))
    return tuple(np.clip(np.array([_interpolated(_spread_binomial(int(many), p, each), share)
                                   for many, each in zip(n, rho, strict=True)]) / n, 0, 1)
                 for share in (tail, 1 - tail))


def poisson_limits(expected: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact limits (J,) of observed/expected events: chi-square quantiles over twice the expected number.

    >>> [limit.round(3).tolist() for limit in poisson_limits(np.array([10.0]), 0.025)]
    [[0.48], [1.839]]
    """
    expected = np.asarray(expected, float)
    return chi2.ppf(tail, 2 * expected) / (2 * expected), chi2.isf(tail, 2 * (expected + 1)) / (2 * expected)


def overdispersed_limits(expected: np.ndarray, variance: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits (J,) of observed/expected events whose ``variance`` exceeds the expected number: negative binomial.

    >>> lower, upper = overdispersed_limits(np.array([10.0, 10.0]), np.array([10.0, 30.0]), 0.025)
    >>> bool(lower[1] < lower[0] and upper[1] > upper[0])
    True
    """
    expected = np.asarray(expected, float)
    return tuple(np.array([_interpolated(_spread_poisson(mean, var), share)
                           for mean, var in zip(expected, variance, strict=True)]) / expected
                 for share in (tail, 1 - tail))


def _interpolated(law, share: float) -> float:
    reached = law.ppf(share)
    return max(0.0, float(reached - (law.cdf(reached) - share) / law.pmf(reached)))


def _spread_binomial(n: int, p: float, correlation: float):
    if correlation < SCARCELY or n < 2:
        return binom(n, p)
    size = 1 / min(correlation, 1 - SCARCELY) - 1  # a + b
    return betabinom(n, size * p, size * (1 - p))


def _spread_poisson(mean: float, variance: float):
    if variance <= mean * (1 + SCARCELY):
        return poisson(mean)
    return nbinom(mean**2 / (variance - mean), mean / variance)
