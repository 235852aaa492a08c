"""Routes: a pathway as shares from step to step, with who reaches the goal and how often a step is visited."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.results import Result
from rehapro_analysis.retention.exits.competing import STAYING
from rehapro_analysis.study.problems import Problem, StudyError, nearest
from rehapro_analysis.throughput.pathways.pathway import ENTRY

MONTH = 365.25 / 12  # days


@dataclass(frozen=True)
class Routes:
    """Steps of a pathway; ``share[s, t]`` of those who have left s went to t, ``goal[s]`` to the goal.

    ``begin`` are the shares of people who begin in each step; ``days`` the days per exit, nan where nobody left.
    """

    steps: tuple[str, ...]
    share: np.ndarray
    goal: np.ndarray
    begin: np.ndarray
    days: np.ndarray

    @cached_property
    def reach(self) -> np.ndarray:
        """Shape (S,): the share who reach the goal in the end, h = goal + share h."""
        return self._solved(self._rest, self.goal)

    @cached_property
    def visits(self) -> np.ndarray:
        """Shape (S,): stays in each step for each person who enters, v = begin + v share."""
        return self._solved(self._rest.T, self.begin)

    @property
    def _rest(self) -> np.ndarray:
        return np.eye(len(self.steps)) - self.share

    @staticmethod
    def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
        try:
            return np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            raise StudyError.of("Some steps lead only to one another: nobody has left this cycle.",
                                "Watch longer, or leave these steps out.") from None

    def capacity(self, places: np.ndarray) -> np.ndarray:
        """People a month that full steps let through, shape (S,); infinite places have no limit."""
        with np.errstate(invalid="ignore"):
            return np.where(np.isinf(places), np.inf, places * MONTH / self.days)


def read_routes(path: Result, goal: Collection[str], stay: Mapping[str, float]) -> Routes:
    """The routes of a pathway; ``stay`` replaces days per exit. StudyError where nobody reaches the goal."""
    if isinstance(goal, str):
        goal = (goal,)
    moves = path.table[(path.table["to"] != STAYING) & (path.table["step"] != ENTRY)]
    first = path.table[path.table["step"] == ENTRY].set_index("to")["so_far"]
    rows = path.table[path.table["step"] != ENTRY].drop_duplicates("step").set_index("step")
    steps = tuple(rows.index)
    shares = moves.pivot(index="step", columns="to", values="of_decided").reindex(index=steps).fillna(0.0)
    if not set(goal) & set(shares):
        raise StudyError.of(f"Nobody on this pathway went to {' or '.join(goal)}.",
                            f"Choose as goal some of: {', '.join(shares.columns.difference(steps))}.")
    days = rows["days_per_exit"].to_numpy(float)
    routes = Routes(steps, shares.reindex(columns=steps, fill_value=0.0).to_numpy(),
                    shares.loc[:, shares.columns.isin(list(goal))].sum(axis=1).to_numpy(),
                    first.reindex(steps, fill_value=0.0).to_numpy(),
                    np.array([float(stay.get(step, own)) for step, own in zip(steps, days, strict=True)]))
    if not routes.begin @ routes.reach > 0:
        raise StudyError.of(f"No way leads from the entry to {' or '.join(goal)}.",
                            "Choose another goal, or watch longer.")
    return routes


def read_places(routes: Routes, places: Mapping[str, float]) -> np.ndarray:
    """The places of each step, shape (S,), infinite where none are given; all problems at once."""
    problems = []
    for step, number in places.items():
        if step not in routes.steps:
            like = nearest(step, routes.steps)
            problems.append(_problem(step, "The pathway has no such step.",
                                     f"Write {like}." if like else f"Choose of: {', '.join(routes.steps)}."))
        elif not 0 <= number < np.inf:
            problems.append(_problem(step, f"{number!r} is no number of places.", "Write 0 or more, or leave it out."))
        elif not routes.days[routes.steps.index(step)] > 0:
            problems.append(_problem(step, "The time in this step is unknown or 0.", "Give its mean days by stay=."))
    if problems:
        raise StudyError(problems)
    return np.array([float(places.get(step, np.inf)) for step in routes.steps])


def _problem(step: str, message: str, remedy: str) -> Problem:
    return Problem("places", None, "", str(step), message, remedy)
