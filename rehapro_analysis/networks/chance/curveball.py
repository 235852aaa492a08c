"""Two-mode random tables: who took part in what, with every row and column sum kept."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.study.problems import StudyError

FEWEST_TRADES = 100


def two_mode_null(table: object, *, draws: int = 1000, seed: int | np.random.Generator = 1,
                  trades_per_row: int = 10) -> np.ndarray:
    """Random 0/1 tables (draws, r, c) with the row and column sums of ``table`` (r, c); nan stays nan.

    A trade takes two rows and deals the columns that only one of them has anew between both, each keeping
    its number. All deals of a trade are equally likely, so all tables that can be reached are in the end; a
    table without nan reaches every other. Columns unknown in one of the two rows do not take part.
    Raises `StudyError` for other entries than 0, 1 and nan. Source: Strona et al. 2014.

    >>> found = two_mode_null([[1, 0, 1], [0, 1, 0]], draws=5)
    >>> found.sum(axis=1).tolist() == [[1, 1, 1]] * 5 and found.sum(axis=2).tolist() == [[2, 1]] * 5
    True
    """
    table = np.array(table, dtype=float)
    if table.ndim != 2 or not (np.isnan(table) | np.isin(table, (0, 1))).all():
        raise StudyError.of("A two-mode table has rows and columns of 0, 1 or nan.", "Give 1 for taking part.")
    n, known = len(table), ~np.isnan(table)
    has = np.repeat((known & (table == 1))[None], draws, axis=0)
    rng, chain = np.random.default_rng(seed), np.arange(draws)
    for _ in range(max(FEWEST_TRADES, trades_per_row * n) if n > 1 else 0):
        one = rng.integers(0, n, draws)
        other = (one + rng.integers(1, n, draws)) % n
        has[chain, one], has[chain, other] = _traded(has[chain, one], has[chain, other], known[one] & known[other], rng)
    return np.where(known, has, table)


def _traded(one: np.ndarray, other: np.ndarray, known: np.ndarray,
            rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows (draws, c) after a trade: columns with the lowest random marks go to the first row."""
    apart = (one ^ other) & known
    marks = np.where(apart, rng.random(one.shape), 2.0)
    count = (one & apart).sum(1)
    limit = np.concatenate([np.full((len(one), 1), -1.0), np.sort(marks, axis=1)], axis=1)[np.arange(len(one)), count]
    mine = apart & (marks <= limit[:, None])
    return np.where(apart, mine, one), np.where(apart, ~mine, other)
