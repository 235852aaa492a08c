"""Influence: variances from what each person contributes, right under weights and delayed entry."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.retention.events import EventTable


def robust_variance(table: EventTable, jump: np.ndarray, drift: np.ndarray) -> np.ndarray:
    """Infinitesimal-jackknife variance of a running sum, shape (R,), at every row of a one-stratum table.

    A person who entered at e and left at x has at time t the influence sum of ``drift`` over
    (e, min(t, x)], less ``jump`` at x if the person left by then with a cause; the variance adds up
    squared weight times squared influence over persons. ``jump`` and ``drift`` have shape (R,).
    """
    path = table.runs.cumsum(drift)
    entry, leave, own = cell_influence(table, jump, path)
    weight = table.cells.weight_sq
    size = len(table.time)
    before = np.where(entry >= 0, path[entry], 0.0)
    gone = np.bincount(leave, weight * own**2, size)
    here = [_present(table, entry, leave, weight * before**power) for power in (0, 1, 2)]
    present = path**2 * here[0] - 2 * path * here[1] + here[2]
    return table.runs.cumsum(gone) + np.maximum(present, 0)


def cell_influence(table: EventTable, jump: np.ndarray, path: np.ndarray) -> tuple[np.ndarray, ...]:
    """Rows of entry (-1: none) and of leaving, and the final influence, one value a cell."""
    cells = table.cells
    entry, leave = rows_of(table, cells.entry), rows_of(table, cells.exit)
    before = np.where(entry >= 0, path[entry], 0.0)
    return entry, leave, path[leave] - before - np.where(cells.cause >= 0, jump[leave], 0.0)


def rows_of(table: EventTable, times: np.ndarray) -> np.ndarray:
    """The table's row at each cell's time, -1 for minus infinity; for a table of one stratum."""
    grid = np.unique(table.time)
    rows = table.group * len(grid) + np.searchsorted(grid, table.time)
    found = np.searchsorted(rows, table.cells.group * len(grid) + np.searchsorted(grid, times))
    return np.where(np.isneginf(times), -1, found)


def _present(table: EventTable, entry: np.ndarray, leave: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Sum of an amount over those who are still there after each row; a later entry counts nothing yet."""
    late = entry >= 0
    size, runs = len(table.time), table.runs
    first = np.bincount(table.group[leave[~late]], amount[~late], len(table.groups))
    entering = np.bincount(entry[late], amount[late], size)
    return first[table.group] + runs.cumsum(entering - np.bincount(leave, amount, size))
