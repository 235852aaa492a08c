"""Labels beside points: none on another, none cut off, none on a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from rehapro_analysis.figures.style import QUIET, TEXT

ANGLES, DISTANCES = 16, (0.04, 0.20, 0.40)  # 48 places around a point; distances in inches from its mark
SWEEPS = 4
SPACE = 0.03  # inches kept free around a label
LEADER_FROM = 0.12  # inches from which a line leads from the label to its point
NOTHING = np.zeros((0, 2))
LABEL_COST, EDGE_COST, POINT_COST, LINE_COST = 1000.0, 2000.0, 300.0, 3.0


@dataclass(frozen=True)
class Box:
    """An upright rectangle in inches: left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (self.left < other.right and other.left < self.right
                and self.bottom < other.top and other.bottom < self.top)

    def holds(self, points: np.ndarray) -> int:
        """How many of the points (n x 2) lie in it."""
        x, y = points.T
        return int(((self.left < x) & (x < self.right) & (self.bottom < y) & (y < self.top)).sum())

    def inside(self, other: Box) -> bool:
        """Whether it lies wholly in the other."""
        return (self.left >= other.left and self.right <= other.right
                and self.bottom >= other.bottom and self.top <= other.top)


def extent(text: str, points: float, weight: str = "normal", style: str = "normal") -> tuple[float, float]:
    """Width and height of a line of text in inches, from the font's outlines and so alike everywhere."""
    font = FontProperties(family="DejaVu Sans", size=points, weight=weight, style=style)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    return width / 72, 1.25 * points / 72


def count_label_overlaps(boxes: Sequence[Box]) -> int:
    """How many pairs of labels lie on each other.

    >>> count_label_overlaps([Box(0, 0, 2, 1), Box(1, 0, 3, 1), Box(3, 0, 4, 1)])
    1
    """
    return sum(one.meets(other) for one, other in combinations(boxes, 2))


def place_labels(
    points: np.ndarray, sizes: Sequence[tuple[float, float]], frame: Box, *,
    centre: tuple[float, float], radius: float = 0.07, taken: Sequence[Box] = (),
    distances: Sequence[float] = DISTANCES, curves: np.ndarray = NOTHING,
) -> list[Box]:
    """A place for every label: greedy, then improved label by label until nothing moves; no chance involved.

    ``points`` (n x 2), ``sizes`` (width, height) and ``distances`` from a mark are in inches. A place
    costs much if it leaves ``frame``, covers another label, one of ``taken`` or a point, and less if it
    lies on a line from ``centre`` to a point or on ``curves``, given as points (m x 2), is far from its point or
    on its inner side. All else equal the first place counts.
    """
    marks = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in points]
    steps = np.linspace(0, 1, 30)[:, None, None]
    lines = np.vstack([(np.array(centre) + steps * (np.asarray(points) - centre)).reshape(-1, 2), curves])
    choices = [_choices(point, size, frame, centre, radius, [*marks, *taken], lines, distances)
               for point, size in zip(points, sizes, strict=True)]
    placed: list[Box | None] = [None] * len(choices)
    for _ in range(1 + SWEEPS):
        before = list(placed)
        for number, places in enumerate(choices):
            others = [box for other, box in enumerate(placed) if box is not None and other != number]
            costs = [cost + LABEL_COST * sum(map(place.meets, others)) for place, cost in places]
            placed[number] = places[int(np.argmin(costs))][0]
        if placed == before:
            break
    return placed


def draw_labels(
    axes: Axes, texts: Sequence[str], points: np.ndarray, boxes: Sequence[Box], *,
    fontsize: float, styles: Sequence[str], ground: bool = False,
) -> None:
    """Write each text in its box; a thin line leads from a box that lies off its point.

    With ``ground`` a text stands on white, where lines of the picture would cross it.
    """
    behind = {"bbox": {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.3}} if ground else {}
    for text, (x, y), box, style in zip(texts, points, boxes, styles, strict=True):
        near = min(max(x, box.left), box.right), min(max(y, box.bottom), box.top)
        if np.hypot(near[0] - x, near[1] - y) > LEADER_FROM + 0.07:
            axes.plot([x, near[0]], [y, near[1]], color=QUIET, linewidth=0.6, zorder=1)
        axes.text(*box.centre, text, ha="center", va="center", fontsize=fontsize, color=TEXT,
                  fontstyle=style, zorder=4, parse_math=False, **behind)


def _choices(
    point: np.ndarray, size: tuple[float, float], frame: Box, centre: tuple[float, float],
    radius: float, taken: Sequence[Box], lines: np.ndarray, distances: Sequence[float],
) -> list[tuple[Box, float]]:
    """The places of one label in 16 directions with what each costs by itself, cheapest first."""
    outward = np.arctan2(point[1] - centre[1], point[0] - centre[0])
    places = []
    for distance in distances:
        for turn in sorted(range(ANGLES), key=lambda step: (min(step, ANGLES - step), step)):
            angle = outward + 2 * np.pi * turn / ANGLES
            box = _beside(point, size, angle, radius + distance)
            cost = 2 * distance / DISTANCES[-1] + min(turn, ANGLES - turn) / ANGLES
            cost += EDGE_COST * (not box.inside(frame)) + POINT_COST * sum(box.meets(one) for one in taken)
            cost += LINE_COST * box.holds(lines)
            places.append((box, cost))
    return sorted(places, key=lambda place: place[1])


def _beside(point: np.ndarray, size: tuple[float, float], angle: float, distance: float) -> Box:
    """The box whose nearest edge or corner lies ``distance`` from the point in this direction."""
    half = np.array(size) / 2 + SPACE
    direction = np.array([np.cos(angle), np.sin(angle)])
    reach = np.array([np.clip(1.6 * direction[0], -1, 1), direction[1]])
    x, y = np.asarray(point) + direction * distance + reach * half
    return Box(x - half[0], y - half[1], x + half[0], y + half[1])
