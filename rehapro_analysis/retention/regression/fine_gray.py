"""Fine-Gray regression: what goes with a larger share leaving by one exit, other exits competing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.retention.regression.coefficients import SUBDISTRIBUTION, coefficient_table
from rehapro_analysis.retention.regression.covariates import Covariates
from rehapro_analysis.retention.regression.regression import (
    RegressionData,
    cluster_sentences,
    cluster_sums,
    finite_covariance,
    read_regression_data,
)
from rehapro_analysis.study.origins import frame_origin

CONVERGED = 1e-12  # score per event, on standardised columns
STEPS = 60
ROUNDING = 1e-14  # share of the log likelihood that is rounding, not a fall


def fine_gray_model(frame: Any, *, stop: str, event: str, cause: str, covariates: Covariates,
                    censoring_groups: str | Sequence[str] | None = None,
                    cluster: str | Sequence[str] | None = None, level: float = 0.95,
                    origin: str | None = None) -> Result:
    """Proportional subdistribution hazards: 1 - F(t | x) = (1 - F0(t))^exp(x b), F the incidence of ``cause``.

    Who left by another exit at T stays at risk with weight G(t-) / G(T-), G the Kaplan-Meier curve of
    being still under observation (within ``censoring_groups``, if given). Ties are Breslow's, as in R's
    ``crr``; the standard error is its sandwich, which counts that G is estimated, or the one by ``cluster``.

    ``table``: one row a term as in ``cox_model`` (``hazard_ratio`` is the subdistribution hazard ratio),
    below them ``log_likelihood_null`` and ``log_likelihood``.

    Raises :class:`StudyError` as ``cox_model`` does. Caution: a subdistribution hazard ratio orders
    shares, it is no rate among people still there; delayed entry is not defined here. With censoring
    groups ``crr`` has the same coefficients but other standard errors (up to 1e-3): two equal halves as
    groups change its errors, not these. Source: Fine & Gray 1999; by clusters Zhou, Fine, Latouche &
    Labopin 2012.

    By hand, r the ratio: r^2 / ((2 r + 3)(r + 3)(r + 2)) is largest at r = 4.2154.

    >>> import pandas as pd
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4, 5], "exit": ["work", "drop", "work", "work", ""],
    ...                        "sex": ["m", "f", "f", "m", "f"]})
    >>> model = fine_gray_model(people, stop="month", event="exit", cause="work", covariates=["sex"])
    >>> print(model.table["hazard_ratio"][0].round(4))
    4.2154
    """
    origin = frame_origin(frame, origin)
    data = read_regression_data(frame, stop=stop, event=event, covariates=covariates, strata=censoring_groups,
                                cluster=cluster, cause=cause, same_baseline=True)
    matrix, scale = data.design.standardised()
    shares = Subdistribution(data, matrix)
    at_zero = shares.at(np.zeros(len(scale)))
    at_maximum = _maximum(shares, at_zero)
    covariance = finite_covariance(data.design, at_maximum.coefficients, at_maximum.information)
    influence = cluster_sums(at_maximum.influence(), data.cluster) @ covariance
    std_error = np.sqrt((influence**2).sum(axis=0)) / scale
    table = coefficient_table(data.design, at_maximum.coefficients / scale, std_error, measure=SUBDISTRIBUTION,
                              cause=cause, level=level,
                              likelihoods=(at_zero.log_likelihood, at_maximum.log_likelihood))
    return Result(table, f"Fine-Gray model for {cause}, {100 * level:g}% limits",
                  _assumptions(data, cause, censoring_groups), len(data.stop), origin)


class Subdistribution:
    """Weighted risk sets of all event times at once, linear in n after sorting.

    ``data.stratum`` holds the censoring groups. Arrays over event times have shape (T, ...), over
    groups and event times (G, T, ...).
    """

    def __init__(self, data: RegressionData, matrix: np.ndarray) -> None:
        self.data, self.matrix = data, matrix
        size, groups = len(data.times), int(data.stratum.max()) + 1
        left = np.bincount(data.stratum * size + data.stop, minlength=groups * size).reshape(groups, size)
        self.n_risk = left[:, ::-1].cumsum(axis=1)[:, ::-1]
        still = ~(data.event | data.competing)
        key = data.stratum[still] * size + data.stop[still]
        self.n_censored = np.bincount(key, minlength=groups * size).reshape(groups, size)
        self.censoring_hazard = self.n_censored / np.maximum(self.n_risk, 1)
        curve = np.cumprod(1 - self.censoring_hazard, axis=1)
        self.observed = np.column_stack([np.ones(groups), curve[:, :-1]])  # G(t-)
        self.rank, self.deaths = np.unique(data.stop[data.event], return_counts=True)
        self.own = self.observed[data.stratum, data.stop]  # G(T-) of each row
        self.by_stop = np.argsort(data.stop, kind="stable")
        self.first = np.searchsorted(data.stop[self.by_stop], self.rank)
        gone = np.flatnonzero(data.competing)
        self.gone = gone[np.lexsort((data.stop[gone], data.stratum[gone]))]
        self.gone_key = data.stratum[self.gone] * size + data.stop[self.gone]

    def at(self, coefficients: np.ndarray) -> Fit:
        """Everything that depends on the coefficients."""
        return Fit(self, coefficients)

    def still_there(self, values: np.ndarray) -> np.ndarray:
        """Sums over the rows with stop >= t at each event time, (n, k) to (T, k)."""
        return np.cumsum(values[self.by_stop][::-1], axis=0)[::-1][self.first]

    def gone_before(self, values: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """Sums of values / G(T-) over competing exits before each rank, by group; (n, k) to (G, ranks, k)."""
        total = np.concatenate([np.zeros((1, values.shape[1])),
                                np.cumsum(values[self.gone] / self.own[self.gone, None], axis=0)])
        size, groups = len(self.data.times), len(self.observed)
        base = np.arange(groups)[:, None] * size
        return total[np.searchsorted(self.gone_key, base + rank)] - total[np.searchsorted(self.gone_key, base)]


@dataclass(frozen=True)
class Fit:
    """Log likelihood, score, information and influence at one coefficient vector.

    With weights e = exp(x b) and w(t) = 1 up to one's own exit, G(t-) / G(T-) after a competing one:
    S0, S1 = sums of w e and w e x, E = S1 / S0, dL = d / S0 at each event time.
    """

    shares: Subdistribution
    coefficients: np.ndarray

    @cached_property
    def weight(self) -> np.ndarray:
        """e, scaled by its largest value; shape (n,)."""
        return np.exp(self.linear - self.linear.max())

    @cached_property
    def linear(self) -> np.ndarray:
        """x b; shape (n,)."""
        return self.shares.matrix @ self.coefficients

    @cached_property
    def sums(self) -> np.ndarray:
        """S0 and S1 at each event time; shape (T, 1 + p)."""
        shares = self.shares
        values = self.weight[:, None] * np.column_stack([np.ones(len(self.weight)), shares.matrix])
        gone = shares.gone_before(values, shares.rank)
        return shares.still_there(values) + np.einsum("gt,gtk->tk", shares.observed[:, shares.rank], gone)

    @cached_property
    def mean(self) -> np.ndarray:
        """E; shape (T, p)."""
        return self.sums[:, 1:] / self.sums[:, :1]

    @cached_property
    def hazard(self) -> np.ndarray:
        """dL; shape (T,)."""
        return self.shares.deaths / self.sums[:, 0]

    @cached_property
    def log_likelihood(self) -> float:
        """Sum over events of x b - log S0."""
        log_sums = np.log(self.sums[:, 0]) + self.linear.max()
        return float(self.linear[self.shares.data.event].sum() - self.shares.deaths @ log_sums)

    @cached_property
    def score(self) -> np.ndarray:
        """Sum over events of x - E; shape (p,)."""
        return self.shares.matrix[self.shares.data.event].sum(axis=0) - self.shares.deaths @ self.mean

    @cached_property
    def information(self) -> np.ndarray:
        """Sum over events of the weighted variance of x; shape (p, p), without any n x p x p array."""
        matrix = self.shares.matrix
        second = matrix.T @ ((self.weight * self._lived(self.hazard[:, None])[:, 0])[:, None] * matrix)
        return second - self.mean.T @ (self.shares.deaths[:, None] * self.mean)

    def influence(self) -> np.ndarray:
        """Each row's part of the score, eta + psi, psi for the censoring curve being estimated; (n, p)."""
        shares, data = self.shares, self.shares.data
        steps = self.hazard[:, None] * np.column_stack([np.ones(len(self.hazard)), self.mean])
        lived = self._lived(steps)
        eta = -self.weight[:, None] * (shares.matrix * lived[:, :1] - lived[:, 1:])
        place = np.searchsorted(shares.rank, data.stop[data.event])
        eta[data.event] += shares.matrix[data.event] - self.mean[place]
        return eta + self._censoring_influence(steps)

    def _lived(self, steps: np.ndarray) -> np.ndarray:
        """Sums of w(t) times steps, (T, k), over the event times of each row; (n, k)."""
        shares, data = self.shares, self.shares.data
        until = np.concatenate([np.zeros((1, steps.shape[1])), np.cumsum(steps, axis=0)])
        place = np.searchsorted(shares.rank, data.stop, side="right")
        lived = until[place]
        after = self._later(steps)[data.stratum[shares.gone], place[shares.gone]]
        lived[shares.gone] += after / shares.own[shares.gone, None]
        return lived

    def _later(self, steps: np.ndarray) -> np.ndarray:
        """Sums of G(t-) times steps from each event time on, by group; (G, T + 1, k)."""
        weighted = self.shares.observed[:, self.shares.rank, None] * steps
        later = np.cumsum(weighted[:, ::-1], axis=1)[:, ::-1]
        return np.pad(later, ((0, 0), (0, 1), (0, 0)))

    def _censoring_influence(self, steps: np.ndarray) -> np.ndarray:
        """psi: integral of q(u) / n(u) over each row's censoring martingale; (n, p).

        q(u) sums, over those gone by a competing exit before u, e (x - E(t)) w(t) dL(t) over the
        event times t from u on: what an error of the censoring curve at u does to the score.
        """
        shares, data = self.shares, self.shares.data
        rank = np.flatnonzero(shares.n_censored.any(axis=0))
        values = self.weight[:, None] * np.column_stack([np.ones(len(self.weight)), shares.matrix])
        gone = shares.gone_before(values, rank)
        ahead = self._later(steps)[:, np.searchsorted(shares.rank, rank)]
        q = gone[..., 1:] * ahead[..., :1] - gone[..., :1] * ahead[..., 1:]
        ratio = q / np.maximum(shares.n_risk[:, rank], 1)[..., None]
        drift = np.cumsum(ratio * shares.censoring_hazard[:, rank, None], axis=1)
        drift = np.pad(drift, ((0, 0), (1, 0), (0, 0)))
        psi = -drift[data.stratum, np.searchsorted(rank, data.stop, side="right")]
        still = ~(data.event | data.competing)
        psi[still] += ratio[data.stratum[still], np.searchsorted(rank, data.stop[still])]
        return psi


def _maximum(shares: Subdistribution, fit: Fit) -> Fit:
    """Newton's method with steps halved until the likelihood does not fall."""
    goal = CONVERGED * shares.deaths.sum()
    for _ in range(STEPS):
        if np.abs(fit.score).max() <= goal:
            return fit
        step = np.linalg.lstsq(fit.information, fit.score, rcond=None)[0]
        following = shares.at(fit.coefficients + step)
        while not following.log_likelihood >= fit.log_likelihood - ROUNDING * abs(fit.log_likelihood):
            step = step / 2
            following = shares.at(fit.coefficients + step)
        fit = following
    return fit


def _assumptions(data: RegressionData, cause: str, censoring_groups: str | Sequence[str] | None) -> tuple[str, ...]:
    within = f" within {' and '.join(names(censoring_groups))}" if censoring_groups else ""
    return (
        f"{int(data.event.sum())} exits by {cause}, {int(data.competing.sum())} by other causes in "
        f"{len(data.stop)} spells; Breslow's rule for ties.",
        "Subdistribution hazards are proportional: each ratio is the same at every time.",
        "Who leaves by another exit stays at risk with the weight of being still under observation.",
        f"Censoring does not depend on the covariates{within}.",
        *cluster_sentences(data.cluster))
