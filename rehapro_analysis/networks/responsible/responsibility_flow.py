"""What each case tells about shared responsibility: time together, time of each actor, and what flows between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.networks.responsible.case_segments import TOLERANCE, Segments
from rehapro_analysis.networks.responsible.mutuality import closure, entropy, incoherence

SHARED_WEIGHT = 1.0
MEASURES = ("simultaneity", "incoherence", "entropy", "closure", "mutuality", "concentration", "index")


@dataclass(frozen=True, eq=False)
class CaseMeasures:
    """Sums from which any weighting of C cases gives the measures of a team of n actors.

    ``joint`` (C,) is the time-integral of (k - 1) with k actors responsible, ``possible`` (C,) its largest value
    (m - 1) times the case's time; ``share`` (C, n) each actor's share of the case's time; ``flow`` (C, n, n).
    """

    joint: np.ndarray
    possible: np.ndarray
    share: np.ndarray
    flow: np.ndarray

    def measures(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """`MEASURES` of R weightings of the cases, ``weights`` of shape (R, C), each of shape (R,)."""
        n = self.share.shape[1]
        flow = (weights @ self.flow.reshape(len(self.flow), -1)).reshape(-1, n, n)
        with np.errstate(divide="ignore", invalid="ignore"):
            together = (weights @ self.joint) / (weights @ self.possible)
            time = (weights @ self.share) / weights.sum(axis=1, keepdims=True)
            apart = (time.max(axis=1, keepdims=True) - time).sum(axis=1) / np.float64(n - 1)
        parts = incoherence(flow), entropy(flow), closure(flow)
        structure = sum(parts) / 3
        values = (together, *parts, structure, apart, (together + structure) / 2)
        return dict(zip(MEASURES, values, strict=True))

    def estimate(self) -> dict[str, float]:
        """`MEASURES` of the cases as they are."""
        return {name: float(value[0]) for name, value in self.measures(np.ones((1, len(self.joint)))).items()}

    @property
    def mixture(self) -> float:
        """Variance of simultaneity between cases, as a share of the largest, O (1 - O); weights as in O.

        0: all cases alike; 1: each is either shared throughout or handed on without a day together. nan where
        O is 0, 1 or undefined.
        """
        several = self.possible > 0
        weight, own = self.possible[several], self.joint[several] / self.possible[several]
        if not several.any() or not 0 < (mean := np.average(own, weights=weight)) < 1:
            return np.nan
        return float(np.average((own - mean) ** 2, weights=weight) / (mean * (1 - mean)))


def case_measures(segments: Segments, *, tolerance: float = TOLERANCE,
                  shared_weight: float = SHARED_WEIGHT) -> CaseMeasures:
    """The sums behind the index of each case; ``shared_weight`` is gamma of `responsibility_flow`."""
    time = segments.case_time
    extra = (segments.present.sum(axis=1) - 1) * segments.length
    share = np.zeros((segments.n_cases, len(segments.actors)))
    np.add.at(share, segments.case, segments.present * segments.length[:, None])
    return CaseMeasures(
        np.bincount(segments.case, extra, segments.n_cases), (segments.stations - 1) * time, share / time[:, None],
        responsibility_flow(segments, tolerance=tolerance, shared_weight=shared_weight))


def responsibility_flow(segments: Segments, *, tolerance: float = TOLERANCE,
                        shared_weight: float = SHARED_WEIGHT) -> np.ndarray:
    """W of each case, shape (n_cases, n, n), diagonal 0.

    A hand-over from the actors L that leave to the actors E that enter adds 1/(|L||E|) to each i -> j; where
    somebody enters and nobody leaves, L is the team as it was. A gap of at most ``tolerance`` days is a direct
    hand-over, after a longer one nothing flows. Time together adds ``shared_weight`` times its share of the
    case's time in both directions: without it a team that shares everything would show no flow at all.
    """
    flow = _handed_over(segments, tolerance)
    weight = shared_weight * segments.length / segments.case_time[segments.case]
    np.add.at(flow, segments.case, weight[:, None, None] * _pairs(segments.present, segments.present))
    flow[:, np.arange(len(segments.actors)), np.arange(len(segments.actors))] = 0.0
    return flow


def _handed_over(segments: Segments, tolerance: float) -> np.ndarray:
    n = len(segments.actors)
    before, after = segments.present[:-1], segments.present[1:]
    direct = (segments.case[:-1] == segments.case[1:]) & (segments.start[1:] - segments.stop[:-1] <= tolerance)
    entering, leaving = after & ~before, before & ~after
    giving = np.where(leaving.any(axis=1, keepdims=True), leaving, before)
    moved = np.flatnonzero(direct & entering.any(axis=1))
    giving, entering = giving[moved], entering[moved]
    weight = 1 / (giving.sum(axis=1) * entering.sum(axis=1))
    flow = np.zeros((segments.n_cases, n, n))
    np.add.at(flow, segments.case[moved], weight[:, None, None] * _pairs(giving, entering))
    return flow


def _pairs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return one[:, :, None].astype(float) * other[:, None, :]
