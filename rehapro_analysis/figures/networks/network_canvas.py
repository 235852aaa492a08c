"""Actors, ties, and what is unknown, drawn at given places: what every map of a network shares."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch

from rehapro_analysis.figures.german import number
from rehapro_analysis.figures.networks.network_contents import MOSTLY, TIE_STATES
from rehapro_analysis.figures.networks.network_marks import KIND_OF, KINDS, LINES, WORDS, legend_rows, mark
from rehapro_analysis.figures.style import GREY, QUIET

HATCH = {"facecolor": "none", "edgecolor": GREY, "hatch": "//////", "linewidth": 0}
NBSP = "\N{NO-BREAK SPACE}"
HALO = 0.0165  # inches a point of the mark, around an actor whose ties are mostly unknown
FAINT = 0.45  # of ties between partners, so that those of the leads stay on top

MAP_WORDS = {
    "de": {"unknown": "mindestens die Hälfte der Paare unbekannt", "several": "doppelter Rand: mehrere Rechtskreise",
           "pairs": "insgesamt {unknown} von {all}"},
    "en": {"unknown": "at least half of the pairs unknown", "several": "double rim: several legal domains",
           "pairs": "in all {unknown} of {all}"},
}


def named(actors: pd.DataFrame) -> list[str]:
    """Names as written in a picture, with all legal domains where there are several."""
    return [f"{row.name} ({f',{NBSP}'.join(row.domains)})" if len(row.domains) > 1 else row.name
            for row in actors[["name", "domains"]].itertuples(index=False)]


def draw_ties(axes: Axes, actors: pd.DataFrame, pairs: pd.DataFrame, points: np.ndarray) -> None:
    """A line a pair with a tie, by state; ties between partners are faint and lie below those of leads."""
    for row in pairs[pairs["state"].isin(TIE_STATES)].itertuples():
        of_lead = actors["lead"][row.one] or actors["lead"][row.other]
        look = {} if of_lead or not actors["lead"].any() else {"alpha": FAINT}
        axes.plot(*zip(points[row.one], points[row.other], strict=True), **LINES[row.state], **look,
                  zorder=2 if of_lead else 1.5)


def draw_actors(axes: Axes, actors: pd.DataFrame, points: np.ndarray, size: float = 9) -> None:
    """A mark an actor by kind, a second rim for several domains, hatching where its ties are mostly unknown."""
    for row, (x, y) in zip(actors.itertuples(), points, strict=True):
        if row.unknown >= MOSTLY:
            axes.add_patch(Circle((x, y), HALO * size, zorder=1.2, **HATCH))
        if len(row.domains) > 1:
            axes.plot([x], [y], marker="o", markersize=size + 6, markerfacecolor="white", markeredgecolor=QUIET,
                      linestyle="none", zorder=2.9)
        mark(axes, x, y, row.kind, row.named, size)


def map_legend(
    axes: Axes, width: float, height: float, language: str, actors: pd.DataFrame, pairs: pd.DataFrame,
) -> float:
    """Kinds, lines and the unknown, as far as they occur; returns the height it takes."""
    words, map_words = WORDS[language], MAP_WORDS[language]
    present = {KIND_OF[kind] for kind in actors["kind"]}
    kinds = [Line2D([], [], color=colour, marker=shape, markersize=9, linestyle="none", label=words[kind])
             for kind, (colour, shape, _) in KINDS.items() if kind in present]
    states = set(pairs["state"])
    lines = [Line2D([], [], **LINES[state], label=words[state]) for state in TIE_STATES if state in states]
    rows = [kinds, lines, _remarks(words, map_words, language, actors, pairs)]
    return legend_rows(axes, width, height, [row for row in rows if row])


def _remarks(
    words: dict[str, str], map_words: dict[str, str], language: str, actors: pd.DataFrame, pairs: pd.DataFrame,
) -> list[Line2D | Patch]:
    remarks: list[Line2D | Patch] = []
    unknown = int(pairs["state"].eq("unknown").sum())
    if unknown:
        told = map_words["pairs"].format(unknown=number(unknown, language), all=number(len(pairs), language))
        remarks.append(Patch(**HATCH, label=f"{map_words['unknown']} ({told})"))
    if (actors["domains"].map(len) > 1).any():
        remarks.append(Line2D([], [], marker="o", markersize=12, markerfacecolor="white", markeredgecolor=QUIET,
                              linestyle="none", label=map_words["several"]))
    if not actors["named"].all():
        remarks.append(Line2D([], [], marker="o", markersize=9, markerfacecolor="white", markeredgewidth=1.6,
                              color=QUIET, linestyle="none", label=words["unnamed"]))
    return remarks
