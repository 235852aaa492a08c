"""Stays on the calendar: who was there from which day to which, counted by day and by days since entry.

A stay is the half-open interval [entered, left): somebody counts as present on the day of entry and no longer
on the day of leaving, so that everybody present on a day is counted by entries less exits up to that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.retention.stays.cohorts import CENSORED, RECORDED, UNKNOWN, cohort
from rehapro_analysis.study.days import known_until
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import EXITS

OPEN = -1  # the cause of a stay that goes on
MOVED_ON = "next_phase"


@dataclass(frozen=True)
class Stays:
    """Stays as known on the day ``lock``, one entry a stay; days are numbers since 1970-01-01.

    ``groups`` has one row a group, ``group`` its row number; ``left`` is the day of leaving, or the day after
    ``lock`` of stays that go on, whose ``cause`` is -1; other causes are places in ``causes``. ``planned`` is the
    planned stay in days, -1 where none is recorded.
    """

    groups: pd.DataFrame
    group: np.ndarray
    entered: np.ndarray
    left: np.ndarray
    cause: np.ndarray
    planned: np.ndarray
    causes: tuple[str, ...]
    lock: int
    origin: str

    def known_on(self, lock: int) -> Stays:
        """What was known on an earlier day: later entries are left out, later exits have not been seen."""
        kept = self.entered <= lock
        part = self.of(kept)
        later = part.left > lock
        return replace(part, left=np.where(later, lock + 1, part.left), cause=np.where(later, OPEN, part.cause),
                       lock=lock)

    def of(self, chosen: np.ndarray) -> Stays:
        """Some of the stays."""
        columns = ("group", "entered", "left", "cause", "planned")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    def only(self, groups: np.ndarray) -> Stays:
        """The stays of some groups; ``groups`` has one truth value a group."""
        part = self.of(groups[self.group])
        return replace(part, groups=self.groups[groups].reset_index(drop=True),
                       group=(np.cumsum(groups) - 1)[part.group])

    @cached_property
    def first(self) -> int:
        """The first day of the month of the first entry."""
        return int(month_start(self.entered.min()))

    @property
    def days(self) -> int:
        """How many days there are from ``first`` to ``lock``, both included."""
        return self.lock + 1 - self.first

    @cached_property
    def entries(self) -> np.ndarray:
        """Entries by group and day, shape (G, days)."""
        return _counted(self.group, self.entered - self.first, (len(self.groups), self.days))

    @cached_property
    def exits(self) -> np.ndarray:
        """Exits by group, day and cause, shape (G, days, K)."""
        gone = self.cause != OPEN
        place = (self.left - self.first) * len(self.causes) + self.cause
        counted = _counted(self.group[gone], place[gone], (len(self.groups), self.days * len(self.causes)))
        return counted.reshape(len(self.groups), self.days, len(self.causes))

    @cached_property
    def present(self) -> np.ndarray:
        """People present by group and day, shape (G, days): the stock at the midnight that ends the day."""
        return np.cumsum(self.entries - self.exits.sum(axis=2), axis=1)

    @cached_property
    def by_length(self) -> np.ndarray:
        """Stays by group, days since entry, and end: each cause, last "goes on"; shape (G, days, K + 1)."""
        width = len(self.causes) + 1
        seen = np.where(self.cause == OPEN, self.lock, self.left) - self.entered
        place = seen * width + self.cause % width  # -1 is the last
        counted = _counted(self.group, place, (len(self.groups), self.days * width))
        return counted.reshape(len(self.groups), self.days, width)


def month_start(day: int | np.ndarray) -> np.ndarray:
    """The first day of a day's month, as day numbers.

    >>> int(month_start(np.datetime64("2020-02-29").astype(int)) - np.datetime64("2020-02-01").astype(int))
    0
    """
    return np.asarray(day).astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)


def read_stays(study: Study, by: str | Sequence[str] | None = "project", *, project: str | Sequence[str] | None = None,
               origin: str | None = None, lock: date | str | None = None) -> Stays:
    """The stays of a study in groups: participations, or stays in phases where ``by`` names "phase".

    ``lock`` is the day up to which data are known, by default the latest day recorded in the study, whichever
    people are chosen; for the rest see :func:`rehapro_analysis.retention.cohort`. Leaving a phase for
    another one has the cause "next_phase". Raises :class:`StudyError` for exits before the entry and for
    groups that are unknown or missing.
    """
    columns = names(by)
    day = known_until(_latest_days(study), lock)
    frame = (_phases if "phase" in columns else _participations)(study, project, origin, day)
    _check_groups(frame, columns)
    backwards = int((frame["left_on"] < frame["entered_on"]).sum())
    if backwards:
        raise StudyError([Problem("", None, "left_on", "", f"{backwards} exit(s) lie before the entry.",
                                  "Correct the dates; somebody who never came has no entered_on.")])
    known = int(_day_numbers(frame["lock"])[0])
    open_ended = frame["left_on"].isna().to_numpy()
    left = np.where(open_ended, known + 1, _day_numbers(frame["left_on"].fillna(frame["lock"])))
    cause, causes = pd.factorize(frame["event"].astype(object).where(~open_ended), sort=True)
    group, groups = _grouped(frame, columns)
    return Stays(groups, group, _day_numbers(frame["entered_on"]), left, cause, _planned(frame),
                 tuple(map(str, causes)), known, origin or study.origin("phases" if "phase" in columns else "episodes"))


def _latest_days(study: Study) -> pd.DataFrame:
    """One row: the latest day of every column of people's days, the same for every choice of people."""
    tables = {name: study.table(name) for name in ("episodes", "phases") if study.has(name)}
    return pd.DataFrame([{(name, column): table[column].max() for name, table in tables.items()
                          for column in RECORDED if column in table}])


def _participations(study: Study, project: str | Sequence[str] | None, origin: str | None,
                    lock: pd.Timestamp) -> pd.DataFrame:
    people = cohort(study, project=project, origin=origin, lock=lock)
    left = people["entered_on"] + pd.to_timedelta(people["stop"], unit="D")
    return people.assign(left_on=left.where(people["event"] != CENSORED))


def _phases(study: Study, project: str | Sequence[str] | None, origin: str | None,
            lock: pd.Timestamp) -> pd.DataFrame:
    frame = study.table("phases")
    chosen = frame["project"].isin(names(project) or set(frame["project"]))
    frame = frame[chosen & (frame["origin"].eq(origin) | (origin is None))]
    frame = frame[frame["entered_on"] <= lock].sort_values("entered_on", kind="stable", ignore_index=True)
    if frame.empty:
        raise StudyError.of("Nobody of these projects and this origin had begun a phase.", "Check project and lock.")
    event = frame["next"].fillna(UNKNOWN)
    return frame.assign(left_on=frame["left_on"].where(frame["left_on"] <= lock), lock=lock,
                        event=event.where(event.isin([*EXITS, UNKNOWN]), MOVED_ON),
                        project=_as_listed(frame["project"], study), phase=_as_listed(frame["phase"]))


def _as_listed(values: pd.Series, study: Study | None = None) -> pd.Categorical:
    """Projects in the order of the study, phases in that of their first entry."""
    order = values if study is None else study.table("projects")["project"]
    return pd.Categorical(values, [name for name in dict.fromkeys(order) if name in set(values)])


def _check_groups(frame: pd.DataFrame, columns: list[str]) -> None:
    if absent := [name for name in columns if name not in frame]:
        raise StudyError.of(f"There is no column {', '.join(absent)} to group by.",
                            f"There are: {', '.join(map(str, frame.columns))}.")
    if empty := [name for name in columns if frame[name].isna().any()]:
        raise StudyError.of(f"Some have no {', '.join(empty)}.", "Call it \"unknown\" or leave these people out.")


def _grouped(frame: pd.DataFrame, columns: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    if not columns:
        return np.zeros(len(frame), np.intp), pd.DataFrame(index=range(1))
    grouping = frame.groupby(columns, observed=True, sort=True)
    groups = grouping.size().reset_index()[columns]
    return grouping.ngroup().to_numpy(), groups


def _planned(frame: pd.DataFrame) -> np.ndarray:
    return (frame["planned"] if "planned" in frame else pd.Series(-1.0, frame.index)).fillna(-1).to_numpy(np.int64)


def _day_numbers(days: pd.Series) -> np.ndarray:
    return days.to_numpy().astype("M8[D]").astype(np.int64)


def _counted(row: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
