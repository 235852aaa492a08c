"""Effect sizes as other programs report them: the share of all variation that lies between projects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import ncf, ncx2

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.scores import score_statistic, scores
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

SAID = (
    "People of one project are taken as independent, coaches not looked at: the sizes describe, the verdict decides.",
    "Differences between few large projects and many small ones weigh by people; tau weighs projects.",
)


def effect_sizes(one: Comparison, *, level: float = 0.95, origin: str = "own") -> Result:
    """Eta squared and its relatives, for comparison with what other programs print.

    metric, count: eta2 = SSB/SST with limits ncp/(ncp + N - J) from the noncentral F, and omega2 = (SSB - (J - 1)
    MSE)/(SST + MSE). ordinal: rank_epsilon2 = H/(N - 1) and eta2_h = (H - J + 1)/(N - J) from Kruskal and Wallis' H.
    binary: cramer_v = sqrt(X2/N) with limits sqrt(ncp/N) from the noncentral chi-square, and cramer_v_adjusted
    (Bergsma 2013). ``table``: measure, estimate, lower, upper (nan where no limits are given).

    Raises :class:`StudyError` on the scale time, which has no variance to share. Equals R's effectsize and rstatix;
    effectsize's upper limit of V is too large where its lower limit is 0 (it leaves 0.3 % instead of 2.5 % above).
    """
    scale = one.definition.scale
    if scale == "time":
        raise StudyError.of("Times to an event have no share of variation between projects.",
                            "Read tau, or the median rate ratio of project_variation.")
    value, count = one.people["value"].to_numpy(float), len(one.people)
    rows = _SIZES[scale](value, one.project, count, len(one.projects), (1 - level) / 2)
    table = pd.DataFrame(rows, columns=["measure", "estimate", "lower", "upper"])
    return Result(table, f"effect sizes: {one.definition.label_en}", SAID, count, origin)


def _of_means(value: np.ndarray, project: np.ndarray, n: int, groups: int, tail: float) -> list[tuple]:
    mean = np.bincount(project, value) / np.bincount(project)
    within = float(((value - mean[project]) ** 2).sum())
    total = float(((value - value.mean()) ** 2).sum())
    error = within / (n - groups)
    statistic = (total - within) / (groups - 1) / error
    limits = (ncp / (ncp + n - groups) for ncp in _noncentrality(
        lambda ncp: ncf.cdf(statistic, groups - 1, n - groups, ncp), statistic * (groups - 1), tail))
    return [("eta2", 1 - within / total, *limits),
            ("omega2", (total - within - (groups - 1) * error) / (total + error), np.nan, np.nan)]


def _of_ranks(value: np.ndarray, project: np.ndarray, n: int, groups: int, tail: float) -> list[tuple]:
    statistic = score_statistic(scores(value, "ordinal"), project)
    return [("rank_epsilon2", statistic / (n - 1), np.nan, np.nan),
            ("eta2_h", (statistic - groups + 1) / (n - groups), np.nan, np.nan)]


def _of_shares(value: np.ndarray, project: np.ndarray, n: int, groups: int, tail: float) -> list[tuple]:
    statistic = score_statistic(value, project) * n / (n - 1)
    limits = (np.sqrt(ncp / n) for ncp in _noncentrality(
        lambda ncp: ncx2.cdf(statistic, groups - 1, ncp), statistic, tail))
    rest = max(0.0, statistic / n - (groups - 1) / (n - 1))
    least = min(groups - 1 - (groups - 1) ** 2 / (n - 1), 1 - 1 / (n - 1))
    return [("cramer_v", np.sqrt(statistic / n), *limits), ("cramer_v_adjusted", np.sqrt(rest / least), np.nan, np.nan)]


def _noncentrality(below: Callable[[float], float], size: float, tail: float) -> list[float]:
    """The noncentralities at which the statistic has ``1 - tail`` and ``tail`` below it; 0 where none has."""
    reach = 10 * size + 100
    return [0.0 if below(1e-9) < share else
            float(brentq(lambda ncp, share=share: below(ncp) - share, 1e-9, reach, xtol=1e-12))
            for share in (1 - tail, tail)]


_SIZES = {"metric": _of_means, "count": _of_means, "ordinal": _of_ranks, "binary": _of_shares}
