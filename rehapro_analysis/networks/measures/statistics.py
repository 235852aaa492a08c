"""Measures of whole networks on arrays of shape (..., n, n): one network or thousands of null draws at once.

A cell that is not 0 is a tie, nan is unknown and left out, the diagonal never counts. Every function
returns an array of shape (...), nan where the measure is not defined (no pair known, no tie to count).
"""

from __future__ import annotations

import numpy as np


def present_and_known(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ties as 1.0 and 0.0 (unknown: 0.0), and as truth values which cells are known; the diagonal is neither."""
    off = ~np.eye(cells.shape[-1], dtype=bool)
    known = ~np.isnan(cells) & off
    return ((cells != 0) & known).astype(float), known


def density(cells: np.ndarray) -> np.ndarray:
    """Ties among known ordered pairs, of shape (...).

    >>> float(density(np.array([[0, 1, 1], [0, 0, np.nan], [0, 0, 0]])))
    0.4
    """
    ties, known = present_and_known(cells)
    return _ratio(ties.sum((-2, -1)), known.sum((-2, -1)))


def mean_degree(cells: np.ndarray) -> np.ndarray:
    """Ties an actor (given, received: the same mean), were all n - 1 pairs known: density times (n - 1)."""
    return density(cells) * (cells.shape[-1] - 1)


def dyad_census(cells: np.ndarray) -> np.ndarray:
    """Mutual, one-sided and empty pairs, among pairs known from both sides; shape (..., 3).

    >>> dyad_census(np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])).tolist()
    [1.0, 1.0, 1.0]
    """
    ties, known = present_and_known(cells)
    both = known & known.swapaxes(-2, -1)
    given, returned = ties * both, ties.swapaxes(-2, -1) * both
    mutual = (given * returned).sum((-2, -1)) / 2
    one_sided = given.sum((-2, -1)) - 2 * mutual
    return np.stack([mutual, one_sided, both.sum((-2, -1)) / 2 - mutual - one_sided], axis=-1)


def reciprocity(cells: np.ndarray, kind: str = "edgewise") -> np.ndarray:
    """How often a tie is returned. With M mutual, A one-sided and N empty pairs:

    ``edgewise`` 2M / (2M + A), ``nonnull`` M / (M + A), ``dyadic`` (M + N) / (M + A + N).

    >>> float(reciprocity(np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])))
    0.6666666666666666
    """
    mutual, one_sided, empty = np.moveaxis(dyad_census(cells), -1, 0)
    part, whole = {
        "edgewise": (2 * mutual, 2 * mutual + one_sided), "nonnull": (mutual, mutual + one_sided),
        "dyadic": (mutual + empty, mutual + one_sided + empty),
    }[kind]
    return _ratio(part, whole)


def transitivity(cells: np.ndarray) -> np.ndarray:
    """Share of paths i -> j -> k (three actors) that a tie i -> k closes, among paths whose i -> k is known.

    On a symmetric matrix it is 3 x triangles / connected triples. ``nx.transitivity`` of a DiGraph
    is another measure: it ignores direction.
    """
    n_paths, n_closed = paths_closed(cells)
    return _ratio(n_closed, n_paths)


def paths_closed(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Paths i -> j -> k of three actors whose i -> k is known, and how many of them a tie i -> k closes."""
    ties, known = present_and_known(cells)
    paths = (ties @ ties) * known
    return paths.sum((-2, -1)), (paths * ties).sum((-2, -1))


def ei_index(cells: np.ndarray, same: np.ndarray) -> np.ndarray:
    """(E - I) / (E + I): ties between groups against ties within; cells count with their strength.

    ``same`` of shape (n, n) or (..., n, n) is the share of the pair that counts as within: true
    or 1 for two actors of one group, 0 for two groups, in between where several domains overlap.

    >>> path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> float(ei_index(path, np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]])))
    0.0
    """
    ties, _ = present_and_known(cells)
    weight = np.nan_to_num(cells) * ties
    total = weight.sum((-2, -1))
    return _ratio(total - 2 * (weight * same).sum((-2, -1)), total)


def in_degrees(cells: np.ndarray) -> np.ndarray:
    """Known ties each actor receives; shape (..., n)."""
    return present_and_known(cells)[0].sum(-2)


def out_degrees(cells: np.ndarray) -> np.ndarray:
    """Known ties each actor gives; shape (..., n)."""
    return present_and_known(cells)[0].sum(-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
