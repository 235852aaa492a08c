"""Cox's partial likelihood with ties, for all event times at once, linear in n."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rehapro_analysis.retention.regression.risk_sets import RiskSets


class PartialLikelihood:
    """Log likelihood, score, information and score residuals at one coefficient vector.

    At event time t with d tied events, weights w = exp(x b), sums R over those at risk and E over
    those with the event, Efron's l-th denominator (l = 0..d-1, c = l/d; Breslow: c = 0) and mean are

        phi_l = R(w) - c E(w)        a_l = (R(wx) - c E(wx)) / phi_l

    ``columns`` holds the covariates, shape (p, n); T event times by stratum, D denominators, one an
    event. Source: Efron 1977; Therneau & Grambsch 2000, chapters 3 and 4.
    """

    def __init__(self, sets: RiskSets, columns: np.ndarray, coefficients: np.ndarray) -> None:
        self.sets, self.columns, self.coefficients = sets, columns, coefficients
        self.linear = coefficients @ columns
        self.shift = self.linear.max()
        self.weight = np.exp(self.linear - self.shift)

    def moved(self, step: np.ndarray) -> PartialLikelihood:
        """The likelihood at the coefficients plus ``step``."""
        return PartialLikelihood(self.sets, self.columns, self.coefficients + step)

    @cached_property
    def _sums(self) -> np.ndarray:
        """phi_l and below it phi_l a_l; shape (1 + p, D)."""
        values = np.vstack([self.weight, self.weight * self.columns])
        return self.sets.at_risk(values)[:, self.sets.at] - self.sets.share * self.sets.tied(values)[:, self.sets.at]

    @cached_property
    def mean(self) -> np.ndarray:
        """a_l; shape (p, D)."""
        return self._sums[1:] / self._sums[0]

    @cached_property
    def log_likelihood(self) -> float:
        """Sum over events of x b - log phi."""
        return float(self.linear[self.sets.event].sum() - (np.log(self._sums[0]) + self.shift).sum())

    def residual_sums(self) -> np.ndarray:
        """Schoenfeld residuals added up at each event time: sum of x over the events - sum of a_l; (p, T)."""
        return self.sets.tied(self.columns) - self.sets.by_time(self.mean)

    def information(self, weight: np.ndarray | float = 1.0) -> np.ndarray:
        """Sum over denominators of weight(t) times the variance of x among those at risk; (p, p).

        The second moments are one Gram matrix: each spell's w times its hazard, so that no array is
        larger than (p, n).
        """
        hazard, tied = self._hazards(np.ones((1, len(self.sets.at))))
        exposure = self.sets.lived(weight * hazard)[0]
        exposure[self.sets.event] -= (weight * tied)[0, self.sets.place]
        at = np.broadcast_to(weight, self.sets.deaths.shape)[self.sets.at]
        return (self.columns * (self.weight * exposure)) @ self.columns.T - (self.mean * at) @ self.mean.T

    def score_residuals(self) -> np.ndarray:
        """Each spell's part of the score, (p, n); events tied under Efron count with their share of risk."""
        sets = self.sets
        hazard, tied = self._hazards(np.vstack([np.ones(len(sets.at)), self.mean]))
        lived = sets.lived(hazard)
        lived[:, sets.event] -= tied[:, sets.place]
        residual = -self.weight * (self.columns * lived[0] - lived[1:])
        residual[:, sets.event] += self.columns[:, sets.event] - (sets.by_time(self.mean) / sets.deaths)[:, sets.place]
        return residual

    def _hazards(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sums over l of values / phi and of c values / phi at each event time; (k, T) each."""
        step = values / self._sums[0]
        return self.sets.by_time(step), self.sets.by_time(self.sets.share * step)
