"""Ties: who is known to work with whom, at which status, and about which pairs nothing is known."""
