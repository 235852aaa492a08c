"""Documented throughput: what counts and sentences of documents say, and what they leave open."""
