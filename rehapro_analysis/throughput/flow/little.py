"""Little's identity of a window, exact, with its edges; and what the steady-state law would have claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.days import day_number
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.stays import OPEN, Stays, read_stays
from rehapro_analysis.throughput.forecasts.retention_by_day import retention_by_day


def little_identity(study: Study, start: date | str, end: date | str, *, by: str | Sequence[str] | None = "project",
                    project: str | Sequence[str] | None = None, origin: str | None = None,
                    lock: date | str | None = None) -> Result:
    """What a window of days [start, end) says about stock, flow and stay; three numbers, never one.

    Exact in every window: the days of presence, the sum of the daily stock, are the sum over people of their time
    in the window (``overlap``), and with the edges

        days of presence = entries x mean stay of who entered + start_inside - entered_after
                         = exits x mean stay of who left - left_before + end_inside

    Columns: the groups; days; stock_start and stock_end (midnight before ``start`` and before ``end``); entries,
    exits; person_days, overlap; start_inside (days in the window of those present at its start), entered_after
    (days after it of those who entered in it, seen up to the lock), left_before (days before it of those who left in
    it), end_inside (days in it of those still present at its end); mean_stock = person_days / days; entry_rate and
    exit_rate a day; mean_stay_entered and mean_stay_left in days; n_open (of those who entered, still there at the
    lock: their stay is counted as far as it was seen, so mean_stay_entered is a lower limit); from_entries and
    from_exits, rate x mean stay, the two stocks that L = lambda W would hold to be the mean stock; claimed_stock =
    entry_rate x the mean stay by Kaplan-Meier over everybody known (up to the longest time seen), and claimed_stay =
    mean_stock / entry_rate, what the steady-state law claims. Empty where nobody entered or left.

    Caution: the law speaks of a programme that neither grows nor shrinks. Where the three numbers differ, none of
    them is "the" mean stock or stay. Raises :class:`StudyError` for an empty window and one beyond the lock date.
    """
    stays = read_stays(study, by, project=project, origin=origin, lock=lock)
    first, after = day_number(start), day_number(end)
    if not first < after <= stays.lock + 1:
        raise StudyError.of(f"The window from {start} to {end} is empty or ends after the data.",
                            f"Choose days up to {np.datetime64(stays.lock + 1, 'D')}.")
    counts = _window(stays, first, after)
    numbers = _numbers(stays, counts, after - first)
    frame = stays.groups.assign(days=after - first, **counts, **numbers)
    return Result(frame, f"Little's identity from {start} to the day before {end}", _assumptions(stays, frame),
                  len(stays.group), stays.origin, ("stock_start", "stock_end", "entries", "exits", "n_open"))


def _window(stays: Stays, first: int, after: int) -> dict[str, np.ndarray]:
    """Counts and days of presence of each group, shape (G,)."""
    entered, left, gone = stays.entered, stays.left, stays.cause != OPEN
    comes, leaves = (entered >= first) & (entered < after), gone & (left >= first) & (left < after)
    at_start, at_end = (entered < first) & (left >= first), (entered < after) & (left >= after)
    inside = np.clip(np.minimum(left, after) - np.maximum(entered, first), 0, None)
    sums = {
        "stock_start": at_start, "stock_end": at_end, "entries": comes, "exits": leaves,
        "overlap": inside, "start_inside": inside * at_start,
        "entered_after": np.clip(left - after, 0, None) * comes,
        "left_before": np.clip(np.minimum(first, left) - entered, 0, None) * leaves, "end_inside": inside * at_end,
        "stay_entered": (left - entered) * comes, "stay_left": (left - entered) * leaves, "n_open": comes & ~gone}
    counted = {name: np.bincount(stays.group, values, len(stays.groups)).astype(np.int64)
               for name, values in sums.items()}
    days = slice(max(first - stays.first, 0), max(after - stays.first, 0))
    return {**counted, "person_days": stays.present[:, days].sum(axis=1)}


def _numbers(stays: Stays, counts: dict[str, np.ndarray], days: int) -> dict[str, np.ndarray]:
    entered, left = counts.pop("stay_entered"), counts.pop("stay_left")
    stock, came, went = counts["person_days"] / days, counts["entries"] / days, counts["exits"] / days
    stay_entered, stay_left = _per(entered, counts["entries"]), _per(left, counts["exits"])
    mean_stay = retention_by_day(stays.by_length).mean_seen()
    return {"mean_stock": stock, "entry_rate": came, "mean_stay_entered": stay_entered,
            "from_entries": came * stay_entered, "exit_rate": went, "mean_stay_left": stay_left,
            "from_exits": went * stay_left, "claimed_stock": came * mean_stay, "claimed_stay": _per(stock, came)}


def _per(amount: np.ndarray, count: np.ndarray) -> np.ndarray:
    return np.divide(amount, count, out=np.full(len(count), np.nan), where=count > 0)


def _assumptions(stays: Stays, frame: pd.DataFrame) -> tuple[str, ...]:
    said = ["The identity holds in every window; the steady-state law only where entries and stays do not change.",
            f"Stays are seen up to {np.datetime64(stays.lock, 'D')}."]
    if frame["n_open"].any():
        said.append("Of those who entered in the window some are still there: mean_stay_entered and from_entries are "
                    "lower limits.")
    return tuple(said)
