"""Incidence: the share that has left for each cause at every time, with three variances by name.

A number that depends on F has the variance sum over exit times j of alpha E^2 - 2 beta E L + gamma L^2:
at a time t, L = 1 and E = F(t) - F(j) for j <= t; for the area up to a horizon, L is the time from j
to the horizon and E the area of F - F(j) over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.retention.curves.curves import is_robust
from rehapro_analysis.retention.curves.influence import ROUNDING, IncidenceInfluence
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.study.problems import StudyError

VARIANCES = ("auto", "delta", "gray", "ij")


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidences of a one-stratum table; shapes (R, K + 1), the last column is any cause.

    ``n_event`` counts exits; ``rate`` is d_k/n; ``before`` is S(t-) and ``staying`` S(t), shape (R,); ``share`` is F.
    """

    table: EventTable
    n_event: np.ndarray
    rate: np.ndarray
    before: np.ndarray
    staying: np.ndarray
    share: np.ndarray
    variance: str

    @cached_property
    def std_error(self) -> np.ndarray:
        """Standard errors of F, shape (R, K + 1)."""
        runs = self.table.runs
        share = self.share.T
        to_come = np.take(share[:, runs.last], runs.row, axis=1)  # small where risk sets are, so nothing large cancels
        to_come = np.subtract(to_come, share, out=to_come).T
        if self.variance == "ij":
            value = np.stack([self.influence.variance(cause, g) for cause, g in enumerate(to_come.T)], axis=1)
        else:
            value = self._variance(to_come)
        value[self.staying <= 0, -1] = 0.0
        return np.sqrt(value, out=value)

    def _cumsum(self, values: np.ndarray) -> np.ndarray:
        return self.table.runs.cumsum(values.T).T

    def _variance(self, g: np.ndarray) -> np.ndarray:
        alpha, beta, gamma = self._terms
        cumsum = self._cumsum
        drift = alpha * g  # from here on arrays are used again: fetching new memory costs more than computing
        gamma += drift * g
        drift -= beta
        beta *= g
        squares, slope = cumsum(gamma), cumsum(drift)
        slope *= g
        slope += cumsum(beta)
        g = np.multiply(g, g, out=drift)
        g *= cumsum(alpha)
        squares += g
        slope *= -2
        slope += squares
        squares *= ROUNDING
        slope[~(slope > squares)] = 0.0
        return slope

    @cached_property
    def influence(self) -> IncidenceInfluence:
        """What each person contributes."""
        cells = self.table.cells
        weight = cells.weight_sq if is_robust(self.table, "auto") else cells.weight
        return IncidenceInfluence(self.table, self.before, self.rate, weight)

    @property
    def _terms(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """alpha, beta, gamma of the delta (Greenwood-type) or Gray's variance, shape (R, K + 1) or (R, 1)."""
        n = np.where(self.table.n_risk > 0, self.table.n_risk, np.inf)
        left, one, each = self.table.n_exit, self.n_event.T, self.before / n
        if self.variance == "delta":
            alpha = np.divide(left, n * (n - left), out=np.zeros_like(n), where=(left > 0) & (n > left))
            beta = one * (each / n)
            gamma = self.table.n_risk - one
            gamma *= each
            gamma *= beta
            return alpha[:, None], beta.T, gamma.T
        inverse = np.divide(1.0, self.staying, out=np.zeros_like(n), where=self.staying > 0)
        own, other = (each**2 * _tied(count, n) * count for count in (one, left - one))
        return ((own + other) * inverse**2).T, (own * inverse).T, own.T

    def area(self, horizon: float) -> tuple[np.ndarray, np.ndarray]:
        """Integral of F from 0 to the horizon and its standard error, shape (groups, K + 1).

        Empty where a group was not watched up to the horizon and not everybody had left.
        """
        runs, time = self.table.runs, self.table.time.astype(float)
        width = np.minimum(time, horizon) - np.minimum(runs.previous(time, 0.0), horizon)
        so_far = self._cumsum(width[:, None] * runs.previous(self.share.T, 0.0).T)
        lasting = np.maximum(horizon - time, 0.0)[:, None]
        total = so_far[runs.last] + lasting[runs.last] * self.share[runs.last]
        ahead = np.where(lasting > 0, total[runs.row] - so_far - self.share * lasting, 0.0)
        known = self.known(horizon)[:, None]
        return np.where(known, total, np.nan), np.where(known, np.sqrt(self._area_variance(ahead, lasting)), np.nan)

    def _area_variance(self, ahead: np.ndarray, lasting: np.ndarray) -> np.ndarray:
        if self.variance == "ij":
            total = self.influence.total_variance
            return np.stack([total(cause, lasting[:, 0], e) for cause, e in enumerate(ahead.T)], axis=1)
        alpha, beta, gamma = self._terms
        return self._cumsum(alpha * ahead**2 - 2 * beta * ahead * lasting + gamma * lasting**2)[self.table.runs.last]

    def at(self, time: float) -> tuple[np.ndarray, np.ndarray]:
        """F and its standard error at one time, shape (groups, K + 1); empty where nothing is known."""
        row = self.table.runs.find(self.table.time, np.array([time]))
        return tuple(np.where(self.known(time)[:, None], np.where(row < 0, 0.0, values[row[:, 0]]), np.nan)
                     for values in (self.share, self.std_error))

    def known(self, time: float) -> np.ndarray:
        """Shape (groups,): whether the group was watched up to a time, or everybody had left."""
        last = self.table.runs.last
        return (time <= self.table.time[last]) | (self.staying[last] == 0)


def incidence(table: EventTable, variance: str = "auto") -> Incidence:
    """Aalen-Johansen for all groups and causes at once: F_k = sum S(t-) d_k/n, strata pooled.

    "auto" is "delta" for persons watched from the start, else "ij". Raises :class:`StudyError` for
    unknown words and for "delta" or "gray" with fractional weights.
    """
    refuse_other(table)
    check_choice("variance", variance, VARIANCES)
    table = table.pooled()
    fractional = is_robust(table, "auto")
    if variance == "auto":
        variance = "ij" if table.delayed or fractional else "delta"
    if fractional and variance != "ij":
        raise StudyError.of(f"The variance {variance!r} counts persons, and these weights are not whole numbers.",
                            "Take variance=\"ij\".")
    counts = np.vstack([table.n_event.T, table.n_exit])  # causes first: each one's times lie side by side in memory
    rate = counts / np.where(table.n_exit > 0, table.n_risk, 1.0)
    staying = table.runs.cumprod(1 - rate[-1])
    before = table.runs.previous(staying, 1.0)
    share = table.runs.cumsum(before * rate)
    np.minimum(share, 1.0, out=share)  # a sum of shares may round above 1
    return Incidence(table, counts.T, rate.T, before, staying, share.T, variance)


def _tied(count: np.ndarray, n: np.ndarray) -> np.ndarray:
    return 1 - np.divide(count - 1, n - 1, out=np.zeros_like(count), where=(count > 1) & (n > 1))
