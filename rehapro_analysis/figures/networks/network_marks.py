"""The marks and lines of network pictures, with one meaning everywhere, and their legend."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from rehapro_analysis.figures.style import BLUE, GREEN, GREY, ORANGE, PURPLE, QUIET, SKY, TEXT, VERMILION

# A kind of partner: its colour, its shape (so that grey prints can be read) and the kinds it gathers.
KINDS = {
    "jobcenter": (BLUE, "s", ("jobcenter",)),
    "health": (GREEN, "o", ("clinic", "practice", "rehabilitation provider")),
    "insurance": (ORANGE, "D", ("health insurance", "pension insurance", "employment agency")),
    "carrier": (VERMILION, "^", ("carrier", "integration service", "counselling")),
    "municipality": (PURPLE, "P", ("municipality", "health office")),
    "other": (SKY, "v", ("association", "employer", "other", "research institute")),
}
KIND_OF = {kind: group for group, (_, _, kinds) in KINDS.items() for kind in kinds}

LINES = {
    "active": {"color": TEXT, "linestyle": "-", "linewidth": 1.3},
    "identified": {"color": TEXT, "linestyle": (0, (6, 3)), "linewidth": 1.3},
    "attempted": {"color": VERMILION, "linestyle": (0, (1, 1.4)), "linewidth": 2.2},
    "former": {"color": GREY, "linestyle": "-.", "linewidth": 1.0},
    "impossible": {"color": VERMILION, "linestyle": (0, (1, 5)), "linewidth": 1.6},
    "evaluation": {"color": GREY, "linestyle": "-", "linewidth": 0.8},
}

POINTS, HEADING = 10, 11

WORDS = {
    "de": {
        "jobcenter": "Jobcenter", "health": "Klinik, Praxis, Reha", "insurance": "Kasse, Rentenvers., Agentur",
        "carrier": "Träger, Fachdienst, Beratung", "municipality": "Kommune, Gesundheitsamt",
        "other": "Verein, Betrieb, andere", "active": "arbeitet zusammen", "identified": "geplant oder benannt",
        "attempted": "umworben, bisher erfolglos", "former": "beendet",
        "impossible": "rechtlich ausgeschlossen",
        "evaluation": "wissenschaftliche Begleitung",
        "unnamed": "hohl, kursiv: in der Quelle ohne Namen", "alone": "keine Partner", "none": "ohne",
    },
    "en": {
        "jobcenter": "jobcenter", "health": "clinic, practice, rehab", "insurance": "insurer, agency",
        "carrier": "carrier, service, counselling", "municipality": "municipality, health office",
        "other": "association, firm, other", "active": "working together", "identified": "planned or named",
        "attempted": "courted, so far without success", "former": "ended", "evaluation": "evaluation",
        "impossible": "ruled out by law",
        "unnamed": "hollow, italic: not named in the source", "alone": "no partners", "none": "none",
    },
}


def sheet(canvas: SubFigure) -> tuple[Axes, float, float]:
    """Axes over the whole canvas whose unit is the inch."""
    width, height = canvas.bbox.size / canvas.figure.dpi
    axes = canvas.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return axes, width, height


def mark(axes: Axes, x: float, y: float, kind: str, named: bool, size: float = 9) -> None:
    """An actor: colour and shape by kind, hollow where the source gives no name."""
    colour, shape, _ = KINDS[KIND_OF[kind]]
    axes.plot([x], [y], marker=shape, markersize=size, color=colour, markeredgewidth=1.6, linestyle="none",
              markerfacecolor=colour if named else "white", zorder=3)


def beside(axes: Axes, x: float, y: float, text: str, side: int, **style: str) -> None:
    """A text on the outer side of a partner's mark."""
    axes.text(x + side * 0.16, y, text, fontsize=POINTS, ha="left" if side > 0 else "right", va="center",
              parse_math=False, **style)


def box(axes: Axes, x: float, y: float, text: str, face: str, ink: str) -> None:
    """An actor whose name stands in its mark."""
    frame = {"boxstyle": "round,pad=0.35", "facecolor": face, "edgecolor": BLUE if face == BLUE else GREY}
    axes.text(x, y, text, fontsize=POINTS, fontweight="bold", color=ink, ha="center", va="center", zorder=5,
              parse_math=False, bbox=frame)


def legend(axes: Axes, width: float, height: float, language: str, groups: list[str]) -> float:
    """Kinds in one row, lines and the unnamed in the next, at the top; returns the height it takes."""
    words = WORDS[language]
    kinds = [Line2D([], [], color=colour, marker=shape, markersize=9, linestyle="none", label=words[kind])
             for kind, (colour, shape, _) in KINDS.items()]
    lines = [Line2D([], [], **LINES[group], label=words[group]) for group in groups]
    hollow = {"marker": "o", "markersize": 9, "markerfacecolor": "white", "markeredgewidth": 1.6}
    lines.append(Line2D([], [], color=QUIET, linestyle="none", label=words["unnamed"], **hollow))
    return legend_rows(axes, width, height, [kinds, lines])


def legend_rows(axes: Axes, width: float, height: float, rows: Sequence[Sequence[Artist]]) -> float:
    """Rows of labelled handles at the top, the first with short handles; returns the height they take."""
    for row, handles in enumerate(rows):
        axes.add_artist(Legend(
            axes, handles, [handle.get_label() for handle in handles], loc="upper left", ncols=len(handles),
            bbox_to_anchor=(0.15 / width, 1 - (0.02 + 0.28 * row) / height), fontsize=POINTS,
            handlelength=2.2 if row else 1, handletextpad=0.5, columnspacing=1.2, borderaxespad=0, borderpad=0,
        ))
    return 0.19 + 0.28 * len(rows)
