"""The columns of the overview: three tests, every gate, concordance and missing values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.indicators.indicator_words import short_p
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.indicators.verdict.robustness import Gate
from rehapro_analysis.indicators.verdict.verdicts import ALPHA, EXPLORATORY

HEADS = {
    "size": {"de": "Projekte / Personen", "en": "projects / people"},
    "p_any": {"de": "überhaupt ungleich (p)", "en": "any difference (p)"},
    "p_relevant": {"de": "größer als bedeutsam (p)", "en": "more than relevant (p)"},
    "p_equivalent": {"de": "praktisch gleich (p)", "en": "practically alike (p)"},
    "concordance": {"de": "Paare richtig geordnet", "en": "pairs in the right order"},
    "missing": {"de": "es fehlen höchstens", "en": "missing at most"},
    "verdict": {"de": "Urteil", "en": "verdict"},
    "rankability": {"de": "Ordnung verlässlich", "en": "order reliable"},
    "leave_project_out": {"de": "ohne 1 Projekt (p)", "en": "without 1 project (p)"},
    "leave_coach_out": {"de": "ohne 1 Coach (p)", "en": "without 1 coach (p)"},
    "specifications": {"de": "in anderen Varianten", "en": "in other variants"},
    "bounds": {"de": "trotz Lücken (p)", "en": "despite gaps (p)"},
}

Row = Mapping[str, object]


@dataclass(frozen=True)
class Column:
    """A check: the name of its head, what a field says, what it speaks for, and the limit under the head."""

    name: str
    text: Callable[[Row, str], str]
    speaks: Callable[[Row], str]
    limit: Callable[[str], str] = lambda language: ""
    label: Mapping[str, str] | None = None

    def head(self, language: str) -> str:
        """The words above the column."""
        return HEADS.get(self.name, self.label)[language]


def columns_of(gates: Sequence[Gate]) -> list[Column]:
    """The three tests, every gate, concordance and missing values."""
    tests = [_test(name, side) for name, side in (("p_any", "separates"), ("p_relevant", "separates"),
                                                  ("p_equivalent", "alike"))]
    shares = [Column(name, lambda row, language, name=name: percent(row[name], language), lambda row: "plain")
              for name in ("concordance", "missing")]
    return [*tests, *(_gate(gate) for gate in gates), *shares]


def _test(name: str, side: str) -> Column:
    def speaks(row: Row) -> str:
        alpha = ALPHA if row["confirmatory"] or name == "p_any" else EXPLORATORY
        return side if row[f"{name}_adjusted"] <= alpha else "open"

    return Column(name, lambda row, language: short_p(row[f"{name}_adjusted"], language), speaks)


def _gate(gate: Gate) -> Column:
    """A gate that asks for at least something is a share; one that asks for at most something is a p value."""
    share = np.isfinite(gate.at_least)
    written = percent if share else short_p

    def speaks(row: Row) -> str:
        value = float(row[gate.name])
        return "unchecked" if np.isnan(value) else "separates" if gate.passed(value) else "open"

    sign, limit = ("≥", gate.at_least) if share else ("≤", gate.at_most)
    labels = {language: getattr(gate, f"label_{language}") for language in LANGUAGES}
    return Column(gate.name, lambda row, language: written(row[gate.name], language), speaks,
                  lambda language: f"{sign} {(percent if share else number)(limit, language)}", labels)
