"""The minimum data request: what each project has recorded of each indicator, against what a comparison needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import KNOWN, Comparison, comparison
from rehapro_analysis.indicators.measures.definitions import Indicator, indicator_definition
from rehapro_analysis.indicators.measures.values import COLUMNS, due, indicator_values, observed
from rehapro_analysis.indicators.verdict.evaluable import REQUIREMENTS, TWO_COACHES, Requirements
from rehapro_analysis.indicators.verdict.findings import smallest
from rehapro_analysis.numerals import number, percent
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

FEWEST = 10  # people below whom a count is not shown
CASE_MIX = 5  # columns of the case mix that are asked for
UNITS = {"binary": "share", "metric": "points", "ordinal": "share of the rank order", "count": "per person",
         "time": "log rate"}
FILLED = 0.8  # share of people for whom a column must be filled to count as recorded
_TEXT = {
    "de": {"none": "keine Werte", "few": "weniger als {} Werte", "n": "{} Werte", "missing": "{} fehlen",
           "coaches": "Coaches unbekannt", "one": "weniger als zwei Coaches", "case_mix": "{} von {} Merkmalen",
           "have": "vorhanden: {}.", "need": "Nötig: {}.", "enough": "Es reicht.",
           "want": "etwa {} Personen je Projekt",
           "answers": "Werte bei mehr als {} der Personen", "who": "Coach (Pseudonym) je Person",
           "two": "zwei Coaches", "mix": "{} Merkmale der Personen", "least": "mindestens {} Personen",
           "unnamed": "ein vereinbarter bedeutsamer Unterschied", "projects": "Werte aus mindestens {} Projekten"},
    "en": {"none": "no values", "few": "fewer than {} values", "n": "{} values", "missing": "{} missing",
           "coaches": "coaches unknown", "one": "fewer than two coaches", "case_mix": "{} of {} features",
           "have": "there are {}.", "need": "Needed: {}.", "enough": "It is enough.",
           "want": "about {} people a project",
           "answers": "values of more than {} of the people", "who": "each person's coach (pseudonym)",
           "two": "two coaches", "mix": "{} features of the people", "least": "at least {} people",
           "unnamed": "a relevant difference that is agreed", "projects": "values from at least {} projects"},
}
SAID = ("A value that was not due is not missing; a person's first participation counts.",
        "n_needed finds a spread as large as the relevant difference (first step of Holm, power 0.8, coaches growing "
        "with the people), in closed form, which flatters; `needed_persons` simulates.",
        "Needed of every project beside the values: entries and exits by day, the coach as a pseudonym, why a value is "
        "missing, and five or six features of the people (case mix).")


@dataclass(frozen=True)
class Recorded:
    """What one project has recorded of one indicator."""

    n: int
    due: int
    coaches: int
    coaches_known: bool
    case_mix: tuple[str, ...]

    @property
    def missing_share(self) -> float:
        """The share of values due that are missing; nan where none was due."""
        return 1 - self.n / self.due if self.due else float("nan")

    def shown(self, least: int) -> bool:
        """Whether neither those with a value nor those without are so few that they could be known."""
        return all(count == 0 or count >= least for count in (self.n, self.due - self.n))


def data_request(study: Study, indicators: Sequence[str] | None = None, *, least: int = FEWEST,
                 requirements: Requirements = REQUIREMENTS, lock: str | None = None) -> Result:
    """For every project and indicator what exists and what is needed, before anything is analysed.

    ``table``: indicator, label_de, label_en, project, n (people with a value), missing_share, coaches,
    coaches_known, case_mix (columns filled for at least 80 % of the people due, joined with commas), n_needed (people a
    project), smallest_gap (between best and worst, that the numbers of all projects could show; both nan where
    nothing can be estimated or no difference is agreed), unit, enough, sentence_de, sentence_en.

    n is empty below ``least`` people, missing_share also where fewer than that lack a value (0 stays), the number
    of coaches below three. Left out are indicators of the project level, which have no values of people, and projects
    whose aim an indicator explicitly is not. Raises
    :class:`StudyError` for tables that an indicator's rule needs, and if no indicator of persons is named.
    """
    names = list(study.table("indicators")["indicator"]) if indicators is None else list(indicators)
    found = [one for one in (indicator_definition(study, name) for name in names) if one.level == "participant"]
    if not found:
        raise StudyError.of("No indicator of persons is named.", "Name indicators of the level participant.")
    projects = [str(name) for name in study.table("projects")["project"]]
    family = pd.Series([one.confirmatory for one in found]).value_counts()
    rows = [row for one in found for row in _rows(indicator_values(study, one, lock=lock), one, projects,
                                                  int(family[one.confirmatory]), least, requirements)]
    origin = study.origin("episodes", "indicators")
    return Result(pd.DataFrame(rows), "minimum data request", SAID, len(rows), origin, ("n", "coaches"),
                  counted="rows")


def _rows(frame: pd.DataFrame, one: Indicator, projects: Sequence[str], family: int, least: int,
          need: Requirements) -> list[dict[str, object]]:
    compared = comparison(frame, one, least=need.persons)
    gap, needed = _reach(compared, family)
    asked = [name for name in projects if name not in one.not_an_aim]
    return [_row(name, _recorded(frame[frame["project"].astype(str) == name]), one, gap, needed, least, need)
            for name in asked]


def _reach(one: Comparison, family: int) -> tuple[float, float]:
    """The smallest gap that could be shown, and the people a project that the relevant one would need."""
    usable = len(one.projects) > 2 and one.people["value"].nunique() > 1 and one.estimates.spread.usable
    found = smallest(one, family, usable=usable)
    return found["smallest_gap"], float(np.ceil(found["times_needed"] * one.n.mean())) if usable else np.nan


def _recorded(people: pd.DataFrame) -> Recorded:
    population = due(people)
    with_value = observed(population)
    coach = with_value["coach"]
    extra = [name for name in people if name not in COLUMNS]
    filled = tuple(name for name in extra if len(population) and population[name].notna().mean() >= FILLED)
    return Recorded(len(with_value), len(population), coach.nunique(),
                    bool(len(coach)) and bool(coach.notna().mean() >= KNOWN), filled)


def _row(project: str, here: Recorded, one: Indicator, gap: float, needed: float, least: int,
         need: Requirements) -> dict[str, object]:
    said = {language: _sentence(project, here, one, needed, least, need, language) for language in _TEXT}
    return {"indicator": one.indicator, "label_de": one.label_de, "label_en": one.label_en, "project": project,
            "n": here.n if here.n == 0 or here.n >= least else np.nan,
            "missing_share": here.missing_share if here.shown(least) else np.nan,
            "coaches": here.coaches if here.coaches_known and here.coaches > TWO_COACHES else np.nan,
            "coaches_known": here.coaches_known, "case_mix": ", ".join(here.case_mix), "n_needed": needed,
            "smallest_gap": gap, "unit": UNITS[one.scale],
            "enough": not list(_wanted(here, one, needed, need, "en")),
            **{f"sentence_{language}": text for language, text in said.items()}}


def _sentence(project: str, here: Recorded, one: Indicator, needed: float, least: int, need: Requirements,
              language: str) -> str:
    text, wanted = _TEXT[language], list(_wanted(here, one, needed, need, language))
    quoted = f"„{one.label_de}“" if language == "de" else f"“{one.label_en}”"
    have = text["have"].format("; ".join(_present(here, one, least, language)))
    return f"{project}, {quoted}: {have} " + (text["need"].format("; ".join(wanted)) if wanted else text["enough"])


def _present(here: Recorded, one: Indicator, least: int, language: str) -> Iterator[str]:
    text = _TEXT[language]
    yield (text["none"] if here.n == 0 else text["few"].format(least) if here.n < least
           else text["n"].format(number(here.n, language)))
    if here.n and here.shown(least):
        yield text["missing"].format(percent(here.missing_share, language))
    if here.n and coached(one) and not here.coaches_known:
        yield text["coaches"]
    elif here.n and coached(one) and here.coaches < TWO_COACHES:
        yield text["one"]
    if here.n:
        yield text["case_mix"].format(min(len(here.case_mix), CASE_MIX), CASE_MIX)


def _wanted(here: Recorded, one: Indicator, needed: float, need: Requirements, language: str) -> Iterator[str]:
    """What is missing for a comparison, and for one that could show the relevant difference."""
    text = _TEXT[language]
    if one.relevant_difference is None:
        yield text["unnamed"]
    elif np.isnan(needed):
        yield text["projects"].format(need.projects)
    if here.n < needed:
        yield text["want"].format(number(_rounded_up(needed), language))
    elif here.n < need.persons:
        yield text["least"].format(need.persons)
    if here.n and here.missing_share >= need.missing:
        yield text["answers"].format(percent(1 - need.missing, language))
    if not here.coaches_known and coached(one):
        yield text["who"]
    elif here.coaches < TWO_COACHES and coached(one):
        yield text["two"]
    if len(here.case_mix) < CASE_MIX:
        yield text["mix"].format(CASE_MIX)


def coached(one: Indicator) -> bool:
    """Whether people have a coach when the value comes about: nobody has before the start."""
    return one.rule != "entry after referral"


def _rounded_up(people: float) -> float:
    """To two digits, since the third would be a guess.

    >>> _rounded_up(892.0), _rounded_up(34.0)
    (900.0, 34.0)
    """
    step = 10 ** max(0, len(str(int(people))) - 2)
    return float(np.ceil(people / step) * step)
