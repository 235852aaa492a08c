"""Flow through the projects: how many get through, and what a longer stay costs."""

from rehapro_analysis.throughput.documented import (
    documented_funnels,
    documented_stays,
    steady_state_statements,
)

__all__ = ["documented_funnels", "documented_stays", "steady_state_statements"]
