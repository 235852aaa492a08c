"""The words of staying and leaving in German and in English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from rehapro_analysis.figures.german import NARROW, interval, number, percent
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result

Texts = Mapping[str, str]

STAYING = "in programme"
OTHER = "other"

_WORDS = {
    STAYING: ("noch da", "still there"),
    "completed": ("regulär beendet", "completed"),
    "employment": ("in Arbeit", "into work"),
    "dropout": ("abgebrochen", "dropped out"),
    "transfer": ("übergeleitet", "transferred"),
    "withdrawn": ("zurückgezogen", "withdrawn"),
    OTHER: ("Übriges", "other"),
    "unknown": ("unbekannt", "unknown"),
    "event": ("ausgeschieden", "left"),
    "before": ("vor der Pandemie", "before the pandemic"),
    "during": ("in der Pandemie", "during the pandemic"),
    "after": ("nach der Pandemie", "after the pandemic"),
    "age": ("Alter, je Jahr", "age, per year"),
    "age_decades": ("Alter, je 10 Jahre", "age, per 10 years"),
    "sex": ("Geschlecht", "sex"),
    "female": ("weiblich", "female"),
    "male": ("männlich", "male"),
    "diverse": ("divers", "diverse"),
    "education": ("Bildung", "education"),
    "none": ("ohne Abschluss", "none"),
    "vocational": ("Berufsabschluss", "vocational"),
    "academic": ("Hochschule", "academic"),
    "years_unemployed": ("Arbeitslosigkeit, je Jahr", "unemployment, per year"),
    "severity": ("Schwere, je Standardabweichung", "severity, per standard deviation"),
    "period": ("Zeit", "time"),
    "outside": ("außerhalb der Pandemie", "outside the pandemic"),
    "project": ("Projekt", "project"),
    "waiting": ("Warten", "waiting"),
    "orientation": ("Orientierung", "orientation"),
    "assessment": ("Klärung", "assessment"),
    "support": ("Begleitung", "support"),
    "transition": ("Übergang", "transition"),
    "modules": ("Module", "modules"),
    "practice": ("Praxis", "practice"),
    "coaching": ("Coaching", "coaching"),
    "profiling": ("Profiling", "profiling"),
    "implementation": ("Umsetzung", "implementation"),
    "stabilisation": ("Stabilisierung", "stabilisation"),
    "aftercare": ("Nachbetreuung", "aftercare"),
    "case analysis": ("Fallanalyse", "case analysis"),
    "intensive support": ("Intensivbegleitung", "intensive support"),
    "phase 2": ("Phase 2", "phase 2"),
    "phase 3": ("Phase 3", "phase 3"),
    "screening": ("Screening", "screening"),
    "job coaching": ("Jobcoaching", "job coaching"),
    "censored": ("noch dort", "still there"),
}
_CLOCKS = {
    "months": {"de": "Monate seit dem Eintritt", "en": "months since entry"},
    "days": {"de": "Tage seit dem Eintritt", "en": "days since entry"},
}


def word(value: object, language: str) -> str:
    """The word for a cause, a phase, a period or a covariate; any other value stays as it is written.

    >>> word("dropout", "de"), word("GesA", "de")
    ('abgebrochen', 'GesA')
    """
    known = _WORDS.get(str(value))
    return str(value) if known is None else known[LANGUAGES.index(language)]


def group_name(values: Sequence[object], language: str) -> str:
    """The name of a group; without any grouping column: everybody."""
    if not len(values):
        return {"de": "alle", "en": "everybody"}[language]
    return " / ".join(word(value, language) for value in values)


def clock(unit: str, language: str) -> str:
    """The label of the time axis."""
    return _CLOCKS.get(unit, {language: unit})[language]


def after(time: float, unit: str, language: str) -> str:
    """Words for a time: ``nach 12 Monaten``.

    >>> after(12, "months", "de"), after(90, "days", "en")
    ('nach 12 Monaten', 'after 90 days')
    """
    named = {"months": ("Monaten", "months"), "days": ("Tagen", "days")}.get(unit, (unit, unit))
    return f"{'nach' if language == 'de' else 'after'} {number(time, language)} {named[LANGUAGES.index(language)]}"


def size(result: Result, language: str) -> str:
    """How many are behind a result, held together: ``n = 1.744``."""
    return f"n{NARROW}={NARROW}{number(result.n, language)}"


def with_limits(row: pd.Series | object, language: str) -> str:
    """A share with its limits, where it has any: ``78 % (70 % bis 84 %)``."""
    if pd.isna(row.lower):
        return percent(row.estimate, language)
    to = " bis " if language == "de" else " to "
    return f"{percent(row.estimate, language)} ({percent(row.lower, language)}{to}{percent(row.upper, language)})"


def ratio(row: pd.Series | object, language: str) -> str:
    """A ratio with its limits: ``1,25 (1,10–1,42)``."""
    return (f"{number(row.hazard_ratio, language, 2)} "
            f"({interval(row.lower, row.upper, language, 2)})")


def term(row: pd.Series | object, language: str) -> str:
    """What a ratio compares: a unit more of a number, or a level with its reference."""
    if pd.isna(row.reference):
        return word(row.covariate, language)
    against = "statt" if language == "de" else "rather than"
    return (f"{word(row.covariate, language)}: {word(row.level, language)}\n"
            f"{against} {word(row.reference, language)}")


def level(result: Result, language: str) -> str:
    """The level that the method of a result names: ``95-%`` in German, ``95%`` in English."""
    found = re.search(r"([\d.]+) ?%", result.method)
    if found is None:
        raise ValueError(f"The method {result.method!r} names no level: take the result as the analysis gave it.")
    return f"{found.group(1).replace('.', ',')}-%" if language == "de" else f"{found.group(1)}%"
