"""Adjusting for the family of indicators with what they share: step-down minP with one relabeling for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from statsmodels.stats.multitest import multipletests

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.permutation import (
    PERMUTATIONS,
    block_sums,
    relabelings,
    statistics,
    strata,
)
from rehapro_analysis.indicators.differences.scores import scores
from rehapro_analysis.indicators.verdict.separation import SEED, compared
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

ASSUMPTIONS = (
    "The same relabeling of coaches is applied to all indicators, so that what they share is kept.",
    "It gains little over Holm, which stays the rule; both concern any difference, not a relevant one.",
    "Projects that not all of the indicators compare are left out.",
)


def westfall_young(study: Study, indicators: Sequence[str], *, permutations: int = PERMUTATIONS, mandated: bool = True,
                   lock: str | None = None, seed: int = SEED) -> Result:
    """p-values of any difference, adjusted for the family by Westfall and Young's step-down minP.

    Whole coach blocks change projects, people of every indicator with their coach, within entry periods or with
    periods as covariates. ``table``: indicator, n, statistic (T), p_value, p_adjusted (minP), p_holm.

    Raises :class:`StudyError` for fewer than two indicators or common projects, unknown coaches, one coach a
    project, and an indicator that does not vary. Source: Westfall and Young 1993, algorithm 2.8.
    """
    names = list(dict.fromkeys(indicators))
    found = _common([compared(study, name, mandated=mandated, lock=lock) for name in names])
    block, label, home, spans = _blocks(found)
    sums = [_sums(one, each, spans) for one, each in zip(found, block, strict=True)]
    sums = [(_padded(by_block, len(label)), total) for by_block, total in sums]
    drawn, complete = relabelings(label, home, rng=seed, permutations=permutations)
    seen = np.array([statistics(each, label[None, :])[0] for each in sums])
    reference = np.concatenate([np.column_stack([statistics(each, labels) for each in sums]) for labels in drawn])
    every = reference if complete else np.vstack([seen, reference])  # the arrangement seen is one of them
    p, adjusted = step_down(seen, every)
    table = pd.DataFrame({"indicator": [one.definition.label_en for one in found],
                          "n": [len(one.people) for one in found], "statistic": seen, "p_value": p,
                          "p_adjusted": adjusted, "p_holm": multipletests(p, method="holm")[1]})
    said = (f"{len(every)} relabelings of {len(label)} coaches in {len(found[0].projects)} projects.", *ASSUMPTIONS)
    return Result(table, "Westfall-Young step-down minP over indicators", said, len(table),
                  study.origin("episodes", "indicators"), ("n",), counted="indicators")


def step_down(seen: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw and adjusted p-values (K,) of statistics (K,) among all relabelings (B, K), the one seen included.

    Each statistic becomes its share of relabelings at least as large; from the smallest p on, the adjusted p is the
    share of relabelings whose smallest p over the indicators not yet passed is as small, never falling.

    >>> p, adjusted = step_down(np.array([3.0, 3.0]), np.array([[3.0, 3], [2, 1], [1, 2], [0, 0]]))
    >>> p.tolist(), adjusted.tolist()
    ([0.25, 0.25], [0.25, 0.25])
    """
    size = np.maximum(np.abs(seen), 1.0)
    level = np.round(reference / size, 9)  # equal arrangements must tie
    p = (1 + len(level) - rankdata(level, "min", axis=0)) / len(level)
    raw = (level >= np.round(seen / size, 9)).mean(axis=0)
    order = np.argsort(raw, kind="stable")
    smallest = np.minimum.accumulate(p[:, order[::-1]], axis=1)[:, ::-1]
    stepped = np.maximum.accumulate((smallest <= raw[order] + 1e-12).mean(axis=0))
    adjusted = np.empty_like(raw)
    adjusted[order] = stepped
    return raw, adjusted


def _common(found: list[Comparison]) -> list[Comparison]:
    """The same comparisons of the projects that all of them compare."""
    if len(found) < 2:
        raise StudyError.of("Several indicators are needed.", "Name at least two.")
    if unknown := [one.definition.label_en for one in found if one.coach is None]:
        raise StudyError.of(f"{', '.join(unknown)}: coaches are unknown.", "Adjust by Holm instead.")
    shared = set.intersection(*(set(one.projects) for one in found))
    if len(shared) < 2:
        raise StudyError.of("Fewer than two projects are compared by every indicator.", "Name fewer indicators.")
    if flat := [one.definition.label_en for one in found if one.people["value"].nunique() < 2]:
        raise StudyError.of(f"{', '.join(flat)}: all values are equal.", "Leave it out.")
    return [one.only(one.people["project"].astype(str).isin(shared).to_numpy()) for one in found]


def _blocks(found: list[Comparison]) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, bool]:
    """Codes of blocks for each indicator, the project (M,) and home (M,) of each, and whether blocks span periods."""
    people = pd.concat([one.people[["project", "coach", "participant", "period"]] for one in found])
    project = people["project"].astype(str)
    name = project + "\t" + people["coach"].astype(str).where(people["coach"].notna(),
                                                             "\t" + people["participant"].astype(str))
    block, known = pd.factorize(name, sort=True)
    label = np.zeros(len(known), np.intp)
    label[block] = pd.Index(found[0].projects).get_indexer(project)
    if len(known) <= len(found[0].projects):
        raise StudyError.of("Every project has one coach: coach and project cannot be told apart.",
                            "Compare projects with two coaches or more.")
    home, rest = strata(block, pd.factorize(people["period"], sort=True)[0], None)
    ends = np.cumsum([len(one.people) for one in found])[:-1]
    return np.split(block, ends), label, home, rest.shape[1] > 0


def _sums(one: Comparison, block: np.ndarray, spans: bool) -> tuple[np.ndarray, np.ndarray]:
    score = scores(one.people["value"].to_numpy(float), one.definition.scale, one.people["exposure"].to_numpy(float))
    period = pd.get_dummies(one.people["period"].astype(str), drop_first=True).to_numpy(float)
    return block_sums(score, block, period if spans else np.zeros((len(score), 0)))


def _padded(by_block: np.ndarray, many: int) -> np.ndarray:
    """Sums (M, ...) with zeros for blocks without people of the indicator."""
    return np.vstack([by_block, np.zeros((many - len(by_block), by_block.shape[1]))])
