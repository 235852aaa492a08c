"""Common times: all groups of a stratum side by side whenever somebody leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.retention.events import EventTable
from rehapro_analysis.retention.runs import Runs


@dataclass(frozen=True)
class CommonTimes:
    """One row a stratum and time at which anybody leaves; arrays start with shape (P,).

    ``n_risk`` has shape (P, G), the number at risk just before; ``n_event`` has shape (P, G, K).
    """

    stratum: np.ndarray
    time: np.ndarray
    n_risk: np.ndarray
    n_event: np.ndarray

    @cached_property
    def runs(self) -> Runs:
        """The rows of each stratum."""
        return Runs(self.stratum)


def common_times(table: EventTable) -> CommonTimes:
    """The groups of each stratum on the times at which anybody leaves the stratum.

    Between two rows of a group nobody enters or leaves it, so its number at risk at a time without
    a row is that of its next row, and 0 after its last.
    """
    times, rank = np.unique(table.time, return_inverse=True)
    width, groups = len(times), np.arange(len(table.groups))
    block = table.stratum * len(groups) + table.group
    key = block * width + rank
    points = np.unique((table.stratum * width + rank)[table.n_exit > 0])
    stratum, when = np.divmod(points, width)
    wanted_block = stratum[:, None] * len(groups) + groups
    wanted = wanted_block * width + when[:, None]
    row = np.searchsorted(key, wanted.T).T  # in order, so that searching stays in the cache
    found = np.minimum(row, len(key) - 1)
    present = (row < len(key)) & (block[found] == wanted_block)
    exact = present & (key[found] == wanted)
    return CommonTimes(stratum, times[when], np.where(present, table.n_risk[found], 0.0),
                       np.where(exact[..., None], table.n_event[found], 0.0))
