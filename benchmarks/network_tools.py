"""One function a task and tool, the same network for all: ``network_tools.py TOOL FOLDER LIMIT TASK...``.

A task takes a network, works, and returns a function that reads numbers which do not depend on chance.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

TIES_PER_ACTOR, DRAWS, TRIALS_PER_TIE = 3, 1000, 10
Numbers = Callable[[], dict[str, list[float]]]


@dataclass(frozen=True)
class Network:
    """Ties of both kinds (n, n): ``mutual`` symmetric, ``given`` directed; two other relations; a group an actor."""

    mutual: np.ndarray
    given: np.ndarray
    same: np.ndarray
    distance: np.ndarray
    group: np.ndarray
    draws: int = DRAWS

    def head(self, n: int, replicates: int) -> Network:
        """The same with fewer draws, to warm up with."""
        return Network(self.mutual, self.given, self.same, self.distance, self.group, replicates)


def drawn(n: int, seed: int = 3) -> Network:
    """n actors in five groups with three ties each on average; a tie is likelier within a group."""
    rng, group = np.random.default_rng(seed), np.arange(n) % 5
    same = (group[:, None] == group).astype(float)
    place = rng.normal(size=n)
    mutual, given = np.zeros((2, n, n))
    rows, columns = np.triu_indices(n, 1)
    weight = 1 + 3 * same[rows, columns]
    chosen = rng.choice(len(rows), TIES_PER_ACTOR * n, replace=False, p=weight / weight.sum())
    mutual[rows[chosen], columns[chosen]] = mutual[columns[chosen], rows[chosen]] = 1
    turned = rng.random(len(chosen)) < 0.5
    for source, target in ((rows[chosen][turned], columns[chosen][turned]),
                           (columns[chosen][~turned], rows[chosen][~turned])):
        given[source, target] = 1
    given[mutual * (rng.random((n, n)) < 0.3) > 0] = 1
    return Network(mutual, given, same, np.abs(place[:, None] - place), group)


FIELDS = ("mutual", "given", "same", "distance", "group")


def write_network(folder: Path, network: Network) -> None:
    """One text file a field, so that R reads the same."""
    folder.mkdir(parents=True)
    for name in FIELDS:
        np.savetxt(folder / f"{name}.csv", np.atleast_1d(getattr(network, name)), delimiter=",", fmt="%.17g")


def read_network(folder: Path) -> Network:
    """The inverse of :func:`write_network`."""
    fields = {name: np.loadtxt(folder / f"{name}.csv", delimiter=",") for name in FIELDS}
    return Network(**fields | {"group": fields["group"].astype(int)})


def ours(network: Network) -> dict[str, Callable[[], Numbers]]:
    """All draws at once, with expectation, interval and p."""
    from rehapro_analysis.networks.chance.mrqap import mrqap
    from rehapro_analysis.networks.chance.null_tests import null_test
    from rehapro_analysis.networks.chance.qap import qap_correlation
    from rehapro_analysis.networks.legal_domains.brokerage import brokerage
    from rehapro_analysis.networks.measures.paths import betweenness
    from rehapro_analysis.networks.measures.statistics import reciprocity, transitivity
    from rehapro_analysis.networks.ties.network import PartnerNetwork
    group = [str(one) for one in network.group]
    codes = [f"{place:03}" for place in range(len(group))]
    mutual = PartnerNetwork.from_matrix(network.mutual, codes, directed=False, domains=group)
    given, seen = PartnerNetwork.from_matrix(network.given, codes, domains=group), {"draws": network.draws, "seed": 1}

    def highest_betweenness(cells: np.ndarray) -> np.ndarray:
        return betweenness(np.nan_to_num(cells)).max(-1) / 2

    def degree_nulls() -> Numbers:
        found = null_test(mutual, {"transitivity": transitivity, "betweenness": highest_betweenness},
                          steps_per_tie=TRIALS_PER_TIE, **seen).table["estimate"]
        return lambda: {"transitivity": [found[0]], "betweenness": [found[1]]}

    def edge_nulls() -> Numbers:
        found = null_test(given, {"transitivity": transitivity, "reciprocity": reciprocity}, null="edges",
                          **seen).table["estimate"]
        return lambda: {"directed transitivity": [found[0]], "reciprocity": [found[1]]}

    def roles() -> Numbers:
        found = brokerage(given, **seen).table
        found = found[found["rule"] == "primary"]
        return lambda: {"roles": found["estimate"].tolist()}

    return {"degree_nulls": degree_nulls, "edge_nulls": edge_nulls, "brokerage": roles,
            "qap": lambda: _read(qap_correlation(given, network.same, **seen), correlation="estimate"),
            "mrqap": lambda: _read(mrqap(given, {"same": network.same, "distance": network.distance}, **seen),
                                   coefficients="estimate", t="t")}


def networkx(network: Network) -> dict[str, Callable[[], Numbers]]:
    """Graph by graph; its rewiring counts successful switches, its transitivity ignores direction."""
    import networkx as nx
    mutual, given = nx.from_numpy_array(network.mutual), nx.from_numpy_array(network.given, create_using=nx.DiGraph)

    def measured(graph: nx.Graph) -> tuple[float, float]:
        return nx.transitivity(graph), max(nx.betweenness_centrality(graph, normalized=False).values())

    def degree_nulls() -> Numbers:
        number, graphs = mutual.number_of_edges(), [measured(mutual)]
        for seed in range(network.draws):
            graph = mutual.copy()
            nx.double_edge_swap(graph, TRIALS_PER_TIE * number, 100 * TRIALS_PER_TIE * number, seed=seed)
            graphs.append(measured(graph))
        return lambda: {"transitivity": [graphs[0][0]], "betweenness": [graphs[0][1]]}

    def edge_nulls() -> Numbers:
        n, m, found = len(given), given.number_of_edges(), nx.overall_reciprocity(given)
        for seed in range(network.draws):
            graph = nx.gnm_random_graph(n, m, seed=seed, directed=True)
            nx.transitivity(graph), nx.overall_reciprocity(graph)
        return lambda: {"reciprocity": [found]}

    return {"degree_nulls": degree_nulls, "edge_nulls": edge_nulls}


def igraph(network: Network) -> dict[str, Callable[[], Numbers]]:
    """Graph by graph in C; its rewiring counts trials, its transitivity ignores direction."""
    import igraph as ig
    mutual, given = (ig.Graph.Adjacency(cells.tolist(), mode) for cells, mode in (
        (network.mutual, "undirected"), (network.given, "directed")))

    def measured(graph: ig.Graph) -> tuple[float, float]:
        return graph.transitivity_undirected(), max(graph.betweenness())

    def degree_nulls() -> Numbers:
        graphs = [measured(mutual)]
        for _ in range(network.draws):
            graph = mutual.copy()
            graph.rewire(n=TRIALS_PER_TIE * mutual.ecount())
            graphs.append(measured(graph))
        return lambda: {"transitivity": [graphs[0][0]], "betweenness": [graphs[0][1]]}

    def edge_nulls() -> Numbers:
        found = given.reciprocity()
        for _ in range(network.draws):
            graph = ig.Graph.Erdos_Renyi(n=given.vcount(), m=given.ecount(), directed=True)
            graph.transitivity_undirected(), graph.reciprocity()
        return lambda: {"reciprocity": [found]}

    return {"degree_nulls": degree_nulls, "edge_nulls": edge_nulls}


TOOLS = {
    "ours": ("degree_nulls", "edge_nulls", "qap", "mrqap", "brokerage"),
    "networkx": ("degree_nulls", "edge_nulls"),
    "igraph": ("degree_nulls", "edge_nulls"),
    "R sna": ("edge_nulls", "qap", "mrqap", "brokerage"),
}


def task_of(tool: str, name: str) -> Callable[[Network], Numbers]:
    """A task as a function of the network; reading the network into the tool counts."""
    return lambda network: {"ours": ours, "networkx": networkx, "igraph": igraph}[tool](network)[name]()


def _read(result, **columns: str) -> Numbers:
    return lambda: {name: result.table[column].tolist() for name, column in columns.items()}


def main(tool: str, folder: str, limit: str, *names: str) -> None:
    """Print one JSON line a task."""
    from measure import report_lines, version_of
    report_lines(names, partial(task_of, tool), read_network(Path(folder)), limit, version_of(tool))


if __name__ == "__main__":
    main(*sys.argv[1:])
