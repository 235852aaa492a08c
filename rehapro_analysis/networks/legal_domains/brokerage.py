"""Gould-Fernandez brokerage: who connects whom, by the legal domains of the three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.chance import beside_chance
from rehapro_analysis.networks.chance.label_null import left_out, relabelled
from rehapro_analysis.networks.chance.nulls import KEEPS, null_networks
from rehapro_analysis.networks.legal_domains.brokerage_roles import ROLES, brokerage_roles, density_moments
from rehapro_analysis.networks.legal_domains.domains import FRACTIONAL, PRIMARY, Domains, domains_of
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.networks.ties.nonresponse import missing_share
from rehapro_analysis.results import Result

MUTUAL_ROLES = "Ties are mutual: each pair of ends counts once, half as representative and half as gatekeeper."
SINGLE = "p is for each row on its own, without adjustment for their number."
AT_ONCE = 1 << 20  # cells of draws worked on together


def brokerage(network: PartnerNetwork, *, by: str = "legal_domains", primary: Mapping[str, str] | None = None,
              outside: bool = True, null: str = "labels", draws: int = 1000, seed: int = 1, level: float = 0.95,
              **options: object) -> Result:
    """How often each actor j stands between two others, i -> j -> k without i -> k, by the domains of i, j, k.

    Roles: coordinator (all three in one domain), consultant (i and k in one, j in another), representative
    (i and j in one: j speaks for it), gatekeeper (j and k in one), liaison (three different ones), total.

    ``table``: rule, actor, role, estimate, expected, null_median, null_lower, null_upper, p_value (under ``null``:
    "labels" or another of `NULLS`, whose sampler takes ``options``), expected_density and z_density (exact
    moments if all ties were equally likely, as R's sna prints them; whether z is normal in small networks nobody
    knows; nan if pairs are unknown or ties mutual), null, draws, seed, share_missing. Rule "fractional": an actor
    with several domains acts in each equally often; "primary": in its main one.

    Triples with an unknown pair are not counted, so counts are lower limits then. Source: Gould & Fernandez 1989.

    >>> chain = PartnerNetwork.from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]], domains=["II", "II", "V"])
    >>> brokerage(chain).table.query("actor == 'a2' and estimate > 0 and rule == 'primary'")["role"].tolist()
    ['representative', 'total']
    """
    actors = domains_of(network, by, primary=primary, outside=outside)
    rows = []
    for rule, found, exact in _counts(network, actors, null, draws, seed, options):
        mean, error = _moments(network, actors, actors.primary if rule == "primary" else actors.shares)
        flat = found.reshape(len(found), -1)
        z = np.divide(found[0] - mean, error, out=np.full(mean.shape, np.nan), where=error > 0)
        rows.append(pd.DataFrame({
            "rule": rule, "actor": np.repeat(actors.codes, len(ROLES)), "role": np.tile(ROLES, len(actors.codes)),
            "estimate": flat[0], **_chance(flat, level, exact), "expected_density": mean.ravel(),
            "z_density": z.ravel(), "null": null, "draws": len(found) - 1}))
    return _result(rows, "Gould-Fernandez brokerage by actor", network, actors, null, seed, options)


def brokerage_totals(network: PartnerNetwork, *, by: str = "legal_domains",
                     primary: Mapping[str, str] | None = None, outside: bool = True, null: str = "labels",
                     draws: int = 1000, seed: int = 1, level: float = 0.95, **options: object) -> Result:
    """How often each role of `brokerage` is taken in the whole network, against the same nulls.

    ``table``: rule, role, estimate, expected, null_median, null_lower, null_upper, p_value, null, draws, seed,
    share_missing. Under "labels" the total cannot differ: it does not depend on domains.

    >>> chain = PartnerNetwork.from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]], domains=["II", "II", "V"])
    >>> brokerage_totals(chain).table.query("rule == 'primary'")["expected"].round(3).tolist()
    [0.0, 0.333, 0.333, 0.333, 0.0, 1.0]
    """
    actors = domains_of(network, by, primary=primary, outside=outside)
    rows = []
    for rule, found, exact in _counts(network, actors, null, draws, seed, options):
        sums = found.sum(1)
        rows.append(pd.DataFrame({"rule": rule, "role": ROLES, "estimate": sums[0], **_chance(sums, level, exact),
                                  "null": null, "draws": len(found) - 1}))
    return _result(rows, "Gould-Fernandez brokerage of the network", network, actors, null, seed, options)


def _counts(network: PartnerNetwork, actors: Domains, null: str, draws: int, seed: int,
            options: Mapping[str, object]) -> Iterator[tuple[str, np.ndarray, bool]]:
    """By rule: counts (1 + R, n, 6) with the observed ones first, and whether these are all arrangements.

    Under the label null domains move and actors keep their ties, so that a count stays the actor's own.
    """
    orders, _ = relabelled(network, actors, options.get("fixed", ()) if null == "labels" else (), draws=draws,
                           seed=seed)
    cells = actors.cells[None]
    if null != "labels":
        inside = network.without(*sorted(set(network.codes) - set(actors.codes)))
        cells = np.concatenate([cells, null_networks(inside, null, draws=draws, seed=seed, **options)])
    for rule, shares in (("fractional", actors.shares), ("primary", actors.primary)):
        if rule == "fractional" or actors.several:  # otherwise both rules count alike
            labels = np.concatenate([shares[None], shares[orders.orders]]) if null == "labels" else shares[None]
            found = _in_parts(cells, labels) / (1 if network.directed else 2)
        yield rule, found, null == "labels" and orders.exact


def _in_parts(cells: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """`brokerage_roles` of many networks or many labels, some at a time, so that memory stays small."""
    number, step = max(len(cells), len(shares)), max(1, AT_ONCE // cells[0].size)

    def part(draws: np.ndarray, start: int) -> np.ndarray:
        return draws if len(draws) == 1 else draws[start:start + step]

    return np.concatenate([brokerage_roles(part(cells, start), part(shares, start))
                           for start in range(0, number, step)])


def _moments(network: PartnerNetwork, actors: Domains, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = len(shares)
    known = actors.layers[1].sum() == n * (n - 1)
    if not (known and network.directed):
        return np.full((2, n, len(ROLES)), np.nan)
    return density_moments(shares, float((actors.layers[0] != 0).sum() / (n * (n - 1))))


def _chance(found: np.ndarray, level: float, exact: bool) -> dict[str, np.ndarray]:
    columns = beside_chance(found[0], found[1:], level=level, exact=exact)
    return {name: columns[name] for name in columns if name != "n_defined"}


def _result(rows: list[pd.DataFrame], method: str, network: PartnerNetwork, actors: Domains, null: str, seed: int,
            options: Mapping[str, object]) -> Result:
    table = pd.concat(rows, ignore_index=True).assign(seed=seed, share_missing=missing_share(network))
    said = [*network.assumptions, f"Null {null} keeps {KEEPS[null]}.", SINGLE, *actors.assumptions,
            *left_out(network), *(f"Set for the null: {name} = {value}." for name, value in options.items())]
    said += [] if network.directed else [MUTUAL_ROLES]
    said += [FRACTIONAL, PRIMARY] if actors.several else []
    return Result(table, method, tuple(said), len(actors.codes), network.origin)
