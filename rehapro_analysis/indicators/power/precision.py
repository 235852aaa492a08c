"""How precisely one project's share or mean will be known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.indicators.power.plan import SCALES, Plan
from rehapro_analysis.indicators.power.planning import PERSONS
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice


def precision_table(persons: Sequence[float] = PERSONS, *, scale: str = "binary", share: float = float("nan"),
                    mean: float = float("nan"), coaches: float | None = None, icc: float = 0.0, projects: int = 12,
                    level: float = 0.95) -> Result:
    """The limits of one project's estimate if it comes out as expected, and their half width.

    binary: Clopper and Pearson at share x n of n people; count: exact Poisson limits; metric (around 0, in standard
    deviations of persons) and time (around a log rate of 0): t. n is divided by DEFF = 1 + (n/coaches - 1) icc;
    t has projects x (coaches - 1) degrees of freedom where coaches differ, else projects x (n - 1), since the
    variance is that of all projects; for times it is known.

    ``table``: n_per_project, coaches, icc_coach, scale, unit, design_effect, estimate, lower, upper, half_width.

    >>> precision_table([15], share=11 / 15).table[["lower", "upper"]].round(4).to_numpy().tolist()
    [[0.449, 0.9221]]
    """
    check_choice("scale", scale, SCALES)
    rows = []
    for n in persons:
        plan = Plan(n, scale, share, mean, coaches, icc, projects)
        estimate, lower, upper = _limits(plan, level)
        rows.append({"n_per_project": n, "coaches": np.nan if coaches is None else coaches, "icc_coach": icc,
                     "scale": scale, "unit": plan.unit, "design_effect": plan.design_effect, "estimate": estimate,
                     "lower": lower, "upper": upper, "half_width": (upper - lower) / 2})
    said = (f"Limits of one project by itself, level {level:g}, at the expected estimate.",
            "Coaches make the people of a project fewer: n over the design effect.")
    return Result(pd.DataFrame(rows), f"precision of one project, scale {scale}", said, len(rows), "synthetic")


def _limits(plan: Plan, level: float) -> tuple[float, float, float]:
    tail, n = (1 - level) / 2, plan.persons / plan.design_effect
    if plan.scale == "binary":
        return plan.share, *(float(end) for end in proportion_confint(plan.share * n, n, 1 - level, method="beta"))
    if plan.scale == "count":
        exposure = plan.mean / plan.sampling
        events = plan.mean * exposure
        return (plan.mean, float(chi2.ppf(tail, 2 * events)) / 2 / exposure,
                float(chi2.isf(tail, 2 * events + 2)) / 2 / exposure)
    free = np.inf if plan.scale == "time" else plan.projects * (
        plan.persons - 1 if plan.icc == 0 else max(plan.coaches - 1, 1))
    reach = float(student.isf(tail, free) * np.sqrt(plan.sampling))
    return 0.0, -reach, reach
