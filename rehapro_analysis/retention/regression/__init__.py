"""Regression: what goes with staying, by hazards and by shares."""
