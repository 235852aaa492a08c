"""Coefficients as people read them: ratios, limits and a sentence each, in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr

from rehapro_analysis.retention.curves.limits import normal_quantile
from rehapro_analysis.retention.regression.covariates import Design


@dataclass(frozen=True)
class Measure:
    """What exp(coefficient) multiplies: the column's name and its words in both languages."""

    ratio: str
    words_en: str
    words_de: str


class Line(NamedTuple):
    """What one sentence needs to know; level and reference are None for a number."""

    covariate: str
    level: str | None
    reference: str | None
    ratio: float
    lower: float
    upper: float


HAZARD = Measure("hazard_ratio", "rate of {}", "Rate von {}")
SUBDISTRIBUTION = Measure("hazard_ratio", "subdistribution hazard of {}", "Subdistributions-Hazardrate von {}")
LIKELIHOODS_EN = ("Log likelihood without covariates.", "Log likelihood at the estimates.")
LIKELIHOODS_DE = ("Log-Likelihood ohne Merkmale.", "Log-Likelihood an den Schätzwerten.")
ODDS = Measure("odds_ratio", "odds of {} at each time", "Chance von {} zu jedem Zeitpunkt")


def coefficient_table(design: Design, estimate: np.ndarray, std_error: np.ndarray, *, measure: Measure,
                      cause: str | None, level: float, likelihoods: tuple[float, float],
                      robust_se: np.ndarray | None = None) -> pd.DataFrame:
    """One row a term; ``estimate`` and standard errors on the log scale, ``lower`` and ``upper`` of the ratio.

    The test and the limits use ``robust_se`` where it is known: z = estimate / se,
    limits exp(estimate -+ z_level se). Two rows below the terms hold the log ``likelihoods`` without
    covariates and at the estimate.
    """
    used = std_error if robust_se is None else np.where(np.isnan(robust_se), std_error, robust_se)
    z, statistic = normal_quantile(level), estimate / used
    ratio, lower, upper = np.exp(estimate), np.exp(estimate - z * used), np.exp(estimate + z * used)
    called = [name.replace("_", " ") for name in design.covariates]
    rows = [Line(*line) for line in zip(called, design.levels, design.references, ratio.tolist(),
                                        lower.tolist(), upper.tolist(), strict=True)]
    many, none = len(set(design.covariates)) > 1, (None, None)
    errors = {"std_error": std_error} if robust_se is None else {"std_error": std_error, "robust_se": robust_se}
    numbers = {**errors, measure.ratio: ratio, "lower": lower, "upper": upper, "statistic": statistic,
               "p_value": 2 * ndtr(-np.abs(statistic))}
    return pd.DataFrame({
        "term": [*design.terms, "log_likelihood_null", "log_likelihood"], "covariate": [*design.covariates, *none],
        "level": [*design.levels, *none], "reference": [*design.references, *none],
        "estimate": np.append(estimate, likelihoods),
        **{name: np.append(values, [np.nan, np.nan]) for name, values in numbers.items()},
        "reading": [*(_english(row, measure, cause, level, many) for row in rows), *LIKELIHOODS_EN],
        "reading_de": [*(_german(row, measure, cause, level, many) for row in rows), *LIKELIHOODS_DE]}, copy=False)


def _english(row: Line, measure: Measure, cause: str | None, level: float, many: bool) -> str:
    what = measure.words_en.format(cause or "leaving")
    start = (f"One unit more of {row.covariate} multiplies the {what} by {_number(row.ratio)}"
             if row.reference is None else
             f"With {row.covariate} = {row.level} the {what} is {_number(row.ratio)} times that "
             f"with {row.covariate} = {row.reference}")
    verdict = ("it is higher" if row.lower > 1 else "it is lower" if row.upper < 1
               else "the direction cannot be decided")
    equal = ", the other covariates being equal" if many else ""
    return f"{start} ({100 * level:g}% limits {_number(row.lower)} to {_number(row.upper)}){equal}: {verdict}."


def _german(row: Line, measure: Measure, cause: str | None, level: float, many: bool) -> str:
    what = measure.words_de.format(f"„{cause}“" if cause else "Austritten")
    ratio, lower, upper = (_number(value).replace(".", ",") for value in (row.ratio, row.lower, row.upper))
    start = (f"Eine Einheit mehr bei {row.covariate} vervielfacht die {what} mit {ratio}"
             if row.reference is None else
             f"Bei {row.covariate} = {row.level} beträgt die {what} das {ratio}-Fache von "
             f"{row.covariate} = {row.reference}")
    verdict = ("sie ist höher" if row.lower > 1 else "sie ist niedriger" if row.upper < 1
               else "die Richtung ist nicht entscheidbar")
    equal = " bei sonst gleichen Merkmalen" if many else ""
    limits = f"{100 * level:g}-%-Grenzen".replace(".", ",")
    return f"{start} ({limits} {lower} bis {upper}){equal}: {verdict}."


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
