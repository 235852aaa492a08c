"""The network card (Netzwerkkarte) of all participants together, before and after. No single person's card is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import axis_number, number
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, ORANGE, QUIET, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

SECTORS = {
    "family": {"de": "Familie", "en": "family"},
    "friends": {"de": "Freundschaft", "en": "friends"},
    "work and clubs": {"de": "Arbeit und Vereine", "en": "work and clubs"},
    "professional": {"de": "Fachleute", "en": "professionals"},
}
SPACES = {
    "personal": {"de": "Persönlicher Sozialraum", "en": "Personal space", "color": BLUE},
    "institutional": {"de": "Institutioneller Sozialraum", "en": "Institutional space", "color": ORANGE},
}
WAVE = {"before": {"de": "erste Karte", "en": "first card"}, "after": {"de": "zweite Karte", "en": "second card"}}
CONTACTS = {"de": "Kontakte je Person (Mittel)", "en": "contacts a person (mean)"}


def network_card(spaces: Result) -> Figure:
    """Mean contacts by part of life and space on the first and on the second card of the same people.

    ``spaces`` is from `network_card_spaces`. A line leads from the first to the second card; beside it stand the
    difference and its limits. Places where nobody has a contact on either card are left out, and so are those that
    the table withholds because fewer than five people stand behind them.

    Raises `StudyError` if nothing is left to draw.
    """
    table = spaces.table[spaces.table["estimate"].notna()]
    table = table[table[["before", "after"]].max(axis=1) > 0].reset_index(drop=True)
    if table.empty:
        raise StudyError.of("No part of the card can be shown.", "Take more people: five at least have both cards.")
    return Figure(
        "network_card",
        {"de": "Netzwerkkarten zusammengefasst: Kontakte vorher und nachher",
         "en": "Network cards taken together: contacts before and after"},
        {"de": f"Dieselben {spaces.n} Personen auf beiden Karten; Zahlen: Unterschied je Person mit 95-%-Grenzen, "
               "Coaches als Einheiten. Ohne Vergleichsgruppe ist ein Unterschied keine Wirkung. Keine Karte einer "
               "einzelnen Person ist gezeigt.",
         "en": f"The same {spaces.n} people on both cards; numbers: difference a person with 95% limits, coaches as "
               "units. Without a comparison group a difference is no effect. No single person's card is shown."},
        {language: _told(table, language) for language in LANGUAGES}, spaces.table, spaces.origin,
        lambda canvas, language: _draw(canvas, table, language), (10, 5.625))


def _told(table: pd.DataFrame, language: str) -> str:
    to = {"de": "von {} auf {}", "en": "from {} to {}"}[language]
    return "; ".join(
        f"{SPACES[row.space][language]}, {SECTORS[row.sector][language]}: "
        f"{to.format(number(row.before, language, 2), number(row.after, language, 2))} ({_change(row, language)})"
        for row in table.itertuples()) + "."


def _change(row: object, language: str) -> str:
    """The difference with its limits, the sign always written."""
    ends = f" {'bis' if language == 'de' else 'to'} ".join(_signed(end, language) for end in (row.lower, row.upper))
    return _signed(row.estimate, language) + (f" [{ends}]" if np.isfinite(row.lower) else "")


def _signed(value: float, language: str) -> str:
    return ("+" if value > 0 else "") + number(value, language, 2)


def _draw(canvas: SubFigure, table: pd.DataFrame, language: str) -> None:
    spaces = [name for name in SPACES if table["space"].eq(name).any()]
    heights = [table["space"].eq(name).sum() for name in spaces]
    panels = canvas.subplots(len(spaces), 1, sharex=True, squeeze=False, height_ratios=np.add(heights, 0.4))[:, 0]
    right = table[["before", "after"]].max(axis=None) * 1.06
    for axes, space in zip(panels, spaces, strict=True):
        _draw_space(axes, table[table["space"].eq(space)], right, language)
        axes.set_title(SPACES[space][language], color=TEXT)
    panels[-1].set_xlabel(CONTACTS[language], loc="left")
    hollow = {"marker": "o", "markerfacecolor": "white", "markeredgewidth": 2}
    full = {"marker": "o", "markerfacecolor": QUIET}
    marks = [Line2D([], [], color=QUIET, ls="none", ms=9, label=WAVE[wave][language], **look)
             for wave, look in (("before", hollow), ("after", full))]
    canvas.legend(handles=marks, loc="outside upper right", ncols=2)


def _draw_space(axes: Axes, rows: pd.DataFrame, right: float, language: str) -> None:
    colour = SPACES[rows["space"].iloc[0]]["color"]
    for height, row in enumerate(rows.itertuples()):
        axes.plot([row.before, row.after], [height, height], color=colour, lw=3, zorder=2)
        axes.plot(row.before, height, "o", ms=10, mew=2.2, color=colour, markerfacecolor="white", zorder=3)
        axes.plot(row.after, height, "o", ms=10, color=colour, zorder=4)
        axes.text(right, height, _change(row, language), va="center", color=TEXT)
    axes.set_yticks(range(len(rows)), [SECTORS[sector][language] for sector in rows["sector"]])
    axes.set(xlim=(0, right * 1.5), ylim=(len(rows) - 0.4, -0.6))
    axes.set_xticks(np.arange(0, right, 0.5))
    axes.xaxis.set_major_formatter(axis_number(language))
    axes.grid(axis="x", color=GREY, alpha=0.3)
    axes.tick_params(axis="y", length=0)
