"""Our tasks and the floor below them: counting rows by group, day and cause.

A task takes rows, does its work, and returns a function that reads the numbers to compare; only the
work is timed. The event table is counted anew in every task.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from rows import AT_DAY, CAUSES, COVARIATES, GROUPS, LAST_DAY, Rows

from rehapro_analysis import retention

CHUNK = 1 << 19
Numbers = Callable[[], dict[str, list[float]]]


def counted(rows: Rows) -> retention.EventTable:
    """The event table of the rows."""
    return retention.event_table(rows.frame, stop="day", event="cause", by="group", origin="synthetic")


def curves(rows: Rows) -> Numbers:
    """Kaplan-Meier with log-log limits."""
    table = retention.kaplan_meier(counted(rows)).table
    columns = {"S": "estimate", "se": "std_error", "lower": "lower", "upper": "upper"}
    return lambda: at_day(table, ["group"], columns)


def incidences(rows: Rows) -> Numbers:
    """Aalen-Johansen with the delta variance, all causes."""
    table = retention.aalen_johansen(counted(rows), variance="delta").table
    columns = {"F": "estimate", "se": "std_error"}
    return lambda: at_day(table[table["cause"] != "in programme"], ["group", "cause"], columns)


def logrank(rows: Rows) -> Numbers:
    """Log-rank test of the groups."""
    table = retention.logrank_test(counted(rows)).table
    return lambda: {"chi2": table["statistic"].tolist()}


def gray(rows: Rows) -> Numbers:
    """Gray's test of every cause."""
    table = retention.gray_test(counted(rows)).table
    return lambda: {"chi2": table["statistic"].tolist()}


def cox(rows: Rows) -> Numbers:
    """Cox with Efron's ties."""
    return _terms(retention.cox_model(rows.frame, stop="day", event="cause", covariates=COVARIATES).table)


def fine_gray(rows: Rows) -> Numbers:
    """Fine-Gray for the first cause."""
    return _terms(retention.fine_gray_model(rows.frame, stop="day", event="cause", cause="1",
                                            covariates=COVARIATES).table)


def bootstrap(rows: Rows) -> Numbers:
    """A bootstrap band of one curve."""
    table = retention.event_table(rows.frame, stop="day", event="cause", origin="synthetic")
    retention.bootstrap_band(table, rng=np.random.default_rng(1), replicates=rows.replicates)
    return dict


def permutation(rows: Rows) -> Numbers:
    """The log-rank test by permutation."""
    return _permuted(rows, "recomputed")


def permuted_scores(rows: Rows) -> Numbers:
    """The same with the variance that the scores have over all regroupings, as R's coin."""
    return _permuted(rows, "fixed")


def _permuted(rows: Rows, variance: str) -> Numbers:
    table = retention.permutation_logrank_test(rows.frame, stop="day", event="cause", by="group", rng=1,
                                               permutations=rows.replicates, variance=variance).table
    return lambda: {"chi2": table["statistic"].tolist()}


def bincount(rows: Rows) -> Numbers:
    """The floor: one bincount over the known grid of group, day and cause."""
    key = (rows.group.astype(np.int64) * (LAST_DAY + 1) + rows.day) * (CAUSES + 1) + rows.cause
    counts = np.bincount(key, minlength=GROUPS * (LAST_DAY + 1) * (CAUSES + 1))
    return lambda: {"left": counts.reshape(-1, CAUSES + 1)[:, 1:].sum(axis=0).tolist()}


def chunked(rows: Rows) -> Numbers:
    """A lower floor: the same in chunks that stay in the processor's cache."""
    counts = np.zeros(GROUPS * (LAST_DAY + 1) * (CAUSES + 1), np.int64)
    for first in range(0, len(rows.day), CHUNK):
        part = slice(first, first + CHUNK)
        key = rows.group[part].astype(np.int64)
        for column, size in ((rows.day, LAST_DAY + 1), (rows.cause, CAUSES + 1)):
            key *= size
            key += column[part]
        counts += np.bincount(key, minlength=len(counts))
    return lambda: {"left": counts.reshape(-1, CAUSES + 1)[:, 1:].sum(axis=0).tolist()}


def table(rows: Rows) -> Numbers:
    """The event table alone."""
    counts = counted(rows)
    return lambda: {"left": counts.n_event.sum(axis=0).tolist()}


def at_day(table: pd.DataFrame, keys: list[str], columns: dict[str, str]) -> dict[str, list[float]]:
    """The last row of each curve up to the day on which curves are compared."""
    last = table[table["time"] <= AT_DAY].groupby(keys).last()
    return {name: last[column].tolist() for name, column in columns.items()}


def _terms(table: pd.DataFrame) -> Numbers:
    terms = table.iloc[: len(COVARIATES)]
    return lambda: {"beta": terms["estimate"].tolist(), "se": terms["std_error"].tolist()}


TOOLS = {
    "ours": {"counts": table, "curves": curves, "incidences": incidences, "logrank": logrank, "gray": gray,
             "cox": cox, "fine_gray": fine_gray, "bootstrap": bootstrap, "permutation": permutation,
             "permuted_scores": permuted_scores},
    "bincount": {"counts": bincount},
    "bincount in chunks": {"counts": chunked},
}
