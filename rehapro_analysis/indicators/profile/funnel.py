"""The funnel: each project between the limits of chance and between those of projects that differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.profile.funnel_limits import binomial_limits, overdispersed_limits
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.results import Result

LIMITS = ("chance_lower", "chance_upper", "spread_lower", "spread_upper")
ASSUMPTIONS = (
    "Limits of chance hold for a project like the others: exact for shares and counts, interpolated between whole "
    "events, wider where people of one coach are alike.",
    "Limits of spread let projects differ as the others do (tau without the project judged): beta-binomial for "
    "shares, negative binomial for counts.",
    "Beyond chance says that a project differs, beyond spread that it differs more than projects do; neither says why.",
)


def funnel(one: Comparison, *, level: float = 0.95, origin: str = "own") -> Result:
    """Every project against both limits, in the order of the study.

    ``table``: project, n, estimate, centre (pooled), chance_lower, chance_upper, spread_lower, spread_upper, beyond
    ("", "chance", "spread"). ``level`` holds for each project; ``1 - 0.05/J`` makes it hold for all J at once. On the
    scale time estimates are 2 (sqrt(rate ratio) - 1).
    """
    spread = usable_spread(one)
    sizes = _Sizes(one.n, np.bincount(one.project, one.people["exposure"]), spread.sampling, spread.growth)
    others = np.array([spread.without(np.arange(spread.projects) != left).tau2() if spread.projects > 2 else 0.0
                       for left in range(spread.projects)])
    limits = dict(zip(LIMITS, _both(one, sizes, others, level), strict=True))
    outside = [(spread.estimate < limits[f"{kind}_lower"]) | (spread.estimate > limits[f"{kind}_upper"])
               for kind in ("chance", "spread")]
    table = pd.DataFrame({"project": one.projects, "n": one.n, "estimate": spread.estimate,
                          "centre": _centre(one), **limits,
                          "beyond": np.select([outside[1] & outside[0], outside[0]], ["spread", "chance"], "")})
    return Result(table, f"funnel: {one.definition.label_en}", ASSUMPTIONS, len(one.people), origin, ("n",))


def funnel_curve(one: Comparison, *, level: float = 0.95, points: int = 60, origin: str = "own") -> Result:
    """The limits by size, to be drawn: columns n, chance_lower, chance_upper, spread_lower, spread_upper.

    Sizes run evenly over the square root of n, from 3 to a little beyond the largest project; the design effect is
    that of the project in the middle, tau that of all projects.
    """
    spread = usable_spread(one)
    n = np.unique(np.round(np.linspace(np.sqrt(3), np.sqrt(1.1 * one.n.max()), points) ** 2).astype(int))
    sampling = np.median(spread.sampling * one.n) / n
    growth = (n - 1) / n if one.definition.scale == "binary" else np.ones(len(n))
    sizes = _Sizes(n, n * one.people["exposure"].mean(), sampling, growth)
    limits = _both(one, sizes, np.full(len(n), spread.tau2()), level)
    table = pd.DataFrame({"n": n, **dict(zip(LIMITS, limits, strict=True))})
    return Result(table, f"funnel limits: {one.definition.label_en}", ASSUMPTIONS, len(one.people), origin)


@dataclass(frozen=True, eq=False)
class _Sizes:
    """Projects of any size: persons, time watched, sampling variance and growth with tau^2, (J,) each."""

    n: np.ndarray
    exposure: np.ndarray
    sampling: np.ndarray
    growth: np.ndarray


def _both(one: Comparison, sizes: _Sizes, tau2: np.ndarray, level: float) -> tuple[np.ndarray, ...]:
    tail = (1 - level) / 2
    spread = _limits(one, sizes, sizes.sampling + sizes.growth * np.minimum(tau2, _widest(one)), tail)
    return *_limits(one, sizes, sizes.sampling, tail), *spread


def _limits(one: Comparison, sizes: _Sizes, variance: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    typical = _centre(one)
    if one.definition.scale == "binary":
        excess = variance * sizes.n / (typical * (1 - typical)) - 1
        return binomial_limits(sizes.n, typical, tail, np.clip(excess / np.maximum(sizes.n - 1, 1), 0, 1))
    if one.definition.scale == "count":
        expected = typical * sizes.exposure
        return tuple(typical * limit for limit in overdispersed_limits(expected, variance * sizes.exposure**2, tail))
    reach = student.isf(tail, one.estimates.spread.df) * np.sqrt(variance)
    return typical - reach, typical + reach


def _widest(one: Comparison) -> float:
    """A share cannot spread more than between 0 and 1."""
    typical = _centre(one)
    return typical * (1 - typical) if one.definition.scale == "binary" else np.inf


def _centre(one: Comparison) -> float:
    """What all projects show together; on the scale time a rate ratio of 1, which is 0 there."""
    spread: Heterogeneity = one.estimates.spread
    return one.estimates.typical if one.definition.scale in ("binary", "count") else (
        0.0 if one.definition.scale == "time" else spread.mean(0.0))
