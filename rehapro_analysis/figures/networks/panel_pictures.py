"""Small multiples: several networks on one sector map with one scale, for projects or for dates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.labels import Box
from rehapro_analysis.figures.networks.network_canvas import draw_actors, draw_ties, map_legend
from rehapro_analysis.figures.networks.network_contents import drawn_actors, drawn_pairs, told_pairs
from rehapro_analysis.figures.networks.network_layout import SectorLayout, sector_layout
from rehapro_analysis.figures.networks.network_marks import HEADING, POINTS, sheet
from rehapro_analysis.figures.networks.network_words import PANEL_NOTE, panel_words, ring_words, told
from rehapro_analysis.figures.networks.sector_pictures import draw_ground
from rehapro_analysis.figures.style import LANGUAGES, QUIET
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.origins import strictest
from rehapro_analysis.study.problems import StudyError

FEW = 3  # up to so many panels are larger
WIDTH, TALL, BANDS = 13, 0.9, 2.1  # inches; a panel's height as a share of its width; title, legend and caption
HEAD, RIM = 0.5, 0.25  # inches for a panel's heading and around its map
SIZE = 6  # points of a mark


def sector_panels(networks: Mapping[str, PartnerNetwork], *, name: str = "sector_panels") -> Figure:
    """A panel a network, all on the same sector map and scale; ``networks`` are named by their headings.

    An actor of several networks has the same angle in all and moves on it only, so that dates of one
    project can be compared: ``{"2020": network.at("2020-12-31"), …}``. Actors have no names here;
    `sector_map` shows them.
    ``table``: a row a pair that is not an observed absence, with its panel. Raises `StudyError` without a network.
    """
    if not networks:
        raise StudyError.of("There is no network to draw.", "Give at least one, named by its heading.")
    layout = sector_layout(list(networks.values()))
    rows = -(-len(networks) // _across(len(networks)))
    words = {heading: told(network) for heading, network in networks.items()}
    return Figure(
        name,
        {"de": f"{len(networks)} Netzwerke auf derselben Karte der Rechtskreise",
         "en": f"{len(networks)} networks on the same map of legal domains"},
        {language: note.format(rings=ring_words(layout.rings, language)) for language, note in PANEL_NOTE.items()},
        {language: " ".join(f"{heading}. {one[language]}" for heading, one in words.items())
         for language in LANGUAGES},
        _table(networks), _origin(networks), partial(_draw, networks, layout),
        (WIDTH, round(rows * TALL * WIDTH / _across(len(networks)) + BANDS, 2)),
    )


def _draw(networks: Mapping[str, PartnerNetwork], layout: SectorLayout, canvas: SubFigure, language: str) -> None:
    axes, width, height = sheet(canvas)
    drawn = {heading: (drawn_actors(network), drawn_pairs(network)) for heading, network in networks.items()}
    actors, pairs = (pd.concat(frames, ignore_index=True) for frames in zip(*drawn.values(), strict=True))
    top = height - map_legend(axes, width, height, language, actors, pairs)
    across = _across(len(drawn))
    wide, tall = width / across, top / -(-len(drawn) // across)
    for place, (heading, (who, what)) in enumerate(drawn.items()):
        left, upper = place % across * wide, top - place // across * tall
        frame = Box(left + 0.1, upper - tall + 0.05, left + wide - 0.1, upper)
        _panel(axes, heading, who, what, layout, frame, language)


def _panel(
    axes: Axes, heading: str, actors: pd.DataFrame, pairs: pd.DataFrame, layout: SectorLayout, frame: Box,
    language: str,
) -> None:
    axes.text(frame.left, frame.top, heading, fontsize=HEADING, fontweight="bold", va="top", parse_math=False)
    axes.text(frame.left, frame.top - 0.2, panel_words(pairs, len(actors), language), fontsize=POINTS - 1,
              color=QUIET, va="top")
    rim = Box(frame.left + RIM, frame.bottom + RIM, frame.right - RIM, frame.top - HEAD - RIM)
    draw_ground(axes, layout, rim, language)
    points = layout.places(actors, rim, step=0.16)
    draw_ties(axes, actors, pairs, points)
    draw_actors(axes, actors, points, SIZE)


def _across(n: int) -> int:
    """How many panels stand in a row."""
    return FEW if n <= FEW else FEW + 1


def _table(networks: Mapping[str, PartnerNetwork]) -> pd.DataFrame:
    table = pd.concat([told_pairs(network).assign(panel=heading) for heading, network in networks.items()])
    table = table[table["state"].ne("absent")].reset_index(drop=True)
    return table[["panel", *[column for column in table if column != "panel"]]]


def _origin(networks: Mapping[str, PartnerNetwork]) -> str:
    """The strictest of their origins, so that one synthetic panel marks the whole."""
    return strictest(network.origin for network in networks.values())
