"""Which actors take part in which projects: the two-mode network."""

from __future__ import annotations

from dataclasses import dataclass, field

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.networks.ties.network import PartnerNetwork, partner_network
from rehapro_analysis.networks.ties.rules import ABSENT, ACTIVE
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study


@dataclass(frozen=True, eq=False)
class Membership:
    """Projects by actors; ``cells`` has the shape (projects, actors): 1 takes part, 0 does not, nan unknown."""

    projects: tuple[str, ...]
    actors: tuple[str, ...]
    cells: np.ndarray = field(repr=False)
    origin: str

    def matrix(self) -> np.ndarray:
        """The cells, in the order of ``projects`` and ``actors``."""
        return self.cells.copy()

    def shared(self, side: str = "projects") -> pd.DataFrame:
        """How many actors two projects share (or, by ``side``, how many projects two actors share), as far as known.

        The diagonal counts a project's actors. Caution: sharing is no tie. Every project makes a clique of its
        actors, so test a projection only against two-mode nulls (curveball), never against one-mode ones.

        >>> both = Membership(("P", "Q"), ("aok", "drv"), np.array([[1, 1], [1, np.nan]]), "own")
        >>> both.shared().to_numpy().tolist()
        [[2, 1], [1, 1]]
        """
        if side not in ("projects", "actors"):
            raise StudyError.of(f"There is no side {side!r}.", "Choose projects or actors.")
        there = np.nan_to_num(self.cells if side == "projects" else self.cells.T).astype(int)
        names = list(getattr(self, side))
        return pd.DataFrame(there @ there.T, index=names, columns=names)

    def graph(self, *, unknown: str | None = None) -> nx.Graph:
        """A networkx graph of projects (bipartite 0) and actors (bipartite 1); unknown cells must be named absent."""
        if np.isnan(self.cells).any() and unknown != "absent":
            raise StudyError.of("Whether some actors take part in some projects is unknown.",
                                'Write graph(unknown="absent") to count them as not taking part.')
        if both := sorted(set(self.projects) & set(self.actors)):
            raise StudyError.of(f"{', '.join(both)} names a project and an actor.", "Give them different codes.")
        graph = nx.Graph()
        graph.add_nodes_from(self.projects, bipartite=0)
        graph.add_nodes_from(self.actors, bipartite=1)
        graph.add_edges_from((self.projects[row], self.actors[column])
                             for row, column in np.argwhere(np.nan_to_num(self.cells) == 1))
        return graph


def membership(study: Study, *, origin: str = "documented") -> Membership:
    """Who takes part in which project: its lead jobcenters, and whoever has an active tie in it.

    A partner that was sought, refused or has left does not take part; an actor that a project's documents do
    not name is unknown, unless all of the project's leads answered themselves. Evaluation is left out.
    """
    ties = study.table("ties")
    names = sorted(set(ties.loc[ties["origin"].eq(origin), "project"]))
    networks = [partner_network(study, name, origin=origin) for name in names]
    actors = tuple(sorted({code for network in networks for code in network.codes}))
    rows = [_row(network, actors) for network in networks]
    return Membership(tuple(names), actors, np.array(rows).reshape(len(names), len(actors)), origin)


def _row(network: PartnerNetwork, actors: tuple[str, ...]) -> np.ndarray:
    answered = {code for _, code, _ in network.record.respondents}
    others = float(ABSENT) if set(network.leads) <= answered and network.leads else np.nan
    states = pd.DataFrame(network.states, index=network.codes).max()
    known = np.where(states.isna(), others, (states == ACTIVE).astype(float))
    row = pd.Series(known, index=network.codes).reindex(list(actors), fill_value=others)
    row.loc[list(network.leads)] = 1.0
    return row.to_numpy()
