"""Pasts: persons who have been through the same are counted once, and what each of them contributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.histories import Histories
from rehapro_analysis.retention.runs import Runs


@dataclass(frozen=True)
class Pasts:
    """Stays of persons with the same past, and how they end; Q stays, E ends.

    A stay has a ``group``, a ``state``, the first time at which it is watched and a ``count`` of persons;
    ``late`` is false where it follows another. An end belongs to ``stay`` and has a time, the state it leads
    to (-1: not seen to end), a number of persons, the stay that follows (-1: none), and in ``closing`` those
    of its persons who are not seen again.
    """

    group: np.ndarray
    state: np.ndarray
    first: np.ndarray
    count: np.ndarray
    late: np.ndarray
    stay: np.ndarray
    time: np.ndarray
    to: np.ndarray
    leaving: np.ndarray
    following: np.ndarray
    closing: np.ndarray


def pasts(histories: Histories, first: np.ndarray, last: np.ndarray) -> Pasts:
    """Count histories by their past, one length of path after the other."""
    h, level = histories, Runs(histories.person).column
    stay, end = np.empty(len(level), np.intp), np.empty(len(level), np.intp)
    times, states = int(last.max()) + 2, len(h.states) + 1
    stays = ends = 0
    for depth in range(int(level.max()) + 1):
        rows = np.flatnonzero(level == depth)
        opening = (h.group[rows] * states + h.state[rows]) * times + first[rows] if depth == 0 else end[rows - 1]
        stays = _numbered(stay, rows, opening, stays)
        ends = _numbered(end, rows, (stay[rows] * times + last[rows]) * states + h.to[rows] + 1, ends)
    a_stay, a_row = (np.unique(codes, return_index=True)[1] for codes in (stay, end))
    count, leaving = np.bincount(stay), np.bincount(end)
    following = np.full(ends, -1)
    later = np.flatnonzero(level > 0)
    following[end[later - 1]] = stay[later]
    closing = leaving - np.where(following >= 0, count[following], 0)
    return Pasts(h.group[a_stay], h.state[a_stay], first[a_stay], count, level[a_stay] == 0, stay[a_row], last[a_row],
                 h.to[a_row], leaving, following, closing)


def _numbered(codes: np.ndarray, rows: np.ndarray, keys: np.ndarray, start: int) -> int:
    """Number the distinct keys on from ``start``; the next free number."""
    distinct, place = np.unique(keys, return_inverse=True)
    codes[rows] = start + place
    return start + len(distinct)


class Influence:
    """The persons' influence on the shares and, behind it, on the area under them; S states each.

    ``z`` holds one row an open past. Pasts that are closed matter only through the sums of products,
    (G, 2S, 2S), which move on with everybody's.
    """

    def __init__(self, of: Pasts, groups: int, states: int) -> None:
        self.of, self.groups, self.states = of, groups, states
        self.open = np.empty(0, np.intp)
        self.z = np.empty((0, 2 * states))
        self.count = np.empty(0)
        self.closed = np.zeros((groups, 2 * states, 2 * states))
        self.place = np.full(len(of.group), -1)

    def enter(self, stays: np.ndarray, z: np.ndarray) -> None:
        """Stays begin to be watched."""
        if len(stays):
            self.place[stays] = len(self.open) + np.arange(len(stays))
            self.open, self.z = np.append(self.open, stays), np.vstack([self.z, z])
            self.count = np.append(self.count, self.of.count[stays])

    def start(self, group: int, share: np.ndarray, n: int, spent: float) -> None:
        """What those who are watched at a group's first move contribute to the shares until then."""
        rows = np.flatnonzero(self.of.group[self.open] == group)
        own = (np.eye(self.states)[self.of.state[self.open[rows]]] - share) / n
        self.z[rows] = np.hstack([own, spent * own])

    def wait(self, width: float) -> None:
        """Time passes: the area grows."""
        s = self.states
        self.z[:, s:] += width * self.z[:, :s]
        self.closed[:, s:] += width * self.closed[:, :s]
        self.closed[:, :, s:] += width * self.closed[:, :, :s]

    def move(self, touched: np.ndarray, change: np.ndarray, each: np.ndarray) -> None:
        """U <- U(I + dA) - P_s dA_s/n_s for who is in state s; ``each`` is P/n, ``change`` dA of touched states."""
        group, state = self.of.group[self.open], self.of.state[self.open]
        if self.groups == 1:
            self.z[:, touched] += self.z[:, touched] @ change[0]
        else:
            self.z[:, touched] += (self.z[:, None, touched] @ change[group])[:, 0]
        place = np.full(self.states, -1)
        place[touched] = np.arange(len(touched))
        there = np.flatnonzero(place[state] >= 0)
        group, state = group[there], state[there]
        self.z[there[:, None], touched] -= each[group, state][:, None] * change[group, place[state]]
        self.closed[:, touched] += np.swapaxes(change, 1, 2) @ self.closed[:, touched]
        self.closed[:, :, touched] += self.closed[:, :, touched] @ change

    def end(self, ends: np.ndarray, each: np.ndarray) -> None:
        """Stays end: who moves gains P_s/n_s in the new state and loses it in the old, and goes on or is closed."""
        of = self.of
        stays, to = of.stay[ends], of.to[ends]
        where, group, state = self.place[stays], of.group[stays], of.state[stays]
        z, gain, moved = self.z[where], np.where(to >= 0, each[group, state], 0.0), np.arange(len(ends))
        z[moved, to] += gain
        z[moved, state] -= gain
        np.subtract.at(self.count, where, of.leaving[ends])
        weight = of.closing[ends]
        if self.groups == 1:
            self.closed[0] += (z * weight[:, None]).T @ z
        else:
            np.add.at(self.closed, group, weight[:, None, None] * z[:, :, None] * z[:, None])
        self._forget()
        goes_on = of.following[ends] >= 0
        self.enter(of.following[ends][goes_on], z[goes_on])

    def _forget(self) -> None:
        kept = self.count > 0
        self.open, self.z, self.count = self.open[kept], self.z[kept], self.count[kept]
        self.place[self.open] = np.arange(len(self.open))

    def variance(self) -> np.ndarray:
        """Sum of squares over persons, (G, 2S)."""
        total = np.einsum("gss->gs", self.closed).copy()
        if self.groups == 1:
            total[0] += self.count @ self.z**2
        else:
            np.add.at(total, self.of.group[self.open], self.count[:, None] * self.z**2)
        return total
