"""Drawing of the overview: a grid whose fields say by colour and by weight what they speak for."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from rehapro_analysis.figures.german import number
from rehapro_analysis.figures.indicators.indicator_words import FAMILY, verdict_word
from rehapro_analysis.figures.indicators.separation_columns import HEADS, Column, Row
from rehapro_analysis.figures.networks.network_marks import legend_rows, sheet
from rehapro_analysis.figures.style import QUIET, TEXT, lines_of

NAMES, SIZES, CELL, VERDICT = 2.6, 0.95, 0.88, 2.7  # inches of the columns
ROW, GROUP, HEAD, LEGEND, EDGE = 0.42, 0.36, 0.78, 0.3, 0.15
POINTS, HEAD_POINTS = 10, 9
BANDS = 1.5  # inches that title, tag and caption take
FACES = {"separates": "#BBDDF0", "alike": "#F9DFA3", "open": "white", "unchecked": "white", "plain": "white"}
HATCHED = {"facecolor": "white", "edgecolor": "#C4C4C4", "hatch": "////", "linewidth": 0.6}
LINES = {"edgecolor": "#CCCCCC", "linewidth": 0.8}
LEGENDS = {
    "separates": {"de": "fett, blau: spricht für Trennung", "en": "bold, blue: speaks for separation"},
    "alike": {"de": "fett, orange: spricht für „praktisch gleich“",
              "en": "bold, orange: speaks for “practically alike”"},
    "open": {"de": "weiß: nicht nachgewiesen", "en": "white: not demonstrated"},
    "X": {"de": "schraffiert: nicht auswertbar", "en": "hatched: cannot be evaluated"},
}
UNCHECKED = {"de": "ungeprüft", "en": "unchecked"}


def grid_size(table: pd.DataFrame, columns: Sequence[Column]) -> tuple[float, float]:
    """Inches of the picture."""
    width = 2 * EDGE + NAMES + SIZES + CELL * len(columns) + VERDICT
    height = LEGEND + HEAD + ROW * len(table) + GROUP * table["confirmatory"].nunique() + EDGE
    return round(width, 2), round(height + BANDS, 2)


def draw_grid(canvas, table: pd.DataFrame, columns: Sequence[Column], language: str) -> None:
    """Legend, heads, a heading for each family, a row an indicator."""
    axes, width, height = sheet(canvas)
    legend_rows(axes, width, height, [[
        Patch(**(HATCHED if name == "X" else {"facecolor": FACES[name], **LINES}), label=words[language])
        for name, words in LEGENDS.items()]])
    top = height - LEGEND - HEAD
    _heads(axes, columns, top, language)
    for confirmatory, rows in table.groupby("confirmatory", sort=False):
        axes.text(EDGE, top - 0.6 * GROUP, FAMILY[bool(confirmatory)][language], fontweight="bold", va="center",
                  fontsize=POINTS)
        top -= GROUP
        for row in rows.to_dict("records"):
            top -= ROW
            _row(axes, row, columns, top, language)


def _heads(axes: Axes, columns: Sequence[Column], bottom: float, language: str) -> None:
    places = [(EDGE + NAMES, SIZES, HEADS["size"][language], "")]
    places += [(_left(place), CELL, column.head(language), column.limit(language))
               for place, column in enumerate(columns)]
    for left, width, words, limit in places:
        lines = [*lines_of(words, width=width - 0.06, points=HEAD_POINTS, weight="bold"), *([limit] if limit else [])]
        axes.text(left + width / 2, bottom + 0.06, "\n".join(lines), ha="center", va="bottom", fontsize=HEAD_POINTS,
                  fontweight="bold", color=QUIET)
    axes.text(_left(len(columns)) + 0.12, bottom + 0.06, HEADS["verdict"][language], va="bottom",
              fontsize=HEAD_POINTS, fontweight="bold", color=QUIET)


def _row(axes: Axes, row: Row, columns: Sequence[Column], bottom: float, language: str) -> None:
    middle = bottom + ROW / 2
    _text(axes, EDGE, middle, row[f"label_{language}"], NAMES - 0.1)
    sizes = f"{number(row['projects'], language)} / {number(row['n'], language)}"
    axes.text(EDGE + NAMES + SIZES / 2, middle, sizes, ha="center", va="center", fontsize=POINTS)
    if row["verdict"] == "X":
        _hatched(axes, row[f"reason_{language}"], len(columns), bottom)
    else:
        for place, column in enumerate(columns):
            _field(axes, column, row, _left(place), bottom, language)
    _text(axes, _left(len(columns)) + 0.12, middle, verdict_word(row["verdict"], language), VERDICT - 0.14,
          fontweight="normal" if row["verdict"] in "DX" else "bold")


def _field(axes: Axes, column: Column, row: Row, left: float, bottom: float, language: str) -> None:
    speaks = column.speaks(row)
    axes.add_patch(Rectangle((left, bottom), CELL, ROW, facecolor=FACES[speaks], **LINES))
    words = UNCHECKED[language] if speaks == "unchecked" else column.text(row, language)
    axes.text(left + CELL / 2, bottom + ROW / 2, words, ha="center", va="center", fontsize=POINTS,
              fontweight="bold" if speaks in ("separates", "alike") else "normal",
              fontstyle="italic" if speaks == "unchecked" else "normal",
              color=QUIET if speaks in ("open", "unchecked") else TEXT)


def _hatched(axes: Axes, reason: str, columns: int, bottom: float) -> None:
    """A row without numbers and why; the reason stands on white, as wide as its words."""
    axes.add_patch(Rectangle((_left(0), bottom), CELL * columns, ROW, **HATCHED))
    lines = lines_of(reason, width=CELL * columns - 0.4, points=POINTS)
    axes.text(_left(0) + CELL * columns / 2, bottom + ROW / 2, "\n".join(lines), ha="center", va="center",
              fontsize=POINTS if len(lines) == 1 else POINTS - 1, color=TEXT, parse_math=False,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})


def _text(axes: Axes, left: float, middle: float, words: str, width: float, **style: str) -> None:
    lines = lines_of(words, width=width, points=POINTS, weight=style.get("fontweight", "normal"))
    axes.text(left, middle, "\n".join(lines), va="center", fontsize=POINTS, linespacing=1.1, parse_math=False, **style)


def _left(place: int) -> float:
    return EDGE + NAMES + SIZES + CELL * place
