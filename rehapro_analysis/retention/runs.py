"""Runs: rows that belong together, so that sums and products run over all groups at once."""

from __future__ import annotations

from functools import cached_property

import numpy as np


class Runs:
    """Consecutive rows with the same key as the rows of a padded matrix, shape (runs, longest).

    Values have the rows on their last axis, shape (..., rows): a run then lies in one piece of memory.

    >>> runs = Runs(np.array([0, 0, 1]))
    >>> runs.cumsum(np.array([[1.0, 2.0, 5.0], [1.0, 1.0, 1.0]])).tolist()
    [[1.0, 3.0, 5.0], [1.0, 2.0, 1.0]]
    >>> runs.matrix(np.array([1.0, 2.0, 5.0]), fill=0.0).tolist()
    [[1.0, 2.0], [5.0, 0.0]]
    """

    def __init__(self, *keys: np.ndarray) -> None:
        size = len(keys[0])
        new = np.ones(size, bool)
        if size:
            np.not_equal(keys[0][1:], keys[0][:-1], out=new[1:])
            for key in keys[1:]:
                new[1:] |= key[1:] != key[:-1]
        self._new, self.first = new, np.flatnonzero(new)
        self.last = np.append(self.first[1:], size)[: len(self.first)] - 1

    @cached_property
    def row(self) -> np.ndarray:
        """Shape (rows,): the run of each row."""
        return np.cumsum(self._new) - 1

    @cached_property
    def column(self) -> np.ndarray:
        """Shape (rows,): the place of each row in its run."""
        return np.arange(len(self._new)) - self.first[self.row]

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Number of runs and length of the longest."""
        return len(self.first), int((self.last - self.first).max(initial=-1)) + 1

    @cached_property
    def _whole(self) -> bool:
        """Whether nothing is padded."""
        runs, longest = self.shape
        return runs * longest == len(self._new)

    @cached_property
    def _place(self) -> np.ndarray | slice:
        """The place of each row in the matrix, read along its rows."""
        return slice(None) if self._whole else self.row * self.shape[1] + self.column

    def matrix(self, values: np.ndarray, fill: float) -> np.ndarray:
        """Values of shape (..., rows) as (..., runs, longest); places without a row hold ``fill``."""
        runs, longest = self.shape
        padded = np.full((*values.shape[:-1], runs * longest), fill, dtype=np.result_type(values, type(fill)))
        padded[..., self._place] = values
        return padded.reshape(*values.shape[:-1], runs, longest)

    def vector(self, matrix: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`matrix`."""
        flat = matrix.reshape(*matrix.shape[:-2], -1)
        return flat if self._whole else np.take(flat, self._place, axis=-1)

    def cumsum(self, values: np.ndarray) -> np.ndarray:
        """Sums from the start of each run up to and including each row."""
        return self.vector(np.cumsum(self._read(values, 0.0), axis=-1))

    def cumprod(self, values: np.ndarray) -> np.ndarray:
        """Products from the start of each run up to and including each row."""
        return self.vector(np.cumprod(self._read(values, 1.0), axis=-1))

    def sum_from(self, values: np.ndarray) -> np.ndarray:
        """Sums from each row to the end of its run."""
        return self.vector(np.cumsum(self._read(values, 0.0)[..., ::-1], axis=-1)[..., ::-1])

    def sum_after(self, values: np.ndarray) -> np.ndarray:
        """Sums from the row after each row to the end of its run."""
        matrix = self._read(values, 0.0)
        after = np.zeros_like(matrix)
        np.cumsum(matrix[..., :0:-1], axis=-1, out=after[..., -2::-1])
        return self.vector(after)

    def _read(self, values: np.ndarray, fill: float) -> np.ndarray:
        """The matrix to read from; a view where nothing is padded."""
        return values.reshape(*values.shape[:-1], *self.shape) if self._whole else self.matrix(values, fill)

    def previous(self, values: np.ndarray, start: float) -> np.ndarray:
        """The value of the row before in the same run, ``start`` at its beginning."""
        before = np.empty(values.shape, np.result_type(values, type(start)))
        before[..., 1:] = values[..., :-1]
        before[..., self.first] = start
        return before

    def find(self, times: np.ndarray, queries: np.ndarray, *, before: bool = False) -> np.ndarray:
        """Last row of each run at (or ``before``) each query, shape (runs, queries), -1 where there is none.

        >>> Runs(np.array([0, 0, 1])).find(np.array([1, 4, 2]), np.array([2, 4])).tolist()
        [[0, 1], [2, 2]]
        """
        grid = np.unique(times)
        width = len(grid) + 1
        keys = self.row * width + np.searchsorted(grid, times)
        upto = np.searchsorted(grid, queries, side="left" if before else "right")
        found = np.searchsorted(keys, np.arange(len(self.first))[:, None] * width + upto) - 1
        return np.where(found >= self.first[:, None], found, -1)
