"""Measures: the whole network and the places of its actors."""
