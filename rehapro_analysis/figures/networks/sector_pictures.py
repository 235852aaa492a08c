"""The sector map: the jobcenter in the middle, its partners around it by book of the social code."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import Polygon

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.label_placement import (
    Labelling,
    key_height,
    named_labels,
    numbered_labels,
    write_key,
    write_labels,
)
from rehapro_analysis.figures.labels import Box, extent
from rehapro_analysis.figures.networks.network_canvas import draw_actors, draw_ties, map_legend, named
from rehapro_analysis.figures.networks.network_contents import drawn_actors, drawn_pairs, file_stem, heading, told_pairs
from rehapro_analysis.figures.networks.network_layout import SectorLayout, sector_layout
from rehapro_analysis.figures.networks.network_marks import POINTS, WORDS, box, sheet
from rehapro_analysis.figures.networks.network_words import RING_NOTE, map_note, ring_words, told
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, QUIET
from rehapro_analysis.networks.ties.network import PartnerNetwork

MARGINS = 1.2, 0.4  # inches left free beside and above the outer ring, for labels
SIGN_OUT = 0.15  # inches from the rim at which a sector's name stands
TINTS = ("#F4F4F4", "#FFFFFF")


def sector_map(network: PartnerNetwork) -> Figure:
    """One network: the angle is the legal domain, the ring how far a partner's tie with the jobcenter has come.

    Without a leading jobcenter the middle stays empty and the ring shows the firmest tie of all. An actor
    of several domains lies in the first of them; a second rim and its label show the others. Actors are
    hatched where most of their pairs are unknown. ``table``: a row a pair that is not an observed absence.
    """
    layout = sector_layout([network])
    pairs = told_pairs(network)
    return Figure(
        file_stem("sector_map", network.project),
        {"de": f"{heading(network, 'de')} nach Rechtskreis", "en": f"{heading(network, 'en')} by legal domain"},
        map_note(RING_NOTE, network, rings={language: ring_words(layout.rings, language) for language in LANGUAGES}),
        told(network), pairs[pairs["state"].ne("absent")].reset_index(drop=True), network.origin,
        partial(_draw, network, layout), (13, 11),
    )


def _draw(network: PartnerNetwork, layout: SectorLayout, canvas: SubFigure, language: str) -> None:
    axes, width, height = sheet(canvas)
    actors, pairs = drawn_actors(network), drawn_pairs(network)
    top = height - map_legend(axes, width, height, language, actors, pairs)
    found = draw_sector_map(axes, actors, pairs, layout, Box(0.1, 0.05, width - 0.1, top), language)
    if found.key:
        write_key(axes, found, Box(0.1, 0, width - 0.1, key_height(found.key, width - 0.2)))


def draw_sector_map(
    axes: Axes, actors: pd.DataFrame, pairs: pd.DataFrame, layout: SectorLayout, frame: Box, language: str,
) -> Labelling:
    """The map in its frame; where names have no room, numbers, and room for their key at the bottom."""
    partners, names = ~actors["lead"].to_numpy(), named(actors)
    shown = [name for name, partner in zip(names, partners, strict=True) if partner]
    points, taken = _prepared(actors, layout, frame, language)
    found = named_labels(shown, points[partners], frame, centre=frame.centre, taken=taken)
    if found is None:
        frame = Box(frame.left, frame.bottom + key_height(shown, frame.right - frame.left), frame.right, frame.top)
        points, taken = _prepared(actors, layout, frame, language)
        found = numbered_labels(shown, points[partners], frame, centre=frame.centre, taken=taken)
    draw_ground(axes, layout, _rim(frame), language)
    draw_ties(axes, actors, pairs, points)
    draw_actors(axes, actors[partners], points[partners])
    for name, (x, y) in zip(actors.loc[~partners, "name"], points[~partners], strict=True):
        box(axes, x, y, name, BLUE, "white")
    write_labels(axes, points[partners], found, ["normal" if one else "italic" for one in actors["named"][partners]])
    return found


def _prepared(
    actors: pd.DataFrame, layout: SectorLayout, frame: Box, language: str,
) -> tuple[np.ndarray, list[Box]]:
    """The actors' points, and what no label may cover: the leads' boxes and the names of the sectors."""
    rim = _rim(frame)
    points, leads = layout.places(actors, rim), actors["lead"].to_numpy()
    sizes = [(wide + 0.25, tall + 0.15) for wide, tall in
             (extent(name, POINTS, "bold") for name in actors.loc[leads, "name"])]
    return points, [_around(at, size) for at, size in zip(points[leads], sizes, strict=True)] + [
        _around(at, extent(text, POINTS - 1)) for text, at in _signs(layout, rim, language)]


def _rim(frame: Box) -> Box:
    return Box(frame.left + MARGINS[0], frame.bottom + MARGINS[1], frame.right - MARGINS[0], frame.top - MARGINS[1])


def _signs(layout: SectorLayout, rim: Box, language: str) -> list[tuple[str, np.ndarray]]:
    """Every domain's name and its place at the rim."""
    half = np.array([rim.right - rim.left, rim.top - rim.bottom]) / 2
    return [(WORDS[language]["none"] if domain == "none" else domain,
             layout.unit(low / 2 + high / 2) * (half + SIGN_OUT) + rim.centre)
            for domain, (low, high) in layout.sectors.items()]


def draw_ground(axes: Axes, layout: SectorLayout, rim: Box, language: str) -> None:
    """Tinted sectors with their names, and a dotted line between two rings."""
    half = np.array([rim.right - rim.left, rim.top - rim.bottom]) / 2
    for place, (low, high) in enumerate(layout.sectors.values()):
        arc = [layout.unit(angle) * half + rim.centre for angle in np.linspace(low, high, 40)]
        axes.add_patch(Polygon([rim.centre, *arc], facecolor=TINTS[place % 2], edgecolor="#DDDDDD", zorder=0.1))
    for share, _ in list(layout.rings.values())[1:]:
        circle = np.array([layout.unit(angle, share) * half + rim.centre for angle in np.linspace(0, 360, 181)])
        axes.plot(*circle.T, color=GREY, linestyle=":", linewidth=0.8, zorder=0.2)
    for text, (x, y) in _signs(layout, rim, language):
        axes.text(x, y, text, fontsize=POINTS - 1, color=QUIET, ha="center", va="center", zorder=2.5,
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6})


def _around(point: np.ndarray, size: tuple[float, float]) -> Box:
    (x, y), (wide, tall) = point, size
    return Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
