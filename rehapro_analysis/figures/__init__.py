"""What people look at: figures with title, caption, alternative text, source table and fingerprint."""

from rehapro_analysis.figures.evidence_pictures import evidence_map
from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.indicators.missing_pictures import missing_picture
from rehapro_analysis.figures.indicators.planning_pictures import planning_picture
from rehapro_analysis.figures.indicators.profile_pictures import caterpillar_picture
from rehapro_analysis.figures.indicators.separation_pictures import separation_picture
from rehapro_analysis.figures.indicators.specification_pictures import specification_picture
from rehapro_analysis.figures.indicators.tau_pictures import tau_ruler_picture
from rehapro_analysis.figures.networks.attempt_pictures import courted_over_time
from rehapro_analysis.figures.networks.carrier_pictures import turnover_curves
from rehapro_analysis.figures.networks.map_pictures import network_map
from rehapro_analysis.figures.networks.matrix_pictures import network_matrix
from rehapro_analysis.figures.networks.network_card_pictures import network_card
from rehapro_analysis.figures.networks.network_pages import Page, network_page
from rehapro_analysis.figures.networks.network_pictures import documented_network, network_small_multiples
from rehapro_analysis.figures.networks.panel_pictures import sector_panels
from rehapro_analysis.figures.networks.responsibility_pictures import responsibility_positions
from rehapro_analysis.figures.networks.sector_pictures import sector_map
from rehapro_analysis.figures.retention.band_pictures import late_reports, staying_band
from rehapro_analysis.figures.retention.exit_pictures import exits_over_time, hazard_ratio_forest
from rehapro_analysis.figures.retention.phase_pictures import phase_flow, phases_over_time
from rehapro_analysis.figures.retention.retention_pictures import difference_over_time, staying_curves, staying_panels
from rehapro_analysis.figures.throughput.capacity_pictures import capacity_fan, scenario_comparison
from rehapro_analysis.figures.throughput.flow_pictures import cumulative_flow, flow_through_time, forecast_fan
from rehapro_analysis.figures.throughput.pathway_pictures import pathway_flow, wait_ahead, waiting_list
from rehapro_analysis.figures.throughput.target_pictures import plan_and_actual, targets_reached
from rehapro_analysis.figures.throughput.throughput_pictures import documented_funnel, documented_stay

__all__ = [
    "Figure", "Page", "capacity_fan", "caterpillar_picture", "courted_over_time", "cumulative_flow",
    "difference_over_time", "documented_funnel", "documented_network", "documented_stay", "evidence_map",
    "exits_over_time", "flow_through_time", "forecast_fan", "hazard_ratio_forest", "late_reports",
    "missing_picture", "network_card", "network_map", "network_matrix", "network_page", "network_small_multiples",
    "pathway_flow", "phase_flow", "phases_over_time", "plan_and_actual", "planning_picture",
    "responsibility_positions", "scenario_comparison", "sector_map", "sector_panels", "separation_picture",
    "specification_picture", "staying_band", "staying_curves", "staying_panels", "targets_reached",
    "tau_ruler_picture", "turnover_curves", "wait_ahead", "waiting_list",
]
