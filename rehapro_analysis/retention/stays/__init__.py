"""Stays: what is studied, cut out of a study or a frame without crediting anybody with time they had to survive."""
