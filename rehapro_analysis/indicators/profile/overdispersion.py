"""Whether projects differ by more than chance on the scale of a funnel, right for as few as twelve of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import chi2

REPLICATES = 20_000
SEED = 20220615


@dataclass(frozen=True)
class Overdispersion:
    """``chi2`` is the sum of squared z (J,), ``p_value`` its tail at J - 1; ``phi`` = chi2/J and ``tau2`` by moments.

    ``phi_expected`` is the mean of phi where nothing but chance is at work ((J - 1)/J without winsorising),
    ``phi_corrected`` = phi/phi_expected, and ``p_phi`` the share of chance replicates with as large a phi.
    """

    chi2: float
    p_value: float
    phi: float
    tau2: float
    phi_expected: float
    phi_corrected: float
    p_phi: float


def share_z(events: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """z (J,) of arcsine shares around the pooled one, and the standard errors 1/(2 sqrt n).

    >>> share_z(np.array([1, 3]), np.array([4, 4]))[0].round(4).tolist()
    [-1.0472, 1.0472]
    """
    se = 1 / (2 * np.sqrt(n))
    return (np.arcsin(np.sqrt(events / n)) - np.arcsin(np.sqrt(events.sum() / n.sum()))) / se, se


def overdispersion(z: np.ndarray, se: np.ndarray, *, winsorised: float = 0.0, seed: int = SEED) -> Overdispersion:
    """phi and the additive spread tau^2 of standardised values (J,) with standard errors (J,).

    ``winsorised`` pulls that share of values at each end in to its quantile, as funnel programs do. Their rule phi > 1
    then misses most of the spread among few projects, because phi is about 0.63 at J = 12 without any: use
    ``phi_corrected`` and ``p_phi``, or do not winsorise (the default).

    >>> found = overdispersion(np.array([-2.0, 0, 2]), np.ones(3))
    >>> found.chi2, round(found.phi, 4), found.tau2
    (8.0, 2.6667, 3.0)
    """
    many, w = len(z), 1 / se**2
    phi = float(np.square(_winsorise(z, winsorised)).mean())
    free = float(w.sum() - np.square(w).sum() / w.sum())
    tau2 = max(0.0, (many * phi - (many - 1)) / free) if free > 0 else 0.0
    chance = _chance_phi(many, winsorised, seed)
    against = _against_chance(phi, chance, winsorised, many)
    return Overdispersion(float(z @ z), float(chi2.sf(z @ z, many - 1)), phi, tau2, *against)


def _against_chance(phi: float, chance: np.ndarray, winsorised: float,
                    many: int) -> tuple[float, float, float]:
    mean = float(chance.mean()) if winsorised else 1 - 1 / many
    return mean, phi / mean, (1 + int(np.sum(chance >= phi))) / (1 + len(chance))


def _winsorise(z: np.ndarray, share: float) -> np.ndarray:
    low, high = np.quantile(z, [share, 1 - share], axis=-1, keepdims=True)
    return np.clip(z, low, high)


@cache
def _chance_phi(many: int, winsorised: float, seed: int) -> np.ndarray:
    """phi (B,) of normal z around their own mean."""
    draws = np.random.default_rng(seed).standard_normal((REPLICATES, many))
    draws -= draws.mean(axis=1, keepdims=True)
    return np.square(_winsorise(draws, winsorised)).mean(axis=1)
