"""How a network hangs together: its components, its paths, and Krackhardt's four dimensions of a hierarchy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.networks.measures.paths import component_of, distances, first_of, reachable, undirected
from rehapro_analysis.networks.ties.completeness import direction_note, path_ties, whole
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

STEPS = "A step counts 1 whatever the strength of the tie."


def components(network: PartnerNetwork, *, direction: str = "ignored", unknown: str | None = None) -> Result:
    """The parts of the network within which everybody can be reached, the largest first.

    ``table``, one row a part: component, size, share (of all actors), actors (codes with ``|`` between),
    n_actors, share_missing. ``direction="followed"`` asks for ways there and back (strong components).

    >>> network = PartnerNetwork.from_matrix([[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    >>> components(network).table[["size", "actors"]].to_numpy().tolist()
    [[2, 'a1|a2'], [1, 'a3']]
    """
    ties = path_ties(network, unknown, "The number of components", directed=_followed(direction))
    part = first_of(reachable(ties) & reachable(ties.T))
    members = pd.Series(network.codes, dtype=object).groupby(part).agg(["size", "|".join])
    members = members.sort_values("size", ascending=False, kind="stable").reset_index(drop=True)
    table = pd.DataFrame({"component": np.arange(1, len(members) + 1), "size": members["size"],
                          "share": members["size"] / max(len(ties), 1), "actors": members["join"]})
    notes = direction_note(network) if direction == "ignored" else ()
    return whole(network, table, f"components (direction {direction})", unknown, *notes)


def path_lengths(network: PartnerNetwork, *, direction: str = "followed", unknown: str | None = None) -> Result:
    """How far the actors are from one another.

    ``table``, one row a measure: measure, estimate, n_actors, share_missing. reachable_share of ordered
    pairs; mean_distance and diameter over reachable pairs; efficiency: mean of 1 / distance over all pairs, 0
    where there is no way. nan where there is no pair.

    >>> path = PartnerNetwork.from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> path_lengths(path).table["estimate"].round(4).tolist()
    [0.5, 1.3333, 2.0, 0.4167]
    """
    ties = path_ties(network, unknown, "The length of paths", directed=_followed(direction))
    away = distances(ties)[~np.eye(len(ties), dtype=bool)]
    finite = away[np.isfinite(away)]
    none = float("nan")
    estimates = {
        "reachable_share": len(finite) / len(away) if len(away) else none,
        "mean_distance": finite.mean() if len(finite) else none, "diameter": finite.max() if len(finite) else none,
        "efficiency": (1 / away).mean() if len(away) else none,
    }
    notes = (STEPS, *(direction_note(network) if direction == "ignored" else ()))
    return whole(network, _measures(estimates), f"path lengths (direction {direction})", unknown, *notes)


def krackhardt_dimensions(network: PartnerNetwork, *, bound: str = "least", unknown: str | None = None) -> Result:
    """How far the network is an out-tree, the pure line hierarchy, in four dimensions of which 1 is the tree.

    ``table``, one row a measure: measure, estimate, n_actors, share_missing. connectedness: share of pairs
    in one component (direction ignored); hierarchy: 1 - pairs with ways both ways / pairs with any way;
    efficiency: 1 - ties beyond those of a tree, relative to the most possible, by component; lub: 1 -
    pairs without a least upper bound, relative to the most possible. An upper bound of two actors reaches both,
    the least one is reached by all upper bounds. ``bound="greatest"`` asks for one that reaches all upper
    bounds, which is what sna's ``lubness`` tests; the two differ on some digraphs. nan: nothing to divide.

    Source: Krackhardt 1994.

    >>> tree = PartnerNetwork.from_matrix([[0, 1, 1], [0, 0, 0], [0, 0, 0]])
    >>> krackhardt_dimensions(tree).table["estimate"].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if bound not in ("least", "greatest"):
        raise StudyError.of(f"There is no {bound!r} upper bound.", "Choose least or greatest.")
    ties = path_ties(network, unknown, "A Krackhardt dimension", directed=True)
    off = ~np.eye(len(ties), dtype=bool)
    reach = reachable(ties)
    linked, some, both = reachable(undirected(ties))[off], (reach | reach.T)[off].sum(), (reach & reach.T)[off].sum()
    part = component_of(ties)
    sizes = np.unique(part, return_counts=True)[1]
    estimates = {
        "connectedness": linked.mean() if len(linked) else float("nan"),
        "hierarchy": _less(both, some),
        "efficiency": _less(ties.sum() - (sizes - 1).sum(), (sizes * (sizes - 1) - (sizes - 1)).sum()),
        "lub": _less(_unbounded(reach, part, bound), ((sizes - 1) * (sizes - 2) / 2).sum()),
    }
    return whole(network, _measures(estimates), f"Krackhardt dimensions ({bound} upper bound)", unknown)


def _unbounded(reach: np.ndarray, part: np.ndarray, bound: str) -> int:
    """Pairs of one component without such an upper bound; reach[k, i]: k is above i or is i."""
    above = reach[:, :, None] & reach[:, None, :]  # k is an upper bound of i and j
    best = reach if bound == "greatest" else reach.T  # best[k, l]: k reaches l, or l reaches k
    fails = np.einsum("lij,kl->kij", above, ~best, optimize=True) if len(reach) else above
    bounded = (above & ~fails).any(0)
    together = np.triu(part[:, None] == part[None, :], 1)
    return int((together & ~bounded).sum())


def _measures(estimates: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"measure": list(estimates), "estimate": [float(one) for one in estimates.values()]})


def _less(part: float, of: float) -> float:
    return 1 - part / of if of else float("nan")


def _followed(direction: str) -> bool:
    if direction not in ("followed", "ignored"):
        raise StudyError.of(f"Direction cannot be {direction!r}.", "Say followed or ignored.")
    return direction == "followed"
