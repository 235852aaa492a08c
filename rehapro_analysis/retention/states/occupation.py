"""Occupation of states over time and what every person contributes to it, for all groups at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.retention.states.histories import Histories
from rehapro_analysis.retention.states.pasts import Influence, Pasts, pasts


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

    def walk(self, widths: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """After each time P, (G, S), and its variance, (G, S).

        A person's influence is the derivative of P with respect to the person's weight,
        U <- U(I + dA) + P_s(t-)(dN_sk - Y_s dA_sk)/n_s with s the state the person is in; the variance is
        the sum of squares over persons (infinitesimal jackknife). With ``widths``, the lengths of time that
        count before each time and after the last, the variance has S more columns, of the area under P so
        far, and one more pair follows at the end.
        """
        (times, groups, states), of = self.shape, pasts(self.histories, self._first, self._last)
        influence, share, spent = Influence(of, groups, states, area=widths is not None), self.start, 0.0
        late, ends = _by_time(np.where(of.late, of.first, times), times), _by_time(of.time, times)
        before = share * (1 - share) / self._n_start[:, None]
        for time in range(times):
            if widths is not None and widths[time] > 0:
                influence.wait(widths[time])
                spent += widths[time]
            influence.enter(late[time])
            for group in np.flatnonzero(self._opening == time):
                influence.start(group, share[group], self._n_start[group], spent)
            each = share / np.maximum(self.n_risk[time], 1)
            if (of.to[ends[time]] >= 0).any():
                touched, change = self._change(of, ends[time], time)
                influence.move(touched, change, each)
                share = share.copy()
                share[:, touched] += (share[:, None, touched] @ change)[:, 0]
            influence.end(ends[time], each)
            variance = influence.variance()
            variance[:, :states] = np.where((time < self._opening)[:, None], before, variance[:, :states])
            yield share, variance
        if widths is not None:
            influence.wait(widths[-1])
            yield share, influence.variance()

    @cached_property
    def _n_start(self) -> np.ndarray:
        """Shape (G,): how many are watched at each group's first move."""
        return self.n_risk[self._opening, np.arange(self.shape[1])].sum(axis=1)

    @cached_property
    def start(self) -> np.ndarray:
        """Shape (G, S): the shares at each group's first move."""
        return self.n_risk[self._opening, np.arange(self.shape[1])] / self._n_start[:, None]

    def _change(self, of: Pasts, ends: np.ndarray, time: int) -> tuple[np.ndarray, np.ndarray]:
        """The states that somebody leaves or enters, and dA restricted to them, (G, touched, touched)."""
        ends = ends[of.to[ends] >= 0]
        stays, to = of.stay[ends], of.to[ends]
        group, state = of.group[stays], of.state[stays]
        touched = np.unique(np.concatenate([state, to]))
        change = np.zeros((self.shape[1], len(touched), len(touched)))
        source, target = np.searchsorted(touched, state), np.searchsorted(touched, to)
        np.add.at(change, (group, source, target), of.leaving[ends])
        np.subtract.at(change, (group, source, source), of.leaving[ends])
        return touched, change / np.maximum(self.n_risk[time], 1)[:, touched, None]


def _by_time(at: np.ndarray, times: int) -> list[np.ndarray]:
    """The rows that belong to each time; rows at ``times`` belong to none."""
    order = np.argsort(at, kind="stable")
    return np.split(order, np.searchsorted(at[order], np.arange(1, times + 1)))[:times]
