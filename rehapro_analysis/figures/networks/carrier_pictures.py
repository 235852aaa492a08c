"""Pictures of what is left of a network when the persons who carry it leave."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import axis_percent, interval, number, percent
from rehapro_analysis.figures.retention.retention_drawing import panel_grid
from rehapro_analysis.figures.retention.retention_words import level
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, QUIET
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

_CARRIERS = (1, 2, 3)  # carriers a tie of the reference lines
_PLACES = np.linspace(0.25, 0.9, 27)  # where a reference line may bear its number
_AXES = {"de": ("jede Person geht mit Wahrscheinlichkeit", "Beziehungen übrig"),
         "en": ("each person leaves with probability", "ties left")}
_HALF = 0.5


def turnover_curves(curves: Result, *, name: str = "turnover_curves") -> Figure:
    """A panel a project, in the order of the study: the share of ties left against the chance q that a person leaves.

    ``curves`` comes from ``turnover_curve`` with one ``handover``. Grey lines are networks with exactly one, two
    and three carriers a tie and no formal one (1 - q^c). ``table`` is that of the curves. Raises :class:`StudyError`
    for several values of ``handover`` and for curves that do not reach from 0 to 1.
    """
    table = curves.table
    if table["handover"].nunique() != 1:
        raise StudyError.of("This picture shows one chance of a handover.", "Call turnover_curve with one value.")
    if not table.groupby("project")["turnover"].agg(["min", "max"]).eq([0, 1]).all(axis=None):
        raise StudyError.of("A curve does not run from 0 to 1.", "Leave turnover= out, or let it reach from 0 to 1.")
    told = {language: "; ".join(_told(project, rows, language) for project, rows in _by_project(table))
            for language in LANGUAGES}
    eta, rows = table["handover"].iloc[0], panel_grid(table["project"].nunique())[0]
    return Figure(
        name,
        {"de": "Was von den Partnerbeziehungen bleibt, wenn Personen gehen",
         "en": "What is left of the ties to partners when persons leave"},
        {"de": f"Blau: erwarteter Anteil der Beziehungen, die bleiben, mit {level(curves, 'de')}-Grenzen aus Ziehungen "
               "von Partnern (ab fünf Partnern). Grau: jede Beziehung wird von 1, 2 oder 3 Personen getragen, keine "
               f"ist förmlich. {_eta(eta, 'de')} Jede Person geht unabhängig von den anderen. Reihenfolge ohne "
               "Wertung.",
         "en": f"Blue: expected share of ties left, with {level(curves, 'en')} limits from resampling partners (from "
               "five partners on). Grey: every tie is carried by 1, 2 or 3 persons and none is formal. "
               f"{_eta(eta, 'en')} Persons leave independently of one another. The order means nothing."},
        {"de": f"{table['project'].nunique()} Felder mit fallenden Kurven. Geht jede zweite Person: {told['de']}.",
         "en": f"{table['project'].nunique()} panels with falling curves. If every other person leaves: {told['en']}."},
        table, curves.origin, partial(_draw, table), (11, 1.6 + 2.35 * rows))


def _draw(table: pd.DataFrame, canvas, language: str) -> None:
    shown = _by_project(table)
    panels = canvas.subplots(*panel_grid(len(shown)), sharex=True, sharey=True, squeeze=False)
    for axes, (project, rows) in zip(panels.flat, shown, strict=False):
        _panel(axes, project, rows, language)
    for axes in panels.flat[len(shown):]:
        axes.set_visible(False)
    for column in panels.T:
        last = [axes for axes in column if axes.get_visible()][-1]
        last.xaxis.set_tick_params(labelbottom=True)
    canvas.supxlabel(_AXES[language][0], fontsize=11)
    canvas.supylabel(_AXES[language][1], fontsize=11)


def _panel(axes: Axes, project: str, rows: pd.DataFrame, language: str) -> None:
    q = np.linspace(0, 1, 101)
    for carriers in _CARRIERS:
        axes.plot(q, 1 - q**carriers, color=GREY, linewidth=0.9, zorder=1)
        place = _free_place(carriers, rows)
        axes.text(place, 1 - place**carriers, str(carriers), color=QUIET, fontsize=9, ha="center", va="center",
                  zorder=1.5, bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"})
    axes.fill_between(rows["turnover"], rows["lower"], rows["upper"], color=BLUE, alpha=0.18, linewidth=0, zorder=2)
    axes.plot(rows["turnover"], rows["estimate"], color=BLUE, zorder=3)
    axes.set_title(_size(project, rows, language), fontsize=10.5)
    axes.set(xlim=(0, 1), ylim=(0, 1.04), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    axes.xaxis.set_major_formatter(axis_percent(language))
    axes.yaxis.set_major_formatter(axis_percent(language))


def _free_place(carriers: int, rows: pd.DataFrame) -> float:
    """Where on its reference line a number is farthest from the other lines and from the project's curve."""
    own = 1 - _PLACES**carriers
    others = [1 - _PLACES**other for other in _CARRIERS if other != carriers]
    curve = np.interp(_PLACES, rows["turnover"], rows["estimate"])
    return float(_PLACES[np.argmax(np.abs(np.stack([*others, curve]) - own).min(axis=0))])


def _by_project(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return list(table.groupby("project", sort=False))


def _size(project: str, rows: pd.DataFrame, language: str) -> str:
    words = {"de": "Beziehungen", "en": "ties"}[language]
    return f"{project}\n{number(rows['n_ties'].iloc[0], language)} {words}"


def _eta(handover: float, language: str) -> str:
    if handover == 0:
        return {"de": "Niemand übergibt beim Gehen.", "en": "Nobody hands over on leaving."}[language]
    words = {"de": "Mit Wahrscheinlichkeit {} wird eine Beziehung rechtzeitig übergeben.",
             "en": "With probability {} a tie is handed over in time."}[language]
    return words.format(percent(handover, language))


def _told(project: str, rows: pd.DataFrame, language: str) -> str:
    half = rows.iloc[(rows["turnover"] - _HALF).abs().argmin()]
    limits = ("" if np.isnan(half["lower"])
              else f" ({interval(100 * half['lower'], 100 * half['upper'], language, 0)})")
    return f"{project} {percent(half['estimate'], language)}{limits}"
