"""Statements in words: intervals are rounded outwards, so that a sentence never promises more than its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from math import ceil, floor, isinf, nan

import pandas as pd

WHOLE_FROM = 20  # from here on whole numbers are near enough; below, one decimal


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One documented situation: ``low`` to ``high`` in ``unit`` follows from ``assumption``; ``answer`` says it.

    ``lower`` and ``upper`` are sampling limits, where people were observed; ``low`` is nan where the
    documents cannot decide.
    """

    project: str
    question: str
    answer: str
    low: float
    high: float
    unit: str
    lower: float = nan
    upper: float = nan
    assumption: str


def statement_table(statements: Iterable[Statement]) -> pd.DataFrame:
    """The statements as a table: project, question, answer, low, high, unit, lower, upper, assumption."""
    return pd.DataFrame([asdict(one) for one in statements], columns=list(Statement.__dataclass_fields__))


def span(low: float, high: float, unit: str = "", digits: int | None = None) -> str:
    """An interval in words, its ends rounded outwards; a single number is rounded to the nearest.

    ``digits`` fixes the decimals; without it there is one below 20 and none from there on. An end may be infinite.

    >>> span(13.5, 16.5, "months"), span(7.855, 11.73, "months"), span(225, 300), span(66.67, 66.67)
    ('13.5 to 16.5 months', '7.8 to 11.8 months', '225 to 300', '67')
    >>> span(41, float("inf"), "persons"), span(float("-inf"), 2000)
    ('41 or more persons', 'up to 2000')
    """
    scale = 10 ** (digits if digits is not None else int(max(low, min(high, 0)) < WHOLE_FROM))
    if low == high:
        text = _plain(round(low * scale) / scale)
    else:
        ends = _rounded(low, scale, floor), _rounded(high, scale, ceil)
        text = (f"up to {ends[1]}" if isinf(low) else f"{ends[0]} or more" if isinf(high) else " to ".join(ends))
    return f"{text} {unit}".rstrip()


def percent_span(low: float, high: float) -> str:
    """Shares as whole percents, an interval outwards.

    >>> percent_span(2 / 3, 2 / 3), percent_span(0.634, 0.709)
    ('67%', '63% to 71%')
    """
    if low == high:
        return f"{round(100 * low)}%"
    return f"{floor(round(100 * low, 9))}% to {ceil(round(100 * high, 9))}%"


def percent_floor(share: float) -> str:
    """A share that is at least as large, as a whole percent rounded down.

    >>> percent_floor(0.435)
    '43%'
    """
    return f"{floor(round(100 * share, 9))}%"


def _rounded(value: float, scale: int, way: Callable[[float], int]) -> str:
    # 9 decimals: what floating point adds is no reason to round to the next number
    return "" if isinf(value) else _plain(way(round(value * scale, 9)) / scale)


def _plain(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}"
