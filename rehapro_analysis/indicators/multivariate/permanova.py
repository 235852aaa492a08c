"""Whether projects differ on several indicators at once: location and spread, with whole coach blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.permutation import (
    PERMUTATIONS,
    PermutationTest,
    permutation_test,
    relabelings,
)
from rehapro_analysis.indicators.multivariate.joint import Joint
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice

DISTANCES = ("euclidean", "gower")
SEED = 20220615
SAID = (
    "Location and spread both speak in the first test: projects of one centre whose people differ more widely also "
    "raise it, so a small p of the second leaves open which of the two it is.",
    "The test of spread takes distances to the centre of the own project as exchangeable, which holds nearly.",
    "All indicators weigh the same; correlated ones weigh what they share twice.",
)


@dataclass(frozen=True, eq=False)
class Positions:
    """People (N, P) in a space of ``sign`` (P,): squared distance = sum of sign x squared difference.

    Signs are 1 but where distances fit into no room, as Gower's may not.
    """

    at: np.ndarray
    sign: np.ndarray

    def squared(self, steps: np.ndarray) -> np.ndarray:
        """Squared length (...,) of differences (..., P)."""
        return np.square(steps) @ self.sign


def permanova(joint: Joint, *, distance: str = "euclidean", permutations: int = PERMUTATIONS, seed: int = SEED,
              origin: str = "own") -> Result:
    """Do projects differ on the indicators taken together, by more than their coaches do?

    ``distance``: "euclidean" on standardised scores, or "gower", the mean over indicators of |x - y|/range. Whole
    coach blocks change projects within entry periods (periods are taken out where coaches span them), sizes travel:
    projects of unequal size and coaches of unequal load are no obstacle.

    ``table``: test (location, spread), statistic, df1, df2, r2, p_value, relabelings, coaches (blocks). location:
    pseudo-F = (SS_between/(J - 1))/(SS_within/(N - J)), SS from squared distances, r2 = SS_between/SS_total. spread:
    F of the distances of people to the centre of their project.

    Sources: Anderson 2001, Austral Ecology 26:32 (location); Anderson 2006, Biometrics 62:245 (spread).
    """
    place = positions(joint, distance)
    location = location_test(place, joint, permutations=permutations, seed=seed)
    spread = permutation_test(distances_to_centre(place, joint.one.project), joint.one.project, joint.block,
                              stratum=joint.home[joint.block], rng=seed, permutations=permutations)
    many, groups = len(joint.values), len(joint.one.projects)
    shares = location.statistic, spread.statistic / (many - 1)
    tests = {"location": location, "spread": spread}
    rows = [{"test": name, "statistic": pseudo_f(share, many, groups), "df1": groups - 1, "df2": many - groups,
             "r2": share, "p_value": test.p_value, "relabelings": test.relabelings, "coaches": test.blocks}
            for (name, test), share in zip(tests.items(), shares, strict=True)]
    names = ", ".join(each.label_en for each in joint.definitions)
    return Result(pd.DataFrame(rows), f"PERMANOVA by coach blocks ({distance}): {names}", (*joint.said(), *SAID), many,
                  origin, shares=("r2",), counted="people")


def positions(joint: Joint, distance: str = "euclidean") -> Positions:
    """Where people stand: standardised scores, or the principal coordinates of Gower's distance."""
    check_choice("distance", distance, DISTANCES)
    if distance == "euclidean":
        return Positions(joint.standardised, np.ones(joint.values.shape[1]))
    scaled = joint.values / np.ptp(joint.values, axis=0)
    squared = (np.abs(scaled[:, None, :] - scaled).mean(axis=2)) ** 2
    inner = -(squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()) / 2
    length, direction = np.linalg.eigh(inner)
    kept = np.abs(length) > 1e-12 * np.abs(length).max()
    at = direction[:, kept] * np.sqrt(np.abs(length[kept]))
    return Positions(joint.without_periods(at), np.sign(length[kept]))


def location_test(place: Positions, joint: Joint, *, permutations: int, seed: int) -> PermutationTest:
    """The test whose statistic is r2 = SS_between/SS_total, in the order of pseudo-F and cheaper."""
    block = joint.block
    sums = np.column_stack([np.bincount(block, column) for column in place.at.T])
    size, total = np.bincount(block), float(place.squared(place.at).sum())
    label = joint.label()
    seen = float(_between(sums, size, label[None, :], place)[0] / total)
    drawn, complete = relabelings(label, joint.home, rng=seed, permutations=permutations)
    reference = np.concatenate([_between(sums, size, labels, place) / total for labels in drawn])
    return PermutationTest.of(seen, reference, blocks=len(label), complete=complete)


def pseudo_f(share: float, many: int, groups: int) -> float:
    """F of a share of variance between groups; infinite where nothing is left within.

    >>> pseudo_f(0.5, 6, 2)
    4.0
    """
    return share / (groups - 1) / ((1 - share) / (many - groups)) if share < 1 else float("inf")


def distances_to_centre(place: Positions, project: np.ndarray) -> np.ndarray:
    """The distance (N,) of each person to the mean position of the project; 0 where its square is negative."""
    n = np.bincount(project)
    centre = np.column_stack([np.bincount(project, column) / n for column in place.at.T])
    return np.sqrt(np.maximum(place.squared(place.at - centre[project]), 0))


def _between(sums: np.ndarray, size: np.ndarray, labels: np.ndarray, place: Positions) -> np.ndarray:
    """SS_between (B,) of relabelings (B, M): sum over projects of squared sums over sizes, positions centred."""
    found = np.zeros(len(labels))
    for group in range(int(labels.max()) + 1):
        here = (labels == group).astype(float)
        found += place.squared(here @ sums) / np.maximum(here @ size, 1.0)
    return found
