"""Actors and their legal domains: several an actor, none, or not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rehapro_analysis.networks.ties.network import PartnerNetwork, in_order
from rehapro_analysis.study.problems import StudyError

RULES = ("fractional", "any", "primary")
FRACTIONAL = "An actor with several domains belongs to each of them in equal parts."
PRIMARY = "Row primary: several domains of an actor count as one, the named one or the first of the social code."


@dataclass(frozen=True)
class Domains:
    """Actors whose domain is known: their ``codes``, ``cells`` (n, n) with a diagonal of nan, and their domains.

    ``shares`` (n, d) has a row a actor that adds up to 1; ``primary`` (n, d) has a single 1 a row; ``names`` (d,) are
    the domains; ``assumptions`` says who is left out.
    """

    codes: list[str]
    cells: np.ndarray
    names: list[str]
    shares: np.ndarray
    primary: np.ndarray
    assumptions: tuple[str, ...]

    @property
    def layers(self) -> np.ndarray:
        """Strength of ties, and which cells are known, as (2, n, n) without a nan."""
        known = ~np.isnan(self.cells)
        return np.stack([np.nan_to_num(self.cells), known.astype(float)])

    @property
    def several(self) -> bool:
        """Whether an actor has several domains."""
        return bool((self.shares.max(1, initial=0) < 1).any())

    def within(self, rule: str) -> np.ndarray:
        """How far a pair counts as within one domain, (n, n) from 0 to 1 with a diagonal of 0.

        ``fractional``: sum over domains of the smaller of both shares, 1 for equal sets; ``any``: 1 if a
        domain is shared; ``primary``: 1 if the primary domains are equal.
        """
        shares = self.primary if rule == "primary" else self.shares
        overlap = np.minimum(shares[:, None, :], shares[None, :, :]).sum(-1)
        found = (overlap > 0).astype(float) if rule == "any" else overlap
        return found * (1 - np.eye(len(found)))


def domains_of(network: PartnerNetwork, by: str = "legal_domains", *,
               primary: Mapping[str, str] | None = None, outside: bool = True) -> Domains:
    """The network's actors with their domains, or with another column of ``actors`` such as kind.

    Actors without a legal domain ("none": clubs, employers) are a group of their own, or left out with
    ``outside=False``. Actors whose domain nobody knows are left out and counted. ``primary`` names an actor's
    main domain; others with several take the first in the order of the social code.
    Raises `StudyError` for an unknown column, a primary domain an actor does not have, or fewer than two actors.

    >>> network = PartnerNetwork.from_matrix([[0, 1], [1, 0]], ["a", "b"], domains=["II", "IX|VIII"])
    >>> domains_of(network).shares.tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]
    """
    if by not in network.actors:
        raise StudyError.of(f"actors has no column {by}.", f"Take one of {', '.join(network.actors.columns)}.")
    sets = [_set(value) for value in network.actors[by]]
    kept = [place for place, names in enumerate(sets) if names and (outside or names != ["none"])]
    if len(kept) < 2:
        raise StudyError.of(f"{len(kept)} actors have a known entry in {by}; mixing needs two.",
                            "Fill the column of the table actors.")
    names = in_order(frozenset(name for place in kept for name in sets[place]))
    codes = [network.codes[place] for place in kept]
    main = _main(codes, [sets[place] for place in kept], dict(primary or {}))
    column = {name: number for number, name in enumerate(names)}
    shares, single = np.zeros((2, len(kept), len(names)))
    for row, place in enumerate(kept):
        shares[row, [column[name] for name in sets[place]]] = 1 / len(sets[place])
        single[row, column[main[row]]] = 1
    return Domains(codes, network.cells[np.ix_(kept, kept)], names, shares, single,
                   _left_out(sets, outside, by))


def _set(value: object) -> list[str]:
    if isinstance(value, frozenset):
        return in_order(value)
    return [str(value)] if value == value and value is not None else []


def _main(codes: list[str], sets: list[list[str]], primary: Mapping[str, str]) -> list[str]:
    main = [primary.get(code, names[0]) for code, names in zip(codes, sets, strict=True)]
    wrong = [f"{code}: {name}" for code, name, names in zip(codes, main, sets, strict=True) if name not in names]
    if wrong:
        raise StudyError.of(f"primary= names a domain the actor does not have ({'; '.join(wrong)}).",
                            "Name one of the actor's own domains.")
    return main


def _left_out(sets: list[list[str]], outside: bool, by: str) -> tuple[str, ...]:
    unknown, without = sum(not names for names in sets), sum(names == ["none"] for names in sets)
    said = [f"{unknown} of {len(sets)} actors without a known entry in {by} are left out."] if unknown else []
    if without:
        said.append(f"{without} actors outside the social code " + (
            "form a group of their own." if outside else "are left out."))
    return tuple(said)
