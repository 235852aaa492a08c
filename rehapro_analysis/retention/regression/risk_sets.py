"""Risk sets: who is at risk at each event time, found once and used for every coefficient vector."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.regression.regression import RegressionData


class RiskSets:
    """T event times by stratum; n spells; D denominators, one an event (Efron's order l = 0..d-1).

    Sums take values of shape (k, n), (k, T) or (k, D): the entries lie on the last axis.
    ``deaths`` (T,) counts tied events; ``at`` (D,) is the event time of each denominator; ``share`` (D,) is
    l/d under Efron's rule, 0 under Breslow's.
    """

    def __init__(self, data: RegressionData, ties: str) -> None:
        width = len(data.times) + 1  # ranks from -1 (no entry), strata one behind the other
        stop, start = data.stratum * width + data.stop + 1, data.stratum * width + data.start + 1
        self.event, self.delayed = np.flatnonzero(data.event), data.delayed
        key, self.place = np.unique(stop[self.event], return_inverse=True)
        stratum = key // width
        self.runs, self.time = Runs(stratum), data.times[key % width - 1]
        self.deaths = np.bincount(self.place)
        self._begin = np.cumsum(self.deaths) - self.deaths
        self.at = np.repeat(np.arange(len(key)), self.deaths)
        order = np.arange(len(self.at)) - self._begin[self.at]
        self.share = order / self.deaths[self.at] if ties == "efron" else np.zeros(len(self.at))
        self._until, self._since = (np.searchsorted(key, ends, side="right") for ends in (stop, start))
        self._last, self._before = (np.where((upto > 0) & (stratum[upto - 1] == data.stratum), upto - 1, len(key))
                                    for upto in (self._until, self._since))

    def at_risk(self, values: np.ndarray) -> np.ndarray:
        """Sums over those at risk at each event time, (k, n) to (k, T)."""
        total = self.runs.sum_from(self._binned(self._last, values))
        return total - self.runs.sum_from(self._binned(self._before, values)) if self.delayed else total

    def _binned(self, place: np.ndarray, values: np.ndarray) -> np.ndarray:
        size = len(self.deaths)
        return np.stack([np.bincount(place, column, size + 1)[:size] for column in values])

    def tied(self, values: np.ndarray) -> np.ndarray:
        """Sums over those with the event at each event time, (k, n) to (k, T)."""
        return np.stack([np.bincount(self.place, column[self.event]) for column in values])

    def by_time(self, values: np.ndarray) -> np.ndarray:
        """Sums over the denominators of each event time, (k, D) to (k, T)."""
        return np.add.reduceat(values, self._begin, axis=-1)

    def lived(self, steps: np.ndarray) -> np.ndarray:
        """Sums of steps, (k, T), over the event times in (start, stop] of each spell, (k, n)."""
        total = np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
        lived = np.take(total, self._until, axis=1)
        return lived - np.take(total, self._since, axis=1) if self._since.any() else lived
