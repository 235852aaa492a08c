"""The words of staying and leaving in German and in English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from rehapro_analysis.figures.german import NARROW, interval, number, percent
from rehapro_analysis.figures.small_cells import SMALL
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result

Texts = Mapping[str, str]

POINTS = {"de": "Prozentpunkte", "en": "percentage points"}
ONE_POINT = {"de": "Prozentpunkt", "en": "percentage point"}
SHORTER = {"de": "kürzer beobachtet", "en": "watched for less"}
STAYING = "in programme"
OTHER = "other"

_WORDS = {
    STAYING: ("noch da", "still there"),
    "completed": ("regulär beendet", "completed"),
    "employment": ("in Arbeit vermittelt", "into work"),
    "dropout": ("abgebrochen", "dropped out"),
    "transfer": ("übergeleitet", "transferred"),
    "next_phase": ("nächste Phase", "next phase"),
    "withdrawn": ("nicht angetreten", "withdrew"),
    OTHER: ("Sonstiges", "other"),
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
    "academic": ("Hochschulabschluss", "academic"),
    "years_unemployed": ("Arbeitslosigkeit, je Jahr", "unemployment, per year"),
    "severity": ("Beeinträchtigung, je Standardabweichung", "severity, per standard deviation"),
    "period": ("Zeitraum", "period"),
    "outside": ("außerhalb der Pandemie", "outside the pandemic"),
    "project": ("Projekt", "project"),
    "waiting": ("Wartezeit", "waiting"),
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
    "block 1": ("Block 1", "block 1"),
    "block 2": ("Block 2", "block 2"),
    "screening": ("Screening", "screening"),
    "job coaching": ("Jobcoaching", "job coaching"),
    "censored": ("noch da", "still there"),
    "several": ("kleine Gruppen zusammen", "small groups together"),
}
_CLOCKS = {
    "months": {"de": "Monate seit dem Eintritt", "en": "months since entry"},
    "days": {"de": "Tage seit dem Eintritt", "en": "days since entry"},
    "days since the first phase": {"de": "Tage seit Beginn der ersten Phase", "en": "days since the first phase began"},
}
_UNITS = {"months": ("Monaten", "months"), "days": ("Tagen", "days"),
          "days since the first phase": ("Tagen", "days")}
_LEAVING = {
    None: ("Ausscheiden", "leaving"),
    "completed": ("reguläres Ende", "completion"),
    "employment": ("Übergang in Arbeit", "moving into work"),
    "dropout": ("Abbruch", "dropping out"),
    "transfer": ("Überleitung", "transfer"),
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
        return {"de": "alle zusammen", "en": "everybody"}[language]
    return " / ".join(word(value, language) for value in values)


def clock(unit: str, language: str) -> str:
    """The label of the time axis."""
    return _CLOCKS.get(unit, {language: unit})[language]


def after(time: float, unit: str, language: str) -> str:
    """Words for a time: ``nach 12 Monaten``.

    >>> after(12, "months", "de"), after(90, "days", "en")
    ('nach 12 Monaten', 'after 90 days')
    """
    named = _UNITS.get(unit, (unit, unit))
    return f"{'nach' if language == 'de' else 'after'} {number(time, language)} {named[LANGUAGES.index(language)]}"


def leaving(cause: str | None, language: str) -> str:
    """What happens when people leave for a cause; None: for any.

    >>> leaving("dropout", "de"), leaving(None, "en"), leaving("illness", "de")
    ('Abbruch', 'leaving', '„illness“')
    """
    named = _LEAVING.get(cause)
    if named is None:
        return f"„{word(cause, language)}“" if language == "de" else f"“{word(cause, language)}”"
    return named[LANGUAGES.index(language)]


def size(result: Result, language: str) -> str:
    """How many are behind a result, held together: ``n = 1.744``."""
    return f"n{NARROW}={NARROW}{number(result.n, language)}"


def with_limits(row: pd.Series | object, language: str) -> str:
    """A share with its limits, where it has any: ``78 % (70 % bis 84 %)``."""
    if pd.isna(row.lower):
        return percent(row.estimate, language)
    to = " bis " if language == "de" else " to "
    return f"{percent(row.estimate, language)} ({percent(row.lower, language)}{to}{percent(row.upper, language)})"


def points(row: pd.Series | object, language: str) -> str:
    """A difference of shares with its limits: ``21 Prozentpunkte (14 bis 28)``."""
    said = [number(100 * value, language, 0) for value in (row.estimate, row.lower, row.upper)]
    unit = ONE_POINT[language] if abs(round(100 * row.estimate)) == 1 else POINTS[language]
    return "{} {} ({} {} {})".format(said[0], unit, said[1], "bis" if language == "de" else "to", said[2])


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


def joined_steps(result: Result) -> dict[str, str]:
    """What a note says of steps: curves of own people fall only where at least five have moved."""
    if result.origin != "own":
        return {"de": "", "en": ""}
    return {"de": f" Jede Stufe fasst mindestens {SMALL} Personen zusammen: Gleich nach ihr ist der Wert genau, bis "
                  "zur nächsten fehlen Einzelne; nach der letzten endet die Kurve, wenn noch jemand ausschied.",
            "en": f" Every step stands for at least {SMALL} people: right after it the value is exact, until the next "
                  "a few are missing; after the last one the curve ends if anybody else left."}


def joined_areas(result: Result) -> dict[str, str]:
    """What a note says of areas: those of own people change only where at least five have moved."""
    if result.origin != "own":
        return {"de": "", "en": ""}
    return {"de": f" Eine Fläche ändert sich erst, wenn mindestens {SMALL} Personen gewechselt haben; bis dahin fehlen "
                  f"bis zu {2 * SMALL - 1}. Am rechten Rand ist jeder Anteil genau.",
            "en": f" An area changes only when at least {SMALL} people have moved; until then up to {2 * SMALL - 1} "
                  "are missing. At the right edge every share is exact."}


def titled(title: Texts, of: str | None) -> Texts:
    """A title with whom it speaks of."""
    return title if of is None else {language: f"{of}: {text}" for language, text in title.items()}


def sentence(text: str) -> str:
    """A text with a capital first letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."
