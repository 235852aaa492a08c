"""Samples of those present on a day: why their stays are too long, and what can be said from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.restricted import restricted_mean
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.stays.dated_stays import DatedStays, read_dated_stays
from rehapro_analysis.study.days import Day, day_number, day_of
from rehapro_analysis.study.origins import frame_origin, marked
from rehapro_analysis.study.problems import StudyError


def stock_spells(frame: Any, *, on: Day, lock: Day, entered: str = "entered_on", left: str = "left_on",
                 exit: str | None = "exit", keep: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Those present on a day as stays that are watched only from that day: entered <= on < left.

    A person is there to be found only because the stay has lasted until the day; ``start`` says so
    (left truncation), and ``event_table(..., start="start")`` gives curves free of length bias. Columns:
    those kept, start and stop (days since entry), exit (empty: not left by the ``lock`` day).
    """
    stays, day, end = _stock(frame, on, lock, entered=entered, left=left, exit=exit, keep=keep)
    return marked(stays.spells(end).assign(start=day - stays.entered), frame)


def stock_means(frame: Any, horizon: float, *, on: Day, lock: Day, alpha: float = 0.1, level: float = 0.95,
                entered: str = "entered_on", left: str = "left_on", exit: str | None = "exit",
                origin: str | None = None) -> Result:
    """The mean stay from a stock: two naive means, which are biased, and two that are not.

    "elapsed": the mean of the time since entry; "complete": the mean of the whole stays, which is
    E[T^2]/E[T] instead of E[T] since long stays are likelier to be met. "weighted": n / sum(1/T), right only
    if entries were stationary, hence empty unless every stay is complete and :func:`stationarity_test` does
    not reject at ``alpha``. "left-truncated": the restricted mean up to ``horizon`` days of the curve that
    counts everybody from the day of the stock; it needs no stationarity, but thin early risk sets make it
    unsure. Columns: mean, biased, n, estimate, std_error, lower, upper (empty for the naive ones).
    """
    origin = frame_origin(frame, origin)
    stays, day, end = _stock(frame, on, lock, entered=entered, left=left, exit=exit)
    stay, p = stays.left - stays.entered, _signs(stays, day, end)[-1]
    complete = not np.isnan(stay).any()
    spells = stays.spells(end).assign(start=day - stays.entered)
    table = event_table(spells, stop="stop", start="start", event="exit", origin=origin, unit="days")
    ours = restricted_mean(table, horizon, level=level)
    naive = [("elapsed", True, float(np.mean(day - stays.entered))),
             ("complete", True, float(stay.mean()) if complete else np.nan),
             ("weighted", False, float(len(stay) / np.sum(1 / stay)) if complete and p >= alpha else np.nan)]
    rows = pd.DataFrame(naive, columns=["mean", "biased", "estimate"])
    last = ours.table[["estimate", "std_error", "lower", "upper"]].assign(mean="left-truncated", biased=False)
    frame = pd.concat([rows, last], ignore_index=True).assign(n=len(stay))
    said = (f"The p-value of stationarity is {p:.3g}; a large one is no proof of it.", *ours.assumptions)
    return Result(frame[["mean", "biased", "n", "estimate", "std_error", "lower", "upper"]],
                  f"mean stay from the stock of {day_of(on):%Y-%m-%d}, up to {horizon:g} days", said,
                  len(stay), origin, ("n",))


def stationarity_test(frame: Any, *, on: Day, lock: Day, entered: str = "entered_on", left: str = "left_on",
                      exit: str | None = "exit", origin: str | None = None) -> Result:
    """Whether the stock looks as if people had always entered at the same rate.

    Then the days passed before the day and those to come after it are exchangeable within a person. Both
    are cut at the days from ``on`` to ``lock``, and an exact sign test asks which is the longer. It has
    little power in small stocks and none against changes that keep the balance: a large p-value is no proof.
    Columns: n_longer_before, n_longer_after, n_equal, p_value.
    """
    origin = frame_origin(frame, origin)
    stays, day, end = _stock(frame, on, lock, entered=entered, left=left, exit=exit)
    columns = ["n_longer_before", "n_longer_after", "n_equal", "p_value"]
    row = pd.DataFrame([_signs(stays, day, end)], columns=columns)
    return Result(row, "sign test of elapsed against remaining days", (
        "Exits other than by the lock day are all seen.", "The persons of the stock are independent."),
        len(stays.entered), origin, tuple(columns[:3]))


def _stock(frame: Any, on: Day, lock: Day, **columns: Any) -> tuple[DatedStays, int, int]:
    day, end = day_number(on), day_number(lock)
    if not end > day:
        raise StudyError.of("The lock day is not after the day of the stock.", "Follow the stock for some time.")
    stays = read_dated_stays(frame, **columns)
    present = (stays.entered <= day) & ~(stays.left <= day)
    if not present.any():
        raise StudyError.of("Nobody was present on the day of the stock.", "Choose a day within the project.")
    return stays.rows(present).known_on(end), day, end


def _signs(stays: DatedStays, day: int, end: int) -> tuple[int, int, int, float]:
    from scipy.stats import binomtest  # slow to import, needed only here

    window = end - day
    # The day of the stock counts for neither side: a stay of one day has none before and none after.
    before = np.minimum(day - stays.entered, window)
    after = np.where(np.isnan(stays.left), window, np.minimum(stays.left - 1 - day, window))
    longer, shorter = int((before > after).sum()), int((before < after).sum())
    p = binomtest(longer, longer + shorter).pvalue if longer + shorter else 1.0
    return longer, shorter, len(before) - longer - shorter, float(p)
