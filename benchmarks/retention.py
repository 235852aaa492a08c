"""Our retention estimates and their peers on the same rows in one run: seconds, ratios, agreement.

    python benchmarks/retention.py --sizes 1000 100000 1000000 10000000 --venv DIR [--r] [--out benchmarks]

``DIR`` is the peers' own environment, made from ``requirements.txt`` where it is absent. Without it only
ours and the floor run; ``--r`` adds R and its packages where they are installed.
"""

from compared import Benchmark
from rows import FEW, WITH_COVARIATES, invented, write_rows

CURVES = ("curves", "incidences", "logrank")
REGRESSIONS, RESAMPLING = ("cox", "fine_gray"), ("bootstrap", "permutation", "permuted_scores")
FLOORS = ("bincount", "bincount in chunks")
TOOLS = {
    **dict.fromkeys(FLOORS, ("counts",)),
    "ours": ("counts", *CURVES, "gray", *REGRESSIONS, *RESAMPLING),
    "statsmodels": (*CURVES, "cox", "bootstrap", "permutation"),
    "scikit-survival": (*CURVES, "cox", "bootstrap", "permutation"),
    "lifelines": (*CURVES, "cox", "bootstrap", "permutation"),
    "R survival": (*CURVES, "cox", "bootstrap", "permutation"),
    "R cmprsk": ("gray", "fine_gray"),
    "R coin": ("permuted_scores",),
}


def left_out(n: int) -> tuple[str, ...]:
    """Tasks that are not for n rows: resampling is for few, regression up to a million, the rest for all but few."""
    if n == FEW:
        return ("counts", *CURVES, "gray", *REGRESSIONS)
    return RESAMPLING if n <= WITH_COVARIATES else RESAMPLING + REGRESSIONS


RETENTION = Benchmark("retention", "measure.py", TOOLS, lambda folder, n: write_rows(folder, invented(n)),
                      "numbers of rows", (1000, 100_000), always=(FEW,), here=("ours", *FLOORS), left_out=left_out)

if __name__ == "__main__":
    RETENTION.main()
