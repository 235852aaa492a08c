"""Random networks that keep some of what was observed: what they keep is what is not tested.

Every sampler takes a network and gives an array (draws, n, n): unknown cells stay unknown, impossible pairs
stay empty, rows and columns of ``fixed`` actors stay as they are. An undirected network stays symmetric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from rehapro_analysis.networks.chance.dyads import moved_dyads
from rehapro_analysis.networks.chance.label_null import check_members
from rehapro_analysis.networks.chance.relabelling import moved, relabellings
from rehapro_analysis.networks.chance.switching import switched
from rehapro_analysis.networks.ties.network import PartnerNetwork, in_order
from rehapro_analysis.networks.ties.rules import IMPOSSIBLE
from rehapro_analysis.study.problems import StudyError

KEEPS = {
    "labels": "the network itself; actors trade places and take their unknown pairs along",
    "size": "the actors and the known pairs; every tie is as likely as its absence",
    "edges": "the number of ties and their strengths",
    "dyads": "the numbers of mutual, one-sided and empty pairs",
    "mixing": "the pairs within and between each two sets of legal domains",
    "hub": "every tie of the lead; the other ties are placed anew, their number kept",
    "degrees": "the number of ties each actor gives and receives",
}


def null_networks(network: PartnerNetwork, null: str, *, draws: int = 1000, seed: int = 1,
                  **options: object) -> np.ndarray:
    """Random networks of a null named in `NULLS`, an array (draws, n, n); ``options`` go to its sampler.

    >>> path = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], directed=False)
    >>> np.nansum(null_networks(path, "edges", draws=4), axis=(1, 2)).tolist()
    [4.0, 4.0, 4.0, 4.0]
    """
    if null not in NULLS:
        raise StudyError.of(f"There is no null {null!r}.", f"Choose one of {', '.join(NULLS)}.")
    if draws < 1:
        raise StudyError.of(f"draws={draws!r} is not a positive number.", "Take 1000.")
    return NULLS[null](network, draws=draws, seed=seed, **options)


def label_null(network: PartnerNetwork, *, draws: int, seed: int, fixed: Iterable[str] = ()) -> np.ndarray:
    """Actors trade places; all relabellings if there are no more than ``draws``, so there may be fewer rows."""
    fixed = set(fixed)
    check_members(network, fixed)
    blocks = np.array([number if code in fixed else 0 for number, code in enumerate(network.codes, 1)], int)
    return moved(network.cells, relabellings(blocks, draws=draws, seed=seed).orders)


def size_null(network: PartnerNetwork, *, draws: int, seed: int, fixed: Iterable[str] = ()) -> np.ndarray:
    """Every known pair is tied with chance one half: G(n, 1/2)."""
    free, rng = movable(network, fixed), np.random.default_rng(seed)
    found = np.repeat(network.cells[None], draws, axis=0)
    rows, columns = np.nonzero(free if network.directed else np.triu(free))
    ties = rng.integers(0, 2, (draws, len(rows))).astype(float)
    found[:, rows, columns] = ties
    if not network.directed:
        found[:, columns, rows] = ties
    return found


def edge_null(network: PartnerNetwork, *, draws: int, seed: int, fixed: Iterable[str] = ()) -> np.ndarray:
    """The same ties in other places: G(n, m), strengths kept."""
    free, rng = movable(network, fixed), np.random.default_rng(seed)
    rows, columns = np.nonzero(free if network.directed else np.triu(free))
    ties = network.cells[rows, columns]
    found = np.repeat(np.where(free, 0.0, network.cells)[None], draws, axis=0)
    place, chain = _first_places(len(ties), np.count_nonzero(ties), draws, rng), np.arange(draws)[:, None]
    found[chain, rows[place], columns[place]] = ties[ties != 0]
    if not network.directed:
        found[chain, columns[place], rows[place]] = ties[ties != 0]
    return found


def _first_places(places: int, taken: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The first entries (draws, taken) of random orders of all places, by the first steps of a shuffle."""
    order, chain = np.tile(np.arange(places, dtype=np.int32), (draws, 1)), np.arange(draws)
    for step in range(taken):
        other = rng.integers(step, places, draws)
        order[chain, other], order[:, step] = order[:, step], order[chain, other]
    return order[:, :taken]


def dyad_null(network: PartnerNetwork, *, draws: int, seed: int, fixed: Iterable[str] = ()) -> np.ndarray:
    """Pairs of actors trade what is between them, either way round: uniform given the dyad census, U|MAN.

    A pair known from one side only trades with other such pairs.
    """
    return moved_dyads(network.cells, movable(network, fixed), np.zeros(len(network.codes), int), draws=draws,
                       rng=np.random.default_rng(seed))


def mixing_null(network: PartnerNetwork, *, draws: int, seed: int, fixed: Iterable[str] = (),
                by: str = "legal_domains") -> np.ndarray:
    """Pairs trade what is between them with pairs of the same two sets of legal domains.

    So the mixing matrix stays, under every rule of counting several domains; only structure beyond it is tested.
    """
    sets = ["|".join(in_order(value)) if isinstance(value, frozenset) else str(value) for value in network.actors[by]]
    group = np.unique(np.array(sets, dtype=str), return_inverse=True)[1]
    return moved_dyads(network.cells, movable(network, fixed), group, draws=draws, rng=np.random.default_rng(seed))


def hub_null(network: PartnerNetwork, *, draws: int, seed: int, within: str = "edges",
             **options: object) -> np.ndarray:
    """The leads' ties stay, because they are hubs by design; the rest follows the null ``within``.

    Raises `StudyError` for a network without a lead: name the hub as ``fixed=`` of another null instead.
    """
    if not network.leads:
        raise StudyError.of("The network has no lead.", f'Name the hub: null="{within}", fixed=["..."].')
    return null_networks(network, within, draws=draws, seed=seed, fixed=network.leads, **options)


def degree_null(network: PartnerNetwork, *, draws: int, seed: int, fixed: Iterable[str] = (),
                steps_per_tie: int = 10) -> np.ndarray:
    """Two ties trade their ends, ``steps_per_tie`` x ties times; see `switched`. Every draw is a chain of its own.

    Raises `StudyError` for strengths other than 1: what is to be kept of them is not clear.
    """
    free = movable(network, fixed)
    if not np.isin(network.cells[free], (0, 1)).all():
        raise StudyError.of("The degree-preserving null needs ties without strengths.",
                            "Build the network from its ties as 0 and 1, or take another null.")
    return switched(network.cells, free, directed=network.directed, draws=draws, seed=seed,
                    steps_per_tie=steps_per_tie)


NULLS: Mapping[str, Callable[..., np.ndarray]] = {
    "labels": label_null, "size": size_null, "edges": edge_null, "dyads": dyad_null, "mixing": mixing_null,
    "hub": hub_null, "degrees": degree_null,
}


def movable(network: PartnerNetwork, fixed: Iterable[str] = ()) -> np.ndarray:
    """Which cells a null may fill anew, (n, n): known, possible, and of no fixed actor."""
    fixed = set(fixed)
    check_members(network, fixed)
    stays = np.isin(network.codes, sorted(fixed))
    free = ~np.isnan(network.cells) & (network.states != IMPOSSIBLE)
    return free & ~stays[:, None] & ~stays & ~np.eye(len(stays), dtype=bool)
