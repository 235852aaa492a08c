"""The robustness gates: what a separation must survive to be called robust.

All are measured by default. Another measure, or other options of one, is plugged in by name:

    gates = plugged_in(GATES, bounds=lambda one: worst_bound(one, delta=0.5))
    separation_overview(study, gates=gates)

A measure takes a `Comparison` and returns a number (nan: could not be checked, and so not passed).
"""

from __future__ import annotations

from dataclasses import replace

from rehapro_analysis.indicators.fragility.bounds import worst_bound
from rehapro_analysis.indicators.fragility.leaving_out import leave_one_out, worst_without
from rehapro_analysis.indicators.fragility.specification_curve import share_of_specifications
from rehapro_analysis.indicators.verdict.gate import Gate, Measure

__all__ = ["GATES", "Gate", "leave_one_out", "plugged_in"]

GATES = (
    Gate("rankability", "Reihenfolge nicht verlässlich", "the order is not reliable",
         lambda one: one.estimates.spread.rankability(), at_least=0.7),
    Gate("leave_project_out", "hängt an einem Projekt", "hinges on one project", worst_without, at_most=0.05),
    Gate("leave_coach_out", "hängt an einem Coach", "hinges on one coach",
         lambda one: worst_without(one, "coach"), at_most=0.05, of_coaches=True),
    Gate("specifications", "hängt an der Auswertungsvariante", "hinges on how it is computed",
         share_of_specifications, at_least=0.8),
    Gate("bounds", "hängt an fehlenden Werten", "hinges on missing values", worst_bound, at_most=0.05),
)


def plugged_in(gates: tuple[Gate, ...], **measures: Measure) -> tuple[Gate, ...]:
    """The gates with other measures, by name; KeyError for a name that no gate has."""
    if unknown := set(measures) - {gate.name for gate in gates}:
        raise KeyError(f"There is no gate {', '.join(sorted(unknown))}.")
    return tuple(replace(gate, measure=measures.get(gate.name, gate.measure)) for gate in gates)
