"""Legal domains: which books of the social code are bridged, and by whom."""
