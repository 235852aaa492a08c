"""How reliable the numbers of projects are, and how often two projects stand in the right order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity, concordance
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

ENOUGH = (0.7, 0.9)  # customary reliability for conclusions about groups and about single units
ASSUMPTIONS = (
    "Reliability is the share of a project's variance that is the project's own: tau^2/(tau^2 + V), for "
    "shares tau^2/(tau^2 (n - 1)/n + V).",
    "Limits put those of tau in (Q-profile), sampling variances as estimated.",
)


def usable_spread(one: Comparison) -> Heterogeneity:
    """The projects' estimates; StudyError where fewer than two projects or no variance leave nothing to compare."""
    if len(one.projects) < 2:
        raise StudyError.of(f"{one.definition.label_en}: two projects with values are needed to compare.",
                            "Read the project by itself.")
    if not one.estimates.spread.usable:
        raise StudyError.of(f"{one.definition.label_en}: nobody differs within the projects.",
                            "There is nothing to compare; say so instead.")
    return one.estimates.spread


def reliability(one: Comparison, *, level: float = 0.95, origin: str = "own") -> Result:
    """Each project's reliability.

    ``table``: project, n, coaches, std_error (of the estimate), reliability, lower, upper, persons_needed (as many as
    the project would need for reliability 0.7, at its design effect; infinite where no spread is found).
    """
    spread = usable_spread(one)
    limits = [reliability_at(spread, tau**2) for tau in spread.interval(level)]
    here = reliability_at(spread, spread.tau2())
    with np.errstate(divide="ignore"):
        needed = np.ceil(one.n * (spread.variance(0.0) / spread.tau2()) * ENOUGH[0] / (1 - ENOUGH[0]))
    table = pd.DataFrame({
        "project": one.projects, "n": one.n, "coaches": one.coaches, "std_error": np.sqrt(spread.sampling),
        "reliability": here, "lower": limits[0], "upper": limits[1], "persons_needed": needed})
    said = (*ASSUMPTIONS, f"persons_needed is for a reliability of {ENOUGH[0]:g}.")
    return Result(table, f"reliability of the projects: {one.definition.label_en}", said, len(one.people), origin,
                  ("n",))


def rankability(one: Comparison, *, level: float = 0.95, origin: str = "own") -> Result:
    """Whether the order of the projects means anything.

    ``table``: quantity, estimate, lower, upper. rankability: the median reliability (below 0.5 low, above 0.75 high);
    concordance: the chance that two projects drawn at random stand in the right order, 1/2 + arcsin(sqrt
    rankability)/pi; separation_ratio G = sqrt(r/(1 - r)); strata (4 G + 1)/3, how many levels can be told apart.

    Sources: Adams 2009 (reliability); van Dishoeck et al. 2011 (rankability).
    """
    spread = usable_spread(one)
    tau2 = [spread.tau2(), *(tau**2 for tau in spread.interval(level))]
    median = np.median([reliability_at(spread, value) for value in tau2], axis=1)
    ratio = [separation_ratio(value) for value in median]
    rows = {"rankability": median, "concordance": [concordance(value) for value in median],
            "separation_ratio": ratio, "strata": [(4 * g + 1) / 3 for g in ratio]}
    table = pd.DataFrame([(name, *values) for name, values in rows.items()],
                         columns=["quantity", "estimate", "lower", "upper"])
    return Result(table, f"rankability: {one.definition.label_en}", ASSUMPTIONS, len(one.people), origin)


def separation_ratio(reliability: float) -> float:
    """G = sqrt(r/(1 - r)), the spread of projects in standard errors; infinite at 1.

    >>> round(separation_ratio(0.8), 12), separation_ratio(1.0)
    (2.0, inf)
    """
    return float(np.sqrt(reliability / (1 - reliability))) if reliability < 1 else float("inf")


def reliability_at(spread: Heterogeneity, tau2: float) -> np.ndarray:
    """(J,): tau^2 over the variance of each estimate; 1 where a spread beyond what shares can have would exceed it.

    >>> reliability_at(Heterogeneity(np.array([0.0, 1]), np.ones(2), np.ones(2)), 3.0).tolist()
    [0.75, 0.75]
    """
    return np.ones(spread.projects) if np.isinf(tau2) else np.minimum(spread.reliability(tau2), 1.0)
