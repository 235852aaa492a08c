"""The figure: a picture with everything a reader needs, in German and in English."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import matplotlib.figure
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from rehapro_analysis import paths
from rehapro_analysis.figures.fingerprint import fingerprint as fingerprint_of
from rehapro_analysis.figures.style import LANGUAGES, ORIGIN, QUIET, TAG, TEXT, VERMILION, lines_of, use_style

TITLE_POINTS, CAPTION_POINTS, TAG_POINTS = 16, 10, 11
MARGIN, TAG_HEIGHT = 0.15, 0.36  # inches
LINE_SPACING = 1.3
SURE_ROOM = 0.975  # share of the width that lines may take: drawn at few dots, letters run wider than their outlines
SHOWN_DPI = 100
PLACE_DIGITS = 5  # of a share of the picture's width: a thousandth of an inch at most

Draw = Callable[[matplotlib.figure.SubFigure, str], None]


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture with everything a reader needs, in German and English.

    ``name`` is the file stem; ``title`` says the finding or neutrally the subject; ``note`` gives
    method and n in a sentence and stands below the picture after the origin; ``alt`` tells those who
    cannot see the picture what it shows; ``table`` holds the numbers drawn; ``origin`` is documented,
    synthetic or own; ``draw(canvas, language)`` draws the body only; ``size`` is in inches.
    A figure of synthetic people says so inside the picture, above the body.

    Raises ValueError where a text is missing in a language, or name or origin are not as said.
    """

    name: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    alt: Mapping[str, str]
    table: pd.DataFrame
    origin: str
    draw: Draw
    size: tuple[float, float] = (10, 5.625)

    def __post_init__(self) -> None:
        if not re.fullmatch("[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"The figure's name {self.name!r} is a file name: use a-z, 0-9 and underscores only.")
        if self.origin not in ORIGIN:
            raise ValueError(f"The origin of {self.name} is {self.origin!r}: use one of {', '.join(ORIGIN)}.")
        for part in ("title", "note", "alt"):
            texts = getattr(self, part)
            if missing := [language for language in LANGUAGES if not texts.get(language, "").strip()]:
                raise ValueError(f"The figure {self.name} has no {part} in {' and '.join(missing)}: write one.")

    def picture(self, language: str) -> matplotlib.figure.Figure:
        """Draw the whole picture: title, the tag of synthetic people, body, caption."""
        with use_style():
            picture = matplotlib.figure.Figure(figsize=self.size)
            FigureCanvasAgg(picture)
            height, room = self.size[1], (self.size[0] - 2 * MARGIN) * SURE_ROOM
            title = lines_of(self.title[language], width=room, points=TITLE_POINTS, weight="bold")
            caption = lines_of(self.caption(language), width=room, points=CAPTION_POINTS)
            head = _height(title, TITLE_POINTS) + (TAG_HEIGHT if self.origin == "synthetic" else 0)
            foot = _height(caption, CAPTION_POINTS)
            bands = picture.subfigures(3, 1, height_ratios=[head, height - head - foot, foot])
            _write(bands[0], title, fontsize=TITLE_POINTS, fontweight="bold", color=TEXT)
            if self.origin == "synthetic":
                _tag(bands[0], TAG[language])
            self.draw(bands[1], language)
            _write(bands[2], caption, fontsize=CAPTION_POINTS, color=QUIET)
            _settle(picture)
        return picture

    def drawn(self, language: str) -> matplotlib.figure.Figure:
        """The whole picture as last drawn: for printing in several formats, not for changing."""
        return _drawn(self, language)

    def caption(self, language: str) -> str:
        """Origin and note as they stand below the picture."""
        return f"{ORIGIN[self.origin][language]} {self.note[language]}"

    def fingerprint(self, language: str) -> str:
        """16 hexadecimal digits that change with any number, label or colour drawn, and with nothing else."""
        with use_style():
            return fingerprint_of(self.drawn(language))

    def png(self, language: str, dpi: int = SHOWN_DPI) -> bytes:
        """The picture as PNG; title and alternative text are in its metadata."""
        with use_style(), io.BytesIO() as buffer:
            # No program version in the file: an update of matplotlib alone must not change it.
            told = {"Title": self.title[language], "Description": self.alt[language], "Software": None}
            self.drawn(language).savefig(buffer, format="png", dpi=dpi, metadata=told)
            return buffer.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        language = paths.language()
        alt = self.alt[language]
        words = f"{self.title[language]}\n{alt}\n[fingerprint {self.fingerprint(language)}]"
        return {"text/plain": words, "image/png": self.png(language)}, {"image/png": {"alt": alt}}


@lru_cache(maxsize=2)
def _drawn(figure: Figure, language: str) -> matplotlib.figure.Figure:
    return figure.picture(language)


def _settle(picture: matplotlib.figure.Figure) -> None:
    """Lay the picture out once and round every place.

    The solver behind the layout leaves noise in the last digits that differs from process to
    process; it would change a hash in SVG and a sign of zero in PDF.
    """
    picture.get_layout_engine().execute(picture)
    picture.set_layout_engine("none")
    for band in picture.subfigs:
        _round_bands(band)
    for axes in picture.findobj(Axes):
        axes.set_position(_rounded(axes.get_position(original=True)))


def _round_bands(band: matplotlib.figure.SubFigure) -> None:
    band._redo_transform_rel_fig(bbox=_rounded(band.bbox_relative))
    for inner in band.subfigs:
        _round_bands(inner)


def _rounded(place: Bbox) -> Bbox:
    return Bbox(np.round(place.get_points(), PLACE_DIGITS) + 0.0)  # + 0.0 turns -0 into 0


def _height(lines: list[str], points: float) -> float:
    """Inches that a band of text needs, with its margin."""
    return len(lines) * points * LINE_SPACING / 72 + MARGIN


def _write(band: matplotlib.figure.SubFigure, lines: list[str], **style: object) -> None:
    width, height = band.bbox.size / band.figure.dpi
    band.text(MARGIN / width, 1 - MARGIN / 2 / height, "\n".join(lines), va="top", parse_math=False,
              linespacing=LINE_SPACING, **style)


def _tag(band: matplotlib.figure.SubFigure, words: str) -> None:
    width, height = band.bbox.size / band.figure.dpi
    frame = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": VERMILION}
    band.text(1 - 1.5 * MARGIN / width, TAG_HEIGHT / 2 / height, words, ha="right", va="center",
              fontsize=TAG_POINTS, fontweight="bold", color=VERMILION, bbox=frame)
