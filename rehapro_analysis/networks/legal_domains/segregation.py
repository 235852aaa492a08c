"""Openness of legal domains: E-I index and odds ratio, against actors that trade places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtri

from rehapro_analysis.networks.chance.chance import beside_chance
from rehapro_analysis.networks.chance.label_null import among_labels, relabelled
from rehapro_analysis.networks.chance.relabelling import Relabelling, expected_sums, moved_sums
from rehapro_analysis.networks.legal_domains.domains import RULES, Domains, domains_of
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result

JACKKNIFE = "The interval is from leaving out one actor at a time, on a normal scale; below 10 actors it is rough."


def ei_index(network: PartnerNetwork, *, by: str = "legal_domains", primary: Mapping[str, str] | None = None,
             outside: bool = True, fixed: Iterable[str] = (), draws: int = 2000, seed: int = 1,
             level: float = 0.95) -> Result:
    """E-I index, (E - I)/(E + I): ties between legal domains E against ties within I, from -1 to 1.

    ``table``, one row a rule of counting actors with several domains (fractional, any, primary; see `Domains`):
    rule, estimate, lower, upper, expected (exact: 1 - 2 x mean of the pairs' overlap), null_median, null_lower,
    null_upper, p_value, external, internal, lowest and highest (what the same ties could reach in other
    places), rescaled (estimate between these, -1 to 1), null, draws, seed, share_missing.

    lower and upper are from the actor jackknife, the null interval from relabelling; with many small domains
    the expectation is far above 0, so only the comparison speaks. ``fixed`` actors keep their place. No tie:
    nan. Source: Krackhardt & Stern 1988; jackknife: Snijders & Borgatti 1999.

    >>> path = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], domains=["II", "II", "V"],
    ...                                   directed=False)
    >>> ei_index(path).table.loc[0, ["estimate", "expected", "p_value"]].tolist()
    [0.0, 0.3333333333333333, 1.0]
    """
    actors = domains_of(network, by, primary=primary, outside=outside)
    orders, blocks = relabelled(network, actors, fixed, draws=draws, seed=seed)
    table = pd.DataFrame([_ei_row(actors, rule, orders, blocks, network.directed, level) for rule in RULES])
    return among_labels(table, "E-I index", network, actors, orders, fixed, seed)


def domain_odds_ratio(network: PartnerNetwork, *, by: str = "legal_domains",
                      primary: Mapping[str, str] | None = None, outside: bool = True, fixed: Iterable[str] = (),
                      draws: int = 2000, seed: int = 1, level: float = 0.95) -> Result:
    """Odds of a tie within a legal domain over the odds of one between domains; free of the domains' sizes.

    ``table``, one row a rule as in `ei_index`: rule, estimate, lower, upper (actor jackknife of its
    logarithm), expected (odds ratio of the expected counts), null_median, null_lower, null_upper, p_value,
    density_within, density_between, yules_q = (OR - 1)/(OR + 1), null, draws, seed, share_missing.

    1: domains do not matter; above 1: ties stay within. Strength is ignored. Infinite if every pair within is
    tied or none between; nan if there is no pair of a kind, without correction; Yule's Q stays defined.

    >>> path = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], domains=["II", "II", "V"],
    ...                                   directed=False)
    >>> domain_odds_ratio(path).table["yules_q"].tolist()
    [1.0, 1.0, 1.0]
    """
    actors = domains_of(network, by, primary=primary, outside=outside)
    orders, blocks = relabelled(network, actors, fixed, draws=draws, seed=seed)
    table = pd.DataFrame([_odds_row(actors, rule, orders, blocks, level) for rule in RULES])
    return among_labels(table, "odds ratio of ties within and between domains", network, actors, orders, fixed, seed)


def _ei_row(actors: Domains, rule: str, orders: Relabelling, blocks: np.ndarray, directed: bool,
            level: float) -> dict[str, object]:
    layers, within = actors.layers, actors.within(rule)
    features = _two_kinds(within)
    observed, *_ = moved_sums(layers, features, np.arange(len(within))[None])
    indices = _ei(moved_sums(layers, features, orders.orders)[:, 0])
    chance = _flat(beside_chance(np.array([_ei(observed[0])]), indices[:, None], level=level, exact=orders.exact))
    half = _normal(level) * _jackknife_error(_ei(_without_each(layers[:1], features)[:, 0]))
    estimate, (lowest, highest) = float(_ei(observed[0])), _reach(layers, within)
    internal, external = observed[0] / (1 if directed else 2)
    return {"rule": rule, "estimate": estimate, "lower": max(-1.0, estimate - half), "upper": min(1.0, estimate + half),
            **chance, "expected": float(_ei(expected_sums(layers, features, blocks)[0])), "external": external,
            "internal": internal, "lowest": lowest, "highest": highest,
            "rescaled": float(_over(2 * (estimate - lowest), highest - lowest) - 1)}


def _odds_row(actors: Domains, rule: str, orders: Relabelling, blocks: np.ndarray, level: float) -> dict[str, object]:
    layers, within = actors.layers, actors.within(rule)
    layers[0] = layers[0] != 0
    features = _two_kinds(within)
    observed, *_ = moved_sums(layers, features, np.arange(len(within))[None])
    estimate, simulated = _odds(observed), _odds(moved_sums(layers, features, orders.orders))
    chance = _flat(beside_chance(np.array([estimate]), simulated[:, None], level=level, exact=orders.exact))
    with np.errstate(divide="ignore", invalid="ignore"):
        error = _jackknife_error(np.log(_odds(_without_each(layers, features))))
        lower, upper = np.exp(np.log(estimate) + _normal(level) * error * np.array([-1, 1]))
        yules_q = 1 - 2 / (1 + estimate)
    inner, outer = _over(observed[0], observed[1])
    return {"rule": rule, "estimate": float(estimate), "lower": lower, "upper": upper, **chance,
            "expected": float(_odds(expected_sums(layers, features, blocks))), "density_within": inner,
            "density_between": outer, "yules_q": float(yules_q)}


def _two_kinds(within: np.ndarray) -> np.ndarray:
    """Features within and between, (n, n, 2)."""
    return np.stack([within, 1 - within - np.eye(len(within))], axis=-1)


def _ei(sums: np.ndarray) -> np.ndarray:
    """E-I of sums within and between, (..., 2)."""
    within, between = np.moveaxis(sums, -1, 0)
    return _over(between - within, between + within)


def _odds(sums: np.ndarray) -> np.ndarray:
    """Odds ratio of sums (..., 2, 2): ties and known pairs, within and between."""
    ties, pairs = sums[..., 0, :], sums[..., 1, :]
    empty = np.maximum(pairs - ties, 0)
    empty[empty < 1e-9] = 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return ties[..., 0] * empty[..., 1] / (empty[..., 0] * ties[..., 1])


def _reach(layers: np.ndarray, within: np.ndarray) -> tuple[float, float]:
    """The lowest and highest E-I that the same cells could reach, were they free to choose their pairs."""
    known = layers[1] > 0
    weight, overlap = np.sort(layers[0][known]), np.sort(within[known])
    total = weight.sum()
    if not total:
        return np.nan, np.nan
    return 1 - 2 * float(weight @ overlap) / total, 1 - 2 * float(weight @ overlap[::-1]) / total


def _without_each(layers: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Sums of layer x feature without one actor after another, (n, l, f)."""
    products = layers[:, None] * np.moveaxis(features, -1, 0)
    own = products.sum(-1) + products.sum(-2)
    return np.moveaxis(products.sum((-2, -1))[..., None] - own, -1, 0)


def _jackknife_error(without: np.ndarray) -> float:
    """Standard error from values without one actor: sqrt((n - 2)/(2n) x sum of squares about their mean)."""
    n = len(without)
    if n < 3 or not np.isfinite(without).all():
        return np.nan
    return float(np.sqrt((n - 2) / (2 * n) * np.square(without - without.mean()).sum()))


def _normal(level: float) -> float:
    return float(ndtri((1 + level) / 2))


def _flat(columns: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: values[0] for name, values in columns.items() if name != "n_defined"}


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part = np.asarray(part, float)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=np.asarray(whole) != 0)
