"""Three and more documented counts: tests of equality, the spread between projects, its limits, sensitivity models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import MonteCarloMethod, chi2, fisher_exact
from scipy.stats import t as student

from rehapro_analysis.indicators.differences.estimates import project_estimates
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.documented.table_statistics import pearson
from rehapro_analysis.indicators.models.glmm import random_intercept_model
from rehapro_analysis.indicators.profile.profile import mean_and_prediction
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

SEED = 20220615
RESAMPLES = 9999
COLUMNS = ["measure", "scale", "estimate", "lower", "upper", "statistic", "df", "p_value"]


def several_counts(x: Sequence[int], n: Sequence[int], *, level: float = 0.95, resamples: int = RESAMPLES,
                   seed: int = SEED, origin: str = "own") -> Result:
    """How far the shares x/n of several projects lie apart, from the counts alone.

    ``table``: measure, scale, estimate, lower, upper, statistic, df, p_value. Measures: pearson (equality, X^2),
    freeman_halton (equality, exact by Monte Carlo), then on the scale share and as sensitivity on the scale logit
    tau2 (Paule-Mandel, Q-profile limits, Q with its p), i2, mean (Hartung, Knapp, Sidik, Jonkman) and new_project
    (prediction; both read as shares, within 0 and 1), and project_sd of the random-intercept logit model.

    On shares V(t) = p (1 - p)/n + t (n - 1)/n with the pooled p; on logits V(t) = 1/x + 1/(n - x) + t, which loses
    its size in small projects and stays out where nobody or everybody has the event. I^2 = tau^2/(tau^2 + typical V).

    Raises :class:`StudyError` for fewer than two projects, or x that is not between 0 and n.
    """
    x, n = np.asarray(x, int), np.asarray(n, int)
    if len(x) < 2 or len(x) != len(n) or (x < 0).any() or (x > n).any() or (n < 1).any():
        raise StudyError.of("Two or more counts x with 0 <= x <= n are needed.", "Write one x and one n a project.")
    if not 0 < x.sum() < n.sum():
        raise StudyError.of("Nobody or everybody has the event in all projects.",
                            "There is nothing to compare; say so instead.")
    rows = [*_equality(x, n, resamples, seed), *_spread(of_shares(x, n), "share", level)]
    if ((x > 0) & (x < n)).all():
        rows += _spread(of_logits(x, n), "logit", level)
    rows.append(_model(x, n, level))
    return Result(pd.DataFrame(rows, columns=COLUMNS), f"shares of {len(x)} projects, {100 * level:g} % limits",
                  ("People are independent of one another: coaches are not documented, so p is too small.",
                   "The spread is between projects as documented; it says nothing of effects.",
                   "With few projects the limits of the spread are wide, and wider is more honest."),
                  int(n.sum()), origin, counted="people")


def of_shares(x: np.ndarray, n: np.ndarray) -> Heterogeneity:
    """The shares with their pooled sampling variance, as for persons of independent projects."""
    value, project = _people(x, n)
    return project_estimates(value, "binary", project).spread


def of_logits(x: np.ndarray, n: np.ndarray) -> Heterogeneity:
    """The logits with 1/x + 1/(n - x); every project needs events and non-events."""
    return Heterogeneity(np.log(x / (n - x)), 1 / x + 1 / (n - x), np.ones(len(x)))


def _equality(x: np.ndarray, n: np.ndarray, resamples: int, seed: int) -> list[tuple]:
    statistic, free = float(pearson(x[None], n[None])[0]), len(x) - 1
    method = MonteCarloMethod(n_resamples=resamples, rng=np.random.default_rng(seed))
    table = np.column_stack([x, n - x])
    exact = fisher_exact(table, method=None if len(x) == 2 else method).pvalue
    return [("pearson", "share", *[np.nan] * 3, statistic, free, float(chi2.sf(statistic, free))),
            ("freeman_halton", "share", *[np.nan] * 5, float(exact))]


def _spread(spread: Heterogeneity, scale: str, level: float) -> list[tuple]:
    tau2, typical, free = spread.tau2(), spread.typical_sampling(), spread.projects - 1
    ends = np.square(spread.interval(level))
    mean, error, prediction = mean_and_prediction(spread)
    reach = student.isf((1 - level) / 2, free)
    back = expit if scale == "logit" else lambda value: np.clip(value, 0, 1)
    with np.errstate(invalid="ignore"):
        share = [np.where(np.isinf(t), 1.0, t / (t + typical)) for t in (tau2, *ends)]
    nothing = [np.nan] * 3
    return [("tau2", scale, tau2, *ends, spread.q(0.0), free, spread.p_any()),
            ("i2", scale, *map(float, share), *nothing),
            *((name, scale, *(float(back(value)) for value in (mean, mean - reach * se, mean + reach * se)), *nothing)
              for name, se in (("mean", error), ("new_project", prediction)))]


def _model(x: np.ndarray, n: np.ndarray, level: float) -> tuple:
    value, project = _people(x, n)
    found = random_intercept_model(pd.DataFrame({"value": value, "project": project}), level=level).table
    row = found.set_index("term").loc["project_sd"]
    return "project_sd", "logit", float(row["estimate"]), float(row["lower"]), float(row["upper"]), *[np.nan] * 3


def _people(x: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Zeros and ones (N,) with their project, as if each counted person had a row."""
    value = np.repeat(np.tile([1.0, 0.0], len(x)), np.column_stack([x, n - x]).ravel())
    return value, np.repeat(np.arange(len(x)), n)
