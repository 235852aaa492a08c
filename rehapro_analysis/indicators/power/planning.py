"""Before anybody collects: what a plan could show, for every number of people a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.power.detectable import expected_range, smallest_detectable, smallest_excluded
from rehapro_analysis.indicators.power.plan import SCALES, Plan
from rehapro_analysis.indicators.power.power import simulated_spreads, simulated_thresholds
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.study.problems import StudyError

PERSONS = (11, 15, 30, 50, 100, 400)
REPLICATES, SEED = 1_000, 20220615
POWER = 0.8
CLOSED = "Closed forms take sampling variances as known and projects as equally large, which mostly flatters; plan by "\
         "the simulated values."
FEW_EVENTS = "With fewer than ten events a project the tests of times find too much (studies/README.md): plan for more."
DRAWN = "Simulated: projects from half to one and a half times the mean size, coaches in proportion, variances "\
        "estimated; {replicates} replicates, so that power is sure to {error:.3f} (one standard error)."


@dataclass(frozen=True)
class Search:
    """What all simulated values of one table share."""

    alphas: np.ndarray
    power: float
    replicates: int
    seed: int


def planning_table(persons: Sequence[float] = PERSONS, *, scale: str = "metric", share: float = float("nan"),
                   mean: float = float("nan"), coaches: Sequence[float] | None = None, caseload: float | None = None,
                   icc: Sequence[float] = (0.0,), indicators: Sequence[int] = (1, 12),
                   relevant_difference: float | None = None, projects: int = 12, alpha: float = 0.05,
                   power: float = POWER, replicates: int = REPLICATES, seed: int = SEED) -> Result:
    """The smallest separation that so many people a project could show, in closed form and simulated.

    ``coaches`` a project, or ``caseload``, the people of one coach; neither: people are independent. ``indicators`` is
    the size of the family: the first step of Holm tests at alpha/indicators. ``share`` (binary, time) and ``mean``
    (count) as in `Plan`; ``relevant_difference`` between the best and the worst project, in the unit.

    ``table``: n_per_project, coaches, icc_coach, indicators, scale, share, mean, unit; tau_closed and tau_simulated
    (smallest spread found), gap_closed and gap_simulated (between best and worst, as expected at that spread);
    alike_gap_closed and alike_gap_simulated (the gap that is shown not to exist where projects do not differ); with a
    relevant difference threshold (as a spread), relevant_tau_closed, relevant_tau_simulated, relevant_gap_closed,
    relevant_gap_simulated (the smallest separation shown to exceed it) and alike_n_closed (people a project to
    show that it does not exist, at the same caseload), else nan. Gaps of shares above 100 % are nan, as are
    simulated values where no spread the scale can have suffices. Raises :class:`StudyError` for plans that
    contradict themselves.

    Simulating takes about ten seconds for the default table, on the scale time ten times as long.
    """
    check_choice("scale", scale, SCALES)
    if coaches is not None and caseload is not None:
        raise StudyError.of("Coaches a project and the caseload are both given.", "Leave one of them out.")
    family = np.asarray(indicators)
    search = Search(alpha / family, power, replicates, seed)
    base = Plan(max(persons), scale, share, mean, projects=projects)
    plans = [replace(base, persons=n, coaches=of, icc=rho)
             for of, rho, n in product(coaches or [None], icc, persons) if caseload is None]
    plans += [replace(base, persons=n, coaches=max(1.0, n / caseload), icc=rho)
              for rho, n in product(icc, persons) if caseload is not None]
    table = pd.concat([_rows(plan, family, relevant_difference, search) for plan in plans], ignore_index=True)
    table = table.sort_values(["icc_coach", "indicators", "n_per_project"], kind="stable", ignore_index=True)
    said = (f"Level {alpha:g} over the number of indicators (first step of Holm), power {power:g}, "
            f"{projects} projects.", CLOSED,
            DRAWN.format(replicates=replicates, error=np.sqrt(power * (1 - power) / replicates)))
    said += (FEW_EVENTS,) if scale == "time" and share * min(persons) < 10 else ()
    return Result(table, f"planning: what could be shown, scale {scale}", said, len(table), "synthetic",
                  shares=("share",))


def _rows(plan: Plan, family: np.ndarray, difference: float | None, search: Search) -> pd.DataFrame:
    """One plan, a row for each size of the family."""
    reach = expected_range(plan.projects)
    closed = np.array([smallest_detectable(plan.sampling, plan.projects, alpha=alpha, power=search.power)
                       for alpha in search.alphas])
    alike = np.array([smallest_excluded(plan.sampling, plan.projects, alpha=alpha, power=search.power)
                      for alpha in search.alphas])
    options = {"power": search.power, "replicates": search.replicates, "seed": search.seed}
    table = pd.DataFrame({
        "n_per_project": plan.persons, "coaches": plan.coaches, "icc_coach": plan.icc, "indicators": family,
        "scale": plan.scale, "share": plan.share, "mean": plan.mean, "unit": plan.unit, "tau_closed": closed,
        "tau_simulated": simulated_spreads(plan, closed, search.alphas, "any", 0.0, **options),
        "alike_gap_closed": alike * reach,
        "alike_gap_simulated": simulated_thresholds(plan, alike, search.alphas, **options)})
    table.insert(9, "gap_closed", closed * reach)
    table["gap_simulated"] = table["tau_simulated"] * reach
    table["alike_gap_simulated"] *= reach
    table["coaches"] = table["coaches"].astype(float)
    return _possible(table.assign(**_relevant(plan, difference, alike, search, options))[list(_ORDER)], plan.scale)


def _possible(table: pd.DataFrame, scale: str) -> pd.DataFrame:
    """Gaps between shares of more than 100 % are none."""
    gaps = [name for name in table if "gap" in name]
    return table.assign(**{name: table[name].mask(table[name] > 1) for name in gaps}) if scale == "binary" else table


def _relevant(plan: Plan, difference: float | None, alike: np.ndarray, search: Search,
              options: dict[str, object]) -> dict[str, object]:
    """Columns against a relevant difference; nan without one."""
    if difference is None:
        return dict.fromkeys(_RELEVANT, np.nan)
    reach = expected_range(plan.projects)
    threshold = difference / reach
    closed = np.array([smallest_detectable(plan.sampling, plan.projects, alpha=alpha, power=search.power,
                                           threshold=threshold) for alpha in search.alphas])
    drawn = np.array(simulated_spreads(plan, closed, search.alphas, "relevant", threshold, **options))
    return dict(zip(_RELEVANT, (difference, threshold, closed, drawn, closed * reach, drawn * reach,
                                np.ceil(plan.persons * (alike / threshold) ** 2)), strict=True))


_RELEVANT = ("relevant_difference", "threshold", "relevant_tau_closed", "relevant_tau_simulated", "relevant_gap_closed",
             "relevant_gap_simulated", "alike_n_closed")
_ORDER = ("n_per_project", "coaches", "icc_coach", "indicators", "scale", "share", "mean", "unit", "tau_closed",
          "tau_simulated", "gap_closed", "gap_simulated", "alike_gap_closed", "alike_gap_simulated", *_RELEVANT)
