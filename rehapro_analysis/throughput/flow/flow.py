"""Flow by calendar month: who came, who left and why, who was there at each end of the month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.stays import Stays, month_start, read_stays


@dataclass(frozen=True)
class Months:
    """Calendar months as day numbers: ``start`` the first day, ``end`` the day after the last one seen, and
    ``length`` the days of the whole month."""

    start: np.ndarray
    end: np.ndarray
    length: np.ndarray

    @classmethod
    def between(cls, first: int, last: int) -> Months:
        """The months that contain the days from ``first`` to ``last``, the last one cut after ``last``.

        >>> days = np.array(["2020-02-10", "2020-03-15"], "M8[D]").astype(int)
        >>> months = Months.between(*days)
        >>> months.length.tolist(), (months.end - months.start).tolist()
        ([29, 31], [29, 15])
        """
        low, high = (np.datetime64(int(day), "D").astype("M8[M]") for day in (first, last))
        edges = np.arange(low, high + 2).astype("M8[D]").astype(np.int64)
        return cls(edges[:-1], np.minimum(edges[1:], last + 1), np.diff(edges))

    @property
    def complete(self) -> np.ndarray:
        """Whether the month was seen to its end."""
        return self.end - self.start == self.length

    @property
    def first_days(self) -> np.ndarray:
        """The first days of the months as timestamps, also of a month that is seen only from a later day."""
        return self.start.astype("M8[D]").astype("M8[M]").astype("M8[us]")

    def sums(self, daily: np.ndarray, first: int) -> np.ndarray:
        """Daily values of shape (G, days, ...), the first of them on the day ``first``, added up by month.

        Months before the first day add up to nothing.
        """
        before = [(0, 0), (first - int(self.start[0]), 0)] + [(0, 0)] * (daily.ndim - 2)
        return np.add.reduceat(np.pad(daily, before), self.start - self.start[0], axis=1)


def monthly_flow(study: Study, *, by: str | Sequence[str] | None = "project",
                 project: str | Sequence[str] | None = None, origin: str | None = None,
                 lock: date | str | None = None) -> Result:
    """Stock, entries, exits by cause, person-months and turnover by calendar month.

    ``by`` names columns to group by: "project", ["project", "phase"] (stays in phases instead of
    participations; who goes on to another phase leaves for the cause "next_phase"), case-mix columns, or None
    for everybody. ``lock`` is the day up to which data are known, by default the latest day recorded.

    Stays are [entered_on, left_on); the stock is that of midnight, before anybody enters or leaves on the first
    day of the month, so that stock_end = stock_start + entries - exits, and the next month starts with it, exactly.
    ``person_months`` are days of presence divided by the days of that calendar month; ``turnover`` is exits per
    person-month, empty where nobody was there. The lock date cuts the last month (``complete`` is False, ``days``
    are those seen). ``referrals`` are counted by day of referral, empty where a group has none on record.

    Columns: the groups, month (first day), days, complete, stock_start, referrals (participations only), entries,
    exits, one column a cause, stock_end, person_months, turnover; from each group's first entry or referral on.
    Raises :class:`StudyError` for an exit before the entry and for a study without participations.

    >>> day = pd.to_datetime(["2021-01-11", "2021-02-15", "2021-03-10", None])
    >>> study = Study({"projects": pd.DataFrame({"project": ["A"]}), "episodes": pd.DataFrame({
    ...     "project": "A", "participant": ["a", "b"], "coach": "c", "referred_on": day[3], "entered_on": day[:2],
    ...     "planned_until": day[3], "left_on": day[2:], "exit": ["dropout", None], "origin": "own"})})
    >>> columns = ["stock_start", "entries", "exits", "stock_end", "person_months", "turnover"]
    >>> monthly_flow(study, lock="2021-03-31").table[columns].round(3)
       stock_start  entries  exits  stock_end  person_months  turnover
    0            0        1      0          1          0.677     0.000
    1            1        1      0          2          1.500     0.000
    2            2        0      1          1          1.290     0.775
    """
    stays = read_stays(study, by, project=project, origin=origin, lock=lock)
    phases = "phase" in names(by)
    referred = None if phases else _referrals(study, stays, origin)
    seen = stays.first if referred is None or referred.empty else min(stays.first, int(referred["day"].min()))
    months = Months.between(seen, stays.lock)
    counts = flow_counts(stays, months)
    if referred is not None:
        counts["referrals"] = _by_month(referred, months, len(stays.groups))
    frame = _frame(stays, months, counts)
    return Result(frame, f"flow of {'stays in phases' if phases else 'participations'} by calendar month",
                  _assumptions(stays, months, phases), len(stays.group), stays.origin,
                  ("stock_start", *names("referrals" if not phases else None), "entries", "exits", *stays.causes,
                   "stock_end"))


def flow_counts(stays: Stays, months: Months) -> dict[str, np.ndarray]:
    """Entries, exits (by cause too), stocks and days of presence, each of shape (G, months)."""
    entries, exits = months.sums(stays.entries, stays.first), months.sums(stays.exits, stays.first)
    left = exits.sum(axis=2)
    end = np.cumsum(entries - left, axis=1)
    return {"stock_start": end - entries + left, "entries": entries, "exits": left,
            **{cause: exits[:, :, place] for place, cause in enumerate(stays.causes)},
            "stock_end": end, "person_days": months.sums(stays.present, stays.first)}


def _frame(stays: Stays, months: Months, counts: dict[str, np.ndarray]) -> pd.DataFrame:
    active = sum(np.nan_to_num(counts[name]) for name in ("entries", "referrals") if name in counts) > 0
    group, month = np.nonzero(np.maximum.accumulate(active, axis=1))
    columns = {name: values[group, month] for name, values in counts.items()}
    person_months = columns.pop("person_days") / months.length[month]
    turnover = np.divide(columns["exits"], person_months, out=np.full(len(month), np.nan), where=person_months > 0)
    order = ["stock_start", *names("referrals" if "referrals" in columns else None), "entries", "exits",
             *stays.causes, "stock_end"]
    return stays.groups.iloc[group].reset_index(drop=True).assign(
        month=months.first_days[month], days=(months.end - months.start)[month], complete=months.complete[month],
        **{name: columns[name] for name in order}, person_months=person_months, turnover=turnover)


def _referrals(study: Study, stays: Stays, origin: str | None) -> pd.DataFrame:
    """Group and day of every referral known by the lock date, whether or not an entry followed."""
    episodes = study.table("episodes")
    if not set(stays.groups) <= set(episodes):
        return pd.DataFrame({"group": [], "day": []})
    day = episodes["referred_on"]
    known = (day <= pd.Timestamp(stays.lock, unit="D")) & (episodes["origin"].eq(origin) | (origin is None))
    rows = episodes.loc[known, [*stays.groups, "referred_on"]]
    groups = stays.groups.astype(object).assign(group=range(len(stays.groups)))
    rows = rows.merge(groups, on=list(stays.groups)) if len(stays.groups.columns) else rows.assign(group=0)
    return pd.DataFrame({"group": rows["group"], "day": rows["referred_on"].to_numpy().astype("M8[D]").astype(int)})


def _by_month(referred: pd.DataFrame, months: Months, n_groups: int) -> np.ndarray:
    shape = (n_groups, len(months.start))
    place = np.searchsorted(months.start, month_start(referred["day"].to_numpy()))
    counts = np.zeros(shape)
    np.add.at(counts, (referred["group"].to_numpy(int), place), 1)
    return np.where(counts.any(axis=1, keepdims=True), counts, np.nan)


def _assumptions(stays: Stays, months: Months, phases: bool) -> tuple[str, ...]:
    said = [f"Entries and exits are known up to {np.datetime64(stays.lock, 'D')}.",
            "Stocks are those of midnight before the first day of a month; the day of leaving is not a day of "
            "presence."]
    if not months.complete[-1]:
        said.append(f"The last month was seen for {months.end[-1] - months.start[-1]} of {months.length[-1]} days.")
    if phases:
        said.append("Who moves on to another phase leaves the one and enters the other.")
    return tuple(said)
