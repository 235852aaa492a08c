"""Cox regression: what goes with leaving sooner or later, at every time alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.retention.regression.coefficients import HAZARD, coefficient_table
from rehapro_analysis.retention.regression.covariates import Covariates
from rehapro_analysis.retention.regression.partial_likelihood import PartialLikelihood
from rehapro_analysis.retention.regression.regression import (
    RegressionData,
    cluster_sentences,
    cluster_sums,
    finite_covariance,
    read_regression_data,
)
from rehapro_analysis.retention.regression.risk_sets import RiskSets
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import StudyError

TIES = ("efron", "breslow")
STEPS, HALVINGS = 30, 20
SMALL = 1e-7  # a step this small leaves an error of its square
ROUNDING = 1e-12


def cox_model(frame: Any, *, stop: str, event: str, covariates: Covariates, start: str | None = None,
              strata: str | Sequence[str] | None = None, cluster: str | Sequence[str] | None = None,
              cause: str | None = None, ties: str = "efron", level: float = 0.95, origin: str | None = None) -> Result:
    """Proportional hazards: h(t | x) = h0(t) exp(x b), a baseline of its own for every stratum.

    ``stop``, ``start`` (delayed entry) and ``event`` are columns as in ``event_table``; ``cause``
    studies one exit and censors the others (cause-specific hazard), None takes all exits as one.
    ``covariates`` are column names, or a mapping to reference levels: ``{"sex": "female", "age": None}``.

    ``table``: one row a term with covariate, level, reference, ``estimate`` (log hazard ratio),
    ``std_error`` (model), ``robust_se`` (sandwich by ``cluster``, else missing), ``hazard_ratio`` with its
    limits ``lower`` and ``upper``, ``statistic``, ``p_value`` (both robust where known) and a sentence
    in English and German; below the terms ``log_likelihood_null`` and ``log_likelihood``.

    Raises :class:`StudyError` for missing covariates, no events, constant or dependent covariates
    and infinite coefficients. Caution: a hazard ratio describes people still there; test it with
    ``proportional_hazards_test``. Source: Cox 1972; Efron 1977; Lin & Wei 1989.

    By hand, r the ratio: r^2 / ((r + 1)^2 (r + 2)) is largest at r = (1 + sqrt 17) / 2.

    >>> import pandas as pd
    >>> people = pd.DataFrame({"month": [1, 2, 3, 4], "left": [1, 1, 1, 1], "sex": ["m", "f", "m", "f"]})
    >>> model = cox_model(people, stop="month", event="left", covariates=["sex"])
    >>> print(model.table["hazard_ratio"][0].round(4))
    2.5616
    """
    origin = frame_origin(frame, origin)
    data = read_regression_data(frame, stop=stop, event=event, covariates=covariates, start=start, strata=strata,
                                cluster=cluster, cause=cause)
    likelihood, covariance = fitted(data, ties)
    scale = data.design.matrix.std(axis=0)
    null = PartialLikelihood(likelihood.sets, likelihood.columns, np.zeros(len(scale))).log_likelihood
    table = coefficient_table(
        data.design, likelihood.coefficients / scale, np.sqrt(np.diag(covariance)) / scale, measure=HAZARD,
        cause=cause, level=level, likelihoods=(null, likelihood.log_likelihood),
        robust_se=_robust_errors(likelihood, covariance, data.cluster) / scale)
    return Result(table, _method(cause, ties, level), _assumptions(data, cause, strata, ties), len(data.stop), origin)


def fitted(data: RegressionData, ties: str) -> tuple[PartialLikelihood, np.ndarray]:
    """The partial likelihood at its maximum and the covariance (p, p), both for standardised columns.

    Newton's method on our own likelihood rather than statsmodels' ``PHReg``: that keeps whoever enters
    at an event time in that risk set, stops 1e-11 short of the maximum and loops over event times.
    """
    if ties not in TIES:
        raise StudyError.of(f"There is no rule for ties {ties!r}.", f"Use one of {', '.join(TIES)}.")
    matrix, _ = data.design.standardised()
    columns = np.ascontiguousarray(matrix.T)
    likelihood = PartialLikelihood(RiskSets(data, ties), columns, np.zeros(len(columns)))
    for _ in range(STEPS):
        step = np.linalg.lstsq(likelihood.information(), likelihood.residual_sums().sum(axis=1))[0]
        likelihood = _uphill(likelihood, step)
        if np.abs(step).max() < SMALL:
            break
    return likelihood, finite_covariance(data.design, likelihood.coefficients, likelihood.information())


def _uphill(likelihood: PartialLikelihood, step: np.ndarray) -> PartialLikelihood:
    """The likelihood one step on, the step halved while it would fall by more than rounding."""
    least = likelihood.log_likelihood - ROUNDING * abs(likelihood.log_likelihood)
    for halving in range(HALVINGS):
        ahead = likelihood.moved(step / 2**halving)
        if ahead.log_likelihood >= least:
            return ahead
    return likelihood


def _robust_errors(likelihood: PartialLikelihood, covariance: np.ndarray, cluster: np.ndarray | None) -> np.ndarray:
    """Square roots of the sandwich's diagonal: dfbeta = score residuals times covariance, squared by cluster."""
    if cluster is None:
        return np.full(len(covariance), np.nan)
    dfbeta = cluster_sums(likelihood.score_residuals().T, cluster) @ covariance
    return np.sqrt((dfbeta**2).sum(axis=0))


def _method(cause: str | None, ties: str, level: float) -> str:
    kind = "Cox model" if cause is None else f"cause-specific Cox model for {cause}"
    return f"{kind}, {ties.capitalize()} ties, {100 * level:g}% limits"


def _assumptions(data: RegressionData, cause: str | None, strata: str | Sequence[str] | None,
                 ties: str) -> tuple[str, ...]:
    return (
        f"{int(data.event.sum())} events in {len(data.stop)} spells; {ties.capitalize()}'s rule for ties.",
        "Hazards are proportional: each ratio is the same at every time.",
        "Who leaves observation without an exit is like those who stay.",
        *(("All exits count as one event.",) if cause is None else
          (f"Other exits than {cause} end the time at risk; the ratio is not one of final shares.",)),
        *(("Who enters at the time of an event is not yet at risk of it.",) if data.delayed else ()),
        *((f"Every level of {' and '.join(names(strata))} has its own baseline hazard.",) if strata else ()),
        *cluster_sentences(data.cluster))
