"""Dated stays: calendar days of entry and exit, from any frame, as stays in whole days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.study.frames import collected
from rehapro_analysis.study.problems import Problem, StudyError


@dataclass(frozen=True)
class DatedStays:
    """One row a stay: day numbers of entry and exit (nan: still open), the exit, and kept columns."""

    entered: np.ndarray
    left: np.ndarray
    exit: np.ndarray
    kept: pd.DataFrame

    def known_on(self, lock: float) -> DatedStays:
        """What was known on a day: later entries are left out, later exits open."""
        rows = self.entered <= lock
        open_then = ~(self.left <= lock)
        left, exit = np.where(open_then, np.nan, self.left), np.where(open_then, None, self.exit)
        return DatedStays(self.entered, left, exit, self.kept).rows(rows)

    def rows(self, chosen: np.ndarray) -> DatedStays:
        """Some of the stays."""
        return DatedStays(self.entered[chosen], self.left[chosen], self.exit[chosen],
                          self.kept[chosen].reset_index(drop=True))

    def spells(self, until: float) -> pd.DataFrame:
        """The kept columns, start (empty), stop in days since entry, exit (empty: open on the day ``until``)."""
        stop = np.where(np.isnan(self.left), until, self.left) - self.entered
        return self.kept.assign(start=np.nan, stop=stop, exit=self.exit)


def read_dated_stays(frame: Any, *, entered: str = "entered_on", left: str = "left_on", exit: str | None = "exit",
                     keep: str | Sequence[str] | None = None) -> DatedStays:
    """Read days of entry and exit; an exit without a reason is "unknown", not a stay that goes on.

    Raises :class:`StudyError` for absent columns, columns that hold no dates, rows without an entry, exits
    before the entry, and reasons of exits without a day.
    """
    data = collected(frame, [entered, left, *names(exit), *names(keep)])
    begin, end = (_days(data, name) for name in (entered, left))
    reason = pd.Series(data[exit].to_list() if exit else None, index=range(len(begin)), dtype=object)
    given = (reason.notna() & (reason != "")).to_numpy()
    _refuse((
        (np.isnan(begin), f"have no {entered!r}", "Leave out who never entered."),
        (end < begin, f"have {left!r} before {entered!r}", "Correct the dates."),
        (np.isnan(end) & given, f"have an {exit!r} and no {left!r}", "Write the day, or mid-month.")))
    reason = reason.where(given, "unknown" if exit else "left").to_numpy(object)
    kept = pd.DataFrame({name: data[name].to_list() for name in names(keep)}, index=range(len(begin)))
    return DatedStays(begin, end, np.where(np.isnan(end), None, reason), kept)


def _refuse(checks: Iterable[tuple[np.ndarray, str, str]]) -> None:
    problems = [
        Problem("", None, "", "", f"{int(wrong.sum())} row(s) (first at "
                f"{', '.join(map(str, np.flatnonzero(wrong)[:5]))}, from 0) {what}.", remedy)
        for wrong, what, remedy in checks if wrong.any()]
    if problems:
        raise StudyError(problems)


def _days(data: nw.DataFrame, name: str) -> np.ndarray:
    """Day numbers of a column of dates, nan where missing."""
    values = data[name].to_list()
    if any(isinstance(value, (str, int)) for value in values):
        raise StudyError.of(f"The column {name!r} holds no dates.", "Convert it to dates first.")
    days = pd.to_datetime(pd.Series(values, dtype=object)).to_numpy("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.int64))
