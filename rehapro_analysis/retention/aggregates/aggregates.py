"""Aggregate counts: what documents without persons allow to say about staying, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.retention.curves.life_tables import rates
from rehapro_analysis.study.frames import collected
from rehapro_analysis.study.problems import StudyError

AGGREGATE = "Counts only: no person can be followed through them."


def aggregate_life_table(counts: Any, *, entered: int, exits: str = "exits", censored: str = "censored",
                         unit: str = "interval", origin: str = "own") -> Result:
    """What documented counts allow to say about staying: bounds, not an estimate with limits.

    ``counts`` has one row an interval since entry, in order, with the numbers who left and who went
    out of sight in it; ``entered`` began. If the latter all stayed to the interval's end, q = d/n; if
    they all went out of sight at its start, q = d/(n - c). The estimate is the actuarial d/(n - c/2).
    Columns: interval, n_start, n_event, n_censored, estimate, lowest, highest.

    >>> counts = pd.DataFrame({"exits": [2, 1], "censored": [0, 4]})
    >>> aggregate_life_table(counts, entered=10).table[["n_start", "lowest", "highest"]]
       n_start  lowest  highest
    0     10.0     0.8      0.8
    1      8.0     0.6      0.7
    """
    d, c = _counts(counts, exits, censored)
    n = entered - np.cumsum(d + c) + d + c
    if (n < d + c).any():
        raise StudyError.of("More leave than were there.", "Check the counts by interval and who entered.")
    curves = {name: np.cumprod(1 - np.divide(d, n - part * c, out=np.zeros_like(d), where=d > 0))
              for name, part in (("estimate", 0.5), ("lowest", 1.0), ("highest", 0.0))}
    frame = pd.DataFrame({unit: np.arange(1, len(d) + 1), "n_start": n, "n_event": d, "n_censored": c, **curves})
    return Result(frame, "life table from aggregate counts", (
        AGGREGATE, "The bounds are those of the unknown order within an interval; sampling error is not in them."),
        int(entered), origin, ("n_start", "n_event", "n_censored"))


def aggregate_period_table(flow: Any, *, stock_start: float, entries: str = "entries", exits: str = "exits",
                           per: float = 1.0, level: float = 0.95, origin: str = "own") -> Result:
    """Exits per unit of time in the programme from documented stocks and flows alone.

    ``flow`` has one row a calendar period, in order. Person-time is the mean of the stocks at a period's
    start and end (trapezoid), limits are exact Poisson. ``staying`` = exp(-sum of rates) is the share
    a cohort would keep if leaving did not depend on how long somebody has been there.
    Columns: period, stock_start, entries, exits, stock_end, person_time, estimate, lower, upper, staying.
    """
    came, left = _counts(flow, entries, exits)
    end = _stock(stock_start, came, left)
    start = end - came + left
    time = (start + end) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        staying = np.exp(-np.cumsum(np.where(time > 0, left / time, 0.0)))
    frame = pd.DataFrame({"period": np.arange(1, len(end) + 1), "stock_start": start, "entries": came,
                          "exits": left, "stock_end": end, "person_time": time, **rates(left, time, per, level),
                          "staying": staying})
    return Result(frame, f"period life table from aggregate flows, {percent(level)} exact Poisson limits", (
        AGGREGATE, "Leaving does not depend on how long somebody has been there."), int(stock_start + came.sum()),
        origin, ("stock_start", "entries", "exits", "stock_end"))


def aggregate_retention_bounds(flow: Any, periods: int | Sequence[int], *, stock_start: float, entries: str = "entries",
                               exits: str = "exits", origin: str = "own") -> Result:
    """Between which shares retention must lie when entries and exits are known but not who left when.

    ``flow`` has one row a calendar period, in order. For each m in ``periods``: of those whose entry lies at
    least m periods before the end, the share still there m periods after that of their entry, smallest and largest
    over every way to match exits to earlier (or the same period's) entries: a transport problem.
    Columns: periods, n_entered, lowest, highest.

    >>> flow = pd.DataFrame({"entries": [10, 0, 0], "exits": [0, 4, 2]})
    >>> aggregate_retention_bounds(flow, [1, 2], stock_start=3).table.round(4)
       periods  n_entered  lowest  highest
    0        1       10.0     0.6      0.9
    1        2       10.0     0.4      0.7
    """
    came, left = _counts(flow, entries, exits)
    end = _stock(stock_start, came, left)
    supply, demand = np.append(stock_start, came), np.append(left, end[-1])
    cohort, leaving = (index.ravel() for index in np.indices((len(supply), len(demand))))
    leaving = leaving + 1  # periods are counted from 1; cohort 0 is the stock at the start
    ways = [(cohort == i) & (leaving >= i) for i in range(len(supply))] + [
        (leaving == j) & (leaving >= cohort) for j in range(1, len(demand) + 1)]
    limits = [(0, None if possible else 0) for possible in leaving >= cohort]
    rows = []
    for m in np.atleast_1d(periods):
        decided = (cohort >= 1) & (cohort + m <= len(came))
        stays = (decided & (leaving > cohort + m)).astype(float)
        n = came[: max(len(came) - m, 0)].sum()
        ends = [sign * linprog(sign * stays, A_eq=np.array(ways, float), b_eq=np.append(supply, demand),
                               bounds=limits).fun for sign in (1, -1)]
        rows.append((m, n, *(value / n if n else np.nan for value in ends)))
    frame = pd.DataFrame(rows, columns=["periods", "n_entered", "lowest", "highest"])
    return Result(frame, "bounds of retention from aggregate flows", (
        AGGREGATE, "Nobody leaves before entering; nothing else is assumed."), int(stock_start + came.sum()),
        origin, ("n_entered",))


def _counts(frame: Any, *columns: str) -> list[np.ndarray]:
    data = collected(frame, columns)
    texts = [name for name in columns if not data[name].dtype.is_numeric()]
    if texts:
        raise StudyError.of(f"The column(s) {', '.join(texts)} hold texts, not numbers.",
                            "Give one number for every interval; of \"about 20\" the ends, one after the other.")
    counts = [data[name].to_numpy().astype(float) for name in columns]
    if not all((count >= 0).all() for count in counts):
        raise StudyError.of("Counts are negative or missing.", "Give a number for every interval, if only 0.")
    return counts


def _stock(start: float, came: np.ndarray, left: np.ndarray) -> np.ndarray:
    end = start + np.cumsum(came - left)
    if (end < 0).any():
        raise StudyError.of("The stock falls below 0.", "Check the stock at the start and the flows.")
    return end
