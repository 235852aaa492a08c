"""Pairs of actors that trade what is between them."""

from __future__ import annotations

import numpy as np


def moved_dyads(cells: np.ndarray, free: np.ndarray, group: np.ndarray, *, draws: int,
                rng: np.random.Generator) -> np.ndarray:
    """Random networks (draws, n, n) in which pairs of the same two groups trade both their cells.

    ``free`` (n, n) are cells that may change, ``group`` (n,) codes of actors. A pair within a group is turned
    round with chance one half; between groups ties keep their direction. Pairs that are free or known in
    one direction only trade among themselves. Symmetric cells stay symmetric.

    >>> moved_dyads(np.array([[0.0, 2], [2, 0]]), ~np.eye(2, dtype=bool), np.zeros(2, int), draws=1,
    ...             rng=np.random.default_rng(1)).tolist()
    [[[0.0, 2.0], [2.0, 0.0]]]
    """
    first, second = _oriented(free, group)
    forth, back = free[first, second], free[second, first]
    known = ~np.isnan(cells)
    kinds = np.stack([group[first], group[second], forth, back, known[first, second], known[second, first]])
    codes = np.unique(kinds, axis=1, return_inverse=True)[1]
    found = np.repeat(cells[None], draws, axis=0)
    for code in range(codes.max(initial=-1) + 1):
        one, other = first[codes == code], second[codes == code]
        order = rng.permuted(np.tile(np.arange(len(one)), (draws, 1)), axis=1)
        there, here = cells[one, other][order], cells[other, one][order]
        if group[one[0]] == group[other[0]] and back[codes == code][0]:
            turned = rng.random(order.shape) < 0.5
            there, here = np.where(turned, here, there), np.where(turned, there, here)
        found[:, one, other] = there
        if back[codes == code][0]:
            found[:, other, one] = here
    return found


def _oriented(free: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs free in some direction: the lower group first; within a group, a free direction first."""
    first, second = np.nonzero(np.triu(free | free.T, 1))
    turn = (group[first] > group[second]) | ((group[first] == group[second]) & ~free[first, second])
    return np.where(turn, second, first), np.where(turn, first, second)
