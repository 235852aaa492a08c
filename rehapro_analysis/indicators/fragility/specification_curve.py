"""The specification curve: the spread and its verdict by every way in which it could have been computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.fragility.specifications import STANDARD, Options, Specification, specifications
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.indicators.verdict.verdicts import ALPHA, plain_verdict
from rehapro_analysis.results import Result

CHOICES = ("adjustment", "missing", "period", "definition", "estimator", "coaches")
LETTERS = ("A", "C", "D", "E")  # without gates there is no B
SAID = ("Each specification alone: p by the F reference, no adjustment for a family, no gates; A means relevant.",
        "Specifications share people and are no independent evidence: their shares are counts of choices, no test.",
        "Specifications of one period have fewer people and so less power; undecided there is not refuted.")


def specification_curve(one: Comparison, *, variants: Sequence[Comparison] = (), options: Options = STANDARD,
                        origin: str = "own") -> Result:
    """Every specification with its spread and its letter, from the smallest spread to the largest.

    ``variants`` are comparisons by other definitions of the same construct (`definition_variants`); ``options`` name
    the case-mix sets, delta and imputations. What the choices mean: `specifications`.

    ``table``: specification (1, 2, ... by tau_ratio, since units differ between estimators; by tau where no relevant
    difference is named), adjustment, missing, period, definition, estimator, coaches, projects, n, tau, tau_lower,
    tau_upper (95 %), threshold, tau_ratio (tau/threshold), p_any, p_relevant, p_equivalent, verdict.

    Source: Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4:1208 (the curve; no joint test is offered).
    """
    usable_spread(one)
    found, left_out = specifications(one, variants, options)
    table = pd.DataFrame([_row(each) for each in found], columns=[*CHOICES, *_NUMBERS])
    order = table["tau_ratio"].fillna(table["tau"]).argsort(kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    table.insert(0, "specification", np.arange(1, len(table) + 1))
    said = SAID + ((f"Left out: {'; '.join(left_out)}.",) if left_out else ())
    return Result(table, f"specification curve: {one.definition.label_en}", said, len(table), origin, ("n",),
                  counted="specifications")


def verdict_shares(curve: Result, *, by: str = "") -> Result:
    """How many specifications of a curve end in each letter, for each choice ``by`` (``"definition"``) if named.

    ``table``: the column ``by``, verdict, specifications, share (of those of the same choice).
    """
    chosen = curve.table[by] if by else pd.Series("", index=curve.table.index)
    counts = pd.crosstab(chosen, curve.table["verdict"]).reindex(columns=list(LETTERS), fill_value=0).stack()
    table = counts.rename("specifications").rename_axis([by or "all", "verdict"]).reset_index()
    table["share"] = table["specifications"] / table.groupby(by or "all")["specifications"].transform("sum")
    return Result(table if by else table.drop(columns="all"), f"verdicts of the {curve.method}", SAID,
                  len(curve.table), curve.origin, counted="specifications")


def share_of_specifications(one: Comparison, *, variants: Sequence[Comparison] = (), options: Options = STANDARD,
                            alpha: float = ALPHA) -> float:
    """The gate: the share of specifications with p_relevant <= alpha; nan without a relevant difference."""
    if np.isnan(one.threshold):  # nobody has said what would matter
        return float("nan")
    found, _ = specifications(one, variants, options)
    relevant = [each.spread.p_relevant(each.one.threshold) <= alpha for each in found]
    return float(np.mean(relevant)) if found else float("nan")


_NUMBERS = ("projects", "n", "tau", "tau_lower", "tau_upper", "threshold", "tau_ratio", "p_any", "p_relevant",
            "p_equivalent", "verdict")


def _row(each: Specification) -> dict[str, object]:
    spread, threshold = each.spread, each.one.threshold
    tau, named = float(np.sqrt(spread.tau2())), not np.isnan(threshold)
    numbers = (spread.projects, int(each.one.n.sum()), tau, *spread.interval(), threshold, tau / threshold,
               spread.p_any(), spread.p_relevant(threshold) if named else np.nan,
               spread.p_equivalent(threshold) if named else np.nan, plain_verdict(spread, threshold))
    return {name: getattr(each, name) for name in CHOICES} | dict(zip(_NUMBERS, numbers, strict=True))
