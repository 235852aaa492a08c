"""Drawing of a profile: the caterpillar at the left, the funnel at the right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rehapro_analysis.figures.german import axis_number, number
from rehapro_analysis.figures.indicators.indicator_words import AXES, value_axis
from rehapro_analysis.figures.indicators.profile_data import BOUNDS, Profile
from rehapro_analysis.figures.indicators.profile_words import BEYOND, WORDS
from rehapro_analysis.figures.label_placement import line_height, named_labels, write_labels
from rehapro_analysis.figures.labels import Box, extent
from rehapro_analysis.figures.style import BLUE, GREY, ORANGE, QUIET, SKY, TEXT, lines_of

LABEL, POINTS, ROW = 2.6, 10, 0.36
LOOKS = {"": {"color": GREY, "marker": "o"}, "chance": {"color": BLUE, "marker": "^"},
         "spread": {"color": ORANGE, "marker": "D"}}
LIMITS = {"chance": {"color": QUIET, "ls": "-", "lw": 1.5}, "spread": {"color": ORANGE, "ls": (0, (5, 2)), "lw": 2}}
TOP, AXIS, LEGEND, GAP, EDGE = 0.12, 0.58, 1.05, 0.95, 0.15  # inches
CURVE_POINTS = 150  # of a line of the funnel, closer together than a name is high
BAND = {"color": SKY, "alpha": 0.22, "lw": 0}


def profile_height(profile: Profile) -> float:
    """Inches of the picture: rows as high as the longest name needs."""
    names = [_name(row, "de") for row in profile.projects.itertuples()]
    return round(3.7 + (len(names) + 2) * row_height(names), 2)


def row_height(names: Sequence[str]) -> float:
    """Inches of a row beside names that may have several lines.

    >>> row_height(["a", "b"]), round(row_height(["a", "b\\nc\\nd"]), 2)
    (0.36, 0.6)
    """
    return max(ROW, 0.08 + line_height(POINTS) * max(name.count("\n") + 1 for name in names))


def draw_profile(canvas, profile: Profile, scale: str, language: str) -> None:
    """Both panels at fixed places, so that labels of the funnel can be measured."""
    width, height = canvas.bbox.size / canvas.figure.dpi
    names = [_name(row, language) for row in profile.projects.itertuples()] + [
        _broken(WORDS[name][language]) for name in ("mean", "new")]
    left = EDGE + 0.1 + max(extent(line, POINTS)[0] for name in names for line in name.split("\n"))
    each = (width - left - GAP - 2 * EDGE) / 2
    bottom, tall = AXIS + LEGEND, height - TOP - AXIS - LEGEND
    axes = [canvas.add_axes((start / width, bottom / height, each / width, tall / height))
            for start in (left, left + each + GAP)]
    _caterpillar(axes[0], profile, names, scale, language)
    _funnel(axes[1], profile, scale, language)
    _name_points(canvas, axes[1], profile, (each, tall))
    for one, handles in zip(axes, (_marks(profile, language), _signs(profile, language)), strict=True):
        one.legend(handles=handles, loc="upper left", bbox_to_anchor=(-0.02, -(AXIS + 0.02) / tall), fontsize=9.5,
                   borderaxespad=0, handletextpad=0.6, labelspacing=0.35)


def _caterpillar(axes: Axes, profile: Profile, names: list[str], scale: str, language: str) -> None:
    rows, many = profile.projects, len(profile.projects)
    axes.axvspan(*profile.relevant, **BAND)
    axes.axvline(profile.mean["estimate"], color=QUIET, lw=1)
    for height, row in enumerate(rows.itertuples()):
        if row.hidden:
            axes.text(0.5, height, WORDS["hidden"][language], transform=axes.get_yaxis_transform(), ha="center",
                      va="center", fontsize=9.5, color=QUIET, fontstyle="italic")
            continue
        axes.plot([row.lower, row.upper], [height, height], color=BLUE, lw=1.5)
        axes.plot([row.notch_lower, row.notch_upper], [height, height], color=BLUE, lw=5, solid_capstyle="butt")
        axes.plot(row.shrunken, height + 0.27, "o", color=TEXT, ms=6, mew=1.3, markerfacecolor="white")
        axes.plot(row.estimate, height, "o", color=BLUE, ms=8, markeredgecolor="white", zorder=4)
    axes.axhline(many - 0.4, color=GREY, lw=0.8)
    for height, (row, line) in enumerate(((profile.mean, "-"), (profile.new, ":")), start=many):
        axes.plot([row["lower"], row["upper"]], [height, height], color=TEXT, lw=2, ls=line)
    axes.plot(profile.mean["estimate"], many, "D", color=TEXT, ms=7)
    axes.set_yticks(range(many + 2), names, fontsize=POINTS)
    axes.set(ylim=(many + 1.6, -0.6), xlim=_reach(profile, scale), xlabel=_broken(AXES[scale][language], 4.5))
    value_axis(axes.xaxis, scale, language)
    axes.grid(axis="x")


def _funnel(axes: Axes, profile: Profile, scale: str, language: str) -> None:
    curve = profile.curve
    axes.axhline(profile.centre, color=QUIET, lw=1)
    for kind, look in LIMITS.items():
        for end in ("lower", "upper"):
            axes.plot(curve["n"], curve[f"{kind}_{end}"], **look)
    for row in _shown(profile).itertuples():
        axes.plot(row.n, row.estimate, ms=8, zorder=4, **LOOKS[row.beyond])
    axes.set(xlim=(0, curve["n"].max()), ylim=_reach(profile, scale), xlabel=WORDS["size"][language])
    axes.xaxis.set_major_formatter(axis_number(language))
    axes.locator_params(axis="x", nbins=6)
    value_axis(axes.yaxis, scale, language)
    axes.grid(axis="y")


def _name_points(canvas, axes: Axes, profile: Profile, size: tuple[float, float]) -> None:
    """Names beside the points: of all, or where they have no room of the conspicuous ones, which come first."""
    shown = _shown(profile)
    points, curves = (_in_inches(axes, xy, size) for xy in (shown[["n", "estimate"]].to_numpy(float),
                                                            _drawn_lines(profile)))
    frame = Box(0.02, 0.02, size[0] - 0.02, size[1] - 0.02)
    over = canvas.add_axes(axes.get_position(original=True), xlim=(0, size[0]), ylim=(0, size[1]))
    over.set_axis_off()
    for wanted in (np.ones(len(shown), bool), shown["beyond"].ne("").to_numpy()):
        found = named_labels(shown["label"][wanted].tolist(), points[wanted], frame,
                             centre=(size[0], size[1] / 2), sizes=(9,), curves=curves)
        if found is not None:
            return write_labels(over, points[wanted], found, ["normal"] * int(wanted.sum()))
    return None


def _in_inches(axes: Axes, points: np.ndarray, size: tuple[float, float]) -> np.ndarray:
    """Points (n x 2) of the data as inches from the lower left corner of the axes."""
    ends = np.array([axes.get_xlim(), axes.get_ylim()])
    return (points - ends[:, 0]) / np.ptp(ends, axis=1) * size


def _drawn_lines(profile: Profile) -> np.ndarray:
    """Points (m x 2) on the centre and the limits of the funnel, a name must not hide them."""
    n = np.linspace(0, profile.curve["n"].max(), CURVE_POINTS)
    limits = [np.interp(n, profile.curve["n"], profile.curve[f"{kind}_{end}"], left=np.nan)
              for kind in LIMITS for end in ("lower", "upper")]
    return np.vstack([np.column_stack([n, y]) for y in (np.full(len(n), profile.centre), *limits)])


def _shown(profile: Profile) -> pd.DataFrame:
    return profile.projects[~profile.projects["hidden"]]


def _reach(profile: Profile, scale: str) -> tuple[float, float]:
    """From the lowest to the highest end drawn, with a little room."""
    ends = np.array([*_shown(profile)[["lower", "upper"]].to_numpy().ravel(), *np.nan_to_num(
        profile.relevant, nan=profile.mean["estimate"]), profile.new["lower"], profile.new["upper"]])
    low, high = np.clip([ends.min(), ends.max()], *BOUNDS.get(scale, (-np.inf, np.inf)))
    return low - 0.04 * (high - low), high + 0.04 * (high - low)


def _name(row: object, language: str) -> str:
    return _broken(f"{row.label} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{number(row.n, language)})")


def _broken(words: str, width: float = LABEL) -> str:
    return "\n".join(lines_of(words, width=width, points=POINTS))


def _marks(profile: Profile, language: str) -> list[Line2D | Patch]:
    marks = [Line2D([], [], color=BLUE, lw=1.5, marker="o", ms=8, label=WORDS["estimate"][language]),
             Line2D([], [], color=BLUE, lw=5, label=WORDS["notch"][language]),
             Line2D([], [], color=TEXT, marker="o", ms=6, markerfacecolor="white", ls="none",
                    label=WORDS["shrunken"][language])]
    band = [Patch(**BAND, label=WORDS["relevant"][language])] if np.isfinite(profile.relevant[0]) else []
    return marks + band


def _signs(profile: Profile, language: str) -> list[Line2D]:
    lines = [Line2D([], [], **look, label=WORDS[kind][language]) for kind, look in LIMITS.items()]
    found = set(_shown(profile)["beyond"])
    return lines + [Line2D([], [], ls="none", ms=8, **look, label=BEYOND[kind][language] if kind else
                           WORDS["within"][language]) for kind, look in LOOKS.items() if kind in found]
