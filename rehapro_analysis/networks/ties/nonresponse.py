"""What is not known of a network, and how far its measures could move if it were."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd

from rehapro_analysis.networks.legal_domains.domains import domains_of
from rehapro_analysis.networks.measures import statistics
from rehapro_analysis.networks.ties.network import PartnerNetwork, partner_network
from rehapro_analysis.networks.ties.records import recorded_projects
from rehapro_analysis.networks.ties.rules import IMPOSSIBLE
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

HIGHEST_SHARE = 0.3  # unknown pairs above which paths say more about the questionnaire than about the network
BOUNDS = "Lowest and highest go over all ways to fill the unknown pairs; no assumption is made about them."
AVAILABLE = "The estimate takes the known pairs only, as if the unknown ones were like them."
INTERNAL = ("E-I: a tie is within a legal domain if both actors share one; actors outside the social code are a group, "
            "those of whom no domain is known are left out; strength is not counted.")


def tie_matrix(network: PartnerNetwork, unknown: float = np.nan) -> np.ndarray:
    """The network's pairs as 1 (a tie), 0 (none) and nan, or ``unknown`` instead of nan; the diagonal stays nan."""
    cells = network.matrix()
    ties = np.where(np.isnan(cells), unknown, (cells != 0).astype(float))
    np.fill_diagonal(ties, np.nan)
    return ties


def missing_share(network: PartnerNetwork) -> float:
    """The share of pairs of actors about which nothing is known; nan for fewer than two actors."""
    n = len(network.codes)
    return network.n_unknown / (n * (n - 1)) if n > 1 else float("nan")


def check_known(network: PartnerNetwork, *, highest: float = HIGHEST_SHARE) -> None:
    """Refuse what needs paths: raises `StudyError` if more than ``highest`` of the pairs are unknown.

    A missing tie lengthens or cuts every path that leads over it, so distances, betweenness, components and
    brokerage err more than density does. Source: Smith & Moody 2013; Huisman 2009.
    """
    share = missing_share(network)
    if share > highest:
        raise StudyError.of(
            f"{share:.0%} of the pairs of actors are unknown; paths need at most {highest:.0%}.",
            "Take density, mean degree, reciprocity or E-I with their bounds, or ask the partners.")


def missing_overview(study: Study, *, origin: str = "documented", highest: float = HIGHEST_SHARE) -> Result:
    """How much of each project's network is unknown.

    ``table``: project, actors, pairs (ordered), unknown, share_missing, silent (actors of whose own ties nothing is
    known), paths (whether measures that need paths are to be used). Raises :class:`StudyError` without any tie.
    """
    networks = [partner_network(study, name, origin=origin, directed=True)
                for name in recorded_projects(study, origin)]
    rows = [{"project": network.project, "actors": len(network.codes),
             "pairs": len(network.codes) * (len(network.codes) - 1), "unknown": network.n_unknown,
             "share_missing": missing_share(network), "silent": _silent(network),
             "paths": missing_share(network) <= highest} for network in networks]
    return Result(pd.DataFrame(rows), "share of unknown pairs", (
        "Silence of a source is unknown, not absent.",
        f"Measures that need paths are refused above {highest:.0%} unknown pairs."), len(rows), origin)


def nonresponse_bounds(network: PartnerNetwork) -> Result:
    """Density, mean degree, reciprocity and E-I as far as the unknown pairs leave them open.

    ``table``, one row a measure: measure, estimate (known pairs only), if_absent (all unknown pairs without a tie),
    if_present (all with one), lowest, highest (over every way to fill them), unknown, share_missing. Mean degree is
    (n - 1) times density, so a directed network's mean number of ties sent; impossible pairs do not count.
    Reciprocity is the share of directed ties that are answered (no row without directions); E-I = (between - within)
    / (between + within) of legal domains.

    Filling all with 0 or all with 1 bounds density, but neither reciprocity nor E-I: those are lowest and highest
    when the unknown pairs are filled unevenly. Empty where a measure does not exist, for example without a tie.

    Caution: documents name ties and seldom say that there is none. Then the known pairs are the ties, and an
    estimate from known pairs alone is an artefact; `missing_overview` shows where.

    >>> network = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, float("nan")], [0, 0, 0]], list("abc"))
    >>> nonresponse_bounds(network).table[["measure", "estimate", "lowest", "highest"]].head(1).round(3)
       measure  estimate  lowest  highest
    0  density       0.4   0.333      0.5
    """
    ties, barred = tie_matrix(network), network.states == IMPOSSIBLE

    def density(cells: np.ndarray) -> float:
        return float(statistics.density(np.where(barred, np.nan, cells)))

    rows = [_row("density", ties, density, _filled_ends(ties, density)),
            _row("mean_degree", ties, lambda cells: density(cells) * (len(ties) - 1),
                 tuple(end * (len(ties) - 1) for end in _filled_ends(ties, density)))]
    if network.directed:
        rows.append(_row("reciprocity", ties, statistics.reciprocity, _reciprocity_ends(ties)))
    table = pd.DataFrame([*rows, _ei_row(network)])
    table = table.assign(unknown=network.n_unknown, share_missing=missing_share(network))
    return Result(table, "bounds under unknown pairs", (*network.assumptions, BOUNDS, AVAILABLE, INTERNAL),
                  len(network.codes), network.origin)


def _silent(network: PartnerNetwork) -> int:
    known = ~np.isnan(network.matrix())
    return int((~known.any(axis=1)).sum()) if len(known) > 1 else 0


def _row(name: str, ties: np.ndarray, measure: Callable[[np.ndarray], float],
         ends: tuple[float, float]) -> dict[str, object]:
    absent, present = _filled_ends(ties, measure)
    return {"measure": name, "estimate": float(measure(ties)), "if_absent": absent, "if_present": present,
            "lowest": ends[0], "highest": ends[1]}


def _filled_ends(ties: np.ndarray, measure: Callable[[np.ndarray], float]) -> tuple[float, float]:
    """The measure with all unknown pairs as no tie, and with all of them as ties."""
    return tuple(float(measure(np.where(np.isnan(ties), value, ties))) for value in (0.0, 1.0))


def _ei_row(network: PartnerNetwork) -> dict[str, object]:
    try:
        actors = domains_of(network)
    except StudyError:  # fewer than two actors with a known domain
        return {"measure": "ei_index"}
    ties, same = np.where(np.isnan(actors.cells), np.nan, actors.cells != 0), actors.within("any")
    return _row("ei_index", ties, lambda cells: statistics.ei_index(cells, same), _ei_ends(ties, same > 0))


def _ratio(count: float, of: float) -> float:
    return float(count / of) if of else float("nan")


def _ei_ends(ties: np.ndarray, same: np.ndarray) -> tuple[float, float]:
    """E-I is extreme where all unknown pairs of one kind are ties and all of the other are not."""
    off = ~np.eye(len(ties), dtype=bool)
    kinds = [ties[group & off] for group in (~same, same)]
    options = [(np.nansum(kind), np.nansum(kind) + np.isnan(kind).sum()) for kind in kinds]
    return _span([_ratio(between - within, between + within) for between, within in product(*options)])


def _reciprocity_ends(ties: np.ndarray) -> tuple[float, float]:
    """Each pair of actors is filled alike in both ends: as many answered ties as possible, then as few."""
    upper = np.triu_indices(len(ties), 1)
    one, other = ties[upper], ties.T[upper]
    ones = (one == 1).astype(int) + (other == 1)
    unknown = np.isnan(one).astype(int) + np.isnan(other)
    mutual, half = (ones == 2).sum(), ((ones == 1) & (unknown == 0)).sum()
    open_half, open_none, open_both = (((ones == n) & (unknown == m)).sum() for n, m in ((1, 1), (0, 1), (0, 2)))
    best = _answered(mutual + open_half + open_both, half)
    worst = _answered(mutual, half + open_half + open_none + open_both)
    return _span([best if best == best else _answered(0, open_none), worst if worst == worst else best])


def _answered(mutual: int, half: int) -> float:
    return _ratio(2 * mutual, 2 * mutual + half)


def _span(values: list[float]) -> tuple[float, float]:
    defined = [value for value in values if value == value]
    return (min(defined), max(defined)) if defined else (float("nan"), float("nan"))
