"""What a missing partner costs: the network as it is, and as it would be with the tie that was sought."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.networks.legal_domains.coverage import BOOKS, GROUPS
from rehapro_analysis.networks.ties.network import PartnerNetwork, in_order, partner_network
from rehapro_analysis.networks.ties.nonresponse import tie_matrix
from rehapro_analysis.networks.ties.records import recorded_projects
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study

COLUMNS = ["project", "source", "target", "status", "efficiency", "efficiency_gain", "gain_if_present",
           "domains_gained", "n_domains_gained"]
CAUTION = ("The network with the tie is arithmetic, not a forecast: a partner that agrees changes other ties too, "
           "and a tie that exists need not be used.")
FILLED = "efficiency_gain takes unknown pairs as no tie, gain_if_present as ties; neither is known."
REACHED = "A legal domain is reached if one of its actors is linked with a lead jobcenter over any number of ties."


def missing_partners(study: Study, project: str | None = None, *, origin: str = "documented") -> Result:
    """What each partner that was courted in vain costs its network, the dearest first.

    For every tie that was sought and is not at work, the network with it is compared with the network as it is, ties
    taken as mutual. ``table``: project, source, target (labels), status, efficiency (global: mean of 1 / distance
    over all pairs), efficiency_gain, gain_if_present (the same if all unknown pairs were ties), domains_gained (books
    of the social code that only this tie would bring into reach), n_domains_gained, rank (by domains, then
    efficiency; equal costs share a rank) among all ties of the table.

    Raises `StudyError` if no tie names the project. The table is empty if no tie was sought in vain.

    Caution: a rank in an incomplete network can turn round with the next answer; compare efficiency_gain with
    gain_if_present. Efficiency depends on size: compare ties of one network, not projects.
    """
    names = [project] if project is not None else recorded_projects(study, origin)
    rows = [row for name in names for row in _costs(partner_network(study, name, origin=origin))]
    table = pd.DataFrame(rows, columns=COLUMNS)
    # An efficiency gains 1 at most, so domains come first; gains that differ by rounding only are equal.
    cost = 2 * table["n_domains_gained"].astype(float) + table["efficiency_gain"].astype(float).round(12)
    table["rank"] = cost.rank(method="min", ascending=False).astype(int)
    table = table.sort_values(["rank", "project", "target"], kind="stable").reset_index(drop=True)
    return Result(table, "the network with and without each tie sought in vain", (CAUTION, FILLED, REACHED),
                  len(table), origin)


def _costs(network: PartnerNetwork) -> list[dict[str, object]]:
    """One row a pair of actors whose tie was sought and is not at work."""
    labels = network.actors.set_index("actor")["label"]
    sought = network.ties[network.ties["status"].isin(GROUPS["attempted"])].drop_duplicates(["source", "target"])
    graphs = [_graph(network, unknown) for unknown in (0.0, 1.0)]
    before = [nx.global_efficiency(graph) for graph in graphs]
    rows = []
    for tie in sought.itertuples():
        if graphs[0].has_edge(tie.source, tie.target):  # another relation of the two is at work
            continue
        with_tie = [_joined(graph, tie.source, tie.target) for graph in graphs]
        gains = [nx.global_efficiency(graph) - was for graph, was in zip(with_tie, before, strict=True)]
        new = [book for book in _reached(network, with_tie[0]) if book not in _reached(network, graphs[0])]
        rows.append({"project": network.project, "source": labels[tie.source], "target": labels[tie.target],
                     "status": tie.status, "efficiency": before[0], "efficiency_gain": gains[0],
                     "gain_if_present": gains[1], "domains_gained": "|".join(new), "n_domains_gained": len(new)})
    return rows


def _graph(network: PartnerNetwork, unknown: float) -> nx.Graph:
    """Actors and ties at work without directions; a tie that one side reports is a tie."""
    ties = tie_matrix(network)
    mutual = np.fmax(ties, ties.T)
    filled = np.nan_to_num(mutual, nan=unknown)
    np.fill_diagonal(filled, 0.0)
    return nx.relabel_nodes(nx.from_numpy_array(filled != 0), dict(enumerate(network.codes)))


def _joined(graph: nx.Graph, source: str, target: str) -> nx.Graph:
    joined = graph.copy()
    joined.add_edge(source, target)
    return joined


def _reached(network: PartnerNetwork, graph: nx.Graph) -> list[str]:
    """The books of the social code among all actors linked with a lead, in the order of the code."""
    books = network.actors.set_index("actor")["legal_domains"]
    linked = {code for lead in network.leads for code in nx.node_connected_component(graph, lead)}
    held = {book for code in linked for book in in_order(books[code])}
    return [book for book in BOOKS if book in held]
