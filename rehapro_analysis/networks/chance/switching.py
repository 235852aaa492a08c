"""Degree-preserving random networks by switching, all chains side by side."""

from __future__ import annotations

import numpy as np

FEWEST_STEPS = 200  # also for networks of a few ties
TURN_EVERY = 4  # every fourth step tries to turn a directed triangle round
DRAWN_AT_ONCE = 256  # steps whose random numbers are drawn together
_EMPTY, _HELD = -1, -2


def switched(cells: np.ndarray, free: np.ndarray, *, directed: bool, draws: int, seed: int,
             steps_per_tie: int = 10) -> np.ndarray:
    """Random networks (draws, n, n) in which every actor gives and receives as many ties as in ``cells``.

    A step draws two ties a -> b, c -> d and makes them a -> d, c -> b, if that gives no tie to oneself, no
    double tie, and both cells are ``free``; otherwise the network stays as it is *and the step counts*.
    Counting only successful switches favours networks with few neighbours. In directed networks every
    fourth step tries to turn a triangle a -> b -> c -> a round, which switches alone cannot reach. All
    moves are as likely forth as back, so every network that can be reached is equally likely in the end.

    Where cells are not free (unknown, impossible, fixed), networks may exist that no sequence of moves
    reaches. Source: Rao, Jana & Bandyopadhyay 1996; Milo et al. 2003.

    >>> ring = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    >>> sorted({float(network[0, 1]) for network in switched(ring, ring == ring, directed=True, draws=20, seed=1)})
    [0.0, 1.0]
    """
    chains = _Chains(cells, free & ~np.eye(len(cells), dtype=bool), directed, draws)
    if chains.ties < 2:
        return np.repeat(np.asarray(cells, float)[None], draws, axis=0)
    rng, steps = np.random.default_rng(seed), max(FEWEST_STEPS, steps_per_tie * chains.ties)
    for done in range(0, steps, DRAWN_AT_ONCE):
        size = min(DRAWN_AT_ONCE, steps - done), draws
        one, other = chains.ends(rng, size), chains.ends(rng, size)
        third = rng.integers(0, len(cells), size)
        for step in range(size[0]):
            if directed and step % TURN_EVERY == 0:
                chains.turn(one[step], third[step])
            else:
                chains.switch(one[step], other[step])
    return chains.networks(cells)


class _Chains:
    """All chains flat in a row: ``at`` (draws, n, n) is the number of the tie in a cell, or empty, or held.

    A tie has two ends, numbers 2k for who gives and 2k + 1 for who receives; ``row`` and ``column`` (draws, 2m)
    say where the actor at an end begins its row in ``at``, and which column it is. The other end of e is e ^ 1.
    """

    def __init__(self, cells: np.ndarray, free: np.ndarray, directed: bool, draws: int) -> None:
        self.n, self.directed, self.draws, self.free = len(cells), directed, draws, free
        tied = (np.nan_to_num(cells) != 0) & free
        giver, taker = np.nonzero(tied if directed else np.triu(tied))
        self.ties = len(giver)
        at = np.where(free, _EMPTY, _HELD)
        at[giver, taker] = np.arange(self.ties)
        if not directed:
            at[taker, giver] = np.arange(self.ties)
        self.at = np.tile(at.astype(np.int16 if self.ties < 1 << 15 else np.int32).ravel(), draws)
        self.base, self.first = np.arange(draws) * self.n**2, np.arange(draws) * 2 * self.ties
        self.column = np.tile(np.stack([giver, taker], axis=-1).ravel(), draws)
        self.row = self.column * self.n + np.repeat(self.base, 2 * self.ties)

    def ends(self, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        """Random ends: of who gives in directed networks, any in mutual ones, so that ties meet both ways round."""
        return self.first + (2 * rng.integers(0, self.ties, size) if self.directed
                             else rng.integers(0, 2 * self.ties, size))

    def switch(self, a: np.ndarray, c: np.ndarray) -> None:
        """Ties a - b and c - d become a - d and c - b."""
        there = self.row.take(a) + self.column.take(c ^ 1)
        here = self.row.take(c) + self.column.take(a ^ 1)
        good = np.flatnonzero((self.at.take(there) == _EMPTY) & (self.at.take(here) == _EMPTY))
        a, c = a[good], c[good]
        b, d = a ^ 1, c ^ 1
        self._put(a, b, _EMPTY)
        self._put(c, d, _EMPTY)
        for place in (self.row, self.column):
            place[b], place[d] = place.take(d), place.take(b)
        first = self.first[good]
        self._put(a, b, (a - first) >> 1)
        self._put(c, d, (c - first) >> 1)

    def turn(self, a: np.ndarray, third: np.ndarray) -> None:
        """Ties a -> b, b -> c and c -> a are turned round, if there they are and their ways back free and empty."""
        row_a, row_b, row_c = self.row[a], self.row[a ^ 1], self.base + third * self.n
        column_a, column_b = self.column[a], self.column[a ^ 1]
        good = (self.at[row_b + third] >= 0) & (self.at[row_c + column_a] >= 0)
        for back in (row_b + column_a, row_c + column_b, row_a + third):
            good &= self.at[back] == _EMPTY
        good = np.flatnonzero(good)
        first = self.first[good]
        ties = a[good], *(first + 2 * self.at[cell[good]] for cell in (row_b + third, row_c + column_a))
        for giver in ties:
            self._put(giver, giver ^ 1, _EMPTY)
            for place in (self.row, self.column):
                place[giver], place[giver ^ 1] = place[giver ^ 1], place[giver]
            self._put(giver, giver ^ 1, (giver - first) >> 1)

    def _put(self, one: np.ndarray, other: np.ndarray, what: object) -> None:
        """Write into the cell between two ends, and for mutual ties into its mirror."""
        self.at[self.row.take(one) + self.column.take(other)] = what
        if not self.directed:
            self.at[self.row.take(other) + self.column.take(one)] = what

    def networks(self, cells: np.ndarray) -> np.ndarray:
        """The chains' networks; cells that are not free as they were."""
        ties = (self.at >= 0).reshape(self.draws, self.n, self.n)
        return np.where(self.free, ties, cells).astype(float)
