"""Aggregates: what counts without persons allow to say."""
