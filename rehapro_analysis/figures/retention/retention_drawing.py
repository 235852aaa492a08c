"""Drawing of staying and leaving: steps, bands, stacked shares and the numbers at risk under the axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from rehapro_analysis.figures.german import axis_number, axis_percent, number
from rehapro_analysis.figures.retention.retention_words import (
    OTHER,
    POINTS,
    STAYING,
    clock,
    group_name,
    ratio,
    term,
    word,
)
from rehapro_analysis.figures.small_cells import SMALL, count, merged_steps, watched
from rehapro_analysis.figures.style import BLUE, GREEN, GREY, ORANGE, PURPLE, QUIET, SKY, TEXT, VERMILION

LOOKS = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (PURPLE, ":"), (TEXT, (0, (6, 1, 1, 1, 1, 1))))
LIGHT = "#E9E9E9"
CAUSES = {"completed": BLUE, "employment": GREEN, "transfer": SKY, OTHER: GREY, "withdrawn": ORANGE, "unknown": PURPLE,
          "dropout": VERMILION, "event": VERMILION, STAYING: LIGHT}
LINE = 0.075  # height of a label at a curve's end, as a share of the axis
SMALL_TYPE = 9.5
RATIOS = (0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10)


@dataclass(frozen=True)
class Curve:
    """The shown part of one group's curve: key values of the group, and step corners from time 0.

    ``merged``: single steps are not shown, so that the curve is exact only right after a step.
    """

    key: tuple[str, ...]
    time: np.ndarray
    estimate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    merged: bool = False


def groups_of(table: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """Every group of a table in its order: its key values and its rows."""
    columns = list(table.columns[:table.columns.get_indexer(["time"])[0]])
    columns = [column for column in columns if column not in ("cause", "comparison")]
    if not columns:
        yield (), table
        return
    for key, rows in table.groupby(columns, sort=False, observed=True):
        yield tuple(map(str, key)), rows


def curves_of(table: pd.DataFrame, start: float = 1.0, *, own: bool = False) -> list[Curve]:
    """The curves of all groups as far as five are watched; groups with fewer than five exits are left out.

    Curves of ``own`` people step only where at least five have left since the step before.
    """
    return [curve_of(key, rows, start, own=own) for key, rows in groups_of(table)
            if watched(rows)["n_event"].sum() >= SMALL]


def curve_of(key: tuple[str, ...], rows: pd.DataFrame, start: float, *, own: bool) -> Curve:
    """The part of one curve that may be shown: of own people up to the last exit that no step shows."""
    rows = watched(rows)
    if own:
        places = merged_steps(rows["n_event"].to_numpy())
        steps, last = rows.iloc[places], rows["time"].iloc[-1]
        all_shown = len(places) and not rows["n_event"].iloc[places[-1] + 1:].any()
        rows = pd.concat([steps, steps.tail(1).assign(time=last)]).drop_duplicates("time") if all_shown else steps
    first = {"time": 0.0, "estimate": start, "lower": start, "upper": start}
    return Curve(key, *(np.insert(rows[name].to_numpy(float), 0, value) for name, value in first.items()), own)


def draw_curves(canvas, curves: Sequence[Curve], risk: pd.DataFrame, unit: str, language: str) -> Axes:
    """Step curves above, numbers at risk below, on one time axis; returns the upper axes."""
    above, below = canvas.subplots(2, 1, sharex=True, height_ratios=[9, len(curves) + 1.2])
    for curve, (colour, line) in zip(curves, LOOKS, strict=False):
        draw_steps(above, curve, colour, line)
    for curve, (colour, _) in zip(curves, LOOKS, strict=False):
        above.plot(curve.time[-1], curve.estimate[-1], "o", color=colour, ms=4)
    label_ends(above, [(curve.time[-1], curve.estimate[-1], group_name(curve.key, language), colour)
                       for curve, (colour, _) in zip(curves, LOOKS, strict=False) if len(curves) > 1])
    times = sorted(risk["time"].unique())
    share_axis(above, language)
    above.tick_params(labelbottom=False, bottom=False)
    above.set(xlim=(0, max(max(times), *(curve.time[-1] for curve in curves)) * 1.02))
    draw_risk(below, [curve.key for curve in curves], risk, language)
    below.set_xticks(times)
    below.xaxis.set_major_formatter(axis_number(language))
    below.set_xlabel(clock(unit, language))
    return above


def draw_steps(axes, curve: Curve, colour: str, line: object = "-", width: float = 2) -> None:
    """One curve as steps with its limits as a light band."""
    axes.fill_between(curve.time, curve.lower, curve.upper, step="post", color=colour, alpha=0.14, lw=0)
    axes.plot(curve.time, curve.estimate, drawstyle="steps-post", color=colour, ls=line, lw=width)


def share_axis(axes, language: str) -> None:
    """A vertical axis of shares that starts at 0."""
    axes.set(ylim=(0, 1.0))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(axis_percent(language))
    axes.grid(axis="y")


def draw_risk(axes, keys: Sequence[tuple[str, ...]], risk: pd.DataFrame, language: str) -> None:
    """The numbers at risk just before each time, one row a group."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    rows = dict(groups_of(risk))
    for height, key in enumerate(keys):
        for row in rows[key].itertuples():
            axes.text(row.time, height, count(row.n_risk, language), ha="center", va="center", fontsize=SMALL_TYPE)
    axes.set_yticks(range(len(keys)), [group_name(key, language) for key in keys], fontsize=SMALL_TYPE)
    axes.tick_params(axis="y", length=0, pad=20)  # room for the number at time 0
    axes.set(ylim=(len(keys) - 0.4, -0.6))
    axes.set_title({"de": "unter Beobachtung", "en": "at risk"}[language], fontsize=SMALL_TYPE, fontweight="normal",
                   color=QUIET)


def label_ends(axes, ends: Sequence[tuple[float, float, str, str]], line: float = LINE) -> None:
    """Names beside the curves: (time, height, words, colour) of each end, pushed apart, with a leader line."""
    order = np.argsort([height for _, height, _, _ in ends], kind="stable")
    heights = apart(np.array([ends[place][1] for place in order]), line, *axes.get_ylim())
    for place, height in zip(order, heights, strict=True):
        time, end, words, colour = ends[place]
        axes.annotate(words, (time, end), (1.04, height), textcoords=axes.get_yaxis_transform(), va="center",
                      arrowprops={"arrowstyle": "-", "color": colour, "lw": 1, "ls": ":", "shrinkA": 2, "shrinkB": 3})


def apart(heights: np.ndarray, gap: float, low: float, high: float) -> np.ndarray:
    """Rising heights moved as little upwards and then downwards as it takes to lie ``gap`` apart within limits.

    >>> apart(np.array([0.5, 0.5, 0.98]), 0.1, 0.0, 1.0).round(2).tolist()
    [0.5, 0.6, 0.95]
    """
    moved = np.maximum(heights, low + gap / 2)
    for place in range(1, len(moved)):
        moved[place] = max(moved[place], moved[place - 1] + gap)
    ceiling = high - gap / 2
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], ceiling)
        ceiling = moved[place] - gap
    return moved


def panel_grid(panels: int) -> tuple[int, int]:
    """How many rows and columns of panels there are."""
    columns = min(panels, 3) if panels <= 9 else 4
    return -(-panels // columns), columns


def draw_panels(canvas, curves: Sequence[Curve], everybody: Curve, risk: pd.DataFrame, unit: str,
                language: str) -> None:
    """One panel a group with the curve of everybody in grey; the number at risk stands under each time."""
    panels = canvas.subplots(*panel_grid(len(curves)), sharey=True, squeeze=False)
    counts = dict(groups_of(risk))
    share_axis(panels[0, 0], language)  # shared by all
    for axes, curve in zip(panels.flat, curves, strict=False):
        axes.plot(everybody.time, everybody.estimate, drawstyle="steps-post", color=GREY, lw=1.2)
        draw_steps(axes, curve, BLUE)
        axes.grid(axis="y")
        axes.set_title(group_name(curve.key, language))
        rows = counts[curve.key]
        axes.set_xticks(rows["time"], [f"{number(time, language)}\n{count(n, language)}" for time, n in
                                       zip(rows["time"], rows["n_risk"], strict=True)], fontsize=SMALL_TYPE)
        axes.set(xlim=(0, everybody.time[-1] * 1.02))
    for axes in panels.flat[len(curves):]:
        axes.set_visible(False)
    below = {"de": f"oben {clock(unit, language)}, darunter Personen unter Beobachtung",
             "en": f"upper row {clock(unit, language)}, lower row people at risk"}
    canvas.supxlabel(below[language], fontsize=11)


def draw_difference(canvas, curve: Curve, names: Sequence[str], times: Sequence[float], unit: str,
                    language: str) -> None:
    """A difference over time around the line of no difference."""
    axes = canvas.subplots()
    axes.axhline(0, color=TEXT, lw=1)
    draw_steps(axes, curve, BLUE)
    above, below = (max(np.nanmax(values), 0.02) for values in (curve.upper, -curve.lower))
    room = 0.2 * (above + below)
    axes.set(ylim=(-below - room, above + room), xlim=(0, curve.time[-1] * 1.02), xlabel=clock(unit, language))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: number(100 * share, language, 0)))
    axes.set_ylabel(POINTS[language])
    axes.set_xticks([time for time in times if time <= curve.time[-1]])
    axes.xaxis.set_major_formatter(axis_number(language))
    more = {"de": "mehr noch da: {}", "en": "more still there: {}"}[language]
    for height, side, name in ((0.97, "top", names[0]), (0.03, "bottom", names[1])):
        axes.text(0.99, height, more.format(word(name, language)), transform=axes.transAxes, ha="right", va=side,
                  color=QUIET)


def draw_forest(canvas, table: pd.DataFrame, words: dict[str, str], language: str) -> None:
    """Ratios with limits around 1 on a log axis, each with its numbers."""
    axes = canvas.subplots()
    axes.set_xscale("log")
    axes.axvline(1, color=TEXT, lw=1)
    for height, row in enumerate(table.itertuples()):
        axes.plot([row.lower, row.upper], [height, height], color=BLUE, lw=2)
        axes.plot(row.hazard_ratio, height, "o", color=BLUE, ms=9)
        axes.text(1.03, height, ratio(row, language), transform=axes.get_yaxis_transform(), va="center")
    low, high = min(table["lower"].min(), 0.8) / 1.05, max(table["upper"].max(), 1.25) * 1.05
    axes.set(xlim=(low, high), ylim=(len(table) - 0.4, -0.6), xlabel=words[language])
    axes.set_yticks(range(len(table)), [term(row, language) for row in table.itertuples()])
    axes.set_xticks([tick for tick in RATIOS if low <= tick <= high])
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(axis_number(language))
    axes.grid(axis="x")
