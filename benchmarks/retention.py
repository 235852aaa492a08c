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


def tasks_for(tool: str, n: int) -> tuple[str, ...]:
    """What a tool does with n rows: resampling for few, regression up to a million, the rest always."""
    if n == FEW:
        return tuple(task for task in TOOLS[tool] if task in RESAMPLING)
    left_out = RESAMPLING if n <= WITH_COVARIATES else RESAMPLING + REGRESSIONS
    return tuple(task for task in TOOLS[tool] if task not in left_out)


RETENTION = Benchmark("retention", "measure.py", TOOLS, lambda folder, n: write_rows(folder, invented(n)),
                      "numbers of rows", (1000, 100_000), always=(FEW,), here=("ours", *FLOORS), tasks=tasks_for)

if __name__ == "__main__":
    RETENTION.main()
