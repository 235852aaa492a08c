"""Whether projects keep their place in time: estimates from those who came early and those who came late."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.measures.rules import PERSON
from rehapro_analysis.indicators.verdict.evaluable import REQUIREMENTS
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import normal_quantile
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

FEWEST = 4  # projects for an interval of a correlation
SAID = ("Early and late are the halves of each project's own entrants, by day of entry (of referral for waits).",
        "A coach who worked in both halves makes them alike; that counts for the project here.",
        "Both halves are half as large as the whole: reliability is stepped up to the whole.")


def half_estimates(study: Study, one: Comparison, *, least: int = REQUIREMENTS.persons, origin: str = "own") -> Result:
    """Each project's estimate from the earlier and from the later half of its people with a value.

    ``table``: project, n_early, n_late, early, early_std_error, late, late_std_error, of projects with at least
    ``least`` people in both halves. Units as in `project_estimates`; ranks and rates are relative to the same half of
    all projects, so that a common trend does no harm. Raises :class:`StudyError` where no project has so many.
    """
    day = _days(study, one)
    place = pd.Series(day).groupby(one.project).rank(method="first").to_numpy()
    early = place <= (one.n / 2)[one.project]
    enough = np.minimum(np.bincount(one.project, early), np.bincount(one.project, ~early)) >= least
    if not enough.any():
        raise StudyError.of(f"{one.definition.label_en}: no project has {least} people in each half.",
                            "Wait for more people.")
    kept = enough[one.project]
    halves = {"early": one.only(early & kept), "late": one.only(~early & kept)}
    table = pd.DataFrame({"project": halves["early"].projects,
                          **{f"n_{name}": half.n for name, half in halves.items()}})
    for name, half in halves.items():
        spread = half.estimates.spread
        table = table.assign(**{name: spread.estimate, f"{name}_std_error": np.sqrt(spread.sampling)})
    return Result(table, f"early and late entrants: {one.definition.label_en}", SAID, int(kept.sum()), origin,
                  ("n_early", "n_late"))


def stability(halves: Result, *, level: float = 0.95) -> Result:
    """How alike the projects' estimates of `half_estimates` are in both halves.

    ``table``: projects, correlation (Pearson) with lower and upper (Fisher's z), reliability of the whole
    2 r/(1 + r) (Spearman and Brown) with reliability_lower and reliability_upper; negative correlations give 0.
    Raises :class:`StudyError` for fewer than four projects. Caution: with twelve projects |r| below 0.58 may be chance.
    """
    table = halves.table
    if len(table) < FEWEST:
        raise StudyError.of(f"{len(table)} projects are too few for a correlation.", "Read the estimates themselves.")
    r = float(np.corrcoef(table["early"], table["late"])[0, 1])
    reach = normal_quantile(level) / np.sqrt(len(table) - 3)
    limits = [float(np.tanh(np.arctanh(r) + sign * reach)) for sign in (-1, 1)]
    whole = [2 * max(0.0, each) / (1 + max(0.0, each)) for each in (r, *limits)]
    row = dict(zip(("correlation", "lower", "upper", "reliability", "reliability_lower", "reliability_upper"),
                   (r, *limits, *whole), strict=True))
    return Result(pd.DataFrame([{"projects": len(table), **row}]), f"stability of {halves.method}", SAID, halves.n,
                  halves.origin)


def _days(study: Study, one: Comparison) -> np.ndarray:
    """The day (N,) on which each person with a value began."""
    name = "referred_on" if one.definition.rule == "entry after referral" else "entered_on"
    first = study.table("episodes").groupby(PERSON)[name].min().rename("day").reset_index()
    keys = one.people[PERSON].astype({"project": str})
    return keys.merge(first.astype({"project": str}), on=PERSON, how="left")["day"].to_numpy()
