"""How good the case-mix model is: what it discriminates within projects, and whether it fits each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import chi2, rankdata
from scipy.stats import f as f_distribution

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.fairness.case_mix import AdjustedComparison, adjusted_comparison
from rehapro_analysis.indicators.fairness.case_mix_model import CaseMixModel
from rehapro_analysis.indicators.fairness.response import project_glm, telling
from rehapro_analysis.results import Result
from rehapro_analysis.retention.regression.covariates import Design
from rehapro_analysis.retention.regression.regression import WIDEST
from rehapro_analysis.study.problems import StudyError

SAME = 1e-9  # scores closer than this are one


def case_mix_quality(one: Comparison, covariates: Sequence[str], *, origin: str = "own") -> Result:
    """How well the case mix tells people of one project apart.

    ``table``, one row: measure, estimate (slopes from everybody), validated (each project judged with the slopes of
    the others), statistic, df, p_value (do projects need slopes of their own on x'beta? deviance test, F where the
    dispersion is estimated). Measures: "concordance" (binary; the share of pairs of one project, one with the event
    and one without, that x'beta puts in the right order), "R2" (metric, ordinal: the share of the variance within
    projects), "deviance R2" (count, time: the same of the deviance).

    A low value says that what was recorded hardly matters for the indicator, not that projects have the same people.
    """
    fair = _with_slopes(one, covariates)
    model = fair.model
    score, (measure, measured) = model.x @ model.beta, _MEASURES[one.definition.scale]
    table = pd.DataFrame([{"measure": measure, "estimate": measured(model, score),
                           "validated": measured(model, _foreign_score(model, fair.columns)),
                           **_slopes_apart(model, score)}])
    said = ("Only differences between people of one project count; those between projects are what is judged.",
            "validated takes each project's slopes from the other projects; negative means worse than no case mix.",
            "The test of slopes takes people as independent.")
    return Result(table, f"quality of the case-mix model: {one.definition.label_en}", said, len(one.people), origin,
                  shares=("estimate", "validated"), counted="people")


def case_mix_calibration(one: Comparison, covariates: Sequence[str], *, origin: str = "own") -> Result:
    """Whether the common slopes fit each project: columns project, n, observed, expected, slope, std_error.

    ``observed`` and ``expected`` are means per person (per expected event on the scale time) under one common
    intercept; their gap is what the indicator shows of the project. ``slope`` is that of the project's own people on
    the case-mix score x'beta: 1 where the common model fits, 0 where case mix says nothing there; empty where
    nothing or everything happened, or everybody has the same score.
    """
    model = _with_slopes(one, covariates).model
    score, of = model.x @ model.beta, model.response
    exposed = np.bincount(model.project, of.exposure)
    slopes = [_own_slope(model, score, model.project == each) for each in range(len(exposed))]
    table = pd.DataFrame({"project": one.projects, "n": one.n,
                          "observed": np.bincount(model.project, of.y) / exposed,
                          "expected": np.bincount(model.project, model.expected()) / exposed,
                          "slope": [slope for slope, _ in slopes], "std_error": [error for _, error in slopes]})
    said = ("One intercept for all, slopes within projects: the gap between observed and expected is the project's.",
            "The score was fitted to the same people, so that slopes are 1 on average; standard errors take it as "
            "known and people as independent.")
    return Result(table, f"calibration of the case-mix model: {one.definition.label_en}", said, len(one.people), origin,
                  ("n",), counted="people")


def within_concordance(score: np.ndarray, event: np.ndarray, project: np.ndarray) -> float:
    """The share of pairs of one project, one with and one without the event, in the right order; ties count half.

    >>> within_concordance(np.array([1., 2, 2, 5, 9]), np.array([0, 1, 0, 0, 1]), np.array([0, 0, 0, 1, 1]))
    0.8333333333333334
    """
    right, pairs = 0.0, 0
    for each in np.unique(project):
        own = event[project == each] > 0
        with_event = int(own.sum())
        right += rankdata(score[project == each])[own].sum() - with_event * (with_event + 1) / 2
        pairs += with_event * int((~own).sum())
    return float(right / pairs) if pairs else float("nan")


def _with_slopes(one: Comparison, covariates: Sequence[str]) -> AdjustedComparison:
    if not covariates:
        raise StudyError.of("A case-mix model needs a covariate.", "Name columns of the case mix.")
    return adjusted_comparison(one, covariates)


def _concordance(model: CaseMixModel, score: np.ndarray) -> float:
    return within_concordance(score, model.response.y, model.project)


def _deviance_share(model: CaseMixModel, score: np.ndarray) -> float:
    """1 - deviance with the score as it is over the deviance without, both with intercepts of projects."""
    none = np.zeros((len(score), 0))
    with_score, without = (project_glm(model.response, model.project, none, shift=shift).deviance
                           for shift in (score, np.zeros(len(score))))
    return 1 - with_score / without


_MEASURES = {"binary": ("concordance", _concordance), "metric": ("R2", _deviance_share),
             "ordinal": ("R2", _deviance_share), "count": ("deviance R2", _deviance_share),
             "time": ("deviance R2", _deviance_share)}


def _foreign_score(model: CaseMixModel, columns: Design) -> np.ndarray:
    """x'beta (N,) with each project's beta from all the other projects; what differs only there has none."""
    score = np.zeros(len(model.project))
    for each in range(len(model.alpha)):
        own, of = model.project == each, model.response
        told = np.ptp(columns.matrix[~own], axis=0) > 0
        rest = replace(of, y=of.y[~own], exposure=of.exposure[~own])
        elsewhere = replace(columns, matrix=columns.matrix[~own][:, told])
        fit = project_glm(rest, np.unique(model.project[~own], return_inverse=True)[1], elsewhere.matrix)
        score[own] = columns.matrix[own][:, told] @ fit.params[len(fit.params) - told.sum():]
    return score


def _own_slope(model: CaseMixModel, score: np.ndarray, own: np.ndarray) -> tuple[float, float]:
    """The slope of one project's people on the score, and its standard error."""
    of = replace(model.response, y=model.response.y[own], exposure=model.response.exposure[own])
    alone = np.zeros(own.sum(), np.intp)
    if not telling(of, alone).all() or np.ptp(score[own]) < SAME:
        return float("nan"), float("nan")
    fit = project_glm(of, alone, score[own, None])
    endless = fit.bse[1] * np.ptp(score[own]) > WIDEST
    return (float("nan"), float("nan")) if endless else (float(fit.params[1]), float(fit.bse[1]))


def _slopes_apart(model: CaseMixModel, score: np.ndarray) -> dict[str, float]:
    """The deviance test of J slopes on the score against one: chi-square, F where the dispersion is estimated."""
    told = telling(model.response, model.project)
    each = score[:, None] * (model.project[:, None] == np.flatnonzero(told))
    together, apart = (project_glm(model.response, model.project, x) for x in (score[:, None], each))
    free, gain = int(told.sum()) - 1, together.deviance - apart.deviance
    if model.response.link == "logit" or free < 1:
        return {"statistic": gain, "df": free, "p_value": float(chi2.sf(gain, free)) if free else float("nan")}
    rest = apart.df_resid - model.x.shape[1] + 1  # the score's own slopes are estimated too
    dispersion = apart.pearson_chi2 / rest
    ratio = gain / free / (dispersion if model.response.link == "identity" else max(dispersion, 1.0))
    return {"statistic": ratio, "df": free, "p_value": float(f_distribution.sf(ratio, free, rest))}
