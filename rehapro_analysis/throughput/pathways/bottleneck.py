"""The bottleneck of a pathway: its minimum cut, and what one more place gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.throughput.pathways.pathway import ENTRY
from rehapro_analysis.throughput.pathways.routes import Routes, read_places, read_routes

GOALS = ("completed", "employment")
SINK = "goal"
SCALE = 10**12  # capacities are whole parts of a person a month, so that sums are exact
LITTLE = 1e-4  # places taken away to see whether a step binds
NOISE = 1e-9  # people a month that rounding can make


def bottleneck(path: Result, places: Mapping[str, float], *, goal: Collection[str] = GOALS,
               stay: Mapping[str, float] | None = None) -> Result:
    """The most people a month who can reach the goal, and the step that allows no more.

    A step with c places that people leave after d days lets 30.4375 c/d through a month (Little's law for a
    full step); d is ``stay[step]`` or the pathway's person-days per exit. Of those the shares of the decided go
    on to each next step. Steps without an entry in ``places`` have room for everybody. The network of
    :func:`flow_network` counts people who will reach one of the exits ``goal``; its maximum flow equals its
    minimum cut (Ford & Fulkerson 1956). A pathway may have cycles; with no place at all nobody gets through.
    The flow never falls with places and never rises with the stay, so intervals are carried by their ends.

    ``table``, one row a step: step, places, days, capacity (people a month), reach (share of those there who
    reach the goal), visits (stays there for each person who enters), entries = capacity/visits (entries a
    month that fill the step), most (the maximum flow, the same in all rows), binding (a little less room
    lowers it), one_more_place (what one more gives a month), without_limit (the maximum flow if this step had
    room for everybody) and then_binding (what binds then). Numbers without a limit are empty.

    Caution: at a full step people may take another way as far as that way's share of a full flow allows; the
    flow is the best possible. Raises :class:`StudyError` for unknown steps, numbers of places that are none,
    steps nobody has left, a goal nobody reaches, a cycle nobody leaves, and where no step limits the flow.

    >>> ways = pd.DataFrame({"step": ["entry", "one", "one", "two"], "to": ["one", "two", "dropout", "completed"],
    ...                      "so_far": [1, 0.5, 0.5, 1], "of_decided": [1, 0.5, 0.5, 1], "days_per_exit": 30.4375})
    >>> path = Result(ways, "pathway of A", (), 4, "own")
    >>> columns = ["step", "capacity", "reach", "most", "binding", "one_more_place", "then_binding"]
    >>> bottleneck(path, {"one": 8, "two": 3}).table[columns]
      step  capacity  reach  most  binding  one_more_place then_binding
    0  one       8.0    0.5   3.0    False             0.0          two
    1  two       3.0    1.0   3.0     True             1.0          one
    """
    routes = read_routes(path, goal, stay or {})
    room = read_places(routes, places)
    most = maximum_flow(routes, room)
    if np.isinf(most):
        raise StudyError.of("On some way to the goal no step has a limit.", "Give places for a step on every way.")
    changed = [_without(routes, room, step) for step in range(len(room))]
    table = pd.DataFrame({
        "step": routes.steps, "places": room, "days": routes.days, "capacity": routes.capacity(room),
        "reach": routes.reach, "visits": routes.visits, "entries": _entries(routes, room), "most": most,
        "binding": _binding(routes, room),
        "one_more_place": [_gain(routes, room, step, 1.0) for step in range(len(room))],
        "without_limit": [maximum_flow(routes, more) for more in changed],
        "then_binding": [_names(routes, more) for more in changed]}).replace(np.inf, np.nan)
    return Result(table, "minimum cut of the " + path.method.split(",")[0], (
        "Places refill at once, and stays do not change: a steady state.",
        f"The goal is: {', '.join([goal] if isinstance(goal, str) else goal)}. Shares are of those decided.",
        "People kept from a full step may take another way as far as its share allows: the flow is the best possible.",
        "Capacities are rounded to 1e-12 people a month."), path.n, path.origin)


def flow_network(routes: Routes, room: np.ndarray) -> nx.DiGraph:
    """The network for maximum flow from ``ENTRY`` to ``SINK``, in whole parts of 1/SCALE people a month.

    A step s is an arc (s, "in") to (s, "out") of capacity c reach(s), c people a month; a way with share p to
    the step t is an arc of capacity c p reach(t), to the goal c p. Both count people who will reach the goal,
    who are never lost. An arc without the attribute ``capacity`` has no limit.
    """
    graph, capacity = nx.DiGraph(), routes.capacity(room)
    for s in np.flatnonzero(routes.reach > 0):
        step = routes.steps[s]
        _add(graph, (step, "in"), (step, "out"), capacity[s] * routes.reach[s])
        if routes.begin[s] > 0:
            _add(graph, ENTRY, (step, "in"), np.inf)
        if routes.goal[s] > 0:
            _add(graph, (step, "out"), SINK, capacity[s] * routes.goal[s])
        for t in np.flatnonzero((routes.share[s] > 0) & (routes.reach > 0)):
            _add(graph, (step, "out"), (routes.steps[t], "in"), capacity[s] * routes.share[s, t] * routes.reach[t])
    return graph


def maximum_flow(routes: Routes, room: np.ndarray) -> float:
    """People a month who reach the goal at best, given the places of each step; inf without a limit."""
    try:
        return nx.maximum_flow_value(flow_network(routes, room), ENTRY, SINK) / SCALE
    except nx.NetworkXUnbounded:
        return np.inf


def _add(graph: nx.DiGraph, source: object, target: object, people: float) -> None:
    limit = {} if np.isinf(people) else {"capacity": round(people * SCALE)}
    graph.add_edge(source, target, **limit)


def _gain(routes: Routes, room: np.ndarray, step: int, more: float) -> float:
    """What the maximum flow gains if one step has more (or less) places."""
    changed = room.copy()
    changed[step] += more
    before, after = maximum_flow(routes, room), maximum_flow(routes, changed)
    return after - before if np.isfinite(before) else 0.0


def _without(routes: Routes, room: np.ndarray, step: int) -> np.ndarray:
    return np.where(np.arange(len(room)) == step, np.inf, room)


def _binding(routes: Routes, room: np.ndarray) -> list[bool]:
    """Which steps a little less room in which lowers the flow; without any flow, those without a place."""
    if maximum_flow(routes, room) == 0:
        return [bool(places == 0 and reach > 0) for places, reach in zip(room, routes.reach, strict=True)]
    return [bool(_gain(routes, room, step, -LITTLE if places else LITTLE) * (-1 if places else 1) > NOISE)
            for step, places in enumerate(room)]


def _names(routes: Routes, room: np.ndarray) -> str:
    return ", ".join(step for step, binds in zip(routes.steps, _binding(routes, room), strict=True) if binds)


def _entries(routes: Routes, room: np.ndarray) -> np.ndarray:
    capacity, visited = routes.capacity(room), routes.visits > 0
    return np.where(visited, capacity / np.where(visited, routes.visits, 1.0), np.inf)
