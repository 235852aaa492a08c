"""Forecast: stock, entries and exits in the months to come, with the uncertainty of arrivals and of staying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.study.days import day_number
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.flow import Months
from rehapro_analysis.throughput.flow.stays import Stays, month_start, read_stays
from rehapro_analysis.throughput.forecasts.arrivals import ARRIVALS, SAID
from rehapro_analysis.throughput.forecasts.paths import Future, Paths, draw_paths
from rehapro_analysis.throughput.forecasts.retention_by_day import FEWEST

QUANTITIES = ("stock", "entries", "exits")


def forecast(study: Study, until: date | str, *, by: str | Sequence[str] | None = "project",
             project: str | Sequence[str] | None = None, origin: str | None = None, lock: date | str | None = None,
             arrivals: str = ARRIVALS[0], window: int | None = None, replicates: int = 500, level: float = 0.8,
             seed: int = 0) -> Result:
    """Stock, entries and exits by month after the lock date, with a band that holds both uncertainties.

    ``replicates`` futures: an arrival rate drawn from that of the last ``window`` months ("poisson", or "negative
    binomial" where months vary more than chance), a retention curve of resampled people, and within them everybody
    arrives, stays or leaves by chance. Those present are carried on given the days they have stayed.

    Columns, one row a group, month and quantity (stock at the month's end, entries, exits): the groups, month,
    quantity, estimate (mean over futures), median, lower, upper (the central ``level``, each month by
    itself). The month of the lock is counted whole: what was seen of it, and what is to come.

    Raises :class:`StudyError` if ``until`` is not after the lock date.
    """
    stays = read_stays(study, by, project=project, origin=origin, lock=lock)
    return forecast_of(stays, until, arrivals=arrivals, window=window, replicates=replicates, level=level, seed=seed)


def forecast_of(stays: Stays, until: date | str, *, arrivals: str, window: int | None, replicates: int, level: float,
                seed: int) -> Result:
    """:func:`forecast` of stays as known on a lock date."""
    future = Future(months_to_come(stays, until), arrivals, window)
    frame = pd.concat([_summary(group, future.months, _with_seen(stays, group, draw_paths(
        stays, group, future, replicates, np.random.default_rng([seed, group]))), level)
        for group in range(len(stays.groups))], ignore_index=True)
    labels = stays.groups.iloc[frame.pop("group")].reset_index(drop=True)
    return Result(pd.concat([labels, frame], axis=1), f"forecast from {replicates} futures, {percent(level)} bands",
                  future_assumptions(stays, future), len(stays.group), stays.origin)


def months_to_come(stays: Stays, until: date | str) -> Months:
    """The months from the day after the lock to that of ``until``; the first one may be the rest of a month."""
    last = day_number(until)
    if last <= stays.lock:
        raise StudyError.of(f"until={until} does not lie after the data.",
                            f"Choose a day after {np.datetime64(stays.lock, 'D')}.")
    whole = Months.between(stays.lock + 1, last)
    start = np.maximum(whole.start, stays.lock + 1)
    return Months(start, whole.start + whole.length, whole.length)


def _with_seen(stays: Stays, group: int, paths: Paths) -> Paths:
    """Paths in which the month of the lock, where it goes on, holds what was seen of it, too."""
    if month_start(stays.lock) != month_start(stays.lock + 1):
        return paths
    seen = slice(int(month_start(stays.lock)) - stays.first, None)
    first = np.arange(paths.entries.shape[1]) == 0
    return Paths(paths.entries + first * stays.entries[group, seen].sum(),
                 paths.exits + first * stays.exits[group, seen].sum(), paths.stock)


def _summary(group: int, months: Months, paths: Paths, level: float) -> pd.DataFrame:
    drawn = np.stack([getattr(paths, name) for name in QUANTITIES], axis=2)  # (replicates, months, quantities)
    lower, median, upper = np.quantile(drawn, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
    size = len(QUANTITIES)
    return pd.DataFrame({
        "group": group, "month": np.repeat(months.first_days, size),
        "quantity": list(QUANTITIES) * len(months.start),
        "estimate": drawn.mean(axis=0).ravel(), "median": median.ravel(), "lower": lower.ravel(),
        "upper": upper.ravel()})


def future_assumptions(stays: Stays, future: Future) -> tuple[str, ...]:
    """What every forecast rests on, as sentences."""
    learnt = "all months" if future.window is None else f"the last {future.window} months"
    return (
        f"Data are known up to {np.datetime64(stays.lock, 'D')}; nothing after it is.",
        f"{SAID[future.arrivals]}, learnt from {learnt}, evenly over the days of a month; places are no limit.",
        "Staying is the same for every day of entry.",
        f"Beyond the last day since entry with {FEWEST} at risk people leave as all groups together did around their "
        "planned ends; where that is unknown, at the rate of the later half of the days seen.",
    )
