"""How a person's value comes about: measured, changed, or read off the dated stays, by a named rule.

A rule takes the study, the people and the definition and gives, row by row, ``value``, ``exposure`` and
``missing``: empty where there is a value, else why there is none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.measures.definitions import Indicator
from rehapro_analysis.study.reading import Study

NOT_DUE = "not due"
NO_ANSWER = "no answer"
NO_FIRST_VALUE = "no value at entry"
NOT_RECORDED = "not recorded"
PERSON = ["project", "participant"]


def measured(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """The value at the wave; without a row at that wave a value was not due, without a value it is missing.

    With ``wave`` empty it is each person's last wave that has a row.
    """
    rows = _measurements(study, one)
    if one.wave is None:
        rows = rows.sort_values("wave").drop_duplicates(PERSON, keep="last")
    else:
        rows = rows[rows["wave"] == one.wave]
    found = people[PERSON].merge(rows, on=PERSON, how="left", indicator="row")
    due = found["row"].eq("both")
    return _valued(found["value"], np.where(due, NO_ANSWER, NOT_DUE))


def change(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """The value at the wave minus the same person's value at entry (wave 0)."""
    rows = _measurements(study, one)
    first = people[PERSON].merge(rows[rows["wave"] == 0], on=PERSON, how="left")["value"]
    later = measured(study, people, one)
    reason = later["missing"].mask(later["missing"].eq("") & first.isna(), NO_FIRST_VALUE)
    return _valued(later["value"] - first, reason)


def entry_after_referral(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """Whether the wait ended in a start (1), and its days; who withdraws or still waits is censored."""
    started = people["entered_on"].notna()
    end = people["entered_on"].fillna(people["left_on"]).fillna(people["lock"])
    days = (end - people["referred_on"]).dt.days
    frame = _valued(started.astype(float).where(days.notna()), np.full(len(people), NOT_RECORDED))
    return frame.assign(exposure=days.clip(lower=0.5).to_numpy(float, na_value=np.nan))


def dropout_after_entry(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """Whether the stay ended in a dropout (1), and its days; other exits and staying on are censored."""
    dropped = people["event"].eq("dropout").astype(float)
    frame = _valued(dropped, np.full(len(people), NOT_RECORDED))
    return frame.assign(exposure=people["stop"].clip(lower=0.5).to_numpy(float))


def dropout_within_window(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """Whether a person dropped out within the window, of those who entered at least that long before the lock."""
    dropped = people["event"].eq("dropout") & (people["stop"] <= one.window)
    return _valued(dropped.astype(float).where(_watched(people, one)), np.full(len(people), NOT_DUE))


def partner_within_window(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """Whether somebody beside the jobcenter shared the responsibility within the window after entry.

    A case is a participant; cases without any row of responsibility are not recorded.
    """
    kinds = study.table("actors").set_index("actor")["kind"]
    rows = study.table("responsibility").rename(columns={"case": "participant"})
    rows = rows.assign(partner=rows["actor"].map(kinds).ne("jobcenter"))
    first = rows[rows["partner"]].groupby(PERSON)["since"].min().rename("joined").reset_index()
    recorded = rows[PERSON].drop_duplicates().assign(recorded=True)
    found = people[PERSON].merge(first, on=PERSON, how="left").merge(recorded, on=PERSON, how="left")
    days = (found["joined"] - people["entered_on"].to_numpy()).dt.days
    due, known = _watched(people, one).to_numpy(), found["recorded"].eq(True).to_numpy()
    value = pd.Series((days <= one.window).astype(float)).where(due & known)
    return _valued(value, np.where(due & known, "", NOT_DUE))


def project_total(study: Study, people: pd.DataFrame, one: Indicator) -> pd.DataFrame:
    """A number of the project has no values of persons: nobody's is due."""
    return _valued(pd.Series(np.nan, index=people.index), np.full(len(people), NOT_DUE))


RULES: dict[str, Callable[[Study, pd.DataFrame, Indicator], pd.DataFrame]] = {
    "measured": measured, "change": change, "entry after referral": entry_after_referral,
    "dropout after entry": dropout_after_entry, "dropout within window": dropout_within_window,
    "partner within window": partner_within_window, "project total": project_total,
}


NEEDS = {  # tables beside the episodes
    "measured": ("measurements",), "change": ("measurements",), "partner within window": ("actors", "responsibility")}


def _measurements(study: Study, one: Indicator) -> pd.DataFrame:
    rows = study.table("measurements")
    return rows.loc[rows["indicator"] == one.indicator, [*PERSON, "wave", "value"]]


def _watched(people: pd.DataFrame, one: Indicator) -> pd.Series:
    return (people["lock"] - people["entered_on"]).dt.days >= one.window


def _valued(value: pd.Series, reason: object) -> pd.DataFrame:
    value = np.asarray(value, float)
    missing = np.where(np.isnan(value), np.asarray(reason, dtype=object), "")
    return pd.DataFrame({"value": value, "exposure": 1.0, "missing": missing})
