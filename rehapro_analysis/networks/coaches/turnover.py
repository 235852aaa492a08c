"""Turnover: the share of a team's ties that is left when persons leave at random, in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import comb
from scipy.stats import chi2

from rehapro_analysis.networks.coaches.carriers import ALIKE, CARRIED, FIRM, UNTOLD, CarriedTies, carried_ties, last_day
from rehapro_analysis.results import Result
from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.reading import Study

PARTNERS_TO_RESAMPLE = 5  # with fewer partners a bootstrap says nothing
YEAR = 365.25


def ties_left(sizes: np.ndarray, formal: np.ndarray, turnover: np.ndarray, handover: float = 0.0) -> np.ndarray:
    """Chance of each tie to be left, shape (..., E), if each person leaves with chance ``turnover`` q, shape (...).

    1 - (1 - eta) q^c for an informal tie with c carriers, 1 for a formal one; eta = ``handover`` is the chance that
    a tie that lost all its carriers was handed over in time. The mean over ties is T(q).

    >>> ties_left(np.array([1, 2, 1]), np.array([False, False, True]), np.array(0.5)).tolist()
    [0.5, 0.75, 1.0]
    """
    lost = np.asarray(turnover, float)[..., None] ** np.asarray(sizes)
    return 1 - (1 - handover) * np.where(formal, 0.0, lost)


def ties_left_of(sizes: np.ndarray, formal: np.ndarray, n_gone: np.ndarray, n_persons: int,
                 handover: float = 0.0) -> np.ndarray:
    """Chance of each tie to be left, shape (..., E), if exactly m of M persons leave.

    As `ties_left`, with C(M-c, m-c) / C(M, m) for q^c.

    >>> ties_left_of(np.array([1, 2]), np.array([False, False]), np.array(2), 4).round(4).tolist()
    [0.5, 0.8333]
    """
    sizes, gone = np.asarray(sizes), np.asarray(n_gone)[..., None]
    lost = np.where(gone >= sizes, comb(n_persons - sizes, gone - sizes) / comb(n_persons, gone), 0.0)
    return 1 - (1 - handover) * np.where(formal, 0.0, lost)


def independence(sizes: np.ndarray, formal: np.ndarray, handover: float = 0.0) -> np.ndarray:
    """What each tie adds to the index, shape (E,): 2 times the integral over q of its chance to be left, less 1.

    1 - 2 (1 - eta) / (c + 1) for an informal tie, 1 for a formal one: 0, 1/3, 1/2 with one, two, three carriers.

    >>> independence(np.array([1, 2, 3, 1]), np.array([False, False, False, True])).round(4).tolist()
    [0.0, 0.3333, 0.5, 1.0]
    """
    return 1 - (1 - handover) * np.where(formal, 0.0, 2 / (np.asarray(sizes) + 1))


def turnover_curve(
    study: Study, project: str | Sequence[str] | None = None, *, turnover: Sequence[float] | None = None,
    handover: Sequence[float] = (0.0,), replicates: int = 2000, seed: int = 0, level: float = 0.95,
    lock: date | str | None = None,
) -> Result:
    """T(q): the share of ties expected to be left if each person leaves with chance q.

    ``table``: project, n_ties, handover (eta), turnover (q), estimate, lower, upper (percentile limits from
    resampling partners; empty with fewer than five). Without ``turnover`` q runs from 0 to 1 in steps of 0.05.
    Caution: chances to leave alone say nothing about when; see `ties_left_after`.
    """
    shares = np.linspace(0, 1, 21) if turnover is None else np.asarray(turnover, float)
    teams = list(carried_ties(study, project, lock=lock))
    table = pd.concat([
        _curve(ties, ties_left(ties.sizes, ties.formal, shares, eta), {"handover": eta, "turnover": shares},
               replicates, seed, level) for ties in teams for eta in handover], ignore_index=True)
    return _result(table, f"turnover curve, {level:.0%} limits by resampling partners", teams)


def turnover_by_number(study: Study, project: str | Sequence[str] | None = None, *, handover: float = 0.0,
                       lock: date | str | None = None) -> Result:
    """The share of ties expected to be left if exactly m of the M persons leave, whichever they are.

    ``table``: project, n_ties, n_persons (M: carriers and coaches), n_gone (m), estimate.
    """
    teams = list(carried_ties(study, project, lock=lock))
    table = pd.concat([pd.DataFrame({
        "project": ties.project, "n_ties": ties.n_ties, "n_persons": (persons := ties.carried.shape[1]),
        "n_gone": (gone := np.arange(persons + 1)),
        "estimate": mean(ties_left_of(ties.sizes, ties.formal, gone, persons, handover))}) for ties in teams])
    return _result(table.reset_index(drop=True), "ties left when a number of persons leaves", teams)


def ties_left_after(
    study: Study, project: str | Sequence[str] | None = None, *, months: Sequence[float] = (6, 12, 24),
    handover: float = 0.0, level: float = 0.95, lock: date | str | None = None,
) -> Result:
    """The share of today's ties left after some months, if coaches go on leaving at the rate seen so far.

    q(t) = 1 - exp(-lambda t) with lambda = departures of coaches / person-years. ``table``: project, months,
    departures, person_years, rate (lambda a year), turnover (q), estimate, lower, upper. The limits carry the
    uncertainty of lambda (exact Poisson, Garwood 1936), not that of the ties. Nobody new is assumed to come.
    """
    day = last_day(study) if lock is None else day_of(lock)
    teams, coaches = list(carried_ties(study, project, lock=day)), study.table("coaches")
    rows = []
    for ties in teams:
        left, years = _staff(coaches[coaches["project"] == ties.project], day)
        tail = (1 - level) / 2
        limits = chi2.ppf(tail, 2 * left) / 2 if left else 0.0, chi2.ppf(1 - tail, 2 * left + 2) / 2
        rates = np.array([left, limits[1], limits[0]]) / years if years else np.full(3, np.nan)
        for span in months:
            q = 1 - np.exp(-rates * span / 12)
            found = mean(ties_left(ties.sizes, ties.formal, q, handover))
            rows.append((ties.project, span, left, years, rates[0], q[0], *found))
    columns = ["project", "months", "departures", "person_years", "rate", "turnover", "estimate", "lower", "upper"]
    return _result(pd.DataFrame(rows, columns=columns), "ties left after some months", teams,
                   "Everybody leaves at the same constant rate, and nobody hands over or is hired.",
                   cells=("departures",))


def mean(chances: np.ndarray) -> np.ndarray:
    """The mean over the last axis; nan without a tie."""
    return chances.sum(axis=-1) / (chances.shape[-1] or np.nan)


def partner_limits(ties: CarriedTies, values: np.ndarray, replicates: int, seed: int,
                   level: float) -> tuple[np.ndarray, np.ndarray]:
    """Percentile limits of the mean of ``values`` (..., E) over ties, resampling partners with all their ties."""
    partners, number = np.unique(ties.partners, return_inverse=True)
    if len(partners) < PARTNERS_TO_RESAMPLE:
        return np.full(values.shape[:-1], np.nan), np.full(values.shape[:-1], np.nan)
    rng, n = np.random.default_rng([seed, *ties.project.encode()]), len(partners)
    weight = rng.multinomial(n, np.full(n, 1 / n), size=replicates)[:, number]
    drawn = weight @ np.moveaxis(values, -1, 0).reshape(ties.n_ties, -1) / weight.sum(axis=1, keepdims=True)
    tail = (1 - level) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return lower.reshape(values.shape[:-1]), upper.reshape(values.shape[:-1])


def _curve(ties: CarriedTies, left: np.ndarray, columns: dict[str, object], replicates: int, seed: int,
           level: float) -> pd.DataFrame:
    lower, upper = partner_limits(ties, left, replicates, seed, level)
    return pd.DataFrame({"project": ties.project, "n_ties": ties.n_ties, **columns, "estimate": mean(left),
                         "lower": lower, "upper": upper})


def _staff(coaches: pd.DataFrame, day: pd.Timestamp) -> tuple[int, float]:
    """Departures and person-years of a project's coaches up to a day."""
    known = coaches[coaches["since"] < day]
    days = (known["until"].clip(upper=day).fillna(day) - known["since"]).dt.days.sum()
    return int((known["until"] <= day).sum()), float(days / YEAR)


def _result(table: pd.DataFrame, method: str, teams: Sequence[CarriedTies], *said: str,
            cells: tuple[str, ...] = ()) -> Result:
    return Result(table, method, (CARRIED, FIRM, ALIKE, UNTOLD, *said), sum(ties.n_ties for ties in teams),
                  teams[0].origin, cells)
