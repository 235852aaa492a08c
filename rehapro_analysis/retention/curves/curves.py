"""Curves of staying: the product-limit estimate and the cumulative hazard, for all groups at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.influence import robust_variance
from rehapro_analysis.retention.curves.limits import (
    beta_product_limits,
    check_choice,
    lower_se,
    normal_quantile,
    survival_limits,
)
from rehapro_analysis.retention.event_tables.events import EventTable, refuse_other
from rehapro_analysis.retention.event_tables.frames import frame_of
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.study.problems import StudyError

ESTIMATORS = ("product-limit", "breslow", "fleming-harrington")
VARIANCES = ("auto", "greenwood", "robust")
COUNTS = ("n_risk", "n_event", "n_censored")
SMALL = 5  # fewer people than this are not counted out in a sentence, nor shown as a project


@dataclass(frozen=True)
class Steps:
    """A step curve: one row a group and time at which somebody leaves or is censored, shape (R,).

    ``survival`` is S after the step; ``hazard`` the increment d/n; ``cumulative`` the hazard so far;
    ``var_log`` and ``var_cumulative`` the variances of log S and of the cumulative hazard.
    """

    table: EventTable
    rows: np.ndarray
    survival: np.ndarray
    cumulative: np.ndarray
    var_log: np.ndarray
    var_cumulative: np.ndarray

    @cached_property
    def runs(self) -> Runs:
        """The rows of each group."""
        return Runs(self.group)

    @cached_property
    def group(self) -> np.ndarray:
        """Shape (R,): group codes."""
        return self.table.group[self.rows]

    @cached_property
    def time(self) -> np.ndarray:
        """Shape (R,): times."""
        return self.table.time[self.rows]

    @cached_property
    def n_risk(self) -> np.ndarray:
        """Shape (R,): at risk just before each time."""
        return self.table.n_risk[self.rows]

    @cached_property
    def n_event(self) -> np.ndarray:
        """Shape (R,): exits of any cause."""
        return self.table.n_exit[self.rows]

    @cached_property
    def n_censored(self) -> np.ndarray:
        """Shape (R,): censored."""
        return self.table.n_censored[self.rows]

    def only(self, kept: np.ndarray) -> Steps:
        """The curve on some of its rows (a mask or positions)."""
        columns = (self.rows, self.survival, self.cumulative, self.var_log, self.var_cumulative)
        return Steps(self.table, *(column[kept] for column in columns))

    def at(self, values: np.ndarray, times: np.ndarray, start: float) -> np.ndarray:
        """A column of the curve at given times, shape (groups, times); nan once nothing is known.

        After a group's last time the curve is known only if everybody has left.
        """
        place = self.runs.find(self.time, np.asarray(times))
        last = self.runs.last[:, None]
        unknown = (np.asarray(times) > self.time[last]) & (self.survival[last] > 0)
        return np.where(unknown, np.nan, np.where(place < 0, start, values[place]))


def steps(table: EventTable, *, estimator: str = "product-limit", variance: str = "auto",
          reverse: bool = False) -> Steps:
    """The curve of every group, strata pooled.

    S = prod(1 - d/n), its log's variance sum d/(n(n - d)); H = sum d/n with sum d/n^2. With estimator
    "breslow" S = exp(-H); "fleming-harrington" counts tied exits one after another. Variance "robust"
    is the infinitesimal jackknife; "auto" takes it where weights are not whole numbers, as R does.
    ``reverse`` exchanges exits and censorings: the curve of follow-up.
    """
    refuse_other(table)
    check_choice("estimator", estimator, ESTIMATORS)
    check_choice("variance", variance, VARIANCES)
    table = _reversed(table.pooled()) if reverse else table.pooled()
    rows = np.flatnonzero(table.n_exit + table.n_censored > 0)
    n, d, runs = table.n_risk[rows], table.n_exit[rows], Runs(table.group[rows])
    n = np.where(d > 0, n, 1.0)  # a row without exits changes nothing, even where nobody is left
    hazard, spread = _tied(n, d) if estimator == "fleming-harrington" else (d / n, d / n**2)
    cumulative, var_cumulative = runs.cumsum(hazard), runs.cumsum(spread)
    if estimator == "product-limit":
        survival = runs.cumprod(1 - d / n)
        with np.errstate(divide="ignore", invalid="ignore"):
            var_log = runs.cumsum(np.where(d > 0, d / (n * (n - d)), 0.0))
    else:
        survival, var_log = np.exp(-cumulative), var_cumulative
    if is_robust(table, variance) and not reverse:
        var_log, var_cumulative = _robust(table, rows, estimator)
    return Steps(table, rows, survival, cumulative, var_log, var_cumulative)


def is_robust(table: EventTable, variance: str) -> bool:
    """Whether a variance is the infinitesimal jackknife."""
    fractional = table.weighted and bool((table.cells.weight % 1 != 0).any())
    return variance == "robust" or (variance == "auto" and fractional)


def _tied(n: np.ndarray, d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of 1/(n - k) and 1/(n - k)^2 over k < d: tied exits one after another."""
    if (d % 1 != 0).any():
        raise StudyError.of("Tied exits follow one another only in whole persons.", "Take estimator=\"breslow\".")
    row = np.repeat(np.arange(len(n)), d.astype(np.intp))
    rest = n[row] - (np.arange(len(row)) - np.repeat(np.cumsum(d) - d, d.astype(np.intp)))
    return np.bincount(row, 1 / rest, len(n)), np.bincount(row, 1 / rest**2, len(n))


def _robust(table: EventTable, rows: np.ndarray, estimator: str) -> tuple[np.ndarray, np.ndarray]:
    n, d = table.n_risk, table.n_exit
    cumulative = robust_variance(table, np.divide(1, n, out=np.zeros_like(n), where=d > 0))[rows]
    if estimator != "product-limit":
        return cumulative, cumulative
    rest = np.divide(1, n - d, out=np.zeros_like(n), where=(d > 0) & (d < n))
    return robust_variance(table, rest)[rows], cumulative


def _reversed(table: EventTable) -> EventTable:
    return replace(table, n_event=table.n_censored[:, None], n_censored=table.n_exit,
                   n_risk=table.n_risk - table.n_exit, causes=("censored",))


def kaplan_meier(table: EventTable, *, ci: str = "log-log", level: float = 0.95, lower: str = "usual",
                 estimator: str = "product-limit", variance: str = "auto") -> Result:
    """The share still in the programme over time, by group.

    S(t) = prod over exit times up to t of 1 - d/n, with Greenwood's standard error (of S, not of its
    log). ``ci`` is "plain", "log", "log-log", "logit", "arcsine", or "beta-product": exact-type limits
    for small numbers, without delayed entry. ``lower`` widens the lower limit where censoring is heavy
    ("peto", "modified"). ``estimator`` "breslow" or "fleming-harrington" takes exp(-H) instead, the latter
    with ties counted one after another. Strata are pooled.

    Columns: the groups, time, n_risk (just before), n_event, n_censored, estimate, std_error, lower, upper.

    >>> from rehapro_analysis.retention import event_table
    >>> people = pd.DataFrame({"month": [1, 2, 2, 3], "left": [True, True, False, True]})
    >>> kaplan_meier(event_table(people, stop="month", event="left")).table[["time", "n_risk", "estimate"]]
       time  n_risk  estimate
    0     1     4.0      0.75
    1     2     3.0      0.50
    2     3     1.0      0.00
    """
    curve = steps(table, estimator=estimator, variance=variance)
    low, high = curve_limits(curve, ci=ci, level=level, lower=lower)
    frame = counts_frame(curve, curve.survival, standard_error(curve), low, high)
    method = {"product-limit": "Kaplan-Meier", "breslow": "exp(-H), Breslow",
              "fleming-harrington": "exp(-H), Fleming-Harrington"}[estimator]
    return curve_result(curve, frame, f"{method}, {percent(level)} {ci} limits", variance)


def nelson_aalen(table: EventTable, *, ci: str = "log", level: float = 0.95, ties: str = "together",
                 variance: str = "auto") -> Result:
    """The cumulative hazard H(t) = sum d/n over exit times up to t, with variance sum d/n^2, by group.

    ``ci`` is "log", H exp(-+ z se/H), or "plain", clipped at 0. ``ties`` "one by one" counts tied exits
    one after another (Fleming-Harrington). Columns as in :func:`kaplan_meier`.
    """
    check_choice("ci", ci, ("log", "plain"))
    check_choice("ties", ties, ("together", "one by one"))
    curve = steps(table, estimator="breslow" if ties == "together" else "fleming-harrington", variance=variance)
    hazard, se, z = curve.cumulative, np.sqrt(curve.var_cumulative), normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.exp(z * se / hazard)
        low, high = hazard / spread, hazard * spread
    if ci == "plain":
        low, high = np.maximum(hazard - z * se, 0), hazard + z * se
    frame = counts_frame(curve, hazard, se, low, high)
    return curve_result(curve, frame, f"Nelson-Aalen cumulative hazard, {percent(level)} {ci} limits", variance)


def curve_limits(curve: Steps, *, ci: str, level: float, lower: str = "usual") -> tuple[np.ndarray, np.ndarray]:
    """Pointwise limits of a survival curve by any of the named methods."""
    if ci == "beta-product":
        if curve.table.delayed or (curve.n_risk % 1 != 0).any():
            raise StudyError.of("Beta product limits need whole persons and no delayed entry.", "Take log-log.")
        return beta_product_limits(curve.n_risk, curve.n_event, curve.n_censored, curve.runs, level=level)
    se = np.sqrt(curve.var_log)
    se_low = lower_se(curve.survival, se, curve.n_risk, curve.n_event, curve.runs, lower)
    return survival_limits(curve.survival, se, ci=ci, level=level, se_log_lower=se_low)


def standard_error(curve: Steps) -> np.ndarray:
    """Standard error of S (not of log S); nan at 0, where there is none."""
    with np.errstate(invalid="ignore"):
        return np.where(curve.survival > 0, curve.survival * np.sqrt(curve.var_log), np.nan)


def counts_frame(curve: Steps, estimate: np.ndarray, std_error: np.ndarray, lower: np.ndarray,
                 upper: np.ndarray) -> pd.DataFrame:
    """The tidy table of a curve."""
    columns = {"time": curve.time, "n_risk": curve.n_risk, "n_event": curve.n_event,
               "n_censored": curve.n_censored, "estimate": estimate, "std_error": std_error, "lower": lower,
               "upper": upper}
    return frame_of({**curve.table.by.at(curve.group), **columns})


def assumptions(curve: Steps, variance: str = "auto") -> tuple[str, ...]:
    """What a reader of a curve must know, as sentences."""
    table = curve.table
    said = ["Those censored would have gone on like those still watched.",
            "At a tied time exits come before censorings, and entries after both."]
    if table.delayed:
        smallest = curve.n_risk.min(initial=table.n)
        held = f"{smallest:g}" if smallest >= SMALL else f"fewer than {SMALL}"
        said.append(f"Some are watched only from a later entry; the smallest risk set holds {held}.")
    if is_robust(table, variance):
        said.append("Standard errors are the infinitesimal jackknife.")
    elif table.weighted:
        said.append("Weights count identical persons.")
    stuck = curve.runs.previous(curve.survival, 1.0) == 0
    if stuck.any():
        said.append(f"In {len(np.unique(curve.group[stuck]))} group(s) the curve reached 0 before later entries "
                    "and stays there; look at the curve given staying beyond that time.")
    return tuple(said)


def curve_result(curve: Steps, frame: pd.DataFrame, method: str, variance: str = "auto",
                 cells: tuple[str, ...] = COUNTS) -> Result:
    """A result about a curve, with its sentences, number of spells and origin."""
    return Result(frame, method, assumptions(curve, variance), curve.table.n, curve.table.origin, cells)


def percent(level: float) -> str:
    """A level as people write it: 95 %."""
    return f"{100 * level:g} %"
