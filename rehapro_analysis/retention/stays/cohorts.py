"""Cohorts: the participations of a study as rows of a person's own clock, ready for event tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.retention.curves.curves import SMALL
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.study.days import known_until
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

CLOCKS = ("days", "months")
PANDEMIC = (pd.Timestamp("2020-03-16"), pd.Timestamp("2021-06-01"))  # first day, and the day after the last
PERIODS = ("before", "during", "after")
RECORDED = ("referred_on", "entered_on", "left_on")
ODD = 60  # days without any other record before the last one
UNKNOWN, CENSORED = "unknown", "censored"


def cohort(study: Study, *, project: str | Sequence[str] | None = None, origin: str | None = None,
           lock: date | str | None = None, clock: str = "days") -> pd.DataFrame:
    """One row a participation that was entered by the lock date, for :func:`event_table` and the models.

    ``lock`` is the day up to which entries and exits are known, by default the latest day recorded in
    the episodes: later entries are left out, later exits count as not yet seen. ``clock`` "days" counts
    whole days; "months" counts calendar months, days of a month begun as a share of it, so that the
    same day of the month twelve months on is 12.

    Columns: project, coach, participant (keys for clusters; never show them), entered_on, origin, lock, stop
    (from entry to exit or lock), event (why the person left, "unknown" without a reason, "censored" if
    still there), planned (from entry to the planned end), period (entry before, during or after the
    pandemic of 2020-03-16 to 2021-05-31), and whatever further columns the episodes have. Projects
    come in the order of the study.

    Raises :class:`StudyError` for an unknown project, exits without a day, and a cohort without people.

    >>> from rehapro_analysis.study.reading import Study
    >>> day = pd.to_datetime(["2020-01-15", "2020-03-15", "2021-01-15", None])
    >>> study = Study({"projects": pd.DataFrame({"project": ["A"]}), "episodes": pd.DataFrame({
    ...     "project": "A", "participant": ["a", "b"], "coach": "c", "referred_on": day[3], "entered_on": day[:2],
    ...     "planned_until": day[2], "left_on": day[1:4:2], "exit": ["dropout", None], "origin": "own"})})
    >>> cohort(study, lock="2020-05-15", clock="months")[["stop", "event", "planned", "period"]]
       stop     event  planned  period
    0   2.0   dropout     12.0  before
    1   2.0  censored     10.0  before
    """
    check_choice("clock", clock, CLOCKS)
    episodes = _chosen(study, names(project), origin)
    known = known_until(episodes[list(RECORDED)], lock)
    people = episodes[episodes["entered_on"] <= known].reset_index(drop=True)
    _refuse_unusable(people, known)
    entered, gone = people["entered_on"], people["left_on"] <= known
    frame = people[["project", "coach", "participant", "entered_on", "origin"]].assign(
        project=_in_order(people["project"], study), lock=known,
        stop=_elapsed(entered, people["left_on"].where(gone, known), clock),
        event=people["exit"].fillna(UNKNOWN).where(gone, CENSORED),
        planned=_elapsed(entered, people["planned_until"], clock), period=entry_periods(entered))
    declared = [column.name for column in TABLES["episodes"].columns]
    return frame.join(people.drop(columns=[*declared, "origin"], errors="ignore"))


def what_is_known(study: Study, *, lock: date | str | None = None) -> str:
    """How many participations there are, up to which day they are known, and what looks odd about that day.

    The last day decides how long everybody still there was watched: one mistyped year lengthens every open stay.
    """
    episodes = study.table("episodes")
    days = episodes[list(RECORDED)]
    known = known_until(days, lock)
    people = episodes[episodes["entered_on"] <= known]
    many = len(people) if len(people) >= SMALL else f"fewer than {SMALL}"
    said = [f"{many} participations, entries and exits known up to {known:%Y-%m-%d}."]
    gap = (known - days[days < known].max().max()).days
    if gap > ODD and (days == known).any(axis=None):
        said.append(f"The day before it in the data lies {gap} days back: if the last one is a slip, correct it, or "
                    "give the right one with --lock.")
    if (people["left_on"] <= known).all():
        said.append("Nobody is still there: if those who are were left out of the file, every stay looks too short.")
    return " ".join(said)


def large_projects(people: pd.DataFrame, *, least: int = SMALL) -> pd.DataFrame:
    """The people of projects with at least five: no row of a table by project is then about one or two of them."""
    return people[people.groupby("project", observed=True)["project"].transform("size") >= least]


def months_between(start: pd.Series, end: pd.Series) -> np.ndarray:
    """Calendar months from one day to another; a month begun counts by its days, missing stays missing.

    The k-th month is full on the same day k months later, or on that month's last day.

    >>> days = pd.Series(pd.to_datetime(["2020-01-31", "2020-01-31"]))
    >>> months_between(days, pd.Series(pd.to_datetime(["2020-02-29", "2020-03-15"]))).tolist()
    [1.0, 1.4838709677419355]
    """
    known = (start.notna() & end.notna()).to_numpy()
    begin, finish = (days.to_numpy().astype("M8[D]")[known] for days in (start, end))
    full = (finish.astype("M8[M]") - begin.astype("M8[M]")).astype(int)
    full = full - (_months_on(begin, full) > finish)
    last, following = _months_on(begin, full), _months_on(begin, full + 1)
    months = np.full(len(known), np.nan)
    months[known] = full + (finish - last) / (following - last)
    return months


def _months_on(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The same day of a later month, or that month's last day."""
    later = days.astype("M8[M]") + months
    since_first = days - days.astype("M8[M]").astype("M8[D]")
    last = (later + 1).astype("M8[D]") - np.timedelta64(1, "D")
    return np.minimum(later.astype("M8[D]") + since_first, last)


def _elapsed(start: pd.Series, end: pd.Series, clock: str) -> np.ndarray:
    if clock == "months":
        return months_between(start, end)
    days = (end - start).dt.days
    return days.to_numpy() if days.notna().all() else days.to_numpy(float, na_value=np.nan)


def _chosen(study: Study, projects: list[str], origin: str | None) -> pd.DataFrame:
    known = set(study.table("projects")["project"])
    if absent := [name for name in projects if name not in known]:
        raise StudyError.of(f"The study has no project {', '.join(absent)}.", f"There are: {', '.join(sorted(known))}.")
    episodes = study.table("episodes")
    wanted = episodes["project"].isin(projects or known) & (episodes["origin"].eq(origin) | (origin is None))
    return episodes[wanted]


def _refuse_unusable(people: pd.DataFrame, lock: pd.Timestamp) -> None:
    if people.empty:
        day = "any day" if pd.isna(lock) else f"{lock:%Y-%m-%d}"
        raise StudyError.of(f"Nobody of these projects and this origin had entered by {day}.",
                            "Check the day, the project, and whether episodes.csv has rows with entered_on.")
    if undated := int((people["exit"].notna() & people["left_on"].isna()).sum()):
        raise StudyError([Problem("episodes", None, "left_on", "", f"{undated} exit(s) have a reason and no day.",
                                  "Write the day; if only the month is known, its middle, and say so.")])


def _in_order(project: pd.Series, study: Study) -> pd.Categorical:
    seen = set(project)
    return pd.Categorical(project, [name for name in study.table("projects")["project"] if name in seen])


def entry_periods(entered: pd.Series) -> pd.Categorical:
    """Whether each day lies before, during or after the pandemic.

    >>> entry_periods(pd.Series(pd.to_datetime(["2020-03-15", "2020-03-16", "2021-06-01"]))).tolist()
    ['before', 'during', 'after']
    """
    place = np.searchsorted(np.array(PANDEMIC, "M8[D]"), entered.to_numpy().astype("M8[D]"), side="right")
    return pd.Categorical.from_codes(place, PERIODS, ordered=True)
