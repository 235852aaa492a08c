"""Kept records: what the same people's staying looks like through dates, through counts by quarter, and by month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.aggregates.aggregates import (
    aggregate_life_table,
    aggregate_period_table,
    aggregate_retention_bounds,
)
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.retention.curves.life_tables import rates
from rehapro_analysis.retention.curves.summaries import milestone
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.retention.stays.cohorts import months_between
from rehapro_analysis.retention.stays.dated_stays import DatedStays, read_dated_stays
from rehapro_analysis.study.days import Day, day_number, day_of
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import StudyError

DATES, BY_QUARTER = "dates of every person", "counts by quarter since entry"
BY_MONTH, EVEN = "entries and exits by month", "the same, if people left evenly"
QUARTER = 3  # months
ASSUMED = ("All entries and exits are counted, from the first entry on.",
           "Monthly counts speak of those who entered at least so many calendar months before the last one; gone is "
           "who has left by the end of the month that is so many months after that of the entry.")


def retention_by_record(frame: Any, *, lock: Day, months: Sequence[int] = (6, 12),
                        by: str | Sequence[str] | None = None, level: float = 0.95, entered: str = "entered_on",
                        left: str = "left_on", origin: str | None = None) -> Result:
    """The share still there after some months, as far as four ways of keeping records could tell it.

    "dates of every person": the curve, with limits. "counts by quarter since entry": how many left and went out of
    sight in each quarter of their stay (:func:`aggregate_life_table`). "entries and exits by month": unlinked calendar
    counts (:func:`aggregate_retention_bounds`). "the same, if people left evenly": exp(-m rate) with one rate of exits
    per month in the programme, which supposes that leaving does not depend on how long somebody has been there
    (:func:`aggregate_period_table`). Limits are those of chance; lowest and highest leave chance aside and say what
    the record leaves open.

    ``months`` are whole quarters. Columns: the groups, months, record, estimate, lower, upper, lowest, highest.

    >>> days = pd.to_datetime(["2021-01-04"] * 4), pd.to_datetime(["2021-02-03", "2021-05-03", None, None])
    >>> people = pd.DataFrame({"entered_on": days[0], "left_on": days[1]})
    >>> found = retention_by_record(people, lock="2021-12-31", months=[6]).table
    >>> found[["record", "estimate", "lowest", "highest"]].round(2)
                                record  estimate  lowest  highest
    0            dates of every person      0.50     NaN      NaN
    1    counts by quarter since entry      0.50     0.5      0.5
    2       entries and exits by month       NaN     0.5      0.5
    3  the same, if people left evenly      0.65     NaN      NaN
    """
    origin = frame_origin(frame, origin)
    if not months or any(month <= 0 or month % QUARTER for month in months):
        raise StudyError.of(f"The months {list(months)} are not whole quarters.", "Write 3, 6, 9, 12, ...")
    end = day_number(lock)
    stays = read_dated_stays(frame, entered=entered, left=left, exit=None, keep=by).known_on(end)
    if not len(stays.entered):
        raise StudyError.of(f"Nobody had entered by {day_of(lock):%Y-%m-%d}.", "Check the lock day.")
    parts = [_records(stays.rows(rows), end, list(months), level).assign(**group)
             for group, rows in _groups(stays.kept)]
    table = pd.concat(parts, ignore_index=True)
    return Result(table[[*names(by), "months", "record", "estimate", "lower", "upper", "lowest", "highest"]],
                  f"what records allow to say about staying, {percent(level)} limits",
                  ASSUMED, len(stays.entered), origin, shares=("estimate", "lower", "upper", "lowest", "highest"),
                  counted="people")


def _groups(kept: pd.DataFrame) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """The values of every combination of the kept columns, and its rows; without columns, all rows."""
    if kept.columns.empty:
        yield {}, np.ones(len(kept), bool)
        return
    for _, part in kept.groupby(list(kept), sort=False, observed=True):
        yield part.iloc[0].to_dict(), kept.index.isin(part.index)


def _records(stays: DatedStays, lock: int, months: list[int], level: float) -> pd.DataFrame:
    spent = _months(stays, lock)
    parts = (_from_dates(stays, spent, months, level), _from_quarters(stays, spent, months),
             *_from_months(stays, lock, months, level))
    found = pd.concat([part.assign(months=months, record=name)
                       for part, name in zip(parts, (DATES, BY_QUARTER, BY_MONTH, EVEN), strict=True)])
    return found.sort_values("months", kind="stable")


def _months(stays: DatedStays, lock: int) -> np.ndarray:
    until = np.where(np.isnan(stays.left), lock, stays.left)
    begin, end = (pd.Series(days.astype("M8[D]")) for days in (stays.entered, until))
    return months_between(begin, end)


def _from_dates(stays: DatedStays, spent: np.ndarray, months: list[int], level: float) -> pd.DataFrame:
    people = pd.DataFrame({"month": spent, "left": ~np.isnan(stays.left)})
    found = milestone(event_table(people, stop="month", event="left"), months, level=level)
    return found.table[["estimate", "lower", "upper"]]


def _from_quarters(stays: DatedStays, spent: np.ndarray, months: list[int]) -> pd.DataFrame:
    quarter = np.maximum(np.ceil(spent / QUARTER).astype(int), 1) - 1  # a stay of three months ends in the first
    gone = ~np.isnan(stays.left)
    counts = pd.DataFrame({"exits": np.bincount(quarter, gone), "censored": np.bincount(quarter, ~gone)})
    found = aggregate_life_table(counts, entered=len(gone)).table.set_index("interval")
    watched = (found["n_start"] > found["n_censored"]).cummin()  # otherwise nobody was seen to the quarter's end
    shares = found.loc[watched, ["estimate", "lowest", "highest"]]
    ended = len(shares) and shares["estimate"].iloc[-1] == 0  # everybody has left; nobody comes back
    wanted = [month // QUARTER for month in months]
    return shares.reindex(wanted, method="ffill" if ended else None).reset_index(drop=True)


def _from_months(stays: DatedStays, lock: int, months: list[int], level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    flow = _calendar_counts(stays, lock)
    bounds = aggregate_retention_bounds(flow, months, stock_start=0).table
    period = aggregate_period_table(flow, stock_start=0).table
    rate = rates(period["exits"].sum(), period["person_time"].sum(), 1.0, level)
    estimate, upper, lower = (np.exp(-np.outer(months, rate[name])).ravel() for name in ("estimate", "lower", "upper"))
    even = pd.DataFrame({"estimate": estimate, "lower": lower, "upper": upper})
    return bounds[["lowest", "highest"]], even.where(bounds["n_entered"] > 0)


def _calendar_counts(stays: DatedStays, lock: int) -> pd.DataFrame:
    """Entries and exits of every calendar month from the first entry to the lock day."""
    gone = stays.left[~np.isnan(stays.left)]
    entered, left, last = (days.astype("M8[D]").astype("M8[M]").astype(int) for days in
                           (stays.entered, gone, np.array([lock])))
    first, size = entered.min(), int(last[0] - entered.min()) + 1
    return pd.DataFrame({"entries": np.bincount(entered - first, minlength=size),
                         "exits": np.bincount(left - first, minlength=size)})
