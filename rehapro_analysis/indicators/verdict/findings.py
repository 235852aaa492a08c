"""What the numbers of one comparison say, before the family is looked at: a row of the overview."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import concordance
from rehapro_analysis.indicators.fragility.leaving_out import leave_one_out
from rehapro_analysis.indicators.power.detectable import expected_range, smallest_detectable
from rehapro_analysis.indicators.verdict.evaluable import Requirements, reasons_against
from rehapro_analysis.indicators.verdict.gate import Gate
from rehapro_analysis.indicators.verdict.verdicts import ALPHA, EXPLORATORY
from rehapro_analysis.indicators.verdict.wording import LANGUAGES

NUMBERS = ("icc_coach", "statistic", "p_any", "tau", "tau_lower", "tau_upper", "threshold", "p_relevant",
           "p_equivalent", "tipping_icc", "concordance")
SMALLEST = ("smallest_tau", "smallest_relevant_tau", "smallest_gap", "times_needed")


def finding(one: Comparison, gates: Sequence[Gate], requirements: Requirements, *, seed: int, permutations: int,
            caseload: float) -> dict[str, object]:
    """One row: counts, the reasons of gate 0, tests, spread and gates; numbers are nan where gate 0 is closed."""
    reasons = reasons_against(one, requirements)
    row = _counts(one, reasons) | dict.fromkeys(NUMBERS, np.nan) | {gate.name: np.nan for gate in gates}
    if reasons:
        return row | {"hinges_on": ""}
    test = one.permuted(seed=seed, permutations=permutations)
    unknown = {} if one.coach is not None else {"tipping_icc": test.tipping_icc(caseload)}
    return (row | {"statistic": test.statistic, "p_any": test.p_value, "hinges_on": _hinge(one)} | unknown
            | _spread(one) | {gate.name: gate.value(one) for gate in gates})


def smallest(one: Comparison, family: int, *, usable: bool) -> dict[str, float]:
    """The smallest spread that the first step of a family of that size finds with power 0.8.

    smallest_tau: any difference; smallest_relevant_tau: one shown to exceed the threshold; smallest_gap: the first
    as expected gap between best and worst; times_needed: by how much the cases must grow for smallest_tau to
    reach the threshold, coaches growing with them.
    """
    if not usable:
        return dict.fromkeys(SMALLEST, np.nan)
    spread, threshold, projects = one.estimates.spread, one.threshold, len(one.projects)
    alpha = (ALPHA if one.definition.confirmatory else EXPLORATORY) / family
    sampling = spread.typical_sampling()
    found = [smallest_detectable(sampling, projects, alpha=alpha, threshold=least, df=spread.df) if least == least
             else np.nan for least in (0.0, threshold)]
    gap = found[0] * expected_range(projects)
    return dict(zip(SMALLEST, (*found, gap, (found[0] / threshold) ** 2), strict=True))


def _counts(one: Comparison, reasons: list[tuple[str, str]]) -> dict[str, object]:
    definition, share = one.definition, one.missing_share()
    events = int(one.people["value"].sum()) if definition.scale in ("binary", "time") else None
    return {
        "indicator": definition.indicator, "label_de": definition.label_de, "label_en": definition.label_en,
        "scale": definition.scale, "confirmatory": definition.confirmatory,
        "projects": len(one.projects), "n": len(one.people), "events": events, "coaches": int(one.coaches.sum()),
        "coaches_known": one.coach is not None, "missing": float(share.max()) if len(share) else np.nan,
        "left_out": "; ".join(f"{name}: {why}" for name, why in one.left_out.items()),
        **{f"reason_{language}": "; ".join(reason[place] for reason in reasons)
           for place, language in enumerate(LANGUAGES)},
    }


def _spread(one: Comparison) -> dict[str, float]:
    spread, threshold = one.estimates.spread, one.threshold
    lower, upper = spread.interval()
    named = not np.isnan(threshold)
    return {
        "icc_coach": one.estimates.components.icc, "tau": float(np.sqrt(spread.tau2())),
        "tau_lower": lower, "tau_upper": upper, "threshold": threshold,
        "p_relevant": spread.p_relevant(threshold) if named else np.nan,
        "p_equivalent": spread.p_equivalent(threshold) if named else np.nan,
        "concordance": concordance(spread.rankability()),
    }


def _hinge(one: Comparison) -> str:
    """The project without which a relevant difference is least sure, or any difference if none is agreed."""
    left = leave_one_out(one)
    left = left.assign(p=left["p_relevant"].fillna(left["p_any"])).dropna(subset=["p"])
    return str(left["project"][left["p"].idxmax()]) if len(left) else ""
