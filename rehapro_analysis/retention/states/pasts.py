"""Pasts: persons who have been through the same are counted once, and what each of them contributes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.states.histories import Histories

MANY = 400  # closed pasts beyond which they are condensed


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
    return Pasts(h.group[a_stay], h.state[a_stay], first[a_stay], count, level[a_stay] == 0, stay[a_row],
                 last[a_row], h.to[a_row], leaving, following, closing)


def _numbered(codes: np.ndarray, rows: np.ndarray, keys: np.ndarray, start: int) -> int:
    """Number the distinct keys on from ``start``; the next free number."""
    distinct, place = np.unique(keys, return_inverse=True)
    codes[rows] = start + place
    return start + len(distinct)


class Influence:
    """The persons' influence on the shares of S states and, with ``area``, behind it on the area under them.

    ``z`` holds one row a past, whose ``count`` is its number of persons; ``id`` is its stay, or beyond the
    stays the group of a past that is closed. Closed pasts matter only through the sums of their products,
    hence many of them are replaced by few rows with the same sums, which keeps small errors small.
    """

    def __init__(self, of: Pasts, groups: int, states: int, *, area: bool) -> None:
        self.of, self.states, self.one_group, self.stays = of, states, groups == 1, len(of.group)
        self.group = np.append(of.group, np.arange(groups))
        self.state = np.append(of.state, np.full(groups, states))
        self.id, self.count = np.empty(0, np.intp), np.empty(0)
        self.z = np.empty((0, 2 * states if area else states))
        self.place, self.n_closed = np.full(self.stays + groups, -1), 0
        self.many = max(MANY, 4 * groups * self.z.shape[1])

    def enter(self, stays: np.ndarray) -> None:
        """Stays begin to be watched late."""
        if len(stays):
            self._add(stays, self.of.count[stays], np.zeros((len(stays), self.z.shape[1])))

    def _add(self, ids: np.ndarray, count: np.ndarray, z: np.ndarray) -> None:
        """Add pasts, and forget those of whom nobody is left."""
        kept = np.flatnonzero(self.count > 0)
        self.id = np.concatenate([self.id[kept], ids])
        self.count = np.concatenate([self.count[kept], count])
        self.z = np.concatenate([self.z[kept], z])
        self.place[self.id] = np.arange(len(self.id))

    def start(self, group: int, share: np.ndarray, n: int, spent: float) -> None:
        """What those who are watched at a group's first move contribute to the shares until then."""
        rows = np.flatnonzero((self.group[self.id] == group) & (self.id < self.stays))
        own = (np.eye(self.states)[self.state[self.id[rows]]] - share) / n
        self.z[rows] = np.hstack([own, spent * own])[:, : self.z.shape[1]]

    def wait(self, width: float) -> None:
        """Time passes: the area grows."""
        self.z[:, self.states:] += width * self.z[:, : self.states]

    def move(self, touched: np.ndarray, change: np.ndarray, each: np.ndarray) -> None:
        """U <- U(I + dA) - P_s dA_s/n_s for who is in s; ``each`` is P/n, ``change`` dA of touched states."""
        group = self.group[self.id]
        if self.one_group:
            self.z[:, touched] += self.z[:, touched] @ change[0]
        else:
            self.z[:, touched] += (self.z[:, None, touched] @ change[group])[:, 0]
        known = np.full(self.states + 1, -1)
        known[touched] = np.arange(len(touched))
        place = known[self.state[self.id]]
        there = np.flatnonzero(place >= 0)
        group, place = group[there], place[there]
        self.z[there[:, None], touched] -= each[group, touched[place]][:, None] * change[group, place]

    def end(self, ends: np.ndarray, each: np.ndarray) -> None:
        """Stays end: who moves gains P_s/n_s in the new state, loses it in the old, and goes on or is closed."""
        of, stays = self.of, self.of.stay[ends]
        where, group, state, to = self.place[stays], self.group[stays], self.state[stays], of.to[ends]
        z, gain, rows = self.z[where], np.where(to >= 0, each[group, state], 0.0), np.arange(len(ends))
        z[rows, to] += gain
        z[rows, state] -= gain
        np.subtract.at(self.count, where, of.leaving[ends])
        on, off = np.flatnonzero(of.following[ends] >= 0), np.flatnonzero(of.closing[ends])
        following = of.following[ends[on]]
        self._add(np.append(following, self.stays + group[off]),
                  np.append(of.count[following], of.closing[ends[off]]), z[np.append(on, off)])
        self.n_closed += len(off)
        if self.n_closed > self.many:
            self._condense()

    def _condense(self) -> None:
        """Replace the closed pasts of each group by the triangular factor of their products."""
        rows = np.flatnonzero(self.id >= self.stays)
        rows = rows[np.argsort(self.id[rows], kind="stable")]
        runs = Runs(self.id[rows])
        weighted = runs.matrix((np.sqrt(self.count[rows])[:, None] * self.z[rows]).T, fill=0.0)
        factor = np.linalg.qr(np.moveaxis(weighted, 0, -1), mode="r")
        ids = np.repeat(self.id[rows[runs.first]], factor.shape[1])
        self.count[rows] = 0
        self._add(ids, np.ones(len(ids)), factor.reshape(-1, self.z.shape[1]))
        self.n_closed = len(ids)

    def variance(self) -> np.ndarray:
        """Sum of squares over persons, (G, S) or (G, 2S)."""
        if self.one_group:
            return (self.count @ self.z**2)[None]
        total = np.zeros((len(self.group) - self.stays, self.z.shape[1]))
        np.add.at(total, self.group[self.id], self.count[:, None] * self.z**2)
        return total
