"""Ways out of a step: who went where, of all who entered, of those decided, and by a horizon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.retention.curves.limits import survival_limits
from rehapro_analysis.retention.curves.summaries import quantiles
from rehapro_analysis.retention.event_tables.events import ROUNDING, EventTable, event_table
from rehapro_analysis.retention.exits.competing import STAYING, check_positive
from rehapro_analysis.retention.exits.incidence import incidence

COUNTS = ("n", "entered", "open")
SAID = ("so_far counts those still undecided as not gone: it is too low while people are still there.",
        "of_decided leaves out those still there: it favours ways that are taken early.",
        "estimate counts everybody as long as seen: those still there would have gone on like the others "
        "(Aalen-Johansen).",
        "Exact limits (Clopper-Pearson) treat stays as independent of one another.")


def ways_out(stays: pd.DataFrame, by: Sequence[str], *, horizon: float, level: float = 0.95) -> pd.DataFrame:
    """One row a group and way out, and one for those still there; the shares of a group add up to 1.

    ``stays`` has the ``by`` columns, stop (days in the step), to (empty: still there) and, where some are
    watched only later, start. Columns: the groups, to, n, entered, open (still there), so_far = n/entered,
    of_decided = n/(entered - open), both with exact limits, estimate (Aalen-Johansen share by ``horizon``
    days, empty where nobody was watched that long) with std_error, lower, upper, then of the whole group
    median with limits (days until the step is left), person_days and days_per_exit.

    >>> stays = pd.DataFrame({"step": "one", "stop": [10, 20, 20, 40], "to": ["two", "home", None, "two"]})
    >>> ways_out(stays, ["step"], horizon=30)[["to", "n", "so_far", "of_decided", "estimate"]].round(3)
                 to  n  so_far  of_decided  estimate
    0          home  1    0.25       0.333      0.25
    1           two  2    0.50       0.667      0.25
    2  in programme  1    0.25         NaN      0.50
    """
    check_positive("horizon", horizon)
    entry = "start" if "start" in stays else None
    table = event_table(stays, stop="stop", start=entry, event="to", by=list(by), unit="days")
    counts = np.add.reduceat(np.column_stack([table.n_event, table.n_censored]), table.runs.first).astype(int)
    groups, ways = counts.shape
    frame = table.groups.loc[np.repeat(np.arange(groups), ways)].reset_index(drop=True).assign(
        to=[*table.causes, STAYING] * groups, n=counts.ravel(), entered=np.repeat(counts.sum(axis=1), ways),
        open=np.repeat(counts[:, -1], ways))
    frame = frame.assign(**_shares(frame, level), **_by_horizon(table, horizon, level),
                         **_times(table, ways, level))
    watched = stays["stop"] - (stays["start"].fillna(0) if entry else 0)
    days = watched.groupby([stays[name] for name in by], observed=True).sum().rename("person_days").reset_index()
    frame = frame.merge(days, on=list(by), how="left")
    gone = (frame["entered"] - frame["open"]).to_numpy()
    frame["days_per_exit"] = np.divide(frame["person_days"], gone, out=np.full(len(gone), np.nan), where=gone > 0)
    return frame[frame["n"].gt(0) | frame["to"].eq(STAYING)].reset_index(drop=True)


def exact_share(n: np.ndarray, of: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n/of with its Clopper-Pearson limits; empty where there is nobody.

    >>> [value.round(3).tolist() for value in exact_share(np.array([3, 0]), np.array([4, 0]))]
    [[0.75, nan], [0.194, nan], [0.994, nan]]
    """
    some = of > 0
    share, lower, upper = (np.full(len(of), np.nan) for _ in range(3))
    share[some] = n[some] / of[some]
    lower[some], upper[some] = proportion_confint(n[some], of[some], alpha=1 - level, method="beta")
    return share, lower, upper


def _shares(frame: pd.DataFrame, level: float) -> dict[str, np.ndarray]:
    n, entered = frame["n"].to_numpy(), frame["entered"].to_numpy()
    decided = np.where(frame["to"] == STAYING, 0, entered - frame["open"])
    named = {"so_far": exact_share(n, entered, level), "of_decided": exact_share(n, decided, level)}
    return {name + end: values for name, triple in named.items()
            for end, values in zip(("", "_lower", "_upper"), triple, strict=True)}


def _by_horizon(table: EventTable, horizon: float, level: float) -> dict[str, np.ndarray]:
    found = incidence(table)
    share, error = found.at(horizon)
    last = table.runs.find(table.time, np.array([horizon]))[:, 0]
    staying = np.where(last < 0, 1.0, found.staying[last])
    share = np.column_stack([share[:, :-1], np.where(np.isnan(share[:, -1]), np.nan, staying)]).ravel()
    share = np.where(share > 1 - ROUNDING, 1.0, share)  # everybody: no limits
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = survival_limits(share, error.ravel() / share, level=level)
    return {"estimate": share, "std_error": error.ravel(), "lower": lower, "upper": upper}


def _times(table: EventTable, ways: int, level: float) -> dict[str, np.ndarray]:
    found = quantiles(table, (0.5,), level=level).table[["estimate", "lower", "upper"]].to_numpy()
    return dict(zip(("median", "median_lower", "median_upper"), np.repeat(found, ways, axis=0).T, strict=True))
