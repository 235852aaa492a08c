"""A partner network: its actors, its ties, and which pairs of actors nothing is known about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import LEGAL_DOMAINS, TABLES, TIE_STATUSES

PARTNERSHIPS = tuple(name for name in TABLES["ties"].column("relation").allowed if name != "evaluation")
# A plan says nothing about the cooperation itself, so "identified" leaves a cell as it was.
CELLS = {status: float(status == "active") for status in TIE_STATUSES if status != "identified"}

STAR = "Only ties from the lead jobcenter are documented; ties among partners are unknown, not absent."
PLANNED = "A tie known from a plan or approval only is unknown until a source shows it at work."
EVALUATION = "Evaluation is not partnership and is left out."
MUTUAL = "Ties are taken as mutual; who starts them is not asked."


@dataclass(frozen=True, eq=False)
class PartnerNetwork:
    """Actors and ties of one project, or of all (``project`` None), with unknown pairs kept apart.

    ``actors`` is sorted by ``actor``; ``ties`` has a row for every relation and status, also for
    attempted ones; ``cells`` is the matrix behind `matrix`; ``leads`` are the jobcenters that lead
    a project. Build one with `partner_network` or
    `PartnerNetwork.from_matrix`.
    """

    actors: pd.DataFrame
    ties: pd.DataFrame
    project: str | None
    origin: str
    assumptions: tuple[str, ...]
    cells: np.ndarray = field(repr=False)
    directed: bool = True
    leads: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The actors' codes in the order of the matrix."""
        return self.actors["actor"].tolist()

    @property
    def n_unknown(self) -> int:
        """How many of the n(n-1) ordered pairs nothing is known about."""
        return int(np.isnan(self.cells).sum()) - len(self.cells)

    def matrix(self) -> np.ndarray:
        """An n x n array in the order of `codes`.

        1 (or a strength) is a tie at work; 0 is an observed absence or a tie that was sought,
        refused or has ended; nan is unknown. The diagonal is nan. Silence of a source is never 0.
        """
        return self.cells.copy()

    def graph(self, statuses: Iterable[str] = ("active",), *, unknown: str | None = None) -> nx.Graph:
        """A networkx graph with every actor, isolates too; a DiGraph if ties have a direction.

        Nodes carry label, kind, legal_domains and named; edges carry relation and status (``|``
        between several) and strength where known. A graph cannot hold "unknown": a network with
        unknown pairs raises ValueError unless ``unknown="absent"`` is named.

        Caution: ``strength`` is deliberately not called weight, which networkx reads as distance.
        """
        if self.n_unknown and unknown != "absent":
            raise ValueError(
                f"Nothing is known about {self.n_unknown} of {len(self.codes) * (len(self.codes) - 1)} pairs of "
                'actors. Write graph(unknown="absent") to count them as no tie, or work with matrix().'
            )
        graph = nx.DiGraph() if self.directed else nx.Graph()
        for row in self.actors.itertuples():
            graph.add_node(row.actor, **_attributes(row))
        kept = self.ties[self.ties["status"].isin(list(statuses))]
        for row in kept.itertuples():
            _add_edge(graph, row)
        return graph

    def without(self, *codes: str) -> PartnerNetwork:
        """The network that is left when these actors are taken out, for example the hub by design."""
        strangers = sorted(set(codes) - set(self.codes))
        if strangers:
            raise ValueError(
                f"The network has no actor {', '.join(strangers)}. Its actors are {', '.join(self.codes)}."
            )
        stays = ~self.actors["actor"].isin(codes).to_numpy()
        gone = self.ties["source"].isin(codes) | self.ties["target"].isin(codes)
        return replace(
            self, actors=self.actors[stays].reset_index(drop=True), ties=self.ties[~gone].reset_index(drop=True),
            cells=self.cells[np.ix_(stays, stays)], leads=tuple(code for code in self.leads if code not in codes),
            assumptions=(*self.assumptions, f"Taken out: {', '.join(sorted(codes))}."),
        )

    @classmethod
    def from_matrix(
        cls, matrix: object, actors: Sequence[str] | None = None, *, directed: bool = True,
        domains: Sequence[object] | None = None, origin: str = "own",
    ) -> PartnerNetwork:
        """A network from an n x n array; nan is unknown, 0 no tie, anything else a tie.

        ``actors`` names rows and columns, ``domains`` gives each a legal domain (``"II"``,
        ``"VIII|XII"`` or a set). Rows are put in the order of the codes. Raises ValueError if
        shapes do not fit, codes repeat, or an undirected matrix is not symmetric.

        >>> network = PartnerNetwork.from_matrix([[0, 1], [float("nan"), 0]], ["jc", "clinic"])
        >>> network.codes, network.n_unknown
        (['clinic', 'jc'], 1)
        """
        cells = np.array(matrix, dtype=float)
        codes = _codes(cells, actors, directed)
        order = np.argsort(codes)
        table = pd.DataFrame({"actor": codes, "label": codes, "legal_domains": _domains(domains, len(codes))})
        cells = cells[np.ix_(order, order)]
        np.fill_diagonal(cells, np.nan)
        table = table.iloc[order].reset_index(drop=True)
        ties = _ties_of(cells, table["actor"].to_numpy(), directed)
        return cls(table, ties, None, origin, ("A cell without a number is unknown.",), cells, directed)

    def __repr__(self) -> str:
        return (f"PartnerNetwork({self.project or 'all'}: {len(self.actors)} actors, {len(self.ties)} ties, "
                f"{self.n_unknown} unknown pairs, {self.origin})")


def partner_network(
    study: Study, project: str | None = None, *, relations: Iterable[str] | None = None,
    origin: str = "documented", directed: bool = False,
) -> PartnerNetwork:
    """The network of a project, or of all projects; ``relations`` are all but evaluation.

    The project's jobcenters belong to it even without a partner. An actor that reports on its
    own ties (``reported_by``) makes its row known; a document makes only the pairs known that
    it names. Rows of other origins are never mixed in. Raises `StudyError` if no tie, not even
    an evaluation, names the project.
    """
    ties, actors = study.table("ties"), study.table("actors")
    ties = ties[ties["origin"].eq(origin) & (ties["project"].eq(project) | (project is None))]
    if ties.empty:
        raise StudyError.of(f"No {origin} tie names {project or 'any project'}.", "Add its ties to ties.csv.")
    kept = ties[ties["relation"].isin(PARTNERSHIPS if relations is None else list(relations))]
    leads = set(ties["source"]) & set(actors.loc[actors["kind"].eq("jobcenter"), "actor"])
    members = actors[actors["actor"].isin(leads | set(kept["source"]) | set(kept["target"]))]
    members = members.sort_values("actor").reset_index(drop=True)
    sentences = [STAR] if origin == "documented" else []
    sentences += [PLANNED, *([EVALUATION] if relations is None else []), *([] if directed else [MUTUAL])]
    return PartnerNetwork(
        members, kept.reset_index(drop=True), project, origin, tuple(sentences),
        _cells(members["actor"].tolist(), kept, directed), directed, tuple(sorted(leads)),
    )


def in_order(domains: object) -> list[str]:
    """A set of legal domains in the order of the social code; empty if nothing is known.

    >>> in_order(frozenset({"XII", "IX", "VIII"}))
    ['VIII', 'IX', 'XII']
    """
    known = domains if isinstance(domains, frozenset) else frozenset()
    return sorted(known, key=lambda name: (LEGAL_DOMAINS.index(name) if name in LEGAL_DOMAINS else -1, name))


def _cells(codes: list[str], ties: pd.DataFrame, directed: bool) -> np.ndarray:
    place = {code: position for position, code in enumerate(codes)}
    cells = np.full((len(codes), len(codes)), np.nan)
    for _, rows in ties.groupby("project"):
        roster = [place[code] for code in {*rows["source"], *rows["target"]}]
        reporters = [place[code] for code in set(rows["reported_by"].dropna()) & set(codes)]
        cells[np.ix_(reporters, roster)] = 0.0
    for row in ties[ties["status"].isin(CELLS)].itertuples():
        ends = place[row.source], place[row.target]
        cells[ends] = np.fmax(cells[ends], CELLS[row.status])
    if not directed:
        cells = np.fmax(cells, cells.T)
    np.fill_diagonal(cells, np.nan)
    return cells


def _codes(cells: np.ndarray, actors: Sequence[str] | None, directed: bool) -> list[str]:
    if cells.ndim != 2 or cells.shape[0] != cells.shape[1]:
        raise ValueError(f"The matrix has the shape {cells.shape}. Give one row and one column an actor.")
    n = len(cells)
    numbers = [f"a{number:0{len(str(n))}}" for number in range(1, n + 1)]
    codes = numbers if actors is None else [str(actor) for actor in actors]
    if len(codes) != n or len(set(codes)) != n:
        raise ValueError(f"The matrix has {n} rows; give as many different actors, not {len(set(codes))}.")
    if not directed and not np.array_equal(cells, cells.T, equal_nan=True):
        raise ValueError("An undirected matrix is symmetric, this one is not. Symmetrise it or say directed=True.")
    return codes


def _domains(domains: Sequence[object] | None, n: int) -> list[frozenset[str]]:
    if domains is None:
        return [frozenset()] * n
    if len(domains) != n:
        raise ValueError(f"The network has {n} actors; give as many domains, not {len(domains)}.")
    return [frozenset(one.split("|")) if isinstance(one, str) else frozenset(one) for one in domains]


def _ties_of(cells: np.ndarray, codes: np.ndarray, directed: bool) -> pd.DataFrame:
    present = np.nan_to_num(cells if directed else np.triu(cells)) != 0
    rows, columns = np.nonzero(present)
    return pd.DataFrame({
        "source": codes[rows], "target": codes[columns], "relation": "cooperation", "status": "active",
        "strength": cells[rows, columns],
    })


def _attributes(row: object) -> dict[str, object]:
    """Only what every graph format can hold: text and truth values, and nothing missing."""
    given = {name: getattr(row, name, None) for name in ("label", "kind", "named")}
    given["named"] = None if pd.isna(given["named"]) else bool(given["named"])
    known = {name: value for name, value in given.items() if pd.notna(value)}
    return known | {"legal_domains": "|".join(in_order(row.legal_domains))}


def _add_edge(graph: nx.Graph, row: object) -> None:
    before = graph.get_edge_data(row.source, row.target, {})
    joined = {
        name: "|".join(sorted({*filter(None, before.get(name, "").split("|")), getattr(row, name)}))
        for name in ("relation", "status")
    }
    strength = {} if pd.isna(row.strength) else {"strength": before.get("strength", 0.0) + float(row.strength)}
    graph.add_edge(row.source, row.target, **joined, **strength)
