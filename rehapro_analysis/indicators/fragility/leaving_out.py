"""What is left of a difference without each project, or each coach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.results import Result

FEWEST = 3  # projects that must remain for a test


def leave_one_out(one: Comparison, unit: str = "project") -> pd.DataFrame:
    """The tests without each project, or each coach: columns unit, tau, p_any, p_relevant.

    p by the F reference, with variance components computed anew; p_relevant against the threshold agreed for all
    projects, nan where none is. Rows of coaches are numbered, not named; none where
    coaches are unknown. nan where fewer than three projects would remain.
    """
    spreads = _spreads(one, unit)
    names = list(one.projects) if unit == "project" else list(range(1, len(spreads) + 1))
    found = [(np.nan, np.nan, np.nan) if spread is None else
             (float(np.sqrt(spread.tau2())), spread.p_any(), _p_relevant(spread, one.threshold)) for spread in spreads]
    return pd.DataFrame(found, columns=["tau", "p_any", "p_relevant"]).assign(**{unit: names})[
        [unit, "tau", "p_any", "p_relevant"]]


def leave_one_out_result(one: Comparison, unit: str = "project", origin: str = "own") -> Result:
    """`leave_one_out` as a result."""
    said = ("p by the F reference of generalised Q, components computed anew without the one left out.",
            "One project without which nothing is left is a case report, not a separation.")
    return Result(leave_one_out(one, unit), f"leave one {unit} out: {one.definition.label_en}", said, len(one.people),
                  origin)


def worst_without(one: Comparison, unit: str = "project") -> float:
    """The largest p_relevant of `leave_one_out`; nan where one of them cannot be computed.

    It is the claim itself that must survive: where one project lies far off, the rest may still differ by more
    than chance (p_any) without differing by what matters.
    """
    p = [np.nan if spread is None else _p_relevant(spread, one.threshold) for spread in _spreads(one, unit)]
    return float(np.max(p)) if p else float("nan")


def _p_relevant(spread: Heterogeneity, threshold: float) -> float:
    return float("nan") if np.isnan(threshold) else spread.p_relevant(threshold)


def _spreads(one: Comparison, unit: str) -> list[Heterogeneity | None]:
    """The spread without each unit; None where too little is left, no unit where coaches are unknown."""
    code = one.project if unit == "project" else one.coach
    if code is None:
        return []
    rests = (one.only(code != each) for each in range(code.max() + 1))
    return [rest.estimates.spread if len(rest.projects) >= FEWEST and rest.estimates.spread.usable else None
            for rest in rests]
