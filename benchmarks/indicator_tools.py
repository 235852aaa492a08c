"""One function a task and tool, the same people for all: ``indicator_tools.py TOOL FOLDER LIMIT TASK...``.

A task takes people, works, and returns a function that reads numbers which do not depend on chance.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

PROJECTS, INDICATORS, CASELOAD, DRAWS = 12, 12, 8, 9_999
Numbers = Callable[[], dict[str, list[float]]]


@dataclass(frozen=True)
class People:
    """Ranked ``values`` (12, N) of twelve indicators, and codes (N,) of projects and coaches."""

    values: np.ndarray
    project: np.ndarray
    coach: np.ndarray
    draws: int = DRAWS

    def head(self, n: int, replicates: int) -> People:
        """The same with fewer draws, to warm up with."""
        return People(self.values, self.project, self.coach, replicates)


def drawn(n: int, seed: int = 3) -> People:
    """Twelve projects of n people on average, from half to one and a half times as many, eight people a coach."""
    rng = np.random.default_rng(seed)
    sizes = np.linspace(0.5, 1.5, PROJECTS) * n
    project = np.repeat(np.arange(PROJECTS), sizes.round().astype(int))
    place = np.concatenate([np.arange(count) for count in np.bincount(project)])
    coach = np.unique(project * 10_000 + place // CASELOAD, return_inverse=True)[1]
    spread = 0.3 * rng.normal(size=(INDICATORS, PROJECTS)), 0.2 * rng.normal(size=(INDICATORS, coach.max() + 1))
    values = spread[0][:, project] + spread[1][:, coach] + rng.normal(size=(INDICATORS, len(project)))
    return People(np.round(values, 2), project, coach)


def write_people(folder: Path, people: People) -> None:
    """One text file, a row a person, so that R reads the same."""
    folder.mkdir(parents=True)
    np.savetxt(folder / "people.csv", np.column_stack([people.project, people.coach, people.values.T]),
               delimiter=",", fmt="%.17g")


def read_people(folder: Path) -> People:
    """The inverse of :func:`write_people`."""
    table = np.loadtxt(folder / "people.csv", delimiter=",")
    return People(np.ascontiguousarray(table[:, 2:].T), table[:, 0].astype(int), table[:, 1].astype(int))


def ours(people: People) -> dict[str, Callable[[], Numbers]]:
    """All relabelings of an indicator at once."""
    from rehapro_analysis.indicators import permutation_test

    def tested(block: np.ndarray) -> Numbers:
        found = [permutation_test(value, people.project, block, rng=1, permutations=people.draws).statistic
                 for value in people.values]
        return lambda: {"T": found}

    return {"coach_blocks": lambda: tested(people.coach), "people": lambda: tested(np.arange(len(people.project)))}


def scipy(people: People) -> dict[str, Callable[[], Numbers]]:
    """permutation_test with the same statistic, vectorised over permutations."""
    from scipy.stats import permutation_test
    cuts = np.cumsum(np.bincount(people.project))[:-1]

    def statistic(*parts: np.ndarray, axis: int = -1) -> np.ndarray:
        n = sum(part.shape[axis] for part in parts)
        total = sum(part.sum(axis) for part in parts)
        square = sum((part**2).sum(axis) for part in parts) - total**2 / n
        between = sum(part.sum(axis) ** 2 / part.shape[axis] for part in parts) - total**2 / n
        return (n - 1) * between / square

    def tested() -> Numbers:
        found = [permutation_test(np.split(value, cuts), statistic, vectorized=True, n_resamples=people.draws, rng=1,
                                  batch=500, alternative="greater").statistic for value in people.values]
        return lambda: {"T": [float(one) for one in found]}

    return {"people": tested}


TOOLS = {"ours": ("coach_blocks", "people"), "scipy": ("people",), "R coin": ("people",)}


def task_of(tool: str, name: str) -> Callable[[People], Numbers]:
    """A task as a function of the people."""
    return lambda people: {"ours": ours, "scipy": scipy}[tool](people)[name]()


def main(tool: str, folder: str, limit: str, *names: str) -> None:
    """Print one JSON line a task."""
    from measure import report_lines, version_of
    report_lines(names, partial(task_of, tool), read_people(Path(folder)), limit, version_of(tool))


if __name__ == "__main__":
    main(*sys.argv[1:])
