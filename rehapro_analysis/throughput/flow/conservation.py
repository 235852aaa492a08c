"""Conservation: whether a monthly table of stocks and flows can be true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.study.frames import collected
from rehapro_analysis.study.problems import StudyError

BALANCE, CARRIED = "stock_end is not stock_start + entries - exits", "stock_start is not the stock_end before"
GAP = "months are missing before this one"
UNKNOWN = "a number is missing, this cannot be checked"
ROUNDING = 1e-9


def flow_conservation(frame: Any, *, by: str | Sequence[str] | None = "project", month: str = "month",
                      stock_start: str = "stock_start", entries: str = "entries",
                      exits: str | Sequence[str] = "exits", stock_end: str = "stock_end",
                      origin: str = "documented") -> Result:
    """Every month of a table of stocks and flows that does not add up, by name; nothing is repaired.

    ``frame`` is any frame with one row a group and calendar month; several columns of ``exits`` (by cause) are
    added up. Within a month stock_end = stock_start + entries - exits, and every month starts with the stock with
    which the one before ended. Columns of ``table``, one row a violation: the groups, month, rule (what is
    violated, or why it cannot be checked), expected, found, difference. An empty table: everything adds up.

    Raises :class:`StudyError` for absent columns, a group with a month twice, and months that are no dates.

    >>> said = pd.DataFrame({"month": ["2021-01", "2021-02"], "stock_start": [0, 4], "entries": [5, 3],
    ...                      "exits": [0, 2], "stock_end": [5, 5]})
    >>> flow_conservation(said, by=None).table[["rule", "expected", "found"]].to_string(index=False, header=False)
    'stock_start is not the stock_end before 5.0 4.0'
    """
    groups, leaving = names(by), names(exits)
    data = collected(frame, [*groups, month, stock_start, entries, *leaving, stock_end]).to_pandas()
    numbers = {name: data[name].to_numpy(float, na_value=np.nan)
               for name in (stock_start, entries, *leaving, stock_end)}
    table = data[groups].assign(month=_months(data[month]), start=numbers[stock_start], end=numbers[stock_end],
                                net=numbers[entries] - sum(numbers[name] for name in leaving))
    table = table.sort_values([*groups, "month"], kind="stable", ignore_index=True)
    if twice := int(table.duplicated([*groups, "month"]).sum()):
        raise StudyError.of(f"{twice} month(s) stand twice.", "Give one row a group and month, or name the groups.")
    found = pd.concat([_balance(table), _carried(table, groups)])
    found = found.sort_index(kind="stable")[[*groups, "month", "rule", "expected", "found", "difference"]]
    return Result(found.reset_index(drop=True), f"months of {len(table)} that do not add up",
                  ("Nothing was repaired; which of the numbers is wrong cannot be told from the table.",),
                  len(table), origin, ("expected", "found"))


def _balance(table: pd.DataFrame) -> pd.DataFrame:
    return _breaks(table, table["start"] + table["net"], table["end"], BALANCE)


def _carried(table: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Months that do not begin as the one before ended; a gap is a violation without numbers."""
    before = (table.groupby(groups, sort=False, dropna=False) if groups else table).shift(1)
    following = table.index[before["month"].notna()]
    gap = before.loc[following, "month"] + pd.DateOffset(months=1) != table.loc[following, "month"]
    rows = table.loc[following]
    joined = _breaks(rows[~gap], before.loc[following, "end"][~gap], rows["start"][~gap], CARRIED)
    missing = rows[gap].assign(rule=GAP, expected=np.nan, found=np.nan, difference=np.nan)
    return pd.concat([joined, missing])


def _breaks(rows: pd.DataFrame, expected: pd.Series, found: pd.Series, rule: str) -> pd.DataFrame:
    difference = found - expected
    named = rows.assign(rule=np.where(difference.isna(), UNKNOWN, rule), expected=expected, found=found,
                        difference=difference)
    return named[~(difference.abs() <= ROUNDING)]


def _months(values: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(values).dt.to_period("M").dt.to_timestamp()
    except (ValueError, TypeError) as error:
        raise StudyError.of("The months are no dates.", "Write them as 2021-03 or as a day of the month.") from error
