"""Robustness gates: what a separation must survive to be called robust.

A gate is data: how its value is measured from a `Comparison` and where it must lie. Gates without a measure
have not been checked, and a separation that has not been checked is not called robust. Plug a check in with

    gates = plugged_in(GATES, specifications=share_of_specifications, bounds=worst_bound)
    separation_overview(study, gates=gates)

where each function takes a `Comparison` and returns a number (nan: could not be checked).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.results import Result

Measure = Callable[[Comparison], float]
FEWEST = 3  # projects that must remain for a test


@dataclass(frozen=True)
class Gate:
    """Passed if the measured value lies from ``at_least`` to ``at_most``; ``name`` is its column."""

    name: str
    label_de: str
    label_en: str
    measure: Measure | None = None
    at_least: float = -np.inf
    at_most: float = np.inf

    def value(self, one: Comparison) -> float:
        """The measured value; nan if nothing measures it."""
        return float("nan") if self.measure is None else float(self.measure(one))

    def passed(self, value: float) -> bool:
        """Whether the value opens the gate; nan does not."""
        return bool(self.at_least <= value <= self.at_most)


def leave_one_out(one: Comparison, unit: str = "project") -> pd.DataFrame:
    """The test of any difference without each project, or each coach: columns unit, p_any, tau.

    p by the F reference, with variance components computed anew. Rows of coaches are numbered, not named.
    """
    code = one.project if unit == "project" else one.coach
    if code is None:
        return pd.DataFrame({unit: [], "p_any": [], "tau": []})
    names = one.projects if unit == "project" else range(1, code.max() + 2)
    fits = [_without(one, code != each) for each in range(code.max() + 1)]
    return pd.DataFrame({unit: list(names), "p_any": [p for p, _ in fits], "tau": [tau for _, tau in fits]})


def leave_one_out_result(one: Comparison, unit: str = "project", origin: str = "own") -> Result:
    """`leave_one_out` as a result."""
    said = ("p by the F reference of generalised Q, components computed anew without the one left out.",
            "One project without which nothing is left is a case report, not a separation.")
    return Result(leave_one_out(one, unit), f"leave one {unit} out: {one.definition.label_en}", said, len(one.people),
                  origin)


def plugged_in(gates: tuple[Gate, ...], **measures: Measure) -> tuple[Gate, ...]:
    """The gates with other measures, by name; KeyError for a name that no gate has."""
    if unknown := set(measures) - {gate.name for gate in gates}:
        raise KeyError(f"There is no gate {', '.join(sorted(unknown))}.")
    return tuple(replace(gate, measure=measures.get(gate.name, gate.measure)) for gate in gates)


def _without(one: Comparison, kept: np.ndarray) -> tuple[float, float]:
    rest = one.of(one.people[kept])
    if len(rest.projects) < FEWEST or not rest.estimates.spread.usable:
        return float("nan"), float("nan")
    spread = rest.estimates.spread
    return spread.p_any(), float(np.sqrt(spread.tau2()))


def _worst_without(unit: str) -> Measure:
    def measure(one: Comparison) -> float:
        found = leave_one_out(one, unit)["p_any"]
        return float(found.max(skipna=False)) if len(found) else float("nan")
    return measure


GATES = (
    Gate("rankability", "Reihenfolge nicht verlässlich", "the order is not reliable",
         lambda one: one.estimates.spread.rankability(), at_least=0.7),
    Gate("leave_project_out", "hängt an einem Projekt", "hinges on one project", _worst_without("project"),
         at_most=0.05),
    Gate("specifications", "Auswertungsvarianten", "specifications", at_least=0.8),
    Gate("bounds", "fehlende Werte", "missing values", at_most=0.05),
)
