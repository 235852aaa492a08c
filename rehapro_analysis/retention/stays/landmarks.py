"""Landmarks: starting anew with those still there, so that nobody is credited with time they had to survive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import narwhals as nw
import numpy as np

from rehapro_analysis.retention.event_tables.events import Cells, EventTable
from rehapro_analysis.retention.event_tables.times import time_or
from rehapro_analysis.retention.stays.splitting import NEVER
from rehapro_analysis.study.problems import StudyError


def landmark(data: Any, *, at: float, stop: str | None = None, start: str = "start") -> Any:
    """Start anew at a time with those who are still there after it; the clock goes on.

    An event table gives the event table of what happens after ``at``: its curves are given staying beyond
    ``at``. A frame gives a frame of the same kind with the rows watched at ``at`` (start <= at < stop), whose
    ``start`` is now ``at``; whoever left by then or was not yet watched is not in it. Groups may then be
    formed from whatever was known by ``at``. Raises :class:`StudyError` where nobody of a group is left.

    >>> import pandas as pd
    >>> landmark(pd.DataFrame({"days": [9, 2, 5]}), at=5, stop="days")
       days  start
    0     9    5.0
    """
    if isinstance(data, EventTable):
        return _later(data, at)
    if stop is None:
        raise StudyError.of("A landmark in a frame needs the column of times.", "Give stop=.")
    frame = nw.from_native(data)
    there = nw.col(stop) > at
    if start in frame.collect_schema().names():
        there = there & (time_or(start, -NEVER) <= at)
    return nw.to_native(frame.filter(there).with_columns(nw.lit(float(at)).alias(start)))


def _later(table: EventTable, at: float) -> EventTable:
    rows, cells = table.time > at, table.cells
    places = (("group", table.group, table.groups), ("stratum", table.stratum, table.strata))
    for kind, codes, labels in places:
        gone = np.setdiff1d(np.arange(len(labels)), codes[rows])
        if len(gone):
            raise StudyError.of(f"Nobody is left after {at:g} in {len(gone)} {kind}(s).", "Take an earlier time.")
    later = cells.exit > at
    entry = np.where(cells.entry > at, cells.entry, -np.inf)
    fields = [cells.stratum, cells.group, entry, cells.exit, cells.cause, cells.n, cells.weight, cells.weight_sq]
    cells = Cells(*(field[later] for field in fields))
    return replace(table, **{name: getattr(table, name)[rows] for name in _BY_ROW}, n=int(cells.n.sum()),
                   delayed=bool(np.isfinite(cells.entry).any()), read_cells=lambda: cells)


_BY_ROW = ("stratum", "group", "time", "tick", "n_enter", "n_risk", "n_censored", "n_event")


def known_by(frame: Any, *, by: str, known: str, entered: str | None = None, at: float = 0) -> Any:
    """The frame unchanged if every group was known by a time since entry; else :class:`StudyError`.

    ``known`` is the column of when ``by`` became known: a time since entry, or a date if ``entered`` names
    the date of entry (empty: always known). A group that is known only later can be reached only by staying
    until then, which makes any comparison favour it (immortal time). A numeric time in a column named
    ``by`` + "_known" needs no call: event tables and regressions look at it themselves.
    """
    data = nw.from_native(frame)
    late = nw.col(known) > (at if entered is None else nw.col(entered) + nw.lit(timedelta(days=at)))
    count = data.select(late.cast(nw.Int64).sum().alias("late"))
    count = int((count.collect() if isinstance(count, nw.LazyFrame) else count)["late"][0])
    if count:
        when = "entry" if at == 0 else f"{at:g} days after entry"
        raise StudyError.of(
            f"{count} row(s) got their {by!r} only after {when}; to get it they had to stay (immortal time).",
            "Take reached_by() with a landmark, or split_spells() at the time it was reached.")
    return frame


def reached_by(frame: Any, *, reached: str, stop: str, at: float | None = None, start: str = "start",
               group: str = "group") -> Any:
    """Groups by what people had reached at a landmark, among those still there then.

    ``reached`` is the column of the time since entry at which something was reached (empty: never). Adds
    the boolean column ``group``: reached <= at. Without ``at`` only what was known at entry makes a group,
    and :class:`StudyError` refuses the rest.
    """
    if at is None:
        at = 0
        known_by(frame, by=reached, known=reached)
        chosen = nw.from_native(frame)
    else:
        chosen = nw.from_native(landmark(frame, at=at, stop=stop, start=start))
    had = time_or(reached, NEVER) <= at
    return nw.to_native(chosen.with_columns(had.alias(group)))
