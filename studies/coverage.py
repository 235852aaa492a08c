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

CAUSES = ("completed", "dropout", "employment", "transfer", "other")
MONTHS = np.arange(1, 25)
PLANNED = 12  # most who are still there complete in this month
SIZES, TIMES, HORIZON = (15, 30, 100), (3, 6, 9), 9
LIMITS = ("plain", "log", "log-log", "logit", "arcsine", "beta-product")
STUDIED = ("dropout", "employment")
LEVEL = 0.95


def hazards() -> np.ndarray:
    """Monthly risk of each exit among those still there, shape (24, 5): the true model.

    Dropout is early, employment late, completion around the planned end.
    """
    completed = np.select([MONTHS == PLANNED - 1, MONTHS >= PLANNED], [0.15, 0.6], 0.0)
    ones = np.ones(len(MONTHS))
    return np.column_stack([completed, 0.065 * MONTHS**-0.25, 0.008 * MONTHS**0.5, 0.012 * ones, 0.008 * ones])


def true_survival() -> np.ndarray:
    """The share still there after each month, shape (24,)."""
    return np.cumprod(1 - hazards().sum(axis=1))


def true_incidence() -> np.ndarray:
    """The share gone by each exit up to each month, shape (24, 5)."""
    return np.cumsum(_before()[:, None] * hazards(), axis=0)


def _before() -> np.ndarray:
    return np.concatenate([[1.0], true_survival()[:-1]])


def drawn(n: int, replications: int, rng: np.random.Generator) -> pd.DataFrame:
    """``replications`` groups of n people, watched 1 to 24 months; exit is empty for who is still there."""
    size = n * replications
    chances = np.append((_before()[:, None] * hazards()).ravel(), 0.0)
    place = np.searchsorted(np.cumsum(chances), rng.random(size), side="right")
    month, cause = np.divmod(np.minimum(place, len(chances) - 1), len(CAUSES))
    watched = rng.integers(1, len(MONTHS) + 1, size)
    left = month + 1 <= watched
    names = pd.Categorical.from_codes(np.where(left, cause, -1), CAUSES)
    return pd.DataFrame({"replication": np.repeat(np.arange(replications), n),
                         "month": np.where(left, month + 1, watched), "exit": names})


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
    """Log-log limits of two cumulative incidences at the last time, by two variances."""
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
    return found


def mean_limits(table: retention.EventTable) -> list[Limits]:
    """Limits of the mean stay up to the horizon."""
    rows = retention.restricted_mean(table, HORIZON, level=LEVEL).table
    truth = float(_before()[:HORIZON].sum())
    return [Limits("mean stay up to", HORIZON, "plain", truth, rows["lower"].to_numpy(), rows["upper"].to_numpy())]


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
    people = drawn(n, replications, np.random.default_rng([seed, n]))
    table = retention.event_table(people, stop="month", event="exit", by="replication", origin="synthetic",
                                  unit="months")
    found = [*survival_limits(table), *incidence_limits(table), *mean_limits(table), *median_limits(table)]
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
