"""The profile of the projects: estimates, shrunken estimates, each against the mean, and what a new one would show."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.profile.reliability import reliability_at, usable_spread
from rehapro_analysis.results import Result

DRAWS = 40_000
SEED = 20220615
PAIR = 0.83448  # level at which limits of two equally sure estimates just miss each other at 5 percent: 1.386 errors


def project_profile(one: Comparison, *, level: float = 0.95, origin: str = "own") -> Result:
    """Every project with its limits, notches for comparing two projects, and its shrunken estimate.

    ``table``: project, n, estimate, lower, upper, notch_lower, notch_upper (two projects whose notches do not meet
    differ, at 5 percent for one pair chosen beforehand), shrunken, shrunken_lower, shrunken_upper. Projects keep
    the order of the study: this is no league table.

    Shrunken: mean + reliability (estimate - mean), with variance tau^2 V/(tau^2 + V) + (1 - reliability)^2 Var(mean).
    """
    spread = usable_spread(one)
    shrunken, sd = shrunken_estimates(spread)
    columns = {"project": one.projects, "n": one.n, "estimate": spread.estimate}
    for prefix, share in (("", level), ("notch_", PAIR)):
        lower, upper = own_limits(one, share)
        columns |= {f"{prefix}lower": lower, f"{prefix}upper": upper}
    reach = student.isf((1 - level) / 2, np.inf) * sd
    columns |= {"shrunken": shrunken, "shrunken_lower": shrunken - reach, "shrunken_upper": shrunken + reach}
    said = ("Limits of each project by itself are exact for shares and counts, with coaches and extra variance as "
            "fewer people; else normal (t where the variance is estimated).",
            "Shrunken estimates borrow from the other projects as much as their own reliability leaves open.",
            "Limits of shrunken estimates take tau as known; with few projects they are too narrow.")
    return Result(pd.DataFrame(columns), f"profile: {one.definition.label_en}", said, len(one.people), origin, ("n",))


def own_limits(one: Comparison, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits (J,) of each project by itself: Clopper-Pearson for shares, chi-square for counts, else t.

    Coaches and extra variance make shares and counts those of fewer people: events and persons over their factor.
    """
    spread, tail = one.estimates.spread, (1 - level) / 2
    if one.definition.scale == "binary":
        effective = one.estimates.typical * (1 - one.estimates.typical) / spread.sampling
        return proportion_confint(spread.estimate * effective, effective, alpha=1 - level, method="beta")
    if one.definition.scale == "count":
        exposure = one.estimates.typical / spread.sampling
        events = spread.estimate * exposure
        return (np.nan_to_num(chi2.ppf(tail, 2 * events)) / 2 / exposure, chi2.isf(tail, 2 * events + 2) / 2 / exposure)
    reach = student.isf(tail, spread.df) * np.sqrt(spread.sampling)
    return spread.estimate - reach, spread.estimate + reach


def shrunken_estimates(spread: Heterogeneity) -> tuple[np.ndarray, np.ndarray]:
    """Empirical Bayes estimates (J,) and their standard deviations (J,), with tau by Paule and Mandel.

    >>> spread = Heterogeneity(np.array([-2.0, 0, 2]), np.ones(3), np.ones(3))
    >>> shrunken_estimates(spread)[0].round(6).tolist()
    [-1.5, 0.0, 1.5]
    """
    tau2 = spread.tau2()
    reliability, own = reliability_at(spread, tau2), spread.variance(tau2) - tau2  # V at tau, so that both add up
    mean, of_mean = spread.mean(tau2), 1 / np.sum(1 / spread.variance(tau2))
    return (mean + reliability * (spread.estimate - mean),
            np.sqrt(reliability * np.maximum(own, 0) + (1 - reliability) ** 2 * of_mean))


def against_the_mean(one: Comparison, *, level: float = 0.95, seed: int = SEED, origin: str = "own") -> Result:
    """Each project minus the mean of all (weighted by n), with limits and p-values that hold for all at once.

    ``table``: project, n, difference, std_error, lower, upper, statistic, p_adjusted. The critical value is that of
    max |t| over projects, whose differences from a common mean are correlated, from seeded draws; degrees of freedom
    are those of the sampling variance. The project itself is part of the mean.
    """
    spread = usable_spread(one)
    contrast = np.eye(spread.projects) - one.n / one.n.sum()
    difference = contrast @ spread.estimate
    covariance = contrast * spread.sampling @ contrast.T
    error = np.sqrt(np.diag(covariance))
    statistic = difference / error
    largest = np.abs(drawn_contrasts(contrast, spread, seed) / error).max(axis=1)
    reach = np.quantile(largest, level) * error
    p = (1 + (largest[:, None] >= np.abs(statistic)).sum(axis=0)) / (1 + len(largest))
    table = pd.DataFrame({"project": one.projects, "n": one.n, "difference": difference, "std_error": error,
                          "lower": difference - reach, "upper": difference + reach, "statistic": statistic,
                          "p_adjusted": p})
    said = ("Limits and p-values hold for all projects at once (max |t|).",
            "Estimates are nearly normal; in projects with few people the exact funnel is the better judge.")
    return Result(table, f"each project against the mean: {one.definition.label_en}", said, len(one.people), origin,
                  ("n",))


def drawn_contrasts(contrast: np.ndarray, spread: Heterogeneity, seed: int) -> np.ndarray:
    """Draws (B, C) of contrasts (C, J) of projects that do not differ, with the variance estimated as it is."""
    rng = np.random.default_rng(seed)
    draws = rng.standard_normal((DRAWS, spread.projects)) * np.sqrt(spread.sampling) @ contrast.T
    return draws if np.isinf(spread.df) else draws / np.sqrt(rng.chisquare(spread.df, (DRAWS, 1)) / spread.df)


def new_project(one: Comparison, *, level: float = 0.95, origin: str = "own") -> Result:
    """The mean of projects like these, and between which limits one more of them would truly lie.

    ``table``: quantity (mean, new_project), estimate, lower, upper; t with J - 1 degrees of freedom and the standard
    error of Hartung, Knapp, Sidik and Jonkman. The limits of a new project concern its true value, not its estimate.
    """
    spread = usable_spread(one)
    mean, mean_error, error = mean_and_prediction(spread)
    z = student.isf((1 - level) / 2, spread.projects - 1)
    table = pd.DataFrame([("mean", mean, mean - z * mean_error, mean + z * mean_error),
                          ("new_project", mean, mean - z * error, mean + z * error)],
                         columns=["quantity", "estimate", "lower", "upper"])
    said = ("Projects are a sample of possible projects; twelve chosen ones are not quite that.",)
    return Result(table, f"a new project: {one.definition.label_en}", said, len(one.people), origin)


def mean_and_prediction(spread: Heterogeneity) -> tuple[float, float, float]:
    """The weighted mean, its standard error, and that of a new project's true value.

    >>> [round(value, 4) for value in mean_and_prediction(Heterogeneity(np.array([-2., 0, 2]), np.ones(3), np.ones(3)))]
    [0.0, 1.1547, 2.0817]
    """
    tau2 = spread.tau2()
    variance = spread.q(tau2) / (spread.projects - 1) / np.sum(1 / spread.variance(tau2))
    return spread.mean(tau2), float(np.sqrt(variance)), float(np.sqrt(tau2 + variance))
