"""Two relations of the same actors: correlation, tested by letting the actors of one trade places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.chance import beside_chance, tail
from rehapro_analysis.networks.chance.label_null import drawn
from rehapro_analysis.networks.chance.relabelling import Relabelling, moved_sums, relabellings
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

COLUMNS = ("expected", "null_median", "null_lower", "null_upper", "p_value", "p_greater", "p_less")
TOGETHER = "Pairs that share an actor depend on each other; relabelling keeps that, an ordinary test would not."


def qap_correlation(network: PartnerNetwork, other: object, *, within: str | Sequence[object] | None = None,
                    draws: int = 2000, seed: int = 1, level: float = 0.95) -> Result:
    """Pearson correlation of the cells of two networks of the same actors, with the QAP test.

    ``other`` is a network or an (n, n) array in the order of ``network.codes``. The diagonal never counts; if
    both are mutual that leaves r as it is. Pairs unknown in either are left out; they move with the
    actors of ``network``, so a draw may have a little more or fewer pairs.

    ``within`` restricts trading places to actors alike in a column of ``actors`` or in a sequence (project, legal
    domain). ``table``: estimate, expected, null_median, null_lower, null_upper, p_value (as large in absolute
    value), p_greater, p_less, pairs (ordered, used), null, draws, seed, share_missing (of the pairs). nan if a relation
    does not vary. Source: Krackhardt 1987.

    >>> star = PartnerNetwork.from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]], directed=False)
    >>> row = qap_correlation(star, star).table.iloc[0]
    >>> round(float(row["estimate"]), 9), round(float(row["p_value"]), 3)
    (1.0, 0.333)
    """
    one, two = network.matrix(), aligned(network, other)
    orders = relabellings(blocks_of(network, within), draws=draws, seed=seed)
    observed = correlations(one, two, np.arange(len(one))[None])
    simulated = correlations(one, two, orders.orders)[:, None]
    columns = beside_chance(observed, simulated, level=level, exact=orders.exact) | _tails(
        observed, simulated, orders.exact)
    pairs, n = int(np.isfinite(one + two).sum()), len(one)
    table = pd.DataFrame({"estimate": observed, **{name: columns[name] for name in COLUMNS}, "pairs": pairs,
                          "null": "labels", "draws": len(orders.orders), "seed": seed,
                          "share_missing": 1 - pairs / (n * (n - 1))})
    return Result(table, "QAP correlation",
                  (*network.assumptions, *conditions(network, orders, within, one + two)), n, network.origin)


def _tails(observed: np.ndarray, simulated: np.ndarray, exact: bool) -> dict[str, np.ndarray]:
    found = {"p_value": tail(np.abs(observed), np.abs(simulated), 1, exact=exact),
             "p_greater": tail(observed, simulated, 1, exact=exact),
             "p_less": tail(observed, simulated, -1, exact=exact)}
    return {name: np.where(np.isnan(observed), np.nan, values) for name, values in found.items()}


def correlations(one: np.ndarray, two: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Correlation over the cells known in both, with ``one`` in R orders of its actors: shape (R,).

    >>> one = np.array([[np.nan, 1, 2], [3, np.nan, 4], [5, 6, np.nan]])
    >>> correlations(one, 2 * one, np.array([[0, 1, 2]])).round(9).tolist()
    [1.0]
    """
    left, right = powers(one), np.moveaxis(powers(two), 0, -1)
    if complete(one) and complete(two):
        spread = left[2].sum() * right[..., 2].sum()
        products = moved_sums(left[1:2], right[..., 1:2], orders)[:, 0, 0]
        return products / np.sqrt(spread) if spread > 0 else np.full(len(orders), np.nan)
    sums = moved_sums(left, right, orders)
    pairs, x, xx, y, yy, xy = (sums[:, i, j] for i, j in ((0, 0), (1, 0), (2, 0), (0, 1), (0, 2), (1, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (xx - x**2 / pairs) * (yy - y**2 / pairs)
        found = (xy - x * y / pairs) / np.sqrt(np.where(spread > 1e-12 * xx * yy, spread, np.nan))
    return np.clip(found, -1, 1)


def powers(cells: np.ndarray) -> np.ndarray:
    """Which cells are known, their values about the mean, and the squares; (3, n, n) without nan."""
    known = ~np.isnan(cells)
    centred = np.where(known, cells - (cells[known].mean() if known.any() else 0.0), 0.0)
    return np.stack([known.astype(float), centred, centred**2])


def complete(cells: np.ndarray) -> bool:
    """Whether nothing but the diagonal is unknown."""
    return int(np.isnan(cells).sum()) == len(cells)


def aligned(network: PartnerNetwork, other: object, name: str = "the other relation") -> np.ndarray:
    """Another relation of the same actors as an (n, n) array with a diagonal of nan.

    Raises `StudyError` if actors or shape differ, or no pair is known in both.
    """
    if isinstance(other, PartnerNetwork) and other.codes != network.codes:
        odd = sorted(set(other.codes) ^ set(network.codes))
        raise StudyError.of(f"{name} has other actors ({', '.join(odd)}).", "Take both networks of the same roster.")
    cells = np.array(other.cells if isinstance(other, PartnerNetwork) else other, dtype=float)
    n = len(network.codes)
    if cells.shape != (n, n):
        raise StudyError.of(f"{name} has the shape {cells.shape}.", f"Give {n} rows and columns, one an actor.")
    np.fill_diagonal(cells, np.nan)
    if np.isnan(cells + network.cells).all():
        raise StudyError.of(f"No pair is known both in the network and in {name}.", "Add who was asked.")
    return cells


def blocks_of(network: PartnerNetwork, within: str | Sequence[object] | None) -> np.ndarray:
    """Codes (n,) of actors that may trade places; all may if ``within`` is None."""
    if within is None:
        return np.zeros(len(network.codes), int)
    if isinstance(within, str) and within not in network.actors:
        raise StudyError.of(f"actors has no column {within}.", f"Take one of {', '.join(network.actors.columns)}.")
    values = network.actors[within] if isinstance(within, str) else within
    if len(values) != len(network.codes):
        raise StudyError.of(f"within= has {len(values)} entries.", f"Give one for each of {len(network.codes)} actors.")
    return pd.factorize(pd.Series([str(value) for value in values]))[0]


def conditions(network: PartnerNetwork, orders: Relabelling, within: str | Sequence[object] | None,
               together: np.ndarray) -> tuple[str, ...]:
    """What is to be said of a QAP test: dependence, draws, restriction, and pairs left out by name."""
    pairs = len(together) * (len(together) - 1)
    lost = pairs - int(np.isfinite(together).sum())
    said = [TOGETHER, drawn(orders)]
    said += [] if within is None else [f"Only actors alike in {within if isinstance(within, str) else 'within='} "
                                       "trade places."]
    if lost:
        silent = [code for code, row in zip(network.codes, together, strict=True) if np.isnan(row).all()]
        said.append(f"{lost} of {pairs} ordered pairs are unknown in a relation and left out; they move with their "
                    "actors." + (f" Nothing is known of what {', '.join(silent)} give." if silent else ""))
    return tuple(said)
