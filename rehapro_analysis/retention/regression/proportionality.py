"""Whether hazards are proportional: does a ratio drift while people stay?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2, rankdata

from rehapro_analysis.results import Result
from rehapro_analysis.retention.regression.covariates import Covariates
from rehapro_analysis.retention.regression.cox import fitted
from rehapro_analysis.retention.regression.partial_likelihood import PartialLikelihood
from rehapro_analysis.retention.regression.regression import RegressionData, read_regression_data
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import StudyError

TRANSFORMS = ("km", "identity", "rank", "log")


def proportional_hazards_test(frame: Any, *, stop: str, event: str, covariates: Covariates,
                              start: str | None = None, strata: str | Sequence[str] | None = None,
                              cause: str | None = None, ties: str = "efron", transform: str = "km",
                              origin: str | None = None) -> Result:
    """Score test of b(t) = b + c (g(t) - mean g) against c = 0, per covariate and for all together.

    With u the score and I the information of (b, c) at the Cox estimate and c = 0, the statistic is
    u' I^-1 u on as many degrees of freedom as the covariate has columns; g is 1 - S(t-) (``"km"``),
    t (``"identity"``), the rank of t among all spells (``"rank"``) or log t (``"log"``).

    ``table``: ``covariate`` (``GLOBAL`` for all), ``statistic``, ``df``, ``p_value``, and a sentence in
    English and German. Equal to R's ``cox.zph`` since survival 3.0, with delayed entry, ties and
    strata. Caution: a large p-value in a small programme is no proof of proportionality. Source:
    Grambsch & Therneau 1994.

    >>> people = pd.DataFrame({"month": [1, 2, 3, 4], "left": [1, 1, 1, 1], "sex": ["m", "f", "m", "f"]})
    >>> test = proportional_hazards_test(people, stop="month", event="left", covariates=["sex"])
    >>> test.table[["covariate", "df"]].values.tolist()
    [['sex', 1], ['GLOBAL', 1]]
    """
    origin = frame_origin(frame, origin)
    data = read_regression_data(frame, stop=stop, event=event, covariates=covariates, start=start, strata=strata,
                                cause=cause)
    likelihood, _ = fitted(data, ties)
    score, information = _extended(likelihood, _clock(data, likelihood, transform))
    names = list(dict.fromkeys(data.design.covariates))
    own = [np.flatnonzero([name == covariate for covariate in data.design.covariates]) for name in names]
    own.append(np.arange(len(data.design.terms)))
    statistic = np.array([_statistic(score, information, columns) for columns in own])
    df = np.array([len(columns) for columns in own])
    table = pd.DataFrame({"covariate": [*names, "GLOBAL"], "statistic": statistic, "df": df,
                          "p_value": chi2.sf(statistic, df)})
    return Result(_with_readings(table), f"score test of proportional hazards, transform {transform}, "
                  f"{ties.capitalize()} ties", _assumptions(data, transform), len(data.stop), origin)


def _clock(data: RegressionData, likelihood: PartialLikelihood, transform: str) -> np.ndarray:
    """g at each event time minus its mean over the events; shape (T,)."""
    if transform not in TRANSFORMS:
        raise StudyError.of(f"There is no transform {transform!r}.", f"Use one of {', '.join(TRANSFORMS)}.")
    if transform == "log" and likelihood.sets.time.min() <= 0:
        raise StudyError.of("Somebody leaves at time 0, whose logarithm does not exist.",
                            "Use the transform km or rank.")
    grid = {"identity": lambda: data.times, "log": lambda: np.log(data.times.clip(min=np.finfo(float).tiny)),
            "rank": lambda: _ranks(data), "km": lambda: _left(data)}[transform]()
    clock = grid[np.searchsorted(data.times, likelihood.sets.time)]
    return clock - np.average(clock, weights=likelihood.sets.deaths)


def _ranks(data: RegressionData) -> np.ndarray:
    ranks = np.zeros(len(data.times))
    ranks[data.stop] = rankdata(data.stop)
    return ranks


def _left(data: RegressionData) -> np.ndarray:
    """1 - S(t-) on the grid, Kaplan-Meier over all strata together, events of the kind studied."""
    size = len(data.times)
    leaving, entering = np.bincount(data.stop, minlength=size), np.bincount(data.start + 1, minlength=size + 1)
    at_risk = np.cumsum(entering)[:size] - (np.cumsum(leaving) - leaving)
    events = np.bincount(data.stop[data.event], minlength=size)
    survival = np.cumprod(1 - events / np.maximum(at_risk, 1))
    return 1 - np.concatenate([[1.0], survival[:-1]])


def _extended(likelihood: PartialLikelihood, clock: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score of c, (p,), and information of (b, c), (2p, 2p), at c = 0."""
    score = likelihood.residual_sums() @ clock
    plain, crossed, squared = (likelihood.information(clock**power) for power in (0, 1, 2))
    return score, np.block([[plain, crossed], [crossed, squared]])


def _statistic(score: np.ndarray, information: np.ndarray, columns: np.ndarray) -> float:
    p = len(score)
    kept = np.concatenate([np.arange(p), p + columns])
    u = np.concatenate([np.zeros(p), score[columns]])
    return float(u @ np.linalg.solve(information[np.ix_(kept, kept)], u))


def _with_readings(table: pd.DataFrame) -> pd.DataFrame:
    rows = list(zip(table["covariate"], table["p_value"] < 0.05, strict=True))
    return table.assign(reading=[_english(*row) for row in rows], reading_de=[_german(*row) for row in rows])


def _english(covariate: str, drifts: bool) -> str:
    name = "all covariates together" if covariate == "GLOBAL" else covariate
    if drifts:
        return f"The ratio of {name} changes while people stay; one number does not describe it."
    return f"The data show no change over time in the ratio of {name}; small samples rarely would."


def _german(covariate: str, drifts: bool) -> str:
    name = "alle Merkmale zusammen" if covariate == "GLOBAL" else covariate
    if drifts:
        return f"Das Verhältnis für {name} ändert sich im Verlauf; eine einzige Zahl beschreibt es nicht."
    return (f"Eine Änderung des Verhältnisses für {name} im Verlauf ist nicht belegt; "
            "bei kleinen Fallzahlen bleibt sie oft unentdeckt.")


def _assumptions(data: RegressionData, transform: str) -> tuple[str, ...]:
    return (f"A drift would follow the transform {transform}; other shapes can escape.",
            f"{int(data.event.sum())} events in {len(data.stop)} spells; few events find only strong drifts.",
            "The information is the model's, not robust by cluster.")
