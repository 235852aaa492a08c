"""What a picture of any partner network draws: its actors, and the state of every pair of them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from rehapro_analysis.figures.german import number
from rehapro_analysis.networks.ties.network import PartnerNetwork, in_order
from rehapro_analysis.study.tables import LEGAL_DOMAINS

# How firm a tie is, firmest first; a pair with several ties has the first state that fits.
TIE_STATES = ("active", "identified", "attempted", "former", "impossible")
STATES = (*TIE_STATES, "absent", "unknown")
MOSTLY = 0.5  # share of an actor's pairs from which on its ties count as mostly unknown


def drawn_actors(network: PartnerNetwork) -> pd.DataFrame:
    """A row an actor in the order of the network's codes.

    ``actor``; ``label``, the full name; ``name``, the short one where there is one; ``kind``;
    ``domains``, a list in the order of the social code; ``sector``, the first of them or "none";
    ``named``; ``lead``; ``standing``, the firmest tie with a lead ("lead" for leads, "none" without a
    tie; without leads the firmest tie at all); ``unknown``, the share of its pairs that nothing is known of.
    """
    given = network.actors.reset_index(drop=True)
    label = given["label"].fillna(given["actor"])
    domains = [[one for one in in_order(found) if one != "none"] for found in given["legal_domains"]]
    states = pair_states(network)
    return pd.DataFrame({
        "actor": given["actor"], "label": label, "name": _column(given, "short_label").fillna(label),
        "kind": _column(given, "kind").fillna("other"), "domains": domains,
        "sector": [(found or ["none"])[0] for found in domains],
        "named": _column(given, "named").fillna(True).astype(bool), "lead": given["actor"].isin(network.leads),
        "standing": _standings(network, states),
        "unknown": (states == "unknown").sum(axis=1) / max(1, len(given) - 1),
    })


def pair_states(network: PartnerNetwork) -> np.ndarray:
    """An n x n array of words from `STATES`, "" on the diagonal; from row to column where ties have a direction.

    As the network's kinds have it, but a pair known from a plan only is identified.

    >>> network = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, float("nan")], [0, float("nan"), 0]], list("abc"))
    >>> pair_states(network).tolist()
    [['', 'active', 'absent'], ['active', '', 'unknown'], ['absent', 'unknown', '']]
    """
    states, place = network.kinds(), {code: position for position, code in enumerate(network.codes)}
    for row in network.ties[network.ties["status"].eq("identified")].itertuples():
        ends = place[row.source], place[row.target]
        for cell in (ends,) if network.directed else (ends, ends[::-1]):
            states[cell] = "identified" if states[cell] in ("absent", "unknown") else states[cell]
    np.fill_diagonal(states, "")
    return states


def drawn_pairs(network: PartnerNetwork) -> pd.DataFrame:
    """A row a pair of actors: ``one`` and ``other`` (positions), ``state``, the firmer one of two directions."""
    states = pair_states(network)
    rank = np.vectorize(lambda state: STATES.index(state) if state else len(STATES), otypes=[int])(states)
    one, other = np.triu_indices(len(states), 1)
    best = np.minimum(rank, rank.T)[one, other] if len(states) else []
    return pd.DataFrame({"one": one, "other": other, "state": [STATES[place] for place in best]})


def told_pairs(network: PartnerNetwork) -> pd.DataFrame:
    """The pairs as a reader's table: names, their legal domains, state."""
    actors, pairs = drawn_actors(network), drawn_pairs(network)
    books = actors["domains"].map("|".join)
    return pd.DataFrame({
        "actor": actors["label"].take(pairs["one"]).to_numpy(), "domains": books.take(pairs["one"]).to_numpy(),
        "other": actors["label"].take(pairs["other"]).to_numpy(),
        "other_domains": books.take(pairs["other"]).to_numpy(), "state": pairs["state"].to_numpy(),
    })


def file_stem(start: str, project: str | None) -> str:
    """The name of a figure: what it is, and of which project.

    >>> file_stem("network_map", "Brücke 2"), file_stem("network_map", None)
    ('network_map_br_cke_2', 'network_map')
    """
    return f"{start}_{re.sub('[^a-z0-9]+', '_', project.lower())}" if project else start


def heading(network: PartnerNetwork, language: str) -> str:
    """Whose network it is, and how many actors it has."""
    whose = network.project or {"de": "Netzwerk", "en": "Network"}[language]
    n = len(network.codes)
    actors = {"de": "Akteur" if n == 1 else "Akteure", "en": "actor" if n == 1 else "actors"}[language]
    return f"{whose}: {number(n, language)} {actors}"


def by_domain(actors: pd.DataFrame) -> list[int]:
    """The positions of the actors ordered by sector, leads first, then by name."""
    order = actors["sector"].map(LEGAL_DOMAINS.index)
    sorted_ = actors.assign(order=order, later=~actors["lead"]).sort_values(["order", "later", "name", "actor"])
    return sorted_.index.tolist()


def _standings(network: PartnerNetwork, states: np.ndarray) -> list[str]:
    """The firmest tie of every actor with a lead, or at all if nobody leads."""
    leads = np.isin(network.codes, network.leads)
    towards = leads if leads.any() else np.ones(len(leads), bool)
    found = [set(states[place, towards]) | set(states[towards, place]) for place in range(len(leads))]
    return ["lead" if lead else next((state for state in TIE_STATES if state in one), "none")
            for lead, one in zip(leads, found, strict=True)]


def _column(actors: pd.DataFrame, name: str) -> pd.Series:
    return actors[name] if name in actors else pd.Series(None, index=actors.index, dtype=object)
