"""What the documented counts alone say about throughput: funnels, stays, steady-state arithmetic."""

from __future__ import annotations

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import Fact, fact
from rehapro_analysis.study.reading import Study

# A step of a funnel: project, quantity at the start, quantity that came through.
STEPS = (
    ("Euregio", "planned_inflow", "planned_throughflow"),
    ("Euregio", "planned_throughflow", "planned_outflow"),
    ("AktiVoReha", "planned_case_analyses", "planned_participants"),
    ("SanusLE", "clients_supported", "participants_entered"),
    ("SanusLE", "participants_entered", "exits_to_date"),
    ("PaN", "places_per_cycle", "completed_earlier_cycles"),
    ("PaN", "places_per_cycle", "remaining_current_cycle"),
)

STAYS = (
    ("GesA", "planned_stay"), ("GesA", "actual_stay"), ("PaN", "cycle_length"), ("GehVor", "planned_stay"),
    ("SegelSetzen", "mean_stay"), ("AktiVoReha", "planned_stay"), ("GECKO", "stay_max"),
)


def documented_funnels(study: Study, *, level: float = 0.95) -> Result:
    """The share that came through each documented step, with limits only where it was observed.

    A plan has no sampling error, so its share stands without limits. An observed share x/n has
    Clopper-Pearson limits; where the text gives a range for x or n, the limits are the outermost
    ones of all admissible pairs.

    ``table``: project, step_from, step_to, the counts as intervals (from_low, from_high, to_low,
    to_high), status, share_low, share_high, lower, upper (of the limits; empty for plans).

    Caution: limits treat people as independent draws. A running cycle and a count of exits to
    date are shares so far, not final ones.
    """
    rows = [
        _step(fact(study, project, before), fact(study, project, after), level)
        for project, before, after in STEPS
    ]
    table = pd.DataFrame(rows)
    return Result(
        table, f"documented funnels, {level:.0%} Clopper-Pearson limits where observed",
        ("Plans carry no limits: they are intentions, not samples.",
         "Observed people are treated as independent of one another.",
         "Shares of running cycles and of exits to date are shares so far."),
        len(table), study.origin("facts"), cells=("from_low", "from_high", "to_low", "to_high"),
    )


def documented_stays(study: Study) -> Result:
    """Planned and actual stay in months, as intervals, with the place where each number stands."""
    facts = [fact(study, project, quantity) for project, quantity in STAYS]
    table = pd.DataFrame([
        {"project": one.project, "quantity": one.quantity, "low": one.low, "high": one.high,
         "unit": one.unit, "status": one.status, "locator": one.locator}
        for one in facts
    ])
    return Result(table, "documented stay", ("Averages, rules and upper limits are not the same thing; "
                  "the quantity says which it is.",), len(table), study.origin("facts"))


def steady_state_statements(study: Study) -> Result:
    """Little's law, stock = entries per month x months of stay, on four documented situations.

    ``table``: project, question, answer (in words), low, high, unit, assumption. Intervals of
    the documents are carried through: every end of every interval is used where it makes the
    answer extreme.

    Caution: the law needs a stationary project. None of the twelve was one; each row says what
    would follow if it had been, and names what it takes for granted.

    Source: Little 1961, Operations Research 9:383.
    """
    rows = [*_waiting_in_halle(study), *_longer_stay_of_gesa(study), _turnover_in_koeln(study),
            _occupancy_of_aktivoreha(study)]
    table = pd.DataFrame(rows, columns=["project", "question", "low", "high", "unit", "assumption"])
    table.insert(2, "answer", [_answer(*row) for row in table[["low", "high", "unit"]].itertuples(index=False)])
    return Result(table, "steady-state arithmetic (Little's law)",
                  ("Stationary flow: entries equal exits and the stay does not change over time.",),
                  len(table), study.origin("facts"))


def _step(before: Fact, after: Fact, level: float) -> dict[str, object]:
    lower, upper = _limits(before, after, level) if after.status == "observed" else (None, None)
    return {
        "project": before.project, "step_from": before.quantity, "step_to": after.quantity,
        "from_low": before.low, "from_high": before.high, "to_low": after.low, "to_high": after.high,
        "status": after.status, "share_low": after.low / before.high, "share_high": after.high / before.low,
        "lower": lower, "upper": upper,
    }


def _limits(before: Fact, after: Fact, level: float) -> tuple[float, float]:
    lowest = proportion_confint(after.low, before.high, alpha=1 - level, method="beta")[0]
    highest = proportion_confint(after.high, before.low, alpha=1 - level, method="beta")[1]
    return float(lowest), float(highest)


def _waiting_in_halle(study: Study) -> list[tuple[object, ...]]:
    waiting, stay = fact(study, "GehVor", "waiting_list"), fact(study, "GehVor", "planned_stay")
    rows = []
    for places in (fact(study, "GehVor", "participants_current"), fact(study, "GehVor", "places_concurrent")):
        shortest, longest = waiting.low * stay.low / places.high, waiting.high * stay.high / places.low
        count = f"{places.low:.0f}" if places.exact else f"{places.low:.0f} to {places.high:.0f}"
        rows.append(("GehVor", f"wait of the last on the list, {count} places in use", shortest, longest, "months",
                     "Everyone stays the planned 12 months, nobody gives up waiting, and places refill at once; "
                     "ten documented extensions make it longer."))
    return rows


def _longer_stay_of_gesa(study: Study) -> list[tuple[object, ...]]:
    planned, actual = fact(study, "GesA", "planned_stay"), fact(study, "GesA", "actual_stay")
    target, months = fact(study, "GesA", "target_participants"), _months(study, "GesA")
    places = target.low / months * planned.low
    return [
        ("GesA", "people in the project at once for the target, stay as planned", places, places, "persons",
         "The target is spread evenly over the funded months."),
        ("GesA", "people at once for the same target, stay as it was", target.low / months * actual.low,
         target.high / months * actual.high, "persons", "Entries as planned, the usual actual stay for all."),
        ("GesA", "people who get through with the planned places, stay as it was",
         target.low * planned.low / actual.high, target.high * planned.high / actual.low, "persons",
         "The number of places is what the plan needed, and it is always full."),
    ]


def _turnover_in_koeln(study: Study) -> tuple[object, ...]:
    stay = fact(study, "SegelSetzen", "mean_stay")
    return ("SegelSetzen", "entries a year per 100 places at the actual stay", 1200 / stay.high, 1200 / stay.low,
            "persons", "All places full. How many fewer than planned cannot be decided: no planned stay is documented.")


def _occupancy_of_aktivoreha(study: Study) -> tuple[object, ...]:
    people, stay = fact(study, "AktiVoReha", "planned_participants"), fact(study, "AktiVoReha", "planned_stay")
    months = _months(study, "AktiVoReha")
    return ("AktiVoReha", "average number in intensive support over the funded time",
            people.low * stay.low / months, people.high * stay.high / months, "persons",
            "Everyone enters and leaves within the funded time and stays the six months; aftercare not counted.")


def _answer(low: float, high: float, unit: str) -> str:
    return f"{low:.0f} {unit}" if f"{low:.0f}" == f"{high:.0f}" else f"{low:.0f} to {high:.0f} {unit}"


def _months(study: Study, project: str) -> float:
    projects = study.table("projects").set_index("project")
    start, end = projects.loc[project, "start"], projects.loc[project, "end"] + pd.Timedelta(days=1)
    return float((end.year - start.year) * 12 + end.month - start.month)
