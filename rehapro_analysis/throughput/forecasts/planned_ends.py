"""Planned ends: how people leave around them, for groups that have not been watched that long themselves."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.throughput.flow.stays import OPEN, Stays
from rehapro_analysis.throughput.forecasts.retention_by_day import FEWEST


def planned_stay(stays: Stays, group: int) -> float:
    """The median planned stay of a group in days, nan where no planned end is recorded."""
    planned = stays.planned[(stays.group == group) & (stays.planned >= 0)]
    return float(np.median(planned)) if len(planned) else np.nan


def rates_around_planned_end(stays: Stays) -> tuple[np.ndarray, np.ndarray]:
    """Rates of leaving by day relative to the planned end, of all groups together.

    Returns days relative to the planned end, rising by one, shape (U,), and rates by cause, shape (U, K), nan where
    fewer than ``FEWEST`` were at risk. Who was planned to stay 90 days is at risk from day -90 on.
    """
    known = stays.planned >= 0
    if not known.any():
        return np.zeros(0, int), np.zeros((0, len(stays.causes)))
    planned, cause = stays.planned[known], stays.cause[known]
    end = np.where(cause == OPEN, stays.lock, stays.left[known]) - stays.entered[known] - planned
    first, size = -int(planned.max()), int(max(end.max(), 0) + planned.max() + 1)
    came, went = (np.bincount(days - first, minlength=size + 1) for days in (-planned, end))
    n_risk = np.cumsum(came)[:size] - np.concatenate([[0], np.cumsum(went)[:size - 1]])
    gone = cause != OPEN
    left = np.bincount((end[gone] - first) * len(stays.causes) + cause[gone], minlength=size * len(stays.causes))
    rate = left.reshape(size, -1) / np.maximum(n_risk, 1)[:, None]
    return np.arange(first, first + size), np.where((n_risk >= FEWEST)[:, None], rate, np.nan)


def rates_beyond(stays: Stays, group: int, days: int) -> np.ndarray:
    """Rates of leaving by day since entry and cause, shape (days, K), as of all groups around their planned ends.

    nan where fewer than ``FEWEST`` people of all groups were at risk, and where no planned end is recorded.
    """
    rate = np.full((days, len(stays.causes)), np.nan)
    planned = planned_stay(stays, group)
    relative, known = rates_around_planned_end(stays)
    if np.isnan(planned) or not len(relative):
        return rate
    place = np.arange(days) - round(planned) - relative[0]
    inside = (place >= 0) & (place < len(relative))
    rate[inside] = known[place[inside]]
    return rate
