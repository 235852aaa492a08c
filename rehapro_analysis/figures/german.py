"""Tick labels as German and as English readers expect them, beside the numerals that every picture uses."""

from __future__ import annotations

from matplotlib.ticker import FuncFormatter

from rehapro_analysis.numerals import DASH, MINUS, NARROW, UNKNOWN, day, interval, month, number, p_value, percent

__all__ = [
    "DASH", "MINUS", "NARROW", "UNKNOWN", "axis_number", "axis_percent", "day", "interval", "month", "number",
    "p_value", "percent",
]


def axis_number(language: str, digits: int | None = None) -> FuncFormatter:
    """Tick labels as `number` writes them: ``axes.xaxis.set_major_formatter(axis_number("de"))``.

    >>> axis_number("de")(1500.0)
    '1.500'
    """
    return FuncFormatter(lambda value, position=None: number(value, language, digits))


def axis_percent(language: str, digits: int = 0) -> FuncFormatter:
    """Tick labels of shares as `percent` writes them.

    >>> axis_percent("en")(0.25)
    '25%'
    """
    return FuncFormatter(lambda value, position=None: percent(value, language, digits))
