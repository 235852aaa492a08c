"""The ruler of spreads: how far projects differ, in units of the difference that matters."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.indicators.indicator_words import LOOKS, counted_verdicts, verdict_word
from rehapro_analysis.figures.style import GREY, LANGUAGES, QUIET, SKY, TEXT, lines_of
from rehapro_analysis.results import Result

NUMBERS = ("tau", "tau_lower", "tau_upper", "smallest_tau", "smallest_relevant_tau")
TICKS = (0, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)
LARGEST = 1.6  # times the largest estimate: where longer limits are cut and become arrows
LABEL, VERDICT = 3.0, 3.3  # inches
WORDS = {
    "axis": {"de": "Streuung der Projekte: Vielfaches der bedeutsamen (τ/τ₀, Wurzelskala)",
             "en": "spread of the projects: multiple of the relevant one (τ/τ₀, square-root scale)"},
    "alike": {"de": "kleiner als bedeutsam", "en": "less than relevant"},
    "tau": {"de": "Streuung mit 95-%-Grenzen", "en": "spread with 95% limits"},
    "smallest_tau": {"de": "kleinste, die als Unterschied auffiele", "en": "smallest to be noticed as a difference"},
    "smallest_relevant_tau": {"de": "kleinste, die als bedeutsam erkannt würde",
                              "en": "smallest to be recognised as relevant"},
    "unnamed": {"de": "kein bedeutsamer Unterschied festgelegt", "en": "no relevant difference has been set"},
    "to": {"de": " bis ", "en": " to "}, "unlimited": {"de": "unbegrenzt", "en": "unlimited"},
}
MARKS = {"smallest_tau": {"marker": "|", "ms": 15, "mew": 2.2, "color": TEXT},
         "smallest_relevant_tau": {"marker": "D", "ms": 7, "mew": 1.6, "color": TEXT, "markerfacecolor": "white"}}


def tau_ruler_picture(overview: Result) -> Figure:
    """A row an indicator: tau with its limits, and the smallest tau these numbers could show, as multiples of tau_0.

    ``overview`` comes from ``separation_overview``. At 1 the spread is the relevant one; an interval wholly right of
    it separates, wholly left of it the projects are practically alike, one across it leaves that open. Rows
    keep the order of the overview; those without numbers say so.
    """
    table = in_units(overview.table)
    told = {language: "; ".join(_in_words(row, language) for row in table.to_dict("records"))
            for language in LANGUAGES}
    counts = {language: counted_verdicts(table["verdict"].tolist(), language) for language in LANGUAGES}
    return Figure(
        name="tau_ruler",
        title={"de": "Wie weit die Projekte auseinanderliegen, gemessen an dem, was bedeutsam wäre",
               "en": "How far apart the projects lie, measured by what would matter"},
        note={"de": f"Urteile: {counts['de']}. τ: Standardabweichung zwischen Projekten; τ₀ folgt aus dem vorab "
                    "genannten bedeutsamen Unterschied zwischen bestem und schlechtestem Projekt. Kleinste: mit einer "
                    f"Sicherheit von {percent(0.8, 'de')} gefunden, für die Familie angepasst. Das Urteil ist "
                    "angepasst, die Grenzen sind es nicht.",
              "en": f"Verdicts: {counts['en']}. τ: standard deviation between projects; τ₀ follows from the relevant "
                    "difference between best and worst project, set beforehand. Smallest: found with power 80%, "
                    "adjusted for the family. The verdict is adjusted, the limits are not."},
        alt={"de": f"Lineal der Streuungen von {len(table)} Indikatoren in Vielfachen der bedeutsamen. {told['de']}.",
             "en": f"Ruler of the spreads of {len(table)} indicators in multiples of the relevant one. {told['en']}."},
        table=table, origin=overview.origin, draw=partial(_draw, table), size=(13, round(2.6 + 0.44 * len(table), 2)),
    )


def in_units(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers drawn, as multiples of the threshold; nan where no threshold is set or nothing can be evaluated.

    >>> row = {"tau": 2.0, "tau_lower": 1.0, "tau_upper": 3.0, "smallest_tau": 4.0, "smallest_relevant_tau": 5.0}
    >>> words = {"label_de": "x", "label_en": "x", "reason_de": "", "reason_en": "", "verdict": "D"}
    >>> in_units(pd.DataFrame([row | words | {"indicator": "x", "threshold": 2.0}]))[list(NUMBERS)].iloc[0].tolist()
    [1.0, 0.5, 1.5, 2.0, 2.5]
    """
    kept = table[["indicator", "label_de", "label_en", "verdict", "reason_de", "reason_en", "threshold"]]
    return kept.join(table[list(NUMBERS)].astype(float).div(table["threshold"].astype(float), axis=0))


def _draw(table: pd.DataFrame, canvas, language: str) -> None:
    axes, top = canvas.subplots(), _top(table)
    axes.axvspan(0, 1, color=SKY, alpha=0.18, lw=0)
    axes.axvline(1, color=TEXT, lw=1.2)
    for height, row in enumerate(table.to_dict("records")):
        if np.isnan(row["tau"]):
            _say_why(axes, row, height, top, language)
        else:
            _ruler(axes, row, height, top)
        axes.text(1.02, height, _lines(verdict_word(row["verdict"], language), VERDICT), va="center", fontsize=10,
                  transform=axes.get_yaxis_transform())
    ticks = [tick for tick in TICKS if np.sqrt(tick) <= top]
    axes.set_xticks(np.sqrt(ticks), [number(tick, language) for tick in ticks])
    axes.set_yticks(range(len(table)), [_lines(label, LABEL) for label in table[f"label_{language}"]], fontsize=10)
    axes.set(xlim=(0, top), ylim=(len(table) - 0.4, -0.9), xlabel=WORDS["axis"][language])
    axes.text(0.5, -0.62, WORDS["alike"][language], ha="center", va="center", fontsize=9.5, color=QUIET)
    axes.grid(axis="x")
    axes.legend(handles=_handles(language), loc="upper center", bbox_to_anchor=(0.5, -0.85 / (0.44 * len(table) + 0.5)),
                ncols=3, columnspacing=1.2)


def _ruler(axes, row: dict, height: int, top: float) -> None:
    look = LOOKS[row["verdict"]]
    lower, upper = np.sqrt(row["tau_lower"]), min(np.sqrt(row["tau_upper"]), top)
    axes.plot([lower, upper], [height, height], color=look["color"], lw=2.5, solid_capstyle="butt")
    if np.sqrt(row["tau_upper"]) > top:
        axes.plot(top, height, marker=">", color=look["color"], ms=9, clip_on=False)
    axes.plot(np.sqrt(row["tau"]), height, ms=9, mew=1.8, clip_on=False, zorder=4, **look)
    for name, mark in MARKS.items():
        if np.sqrt(row[name]) <= top:
            axes.plot(np.sqrt(row[name]), height, ls="none", zorder=3, **mark)


def _say_why(axes, row: dict, height: int, top: float, language: str) -> None:
    reason = row[f"reason_{language}"] or WORDS["unnamed"][language]
    axes.axhspan(height - 0.4, height + 0.4, facecolor="white", edgecolor="#C4C4C4", hatch="////", lw=0)
    axes.text(top / 2, height, _lines(reason, 5.4), ha="center", va="center", fontsize=9, color=TEXT, linespacing=1.05,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})


def _handles(language: str) -> list[Line2D]:
    tau = Line2D([], [], color=GREY, lw=2.5, marker="o", ms=8, label=WORDS["tau"][language])
    return [tau, *(Line2D([], [], ls="none", label=WORDS[name][language], **mark) for name, mark in MARKS.items())]


def _top(table: pd.DataFrame) -> float:
    """Where the axis ends, on the root scale: all estimates, and all limits that are not much longer."""
    ends = table[["tau_upper", "smallest_tau", "smallest_relevant_tau"]].to_numpy(float)
    most = max(2.0, LARGEST * np.nanmax(table["tau"].to_numpy(float), initial=1.0))
    return float(np.sqrt(1.06 * max(2.0, np.max(ends[np.isfinite(ends) & (ends <= most)], initial=0.0))))


def _lines(words: str, width: float) -> str:
    return "\n".join(lines_of(words, width=width, points=10))


def _in_words(row: dict, language: str) -> str:
    start = f"{row[f'label_{language}']}: {verdict_word(row['verdict'], language)}"
    if np.isnan(row["tau"]):
        return f"{start} ({row[f'reason_{language}'] or WORDS['unnamed'][language]})"
    ends = [WORDS["unlimited"][language] if np.isinf(row[name]) else number(row[name], language, 2)
            for name in ("tau_lower", "tau_upper")]
    smallest = "; ".join(f"{WORDS[name][language]}: {number(row[name], language, 2)}" for name in MARKS)
    return f"{start}, τ/τ₀ {number(row['tau'], language, 2)} ({WORDS['to'][language].join(ends)}); {smallest}"
