"""What the documents alone say about separation: a row a success indicator of the forum, and what it would need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rehapro_analysis.indicators.documented.completions import MOST
from rehapro_analysis.indicators.documented.counts import PLANS, DocumentedCount, origin_of, read_counts
from rehapro_analysis.indicators.documented.gate import Gate, gate
from rehapro_analysis.indicators.documented.pairs import OPEN, pairs_if_comparable
from rehapro_analysis.indicators.documented.several import several_counts
from rehapro_analysis.indicators.documented.verdict import WORDS, CountsVerdict, counts_verdict
from rehapro_analysis.indicators.measures.definitions import not_aims
from rehapro_analysis.indicators.verdict.evaluable import REQUIREMENTS, Requirements
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

RENAMED = {"label_de": "indicator_de", "label_en": "indicator_en", "domain": "topic"}
COLUMNS = ["indicator", "indicator_de", "indicator_en", "topic", "projects_with_number",
           "projects_with_observed_number", "comparable", "verdict", "verdict_de", "verdict_en", "p_value_low",
           "p_value_high", "if_comparable", "reason_de", "reason_en", "needed_de", "needed_en"]
COUNTED = ("projects_with_number", "projects_with_observed_number", "comparable")
_NOTHING = {"de": "keine Zahl dokumentiert", "en": "no number is documented"}
_FEW = {"de": "nur {} Projekte mit vergleichbaren Angaben (nötig: {})",
        "en": "only {} projects with comparable numbers (needed: {})"}
_NONE = {"de": "keine vergleichbaren Angaben", "en": "no comparable numbers"}


def documented_separation(study: Study, *, relevant_differences: Mapping[str, float] | None = None,
                          requirements: Requirements = REQUIREMENTS, most: int = MOST) -> Result:
    """Which success indicators of the forum separate the projects, by the documented numbers alone.

    Every indicator goes through the gate (observed, settled, counted alike) and what passes through all completions;
    nothing is asserted beforehand. ``table``: indicator, indicator_de, indicator_en, topic, projects_with_number
    (any documented count), projects_with_observed_number (an observed share of people), comparable (admitted by the
    gate), verdict, verdict_de, verdict_en, p_value_low, p_value_high (of the comparable ones, over all completions),
    if_comparable (answer of `pairs_if_comparable`; empty without a pair), reason_de, reason_en, needed_de, needed_en.

    ``relevant_differences``: by indicator, the difference between best and worst project that matters, as a share.
    """
    aims, pairs = not_aims(study), pairs_if_comparable(study).table
    rows = []
    for one in study.table("success_indicators").drop(columns=["locator", "origin"]).to_dict("records"):
        counts = read_counts(study, one["indicator"])
        passed = gate(counts, aims)
        found = counts_verdict(passed.admitted, requirements=requirements, most=most,
                               relevant_difference=(relevant_differences or {}).get(one["indicator"]))
        answers = pairs.loc[pairs["indicator"] == one["indicator"], "answer"]
        rows.append(one | _row(counts, passed, found, requirements) | {"if_comparable": _together(answers)})
    return Result(pd.DataFrame(rows).rename(columns=RENAMED)[COLUMNS], "separation by documented counts alone",
                  ("A verdict holds only if every completion of the open numbers gives the same.",
                   "Counts say nothing of coaches, case mix and missing persons, so that none can be called robust.",
                   "What was not found in the documents may be known to the projects."),
                  len(rows), origin_of(study), COUNTED, counted="indicators")


def why_plans_do_not_separate(study: Study, indicator: str = "uptake", **options: object) -> Result:
    """The numbers that an unguarded comparison of all printed counts of an indicator would give, and why it is refused.

    ``table`` as of `several_counts`, whose ``options`` are taken; ``assumptions`` begin with the refusals.
    Raises :class:`StudyError` where a count is not one number, or the gate refuses nothing.
    """
    counts = read_counts(study, indicator)
    if open_ := [one.entry for one in counts if not one.exact]:
        raise StudyError.of(f"{', '.join(open_)}: not one printed number of one.", "Take pairs_if_comparable.")
    passed = gate(counts, not_aims(study))
    if not passed.refused:
        raise StudyError.of("The gate refuses nothing.", "Take several_counts.")
    x, n = zip(*((one.x[0], one.n[0]) for one in counts), strict=True)
    found = several_counts(x, n, origin=origin_of(study), **options)
    said = (f"Refused, and shown only to say why: {passed.reasons('en')}.",
            "A plan was never drawn from anything; the test takes it for a sample.",
            "Equal shares of two plans are a coincidence of planning, no finding.")
    return Result(found.table, "what a comparison of plans would pretend", said + found.assumptions, found.n,
                  found.origin, found.cells, found.shares, found.counted)


def _row(counts: Sequence[DocumentedCount], passed: Gate, found: CountsVerdict,
         requirements: Requirements) -> dict[str, object]:
    seen = {one.project for one in counts if one.status == "observed" and one.kind != "target" and one.x is not None}
    told = {one.project for one in counts if one.x is not None or one.status in PLANS}
    reasons = {f"reason_{language}": _reason(passed, found, requirements, language) for language in ("de", "en")}
    words = {f"verdict_{language}": _words(passed, found.verdict, language) for language in ("de", "en")}
    return {**dict(zip(COUNTED, map(len, (told, seen, passed.admitted)), strict=True)), "verdict": found.verdict,
            "p_value_low": found.p_low, "p_value_high": found.p_high, **words, **reasons}


def _words(passed: Gate, verdict: str, language: str) -> str:
    return _NONE[language] if verdict == "X" and not passed.admitted else WORDS[verdict][language]


def _reason(passed: Gate, found: CountsVerdict, requirements: Requirements, language: str) -> str:
    if not passed.admitted and not passed.refused:
        return _NOTHING[language]
    few = [_FEW[language].format(len(passed.admitted), requirements.projects)] * (
        bool(passed.admitted) and found.verdict == "X")
    return "; ".join([*few, *([passed.reasons(language)] if passed.refused else [])])


def _together(answers: pd.Series) -> str:
    """The answer that all pairs share; partially identified where they do not."""
    unique = answers.unique()
    return "" if not len(unique) else unique[0] if len(unique) == 1 else OPEN
