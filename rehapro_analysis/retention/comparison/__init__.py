"""Comparison of groups: tests over all times, at milestones, of ways of leaving, by regrouping."""
