"""Load of carriers: how unevenly ties rest on persons, and whether more unevenly than the loads explain."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.networks.chance.chance import tail
from rehapro_analysis.networks.chance.curveball import two_mode_null
from rehapro_analysis.networks.coaches.carriers import CarriedTies


def largest_sole_share(carried: np.ndarray, formal: np.ndarray) -> np.ndarray:
    """The largest share of ties that hangs on one person alone, shape (...); ``carried`` (..., E, M).

    One less this share is what the worst single departure leaves.

    >>> float(largest_sole_share(np.array([[1, 0], [1, 0], [1, 1]]), np.array([False, False, False])))
    0.6666666666666666
    """
    sole = (carried.sum(axis=-1) == 1) & ~formal
    return (carried * sole[..., None]).sum(axis=-2).max(axis=-1) / carried.shape[-2]


def concentration(carried: np.ndarray) -> float:
    """Herfindahl index of the persons' credits, each tie giving 1/c to each of its c carriers; nan without carriers.

    1 if one person carries all, 1/M if M persons carry alike; its inverse is the effective number of persons.

    >>> concentration(np.array([[1, 0], [0, 1], [1, 1]]))
    0.5
    """
    held = carried[carried.any(axis=1)]
    credit = (held / held.sum(axis=1, keepdims=True)).sum(axis=0)
    return float(((credit / credit.sum()) ** 2).sum()) if len(held) else float("nan")


def shuffled_carriers(carried: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Random assignments of persons to ties with the same loads and the same numbers a tie, (draws, E, M)."""
    return two_mode_null(carried.T, draws=draws, seed=rng).swapaxes(1, 2).astype(bool)


def chance_of_load(ties: CarriedTies, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """Median of the largest sole share under `shuffled_carriers`, and p of one at least as large as observed."""
    inside = ties.carried[:, ties.carrying]
    drawn = largest_sole_share(shuffled_carriers(inside, draws, rng), ties.formal)
    observed = largest_sole_share(inside, ties.formal)
    return float(np.median(drawn)), float(tail(observed[None], drawn[:, None], 1)[0])
