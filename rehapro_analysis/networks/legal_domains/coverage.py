"""How far the documented networks reach: actors, ties by status, legal domains bridged."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.networks.ties.network import (
    EVALUATION,
    PLANNED,
    STAR,
    PartnerNetwork,
    in_order,
    partner_network,
)
from rehapro_analysis.networks.ties.records import recorded_projects
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import LEGAL_DOMAINS

# What a reader wants to tell apart, and the statuses of the tie table behind it.
GROUPS = {
    "active": ("active",),
    "identified": ("identified",),
    "attempted": ("contacted", "negotiating", "declined", "withdrawn", "failed", "impossible"),
    "former": ("dormant", "ended"),
}
BOOKS = tuple(name for name in LEGAL_DOMAINS if name != "none")

PLURALS = "An unnamed plural is one actor, so counts of actors are lower limits."
BY_KIND = "An actor's legal domain follows its kind, not what it did in the project."


def network_overview(study: Study, *, origin: str = "documented") -> Result:
    """What is known of each project's network, projects without partners included.

    ``table``: project, n_actors (jobcenters included), partners by the status of their tie
    (active, identified, attempted, former), n_domains and domains (books of the social code
    among actors with an active tie, jobcenters included), n_domain_unknown (of these actors,
    how many cannot be told), named_share (of all actors).

    Caution: these are counts of what documents name. A long list may be a long document.
    """
    networks = _networks(study, origin)
    table = pd.DataFrame([overview_row(network) for network in networks])
    return Result(table, "actors and ties a project", (STAR, PLANNED, EVALUATION, PLURALS, BY_KIND),
                  len({code for network in networks for code in network.codes}), origin, counted="actors")


def legal_domains_bridged(study: Study, *, origin: str = "documented") -> Result:
    """Which legal domains each project reaches, and how far: a project x domain table.

    ``table``: project, domain (II to XII), then the number of actors of that domain tied to the
    lead by status (active, identified, attempted, former), and reach, the best of these or
    "lead" (the jobcenters' own) or "none".
    """
    rows = [
        _reach(network, domain) for network in _networks(study, origin) for domain in BOOKS
    ]
    table = pd.DataFrame(rows)
    return Result(table, "legal domains reached a project", (STAR, PLANNED, EVALUATION, PLURALS, BY_KIND),
                  len(table), origin, counted="pairs of project and domain")


def domain_matrix(bridged: Result) -> Result:
    """The reach of every project in every legal domain at a glance.

    ``bridged`` comes from `legal_domains_bridged`. ``table``: project, then a column a domain (II to XII) with
    its reach; "–" where no document names a partner of that domain.
    """
    reached = bridged.table.assign(reach=bridged.table["reach"].replace("none", "–"))
    table = reached.pivot(index="project", columns="domain", values="reach")
    table = table.loc[reached["project"].unique(), list(BOOKS)].reset_index().rename_axis(columns=None)
    return Result(table, bridged.method, bridged.assumptions, len(table), bridged.origin, counted="projects")


def tie_groups(network: PartnerNetwork) -> dict[str, str]:
    """Each partner's group (active, identified, attempted, former) by its best tie; leads are "lead"."""
    best: dict[str, str] = {}
    for group in reversed(GROUPS):
        reached = network.ties[network.ties["status"].isin(GROUPS[group])]
        best |= dict.fromkeys([*reached["source"], *reached["target"]], group)
    return best | dict.fromkeys(network.leads, "lead")


def _networks(study: Study, origin: str) -> list[PartnerNetwork]:
    return [partner_network(study, name, origin=origin) for name in recorded_projects(study, origin)]


def overview_row(network: PartnerNetwork) -> dict[str, object]:
    """A row of `network_overview`, of one network."""
    groups = pd.Series(tie_groups(network))
    sets = network.actors.set_index("actor")["legal_domains"]
    at_work = [in_order(sets[code]) for code in groups.index[groups.isin(["lead", "active"])]]
    reached = [domain for domain in BOOKS if any(domain in books for books in at_work)]
    return {
        "project": network.project, "n_actors": len(groups),
        **{group: int(groups.eq(group).sum()) for group in GROUPS},
        "n_domains": len(reached), "domains": "|".join(reached),
        "n_domain_unknown": sum(not books for books in at_work),
        "named_share": float(network.actors["named"].fillna(True).astype(bool).mean()),
    }


def _reach(network: PartnerNetwork, domain: str) -> dict[str, object]:
    groups = pd.Series(tie_groups(network))
    holders = network.actors.loc[[domain in in_order(one) for one in network.actors["legal_domains"]], "actor"]
    found = groups[groups.index.isin(holders)]
    counts = {group: int(found.eq(group).sum()) for group in GROUPS}
    best = next((group for group in GROUPS if counts[group]), "lead" if found.eq("lead").any() else "none")
    return {"project": network.project, "domain": domain, **counts, "reach": best}
