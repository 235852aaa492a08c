"""Integrals over random intercepts: adaptive Gauss-Hermite quadrature, one level inside another."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.special import expit, logsumexp

NODES = 25
NESTED_NODES = 11
NEWTON_STEPS = 60
SETTLED = 1e-10

# From shifts (G, M) of the linear predictor to the log-density of each of G groups and its two derivatives, (G, M) each
Density = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


@cache
def hermite(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes sqrt(2) z_k and log weights log(sqrt(2) w_k) + z_k^2, so that sum exp(weight) f(node) is the integral of f.

    >>> node, weight = hermite(5)
    >>> round(float(np.sum(np.exp(weight - node**2 / 2) * node**2) / np.sqrt(2 * np.pi)), 12)
    1.0
    """
    z, w = np.polynomial.hermite.hermgauss(nodes)
    return np.sqrt(2) * z, np.log(np.sqrt(2) * w) + z**2


def binomial_density(events: np.ndarray, trials: np.ndarray, predictor: np.ndarray) -> Density:
    """events eta - trials log(1 + e^eta) of each row (R,): yes or no, logit link, alike rows added up."""
    def density(shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        eta = predictor[:, None] + shift
        share = expit(eta)
        many, seen = trials[:, None], events[:, None]
        return seen * eta - many * np.logaddexp(0, eta), seen - many * share, -many * share * (1 - share)
    return density


def poisson_density(events: np.ndarray, exposure: np.ndarray, predictor: np.ndarray) -> Density:
    """events eta - exposure e^eta of each row (R,): Poisson counts with the log link, without the terms free of eta."""
    def density(shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        eta = predictor[:, None] + shift
        mean = exposure[:, None] * np.exp(np.minimum(eta, 500))
        return events[:, None] * eta - mean, events[:, None] - mean, -mean
    return density


def summed(density: Density, group: np.ndarray) -> Density:
    """The density of groups whose members share their shift; ``group`` holds sorted codes 0, 1, ... of the members."""
    first = np.flatnonzero(np.diff(group, prepend=-1))

    def of_groups(shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return tuple(np.add.reduceat(part, first, axis=0) for part in density(shift[group]))
    return of_groups


def integrated(density: Density, sd: float, nodes: int = NODES) -> Density:
    """log of the integral of exp(density(shift + b)) over a normal b with that standard deviation, per group.

    Nodes lie around the mode of each integrand, scaled by its curvature. The result is itself a density with both
    derivatives, so that coaches can be integrated out inside projects. ``sd`` 0 leaves the density as it is.
    """
    if sd == 0:
        return density
    node, weight = hermite(nodes)

    def of_groups(shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mode, scale = _mode(density, shift, sd)
        b = mode[..., None] + scale[..., None] * node
        flat = (shift[..., None] + b).reshape(len(b), -1)
        value, slope, bend = (part.reshape(b.shape) for part in density(flat))
        log = value + weight + np.log(scale / sd)[..., None] - b**2 / (2 * sd**2) - np.log(2 * np.pi) / 2
        total = logsumexp(log, axis=-1)
        share = np.exp(log - total[..., None])
        first = np.sum(share * slope, axis=-1)
        return total, first, np.sum(share * (bend + slope**2), axis=-1) - first**2
    return of_groups


def _mode(density: Density, shift: np.ndarray, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """The mode of density(shift + b) - b^2/(2 sd^2) in b by damped Newton steps, and 1/sqrt(-curvature) there."""
    b = np.zeros_like(shift)
    for _ in range(NEWTON_STEPS):
        _, slope, bend = density(shift + b)
        step = (slope - b / sd**2) / (np.maximum(-bend, 0) + 1 / sd**2)
        b = b + np.clip(step, -2.0, 2.0)  # a step from a flat tail must not leap over the mode
        if np.abs(step).max() < SETTLED:
            break
    bend = density(shift + b)[2]
    return b, 1 / np.sqrt(np.maximum(-bend, 0) + 1 / sd**2)
