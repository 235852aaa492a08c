"""Which indicators separate the projects: one row an indicator, every gate a column, one sentence a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison, comparison
from rehapro_analysis.indicators.differences.permutation import PERMUTATIONS
from rehapro_analysis.indicators.measures.definitions import indicator_definition
from rehapro_analysis.indicators.measures.rules import NEEDS
from rehapro_analysis.indicators.measures.values import COLUMNS, indicator_values, without_row
from rehapro_analysis.indicators.verdict.evaluable import REQUIREMENTS, Requirements
from rehapro_analysis.indicators.verdict.findings import finding, smallest
from rehapro_analysis.indicators.verdict.gate import Gate
from rehapro_analysis.indicators.verdict.robustness import GATES
from rehapro_analysis.indicators.verdict.verdicts import adjusted, verdict
from rehapro_analysis.indicators.verdict.wording import LANGUAGES, sentence
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

SEED = 20220615
FIRST = ("indicator", "label_de", "label_en", "scale", "confirmatory", "verdict", "projects", "n", "events", "coaches",
         "coaches_known", "missing", "icc_coach", "statistic", "p_any", "p_any_adjusted", "tau", "tau_lower",
         "tau_upper", "threshold", "p_relevant", "p_relevant_adjusted", "p_equivalent", "p_equivalent_adjusted")
LAST = ("hinges_on", "tipping_icc", "concordance", "smallest_tau", "smallest_relevant_tau", "smallest_gap",
        "times_needed", "against", "left_out", "reason_de", "reason_en", "sentence_de", "sentence_en")
ASSUMPTIONS = (
    "A spread between projects is no effect of projects: people, regions and times differ too.",
    "Coaches, not participants, are exchangeable: whole coach blocks change projects, within entry periods or with "
    "periods as covariates; where coaches are unknown people move, and tipping_icc says up to which correlation of "
    "people of one coach the difference would hold.",
    "Intervals and directed tests come from generalised Q with an F reference for the spread between projects.",
    "Holm over the confirmatory family, for relevance and for likeness apart; Benjamini and Hochberg for the rest, "
    "which is never called robust.",
    "Robust: the order is reliable, some difference remains without any project and any coach, the difference is "
    "relevant in four of five specifications, and where those without a value differ by up to 0.2 standard deviations "
    "from their project; what could not be checked counts as not passed.",
)


def separation_overview(study: Study, indicators: Sequence[str] | None = None, *, gates: Sequence[Gate] = GATES,
                        requirements: Requirements = REQUIREMENTS, mandated: bool = True,
                        caseload: float | None = None, lock: str | None = None, permutations: int = PERMUTATIONS,
                        seed: int = SEED) -> Result:
    """Every indicator with its gates and its verdict, as one family.

    ``indicators`` restricts the family (default: all of the study). ``mandated`` leaves out projects whose aim an
    indicator explicitly is not; False compares all, as sensitivity. ``caseload`` is the number of persons a coach
    for `tipping_icc`; by default the mean number of entered participants a coach in the study. ``gates`` as in
    `robustness`; ``requirements`` are those of gate 0.

    ``table``, confirmatory ones first: indicator, label_de, label_en, scale, confirmatory, verdict, projects, n,
    events, coaches, coaches_known, missing (largest share in a project), icc_coach, statistic, p_any (permutation),
    tau with tau_lower and tau_upper (95 %), threshold, p_relevant, p_equivalent, the three adjusted, one column a gate,
    hinges_on (the project without which the difference is least sure), tipping_icc, concordance,
    smallest_tau (any difference, first Holm step, power 0.8), smallest_relevant_tau, smallest_gap (between
    best and worst), times_needed (cases to show the relevant spread), against (what keeps B from A), left_out,
    reason_de, reason_en, sentence_de, sentence_en. tau, threshold and smallest_* are in the indicator's unit
    (ordinal: shares of the rank order; time: the log of the rate, nearly).

    An indicator whose rule needs a table that the study lacks is a row with that reason. Raises :class:`StudyError`
    for unknown indicators, a definition that contradicts itself, an empty family, and without episodes.
    """
    names = list(study.table("indicators")["indicator"]) if indicators is None else list(indicators)
    if not names:
        raise StudyError.of("No indicator is named.", "Define indicators in indicators.csv.")
    found = [_compared(study, name, mandated=mandated, lock=lock, least=requirements.persons) for name in names]
    caseload = _caseload(study) if caseload is None else caseload
    rows = [finding(one, gates, requirements, seed=seed, permutations=permutations, caseload=caseload) for one in found]
    origin = study.origin("episodes", "indicators")
    table = _judged(pd.DataFrame(rows).assign(origin=origin), found, gates)
    return Result(table, "separation of the projects by indicator", ASSUMPTIONS, len(table), origin, ("n", "events"))


def separation(study: Study, indicator: str, *, family: Sequence[str] | None = None, **options: object) -> Result:
    """One indicator, judged as a member of its family; columns and options of `separation_overview`.

    ``family`` names the indicators that are judged together (default: all of the study with the same standing,
    confirmatory or exploratory); ``[indicator]`` judges it alone, without adjustment.
    """
    one = indicator_definition(study, indicator)
    rows = study.table("indicators")
    if family is None:
        family = rows.loc[rows["confirmatory"].fillna(False).astype(bool) == one.confirmatory, "indicator"]
    overview = separation_overview(study, [*dict.fromkeys([*family, indicator])], **options)
    row = overview.table[overview.table["indicator"] == indicator].reset_index(drop=True)
    return Result(row, f"separation of the projects: {one.label_en}", overview.assumptions, int(row["n"].iloc[0]),
                  overview.origin, overview.cells)


def compared(study: Study, indicator: str, *, mandated: bool = True, lock: str | None = None,
             least: int = REQUIREMENTS.persons) -> Comparison:
    """The `Comparison` of an indicator, from which profiles, funnels and sensitivity analyses start."""
    one = indicator_definition(study, indicator)
    found = comparison(indicator_values(study, one, lock=lock), one, least=least, mandated=mandated)
    return replace(found, overdue=without_row(study, one, lock=lock))


def _compared(study: Study, indicator: str, **options: object) -> Comparison:
    """The `Comparison`; without anybody where the study lacks a table that the indicator's rule needs."""
    one = indicator_definition(study, indicator)
    lacking = tuple(name for name in NEEDS.get(one.rule, ()) if not study.has(name))
    if lacking:
        return Comparison(one, pd.DataFrame(columns=list(COLUMNS)), (), {}, lacking=lacking)
    return compared(study, indicator, **options)


def _caseload(study: Study) -> float:
    entered = study.table("episodes").dropna(subset=["entered_on", "coach"])
    return len(entered) / max(entered["coach"].nunique(), 1)


def _judged(table: pd.DataFrame, found: Sequence[Comparison], gates: Sequence[Gate]) -> pd.DataFrame:
    """The rows with adjusted p-values, smallest separations, verdicts and sentences, in the order of reading."""
    table = adjusted(table)
    family = table[table["reason_en"].eq("")].groupby("confirmatory").size()
    table = table.join(pd.DataFrame([
        smallest(one, int(family.get(row["confirmatory"], 1)), usable=not row["reason_en"])
        for one, row in zip(found, table.to_dict("records"), strict=True)]))
    judged = [verdict(row, gates) for row in table.to_dict("records")]
    table = table.assign(verdict=[letter for letter, _ in judged], against=[", ".join(why) for _, why in judged])
    rows = list(zip(table.to_dict("records"), found, strict=True))
    said = {f"sentence_{language}": [sentence(row, one.definition, gates, language) for row, one in rows]
            for language in LANGUAGES}
    table = table.assign(**said)[[*FIRST, *(gate.name for gate in gates), *LAST]]
    return table.sort_values("confirmatory", ascending=False, kind="stable", ignore_index=True)
