"""Whether two indicators say the same of the projects: their correlation over few projects, and how little it holds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.profile.reliability import reliability_at, usable_spread
from rehapro_analysis.indicators.verdict.separation import compared
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

SAME = 0.8  # from this correlation on two indicators say nearly the same of projects
LEAST = 4  # projects without which Fisher's z has no standard error
CONCLUSIONS = ("say nearly the same", "related, but not the same", "not the same", "related", "cannot be decided")
ASSUMPTIONS = (
    "The corrected correlation divides by the root of both reliabilities, taken as known, and is capped at 1; its "
    "limits are too narrow therefore.",
    "Both indicators come from the same people, whose chance errors go together: part of a correlation may be that of "
    "persons, not of projects.",
    "Indicators are not sorted into groups: so few projects would sort chance.",
)


def redundancy(study: Study, indicators: Sequence[str], *, level: float = 0.95, mandated: bool = True,
               lock: str | None = None) -> Result:
    """The correlation of each pair of indicators over the projects that both compare.

    ``table``: indicator, other, projects, correlation, lower, upper (Fisher's z, J - 3), needed (the smallest
    |correlation| that differs from 0 with so many projects), reliability and reliability_other (medians), corrected,
    corrected_low, corrected_high (over the root of the reliabilities, capped at 1; nan where a reliability
    is 0), conclusion ("cannot be decided" where the limits hold both 0 and 0.8).

    Raises :class:`StudyError` for fewer than two indicators and unknown ones.
    """
    names = list(dict.fromkeys(indicators))
    if len(names) < 2:
        raise StudyError.of("Several indicators are needed.", "Name at least two.")
    found = [compared(study, name, mandated=mandated, lock=lock) for name in names]
    table = pd.DataFrame([_row(*pair, level) for pair in combinations(found, 2)])
    few = table.loc[table["projects"].idxmax()]
    units = f"Projects are the units: {few['projects']} of them show a correlation only beyond {few['needed']:.2f}."
    return Result(table, "correlation of indicators over projects", (units, *ASSUMPTIONS), len(table),
                  study.origin("episodes", "indicators"), counted="pairs of indicators")


def correlation_limits(correlation: float, projects: int, level: float = 0.95) -> tuple[float, float]:
    """Fisher's limits: tanh(artanh r -+ z/sqrt(J - 3)); -1 and 1 with fewer than four projects.

    >>> [round(limit, 3) for limit in correlation_limits(0.5, 12)]
    [-0.104, 0.834]
    """
    if projects < LEAST or np.isnan(correlation):
        return -1.0, 1.0
    reach = norm.isf((1 - level) / 2) / np.sqrt(projects - 3)
    centre = np.arctanh(np.clip(correlation, -1 + 1e-12, 1 - 1e-12))
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def corrected_for_reliability(correlation: float, first: float, second: float) -> float:
    """r over the root of both reliabilities, between -1 and 1; nan where one is 0.

    >>> corrected_for_reliability(0.3, 0.5, 0.5), corrected_for_reliability(0.9, 0.5, 0.5)
    (0.6, 1.0)
    """
    root = np.sqrt(first * second)
    return float(np.clip(correlation / root, -1, 1)) if root > 0 else float("nan")


def conclusion(lower: float, upper: float) -> str:
    """What limits of the corrected correlation leave open; nan leaves all.

    >>> conclusion(-0.1, 0.9), conclusion(0.82, 1.0), conclusion(0.1, 0.5), conclusion(-0.3, 0.4), conclusion(0.2, 0.9)
    ('cannot be decided', 'say nearly the same', 'related, but not the same', 'not the same', 'related')
    """
    if not (lower > 0 or upper < 0 or max(-lower, upper) < SAME):
        return CONCLUSIONS[4]
    near, far = sorted((abs(lower), abs(upper)))
    if lower <= 0 <= upper:
        return CONCLUSIONS[2]
    return CONCLUSIONS[0] if near >= SAME else CONCLUSIONS[1] if far < SAME else CONCLUSIONS[3]


def _row(one: Comparison, other: Comparison, level: float) -> dict[str, object]:
    shared = [name for name in one.projects if name in other.projects]
    estimates, reliabilities = zip(*(_of(each, shared) for each in (one, other)), strict=True)
    varies = len(shared) > 2 and all(np.ptp(each) > 0 for each in estimates)
    r = float(np.corrcoef(*estimates)[0, 1]) if varies else float("nan")
    lower, upper = correlation_limits(r, len(shared), level)
    corrected = [corrected_for_reliability(each, *reliabilities) for each in (r, lower, upper)]
    needed = correlation_limits(0.0, len(shared), level)[1]
    return {"indicator": one.definition.label_en, "other": other.definition.label_en, "projects": len(shared),
            "correlation": r, "lower": lower, "upper": upper, "needed": needed, "reliability": reliabilities[0],
            "reliability_other": reliabilities[1], "corrected": corrected[0], "corrected_low": corrected[1],
            "corrected_high": corrected[2], "conclusion": conclusion(*corrected[1:])}


def _of(one: Comparison, projects: list[str]) -> tuple[np.ndarray, float]:
    """Estimates of those projects, and the median reliability over all the indicator compares."""
    spread = usable_spread(one)
    place = [one.projects.index(name) for name in projects]
    return spread.estimate[place], float(np.median(reliability_at(spread, spread.tau2())))
