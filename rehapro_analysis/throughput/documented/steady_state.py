"""Little's law on documented numbers: places, stays and waiting lists, if the projects had been steady."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import Fact, fact
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.documented.documented import LONGEST_STAY, documents, together
from rehapro_analysis.throughput.documented.wording import Statement, percent_span, span, statement_table
from rehapro_analysis.throughput.forecasts.periods import funded_months

TARGETS = ("target_participants", "planned_participants")
PLACES = ("participants_current", "places_concurrent")
EVEN = "The target is spread evenly over the funded months."
WAIT_AT_MOST = 12.0  # months: the break-even asks what it takes to wait no longer than a year
ROUND_PLACES = 100.0


def steady_state_statements(study: Study) -> Result:
    """Little's law, stock = entries per month x months of stay, on every documented situation that allows it.

    ``table``: project, question, answer (a sentence), low, high, unit, lower and upper (empty: nothing
    here is a sample), assumption. Intervals of the documents are carried through: every end of every
    interval is used where it makes the answer extreme.

    Caution: the law needs a stationary project. None of the twelve was one; each row says what
    would follow if it had been, and names what it takes for granted.

    Source: Little 1961, Operations Research 9:383.
    """
    rows = [*waiting_statements(study), *places_statements(study)]
    return Result(statement_table(rows), "steady-state arithmetic (Little's law)",
                  ("Stationary flow: entries equal exits and the stay does not change over time.",),
                  len(rows), study.origin("facts"))


def waiting_statements(study: Study) -> list[Statement]:
    """How long the last on each documented waiting list waits, and what would shorten it."""
    waiting = [one for (one,) in together(study, "waiting_list")]
    return [row for one in waiting for row in (*_waits(study, one), *_wait_at_target_pace(study, one),
                                               _starts_needed(one))]


def places_statements(study: Study) -> list[Statement]:
    """What targets and stays ask of places, what a longer stay costs, and how many staff a caseload takes."""
    return [*_at_once(study), *_longer_stay(study), *_longest_affordable_stay(study), *_in_use(study),
            *_turnover(study), *_borrowed_stay(study), *_staff(study)]


def _waits(study: Study, waiting: Fact) -> list[Statement]:
    project = waiting.project
    if not documents(study, project, "planned_stay"):
        return [Statement(project=project, question="wait of the last on the list", low=np.nan, high=np.nan,
                          unit="months", answer="Cannot be decided: no document gives the stay or the starts a month.",
                          assumption="None: a list without a turnover has no waiting time.")]
    stay, rows = fact(study, project, "planned_stay"), []
    for name in (name for name in PLACES if documents(study, project, name)):
        places = fact(study, project, name)
        low, high = waiting.low * stay.low / places.high, waiting.high * stay.high / places.low
        rows.append(Statement(
            project=project, question=f"wait of the last on the list, {span(places.low, places.high)} places in use",
            low=low, high=high, unit="months", answer=f"The last on the list would wait {span(low, high, 'months')}.",
            assumption=f"Everyone stays the planned {span(stay.low, stay.high, 'months')}, nobody gives up waiting, "
                       "and places refill at once; longer stays make it longer."))
    return rows


def _wait_at_target_pace(study: Study, waiting: Fact) -> list[Statement]:
    target = _target(study, waiting.project)
    if target is None:
        return []
    months = funded_months(study, waiting.project)
    low, high = waiting.low * months / target.high, waiting.high * months / target.low
    return [Statement(project=waiting.project, question="wait of the last on the list at the pace of the target",
                      low=low, high=high, unit="months",
                      answer="If people start at the pace the target asks for, the last waits "
                             f"{span(low, high, 'months')}.",
                      assumption=f"{EVEN} Nobody gives up waiting.")]


def _starts_needed(waiting: Fact) -> Statement:
    low, high = waiting.low / WAIT_AT_MOST, waiting.high / WAIT_AT_MOST
    return Statement(
        project=waiting.project, question="starts a month with which nobody on the list waits longer than a year",
        low=low, high=high, unit="per month",
        answer=f"It takes {span(low, high)} starts a month for the last on the list to begin within a year.",
        assumption="Break-even: holds whatever the stay; nobody gives up waiting.")


def _at_once(study: Study) -> list[Statement]:
    rows = []
    for project in study.table("projects")["project"]:
        target, stay = _target(study, project), _planned_stay(study, project)
        if target and stay:
            months = funded_months(study, project)
            low, high = target.low * stay.low / months, target.high * stay.high / months
            told = "the longest stay provided for" if stay.quantity == LONGEST_STAY else "the planned stay"
            rows.append(Statement(
                project=project, question="people in the project at once for the target, stay as planned", low=low,
                high=high, unit="persons",
                answer=f"For {span(target.low, target.high)} people in {span(months, months, 'months')}, "
                       f"{span(low, high)} have to be in the project at once.",
                assumption=f"{EVEN} Everyone stays {told}, {span(stay.low, stay.high, 'months')}."))
    return rows


def _longer_stay(study: Study) -> list[Statement]:
    rows = []
    for planned, actual in together(study, "planned_stay", "actual_stay"):
        target, months = _target(study, planned.project), funded_months(study, planned.project)
        if target is None:
            continue
        at_once = target.low / months * actual.low, target.high / months * actual.high
        through = target.low * planned.low / actual.high, target.high * planned.high / actual.low
        rows += [
            Statement(project=planned.project, question="people at once for the same target, stay as it was",
                      low=at_once[0], high=at_once[1], unit="persons",
                      answer=f"With the actual stay the same target takes {span(*at_once)} people at once.",
                      assumption="Entries as planned, the usual actual stay for all."),
            Statement(project=planned.project,
                      question="people who get through with the planned places, stay as it was",
                      low=through[0], high=through[1], unit="persons",
                      answer=f"With the places the plan needed, {span(*through)} of "
                             f"{span(target.low, target.high)} people get through.",
                      assumption="The number of places is what the plan needed, and it is always full."),
        ]
    return rows


def _longest_affordable_stay(study: Study) -> list[Statement]:
    rows = []
    for (places,) in together(study, "places_concurrent"):
        if target := _target(study, places.project):
            months = funded_months(study, places.project)
            low, high = places.low * months / target.high, places.high * months / target.low
            rows.append(Statement(
                project=places.project, question="mean stay up to which the target fits the planned places", low=low,
                high=high, unit="months",
                answer=f"The planned places carry the target as long as people stay {span(low, high, 'months')} on "
                       "average at most.",
                assumption=f"Break-even. {EVEN} All places full."))
    return rows


def _in_use(study: Study) -> list[Statement]:
    rows = []
    for people, places in together(study, "participants_current", "places_concurrent"):
        low, high = people.low / places.high, people.high / places.low
        rows.append(Statement(
            project=people.project, question="planned places in use", low=low, high=high, unit="share",
            answer=f"{span(people.low, people.high)} people are in {span(places.low, places.high)} planned places: "
                   f"{percent_span(low, high)}.",
            assumption="Both numbers speak of the same time."))
    return rows


def _turnover(study: Study) -> list[Statement]:
    rows = []
    for (stay,) in together(study, "mean_stay"):
        low, high = 12 * ROUND_PLACES / stay.high, 12 * ROUND_PLACES / stay.low
        known = _planned_stay(study, stay.project)
        told = "" if known else " How many fewer than planned cannot be decided: no planned stay is documented."
        rows.append(Statement(
            project=stay.project, question="entries a year per 100 places at the actual stay", low=low, high=high,
            unit="persons", answer=f"A hundred places let {span(low, high)} people in a year.{told}",
            assumption="All places are full, and everyone stays the mean stay."))
    return rows


def _borrowed_stay(study: Study) -> list[Statement]:
    rows = []
    for (planned,) in together(study, "planned_throughflow"):
        for plan, actual in together(study, "planned_stay", "actual_stay"):
            low, high = planned.low * plan.low / actual.high, planned.high * plan.high / actual.low
            rows.append(Statement(
                project=planned.project, question=f"throughflow if stays lengthened as in {plan.project}", low=low,
                high=high, unit="persons",
                answer=f"If stays lengthened as in {plan.project}, the same places would let {span(low, high)} instead "
                       f"of {span(planned.low, planned.high)} through; how much they did lengthen is not documented.",
                assumption="Same places, always full; the lengthening is borrowed from another project."))
    return rows


def _staff(study: Study) -> list[Statement]:
    rows = []
    for per_staff, people in together(study, "participants_per_staff", "participants_current"):
        low, high = people.low / per_staff.high, people.high / per_staff.low
        rows.append(Statement(
            project=people.project, question="staff for those there now, at the stated caseload", low=low, high=high,
            unit="full-time staff", answer=f"Those there now take {span(low, high)} full-time members of staff.",
            assumption="The caseload counts full-time staff."))
    return rows


def _target(study: Study, project: str) -> Fact | None:
    """The target in persons, where the funded time is documented too."""
    if np.isnan(funded_months(study, project)):
        return None
    return next((fact(study, project, name) for name in TARGETS if documents(study, project, name)), None)


def _planned_stay(study: Study, project: str) -> Fact | None:
    return next((fact(study, project, name) for name in ("planned_stay", LONGEST_STAY)
                 if documents(study, project, name)), None)
