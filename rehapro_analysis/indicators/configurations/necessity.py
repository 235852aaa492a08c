"""Which conditions are necessary, alone or one of two together, and which only because they are nearly always there."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.configurations.solutions import consistency, coverage
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError


def relevance(x: np.ndarray, y: np.ndarray) -> float:
    """Relevance of necessity (RoN): sum (1 - x) / sum (1 - min(x, y)); near 0 if x is there anyway.

    Source: Schneider and Wagemann 2012, Set-Theoretic Methods for the Social Sciences, ch. 9.

    >>> round(relevance(np.array([0.8, 0.6, 0.2]), np.array([0.9, 0.3, 0.4])), 4)  # 1.4/1.7
    0.8235
    """
    apart = float(np.sum(1 - np.minimum(x, y)))
    return float(np.sum(1 - x)) / apart if apart else float("nan")


def necessity(x: pd.DataFrame, y: pd.Series, *, cut: float = 0.0, origin: str = "own") -> Result:
    """Every condition, its absence, and every "one of two" as a necessary condition of the outcome.

    ``table``: term ("A", "~A", "A+~B"), consistency (sum min(x, y)/sum y), coverage (sum min(x, y)/sum x), relevance
    (RoN); only those at or over ``cut``. Raises `StudyError` if no case has any membership in the outcome.

    >>> crisp = pd.DataFrame({"A": [1, 1, 1, 0], "B": [1, 0, 0, 0]})
    >>> necessity(crisp, pd.Series([1, 1, 0, 0])).table.round(3).iloc[0, 1:].tolist()  # A: 2/2, 2/3, 1/2
    [1.0, 0.667, 0.5]
    """
    if not y.sum() > 0:
        raise StudyError.of("No case shows the outcome, so everything would be necessary.", "Calibrate anew.")
    single = {state + str(name): 1 - x[name] if state else x[name] for name in x for state in ("", "~")}
    pairs = {f"{a}+{b}": np.maximum(single[a], single[b])
             for one, other in combinations(map(str, x), 2)
             for a, b in product((one, "~" + one), (other, "~" + other))}
    outcome = y.to_numpy(float)
    rows = [(name, float(consistency(outcome, member)), float(coverage(outcome, member)), relevance(member, outcome))
            for name, member in ((name, np.asarray(column, float)) for name, column in (single | pairs).items())]
    table = pd.DataFrame(rows, columns=["term", "consistency", "coverage", "relevance"])
    said = ("Necessary is what is there whenever the outcome is; low relevance means that it is there anyway.",
            "One of two is easily necessary: it needs a reason why one can stand for the other.")
    return Result(table[table["consistency"] >= cut].reset_index(drop=True), "necessary conditions", said, len(x),
                  origin, shares=("consistency", "coverage"), counted="cases")
