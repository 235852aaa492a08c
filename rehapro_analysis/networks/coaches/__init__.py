"""Coaches: which ties depend on a person, and what is left when one leaves."""
