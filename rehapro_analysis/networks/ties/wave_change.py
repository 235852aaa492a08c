"""From wave to wave: what became of each tie, which actors came and went, and what the unknown pairs leave open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.networks.ties.nonresponse import tie_matrix
from rehapro_analysis.networks.ties.waves import tie_stability
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

STABLE, NEW, LOST = "stable", "new", "lost"
THEN_UNKNOWN, UNKNOWN_BEFORE = "tie, then unknown", "unknown, then tie"
APART = "Actors that came or went are described apart: their ties are neither new nor lost."


def wave_changes(networks: Sequence[PartnerNetwork]) -> Result:
    """How much of a network is the same from each wave to the next.

    ``networks`` are waves in their order, for example ``[network.at(day) for day in days]``. ``table``, one row a
    step: wave (1 for the step from the first to the second), since and until (their days, where known), the columns of
    `tie_stability` (estimate is Jaccard's J), and lowest, highest: J over all ways to fill the unknown pairs.

    Raises `StudyError` for fewer than two waves, or waves with and without directions.
    """
    if len(networks) < 2:
        raise StudyError.of(f"There is {len(networks)} wave.", "Give at least two networks.")
    steps = list(zip(networks[:-1], networks[1:], strict=True))
    stable = [tie_stability(before, after) for before, after in steps]
    rows = [{"wave": number, "since": before.date, "until": after.date, **result.table.iloc[0],
             **dict(zip(("lowest", "highest"), _jaccard_ends(before, after), strict=True))}
            for number, ((before, after), result) in enumerate(zip(steps, stable, strict=True), 1)]
    said = dict.fromkeys(sentence for result in stable for sentence in result.assumptions)
    return Result(pd.DataFrame(rows), "stability of ties from wave to wave (Jaccard)", (*said, APART),
                  len(networks), networks[-1].origin)


def tie_changes(before: PartnerNetwork, after: PartnerNetwork) -> Result:
    """What became of each tie of the actors that are in both networks.

    ``table``: source, target (labels), change: stable, new, lost, or "tie, then unknown" and "unknown, then tie", which
    are none of these. Pairs without a tie in both waves are left out; mutual ties stand once.

    >>> first = PartnerNetwork.from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["a", "b", "c"])
    >>> second = PartnerNetwork.from_matrix([[0, 1, 1], [0, 0, float("nan")], [0, 0, 0]], ["a", "b", "c"])
    >>> tie_changes(first, second).table["change"].tolist()
    ['stable', 'new', 'tie, then unknown']
    """
    common, first, second = _common(before, after)
    labels = after.actors.set_index("actor")["label"]
    changed = np.select(
        [(first == 1) & (second == 1), (first == 0) & (second == 1), (first == 1) & (second == 0),
         (first == 1) & np.isnan(second), np.isnan(first) & (second == 1)],
        [STABLE, NEW, LOST, THEN_UNKNOWN, UNKNOWN_BEFORE], "")
    rows = [(labels[common[i]], labels[common[j]], changed[i, j]) for i, j in zip(*np.nonzero(changed), strict=True)]
    return Result(pd.DataFrame(rows, columns=["source", "target", "change"]), "what became of each tie",
                  (*after.assumptions, APART), len(common), after.origin)


def actor_changes(before: PartnerNetwork, after: PartnerNetwork) -> Result:
    """Which actors came and which went: actor (label), kind, change ("joined" or "left"), ties (in their own wave).

    Caution: an actor that is no longer named has not necessarily gone.
    """
    rows = [*_moved(before, after, "left"), *_moved(after, before, "joined")]
    return Result(pd.DataFrame(rows, columns=["actor", "kind", "change", "ties"]), "actors that came and went",
                  (APART,), len(set(before.codes) | set(after.codes)), after.origin)


def _moved(here: PartnerNetwork, there: PartnerNetwork, change: str) -> list[tuple[object, ...]]:
    ties = np.nan_to_num(tie_matrix(here))
    degree = np.maximum(ties, ties.T).sum(axis=1).astype(int)
    kinds = here.actors.get("kind", pd.Series([None] * len(here.actors)))
    return [(label, kind, change, n) for code, label, kind, n in zip(
        here.codes, here.actors["label"], kinds, degree, strict=True) if code not in there.codes]


def _common(before: PartnerNetwork, after: PartnerNetwork) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The actors of both networks, and their ties; of mutual ties the upper triangle, elsewhere no number but -1."""
    if before.directed != after.directed:
        raise StudyError.of("One network has directed ties, the other mutual ones.", "Read both in the same way.")
    common = sorted(set(before.codes) & set(after.codes))
    counted = ~np.eye(len(common), dtype=bool) if after.directed else np.triu(np.ones((len(common),) * 2, bool), 1)
    both = []
    for network in (before, after):
        place = [network.codes.index(code) for code in common]
        both.append(np.where(counted, tie_matrix(network)[np.ix_(place, place)], -1.0))
    return common, *both


def _jaccard_ends(before: PartnerNetwork, after: PartnerNetwork) -> tuple[float, float]:
    """Unknown pairs all against stability, then all for it; a pair without a tie in one wave cannot be stable."""
    _, first, second = _common(before, after)
    stable = ((first == 1) & (second == 1)).sum()
    changed = ((first == 1) & (second == 0) | (first == 0) & (second == 1)).sum()
    unknown = np.isnan(first) | np.isnan(second)
    could_be = (unknown & (first != 0) & (second != 0)).sum()
    lowest, highest = stable + changed + unknown.sum(), stable + changed + could_be
    return (float(stable / lowest) if lowest else np.nan,
            float((stable + could_be) / highest) if highest else (0.0 if unknown.any() else np.nan))
