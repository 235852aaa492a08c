"""Exits that are reported late: a lock date, and bounds that hold whatever was not yet reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import kaplan_meier
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.retention.stays.dated_stays import DatedStays, read_dated_stays
from rehapro_analysis.study.days import Day, day_number
from rehapro_analysis.study.origins import frame_origin, marked
from rehapro_analysis.study.problems import StudyError

SCENARIOS = ("all stayed", "locked", "all left")


def locked_spells(frame: Any, *, report: Day, lag: int = 0, entered: str = "entered_on", left: str = "left_on",
                  exit: str | None = "exit", keep: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Dated stays as they were known to be on the lock date = report date - lag, in days since entry.

    ``lag`` is the number of days after which every exit has been reported. Who entered later is left
    out, who left later is still there. Columns: those kept, start (empty), stop, exit (empty: still there).
    """
    lock = _lock(report, lag)
    stays = read_dated_stays(frame, entered=entered, left=left, exit=exit, keep=keep)
    return marked(stays.known_on(lock).spells(lock), frame)


def reporting_bounds(frame: Any, *, report: Day, lag: int, by: str | Sequence[str] | None = None,
                     level: float = 0.95, entered: str = "entered_on", left: str = "left_on",
                     exit: str | None = "exit", origin: str | None = None) -> Result:
    """Curves of staying between which the truth lies when exits of the last ``lag`` days may be unreported.

    "all stayed": everybody without a reported exit was there on the report date, the upper bound and
    the naive reading. "all left": they left on the first day after the lock date (or on their day of
    entry), the lower bound: Kaplan-Meier falls whenever a stay is ended earlier. "locked": everybody is
    watched up to the lock date only, one estimate that needs neither. Columns: the groups, scenario, and those
    of ``kaplan_meier``; its limits add the uncertainty of sampling to each curve.
    """
    origin = frame_origin(frame, origin)
    lock, day = _lock(report, lag), day_number(report)
    stays = read_dated_stays(frame, entered=entered, left=left, exit=exit, keep=by).known_on(day)
    unknown = np.isnan(stays.left) & (lag > 0)
    gone = DatedStays(stays.entered, np.where(unknown, np.maximum(lock + 1, stays.entered), stays.left),
                      np.where(unknown, "unknown", stays.exit), stays.kept)
    parts = [stays.spells(day), stays.known_on(lock).spells(lock), gone.spells(day)]
    spells = pd.concat([part.assign(scenario=name) for part, name in zip(parts, SCENARIOS, strict=True)])
    curves = kaplan_meier(event_table(spells.assign(exit=spells["exit"].notna()), stop="stop", event="exit",
                                      by=[*names(by), "scenario"], origin=origin, unit="days"), level=level)
    said = (f"Every exit is reported within {lag} days; the last {lag} days are open for {int(unknown.sum())} of "
            f"{len(unknown)} people.", *curves.assumptions)
    return replace(curves, method=f"bounds for late reports, {curves.method}", assumptions=said, n=len(unknown))


def _lock(report: Day, lag: int) -> int:
    if lag < 0:
        raise StudyError.of(f"The lag {lag} is negative.", "Give the days after which every exit is reported.")
    return day_number(report) - lag
