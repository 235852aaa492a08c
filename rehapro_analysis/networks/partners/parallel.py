"""Parallel operation: actors that do the same and are not known to know each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.networks.legal_domains.coverage import GROUPS
from rehapro_analysis.networks.ties.network import PartnerNetwork, in_order, partner_network
from rehapro_analysis.networks.ties.nonresponse import tie_matrix
from rehapro_analysis.networks.ties.records import recorded_projects
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

ALIKE = ("kind", "legal_domains", "region", "hub")
KNOWN, ABSENT, UNKNOWN = "known", "absent", "unknown"
SAME = {
    "kind": "of the same kind of organisation", "legal_domains": "of a common legal domain",
    "region": "of the same region", "hub": "in the same relation to the same lead jobcenter"}
ACQUAINTED = "Whoever has sought, kept or ended a tie knows the other side; a tie only planned does not count."
SILENCE = "An unknown pair is one that nobody was asked about; it is parallel operation only if there is no tie."


def parallel_operation(network: PartnerNetwork, *, alike: tuple[str, ...] = ALIKE) -> Result:
    """Pairs of actors that do the same and are not known to know each other.

    Two actors do the same if they agree in everything named in ``alike``: "kind", "legal_domains" (one in common),
    "region", "hub" (the same relation, at work, to the same lead jobcenter). Leads themselves are left out. ``table``:
    project, actor, other (labels), kind, legal_domains (shared), region, hub (relation and lead shared), tie ("absent"
    where an absence was reported, "unknown" where nobody was asked), partners_shared (Jaccard of their partners
    among those actors of whom both pairs are known; empty if there is none).

    Raises `StudyError` for a word that is not a criterion.

    Caution: the same kind and law is not the same service; the list says whom to ask, not who wastes effort.
    """
    pairs = _alike_pairs(network, alike)
    table = pairs[pairs["tie"].ne(KNOWN)].sort_values(["tie", "actor", "other"], kind="stable").reset_index(drop=True)
    return Result(table, "actors that do the same and are not known to know each other",
                  (*network.assumptions, _criterion(alike), ACQUAINTED, SILENCE), len(pairs), network.origin)


def parallel_overview(study: Study, *, alike: tuple[str, ...] = ALIKE, origin: str = "documented") -> Result:
    """How much parallel operation there is in each project, at least and at most.

    ``table``: project, pairs (of actors that do the same), known, absent, unknown, lowest (absent / pairs: if all
    unknown pairs know each other), highest ((absent + unknown) / pairs: if none does). Empty shares where no two
    actors do the same. Raises `StudyError` without any tie.
    """
    rows = []
    for name in recorded_projects(study, origin):
        pairs = _alike_pairs(partner_network(study, name, origin=origin), alike)["tie"]
        rows.append({"project": name, "pairs": len(pairs), **{tie: int((pairs == tie).sum())
                                                              for tie in (KNOWN, ABSENT, UNKNOWN)}})
    table = pd.DataFrame(rows)
    of = table["pairs"].where(table["pairs"] > 0)
    table = table.assign(lowest=table[ABSENT] / of, highest=(table[ABSENT] + table[UNKNOWN]) / of)
    return Result(table, "share of pairs in parallel operation, lowest and highest",
                  (_criterion(alike), ACQUAINTED, SILENCE), int(table["pairs"].sum()), origin)


def _criterion(alike: tuple[str, ...]) -> str:
    return f"Two actors do the same if they are {' and '.join(SAME[name] for name in alike)}."


def _alike_pairs(network: PartnerNetwork, alike: tuple[str, ...]) -> pd.DataFrame:
    """All pairs that do the same, one row each, whether or not they know each other."""
    strange = [name for name in alike if name not in ALIKE]
    if strange or not alike:
        raise StudyError.of(f"{', '.join(strange) or 'Nothing'} is no criterion.", f"Take any of {', '.join(ALIKE)}.")
    codes, actors = network.codes, network.actors.set_index("actor")
    hubs, similar, known = _hubs(network), _partners_shared(network), _acquainted(network)
    partners = [place for place, code in enumerate(codes) if code not in network.leads]
    rows = []
    for i, j in ((i, j) for i in partners for j in partners if i < j):
        shared = _shared(actors.loc[codes[i]], actors.loc[codes[j]], hubs[codes[i]] & hubs[codes[j]])
        if all(shared[name] for name in alike):
            rows.append([network.project, actors.loc[codes[i], "label"], actors.loc[codes[j], "label"],
                         *(shared[name] for name in ALIKE), known[i][j], similar[i, j]])
    return pd.DataFrame(rows, columns=["project", "actor", "other", *ALIKE, "tie", "partners_shared"])


def _shared(one: pd.Series, other: pd.Series, hubs: set[str]) -> dict[str, str]:
    """What two actors have in common; an empty text where they differ or one is not known."""
    books = set(in_order(one["legal_domains"])) & set(in_order(other["legal_domains"])) - {"none"}
    same = {name: one.get(name) if pd.notna(one.get(name)) and one.get(name) == other.get(name) else ""
            for name in ("kind", "region")}
    return same | {"legal_domains": "|".join(in_order(frozenset(books))), "hub": "; ".join(sorted(hubs))}


def _hubs(network: PartnerNetwork) -> dict[str, set[str]]:
    """What each actor does with which lead, ties at work only."""
    found: dict[str, set[str]] = {code: set() for code in network.codes}
    for tie in network.ties[network.ties["status"].isin(GROUPS["active"])].itertuples():
        for actor, lead in ((tie.target, tie.source), (tie.source, tie.target)):
            if lead in network.leads:
                found[actor].add(f"{tie.relation} with {lead}")
    return found


def _acquainted(network: PartnerNetwork) -> np.ndarray:
    """Shape (n, n): whether two actors know each other, do not, or nothing is known."""
    cells = tie_matrix(network)
    either = np.fmax(cells, cells.T)
    tie = np.where(np.isnan(either), UNKNOWN, np.where(either > 0, KNOWN, ABSENT)).astype(object)
    place = {code: position for position, code in enumerate(network.codes)}
    for row in network.ties[network.ties["status"].ne("identified")].itertuples():
        ends = place[row.source], place[row.target]
        tie[ends] = tie[ends[::-1]] = KNOWN
    return tie


def _partners_shared(network: PartnerNetwork) -> np.ndarray:
    """Jaccard of two actors' partners, third actors only of whom both pairs are known."""
    cells = tie_matrix(network)
    either = np.fmax(cells, cells.T)
    known, ties = ~np.isnan(either), np.nan_to_num(either) > 0
    both = ties.astype(int) @ ties.T
    some = (ties & known).astype(int) @ known.T.astype(int) + known.astype(int) @ (ties & known).T.astype(int) - both
    with np.errstate(invalid="ignore"):
        return np.where(some > 0, both / np.maximum(some, 1), np.nan)
