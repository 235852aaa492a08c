"""Jackknife of incidences: what each person contributes, right under weights and delayed entry.

A person adds r = (1{exits at t} - 1{at risk} h)/n to the hazard at t, and r_k to that of cause k. On
F_k(t) this acts directly, by S(t-) r_k, and through everybody who leaves later, by -r/(1 - h) times
the share that leaves between. With G = F(end) - F the influence is U(t) = X(t) + G(t) P(t),

    X(t) = sum over j <= t of S(j-) r_k - G(j) r/(1 - h),    P(t) = sum over j <= t of r/(1 - h),

two running sums that stop at the person's exit. Their squares and products over persons are running
sums too, so that no matrix of persons by times is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.curves import is_robust
from rehapro_analysis.retention.events import EventTable
from rehapro_analysis.retention.influence import rows_of

ROUNDING = 1e-13  # share of its summands below which a variance is rounding


@dataclass(frozen=True)
class RunningSum:
    """A sum along time of each cell: ``path`` (R,) while there, ``entry`` its value at entry, ``final`` at the end."""

    path: np.ndarray
    entry: np.ndarray
    final: np.ndarray


class Jackknife:
    """Influences of a one-stratum table's cells on S and F; ``rate`` is d_k/n, last column any cause.

    ``before`` is S(t-), shape (R,); ``rate`` has shape (R, K + 1).
    """

    def __init__(self, table: EventTable, before: np.ndarray, rate: np.ndarray) -> None:
        cells, n = table.cells, np.where(table.n_risk > 0, table.n_risk, np.inf)
        self.table, self.runs, self.size = table, table.runs, len(n)
        self.weight = cells.weight_sq if is_robust(table, "auto") else cells.weight
        self.enter, self.leave = rows_of(table, cells.entry), rows_of(table, cells.exit)
        self.begin = np.where(self.enter < 0, self.runs.first[self.runs.row[self.leave]], self.enter)
        self.direct, self.rate = before / n, rate
        stay = n * (1 - rate[:, -1])
        self.spread = np.divide(1.0, stay, out=np.zeros(self.size), where=(rate[:, -1] > 0) & (stay > 0))

    def variance(self, cause: int, to_come: np.ndarray) -> np.ndarray:
        """Variance of F at every row; ``to_come`` is G of the cause, shape (R,)."""
        x = self._sum(cause, np.ones(self.size), to_come)
        p = self._sum(cause, np.zeros(self.size), np.full(self.size, -1.0))
        parts = self._product(x, x) + [2 * to_come * part for part in self._product(x, p)]
        parts += [to_come**2 * part for part in self._product(p, p)]
        value = sum(parts)
        return np.where(value > ROUNDING * sum(np.abs(part) for part in parts), value, 0.0)

    def total_variance(self, cause: int, direct: np.ndarray, later: np.ndarray) -> np.ndarray:
        """Variance by group of a number that a hazard of the cause at t moves by S(t-) ``direct``, less ``later``."""
        own = self._sum(cause, direct, later).final
        return np.bincount(self.table.cells.group, self.weight * own**2, len(self.table.groups))

    def _sum(self, cause: int, direct: np.ndarray, later: np.ndarray) -> RunningSum:
        """Running sums of direct S(t-) r_k - later r/(1 - h)."""
        which = self.table.cells.cause
        exits = which >= 0 if cause == self.rate.shape[1] - 1 else which == cause
        own, through = self.direct * direct, self.spread * later
        path = self.runs.cumsum(through * self.rate[:, -1] - own * self.rate[:, cause])
        entry = np.where(self.enter < 0, 0.0, path[self.enter])
        jump = exits * own[self.leave] - (which >= 0) * through[self.leave]
        return RunningSum(path, entry, path[self.leave] - entry + jump)

    def _product(self, a: RunningSum, b: RunningSum) -> list[np.ndarray]:
        """Summands of the sum over cells of weight times a(t) b(t), each of shape (R,)."""
        there = [self._there(amount) for amount in (np.ones(len(a.entry)), a.entry, b.entry, a.entry * b.entry)]
        gone = self._running(self.leave, a.final * b.final)
        return [a.path * b.path * there[0], -b.path * there[1], -a.path * there[2], there[3], gone]

    def _there(self, amount: np.ndarray) -> np.ndarray:
        return self._running(self.begin, amount) - self._running(self.leave, amount)

    def _running(self, rows: np.ndarray, amount: np.ndarray) -> np.ndarray:
        return self.runs.cumsum(np.bincount(rows, self.weight * amount, self.size))
