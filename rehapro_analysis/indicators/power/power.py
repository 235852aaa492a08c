"""Power by simulation: how often a plan would show what is there, with variances estimated and projects unequal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rehapro_analysis.indicators.power.draws import Draws, draw
from rehapro_analysis.indicators.power.plan import Plan
from rehapro_analysis.indicators.power.replicates import many_estimates
from rehapro_analysis.indicators.power.spreads import Spreads

AT_ONCE = 1 << 19  # people held in memory at once
GRID = 10  # spreads at which power is simulated; between them it is interpolated


def in_blocks(plan: Plan, tau: float, replicates: int, seed: int | tuple[int, ...],
              **options: np.ndarray) -> Iterator[Draws]:
    """Draws of a plan in blocks that fit into memory."""
    rng = np.random.default_rng(seed)
    at_once = max(1, AT_ONCE // len(plan.layout.coach))
    for done in range(0, replicates, at_once):
        yield draw(plan, tau, min(at_once, replicates - done), rng, **options)


def simulated_p(plan: Plan, tau: float, claim: str, thresholds: np.ndarray, *, replicates: int,
                seed: int) -> np.ndarray:
    """p-values (R, T) of a claim at thresholds (T,), by generalised Q with its F reference.

    claim: "any" (H0 no spread; thresholds count for nothing), "relevant" (H0 a spread up to the threshold) or "alike"
    (H0 a spread of the threshold or more).
    """
    return np.concatenate([claimed_p(many_estimates(block)[0], claim, thresholds)
                           for block in in_blocks(plan, tau, replicates, seed)])


def claimed_p(spreads: Spreads, claim: str, thresholds: np.ndarray) -> np.ndarray:
    """p-values (R, T) of a claim."""
    at = np.zeros(1) if claim == "any" else thresholds**2
    tail = np.column_stack([spreads.upper_tail(each) for each in at])
    return 1 - tail if claim == "alike" else tail


def power_curve(plan: Plan, taus: np.ndarray, alphas: np.ndarray, claim: str, threshold: float, *, replicates: int,
                seed: int) -> np.ndarray:
    """Power (T, A) at true spreads (T,) and levels (A,); the same seed draws the same people at every spread."""
    at = np.array([threshold])
    p = [simulated_p(plan, tau, claim, at, replicates=replicates, seed=seed)[:, 0] for tau in taus]
    return np.array([[(each <= alpha).mean() for alpha in alphas] for each in p])


def reaching(power: np.ndarray, at: np.ndarray, wanted: float) -> float:
    """Where a rising curve of power first reaches the wanted one, interpolated between logarithms; nan if nowhere.

    >>> round(reaching(np.array([0.2, 0.6, 1.0]), np.array([1.0, 4.0, 16.0]), 0.8), 9)
    8.0
    """
    power = np.maximum.accumulate(power)
    if power[-1] < wanted or power[0] >= wanted:
        return float("nan")
    return float(np.exp(np.interp(wanted, power, np.log(at))))


def simulated_spreads(plan: Plan, closed: np.ndarray, alphas: np.ndarray, claim: str, threshold: float, *,
                      power: float, replicates: int, seed: int) -> list[float]:
    """The spread (one for each level) that is shown with the wanted power, sought around those in closed form.

    nan where no spread that the scale can have is enough.
    """
    largest = 0.95 * np.sqrt(plan.person_variance) if plan.scale == "binary" else np.inf
    taus = np.geomspace(0.7 * closed.min(), min(2.0 * closed.max(), largest), GRID)
    curve = power_curve(plan, taus, alphas, claim, threshold, replicates=replicates, seed=seed)
    return [reaching(column, taus, power) for column in curve.T]


def simulated_thresholds(plan: Plan, closed: np.ndarray, alphas: np.ndarray, *, power: float, replicates: int,
                         seed: int) -> list[float]:
    """The smallest threshold (one for each level) below which projects that do not differ are shown to lie."""
    thresholds = np.geomspace(0.7 * closed.min(), 3.0 * closed.max(), 2 * GRID)
    p = simulated_p(plan, 0.0, "alike", thresholds, replicates=replicates, seed=seed)
    return [reaching((p <= alpha).mean(axis=0), thresholds, power) for alpha in alphas]

