"""Burt's structural holes: how far an actor's contacts are tied to one another, and to whom it is bound."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.networks.ties.completeness import PATHS, each_actor, known_cells
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result


def structural_holes(network: PartnerNetwork, *, unknown: str | None = None) -> Result:
    """Constraint, hierarchy, effective size and efficiency of every actor, from ties with their strength.

    With z_ij = a_ij + a_ji, p_ij = z_ij / sum_k z_ik and N contacts: c_ij = (p_ij + sum_q p_iq p_qj)^2 over
    q other than i and j; constraint = C = sum_j c_ij over contacts; hierarchy = sum_j r_j ln r_j / (N ln N)
    with r_j = c_ij N / C (0 if all contacts bind alike, 1 if one binds alone); effective_size = sum over
    contacts j of 1 - sum_q p_iq z_jq / max_k z_jk; efficiency = effective_size / N.

    ``table``, one row an actor: actor, contacts, constraint, hierarchy, effective_size, efficiency, n_actors,
    share_missing. Without a contact nothing is defined, with one contact hierarchy is 1.

    Caution: an actor with few contacts is constrained by that alone. networkx's functions give nan for
    actors that only receive if asked for them with ``nodes=``. Source: Burt 1992.

    >>> star = PartnerNetwork.from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]], directed=False)
    >>> structural_holes(star).table[["constraint", "effective_size"]].to_numpy().tolist()
    [[0.5, 2.0], [1.0, 1.0], [1.0, 1.0]]
    """
    cells = known_cells(network, unknown, PATHS, "A structural hole")
    contacts = ((cells != 0) | (cells.T != 0)).sum(1)
    bound = dyadic_constraint(cells)
    size = effective_size(cells)
    columns = {
        "contacts": contacts, "constraint": np.where(contacts > 0, bound.sum(1), np.nan),
        "hierarchy": _hierarchy(bound, contacts), "effective_size": size,
        "efficiency": np.divide(size, contacts, out=np.full(len(cells), np.nan), where=contacts > 0),
    }
    return each_actor(network, columns, "structural holes", unknown,
                      "Direction and strength: both ways of a tie are added.")


def dyadic_constraint(cells: np.ndarray) -> np.ndarray:
    """c_ij, shape (n, n): how far contact j binds actor i; 0 where they are not tied."""
    both, share = _shares(cells)
    return np.where(both > 0, (share + share @ share) ** 2, 0.0)


def effective_size(cells: np.ndarray) -> np.ndarray:
    """Contacts less their redundancy, shape (n,); nan without a contact.

    >>> effective_size(np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])).tolist()
    [1.0, 1.0, 1.0]
    """
    both, share = _shares(cells)
    strongest = both.max(1, keepdims=True, initial=0)
    marginal = np.divide(both, strongest, out=np.zeros_like(both), where=strongest > 0)
    redundant = (share @ marginal.T) * (both > 0)
    return np.where((both > 0).any(1), ((both > 0) - redundant).sum(1), np.nan)


def _shares(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strength of a pair both ways, and how an actor divides its strength among its contacts."""
    both = (np.asarray(cells, float) + np.asarray(cells, float).T) * (1 - np.eye(len(cells)))
    total = both.sum(1, keepdims=True)
    return both, np.divide(both, total, out=np.zeros_like(both), where=total > 0)


def _hierarchy(bound: np.ndarray, contacts: np.ndarray) -> np.ndarray:
    """How unequally the contacts bind: 1 with one contact, nan without."""
    total, n = bound.sum(1), contacts.astype(float)
    ratio = np.divide(bound * n[:, None], total[:, None], out=np.zeros_like(bound), where=total[:, None] > 0)
    spread = (ratio * np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)).sum(1)
    several = np.divide(spread, n * np.log(np.maximum(n, 2)), out=np.ones_like(n), where=n > 1)
    return np.where(n > 0, several, np.nan)
