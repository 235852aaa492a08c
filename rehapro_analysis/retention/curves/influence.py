"""Influence: variances from what each person contributes, right under weights and delayed entry.

What a person contributes to an estimate grows with time as a running sum that begins at entry, stops at
exit, and takes a last step there if the person left with a cause. The variance (infinitesimal jackknife)
adds up squared weight times squared influence over persons; squares and products of running sums are
running sums again, so that no matrix of persons by times is needed.

For incidences: a person adds r = (1{exits at t} - 1{at risk} h)/n to the hazard at t, and r_k to that of
cause k. On F_k(t) this acts directly, by S(t-) r_k, and through everybody who leaves later, by -r/(1 - h)
times the share that leaves between. With G = F(end) - F the influence is U(t) = X(t) + G(t) P(t),

    X(t) = sum over j <= t of S(j-) r_k - G(j) r/(1 - h),    P(t) = sum over j <= t of r/(1 - h).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.event_tables.events import EventTable

ROUNDING = 1e-13  # share of its summands below which a variance is rounding


@dataclass(frozen=True)
class RunningSum:
    """A sum along time of each cell: ``path`` (R,) while there, ``entry`` its value at entry, ``final`` at the end."""

    path: np.ndarray
    entry: np.ndarray
    final: np.ndarray


class Contributions:
    """Running sums of a one-stratum table's cells; ``weight`` is what a square counts, one value a cell."""

    def __init__(self, table: EventTable, weight: np.ndarray) -> None:
        cells = table.cells
        self.table, self.runs, self.size, self.weight = table, table.runs, len(table.time), weight
        self.enter, self.leave = rows_of(table, cells.entry), rows_of(table, cells.exit)
        self.begin = np.where(self.enter < 0, self.runs.first[self.runs.row[self.leave]], self.enter)

    def running_sum(self, drift: np.ndarray, jump: np.ndarray) -> RunningSum:
        """The sum of ``drift`` (R,) over (entry, min(t, exit)], and ``jump``, one value a cell, added at the exit."""
        path = self.runs.cumsum(drift)
        entry = np.where(self.enter < 0, 0.0, path[self.enter])
        return RunningSum(path, entry, path[self.leave] - entry + jump)

    def product(self, a: RunningSum, b: RunningSum) -> list[np.ndarray]:
        """Summands of the sum over cells of weight times a(t) b(t), each of shape (R,)."""
        there = [self._there(amount) for amount in (np.ones(len(a.entry)), a.entry, b.entry, a.entry * b.entry)]
        gone = self._running(self.leave, a.final * b.final)
        return [a.path * b.path * there[0], -b.path * there[1], -a.path * there[2], there[3], gone]

    def totals(self, a: RunningSum) -> np.ndarray:
        """The sum over each group's cells of weight times the squared final value, shape (groups,)."""
        return np.bincount(self.table.cells.group, self.weight * a.final**2, len(self.table.groups))

    def _there(self, amount: np.ndarray) -> np.ndarray:
        return self._running(self.begin, amount) - self._running(self.leave, amount)

    def _running(self, rows: np.ndarray, amount: np.ndarray) -> np.ndarray:
        return self.runs.cumsum(np.bincount(rows, self.weight * amount, self.size))


def robust_variance(table: EventTable, each: np.ndarray) -> np.ndarray:
    """Jackknife variance at every row, (R,), of a sum over exit times of ``each`` (R,) times exits, as H or -log S."""
    found = Contributions(table, table.cells.weight_sq)
    own = _hazard_sum(found, each)
    return np.maximum(sum(found.product(own, own)), 0.0)


def robust_totals(table: EventTable, each: np.ndarray) -> np.ndarray:
    """The variance of :func:`robust_variance` at each group's end, shape (groups,)."""
    found = Contributions(table, table.cells.weight_sq)
    return found.totals(_hazard_sum(found, each))


def _hazard_sum(found: Contributions, each: np.ndarray) -> RunningSum:
    table = found.table
    hazard = np.divide(table.n_exit, table.n_risk, out=np.zeros_like(each), where=table.n_risk > 0)
    return found.running_sum(-each * hazard, np.where(table.cells.cause >= 0, each[found.leave], 0.0))


class IncidenceInfluence:
    """Influences on S and F; ``rate`` is d_k/n, shape (R, K + 1), last column any cause; ``before`` is S(t-), (R,)."""

    def __init__(self, table: EventTable, before: np.ndarray, rate: np.ndarray, weight: np.ndarray) -> None:
        n = np.where(table.n_risk > 0, table.n_risk, np.inf)
        self.contributions, self.cause = Contributions(table, weight), table.cells.cause
        self.direct, self.rate, stay = before / n, rate, n * (1 - rate[:, -1])
        self.spread = np.divide(1.0, stay, out=np.zeros(len(n)), where=(rate[:, -1] > 0) & (stay > 0))

    def variance(self, cause: int, to_come: np.ndarray) -> np.ndarray:
        """Variance of F at every row; ``to_come`` is G of the cause, shape (R,)."""
        product, one = self.contributions.product, np.ones(len(to_come))
        x, p = self._sum(cause, one, to_come), self._sum(cause, 0 * one, -one)
        parts = product(x, x) + [2 * to_come * part for part in product(x, p)]
        parts += [to_come**2 * part for part in product(p, p)]
        value = sum(parts)
        return np.where(value > ROUNDING * sum(np.abs(part) for part in parts), value, 0.0)

    def total_variance(self, cause: int, direct: np.ndarray, later: np.ndarray) -> np.ndarray:
        """Variance by group of a number that a hazard of the cause at t moves by S(t-) ``direct``, less ``later``."""
        return self.contributions.totals(self._sum(cause, direct, later))

    def _sum(self, cause: int, direct: np.ndarray, later: np.ndarray) -> RunningSum:
        """Running sums of direct S(t-) r_k - later r/(1 - h)."""
        exits = self.cause >= 0 if cause == self.rate.shape[1] - 1 else self.cause == cause
        own, through, leave = self.direct * direct, self.spread * later, self.contributions.leave
        jump = exits * own[leave] - (self.cause >= 0) * through[leave]
        return self.contributions.running_sum(through * self.rate[:, -1] - own * self.rate[:, cause], jump)


def rows_of(table: EventTable, times: np.ndarray) -> np.ndarray:
    """The table's row at each cell's time, -1 for minus infinity; for a table of one stratum."""
    grid = np.unique(table.time)
    rows = table.group * len(grid) + np.searchsorted(grid, table.time)
    found = np.searchsorted(rows, table.cells.group * len(grid) + np.searchsorted(grid, times))
    return np.where(np.isneginf(times), -1, found)
