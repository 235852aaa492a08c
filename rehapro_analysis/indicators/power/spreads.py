"""Generalised Q and the coach-level test of many replicates at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from rehapro_analysis.indicators.differences.permutation import ROUNDING
from rehapro_analysis.indicators.power.layout import Layout


@dataclass(frozen=True, eq=False)
class Spreads:
    """`Heterogeneity` of R replicates: ``estimate``, ``sampling``, ``growth`` (R, J) and ``df`` (R,)."""

    estimate: np.ndarray
    sampling: np.ndarray
    growth: np.ndarray
    df: np.ndarray

    @property
    def free(self) -> int:
        """J - 1."""
        return self.estimate.shape[1] - 1

    def q(self, tau2: np.ndarray | float) -> np.ndarray:
        """Q (R,) at spreads (R,) or one for all."""
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = 1 / (self.sampling + self.growth * np.reshape(tau2, (-1, 1)))
            mean = (weight * self.estimate).sum(axis=1) / weight.sum(axis=1)
            return (weight * (self.estimate - mean[:, None]) ** 2).sum(axis=1)

    def upper_tail(self, tau2: np.ndarray | float) -> np.ndarray:
        """P(Q >= seen) (R,) if the spread is tau2; nan where a variance is missing."""
        q = self.q(tau2)
        known = np.isinf(self.df)
        with np.errstate(divide="ignore", invalid="ignore"):
            free = np.where(known, 1.0, self.df) * (1 + tau2 / self.sampling.mean(axis=1)) ** 2
        return np.where(known, chdtrc(self.free, q), fdtrc(self.free, free, q / self.free))

    def tau2(self) -> np.ndarray:
        """Paule and Mandel's estimate (R,), by bisection."""
        spread = self.estimate - self.estimate.mean(axis=1, keepdims=True)
        high = (spread**2).sum(axis=1) / (self.growth.min(axis=1) * self.free)
        low, none = np.zeros_like(high), self.q(0.0) <= self.free
        for _ in range(50):
            middle = (low + high) / 2
            above = self.q(middle) > self.free
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return np.where(none, 0.0, (low + high) / 2)

    def rankability(self) -> np.ndarray:
        """The median reliability (R,)."""
        tau2 = self.tau2()[:, None]
        return np.median(tau2 / (self.sampling + self.growth * tau2), axis=1)


def block_p(score: np.ndarray, seen: np.ndarray, layout: Layout, *, rng: np.random.Generator,
            permutations: int) -> np.ndarray:
    """p (R,) of any difference, whole coaches moving (people where coaches are unknown), as `permutation_test`.

    All replicates share the random relabelings of one call.
    """
    home = layout.home if layout.known else layout.project
    score = (score - ((score * seen).sum(axis=1) / seen.sum(axis=1))[:, None]) * seen
    sums, n = (layout.by_coach(each) if layout.known else each for each in (score, seen))
    labels = np.vstack([home, rng.permuted(np.tile(home, (permutations, 1)), axis=1)])
    groups = layout.projects
    place = np.eye(groups)[labels].transpose(1, 0, 2).reshape(len(home), -1)
    by_group, many = ((each @ place).reshape(len(score), -1, groups) for each in (sums, n))
    between = (by_group**2 / np.maximum(many, 1)).sum(axis=2)
    statistic = (seen.sum(axis=1) - 1)[:, None] * between / np.einsum("rn,rn->r", score, score)[:, None]
    seen_one = statistic[:, :1]
    reached = statistic[:, 1:] >= seen_one - ROUNDING * np.maximum(1.0, seen_one)
    return (1 + reached.sum(axis=1)) / (1 + permutations)


def person_level_p(score: np.ndarray, seen: np.ndarray, layout: Layout) -> np.ndarray:
    """p (R,) of the one-way F test that takes people for independent, for comparison only."""
    persons, n = seen.sum(axis=1), layout.by_project(seen)
    score = (score - ((score * seen).sum(axis=1) / persons)[:, None]) * seen
    between = (layout.by_project(score) ** 2 / n).sum(axis=1)
    within = np.einsum("rn,rn->r", score, score) - between
    free = layout.projects - 1, persons - layout.projects
    return fdtrc(*free, (between / free[0]) / (within / free[1]))
