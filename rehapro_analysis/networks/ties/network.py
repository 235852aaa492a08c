"""A partner network: its actors, its ties, and which pairs of actors nothing is known about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.networks.ties.graph import as_graph, ends, in_order
from rehapro_analysis.networks.ties.matrices import read_matrix, ties_of
from rehapro_analysis.networks.ties.records import Record, read_record
from rehapro_analysis.networks.ties.rules import ABSENT, ACTIVE, IMPOSSIBLE, RULES, STATES, check_rule, pair_states
from rehapro_analysis.networks.ties.waves import ties_at
from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

__all__ = ["EVALUATION", "MUTUAL", "PLANNED", "STAR", "PartnerNetwork", "in_order", "partner_network"]

STAR = "Only ties from the lead jobcenter are documented; ties among partners are unknown, not absent."
PLANNED = "A tie known from a plan or approval only is unknown until a source shows it at work."
EVALUATION = "Evaluation is not partnership and is left out."
MUTUAL = "Ties are taken as mutual; who starts them is not asked."


@dataclass(frozen=True, eq=False)
class PartnerNetwork:
    """Actors and ties of one project, of several or of all (``project`` None), with unknown pairs kept apart.

    ``actors`` is sorted by ``actor``; ``ties`` has a row for every report of a relation and status, also
    of attempted ones; ``leads`` are the jobcenters that lead a project; ``rule`` is how reports were read
    and ``date`` the day shown (None: the state of the tables). ``cells`` and ``states`` are the arrays
    behind `matrix` and `kinds`. Build one with `partner_network` or `PartnerNetwork.from_matrix`.
    """

    actors: pd.DataFrame
    ties: pd.DataFrame
    project: str | None
    origin: str
    assumptions: tuple[str, ...]
    cells: np.ndarray = field(repr=False)
    states: np.ndarray = field(repr=False)
    directed: bool = True
    leads: tuple[str, ...] = ()
    rule: str = "union"
    date: pd.Timestamp | None = None
    record: Record | None = field(default=None, repr=False)

    @property
    def codes(self) -> list[str]:
        """The actors' codes in the order of the matrix."""
        return self.actors["actor"].tolist()

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations that any tie has, in the order of the alphabet."""
        return tuple(sorted(set(self.ties["relation"])))

    @property
    def n_unknown(self) -> int:
        """How many of the n(n-1) ordered pairs nothing is known about."""
        return int(np.isnan(self.cells).sum()) - len(self.cells)

    def matrix(self) -> np.ndarray:
        """An n x n array in the order of `codes`.

        1 (or a strength) is a tie at work; 0 is an observed absence or a tie that was sought,
        refused, is impossible or has ended; nan is unknown. The diagonal is nan. Silence of a source is
        never 0. `kinds` keeps the zeros apart.
        """
        return self.cells.copy()

    def kinds(self) -> np.ndarray:
        """An n x n array of words: active, attempted, former, impossible, absent (observed), unknown, self.

        >>> PartnerNetwork.from_matrix([[0, 1], [float("nan"), 0]]).kinds().tolist()
        [['self', 'active'], ['unknown', 'self']]
        """
        words = np.array([*STATES, "unknown"], dtype=object)[np.nan_to_num(self.states, nan=len(STATES)).astype(int)]
        np.fill_diagonal(words, "self")
        return words

    def strengths(self) -> np.ndarray:
        """An n x n array: contacts a month of ties at work, 0 where there is none, nan where not known.

        Reports of one relation are averaged, relations added.
        """
        if self.record is None:
            return self.matrix()
        rows = self.ties[self.ties["status"].eq("active")]
        first, second = ends(rows, directed=self.directed)
        means = rows.groupby([first, second, "relation"])["strength"].mean().groupby(level=[0, 1]).sum(min_count=1)
        strength = means.unstack().reindex(index=self.codes, columns=self.codes).to_numpy(float, copy=True)
        if not self.directed:
            strength = np.fmax(strength, strength.T)
        return np.where(self.states == ACTIVE, strength, np.where(np.isnan(self.states), np.nan, 0.0))

    def graph(self, statuses: Iterable[str] = ("active",), *, unknown: str | None = None) -> nx.Graph:
        """A networkx graph with every actor, isolates too; a DiGraph if ties have a direction.

        Nodes carry label, kind, legal_domains and named; edges carry relation and status (``|``
        between several) and strength where known. A graph cannot hold "unknown": a network with
        unknown pairs raises `StudyError` unless ``unknown="absent"`` is named. An active report that the
        reading rule does not follow is no edge.

        Caution: ``strength`` is deliberately not called weight, which networkx reads as distance.
        """
        if self.n_unknown and unknown != "absent":
            pairs = len(self.codes) * (len(self.codes) - 1)
            raise StudyError.of(
                f"Nothing is known about {self.n_unknown} of {pairs} pairs of actors.",
                'Write graph(unknown="absent") to count them as no tie, or work with matrix().')
        kept = self.ties[self.ties["status"].isin(list(statuses))]
        place = {code: position for position, code in enumerate(self.codes)}
        cells = self.states[kept["source"].map(place).to_numpy(int), kept["target"].map(place).to_numpy(int)]
        return as_graph(self.actors, kept[kept["status"].ne("active") | (cells == ACTIVE)], directed=self.directed)

    def at(self, date: object) -> PartnerNetwork:
        """The same actors with the ties as they stood on a day (`ties_at` says how); a wave.

        Raises `StudyError` for a network from a matrix, which has no dates.
        """
        day = day_of(date)
        return _read(self, self._recorded("dates"), day, f"Ties as they stood on {day.date()}.")

    def layer(self, relation: str) -> PartnerNetwork:
        """The same actors with the ties of one relation; who answered is taken to have been asked about it."""
        record = self._recorded("relations")
        if relation not in self.relations:
            raise StudyError.of(f"No tie has the relation {relation!r}.", f"Choose one of {', '.join(self.relations)}.")
        only = replace(record, ties=record.ties[record.ties["relation"].eq(relation)])
        return _read(self, only, self.date, f"Only the relation {relation}.")

    def without(self, *codes: str) -> PartnerNetwork:
        """The network that is left when these actors are taken out, for example the hub by design."""
        strangers = sorted(set(codes) - set(self.codes))
        if strangers:
            raise StudyError.of(f"The network has no actor {', '.join(strangers)}.",
                                f"Its actors are {', '.join(self.codes)}.")
        stays = ~self.actors["actor"].isin(codes).to_numpy()
        record = self.record and replace(self.record, ties=_apart(self.record.ties, codes))
        return replace(
            self, actors=self.actors[stays].reset_index(drop=True), ties=_apart(self.ties, codes), record=record,
            cells=self.cells[np.ix_(stays, stays)], states=self.states[np.ix_(stays, stays)],
            leads=tuple(code for code in self.leads if code not in codes),
            assumptions=(*self.assumptions, f"Taken out: {', '.join(sorted(codes))}."),
        )

    @classmethod
    def from_matrix(
        cls, matrix: object, actors: Sequence[str] | None = None, *, directed: bool = True,
        domains: Sequence[object] | None = None, impossible: object = None, origin: str = "own",
    ) -> PartnerNetwork:
        """A network from an n x n array; nan is unknown, 0 no tie, anything else a tie.

        ``actors`` names rows and columns, ``domains`` gives each a legal domain (``"II"``,
        ``"VIII|XII"`` or a set), ``impossible`` marks (true) pairs that cannot have a tie. Rows are put
        in the order of the codes. Raises `StudyError` if shapes do not fit, codes repeat, or an
        undirected matrix is not symmetric.

        >>> network = PartnerNetwork.from_matrix([[0, 1], [float("nan"), 0]], ["jc", "clinic"])
        >>> network.codes, network.n_unknown
        (['clinic', 'jc'], 1)
        """
        table, cells, barred = read_matrix(matrix, actors, domains, impossible, directed)
        states = np.select([np.isnan(cells), barred, cells != 0], [np.nan, IMPOSSIBLE, ACTIVE], ABSENT)
        ties = ties_of(cells, table["actor"].to_numpy(), directed)
        return cls(table, ties, None, origin, ("A cell without a number is unknown.",), cells, states, directed)

    def _recorded(self, what: str) -> Record:
        if self.record is None:
            raise StudyError.of(f"A network from a matrix has no {what}.", "Read it from a study with partner_network.")
        return self.record

    def __repr__(self) -> str:
        return (f"PartnerNetwork({self.project or 'all'}: {len(self.actors)} actors, {len(self.ties)} ties, "
                f"{self.n_unknown} unknown pairs, {self.origin})")


def partner_network(
    study: Study, project: str | Iterable[str] | None = None, *, relations: Iterable[str] | None = None,
    origin: str = "documented", directed: bool = False, rule: str = "union", at: object = None,
    respondents: Iterable[str] = (),
) -> PartnerNetwork:
    """The network of a project, of several or of all; ``relations`` are all but evaluation.

    The project's jobcenters belong to it even without a partner. An actor that reports a tie
    of its own (``reported_by``) makes all its ties of that side known; a document makes only the pairs known
    that it names. ``respondents`` are further actors that answered, if only to say that they give no tie. ``rule`` says
    whose word counts: union, intersection, and of directed ties reporter or knowledgeable. ``at`` is a
    day; without it the tables' own status holds. Rows of other origins are never mixed in.

    Raises `StudyError` if no tie, not even an evaluation, names the project, or the rule does not fit.
    """
    check_rule(rule, directed)
    projects = [project] if isinstance(project, str) else None if project is None else sorted(set(project))
    record = read_record(study, projects, relations=relations, origin=origin, respondents=respondents)
    sentences = [STAR] if origin == "documented" else []
    sentences += [PLANNED, *([EVALUATION] if relations is None else []), *([] if directed else [MUTUAL])]
    nothing = np.full((len(record.actors), len(record.actors)), np.nan)
    unread = PartnerNetwork(
        record.actors, record.ties, projects and ", ".join(projects), origin, tuple(sentences), nothing, nothing,
        directed, record.leads, rule)
    network = _read(unread, record, None, *([RULES[rule]] if record.respondents else []))
    return network if at is None else network.at(at)


def _read(network: PartnerNetwork, record: Record, day: pd.Timestamp | None, *notes: str) -> PartnerNetwork:
    ties = record.ties if day is None else ties_at(record.ties, record.events, day)
    states = pair_states(network.codes, ties, rule=network.rule, directed=network.directed,
                         roster=record.roster, respondents=record.respondents)
    cells = np.where(np.isnan(states), np.nan, states == ACTIVE)
    return replace(network, ties=ties.reset_index(drop=True), cells=cells, states=states, date=day, record=record,
                   assumptions=(*network.assumptions, *notes))


def _apart(ties: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    return ties[~(ties["source"].isin(codes) | ties["target"].isin(codes))].reset_index(drop=True)
