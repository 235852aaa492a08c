"""Days, months and the pandemic on NumPy arrays of days."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.study.synthetic.plan import PANDEMIC

MONTH = 30.4375  # days in a mean month
NEVER = np.datetime64("NaT", "D")


def add_months(days: np.ndarray, months: int) -> np.ndarray:
    """The same day of a later month, or that month's last day.

    >>> str(add_months(np.array(["2020-08-31"], dtype="M8[D]"), 6)[0])
    '2021-02-28'
    """
    first = days.astype("M8[M]")
    later = first + months
    length = (later + 1).astype("M8[D]") - later.astype("M8[D]")
    return later.astype("M8[D]") + np.minimum(days - first.astype("M8[D]"), length - np.timedelta64(1, "D"))


def days_of(length: np.ndarray) -> np.ndarray:
    """Numbers of days as whole time differences, at least one day each."""
    return np.maximum(np.rint(length), 1).astype("m8[D]")


def pandemic_months(entered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When the pandemic begins and ends on each person's own clock, in months since entry, not below 0."""
    begin, end = ((day - entered).astype(float) / MONTH for day in PANDEMIC)
    return np.maximum(begin, 0), np.maximum(end, 0)
