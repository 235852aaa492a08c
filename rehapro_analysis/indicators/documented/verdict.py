"""The verdict on documented counts: only what holds for every completion is a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from rehapro_analysis.indicators.documented.completions import MOST, boxes, completions, statistic_bounds
from rehapro_analysis.indicators.documented.counts import DocumentedCount
from rehapro_analysis.indicators.documented.table_statistics import fisher_p, pearson_p, q, spread
from rehapro_analysis.indicators.power.detectable import expected_range
from rehapro_analysis.indicators.verdict.evaluable import REQUIREMENTS, Requirements
from rehapro_analysis.indicators.verdict.verdicts import ALPHA
from rehapro_analysis.indicators.verdict.wording import VERDICTS

PARTIAL = "T"
WORDS = VERDICTS | {PARTIAL: {"de": "teilidentifiziert", "en": "partially identified"}}


@dataclass(frozen=True)
class CountsVerdict:
    """``verdict`` is a letter of `WORDS`; ``found`` the letters of the completions; p and tau as ranges over them.

    p is Fisher's for two projects, Pearson's for more. Not ``exhaustive``: an inner approximation, and no verdict but X
    and T (partially identified).
    """

    verdict: str
    found: str
    p_low: float
    p_high: float
    tau_low: float
    tau_high: float
    completions: int
    exhaustive: bool


def counts_verdict(counts: Sequence[DocumentedCount], *, relevant_difference: float | None = None,
                   requirements: Requirements = REQUIREMENTS, alpha: float = ALPHA, most: int = MOST) -> CountsVerdict:
    """What comparable counts (admitted by `gate`) say of separation, whatever the open numbers are.

    ``relevant_difference`` between best and worst project as a share; without it B and E are out of reach. A is
    never reached: counts do not let coaches, single persons or missing values be checked. X: fewer projects with enough
    persons than `Requirements` ask, in every completion. T: the completions disagree.

    >>> many = [DocumentedCount(entry=str(x), project=str(x), indicator="a", x=(x, x), n=(40, 40))
    ...         for x in range(8, 18)]
    >>> counts_verdict(many).verdict, counts_verdict(many[:7]).verdict
    ('D', 'X')
    """
    if len(counts) < 2:
        return CountsVerdict("X", "X", *[np.nan] * 4, 0, True)
    given = boxes(counts)
    found = completions(given, most=most)
    letters = _letters(found.x, found.n, relevant_difference, requirements, alpha)
    seen = "".join(sorted(set(letters)))
    p = statistic_bounds(given, fisher_p if len(counts) == 2 else pearson_p, most=most)
    tau = statistic_bounds(given, spread, most=most)
    few = sum(box[3] >= requirements.persons for box in given) < requirements.projects
    settled = few or (found.exhaustive and len(seen) == 1)
    return CountsVerdict(seen if settled else PARTIAL, seen, p.low, p.high, tau.low, tau.high, len(found),
                         found.exhaustive)


def _letters(x: np.ndarray, n: np.ndarray, difference: float | None, need: Requirements, alpha: float) -> np.ndarray:
    """The letter (C,) of every completion."""
    enough = ((n >= need.persons).sum(axis=1) >= need.projects) & (
        np.minimum(x.sum(axis=1), (n - x).sum(axis=1)) >= need.events)
    upper, like = np.ones(len(x)), np.zeros(len(x), bool)
    if difference is not None:
        upper = chi2.sf(q(x, n, (difference / expected_range(x.shape[1])) ** 2), x.shape[1] - 1)
        like = 1 - upper <= alpha
    return np.select([~enough, like, upper <= alpha, pearson_p(x, n) <= alpha], ["X", "E", "B", "C"], "D")
