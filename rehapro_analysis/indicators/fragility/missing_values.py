"""Missing follow-ups: who has a value, whether that differs between projects, and what it could change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.permutation import PERMUTATIONS
from rehapro_analysis.indicators.fragility.bounds import DELTA, LIMITS, Box, missing_shares, random_box, worst_case_box
from rehapro_analysis.indicators.fragility.imputation import IMPUTATIONS, SEED, completed, pooled
from rehapro_analysis.indicators.measures.definitions import indicator_definition
from rehapro_analysis.indicators.measures.rules import NO_ANSWER, NO_FIRST_VALUE, NOT_DUE, NOT_RECORDED
from rehapro_analysis.indicators.measures.values import indicator_values, without_row
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.indicators.verdict.verdicts import ALPHA, plain_verdict
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

REASONS = {NO_ANSWER: "no_answer", NO_FIRST_VALUE: "no_first_value", NOT_RECORDED: "not_recorded"}
FARTHEST = 10.0  # standard deviations; a claim that survives them is called untippable (infinite)
FIXED = ("The mean of those without a value differs from that of their project by at most delta standard deviations of "
         "persons, in each project in its own direction; sampling variances are those of the observed.")


def follow_up(study: Study, indicator: str, *, lock: str | None = None) -> Result:
    """The flow of every project: who was there, whose value was due, who has one, and why the others have none.

    ``table``: project, people, not_due, due, with_value, no_answer, no_first_value, not_recorded, missing_share (of
    those due; nan where nobody was). Raises :class:`StudyError` as `indicator_values`.
    """
    frame = indicator_values(study, indicator, lock=lock)
    counts = pd.crosstab(frame["project"], frame["missing"]).reindex(columns=["", NOT_DUE, *REASONS], fill_value=0)
    counts = counts.rename(columns={"": "with_value", NOT_DUE: "not_due", **REASONS}).rename_axis(columns=None)
    counts = counts.assign(people=counts.sum(axis=1)).assign(due=lambda each: each["people"] - each["not_due"])
    counts["missing_share"] = (counts["due"] - counts["with_value"]) / counts["due"].replace(0, np.nan)
    table = counts.reset_index().assign(project=lambda each: each["project"].astype(str))
    cells = ("people", "not_due", "due", "with_value", *REASONS.values())
    said = ("A person's first participation counts; what was not due is not missing.",)
    if lost := sum(without_row(study, indicator_definition(study, indicator), lock=lock).values()):
        said += (f"{lost} of those not due have no row although, by the usual day of the others, they were due: a "
                 "follow-up that was not answered needs a row without value.",)
    return Result(table[["project", *cells, "missing_share"]], f"follow-up: {indicator}", said, len(frame),
                  study.origin("episodes", "indicators"), cells)


def missingness(one: Comparison, *, seed: int = SEED, permutations: int = PERMUTATIONS, origin: str = "own") -> Result:
    """Whether projects differ in how many values are missing: the test of any difference, for having no value.

    ``table``: statistic, p_value (coaches move, as for the values), tau, tau_lower, tau_upper (spread of the shares),
    lowest, highest (share missing). Raises :class:`StudyError` where nothing, or everything, is missing.
    """
    of = _without_value(one)
    share = missing_shares(one)
    if not 0 < of.people["value"].mean() < 1:
        raise StudyError.of(f"{one.definition.label_en}: no value is missing, or all are.", "There is nothing to test.")
    test, spread = of.permuted(seed=seed, permutations=permutations), of.estimates.spread
    lower, upper = spread.interval()
    table = pd.DataFrame([{"statistic": test.statistic, "p_value": test.p_value, "tau": np.sqrt(spread.tau2()),
                           "tau_lower": lower, "tau_upper": upper, "lowest": share.min(), "highest": share.max()}])
    said = ("Whole coach blocks change projects, as in the test of the values.",
            "Equal shares do not make missing values harmless; unequal ones make bounds necessary.")
    return Result(table, f"missing values by project: {one.definition.label_en}", said, len(of.people), origin)


def bounds(one: Comparison, *, delta: float = DELTA, limits: tuple[float, float] | None = None,
           origin: str = "own") -> Result:
    """What missing values could do to the spread and its verdict: the extremes over all projects at once.

    ``table``, one row an assumption (missing at random; at random give or take ``delta``; any value, where the scale
    has limits or ``limits`` gives them): assumption, delta, tau_low, tau_high, p_any_low, p_any_high, p_relevant_low,
    p_relevant_high, p_equivalent_low, p_equivalent_high, verdict_alike, verdict_apart (letters without family and
    gates where the missing make projects as alike, and as different, as they can). p_any by the F reference.
    """
    usable_spread(one)
    boxes = {("at random", 0.0): random_box(one, 0.0), ("at random give or take", delta): random_box(one, delta)}
    if limits is not None or np.isfinite(LIMITS.get(one.definition.scale, (np.inf,))).all():
        boxes["any value", np.nan] = worst_case_box(one, limits)
    table = pd.DataFrame([{"assumption": name, "delta": by, **_extremes(box, one.threshold)}
                          for (name, by), box in boxes.items()])
    return Result(table, f"bounds: {one.definition.label_en}", (FIXED,), len(one.people), origin)


def project_bounds(one: Comparison, *, delta: float = DELTA, limits: tuple[float, float] | None = None,
                   origin: str = "own") -> Result:
    """Each project's estimate and where missing values could put it.

    ``table``: project, n, missing_share, estimate, random_low, random_high (give or take ``delta``), any_low,
    any_high (nan where the scale has no limits and ``limits`` gives none). Units as in `project_estimates`.
    """
    near = random_box(one, delta)
    table = pd.DataFrame({"project": one.projects, "n": one.n, "missing_share": missing_shares(one),
                          "estimate": near.spread.estimate, "random_low": near.lower, "random_high": near.upper,
                          "any_low": np.nan, "any_high": np.nan})
    if limits is not None or np.isfinite(LIMITS.get(one.definition.scale, (np.inf,))).all():
        far = worst_case_box(one, limits)
        table = table.assign(any_low=far.lower, any_high=far.upper)
    return Result(table, f"bounds by project: {one.definition.label_en}", (FIXED,), len(one.people), origin, ("n",))


def tipping_delta(one: Comparison, *, alpha: float = ALPHA, origin: str = "own") -> Result:
    """The smallest delta at which each claim flips: how different must those without a value be?

    A claim that holds (p <= alpha) flips where the most unfavourable shifts refuse it, one that does not where the
    most favourable ones would establish it. ``table``: claim (any difference, relevant, alike), p_value, holds,
    delta (standard deviations of persons; infinite if 10 do not suffice or nothing is missing).
    """
    usable_spread(one)
    threshold = one.threshold
    claims = {"any difference": (lambda spread: spread.p_any(), 0.0, True)}
    if not np.isnan(threshold):
        claims |= {"relevant": (lambda spread: spread.p_relevant(threshold), threshold**2, True),
                   "alike": (lambda spread: spread.p_equivalent(threshold), threshold**2, False)}
    rows = []
    for name, (p_of, at, falls) in claims.items():
        here = p_of(one.estimates.spread)
        toward = Box.alike if (here <= alpha) == falls else Box.apart

        def p_value(delta: float, p_of=p_of, at=at, toward=toward) -> float:
            return p_of(toward(random_box(one, delta), at))
        rows.append({"claim": name, "p_value": here, "holds": here <= alpha, "delta": _flip(p_value, alpha)})
    return Result(pd.DataFrame(rows), f"tipping point: {one.definition.label_en}", (FIXED,), len(one.people), origin)


def imputed_estimates(one: Comparison, *, imputations: int = IMPUTATIONS, seed: int = SEED,
                      origin: str = "own") -> Result:
    """Each project's estimate from the observed, and from imputed values pooled by Rubin's rules.

    ``table``: project, n, missing_share, estimate, std_error, imputed, imputed_std_error. The spread of the latter
    is one of the specifications of `specification_curve`.
    """
    seen = one.estimates.spread
    drawn = pooled([each.estimates.spread for each in completed(one, imputations=imputations, seed=seed)])
    table = pd.DataFrame({"project": one.projects, "n": one.n, "missing_share": missing_shares(one),
                          "estimate": seen.estimate, "std_error": np.sqrt(seen.sampling),
                          "imputed": drawn.estimate, "imputed_std_error": np.sqrt(drawn.sampling)})
    said = (f"{imputations} imputations from persons in coaches in projects, missing at random within projects.",)
    return Result(table, f"imputed estimates: {one.definition.label_en}", said, len(one.people), origin, ("n",))


def _without_value(one: Comparison) -> Comparison:
    frame = one.frame.assign(value=one.frame["missing"].ne("").astype(float), exposure=1.0, missing="")
    binary = replace(one.definition, scale="binary", relevant_difference=None)
    return replace(one, definition=binary, frame=frame)


def _extremes(box: Box, threshold: float) -> dict[str, object]:
    """Extremes of tau and of the p-values; all fall as Q rises, but p_equivalent."""
    low, high = box.tau()
    at = 0.0 if np.isnan(threshold) else threshold**2
    alike, apart = box.alike(at), box.apart(at)
    p = (np.nan, np.nan) if np.isnan(threshold) else (apart.p_relevant(threshold), alike.p_relevant(threshold))
    return {"tau_low": low, "tau_high": high, "p_any_low": box.apart(0.0).p_any(), "p_any_high": box.alike(0.0).p_any(),
            "p_relevant_low": p[0], "p_relevant_high": p[1], "p_equivalent_low": 1 - p[1],
            "p_equivalent_high": 1 - p[0], "verdict_alike": plain_verdict(alike, threshold),
            "verdict_apart": plain_verdict(apart, threshold)}


def _flip(p_value: Callable[[float], float], alpha: float) -> float:
    """Where a p-value that moves one way with delta crosses alpha, by bisection; infinite if it does not."""
    holds = p_value(0.0) <= alpha
    if (p_value(FARTHEST) <= alpha) == holds:
        return float("inf")
    near, far = 0.0, FARTHEST
    while far - near > 1e-9:
        middle = (near + far) / 2
        near, far = (middle, far) if (p_value(middle) <= alpha) == holds else (near, middle)
    return far
