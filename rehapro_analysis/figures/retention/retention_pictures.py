"""Pictures of staying: curves with the numbers at risk, one panel a group, and the difference of two curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.retention.retention_drawing import (
    LOOKS,
    Curve,
    curve_of,
    curves_of,
    draw_curves,
    draw_difference,
    draw_panels,
    groups_of,
    panel_grid,
)
from rehapro_analysis.figures.retention.retention_words import (
    SHORTER,
    Texts,
    after,
    group_name,
    joined_steps,
    level,
    points,
    sentence,
    size,
    with_limits,
    word,
)
from rehapro_analysis.figures.small_cells import SMALL, watched
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

MOST = len(LOOKS)
ENDS = {"de": f"Eine Kurve endet, wo weniger als {SMALL} Personen unter Beobachtung sind.",
        "en": f"A curve ends where fewer than {SMALL} people are at risk."}


def staying_curves(curve: Result, risk: Result, *, name: str = "staying_curves", title: Texts | None = None,
                   unit: str = "months") -> Figure:
    """The share still there as step curves with limits, and the numbers at risk under the same axis.

    ``curve`` comes from ``kaplan_meier``, ``risk`` from ``risk_table`` of the same event table; its times
    are the ticks. For up to five groups; with more, take `staying_panels`. Raises ValueError for more
    groups and where no group has five exits.
    """
    shown = shown_curves(curve)
    if len(shown) > MOST:
        raise StudyError.of(f"{len(shown)} curves in one picture cannot be told apart.", "Take staying_panels.")
    told, ends = _shares(shown, risk.table["time"].unique(), unit), _ends(curve, shown)

    def draw(canvas, language: str) -> None:
        draw_curves(canvas, shown, risk.table, unit, language)

    return Figure(
        name, title or {"de": "Wer noch teilnimmt", "en": "Who still takes part"},
        {"de": f"Kaplan-Meier, Flächen: {level(curve, 'de')}-Konfidenzgrenzen; {size(curve, 'de')}. Zahlen unten: "
               f"Personen unmittelbar vor dem Zeitpunkt. {ends['de']}",
         "en": f"Kaplan-Meier, bands: {level(curve, 'en')} confidence limits; {size(curve, 'en')}. Numbers below: "
               f"people just before the time. {ends['en']}"},
        {"de": f"Stufenkurven mit Grenzen. {told['de']}", "en": f"Step curves with limits. {told['en']}"},
        drawn(shown), curve.origin, draw, (10, 5.8 + 0.22 * len(shown)),
    )


def staying_panels(curve: Result, everybody: Result, risk: Result, *, name: str = "staying_panels",
                   title: Texts | None = None, unit: str = "months") -> Figure:
    """One panel a group, with the curve of everybody in grey behind it.

    ``curve`` and ``risk`` are grouped, ``everybody`` is ``kaplan_meier`` of the same people without groups.
    Under each time stands the number at risk.
    """
    shown, background = shown_curves(curve), shown_curves(everybody)[0]
    rows, columns = panel_grid(len(shown))
    told, ends = _shares(shown, risk.table["time"].unique(), unit), _ends(curve, shown)

    def draw(canvas, language: str) -> None:
        draw_panels(canvas, shown, background, risk.table, unit, language)

    return Figure(
        name, title or {"de": "Wer noch teilnimmt, nach Projekt", "en": "Who still takes part, by project"},
        {"de": f"Kaplan-Meier mit {level(curve, 'de')}-Konfidenzgrenzen; grau: alle zusammen, {size(curve, 'de')}. "
               f"{ends['de']}",
         "en": f"Kaplan-Meier with {level(curve, 'en')} confidence limits; grey: everybody together, "
               f"{size(curve, 'en')}. {ends['en']}"},
        {"de": f"{len(shown)} {'Feld' if len(shown) == 1 else 'Felder'} mit Stufenkurven. {told['de']}",
         "en": f"{len(shown)} {'panel' if len(shown) == 1 else 'panels'} with step curves. {told['en']}"},
        drawn(shown), curve.origin, draw, (max(7.5, 1 + 3 * columns), 2.2 + 2.3 * rows),
    )


def difference_over_time(difference: Result, times: Sequence[float], *, name: str = "difference_over_time",
                         title: Texts | None = None, unit: str = "months") -> Figure:
    """How far apart two curves are over time, with limits around the line of no difference.

    ``difference`` comes from ``difference_curve``; above the line more of the first group are still there.
    """
    table, joined = watched(difference.table), joined_steps(difference)
    if table["n_event"].sum() < SMALL:
        raise StudyError.of(f"Fewer than {SMALL} people left these two groups: no difference can be shown.",
                            "Choose groups with more exits.")
    names = tuple(table["comparison"].iloc[0].split(" – "))
    curve = curve_of(names, table, 0.0, own=difference.origin == "own")

    def draw(canvas, language: str) -> None:
        draw_difference(canvas, curve, names, times, unit, language)

    pair = {language: " – ".join(word(one, language) for one in names) for language in LANGUAGES}
    told = {language: " ".join(sentence(f"{after(row.time, unit, language)}: {points(row, language)}")
                               for row in at_times(curve, times)) for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"Unterschied im Verbleib im Projekt: {pair['de']}",
                       "en": f"Difference in staying: {pair['en']}"},
        {"de": f"Anteil derer, die noch teilnehmen, erste minus zweite Gruppe, mit {level(difference, 'de')}-"
               f"Konfidenzgrenzen je Zeitpunkt; {size(difference, 'de')}. {ENDS['de']}{joined['de']}",
         "en": f"Share of those who still take part, first less second group, with {level(difference, 'en')} "
               f"confidence limits at each time; {size(difference, 'en')}. {ENDS['en']}{joined['en']}"},
        {"de": f"Stufenkurve des Unterschieds {pair['de']}. {told['de']}",
         "en": f"Step curve of the difference {pair['en']}. {told['en']}"},
        drawn([curve]), difference.origin, draw,
    )


def shown_curves(curve: Result) -> list[Curve]:
    """The curves that may be shown; :class:`StudyError` if there is none."""
    shown = curves_of(curve.table, own=curve.origin == "own")
    if not shown:
        raise StudyError.of(f"No group has {SMALL} exits: nothing of this curve can be shown.",
                            "Wait, or take more people together.")
    return shown


def _ends(curve: Result, shown: Sequence[Curve]) -> dict[str, str]:
    """Where curves end, and which groups are not shown at all."""
    hidden = [key for key, _ in groups_of(curve.table) if key not in {one.key for one in shown}]
    joined = joined_steps(curve)
    if not hidden:
        return {language: ENDS[language] + joined[language] for language in LANGUAGES}
    names = {language: ", ".join(group_name(key, language) for key in hidden) for language in LANGUAGES}
    return {"de": f"{ENDS['de']}{joined['de']} Nicht gezeigt, weil weniger als {SMALL} Austritte: {names['de']}.",
            "en": f"{ENDS['en']}{joined['en']} Not shown, because of fewer than {SMALL} exits: {names['en']}."}


def at_times(curve: Curve, times: Sequence[float]) -> list[pd.Series]:
    """The curve at those of the times that it reaches, 0 left out; a merged curve at its last step by then."""
    wanted = np.array([time for time in sorted(times) if 0 < time <= curve.time[-1]])
    places = np.searchsorted(curve.time, wanted, side="right") - 1
    if curve.merged:
        places = np.unique(places[places > 0])
        wanted = curve.time[places].round(1)
    return [pd.Series({"time": time, "estimate": curve.estimate[place], "lower": curve.lower[place],
                       "upper": curve.upper[place]}) for time, place in zip(wanted, places, strict=True)]


def _shares(curves: Sequence[Curve], times: Sequence[float], unit: str) -> dict[str, str]:
    """The curves in words: for every group the shares at the ticks."""
    return {language: " ".join(
        sentence(f"{group_name(curve.key, language)}: " + ("; ".join(
            f"{after(row.time, unit, language)} {with_limits(row, language)}" for row in at_times(curve, times))
            or SHORTER[language]))
        for curve in curves) for language in LANGUAGES}


def drawn(curves: Sequence[Curve]) -> pd.DataFrame:
    """The numbers drawn: group, time, estimate, lower, upper."""
    return pd.concat([pd.DataFrame({
        "group": group_name(curve.key, "en"), "time": curve.time, "estimate": curve.estimate, "lower": curve.lower,
        "upper": curve.upper}) for curve in curves], ignore_index=True)
