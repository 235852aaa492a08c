"""Likelihoods of random-intercept models, given coefficients and the standard deviations of all levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln

from rehapro_analysis.indicators.models.quadrature import (
    NESTED_NODES,
    NODES,
    Density,
    binomial_density,
    integrated,
    poisson_density,
    summed,
)

Deviations = dict[str, float]  # standard deviation of project, coach and residual
FAMILIES = ("binomial", "poisson", "normal")


@dataclass(frozen=True, eq=False)
class Sample:
    """Values (N,) with codes of projects and coaches, exposure and the columns (N, P) of the intercept and covariates.

    Rows are sorted by project, then coach; ``coach`` None: one level only. Alike rows are added up for discrete
    families, ``trials`` counting them.
    """

    value: np.ndarray
    project: np.ndarray
    coach: np.ndarray | None
    exposure: np.ndarray
    matrix: np.ndarray

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels with a random intercept."""
        return ("project",) if self.coach is None else ("project", "coach")

    @property
    def group(self) -> np.ndarray:
        """Codes (N,) of the innermost level."""
        return self.project if self.coach is None else self.coach

    @cached_property
    def alike(self) -> tuple[Sample, np.ndarray]:
        """Rows of the same group and columns added up, and how many rows each stands for."""
        keys = np.column_stack([self.project, self.group, self.matrix])
        _, first, place, trials = np.unique(keys, axis=0, return_index=True, return_inverse=True, return_counts=True)
        added = [np.bincount(place.ravel(), column) for column in (self.value, self.exposure)]
        coach = None if self.coach is None else self.coach[first]
        return Sample(added[0], self.project[first], coach, added[1], self.matrix[first]), trials.astype(float)


@dataclass(frozen=True, eq=False)
class DiscreteLikelihood:
    """Binomial (logit) or Poisson (log) with normal intercepts, by quadrature. ``head`` are the coefficients (P,)."""

    sample: Sample
    family: str
    always = ()

    @property
    def nodes(self) -> int:
        """Nodes of a level: fewer where two levels multiply them."""
        return NODES if self.sample.coach is None else NESTED_NODES

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels whose standard deviation may be 0."""
        return self.sample.levels

    @property
    def start(self) -> np.ndarray:
        """Coefficients to start from: the pooled intercept alone."""
        total, of = self.sample.value.sum(), len(self.sample.value)
        other = of - total if self.family == "binomial" else self.sample.exposure.sum()
        level = np.log(total / other)
        return np.concatenate([[level], np.zeros(self.sample.matrix.shape[1] - 1)])

    def __call__(self, head: np.ndarray, sds: Deviations) -> float:
        """The log-likelihood."""
        density = self._rows(head)
        rows, _ = self.sample.alike
        inner = integrated(summed(density, rows.group), sds[self.levels[-1]], self.nodes)
        if rows.coach is not None:
            home = rows.project[np.flatnonzero(np.diff(rows.coach, prepend=-1))]
            inner = integrated(summed(inner, home), sds["project"], self.nodes)
        return float(inner(np.zeros((rows.project[-1] + 1, 1)))[0].sum()) + self._constant

    def _rows(self, head: np.ndarray) -> Density:
        rows, trials = self.sample.alike
        predictor = rows.matrix @ head
        if self.family == "binomial":
            return binomial_density(rows.value, trials, predictor)
        return poisson_density(rows.value, rows.exposure, predictor)

    @cached_property
    def _constant(self) -> float:
        if self.family == "binomial":
            return 0.0
        return float(np.sum(self.sample.value * np.log(self.sample.exposure) - gammaln(self.sample.value + 1)))


@dataclass(frozen=True, eq=False)
class NormalLikelihood:
    """Normal values with normal intercepts; coefficients by generalised least squares, so that ``head`` is empty.

    ``restricted``: REML, which lets variances pay for the coefficients; else maximum likelihood.
    """

    sample: Sample
    restricted: bool = True
    always = ("residual",)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels whose standard deviation may be 0."""
        return self.sample.levels

    @property
    def start(self) -> np.ndarray:
        """No coefficient is searched for."""
        return np.zeros(0)

    def __call__(self, head: np.ndarray, sds: Deviations) -> float:
        """The log-likelihood."""
        cross, log_det = self._cross(sds)
        inner, outer = cross[:-1, :-1], cross[:-1, -1]
        rest = cross[-1, -1] - outer @ np.linalg.solve(inner, outer)
        free = len(self.sample.value) - self.restricted * len(inner)
        loss = free * np.log(2 * np.pi) + log_det + rest + self.restricted * np.linalg.slogdet(inner)[1]
        return float(-loss / 2)

    def coefficients(self, sds: Deviations) -> tuple[np.ndarray, np.ndarray]:
        """The coefficients (P,) and their covariance (P, P)."""
        cross, _ = self._cross(sds)
        covariance = np.linalg.inv(cross[:-1, :-1])
        return covariance @ cross[:-1, -1], covariance

    def _cross(self, sds: Deviations) -> tuple[np.ndarray, float]:
        """[X y]' V^-1 [X y] and log det V, one level of equal correlations after the other (Woodbury)."""
        sample = self.sample
        columns = np.column_stack([np.ones(len(sample.value)), sample.matrix, sample.value])
        first = np.flatnonzero(np.diff(sample.group, prepend=-1))
        inner = np.add.reduceat(columns, first, axis=0) / sds["residual"] ** 2  # 1'V^-1 [1 X y] of each group
        cross = columns.T @ columns / sds["residual"] ** 2
        log_det = 2 * len(columns) * np.log(sds["residual"])
        cross, log_det, inner = _with_intercepts(cross, log_det, inner, sds[self.levels[-1]])
        if sample.coach is not None:
            above = np.add.reduceat(inner, np.flatnonzero(np.diff(sample.project[first], prepend=-1)), axis=0)
            cross, log_det, _ = _with_intercepts(cross, log_det, above, sds["project"])
        return cross[1:, 1:], log_det


def _with_intercepts(cross: np.ndarray, log_det: float, inner: np.ndarray,
                     sd: float) -> tuple[np.ndarray, float, np.ndarray]:
    shrink = 1 + sd**2 * inner[:, 0]
    cross = cross - (inner * (sd**2 / shrink)[:, None]).T @ inner
    return cross, log_det + float(np.log(shrink).sum()), inner / shrink[:, None]
