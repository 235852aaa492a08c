"""Whether the indicators together tell from which project a person is: people of coaches not seen before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.permutation import PermutationTest, relabelings
from rehapro_analysis.indicators.multivariate.joint import Joint
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

FOLDS = 5
PERMUTATIONS = 999
SEED = 20220615
SMALL_CELL = 5
AT_ONCE = 1 << 22  # discriminant values held in memory at once
RIDGE = 1e-9  # share of the total variance added within, so that indicators that repeat each other do no harm
SAID = (
    "Linear discriminant analysis with one covariance within projects and every project as likely as any other.",
    "A coach's people are judged by a rule found without that coach; every project keeps coaches in the rule.",
    "Accuracy is the mean over projects of the share recognised; 1/J is that of guessing, and p is that of "
    "coach blocks that change projects and folds together.",
    "A low accuracy is no proof of likeness: the rule sees straight boundaries only.",
)


def classification(joint: Joint, *, folds: int = FOLDS, permutations: int = PERMUTATIONS, seed: int = SEED,
                   origin: str = "own") -> Result:
    """Balanced accuracy of telling projects apart, cross-validated by coaches, against coach-block permutation.

    ``table``, one row: projects, coaches, folds, accuracy, share_by_guessing (1/J), p_value, relabelings,
    incomplete (people left out for want of a value).

    Raises :class:`StudyError` where coaches are unknown, where a project has one coach only (nothing of it would be
    left in the rule), and for fewer than two folds.
    """
    fold = coach_folds(joint, folds=folds, seed=seed)
    test = _test(joint, fold, permutations, seed)
    groups = len(joint.one.projects)
    table = pd.DataFrame([{"projects": groups, "coaches": test.blocks, "folds": int(fold.max()) + 1,
                           "accuracy": test.statistic, "share_by_guessing": 1 / groups, "p_value": test.p_value,
                           "relabelings": test.relabelings, "incomplete": joint.incomplete}])
    return Result(table, "classification by coach folds", (*joint.said(), *SAID), len(joint.values), origin,
                  ("incomplete",), ("accuracy",), "people")


def confusion(joint: Joint, *, folds: int = FOLDS, seed: int = SEED, small_cell: int = SMALL_CELL,
              origin: str = "own") -> Result:
    """For which project people are taken: cells with at least ``small_cell`` people only.

    ``table``: project, taken_for, people, share (of the project's people). Where what is
    withheld of a project would be fewer people than that, its smallest shown cell is withheld too, since the project's
    size would give them away. Cells are cross-validated as in `classification`, which says whether they are
    more than chance.
    """
    fold = coach_folds(joint, folds=folds, seed=seed)
    lda = _Classifier.of(joint, int(fold.max()) + 1)
    predicted = lda.predicted((joint.label() * lda.folds + fold)[None, :])[0]
    groups = len(joint.one.projects)
    cells = np.bincount(joint.one.project * groups + predicted, minlength=groups**2).reshape(groups, groups)
    row, column = np.nonzero(shown_cells(cells, small_cell))
    names = np.array(joint.one.projects)
    table = pd.DataFrame({"project": names[row], "taken_for": names[column], "people": cells[row, column],
                          "share": cells[row, column] / joint.one.n[row]})
    said = (f"Cells with fewer than {small_cell} people, and those that would give them away, are not shown.",)
    return Result(table, "confusion of projects by coach folds", (*joint.said(), *SAID, *said), len(joint.values),
                  origin, ("people",), counted="people")


def shown_cells(cells: np.ndarray, small_cell: int = SMALL_CELL) -> np.ndarray:
    """Which cells (J, J) may be shown, row sums being known; what is withheld of a row is nobody or enough people.

    >>> shown_cells(np.array([[9, 6, 2], [5, 5, 5], [3, 2, 9], [9, 0, 0]])).tolist()
    [[True, False, False], [True, True, True], [False, False, True], [True, False, False]]
    """
    shown = cells >= small_cell
    hidden = np.where(shown, 0, cells).sum(axis=1)
    short = np.flatnonzero((hidden > 0) & (hidden < small_cell) & shown.any(axis=1))
    shown[short, np.where(shown, cells, cells.max() + 1)[short].argmin(axis=1)] = False
    return shown


def coach_folds(joint: Joint, *, folds: int = FOLDS, seed: int = SEED) -> np.ndarray:
    """The fold (M,) of each coach: those of a project are dealt out in random order, none twice before all once.

    Every project with two coaches or more thus has coaches outside every fold.
    """
    if joint.one.coach is None:
        raise StudyError.of("Coaches are unknown: people of one coach would be on both sides.",
                            "Record coaches; PERMANOVA can do without.")
    if single := [name for name, many in zip(joint.one.projects, joint.one.coaches, strict=True) if many < 2]:
        raise StudyError.of(f"{', '.join(single)}: one coach only.", "Leave these projects out.")
    if folds < 2:
        raise StudyError.of("One fold leaves nothing to learn from.", "Take two or more.")
    rng, label = np.random.default_rng(seed), joint.label()
    order = np.lexsort((rng.random(len(label)), label))
    start = np.cumsum(np.bincount(label)) - np.bincount(label)
    first = rng.integers(folds, size=len(start))  # so that small projects do not all fill the first folds
    fold = np.empty_like(label)
    fold[order] = (np.arange(len(label)) - start[label[order]] + first[label[order]]) % folds
    return np.unique(fold, return_inverse=True)[1]


@dataclass(frozen=True, eq=False)
class _Classifier:
    """People (N, K) with their blocks, and sizes (M,), sums (M, K) and products (M, K K) of the blocks."""

    values: np.ndarray
    block: np.ndarray
    sums: np.ndarray
    groups: int
    folds: int

    @staticmethod
    def of(joint: Joint, folds: int) -> _Classifier:
        values = joint.standardised
        products = (values[:, :, None] * values[:, None, :]).reshape(len(values), -1)
        columns = np.column_stack([np.ones(len(values)), values, products]).T
        sums = np.column_stack([np.bincount(joint.block, column) for column in columns])
        return _Classifier(values, joint.block, sums, len(joint.one.projects), folds)

    def predicted(self, labels: np.ndarray) -> np.ndarray:
        """The project (B, N) told for each person; ``labels`` (B, M) are project x folds + fold of the blocks."""
        found = np.zeros((len(labels), len(self.block)), np.intp)
        fold = (labels % self.folds)[:, self.block]
        for out in range(self.folds):
            weight, constant = self._rule(labels, out)
            told = (np.einsum("nk,bjk->bnj", self.values, weight, optimize=True) + constant[:, None, :]).argmax(axis=2)
            found = np.where(fold == out, told, found)
        return found

    def accuracy(self, labels: np.ndarray) -> np.ndarray:
        """Mean over projects (B,) of the share recognised."""
        true = (labels // self.folds)[:, self.block]
        place = (true + self.groups * np.arange(len(labels))[:, None]).ravel()
        hit = (self.predicted(labels) == true).ravel().astype(float)
        many = np.bincount(place, minlength=len(labels) * self.groups)
        share = np.bincount(place, hit, len(labels) * self.groups) / np.maximum(many, 1)
        return share.reshape(len(labels), -1).mean(axis=1)

    def _rule(self, labels: np.ndarray, out: int) -> tuple[np.ndarray, np.ndarray]:
        """Weights (B, J, K) and constants (B, J) found without a fold: x W^-1 m - m W^-1 m/2."""
        k, learnt = self.values.shape[1], labels % self.folds != out
        grouped = np.stack([(learnt & (labels // self.folds == group)).astype(float) @ self.sums
                            for group in range(self.groups)], axis=1)
        n, total = grouped[:, :, :1], grouped[:, :, 1:k + 1]
        mean = total / n
        within = (grouped[:, :, k + 1:].sum(axis=1).reshape(-1, k, k) - np.einsum("bjk,bjl->bkl", mean, total))
        within = within / np.maximum(n.sum(axis=1)[:, :, None] - self.groups, 1) + RIDGE * np.eye(k)
        weight = np.linalg.solve(within, mean.swapaxes(1, 2)).swapaxes(1, 2)
        return weight, -(weight * mean).sum(axis=2) / 2


def _test(joint: Joint, fold: np.ndarray, permutations: int, seed: int) -> PermutationTest:
    """Project and fold of a block change places together, so that every relabeling is folded as the one seen."""
    lda = _Classifier.of(joint, int(fold.max()) + 1)
    label = joint.label() * lda.folds + fold
    drawn, complete = relabelings(label, joint.home, rng=seed, permutations=permutations)
    at_once = max(1, AT_ONCE // (len(joint.block) * lda.groups))
    reference = np.concatenate([lda.accuracy(labels[first:first + at_once]) for labels in drawn
                                for first in range(0, len(labels), at_once)])
    return PermutationTest.of(float(lda.accuracy(label[None, :])[0]), reference, blocks=len(label), complete=complete)
