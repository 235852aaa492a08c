"""Small cells: what a picture of persons does not show, because too few persons stand behind it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.figures.german import number

SMALL = 5  # counts below this are not shown


def watched(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a curve with at least five at risk: where fewer are watched, the curve ends."""
    return table[table["n_risk"] >= SMALL]


def merged_steps(moves: np.ndarray) -> np.ndarray:
    """The rows at which a curve of own people may step, so that fewer than five of them make no step.

    ``moves`` counts the persons who move at each row; at least five have moved since the row returned before. Right
    after such a row the curve is as it was; until the next one up to four who moved are missing.

    >>> merged_steps(np.array([3, 1, 1, 0, 5, 4])).tolist()
    [2, 4]
    """
    return np.flatnonzero(_told(np.asarray(moves, float), exact_end=False))


def merged_shares(shares: pd.DataFrame, moves: pd.DataFrame, ways_out: int) -> pd.DataFrame:
    """Stacked shares that add up to everybody, in which no area grows or shrinks by fewer than five people.

    Columns are areas from the bottom to the top, the ``ways_out`` first, then where people still are; rows are times,
    the first one the start; ``moves`` of the same shape counts who comes into an area less who leaves it. Each way
    out steps for itself as `merged_steps` does, so that it never falls; who is not shown as gone yet is in the areas
    above, whose edges step likewise. A step waits until five or none are to come, so that the last shares are exact.
    """
    values, counts = shares.to_numpy(float), moves.to_numpy(float)
    out = _held(values[:, :ways_out], np.abs(counts[:, :ways_out]))
    gone = out.sum(axis=1, keepdims=True)
    edges, crossing = (frame.cumsum(axis=1)[:, ways_out:-1] for frame in (values, counts))
    inner = np.maximum.accumulate(np.maximum(_held(edges, np.abs(crossing)), gone), axis=1)
    areas = np.diff(np.hstack([gone, inner, np.ones_like(gone)]), axis=1)
    return pd.DataFrame(np.hstack([out, areas]), index=shares.index, columns=shares.columns)


def _held(values: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Every column as it was when five more had moved for the last time, shape (rows, columns)."""
    told = np.stack([_told(column, exact_end=True) for column in moves.T], axis=1) if moves.shape[1] else moves > 0
    told[0] = True
    rows = np.maximum.accumulate(np.where(told, np.arange(len(told))[:, None], 0), axis=0)
    return np.take_along_axis(values, rows, axis=0)


def _told(moves: np.ndarray, *, exact_end: bool) -> np.ndarray:
    """Whether a curve steps at each row: five have moved since its last step."""
    so_far, told, counted = np.cumsum(moves), np.zeros(len(moves), bool), 0.0
    for row, count_ in enumerate(so_far):
        rest = so_far[-1] - count_
        if count_ - counted >= SMALL and (rest >= SMALL or rest == 0 or not exact_end):
            told[row], counted = True, count_
    return told


def count(n: float, language: str) -> str:
    """A count of persons as it may be shown.

    >>> count(1017.0, "de"), count(3, "de")
    ('1.017', '<5')
    """
    return f"<{SMALL}" if n < SMALL else number(n, language, 0)


def rounded(n: int) -> int:
    """A count of own people to the nearest five, so that no difference of two counts tells of fewer.

    >>> [rounded(n) for n in (2, 3, 57, 60)]
    [0, 5, 55, 60]
    """
    return SMALL * int(n / SMALL + 0.5)


def pooled(counts: Mapping[str, float], rest: str) -> list[str]:
    """The names to be shown together as ``rest``, so that no small count is shown or follows by subtraction.

    Small counts join the rest; if the rest is still small, the smallest of the others joins too.

    >>> pooled({"dropout": 20, "work": 9, "transfer": 3, "other": 1}, "other")
    ['other', 'transfer', 'work']
    >>> pooled({"dropout": 20, "work": 9}, "other")
    []
    """
    rising = sorted((name for name, n in counts.items() if n > 0 and name != rest),
                    key=lambda name: (counts[name], name))
    joined = [rest] if counts.get(rest, 0) > 0 else []
    small = [name for name in rising if counts[name] < SMALL]
    if not small and (not joined or counts[rest] >= SMALL):
        return []
    for name in rising:
        if counts[name] >= SMALL and sum(counts[one] for one in joined) >= SMALL:
            break
        joined.append(name)
    return joined
