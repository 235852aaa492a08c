"""Staying and leaving: one event table from which every estimate and test follows."""

from rehapro_analysis.retention.aggregates import (
    aggregate_life_table, aggregate_period_table, aggregate_retention_bounds)
from rehapro_analysis.retention.bands import bootstrap_band, simultaneous_band
from rehapro_analysis.retention.cox import cox_model
from rehapro_analysis.retention.curves import kaplan_meier, nelson_aalen
from rehapro_analysis.retention.discrete import discrete_hazard_model, discrete_survival
from rehapro_analysis.retention.events import Cells, EventTable, event_table
from rehapro_analysis.retention.fine_gray import fine_gray_model
from rehapro_analysis.retention.life_tables import life_table, period_table
from rehapro_analysis.retention.proportionality import proportional_hazards_test
from rehapro_analysis.retention.restricted import restricted_mean, restricted_mean_contrast
from rehapro_analysis.retention.summaries import (
    conditional_survival,
    median_follow_up,
    milestone,
    quantiles,
    risk_table,
)

__all__ = [
    "Cells", "EventTable", "aggregate_life_table", "aggregate_period_table", "aggregate_retention_bounds",
    "bootstrap_band", "conditional_survival", "cox_model", "discrete_hazard_model", "discrete_survival",
    "event_table", "fine_gray_model", "kaplan_meier", "life_table", "median_follow_up", "milestone",
    "nelson_aalen", "period_table", "proportional_hazards_test", "quantiles", "restricted_mean",
    "restricted_mean_contrast", "risk_table", "simultaneous_band",
]
