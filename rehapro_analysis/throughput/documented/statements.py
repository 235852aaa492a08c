"""Every documented throughput statement as a row: question, number with its interval, assumption, answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice, share_limits
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.documented.documented import (
    LEFT,
    THROUGH,
    break_even_denominators,
    documented_funnels,
    documents,
    together,
)
from rehapro_analysis.throughput.documented.steady_state import places_statements, waiting_statements
from rehapro_analysis.throughput.documented.wording import Statement, percent_floor, percent_span, span, statement_table
from rehapro_analysis.throughput.forecasts.targets import DOCUMENTED_PACE, EVEN_PACE, NO_PACE, target_attainment

TOPICS = ("steps", "stays", "places", "waiting lists", "targets")
INDEPENDENT = "People are independent of one another."


def throughput_statements(study: Study, topic: str | Sequence[str] = TOPICS, *, level: float = 0.95) -> Result:
    """The documents' throughput statements, each with a number, its interval, what it assumes, and an answer.

    ``topic``: one or several of "steps" (who comes through), "stays", "places" (Little's law), "waiting lists",
    "targets". ``low`` to ``high`` is what the documents leave open; ``lower`` and ``upper`` are sampling limits
    and stand only where people were counted. Both are empty where the documents cannot decide.

    ``table``: topic, project, question, answer, low, high, unit, lower, upper, assumption.
    """
    chosen = [topic] if isinstance(topic, str) else list(topic)
    for name in chosen:
        check_choice("topic", name, TOPICS)
    found = {
        "steps": lambda: [*_steps(study, level), *_dropouts(study, level), *_cycles(study), *_plans(study)],
        "stays": lambda: [*_lengthening(study), *_unknown_plan(study), *_extensions(study)],
        "places": lambda: places_statements(study),
        "waiting lists": lambda: waiting_statements(study),
        "targets": lambda: _targets(study, level),
    }
    tables = [statement_table(found[name]()).assign(topic=name) for name in chosen]
    table = pd.concat(tables, ignore_index=True)
    return Result(table[["topic", *table.columns.drop("topic")]], "documented throughput statements",
                  ("An answer holds if its assumption does.", "Plans have no sampling error."),
                  len(table), study.origin("facts"))


def _steps(study: Study, level: float) -> list[Statement]:
    words = study.table("quantities").set_index("quantity")["label_en"]
    rows = []
    for step in documented_funnels(study, level=level).table.itertuples():
        of = span(step.from_low, step.from_high)
        share = f"{span(step.to_low, step.to_high)} of {of} ({percent_span(step.share_low, step.share_high)})"
        if np.isnan(step.lower):
            answer, assumption = f"The plan takes {share} through; nobody was counted.", "A plan is an intention."
        else:
            ending = {THROUGH: "came through", LEFT: "have left so far, for good reasons and bad; it can only become "
                      "more"}.get(step.kind, "are still there; at most these can stay to the end")
            answer = (f"{share} {ending}. The count goes with true shares of "
                      f"{percent_span(step.lower, step.upper)}.")
            assumption = INDEPENDENT
        rows.append(Statement(
            project=step.project, question=f"{words[step.step_from]} → {words[step.step_to]}: what share?",
            answer=answer, low=step.share_low, high=step.share_high, unit="share", lower=step.lower, upper=step.upper,
            assumption=assumption))
    return rows


def _dropouts(study: Study, level: float) -> list[Statement]:
    """Exits that pool good and bad endings: the share of dropouts is known only up to an interval."""
    rows = []
    for entered, gone in together(study, "participants_entered", "exits_to_date"):
        high = gone.high / entered.low
        lower, upper = share_limits((0, gone.high), (entered.low, entered.high), level)
        rows.append(Statement(
            project=entered.project, question="dropouts among those who entered: what share so far?", low=0.0,
            high=high, unit="share", lower=lower, upper=upper,
            answer=f"Anything from {percent_span(0, high)}: exits and dropouts are counted together. One in ten "
                   f"would be {span(entered.low / 10, entered.high / 10)} of the {span(gone.low, gone.high)}.",
            assumption="None but the count; the limits take people as independent."))
    return rows


def _cycles(study: Study) -> list[Statement]:
    """Completions over all cycles: what earlier cycles gave, plus nobody to everybody of the others."""
    rows = []
    told = ("cycles", "places_per_cycle", "completed_earlier_cycles", "remaining_current_cycle", "cycle_started")
    for cycles, places, done, there, running in together(study, *told):
        earlier, later = running.low - 1, cycles.low - running.low
        low, high = earlier * done.low, earlier * done.high + there.high + later * places.high
        planned = cycles.low * places.low
        rows.append(Statement(
            project=cycles.project, question="people to the end of their cycle, all cycles together", low=low,
            high=high, unit="persons",
            answer=f"Between {span(low, high).replace(' to ', ' and ')} of {span(planned, planned)} planned places, "
                   "whatever happens in the cycles that are not over.",
            assumption="The count of an earlier cycle holds for each of them; no place is filled twice."))
    return rows


def _plans(study: Study) -> list[Statement]:
    """Whether plans agree with themselves."""
    rows = []
    for through, out, rate in together(study, "planned_throughflow", "planned_outflow", "target_integration_rate"):
        asked = through.low * rate.low / 100, through.high * rate.high / 100
        low, high = asked[0] - out.high, asked[1] - out.low
        rows.append(Statement(
            project=through.project, question="planned outflow short of the targeted share", low=low, high=high,
            unit="persons", answer=f"The targeted share asks for {span(*asked)}, the plan counts "
                                   f"{span(out.low, out.high)}: {span(low, high)} fewer.",
            assumption="The targeted share is of those who flow through."))
    for whole, part, rest in together(study, "planned_case_analyses", "planned_participants",
                                      "planned_recommendation_only"):
        low, high = whole.low - part.high - rest.high, whole.high - part.low - rest.low
        rows.append(Statement(
            project=whole.project, question="planned cases that neither enter nor get a recommendation", low=low,
            high=high, unit="persons",
            answer="The plan adds up." if low == high == 0 else f"{span(low, high)} planned cases are unaccounted for.",
            assumption="The two parts exclude each other."))
    return rows


def _lengthening(study: Study) -> list[Statement]:
    rows = []
    for planned, actual in together(study, "planned_stay", "actual_stay"):
        low, high = actual.low / planned.high, actual.high / planned.low
        rows.append(Statement(
            project=planned.project, question="actual stay in multiples of the planned one", low=low, high=high,
            unit="times", answer=f"People usually stay {span(actual.low, actual.high, 'months')} instead of "
                                 f"{span(planned.low, planned.high)}: {span(low, high)} times as long.",
            assumption="The usual stay stands for all; it is not a mean."))
    return rows


def _unknown_plan(study: Study) -> list[Statement]:
    return [Statement(
        project=stay.project, question="actual stay in multiples of the planned one", low=np.nan, high=np.nan,
        unit="times",
        answer=f"Cannot be decided: the mean stay is {span(stay.low, stay.high, 'months')}, the planned one is not "
               f"documented. Had it been {span(stay.low / 1.5, stay.high / 1.5, 'months')}, people would stay half as "
               "long again.",
        assumption="None: without the plan there is nothing to compare.") for (stay,) in together(study, "mean_stay")
        if not documents(study, stay.project, "planned_stay")]


def _extensions(study: Study) -> list[Statement]:
    rows = []
    for (beyond,) in together(study, "extensions_beyond_plan"):
        half = break_even_denominators(study, beyond.project, beyond.quantity, shares=(0.5,)).table.iloc[0]
        rows.append(Statement(
            project=beyond.project, question="people at their planned end of whom the extensions would be one half",
            low=half["n_low"], high=half["n_high"], unit="persons", lower=half["above_up_to"] + 1,
            upper=half["below_from"] - 1,
            answer=f"{span(beyond.low, beyond.high)} extensions are one half if {span(half['n_low'], half['n_high'])} "
                   f"people had reached their planned end; clearly more than half if at most "
                   f"{half['above_up_to']:.0f}, clearly fewer if at least {half['below_from']:.0f}. No document tells.",
            assumption=INDEPENDENT))
    return rows


def _targets(study: Study, level: float) -> list[Statement]:
    words = study.table("quantities").set_index("quantity")["label_en"]
    return [
        Statement(project=row.project, question=words[row.target] + (f", reading {row.reading}" if row.reading else ""),
                  answer=_attained(row), low=row.ratio_low, high=row.ratio_high, unit="actual / expected",
                  lower=row.lower, upper=row.upper, assumption=_PACE[row.pace])
        for row in target_attainment(study, level=level).table.replace({"reading": {np.nan: None}}).itertuples()]


_PACE = {
    DOCUMENTED_PACE: "The text itself says what was expected by then; a spoken half is exactly one half.",
    EVEN_PACE: "Entries were to be even over the funded time.",
    NO_PACE: "The funded time is not documented: relative to the whole target.",
}


def _attained(row: object) -> str:
    due = span(row.expected_low, row.expected_high, row.unit, digits=0)
    planned = f"{due} planned in all" if row.pace == NO_PACE else f"{due} due by {row.as_of}"
    if np.isnan(row.actual_low):
        return f"{planned[0].upper()}{planned[1:]}; how many came is not documented."
    if np.isnan(row.actual_high):
        return (f"At least {span(row.actual_low, row.actual_low, digits=0)} of {planned} "
                f"({percent_floor(row.ratio_low)}); those who had left are not counted.")
    share = (f"{span(row.actual_low, row.actual_high, digits=0)} of {planned} "
             f"({percent_span(row.ratio_low, row.ratio_high)})")
    if row.pace == NO_PACE:
        return (f"{share}. On schedule at an even pace only if no more than this share of the funded time had passed "
                f"by {row.as_of}.")
    return f"{share}; the count goes with a true pace of {percent_span(row.lower, row.upper)} of the expected one."
