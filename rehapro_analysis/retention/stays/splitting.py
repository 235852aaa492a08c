"""Splitting stays: at times, at something reached on the way, and at calendar dates (Lexis)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rehapro_analysis.retention.event_tables.times import time_or
from rehapro_analysis.retention.stays.dated_stays import read_dated_stays
from rehapro_analysis.study.days import Day, day_number
from rehapro_analysis.study.origins import marked
from rehapro_analysis.study.problems import StudyError

NEVER = float("inf")


def split_spells(frame: Any, *, at: Sequence[float | str], stop: str, event: str, start: str = "start",
                 piece: str = "piece", labels: Sequence[Any] | None = None) -> Any:
    """Cut every stay at times; the rows together say what the stays said, so no pooled estimate changes.

    ``at`` holds times, or names of columns with each person's own time (empty: never), in ascending
    order. A piece is (cut, next cut], and its event is kept only where the stay ends in it. Returns a
    frame of the same kind with the columns ``start``, ``stop``, ``event`` renewed and ``piece`` added, whose
    ``labels`` are 0, 1, ... unless given. Cut at the day on which a module was reached, ``piece`` is the
    time-dependent group that the module makes, free of immortal time.

    >>> stays = pd.DataFrame({"days": [5, 9], "exit": [1, 1]})
    >>> split_spells(stays, at=[6], stop="days", event="exit")
       days  exit  start  piece
    0   5.0   1.0    NaN      0
    1   6.0   NaN    NaN      0
    1   9.0   1.0    6.0      1
    """
    data = nw.from_native(frame)
    labels = list(range(len(at) + 1)) if labels is None else list(labels)
    if len(labels) != len(at) + 1:
        raise StudyError.of(f"{len(at)} cut(s) make {len(at) + 1} pieces, but there are {len(labels)} labels.",
                            "Give one label a piece.")
    begin = time_or(start, -NEVER) if start in data.collect_schema().names() else nw.lit(-NEVER)
    cuts = [nw.lit(-NEVER), *(time_or(cut, NEVER) if isinstance(cut, str) else nw.lit(float(cut)) for cut in at),
            nw.lit(NEVER)]
    pieces = [_piece(data, begin, low, high, stop, event, start).with_columns(nw.lit(label).alias(piece))
              for low, high, label in zip(cuts, cuts[1:], labels, strict=False)]
    return nw.to_native(nw.concat(pieces, how="vertical"))


def _piece(data: Any, begin: nw.Expr, low: nw.Expr, high: nw.Expr, stop: str, event: str, start: str) -> Any:
    end = nw.col(stop).cast(nw.Float64)
    names = {name: f"retention {name}" for name in (start, stop, event)}
    data = data.with_columns(
        nw.max_horizontal(begin, low).alias(names[start]), nw.min_horizontal(end, high).alias(names[stop]),
        nw.when(end <= high).then(nw.col(event)).alias(names[event]))
    # Time starts at 0: what lies before is no piece, and who is watched from before 0 has no start.
    kept = data.filter((nw.col(names[stop]) >= 0) & (nw.col(names[start]) < nw.col(names[stop])))
    return kept.with_columns(
        nw.when(nw.col(names[start]) >= 0).then(nw.col(names[start])).alias(start),
        nw.col(names[stop]).alias(stop), nw.col(names[event]).alias(event)).drop(list(names.values()))


def split_periods(frame: Any, *, periods: Mapping[str, Day], lock: Day, before: str = "before",
                  entered: str = "entered_on", left: str = "left_on", exit: str | None = "exit",
                  keep: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Cut dated stays where calendar periods begin: the clock is the time since entry, the row knows the period.

    ``periods`` maps the name of each period to its first day, in ascending order; earlier days are
    ``before``. A day counts if entered < day <= left, and an exit belongs to the period of its day.
    Exits after the ``lock`` day are not seen. Take ``period`` as ``by`` or as a stratum: a curve by period
    is that of people who would spend their whole stay in it, while entry cohorts mix periods. Columns:
    those kept, period, start and stop (days since entry), exit.
    """
    stays, end = read_dated_stays(frame, entered=entered, left=left, exit=exit, keep=keep), day_number(lock)
    stays = stays.known_on(end)
    first = [day_number(day) for day in periods.values()]
    if sorted(set(first)) != first:
        raise StudyError.of("The periods do not begin one after another.", "Order them by their first days.")
    cuts = {f"cut {number}": day - 1 - stays.entered for number, day in enumerate(first)}
    pieces = split_spells(stays.spells(end).assign(**cuts), at=list(cuts), stop="stop", event="exit",
                          piece="period", labels=[before, *periods])
    period = pd.Categorical(pieces["period"], [before, *periods], ordered=True)
    pieces = pieces.drop(columns=list(cuts)).assign(period=period, exit=_plain(pieces["exit"]))
    pieces = pieces[[*stays.kept.columns, "period", "start", "stop", "exit"]].reset_index(drop=True)
    return marked(pieces, frame)


def _plain(exits: pd.Series) -> np.ndarray:
    return exits.astype(object).where(exits.notna(), None).to_numpy(object)
