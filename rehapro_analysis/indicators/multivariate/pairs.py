"""Which two projects differ: only where the indicator separates, and with limits for all pairs at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.profile.profile import SEED, drawn_contrasts
from rehapro_analysis.indicators.profile.ranks import ALLOWED, verdict_of
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.results import Result

COLUMNS = ("project", "other", "n", "n_other", "difference", "std_error", "lower", "upper", "p_adjusted", "superiority")
EXACT = ("p-values are Fisher's exact ones, adjusted by Holm; limits are Newcombe's, each at level 1 - alpha/number of "
         "pairs.",)
DRAWN = ("Limits and p-values hold for all pairs at once: the largest |t| over pairs is drawn with the variances of "
         "the projects (coaches included) and their degrees of freedom, which with equal variances is Tukey's test.",
         "Estimates are taken as nearly normal; a pair of small projects says less than its limits.")
ALWAYS = ("Superiority is the chance that a person of the first project has more than one of the other, ties halved; "
          "it describes, and knows nothing of coaches.",)


def pairwise(one: Comparison, judged: Result, *, level: float = 0.95, seed: int = SEED, origin: str = "own") -> Result:
    """All pairs of projects of an indicator that separates; empty, with the reason, unless its verdict is A or B.

    ``judged`` is the overview (or `separation`) that holds the verdict. ``table``, in the order of the study: project,
    other, n, n_other, difference (first minus other, in the unit of the estimates), std_error (sqrt of V_i + V_j),
    lower, upper and p_adjusted for all pairs at once, superiority (nan for times, which end unseen).

    Exact for shares where people of one coach are as unlike as any others, else max |t|, with J(J - 1)/2 pairs.

    Raises :class:`StudyError` if the overview does not judge the indicator and where nothing can be compared.
    """
    spread, method = usable_spread(one), f"pairs of projects: {one.definition.label_en}"
    letter = verdict_of(one, judged)
    if letter not in ALLOWED:
        many = spread.projects * (spread.projects - 1) // 2
        why = (f"No pairs: the verdict is {letter}. Among {many} pairs some look different by chance; pairs "
               "are asked only after the projects together are shown to differ relevantly.")
        return Result(pd.DataFrame(columns=COLUMNS), method, (why,), len(one.people), origin, ("n", "n_other"))
    first, second = np.triu_indices(spread.projects, 1)
    exact = one.definition.scale == "binary" and bool(one.estimates.components.coach == 0)
    tested = _exact(one, first, second, level) if exact else _drawn(spread, first, second, level, seed)
    names = np.array(one.projects)
    table = pd.DataFrame({"project": names[first], "other": names[second], "n": one.n[first], "n_other": one.n[second],
                          "difference": spread.estimate[first] - spread.estimate[second],
                          "std_error": np.sqrt(spread.sampling[first] + spread.sampling[second]), **tested,
                          "superiority": _superiority(one, first, second)})
    in_percent = ("difference", "std_error", "lower", "upper") if one.definition.scale == "binary" else ()
    return Result(table[list(COLUMNS)], method, (EXACT if exact else DRAWN) + ALWAYS, len(one.people), origin,
                  ("n", "n_other"), ("superiority", *in_percent), "people")


def superiority(value: np.ndarray, other: np.ndarray) -> float:
    """P(a person's value exceeds that of one of the other project) + P(equal)/2.

    >>> superiority(np.array([1.0, 2]), np.array([0.0, 2]))
    0.625
    """
    ordered = np.sort(other)
    below = np.searchsorted(ordered, value, "left") + np.searchsorted(ordered, value, "right")
    return float(below.mean() / 2 / len(other))


def _superiority(one: Comparison, first: np.ndarray, second: np.ndarray) -> list[float]:
    if one.definition.scale == "time":
        return [float("nan")] * len(first)
    value = one.people["value"].to_numpy(float) / one.people["exposure"].to_numpy(float)
    values = [value[one.project == code] for code in range(len(one.projects))]
    return [superiority(values[i], values[j]) for i, j in zip(first, second, strict=True)]


def _drawn(spread: Heterogeneity, first: np.ndarray, second: np.ndarray, level: float,
           seed: int) -> dict[str, np.ndarray]:
    unit = np.eye(spread.projects)
    error = np.sqrt(spread.sampling[first] + spread.sampling[second])
    difference = spread.estimate[first] - spread.estimate[second]
    largest = np.sort(np.abs(drawn_contrasts((unit[first] - unit[second]) / error[:, None], spread, seed)).max(axis=1))
    reach = np.quantile(largest, level) * error
    reached = len(largest) - np.searchsorted(largest, np.abs(difference) / error, "left")
    return {"lower": difference - reach, "upper": difference + reach, "p_adjusted": (1 + reached) / (1 + len(largest))}


def _exact(one: Comparison, first: np.ndarray, second: np.ndarray, level: float) -> dict[str, np.ndarray]:
    events, n = np.round(np.bincount(one.project, one.people["value"])).astype(int), one.n
    pairs = list(zip(first, second, strict=True))
    p = [fisher_exact([[events[i], n[i] - events[i]], [events[j], n[j] - events[j]]])[1] for i, j in pairs]
    limits = np.array([confint_proportions_2indep(events[i], n[i], events[j], n[j], method="newcomb",
                                                  alpha=(1 - level) / len(pairs)) for i, j in pairs])
    return {"lower": limits[:, 0], "upper": limits[:, 1], "p_adjusted": multipletests(p, method="holm")[1]}
