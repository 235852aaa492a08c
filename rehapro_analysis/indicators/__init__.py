"""Success indicators: definitions, values, and which of them separate the projects."""

from rehapro_analysis.indicators.differences.comparison import Comparison, comparison
from rehapro_analysis.indicators.differences.components import Components, variance_components
from rehapro_analysis.indicators.differences.estimates import Estimates, project_estimates
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity, concordance
from rehapro_analysis.indicators.differences.permutation import PermutationTest, permutation_test
from rehapro_analysis.indicators.differences.scores import score_statistic, scores
from rehapro_analysis.indicators.measures.definitions import Indicator, indicator_definition, indicator_definitions
from rehapro_analysis.indicators.measures.values import indicator_values
from rehapro_analysis.indicators.models.glmm import (
    intraclass_correlation,
    median_ratio,
    project_variation,
    random_intercept_model,
)
from rehapro_analysis.indicators.power.detectable import expected_range, smallest_detectable
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
from rehapro_analysis.indicators.profile.reliability import project_reliability, rankability, separation_ratio
from rehapro_analysis.indicators.verdict.evaluable import Requirements
from rehapro_analysis.indicators.verdict.robustness import GATES, Gate, leave_one_out, plugged_in
from rehapro_analysis.indicators.verdict.separation import compared, separation, separation_overview

__all__ = [
    "Comparison", "Components", "Estimates", "GATES", "Gate", "Heterogeneity", "Indicator", "PermutationTest",
    "Requirements", "compared", "comparison", "concordance", "expected_range", "indicator_definition",
    "indicator_definitions", "indicator_values", "leave_one_out", "permutation_test", "plugged_in",
    "project_estimates", "score_statistic", "scores", "separation", "separation_overview", "smallest_detectable",
    "variance_components",
    "Overdispersion", "against_the_mean", "binomial_limits", "drawn_ranks", "exact_pairs", "funnel", "funnel_curve",
    "intraclass_correlation", "mean_and_prediction", "median_ratio", "new_project", "normal_pairs",
    "overdispersed_limits", "overdispersion", "poisson_limits", "project_profile", "project_reliability",
    "project_variation", "random_intercept_model", "rank_sets", "rankability", "separation_ratio", "sets_of_ranks",
    "share_z", "shrunken_estimates",
]
