"""What the gate for missing values is worth where answers depend on the value, and what it costs.

    python studies/answers.py --out studies/answers.csv

The people of ``separation.py``: 55 to 95 % answer, from project to project, and the odds grow e-fold with a standard
deviation. Correlation within coaches 0.05.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from separation import ALPHA, ANSWERING, RELEVANT, answered, planned

from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.fragility.bounds import DELTA, Box
from rehapro_analysis.indicators.power.draws import Draws
from rehapro_analysis.indicators.power.power import in_blocks
from rehapro_analysis.indicators.power.replicates import many_estimates, many_scores
from rehapro_analysis.indicators.power.spreads import block_p

ICC, STRICT = 0.05, 0.05
CASES = ((0.0, STRICT), (0.0, RELEVANT), (RELEVANT, RELEVANT), (0.3, RELEVANT), (0.5, RELEVANT))  # spread, relevant one


def tested(draws: Draws, threshold: float, rng: np.random.Generator, permutations: int) -> np.ndarray:
    """p of any difference, of a relevant one, and of that in the worst case of the gate, shape (3, R)."""
    spreads, person_sd = many_estimates(draws)
    lacking = 1 - draws.layout.by_project(draws.seen) / draws.layout.by_project(np.ones_like(draws.seen))
    worst = np.full(draws.replicates, np.nan)
    for r in range(draws.replicates):
        spread = Heterogeneity(spreads.estimate[r], spreads.sampling[r], spreads.growth[r], float(spreads.df[r]))
        shift = lacking[r] * DELTA * person_sd[r]
        box = Box(spread.estimate - shift, spread.estimate + shift, spread)
        worst[r] = box.alike(threshold**2).p_relevant(threshold)
    any_p = block_p(many_scores(draws), draws.seen, draws.layout, rng=rng, permutations=permutations)
    return np.stack([any_p, spreads.upper_tail(threshold**2), worst])


def row(people: int, spread: float, threshold: float, replicates: int, permutations: int, seed: int) -> dict:
    """One line of the table."""
    rng = np.random.default_rng([seed, people, int(1000 * spread), int(1000 * threshold)])
    blocks = in_blocks(planned(people, ICC), spread, replicates, (seed, people))
    p = np.hstack([tested(answered(block, rng), threshold, rng, permutations) for block in blocks])
    shown = np.maximum(p[0], p[1]) <= ALPHA
    return {"people_asked": people, "tau_sd": spread, "threshold_sd": threshold, "any": np.mean(p[0] <= ALPHA),
            "A_or_B": np.mean(shown), "gate_passed_too": np.mean(shown & (p[2] <= ALPHA)), "replicates": replicates}


def main() -> None:
    """Read the command line, draw, print, and write where asked."""
    parser = argparse.ArgumentParser(description="The gate for missing values where answers depend on the value.")
    parser.add_argument("--replicates", type=int, default=2_000)
    parser.add_argument("--permutations", type=int, default=199)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--out", type=Path, help="the table as CSV")
    given = parser.parse_args()
    table = pd.DataFrame([row(people, *case, given.replicates, given.permutations, given.seed)
                          for people in ANSWERING for case in CASES])
    print(table.to_string(index=False, float_format="{:.3f}".format))
    if given.out:
        table.to_csv(given.out, index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main()
