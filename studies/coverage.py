"""Do 95 % limits hold the truth 95 times in 100? Small groups with monthly ties, competing exits, censoring.

    python studies/coverage.py --out studies/coverage.csv

Every replication is a group of its own in one event table, so that no loop runs over replications.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rehapro_analysis import retention
from rehapro_analysis.retention.comparison import differences

CAUSES = ("completed", "dropout", "employment", "transfer", "other")
MONTHS = np.arange(1, 25)
PLANNED = 12  # most who are still there complete in this month
SIZES, TIMES, HORIZON = (15, 30, 100), (3, 6, 9), 9
LIMITS = ("plain", "log", "log-log", "logit", "arcsine", "beta-product")
STUDIED = ("dropout", "employment")
MEAN_LIMITS = ("plain", "logit", "beta-product", "mid-p beta-product")
SLOWER = 0.5  # risks in the groups that mean stays are compared with, as a share of the others'
LEVEL = 0.95


def hazards() -> np.ndarray:
    """Monthly risk of each exit among those still there, shape (24, 5): the true model.

    Dropout is early, employment late, completion around the planned end.
    """
    completed = np.select([MONTHS == PLANNED - 1, MONTHS >= PLANNED], [0.15, 0.6], 0.0)
    ones = np.ones(len(MONTHS))
    return np.column_stack([completed, 0.065 * MONTHS**-0.25, 0.008 * MONTHS**0.5, 0.012 * ones, 0.008 * ones])


def true_survival(risk: float = 1.0) -> np.ndarray:
    """The share still there after each month, shape (24,), if all risks are multiplied by one number."""
    return np.cumprod(1 - risk * hazards().sum(axis=1))


def true_incidence(risk: float = 1.0) -> np.ndarray:
    """The share gone by each exit up to each month, shape (24, 5)."""
    return np.cumsum(_before(risk)[:, None] * risk * hazards(), axis=0)


def _before(risk: float = 1.0) -> np.ndarray:
    return np.concatenate([[1.0], true_survival(risk)[:-1]])


def drawn(n: int, replications: int, rng: np.random.Generator, risk: float = 1.0,
          longest: int = len(MONTHS)) -> pd.DataFrame:
    """``replications`` groups of n people, watched 1 to ``longest`` months; exit is empty for who is still there."""
    size = n * replications
    chances = np.append(np.diff(true_incidence(risk), axis=0, prepend=0.0).ravel(), 0.0)
    place = np.searchsorted(np.cumsum(chances), rng.random(size), side="right")
    month, cause = np.divmod(np.minimum(place, len(chances) - 1), len(CAUSES))
    watched = rng.integers(1, longest + 1, size)
    left = month + 1 <= watched
    names = pd.Categorical.from_codes(np.where(left, cause, -1), CAUSES)
    return pd.DataFrame({"replication": np.repeat(np.arange(replications), n),
                         "month": np.where(left, month + 1, watched), "exit": names})


def counted(people: pd.DataFrame) -> retention.EventTable:
    """All groups as one event table."""
    return retention.event_table(people, stop="month", event="exit", by="replication", origin="synthetic",
                                 unit="months")


@dataclass(frozen=True)
class Limits:
    """Limits of one number by one method in every replication; missing where there are none."""

    quantity: str
    time: float
    method: str
    truth: float
    lower: np.ndarray
    upper: np.ndarray

    def row(self) -> dict:
        """Coverage with its Monte Carlo error, the misses on either side, width, and how often there are none."""
        known = ~np.isnan(self.lower) & ~np.isnan(self.upper)
        below, above = self.upper[known] < self.truth, self.lower[known] > self.truth
        covered = 1 - float(np.mean(below | above))
        return {"quantity": self.quantity, "time": self.time, "limits": self.method, "truth": self.truth,
                "coverage": covered, "mc_error": float(np.sqrt(covered * (1 - covered) / known.sum())),
                "limits_too_low": float(below.mean()), "limits_too_high": float(above.mean()),
                "mean_width": _mean_width((self.upper - self.lower)[known]),
                "without_limits": 1 - float(known.mean())}


def _mean_width(width: np.ndarray) -> float:
    finite = width[np.isfinite(width)]
    return float(finite.mean()) if len(finite) else np.nan


def survival_limits(table: retention.EventTable) -> list[Limits]:
    """Limits of the share still there at three times, by six methods."""
    found = []
    for method in LIMITS:
        rows = retention.milestone(table, TIMES, ci=method, level=LEVEL).table
        for time, part in rows.groupby("time"):
            found.append(Limits("share still there", time, method, true_survival()[time - 1],
                                part["lower"].to_numpy(), part["upper"].to_numpy()))
    return found


def incidence_limits(table: retention.EventTable) -> list[Limits]:
    """Limits of two cumulative incidences: log-log by two variances at the last time, beta-product at all times."""
    watched = retention.milestone(table, [HORIZON]).table["estimate"].notna().to_numpy()
    found = []
    for variance in ("delta", "gray"):
        rows = retention.aalen_johansen(table, variance=variance, level=LEVEL).table
        for cause in STUDIED:
            part = rows[(rows["cause"] == cause) & (rows["time"] <= HORIZON)].groupby("replication").last()
            part = part.reindex(table.groups["replication"])
            lower, upper = (np.where(watched, part[side].to_numpy(), np.nan) for side in ("lower", "upper"))
            truth = true_incidence()[HORIZON - 1, CAUSES.index(cause)]
            method = f"log-log, {variance} variance"
            found.append(Limits(f"share gone: {cause}", HORIZON, method, truth, lower, upper))
    return found + [limits for cause in STUDIED for limits in exact_incidence_limits(table, cause)]


def exact_incidence_limits(table: retention.EventTable, cause: str) -> list[Limits]:
    """Beta-product limits of the share gone for a cause, which exist where nobody has gone for it."""
    rows = retention.milestone(table, TIMES, cause=cause, ci="beta-product", level=LEVEL).table
    return [Limits(f"share gone: {cause}", time, "beta-product", true_incidence()[time - 1, CAUSES.index(cause)],
                   part["lower"].to_numpy(), part["upper"].to_numpy()) for time, part in rows.groupby("time")]


def mean_limits(table: retention.EventTable, risk: float = 1.0) -> list[Limits]:
    """Limits of the mean stay up to three horizons, by four methods."""
    found = []
    for time in TIMES:
        truth = float(_before(risk)[:time].sum())
        for method in MEAN_LIMITS:
            rows = retention.restricted_mean(table, time, ci=method, level=LEVEL).table
            found.append(Limits("mean stay up to", time, method, truth, rows["lower"].to_numpy(),
                                rows["upper"].to_numpy()))
    return found


def difference_limits(table: retention.EventTable, other: retention.EventTable) -> list[Limits]:
    """Limits of the difference of two mean stays up to the last time, each replication with its other one."""
    truth = float(_before()[:HORIZON].sum() - _before(SLOWER)[:HORIZON].sum())
    found = []
    for method in MEAN_LIMITS:
        means = [retention.restricted_mean(one, HORIZON, ci=method, level=LEVEL).table for one in (table, other)]
        pairs = (np.column_stack([rows[name] for rows in means]) for name in ("estimate", "lower", "upper"))
        lower, upper = differences.difference_limits(*pairs)
        found.append(Limits("difference of mean stays", HORIZON, method, truth, lower, upper))
    return found


def median_limits(table: retention.EventTable) -> list[Limits]:
    """Limits of the median stay; an upper limit that is not reached is infinite."""
    truth = float(MONTHS[np.argmax(true_survival() < 0.5)])
    found = []
    for method in LIMITS:
        rows = retention.quantiles(table, [0.5], ci=method, level=LEVEL).table
        lower, upper = rows["lower"].to_numpy(), rows["upper"].to_numpy()
        found.append(Limits("median stay", np.nan, method, truth, lower, np.where(np.isnan(upper), np.inf, upper)))
    return found


def coverage(n: int, replications: int, seed: int) -> pd.DataFrame:
    """The table of the study for groups of n people, one row a number and method."""
    rng = np.random.default_rng([seed, n])
    people = drawn(n, replications, rng)
    table, other = counted(people), counted(drawn(n, replications, rng, SLOWER))
    found = [*survival_limits(table), *incidence_limits(table), *mean_limits(table), *difference_limits(table, other),
             *median_limits(table)]
    rows = pd.DataFrame([limits.row() for limits in found])
    rows.insert(0, "n", n)
    censored = float(people["exit"].isna().mean())
    return rows.astype({"time": "Int64"}).assign(censored=censored, replications=replications)


def main() -> None:
    """Read the command line, draw, print, and write where asked."""
    parser = argparse.ArgumentParser(description="Coverage of limits in small groups.")
    parser.add_argument("--replications", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--out", type=Path, help="the table as CSV")
    given = parser.parse_args()
    table = pd.concat([coverage(n, given.replications, given.seed) for n in SIZES], ignore_index=True)
    print(table.to_string(index=False, float_format="{:.4f}".format))
    if given.out:
        table.to_csv(given.out, index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main()
