"""The response of an indicator: what is modelled on which link, and statsmodels' GLM with intercepts of projects."""

from __future__ import annotations

from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
import statsmodels.api as sm
from scipy.special import expit
from statsmodels.genmod.generalized_linear_model import GLMResults
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from rehapro_analysis.indicators.differences.estimates import expected_events
from rehapro_analysis.indicators.differences.scores import scores

TOLERANCE = 1e-12  # change of the deviance, as a share
LINKS = {"metric": "identity", "ordinal": "identity", "binary": "logit", "count": "log", "time": "log"}
_FAMILIES = {"identity": sm.families.Gaussian, "logit": sm.families.Binomial, "log": sm.families.Poisson}
_INVERSE = {"identity": lambda eta: eta, "logit": expit, "log": np.exp}


@dataclass(frozen=True)
class Response:
    """What is modelled: ``y`` (N,) and ``exposure`` (N,) with g(E y/exposure) = alpha_j + x'beta, g of ``link``.

    ordinal: mean ridits (mid-rank - 1/2)/N; time: events, with the exposure the events expected under the common
    piecewise hazards of all projects, so that exp(alpha_j) is the rate ratio that the unadjusted comparison has.
    """

    y: np.ndarray
    exposure: np.ndarray
    link: str

    def mean(self, eta: np.ndarray) -> np.ndarray:
        """g^-1 of the linear predictor: a mean, share or rate."""
        return _INVERSE[self.link](eta)

    def slope(self, eta: np.ndarray) -> np.ndarray:
        """How the mean moves with the linear predictor; with these canonical links also the variance function."""
        mean = self.mean(eta)
        return {"identity": np.ones_like(mean), "logit": mean * (1 - mean), "log": mean}[self.link]


def response(value: np.ndarray, scale: str, project: np.ndarray, exposure: np.ndarray) -> Response:
    """The response of an indicator on its scale, from values (N,), codes of projects and exposure (N,)."""
    value = np.asarray(value, float)
    if scale == "time":
        exposure = expected_events(value, exposure, project)
    y = (scores(value, scale) - 0.5) / len(value) if scale == "ordinal" else value
    return Response(y, exposure if LINKS[scale] == "log" else np.ones(len(y)), LINKS[scale])


def telling(of: Response, project: np.ndarray) -> np.ndarray:
    """(J,): projects in which something and not everything happened; on identity scales all."""
    happened, people = np.bincount(project, of.y), np.bincount(project)
    if of.link == "identity":
        return np.ones(len(people), bool)
    return (happened > 0) & ((happened < people) | (of.link == "log"))


def project_glm(of: Response, project: np.ndarray, x: np.ndarray, *, shift: np.ndarray | None = None,
                coach: np.ndarray | None = None) -> GLMResults:
    """statsmodels' GLM of the telling projects: their intercepts, then the columns of ``x`` (N, P).

    ``shift`` (N,) is added to the linear predictor; the covariance is clustered by ``coach`` where there are two.
    """
    told = telling(of, project)
    rows = told[project]
    own = (project[rows, None] == np.flatnonzero(told)).astype(float)
    offset = np.zeros(len(project)) if shift is None else shift
    offset = offset + np.log(of.exposure) if of.link == "log" else offset
    model = sm.GLM(of.y[rows], np.hstack([own, x[rows]]), _FAMILIES[of.link](), offset=offset[rows])
    clustered = {} if coach is None or len(np.unique(coach[rows])) < 2 else {
        "cov_type": "cluster", "cov_kwds": {"groups": np.unique(coach[rows], return_inverse=True)[1]}}
    with catch_warnings():
        simplefilter("ignore", PerfectSeparationWarning)  # slopes without end are refused by their standard errors
        return model.fit(tol=TOLERANCE, **clustered)
