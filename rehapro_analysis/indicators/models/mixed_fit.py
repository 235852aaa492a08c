"""The maximum of a random-intercept likelihood, zero spread compared explicitly, and limits by its profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Protocol

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.stats import chi2

from rehapro_analysis.indicators.models.mixed_likelihood import Deviations

STARTS = (0.2, 1.0)  # times the scale of the residuals
LARGEST = 50.0  # times that scale: a spread beyond it is without upper limit
NEAR_ZERO = 1e-5
EXACT = {"jac": "3-point", "options": {"gtol": 1e-6}}
ROUGH = {"jac": "2-point", "options": {"gtol": 1e-4}}  # enough for a height of the likelihood, not for its place


class Likelihood(Protocol):
    """What can be maximised: ``levels`` have deviations that may be 0, those of ``always`` are never 0."""

    levels: tuple[str, ...]
    always: tuple[str, ...]
    start: np.ndarray

    def __call__(self, head: np.ndarray, sds: Deviations) -> float: ...


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is largest: its logarithm, the coefficients searched for, the standard deviations."""

    log_likelihood: float
    head: np.ndarray
    sds: Deviations


def maximum(likelihood: Likelihood, scale: float, *, fixed: Deviations | None = None,
            head: np.ndarray | None = None) -> Maximum:
    """The maximum over coefficients and all standard deviations that are not ``fixed``.

    Every set of levels is tried with a spread of 0 and with a positive one, the whole set from two starts. ``scale`` is
    the unit of the standard deviations.
    """
    fixed = fixed or {}
    search = ROUGH if fixed else EXACT
    head = likelihood.start if head is None else head
    found = [_climbed(likelihood, head, dict(zip(free, starts, strict=True)), fixed, scale, search)
             for free, starts in _trials(likelihood, fixed, scale)]
    return max(found, key=lambda one: one.log_likelihood)


def profile_limits(likelihood: Likelihood, best: Maximum, level_name: str, scale: float,
                   level: float = 0.95) -> tuple[float, float]:
    """All values of a standard deviation at which the deviance rises by less than the chi-square quantile.

    The lower limit is 0 if 0 is among them, the upper one infinite if the likelihood never falls.
    """
    allowed, seen = chi2.ppf(level, 1), min(best.sds[level_name], LARGEST * scale)

    def excess(sd: float) -> float:
        at = maximum(likelihood, scale, fixed={level_name: float(sd)}, head=best.head)
        return 2 * (best.log_likelihood - at.log_likelihood) - allowed

    seen = max(seen, NEAR_ZERO * scale)
    floor = 10 * NEAR_ZERO * scale if level_name in likelihood.always else 0.0
    lower = 0.0 if excess(floor) <= 0 else brentq(excess, floor, seen, xtol=1e-6 * scale)
    top = 2 * seen + 0.1 * scale
    while excess(top) < 0:
        top *= 2
        if top > LARGEST * scale:
            return lower, float("inf")
    return lower, brentq(excess, seen, top, xtol=1e-6 * scale)


def _trials(likelihood: Likelihood, fixed: Deviations, scale: float) -> Iterator[tuple[tuple, tuple]]:
    """Which deviations are searched for, with their starts; those of the other levels are 0."""
    always = tuple(name for name in likelihood.always if name not in fixed)
    open_levels = [name for name in likelihood.levels if name not in fixed]
    for chosen in chain.from_iterable(combinations(open_levels, size) for size in range(len(open_levels) + 1)):
        for start in STARTS if len(chosen) == len(likelihood.levels) else STARTS[:1]:
            yield always + chosen, (scale,) * len(always) + (start * scale,) * len(chosen)


def _climbed(likelihood: Likelihood, head: np.ndarray, starts: Deviations, fixed: Deviations, scale: float,
             search: dict) -> Maximum:
    names, zero = list(starts), dict.fromkeys(likelihood.levels, 0.0)
    many = len(head)

    def deviations(point: np.ndarray) -> Deviations:
        logs = np.clip(point[many:], np.log(NEAR_ZERO * scale), np.log(2 * LARGEST * scale))
        return zero | fixed | dict(zip(names, np.exp(logs), strict=True))

    def loss(point: np.ndarray) -> float:
        value = -likelihood(point[:many], deviations(point))
        return value if np.isfinite(value) else 1e300

    start = np.concatenate([head, np.log(list(starts.values()))])
    if not len(start):
        return Maximum(-loss(start), head, deviations(start))
    found = minimize(loss, start, method="BFGS", **search)
    sds = {name: float(sd) if sd < LARGEST * scale else float("inf") for name, sd in deviations(found.x).items()}
    return Maximum(-float(found.fun), found.x[:many], sds)
