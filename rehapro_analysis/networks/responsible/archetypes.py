"""Archetypes: five ways to organise responsibility, and which of them a team is nearest to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.networks.responsible.mutuality import mutuality
from rehapro_analysis.networks.responsible.responsibility_flow import SHARED_WEIGHT

ARCHETYPES = ("chain", "hub", "lead and satellites", "any to any", "community")
AXES = ("simultaneity", "mutuality", "concentration")
HUB_TIME = (2 / 3 + 3 / 5) / 2  # the hub's share of a case that leaves it once (2 of 3 stays) or twice (3 of 5)


def archetypes(n: int, *, shared_weight: float = SHARED_WEIGHT) -> pd.DataFrame:
    """Where each archetype of ``n`` actors lies: archetype, simultaneity, mutuality, concentration.

    * chain: one after another, always in the same order.
    * hub: from the hub to one of the others and back, once or twice in equal parts, stays of equal length.
    * lead and satellites: the lead stays; two of the others, any two, are there one after the other.
    * any to any: one after another, in any order.
    * community: all at the same time.

    Caution: the middle of the index is no mixture of chain and community, hub and any to any lie there too.

    >>> archetypes(3).round(4).set_index("archetype").loc["hub"].tolist()
    [0.0, 0.5, 0.45]
    """
    star, others = np.zeros((n, n)), 1 - np.eye(n)
    star[0, 1:] = star[1:, 0] = 1.0
    # A case with two of n - 1 satellites: half its time with each, one hand-over between any two.
    led = np.where(star > 0, shared_weight / (n - 1), others / max((n - 1) * (n - 2), 1))
    hub_apart = HUB_TIME - (1 - HUB_TIME) / (n - 1)
    flows = np.stack([np.eye(n, k=1), star, led, others, others])
    return pd.DataFrame({
        "archetype": ARCHETYPES, "simultaneity": [0.0, 0.0, 0.5, 0.0, 1.0], "mutuality": mutuality(flows),
        "concentration": [0.0, hub_apart, (n - 2) / (n - 1), 0.0, 0.0]})


def nearest_archetypes(positions: np.ndarray, reference: pd.DataFrame) -> np.ndarray:
    """The name of the archetype at the smallest Euclidean distance; ``positions`` (R, 3) along `AXES`.

    None where a coordinate is undefined.
    """
    apart = positions[:, None, :] - reference[list(AXES)].to_numpy(float)
    nearest = np.argmin(np.nan_to_num((apart**2).sum(axis=2), nan=np.inf), axis=1)
    names = reference["archetype"].to_numpy(object)[nearest]
    return np.where(np.isnan(positions).any(axis=1), None, names)
