"""Cox's partial likelihood with ties, for all event times at once, linear in n after sorting."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rehapro_analysis.retention.regression import RegressionData


class PartialLikelihood:
    """Log likelihood, score, information and score residuals at one coefficient vector.

    At event time t with d tied events, weights w = exp(x b), sums R over those at risk and E over
    those with the event, Efron's l-th denominator (l = 0..d-1, c = l/d; Breslow: c = 0) and mean are

        phi_l = R(w) - c E(w)        a_l = (R(wx) - c E(wx)) / phi_l

    ``matrix`` has shape (n, p). Arrays over event times have shape (T, ...), T event times by
    stratum; arrays over denominators have shape (D, ...), one row an event. Source: Efron 1977;
    Therneau & Grambsch 2000, chapters 3 and 4.
    """

    def __init__(self, data: RegressionData, matrix: np.ndarray, coefficients: np.ndarray, *, ties: str) -> None:
        self.data, self.matrix, self.coefficients, self.ties = data, matrix, coefficients, ties
        linear = matrix @ coefficients
        self.shift = linear.max()
        self.linear, self.weight = linear, np.exp(linear - self.shift)
        width = len(data.times) + 1  # ranks from -1 (no entry), strata one behind the other
        self.stop, self.start = data.stratum * width + data.stop + 1, data.stratum * width + data.start + 1
        self.event_key, self.place = np.unique(self.stop[data.event], return_inverse=True)
        self.stratum_end = (self.event_key // width + 1) * width
        self.deaths = np.bincount(self.place)
        self.at = np.repeat(np.arange(len(self.deaths)), self.deaths)
        self.order = np.arange(len(self.at)) - (np.cumsum(self.deaths) - self.deaths)[self.at]
        self.share = self.order / self.deaths[self.at] if ties == "efron" else np.zeros(len(self.at))

    def moved(self, step: np.ndarray) -> PartialLikelihood:
        """The likelihood at the coefficients plus ``step``."""
        return PartialLikelihood(self.data, self.matrix, self.coefficients + step, ties=self.ties)

    @property
    def time(self) -> np.ndarray:
        """The time of each event time; shape (T,)."""
        return self.data.times[self.event_key % (len(self.data.times) + 1) - 1]

    @cached_property
    def _sums(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums of w and w x over those at risk and over those with the event; shape (T, 1 + p) each."""
        values = self.weight[:, None] * np.column_stack([np.ones(len(self.weight)), self.matrix])
        at_risk = self._later(self.stop, values) - (self._later(self.start, values) if self.data.delayed else 0)
        tied = np.stack([np.bincount(self.place, column) for column in values[self.data.event].T], axis=1)
        return at_risk, tied

    def _later(self, key: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Sums over the rows of the stratum whose key is not before the event time."""
        order = np.argsort(key, kind="stable")
        total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values[order][::-1], axis=0)])[::-1]
        return (total[np.searchsorted(key[order], self.event_key)]
                - total[np.searchsorted(key[order], self.stratum_end)])

    @cached_property
    def denominator(self) -> np.ndarray:
        """phi_l; shape (D,)."""
        at_risk, tied = self._sums
        return at_risk[self.at, 0] - self.share * tied[self.at, 0]

    @cached_property
    def mean(self) -> np.ndarray:
        """a_l; shape (D, p)."""
        at_risk, tied = self._sums
        top = at_risk[self.at, 1:] - self.share[:, None] * tied[self.at, 1:]
        return top / self.denominator[:, None]

    def log_likelihood(self) -> float:
        """Sum over events of x b - log phi."""
        return float(self.linear[self.data.event].sum() - (np.log(self.denominator) + self.shift).sum())

    def residual_sums(self) -> np.ndarray:
        """Schoenfeld residuals added up at each event time: sum of x over the events - sum of a_l; (T, p)."""
        return np.stack([np.bincount(self.place, column) for column in self.matrix[self.data.event].T], axis=1) \
            - self._by_time(self.mean)

    def information(self, weight: np.ndarray) -> np.ndarray:
        """Sum over denominators of weight(t) times the variance of x among those at risk; (p, p).

        The second moments are one Gram matrix: each row's w times its hazard, so that no array is
        larger than (n, p).
        """
        hazard, tied = self._hazards(np.ones((len(self.at), 1)))
        exposure = self._lived(weight[:, None] * hazard)[:, 0]
        exposure[self.data.event] -= (weight[:, None] * tied)[self.place, 0]
        second = self.matrix.T @ ((self.weight * exposure)[:, None] * self.matrix)
        return second - self.mean.T @ (weight[self.at][:, None] * self.mean)

    def score_residuals(self) -> np.ndarray:
        """Each spell's part of the score, (n, p); events tied under Efron count with their share of risk."""
        hazard, tied = self._hazards(np.column_stack([np.ones(len(self.at)), self.mean]))
        lived = self._lived(hazard)
        lived[self.data.event] -= tied[self.place]
        residual = -self.weight[:, None] * (self.matrix * lived[:, :1] - lived[:, 1:])
        residual[self.data.event] += self.matrix[self.data.event] \
            - (self._by_time(self.mean) / self.deaths[:, None])[self.place]
        return residual

    def _hazards(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sums over l of values / phi and of c values / phi at each event time; (T, k) each."""
        step = values / self.denominator[:, None]
        return self._by_time(step), self._by_time(self.share[:, None] * step)

    def _by_time(self, values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, np.cumsum(self.deaths) - self.deaths, axis=0)

    def _lived(self, steps: np.ndarray) -> np.ndarray:
        """Sums of steps, (T, k), over the event times in (start, stop] of each spell; (n, k)."""
        total = np.concatenate([np.zeros((1, steps.shape[1])), np.cumsum(steps, axis=0)])
        return (total[np.searchsorted(self.event_key, self.stop, side="right")]
                - total[np.searchsorted(self.event_key, self.start, side="right")])
