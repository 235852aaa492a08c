"""Ties between legal domains: who is tied to whom, against actors that trade places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.chance import beside_chance
from rehapro_analysis.networks.chance.label_null import among_labels, relabelled
from rehapro_analysis.networks.chance.relabelling import Relabelling, expected_sums, moved_sums
from rehapro_analysis.networks.legal_domains.domains import Domains, domains_of
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result


def mixing_matrix(network: PartnerNetwork, *, by: str = "legal_domains", primary: Mapping[str, str] | None = None,
                  outside: bool = True, fixed: Iterable[str] = (), draws: int = 2000, seed: int = 1,
                  level: float = 0.95) -> Result:
    """Ties from one legal domain to another, and how many there would be if domains did not matter.

    ``table``: rule ("fractional" or "primary"), source_domain, target_domain (undirected: each pair of domains
    once), ties (sum of strengths), pairs (known pairs), density, expected (exact), null_lower, null_upper,
    p_value, null, draws, seed, share_missing. A tie between actors with several domains is split: each shared
    domain gets the smaller of both shares, the rest goes to pairs of unshared domains in proportion. So equal
    sets are wholly within, and rows add up to each domain's share in the ties.

    ``fixed`` actors keep their place, for example the lead as a hub by design. Other arguments as in
    `domains_of`. Caution: many cells are tested one by one, without adjustment. Unknown pairs are left out
    and move with their actors.

    >>> network = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], domains=["II", "II", "V"],
    ...                                      directed=False)
    >>> mixing_matrix(network).table.query("rule == 'primary'")["ties"].tolist()
    [1.0, 1.0, 0.0]
    """
    actors = domains_of(network, by, primary=primary, outside=outside)
    orders, blocks = relabelled(network, actors, fixed, draws=draws, seed=seed)
    rows = [_mixing_rows(actors, rule, orders, blocks, network.directed, level) for rule in ("fractional", "primary")]
    return among_labels(pd.concat(rows, ignore_index=True), "mixing of domains", network, actors, orders, fixed, seed)


def split_ties(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How a tie between actors with domain shares (..., d) is split over pairs of domains, (..., d, d).

    >>> split_ties(np.array([0.5, 0.5]), np.array([0.0, 1.0])).tolist()
    [[0.0, 0.5], [0.0, 0.5]]
    """
    shared = np.minimum(one, other)
    rest = 1 - shared.sum(-1)[..., None, None]
    apart = (one - shared)[..., :, None] * (other - shared)[..., None, :]
    split = np.divide(apart, rest, out=np.zeros_like(apart), where=rest > 0)
    return split + shared[..., :, None] * np.eye(one.shape[-1])


def _mixing_rows(actors: Domains, rule: str, orders: Relabelling, blocks: np.ndarray, directed: bool,
                 level: float) -> pd.DataFrame:
    shares = actors.primary if rule == "primary" else actors.shares
    d = len(actors.names)
    split = split_ties(shares[:, None], shares[None]) * (1 - np.eye(len(shares)))[..., None, None]
    if not directed:
        split = (split + split.swapaxes(-1, -2)) / (2 * (1 + np.eye(d)))
    source, target = np.indices((d, d)).reshape(2, -1) if directed else np.triu_indices(d)
    features = split[..., source, target]
    sums = moved_sums(actors.layers, features, np.vstack([np.arange(len(shares)), orders.orders]))
    (ties, pairs), names = sums[0], np.array(actors.names)
    chance = beside_chance(ties, sums[1:, 0], level=level, exact=orders.exact)
    return pd.DataFrame({
        "rule": rule, "source_domain": names[source], "target_domain": names[target], "ties": ties, "pairs": pairs,
        "density": _over(ties, pairs), "expected": expected_sums(actors.layers, features, blocks)[0],
        **{name: chance[name] for name in ("null_lower", "null_upper", "p_value")}})


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) != 0)
