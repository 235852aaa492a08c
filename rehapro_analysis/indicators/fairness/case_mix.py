"""What each project would show with the case mix of all: the comparison again, standardised directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.components import variance_components
from rehapro_analysis.indicators.differences.estimates import Estimates
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.differences.permutation import PERMUTATIONS, PermutationTest
from rehapro_analysis.indicators.fairness.case_mix_model import CaseMixModel, case_mix_columns, case_mix_model
from rehapro_analysis.indicators.fairness.response import response
from rehapro_analysis.retention.regression.covariates import Design


@dataclass(frozen=True, eq=False)
class AdjustedComparison(Comparison):
    """A `Comparison` of projects as if each had the case mix of all (direct standardisation).

    It can stand wherever a `Comparison` can (gates, profiles, leave-one-out). The relevant difference stays that of
    the unadjusted comparison: it was agreed before the data were seen.
    """

    covariates: tuple[str, ...] = ()

    @property
    def unadjusted(self) -> Comparison:
        """The same people compared as they are."""
        return Comparison(self.definition, self.frame, self.projects, self.left_out, overdue=self.overdue)

    @cached_property
    def columns(self) -> Design | None:
        """The covariates as numbered columns; None without covariates. Missing values are refused."""
        return case_mix_columns(self.people, self.covariates)

    @cached_property
    def model(self) -> CaseMixModel:
        """Project intercepts with common slopes."""
        exposure = self.people["exposure"].to_numpy(float)
        of = response(self.people["value"].to_numpy(float), self.definition.scale, self.project, exposure)
        return case_mix_model(of, self.project, self.columns, self.coach)

    @cached_property
    def estimates(self) -> Estimates:
        """What each project shows after adjustment; ``typical`` and ``person_sd`` those before it."""
        return _adjusted_estimates(self.model, self.unadjusted.estimates, self.definition.scale, self.coach)

    def permuted(self, *, seed: int, permutations: int = PERMUTATIONS) -> PermutationTest:
        """The test of any difference by the partial F of projects, computed anew after every relabeling of coaches."""
        matrix = None if self.columns is None else self.columns.matrix
        return super().permuted(seed=seed, permutations=permutations, covariates=matrix)


def adjusted_comparison(one: Comparison, covariates: Sequence[str]) -> AdjustedComparison:
    """The comparison after adjustment for ``covariates``, columns of the case mix; none leaves it as it is.

    g(E y) = alpha_j + x'beta with project intercepts, so that slopes are those within projects: a pooled slope
    would take part of the difference between projects for case mix. theta_j = mean_i g^-1(alpha_j + x_i'beta) over
    everybody; g is the identity (metric, ordinal as ridits), the logit (binary) or the log with exposure (count;
    time as events against those expected under common hazards). V_j = phi DEFF_j d^2 (1/W_j + z_j'C z_j), taken
    where all projects are alike: W_j the sum of weights, z_j the project's case mix against that of all, C the
    covariance of the slopes, d = d theta/d alpha, phi the dispersion, DEFF from coaches. Without covariates it is
    the variance of `project_estimates`. What common slopes make two projects share is left out (second order).

    A project in which nothing (or everything) happened keeps 0 (or 1), whatever its case mix: adjusting cannot
    move it, and slopes come from the others. Missing covariates, slopes without end and covariates that do not
    differ within projects raise `StudyError`. Caution: ask `case_mix_overlap` first.
    """
    return AdjustedComparison(one.definition, one.frame, one.projects, one.left_out, tuple(covariates),
                              overdue=one.overdue)


def case_mix_spread(one: Comparison, covariates: Sequence[str]) -> Heterogeneity:
    """The spread between projects after adjustment for ``covariates`` (`adjusted_comparison`)."""
    return adjusted_comparison(one, covariates).estimates.spread


def _adjusted_estimates(model: CaseMixModel, before: Estimates, scale: str, coach: np.ndarray | None) -> Estimates:
    residual, slopes = model.response.y - model.fitted(), len(model.beta)
    free = len(residual) - len(model.alpha)
    parts = variance_components(residual * np.sqrt(free / max(free - slopes, 1)), model.project, coach)
    parts = replace(parts, df=max(parts.df - slopes, 1.0))
    phi = {"identity": parts.person + parts.coach, "logit": 1.0, "log": 1.0}[model.response.link]
    if scale == "count":
        phi = max(1.0, float((residual**2 / np.maximum(model.fitted(), 1e-300)).sum()) / max(free - slopes, 1))
    estimate, variance = model.standardised(), phi * parts.design_effect * model.information()
    if scale == "time":
        estimate = 2 * (np.sqrt(estimate) - 1)
    df = parts.df if model.response.link == "identity" or parts.coach > 0 else np.inf
    return Estimates(Heterogeneity(estimate, variance, before.spread.growth, df, largest=before.spread.largest),
                     parts, before.typical, before.person_sd)

