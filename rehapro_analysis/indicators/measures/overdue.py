"""Overdue: people whose follow-up must have been due and who have no row for it, not even an empty one."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.indicators.measures.definitions import Indicator
from rehapro_analysis.indicators.measures.rules import PERSON
from rehapro_analysis.retention.stays.cohorts import CENSORED
from rehapro_analysis.study.reading import Study

FEWEST = 10  # dated rows from which the usual day of a follow-up is read
LATE = 0.95  # quantile of that day after which a follow-up is overdue
USUAL = 0.8  # share of the rows that must have a date to count from
STAYING = 0.95  # share measured before the exit from which only those still there count as asked


def overdue(study: Study, people: pd.DataFrame, one: Indicator) -> pd.Series:
    """How many people of each project have no row at the indicator's wave although it was due; empty if none.

    The usual day is counted from entry or from exit, whichever the dated rows of the wave follow more closely. Who
    stands at that day's 95th percentile before the lock date, in a project that has rows of this wave, was due. If
    only people still there were asked, only they are expected. For measured waves; else nobody is overdue.
    """
    if one.rule not in ("measured", "change") or one.wave is None:
        return pd.Series(dtype=int)
    left = people["entered_on"] + pd.to_timedelta(people["stop"], unit="D")
    people = people.assign(left_on=left.where(people["event"].ne(CENSORED)))
    rows = study.table("measurements")
    rows = rows[rows["indicator"].eq(one.indicator) & rows["wave"].eq(one.wave)]
    dated = rows[[*PERSON, "measured_on"]].dropna().merge(people[[*PERSON, "entered_on", "left_on"]], on=PERSON)
    if len(dated) < FEWEST:
        return pd.Series(dtype=int)
    since, days = _usual_day(dated)
    waited = people[people["project"].isin(rows["project"]) & (people[since] + days <= people["lock"])]
    if (dated["left_on"].isna() | (dated["measured_on"] < dated["left_on"])).mean() >= STAYING:
        waited = waited[waited["left_on"].isna() | (waited["left_on"] >= waited[since] + days)]
    found = waited[PERSON].merge(rows[PERSON].drop_duplicates(), on=PERSON, how="left", indicator="row")
    return found.loc[found["row"].eq("left_only"), "project"].astype(str).value_counts()


def _usual_day(dated: pd.DataFrame) -> tuple[str, pd.Timedelta]:
    """From when a follow-up is counted, and the time after which it is late."""
    lags = {since: (dated["measured_on"] - dated[since]).dropna() for since in ("entered_on", "left_on")}
    lags = {since: lag for since, lag in lags.items() if len(lag) >= USUAL * len(dated)}
    since = min(lags, key=lambda name: lags[name].quantile(0.75) - lags[name].quantile(0.25))
    return since, lags[since].quantile(LATE)
