"""Any measure of a network against any null."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.chance import beside_chance, undefined_draws
from rehapro_analysis.networks.chance.nulls import KEEPS, null_networks
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.networks.ties.nonresponse import missing_share
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

AT_ONCE = 1 << 16  # cells measured at once, so that they stay in the cache
Measure = Callable[[np.ndarray], np.ndarray]


def null_test(network: PartnerNetwork, measures: Measure | Mapping[str, Measure], *, null: str = "degrees",
              draws: int = 1000, seed: int = 1, level: float = 0.95, unknown: str | None = None,
              **options: object) -> Result:
    """Measures of the network beside the same measures of random networks.

    A measure takes an array (..., n, n) and gives an array (...), such as `statistics.transitivity`; several
    are a mapping of names to measures and share their draws. ``null`` is one of `NULLS`, ``options``
    are those of its sampler (fixed, within, by, steps_per_tie).

    ``table``, one row a measure: measure, estimate, expected, null_median, null_lower, null_upper, p_value
    (two-sided), null, draws, seed, share_missing. Unknown cells reach a measure as nan; for measures that
    cannot tell nan from a tie (paths, betweenness) a network with unknown pairs needs
    ``unknown="absent"``.

    Caution: a measure differs from a null, or does not; it is the null that decides which question that
    answers. Name the measures before looking.

    >>> from rehapro_analysis.networks.measures.statistics import transitivity
    >>> path = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], directed=False)
    >>> null_test(path, transitivity, null="edges", draws=9).table["p_value"].tolist()
    [1.0]
    """
    named = dict(measures) if isinstance(measures, Mapping) else {measures.__name__: measures}
    networks = null_networks(network, null, draws=draws, seed=seed, **options)
    both = np.concatenate([network.cells[None], networks])
    if unknown == "absent":
        both = np.nan_to_num(both)
    values = np.stack([_values(name, measure, both) for name, measure in named.items()], axis=-1)
    columns = beside_chance(values[0], values[1:], level=level, exact=_exact(null, network, networks, draws))
    defined = columns.pop("n_defined")
    table = pd.DataFrame({"measure": list(named), "estimate": values[0], **columns, "null": null,
                          "draws": len(networks), "seed": seed, "share_missing": missing_share(network)})
    return Result(table, "measures against random networks",
                  (*network.assumptions, f"Null {null} keeps {KEEPS[null]}.", *_conditions(network, unknown, options),
                   *undefined_draws(defined, len(networks))), len(network.codes), network.origin)


def _values(name: str, measure: Measure, networks: np.ndarray) -> np.ndarray:
    step = max(1, AT_ONCE // max(networks[0].size, 1))
    parts = [np.asarray(measure(networks[start:start + step]), float) for start in range(0, len(networks), step)]
    found = np.concatenate(parts)
    if found.shape != networks.shape[:1]:
        raise StudyError.of(f"{name} gives the shape {found.shape} for {len(networks)} networks.",
                            "A measure gives one number for each matrix in the last two axes.")
    return found


def _exact(null: str, network: PartnerNetwork, networks: np.ndarray, draws: int) -> bool:
    """Whether the draws are all relabellings: as many as asked for may also be a sample."""
    return null == "labels" and len(networks) < draws


def _conditions(network: PartnerNetwork, unknown: str | None, options: Mapping[str, object]) -> tuple[str, ...]:
    said = [f"Set for the null: {name} = {value}." for name, value in options.items()]
    if network.n_unknown and unknown == "absent":
        said.append(f"{network.n_unknown} unknown pairs are counted as no tie.")
    elif network.n_unknown:
        said.append(f"{network.n_unknown} unknown pairs stay unknown in every draw.")
    return tuple(said)
