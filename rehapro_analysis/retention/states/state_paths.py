"""Paths through states: moves as a directed graph, and whole paths counted."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.states.histories import Columns, Histories, read_histories
from rehapro_analysis.retention.states.spell_checks import sound
from rehapro_analysis.study.origins import frame_origin

ARROW = " → "


def state_graph(spells: Any, *, participant: Columns = "participant", state: str = "state", start: str = "start",
                stop: str = "stop", to: str = "to") -> nx.DiGraph:
    """States as nodes, moves as edges, in the order of the states.

    Nodes: ``n`` persons ever seen there, ``stays``, ``open`` stays not seen to end. Edges: ``n`` moves and
    ``share``, n of all moves out of the source. Shares are of recorded moves: where stays are still open,
    they favour what happens early; the share of people who get there by a time is :func:`state_occupation`.
    Every ``n`` counts persons or moves of persons and is subject to disclosure control.

    >>> stays = pd.DataFrame({"participant": list("aab"), "state": ["one", "two", "one"], "start": [0, 2, 0],
    ...                       "stop": [2, 4, 3], "to": ["two", "work", "work"]})
    >>> sorted(state_graph(stays).edges(data="share"))
    [('one', 'two', 0.5), ('one', 'work', 0.5), ('two', 'work', 1.0)]
    """
    h = sound(read_histories(spells, participant=participant, state=state, start=start, stop=stop, to=to))
    moved, size = h.to >= 0, len(h.states)
    ever = np.unique(np.concatenate([h.person * size + h.state, (h.person * size + h.to)[moved]])) % size
    counts = [np.bincount(codes, minlength=size) for codes in (ever, h.state, h.state[~moved])]
    moves = np.bincount(h.state[moved] * size + h.to[moved], minlength=size**2).reshape(size, size)
    graph = nx.DiGraph()
    for name, n, stays, still in zip(h.states, *counts, strict=True):
        graph.add_node(name, n=int(n), stays=int(stays), open=int(still))
    for source, target in np.argwhere(moves):
        n = moves[source, target]
        graph.add_edge(h.states[source], h.states[target], n=int(n), share=float(n / moves[source].sum()))
    return graph


def common_paths(spells: Any, *, participant: Columns = "participant", state: str = "state", start: str = "start",
                 stop: str = "stop", to: str = "to", origin: str | None = None) -> Result:
    """Whole paths by how often they were taken, the most frequent first.

    A path is every state a person was seen in, first to last; ``ended`` says whether the last one is where
    the person went, or where the person was last seen. Columns: path, states (how many), ended, n, share.
    """
    origin = frame_origin(spells, origin)
    h = sound(read_histories(spells, participant=participant, state=state, start=start, stop=stop, to=to))
    paths, n = np.unique(_paths(h), axis=0, return_counts=True)
    frame = pd.DataFrame({
        "path": [ARROW.join(h.states[code] for code in path[1:] if code >= 0) for path in paths],
        "states": (paths[:, 1:] >= 0).sum(axis=1), "ended": paths[:, 0] == 1, "n": n, "share": n / n.sum()})
    frame = frame.sort_values(["n", "path", "ended"], ascending=[False, True, True], ignore_index=True)
    return Result(frame, "whole paths", ("Paths of people who are still there are unfinished and counted apart.",),
                  h.n, origin, ("n",), counted="people")


def _paths(h: Histories) -> np.ndarray:
    """One row a person: whether the path has ended, then its states, -1 after the last one."""
    runs = Runs(h.person)
    states = np.column_stack([runs.matrix(h.state, fill=-1), np.full(len(runs.first), -1)])
    ending = h.to[runs.last]
    states[np.arange(len(ending)), runs.column[runs.last] + 1] = ending
    return np.column_stack([ending >= 0, states])
