"""Discrete hazards: the chance of leaving in a month, modelled on the counts of an event table."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.regression.coefficients import HAZARD, ODDS, coefficient_table
from rehapro_analysis.retention.regression.covariates import Covariates, Design, design, refuse_dependent
from rehapro_analysis.retention.regression.regression import refuse_infinite
from rehapro_analysis.study.problems import StudyError

SHAPES = ("each", "linear", "quadratic", "log")
MEASURES = {"cloglog": HAZARD, "logit": ODDS}


def discrete_hazard_model(table: EventTable, *, covariates: Covariates = (), time: str = "each",
                          link: str = "cloglog", saturated: bool = False, cause: str | None = None,
                          level: float = 0.95) -> Result:
    """Binomial regression of d exits among n at risk: link(h) = shape(t) + x b, one row of counts an observation.

    ``covariates`` are ``by`` columns of the table, as in ``cox_model``. ``time`` is a level for
    ``"each"`` time with exits, ``"linear"``, ``"quadratic"`` or ``"log"`` (log(1 + t)); ``saturated`` gives
    every group and time a level of its own. ``"cloglog"`` makes exp(b) a hazard ratio of grouped
    proportional hazards, ``"logit"`` an ``odds_ratio``. ``cause`` counts one exit, None all.

    ``table``: as in ``cox_model``, the levels of time first. Where nobody or everybody at risk leaves at
    a level of time, its hazard is 0 or 1 and leaves no row. Caution: the counts know no clusters.
    Source: Prentice & Gloeckler 1978; Allison 1982.
    """
    fit = _fitted(table, covariates, time, link, saturated, cause)
    rows = coefficient_table(fit.design, fit.estimate, np.sqrt(np.diag(fit.covariance)), measure=MEASURES[link],
                             cause=cause, level=level, likelihoods=(fit.null, fit.log_likelihood))
    rows = _with_baseline(rows, MEASURES[link].ratio, link, "each" if saturated else time)
    return Result(rows, f"discrete hazard model of {cause or 'all exits'}, {link} link, time {time}, "
                  f"{100 * level:g}% limits",
                  _assumptions(table, link, saturated), table.n, table.origin)


def discrete_survival(table: EventTable, *, covariates: Covariates = (), time: str = "each", link: str = "cloglog",
                      saturated: bool = False, cause: str | None = None) -> Result:
    """The curves of ``discrete_hazard_model``: per group and time the fitted hazard h and S(t) = prod (1 - h).

    ``table``: the ``by`` columns, ``time``, ``n_risk``, ``n_event``, ``hazard``, ``estimate`` (share still there).
    Saturated, this is the Kaplan-Meier curve.
    """
    fit = _fitted(table, covariates, time, link, saturated, cause)
    counts, hazard = fit.counts, fit.hazard
    groups = table.groups.iloc[counts.group].reset_index(drop=True)
    still = pd.Series(1 - hazard).groupby([counts.stratum, counts.group]).cumprod().to_numpy()
    curves = pd.DataFrame({"time": counts.time, "n_risk": counts.n, "n_event": counts.d, "hazard": hazard,
                           "estimate": still})
    return Result(pd.concat([groups, curves], axis=1),
                  f"survival from the discrete hazard model, {link} link, time {time}",
                  _assumptions(table, link, saturated), table.n, table.origin, ("n_risk", "n_event"))


def _with_baseline(rows: pd.DataFrame, ratio: str, link: str, time: str) -> pd.DataFrame:
    """Levels of time are hazards, not ratios: no ratio, no test, and a sentence of their own."""
    level = rows["term"].str.startswith("time[") | (rows["term"] == "intercept")
    rows.loc[level, [ratio, "lower", "upper", "statistic", "p_value"]] = np.nan
    for row in np.flatnonzero(level):
        eta, when = rows["estimate"][row], rows["level"][row] if time == "each" else "0"
        hazard = -np.expm1(-np.exp(eta)) if link == "cloglog" else 1 / (1 + np.exp(-eta))
        rows.loc[row, "reading"] = f"At time {when} the baseline hazard is {hazard:.3g}."
        german = f"Zum Zeitpunkt {when} beträgt das Grundrisiko {hazard:.3g}".replace(".", ",")
        rows.loc[row, "reading_de"] = german + "."
    curved = ~level & (rows["covariate"] == "time") & (time in ("quadratic", "log"))
    rows.loc[curved, "reading"] = "The hazard's shape over time; read it from the curve."
    rows.loc[curved, "reading_de"] = "Die Form des Risikos im Verlauf; sie liest sich an der Kurve ab."
    return rows


@dataclass(frozen=True)
class Counts:
    """Rows of an event table with somebody at risk: d exits among n; shape (R,)."""

    stratum: np.ndarray
    group: np.ndarray
    time: np.ndarray
    n: np.ndarray
    d: np.ndarray


@dataclass(frozen=True)
class DiscreteFit:
    """Estimate (p,), covariance (p, p), fitted hazard of every row of counts, log likelihoods."""

    counts: Counts
    design: Design
    estimate: np.ndarray
    covariance: np.ndarray
    hazard: np.ndarray
    null: float
    log_likelihood: float


def _fitted(table: EventTable, covariates: Covariates, time: str, link: str, saturated: bool,
            cause: str | None) -> DiscreteFit:
    refuse_other(table)
    if time not in SHAPES or link not in MEASURES:
        raise StudyError.of(f"There is no time {time!r} with link {link!r}.",
                            f"Times: {', '.join(SHAPES)}; links: {', '.join(MEASURES)}.")
    counts = _counts(table, cause)
    cell = _cells(counts, time, saturated)
    free, sure = _free(counts, cell)
    columns = _design(table, counts, free, cell, () if saturated else covariates, time, saturated)
    estimate, covariance, fitted, likelihoods = _glm(counts, free, columns, link)
    hazard = sure.copy()
    hazard[free] = fitted
    return DiscreteFit(counts, columns, estimate, covariance, hazard, *likelihoods)


def _counts(table: EventTable, cause: str | None) -> Counts:
    if not table.n_event.size or (cause is not None and cause not in table.causes):
        raise StudyError.of(f"There is no exit {cause or ''!s} in the event table.".replace("  ", " "),
                            f"Exits found: {', '.join(table.causes) or 'none'}.")
    d = table.n_exit if cause is None else table.n_event[:, table.causes.index(cause)]
    leaving = table.time[table.n_exit + table.n_censored > 0]
    if (leaving != np.floor(leaving)).any():
        raise StudyError.of("The times are not whole numbers.", "Count time in whole units, such as months.")
    grid = np.arange(leaving.min(), leaving.max() + 1)
    size, runs = len(grid), table.runs.first
    stratum, group = table.stratum[runs].repeat(size), table.group[runs].repeat(size)
    return _on_grid(table, d, stratum, group, np.tile(grid, len(runs)))


def _on_grid(table: EventTable, d: np.ndarray, stratum: np.ndarray, group: np.ndarray, time: np.ndarray) -> Counts:
    """Counts at every whole time: between two rows of the table those at risk are those at the next row."""
    span = max(table.time.max(), time.max()) + 2
    run, own = (stratum * len(table.groups) + group), (table.stratum * len(table.groups) + table.group)
    key, known = run * span + time, own * span + table.time
    row = np.searchsorted(known, key).clip(max=len(known) - 1)
    n = np.where((own[row] == run) & (known[row] >= key), table.n_risk[row], 0.0)
    exits = np.where(known[row] == key, d[row], 0.0)
    there = n > 0
    return Counts(stratum[there], group[there], time[there], n[there], exits[there])


def _cells(counts: Counts, time: str, saturated: bool) -> np.ndarray | None:
    """Which rows share a level of time; None where time is a number."""
    if saturated:
        return np.arange(len(counts.time))
    return np.unique(counts.time, return_inverse=True)[1] if time == "each" else None


def _free(counts: Counts, cell: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Rows to be fitted, and the sure hazards 0 and 1 of levels where nobody or everybody leaves."""
    if cell is None:
        return np.ones(len(counts.d), bool), np.zeros(len(counts.d))
    share = (np.bincount(cell, counts.d) / np.bincount(cell, counts.n))[cell]
    return (share > 0) & (share < 1), np.where(share >= 1, 1.0, 0.0)


def _design(table: EventTable, counts: Counts, free: np.ndarray, cell: np.ndarray | None, covariates: Covariates,
            time: str, saturated: bool) -> Design:
    """Columns of time (levels, or an intercept and numbers), then of the groups."""
    if not free.any():
        raise StudyError.of("No level of time has both leavers and stayers.", "Count in longer units of time.")
    level = np.zeros(int(free.sum()), np.intp)
    if cell is None:
        clock = _shape(counts.time[free], time)
    else:
        _, first, level = np.unique(cell[free], return_index=True, return_inverse=True)
        clock = _levels([_level(table, counts, row, saturated) for row in np.flatnonzero(free)[first]], level)
    if not covariates:
        return clock
    groups = nw.from_native(table.groups.iloc[counts.group[free]].reset_index(drop=True), eager_only=True)
    absent = [name for name in covariates if name not in groups.columns]
    if absent:
        raise StudyError.of(f"The event table is not grouped by {', '.join(absent)}.", "Name the columns in by=.")
    people = design(groups, covariates)
    refuse_dependent(people, level)
    return Design(np.column_stack([clock.matrix, people.matrix]), *(
        getattr(clock, name) + getattr(people, name) for name in ("terms", "covariates", "levels", "references")))


def _levels(names: list[str], level: np.ndarray) -> Design:
    matrix = (level[:, None] == np.arange(len(names))).astype(float)
    return Design(matrix, tuple(f"time[{name}]" for name in names), ("time",) * len(names), tuple(names),
                  (None,) * len(names))


def _shape(time: np.ndarray, shape: str) -> Design:
    columns = {"linear": {"time": time}, "quadratic": {"time": time, "time^2": time**2},
               "log": {"log(1 + time)": np.log1p(time)}}[shape]
    terms = ("intercept", *columns)
    return Design(np.column_stack([np.ones(len(time)), *columns.values()]), terms, ("time",) * len(terms),
                  (None,) * len(terms), (None,) * len(terms))


def _level(table: EventTable, counts: Counts, row: int, saturated: bool) -> str:
    labels = [f"{counts.time[row]:g}"]
    if saturated:
        labels += [str(value) for frame, code in ((table.strata, counts.stratum), (table.groups, counts.group))
                   for value in frame.iloc[code[row]]]
    return ", ".join(labels)


def _glm(counts: Counts, free: np.ndarray, columns: Design,
         link: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    """Estimate, covariance, fitted hazards and the log likelihoods without and with covariates."""
    import statsmodels.api as sm  # a second to import, needed here only
    d, n = counts.d[free], counts.n[free]
    links = {"cloglog": sm.families.links.CLogLog, "logit": sm.families.links.Logit}
    family = sm.families.Binomial(links[link]())
    clock = np.array([name == "time" for name in columns.covariates])

    def fit(matrix: np.ndarray) -> Any:
        return sm.GLM(np.column_stack([d, n - d]), matrix, family=family).fit(
            tol=1e-13, tol_criterion="params", maxiter=100)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # saturated, a perfect fit is the aim; others are refused below
        model = fit(columns.matrix)
        null = model if clock.all() else fit(columns.matrix[:, clock])
    refuse_infinite(columns, np.asarray(model.params), np.asarray(model.bse))
    return (np.asarray(model.params), np.asarray(model.cov_params()), np.asarray(model.fittedvalues),
            (float(null.llf), float(model.llf)))


def _assumptions(table: EventTable, link: str, saturated: bool) -> tuple[str, ...]:
    shape = ("Every group and time has its own hazard; this is the Kaplan-Meier curve." if saturated else
             f"The groups differ by the same {MEASURES[link].ratio.replace('_', ' ')} at every time.")
    strata = ("Strata are added up, one baseline for all.",) if len(table.strata) > 1 and not saturated else ()
    return (f"Time is counted in {table.unit}; within a unit all exits are tied.", shape, *strata,
            "Who is censored within a unit was at risk in all of it; spells are independent of each other.")
