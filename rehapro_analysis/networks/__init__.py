"""Who works with whom: partner networks and what is known of them."""

from rehapro_analysis.networks.cards.cards import network_card_change, network_card_spaces, network_cards
from rehapro_analysis.networks.chance.curveball import two_mode_null
from rehapro_analysis.networks.chance.exchange import exchange_test
from rehapro_analysis.networks.chance.mrqap import mrqap
from rehapro_analysis.networks.chance.null_tests import null_test
from rehapro_analysis.networks.chance.nulls import null_networks
from rehapro_analysis.networks.chance.qap import qap_correlation
from rehapro_analysis.networks.coaches.carrier_departures import loss_after_departure
from rehapro_analysis.networks.coaches.carrier_reach import reach_after_turnover
from rehapro_analysis.networks.coaches.coach_independence import coach_independence, provider_loss
from rehapro_analysis.networks.coaches.turnover import ties_left_after, turnover_by_number, turnover_curve
from rehapro_analysis.networks.legal_domains.brokerage import brokerage, brokerage_totals
from rehapro_analysis.networks.legal_domains.coverage import domain_matrix, legal_domains_bridged, network_overview
from rehapro_analysis.networks.legal_domains.mixing import mixing_matrix
from rehapro_analysis.networks.legal_domains.segregation import domain_odds_ratio, ei_index
from rehapro_analysis.networks.measures.centrality import betweenness, centralization, closeness, degree, eigenvector
from rehapro_analysis.networks.measures.cohesion import components, krackhardt_dimensions, path_lengths
from rehapro_analysis.networks.measures.core import core_periphery, coreness
from rehapro_analysis.networks.measures.key_players import cut_points, key_players
from rehapro_analysis.networks.measures.structural_holes import structural_holes
from rehapro_analysis.networks.measures.whole import density, mean_degree, reciprocity, transitivity, triad_census
from rehapro_analysis.networks.partners.attempts import (
    attempt_table,
    courted_partners,
    monthly_chance,
    time_to_agreement,
)
from rehapro_analysis.networks.partners.conversion import attempt_reasons, conversion
from rehapro_analysis.networks.partners.missing_partners import missing_partners
from rehapro_analysis.networks.partners.parallel import parallel_operation, parallel_overview
from rehapro_analysis.networks.partners.project_comparison import compare_constellations, project_indices
from rehapro_analysis.networks.responsible.archetypes import archetypes
from rehapro_analysis.networks.responsible.responsibility import (
    compare_responsibility,
    responsibility_index,
    responsibility_profile,
    responsibility_sensitivity,
)
from rehapro_analysis.networks.responsible.responsibility_levels import (
    responsibility_from_steps,
    responsibility_from_ties,
)
from rehapro_analysis.networks.ties.export import export_network
from rehapro_analysis.networks.ties.membership import Membership, membership
from rehapro_analysis.networks.ties.network import PartnerNetwork, partner_network
from rehapro_analysis.networks.ties.nonresponse import missing_overview, nonresponse_bounds
from rehapro_analysis.networks.ties.wave_change import actor_changes, tie_changes, wave_changes
from rehapro_analysis.networks.ties.waves import tie_stability

__all__ = [
    "Membership", "PartnerNetwork", "actor_changes", "archetypes", "attempt_reasons", "attempt_table", "betweenness",
    "brokerage", "brokerage_totals", "centralization", "closeness", "coach_independence", "compare_constellations",
    "compare_responsibility", "components", "conversion", "core_periphery", "coreness", "courted_partners",
    "cut_points", "degree", "density", "domain_matrix", "domain_odds_ratio", "ei_index", "eigenvector",
    "exchange_test", "export_network", "key_players", "krackhardt_dimensions", "legal_domains_bridged",
    "loss_after_departure", "mean_degree", "membership", "missing_overview", "missing_partners", "mixing_matrix",
    "monthly_chance", "mrqap", "network_card_change", "network_card_spaces", "network_cards", "network_overview",
    "nonresponse_bounds", "null_networks", "null_test", "parallel_operation", "parallel_overview", "partner_network",
    "path_lengths", "project_indices", "provider_loss", "qap_correlation", "reach_after_turnover", "reciprocity",
    "responsibility_from_steps", "responsibility_from_ties", "responsibility_index", "responsibility_profile",
    "responsibility_sensitivity", "structural_holes", "tie_changes", "tie_stability", "ties_left_after",
    "time_to_agreement", "transitivity", "triad_census", "turnover_by_number", "turnover_curve", "two_mode_null",
    "wave_changes",
]
