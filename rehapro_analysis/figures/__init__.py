"""What people look at: figures with title, caption, alternative text, source table and fingerprint."""

from rehapro_analysis.figures.evidence_pictures import evidence_map
from rehapro_analysis.figures.exit_pictures import exits_over_time, hazard_ratio_forest, phase_flow
from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.network_pictures import documented_network, network_small_multiples
from rehapro_analysis.figures.retention_pictures import difference_over_time, staying_curves, staying_panels
from rehapro_analysis.figures.throughput_pictures import documented_funnel, documented_stay

__all__ = [
    "Figure", "difference_over_time", "documented_funnel", "documented_network", "documented_stay", "evidence_map",
    "exits_over_time", "hazard_ratio_forest", "network_small_multiples", "phase_flow", "staying_curves",
    "staying_panels",
]
