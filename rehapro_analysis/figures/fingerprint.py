"""What a picture draws, and a short fingerprint of it that survives redrawing and other machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, QuadMesh
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

DIGITS = 16  # hexadecimal digits of a fingerprint


def fingerprint(picture: Figure) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of all that ``picture`` draws.

    Texts, numbers in the coordinates of their data, limits, colours, markers and line styles count;
    numbers with four significant digits, so that the last bits of another processor do not matter.
    Where the layout puts axes and titles does not count.
    """
    picture.draw_without_rendering()
    text = "\n".join(description for artist in visible_artists(picture) for description in _described(artist))
    return sha256(text.encode()).hexdigest()[:DIGITS]


def visible_artists(artist: Artist) -> Iterator[Artist]:
    """``artist`` and all it contains, in drawing order of creation, but only what can be seen."""
    if not artist.get_visible():
        return
    yield artist
    for child in _drawn_children(artist):
        yield from visible_artists(child)


def _drawn_children(artist: Artist) -> Iterable[Artist]:
    children = artist.get_children()
    if isinstance(artist, Axis):  # ticks beyond the limits exist, but are not drawn
        low, high = sorted(artist.get_view_interval())
        slack = 1e-9 * (high - low)
        return [child for child in children
                if not hasattr(child, "get_loc") or low - slack <= child.get_loc() <= high + slack]
    if isinstance(artist, Axes) and not artist.axison:
        return [child for child in children if not isinstance(child, Axis)]
    return children


def significant(value: float, digits: int = 4) -> str:
    """A number as text with ``digits`` significant digits; noise below 1e-9 is zero, zero has no sign.

    >>> significant(0.1 + 0.2), significant(-1e-17), significant(123456)
    ('0.3', '0', '1.235e+05')
    """
    return f"{round(float(value), 9) + 0.0:.{digits}g}"


def _numbers(values: object) -> str:
    array = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    return f"{array.shape} " + " ".join(map(significant, array.ravel()))


def _colours(colours: object) -> str:
    return " ".join(to_hex(colour, keep_alpha=True) for colour in to_rgba_array(colours))


def _described(artist: Artist) -> Iterator[str]:
    """Lines of text saying what ``artist`` itself draws."""
    for kind, describe in _DESCRIPTIONS.items():
        if isinstance(artist, kind):
            yield f"{kind.__name__} " + " | ".join(describe(artist))


def _text(text: Text) -> Iterator[str]:
    if not text.get_text().strip():
        return
    yield from (repr(text.get_text()), _colours(text.get_color()), significant(text.get_fontsize()),
                str(text.get_fontweight()))
    if text.axes is not None and text in text.axes.texts:  # others are placed by the layout
        yield _numbers([*text.get_position(), *(text.xy if isinstance(text, Annotation) else ())])


def _line(line: Line2D) -> Iterator[str]:
    yield _numbers(line.get_xydata())
    yield f"{line.get_linestyle()} {line.get_marker()!r}"
    yield _numbers([line.get_linewidth(), line.get_markersize(), 1 if line.get_alpha() is None else line.get_alpha()])
    yield _colours([line.get_color()])
    for colour in (line.get_markerfacecolor(), line.get_markeredgecolor()):
        yield _colours(colour)


def _patch(patch: Patch) -> Iterator[str]:
    path = patch.get_path()
    yield _numbers(patch.get_patch_transform().transform(path.vertices))
    yield f"{patch.get_linestyle()} {patch.get_hatch()} {significant(patch.get_linewidth())} {patch.get_fill()}"
    yield _colours([patch.get_facecolor(), patch.get_edgecolor()])


def _collection(collection: Collection) -> Iterator[str]:
    yield _numbers(collection.get_offsets())
    yield from (_numbers(path.vertices) for path in collection.get_paths())
    yield _numbers(collection.get_sizes()) if hasattr(collection, "get_sizes") else ""
    yield _numbers(collection.get_linewidths())
    yield f"{collection.get_linestyles()} {collection.get_hatch()}"
    yield _colours(collection.get_facecolors())
    yield _colours(collection.get_edgecolors())
    if isinstance(collection, QuadMesh):
        yield _numbers(collection.get_coordinates())
    if collection.get_array() is not None:
        yield _numbers(collection.get_array())


def _image(image: AxesImage) -> Iterator[str]:
    yield _numbers(image.get_array())
    yield f"{_numbers(image.get_extent())} {image.get_cmap().name} {_numbers(image.get_clim())}"


def _axes(axes: Axes) -> Iterator[str]:
    yield _numbers([axes.get_xlim(), axes.get_ylim()])
    yield f"{axes.get_xscale()} {axes.get_yscale()}"


_DESCRIPTIONS = {Text: _text, Line2D: _line, Patch: _patch, Collection: _collection, AxesImage: _image, Axes: _axes}
