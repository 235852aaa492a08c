"""The specification curve: the spread by every way of computing it, sorted, above the choices behind each."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.indicators.indicator_words import plain_word, quoted
from rehapro_analysis.figures.indicators.specification_drawing import draw_specifications
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.indicators.fragility.specification_curve import CHOICES
from rehapro_analysis.indicators.fragility.specifications import ESTIMATORS
from rehapro_analysis.indicators.measures.definitions import indicator_definition
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

OPTIONS = {
    ("adjustment", "none"): ("ohne Angleichung", "no adjustment"),
    ("adjustment", "case mix"): ("angeglichen (Case-Mix)", "adjusted for case mix"),
    ("missing", "observed"): ("nur wer einen Wert hat", "only those with a value"),
    ("missing", "imputed"): ("fehlende Werte ergänzt", "missing values imputed"),
    ("missing", "lower"): ("fehlende niedriger", "missing ones lower"),
    ("missing", "higher"): ("fehlende höher", "missing ones higher"),
    ("period", "all"): ("alle Eintritte", "all entries"),
    ("period", "within"): ("innerhalb der Zeiträume", "within entry periods"),
    ("period", "before"): ("Eintritt vor der Pandemie", "entry before the pandemic"),
    ("period", "during"): ("Eintritt in der Pandemie", "entry during the pandemic"),
    ("period", "after"): ("Eintritt nach der Pandemie", "entry after the pandemic"),
    ("estimator", "share"): ("Anteile", "shares"), ("estimator", "mean"): ("Mittelwerte", "means"),
    ("estimator", "rank"): ("Ränge", "ranks"), ("estimator", "rate"): ("Raten", "rates"),
    ("coaches", "nested"): ("Coaches berücksichtigt", "coaches heeded"),
    ("coaches", "ignored"): ("Coaches übergangen", "coaches ignored"),
    ("coaches", "unknown"): ("Coaches unbekannt", "coaches unknown"),
}


def specification_picture(curve: Result, study: Study, indicator: str) -> Figure:
    """Every specification: tau as a multiple of tau_0 with 95 % limits, its verdict, and below it what was chosen.

    ``curve`` comes from ``specification_curve`` of ``indicator``. Where no relevant difference is named, tau
    itself is drawn. Only choices that vary have rows; the analysis of the overview is marked.
    """
    table = curve.table
    if table.empty:
        raise StudyError.of(f"No specification of {indicator} can be computed.", "See the assumptions of the curve.")
    one, labels = indicator_definition(study, indicator), study.table("indicators").set_index("indicator")
    main = _main(table, one.indicator, one.scale)
    words = {language: _options(table, labels[f"label_{language}"], language) for language in LANGUAGES}
    names = {language: quoted(one.label(language), language) for language in LANGUAGES}
    shares = {language: _shares(table, language) for language in LANGUAGES}
    rows = sum(len(options) for options in words["en"].values())
    return Figure(
        name=f"specifications_{one.indicator}",
        title={"de": f"{names['de']}: {len(table)} Auswertungsvarianten und ihr Urteil",
               "en": f"{names['en']}: {len(table)} ways of computing it, and their verdict"},
        note={"de": f"{shares['de']}. Jede Variante für sich, ohne Anpassung für die Familie und ohne weitere "
                    "Prüfungen. Varianten teilen sich die Personen: Ihre Anteile zählen Entscheidungen, sie sind kein "
                    "Test. Striche: 95-%-Grenzen.",
              "en": f"{shares['en']}. Each by itself, without adjustment for the family and without further checks. "
                    "They share people: their shares count decisions and are no test. Lines: 95% limits."},
        alt={language: _in_words(table, main, names[language], shares[language], language) for language in LANGUAGES},
        table=table, origin=study.origin("episodes", "indicators"), draw=partial(_draw, table, words, main),
        size=(13, round(5.9 + 0.235 * rows, 2)),
    )


def _draw(table: pd.DataFrame, words: dict, main: int | None, canvas, language: str) -> None:
    draw_specifications(canvas, table, words[language], main, language)


def _options(table: pd.DataFrame, labels: pd.Series, language: str) -> dict[str, dict[str, str]]:
    """The choices that vary, each with its options in words."""
    place = LANGUAGES.index(language)
    known = {key: said[place] for key, said in OPTIONS.items()} | {
        ("definition", key): label for key, label in labels.items()}
    order = list(known)
    found = {choice: sorted(table[choice].unique(), key=lambda option, choice=choice: order.index((choice, option))
                            if (choice, option) in known else len(order)) for choice in CHOICES}
    return {choice: {option: known.get((choice, option), str(option)) for option in options}
            for choice, options in found.items() if len(options) > 1}


def _main(table: pd.DataFrame, indicator: str, scale: str) -> int | None:
    """The row of the analysis in the overview, if it is among them."""
    wanted = {"adjustment": "none", "missing": "observed", "period": "all", "definition": indicator,
              "estimator": next(iter(ESTIMATORS[scale]))}
    fits = (table[list(wanted)] == pd.Series(wanted)).all(axis=1) & table["coaches"].ne("ignored")
    return int(np.flatnonzero(fits)[0]) if fits.any() else None


def _shares(table: pd.DataFrame, language: str) -> str:
    counts = table["verdict"].value_counts().sort_index()
    return "; ".join(f"{number(n, language)} ({percent(n / len(table), language)}) {plain_word(letter, language)}"
                     for letter, n in counts.items())


def _in_words(table: pd.DataFrame, main: int | None, name: str, shares: str, language: str) -> str:
    ratio = table["tau_ratio"] if table["tau_ratio"].notna().any() else table["tau"]
    low, middle, high = (number(value, language, 2) for value in (ratio.min(), ratio.median(), ratio.max()))
    own = "" if main is None else number(ratio.iloc[main], language, 2)
    if language == "de":
        return (f"Kurve von {len(table)} Auswertungsvarianten für {name}: {shares}. Streuung als Vielfaches der "
                f"bedeutsamen von {low} bis {high}, in der Mitte {middle}" + f"; Auswertung der Übersicht {own}" *
                bool(own) + ".")
    return (f"Curve of {len(table)} specifications of {name}: {shares}. Spread as a multiple of the relevant one from "
            f"{low} to {high}, median {middle}" + f"; the analysis of the overview {own}" * bool(own) + ".")
