"""What declared types cannot say: days that can be meant, and rows that cannot both be true.

Dates lie between `FIRST_DAY` and today; only what is planned or agreed may lie ahead, up to
`LAST_DAY`. ``RULES`` holds the conditions on several cells and on several rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

# Earlier days are slips (1022) or the zero days of spreadsheets and programs (1900, 1904, 1970).
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2050, 12, 31)
# What is planned or agreed; any other date records what has happened.
PLANNED_COLUMNS = frozenset({"start", "end", "planned_until", "since", "until"})

_PERSON = ["project", "participant"]
_ALWAYS, _NEVER = pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")  # for a begin and an end that are not known


def window(column: str, *, today: date | None = None) -> tuple[date, date]:
    """The first and the last day that a date column may hold; ``today`` is the computer's day if not given.

    Data that are accepted once are accepted on every later day.

    >>> window("entered_on", today=date(2022, 6, 15))[1], window("planned_until")[1]
    (datetime.date(2022, 6, 15), datetime.date(2050, 12, 31))
    """
    return FIRST_DAY, LAST_DAY if column in PLANNED_COLUMNS else today or date.today()


@dataclass(frozen=True)
class Rule:
    """A condition on the cells of one row; ``broken`` marks rows, given values and whether cells are filled."""

    columns: tuple[str, ...]
    broken: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
    message: str
    remedy: str


@dataclass(frozen=True)
class Clash:
    """A condition on a row and a row of ``table``.

    ``broken``, given the values of both tables, says which rows are broken by which: a Series of
    positions in ``table``, indexed by positions in the own one. The message names the other row
    as ``{row}``.
    """

    columns: tuple[str, ...]
    table: str
    broken: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
    message: str
    remedy: str


def overlapping(episodes: pd.DataFrame, _: pd.DataFrame) -> pd.Series:
    """Participations that begin before an earlier one of the same person in the same project ends.

    A person may enter again on the day of leaving (intervals are half-open), and be referred again
    before that.

    >>> days = pd.to_datetime(["2021-01-01", "2021-03-01", "2021-02-28"])
    >>> two = pd.DataFrame({"project": "A", "participant": "a", "entered_on": days[[0, 2]], "left_on": [days[1], None]})
    >>> overlapping(two, two).to_dict()
    {1: 0}
    """
    reach = _reach(episodes, episodes["entered_on"])
    before = reach.groupby(_PERSON)[["until", "row"]].shift()
    return before.loc[reach["begin"] < before["until"], "row"].astype(int)


def too_early(phases: pd.DataFrame, episodes: pd.DataFrame) -> pd.Series:
    """Phases that begin before the person's first participation; its referral counts as its begin."""
    first = _reach(episodes, _begins(episodes)).drop_duplicates(_PERSON)
    both = phases.reset_index(names="position").merge(first, on=_PERSON)
    return both[both["entered_on"] < both["begin"]].set_index("position")["row"]


def too_late(phases: pd.DataFrame, episodes: pd.DataFrame) -> pd.Series:
    """Phases that end after every participation begun by then; an open phase ends last."""
    reach = _reach(episodes, _begins(episodes))
    both = pd.merge_asof(phases.reset_index(names="position").sort_values("entered_on"), reach,
                         left_on="entered_on", right_on="begin", by=_PERSON)
    late = both[both["left_on"].fillna(_NEVER) > both["until"]]
    return late.set_index("position")["row"].astype(int)


def _begins(episodes: pd.DataFrame) -> pd.Series:
    return episodes[["referred_on", "entered_on"]].min(axis=1).fillna(_ALWAYS)


def _reach(episodes: pd.DataFrame, begin: pd.Series) -> pd.DataFrame:
    """Participations in the order they begin, each with the farthest end so far of its person and whose row that is."""
    rows = episodes[_PERSON].assign(begin=begin, until=episodes["left_on"].fillna(_NEVER), row=episodes.index)
    rows = rows.dropna().sort_values("begin", kind="stable")
    farthest = rows.groupby(_PERSON)["until"].cummax()
    rows["row"] = rows["row"].where(rows["until"] == farthest)
    return rows.assign(until=farthest, row=rows.groupby(_PERSON)["row"].ffill().astype(int))


RULES: dict[str, tuple[Rule | Clash, ...]] = {
    "episodes": (
        Rule(("exit",), lambda value, filled: filled["left_on"] & ~filled["exit"],
             "left_on is filled, exit is empty.", "Name the exit, or empty left_on if the person is still there."),
        Rule(("left_on",), lambda value, filled: filled["exit"] & ~filled["left_on"],
             "exit is filled, left_on is empty.", "Write the day, or empty exit if the person is still there."),
        Rule(("entered_on",), lambda value, filled: value["exit"].eq("withdrawn") & filled["entered_on"],
             "a person who withdrew before entry has no first day.", "Empty entered_on or correct exit."),
        Rule(("entered_on",), lambda value, filled: value["exit"].ne("withdrawn") & value["exit"].notna()
             & ~filled["entered_on"], "a person who left after entry has a first day.",
             "Write entered_on, or write withdrawn as exit if the person never entered."),
        Clash(("entered_on",), "episodes", overlapping,
              "this participation begins before the same person's one of {row} ends.",
              "Correct one of the days, or make one row of the two."),
    ),
    "phases": (
        Clash(("entered_on",), "episodes", too_early,
              "this phase begins before the person's first participation, {row}.",
              "Correct the day, or referred_on and entered_on of the participation."),
        Clash(("left_on",), "episodes", too_late,
              "this phase is not over when the person's participation ends, {row}.",
              "Write a day not after left_on of the participation, or correct that one."),
    ),
}
