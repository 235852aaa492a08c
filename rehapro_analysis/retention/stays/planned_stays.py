"""Planned stays: the clock that runs from entry (0) to the planned end (1), and what happens around it."""

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
from rehapro_analysis.retention.stays.dated_stays import read_dated_stays
from rehapro_analysis.retention.stays.splitting import split_spells
from rehapro_analysis.study.days import Day, day_number
from rehapro_analysis.study.origins import frame_origin, marked
from rehapro_analysis.study.problems import StudyError

PARTS = ("before", "at the planned end", "after")


def planned_spells(frame: Any, *, lock: Day, planned: str = "planned_until", entered: str = "entered_on",
                   left: str = "left_on", exit: str | None = "exit",
                   keep: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Dated stays on the clock time / planned time: 1 is the planned end, whatever its length.

    Where stays have a planned length, the hazard has a spike at its end: on the clock of days it is spread
    over all planned lengths, and proportional hazards mean nothing across it. Columns: those kept, start
    (empty), stop (share of the planned stay), exit (empty: still there on the ``lock`` day), planned_days.
    """
    kept = [*names(keep), planned]
    stays, end = read_dated_stays(frame, entered=entered, left=left, exit=exit, keep=kept), day_number(lock)
    stays = stays.known_on(end)
    until = pd.to_datetime(stays.kept[planned]).to_numpy("datetime64[D]")
    days = np.where(np.isnat(until), np.nan, until.astype(np.int64)) - stays.entered
    if len(days) == 0:
        raise StudyError.of("Nobody here has a planned end after the entry.", f"Fill {planned!r}.")
    if not (days > 0).all():
        raise StudyError.of(f"{int((~(days > 0)).sum())} row(s) have no {planned!r} after the entry.",
                            "Leave out stays that were not planned.")
    spells = stays.spells(end).drop(columns=planned)
    return marked(spells.assign(stop=spells["stop"] / days, planned_days=days.astype(int)), frame)


def planned_completion(frame: Any, *, lock: Day, window: float = 0.05, by: str | Sequence[str] | None = None,
                       level: float = 0.95, planned: str = "planned_until", entered: str = "entered_on",
                       left: str = "left_on", exit: str | None = "exit", origin: str | None = None) -> Result:
    """Leaving before, at and after the planned end: three questions that one rate would mix.

    "at the planned end" is the share 1 - window to 1 + window of the planned stay. ``estimate`` is the
    probability of leaving within the part for those there at its beginning, 1 - the product of 1 - d/n over
    its exit times. ``rate`` is exits per planned length of time spent. Columns: the groups, part, n (who
    were there), n_event, planned_lengths (time spent in them), rate, estimate, std_error, lower, upper.
    """
    origin = frame_origin(frame, origin)
    if not 0 < window < 1:
        raise StudyError.of(f"The window {window!r} is not a share between 0 and 1.", "Write 0.05 for 5 percent.")
    spells = planned_spells(frame, lock=lock, planned=planned, entered=entered, left=left, exit=exit, keep=by)
    pieces = split_spells(spells, at=[1 - window, 1 + window], stop="stop", event="exit", piece="part")
    pieces = pieces.assign(left=pieces["exit"].notna(), spent=pieces["stop"] - pieces["start"].fillna(0))
    columns = [*names(by), "part"]
    curves = kaplan_meier(event_table(pieces, stop="stop", start="start", event="left", by=columns, origin=origin,
                                      unit="planned lengths"), level=level)
    sums = pieces.groupby(columns).agg(n=("left", "size"), n_event=("left", "sum"),
                                       planned_lengths=("spent", "sum"))
    end = curves.table.groupby(columns).tail(1).set_index(columns)
    frame = sums.assign(rate=sums["n_event"] / sums["planned_lengths"], estimate=1 - end["estimate"],
                        std_error=end["std_error"], lower=1 - end["upper"], upper=1 - end["lower"]).reset_index()
    frame["part"] = [PARTS[part] for part in frame["part"]]
    return replace(curves, table=frame, n=len(spells), cells=("n", "n_event"),
                   method=f"leaving before, at and after the planned end, {100 * level:g} % limits")
