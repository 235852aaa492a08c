"""Plan against actual: how much of a target has been attained, and how much should have been by then."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.retention.curves.life_tables import poisson_limits
from rehapro_analysis.retention.curves.summaries import quantiles
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.stays.cohorts import cohort
from rehapro_analysis.study.evidence import Fact, fact
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.documented.documented import documents
from rehapro_analysis.throughput.forecasts.periods import elapsed_share

# What is to be attained over the whole funded time, and what tells of it: entries, or at least those there now.
TARGETS = {
    "target_participants": (("participants_cumulative", "participants_entered"), "participants_current"),
    "planned_participants": (("participants_cumulative", "participants_entered"), "participants_current"),
    "planned_case_analyses": ((), None),
    "target_households": ((), "households_in_project"),
}
EXPECTED, REACHED, READINGS = "participants_expected", "participants_cumulative", ("A", "B")
WHOLE = ("target_participants", "planned_participants")  # targets that entries of persons count for
DOCUMENTED_PACE, EVEN_PACE, NO_PACE = "documented", "even", "unknown"
COLUMNS = ["project", "reading", "target", "unit", "as_of", "actual_low", "actual_high", "actual_status", "target_low",
           "target_high", "elapsed_low", "elapsed_high", "pace", "expected_low", "expected_high", "ratio_low",
           "ratio_high", "lower", "upper"]


def target_attainment(study: Study, *, day: str | None = None, level: float = 0.95) -> Result:
    """What was attained of each documented target, relative to what was expected by then: a ratio of counts.

    ratio = actual/expected. It is no proportion, it can exceed 1. The actual count has exact Poisson limits,
    the expected one is a plan and has none; where documents give intervals, ratio and limits are the outermost
    of all admissible pairs. ``pace`` tells where the expectation comes from: "documented" by a text; "even",
    the target times the share of the funded time elapsed; "unknown", where no funded time is documented: then
    the whole target stands in, and the ratio is the share of it attained so far.

    A count of people who are there at present is a floor of the entries: its upper ends are empty. Where no count
    is documented, ``actual`` and ``ratio`` are empty and ``expected`` is what was due on ``day`` (the
    day most facts speak of). Readings A and B of an ambiguous sentence stand side by side.

    ``table``: project, reading, target, unit, as_of, actual_low, actual_high, actual_status, target_low, target_high,
    elapsed_low, elapsed_high (share of the funded time), pace, expected_low, expected_high, ratio_low,
    ratio_high, lower, upper.

    Caution: Poisson limits take entries as independent; whole groups entering together make them too narrow.
    """
    facts = study.table("facts")
    day = day or facts["as_of"].mode()[0]
    rows = [row for project in study.table("projects")["project"]
            for row in (*_expected_by_then(study, project, level), *_even_pace(study, project, day, level))]
    return Result(
        pd.DataFrame(rows, columns=COLUMNS), f"attained relative to expected, {percent(level)} exact Poisson limits",
        ("The actual count varies like a Poisson count; the plan does not vary.",
         "Without a documented pace, entries were to be even over the funded time.",
         "Without a documented funded time, the ratio is to the whole target.",
         "A spoken half is taken as exactly one half."),
        len(rows), study.origin("facts"), ("actual_low", "actual_high"))


def plan_against_actual(study: Study, *, lock: date | str | None = None, level: float = 0.95) -> Result:
    """Monitoring data against the plan: entries up to the lock day and the stay, project by project.

    Entries: the documented target times the share of the funded time elapsed (even pace; the whole target
    where no funded time is documented) against the entries counted, with exact Poisson limits. Stay: the
    planned stay in months (documented, else the median of the episodes' own planned ends) against the
    Kaplan-Meier median with its limits. A number that is missing leaves its cells empty.

    ``table``: project, measure ("entries", "stay"), unit, pace, planned_low, planned_high, actual, lower, upper
    (of actual), ratio_low, ratio_high, ratio_lower, ratio_upper (the limits over the plan's interval).

    Caution: an even pace is harsh on a project that is still building up; the median of a curve with
    few people moves in jumps.
    """
    people = cohort(study, lock=lock, clock="months")
    table = pd.concat([_entries(study, people, level), _stays(study, people, level)], ignore_index=True)
    low, high = table["planned_low"], table["planned_high"]
    table = table.assign(ratio_low=table["actual"] / high, ratio_high=table["actual"] / low,
                         ratio_lower=table["lower"] / high, ratio_upper=table["upper"] / low)
    order = {project: place for place, project in enumerate(people["project"].cat.categories)}
    table = table.sort_values("project", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return Result(table, f"plan against actual, {percent(level)} limits (Poisson; Kaplan-Meier median)",
                  ("Entries were to be even over the funded time.",
                   "Those still there would have gone on like those still watched.",
                   "The plan has no sampling error."),
                  len(people), study.origin("episodes"), ("actual",))


def _expected_by_then(study: Study, project: str, level: float) -> list[tuple[object, ...]]:
    rows = []
    for reading in READINGS:
        if documents(study, project, REACHED, EXPECTED, reading=reading):
            actual, expected = (fact(study, project, name, reading=reading) for name in (REACHED, EXPECTED))
            elapsed = elapsed_share(study, project, actual.as_of)
            ratios = _ratios(actual, (np.nan, np.nan), elapsed, DOCUMENTED_PACE, (expected.low, expected.high), level)
            rows.append((project, reading, EXPECTED, expected.unit, actual.as_of, *ratios))
    return rows


def _even_pace(study: Study, project: str, day: str, level: float) -> list[tuple[object, ...]]:
    rows = []
    for target in (name for name in TARGETS if documents(study, project, name)):
        planned, actual = fact(study, project, target), _actual(study, project, target)
        as_of = actual.as_of if actual else day
        elapsed = elapsed_share(study, project, as_of)
        pace, expected = _due(planned, elapsed)
        rows.append((project, None, target, planned.unit, as_of,
                     *_ratios(actual, (planned.low, planned.high), elapsed, pace, expected, level)))
    return rows


def _actual(study: Study, project: str, target: str) -> Fact | None:
    """The documented count that tells of a target; of people there at present it is a floor of the entries."""
    entries, present = TARGETS[target]
    for quantity in entries:
        if documents(study, project, quantity):
            return fact(study, project, quantity)
    if present and documents(study, project, present):
        now = fact(study, project, present)
        return Fact(now.project, now.quantity, now.low, np.inf, now.unit, now.status, now.locator, now.as_of)
    return None


def _due(planned: Fact, elapsed: tuple[float, float]) -> tuple[str, tuple[float, float]]:
    if np.isnan(elapsed[0]):
        return NO_PACE, (planned.low, planned.high)
    return EVEN_PACE, (planned.low * elapsed[0], planned.high * elapsed[1])


def _ratios(actual: Fact | None, whole: tuple[float, float], elapsed: tuple[float, float], pace: str,
            expected: tuple[float, float], level: float) -> tuple[object, ...]:
    count = np.array([actual.low, actual.high] if actual else [np.nan, np.nan])
    count[np.isinf(count)] = np.nan
    lower, upper = poisson_limits(count, level)
    limits = np.where(np.isnan(count), np.nan, [lower[0], upper[1]])
    with np.errstate(divide="ignore", invalid="ignore"):  # on the first funded day nothing is due yet
        ratios = np.concatenate([count, limits]) / np.tile(expected[::-1], 2)
    return *count, actual.status if actual else None, *whole, *elapsed, pace, *expected, *ratios


def _entries(study: Study, people: pd.DataFrame, level: float) -> pd.DataFrame:
    counted = people["project"].value_counts(sort=False)
    lock = people["lock"].max()
    rows = []
    for project, actual in counted.items():
        planned = next((fact(study, project, name) for name in WHOLE if documents(study, project, name)), None)
        pace, due = _due(planned, elapsed_share(study, project, lock)) if planned else (NO_PACE, (np.nan, np.nan))
        rows.append((project, "entries", "persons", pace, *due, float(actual),
                     *(float(limit) for limit in poisson_limits(actual, level))))
    return pd.DataFrame(rows, columns=["project", "measure", "unit", "pace", "planned_low", "planned_high", "actual",
                                       "lower", "upper"])


def _stays(study: Study, people: pd.DataFrame, level: float) -> pd.DataFrame:
    table = event_table(people, stop="stop", event="event", by="project", unit="months")
    median = quantiles(table, (0.5,), level=level).table.set_index("project")
    own = people.groupby("project", observed=True)["planned"].median()
    rows = []
    for project, found in median.iterrows():
        given = documents(study, project, "planned_stay")
        plan = fact(study, project, "planned_stay") if given else None
        ends = (plan.low, plan.high) if plan else (own[project], own[project])
        rows.append((project, "stay", "months", None, *ends, found["estimate"], found["lower"], found["upper"]))
    return pd.DataFrame(rows, columns=["project", "measure", "unit", "pace", "planned_low", "planned_high", "actual",
                                       "lower", "upper"])
