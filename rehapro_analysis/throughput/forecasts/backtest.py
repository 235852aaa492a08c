"""Back-test: forecasts as they would have been made on earlier days, beside what then came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import percent
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.flow import Months, flow_counts
from rehapro_analysis.throughput.flow.stays import Stays, read_stays
from rehapro_analysis.throughput.forecasts.arrivals import ARRIVALS
from rehapro_analysis.throughput.forecasts.forecast import QUANTITIES, forecast_of

ALL = "all"


def backtest(study: Study, *, horizon: int = 6, every: int = 3, fewest: int = 20,
             by: str | Sequence[str] | None = "project", project: str | Sequence[str] | None = None,
             origin: str | None = None, lock: date | str | None = None, arrivals: str = ARRIVALS[0],
             window: int | None = None, replicates: int = 200, level: float = 0.8, seed: int = 0) -> Result:
    """How often the months that came lay inside the band that would have been forecast.

    Forecasts of ``horizon`` months are made with what was known at the end of every ``every``-th month, for
    groups of which ``fewest`` had entered by then, and compared with the complete months that followed.

    Columns: the groups, made (year in which the forecasts were made), quantity (stock, entries, exits), n_forecasts,
    n_months, inside (share of months in the band), below, above (shares under and over it), error (mean of observed
    less estimate). First each group over all years, then all groups by year, then everything ("all").
    Months of one forecast, and forecasts that overlap, are not independent: the share has no limits here.
    Raises :class:`StudyError` where no forecast can be made.
    """
    stays = read_stays(study, by, project=project, origin=origin, lock=lock)
    how = {"arrivals": arrivals, "window": window, "replicates": replicates, "level": level, "seed": seed}
    made = [found for day in _locks(stays, every) if (found := _made(stays, day, horizon, fewest, how)) is not None]
    if not made:
        raise StudyError.of(f"No group had {fewest} entries in time for a forecast.", "Ask for fewer.")
    rows = pd.concat(made, ignore_index=True)
    rows["made"] = pd.to_datetime(rows["lock"], unit="D").dt.year.astype(str)
    everybody = rows.assign(**dict.fromkeys(stays.groups, ALL))
    columns = [*stays.groups, "made", "quantity"]
    parts = [rows.assign(made=ALL), everybody, everybody.assign(made=ALL)]
    table = pd.concat([_shares(part, columns) for part in (parts if len(columns) > 2 else parts[1:])])
    return Result(table.reset_index(drop=True), f"back-test of {percent(level)} bands, {horizon} months ahead", (
        f"Forecasts are made at every {every}. month's end with what was known then ({arrivals} arrivals).",
        "Months of one forecast and overlapping forecasts are not independent.",
        f"Groups join when {fewest} had entered."), len(rows), stays.origin)


def _locks(stays: Stays, every: int) -> list[int]:
    """Last days of months, counted back from the last complete one but one."""
    months = Months.between(stays.first, stays.lock)
    ends = months.end[months.complete] - 1
    return ends[:-1][::-every][::-1].tolist()


def _made(stays: Stays, lock: int, horizon: int, fewest: int, how: dict) -> pd.DataFrame | None:
    """Forecast and observed by group, month and quantity, made on the day ``lock``."""
    known = stays.known_on(lock)
    enough = np.bincount(known.group, minlength=len(stays.groups)) >= fewest
    if not enough.any():
        return None
    months = Months.between(lock + 1, stays.lock)
    seen = Months(*(part[months.complete][:horizon] for part in (months.start, months.end, months.length)))
    until = np.datetime64(int(seen.end[-1]) - 1, "D")
    table = forecast_of(known.only(enough), str(until), **how).table
    observed = _observed(stays, enough, seen)
    return table.assign(lock=lock, observed=observed.ravel())


def _observed(stays: Stays, chosen: np.ndarray, seen: Months) -> np.ndarray:
    """What came, shape (groups, months, quantities)."""
    counts = flow_counts(stays, Months.between(stays.first, stays.lock))
    place = np.searchsorted(Months.between(stays.first, stays.lock).start, seen.start)
    columns = ["stock_end" if name == "stock" else name for name in QUANTITIES]
    return np.stack([counts[name][chosen][:, place] for name in columns], axis=2)


def _shares(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    judged = rows.assign(below=rows["observed"] < rows["lower"], above=rows["observed"] > rows["upper"],
                         error=rows["observed"] - rows["estimate"])
    judged["inside"] = ~(judged["below"] | judged["above"])
    return judged.groupby(columns, sort=False, observed=True).agg(
        n_forecasts=("lock", "nunique"), n_months=("lock", "size"), inside=("inside", "mean"),
        below=("below", "mean"), above=("above", "mean"), error=("error", "mean")).reset_index()
