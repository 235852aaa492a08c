"""Phases of a study as stays in states, in whole days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.study.days import known_until
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study

CLOCKS = ("since_entry", "calendar")
DAY = pd.Timedelta(days=1)
_KEY = ["project", "participant"]


def phase_spells(study: Study, project: str | None = None, *, clock: str = "since_entry",
                 lock: date | str | None = None, without: Sequence[str] = ()) -> pd.DataFrame:
    """The table phases as stays for :func:`state_occupation`: one row a stay, times in whole days.

    ``clock`` "since_entry" counts from each person's first phase, "calendar" from the first day in the
    table. ``lock`` is the day up to which entries and exits are known, by default the last day in the
    table: later entries are left out, later exits are not seen. Phases ``without`` are left out before
    the clock starts, such as the waiting time. First phases are watched from before day 0, so that who
    leaves on the first day counts. A phase without a recorded next one ends in "unknown".

    Columns: project, participant, origin, state (in the order in which phases begin), start, stop, to. Raises
    :class:`StudyError` for phases that end on the day they begin, other than a first one.
    """
    check_choice("clock", clock, CLOCKS)
    frame = _chosen(study, project, without)
    known = known_until(frame[["entered_on", "left_on"]], lock)
    frame = frame[frame["entered_on"] <= known].sort_values([*_KEY, "entered_on", "left_on"], ignore_index=True)
    entered, first = frame["entered_on"], ~frame.duplicated(_KEY)
    left = frame["left_on"].where(frame["left_on"] <= known)
    origin = frame.groupby(_KEY)["entered_on"].transform("min") if clock == "since_entry" else entered.min()
    starts, stops = (entered - origin) // DAY, (left.fillna(known) - origin) // DAY
    spells = frame[[*_KEY, "origin"]].assign(
        state=pd.Categorical(frame["phase"], _in_order(frame["phase"], starts)), start=starts.astype(float),
        stop=stops, to=frame["next"].fillna("unknown").where(left.notna()))
    if clock == "since_entry":
        spells.loc[first, "start"] = np.nan
    return _lasting(spells, left.isna())


def _chosen(study: Study, project: str | None, without: Sequence[str]) -> pd.DataFrame:
    frame = study.table("phases")
    chosen = frame[~frame["phase"].isin(list(without)) & (frame["project"].eq(project) | (project is None))]
    if chosen.empty:
        raise StudyError.of("No phase is left to be counted.", "Check the project and the phases to be left out.")
    return chosen


def _in_order(phase: pd.Series, starts: pd.Series) -> list[str]:
    """Phases by the mean day on which they begin; ties by name."""
    return list(starts.groupby(phase).mean().sort_index().sort_values(kind="stable").index)


def _lasting(spells: pd.DataFrame, open_ended: pd.Series) -> pd.DataFrame:
    """Stays with a length; one entered on the day of the lock has none yet, any other is refused."""
    empty = spells["start"] >= spells["stop"]
    refused = int((empty & ~open_ended).sum())
    if refused:
        raise StudyError([Problem("phases", None, "left_on", "", f"{refused} phase(s) end on the day they begin.",
                                  "Leave the phase out and let the one before lead to the next.")])
    return spells[~empty].reset_index(drop=True)
