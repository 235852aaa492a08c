"""Pictures of staying: curves with the numbers at risk, one panel a group, and the difference of two curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.retention_drawing import (
    LOOKS,
    Curve,
    curves_of,
    draw_curves,
    draw_difference,
    draw_panels,
    groups_of,
    panel_grid,
)
from rehapro_analysis.figures.retention_words import Texts, after, group_name, level, size, with_limits, word
from rehapro_analysis.figures.small_cells import SMALL, watched
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result

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
    shown = _shown(curve)
    if len(shown) > MOST:
        raise ValueError(f"{len(shown)} curves in one picture cannot be told apart: take staying_panels.")
    told, ends = _shares(shown, risk.table["time"].unique(), unit), _ends(curve, shown)

    def draw(canvas, language: str) -> None:
        draw_curves(canvas, shown, risk.table, unit, language)

    return Figure(
        name, title or {"de": "Wer noch im Programm ist", "en": "Who is still in the programme"},
        {"de": f"Kaplan-Meier, Flächen: {level(curve, 'de')}-Grenzen; {size(curve, 'de')}. Zahlen unten: "
               f"Personen unmittelbar vor dem Zeitpunkt. {ends['de']}",
         "en": f"Kaplan-Meier, bands: {level(curve, 'en')} limits; {size(curve, 'en')}. Numbers below: people "
               f"just before the time. {ends['en']}"},
        {"de": f"Stufenkurven mit Grenzen. {told['de']}", "en": f"Step curves with limits. {told['en']}"},
        _drawn(shown), curve.origin, draw, (10, 5.8 + 0.22 * len(shown)),
    )


def staying_panels(curve: Result, everybody: Result, risk: Result, *, name: str = "staying_panels",
                   title: Texts | None = None, unit: str = "months") -> Figure:
    """One panel a group, with the curve of everybody in grey behind it.

    ``curve`` and ``risk`` are grouped, ``everybody`` is ``kaplan_meier`` of the same people without groups.
    Under each time stands the number at risk.
    """
    shown, background = _shown(curve), _shown(everybody)[0]
    rows, columns = panel_grid(len(shown))
    told, ends = _shares(shown, risk.table["time"].unique(), unit), _ends(curve, shown)

    def draw(canvas, language: str) -> None:
        draw_panels(canvas, shown, background, risk.table, unit, language)

    return Figure(
        name, title or {"de": "Wer noch im Programm ist, nach Projekt",
                        "en": "Who is still in the programme, by project"},
        {"de": f"Kaplan-Meier mit {level(curve, 'de')}-Grenzen; grau: alle zusammen, {size(curve, 'de')}. "
               f"{ends['de']}",
         "en": f"Kaplan-Meier with {level(curve, 'en')} limits; grey: everybody together, {size(curve, 'en')}. "
               f"{ends['en']}"},
        {"de": f"{len(shown)} Felder mit Stufenkurven. {told['de']}",
         "en": f"{len(shown)} panels with step curves. {told['en']}"},
        _drawn(shown), curve.origin, draw, (1 + 3 * columns, 2.2 + 2.3 * rows),
    )


def difference_over_time(difference: Result, times: Sequence[float], *, name: str = "difference_over_time",
                         title: Texts | None = None, unit: str = "months") -> Figure:
    """How far apart two curves are over time, with limits around the line of no difference.

    ``difference`` comes from ``difference_curve``; above the line more of the first group are still there.
    """
    table = watched(difference.table)
    names = table["comparison"].iloc[0].split(" – ")
    curve = Curve(tuple(names), *(np.insert(table[column].to_numpy(float), 0, 0.0)
                                  for column in ("time", "estimate", "lower", "upper")))

    def draw(canvas, language: str) -> None:
        draw_difference(canvas, curve, names, times, unit, language)

    pair = {language: " – ".join(word(one, language) for one in names) for language in LANGUAGES}
    told = {language: " ".join(f"{after(row.time, unit, language)}: {with_limits(row, language)}."
                               for row in _at(curve, times)) for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"Unterschied im Verbleib: {pair['de']}", "en": f"Difference in staying: {pair['en']}"},
        {"de": f"Anteil noch im Programm, erste weniger zweite Gruppe, mit {level(difference, 'de')}-Grenzen je "
               f"Zeitpunkt; {size(difference, 'de')}. {ENDS['de']}",
         "en": f"Share still in the programme, first less second group, with {level(difference, 'en')} limits at each "
               f"time; {size(difference, 'en')}. {ENDS['en']}"},
        {"de": f"Stufenkurve des Unterschieds {pair['de']}. {told['de']}",
         "en": f"Step curve of the difference {pair['en']}. {told['en']}"},
        table[["comparison", "time", "estimate", "lower", "upper"]], difference.origin, draw,
    )


def _shown(curve: Result) -> list[Curve]:
    shown = curves_of(curve.table)
    if not shown:
        raise ValueError(f"No group has {SMALL} exits: nothing of this curve can be shown.")
    return shown


def _ends(curve: Result, shown: Sequence[Curve]) -> dict[str, str]:
    """Where curves end, and which groups are not shown at all."""
    hidden = [key for key, _ in groups_of(curve.table) if key not in {one.key for one in shown}]
    if not hidden:
        return ENDS
    names = {language: ", ".join(group_name(key, language) for key in hidden) for language in LANGUAGES}
    return {"de": f"{ENDS['de']} Nicht gezeigt, weil weniger als {SMALL} Austritte: {names['de']}.",
            "en": f"{ENDS['en']} Not shown, because of fewer than {SMALL} exits: {names['en']}."}


def _at(curve: Curve, times: Sequence[float]) -> list[pd.Series]:
    """The curve at those of the times that it reaches, 0 left out."""
    rows = []
    for time in sorted(times):
        if 0 < time <= curve.time[-1]:
            place = np.searchsorted(curve.time, time, side="right") - 1
            rows.append(pd.Series({"time": time, **{name: getattr(curve, name)[place]
                                                    for name in ("estimate", "lower", "upper")}}))
    return rows


def _shares(curves: Sequence[Curve], times: Sequence[float], unit: str) -> dict[str, str]:
    """The curves in words: for every group the shares at the ticks."""
    return {language: " ".join(
        f"{group_name(curve.key, language)}: " + ("; ".join(
            f"{after(row.time, unit, language)} {with_limits(row, language)}" for row in _at(curve, times))
            or {"de": "kürzer beobachtet", "en": "watched for less"}[language]) + "."
        for curve in curves) for language in LANGUAGES}


def _drawn(curves: Sequence[Curve]) -> pd.DataFrame:
    """The numbers drawn: group, time, estimate, lower, upper."""
    return pd.concat([pd.DataFrame({
        "group": group_name(curve.key, "en"), "time": curve.time, "estimate": curve.estimate, "lower": curve.lower,
        "upper": curve.upper}) for curve in curves], ignore_index=True)
