"""Common times: all groups of a stratum side by side whenever somebody leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.retention.event_tables.counting import last_at
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.event_tables.runs import Runs


@dataclass(frozen=True)
class CommonTimes:
    """One row a stratum and time at which anybody leaves; ``stratum`` and ``time`` have shape (P,).

    ``place`` has shape (R,): the last of these at or before the time of each row of the event table, in its
    stratum; -1 where there is none. Counts must be whole.
    """

    table: EventTable
    stratum: np.ndarray
    time: np.ndarray
    place: np.ndarray

    @cached_property
    def n_risk(self) -> np.ndarray:
        """Shape (P, G): at risk just before: who leaves then or later, less who enters then or later."""
        table, known = self.table, self.place >= 0
        change = table.n_exit + table.n_censored - table.n_enter
        grid = np.bincount(self._cell[known], change[known], minlength=table.by.size * len(self.time))
        return self.runs.sum_from(grid.astype(float, copy=False).reshape(table.by.size, -1)).T  # no rows give integers

    @cached_property
    def n_exit(self) -> np.ndarray:
        """Shape (P, G): exits of any cause."""
        return self._placed(self.table.n_exit)

    @cached_property
    def n_event(self) -> np.ndarray:
        """Shape (P, G, K): exits of each cause."""
        return np.moveaxis(np.stack([self._placed(count) for count in self.table.n_event.T]), 0, 2)

    @cached_property
    def runs(self) -> Runs:
        """The rows of each stratum."""
        return Runs(self.stratum)

    @cached_property
    def _cell(self) -> np.ndarray:
        return self.table.group * len(self.time) + self.place

    def _placed(self, exits: np.ndarray) -> np.ndarray:
        """Exits by row of the event table on the common times; every row with exits has its own."""
        some = exits.nonzero()[0]
        grid = np.zeros(self.table.by.size * len(self.time))
        grid[self._cell[some]] = exits[some]
        return grid.reshape(self.table.by.size, -1).T


def common_times(table: EventTable) -> CommonTimes:
    """The groups of each stratum on the times at which anybody leaves the stratum."""
    refuse_other(table)
    width = int(table.tick.max(initial=0)) + 1
    tick = table.stratum * width + table.tick
    leaving = table.n_exit.nonzero()[0]
    places, place = last_at(tick, tick[leaving], table.within.size * width)
    stratum = places // width
    time = np.empty(len(places), table.time.dtype)
    time[place[leaving]] = table.time[leaving]
    if table.within.size > 1 and len(places):  # before the first exit of a stratum there is no place in the one before
        place = np.where((place >= 0) & (stratum[place] == table.stratum), place, -1)
    return CommonTimes(table, stratum, time, place)
