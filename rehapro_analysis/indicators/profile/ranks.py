"""Ranks, where the verdict allows them: sets that hold for all projects at once, and what draws say of the order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import hypergeom
from statsmodels.stats.multitest import multipletests

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.profile.profile import DRAWS, SEED, drawn_contrasts, shrunken_estimates
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

ALLOWED = ("A", "B")
TOP = 3
COLUMNS = ("rank_low", "rank_high", "expected_rank", "likely_low", "likely_high", "top_share")


def rank_sets(one: Comparison, judged: Result, *, level: float = 0.95, seed: int = SEED, origin: str = "own") -> Result:
    """The ranks each project may have, rank 1 being the best; empty unless the verdict is A or B.

    ``judged`` is the overview (or `separation`) that holds the indicator's verdict. ``table``, in the order of the
    study: project, n, rank_low and rank_high (simultaneous confidence set of all ranks), expected_rank,
    likely_low, likely_high and top_share (chance to be among the first three) from draws of the shrunken estimates.

    Pairs are compared exactly for shares of independent people (one-sided Fisher, Holm), else by max-t, step by step:
    rank_low = 1 + number of projects shown to be better, rank_high = J - number shown to be worse.

    Raises :class:`StudyError` if the overview does not judge the indicator. Indicators without a better end have
    no ranks. Sources: Mogstad et al. 2024 (sets); Goldstein and Spiegelhalter 1996 (draws).
    """
    spread, definition = usable_spread(one), one.definition
    table = pd.DataFrame({"project": one.projects, "n": one.n})
    why_not = _refusal(one, judged)
    if why_not:
        table = table.assign(**dict.fromkeys(COLUMNS, np.nan))
        return Result(table, f"ranks: {definition.label_en}", (why_not,), len(one.people), origin, ("n",))
    above = _proven(one, spread, 1 - level, seed)
    if definition.direction == "lower":
        above = above.T
    low, high = sets_of_ranks(above)
    drawn = drawn_ranks(*shrunken_estimates(spread), seed=seed, lower_is_better=definition.direction == "lower")
    table = table.assign(**dict(zip(COLUMNS, (low, high, *_likely(drawn, level)), strict=True)))
    said = (f"All sets of ranks hold together at {level:.0%}.",
            "Expected ranks and the chance to be among the first three describe; they prove nothing.")
    return Result(table, f"ranks: {definition.label_en}", said, len(one.people), origin, ("n",))


def sets_of_ranks(above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest rank (J,) from a table (J, J) that says whether the row is shown to lie above the column.

    >>> [ranks.tolist() for ranks in sets_of_ranks(np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], bool))]
    [[1, 1, 2], [2, 3, 3]]
    """
    return 1 + above.sum(axis=0), len(above) - above.sum(axis=1)


def exact_pairs(events: np.ndarray, n: np.ndarray) -> np.ndarray:
    """p-values (J, J) of Fisher's one-sided test that the row's share exceeds the column's, Holm over all J(J - 1).

    >>> float(exact_pairs(np.array([3, 0]), np.array([3, 3]))[0, 1].round(12))
    0.1
    """
    row, column = np.nonzero(~np.eye(len(n), dtype=bool))
    p = hypergeom.sf(events[row] - 1, n[row] + n[column], events[row] + events[column], n[row])
    adjusted = np.ones((len(n), len(n)))
    adjusted[row, column] = multipletests(np.minimum(p, 1), method="holm")[1]
    return adjusted


def normal_pairs(spread: Heterogeneity, alpha: float, seed: int = SEED) -> np.ndarray:
    """Whether each row (J, J) is shown to lie above the column: max-t over all pairs still open, step by step."""
    many = spread.projects
    row, column = np.nonzero(~np.eye(many, dtype=bool))
    error = np.sqrt(spread.sampling[row] + spread.sampling[column])
    statistic = (spread.estimate[row] - spread.estimate[column]) / error
    single = drawn_contrasts(np.eye(many), spread, seed)
    still = np.ones(len(row), bool)
    while still.any():
        critical = np.quantile(_largest(single, row[still], column[still], error[still]), 1 - alpha)
        if not (found := still & (statistic > critical)).any():
            break
        still &= ~found
    above = np.zeros((many, many), bool)
    above[row, column] = ~still
    return above


def drawn_ranks(mean: np.ndarray, sd: np.ndarray, *, seed: int = SEED, lower_is_better: bool = False) -> np.ndarray:
    """Ranks (B, J) of independent normal draws of the true values of the projects; 1 is the best."""
    draws = mean + sd * np.random.default_rng(seed).standard_normal((DRAWS, len(mean)))
    order = np.argsort(draws if lower_is_better else -draws, axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, len(mean) + 1)[None, :], axis=1)
    return ranks


def _largest(single: np.ndarray, row: np.ndarray, column: np.ndarray, error: np.ndarray) -> np.ndarray:
    """The largest t (B,) of the pairs, pair by pair so that memory stays small."""
    largest = np.full(len(single), -np.inf)
    for i, j, e in zip(row, column, error, strict=True):
        np.maximum(largest, (single[:, i] - single[:, j]) / e, out=largest)
    return largest


def _proven(one: Comparison, spread: Heterogeneity, alpha: float, seed: int) -> np.ndarray:
    if one.definition.scale == "binary" and one.estimates.components.coach == 0:
        events = np.round(np.bincount(one.project, one.people["value"])).astype(int)
        return exact_pairs(events, one.n) <= alpha
    return normal_pairs(spread, alpha, seed)


def _likely(drawn: np.ndarray, level: float) -> tuple[np.ndarray, ...]:
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return drawn.mean(axis=0), low, high, (drawn <= TOP).mean(axis=0)


def verdict_of(one: Comparison, judged: Result) -> str:
    """The letter that the overview gives the indicator; StudyError if it gives none."""
    row = judged.table[judged.table["indicator"] == one.definition.indicator]
    if row.empty:
        raise StudyError.of(f"The overview does not judge {one.definition.indicator!r}.", "Judge it first.")
    return str(row["verdict"].iloc[0])


def _refusal(one: Comparison, judged: Result) -> str:
    letter = verdict_of(one, judged)
    if letter not in ALLOWED:
        return f"No ranks: the verdict is {letter}, and an order of projects would mean more than the numbers do."
    return "" if one.definition.direction in ("higher", "lower") else "No ranks: neither more nor less is better."
