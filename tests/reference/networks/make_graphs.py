"""Writes graphs.json: the graphs that measures.R measures. Run: python make_graphs.py (numpy, networkx 3.6)."""

import json

import networkx as nx
import numpy as np
import pandas as pd

SIZES = ((3, .4), (4, .3), (5, .5), (6, .25), (8, .15), (8, .4), (12, .1), (12, .3), (20, .06), (20, .2))
rng = np.random.default_rng(20220615)


def of_graph(graph):
    return nx.to_numpy_array(graph, weight=None).astype(int)


def random_digraph(n, share):
    return (rng.random((n, n)) < share).astype(int) * (1 - np.eye(n, dtype=int))


davis = nx.davis_southern_women_graph()
women = [node for node, side in davis.nodes(data="bipartite") if side == 0]
shared = nx.to_numpy_array(nx.bipartite.weighted_projected_graph(davis, women), nodelist=women).astype(int)
fixture = pd.read_csv("adjacency_binary.csv", index_col=0).to_numpy()
valued = pd.read_csv("adjacency_valued.csv", index_col=0).to_numpy()
without_drv = np.delete(np.delete(np.maximum(fixture, fixture.T), 12, 0), 12, 1)
graphs = {
    "fixture": fixture, "fixture_valued": valued, "fixture_weak": np.maximum(fixture, fixture.T),
    "fixture_weak_connected": without_drv,
    "florentine": of_graph(nx.florentine_families_graph()), "karate": of_graph(nx.karate_club_graph()),
    "davis": of_graph(davis), "davis_women_three_shared": (shared >= 3).astype(int), "davis_women_valued": shared,
    **{f"random_{n}_{share}": random_digraph(n, share) for n, share in SIZES},
}
with open("graphs.json", "w", encoding="utf-8") as file:
    json.dump({name: matrix.tolist() for name, matrix in graphs.items()}, file, separators=(",", ":"))
