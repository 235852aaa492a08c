"""How many people a project are needed: to find a difference, to show that it matters, or that there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import chi2

from rehapro_analysis.indicators.power.detectable import expected_range, least_ratio, smallest_excluded
from rehapro_analysis.indicators.power.plan import SCALES, Plan
from rehapro_analysis.indicators.power.planning import CLOSED, DRAWN, POWER, SEED
from rehapro_analysis.indicators.power.power import simulated_p
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice

REPLICATES = 500
STEP = 1.2  # by which numbers of people grow until their power is enough
LARGEST = 5_000  # people a project up to which power is simulated


@dataclass(frozen=True)
class Goal:
    """An aim with the spread that is truly there, the claim to be shown and the people needed in closed form."""

    name: str
    tau: float
    closed: float
    claim: str = ""


def needed_persons(relevant_difference: float, *, scale: str = "metric", share: float = float("nan"),
                   mean: float = float("nan"), caseload: float | None = None, icc: float = 0.0, indicators: int = 1,
                   true_difference: float | None = None, reliability: float = 0.7, projects: int = 12,
                   alpha: float = 0.05, power: float = POWER, replicates: int = REPLICATES,
                   seed: int = SEED) -> Result:
    """People a project for four aims, coaches of ``caseload`` people growing with them.

    Aims: "any difference" finds a spread as large as the relevant one; "relevant" shows that the spread exceeds it
    where the difference between best and worst is truly ``true_difference`` (default: twice the relevant one);
    "alike" shows that it is smaller where projects do not differ; "reliability" tells projects apart with
    ``reliability`` r at the relevant spread, r/(1 - r) sigma^2 DEFF/tau_0^2.

    ``table``: goal, true_difference, n_closed, n_simulated (nan where not sought: reliability, or beyond 5,000),
    power_at_closed, coaches (a project), n_in_all (of all projects; the simulated number where there is one). An
    infinite number: no number of people is enough, only more projects. ``indicators``, ``share``, ``mean`` and units
    as in `planning_table`.
    """
    check_choice("scale", scale, SCALES)
    tau0, level, reach = relevant_difference / expected_range(projects), alpha / indicators, expected_range(projects)
    truth = 2 * relevant_difference if true_difference is None else true_difference

    def plan(persons: float) -> Plan:
        coaches = None if caseload is None else max(1.0, persons / caseload)
        return Plan(persons, scale, share, mean, coaches, icc, projects)

    def power_of(goal: Goal, persons: float) -> float:
        p = simulated_p(plan(persons), goal.tau, goal.claim, np.array([tau0]), replicates=replicates, seed=seed)
        return float((p <= level).mean())

    one = plan(10 * (caseload or 2.0))
    goals = _goals(one.sampling * one.persons, tau0, truth / reach, projects, level, power, reliability)
    table = pd.DataFrame([_row(goal, partial(power_of, goal), power, caseload, projects) for goal in goals])
    table.insert(1, "true_difference", [goal.tau * reach for goal in goals])
    said = (f"Level {alpha:g} over {indicators} indicator(s), power {power:g}, {projects} projects, "
            f"relevant difference {relevant_difference:g} ({one.unit}).",
            f"However many people: the true spread must be {least_ratio(projects, alpha=level, power=power):.2f} times "
            "the relevant one to be shown to exceed it so surely.", CLOSED,
            DRAWN.format(replicates=replicates, error=np.sqrt(power * (1 - power) / replicates)))
    return Result(table, f"needed people a project, scale {scale}", said, len(table), "synthetic",
                  shares=("power_at_closed",))


def _goals(variance: float, tau0: float, tau: float, projects: int, alpha: float, power: float,
           reliability: float) -> list[Goal]:
    """The aims; ``variance`` is that of one person's value with the design effect."""
    low, high = chi2.ppf(1 - power, projects - 1), chi2.isf(alpha, projects - 1)
    alike = smallest_excluded(variance, projects, alpha=alpha, power=power)
    return [Goal("any difference", tau0, variance * (high / low - 1) / tau0**2, "any"),
            Goal("relevant", tau, _people(variance * (high - low), tau**2 * low - tau0**2 * high), "relevant"),
            Goal("alike", 0.0, (alike / tau0) ** 2, "alike"),
            Goal("reliability", tau0, variance * reliability / (1 - reliability) / tau0**2)]


def _row(goal: Goal, power_of: Callable[[float], float], power: float, caseload: float | None,
         projects: int) -> dict[str, object]:
    drawn, reached = _simulated(power_of, goal.closed, power) if goal.claim else (np.nan, np.nan)
    persons = np.ceil(goal.closed if np.isnan(drawn) else drawn)
    return {"goal": goal.name, "n_closed": np.ceil(goal.closed), "n_simulated": np.ceil(drawn),
            "power_at_closed": reached,
            "coaches": np.nan if caseload is None else max(1.0, np.ceil(persons / caseload)),
            "n_in_all": persons * projects}


def _people(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else float("inf")


def _simulated(power_of: Callable[[float], float], closed: float, wanted: float) -> tuple[float, float]:
    """The number with the wanted power, sought in steps from the closed form, and the power at the closed form."""
    if not np.isfinite(closed) or closed > LARGEST:
        return np.nan, np.nan
    n = max(closed, 4.0)
    here = first = power_of(n)
    factor = 1 / STEP if here >= wanted else STEP
    while 4 < n * factor <= LARGEST:
        there = power_of(n * factor)
        if (there >= wanted) != (here >= wanted):
            share = (wanted - here) / (there - here)
            return float(n * factor**share), first
        n, here = n * factor, there
    return (n if here >= wanted else np.nan), first
