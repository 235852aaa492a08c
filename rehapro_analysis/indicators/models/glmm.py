"""Random-intercept models: how far projects lie apart, with coaches and covariates allowed for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import narwhals as nw
import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.tools.numdiff import approx_hess3

from rehapro_analysis.indicators.models.mixed_fit import Maximum, maximum, profile_limits
from rehapro_analysis.indicators.models.mixed_likelihood import FAMILIES, DiscreteLikelihood, NormalLikelihood, Sample
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice, normal_quantile
from rehapro_analysis.retention.regression.covariates import design, refuse_missing
from rehapro_analysis.study.problems import StudyError

LINKS = {"binomial": "logit", "poisson": "log", "normal": "identity"}
MEDIAN_PAIR = np.sqrt(2) * norm.ppf(0.75)  # median difference of two draws, in standard deviations
LATENT = np.pi**2 / 3  # variance of the standard logistic distribution


def random_intercept_model(frame: pd.DataFrame, *, value: str = "value", project: str = "project",
                           coach: str | None = None, family: str = "binomial", covariates: Sequence[str] = (),
                           exposure: str | None = None, level: float = 0.95, origin: str = "own") -> Result:
    """A regression with a normal random intercept for each project, and for each coach where ``coach`` is named.

    ``family``: binomial (0/1, logit), poisson (counts, log; ``exposure`` names the time watched) or normal. Discrete
    likelihoods by adaptive Gauss-Hermite quadrature, maximum likelihood; normal by REML, its limits by the profile
    of the full likelihood. A spread of 0 is always compared, so that it can be the answer.

    ``table``: term, estimate, std_error, lower, upper. Terms: intercept, one a covariate (a level as
    ``sex[male]``), project_sd, coach_sd, residual_sd (normal), log_likelihood. Limits of coefficients are Wald's,
    those of standard deviations profile limits: 0 if 0 is not refused, infinite if the likelihood never falls.

    Rows without a value are left out and counted; missing covariates, constant values, one project raise
    :class:`StudyError`. Caution: with twelve projects the test of spread is the coach permutation, not this model.

    Source: Pinheiro and Bates 1995, Journal of Computational and Graphical Statistics 4:12; equals R's lme4.
    """
    fit = _fitted(frame, value, project, coach, family, covariates, exposure)
    said = [f"Project intercepts are normal on the {LINKS[family]} scale.",
            "Coaches have normal intercepts of their own within projects." if coach else
            "People of one project are independent; coaches are not looked at."]
    if fit.left_out:
        said.append(f"{fit.left_out} people without a value are left out.")
    rows = [*fit.coefficients(level), *fit.deviations(level),
            ("log_likelihood", fit.log_likelihood, np.nan, np.nan, np.nan)]
    table = pd.DataFrame(rows, columns=["term", "estimate", "std_error", "lower", "upper"])
    return Result(table, f"{family} model with random intercepts", tuple(said), len(fit.sample.value), origin)


def project_variation(frame: pd.DataFrame, *, value: str = "value", project: str = "project", coach: str | None = None,
                      family: str = "binomial", covariates: Sequence[str] = (), exposure: str | None = None,
                      level: float = 0.95, origin: str = "own") -> Result:
    """What the spread of `random_intercept_model` means: the share of projects in all variance and the median pair.

    ``table``: quantity, estimate, lower, upper. ``icc``: binomial s^2/(s^2 + pi^2/3) (latent scale), poisson
    s^2/(s^2 + log(1 + 1/mean)), normal s^2/(s^2 + residual variance), coach variance added below. Then
    ``median_odds_ratio`` or ``median_rate_ratio`` exp(sqrt(2) s 0.6745), or ``median_difference``: the median over
    pairs of projects for otherwise alike people. Limits are those of the project standard deviation put in.
    """
    fit = _fitted(frame, value, project, coach, family, covariates, exposure)
    spread = np.array([fit.best.sds["project"], *fit.limits("project", level)])
    name = {"binomial": "median_odds_ratio", "poisson": "median_rate_ratio", "normal": "median_difference"}[family]
    pair = MEDIAN_PAIR * spread if family == "normal" else median_ratio(spread)
    table = pd.DataFrame([("icc", *intraclass_correlation(spread, fit.rest)), (name, *pair)],
                         columns=["quantity", "estimate", "lower", "upper"])
    said = ("The share and the median pair belong to the scale of the model.",
            "Limits put those of the project standard deviation in, other variances as estimated.")
    return Result(table, f"variation between projects ({family})", said, len(fit.sample.value), origin)


def median_ratio(sd: float | np.ndarray) -> float | np.ndarray:
    """exp(sqrt(2) sd Phi^-1(3/4)): the median odds (or rate) ratio of two projects, the larger by the smaller.

    >>> round(float(median_ratio(0.375824)), 3)
    1.431
    """
    with np.errstate(over="ignore"):
        return np.exp(MEDIAN_PAIR * sd)


def intraclass_correlation(sd: float | np.ndarray, rest: float = LATENT) -> float | np.ndarray:
    """sd^2/(sd^2 + rest): the correlation of two people of one project; ``rest`` as for the logit by default.

    >>> round(float(intraclass_correlation(0.375824)), 4)
    0.0412
    """
    return 1 - rest / (np.square(sd) + rest)


@dataclass(frozen=True, eq=False)
class _Fit:
    sample: Sample
    family: str
    terms: tuple[str, ...]
    centre: np.ndarray
    scale: np.ndarray
    left_out: int

    @cached_property
    def likelihood(self) -> DiscreteLikelihood | NormalLikelihood:
        normal = self.family == "normal"
        return NormalLikelihood(self.sample) if normal else DiscreteLikelihood(self.sample, self.family)

    @cached_property
    def unit(self) -> float:
        return float(self.sample.value.std()) if self.family == "normal" else 1.0

    @cached_property
    def best(self) -> Maximum:
        return maximum(self.likelihood, self.unit)

    @property
    def log_likelihood(self) -> float:
        """In the units of the data: the restricted likelihood depends on them through its covariates."""
        return self.best.log_likelihood - (float(np.log(self.scale).sum()) if self.family == "normal" else 0.0)

    @cached_property
    def rest(self) -> float:
        """The variance below projects, on the scale of the model."""
        coach = self.best.sds.get("coach", 0.0) ** 2
        own = {"normal": self.best.sds.get("residual", 0.0) ** 2, "binomial": LATENT,
               "poisson": np.log(1 + 1 / self.sample.value.mean())}
        return float(own[self.family] + coach)

    def limits(self, name: str, level: float) -> tuple[float, float]:
        if self.family != "normal":
            return profile_limits(self.likelihood, self.best, name, self.unit, level)
        full = NormalLikelihood(self.sample, restricted=False)
        return profile_limits(full, maximum(full, self.unit), name, self.unit, level)

    def coefficients(self, level: float) -> list[tuple[str, float, float, float, float]]:
        """Coefficients on the scale of the data, with Wald limits."""
        estimate, covariance = self._standardised()
        back = np.diag(np.concatenate([[1.0], 1 / self.scale]))
        back[0, 1:] = -self.centre / self.scale
        estimate, se = back @ estimate, np.sqrt(np.diag(back @ covariance @ back.T))
        z = normal_quantile(level)
        return list(zip(self.terms, estimate, se, estimate - z * se, estimate + z * se, strict=True))

    def deviations(self, level: float) -> list[tuple[str, float, float, float, float]]:
        return [(f"{name}_sd", self.best.sds[name], np.nan, *self.limits(name, level))
                for name in (*self.likelihood.levels, *self.likelihood.always)]

    def _standardised(self) -> tuple[np.ndarray, np.ndarray]:
        if self.family == "normal":
            return self.likelihood.coefficients(self.best.sds)
        if np.isinf(list(self.best.sds.values())).any():
            return self.best.head, np.full((len(self.terms), len(self.terms)), np.nan)
        positive = [name for name, sd in self.best.sds.items() if sd > 0]
        at = np.concatenate([self.best.head, [self.best.sds[name] for name in positive]])
        many = len(self.best.head)

        def loss(point: np.ndarray) -> float:
            return -self.likelihood(point[:many], self.best.sds | dict(zip(positive, point[many:], strict=True)))

        return self.best.head, np.linalg.pinv(approx_hess3(at, loss))[:many, :many]


def _fitted(frame: pd.DataFrame, value: str, project: str, coach: str | None, family: str, covariates: Sequence[str],
            exposure: str | None) -> _Fit:
    check_choice("family", family, FAMILIES)
    people = frame[frame[value].notna()]
    used = [project, *covariates, *[name for name in (coach, exposure) if name]]
    refuse_missing(nw.from_native(people), used)
    _refuse_unanswerable(people, value, project, family)
    keys = [project, coach] if coach else [project]
    people = people.sort_values(keys, kind="stable")
    groups = [people.groupby(keys[:depth], observed=True, sort=True).ngroup().to_numpy()
              for depth in range(1, len(keys) + 1)]
    exposed = people[exposure].to_numpy(float) if exposure else np.ones(len(people))
    terms, columns = (), np.zeros((len(people), 0))
    if covariates:
        coded = design(nw.from_native(people), list(covariates))
        terms, columns = coded.terms, coded.matrix
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    matrix = np.column_stack([np.ones(len(people)), (columns - centre) / scale])
    sample = Sample(people[value].to_numpy(float), groups[0], groups[1] if coach else None, exposed, matrix)
    return _Fit(sample, family, ("intercept", *terms), centre, scale, len(frame) - len(people))


def _refuse_unanswerable(people: pd.DataFrame, value: str, project: str, family: str) -> None:
    if people[project].nunique() < 2:
        raise StudyError.of("A spread between projects needs two projects with values.", "Read the project by itself.")
    if people[value].nunique() < 2:
        raise StudyError.of(f"All values of {value!r} are equal.", "There is nothing to compare; say so instead.")
    if family == "binomial" and not people[value].isin([0, 1]).all():
        raise StudyError.of(f"Values of {value!r} are not 0 or 1.", "Choose the family of the scale.")
    if family == "poisson" and not (people[value].ge(0) & people[value].mod(1).eq(0)).all():
        raise StudyError.of(f"Values of {value!r} are not counts.", "Choose the family of the scale.")
