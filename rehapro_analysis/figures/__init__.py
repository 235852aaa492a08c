"""What people look at: figures with title, caption, alternative text, source table and fingerprint."""

from rehapro_analysis.figures.evidence_pictures import evidence_map
from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.network_pictures import documented_network, network_small_multiples
from rehapro_analysis.figures.throughput_pictures import documented_funnel, documented_stay

__all__ = [
    "Figure", "documented_funnel", "documented_network", "documented_stay", "evidence_map", "network_small_multiples",
]
