"""Which actors the network cannot spare, and which reach it fastest; which hold it together alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, islice
from math import comb

import networkx as nx
import numpy as np

from rehapro_analysis.networks.measures.paths import component_of, distances, reachable
from rehapro_analysis.networks.ties.completeness import direction_note, each_actor, path_ties, single
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

BLOCK = 500  # sets measured at once
GOALS = {
    "disrupt": "Key players are those without whom the network's paths are longest (KPP-Neg, distance-weighted).",
    "fragment": "Key players are those without whom the network falls apart most (KPP-Neg).",
    "reach": "Key players are those who are nearest to all others (KPP-Pos, distance-weighted).",
    "cover": "Key players are those who reach most actors within the steps named (KPP-Pos).",
}


def key_players(network: PartnerNetwork, size: int = 1, *, goal: str = "disrupt", steps: int = 1,
                exact_up_to: int = 10_000, unknown: str | None = None) -> Result:
    """The set of ``size`` actors that together matter most, direction ignored.

    ``goal`` disrupt: largest 1 - mean of 1/d over pairs of the remaining actors; fragment: largest 1 - share
    of remaining pairs that are connected; reach: largest mean over all actors of 1/d to the set, members count
    1; cover: largest share of actors within ``steps`` of the set, members included. All sets are tried
    if they are at most ``exact_up_to``; else the set grows one by one and is improved by exchanges, a lower
    limit of the best. Ties go to the first set in the order of the codes.

    ``table``: estimate, actors (codes with ``|`` between), before (the measure for nobody), exact, n_sets (how
    many equally good sets there are, if exact), n_actors, share_missing. Source: Borgatti 2006.

    >>> star = PartnerNetwork.from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]], directed=False)
    >>> key_players(star).table[["estimate", "actors"]].to_numpy().tolist()
    [[1.0, 'a1']]
    """
    _check(network, size, goal)
    ties = path_ties(network, unknown, "A key player", directed=False)
    score = _SCORES[goal](ties, steps)
    exact = comb(len(ties), size) <= exact_up_to
    best, n_sets = _exhaustive(len(ties), size, score) if exact else (_greedy(len(ties), size, score), None)
    before = float(score(np.zeros((1, 0), int))[0])
    return single(
        network, f"key players ({goal}, {size})", float(score(np.array([best], int))[0]), unknown, GOALS[goal],
        *direction_note(network), actors="|".join(network.codes[place] for place in best), before=before, exact=exact,
        n_sets=n_sets, undefined="fewer than two actors remain.")


def cut_points(network: PartnerNetwork, *, unknown: str | None = None) -> Result:
    """Which actors alone hold the network together: without one of them it falls into more parts.

    ``table``, one row an actor: actor, cut_point, parts_more (components added by its loss, -1 for an isolate),
    cut_off (actors outside the largest part that was not so before), n_actors, share_missing. Direction ignored.

    >>> path = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], directed=False)
    >>> cut_points(path).table["cut_point"].tolist()
    [False, True, False]
    """
    ties = path_ties(network, unknown, "A cut point", directed=False)
    cut = set(nx.articulation_points(nx.from_numpy_array(ties)))
    sizes = [_sizes(np.delete(np.delete(ties, place, 0), place, 1)) for place in range(len(ties))]
    before = _sizes(ties)
    columns = {
        "cut_point": np.array([place in cut for place in range(len(ties))], dtype=bool),
        "parts_more": np.array([len(parts) - len(before) for parts in sizes], dtype=int),
        "cut_off": np.array([_cut_off(ties, place, parts) for place, parts in enumerate(sizes)], dtype=int),
    }
    return each_actor(network, columns, "cut points", unknown, *direction_note(network))


def _sizes(ties: np.ndarray) -> np.ndarray:
    """Component sizes, the largest first."""
    return np.sort(np.unique(component_of(ties), return_counts=True)[1])[::-1]


def _cut_off(ties: np.ndarray, place: int, parts: np.ndarray) -> int:
    """Actors of its component that lose the way to the largest rest of it."""
    own = reachable(ties)[place]
    own[place] = False
    rest = _sizes(ties[np.ix_(own, own)])
    return int(rest[1:].sum())


def _disrupt(ties: np.ndarray, _: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda sets: 1 - _mean_of_pairs(_closeness_of(_remaining(ties, sets)))


def _fragment(ties: np.ndarray, _: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda sets: 1 - _mean_of_pairs(reachable(_remaining(ties, sets)).astype(float))


def _reach(ties: np.ndarray, _: int) -> Callable[[np.ndarray], np.ndarray]:
    near = 1 / np.maximum(distances(ties), 1)
    return lambda sets: near[sets].max(1, initial=0).mean(-1) if len(ties) else np.full(len(sets), np.nan)


def _cover(ties: np.ndarray, steps: int) -> Callable[[np.ndarray], np.ndarray]:
    within = distances(ties) <= steps
    return lambda sets: within[sets].any(1).mean(-1) if len(ties) else np.full(len(sets), np.nan)


_SCORES = {"disrupt": _disrupt, "fragment": _fragment, "reach": _reach, "cover": _cover}


def _remaining(ties: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """The networks without each set, shape (sets, n - size, n - size)."""
    stays = np.ones((len(sets), len(ties)), bool)
    np.put_along_axis(stays, sets, False, axis=1)
    left = np.nonzero(stays)[1].reshape(len(sets), len(ties) - sets.shape[1])
    return ties[left[:, :, None], left[:, None, :]]


def _closeness_of(ties: np.ndarray) -> np.ndarray:
    away = distances(ties)
    return np.divide(1, away, out=np.zeros_like(away), where=away > 0)


def _mean_of_pairs(values: np.ndarray) -> np.ndarray:
    n = values.shape[-1]
    if n < 2:
        return np.full(len(values), np.nan)
    return (values * (1 - np.eye(n))).sum((-2, -1)) / (n * (n - 1))


def _exhaustive(n: int, size: int, score: Callable[[np.ndarray], np.ndarray]) -> tuple[tuple[int, ...], int]:
    sets = np.concatenate(list(_blocks(n, size)))
    values = np.concatenate([score(part) for part in np.split(sets, range(BLOCK, len(sets), BLOCK))])
    values = np.nan_to_num(values, nan=-np.inf)
    good = values >= values.max() - 1e-12
    return tuple(sets[good.argmax()]), int(good.sum())


def _blocks(n: int, size: int) -> Iterator[np.ndarray]:
    every = combinations(range(n), size)
    while block := list(islice(every, BLOCK)):
        yield np.array(block, int).reshape(len(block), size)


def _greedy(n: int, size: int, score: Callable[[np.ndarray], np.ndarray]) -> tuple[int, ...]:
    """Grow the set by the best actor, then exchange single members as long as that helps."""
    chosen: list[int] = []
    while len(chosen) < size:
        chosen.append(_best([[*chosen, one] for one in range(n) if one not in chosen], score)[0][-1])
    value = float(score(np.array([chosen]))[0])
    while True:
        swaps = [[*(kept for kept in chosen if kept != gone), one]
                 for gone in chosen for one in range(n) if one not in chosen]
        better, reached = _best(swaps, score)
        if not reached > value + 1e-12:
            return tuple(sorted(chosen))
        chosen, value = better, reached


def _best(sets: list[list[int]], score: Callable[[np.ndarray], np.ndarray]) -> tuple[list[int], float]:
    values = np.nan_to_num(score(np.array(sets)), nan=-np.inf)
    return sets[int(values.argmax())], float(values.max())


def _check(network: PartnerNetwork, size: int, goal: str) -> None:
    if goal not in GOALS:
        raise StudyError.of(f"There is no goal {goal!r}.", f"Choose one of {', '.join(GOALS)}.")
    if not 1 <= size <= len(network.codes):
        raise StudyError.of(f"A set of {size} among {len(network.codes)} actors does not exist.",
                            "Choose a size from 1 to the number of actors.")
