"""Counting: how often each combination of codes occurs, in one pass over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from rehapro_analysis.retention.event_tables.coding import DENSE, Axis

SPARSE = 4  # combinations a row above which sorting beats counting in place
CHUNK = 1 << 19  # rows whose keys stay in the cache while they are counted


def tally(axes: Sequence[Axis], *amounts: np.ndarray | None) -> tuple[tuple[np.ndarray, ...], list[np.ndarray]]:
    """Observed combinations of codes (one array an axis, sorted) and the sum of each amount in them.

    ``None`` as an amount counts rows. The first amount must be positive: it decides what is observed.

    >>> codes, (n,) = tally([Axis(np.array([0, 1, 1]), 0, "ab"), Axis(np.array([7, 7, 7]), 6, "xy")], None)
    >>> [c.tolist() for c in codes], n.tolist()
    ([[0, 1], [1, 1]], [1.0, 2.0])
    """
    sizes = [len(axis.levels) for axis in axes]
    if _fits(axes):
        sums = _counted(axes, amounts)
        keys = np.flatnonzero(sums[0])
        sums = [amount[keys] for amount in sums]
    else:
        keys, sums = _sorted(axes, amounts)
    return np.unravel_index(keys, sizes), [amount.astype(float) for amount in sums]


def cross_tally(axes: Sequence[Axis], across: Axis, *amounts: np.ndarray | None
                ) -> tuple[tuple[np.ndarray, ...], np.ndarray, list[np.ndarray]]:
    """As :func:`tally`, with the levels of one axis side by side: codes, its observed levels (L,), sums (rows, L).

    >>> groups, causes = Axis(np.array([0, 1, 1]), 0, "ab"), Axis(np.array([0, 0, 2]), 0, "xyz")
    >>> codes, levels, (n,) = cross_tally([groups], causes, None)
    >>> [c.tolist() for c in codes], levels.tolist(), n.tolist()
    ([[0, 1]], [0, 2], [[1.0, 0.0], [1.0, 1.0]])
    """
    sizes, width = [len(axis.levels) for axis in axes], len(across.levels)
    if _fits([*axes, across]):
        grids = [amount.reshape(-1, width).astype(float) for amount in _counted([*axes, across], amounts)]
        places = np.flatnonzero(grids[0] @ np.ones(width))
        levels = np.flatnonzero(np.ones(len(grids[0])) @ grids[0])
        sums = [grid[places] if len(levels) == width else grid[np.ix_(places, levels)] for grid in grids]
    else:
        keys, values = _sorted([*axes, across], amounts)
        at = keys // width
        level = keys - at * width
        places, row = _ranked(at)
        levels, column = distinct(level, width)
        sums = [np.zeros((len(places), len(levels))) for _ in values]
        for into, value in zip(sums, values, strict=True):
            into[row, column] = value
    return np.unravel_index(places, sizes), levels, sums


def distinct(keys: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct keys below ``size``, sorted, and the position of every key among them.

    >>> [part.tolist() for part in distinct(np.array([5, 2, 5]), 6)]
    [[2, 5], [1, 0, 1]]
    """
    return last_at(keys, keys, size)


def last_at(keys: np.ndarray, chosen: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct ``chosen`` keys below ``size``, sorted, and the position of the last at or before every key, else -1.

    >>> [part.tolist() for part in last_at(np.array([0, 3, 5]), np.array([5, 2]), 6)]
    [[2, 5], [-1, 0, 1]]
    """
    if size > DENSE:
        places = np.unique(chosen)
        return places, np.searchsorted(places, keys, side="right") - 1
    present = np.zeros(size, bool)
    present[chosen] = True
    return present.nonzero()[0], (present.cumsum() - 1)[keys]


def _fits(axes: Sequence[Axis]) -> bool:
    """Whether all combinations can be counted in place."""
    total = prod(len(axis.levels) for axis in axes)
    if total > np.iinfo(np.int64).max:
        raise OverflowError("There are too many combinations of groups, strata and times; use fewer groups.")
    return total <= SPARSE * len(axes[0].raw)


def _counted(axes: Sequence[Axis], amounts: Sequence[np.ndarray | None]) -> list[np.ndarray]:
    """Each amount's sum for every combination of codes, observed or not."""
    rows, total = len(axes[0].raw), prod(len(axis.levels) for axis in axes)
    chunk, sums = max(CHUNK, 4 * total), []
    for first in range(0, rows, chunk):
        part = slice(first, first + chunk)
        keys = _keys(axes, part)
        counts = [np.bincount(keys, None if amount is None else amount[part], minlength=total) for amount in amounts]
        sums = [np.add(into, count, out=into) for into, count in zip(sums, counts, strict=True)] if sums else counts
    return sums


def _sorted(axes: Sequence[Axis], amounts: Sequence[np.ndarray | None]) -> tuple[np.ndarray, list[np.ndarray]]:
    """The observed combinations, sorted, and each amount's sum in them."""
    keys = _keys(axes, slice(0, len(axes[0].raw)))
    if all(amount is None for amount in amounts):
        keys.sort()
        keys, row = _ranked(keys)
        return keys, [np.bincount(row)] * len(amounts)
    keys, place = np.unique(keys, return_inverse=True)
    return keys, [np.bincount(place, weights=amount) for amount in amounts]


def _ranked(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct values of a sorted array and the position of every value among them."""
    new = np.empty(len(ordered), bool)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new], new.cumsum() - 1


def _keys(axes: Sequence[Axis], rows: slice) -> np.ndarray:
    keys, offset = axes[0].raw[rows].astype(np.int64), axes[0].base
    for axis in axes[1:]:
        keys *= len(axis.levels)
        np.add(keys, axis.raw[rows], out=keys, dtype=np.int64, casting="same_kind")
        offset = offset * len(axis.levels) + axis.base
    keys -= offset
    return keys
