"""What people look at: figures with title, caption, alternative text, source table and fingerprint."""

from rehapro_analysis.figures.attempt_pictures import courted_over_time
from rehapro_analysis.figures.band_pictures import late_reports, staying_band
from rehapro_analysis.figures.capacity_pictures import capacity_fan, scenario_comparison
from rehapro_analysis.figures.carrier_pictures import turnover_curves
from rehapro_analysis.figures.evidence_pictures import evidence_map
from rehapro_analysis.figures.exit_pictures import exits_over_time, hazard_ratio_forest
from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.flow_pictures import cumulative_flow, flow_through_time, forecast_fan
from rehapro_analysis.figures.map_pictures import network_map
from rehapro_analysis.figures.matrix_pictures import network_matrix
from rehapro_analysis.figures.network_card_pictures import network_card
from rehapro_analysis.figures.network_pages import Page, network_page
from rehapro_analysis.figures.network_pictures import documented_network, network_small_multiples
from rehapro_analysis.figures.panel_pictures import sector_panels
from rehapro_analysis.figures.pathway_pictures import pathway_flow, wait_ahead, waiting_list
from rehapro_analysis.figures.phase_pictures import phase_flow, phases_over_time
from rehapro_analysis.figures.responsibility_pictures import responsibility_positions
from rehapro_analysis.figures.retention_pictures import difference_over_time, staying_curves, staying_panels
from rehapro_analysis.figures.sector_pictures import sector_map
from rehapro_analysis.figures.target_pictures import plan_and_actual, targets_reached
from rehapro_analysis.figures.throughput_pictures import documented_funnel, documented_stay

__all__ = [
    "Figure", "Page", "capacity_fan", "courted_over_time", "cumulative_flow", "difference_over_time",
    "documented_funnel", "documented_network", "documented_stay", "evidence_map", "exits_over_time",
    "flow_through_time", "forecast_fan", "hazard_ratio_forest", "late_reports", "network_card", "network_map",
    "network_matrix", "network_page", "network_small_multiples", "pathway_flow", "phase_flow", "phases_over_time",
    "plan_and_actual", "responsibility_positions", "scenario_comparison", "sector_map", "sector_panels",
    "staying_band", "staying_curves", "staying_panels", "targets_reached", "turnover_curves", "wait_ahead",
    "waiting_list",
]
