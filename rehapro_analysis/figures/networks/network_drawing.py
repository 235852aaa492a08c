"""Two layouts of partner networks: columns for all projects, a sector map for one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from rehapro_analysis.figures.labels import Box, draw_labels, extent, place_labels
from rehapro_analysis.figures.networks.network_marks import (
    HEADING,
    LINES,
    POINTS,
    WORDS,
    beside,
    box,
    legend,
    mark,
    sheet,
)
from rehapro_analysis.figures.style import BLUE, QUIET, TEXT
from rehapro_analysis.networks.ties.network import in_order

# Sectors of the map: where each legal domain lies, in degrees, in every panel alike. The wide
# ones lie left and right, where labels can stand above one another.
SECTORS = {
    "II": (135, 225), "III": (110, 135), "V": (50, 110), "VI": (8, 50), "VIII": (-15, 8),
    "IX": (-50, -15), "XII": (-72, -50), "none": (-107, -72), "unknown": (-135, -107),
}
RING = (0.75, 0.85)  # half axes of a panel's ring in inches
SIGNS = {"none": "–", "unknown": "?"}


def draw_all(labels: Mapping[str, str], ties: pd.DataFrame, canvas: SubFigure, language: str) -> None:
    """Partners in two outer columns by project, their jobcenters inside, institutes in the middle."""
    axes, width, height = sheet(canvas)
    top = height - legend(axes, width, height, language, sorted(ties["group"].unique(), key=list(LINES).index))
    left, right = _halves(ties)
    spots = {}
    for side, rows in ((-1, left), (1, right)):
        spots |= _column(axes, rows, labels, language, side, width / 2, top)
    _institutes(axes, ties[ties["group"].eq("evaluation")], spots, width / 2)


def draw_panels(labels: Mapping[str, str], ties: pd.DataFrame, canvas: SubFigure, language: str) -> None:
    """A grid of sector maps, three a row, each with its jobcenter in the middle."""
    axes, width, height = sheet(canvas)
    partners = ties[ties["group"].ne("evaluation")]
    groups = sorted(partners["group"].unique(), key=list(LINES).index)
    height -= legend(axes, width, height, language, groups)
    names = list(ties["project"].unique())
    across, down = 3, -(-len(names) // 3)
    for place, project in enumerate(names):
        left, top = place % across * width / across, height - place // across * height / down
        frame = Box(left + 0.15, top - height / down + 0.05, left + width / across - 0.05, top)
        lead = ties.loc[ties["project"].eq(project), "lead"].iloc[0]
        _panel(axes, partners[partners["project"].eq(project)], (labels[project], lead), frame, language)


def _panel(axes: Axes, ties: pd.DataFrame, heading: tuple[str, str], frame: Box, language: str) -> None:
    """One project's map below its heading."""
    axes.text(frame.left, frame.top, heading[0], fontsize=HEADING, fontweight="bold", va="top", parse_math=False)
    axes.text(frame.left, frame.top - 0.2, heading[1], fontsize=POINTS, color=QUIET, va="top", parse_math=False)
    centre = frame.centre[0], frame.centre[1] - 0.1
    mark(axes, *centre, "jobcenter", True, size=12)
    if ties.empty:
        axes.text(centre[0] + 0.2, centre[1], WORDS[language]["alone"], fontsize=POINTS, fontstyle="italic",
                  va="center")
        return
    points = _around(_angles(ties)) + centre
    for row, point in zip(ties.itertuples(), points, strict=True):
        axes.plot(*zip(centre, point, strict=True), **LINES[row.group], zorder=2)
        mark(axes, *point, row.kind, row.named)
    texts, styles = [label_of(row.short_label, row.legal_domains) for row in ties.itertuples()], _styles(ties)
    width = max(extent(text, HEADING, "bold")[0] for text in heading)
    taken = [Box(frame.left, frame.top - 0.5, frame.left + width + 0.1, frame.top),
             Box(centre[0] - 0.1, centre[1] - 0.1, centre[0] + 0.1, centre[1] + 0.1)]
    boxes = place_labels(points, [_room(text) for text in texts], frame, centre=centre, taken=taken)
    draw_labels(axes, texts, points, boxes, fontsize=POINTS, styles=styles)


def _angles(ties: pd.DataFrame) -> np.ndarray:
    """The angle of every partner in degrees: those of a sector share it equally, in their order."""
    sectors = [sector_of(one) for one in ties["legal_domains"]]
    angles = []
    for place, sector in enumerate(sectors):
        low, high = SECTORS[sector]
        angles.append(low + (sectors[:place].count(sector) + 0.5) * (high - low) / sectors.count(sector))
    return np.array(angles)


def _around(angles: np.ndarray) -> np.ndarray:
    """Points on the ring in inches from the centre."""
    turned = np.radians(angles)
    return np.column_stack([np.cos(turned), np.sin(turned)]) * RING


def sector_of(domains: object) -> str:
    """The sector of a set of legal domains: the first in the order of the social code.

    >>> sector_of(frozenset({"XII", "VIII"})), sector_of(frozenset({"none"})), sector_of(frozenset())
    ('VIII', 'none', 'unknown')
    """
    return (in_order(domains) or ["unknown"])[0]


def label_of(name: str, domains: object) -> str:
    """A partner's name with all its legal domains, on a line of their own where there are several.

    >>> label_of("DAK", frozenset({"V"})), label_of("Verein", frozenset({"none"})), label_of("Träger", frozenset())
    ('DAK (V)', 'Verein (–)', 'Träger (?)')
    """
    signs = [SIGNS.get(one, one) for one in in_order(domains) or ["unknown"]]
    return f"{name}{chr(10) if len(signs) > 1 else ' '}({', '.join(signs)})"


def _room(text: str) -> tuple[float, float]:
    """Width and height of a text of one or more lines."""
    sizes = [extent(line, POINTS) for line in text.splitlines()]
    return max(wide for wide, _ in sizes), sum(tall for _, tall in sizes)


def _halves(ties: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The projects in two halves of about as many rows; projects of one jobcenter stay together."""
    rows = ties["project"].map(ties.groupby("project").size() + 2).groupby(ties["source"], sort=False).first()
    before = rows.cumsum() - rows / 2
    left = before.index[before < rows.sum() / 2]
    return ties[ties["source"].isin(left)], ties[~ties["source"].isin(left)]


def _column(
    axes: Axes, ties: pd.DataFrame, labels: Mapping[str, str], language: str, side: int, middle: float, top: float,
) -> dict[str, tuple[float, float]]:
    """One outer column and its jobcenters; returns where each jobcenter lies."""
    blocks = [(project, rows[rows["group"].ne("evaluation")])
              for project, rows in ties.groupby("project", sort=False)]
    step = top / sum(1.7 + max(1, len(partners)) for _, partners in blocks)
    outer, inner = middle + side * (middle - 2.6), middle + side * 2.2
    y, fans = top, {}
    for project, partners in blocks:
        y -= step
        beside(axes, outer, y, labels[project], side, fontweight="bold")
        source, lead = ties.loc[ties["project"].eq(project), ["source", "lead"]].iloc[0]
        levels = [y - step * (1 + number) for number in range(max(1, len(partners)))]
        fans.setdefault((source, lead), []).append((partners, levels))
        y = levels[-1] - 0.7 * step
    return {source: (inner, _fan(axes, lead, parts, outer, inner, side, language))
            for (source, lead), parts in fans.items()}


def _fan(
    axes: Axes, lead: str, parts: list[tuple[pd.DataFrame, list[float]]], outer: float, inner: float, side: int,
    language: str,
) -> float:
    """A jobcenter's box and the lines to its partners; returns the box's height."""
    y = float(np.mean([level for _, levels in parts for level in levels]))
    wide = extent(lead, POINTS, "bold")[0] / 2 + 0.1
    for partners, levels in parts:
        if partners.empty:
            beside(axes, outer, levels[0], WORDS[language]["alone"], side, fontstyle="italic")
        for row, level, style in zip(partners.itertuples(), levels, _styles(partners), strict=False):
            axes.plot([inner + side * wide, outer], [y, level], **LINES[row.group], zorder=1)
            mark(axes, outer, level, row.kind, row.named)
            beside(axes, outer, level, row.short_label, side, fontstyle=style)
    box(axes, inner, y, lead, BLUE, "white")
    return y


def _institutes(axes: Axes, ties: pd.DataFrame, spots: Mapping[str, tuple[float, float]], middle: float) -> None:
    """The institutes in the middle, each at the mean height of its projects, none nearer than its box."""
    if ties.empty:
        return
    wanted = ties.assign(y=[spots[source][1] for source in ties["source"]]).groupby("short_label")["y"].mean()
    heights, least = wanted.sort_values(), 0.6
    for place in range(1, len(heights)):
        heights.iloc[place] = max(heights.iloc[place], heights.iloc[place - 1] + least)
    for row in ties.itertuples():
        x, y = spots[row.source]
        axes.plot([x, middle], [y, heights[row.short_label]], **LINES["evaluation"], zorder=1)
    for name, y in heights.items():
        box(axes, middle, y, name, "white", TEXT)


def _styles(ties: pd.DataFrame) -> list[str]:
    return ["normal" if named else "italic" for named in ties["named"]]
