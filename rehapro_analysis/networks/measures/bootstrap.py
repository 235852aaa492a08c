"""The vertex bootstrap: networks of the same size whose actors are drawn with replacement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CELLS_AT_ONCE = 2_000_000  # bounds the memory of a block of draws


def vertex_draws(cells: np.ndarray, n_draws: int, rng: np.random.Generator, *, directed: bool) -> Iterator[np.ndarray]:
    """Blocks of drawn matrices, shape (block, n, n) each, ``n_draws`` in all; the diagonal is nan.

    Row and column a of a draw are those of the actor drawn for a. Where both ends of a cell are the same
    actor, a pair of two actors is drawn anew from the whole network. nan stays nan. No draws if n < 2.
    Source: Snijders & Borgatti 1999.
    """
    n = len(cells)
    block = max(1, CELLS_AT_ONCE // max(n * n, 1))
    for start in range(0, n_draws if n > 1 else 0, block):
        actors = rng.integers(n, size=(min(block, n_draws - start), n))
        first, second = actors[:, :, None], actors[:, None, :]
        drawn = np.where(first == second, _any_pair(cells, (len(actors), n, n), rng), cells[first, second])
        drawn = drawn if directed else _mirrored(drawn)
        drawn[:, np.arange(n), np.arange(n)] = np.nan
        yield drawn


def _any_pair(cells: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Cells of two different actors at random."""
    n = len(cells)
    row, step = rng.integers(n, size=shape), rng.integers(1, n, size=shape)
    return cells[row, (row + step) % n]


def _mirrored(drawn: np.ndarray) -> np.ndarray:
    upper = np.triu(np.ones(drawn.shape[-2:], bool), 1)
    return np.where(upper, drawn, drawn.swapaxes(-2, -1))
