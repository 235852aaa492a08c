"""Test statistics of many tables of counts at once: x and n (C, J), a row a completion, a column a project."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln
from scipy.stats import chi2

SAME = 1e-7  # relative difference up to which two probabilities count as equal, as in R's fisher.test
CELLS = 2_000_000  # of one array at a time
STEPS, LARGEST = 60, 4.0  # halvings of the search for tau^2; shares cannot spread further


def fisher_p(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Two-sided p-values (C,) of Fisher's exact test in the 2 x 2 tables x, n - x; arrays (C, 2).

    >>> fisher_p(np.array([[11, 349]]), np.array([[15, 417]])).round(4).tolist()
    [0.2906]
    """
    x, n = np.asarray(x, np.intp), np.asarray(n, np.intp)
    smaller = np.where(n[:, 0] <= n[:, 1], 0, 1)[:, None]  # the sum runs over the events of the smaller project
    first, second = (np.take_along_axis(n, place, axis=1) for place in (smaller, 1 - smaller))
    seen, events = np.take_along_axis(x, smaller, axis=1), x.sum(axis=1, keepdims=True)
    size = max(1, CELLS // int(first.max() + 1))
    return np.concatenate([_fisher(*(part[start:start + size] for part in (seen, events, first, second)))
                           for start in range(0, len(x), size)])


def pearson(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Pearson's X^2 (C,) of the 2 x J tables, without correction; 0 where all or none are events.

    >>> pearson(np.array([[1, 3]]), np.array([[4, 4]])).tolist()
    [2.0]
    """
    return q(x, n, 0.0)


def pearson_p(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The p-values (C,) of `pearson` by the chi-square distribution with J - 1 degrees of freedom."""
    return chi2.sf(pearson(x, n), np.shape(x)[1] - 1)


def q(x: np.ndarray, n: np.ndarray, tau2: float | np.ndarray) -> np.ndarray:
    """Generalised Q (C,) of shares whose variance is p (1 - p)/n + tau^2 (n - 1)/n, with the pooled p.

    The same as `Heterogeneity.q`, of all completions at once; ``tau2`` a number or (C,).
    """
    x, n = np.asarray(x, float), np.asarray(n, float)
    pooled = (x.sum(axis=1) / n.sum(axis=1))[:, None]
    variance = pooled * (1 - pooled) / n + np.broadcast_to(tau2, len(x))[:, None] * (n - 1) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = 1 / variance
        mean = (weight * (x / n)).sum(axis=1) / weight.sum(axis=1)
        found = (weight * (x / n - mean[:, None]) ** 2).sum(axis=1)
    return np.where(np.isfinite(found), found, 0.0)


def spread(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """tau (C,), the spread of the shares between projects, by Paule and Mandel: Q(tau^2) = J - 1, or 0."""
    free, low, high = np.shape(x)[1] - 1, np.zeros(len(x)), np.full(len(x), LARGEST)
    some = q(x, n, 0.0) > free
    for _ in range(STEPS):
        middle = (low + high) / 2
        above = q(x, n, middle) > free
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(some, np.sqrt((low + high) / 2), 0.0)


def _fisher(seen: np.ndarray, events: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """p of ``seen`` events among ``first`` people if all ``events`` fall on first and second alike; (C, 1) each."""
    factorial = gammaln(np.arange(int((first + second).max()) + 1) + 1)
    k = np.arange(int(first.max()) + 1)
    log = _choose(first, k, factorial) + _choose(second, events - k, factorial)
    mass = np.exp(log - log.max(axis=1, keepdims=True))
    like = log <= np.take_along_axis(log, seen, axis=1) + SAME
    return np.minimum((mass * like).sum(axis=1) / mass.sum(axis=1), 1.0)


def _choose(n: np.ndarray, k: np.ndarray, factorial: np.ndarray) -> np.ndarray:
    """log of n over k; -inf where there is none."""
    inside = (k >= 0) & (k <= n)
    k = np.where(inside, k, 0)
    return np.where(inside, factorial[n] - factorial[k] - factorial[n - k], -np.inf)
