"""Small cells: what a picture of persons does not show, because too few persons stand behind it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.figures.german import number

SMALL = 5  # counts below this are not shown
ROUNDING = 1e-9


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
    return np.flatnonzero(_told(np.asarray(moves, float)[:, None], np.zeros((len(moves), 1)), exact_end=False)[:, 0])


def merged_shares(shares: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Stacked shares that add up to everybody, with every edge between two areas stepping as `merged_steps` does.

    Columns are areas from the bottom to the top, rows are times, the first one the start; ``moves`` of the same
    shape counts who comes into an area less who leaves it. An edge waits until it can step without crossing the next
    and until five or none are to come, so that the last shares, which are told in words, are exact.
    """
    edges, crossing = (frame.to_numpy(float).cumsum(axis=1)[:, :-1] for frame in (shares, moves))
    told = _told(np.abs(crossing), edges, exact_end=True)
    told[0] = True
    rows = np.maximum.accumulate(np.where(told, np.arange(len(told))[:, None], 0), axis=0)
    held = np.diff(np.take_along_axis(edges, rows, axis=0), axis=1, prepend=0.0, append=1.0)
    return pd.DataFrame(held, index=shares.index, columns=shares.columns)


def _told(moves: np.ndarray, values: np.ndarray, *, exact_end: bool) -> np.ndarray:
    """Whether each curve steps at each row, shape (rows, curves): five have moved since its last step.

    The curves' ``values`` lie above one another and stay so.
    """
    so_far, told = np.cumsum(moves, axis=0), np.zeros(moves.shape, bool)
    counted, held = np.zeros(moves.shape[1]), values[:1].sum(axis=0)
    for row, count_ in enumerate(so_far):
        rest = so_far[-1] - count_
        step = (count_ - counted >= SMALL) & ((rest >= SMALL) | (rest == 0) | (not exact_end))
        while step.any() and (wrong := np.diff(np.where(step, values[row], held)) < -ROUNDING).any():
            step &= ~(np.append(wrong, False) | np.append(False, wrong))
        told[row], counted, held = step, np.where(step, count_, counted), np.where(step, values[row], held)
    return told


def count(n: float, language: str) -> str:
    """A count of persons as it may be shown.

    >>> count(1017.0, "de"), count(3, "de")
    ('1.017', '<5')
    """
    return f"<{SMALL}" if n < SMALL else number(n, language, 0)


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
