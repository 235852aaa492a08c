"""Drawing of a flow through phases: boxes, bands to the next box, and short bands for who goes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.figures.retention.retention_drawing import CAUSES, LIGHT
from rehapro_analysis.figures.retention.retention_words import word
from rehapro_analysis.figures.small_cells import SMALL, count, pooled, rounded
from rehapro_analysis.figures.style import BLUE, GREY
from rehapro_analysis.study.problems import StudyError

STILL, MERGED = "censored", "several"
BOX, STUB = 0.05, 0.36  # width of a box and length of a short band, in distances between boxes
LINE, PAD = 0.062, 0.014  # height of a label and room between bands, as shares of the highest box
MOVING = "#9CC9E3"
CURVE = (1 - np.cos(np.linspace(0, np.pi, 40))) / 2


@dataclass(frozen=True)
class Flows:
    """What is drawn: ``phases`` in order with their people, ``table`` with source, target and n."""

    phases: dict[str, int]
    table: pd.DataFrame


def flows_of(graph: nx.DiGraph, *, own: bool = False) -> Flows:
    """The ways of a state graph without small counts; phases that fewer than five reached are left out.

    Small ways out of a phase are shown together, never with a move to another phase. Counts of ``own`` people are
    rounded to five instead: where two of them differ by less, nothing follows by subtraction.
    """
    # Who arrived on the last day has no stay there yet, and is still there.
    reached = {node: max(data["n"], data["stays"]) for node, data in graph.nodes(data=True) if data["stays"]}
    phases = {node: n for node, n in reached.items() if n >= SMALL}
    if not phases:
        raise StudyError.of(f"No phase was reached by {SMALL} people: there is nothing to show.",
                            "Wait, or take more projects together.")
    rows = []
    for source in phases:
        ways = {target: data["n"] for _, target, data in graph.out_edges(source, data=True)}
        ways[STILL] = graph.nodes[source]["open"] + phases[source] - graph.nodes[source]["stays"]
        shown = {target: rounded(n) for target, n in ways.items()} if own else _together(ways, set(phases))
        rows += [(source, target, n) for target, n in shown.items() if n > 0]
    return Flows({phase: rounded(n) if own else n for phase, n in phases.items()},
                 pd.DataFrame(rows, columns=["source", "target", "n"]))


def _together(ways: dict[str, int], phases: set[str]) -> dict[str, int]:
    """The ways out of one phase, small ones as one; moves to another phase stay what they are."""
    onward = {target: n for target, n in ways.items() if target in phases}
    out = {target: n for target, n in ways.items() if target not in phases}
    rest = pooled(out, MERGED)
    joined = {MERGED: sum(out[target] for target in rest)} if rest else {}
    return onward | {target: n for target, n in out.items() if target not in rest} | joined


def draw_flow(canvas, flows: Flows, language: str) -> None:
    """Boxes hang from one line; who moves on goes straight to the next box, the others leave below."""
    axes = canvas.subplots()
    scale = max(flows.phases.values())
    places = {phase: place for place, phase in enumerate(flows.phases)}
    taken = dict.fromkeys(flows.phases, 0.0)  # how much of each box's left side has been reached
    lowest = -1.0
    for phase, place in places.items():
        n = flows.phases[phase]
        _box(axes, place, n / scale)
        axes.text(place, 0.03, f"{word(phase, language)}\n{n}", ha="center", va="bottom", fontweight="bold")
        ways = flows.table[flows.table["source"] == phase]
        onward = [way for way in ways.itertuples() if places.get(way.target, -1) > place]
        leaving = [way for way in ways.itertuples() if places.get(way.target, -1) <= place]
        side = 0.0
        for way in sorted(onward, key=lambda way: places[way.target]):
            height = way.n / scale
            _band(axes, (place, side), (places[way.target], taken[way.target]), height, MOVING)
            if height < n / scale:
                axes.text(place + 0.5, -side - height / 2, f"{way.n}", ha="center", va="center")
            taken[way.target] += height
            side += height
        lowest = min(lowest, _stubs(axes, place, side, leaving, scale, language))
    axes.set(xlim=(-0.35, len(places) - 0.1), ylim=(lowest - PAD, 0.17))
    axes.axis("off")


def _stubs(axes, place: int, side: float, ways: list, scale: float, language: str) -> float:
    """Short bands for the ways out, each with its label; returns how far down they reach."""
    end = -side - 2 * PAD
    order = [*CAUSES, STILL]
    for way in sorted(ways, key=lambda way: order.index(way.target) if way.target in order else -1):
        height = way.n / scale
        room = max(height, LINE)
        middle = end - room / 2
        colour = LIGHT if way.target == STILL else CAUSES.get(way.target, GREY)
        _band(axes, (place, side), (place + STUB - BOX / 2, -middle - height / 2), height, colour, box=False,
              hatch="///" if way.target == MERGED else None)
        axes.text(place + STUB + 0.03, middle, f"{word(way.target, language)} {count(way.n, language)}", va="center",
                  fontsize=10)
        side, end = side + height, end - room - PAD
    return end


def _box(axes, place: float, height: float) -> None:
    axes.fill_between([place - BOX / 2, place + BOX / 2], -height, 0, color=BLUE, lw=0)


def _band(axes, start: tuple[float, float], end: tuple[float, float], height: float, colour: str,
          *, box: bool = True, hatch: str | None = None) -> None:
    """A band of constant height from the right side of a box to the left side of another, or to nowhere."""
    (x0, y0), (x1, y1) = start, end
    x = np.linspace(x0 + BOX / 2, x1 - (BOX / 2 if box else 0), len(CURVE))
    top = -y0 + (y0 - y1) * CURVE
    axes.fill_between(x, top - height, top, facecolor=colour, hatch=hatch, edgecolor="white", lw=0)
