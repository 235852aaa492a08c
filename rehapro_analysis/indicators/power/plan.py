"""What is planned: so many people and coaches a project, so alike the people of one coach, on this scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rehapro_analysis.indicators.power.layout import Layout
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.study.problems import Problem, StudyError

SCALES = ("metric", "binary", "count", "time")
UNITS = {"metric": "standard deviations", "ordinal": "standard deviations", "binary": "share", "count": "per person",
         "time": "log rate"}
UNEQUAL = 0.5  # sizes of projects run from this share below the mean to as much above


@dataclass(frozen=True)
class Plan:
    """``persons`` with a value and ``coaches`` a project (means of all), ``icc`` among people of one coach.

    ``share`` is the share of people with the event (binary, time), ``mean`` the mean per person (count); metric
    values are counted in standard deviations of persons. ``coaches`` None: people are independent.

    >>> Plan(30, scale="binary", share=0.3, coaches=4, icc=0.05).sampling
    0.009275
    """

    persons: float
    scale: str = "metric"
    share: float = float("nan")
    mean: float = float("nan")
    coaches: float | None = None
    icc: float = 0.0
    projects: int = 12

    def __post_init__(self) -> None:
        check_choice("scale", self.scale, tuple(UNITS))
        if problems := list(self._contradictions()):
            raise StudyError([Problem("", None, "", "", message, remedy) for message, remedy in problems])

    @property
    def unit(self) -> str:
        """The unit of spreads and gaps."""
        return UNITS[self.scale]

    @property
    def person_variance(self) -> float:
        """The variance of one person's value within a project, coaches included (time: 1/share)."""
        return {"binary": self.share * (1 - self.share), "count": self.mean / (1 - self.icc),
                "time": 1 / self.share if self.scale == "time" else 0.0}.get(self.scale, 1.0)

    @property
    def design_effect(self) -> float:
        """1 + (persons/coaches - 1) icc, of coaches with equal loads."""
        return 1.0 if self.coaches is None else 1 + (self.persons / self.coaches - 1) * self.icc

    @property
    def sampling(self) -> float:
        """V, the sampling variance of a project's estimate if all projects are of mean size."""
        return self.person_variance * self.design_effect / self.persons

    @cached_property
    def layout(self) -> Layout:
        """Projects from half to one and a half times the mean size, coaches in proportion but at least two."""
        size = np.linspace(1 - UNEQUAL, 1 + UNEQUAL, self.projects) * self.persons
        size = np.maximum(np.rint(size).astype(int), 4)
        ratio = 1.0 if self.coaches is None else self.persons / self.coaches
        coaches = np.clip(np.rint(size / ratio).astype(int), 2, size)
        return Layout.even(size, coaches, known=self.coaches is not None)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        if not self.persons >= 2:
            yield f"{self.persons} people a project are too few.", "Plan two or more."
        if self.projects < 3:
            yield f"{self.projects} projects are too few to speak of their spread.", "Compare three or more."
        if not 0 <= self.icc < 1:
            yield f"icc={self.icc} is no correlation from 0 to below 1.", "Write 0.05 if nothing is known."
        if self.coaches is None and self.icc > 0:
            yield "A correlation within coaches needs coaches.", "Write how many coaches a project has."
        if self.coaches is not None and not 1 <= self.coaches <= self.persons:
            yield f"{self.coaches} coaches for {self.persons} people do not fit.", "Write 1 up to the number of people."
        if self.scale in ("binary", "time") and not 0 < self.share < 1:
            yield f"The scale {self.scale} needs the share of people with the event.", "Write share=0.3 or the like."
        if self.scale == "count" and not self.mean > 0:
            yield "The scale count needs the mean per person.", "Write mean=3 or the like."
