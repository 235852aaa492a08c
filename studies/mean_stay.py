"""Do limits of a mean stay hold in programmes that lose few people or many, watched for long or briefly?

    python studies/mean_stay.py --out studies/mean_stay.csv

The model, the draws and the columns are those of the coverage study; all its risks are multiplied by one number.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from coverage import SIZES, counted, drawn, mean_limits

RISKS, LONGEST = (0.3, 1.0, 1.5), (12, 24)


def mean_stay(n: int, risk: float, longest: int, replications: int, seed: int) -> pd.DataFrame:
    """Coverage in groups of n people, watched 1 to ``longest`` months; one row a horizon and method."""
    rng = np.random.default_rng([seed, n, round(10 * risk), longest])
    table = counted(drawn(n, replications, rng, risk, longest))
    rows = pd.DataFrame([limits.row() for limits in mean_limits(table, risk)])
    place = {"n": n, "risk": risk, "longest": longest}
    return rows.drop(columns="quantity").assign(**place)[[*place, *rows.columns[1:]]]


def main() -> None:
    """Read the command line, draw, print the ranges over all settings, and write where asked."""
    parser = argparse.ArgumentParser(description="Coverage of limits of a mean stay over programmes.")
    parser.add_argument("--replications", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--out", type=Path, help="the table as CSV")
    given = parser.parse_args()
    settings = product(SIZES, RISKS, LONGEST)
    table = pd.concat([mean_stay(*setting, given.replications, given.seed) for setting in settings], ignore_index=True)
    ranges = table.groupby(["n", "limits"], sort=False).agg(
        lowest=("coverage", "min"), median=("coverage", "median"), highest=("coverage", "max"),
        mean_width=("mean_width", "mean"), most_without_limits=("without_limits", "max"))
    print(ranges.to_string(float_format="{:.3f}".format))
    if given.out:
        table.to_csv(given.out, index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main()
