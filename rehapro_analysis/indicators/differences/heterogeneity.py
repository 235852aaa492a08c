"""The spread between projects: generalised Q, and what it shows against a threshold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2
from scipy.stats import f as f_distribution

LARGEST = 1e8  # times the mean sampling variance: a spread beyond it is without upper limit


@dataclass(frozen=True)
class Heterogeneity:
    """Project estimates (J,) whose variance is ``sampling`` + ``growth`` * tau^2, with tau the spread between them.

    ``largest`` is the widest spread the scale allows: 1/2 for shares. ``df`` belongs to the sampling variance;
    infinite where it is known (chi-square instead of F). Everything follows from
    Q(t) = sum w_j (estimate_j - weighted mean)^2, w_j = 1/(sampling_j + growth_j t), which at t = tau^2 has the
    distribution (J - 1) F with J - 1 and nu(t) = df (1 + t/mean sampling)^2 degrees of freedom.

    Source of the Q-profile: Viechtbauer 2007, Statistics in Medicine 26:37.

    >>> spread = Heterogeneity(np.array([1., 2, 3]), np.ones(3), np.ones(3))
    >>> spread.q(0), spread.tau2(), round(spread.p_any(), 4)
    (2.0, 0.0, 0.3679)
    """

    estimate: np.ndarray
    sampling: np.ndarray
    growth: np.ndarray
    df: float = np.inf
    largest: float = field(default=np.inf, kw_only=True)

    @property
    def projects(self) -> int:
        """J, how many projects are compared."""
        return len(self.estimate)

    @property
    def free(self) -> int:
        """J - 1, the degrees of freedom of Q."""
        return self.projects - 1

    @property
    def usable(self) -> bool:
        """Whether every sampling variance is positive and finite, so that Q exists."""
        return bool(((self.sampling > 0) & np.isfinite(self.sampling) & np.isfinite(self.estimate)).all())

    def variance(self, tau2: float) -> np.ndarray:
        """The variance (J,) of each estimate around the common mean if the spread is tau2."""
        return self.sampling + self.growth * tau2

    def mean(self, tau2: float) -> float:
        """The weighted mean of the projects."""
        return float(np.average(self.estimate, weights=1 / self.variance(tau2)))

    def q(self, tau2: float) -> float:
        """Q(t)."""
        return float(np.sum((self.estimate - self.mean(tau2)) ** 2 / self.variance(tau2)))

    def upper_tail(self, tau2: float) -> float:
        """P(Q >= seen) if the spread is tau2."""
        if np.isinf(self.df):
            return float(chi2.sf(self.q(tau2), self.free))
        return float(f_distribution.sf(self.q(tau2) / self.free, self.free, self._df(tau2)))

    def p_any(self) -> float:
        """Any difference at all: H0 tau = 0, by the F reference. Where coaches are known the permutation rules."""
        return self.upper_tail(0.0)

    def p_relevant(self, threshold: float) -> float:
        """Minimum effect: H0 tau <= threshold."""
        return self.upper_tail(threshold**2)

    def p_equivalent(self, threshold: float) -> float:
        """Equivalence: H0 tau >= threshold."""
        return 1 - self.upper_tail(threshold**2)

    def tau2(self) -> float:
        """Paule and Mandel's estimate: Q(t) = J - 1, or 0."""
        return self._root(lambda t: self.q(t) - self.free)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Limits of tau: those thresholds that a two-sided test at 1 - level does not refuse."""
        tail = (1 - level) / 2
        lower = self._root(lambda t: tail - self.upper_tail(t))
        upper = self._root(lambda t: 1 - tail - self.upper_tail(t))
        return min(float(np.sqrt(lower)), self.largest), min(float(np.sqrt(upper)), self.largest)

    def reliability(self, tau2: float | None = None) -> np.ndarray:
        """(J,): tau^2 over the variance of each estimate, the share of it that is the project's own."""
        tau2 = self.tau2() if tau2 is None else tau2
        return tau2 / self.variance(tau2) if tau2 > 0 else np.zeros(self.projects)

    def rankability(self, tau2: float | None = None) -> float:
        """The reliability of the project in the middle (its median)."""
        return float(np.median(self.reliability(tau2)))

    def typical_sampling(self) -> float:
        """One sampling variance for all: (J - 1) sum w / ((sum w)^2 - sum w^2), w = 1/sampling."""
        w = 1 / self.sampling
        return float((self.projects - 1) * w.sum() / (w.sum() ** 2 - np.square(w).sum()))

    def without(self, kept: np.ndarray) -> Heterogeneity:
        """The same of the ``kept`` projects, sampling variances as they are."""
        return Heterogeneity(self.estimate[kept], self.sampling[kept], self.growth[kept], self.df,
                             largest=self.largest)

    def _df(self, tau2: float) -> float:
        return self.df * (1 + tau2 / self.sampling.mean()) ** 2

    def _root(self, falling) -> float:
        """The t at which a function that falls in t crosses zero; 0 if it starts below, inf if it never does."""
        top, end = 1e-6 * self.sampling.mean(), LARGEST * self.sampling.mean()
        if falling(0.0) <= 0:
            return 0.0
        while falling(top) > 0:
            top *= 4
            if top > end:
                return np.inf
        return float(brentq(falling, 0.0, top, xtol=1e-14 * max(top, 1e-300), rtol=1e-13))


def concordance(reliability: float) -> float:
    """The chance that two projects are put in the right order: 1/2 + arcsin(sqrt(reliability))/pi.

    >>> round(concordance(0.5), 12), round(concordance(0.9), 3)
    (0.75, 0.898)
    """
    return float(0.5 + np.arcsin(np.sqrt(reliability)) / np.pi)
