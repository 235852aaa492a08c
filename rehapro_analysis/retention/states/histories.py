"""Histories: who was in which state from when to when, and where they went, read from any frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.retention.event_tables.coding import Axis
from rehapro_analysis.retention.event_tables.spells import causes_of, names, read_spells

Columns = str | Sequence[str]


@dataclass(frozen=True)
class Histories:
    """Coded stays in states, sorted by person and time; arrays of shape (R,) unless said otherwise.

    ``person`` counts persons (a person of two groups is two persons), ``group`` is a row of ``groups``.
    A stay is watched at the ticks after ``begin`` up to and including ``end``, positions on ``grid``
    (-1: from before the origin). ``state`` and ``to`` are positions in ``states``, ``to`` -1 where the
    stay was not seen to end. ``row`` is the row of the frame, ``copies`` counts identical rows.
    """

    groups: pd.DataFrame
    states: tuple[str, ...]
    grid: np.ndarray
    group: np.ndarray
    person: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    state: np.ndarray
    to: np.ndarray
    row: np.ndarray
    copies: np.ndarray

    @property
    def n(self) -> int:
        """Number of persons."""
        return len(np.unique(self.person))

    @property
    def continues(self) -> np.ndarray:
        """Shape (R,): whether the stay before is of the same person."""
        return np.concatenate([[False], self.person[1:] == self.person[:-1]])[: len(self.person)]

    def rows(self, chosen: np.ndarray) -> Histories:
        """Some of the stays; persons are counted anew, groups and states stay."""
        fields = {name: getattr(self, name)[chosen]
                  for name in ("group", "person", "begin", "end", "state", "to", "row", "copies")}
        fields["person"] = np.unique(fields["person"], return_inverse=True)[1]
        return replace(self, **fields)

    def joined(self) -> Histories:
        """Cuts removed: a stay that goes on in the next row of the person is one stay with it."""
        goes_on = np.zeros(len(self.person), bool)
        goes_on[1:] = self.continues[1:] & (self.to[:-1] < 0) & (self.begin[1:] == self.end[:-1])
        last = np.append(~goes_on[1:], True)[: len(goes_on)]
        return replace(self.rows(~goes_on), end=self.end[last], to=self.to[last])

    def from_time(self, since: float) -> Histories:
        """The stays that end after a time, of those who are somewhere then or come later."""
        tick = int(np.searchsorted(self.grid, since, side="right")) - 1
        return self.rows(self.end > tick)


def read_histories(frame: Any, *, participant: Columns, state: str, start: str, stop: str, to: str,
                   by: Columns | None = None) -> Histories:
    """Read stays from any frame Narwhals knows; the rules of time are those of ``event_table``.

    States are ordered as their columns order them (declared categories, else sorted), those that are
    stayed in before those that are only entered. Raises :class:`StudyError` as ``event_table`` does.
    """
    by, participant = names(by), names(participant)
    spells = read_spells(frame, stop=stop, event=to, start=start, by=[*by, *participant, state])
    axes, where = spells.by[: len(by)], spells.by[-1]
    size = len(spells.exit.raw)
    group, person = _combined(axes, size), _combined(spells.by[:-1], size)
    labels, states, following = _states(where, spells.event)
    begin = np.full(size, -1) if spells.entry is None else spells.entry.codes - 1
    end = spells.exit.codes
    copies = np.ones(size) if spells.n is None else spells.n
    order = np.lexsort((labels, begin, end, person))
    return Histories(_groups(by, axes, group), states, np.asarray(spells.exit.levels, float),
                     *(values[order] for values in (group, person, begin, end, labels, following)), order,
                     copies[order])


def _combined(axes: Sequence[Axis], size: int) -> np.ndarray:
    """One code a combination of columns, in the order of the columns."""
    codes = np.zeros(size, np.intp)
    for axis in axes:
        codes = np.unique(codes * len(axis.levels) + axis.codes, return_inverse=True)[1]
    return codes


def _groups(by: list[str], axes: Sequence[Axis], group: np.ndarray) -> pd.DataFrame:
    first = np.unique(group, return_index=True)[1]
    labels = {name: [axis.levels[code] for code in axis.codes[first]] for name, axis in zip(by, axes, strict=True)}
    return pd.DataFrame(labels, index=range(len(first)))


def _states(where: Axis, following: Axis) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    seen = [np.unique(axis.codes, return_inverse=True) for axis in (where, following)]
    stayed = [_name(where.levels[code]) for code in seen[0][0]]
    leaving = causes_of(following.levels, seen[1][0])[0] >= 0
    entered = [_name(following.levels[code]) if left else None
               for code, left in zip(seen[1][0], leaving, strict=True)]
    order = dict.fromkeys(name for name in [*stayed, *entered] if name is not None)
    position = {name: place for place, name in enumerate(order)}
    lookup = [np.array([position.get(name, -1) for name in called]) for called in (stayed, entered)]
    return lookup[0][seen[0][1]], tuple(position), lookup[1][seen[1][1]]


def _name(level: Any) -> str:
    return str(int(level)) if isinstance(level, float) and level.is_integer() else str(level)
