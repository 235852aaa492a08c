"""Save a figure in all formats and both languages: the same figure gives the same bytes."""

from __future__ import annotations

import io
import os
from html import escape
from pathlib import Path

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.style import LANGUAGES, use_style

SAVED_DPI = 200


def save(figure: Figure, folder: Path) -> dict[str, Path]:
    """Write ``<folder>/<de|en>/<name>.{svg,pdf,png}`` and return {"de/name.svg": path, ...}.

    No file holds a date or a program version. Title and alternative text are in every file:
    as ``title`` and ``desc`` in SVG, as metadata in PNG and PDF.
    """
    written = {}
    for language in LANGUAGES:
        contents = {"svg": svg(figure, language), "pdf": pdf(figure, language),
                    "png": figure.png(language, dpi=SAVED_DPI)}
        for kind, content in contents.items():
            key = f"{language}/{figure.name}.{kind}"
            written[key] = replace(Path(folder) / key, content)
    return written


def svg(figure: Figure, language: str) -> bytes:
    """The picture as SVG that a screen reader announces as one image with title and description."""
    metadata = {"Title": figure.title[language], "Date": None, "Creator": None}
    drawing = _printed(figure, language, "svg", metadata).decode("utf-8")
    drawing = drawing.replace("<svg ", f'<svg role="img" xml:lang="{language}" ', 1)
    described = f"</title>\n <desc>{escape(figure.alt[language])}</desc>"
    return drawing.replace("</title>", described, 1).encode("utf-8")


def pdf(figure: Figure, language: str) -> bytes:
    """The picture as PDF with embedded fonts; the alternative text is its subject."""
    metadata = {"Title": figure.title[language], "Subject": figure.alt[language],
                "CreationDate": None, "Creator": None, "Producer": None}
    return _printed(figure, language, "pdf", metadata)


def replace(path: Path, content: bytes) -> Path:
    """Write ``content`` beside ``path`` and rename it, so that no half-written file remains."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    os.replace(partial, path)
    return path


def _printed(figure: Figure, language: str, kind: str, metadata: dict[str, str | None]) -> bytes:
    with use_style(), io.BytesIO() as buffer:
        figure.drawn(language).savefig(buffer, format=kind, metadata=metadata)
        return buffer.getvalue()
