"""Specifications: the ways in which one comparison could as well have been computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison, comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.fairness.case_mix import adjusted_comparison
from rehapro_analysis.indicators.fragility.bounds import DELTA, random_box
from rehapro_analysis.indicators.fragility.imputation import SEED, completed, pooled
from rehapro_analysis.indicators.measures.values import COLUMNS
from rehapro_analysis.indicators.power.detectable import expected_range
from rehapro_analysis.indicators.verdict.evaluable import REQUIREMENTS, Requirements, reasons_against
from rehapro_analysis.retention.stays.cohorts import PERIODS
from rehapro_analysis.study.problems import StudyError

IMPUTATIONS = 10  # a specification: their spread enters its variance and degrees of freedom
ESTIMATORS = {  # names of estimators by scale, each with the scale on which the values are compared
    "binary": {"share": "binary", "mean": "metric"}, "metric": {"mean": "metric", "rank": "ordinal"},
    "ordinal": {"rank": "ordinal", "mean": "metric"}, "count": {"rate": "count", "rank": "ordinal"},
    "time": {"rate": "time"},
}
CaseMix = Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Specification:
    """One way of computing: choices by name, the people it compares, and the spread it finds."""

    adjustment: str
    missing: str
    period: str
    definition: str
    estimator: str
    coaches: str
    one: Comparison
    spread: Heterogeneity


@dataclass(frozen=True)
class Options:
    """What specifications are made of, beside the choices that every comparison has."""

    case_mix: CaseMix | None = None
    delta: float = DELTA
    imputations: int = IMPUTATIONS
    seed: int = SEED
    requirements: Requirements = REQUIREMENTS

    def sets(self, one: Comparison) -> CaseMix:
        """Sets of covariates by name; without any given: none, and all columns of the case mix together."""
        if self.case_mix is not None:
            return {"none": (), **self.case_mix}
        columns = tuple(name for name in one.frame if name not in COLUMNS)
        return {"none": (), "case mix": columns} if columns else {"none": ()}


STANDARD = Options()


def specifications(one: Comparison, variants: Sequence[Comparison] = (),
                   options: Options = STANDARD) -> tuple[list[Specification], list[str]]:
    """All combinations that can be computed, and why which others cannot.

    adjustment: none, or a set of the case mix. missing, where values are missing: observed (only those with a value),
    imputed (`completed`, pooled), lower and higher (those without a value delta standard deviations below, above
    their project). period: all, within (entry periods as covariates), before, during, after the pandemic.
    definition: the indicator, or one of the ``variants``. estimator: `ESTIMATORS`. coaches: nested, ignored,
    or unknown. Periods that gate 0 closes, and adjustments that a `StudyError` refuses, are left out.
    """
    found: list[Specification] = []
    reasons: list[str] = []
    for chosen in (one, *variants):
        for period, part, within in _periods(chosen, options.requirements):
            against = reasons_against(part, options.requirements) if period in PERIODS else []
            if against:
                reasons.append(f"{chosen.definition.indicator}, {period}: {against[0][1]}")
                continue
            got, refused = _of_part(part, period, within, options)
            found += got
            reasons += refused
    return found, list(dict.fromkeys(reasons))


def _of_part(part: Comparison, period: str, within: tuple[str, ...],
             options: Options) -> tuple[list[Specification], list[str]]:
    """The specifications of one definition and period, and which adjustments are refused."""
    found, refused, indicator = [], [], part.definition.indicator
    fills = _filled(part, options)
    for (estimator, coaches, each), (adjustment, columns) in product(_computations(part), options.sets(part).items()):
        try:
            rules = list(_missing_rules(each, (*columns, *within), fills, options.delta))
        except StudyError:  # its message may count persons
            refused.append(f"{indicator}, {period}, {adjustment}: the adjustment is refused (see adjusted_comparison)")
            continue
        found += [Specification(adjustment, rule, period, indicator, estimator, coaches, each, spread)
                  for rule, spread in rules if spread.usable]
    return found, refused


def _periods(one: Comparison, need: Requirements) -> Iterator[tuple[str, Comparison, tuple[str, ...]]]:
    """Name, comparison and further covariates of each period; only "all" where everybody entered in the same one."""
    yield "all", one, ()
    seen = one.people["period"].astype(str)
    if seen.nunique() < 2:
        return
    yield "within", one, ("period",)
    for period in PERIODS:
        if (seen == period).any():
            frame = one.frame[one.frame["period"].astype(str) == period]
            yield period, comparison(frame, one.definition, least=need.persons, mandated=False), ()


def _computations(one: Comparison) -> Iterator[tuple[str, str, Comparison]]:
    """Estimators and ways to treat coaches."""
    ways = [("unknown", one)] if one.coach is None else [
        ("nested", one), ("ignored", replace(one, frame=one.frame.assign(coach=None)))]
    for coaches, each in ways:
        for estimator, scale in ESTIMATORS[one.definition.scale].items():
            yield estimator, coaches, each if scale == one.definition.scale else _on_scale(each, scale)


def _on_scale(one: Comparison, scale: str) -> Comparison:
    """The same values on another scale, the relevant difference carried over in standard deviations of persons."""
    difference = one.threshold * expected_range(len(one.projects)) / one.estimates.person_sd
    changed = replace(one.definition, scale=scale, difference_in="standard deviations",
                      relevant_difference=None if np.isnan(difference) else float(difference))
    return replace(one, definition=changed)


def _filled(one: Comparison, options: Options) -> list[pd.Series]:
    """Completed values, one series an imputation; none where nothing is missing or times cannot be imputed."""
    if one.definition.scale == "time" or not _anything_missing(one):
        return []
    return [each.frame["value"] for each in completed(one, imputations=options.imputations, seed=options.seed)]


def _missing_rules(one: Comparison, covariates: tuple[str, ...], fills: Sequence[pd.Series],
                   delta: float) -> Iterator[tuple[str, Heterogeneity]]:
    """The spread by each way to treat missing values."""
    def spread_of(each: Comparison) -> Heterogeneity:
        return (adjusted_comparison(each, covariates) if covariates else each).estimates.spread

    spread = spread_of(one)
    yield "observed", spread
    if not _anything_missing(one):
        return
    box = random_box(one, delta, spread)
    yield "lower", replace(spread, estimate=box.lower)
    yield "higher", replace(spread, estimate=box.upper)
    if fills:
        frame = one.frame.assign(missing="")
        yield "imputed", pooled([spread_of(replace(one, frame=frame.assign(value=values))) for values in fills])


def _anything_missing(one: Comparison) -> bool:
    return bool(one.frame["missing"].ne("").any())
