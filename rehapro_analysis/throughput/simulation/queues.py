"""Queues in closed form: what places, arrivals and stays imply in a steady state, and what a new project fills.

They serve as answers where their assumptions hold, and as the yardstick of the simulation everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import poisson

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.throughput.simulation.durations import Duration, duration

_STEADY = ("Arrivals come at random (Poisson) at a rate that does not change.",
           "The project has run so long that its beginning no longer matters.")
_SHARED = {"places": "Places are whole numbers from 0 on.", "arrivals": "Arrivals per month are numbers from 0 on.",
           "stay": "The mean stay is a number of months from 0 on."}


def erlang_b(places: int, load: float | np.ndarray) -> float | np.ndarray:
    """The share turned away where nobody waits, Erlang's loss formula.

    B(c) = (a^c/c!) / sum over k <= c of a^k/k!, by the recursion B(c) = a B(c-1)/(c + a B(c-1)),
    B(0) = 1, which neither overflows nor cancels; a is the offered load (arrivals per month x mean stay),
    any real number from 0 on. It holds for every distribution of stays.

    >>> erlang_b(2, 1.0), erlang_b(0, 5.0)
    (0.2, 1.0)
    """
    blocked = np.ones_like(load, dtype=float)
    for place in range(1, places + 1):
        blocked = load * blocked / (place + load * blocked)
    return blocked if np.ndim(load) else float(blocked)


def erlang_c(places: int, load: float | np.ndarray) -> float | np.ndarray:
    """The share that must wait where everybody waits, for exponential stays; 1 if the load is no less than the places.

    C = B/(1 - (a/c)(1 - B)) with B from :func:`erlang_b`.

    >>> round(erlang_c(2, 1.0), 12), erlang_c(2, 2.0)
    (0.333333333333, 1.0)
    """
    blocked, load = erlang_b(places, np.asarray(load, float)), np.asarray(load, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = np.where(load < places, blocked / (1 - load / max(places, 1) * (1 - blocked)), 1.0)
    return waits if waits.ndim else float(waits)


def queue_without_list(places: int | Sequence[int], *, arrivals: float, stay: float) -> Result:
    """Who finds no place goes away: share lost and occupancy by number of places (Erlang's loss system).

    ``arrivals`` per month, ``stay`` the mean in months. Columns: places, load, lost (share turned away),
    occupancy (share of places in use; empty without places), present (mean number), entries_per_year.
    """
    counts, load = _checked(places, arrivals, stay)
    lost = np.array([erlang_b(count, load) for count in counts])
    table = pd.DataFrame({
        "places": counts, "load": load, "lost": lost, "occupancy": _share(load * (1 - lost), counts),
        "present": load * (1 - lost), "entries_per_year": 12 * arrivals * (1 - lost)})
    return Result(table, "Erlang loss system (M/G/c/c)", (
        *_STEADY, "Stays may be distributed in any way; nobody waits."), len(table), "own")


def queue_with_list(places: int | Sequence[int], *, arrivals: float, stay: float, variation: float = 1.0) -> Result:
    """Everybody waits for a place: share that waits, mean wait and occupancy by number of places (Erlang C).

    Mean wait = C stay/(c - a), a = arrivals x stay; infinite where a >= c. ``variation`` is the squared coefficient of
    variation of stays (variance/mean^2; 1 exponential, 0 fixed): other than 1, the mean wait is
    multiplied by (1 + variation)/2, the Allen-Cunneen approximation, exact for one place only
    (Pollaczek-Khinchine). Columns: places, load, share_waiting, mean_wait (of all, months), wait_of_waiting
    (of those who wait), occupancy, waiting (mean number on the list).

    >>> queue_with_list(2, arrivals=0.5, stay=2.0).table[["share_waiting", "mean_wait"]].round(4).values.tolist()
    [[0.3333, 0.6667]]
    """
    counts, load = _checked(places, arrivals, stay)
    if not variation >= 0:
        raise StudyError.of(f"The squared variation {variation!r} is negative or missing.", "Give variance/mean^2.")
    waits = np.array([erlang_c(count, load) for count in counts])
    spare = counts - load
    each = np.where(spare > 0, stay * (1 + variation) / 2 / np.where(spare > 0, spare, 1), np.inf)
    mean = np.where(load > 0, waits * each, 0.0)
    table = pd.DataFrame({
        "places": counts, "load": load, "share_waiting": waits, "mean_wait": mean, "wait_of_waiting": each,
        "occupancy": _share(np.minimum(load, counts), counts), "waiting": arrivals * mean})
    exact = variation == 1
    return Result(table, "Erlang delay system (M/M/c)" if exact else "Allen-Cunneen approximation (M/G/c)", (
        *_STEADY, "Nobody gives up waiting; who came first starts first.",
        "Stays are exponential." if exact else "The share that waits is that of exponential stays."), len(table), "own")


def unlimited_places(arrivals: float | Sequence[float], *, stay: float | Sequence[float] | Duration, months: int,
                     level: float = 0.8) -> Result:
    """People present over time where everybody finds a place: mean and range, from an empty start (Mt/G/infinity).

    The number present at month t is Poisson with mean m(t) = integral of r(u) S(t - u) du from 0 to t, r the rate
    of arrivals. ``arrivals`` are expected persons per month; a shorter sequence starts again from its beginning.
    Columns: month, estimate (m), prediction_lower, prediction_upper (Poisson quantiles).

    >>> unlimited_places(5, stay=12, months=24).table["estimate"].iloc[[6, 12, 24]].tolist()
    [30.0, 60.0, 60.0]
    """
    rates, staying = np.resize(np.asarray(arrivals, float), months), duration(stay)
    ages = np.diff(staying.area(np.arange(months + 1.0)))  # months spent in each month since arrival
    mean = np.append(0.0, np.convolve(rates, ages)[:months])
    table = pd.DataFrame({
        "month": np.arange(months + 1), "estimate": mean,
        "prediction_lower": poisson.ppf((1 - level) / 2, mean), "prediction_upper": poisson.ppf((1 + level) / 2, mean)})
    return Result(table, f"people present without a limit of places (Mt/G/infinity), {level:.0%} Poisson range", (
        "Arrivals come at random (Poisson) at the rate of their month.", "The project starts empty.",
        "The range is the spread of numbers, the rates and the curve of staying taken as known.", *staying.said),
        months, staying.origin)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _checked(places: int | Sequence[int], arrivals: float, stay: float) -> tuple[np.ndarray, float]:
    counts = np.atleast_1d(np.asarray(places, float))
    fine = {"places": bool(len(counts)) and bool(((counts >= 0) & (counts % 1 == 0)).all()),
            "arrivals": 0 <= arrivals < np.inf, "stay": 0 <= stay < np.inf}
    given = {"places": places, "arrivals": arrivals, "stay": stay}
    if problems := [Problem("", None, name, repr(given[name]), "not usable.", _SHARED[name])
                    for name in fine if not fine[name]]:
        raise StudyError(problems)
    return counts.astype(int), arrivals * stay
