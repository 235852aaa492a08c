"""Names of many actors in one picture: none on another, none on a mark, none cut; else numbers and a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from rehapro_analysis.figures.labels import NOTHING, Box, count_label_overlaps, draw_labels, extent, place_labels
from rehapro_analysis.figures.style import lines_of
from rehapro_analysis.study.problems import StudyError

WRAPPED = 1.35  # inches from which a name is broken into lines
SIZES = (10, 9, 8)  # points, tried in this order
KEY_POINTS, KEY_GAP = 9, 0.3
DISTANCES = (0.04, 0.20, 0.40, 0.65, 0.95)  # inches from a mark at which a name may stand
RADIUS = 0.08  # inches around a point that its mark takes


@dataclass(frozen=True)
class Labelling:
    """Where every label stands: ``texts`` (lines joined) in ``boxes``, at ``fontsize``; ``key`` explains numbers.

    ``key`` is empty where the names themselves stand in the picture.
    """

    texts: tuple[str, ...]
    boxes: tuple[Box, ...]
    fontsize: float
    key: tuple[str, ...] = ()


def named_labels(
    names: Sequence[str], points: np.ndarray, frame: Box, *, centre: tuple[float, float], taken: Sequence[Box] = (),
    sizes: Sequence[float] = SIZES, curves: np.ndarray = NOTHING,
) -> Labelling | None:
    """Places for all names in the largest of the ``sizes`` that leaves none on another, or None; no chance involved.

    ``points`` (n x 2), ``curves`` to be kept free where there is room (m x 2) and ``frame`` are in inches; a name is
    broken into lines of about `WRAPPED` inches.
    """
    for fontsize in sizes:
        texts = [broken(name, fontsize) for name in names]
        if (found := _settled(texts, points, frame, fontsize, centre, taken, curves)) is not None:
            return Labelling(tuple(texts), tuple(found), fontsize)
    return None


def numbered_labels(
    names: Sequence[str], points: np.ndarray, frame: Box, *, centre: tuple[float, float], taken: Sequence[Box] = (),
) -> Labelling:
    """Numbers instead of names, with the names as key; `StudyError` where not even numbers have room."""
    numbers = tuple(str(place) for place in range(1, len(names) + 1))
    found = _settled(numbers, points, frame, KEY_POINTS, centre, taken)
    if found is None:
        raise StudyError.of(f"{len(names)} actors have no room in this picture, not even as numbers.",
                            "Draw figures.network_matrix, or one project at a time.")
    return Labelling(numbers, tuple(found), KEY_POINTS, tuple(names))


def write_labels(axes: Axes, points: np.ndarray, found: Labelling, styles: Sequence[str]) -> None:
    """Write every label where it was placed, on a white ground so that lines do not cross it."""
    draw_labels(axes, found.texts, points, found.boxes, fontsize=found.fontsize, styles=styles, ground=True)


def write_key(axes: Axes, found: Labelling, frame: Box) -> None:
    """The numbers with their names in columns, from the top of ``frame``."""
    columns = _columns(found.key, frame.right - frame.left)
    rows = -(-len(found.key) // columns)
    for place, name in enumerate(found.key):
        x = frame.left + place // rows * (frame.right - frame.left) / columns
        y = frame.top - place % rows * line_height(KEY_POINTS)
        axes.text(x + KEY_GAP - 0.06, y, str(place + 1), fontsize=KEY_POINTS, fontweight="bold", ha="right", va="top")
        axes.text(x + KEY_GAP, y, name, fontsize=KEY_POINTS, va="top", parse_math=False)


def key_height(names: Sequence[str], width: float) -> float:
    """Inches that a key of these names takes."""
    return (-(-len(names) // _columns(names, width)) + 0.5) * line_height(KEY_POINTS)


def broken(name: str, points: float) -> str:
    """A name in lines of at most about `WRAPPED` inches, broken at spaces only.

    >>> broken("Deutsche Rentenversicherung Rheinland", 9)
    'Deutsche\\nRentenversicherung\\nRheinland'
    >>> broken("Jobcenter Köln", 9)
    'Jobcenter Köln'
    """
    return "\n".join(lines_of(name, width=WRAPPED, points=points))


def block(text: str, points: float) -> tuple[float, float]:
    """Width and height of one or several lines in inches."""
    lines = text.split("\n")
    return max(extent(line, points)[0] for line in lines), len(lines) * line_height(points)


def line_height(points: float) -> float:
    """Inches from line to line."""
    return 1.25 * points / 72


def fitting(found: Sequence[Box], points: np.ndarray, frame: Box, taken: Sequence[Box] = ()) -> bool:
    """Whether no label lies on another, on a mark, on what is taken, or outside the frame."""
    marks = [Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in points]
    return (count_label_overlaps(found) == 0 and all(one.inside(frame) for one in found)
            and not any(one.meets(other) for one in found for other in [*marks, *taken]))


def _columns(names: Sequence[str], width: float) -> int:
    return max(1, int(width // (max(extent(name, KEY_POINTS)[0] for name in names) + 1.5 * KEY_GAP)))


def _settled(
    texts: Sequence[str], points: np.ndarray, frame: Box, fontsize: float, centre: tuple[float, float],
    taken: Sequence[Box], curves: np.ndarray = NOTHING,
) -> list[Box] | None:
    sizes = [block(text, fontsize) for text in texts]
    if not texts:
        return []
    found = place_labels(points, sizes, frame, centre=centre, taken=taken, radius=RADIUS, distances=DISTANCES,
                         curves=curves)
    return found if fitting(found, points, frame, taken) else None
