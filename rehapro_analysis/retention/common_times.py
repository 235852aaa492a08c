"""Common times: all groups of a stratum side by side whenever somebody leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.retention.coding import distinct
from rehapro_analysis.retention.events import EventTable
from rehapro_analysis.retention.runs import Runs


@dataclass(frozen=True)
class CommonTimes:
    """One row a stratum and time at which anybody leaves; ``stratum`` and ``time`` have shape (P,).

    ``row`` has shape (P, G): the group's next row of the event table at or after the time.
    ``present``: whether it has one; ``exact``: whether that is of this very time.
    """

    table: EventTable
    stratum: np.ndarray
    time: np.ndarray
    row: np.ndarray
    present: np.ndarray
    exact: np.ndarray

    @cached_property
    def n_risk(self) -> np.ndarray:
        """Shape (P, G): at risk just before. Between two rows of a group nobody enters or leaves it."""
        return self.table.n_risk[self.row] * self.present

    @cached_property
    def n_exit(self) -> np.ndarray:
        """Shape (P, G): exits of any cause."""
        return self.table.n_exit[self.row] * self.exact

    @cached_property
    def n_event(self) -> np.ndarray:
        """Shape (P, G, K): exits of each cause."""
        return self.table.n_event[self.row] * self.exact[..., None]

    @cached_property
    def runs(self) -> Runs:
        """The rows of each stratum."""
        return Runs(self.stratum)


def common_times(table: EventTable) -> CommonTimes:
    """The groups of each stratum on the times at which anybody leaves the stratum."""
    width, groups = int(table.tick.max(initial=0)) + 1, np.arange(table.by.size)
    block = table.stratum * len(groups) + table.group
    key = block * width + table.tick
    leaving = np.flatnonzero(table.n_exit > 0)
    places, place = distinct((table.stratum * width + table.tick)[leaving], table.within.size * width)
    time = np.empty(len(places), table.time.dtype)
    time[place] = table.time[leaving]
    stratum, when = np.divmod(places, width)
    wanted_block = stratum[:, None] * len(groups) + groups
    wanted = wanted_block * width + when[:, None]
    row = np.searchsorted(key, wanted.T).T  # in order, so that searching stays in the cache
    found = np.minimum(row, len(key) - 1)
    present = (row < len(key)) & (block[found] == wanted_block)
    return CommonTimes(table, stratum, time, found, present, present & (key[found] == wanted))
