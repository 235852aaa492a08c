"""Staying and leaving: one event table from which every estimate and test follows."""

from rehapro_analysis.retention.aggregates.aggregates import (
    aggregate_life_table,
    aggregate_period_table,
    aggregate_retention_bounds,
)
from rehapro_analysis.retention.aggregates.documented import documented_retention
from rehapro_analysis.retention.aggregates.records import retention_by_record
from rehapro_analysis.retention.comparison.comparison import logrank_test
from rehapro_analysis.retention.comparison.difference_curves import difference_curve
from rehapro_analysis.retention.comparison.differences import milestone_test, restricted_mean_test
from rehapro_analysis.retention.comparison.gray import gray_test
from rehapro_analysis.retention.comparison.permutation import permutation_logrank_test
from rehapro_analysis.retention.curves.bands import bootstrap_band, simultaneous_band
from rehapro_analysis.retention.curves.curves import kaplan_meier, nelson_aalen
from rehapro_analysis.retention.curves.life_tables import life_table, period_table
from rehapro_analysis.retention.curves.restricted import restricted_mean
from rehapro_analysis.retention.curves.summaries import (
    conditional_survival,
    median_follow_up,
    milestone,
    quantiles,
    risk_table,
)
from rehapro_analysis.retention.event_tables.events import Cells, EventTable, event_table
from rehapro_analysis.retention.exits.competing import aalen_johansen, time_lost
from rehapro_analysis.retention.regression.cox import cox_model
from rehapro_analysis.retention.regression.discrete import discrete_hazard_model, discrete_survival
from rehapro_analysis.retention.regression.fine_gray import fine_gray_model
from rehapro_analysis.retention.regression.proportionality import proportional_hazards_test
from rehapro_analysis.retention.states.multistate import expected_stay, state_occupation
from rehapro_analysis.retention.states.phases import phase_spells
from rehapro_analysis.retention.states.spell_checks import check_spells
from rehapro_analysis.retention.states.state_paths import common_paths, state_graph
from rehapro_analysis.retention.stays.cohorts import cohort, large_projects, what_is_known
from rehapro_analysis.retention.stays.examples import example_projects
from rehapro_analysis.retention.stays.landmarks import known_by, landmark, reached_by
from rehapro_analysis.retention.stays.phase_reached import reached_phase_test
from rehapro_analysis.retention.stays.planned_stays import planned_completion, planned_spells
from rehapro_analysis.retention.stays.reporting_delay import locked_spells, reporting_bounds
from rehapro_analysis.retention.stays.splitting import split_periods, split_spells
from rehapro_analysis.retention.stays.stock_samples import stationarity_test, stock_means, stock_spells

__all__ = [
    "Cells", "EventTable", "aalen_johansen", "aggregate_life_table", "aggregate_period_table",
    "aggregate_retention_bounds", "bootstrap_band", "check_spells", "cohort", "common_paths",
    "conditional_survival", "cox_model", "difference_curve", "discrete_hazard_model", "discrete_survival",
    "documented_retention", "event_table", "example_projects", "expected_stay", "fine_gray_model", "gray_test",
    "kaplan_meier", "known_by", "landmark", "large_projects", "life_table", "locked_spells", "logrank_test",
    "median_follow_up",
    "milestone", "milestone_test", "nelson_aalen", "period_table", "permutation_logrank_test", "phase_spells",
    "planned_completion", "planned_spells", "proportional_hazards_test", "quantiles", "reached_by",
    "reached_phase_test", "reporting_bounds", "restricted_mean", "restricted_mean_test", "retention_by_record",
    "risk_table", "simultaneous_band", "split_periods", "split_spells", "state_graph", "state_occupation",
    "stationarity_test", "stock_means", "stock_spells", "time_lost", "what_is_known",
]
