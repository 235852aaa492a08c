"""Periods: months joined until no bar of a flow stands for fewer than five people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rehapro_analysis.figures.retention.retention_words import OTHER
from rehapro_analysis.figures.small_cells import SMALL, pooled
from rehapro_analysis.results import Result

DAY = pd.Timedelta(days=1)
FIXED = ("month", "days", "complete", "stock_start", "referrals", "entries", "exits", "stock_end", "person_months",
         "turnover")


@dataclass(frozen=True)
class Periods:
    """The flow of one group in periods of one or more months, shape (P,): in each, nobody or at least five people
    entered, and nobody or at least five left.

    ``edges`` are P + 1 days, ``stock`` the people present at them, ``months`` the length of each period in months,
    ``causes`` the exits of each by cause, small ones joined to "other".
    """

    edges: pd.DatetimeIndex
    months: np.ndarray
    entries: np.ndarray
    exits: np.ndarray
    causes: pd.DataFrame
    stock: np.ndarray

    @property
    def lock(self) -> pd.Timestamp:
        """The last day of the data."""
        return self.edges[-1] - DAY

    def since_start(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Days since the first one shown: the clock of the pictures."""
        return (days - self.edges[0]).days.to_numpy()

    def table(self) -> pd.DataFrame:
        """The numbers drawn, one row a period."""
        return pd.DataFrame({"from": self.edges[:-1], "to": self.edges[1:] - DAY, "stock_start": self.stock[:-1],
                             "entries": self.entries, "exits": self.exits, "stock_end": self.stock[1:]}
                            ).join(self.causes)


def periods_of(flow: Result, group: str | None) -> Periods:
    """The flow of a group as it may be shown; ``flow`` comes from ``monthly_flow``, by one column or none.

    Raises ValueError for a flow of several groups of which none is named, and where entries, exits or the stock at
    the end are one to four people whichever months are joined.

    >>> first = pd.to_datetime(["2021-01-01", "2021-02-01", "2021-03-01"])
    >>> months = pd.DataFrame({"month": first, "days": [31, 28, 31], "complete": True,
    ...     "stock_start": [0, 3, 9], "entries": [3, 6, 5], "exits": [0, 0, 5], "dropout": [0, 0, 5],
    ...     "stock_end": [3, 9, 9], "person_months": 1.0, "turnover": 0.0})
    >>> periods_of(Result(months, "", (), 14, "own"), None).table()[["stock_start", "entries", "exits", "dropout"]]
       stock_start  entries  exits  dropout
    0            0        9      0        0
    1            9        5      5        5
    """
    rows = _rows(flow.table, group)
    counts = rows[["entries", "exits", "stock_end"]].to_numpy()
    first = _first_months(counts[:, :2], counts[:, 2])
    if not _large(counts[first[-1]:, :2].sum(axis=0), counts[-1, 2]) or not counts[:, 0].sum():
        raise ValueError(f"Fewer than {SMALL} people entered, left or stayed: nothing of this flow can be shown.")
    period = np.searchsorted(first, np.arange(len(rows)), side="right") - 1
    after = rows["month"] + pd.to_timedelta(rows["days"], unit="D")
    edges = pd.DatetimeIndex([*rows["month"].iloc[first], after.iloc[-1]])
    causes = rows[[name for name in rows if name not in FIXED and name not in flow.table.columns[:_month(flow.table)]]]
    length = rows["days"] / rows["month"].dt.days_in_month
    sums = rows.assign(length=length).groupby(period)[["length", "entries", "exits"]].sum()
    return Periods(edges, sums["length"].to_numpy(), sums["entries"].to_numpy(), sums["exits"].to_numpy(),
                   _joined(causes.groupby(period).sum()),
                   np.append(rows["stock_start"].to_numpy()[first], rows["stock_end"].iloc[-1]))


def _month(table: pd.DataFrame) -> int:
    return int(table.columns.get_loc("month"))


def _rows(table: pd.DataFrame, group: str | None) -> pd.DataFrame:
    columns = list(table.columns[:_month(table)])
    rows = table if group is None else table[table[columns[0]] == group]
    if rows.empty or len(columns) > 1 or rows["month"].duplicated().any():
        raise ValueError(f"group={group!r} does not choose one group of the flow: name one of its column "
                         f"{columns[0] if columns else 'month'}, and group the flow by one column.")
    return rows.reset_index(drop=True)


def _first_months(flows: np.ndarray, stock: np.ndarray) -> list[int]:
    """The first month of each period; what is left over at the end joins as many periods before it as it takes."""
    first = [0]
    for month in range(len(flows)):
        if _large(flows[first[-1]:month + 1].sum(axis=0), stock[month]):
            first.append(month + 1)
    if first[-1] == len(flows):
        return first[:-1]
    while len(first) > 1 and not _large(flows[first[-1]:].sum(axis=0), stock[-1]):
        first.pop()
    return first


def _large(flows: np.ndarray, stock: float) -> bool:
    """Whether nobody or at least five people entered, left, and are there at the end."""
    return all(n == 0 or n >= SMALL for n in (*flows, stock))


def _joined(causes: pd.DataFrame) -> pd.DataFrame:
    """Small counts of a period go to "other", which is never small; the causes stand in the order of their size."""
    shown = causes.assign(**{OTHER: causes.get(OTHER, 0)})
    for row in shown.index:
        names = pooled(causes.loc[row].to_dict(), OTHER)
        joined = causes.loc[row, [name for name in names if name in causes]].sum()
        if names:
            shown.loc[row, names] = 0
            shown.loc[row, OTHER] = joined
    sizes = shown.sum().drop(OTHER).sort_values(ascending=False, kind="stable")
    return shown[[*sizes.index[sizes > 0], *([OTHER] if shown[OTHER].sum() else [])]]
