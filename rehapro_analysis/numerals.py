"""Numbers, dates and p values as German and as English readers expect them.

No system locale is asked: most machines have no German one. A missing value (None, NaN, NaT) is
always the word ``unbekannt`` or ``unknown``, because a dash could be read as minus or as zero.
"""

from __future__ import annotations

from datetime import date
from math import floor, log10

import pandas as pd

SIGNIFICANT = 4  # digits of a number that is not whole, unless told otherwise
MINUS, DASH, NARROW = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{NARROW NO-BREAK SPACE}"
UNKNOWN = {"de": "unbekannt", "en": "unknown"}
_MARKS = {"de": str.maketrans(",.-", f".,{MINUS}"), "en": str.maketrans("-", MINUS)}
_MONTHS = {
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
           "November", "Dezember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}


def number(value: float | None, language: str, digits: int | None = None) -> str:
    """A number with decimal mark, thousands mark and a real minus sign.

    ``digits`` fixes the decimals; without it whole numbers have none, other numbers four
    significant digits at most.

    >>> number(2160, "de"), number(2160, "en"), number(2 / 3, "de"), number(-0.5, "en", 2)
    ('2.160', '2,160', '0,6667', '−0.50')
    >>> number(None, "de")
    'unbekannt'
    """
    if pd.isna(value):
        return UNKNOWN[language]
    text = f"{value:,.{_decimals(value) if digits is None else digits}f}"
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if not text.strip("-0.,"):  # rounded to zero: no sign
        text = text.lstrip("-")
    return text.translate(_MARKS[language])


def _decimals(value: float) -> int:
    return max(0, SIGNIFICANT - 1 - floor(log10(abs(value)))) if value else 0


def percent(share: float | None, language: str, digits: int = 0) -> str:
    """A share (0 to 1) in percent; German has a narrow no-break space before the sign.

    >>> percent(2 / 3, "de"), percent(2 / 3, "en"), percent(0.125, "de", 1)
    ('67\u202f%', '67%', '12,5\u202f%')
    """
    if pd.isna(share):
        return UNKNOWN[language]
    return number(100 * share, language, digits) + (f"{NARROW}%" if language == "de" else "%")


def interval(low: float | None, high: float | None, language: str, digits: int | None = None) -> str:
    """A range; a missing end is open, two equal ends are one number.

    >>> interval(35, 45, "de"), interval(241, None, "de"), interval(None, 2000, "en"), interval(7, 7, "en")
    ('35–45', 'ab 241', 'up to 2,000', '7')
    >>> interval(-5, 3, "de")
    '−5 bis 3'
    """
    ends = ["" if pd.isna(end) else number(end, language, digits) for end in (low, high)]
    return span(*ends, language) or UNKNOWN[language]


def span(low: str, high: str, language: str) -> str:
    """Two written ends as one range; an empty text is an open end, two empty ones are empty.

    >>> span("63%", "71%", "en"), span("", "8", "de"), span("", "", "en")
    ('63–71%', 'bis 8', '')
    """
    if low == high:
        return low
    if not high:
        return f"ab {low}" if language == "de" else f"{low} or more"
    if not low:
        return f"{'bis' if language == 'de' else 'up to'} {high}"
    if low.startswith(MINUS):  # a dash beside a minus sign cannot be read
        return f"{low} {'bis' if language == 'de' else 'to'} {high}"
    return low.removesuffix("%").rstrip() + DASH + high


def p_value(p: float | None, language: str) -> str:
    """A p value with three decimals; very small and very large ones as bounds.

    >>> p_value(0.0321, "de"), p_value(0.00002, "en"), p_value(None, "de")
    ('p = 0,032', 'p < 0.001', 'p unbekannt')
    """
    if pd.isna(p):
        return f"p {UNKNOWN[language]}"
    if p < 0.001:
        return f"p < {number(0.001, language)}"
    if p > 0.999:
        return f"p > {number(0.999, language)}"
    return f"p = {number(p, language, 3)}"


def month(when: date | str | None, language: str) -> str:
    """Month and year of a date or an ISO text.

    >>> month("2022-03", "de"), month(date(2022, 6, 1), "en")
    ('März 2022', 'June 2022')
    """
    day_ = pd.Timestamp(when)
    return UNKNOWN[language] if pd.isna(day_) else f"{_MONTHS[language][day_.month - 1]} {day_.year}"


def day(when: date | str | None, language: str) -> str:
    """Day, month and year of a date or an ISO text.

    >>> day("2022-06-03", "de"), day("2022-06-03", "en")
    ('3. Juni 2022', '3 June 2022')
    """
    day_ = pd.Timestamp(when)
    if pd.isna(day_):
        return UNKNOWN[language]
    return f"{day_.day}{'.' if language == 'de' else ''} {month(day_, language)}"
