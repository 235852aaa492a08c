"""Where an actor stands: degree, betweenness, closeness, eigenvector; and how far a network has one centre."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rehapro_analysis.networks.measures.paths import betweenness as betweenness_of
from rehapro_analysis.networks.measures.paths import distances, reachable
from rehapro_analysis.networks.ties.completeness import (
    COUNTED,
    direction_note,
    each_actor,
    known_cells,
    path_ties,
    single,
    strength_note,
)
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

HUB = "The lead jobcenter is the hub by design: compare with without(...) it."


def degree(network: PartnerNetwork, *, unknown: str | None = None) -> Result:
    """How many ties each actor has, receives and gives.

    ``table``, one row an actor: actor, degree (actors tied in either direction), in_degree, out_degree,
    in_strength, out_strength (sums of `PartnerNetwork.strengths`, ties without a strength left out),
    lowest, highest (degree over all ways to fill unknown pairs), n_actors, share_missing.
    ``unknown="bounds"`` leaves the estimates empty.

    >>> star = PartnerNetwork.from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]], directed=False)
    >>> degree(star).table["degree"].tolist()
    [2.0, 1.0, 1.0]
    """
    cells = known_cells(network, unknown, COUNTED, "Degree")
    ties, strengths = np.nan_to_num(cells) != 0, np.nan_to_num(network.strengths())
    columns = {
        "degree": (ties | ties.T).sum(1), "in_degree": ties.sum(0), "out_degree": ties.sum(1),
        "in_strength": strengths.sum(0), "out_strength": strengths.sum(1),
    }
    shown = {name: np.full(len(ties), np.nan) if unknown == "bounds" else column.astype(float)
             for name, column in columns.items()}
    might = np.isnan(network.matrix()) & ~np.eye(len(ties), dtype=bool) | ties
    shown |= {"lowest": columns["degree"].astype(float), "highest": (might | might.T).sum(1).astype(float)}
    return each_actor(network, shown, "degree", unknown)


def betweenness(network: PartnerNetwork, *, direction: str = "followed", unknown: str | None = None) -> Result:
    """How often an actor lies on the shortest way between two others.

    ``table``, one row an actor: actor, betweenness (sum over pairs of the share of shortest paths through
    the actor), share (of the most possible, (n-1)(n-2) ordered pairs or half of them), n_actors, share_missing.

    Caution: a step counts 1; strength is no distance. Source: Freeman 1977, Brandes 2001.
    """
    followed = _is_followed(network, direction)
    ties = path_ties(network, unknown, "Betweenness", directed=followed)
    pairs = (len(ties) - 1) * (len(ties) - 2) / (1 if followed else 2)
    values = betweenness_of(ties) / (1 if followed else 2)
    columns = {"betweenness": values, "share": values / pairs if pairs > 0 else np.full(len(ties), np.nan)}
    return each_actor(network, columns, "betweenness", unknown, *_ignored(network, followed), *strength_note(network))


def closeness(network: PartnerNetwork, *, direction: str = "followed", unknown: str | None = None) -> Result:
    """How near all others are to an actor, on the ways that lead from it.

    ``table``, one row an actor: actor, closeness ((n-1) / sum of distances; nan if not all others can be
    reached), harmonic (mean of 1 / distance, 0 where there is no way), n_reached, n_actors, share_missing.

    Caution: networkx follows the ways that lead to the actor and rescales disconnected graphs.
    Source: Freeman 1979; harmonic: Rochat 2009.
    """
    followed = _is_followed(network, direction)
    ties = path_ties(network, unknown, "Closeness", directed=followed)
    columns = {"closeness": _closeness(ties), "harmonic": _harmonic(ties), "n_reached": reachable(ties).sum(-1) - 1}
    return each_actor(network, columns, "closeness", unknown, *_ignored(network, followed), *strength_note(network))


def eigenvector(network: PartnerNetwork, *, unknown: str | None = None) -> Result:
    """How well an actor is tied to well-tied actors: the leading eigenvector, of length 1, not negative.

    ``table``, one row an actor: actor, eigenvector, n_actors, share_missing. Direction is ignored. Raises
    `StudyError` if the network falls apart: then the vector is that of one part, or of none.
    Source: Bonacich 1972.
    """
    ties = _connected(network, unknown, "The eigenvector")
    return each_actor(network, {"eigenvector": _leading(ties)}, "eigenvector centrality", unknown,
                      *direction_note(network), *strength_note(network))


def centralization(network: PartnerNetwork, measure: str = "degree", *, direction: str = "followed",
                   unknown: str | None = None) -> Result:
    """How far the network has one centre: Freeman's sum of (c_max - c_i) over the most possible sum.

    ``measure`` is degree (directed: given and received together), in_degree, out_degree, betweenness,
    closeness or eigenvector; the last two ignore direction and need a connected network. Most possible sums
    (directed | direction ignored): degree 2(n-1)(n-2) | (n-1)(n-2); in_degree, out_degree (n-1)^2;
    betweenness (n-1)^2 (n-2) | half of it; closeness (n-1)(n-2) / (2n-3); eigenvector (n-2) / sqrt 2.
    The first four are those of a star, the last that of one tie among isolates (as in sna).

    ``table``: estimate, measure, maximum, n_actors, share_missing. Defined from three actors on.
    Caution: igraph's default maximum counts loops. Source: Freeman 1979.

    >>> star = PartnerNetwork.from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]], directed=False)
    >>> centralization(star).table["estimate"].tolist()
    [1.0]
    """
    if measure not in _CENTRALITY:
        raise StudyError.of(f"There is no centralization by {measure!r}.", f"Choose one of {', '.join(_CENTRALITY)}.")
    followed = _is_followed(network, direction) and measure not in CONNECTED
    if not followed and measure in ("in_degree", "out_degree"):
        raise StudyError.of(f"Without direction there is no {measure}.", "Choose degree, or follow the direction.")
    n, what = len(network.codes), f"Centralization by {measure}"
    if measure in CONNECTED:
        ties = _connected(network, unknown, what)
    else:
        ties = path_ties(network, unknown, what, directed=followed)
    values, maximum = _CENTRALITY[measure](ties, followed), _maximum(measure, n, followed)
    estimate = (values.max() - values).sum() / maximum if n > 2 else float("nan")
    return single(network, f"centralization ({measure})", estimate, unknown, *_ignored(network, followed),
                  *strength_note(network), *([HUB] if network.leads else []), measure=measure, maximum=maximum,
                  undefined="it needs at least three actors.")


CONNECTED = ("closeness", "eigenvector")


def _maximum(measure: str, n: int, followed: bool) -> float:
    if n < 3:
        return float("nan")
    return {
        "degree": (n - 1) * (n - 2) * (2 if followed else 1), "in_degree": (n - 1) ** 2, "out_degree": (n - 1) ** 2,
        "betweenness": (n - 1) ** 2 * (n - 2) / (1 if followed else 2),
        "closeness": (n - 1) * (n - 2) / (2 * n - 3), "eigenvector": (n - 2) / np.sqrt(2),
    }[measure]


def _closeness(ties: np.ndarray) -> np.ndarray:
    total = distances(ties).sum(-1)
    return np.divide(len(ties) - 1, total, out=np.full(len(ties), np.nan), where=np.isfinite(total) & (total > 0))


def _harmonic(ties: np.ndarray) -> np.ndarray:
    away = distances(ties) + np.where(np.eye(len(ties), dtype=bool), np.inf, 0.0)
    return (1 / away).sum(-1) / (len(ties) - 1) if len(ties) > 1 else np.full(len(ties), np.nan)


def _leading(ties: np.ndarray) -> np.ndarray:
    return np.abs(np.linalg.eigh(ties)[1][:, -1]) if len(ties) else np.zeros(0)


def _connected(network: PartnerNetwork, unknown: str | None, what: str) -> np.ndarray:
    ties = path_ties(network, unknown, what, directed=False)
    if not reachable(ties).all():
        raise StudyError.of(f"{what} needs a network in one piece, direction ignored.",
                            "See components(...), and take out the smaller parts with without(...).")
    return ties


def _is_followed(network: PartnerNetwork, direction: str) -> bool:
    if direction not in ("followed", "ignored"):
        raise StudyError.of(f"Direction cannot be {direction!r}.", "Say followed or ignored.")
    return network.directed and direction == "followed"


def _ignored(network: PartnerNetwork, followed: bool) -> tuple[str, ...]:
    return () if followed else direction_note(network)


_CENTRALITY: dict[str, Callable[[np.ndarray, bool], np.ndarray]] = {
    "degree": lambda ties, followed: ties.sum(0) + ties.sum(1) if followed else ties.sum(0),
    "in_degree": lambda ties, _: ties.sum(0), "out_degree": lambda ties, _: ties.sum(1),
    "betweenness": lambda ties, followed: betweenness_of(ties) / (1 if followed else 2),
    "closeness": lambda ties, _: _closeness(ties), "eigenvector": lambda ties, _: _leading(ties),
}
