"""Funded time: when a project began and was to end, and how much of it had passed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.evidence import fact
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.documented.documented import documents


def funded_time(study: Study, project: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first funded day and the day after the last; NaT where no document tells.

    Without a documented last day, the documented duration in years counts from the first day.
    """
    row = study.table("projects").set_index("project").loc[project]
    start, end = row["start"], row["end"] + pd.Timedelta(days=1)
    if pd.isna(end) and documents(study, project, "planned_duration"):
        duration = fact(study, project, "planned_duration")
        end = start + pd.DateOffset(months=round(duration.low * (12 if duration.unit == "years" else 1)))
    return start, end


def funded_months(study: Study, project: str) -> float:
    """Length of the funded time in calendar months; nan where no document tells."""
    start, end = funded_time(study, project)
    return float((end.year - start.year) * 12 + end.month - start.month)


def elapsed_share(study: Study, project: str, day: str | pd.Timestamp) -> tuple[float, float]:
    """The share of the funded time that had passed, as an interval where the day is a month or a year.

    Nan where the funded time or the day is not documented; `StudyError` for what is neither day nor month nor year.

    >>> from rehapro_analysis.study.reading import Study
    >>> dates = {"start": [pd.Timestamp("2021-01-01")], "end": [pd.Timestamp("2021-12-31")]}
    >>> year = Study({"projects": pd.DataFrame({"project": ["A"], **dates}),
    ...               "facts": pd.DataFrame(columns=["project", "quantity", "reading"])})
    >>> elapsed_share(year, "A", "2021-03-15")[0] == 73 / 365
    True
    """
    start, end = funded_time(study, project)
    if not day or pd.isna(start) or pd.isna(end):
        return np.nan, np.nan
    first, last = (min(max((one - start) / (end - start), 0.0), 1.0) for one in _days(day))
    return first, last


def _days(day: str | pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day that a day, a month or a year may mean."""
    if isinstance(day, pd.Timestamp):
        return day, day
    try:
        period = pd.Period(day)
    except ValueError:
        raise StudyError.of(f"{day!r} is no day, month or year.", "Write 2022-06-15, 2022-06 or 2022.") from None
    return period.start_time, period.end_time.normalize()
