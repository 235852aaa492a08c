"""Occupation of states over time and what every person contributes to it, for all groups at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.retention.histories import Histories


@dataclass(frozen=True)
class Occupation:
    """The Aalen-Johansen estimate of state occupation; G groups, T times, S states, N persons a group.

    At each time n_s are in state s, d_sk of them go to k, and P <- P(I + dA) with dA_sk = d_sk/n_s and
    rows that add up to 0. P starts from the shares of those watched at a group's first move. Consistent
    without the Markov property if censoring is independent.
    """

    histories: Histories

    @cached_property
    def time(self) -> np.ndarray:
        """Shape (T,): all times at which a stay ends."""
        return self.histories.grid[self._ticks]

    @cached_property
    def _ticks(self) -> np.ndarray:
        return np.unique(self.histories.end)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Times, groups, states."""
        return len(self._ticks), len(self.histories.groups), len(self.histories.states)

    @cached_property
    def _first(self) -> np.ndarray:
        return np.searchsorted(self._ticks, self.histories.begin, side="right")

    @cached_property
    def _last(self) -> np.ndarray:
        return np.searchsorted(self._ticks, self.histories.end)

    def _count(self, time: np.ndarray, state: np.ndarray, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
        times, groups, states = self.shape
        place = (time[rows] * groups + self.histories.group[rows]) * states + state[rows]
        return np.bincount(place, minlength=(times + 1) * groups * states).reshape(-1, groups, states)

    @cached_property
    def n_risk(self) -> np.ndarray:
        """Shape (T, G, S): in the state just before each time."""
        state = self.histories.state
        return np.cumsum(self._count(self._first, state) - self._count(self._last + 1, state), axis=0)[:-1]

    @cached_property
    def n_event(self) -> np.ndarray:
        """Shape (T, G, S): who moves into the state."""
        return self._count(self._last, self.histories.to, self.histories.to >= 0)[:-1]

    @cached_property
    def n_censored(self) -> np.ndarray:
        """Shape (T, G, S): last seen in the state."""
        return self._count(self._last, self.histories.state, self.histories.to < 0)[:-1]

    @cached_property
    def _opening(self) -> np.ndarray:
        """Shape (G,): the time of each group's first move, or its last time where nobody moves."""
        moves = (self.n_event.sum(axis=2) > 0).T
        return np.where(moves.any(axis=1), moves.argmax(axis=1), self.last)

    @cached_property
    def last(self) -> np.ndarray:
        """Shape (G,): each group's last time."""
        last = np.zeros(self.shape[1], np.intp)
        np.maximum.at(last, self.histories.group, self._last)
        return last

    def walk(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """P, (G, S), and the persons' influence on it, (G, N, S): first at the start, then after each time.

        A person's influence is the derivative of P with respect to the person's weight,
        U <- U(I + dA) + P_s(t-)(dN_sk - Y_s dA_sk)/n_s with s the state the person is in; the variance of P
        is the sum of U^2 over persons (infinitesimal jackknife). The array is the same one at every step.
        """
        h, (times, groups, _) = self.histories, self.shape
        position = h.person - np.minimum.reduceat(h.person, np.searchsorted(h.group, np.arange(groups)))[h.group]
        share, influence = self._start(position)
        yield share, influence
        here = np.full(influence.shape[:2], -1)
        coming, leaving = (_by_time(at, times) for at in (self._first, self._last))
        for time in range(times):
            rows = coming[time]
            here[h.group[rows], position[rows]] = h.state[rows]
            rows = leaving[time]
            moved = rows[h.to[rows] >= 0]
            if len(moved):
                share, influence = self._step(time, share, influence, here, moved, position[moved])
            here[h.group[rows], position[rows]] = -1
            yield share, influence

    def _start(self, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        h, opening = self.histories, self._opening[self.histories.group]
        risk = self.n_risk[self._opening, np.arange(self.shape[1])]
        share = risk / risk.sum(axis=1, keepdims=True)
        influence = np.zeros((self.shape[1], int(position.max()) + 1, self.shape[2]))
        rows = np.flatnonzero((self._first <= opening) & (opening <= self._last))
        group = h.group[rows]
        own = np.eye(self.shape[2])[h.state[rows]] - share[group]
        influence[group, position[rows]] = own / risk.sum(axis=1)[group, None]
        return share, influence

    def _step(self, time: int, share: np.ndarray, influence: np.ndarray, here: np.ndarray, moved: np.ndarray,
              position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One multiplication with I + dA, restricted to the states that somebody leaves or enters."""
        h, n = self.histories, np.maximum(self.n_risk[time], 1)
        group, state, to = h.group[moved], h.state[moved], h.to[moved]
        change = np.zeros((*share.shape, share.shape[1]))
        np.add.at(change, (group, state, to), 1)
        np.add.at(change, (group, state, state), -1)
        touched = np.unique(np.concatenate([state, to]))
        change = change[:, touched[:, None], touched] / n[:, touched, None]
        each = share / n
        influence[:, :, touched] += influence[:, :, touched] @ change
        place = np.searchsorted(touched, here)
        there = (place < len(touched)) & (touched[np.minimum(place, len(touched) - 1)] == here)
        of, who = np.nonzero(there)
        weight = each[of, here[there]][:, None] * change[of, place[there]]
        influence[of[:, None], who[:, None], touched] -= weight
        influence[group, position, to] += each[group, state]
        influence[group, position, state] -= each[group, state]
        share = share.copy()
        share[:, touched] += (share[:, None, touched] @ change)[:, 0]
        return share, influence


def _by_time(at: np.ndarray, times: int) -> list[np.ndarray]:
    """The rows that belong to each time."""
    order = np.argsort(at, kind="stable")
    return np.split(order, np.searchsorted(at[order], np.arange(1, times)))
