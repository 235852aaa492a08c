"""A network drawn freely: actors with ties near each other, actors without ties in a row of their own."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.figure import SubFigure

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.label_placement import (
    Labelling,
    key_height,
    named_labels,
    numbered_labels,
    write_key,
    write_labels,
)
from rehapro_analysis.figures.labels import Box
from rehapro_analysis.figures.networks.network_canvas import draw_actors, draw_ties, map_legend, named
from rehapro_analysis.figures.networks.network_contents import drawn_actors, drawn_pairs, file_stem, heading, told_pairs
from rehapro_analysis.figures.networks.network_layout import free_layout
from rehapro_analysis.figures.networks.network_marks import sheet
from rehapro_analysis.figures.networks.network_words import FREE_NOTE, map_note, told
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.networks.ties.network import PartnerNetwork

MARGIN = 0.15  # inches around the body


def network_map(network: PartnerNetwork, *, seed: int = 1) -> Figure:
    """One network in a free layout; nothing but the lines means anything.

    ``seed`` chooses where the layout starts; what is seen with one seed only is no result. Lines, marks,
    hatching and ``table`` are as in `sector_map`, the better picture where legal domains matter.
    """
    pairs = told_pairs(network)
    return Figure(
        file_stem("network_map", network.project),
        {"de": f"{heading(network, 'de')}, frei angeordnet", "en": f"{heading(network, 'en')}, laid out freely"},
        map_note(FREE_NOTE, network, seed=dict.fromkeys(LANGUAGES, str(seed))), told(network),
        pairs[pairs["state"].ne("absent")].reset_index(drop=True), network.origin, partial(_draw, network, seed),
        (13, 11),
    )


def _draw(network: PartnerNetwork, seed: int, canvas: SubFigure, language: str) -> None:
    axes, width, height = sheet(canvas)
    actors, pairs = drawn_actors(network), drawn_pairs(network)
    top = height - map_legend(axes, width, height, language, actors, pairs)
    names, frame = named(actors), Box(MARGIN, MARGIN, width - MARGIN, top)
    points, found = _labelled(network, names, frame, seed)
    draw_ties(axes, actors, pairs, points)
    draw_actors(axes, actors, points)
    write_labels(axes, points, found, ["normal" if one else "italic" for one in actors["named"]])
    if found.key:
        write_key(axes, found, Box(MARGIN, 0, width - MARGIN, key_height(names, width - 2 * MARGIN)))


def _labelled(network: PartnerNetwork, names: list[str], frame: Box, seed: int) -> tuple[np.ndarray, Labelling]:
    """Points and labels; names if they have room, else numbers above their key."""
    points = free_layout(network, frame, seed=seed)
    found = named_labels(names, points, frame, centre=frame.centre)
    if found is None:
        bottom = frame.bottom + key_height(names, frame.right - frame.left)
        frame = Box(frame.left, bottom, frame.right, frame.top)
        points = free_layout(network, frame, seed=seed)
        found = numbered_labels(names, points, frame, centre=frame.centre)
    return points, found
