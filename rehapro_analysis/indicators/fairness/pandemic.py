"""The pandemic: who took part under contact restrictions, and how far projects lie apart before, in and after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.results import Result
from rehapro_analysis.retention.stays.cohorts import PANDEMIC, PERIODS, cohort
from rehapro_analysis.study.reading import Study

COLUMN = "pandemic_share"
LEAST = 10  # people of a project in a period, below which it is left out of that period
PERSON = ["project", "participant"]
COLLIDER = ("How much of a stay fell into the pandemic depends on how long it lasted, and that depends on what the "
            "project does: adjusting for it may hide or invent a difference. The period of entry does not have this "
            "fault.")


def pandemic_exposure(study: Study, *, lock: str | None = None) -> Result:
    """How far each project's people took part under contact restrictions (2020-03-16 to 2021-05-31).

    ``table``: project, n, mean_share (mean over people of the share of their days from entry to exit or lock),
    days_share (the share of all their days), wholly_share (people with every day in it), never_share.
    """
    people = _shares(study, lock)
    grouped = people.groupby("project", observed=True)
    days = grouped[["stop", "inside"]].sum()
    table = grouped[COLUMN].agg(n="size", mean_share="mean", wholly_share=lambda share: (share == 1).mean(),
                                never_share=lambda share: (share == 0).mean())
    table.insert(2, "days_share", days["inside"] / days["stop"].where(days["stop"] > 0))
    said = ("Contact restrictions held everywhere on the same days; what they meant on site is not recorded.", COLLIDER)
    return Result(table.reset_index().astype({"project": str}), "participation under contact restrictions", said,
                  len(people), study.origin("episodes"), ("n",), counted="people")


def with_pandemic_share(one: Comparison, study: Study, *, lock: str | None = None) -> Comparison:
    """The comparison with a further column ``pandemic_share`` of each person, to be named as a covariate.

    Caution: the share depends on how long people stay, which is an outcome (a collider). Show the result beside
    one without it. Persons without a stay have none, and are refused as missing covariates.
    """
    shares = _shares(study, lock)[[*PERSON, COLUMN]].astype({"project": str})
    shares = shares.drop_duplicates(PERSON).set_index(PERSON)[COLUMN]
    rows = pd.MultiIndex.from_arrays([one.frame["project"].astype(str), one.frame["participant"]])
    return replace(one, frame=one.frame.assign(**{COLUMN: shares.reindex(rows).to_numpy()}))


def spread_by_period(one: Comparison, *, least: int = LEAST, level: float = 0.95, origin: str = "own") -> Result:
    """The spread between projects among those who entered before, during and after the pandemic.

    ``table``, one row a period in which at least two projects have ``least`` values: period, projects, n, tau,
    tau_lower, tau_upper, p_any (F reference, coaches allowed for). Each period has its own projects.
    """
    rows = []
    for period in PERIODS:
        then = one.people[one.people["period"] == period]
        many = then["project"].astype(str).value_counts()
        then = then[then["project"].astype(str).isin(many.index[many >= least])]
        if then["project"].nunique() > 1 and (spread := one.of(then).estimates.spread).usable:
            lower, upper = spread.interval(level)
            rows.append((period, spread.projects, len(then), np.sqrt(spread.tau2()), lower, upper, spread.p_any()))
    table = pd.DataFrame(rows, columns=["period", "projects", "n", "tau", "tau_lower", "tau_upper", "p_any"])
    said = (f"Of a period only projects with at least {least} values count, so that periods compare different "
            "projects.", "That a spread is shown in one period and not in another is no difference between periods: "
            "period_interaction tests it.")
    return Result(table, f"spread by period of entry: {one.definition.label_en}", said, len(one.people), origin, ("n",),
                  counted="people")


def _shares(study: Study, lock: str | None) -> pd.DataFrame:
    """Every stay with its days, those inside the pandemic, and their share; a stay of no day counts by its day."""
    people = cohort(study, lock=lock)
    start, stop = people["entered_on"], people["entered_on"] + pd.to_timedelta(people["stop"], unit="D")
    inside = (stop.clip(upper=PANDEMIC[1]) - start.clip(lower=PANDEMIC[0])).dt.days.clip(lower=0)
    at_entry = people["period"].eq("during").astype(float)
    share = (inside / people["stop"].where(people["stop"] > 0)).fillna(at_entry)
    return people[[*PERSON, "stop"]].assign(inside=inside, **{COLUMN: share})
