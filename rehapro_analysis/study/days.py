"""Days: as dates or as YYYY-MM-DD, never guessed from any other way of writing."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis import paths
from rehapro_analysis.study.problems import StudyError

Day = date | str | np.datetime64 | pd.Timestamp
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_of(day: Day) -> pd.Timestamp:
    """A day as a timestamp; a text must be YYYY-MM-DD, since 1.6.2022 may be June or January.

    >>> day_of("2022-06-01")
    Timestamp('2022-06-01 00:00:00')
    >>> day_of("1.6.2022")
    Traceback (most recent call last):
    rehapro_analysis.study.problems.StudyError: '1.6.2022' is no day that can be read. Write it as YYYY-MM-DD.
    """
    if isinstance(day, str) and not _ISO.fullmatch(day.strip()) or isinstance(day, (int, float)):
        raise StudyError.of(f"{day!r} is no day that can be read.", "Write it as YYYY-MM-DD.")
    try:
        found = pd.Timestamp(day)
    except (TypeError, ValueError):
        found = pd.NaT
    if pd.isna(found):
        raise StudyError.of(f"{day!r} is no day of the calendar.", "Write it as YYYY-MM-DD.")
    return found.normalize()


def known_until(recorded: pd.DataFrame, lock: Day | None = None) -> pd.Timestamp:
    """The day up to which entries and exits are known: ``lock``, else that of the run, else the latest recorded.

    ``recorded`` holds columns of days. Without any day it is missing (NaT).

    >>> days = pd.DataFrame({"entered_on": pd.to_datetime(["2022-01-10"]), "left_on": pd.to_datetime(["2022-02-01"])})
    >>> known_until(days), known_until(days, "2022-01-31")
    (Timestamp('2022-02-01 00:00:00'), Timestamp('2022-01-31 00:00:00'))
    """
    lock = paths.lock() if lock is None else lock
    return recorded.max().max() if lock is None else day_of(lock)


def day_number(day: Day) -> int:
    """A day as the number of days since 1970-01-01.

    >>> day_number("1970-01-11")
    10
    """
    return (day_of(day) - pd.Timestamp(0)).days
