"""Who works with whom: partner networks and what is known of them."""

from rehapro_analysis.networks.attempts import courted_partners
from rehapro_analysis.networks.coverage import legal_domains_bridged, network_overview
from rehapro_analysis.networks.network import PartnerNetwork, partner_network

__all__ = [
    "PartnerNetwork", "courted_partners", "legal_domains_bridged", "network_overview", "partner_network",
]
