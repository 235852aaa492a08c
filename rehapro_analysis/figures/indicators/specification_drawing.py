"""Drawing of specifications: the sorted curve above, a row an option below."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rehapro_analysis.figures.german import axis_number, number
from rehapro_analysis.figures.indicators.indicator_words import LOOKS, verdict_handles
from rehapro_analysis.figures.indicators.tau_pictures import LARGEST, TICKS
from rehapro_analysis.figures.style import GREY, QUIET, SKY, TEXT

WORDS = {
    "ratio": {"de": "Streuung als Vielfaches\nder bedeutsamen\n(τ/τ₀, Wurzelskala)",
              "en": "spread as a multiple\nof the relevant one\n(τ/τ₀, square-root scale)"},
    "tau": {"de": "Streuung τ", "en": "spread τ"},
    "main": {"de": "Auswertung der Übersicht", "en": "analysis of the overview"},
    "order": {"de": "Varianten, von der kleinsten zur größten Streuung", "en": "specifications, by their spread"},
}
CHOICE = {
    "adjustment": {"de": "Angleichung", "en": "adjustment"},
    "missing": {"de": "fehlende Werte", "en": "missing values"},
    "period": {"de": "Zeitraum", "en": "period"}, "definition": {"de": "Definition", "en": "definition"},
    "estimator": {"de": "Schätzer", "en": "estimator"}, "coaches": {"de": "Coaches", "en": "coaches"},
}
UP = 3.1  # inches of the curve, for a row of 0.235 inches below
MOST = 60  # specifications up to which marks are large


def draw_specifications(canvas, table: pd.DataFrame, options: Mapping[str, Mapping[str, str]], main: int | None,
                        language: str) -> None:
    """Curve and choices on one axis of specifications."""
    rows = sum(len(each) for each in options.values())
    above, below = canvas.subplots(2, 1, sharex=True, height_ratios=[UP, 0.235 * max(rows, 1) + 0.1])
    _curve(above, table, language)
    _choices(below, table, options, language)
    for axes in (above, below):
        axes.tick_params(axis="x", length=0, labelbottom=False)
        if main is not None:
            axes.axvline(main, color=TEXT, lw=0.9, ls=":", zorder=0)
    if main is not None:
        left = main < len(table) / 2
        above.annotate(WORDS["main"][language], (main, 1), (6 if left else -6, 2), textcoords="offset points",
                       xycoords=above.get_xaxis_transform(), va="bottom", ha="left" if left else "right",
                       fontsize=9.5, color=QUIET)
    below.set(xlim=(-1, len(table)), xlabel=WORDS["order"][language])
    below.legend(handles=verdict_handles(table["verdict"], language), loc="upper center", ncols=2,
                 bbox_to_anchor=(0.5, -0.4 / (0.235 * max(rows, 1) + 0.1)))


def _curve(axes: Axes, table: pd.DataFrame, language: str) -> None:
    named = table["threshold"].notna().any()
    unit = table["threshold"] if named else 1.0
    low, value, high = (np.sqrt(table[name] / unit).to_numpy() if named else table[name].to_numpy()
                        for name in ("tau_lower", "tau", "tau_upper"))
    top = LARGEST * value.max() if value.max() > 0 else np.max(high[np.isfinite(high)], initial=0.0)
    top = max(top, np.sqrt(2) if named else 1e-6)
    size = 7 if len(table) <= MOST else 4.5
    for letter in table["verdict"].unique():
        look, here = LOOKS[letter], np.flatnonzero(table["verdict"] == letter)
        axes.vlines(here, low[here], np.minimum(high[here], top * 1.1), color=look["color"], lw=size / 5,
                    alpha=0.7)
        axes.plot(here, value[here], ls="none", ms=size, mew=size / 5, zorder=3, clip_on=False, **look)
    axes.set(ylim=(0, top), ylabel=WORDS["ratio" if named else "tau"][language])
    if named:
        axes.axhspan(0, 1, color=SKY, alpha=0.18, lw=0, zorder=0)
        axes.axhline(1, color=TEXT, lw=1.2, zorder=1)
        ticks = [tick for tick in TICKS if np.sqrt(tick) <= top]
        axes.set_yticks(np.sqrt(ticks), [number(tick, language) for tick in ticks])
    else:
        axes.yaxis.set_major_formatter(axis_number(language))


def _choices(axes: Axes, table: pd.DataFrame, options: Mapping[str, Mapping[str, str]], language: str) -> None:
    """A tick where a specification takes the option, in the colour of its verdict; a line between two choices."""
    colours = table["verdict"].map(lambda letter: LOOKS[letter]["color"]).to_numpy()
    names, height = [], 0
    for choice, words in options.items():
        axes.axhline(height - 0.5, color=GREY, lw=0.8)
        axes.text(1.01, height + (len(words) - 1) / 2, CHOICE[choice][language], va="center", fontsize=9.5,
                  fontweight="bold", color=QUIET, transform=axes.get_yaxis_transform())
        for option in words:
            here = np.flatnonzero(table[choice] == option)
            axes.vlines(here, height - 0.32, height + 0.32, color=colours[here], lw=2.5 if len(table) <= MOST else 1.4)
            height += 1
        names += words.values()
    axes.set_yticks(range(height), names, fontsize=9.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(height, 1) - 0.5, -0.5)
