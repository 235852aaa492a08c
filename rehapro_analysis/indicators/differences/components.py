"""How much people of one project differ, and how much of that lies between coaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Components:
    """Variance components of persons and coaches within projects (closed form, one-way nested).

    ``person`` is MS_e, ``coach`` max(0, (MS_c - MS_e)/k1); ``share`` (J,) is sum n_c^2/n_j^2 of each project (1
    over the number of coaches of equal load); ``coaches`` counts blocks; ``df`` is Satterthwaite's for the
    variance of project means. ``coaches`` 0 means they are unknown and no part of the variance.
    """

    person: float
    coach: float
    share: np.ndarray
    n: np.ndarray
    coaches: int
    df: float

    @property
    def icc(self) -> float:
        """The correlation of two people of one coach, within a project; nan without coaches or variance."""
        total = self.person + self.coach
        return self.coach / total if self.coaches and total > 0 else float("nan")

    @property
    def mean_variance(self) -> np.ndarray:
        """V_j (J,): the sampling variance of each project's mean."""
        return self.coach * self.share + self.person / self.n

    @property
    def design_effect(self) -> np.ndarray:
        """DEFF_j (J,): by how much coaches widen the variance of a mean of independent people."""
        icc = self.icc if self.coaches and self.person + self.coach > 0 else 0.0
        return 1 + (self.share * self.n - 1) * icc


def variance_components(value: np.ndarray, project: np.ndarray, coach: np.ndarray | None = None) -> Components:
    """Closed-form components of a value (N,) from codes of project and coach; ``coach`` None: unknown.

    SS_c = sum s_c^2/n_c - sum S_j^2/n_j, SS_e = sum y^2 - sum s_c^2/n_c, k1 = (N - sum_j sum_c n_c^2/n_j)/(C - J).
    Every coach lies in one project. Where no project has two coaches they cannot be told from projects and
    count as unknown.

    >>> project, coach = np.repeat([0, 1], 4), np.repeat([0, 1, 2, 3], 2)
    >>> parts = variance_components(np.array([1., 3, 5, 7, 2, 2, 6, 6]), project, coach)
    >>> float(parts.person), float(parts.coach), parts.share.tolist(), parts.coaches
    (1.0, 7.5, [0.5, 0.5], 4)
    """
    value = value - value.mean()
    n = np.bincount(project).astype(float)
    of_project = np.bincount(project, value) ** 2 / n
    blocks = 0 if coach is None else int(coach.max()) + 1
    if blocks <= len(n):
        within = max(0.0, float(value @ value - of_project.sum()))
        free = max(len(value) - len(n), 1)
        return Components(within / free, 0.0, 1 / n, n, 0, float(free))
    size = np.bincount(coach).astype(float)
    home = np.zeros(blocks, np.intp)
    home[coach] = project
    of_coach = np.bincount(coach, value) ** 2 / size
    share = np.bincount(home, size**2) / n**2
    return _nested(float(of_coach.sum() - of_project.sum()), float(value @ value - of_coach.sum()), n, share, blocks)


def _nested(between: float, within: float, n: np.ndarray, share: np.ndarray, blocks: int) -> Components:
    total, free_c = n.sum(), blocks - len(n)
    free_e = max(total - blocks, 1)
    ms_c, ms_e = max(between, 0.0) / free_c, max(within, 0.0) / free_e
    k1 = (total - (share * n).sum()) / free_c
    coach = max(0.0, (ms_c - ms_e) / k1) if k1 > 0 else 0.0
    return Components(ms_e, coach, share, n, blocks, _satterthwaite(ms_c, ms_e, n, share, k1, free_c, free_e, coach))


def _satterthwaite(ms_c: float, ms_e: float, n: np.ndarray, share: np.ndarray, k1: float, free_c: float,
                   free_e: float, coach: float) -> float:
    if coach == 0:
        return float(n.sum() - len(n))
    a = share.mean() / k1
    b = (1 / n).mean() - a
    return float((a * ms_c + b * ms_e) ** 2 / ((a * ms_c) ** 2 / free_c + (b * ms_e) ** 2 / free_e))
