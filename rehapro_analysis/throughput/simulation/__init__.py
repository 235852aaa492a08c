"""Simulation: what places, arrivals, stays and rules would do."""
