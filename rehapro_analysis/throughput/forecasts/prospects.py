"""Prospects: whether a target will be reached and when, and the posts that a forecast stock needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.stays import Stays, read_stays
from rehapro_analysis.throughput.forecasts.arrivals import ARRIVALS
from rehapro_analysis.throughput.forecasts.forecast import future_assumptions, months_to_come
from rehapro_analysis.throughput.forecasts.paths import Future, draw_paths


def target_probability(study: Study, project: str, target: float, *, until: date | str, quantity: str = "entries",
                       origin: str | None = None, lock: date | str | None = None, arrivals: str = ARRIVALS[0],
                       window: int | None = None, replicates: int = 1000, level: float = 0.8, seed: int = 0) -> Result:
    """How likely a project has counted ``target`` people by the end of each month up to that of ``until``.

    ``quantity`` is "entries", "exits", or one cause of exits, counted from the project's first day. The futures are
    those of :func:`forecast`; ``probability`` is the share of them that have reached the target, and so, read down the
    months, the distribution of the date on which it is reached (see :func:`target_date`).

    Columns, one row a month: project, quantity, target, month, known (counted by the lock date), estimate (mean count
    by the month's end), lower, upper (the central ``level``), probability, std_error (of the simulation). Raises
    :class:`StudyError` for an unknown quantity and for a day not after the lock date.
    """
    stays = read_stays(study, "project", project=project, origin=origin, lock=lock)
    cause = _cause(stays, quantity)
    future = Future(months_to_come(stays, until), arrivals, window, cause)
    paths = draw_paths(stays, 0, future, replicates, np.random.default_rng([seed, 0]))
    known = _known(stays, quantity)
    counts = known + np.cumsum(paths.entries if quantity == "entries" else paths.exits, axis=1)
    lower, upper = np.quantile(counts, [(1 - level) / 2, (1 + level) / 2], axis=0)
    share = (counts >= target).mean(axis=0)
    frame = pd.DataFrame({
        "project": project, "quantity": quantity, "target": target, "month": future.months.first_days, "known": known,
        "estimate": counts.mean(axis=0), "lower": lower, "upper": upper, "probability": share,
        "std_error": np.sqrt(share * (1 - share) / replicates)})
    return Result(frame, f"probability of reaching {target:g} {quantity}, {replicates} futures",
                  future_assumptions(stays, future), len(stays.group), stays.origin, ("known",),
                  shares=("probability", "std_error"), counted="stays")


def target_date(reached: Result, probabilities: Sequence[float] = (0.1, 0.5, 0.9)) -> Result:
    """By the end of which month a target is reached with a given probability; ``reached`` is from target_probability.

    Columns: project, quantity, target, probability, month; no month where it is not reached so surely within the
    months forecast.

    >>> months = pd.to_datetime(["2022-07-01", "2022-08-01"])
    >>> reached = Result(pd.DataFrame({"project": "A", "quantity": "entries", "target": 9, "month": months,
    ...                                "probability": [0.3, 0.7]}), "", (), 5, "own")
    >>> target_date(reached, [0.5, 0.9]).table["month"].dt.strftime("%Y-%m").tolist()
    ['2022-08', nan]
    """
    table = reached.table
    rows = [{**table.loc[0, ["project", "quantity", "target"]], "probability": share,
             "month": table["month"][table["probability"] >= share].min()} for share in probabilities]
    return Result(pd.DataFrame(rows), f"month of the {reached.method}" if reached.method else "month of reaching",
                  reached.assumptions, reached.n, reached.origin, shares=("probability",), counted=reached.counted)


def staff_needed(forecast: Result, *, caseload: float | tuple[float, float]) -> Result:
    """The full posts that the forecast stock needs, at so many people a full post.

    ``forecast`` is from :func:`forecast`; a ``caseload`` given as (fewest, most) is carried through as an interval:
    the lower limit takes most people a post, the upper one fewest, the estimate stands between them.
    Columns: the groups, month, stock (estimate), posts_low and posts_high (at the estimate), lower, upper (limits
    of the stock, with the caseload). Raises :class:`StudyError` for a caseload that is not positive.

    >>> ahead = pd.DataFrame({"project": ["A"], "month": pd.to_datetime(["2022-07-01"]), "quantity": "stock",
    ...                       "estimate": 60.0, "median": 60.0, "lower": 45.0, "upper": 75.0})
    >>> staff_needed(Result(ahead, "", (), 60, "own"), caseload=(15, 30)).table.iloc[0, 3:].tolist()
    [2.0, 4.0, 1.5, 5.0]
    """
    fewest, most = (caseload, caseload) if np.isscalar(caseload) else caseload
    if not 0 < fewest <= most:
        raise StudyError.of(f"caseload={caseload!r} is no positive number of people a post.",
                            "Give one, or (fewest, most).")
    stock = forecast.table[forecast.table["quantity"] == "stock"]
    groups = list(stock.columns[:stock.columns.get_loc("month")])
    frame = stock[[*groups, "month"]].assign(
        stock=stock["estimate"], posts_low=stock["estimate"] / most, posts_high=stock["estimate"] / fewest,
        lower=stock["lower"] / most, upper=stock["upper"] / fewest)
    people = f"{fewest:g}" if fewest == most else f"{fewest:g} to {most:g}"
    said = f"A full post takes {people} people."
    return Result(frame.reset_index(drop=True), f"posts for the {forecast.method}", (said, *forecast.assumptions),
                  forecast.n, forecast.origin)


def _cause(stays: Stays, quantity: str) -> str | None:
    if quantity not in ("entries", "exits", *stays.causes):
        raise StudyError.of(f"There is no count of {quantity!r}.",
                            f"Choose entries, exits or a cause seen so far: {', '.join(stays.causes) or 'none'}.")
    return quantity if quantity in stays.causes else None


def _known(stays: Stays, quantity: str) -> int:
    if quantity == "entries":
        return int(stays.entries.sum())
    return int(stays.exits.sum() if quantity == "exits" else stays.exits[..., stays.causes.index(quantity)].sum())
