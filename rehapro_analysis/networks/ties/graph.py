"""A network as a networkx graph: every actor a node, nothing missing in an attribute, nothing called weight."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.study.tables import LEGAL_DOMAINS


def as_graph(actors: pd.DataFrame, ties: pd.DataFrame, *, directed: bool) -> nx.Graph:
    """Nodes with label, kind, legal_domains and named; edges with relation, status and strength.

    Several relations or statuses of a pair stand on its edge with ``|`` between; strengths are added
    over relations and averaged over the reports of one relation. What is missing is left out.
    """
    graph = nx.DiGraph() if directed else nx.Graph()
    for row in actors.itertuples():
        graph.add_node(row.actor, **_attributes(row))
    first, second = ends(ties, directed=directed)
    for pair, rows in ties.groupby([first, second], sort=False):
        words = {name: "|".join(sorted(set(rows[name]))) for name in ("relation", "status")}
        strength = rows.groupby("relation")["strength"].mean().sum(min_count=1)
        graph.add_edge(*pair, **words, **({} if pd.isna(strength) else {"strength": float(strength)}))
    return graph


def ends(ties: pd.DataFrame, *, directed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Source and target of every row; of mutual ties in the order of the alphabet."""
    source, target = ties["source"].to_numpy(object), ties["target"].to_numpy(object)
    turned = (source > target) & (not directed)
    return np.where(turned, target, source), np.where(turned, source, target)


def in_order(domains: object) -> list[str]:
    """A set of legal domains in the order of the social code; empty if nothing is known.

    >>> in_order(frozenset({"XII", "IX", "VIII"}))
    ['VIII', 'IX', 'XII']
    """
    known = domains if isinstance(domains, frozenset) else frozenset()
    return sorted(known, key=lambda name: (LEGAL_DOMAINS.index(name) if name in LEGAL_DOMAINS else -1, name))


def _attributes(row: Any) -> dict[str, object]:
    """Only what every graph format can hold: text and truth values, and nothing missing."""
    given = {name: getattr(row, name, None) for name in ("label", "kind", "named")}
    given["named"] = None if pd.isna(given["named"]) else bool(given["named"])
    known = {name: value for name, value in given.items() if pd.notna(value)}
    return known | {"legal_domains": "|".join(in_order(row.legal_domains))}
