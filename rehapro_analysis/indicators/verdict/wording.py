"""The sentence of a verdict, in German and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rehapro_analysis import paths
from rehapro_analysis.indicators.measures.definitions import Indicator
from rehapro_analysis.indicators.verdict.gate import Gate
from rehapro_analysis.results import Result

LANGUAGES = ("de", "en")
VERDICTS = {
    "A": {"de": "trennt die Projekte", "en": "separates the projects"},
    "B": {"de": "trennt, aber nicht robust", "en": "separates, but not robustly"},
    "C": {"de": "es gibt Unterschiede; ob sie bedeutsam sind, ist offen",
          "en": "there are differences; whether they matter is open"},
    "D": {"de": "mit diesen Fallzahlen nicht entscheidbar", "en": "cannot be decided with these numbers"},
    "E": {"de": "trennt nicht: Unterschiede kleiner als der bedeutsame",
          "en": "does not separate: differences smaller than the relevant one"},
    "X": {"de": "nicht auswertbar", "en": "cannot be evaluated"},
}
_UNITS = {  # factor, German (nominative), English, German after "mit" (dative)
    "binary": (100, "Prozentpunkte", "percentage points", "Prozentpunkten"),
    "metric": (1, "Punkte", "points", "Punkten"),
    "ordinal": (100, "Prozentränge", "percentile ranks", "Prozenträngen"),
    "count": (1, "je Person", "per person", "je Person"),
    "time": (1, "im Logarithmus der Rate", "in the log of the rate", "im Logarithmus der Rate"),
}
_AGAINST = {
    "exploratory": {"de": "nicht vorab benannt", "en": "not named beforehand"},
    "tipping_icc": {"de": "Coaches unbekannt", "en": "coaches unknown"},
}
_TEXT = {
    "de": {
        "spread": "Zwischen den {projects} Projekten streut „{label}“ mit τ = {tau} {with_unit} "
                  "(95-%-Konfidenzintervall {lower} bis {upper}).",
        "agreed": "Der bedeutsame Unterschied war vorab auf {difference} festgelegt (τ₀ = {threshold}).",
        "unnamed": "Ein bedeutsamer Unterschied ist nicht festgelegt.",
        "result": "Ergebnis: {verdict}{because}.",
        "smallest": "Kleinster mit diesen Fallzahlen nachweisbarer Unterschied zwischen bestem und schlechtestem "
                    "Projekt: {gap}.",
        "needed": "Für den bedeutsamen Unterschied bräuchte es etwa das {times}-Fache der Fälle.",
        "unusable": "„{label}“: nicht auswertbar ({reason}).", "unchecked": "ungeprüft: ", "invented": "Synthetisch: ",
        "infinite": "unbegrenzt", "sd": "Standardabweichungen", "ratio": "das {}-Fache",
    },
    "en": {
        "spread": "Between the {projects} projects “{label}” spreads with τ = {tau} {with_unit} "
                  "(95% confidence interval {lower} to {upper}).",
        "agreed": "The relevant difference was set beforehand at {difference} (τ₀ = {threshold}).",
        "unnamed": "No relevant difference has been set.",
        "result": "Result: {verdict}{because}.",
        "smallest": "Smallest difference between best and worst project that these numbers could show: {gap}.",
        "needed": "The relevant difference would need about {times} times the cases.",
        "unusable": "“{label}”: cannot be evaluated ({reason}).", "unchecked": "unchecked: ", "invented": "Synthetic: ",
        "infinite": "unlimited", "sd": "standard deviations", "ratio": "a factor of {}",
    },
}


def sentence(row: Mapping[str, object], one: Indicator, gates: Sequence[Gate], language: str) -> str:
    """What the numbers of one indicator say; ``row`` is a row of `separation_overview` with ``origin``."""
    text = _TEXT[language]
    start = text["invented"] if row["origin"] == "synthetic" else ""
    if row["verdict"] == "X":
        return start + text["unusable"].format(label=one.label(language), reason=row[f"reason_{language}"])
    factor, german, english, dative = _UNITS[one.scale]
    unit, with_unit = (german, dative) if language == "de" else (english, english)
    shown = {name: _number(factor * row[column], language) for name, column in {
        "tau": "tau", "lower": "tau_lower", "upper": "tau_upper", "threshold": "threshold"}.items()}
    parts = [text["spread"].format(projects=row["projects"], label=one.label(language), with_unit=with_unit,
                                 **shown),
             text["unnamed"] if one.relevant_difference is None else text["agreed"].format(
                 difference=_difference(one, factor, unit, language), threshold=shown["threshold"]),
             text["result"].format(verdict=VERDICTS[row["verdict"]][language], because=_because(row, gates, language)),
             text["smallest"].format(gap=_gap(row["smallest_gap"], one, factor, unit, language))]
    if row["verdict"] in "CD" and row["times_needed"] > 1:
        parts.append(text["needed"].format(times=_number(row["times_needed"], language)))
    return start + " ".join(parts)


def _because(row: Mapping[str, object], gates: Sequence[Gate], language: str) -> str:
    """What keeps a separation from being robust, checks that failed first, unchecked ones last."""
    names = [name for name in row["against"].split(", ") if name]
    labels = {gate.name: getattr(gate, f"label_{language}") for gate in gates}
    labels |= {name: words[language] for name, words in _AGAINST.items()}
    open_names = [name for name in names if name not in _AGAINST and np.isnan(row[name])]
    failed = [labels[name] + _which(name, row) for name in names if name not in open_names]
    unchecked = [_TEXT[language]["unchecked"] + ", ".join(labels[name] for name in open_names)] if open_names else []
    return f" ({'; '.join(failed + unchecked)})" if names else ""


def _which(name: str, row: Mapping[str, object]) -> str:
    return f" ({row['hinges_on']})" if name == "leave_project_out" and row["hinges_on"] else ""


def _difference(one: Indicator, factor: float, unit: str, language: str) -> str:
    text, given = _TEXT[language], one.relevant_difference
    if one.difference_in == "ratio":
        return text["ratio"].format(_number(given, language))
    if one.difference_in == "standard deviations":
        return f"{_number(given, language)} {text['sd']}"
    return f"{_number(factor * given, language)} {unit}"


def _gap(gap: float, one: Indicator, factor: float, unit: str, language: str) -> str:
    """The gap with its unit; between rates a factor."""
    if one.scale == "time":
        return _TEXT[language]["ratio"].format(_number(np.exp(gap), language))
    return f"{_number(factor * gap, language)} {unit}"


def _number(value: float, language: str) -> str:
    """Two significant digits below 10, none after the point from there on.

    >>> _number(3.14159, "de"), _number(0.0468, "en"), _number(12.6, "de"), _number(float("inf"), "en")
    ('3,1', '0.047', '13', 'unlimited')
    """
    if np.isinf(value):
        return _TEXT[language]["infinite"]
    written = f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"
    return written.replace(".", ",") if language == "de" else written


def verdict_sentences(overview: Result, *, language: str | None = None) -> list[str]:
    """The sentences of those named beforehand, or of all where none was, in the reader's language."""
    table = overview.table
    named = table[table["confirmatory"].astype(bool)]
    rows = table if named.empty else named
    return rows[f"sentence_{language or paths.language()}"].tolist()
