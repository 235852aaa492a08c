"""Places of actors on paper: a sector map whose angle and ring mean something, and a free layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from rehapro_analysis.figures.labels import Box
from rehapro_analysis.figures.networks.network_contents import by_domain, drawn_actors, drawn_pairs
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.tables import LEGAL_DOMAINS

RINGS = ("active", "identified", "attempted", "former", "impossible", "none")  # from the middle outwards
INNERMOST = 0.42  # share of the rim where rings start
STAGGER, CROWD = 3, 12  # neighbours differ in this many steps, where partners are more than this
EMPTY = 0.8  # room of a domain without actors, and extra room of every domain, in actors
DIGITS = 3  # of an inch: beyond it another machine may round differently
SIDE = 0.12  # share of a free layout's frame left empty at each side


@dataclass(frozen=True)
class SectorLayout:
    """A sector map that several networks share: the same actor, domain and ring at the same place in all.

    ``sectors`` gives every domain its angles (from, to) in degrees, clockwise from the top;
    ``rings`` the standings that occur, from the middle outwards, with their inner and outer distance as
    shares of the rim; ``angles`` every partner's angle and ``steps`` its place in the stagger.
    """

    sectors: Mapping[str, tuple[float, float]]
    rings: Mapping[str, tuple[float, float]]
    angles: Mapping[str, float]
    steps: Mapping[str, int]

    def places(self, actors: pd.DataFrame, frame: Box, *, step: float = 0.34) -> np.ndarray:
        """Points in inches (n x 2): leads stand above one another in the middle of the frame, ``step`` apart."""
        half = np.array([frame.right - frame.left, frame.top - frame.bottom]) / 2
        leads = actors.index[actors["lead"]].tolist()
        points = [np.array([0, ((len(leads) - 1) / 2 - leads.index(place)) * step]) if row.lead
                  else self.unit(self.angles[row.actor], self.distance(row.actor, row.standing)) * half
                  for place, row in actors.iterrows()]
        return np.round(np.array(points).reshape(-1, 2) + frame.centre, DIGITS)

    def distance(self, actor: str, standing: str) -> float:
        """The share of the rim at which a partner stands: its ring, and in it its step."""
        inner, outer = self.rings[standing]
        return inner + (outer - inner) * (0.15 + 0.7 * self.steps[actor] / (STAGGER - 1))

    @staticmethod
    def unit(angle: float, distance: float = 1.0) -> np.ndarray:
        """The point at an angle in degrees, clockwise from the top."""
        turned = np.radians(angle)
        return distance * np.array([np.sin(turned), np.cos(turned)])


def sector_layout(networks: Sequence[PartnerNetwork]) -> SectorLayout:
    """One sector map for all the networks: sectors as wide as the fullest of them needs.

    An actor of several networks has one place; a place is shared by actors that never meet in one.

    >>> one = PartnerNetwork.from_matrix([[0, 1], [1, 0]], ["clinic", "fund"], domains=["V", "VI"])
    >>> other = PartnerNetwork.from_matrix([[0, 1], [1, 0]], ["clinic", "spa"], domains=["V", "VI"])
    >>> angles = sector_layout([one, other]).angles
    >>> angles["fund"] == angles["spa"] != angles["clinic"]
    True
    """
    frames = [drawn_actors(network) for network in networks]
    slots = _slots(frames)
    counts = {domain: 1 + max((slot for sector, slot in slots.values() if sector == domain), default=-1)
              for domain in LEGAL_DOMAINS}
    sectors = _sectors(counts)
    crowded = max(((~frame["lead"]).sum() for frame in frames), default=0) > CROWD
    angles, steps = {}, {}
    for actor, (domain, slot) in slots.items():
        low, high = sectors[domain]
        angles[actor] = low + (slot + 0.5 + EMPTY / 2) * (high - low) / (counts[domain] + EMPTY)
        steps[actor] = slot % STAGGER if crowded else STAGGER // 2
    return SectorLayout(sectors, _rings(frames), angles, steps)


def free_layout(network: PartnerNetwork, frame: Box, *, seed: int) -> np.ndarray:
    """Points in inches (n x 2): actors with ties near each other, every component in a field of its own.

    Kamada and Kawai's layout from a circle whose order is drawn with ``seed``; actors without any
    drawn tie stand in a row at the bottom. The distances mean nothing.
    """
    graph = nx.empty_graph(len(network.codes))
    pairs = drawn_pairs(network)
    graph.add_edges_from(pairs.loc[~pairs["state"].isin(["absent", "unknown"]), ["one", "other"]].to_numpy())
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part))
    isolates = [part[0] for part in parts if len(part) == 1]
    parts = [part for part in parts if len(part) > 1]
    points = np.zeros((len(graph), 2))
    tray = _tray(isolates, points, frame)
    if parts:
        field = Box(frame.left, tray, frame.right, frame.top)
        for part, place in zip(parts, _fields(field, [len(part) + 1 for part in parts]), strict=True):
            points[part] = _laid_out(graph.subgraph(part), place, seed)
    return np.round(points, DIGITS)


def _slots(frames: Sequence[pd.DataFrame]) -> dict[str, tuple[str, int]]:
    """Every partner's sector and its place there: the first that no actor it meets has taken."""
    meets: dict[str, set[str]] = {}
    order: dict[str, str] = {}
    for frame in frames:
        partners = frame.loc[[place for place in by_domain(frame) if not frame["lead"][place]]]
        for row in partners.itertuples():
            order.setdefault(row.actor, row.sector)
            meets.setdefault(row.actor, set()).update(set(partners["actor"]) - {row.actor})
    slots: dict[str, tuple[str, int]] = {}
    for actor, sector in sorted(order.items(), key=lambda item: -len(meets[item[0]])):
        taken = {slots[other] for other in meets[actor] if other in slots}
        slots[actor] = next((sector, slot) for slot in range(len(order)) if (sector, slot) not in taken)
    return slots


def _sectors(counts: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    wide = np.array([counts[domain] + EMPTY for domain in LEGAL_DOMAINS])
    ends = 360 * np.concatenate([[0], wide.cumsum() / wide.sum()])
    return dict(zip(LEGAL_DOMAINS, zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True), strict=True))


def _rings(frames: Sequence[pd.DataFrame]) -> dict[str, tuple[float, float]]:
    """Every ring that occurs, as wide as the root of its fullest network's partners."""
    counts = [frame.loc[~frame["lead"], "standing"].value_counts() for frame in frames]
    fullest = pd.DataFrame(counts).max().reindex(RINGS).dropna().astype(float)
    ends = INNERMOST + (1 - INNERMOST) * np.concatenate([[0], np.sqrt(fullest).cumsum() / np.sqrt(fullest).sum()])
    return dict(zip(fullest.index, zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True), strict=True))


def _tray(isolates: Sequence[int], points: np.ndarray, frame: Box) -> float:
    """Put actors without ties in rows at the bottom; returns where the tray ends."""
    across = max(1, int((frame.right - frame.left) / 1.7))
    rows = -(-len(isolates) // across)
    step = min(0.75, (frame.top - frame.bottom) / (rows + 1))
    for place, isolate in enumerate(isolates):
        in_row = min(across, len(isolates) - place // across * across)
        x = frame.left + (place % across + 0.5) * (frame.right - frame.left) / in_row
        points[isolate] = x, frame.bottom + (place // across + 0.5) * step
    return frame.bottom + rows * step


def _fields(frame: Box, weights: Sequence[int]) -> list[Box]:
    """The frame cut into one field a weight, always across its longer side."""
    if len(weights) == 1:
        return [frame]
    before = np.cumsum(weights)
    cut = 1 + int(np.abs(before[:-1] - before[-1] / 2).argmin())
    share = before[cut - 1] / before[-1]
    if frame.right - frame.left >= frame.top - frame.bottom:
        at = frame.left + share * (frame.right - frame.left)
        first, second = Box(frame.left, frame.bottom, at, frame.top), Box(at, frame.bottom, frame.right, frame.top)
    else:
        at = frame.top - share * (frame.top - frame.bottom)
        first, second = Box(frame.left, at, frame.right, frame.top), Box(frame.left, frame.bottom, frame.right, at)
    return [*_fields(first, weights[:cut]), *_fields(second, weights[cut:])]


def _laid_out(part: nx.Graph, frame: Box, seed: int) -> np.ndarray:
    """A connected graph's points, stretched to its field."""
    nodes = sorted(part)
    start = nx.circular_layout(np.random.default_rng(seed).permutation(nodes).tolist())
    found = nx.kamada_kawai_layout(part, pos=start)
    points = np.array([found[node] for node in nodes])
    low, high = points.min(axis=0), points.max(axis=0)
    shares = np.where(high - low > 1e-6, (points - low) / np.where(high - low > 1e-6, high - low, 1), 0.5)
    size = np.array([frame.right - frame.left, frame.top - frame.bottom])
    return np.array([frame.left, frame.bottom]) + size * (SIDE + (1 - 2 * SIDE) * shares)
