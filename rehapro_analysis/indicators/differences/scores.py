"""One number a person for every scale, and one statistic for all: how far project means of scores lie apart."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from rehapro_analysis.retention.curves.limits import check_choice

SCALES = ("binary", "ordinal", "metric", "count", "time")


def scores(value: np.ndarray, scale: str, exposure: np.ndarray | None = None) -> np.ndarray:
    """The score a(y) of each person, shape (N,), whatever the scale.

    metric and binary: the value; ordinal: the mid-rank; count: y - E sum(y)/sum(E); time: the event (0 or 1)
    minus the Nelson-Aalen cumulative hazard at the person's time (``exposure``). Count and time
    scores add up to zero. Without ``exposure`` every person counts the same.

    >>> scores(np.array([3, 1, 1]), "ordinal").tolist(), scores(np.array([4, 0]), "count", np.array([1, 3])).tolist()
    ([3.0, 1.5, 1.5], [3.0, -3.0])
    >>> scores(np.array([1, 0, 1]), "time", np.array([2, 1, 2])).tolist()
    [0.0, 0.0, 0.0]
    """
    check_choice("scale", scale, SCALES)
    value = np.asarray(value, float)
    exposure = np.ones_like(value) if exposure is None else np.asarray(exposure, float)
    if scale == "ordinal":
        return rankdata(value)
    if scale == "count":
        return value - exposure * value.sum() / exposure.sum()
    if scale == "time":
        return value - cumulative_hazard(value, exposure)
    return value


def cumulative_hazard(event: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The pooled Nelson-Aalen estimate at each person's time, shape (N,); events before censorings at ties."""
    times, place = np.unique(time, return_inverse=True)
    at_risk = len(time) - np.concatenate([[0], np.cumsum(np.bincount(place))[:-1]])
    return np.cumsum(np.bincount(place, event) / at_risk)[place] if len(times) else np.zeros(0)


def score_statistic(score: np.ndarray, project: np.ndarray) -> float:
    """T = (N - 1) sum n_j (mean_j - mean)^2 / sum (a - mean)^2; 0 where all scores are equal.

    ``project`` holds codes 0, 1, ... With mid-ranks it is Kruskal and Wallis' H with its correction for ties,
    with 0/1 Pearson's X^2 times (N - 1)/N; it equals ``independence_test(teststat = "quad")`` of R's coin.

    >>> round(score_statistic(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 1])), 12)
    2.4
    """
    centred = np.asarray(score, float) - np.mean(score)
    total = float(centred @ centred)
    if total <= 1e-12 * max(1.0, float(np.square(score).sum())):
        return 0.0
    sums, n = np.bincount(project, centred), np.bincount(project)
    return float((len(centred) - 1) * np.sum(sums[n > 0] ** 2 / n[n > 0]) / total)
