"""The whole network in single numbers: density, mean degree, reciprocity, transitivity, triads."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from scipy.stats import norm

from rehapro_analysis.networks.measures import statistics
from rehapro_analysis.networks.measures.bootstrap import vertex_draws
from rehapro_analysis.networks.ties.completeness import (
    CLOSED,
    COUNTED,
    known_cells,
    path_ties,
    possible_cells,
    single,
    strength_note,
    whole,
)
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.networks.ties.nonresponse import nonresponse_bounds
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

TRIADS = ("003", "012", "102", "021D", "021U", "021C", "111D", "111U",
          "030T", "030C", "201", "120D", "120U", "120C", "210", "300")
NO_PAIR = "no pair of actors is known."


def density(network: PartnerNetwork, *, unknown: str | None = None, level: float = 0.95, n_draws: int = 2000,
            seed: int = 0) -> Result:
    """Ties among the pairs of actors that could have one, with the error of drawing other actors.

    ``table``: estimate, std_error, lower, upper (vertex bootstrap, normal limits cut at 0 and 1), lowest,
    highest (over all ways to fill unknown pairs), n_actors, share_missing. Impossible pairs do not count.

    Caution: not comparable between networks of different size; a mean degree of 5 is a density of .56 among 10
    actors and .085 among 60. The error asks what other actors of the same kind would show; if the roster is all
    there is, there is none. It is empty where a drawn network has no known pair. Source: Snijders & Borgatti 1999.

    >>> network = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 0, 0]])
    >>> density(network).table["estimate"].tolist()
    [0.5]
    """
    return _density(network, unknown, 1.0, "density", level, n_draws, seed)


def mean_degree(network: PartnerNetwork, *, unknown: str | None = None, level: float = 0.95, n_draws: int = 2000,
                seed: int = 0) -> Result:
    """Ties an actor has (directed: gives) on average: density times n - 1, for comparing networks of different size.

    ``table`` as in `density`.

    >>> star = PartnerNetwork.from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]], directed=False)
    >>> mean_degree(star).table["estimate"].round(4).tolist()
    [1.3333]
    """
    return _density(network, unknown, len(network.codes) - 1.0, "mean degree", level, n_draws, seed)


def reciprocity(network: PartnerNetwork, *, kind: str = "edgewise", unknown: str | None = None) -> Result:
    """How often a tie is returned; with M mutual, A one-sided and N empty pairs of actors:

    ``kind`` edgewise: 2M / (2M + A), the chance that a tie is returned; nonnull: M / (M + A); dyadic:
    (M + N) / (M + A + N). ``table``: estimate, mutual, one_sided, empty, lowest, highest (edgewise only, else
    nan), n_actors, share_missing. Raises `StudyError` if ties are mutual by their nature.
    """
    if not network.directed:
        raise StudyError.of("Mutual ties are always returned.", "Read the network with directed=True.")
    if kind not in (kinds := ("edgewise", "nonnull", "dyadic")):
        raise StudyError.of(f"There is no reciprocity {kind!r}.", f"Choose one of {', '.join(kinds)}.")
    cells = known_cells(network, unknown, COUNTED, "Reciprocity")
    estimate = float("nan") if unknown == "bounds" else statistics.reciprocity(cells, kind)
    census = dict(zip(("mutual", "one_sided", "empty"), statistics.dyad_census(cells).astype(int), strict=True))
    lowest, highest = _reciprocity_limits(network) if kind == "edgewise" else (np.nan, np.nan)
    return single(network, f"reciprocity ({kind})", estimate, unknown, *strength_note(network), **census,
                  lowest=lowest, highest=highest, undefined="no tie is known that could be returned.")


def transitivity(network: PartnerNetwork, *, unknown: str | None = None) -> Result:
    """Share of paths i -> j -> k of three actors that a tie i -> k closes.

    ``table``: estimate, n_paths, n_closed, n_actors, share_missing; with ``unknown="available"`` only paths
    whose three pairs are known. Of mutual ties it is 3 x triangles / connected triples.

    Caution: expected to rise with density; compare it with random networks of the same degrees.
    Source: Holland & Leinhardt 1971; networkx's transitivity of a DiGraph ignores direction.

    >>> transitivity(PartnerNetwork.from_matrix([[0, 1, 1], [0, 0, 1], [0, 0, 0]])).table["estimate"].tolist()
    [1.0]
    """
    cells = known_cells(network, unknown, CLOSED, "Transitivity")
    n_paths, n_closed = statistics.paths_closed(cells)
    return single(network, "transitivity", statistics.transitivity(cells), unknown, *strength_note(network),
                  n_paths=int(n_paths), n_closed=int(n_closed), undefined="no path of two ties is known.")


def triad_census(network: PartnerNetwork, *, unknown: str | None = None) -> Result:
    """How many triples of actors are of each of the sixteen kinds of Davis and Leinhardt.

    ``table``: triad (its mutual, one-sided and empty pairs, then Down, Up, Cyclic or Transitive), count,
    n_actors, share_missing.
    """
    if len(network.codes) < 3:
        counts = dict.fromkeys(TRIADS, 0)
    else:
        ties = path_ties(network, unknown, "The triad census", directed=True)
        counts = nx.triadic_census(nx.from_numpy_array(ties, create_using=nx.DiGraph))
    table = pd.DataFrame({"triad": TRIADS, "count": [int(counts[name]) for name in TRIADS]})
    return whole(network, table, "triad census", unknown, *strength_note(network))


def _density(network: PartnerNetwork, unknown: str | None, scale: float, method: str, level: float, n_draws: int,
             seed: int) -> Result:
    cells = possible_cells(network, known_cells(network, unknown, COUNTED, method.capitalize()))
    estimate = float("nan") if unknown == "bounds" else scale * float(statistics.density(cells))
    blocks = vertex_draws(cells, n_draws, np.random.default_rng(seed), directed=network.directed)
    drawn = [scale * statistics.density(block) for block in blocks]
    error = float(np.std(np.concatenate(drawn), ddof=1)) if drawn else float("nan")
    reach = norm.ppf((1 + level) / 2) * error
    limits = {"lower": max(estimate - reach, 0.0), "upper": min(estimate + reach, scale)} if estimate == estimate else {
        "lower": estimate, "upper": estimate}
    filled = [np.where(np.isnan(network.matrix()), value, network.matrix()) for value in (0.0, 1.0)]
    lowest, highest = (scale * float(statistics.density(possible_cells(network, cells))) for cells in filled)
    return single(
        network, method, estimate, unknown, *strength_note(network),
        f"Error and {level:.0%} limits: {n_draws} networks of actors drawn with replacement, seed {seed}.",
        std_error=error, **limits, lowest=lowest, highest=highest, undefined=NO_PAIR)


def _reciprocity_limits(network: PartnerNetwork) -> tuple[float, float]:
    row = nonresponse_bounds(network).table.set_index("measure").loc["reciprocity"]
    return row["lowest"], row["highest"]
