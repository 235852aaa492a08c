"""Flow through the projects: how many get through, and what a longer stay costs."""

from rehapro_analysis.throughput.documented.documented import (
    break_even_denominators,
    documented_funnels,
    documented_stays,
)
from rehapro_analysis.throughput.documented.statements import throughput_statements
from rehapro_analysis.throughput.documented.steady_state import steady_state_statements
from rehapro_analysis.throughput.flow.conservation import flow_conservation
from rehapro_analysis.throughput.flow.flow import monthly_flow
from rehapro_analysis.throughput.flow.little import little_identity
from rehapro_analysis.throughput.flow.stock import expected_stock
from rehapro_analysis.throughput.forecasts.backtest import backtest
from rehapro_analysis.throughput.forecasts.forecast import forecast
from rehapro_analysis.throughput.forecasts.prospects import staff_needed, target_date, target_probability
from rehapro_analysis.throughput.forecasts.targets import plan_against_actual, target_attainment
from rehapro_analysis.throughput.pathways.bottleneck import bottleneck
from rehapro_analysis.throughput.pathways.pathway import pathway, pathway_graph, pathway_yield
from rehapro_analysis.throughput.simulation.capacity import compare_scenarios, scenarios_over_time, simulate_capacity
from rehapro_analysis.throughput.simulation.durations import Duration, duration, exponential
from rehapro_analysis.throughput.simulation.monitored import monitored_scenarios
from rehapro_analysis.throughput.simulation.programme import Phase, Programme
from rehapro_analysis.throughput.simulation.queues import (
    erlang_b,
    erlang_c,
    queue_with_list,
    queue_without_list,
    unlimited_places,
)
from rehapro_analysis.throughput.simulation.scenarios import cycles_of_pan, longer_stay_of_gesa, places_in_halle
from rehapro_analysis.throughput.waiting.expected_wait import (
    documented_queue,
    documented_wait,
    expected_wait,
    wait_probabilities,
)
from rehapro_analysis.throughput.waiting.waiting import referral_sources, waiting_spells, waiting_table, waiting_times

__all__ = [
    "Duration", "Phase", "Programme", "backtest", "bottleneck", "break_even_denominators", "compare_scenarios",
    "cycles_of_pan", "documented_funnels", "documented_queue", "documented_stays", "documented_wait", "duration",
    "erlang_b", "erlang_c", "expected_stock", "expected_wait", "exponential", "flow_conservation", "forecast",
    "little_identity", "longer_stay_of_gesa", "monitored_scenarios", "monthly_flow", "pathway", "pathway_graph",
    "pathway_yield", "places_in_halle", "plan_against_actual", "queue_with_list", "queue_without_list",
    "referral_sources", "scenarios_over_time", "simulate_capacity", "staff_needed", "steady_state_statements",
    "target_attainment", "target_date", "target_probability", "throughput_statements", "unlimited_places",
    "wait_probabilities", "waiting_spells", "waiting_table", "waiting_times",
]
