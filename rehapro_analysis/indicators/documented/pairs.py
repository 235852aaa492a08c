"""Two documented counts: exact tests, limits of the difference, and what would follow if they were comparable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import barnard_exact, boschloo_exact, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from rehapro_analysis.indicators.documented.completions import boxes, completions
from rehapro_analysis.indicators.documented.counts import PLANS, DocumentedCount, origin_of, read_counts
from rehapro_analysis.indicators.documented.table_statistics import fisher_p
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

ALPHA = 0.05
COLUMNS = ["indicator", "project_a", "project_b", "entry_a", "entry_b", "p_value_printed_low", "p_value_printed_high",
           "p_value_open_low", "p_value_open_high", "completions", "exhaustive", "below_share", "answer"]
DIFFER, ALIKE, OPEN = "differ", "no difference shown", "partially identified"


def two_counts(first: tuple[int, int], second: tuple[int, int], *, level: float = 0.95,
               origin: str = "own") -> Result:
    """Two observed shares x of n: p-values of the exact tests, limits of the difference first minus second.

    ``table``: test (Fisher, Barnard, Boschloo, score, Newcombe), difference, lower, upper, p_value. SciPy's two-sided
    Boschloo p is twice the one-sided one and can exceed Fisher's; Barnard's statistic has the pooled variance. Both
    are given the projects as columns: they fix the column totals, and a turned table gives another p.

    Raises :class:`StudyError` where x is not between 0 and n.
    """
    for x, n in (first, second):
        if not 0 <= x <= n or n == 0:
            raise StudyError.of(f"{x} of {n} is no share of people.", "Write x and n, x not above n.")
    table = [list(events) for events in zip(*((x, n - x) for x, n in (first, second)), strict=True)]
    tests = {"Fisher": fisher_exact(table)[1], "Barnard": barnard_exact(table).pvalue,
             "Boschloo": boschloo_exact(table, n=128).pvalue}
    difference = first[0] / first[1] - second[0] / second[1]
    rows = [(name, difference, np.nan, np.nan, float(p)) for name, p in tests.items()]
    rows += [(name, difference, *map(float, confint_proportions_2indep(*first, *second, method=method, compare="diff",
                                                                       alpha=1 - level)), np.nan)
             for name, method in (("score", "score"), ("Newcombe", "newcomb"))]
    return Result(pd.DataFrame(rows, columns=["test", "difference", "lower", "upper", "p_value"]),
                  f"two shares, {100 * level:g} % limits of their difference",
                  ("People are independent of one another, within and between the projects.",),
                  first[1] + second[1], origin, shares=("difference", "lower", "upper"), counted="people")


def pairs_if_comparable(study: Study, indicator: str | None = None, *, alpha: float = ALPHA) -> Result:
    """What Fisher's test would say of every pair of observed counts if one overlooked that they count different things.

    No comparison that the gate admits, but the question whether the gate matters. Of each pair once as printed
    (p_value_printed_low to _high: p over the ranges in the text) and once over everything that the documents admit
    (p_value_open_low to _high: pooled exits may or may not be dropouts, running counts may end anywhere).
    ``below_share`` is the part of the completions with p < alpha: no probability, only how far the answer hangs on
    what is not known. ``answer``: differ or no difference shown if all completions agree, else partially identified.

    ``table``: indicator (also _de and _en), project_a, project_b, entry_a, entry_b, p_value_printed_low,
    p_value_printed_high, p_value_open_low, p_value_open_high, completions, exhaustive, below_share, answer. Plans and
    ratios to plans stay out: they have no sampling error.
    """
    rows = [(*_names(pair), *_printed(pair), *_over_all(pair, alpha))
            for pair in _pairs_of_projects(read_counts(study, indicator))]
    words = study.table("success_indicators").set_index("indicator")
    table = pd.DataFrame(rows, columns=COLUMNS)
    for place, language in enumerate(("de", "en"), start=1):
        table.insert(place, f"indicator_{language}", table["indicator"].map(words[f"label_{language}"]))
    return Result(table, "pairs of documented counts, were they comparable (Fisher)",
                  ("The counts are taken as counting the same, which they do not: this is no finding.",
                   "Every completion counts once; the part of them below the level is no probability.",
                   "Differences beyond chance are differences beyond the sampling of independent people only."),
                  len(table), origin_of(study), counted="pairs")


def deciding_denominators(first: DocumentedCount, second: DocumentedCount, *, alpha: float = ALPHA,
                          origin: str = "documented") -> Result:
    """For a count of an unknown number of people: at which numbers the comparison with another count would turn.

    ``first`` has a range of n. For each n, Fisher's p over everything else that is open: the answer is differ, no
    difference shown, or partially identified where the rest decides. ``table``: one row a run of equal answers:
    n_from, n_to, share_from, share_to (of first, its lowest x at these n), p_value_low,
    p_value_high, answer.
    """
    found = completions(boxes([first, second]))
    if not found.exhaustive:
        raise StudyError.of("Too many completions to decide for each number of people.", "Narrow the bounds.")
    each = pd.DataFrame({"n": found.n[:, 0], "p": fisher_p(found.x, found.n)}).groupby("n")["p"].agg(["min", "max"])
    each["answer"] = [_answer(low, high, alpha) for low, high in zip(each["min"], each["max"], strict=True)]
    run = each["answer"].ne(each["answer"].shift()).cumsum()
    rows = [(part.index[0], part.index[-1], first.box[0] / part.index[0], first.box[0] / part.index[-1],
             part["min"].min(), part["max"].max(), part["answer"].iloc[0]) for _, part in each.groupby(run)]
    table = pd.DataFrame(rows, columns=["n_from", "n_to", "share_from", "share_to", "p_value_low", "p_value_high",
                                        "answer"])
    return Result(table, f"numbers of people at which {first.entry} and {second.entry} differ (Fisher)",
                  ("Only the count is documented; the number of people runs over everything admissible.",),
                  len(each), origin, shares=("share_from", "share_to"), counted="numbers")


def _pairs_of_projects(counts: Sequence[DocumentedCount]) -> Iterator[tuple[DocumentedCount, DocumentedCount]]:
    usable = [one for one in counts
              if one.status not in PLANS and one.kind != "target" and np.isfinite(one.box).all()]
    for pair in combinations(usable, 2):
        if pair[0].indicator == pair[1].indicator and pair[0].project != pair[1].project:
            yield pair


def _names(pair: tuple[DocumentedCount, DocumentedCount]) -> tuple[str, ...]:
    first, second = pair
    return first.indicator, first.project, second.project, first.entry, second.entry


def _printed(pair: tuple[DocumentedCount, DocumentedCount]) -> tuple[float, float]:
    """p over the ranges in the text itself: a running count stands as it is printed."""
    found = completions(boxes([replace(one, kind="cross-section") for one in pair]))
    p = fisher_p(found.x, found.n)
    return float(p.min()), float(p.max())


def _over_all(pair: tuple[DocumentedCount, DocumentedCount], alpha: float) -> tuple[object, ...]:
    found = completions(boxes(pair))
    p = fisher_p(found.x, found.n)
    answer = _answer(p.min(), p.max(), alpha) if found.exhaustive else OPEN
    return float(p.min()), float(p.max()), len(found), found.exhaustive, float((p < alpha).mean()), answer


def _answer(low: float, high: float, alpha: float) -> str:
    """What all completions agree on."""
    return DIFFER if high < alpha else ALIKE if low >= alpha else OPEN
