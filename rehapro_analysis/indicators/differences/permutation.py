"""The coach-level test: whole coach blocks change projects, their participants with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

PERMUTATIONS = 9_999
ENUMERATED = 200_000  # up to so many distinct relabelings all of them are taken
ROUNDING = 1e-9  # share by which the statistics of equal arrangements may differ
AT_ONCE = 1 << 21  # labels held in memory at once


@dataclass(frozen=True)
class PermutationTest:
    """``p_value`` of ``statistic`` among ``relabelings`` of ``blocks``; ``reference`` (B,) holds their statistics.

    ``complete`` says whether all relabelings were taken (p is then exact) or a random sample (p counts the
    arrangement seen as one of them).
    """

    statistic: float
    p_value: float
    relabelings: int
    blocks: int
    complete: bool
    reference: np.ndarray

    @staticmethod
    def of(statistic: float, reference: np.ndarray, *, blocks: int, complete: bool) -> PermutationTest:
        """The test of a statistic among those of the relabelings, its p-value found."""
        test = PermutationTest(statistic, np.nan, len(reference), blocks, complete, reference)
        return replace(test, p_value=test.p_at(statistic))

    def p_at(self, statistic: float) -> float:
        """The p-value that another value of the statistic would have."""
        reached = int(np.sum(self.reference >= statistic - ROUNDING * max(1.0, abs(statistic))))
        return reached / len(self.reference) if self.complete else (1 + reached) / (1 + len(self.reference))

    def tipping_icc(self, size: float, alpha: float = 0.05) -> float:
        """The largest intra-class correlation among people of one coach at which p <= alpha would still hold.

        For blocks that are persons because coaches are unknown: T is divided by DEFF = 1 + (m - 1) icc with
        ``size`` m persons a coach. nan where p > alpha even without any correlation or m <= 1.
        """
        if size <= 1 or self.p_value > alpha:
            return float("nan")
        # p(x) <= alpha as long as at most `allowed` replicates reach x
        many = len(self.reference)
        allowed = int(np.floor(alpha * many)) if self.complete else int(np.floor(alpha * (many + 1))) - 1
        bound = np.sort(self.reference)[many - allowed - 1] if allowed < many else 0.0
        return float(min(1.0, max(0.0, (self.statistic / max(bound, 1e-300) - 1) / (size - 1))))


def permutation_test(score: np.ndarray, project: np.ndarray, block: np.ndarray, *, rng: np.random.Generator | int,
                     stratum: np.ndarray | None = None, covariates: np.ndarray | None = None,
                     permutations: int = PERMUTATIONS) -> PermutationTest:
    """Whether projects differ, if whole blocks (coaches) could as well have worked in another project.

    ``score`` (N,), codes ``project`` (N,) and ``block`` (N,): everybody of a block moves together and block sizes
    travel; each block lies in one project. Blocks move within a ``stratum`` (N,) where each lies in one; where
    blocks span strata, the strata become covariates. The statistic is T, with ``covariates`` (N, P) its
    partial version (N - 1 - P)(RSS_0 - RSS_1)/RSS_0, computed anew after every relabeling.

    All relabelings are taken if there are at most 200,000, else ``permutations`` random ones, and
    p = (1 + number at least as large)/(1 + permutations). Caution: one block a project leaves blocks and
    projects the same; ask the gates first.

    >>> test = permutation_test(np.array([0., 0, 1, 1]), np.array([0, 0, 1, 1]), np.arange(4), rng=1)
    >>> round(test.statistic, 9), round(test.p_value, 4), test.relabelings
    (3.0, 0.3333, 6)
    """
    home, covariates = strata(block, stratum, covariates)
    label = np.zeros(block.max() + 1, np.intp)
    label[block] = project
    sums = block_sums(score, block, covariates)
    seen = float(statistics(sums, label[None, :])[0])
    drawn, complete = relabelings(label, home, rng=rng, permutations=permutations)
    reference = np.concatenate([statistics(sums, labels) for labels in drawn])
    return PermutationTest.of(seen, reference, blocks=len(label), complete=complete)


def relabelings(label: np.ndarray, home: np.ndarray, *, rng: np.random.Generator | int,
                permutations: int = PERMUTATIONS) -> tuple[Iterator[np.ndarray], bool]:
    """Other labels (B, M) of M blocks, in portions, and whether these are all there are (the one seen among them).

    ``label`` (M,) are the codes that change places among the blocks of a ``home`` (M,). All are taken if there are at
    most 200,000, else ``permutations`` random ones.

    >>> drawn, complete = relabelings(np.array([0, 1, 1]), np.zeros(3, int), rng=1)
    >>> np.concatenate(list(drawn)).tolist(), complete
    ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], True)
    """
    parts = [np.flatnonzero(home == each) for each in np.unique(home)]
    if _log_relabelings(label, parts) <= np.log(ENUMERATED) + ROUNDING:
        return _all_labels(label, parts), True
    return _random_labels(label, parts, np.random.default_rng(rng), permutations), False


def strata(block: np.ndarray, stratum: np.ndarray | None,
           covariates: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The stratum of each block, and the covariates, joined by the strata where blocks span them."""
    rest = np.zeros((len(block), 0)) if covariates is None else np.asarray(covariates, float)
    home = np.zeros(block.max() + 1, np.intp)
    if stratum is None:
        return home, rest
    home[block] = stratum
    if (home[block] == stratum).all():
        return home, rest
    levels = np.unique(stratum)[1:]
    return np.zeros_like(home), np.hstack([rest, (stratum[:, None] == levels).astype(float)])


def block_sums(score: np.ndarray, block: np.ndarray, covariates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums (M, 2 + P) of one, score and independent covariates a block, and their centred cross-products."""
    wide = np.column_stack([score, covariates]).astype(float)
    wide = wide - wide.mean(axis=0)
    scale = np.sqrt((wide**2).mean(axis=0))
    wide = wide / np.where(scale > 0, scale, 1.0)
    wide = wide[:, [0, *_independent(wide[:, 1:])]]
    sums = np.column_stack([np.bincount(block, column) for column in (np.ones(len(block)), *wide.T)])
    return sums, wide.T @ wide


def _independent(covariates: np.ndarray) -> list[int]:
    """Positions (counted after the score) of covariates that are no combination of earlier ones."""
    kept: list[int] = []
    for position in range(covariates.shape[1]):
        columns = covariates[:, [*(k - 1 for k in kept), position]]
        if np.linalg.matrix_rank(columns) == columns.shape[1]:
            kept.append(position + 1)
    return kept


def statistics(sums: tuple[np.ndarray, np.ndarray], labels: np.ndarray) -> np.ndarray:
    """T of B relabelings, ``labels`` of shape (B, M)."""
    by_block, total = sums
    many, groups, wide = len(labels), int(labels.max()) + 1, by_block.shape[1]
    place = (np.arange(many)[:, None] * groups + labels).ravel()
    rest = np.stack([np.bincount(place, np.tile(by_block[:, k], many), many * groups).reshape(many, groups)
                     for k in range(1, wide)], axis=2)
    n = _sizes(by_block[:, 0], labels, place, groups)
    scaled = rest / np.sqrt(np.where(n > 0, n, 1.0))[:, :, None]
    between = np.matmul(scaled.swapaxes(1, 2), scaled)
    without = _residual(total[None])
    within = _residual(total - between)
    free = by_block[:, 0].sum() - 1 - (wide - 2)
    return free * (without - within) / without if without > 1e-12 else np.zeros(many)


def _sizes(people: np.ndarray, labels: np.ndarray, place: np.ndarray, groups: int) -> np.ndarray:
    """People (B, J) of each group; where all blocks are as large no relabeling changes them."""
    if (people == people[0]).all():
        return people[0] * np.bincount(labels[0], minlength=groups)[None, :]
    return np.bincount(place, np.tile(people, len(labels)), len(labels) * groups).reshape(len(labels), groups)


def _residual(products: np.ndarray) -> np.ndarray:
    """Residual sum of squares of the first variable on the others, from cross-products (B, 1 + P, 1 + P)."""
    own, shared = products[:, 0, 0], products[:, 0, 1:]
    if shared.shape[1] == 0:
        return own
    others = products[:, 1:, 1:] + 1e-12 * np.eye(shared.shape[1]) * np.trace(products[0])
    return own - np.einsum("bp,bp->b", shared, np.linalg.solve(others, shared[..., None])[..., 0])


def _log_relabelings(label: np.ndarray, parts: list[np.ndarray]) -> float:
    return sum(float(gammaln(len(part) + 1) - gammaln(np.bincount(label[part]) + 1).sum()) for part in parts)


def _random_labels(label: np.ndarray, parts: list[np.ndarray], rng: np.random.Generator, permutations: int):
    at_once = max(1, AT_ONCE // len(label))
    for done in range(0, permutations, at_once):
        labels = np.tile(label.astype(np.int32), (min(at_once, permutations - done), 1))
        for part in parts:
            labels[:, part] = rng.permuted(labels[:, part], axis=1)
        yield labels


def _all_labels(label: np.ndarray, parts: list[np.ndarray]):
    """All distinct relabelings (B, M): grown block by block, each with a label that is left in its stratum."""
    grown = np.zeros((1, len(label)), label.dtype)
    for part in parts:
        left = np.tile(np.bincount(label[part], minlength=label.max() + 1), (len(grown), 1))
        for block in part:
            row, chosen = np.nonzero(left)
            grown, left = grown[row], left[row]
            grown[:, block] = chosen
            left[np.arange(len(row)), chosen] -= 1
    yield grown
