"""The label null of a network's domains: actors trade places, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.relabelling import Relabelling, relabellings
from rehapro_analysis.networks.legal_domains.domains import FRACTIONAL, PRIMARY, Domains
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.networks.ties.nonresponse import missing_share
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

FEW = 200  # relabellings below which a small p is out of reach
LABELS = "Null labels: the ties stay as they are, and each actor might as well stand in another's place."


def relabelled(network: PartnerNetwork, actors: Domains, fixed: Iterable[str], *, draws: int,
               seed: int) -> tuple[Relabelling, np.ndarray]:
    """Relabellings of the actors, and the blocks behind them: every fixed actor is one of its own.

    Raises `StudyError` if a fixed actor is not in the network or no pair is known.
    """
    check_members(network, fixed := set(fixed))
    if not actors.layers[1].any():
        raise StudyError.of("Nothing is known about any pair of these actors.", "Add ties, or who was asked.")
    blocks = np.array([number if code in fixed else 0 for number, code in enumerate(actors.codes, 1)])
    return relabellings(blocks, draws=draws, seed=seed), blocks


def check_members(network: PartnerNetwork, fixed: Iterable[str]) -> None:
    """`StudyError` if a fixed actor is not in the network."""
    if strangers := sorted(set(fixed) - set(network.codes)):
        raise StudyError.of(f"fixed= names {', '.join(strangers)}, not in the network.",
                            f"Its actors are {', '.join(network.codes)}.")


def among_labels(table: pd.DataFrame, method: str, network: PartnerNetwork, actors: Domains, orders: Relabelling,
                 fixed: Iterable[str], seed: int, *said: str) -> Result:
    """The result of a comparison with relabelled actors: its null, draws, seed, missing share and assumptions."""
    table = table.assign(null="labels", draws=len(orders.orders), seed=seed, share_missing=missing_share(network))
    sentences = [*network.assumptions, LABELS, *said, *actors.assumptions, drawn(orders), *left_out(network)]
    sentences += [f"In their place stay {', '.join(sorted(fixed))}."] if fixed else []
    sentences += [FRACTIONAL, PRIMARY] if actors.several else []
    return Result(table, method, tuple(sentences), len(actors.codes), network.origin)


def drawn(orders: Relabelling) -> str:
    """How the relabellings were made, and whether they are few."""
    number = len(orders.orders)
    if not orders.exact:
        return f"{number} relabellings were drawn at random; no p can be below {2 / (number + 1):.2g}."
    few = "; p cannot be small whatever the data" if number < FEW else ""
    return f"All {number} relabellings were gone through{few}."


def left_out(network: PartnerNetwork) -> tuple[str, ...]:
    """A sentence on unknown pairs if there are any."""
    pairs = len(network.codes) * (len(network.codes) - 1)
    return (f"{network.n_unknown} of {pairs} pairs of actors are unknown and left out; they move with their actors.",
            ) if network.n_unknown else ()
