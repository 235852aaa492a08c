"""The people who have a value of every one of several indicators, ready to be compared on all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison, comparison
from rehapro_analysis.indicators.differences.permutation import strata
from rehapro_analysis.indicators.differences.scores import scores
from rehapro_analysis.indicators.measures.definitions import Indicator
from rehapro_analysis.indicators.verdict.separation import compared
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

PERSON = ["project", "participant"]


@dataclass(frozen=True, eq=False)
class Joint:
    """People with a value of every indicator: ``one`` holds who they are, ``values`` (N, K) their scores.

    ``definitions`` (K) name the indicators; ``incomplete`` counts people of the same projects for whom at least
    one value that was due to anybody is missing, and who are left out. Never to be shown: one row a person.
    """

    one: Comparison
    values: np.ndarray
    definitions: tuple[Indicator, ...]
    incomplete: int

    @cached_property
    def block(self) -> np.ndarray:
        """Codes (N,) of what changes projects: coaches, or persons where coaches are unknown."""
        return np.arange(len(self.values)) if self.one.coach is None else self.one.coach

    @cached_property
    def home(self) -> np.ndarray:
        """The entry period (M,) within which each block moves; zeros where blocks span periods."""
        return strata(self.block, self._period, None)[0]

    @cached_property
    def standardised(self) -> np.ndarray:
        """Scores (N, K) with mean 0 and standard deviation 1 (divisor N - 1), entry periods taken out if spanned."""
        centred = self.without_periods(self.values)
        return centred / centred.std(axis=0, ddof=1)

    @property
    def projects_with_two_coaches(self) -> int:
        """How many projects show what their coaches differ by."""
        return int((self.one.coaches >= 2).sum())

    def without_periods(self, columns: np.ndarray) -> np.ndarray:
        """Columns (N, P) minus their means, or minus those of their entry periods where blocks span them."""
        rest = strata(self.block, self._period, None)[1]
        design = np.column_stack([np.ones(len(columns)), rest])
        return columns - design @ np.linalg.lstsq(design, columns, rcond=None)[0]

    def label(self) -> np.ndarray:
        """The project (M,) of each block."""
        found = np.zeros(self.block.max() + 1, np.intp)
        found[self.block] = self.one.project
        return found

    def said(self) -> tuple[str, ...]:
        """What holds for every analysis of these people, as sentences."""
        unknown = ("Coaches are unknown, so people change projects: where people of one coach are alike, p is too "
                   "small.")
        known = (f"Whole coach blocks change projects; {self.projects_with_two_coaches} of {len(self.one.projects)} "
                 "projects have two coaches or more.")
        return (unknown if self.one.coach is None else known,
                f"Only people with a value of every indicator count; {self.incomplete} others are left out, and "
                "those who answer everything may differ from them.",
                "A difference between projects is no effect of projects.")

    @cached_property
    def _period(self) -> np.ndarray:
        return pd.factorize(self.one.people["period"], sort=True)[0]


def joint_values(study: Study, indicators: Sequence[str], *, mandated: bool = True, lock: str | None = None,
                 least: int = 10) -> Joint:
    """The people with a value of each of the indicators, in the projects with at least ``least`` of them.

    ``mandated`` leaves out projects whose aim one of the indicators explicitly is not. Coaches and entry
    periods are those of the first indicator whose people have coaches.

    Raises :class:`StudyError` for fewer than two indicators, one that counts a project once, one that does not
    vary, fewer than two projects, and where every project has one coach only.
    """
    names = _two_names(indicators)
    found = [compared(study, name, mandated=mandated, lock=lock, least=least) for name in names]
    if once := [one.definition.label_en for one in found if one.definition.level != "participant"]:
        raise StudyError.of(f"{', '.join(once)}: one number a project.", "Name indicators of people.")
    base = next((one for one in found if one.coach is not None), found[0])
    projects = [name for name in base.projects if all(name in one.projects for one in found)]
    wide = pd.concat({one.definition.indicator: _by_person(one) for one in found}, axis=1, join="inner")
    due = set().union(*(one.frame.set_index(PERSON).index for one in found))
    due = pd.Series([str(project) for project, _ in due]).value_counts()
    rows = base.people[pd.MultiIndex.from_frame(base.people[PERSON].astype(str)).isin(wide.index)]
    rows = rows[rows["project"].astype(str).isin(projects)]
    wide = wide.loc[pd.MultiIndex.from_frame(rows[PERSON].astype(str))]
    values = {name: (wide[name]["value"], wide[name]["exposure"]) for name in names}
    return _joint(rows, values, tuple(one.definition for one in found), due, base, least)


def joint_frame(frame: pd.DataFrame, scales: Mapping[str, str], *, least: int = 1) -> Joint:
    """The same from a table of people: columns project, coach (None: unknown), period if any, and the indicators.

    ``scales`` names the indicators and the scale of each (metric, ordinal, binary, count). Projects keep
    their order of names.

    >>> people = pd.DataFrame({"project": list("aabb"), "coach": list("abcd"), "x": [0., 1, 4, 5], "y": [1., 0, 0, 1]})
    >>> joint_frame(people, {"x": "metric", "y": "binary"}).values.shape
    (4, 2)
    """
    names = _two_names(scales)
    definitions = tuple(Indicator(name, name, name, scale) for name, scale in scales.items())
    rows = pd.DataFrame({"project": pd.Categorical(frame["project"].astype(str)), "coach": frame["coach"],
                         "participant": np.arange(len(frame)), "value": 0.0, "exposure": 1.0,
                         "period": frame.get("period", pd.Series("all", frame.index)),
                         "missing": np.where(frame[names].notna().all(axis=1), "", "no answer")}, index=frame.index)
    base = comparison(rows, definitions[0], least=least)
    whole = frame.loc[base.people.index]
    values = {name: (whole[name], pd.Series(1.0, whole.index)) for name in names}
    return _joint(base.people, values, definitions, base.frame["project"].astype(str).value_counts(), base,
                  least)


def _joint(rows: pd.DataFrame, values: dict[str, tuple[pd.Series, pd.Series]], definitions: tuple[Indicator, ...],
           due: pd.Series, base: Comparison, least: int) -> Joint:
    enough = rows.groupby(rows["project"].astype(str)).size()
    kept = rows["project"].astype(str).isin(enough.index[enough >= least]).to_numpy()
    one = base.of(rows[kept])
    columns = [scores(values[each.indicator][0].to_numpy(float)[kept], each.scale,
                      values[each.indicator][1].to_numpy(float)[kept]) for each in definitions]
    found = Joint(one, np.column_stack(columns), definitions, int(due[list(one.projects)].sum()) - len(one.people))
    _refuse(found)
    return found


def _refuse(found: Joint) -> None:
    if len(found.one.projects) < 2:
        raise StudyError.of("Fewer than two projects have enough people with a value of every indicator.",
                            "Name fewer indicators.")
    if found.block.max() + 1 <= len(found.one.projects):
        raise StudyError.of("Every project has one coach: coach and project cannot be told apart.",
                            "Compare projects with two coaches or more.")
    spread = found.without_periods(found.values).std(axis=0)
    size = np.abs(found.values).max(axis=0, initial=1e-300)
    if flat := [each.label_en for each, sd in zip(found.definitions, spread / size, strict=True) if sd < 1e-9]:
        raise StudyError.of(f"{', '.join(flat)}: all values are equal.", "Leave it out.")


def _two_names(indicators: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(indicators))
    if len(names) < 2:
        raise StudyError.of("Several indicators are needed.", "Name at least two.")
    return names


def _by_person(one: Comparison) -> pd.DataFrame:
    key = pd.MultiIndex.from_frame(one.people[PERSON].astype(str))
    return one.people[["value", "exposure"]].set_axis(key)
