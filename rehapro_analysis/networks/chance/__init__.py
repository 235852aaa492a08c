"""Chance: what a measure would be without the structure it is about."""
