"""Success indicators: definitions, values, and which of them separate the projects."""

from rehapro_analysis.indicators.comparison import Comparison, comparison
from rehapro_analysis.indicators.components import Components, variance_components
from rehapro_analysis.indicators.definitions import Indicator, indicator_definition, indicator_definitions
from rehapro_analysis.indicators.detectable import expected_range, smallest_detectable
from rehapro_analysis.indicators.estimates import Estimates, project_estimates
from rehapro_analysis.indicators.evaluable import Requirements
from rehapro_analysis.indicators.heterogeneity import Heterogeneity, concordance
from rehapro_analysis.indicators.permutation import PermutationTest, permutation_test
from rehapro_analysis.indicators.robustness import GATES, Gate, leave_one_out, plugged_in
from rehapro_analysis.indicators.scores import score_statistic, scores
from rehapro_analysis.indicators.separation import compared, separation, separation_overview
from rehapro_analysis.indicators.values import indicator_values

__all__ = [
    "Comparison", "Components", "Estimates", "GATES", "Gate", "Heterogeneity", "Indicator", "PermutationTest",
    "Requirements", "compared", "comparison", "concordance", "expected_range", "indicator_definition",
    "indicator_definitions", "indicator_values", "leave_one_out", "permutation_test", "plugged_in",
    "project_estimates", "score_statistic", "scores", "separation", "separation_overview", "smallest_detectable",
    "variance_components",
]
