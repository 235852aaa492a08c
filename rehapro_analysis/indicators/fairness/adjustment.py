"""What adjusting for case mix changes: each project before and after, and the spread between projects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.permutation import PERMUTATIONS
from rehapro_analysis.indicators.fairness.case_mix import AdjustedComparison, adjusted_comparison
from rehapro_analysis.indicators.fairness.overlap import LARGEST_OUTSIDE, adjustable_only, outside_share
from rehapro_analysis.indicators.fairness.pandemic import COLLIDER, COLUMN
from rehapro_analysis.indicators.profile.profile import own_limits
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.results import Result

SEED = 20220615
SLOPES = "Slopes are those within projects, the same in all; what was not recorded is not adjusted for."
COACHES_KNOWN = ("Standard errors allow for coaches by variance components pooled over projects; those clustered by "
                 "coach are too small with few coaches a project.")
COACHES_UNKNOWN = "Coaches are unknown: standard errors take people as independent and are too small."
NO_SHARE = ("tau before and after stand side by side with their limits; their quotient would not say which part of the "
            "spread is due to case mix.")


def case_mix_adjustment(one: Comparison, covariates: Sequence[str], *, level: float = 0.95,
                        origin: str = "own") -> Result:
    """What each project shows, and what it would show with the case mix of all (`adjusted_comparison`).

    ``table``, in the order of the study: project, n, unadjusted, adjusted, difference (adjusted - unadjusted),
    std_error and limits of the adjusted value, clustered_error, outside_share, adjustment: "adjusted", "cannot be
    adjusted" (more than 30 percent of the people outside the common region: adjusted values stay empty),
    "nothing happened" or "everything happened" (0 or 1 whatever the case mix).

    std_error rests on variance components of coaches pooled over projects. clustered_error is the delta method on
    the covariance clustered by coach (statsmodels); with two to five coaches a project it is too small, and it is
    empty where coaches are unknown or a project has only one. On the scale time values are 2 (sqrt(ratio) - 1),
    on an ordinal scale shares of the rank order.
    """
    fair = adjusted_comparison(one, covariates)
    outside, model = outside_share(one, covariates), fair.model
    kept = np.where(outside <= LARGEST_OUTSIDE, 1.0, np.nan)
    spread, before = usable_spread(fair), one.estimates.spread.estimate
    lower, upper = own_limits(fair, level)
    stands = np.select([np.isnan(kept), model.alpha == -np.inf, model.alpha == np.inf],
                       ["cannot be adjusted", "nothing happened", "everything happened"], "adjusted")
    table = pd.DataFrame({
        "project": one.projects, "n": one.n, "unadjusted": before, "adjusted": kept * spread.estimate,
        "difference": kept * (spread.estimate - before), "std_error": kept * np.sqrt(spread.sampling),
        "lower": kept * lower, "upper": kept * upper, "clustered_error": kept * _clustered(fair),
        "outside_share": outside, "adjustment": stands})
    said = (*_cautions(covariates), COACHES_UNKNOWN if one.coach is None else COACHES_KNOWN,
            "Where nothing or everything happened adjusting cannot move a project; its case mix says nothing there.")
    shares = ("unadjusted", "adjusted", "difference", "std_error", "lower", "upper", "clustered_error")
    return Result(table, f"case-mix adjustment by direct standardisation: {one.definition.label_en}", said,
                  len(one.people), origin, ("n",), shares * (one.definition.scale == "binary"), "people")


def adjusted_spread(one: Comparison, covariates: Sequence[str], *, seed: int = SEED,
                    permutations: int = PERMUTATIONS, origin: str = "own") -> Result:
    """The spread between projects before and after adjustment, on the projects that can be adjusted.

    ``table``, rows unadjusted and adjusted: stage, projects, n, statistic, p_any (coach blocks permuted; adjusted:
    the partial F of projects computed anew after every relabeling), tau, tau_lower, tau_upper, threshold, p_relevant,
    p_equivalent (generalised Q). No p-value is adjusted for several indicators.
    """
    usable = adjustable_only(one, covariates)
    stages = {"unadjusted": usable, "adjusted": adjusted_comparison(usable, covariates)}
    table = pd.DataFrame([{"stage": stage} | spread_row(each, seed=seed, permutations=permutations)
                          for stage, each in stages.items()])
    left = sorted(set(one.projects) - set(usable.projects), key=one.projects.index)
    said = [*_cautions(covariates), NO_SHARE]
    if left:
        said.append(f"Cannot be adjusted and is left out of both rows: {', '.join(left)}.")
    return Result(table, f"spread before and after case-mix adjustment: {one.definition.label_en}", tuple(said),
                  len(usable.people), origin, counted="people")


def spread_row(one: Comparison, *, seed: int, permutations: int) -> dict[str, object]:
    """What a comparison shows of the spread between projects: one row of `adjusted_spread`."""
    spread, test = usable_spread(one), one.permuted(seed=seed, permutations=permutations)
    lower, upper = spread.interval()
    return {"projects": spread.projects, "n": len(one.people), "statistic": test.statistic, "p_any": test.p_value,
            "tau": float(np.sqrt(spread.tau2())), "tau_lower": lower, "tau_upper": upper, "threshold": one.threshold,
            "p_relevant": spread.p_relevant(one.threshold), "p_equivalent": spread.p_equivalent(one.threshold)}


def _cautions(covariates: Sequence[str]) -> tuple[str, ...]:
    return (SLOPES, COLLIDER) if COLUMN in covariates else (SLOPES,)


def _clustered(fair: AdjustedComparison) -> np.ndarray:
    """Standard errors (J,) clustered by coach, on the scale of the estimates."""
    error = fair.model.clustered_errors()
    return error / np.sqrt(fair.model.standardised()) if fair.definition.scale == "time" else error
