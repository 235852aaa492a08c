"""Whether the words of a picture can be read: none on another, none cut off."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from rehapro_analysis.figures.fingerprint import visible_artists

TOLERANCE = 1.0  # pixels


def overlapping_texts(picture: Figure) -> list[tuple[str, str]]:
    """The pairs of texts that lie on each other by more than one pixel.

    Turned texts are compared as turned rectangles, not as the upright boxes around them.
    """
    boxes = _boxes(picture)
    return [(first, second) for (first, one), (second, other) in combinations(boxes, 2) if _touch(one, other)]


def cut_texts(picture: Figure) -> list[str]:
    """The texts that reach beyond the picture by more than one pixel."""
    boxes, size = _boxes(picture), picture.bbox.size
    return [words for words, corners in boxes
            if (corners < -TOLERANCE).any() or (corners > size + TOLERANCE).any()]


def _boxes(picture: Figure) -> list[tuple[str, np.ndarray]]:
    """Every visible text with the four corners of its rectangle in pixels, shape (4, 2)."""
    canvas = FigureCanvasAgg(picture)
    canvas.draw()
    texts = [artist for artist in visible_artists(picture) if isinstance(artist, Text)]
    return [(text.get_text(), _corners(text, canvas.get_renderer())) for text in texts if text.get_text().strip()]


def _corners(text: Text, renderer: RendererBase) -> np.ndarray:
    # A rectangle and the upright box around it share their centre, so two extents give the corners.
    around, angle = Text.get_window_extent(text, renderer), text.get_rotation()
    text.set_rotation(0)
    upright = Text.get_window_extent(text, renderer)
    text.set_rotation(angle)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [upright.width / 2, upright.height / 2]
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return half @ np.array([[cosine, sine], [-sine, cosine]]) + (np.array(around.min) + around.max) / 2


def _touch(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether no direction of an edge separates the two rectangles."""
    for corners in (one, other):
        for edge in (corners[1] - corners[0], corners[3] - corners[0]):
            direction = edge / np.hypot(*edge)
            a, b = one @ direction, other @ direction
            if min(a.max(), b.max()) - max(a.min(), b.min()) <= TOLERANCE:
                return False
    return True
