"""What a measure does with pairs of actors nothing is known about: refuse, or treat them in a way that is named.

``unknown=None`` refuses a network with unknown pairs; ``"absent"`` counts them as no tie; ``"available"``
leaves them out; ``"bounds"`` gives the lowest and highest value over all ways to fill them. A measure that
needs paths knows neither of the last two: one unknown tie may change every path.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.networks.ties.nonresponse import missing_share
from rehapro_analysis.networks.ties.rules import IMPOSSIBLE
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

COUNTED = ("absent", "available", "bounds")  # measures of single pairs
CLOSED = ("absent", "available")
PATHS = ("absent",)
TREATED = {
    "absent": "Unknown pairs ({share}) count as no tie.",
    "available": "Unknown pairs ({share}) are left out, as if they were like the known ones.",
    "bounds": "Lowest and highest go over all ways to fill the unknown pairs ({share}).",
}


def known_cells(network: PartnerNetwork, unknown: str | None, ways: Sequence[str], what: str) -> np.ndarray:
    """The matrix with its unknown cells treated as named: 0 for absent, else still nan; the diagonal is 0.

    Raises `StudyError` if there are unknown pairs and no way to treat them is named, or a way that
    ``what`` does not know.
    """
    if unknown is not None and unknown not in ways:
        raise StudyError.of(f"{what} does not know unknown={unknown!r}.", _remedy(ways))
    if network.n_unknown and unknown is None:
        raise StudyError.of(f"{what}: nothing is known about {missing_share(network):.0%} of the pairs of actors.",
                            _remedy(ways))
    cells = network.matrix()
    np.fill_diagonal(cells, 0.0)
    return np.nan_to_num(cells, nan=0.0) if unknown == "absent" else cells


def possible_cells(network: PartnerNetwork, cells: np.ndarray) -> np.ndarray:
    """The cells with nan where a tie is impossible: such a pair is neither a tie nor a missed one."""
    return np.where(network.states == IMPOSSIBLE, np.nan, cells)


def path_ties(network: PartnerNetwork, unknown: str | None, what: str, *, directed: bool) -> np.ndarray:
    """Ties as 1.0 and 0.0 for a measure that needs paths; unless ``directed``, a tie either side has."""
    ties = (known_cells(network, unknown, PATHS, what) != 0).astype(float)
    return ties if directed else np.maximum(ties, ties.T)


def whole(network: PartnerNetwork, table: pd.DataFrame, method: str, unknown: str | None, *notes: str) -> Result:
    """The result: the table with the number of actors and the share of unknown pairs, and what was assumed."""
    share = missing_share(network)
    treated = [TREATED[unknown].format(share=f"{share:.0%}")] if network.n_unknown and unknown else []
    table = table.assign(n_actors=len(network.codes), share_missing=share)
    return Result(table, method, (*network.assumptions, *treated, *notes), len(network.codes), network.origin)


def single(network: PartnerNetwork, method: str, estimate: float, unknown: str | None, *notes: str, undefined: str,
           **columns: object) -> Result:
    """One row: estimate and further columns; nan comes with the sentence that says why."""
    absent = not np.isfinite(estimate) and unknown != "bounds"
    table = pd.DataFrame([{"estimate": float(estimate), **columns}])
    return whole(network, table, method, unknown, *notes, *([f"Not defined: {undefined}"] if absent else []))


def each_actor(network: PartnerNetwork, columns: dict[str, np.ndarray], method: str, unknown: str | None,
               *notes: str) -> Result:
    """One row an actor, in the order of the network's codes."""
    table = pd.DataFrame({"actor": network.codes, **columns})
    return whole(network, table, method, unknown, *notes)


def direction_note(network: PartnerNetwork) -> tuple[str, ...]:
    """The sentence of a measure that ignores direction; none if ties are mutual anyway."""
    return ("Direction is ignored: two actors are tied if either says so.",) if network.directed else ()


def strength_note(network: PartnerNetwork) -> tuple[str, ...]:
    """The sentence of a measure that ignores strength; none if no cell holds one."""
    cells = network.matrix()
    return () if np.isin(cells[~np.isnan(cells)], (0, 1)).all() else ("Strength is ignored: a tie is a tie.",)


def _remedy(ways: Sequence[str]) -> str:
    said = " or ".join(f'unknown="{way}"' for way in ways)
    return f"Say {said}, or take out actors with without(...)."
