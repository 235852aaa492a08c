"""Who belongs to which coach and project, in many replicates of one plan: sums by coach and by project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Layout:
    """Coaches with ``size`` (C,) people each in project ``home`` (C,), a code that never falls.

    People stand in the order of their coaches; arrays of people have shape (R, N), replicates first. ``known`` False:
    the people of one project are independent, whoever coaches them.
    """

    size: np.ndarray
    home: np.ndarray
    known: bool = True

    @classmethod
    def even(cls, persons: np.ndarray, coaches: np.ndarray, *, known: bool = True) -> Layout:
        """Projects with so many people (J,), dealt out to so many coaches (J,) as evenly as can be.

        >>> Layout.even(np.array([5, 3]), np.array([2, 1])).size.tolist()
        [3, 2, 3]
        """
        home = np.repeat(np.arange(len(coaches)), coaches)
        place = np.arange(len(home)) - np.repeat(np.cumsum(coaches) - coaches, coaches)
        size = persons[home] // coaches[home] + (place < persons[home] % coaches[home])
        return cls(size, home, known)

    @cached_property
    def coach(self) -> np.ndarray:
        """Codes (N,)."""
        return np.repeat(np.arange(len(self.size)), self.size)

    @cached_property
    def project(self) -> np.ndarray:
        """Codes (N,)."""
        return self.home[self.coach]

    @property
    def projects(self) -> int:
        """J."""
        return int(self.home[-1]) + 1

    def by_coach(self, value: np.ndarray) -> np.ndarray:
        """Sums (R, C) of people's values (R, N)."""
        return np.add.reduceat(value, np.cumsum(self.size) - self.size, axis=1)

    def by_project(self, value: np.ndarray) -> np.ndarray:
        """Sums (R, J) of people's values (R, N)."""
        return self.coaches_by_project(self.by_coach(value))

    def coaches_by_project(self, value: np.ndarray) -> np.ndarray:
        """Sums (R, J) of coaches' values (R, C)."""
        return np.add.reduceat(value, np.searchsorted(self.home, np.arange(self.projects)), axis=1)

    def without(self, project: int) -> Layout:
        """The layout of the other projects."""
        kept = self.home != project
        home = self.home[kept]
        return Layout(self.size[kept], home - (home > project), self.known)
