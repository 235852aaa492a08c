"""What missing values could do to the spread: boxes in which project estimates lie, and their extremes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.study.problems import StudyError

DELTA = 0.2  # standard deviations of persons by which those without a value may differ: what is usually called small
MOST_PROJECTS = 16  # whose vertices are enumerated
ROUNDS = 100  # at most, to find the extremes of tau; a handful are needed
LIMITS = {"binary": (0.0, 1.0), "ordinal": (0.0, 1.0), "count": (0.0, np.inf)}  # of estimates; ordinal: ridits
UNLIMITED = (-np.inf, np.inf)


@dataclass(frozen=True)
class Box:
    """Project estimates that may lie anywhere from ``lower`` (J,) to ``upper`` (J,), with the variances of ``spread``.

    Q(t) is convex in the estimates: `apart` finds its largest value among the 2^J vertices, `alike` its smallest,
    which may lie inside the box, at estimates drawn to one common value as far as the box allows.

    >>> box = Box(np.array([0.0, 2]), np.array([1.0, 4]), Heterogeneity(np.array([0.5, 3]), np.ones(2), np.ones(2)))
    >>> box.alike(0).estimate.tolist(), box.apart(0).estimate.tolist(), box.apart(0).q(0)
    ([1.0, 2.0], [0.0, 4.0], 8.0)
    """

    lower: np.ndarray
    upper: np.ndarray
    spread: Heterogeneity

    def alike(self, tau2: float) -> Heterogeneity:
        """The estimates with the smallest Q(tau2): min over mu of sum w_j dist(mu, [lower_j, upper_j])^2."""
        w, ends = 1 / self.spread.variance(tau2), np.sort(np.concatenate([self.lower, self.upper]))
        slope = ((ends[:, None] - np.clip(ends[:, None], self.lower, self.upper)) * w).sum(axis=1)
        # the slope in mu rises piecewise linearly through zero: interpolation between the ends is exact
        middle = np.interp(0.0, slope, ends)
        return replace(self.spread, estimate=np.clip(middle, self.lower, self.upper))

    def apart(self, tau2: float) -> Heterogeneity:
        """The vertex with the largest Q(tau2); `StudyError` for more than 16 projects."""
        w = 1 / self.spread.variance(tau2)
        middle = np.average((self.lower + self.upper) / 2, weights=w)
        vertices = self.vertices() - middle
        q = vertices**2 @ w - (vertices @ w) ** 2 / w.sum()
        return replace(self.spread, estimate=vertices[q.argmax()] + middle)

    def vertices(self) -> np.ndarray:
        """All combinations (2^J, J) of lower and upper ends."""
        many = len(self.lower)
        if many > MOST_PROJECTS:
            raise StudyError.of(f"Bounds compare at most {MOST_PROJECTS} projects, not {many}.", "Choose projects.")
        choice = (np.arange(2**many)[:, None] >> np.arange(many)) & 1
        return np.where(choice, self.upper, self.lower)

    def tau(self) -> tuple[float, float]:
        """The smallest and the largest estimate of tau in the box."""
        return self._extreme(self.alike), self._extreme(self.apart)

    def _extreme(self, at: Callable[[float], Heterogeneity]) -> float:
        """tau of the estimates that are extreme at tau itself; each round comes nearer, since Q falls in tau."""
        tau2 = self.spread.tau2()
        for _ in range(ROUNDS):
            before, tau2 = tau2, at(tau2).tau2()
            if abs(tau2 - before) <= 1e-12 * max(tau2, before):
                break
        return float(np.sqrt(tau2))


def missing_shares(one: Comparison) -> np.ndarray:
    """m_j (J,): the share of due values that are missing in each compared project."""
    return one.missing_share().reindex(list(one.projects)).to_numpy(float)


def random_box(one: Comparison, delta: float = DELTA, spread: Heterogeneity | None = None) -> Box:
    """Missing at random give or take ``delta``: estimate_j +- m_j delta, in standard deviations of persons.

    The mean of those without a value differs from that of their project by at most delta, in each project in its own
    direction, within the limits of the scale (binary: on the scale of probabilities, delta times sqrt(p(1 - p))).
    For a fixed shift the sampling variance stays that of the observed. ``spread`` replaces the estimates, for
    example by adjusted ones.
    """
    spread = one.estimates.spread if spread is None else spread
    limits, reach = LIMITS.get(one.definition.scale, UNLIMITED), delta * one.estimates.person_sd
    here, share = spread.estimate, missing_shares(one)
    ends = (np.where(share > 0, share * (np.clip(here + sign * reach, *limits) - here), 0.0) for sign in (-1, 1))
    return Box(*(here + moved for moved in ends), spread)


def worst_case_box(one: Comparison, limits: tuple[float, float] | None = None) -> Box:
    """Manski's bounds: whoever has no value may have any. (1 - m_j) estimate_j + m_j limit.

    ``limits`` of a value: 0 and 1 for binary, ranks for ordinal indicators; a metric one needs them (WHO-5: 0 and
    100, its change -100 and 100). The sampling variance is that of the observed part, (1 - m_j)^2 V_j.

    Raises :class:`StudyError` for scales without limits.

    Source: Manski 1990, American Economic Review 80(2):319.
    """
    given = LIMITS.get(one.definition.scale, UNLIMITED) if limits is None else limits
    if not np.isfinite(given).all():
        raise StudyError.of(f"{one.definition.label_en}: the limits of the scale are not known.",
                            "Give the smallest and the largest possible value as limits.")
    of, share = one.estimates.spread, missing_shares(one)
    seen = (1 - share) * of.estimate
    spread = replace(of, sampling=(1 - share) ** 2 * of.sampling, growth=1 - (1 - share) ** 2 * (1 - of.growth))
    return Box(seen + share * given[0], seen + share * given[1], spread)


def worst_bound(one: Comparison, delta: float = DELTA) -> float:
    """The gate: p_relevant where those without a value make projects as alike as ``delta`` allows.

    nan without a relevant difference. Why 0.2: where the chance to answer grows with the value itself (e-fold odds a
    standard deviation, 55 to 95 % answering, 150 people asked a project, coaches), projects that are all alike are said
    to separate beyond 0.05 in 35 % of runs, and in 5 % with this gate; a true spread of 0.5 passes in 97 instead of
    99 % (``studies/answers.csv``). Stronger doubts need a larger delta; `tipping_delta` says how large it may be.
    """
    threshold = one.threshold
    return float("nan") if np.isnan(threshold) else random_box(one, delta).alike(threshold**2).p_relevant(threshold)
