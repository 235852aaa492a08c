"""The case-mix model: projects and covariates of persons side by side, so that slopes are within projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

from rehapro_analysis.indicators.fairness.response import Response, project_glm, telling
from rehapro_analysis.retention.regression.covariates import Design, design, refuse_dependent, refuse_missing
from rehapro_analysis.retention.regression.regression import refuse_infinite
from rehapro_analysis.study.frames import collected
from rehapro_analysis.study.problems import StudyError


def case_mix_columns(people: pd.DataFrame, covariates: Sequence[str]) -> Design | None:
    """The covariates of people as numbered columns, None without any; absent columns and missing values are refused."""
    if not covariates:
        return None
    data = collected(people, covariates)
    refuse_missing(data, covariates)
    return design(data, covariates)


@dataclass(frozen=True)
class CaseMixModel:
    """g(E y/exposure) = alpha_j + x'beta, with ``x`` (N, P) the standardised covariates.

    ``alpha`` (J,) is -inf or inf for projects where nothing or everything happened (``separated``); they do not
    enter the fit of ``beta`` (P,). ``covariance`` (J + P, J + P) is clustered by coach, nan where coaches are
    unknown, where a project has one coach only, and for separated projects.
    """

    response: Response
    project: np.ndarray
    x: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray

    @property
    def separated(self) -> np.ndarray:
        """(J,): whether nothing or everything happened in the project."""
        return np.isinf(self.alpha)

    def fitted(self) -> np.ndarray:
        """Expected values (N,) with each person's own project."""
        return self.response.exposure * self.response.mean(self.alpha[self.project] + self.x @ self.beta)

    def expected(self) -> np.ndarray:
        """Expected values (N,) if every project were like all: the slopes within projects, one common intercept."""
        return self.response.exposure * self.response.mean(self.common_predictor())

    def common_predictor(self) -> np.ndarray:
        """eta (N,) with the one intercept at which expected and observed values add up to the same."""
        moved, of = self.x @ self.beta, self.response
        total = of.y.sum()
        if of.link == "logit":
            if not 0 < total < len(of.y):
                return np.full(len(moved), np.inf if total else -np.inf)
            reach = 40 + np.abs(moved).max()
            return moved + brentq(lambda common: expit(common + moved).sum() - total, -reach, reach, xtol=1e-13)
        gap = (total - moved.sum()) / len(moved) if of.link == "identity" else np.log(
            total / (of.exposure * np.exp(moved)).sum())
        return moved + gap

    def information(self) -> np.ndarray:
        """Variances (J,) of `standardised` where all projects are alike, for a dispersion of 1 and independent people.

        d^2 (1/W_j + z_j'C z_j), with the weights of the common intercept.
        """
        of, members = self.response, np.eye(len(self.alpha))[self.project]
        weight = of.exposure * of.slope(self.common_predictor())
        of_project = weight @ members
        means = members.T @ (weight[:, None] * self.x) / of_project[:, None]
        centred, away = self.x - means[self.project], means - weight @ self.x / weight.sum()
        slopes = np.linalg.pinv((centred * weight[:, None]).T @ centred)
        return (weight.sum() / of.exposure.sum()) ** 2 * (1 / of_project + np.einsum("jp,pq,jq->j", away, slopes, away))

    def standardised(self) -> np.ndarray:
        """theta (J,): what each project would show with the case mix of all, mean_i g^-1(alpha_j + x_i'beta).

        Means are weighted by exposure. 0 or 1 where nothing or everything happened.
        """
        eta = self.alpha[:, None] + (self.x @ self.beta)[None, :]
        return np.average(self.response.mean(eta), axis=1, weights=self.response.exposure)

    def clustered_errors(self) -> np.ndarray:
        """Standard errors (J,) of `standardised` from the covariance clustered by coach, by the delta method."""
        eta = np.where(self.separated, 0.0, self.alpha)[:, None] + (self.x @ self.beta)[None, :]
        weight = self.response.slope(eta) * self.response.exposure / self.response.exposure.sum()
        gradient = np.hstack([np.diag(weight.sum(axis=1)), weight @ self.x])
        squares = [row[used] @ self.covariance[np.ix_(used, used)] @ row[used]
                   for row in gradient for used in [row != 0]]
        return np.sqrt(np.array(squares))


def case_mix_model(of: Response, project: np.ndarray, columns: Design | None,
                   coach: np.ndarray | None = None) -> CaseMixModel:
    """Fit project intercepts and common slopes (statsmodels' GLM), clustered by ``coach`` where given.

    ``columns`` None: no covariates. Raises :class:`StudyError` if a covariate is the same for all people of each
    project or follows from the others, if no project can tell of slopes, and if a slope is infinite.

    >>> of = Response(np.array([1., 0, 0, 1]), np.ones(4), "logit")
    >>> case_mix_model(of, np.array([0, 0, 1, 1]), None).standardised().round(12).tolist()
    [0.5, 0.5]
    """
    told = telling(of, project)
    x = np.zeros((len(project), 0)) if columns is None else columns.standardised()[0]
    alpha = np.where(np.bincount(project, of.y) > 0, np.inf, -np.inf)
    beta, covariance = np.zeros(x.shape[1]), np.full((len(told) + x.shape[1],) * 2, np.nan)
    if told.any():
        rows, kept = told[project], np.concatenate([told, np.ones(len(beta), bool)])
        if columns is not None:
            _refuse_untold(columns, project, rows)
        fit = project_glm(of, project, x, coach=coach)
        alpha[told], beta = fit.params[:told.sum()], fit.params[told.sum():]
        if columns is not None and of.link != "identity":
            errors = np.sqrt(np.diag(fit.normalized_cov_params))[told.sum():]
            refuse_infinite(columns, beta, errors / columns.matrix.std(axis=0))
        if coach is not None:
            covariance[np.ix_(kept, kept)] = fit.cov_params()
            alone = np.flatnonzero(_coaches(project, coach) < 2)
            covariance[alone, :] = covariance[:, alone] = np.nan
    return CaseMixModel(of, project, x, alpha, beta, covariance)


def _coaches(project: np.ndarray, coach: np.ndarray) -> np.ndarray:
    """How many coaches each project has (J,)."""
    return np.bincount(np.unique(np.column_stack([coach, project]), axis=0)[:, 1], minlength=project.max() + 1)


def _refuse_untold(columns: Design, project: np.ndarray, rows: np.ndarray) -> None:
    """Raise for covariates that are the same for everybody, or within each project, where something happened."""
    seen = columns.matrix[rows]
    if same := [term for term, width in zip(columns.terms, np.ptp(seen, axis=0), strict=True) if width == 0]:
        raise StudyError.of(f"{', '.join(same)} does not differ among those who can tell of slopes.", "Leave it out.")
    refuse_dependent(replace(columns, matrix=seen), np.unique(project[rows], return_inverse=True)[1])
