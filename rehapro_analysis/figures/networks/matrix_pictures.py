"""The matrix picture: a field a pair of actors, for networks too dense for lines."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.labels import extent
from rehapro_analysis.figures.networks.network_canvas import HATCH, named
from rehapro_analysis.figures.networks.network_contents import (
    STATES,
    by_domain,
    drawn_actors,
    file_stem,
    heading,
    pair_states,
    told_pairs,
)
from rehapro_analysis.figures.networks.network_marks import WORDS, legend_rows, sheet
from rehapro_analysis.figures.networks.network_words import DIRECTION, MATRIX_NOTE, STATE_WORDS, told
from rehapro_analysis.figures.style import BLUE, GREY, QUIET, SKY, TEXT, VERMILION
from rehapro_analysis.networks.ties.network import PartnerNetwork

# Every state has a shape of its own, so that the picture can be read in grey.
FIELDS = {
    "active": {"color": BLUE, "marker": "s", "markersize": 9},
    "identified": {"color": SKY, "marker": "o", "markersize": 6, "markerfacecolor": "white", "markeredgewidth": 1.6},
    "attempted": {"color": VERMILION, "marker": "^", "markersize": 7},
    "former": {"color": QUIET, "marker": "_", "markersize": 8, "markeredgewidth": 2},
    "impossible": {"color": TEXT, "marker": "x", "markersize": 6, "markeredgewidth": 1.6},
    "absent": {"color": GREY, "marker": ".", "markersize": 2.5},
}
CELL, LARGEST, SMALLEST = 0.28, 0.5, 0.155  # inches of a field: usual, in the smallest and in the largest picture
SIDE, SHARED, BANDS = 9.5, 5.0, 2.3  # inches for all fields: at most, if few; and for title, legend and caption
NARROWEST = 10  # inches
SIGNS = 0.75  # inches at the right for the domains' names
LETTERS, LEAST = 9, 7.5  # points


def network_matrix(network: PartnerNetwork) -> Figure:
    """One field a pair: at work, planned, attempted, ended, impossible, observed absence, or unknown.

    Actors are ordered by legal domain, leads first; columns carry the rows' numbers. ``table``: a row a
    pair, absences included. The picture grows with the network.
    """
    actors, note = drawn_actors(network), {}
    for language, sentence in MATRIX_NOTE.items():
        note[language] = sentence.format(direction=DIRECTION[language] if network.directed else "")
    cell, left = _cell(len(actors)), _left(actors)
    side = max(cell * len(actors), 1.5)
    return Figure(
        file_stem("network_matrix", network.project),
        {"de": f"{heading(network, 'de')}, jedes Paar ein Feld", "en": f"{heading(network, 'en')}, a field a pair"},
        note, told(network), told_pairs(network), network.origin, partial(_draw, network),
        (round(max(NARROWEST, left + side + SIGNS), 2), round(side + BANDS, 2)),
    )


def _draw(network: PartnerNetwork, canvas: SubFigure, language: str) -> None:
    axes, width, height = sheet(canvas)
    actors = drawn_actors(network)
    order = by_domain(actors)
    states = pair_states(network)[np.ix_(order, order)]
    top = height - _legend(axes, width, height, language, set(states.flat))
    rows = actors.iloc[order].reset_index(drop=True)
    n, left = max(1, len(rows)), _left(rows)
    cell = min(_cell(n), (top - 0.35) / n, (width - left - SIGNS) / n)
    corner = left, top - 0.25
    _fields(axes, states, corner, cell)
    _names(axes, rows, corner, cell)
    _domains(axes, rows, corner, cell, language)


def _fields(axes: Axes, states: np.ndarray, corner: tuple[float, float], cell: float) -> None:
    x, y = corner
    for state, look in FIELDS.items():
        down, across = np.nonzero(states == state)
        sized = look | {"markersize": look["markersize"] * cell / CELL}
        axes.plot(x + (across + 0.5) * cell, y - (down + 0.5) * cell, linestyle="none", **sized)
    bars = [[(start, -row), (start, -row - 1), (stop, -row - 1), (stop, -row)] for row, start, stop in _runs(states)]
    axes.add_collection(PolyCollection((x, y) + cell * np.array(bars).reshape(-1, 4, 2), **HATCH))
    for place in range(len(states)):
        axes.add_patch(Rectangle((x + place * cell, y - (place + 1) * cell), cell, cell, facecolor="#DDDDDD",
                                 edgecolor="none"))


def _runs(states: np.ndarray) -> list[tuple[int, int, int]]:
    """Row, first column and end of every run of unknown fields."""
    unknown = np.pad(states == "unknown", ((0, 0), (1, 1))).astype(int)
    rows, starts = np.nonzero(np.diff(unknown) == 1)
    _, stops = np.nonzero(np.diff(unknown) == -1)
    return list(zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True))


def _names(axes: Axes, rows: pd.DataFrame, corner: tuple[float, float], cell: float) -> None:
    """Names and numbers beside the rows, numbers above the columns."""
    x, y = corner
    points = _letters(cell)
    for place, (name, known) in enumerate(zip(named(rows), rows["named"], strict=True)):
        middle = y - (place + 0.5) * cell
        axes.text(x - 0.32, middle, name, fontsize=points, ha="right", va="center", parse_math=False,
                  fontstyle="normal" if known else "italic")
        axes.text(x - 0.06, middle, str(place + 1), fontsize=points, color=QUIET, ha="right", va="center")
        if len(rows) < 30 or place % 5 == 4 or not place:
            axes.text(x + (place + 0.5) * cell, y + 0.05, str(place + 1), fontsize=points, color=QUIET, ha="center",
                      va="bottom")


def _domains(
    axes: Axes, rows: pd.DataFrame, corner: tuple[float, float], cell: float, language: str,
) -> None:
    """A line between two domains, and each domain's name at the right."""
    (x, y), n = corner, len(rows)
    sectors = rows["sector"].tolist()
    starts = [place for place in range(n) if not place or sectors[place] != sectors[place - 1]]
    for start, stop in zip(starts, [*starts[1:], n], strict=True):
        word = WORDS[language]["none"] if sectors[start] == "none" else sectors[start]
        axes.text(x + n * cell + 0.08, y - (start + stop) / 2 * cell, word, fontsize=LETTERS, va="center",
                  fontweight="bold", color=QUIET)
    for line in [*starts, n]:
        axes.plot([x, x + n * cell], [y - line * cell] * 2, color=GREY, linewidth=0.8, zorder=1)
        axes.plot([x + line * cell] * 2, [y, y - n * cell], color=GREY, linewidth=0.8, zorder=1)


def _legend(axes: Axes, width: float, height: float, language: str, found: set[str]) -> float:
    words = STATE_WORDS[language]
    handles = [Line2D([], [], linestyle="none", label=words[state], **FIELDS[state]) if state in FIELDS
               else Patch(**HATCH, label=words[state]) for state in STATES if state in found]
    return legend_rows(axes, width, height, [handles]) if handles else 0.2


def _cell(n: int) -> float:
    """Inches of a field."""
    few = max(CELL, SHARED / max(1, n))
    return max(SMALLEST, min(LARGEST, few, SIDE / max(1, n)))


def _letters(cell: float) -> float:
    return max(LEAST, min(LETTERS, cell * 72 / 1.3))


def _left(actors: pd.DataFrame) -> float:
    """Inches that names and numbers take at the left."""
    return max((extent(name, LETTERS, style="italic")[0] for name in named(actors)), default=0) + 0.5
