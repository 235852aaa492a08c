"""Bus factor: how few persons must leave for too many ties to go with them."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from rehapro_analysis.networks.coaches.carriers import CarriedTies

ENUMERATED = 200_000  # combinations looked at, at most, for one number of persons
AT_ONCE = 20_000


def bus_factor(ties: CarriedTies, *, left: float = 0.75) -> tuple[float, bool]:
    """The smallest k such that some k persons leave less than a share ``left`` of the ties; and whether it is exact.

    nan if even without anybody as large a share is left. Exact as long as C(M, k) <= 200,000; beyond, the number
    a greedy choice needs is an upper bound.
    """
    carrying = np.flatnonzero(ties.carrying)
    needed = left * ties.n_ties - 1e-9
    if ties.n_ties == 0 or ties.formal.sum() >= needed:
        return float("nan"), True
    for k in range(1, len(carrying) + 1):
        if comb(len(carrying), k) > ENUMERATED:
            return float(_greedy(ties, carrying, needed)), False
        if _some(ties, carrying, k, needed):
            return float(k), True
    raise AssertionError("without anybody only the formal ties are left")


def _some(ties: CarriedTies, carrying: np.ndarray, k: int, needed: float) -> bool:
    """Whether some k persons leave fewer ties than needed."""
    chosen = np.array(list(combinations(range(len(carrying)), k)))
    for start in range(0, len(chosen), AT_ONCE):
        part = chosen[start:start + AT_ONCE]
        gone = np.zeros((len(part), ties.carried.shape[1]), dtype=bool)
        gone[np.arange(len(part))[:, None], carrying[part]] = True
        if (ties.surviving(gone).sum(axis=1) < needed).any():
            return True
    return False


def _greedy(ties: CarriedTies, carrying: np.ndarray, needed: float) -> int:
    """How many persons leave if each is the one whose loss, after those before, costs most; ties by credit."""
    gone = np.zeros(ties.carried.shape[1], dtype=bool)
    while ties.surviving(gone[None]).sum() >= needed:
        rest = carrying[~gone[carrying]]
        trials = np.repeat(gone[None], len(rest), axis=0)
        trials[np.arange(len(rest)), rest] = True
        lost = ties.n_ties - ties.surviving(trials).sum(axis=1)
        exposed = (ties.carried & ~ties.formal[:, None] & ~gone).astype(float)
        credit = (exposed / np.maximum(exposed.sum(axis=1, keepdims=True), 1)).sum(axis=0)[rest]
        gone[rest[np.lexsort((-credit, -lost))[0]]] = True
    return int(gone.sum())
