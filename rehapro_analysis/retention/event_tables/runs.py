"""Runs: rows that belong together, so that sums and products run over all groups at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

LONG = 256  # rows of a run from which a call of its own is cheaper than padding


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
        new = np.empty(len(keys[0]), bool)  # methods instead of functions here: small tables are read often
        new[:1] = True
        np.not_equal(keys[0][1:], keys[0][:-1], out=new[1:])
        for key in keys[1:]:
            new[1:] |= key[1:] != key[:-1]
        self._new, self.first = new, new.nonzero()[0]
        self.last = np.empty_like(self.first)
        self.last[:-1] = self.first[1:] - 1
        self.last[-1:] = len(new) - 1

    @cached_property
    def row(self) -> np.ndarray:
        """Shape (rows,): the run of each row."""
        return self._new.cumsum() - 1

    @cached_property
    def column(self) -> np.ndarray:
        """Shape (rows,): the place of each row in its run."""
        return np.arange(len(self._new)) - self.first[self.row]

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Number of runs and length of the longest."""
        return len(self.first), int((self.last - self.first).max(initial=-1)) + 1

    @cached_property
    def bounds(self) -> list[tuple[int, int]]:
        """First row of each run and the row after its last."""
        return list(zip(self.first.tolist(), (self.last + 1).tolist(), strict=True))

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
        return self._along(np.cumsum, values, 0.0)

    def cumprod(self, values: np.ndarray) -> np.ndarray:
        """Products from the start of each run up to and including each row."""
        return self._along(np.cumprod, values, 1.0)

    def sum_from(self, values: np.ndarray) -> np.ndarray:
        """Sums from each row to the end of its run."""
        return self._along(_from_the_end, values, 0.0)

    def count_from(self, counts: np.ndarray) -> np.ndarray:
        """As :meth:`sum_from` for whole numbers, shape (rows,): one sum over all runs, less what follows each."""
        rest = np.zeros(len(counts) + 1)
        counts[::-1].cumsum(out=rest[-2::-1])
        return rest[:-1] - rest[self.last + 1][self.row]

    def sum_after(self, values: np.ndarray) -> np.ndarray:
        """Sums from the row after each row to the end of its run."""
        return self._along(_after, values, 0.0)

    def _along(self, running: Callable[..., np.ndarray], values: np.ndarray, fill: float) -> np.ndarray:
        """A running sum or product: long runs one after another, many short ones as a padded matrix."""
        if self._whole:
            return self.vector(running(values.reshape(*values.shape[:-1], *self.shape), axis=-1))
        if len(values.T) < LONG * len(self.first):
            return self.vector(running(self.matrix(values, fill), axis=-1))
        found = np.empty(values.shape, np.result_type(values, type(fill)))
        for begin, end in self.bounds:
            running(values[..., begin:end], axis=-1, out=found[..., begin:end])
        return found

    def one_after_another(self, *matrices: np.ndarray) -> list[np.ndarray]:
        """Of each matrix (k, rows) a vector (k * rows,): the k pieces of the first run, then those of the next.

        >>> Runs(np.array([0, 0, 1])).one_after_another(np.array([[1, 2, 3], [4, 5, 6]]))[0].tolist()
        [1, 2, 4, 5, 3, 6]
        """
        count, rows = matrices[0].shape
        if rows < LONG * len(self.first):
            size = np.repeat(self.last - self.first + 1, count)
            piece = np.repeat(np.tile(np.arange(count), len(self.first)), size)
            row = np.arange(len(piece)) + np.repeat(np.repeat(self.first, count) - (np.cumsum(size) - size), size)
            return [matrix[piece, row] for matrix in matrices]
        found = [np.empty(count * rows, matrix.dtype) for matrix in matrices]
        for into, matrix in zip(found, matrices, strict=True):
            for begin, end in self.bounds:
                into[count * begin : count * end].reshape(count, -1)[:] = matrix[:, begin:end]
        return found

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


def _from_the_end(values: np.ndarray, axis: int, out: np.ndarray | None = None) -> np.ndarray:
    return np.cumsum(values[..., ::-1], axis=axis, out=None if out is None else out[..., ::-1])[..., ::-1]


def _after(values: np.ndarray, axis: int, out: np.ndarray | None = None) -> np.ndarray:
    out = np.empty_like(values) if out is None else out
    out[..., -1:] = 0.0
    np.cumsum(values[..., :0:-1], axis=axis, out=out[..., -2::-1])
    return out
