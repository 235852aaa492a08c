"""Forecasts: the months to come, targets, and how well earlier forecasts did."""
