"""Colours by meaning, the style of every picture, and text broken into lines."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib.style
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

# The palette of Okabe and Ito, which colour-blind readers can tell apart.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#999999"
TEXT, QUIET = "#222222", "#595959"  # QUIET still has a contrast of 7 to 1 on white

LANGUAGES = ("de", "en")

ORIGIN = {
    "documented": {"de": "Quelle: öffentliche Dokumente.", "en": "Source: public documents."},
    "synthetic": {"de": "Quelle: synthetische, erfundene Personen – kein Befund.",
                  "en": "Source: synthetic, invented people – not a finding."},
    "own": {"de": "Quelle: eigene Daten.", "en": "Source: own data."},
}
TAG = {"de": "SYNTHETISCH – erfundene Personen", "en": "SYNTHETIC – invented people"}

# How a number's status looks: never by colour alone.
STATUS = {
    "observed": {"color": BLUE, "marker": "o", "markerfacecolor": BLUE},
    "derived": {"color": SKY, "marker": "s", "markerfacecolor": SKY},
    "planned": {"color": ORANGE, "marker": "D", "markerfacecolor": "white"},
    "target": {"color": ORANGE, "marker": "D", "markerfacecolor": "white"},
    "unclear": {"color": GREY, "marker": "x", "markerfacecolor": GREY},
}


def use_style() -> AbstractContextManager[None]:
    """The house style, whatever the reader's own matplotlib settings are, for the length of a ``with``.

    Both building and saving belong inside: text in SVG and fonts in PDF are decided on saving.
    """
    return matplotlib.style.context(Path(__file__).with_name("rehapro.mplstyle"), after_reset=True)


def lines_of(text: str, *, width: float, points: float, weight: str = "normal") -> list[str]:
    """Break ``text`` at spaces into lines of at most ``width`` inches at ``points`` font size.

    Measured with the font's own outlines, so that lines break alike in every format; a word
    wider than ``width`` has a line of its own.

    >>> lines_of("one two three", width=0.9, points=12)
    ['one two', 'three']
    """
    font = FontProperties(family="DejaVu Sans", size=points, weight=weight)
    lines: list[str] = []
    for word in text.split(" "):  # narrow no-break spaces hold together
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_to_path.get_text_width_height_descent(longer, font, False)[0] <= width * 72:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
