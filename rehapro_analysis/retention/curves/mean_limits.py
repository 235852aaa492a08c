"""Limits of a restricted mean: of its error as it is, on the logit scale, and exact-type for small groups."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.retention.curves.limits import Counts, Moments, beta_quantile, check_choice, normal_quantile
from rehapro_analysis.retention.event_tables.runs import Runs

MEAN_LIMITS = ("plain", "logit", "beta-product", "mid-p beta-product")


def mean_limits(counts: Counts, mean: np.ndarray, error: np.ndarray, horizon: float, *, ci: str = "plain",
                level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the area under a curve up to a horizon, shape (runs,), from its standard error or its counts.

    "plain": mean -+ z se, clipped to [0, horizon]. "logit": with x = mean/horizon, log(x/(1 - x)) -+
    z se/(horizon x(1 - x)), turned back; none (nan) where x is 0 or 1, since then the error is 0 as well.

    The area under the beta products of a curve (see :func:`beta_product_limits`) has the mean sum w m1 and the
    mean square sum w^2 m2 + 2 sum w (m2/m1) (the mean area still to come), w the length of a step; a beta
    law on [0, horizon] with these moments gives "beta-product": the lower limit from the products that end
    in Beta(rest, 1), the upper one from those that do not, cautious on both sides. "mid-p beta-product"
    takes both limits from the two laws mixed half and half and covers little more than the level.

    By hand: of 10 people nobody leaves in one month, the area of which is Beta(10, 1): 0.025 = 0.691503^10.

    >>> none = np.zeros(1)
    >>> counts = Counts(none + 10, none, none + 10, none + 1, Runs(none), whole=True)
    >>> lower, upper = mean_limits(counts, none + 1, none, 1, ci="beta-product")
    >>> lower.round(6).tolist(), upper.round(6).tolist()
    ([0.691503], [1.0])
    """
    check_choice("ci", ci, MEAN_LIMITS)
    z = normal_quantile(level)
    if ci == "plain":
        return np.maximum(mean - z * error, 0), np.minimum(mean + z * error, horizon)
    if ci == "logit":
        return _logit(mean, z * error, horizon)
    lower, upper = area_moments(counts, horizon)
    if ci == "mid-p beta-product":
        lower = upper = tuple((a + b) / 2 for a, b in zip(lower, upper, strict=True))
    known = np.where(np.isnan(mean), np.nan, horizon)
    return tuple(known * beta_quantile((1 + side * level) / 2, *law) for side, law in ((-1, lower), (1, upper)))


def _logit(mean: np.ndarray, move: np.ndarray, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        odds, move = mean / (horizon - mean), move * horizon / (mean * (horizon - mean))
        return tuple(horizon / (1 + np.exp(-side * move) / odds) for side in (-1, 1))


def area_moments(counts: Counts, horizon: float) -> tuple[Moments, Moments]:
    """Mean and mean square, shape (runs,), of the share of the horizon under the products of either limit."""
    runs, end = counts.runs, float(horizon)
    edges = _bordered(0.0, runs.matrix(np.minimum(counts.time.astype(float), end), end), runs)
    width = np.diff(np.column_stack([edges, np.full(len(edges), end)])) / end
    n = counts.n_risk[runs.first]
    before = ((n / (n + 1), n / (n + 2)), (1.0, 1.0))  # until somebody leaves
    laws = ((_bordered(start, runs.matrix(part, 0.0), runs) for start, part in zip(*law, strict=True))
            for law in zip(before, counts.products(), strict=True))
    lower, upper = (_area(*law, width) for law in laws)
    return lower, upper


def _bordered(start: np.ndarray | float, matrix: np.ndarray, runs: Runs) -> np.ndarray:
    return np.column_stack([np.broadcast_to(start, len(runs.first)), matrix])


def _area(m1: np.ndarray, m2: np.ndarray, width: np.ndarray) -> Moments:
    """Mean and mean square of the area of a product of independent factors, from those at every step."""
    part = width * m1
    to_come = np.cumsum(part[:, ::-1], axis=1)[:, ::-1] - part
    again = np.divide(m2, m1, out=np.zeros_like(m1), where=m1 > 0)
    return part.sum(axis=1), np.sum(width**2 * m2 + 2 * width * again * to_come, axis=1)
