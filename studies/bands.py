"""Do bands for a whole curve hold it 95 times in 100 - at all months at once?

    python studies/bands.py --out studies/bands.csv

The model, the draws and the columns are those of the coverage study. A band is asked from the first exit that was seen
to month 9: it is missed if the true share still there lies outside in any of these months.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from coverage import HORIZON, LEVEL, SIZES, counted, drawn, true_survival

from rehapro_analysis import retention

SIMULTANEOUS = [(kind, scale) for kind in ("hall-wellner", "equal-precision") for scale in ("plain", "log")]
BOOTSTRAP, REPLICATES = ("arcsine", "log", "plain"), 1000
BETWEEN = (1, HORIZON)


def all_bands(table: retention.EventTable, seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every band by its name, and for comparison the limits of single months."""
    rows = retention.kaplan_meier(table, level=LEVEL).table
    yield "single months, log-log", rows[rows["time"].between(*BETWEEN) & rows["lower"].notna()]
    for kind, scale in SIMULTANEOUS:
        yield f"{kind}, {scale}", retention.simultaneous_band(table, kind=kind, scale=scale, level=LEVEL,
                                                              between=BETWEEN).table
    for scale in BOOTSTRAP:
        yield f"bootstrap, {scale}", retention.bootstrap_band(
            table, rng=np.random.default_rng(seed), replicates=REPLICATES, scale=scale, level=LEVEL,
            between=BETWEEN).table


def by_month(band: pd.DataFrame, side: str, groups: int) -> np.ndarray:
    """A limit of every group in every month, shape (groups, 9): as before where nobody left, nan before the first."""
    wide = band.pivot(index="replication", columns="time", values=side)
    return wide.reindex(index=range(groups), columns=range(BETWEEN[0], BETWEEN[1] + 1)).ffill(axis=1).to_numpy(float)


def row(name: str, band: pd.DataFrame, groups: int) -> dict:
    """Coverage of the whole curve with its Monte Carlo error, misses on either side, width, groups without a band."""
    lower, upper = (by_month(band, side, groups) for side in ("lower", "upper"))
    truth = true_survival()[BETWEEN[0] - 1:BETWEEN[1]]
    known = ~np.isnan(lower).all(axis=1)
    below, above = ((missed & ~np.isnan(lower)).any(axis=1)[known] for missed in (upper < truth, lower > truth))
    covered = 1 - float(np.mean(below | above))
    return {"limits": name, "coverage": covered, "mc_error": float(np.sqrt(covered * (1 - covered) / known.sum())),
            "limits_too_low": float(below.mean()), "limits_too_high": float(above.mean()),
            "mean_width": float(np.nanmean(upper - lower)), "without_limits": 1 - float(known.mean())}


def coverage_of_bands(n: int, groups: int, seed: int) -> pd.DataFrame:
    """The table of the study for groups of n people, one row a band."""
    table = counted(drawn(n, groups, np.random.default_rng([seed, n])))
    rows = pd.DataFrame([row(name, band, groups) for name, band in all_bands(table, seed)])
    rows.insert(0, "n", n)
    return rows.assign(replications=groups)


def main() -> None:
    """Read the command line, draw, print, and write where asked."""
    parser = argparse.ArgumentParser(description="Coverage of bands for the whole curve.")
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--out", type=Path, help="the table as CSV")
    given = parser.parse_args()
    table = pd.concat([coverage_of_bands(n, given.replications, given.seed) for n in SIZES], ignore_index=True)
    print(table.to_string(index=False, float_format="{:.4f}".format))
    if given.out:
        table.to_csv(given.out, index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main()
