"""What the documented counts alone say about throughput: steps, stays, denominators that nobody gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import share_limits
from rehapro_analysis.study.evidence import Fact, fact
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

# Getting through a step, having left and still being there are three different things.
THROUGH, LEFT, STILL = "came through", "left so far", "still there"
STEPS = (
    ("planned_inflow", "planned_throughflow", THROUGH),
    ("planned_throughflow", "planned_outflow", THROUGH),
    ("planned_case_analyses", "planned_participants", THROUGH),
    ("clients_supported", "participants_entered", THROUGH),
    ("places_per_cycle", "completed_earlier_cycles", THROUGH),
    ("participants_entered", "exits_to_date", LEFT),
    ("places_per_cycle", "remaining_current_cycle", STILL),
)
PLANNED_STAYS, ACTUAL_STAYS = ("planned_stay", "cycle_length"), ("actual_stay", "mean_stay")
LONGEST_STAY = "stay_max"  # stands in where no planned stay is documented


def documented_funnels(study: Study, *, level: float = 0.95) -> Result:
    """The share of each documented step, with limits only where it was observed.

    ``kind`` tells a step that people came through from the share that has left so far and from the
    share still there: only the first is throughput. A plan has no sampling error, so its share
    stands without limits. An observed share x/n has Clopper-Pearson limits; where the text gives a
    range for x or n, the limits are the outermost ones of all admissible pairs.

    ``table``: project, kind, step_from, step_to, the counts as intervals (from_low, from_high,
    to_low, to_high), status, share_low, share_high, lower, upper (of the limits; empty for plans).

    Caution: limits treat people as independent draws. A running cycle and a count of exits to
    date are shares so far, not final ones.
    """
    rows = [_step(before, after, kind, level)
            for first, second, kind in STEPS for before, after in together(study, first, second)]
    return Result(
        pd.DataFrame(rows, columns=["project", "kind", "step_from", "step_to", "from_low", "from_high", "to_low",
                                    "to_high", "status", "share_low", "share_high", "lower", "upper"]),
        f"documented steps, {level:.0%} Clopper-Pearson limits where observed",
        ("Plans carry no limits: they are intentions, not samples.",
         "Observed people are treated as independent of one another.",
         "Shares of running cycles and of exits to date are shares so far."),
        len(rows), study.origin("facts"), cells=("from_low", "from_high", "to_low", "to_high"),
    )


def documented_stays(study: Study) -> Result:
    """Planned and actual stay in months, as intervals, with the place where each number stands.

    The longest stay provided for is listed only where no planned stay is documented.
    """
    projects = study.table("projects")["project"]
    facts = [one for project in projects for one in _stays_of(study, project)]
    table = pd.DataFrame([(one.project, one.quantity, one.low, one.high, one.unit, one.status, one.locator)
                          for one in facts],
                         columns=["project", "quantity", "low", "high", "unit", "status", "locator"])
    return Result(table, "documented stay", ("Averages, rules and upper limits are not the same thing; "
                  "the quantity says which it is.",), len(table), study.origin("facts"))


def break_even_denominators(study: Study, project: str, quantity: str, *, shares: Sequence[float] = (0.25, 0.5, 0.75),
                            level: float = 0.95) -> Result:
    """For a documented count x of an undocumented number n: how large n must be for each share.

    x of n is the share s where n = x/s. Above s beyond doubt: up to the largest n whose lower Clopper-Pearson
    limit exceeds s; below s beyond doubt: from the smallest n whose upper limit is less than s. Between the two
    the count cannot decide, even if n were known. A range of x gives a range of n and the outermost decisions.

    ``table``: project, quantity, count_low, count_high, share, n_low, n_high, above_up_to (empty: at no n),
    below_from. Raises `StudyError` for a share that is not between 0 and 1, or a count that no document gives.
    """
    asked = np.asarray(shares, float)
    if not ((asked > 0) & (asked < 1)).all():
        raise StudyError.of("A break-even share lies between 0 and 1.", "Write 0.5 for one half.")
    count = fact(study, project, quantity)
    rows = [(project, quantity, count.low, count.high, share, max(count.low / share, count.low), count.high / share,
             *_decided(count, share, level)) for share in asked]
    table = pd.DataFrame(rows, columns=["project", "quantity", "count_low", "count_high", "share", "n_low", "n_high",
                                        "above_up_to", "below_from"])
    return Result(table, f"break-even denominators, {level:.0%} Clopper-Pearson limits",
                  ("Only the count is documented; of how many, no document tells.",
                   "People are treated as independent of one another."),
                  len(table), study.origin("facts"), cells=("count_low", "count_high"))


def together(study: Study, *quantities: str) -> list[tuple[Fact, ...]]:
    """The facts of every project that documents all of the quantities, in the order of the projects."""
    return [tuple(fact(study, project, quantity) for quantity in quantities)
            for project in study.table("projects")["project"] if documents(study, project, *quantities)]


def documents(study: Study, project: str, *quantities: str, reading: str = "") -> bool:
    """Whether the documents give all of the quantities of a project (in a reading)."""
    facts = study.table("facts")
    known = facts[(facts["project"] == project) & (facts["reading"].fillna("") == reading)]
    return set(quantities) <= set(known["quantity"])


def _step(before: Fact, after: Fact, kind: str, level: float) -> tuple[object, ...]:
    of, through = (before.low, before.high), (after.low, after.high)
    limits = share_limits(through, of, level) if after.status == "observed" else (np.nan, np.nan)
    return (before.project, kind, before.quantity, after.quantity, *of, *through, after.status,
            after.low / before.high, min(after.high / before.low, 1.0), *limits)


def _stays_of(study: Study, project: str) -> list[Fact]:
    given = [name for name in (*PLANNED_STAYS, *ACTUAL_STAYS) if documents(study, project, name)]
    if not set(given) & set(PLANNED_STAYS) and documents(study, project, LONGEST_STAY):
        given.append(LONGEST_STAY)
    return [fact(study, project, name) for name in given]


def _decided(count: Fact, share: float, level: float) -> tuple[float, float]:
    """The largest n with which the share is surely exceeded, the smallest with which it is surely missed."""
    most = int(3 * (count.high + 10) / share)  # far beyond where the upper limit falls below the share
    n = np.arange(max(count.high, 1), most)
    lower = proportion_confint(np.minimum(count.low, n), n, alpha=1 - level, method="beta")[0]
    upper = proportion_confint(np.minimum(count.high, n), n, alpha=1 - level, method="beta")[1]
    above, below = n[lower > share], n[upper < share]
    return float(above.max()) if len(above) else np.nan, float(below.min())
