"""What the documented counts alone say about staying: shares with exact limits, and what stays undecided."""

from __future__ import annotations

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import fact
from rehapro_analysis.study.reading import Study

COLUMNS = ["project", "question", "month", "count_low", "count_high", "of", "share_low", "share_high", "lower", "upper",
           "assumption"]
MONTH_OF_RUNNING_CYCLE = (6.5, 7.5)  # begun some day in November 2021, reported in mid-June 2022
EARLIER_CYCLES = 2  # the third was running
IF_REACHED = (32, 50, 100)  # people of Halle who may have reached their planned end; no document tells


def documented_retention(study: Study, *, level: float = 0.95) -> Result:
    """The share of people who stayed, or have left, as far as documented counts tell, with exact limits.

    An observed count x of n has Clopper-Pearson limits; a range of counts has the outermost ones. Rows
    that need a number which no document gives carry it as an assumption ("if ... had reached the planned end").

    ``table``: project, question, month (since entry, as text), count_low, count_high, of, share_low,
    share_high, lower, upper, assumption.

    Caution: limits treat people as independent. Counts to date mix people who entered long ago with
    people who entered last week; such a share is no retention at any month.
    """
    rows = [*_cycles(study), *_leipzig(study), *_halle(study)]
    table = pd.DataFrame([_with_limits(*row, level) for row in rows], columns=COLUMNS)
    return Result(table, f"documented staying and leaving, {100 * level:g} % Clopper-Pearson limits",
                  ("Observed people are treated as independent of one another.",
                   "Where a row says \"if\", the denominator is assumed and only the count is documented."),
                  len(table), study.origin("facts"), ("count_low", "count_high", "of"), shares=("lower", "upper"),
                  counted="rows")


def _cycles(study: Study) -> list[tuple]:
    """PaN: the running cycle, an earlier one, and both earlier ones together."""
    places = fact(study, "PaN", "places_per_cycle")
    running, completed = (fact(study, "PaN", name) for name in ("remaining_current_cycle", "completed_earlier_cycles"))
    length = f"{fact(study, 'PaN', 'cycle_length').low:g}"
    month = "{:g} to {:g}".format(*MONTH_OF_RUNNING_CYCLE)
    return [
        ("PaN", "still there in the running cycle", month, running.low, running.high, places.low,
         "Everybody entered when the cycle began, in November 2021."),
        ("PaN", "there to the end of an earlier cycle", length, completed.low, completed.high, places.low,
         "The count is called approximate in the text."),
        ("PaN", "there to the end of both earlier cycles", length, EARLIER_CYCLES * completed.low,
         EARLIER_CYCLES * completed.high, EARLIER_CYCLES * places.low, "The count holds for each earlier cycle."),
    ]


def _leipzig(study: Study) -> list[tuple]:
    """Sanus LE: people gone by the reporting day, whenever they came."""
    entered, gone = (fact(study, "SanusLE", name) for name in ("participants_entered", "exits_to_date"))
    return [("SanusLE", "have left by the reporting day", "any", gone.low, gone.high, entered.low,
             "Exits of every kind, good and bad. The share that will have left in the end is at least this.")]


def _halle(study: Study) -> list[tuple]:
    """GehVor: stays beyond the planned end, for assumed numbers who reached it."""
    beyond = fact(study, "GehVor", "extensions_beyond_plan")
    length = f"beyond {fact(study, 'GehVor', 'planned_stay').low:g}"
    return [("GehVor", f"stayed beyond the plan, if {n} had reached the planned end", length, beyond.low, beyond.high,
             n, "How many reached the planned end is not documented; without it the share cannot be decided.")
            for n in IF_REACHED]


def _with_limits(project: str, question: str, month: str, low: float, high: float, of: float, assumption: str,
                 level: float) -> tuple:
    lower = proportion_confint(low, of, alpha=1 - level, method="beta")[0]
    upper = proportion_confint(high, of, alpha=1 - level, method="beta")[1]
    return (project, question, month, int(low), int(high), int(of), low / of, high / of, float(lower), float(upper),
            assumption)
