"""Curves of staying: estimates, limits, bands, and what is read from them."""
