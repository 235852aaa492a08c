"""Success indicators: definitions, values, and which of them separate the projects."""

from rehapro_analysis.indicators.configurations.calibration import Sets, crisp, fuzzy
from rehapro_analysis.indicators.configurations.conditions import condition_sets, project_conditions
from rehapro_analysis.indicators.configurations.necessity import necessity
from rehapro_analysis.indicators.configurations.qca import outcome_set, qca
from rehapro_analysis.indicators.configurations.robustness import cut_off_sweep, leave_one_case_out
from rehapro_analysis.indicators.configurations.truth_table import Cuts, TruthTable
from rehapro_analysis.indicators.differences.comparison import Comparison, comparison
from rehapro_analysis.indicators.differences.components import Components, variance_components
from rehapro_analysis.indicators.differences.effect_sizes import effect_sizes
from rehapro_analysis.indicators.differences.estimates import Estimates, project_estimates
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity, concordance
from rehapro_analysis.indicators.differences.permutation import PermutationTest, permutation_test
from rehapro_analysis.indicators.differences.scores import score_statistic, scores
from rehapro_analysis.indicators.documented.completions import completions, statistic_bounds
from rehapro_analysis.indicators.documented.counts import documented_counts
from rehapro_analysis.indicators.documented.gate import admitted_counts, refused_counts
from rehapro_analysis.indicators.documented.pairs import deciding_denominators, pairs_if_comparable, two_counts
from rehapro_analysis.indicators.documented.separation import documented_separation, why_plans_do_not_separate
from rehapro_analysis.indicators.documented.several import several_counts
from rehapro_analysis.indicators.documented.shares import documented_shares
from rehapro_analysis.indicators.documented.verdict import counts_verdict
from rehapro_analysis.indicators.fairness.adjustment import adjusted_spread, case_mix_adjustment
from rehapro_analysis.indicators.fairness.calibration import case_mix_calibration, case_mix_quality
from rehapro_analysis.indicators.fairness.case_mix import AdjustedComparison, adjusted_comparison, case_mix_spread
from rehapro_analysis.indicators.fairness.coaches import coach_share
from rehapro_analysis.indicators.fairness.context import ConditionalSpread, context_spread
from rehapro_analysis.indicators.fairness.expected import observed_expected
from rehapro_analysis.indicators.fairness.overlap import adjustable_only, case_mix_balance, case_mix_overlap
from rehapro_analysis.indicators.fairness.pandemic import pandemic_exposure, spread_by_period, with_pandemic_share
from rehapro_analysis.indicators.fairness.period_interaction import period_interaction
from rehapro_analysis.indicators.fairness.target_group import planned_shares, target_group
from rehapro_analysis.indicators.fragility.bounds import worst_bound
from rehapro_analysis.indicators.fragility.definition_variants import definition_variants
from rehapro_analysis.indicators.fragility.imputation import completed, pooled
from rehapro_analysis.indicators.fragility.leaving_out import leave_one_out, leave_one_out_result
from rehapro_analysis.indicators.fragility.missing_values import (
    bounds,
    follow_up,
    imputed_estimates,
    missingness,
    project_bounds,
    tipping_delta,
)
from rehapro_analysis.indicators.fragility.specification_curve import (
    share_of_specifications,
    specification_curve,
    verdict_shares,
)
from rehapro_analysis.indicators.fragility.specifications import Options, specifications
from rehapro_analysis.indicators.fragility.stability import half_estimates, stability
from rehapro_analysis.indicators.measures.definitions import Indicator, indicator_definition, indicator_definitions
from rehapro_analysis.indicators.measures.values import indicator_values
from rehapro_analysis.indicators.models.glmm import (
    intraclass_correlation,
    median_ratio,
    project_variation,
    random_intercept_model,
)
from rehapro_analysis.indicators.multivariate.classification import classification, coach_folds, confusion
from rehapro_analysis.indicators.multivariate.joint import Joint, joint_frame, joint_values
from rehapro_analysis.indicators.multivariate.pairs import pairwise, superiority
from rehapro_analysis.indicators.multivariate.permanova import permanova
from rehapro_analysis.indicators.multivariate.redundancy import redundancy
from rehapro_analysis.indicators.multivariate.westfall_young import westfall_young
from rehapro_analysis.indicators.power.data_request import data_request
from rehapro_analysis.indicators.power.detectable import expected_range, smallest_detectable
from rehapro_analysis.indicators.power.needed import needed_persons
from rehapro_analysis.indicators.power.planning import planning_table
from rehapro_analysis.indicators.power.precision import precision_table
from rehapro_analysis.indicators.profile.funnel import funnel, funnel_curve
from rehapro_analysis.indicators.profile.funnel_limits import binomial_limits, overdispersed_limits, poisson_limits
from rehapro_analysis.indicators.profile.overdispersion import Overdispersion, overdispersion, share_z
from rehapro_analysis.indicators.profile.profile import (
    against_the_mean,
    mean_and_prediction,
    new_project,
    project_profile,
    shrunken_estimates,
)
from rehapro_analysis.indicators.profile.ranks import drawn_ranks, exact_pairs, normal_pairs, rank_sets, sets_of_ranks
from rehapro_analysis.indicators.profile.reliability import rankability, reliability, separation_ratio
from rehapro_analysis.indicators.verdict.evaluable import Requirements
from rehapro_analysis.indicators.verdict.examples import example_indicators
from rehapro_analysis.indicators.verdict.gate import Gate
from rehapro_analysis.indicators.verdict.robustness import GATES, plugged_in
from rehapro_analysis.indicators.verdict.separation import compared, separation, separation_overview
from rehapro_analysis.indicators.verdict.wording import verdict_sentences

__all__ = [
    "AdjustedComparison", "Comparison", "Components", "ConditionalSpread", "Cuts", "Estimates", "GATES", "Gate",
    "Heterogeneity", "Indicator", "Joint", "Options", "Overdispersion", "PermutationTest", "Requirements", "Sets",
    "TruthTable", "adjustable_only", "adjusted_comparison", "adjusted_spread", "admitted_counts",
    "against_the_mean", "binomial_limits", "bounds", "case_mix_adjustment", "case_mix_balance",
    "case_mix_calibration", "case_mix_overlap", "case_mix_quality", "case_mix_spread", "classification",
    "coach_folds", "coach_share", "compared", "comparison", "completed", "completions", "concordance",
    "condition_sets", "confusion", "context_spread", "counts_verdict", "crisp", "cut_off_sweep", "data_request",
    "deciding_denominators", "definition_variants", "documented_counts", "documented_separation",
    "documented_shares", "drawn_ranks", "effect_sizes", "exact_pairs", "example_indicators", "expected_range",
    "follow_up", "funnel", "funnel_curve", "fuzzy", "half_estimates", "imputed_estimates", "indicator_definition",
    "indicator_definitions", "indicator_values", "intraclass_correlation", "joint_frame", "joint_values",
    "leave_one_case_out", "leave_one_out", "leave_one_out_result", "mean_and_prediction", "median_ratio",
    "missingness", "necessity", "needed_persons", "new_project", "normal_pairs", "observed_expected", "outcome_set",
    "overdispersed_limits", "overdispersion", "pairs_if_comparable", "pairwise", "pandemic_exposure",
    "period_interaction", "permanova", "permutation_test", "planned_shares", "planning_table", "plugged_in",
    "poisson_limits", "pooled", "precision_table", "project_bounds", "project_conditions", "project_estimates",
    "project_profile", "project_variation", "qca", "random_intercept_model", "rank_sets", "rankability",
    "redundancy", "refused_counts", "reliability", "score_statistic", "scores", "separation", "separation_overview",
    "separation_ratio", "sets_of_ranks", "several_counts", "share_of_specifications", "share_z",
    "shrunken_estimates", "smallest_detectable", "specification_curve", "specifications", "spread_by_period",
    "stability", "statistic_bounds", "superiority", "target_group", "tipping_delta", "two_counts",
    "variance_components", "verdict_sentences", "verdict_shares", "westfall_young", "why_plans_do_not_separate",
    "with_pandemic_share", "worst_bound",
]
