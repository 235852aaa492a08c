"""From the text of one cell to its value, or to a fault with its remedy."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from datetime import date

from rehapro_analysis.study.plausibility import LAST_DAY, window
from rehapro_analysis.study.problems import nearest
from rehapro_analysis.study.schema import Column

DTYPES = {"text": "str", "key": "str", "choice": "str", "set": "object", "integer": "Int64",
          "number": "float64", "boolean": "boolean", "date": "datetime64[us]"}

MISSING = frozenset({"na", "n/a", "nan", "nat", "null", "none", "nil", "-", "--", ".", "?", "k.a.", "k. a."})

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile("[+-]?[0-9]+")
_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_SERIAL_DAY = re.compile("[34][0-9]{4}([.,][0-9]+)?")  # days since 1900, as spreadsheets count
_LIKE_A_DAY = re.compile(r"[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}([ T][0-9:.]+)?|(19|20)[0-9]{6}")
_LIKE_A_NUMBER = re.compile(r"[+-]?[0-9]*([.,][0-9]+)+")
_SLIP = 0.8  # how like an allowed value a text must be to be that value misspelt


class Fault(ValueError):
    """What is wrong with a cell; ``value`` is what was meant, where that is plain.

    ``telling`` faults show plainly that the text was meant for its column: a day written in
    another way, a number with a comma, a misspelt choice. Any other text may belong elsewhere,
    and could be a pseudonym or a name.
    """

    def __init__(self, message: str, remedy: str, value: object = None, *, telling: bool = False) -> None:
        self.message, self.remedy, self.value, self.telling = message, remedy, value, telling


def parsed(column: Column, text: object) -> object:
    """The value of a cell of ``column``; `Fault` if it has none. A missing or empty cell is missing.

    >>> parsed(Column("left_on", "date", "day of exit"), "2021-08-01")
    datetime.date(2021, 8, 1)
    """
    if not isinstance(text, str) or not text:
        if column.required and text == "":
            raise Fault("this cell must not be empty.", f"Fill it in: {column.meaning}.", telling=True)
        return frozenset() if column.kind == "set" else None
    if text != text.strip():
        raise _spaced(column, text.strip())
    if column.kind != "text" and visible(text) != text:
        raise Fault("an invisible character stands in this cell.", "Type the value anew.")
    parse = _PARSERS.get(column.kind)
    if parse and text.casefold() in MISSING and text not in column.allowed:
        raise Fault("a word for what is missing.", "Fill it in." if column.required else "Leave the cell empty.",
                    telling=True)
    return parse(column, text) if parse else text


def visible(text: str) -> str:
    """A text without invisible characters, such as zero-width spaces and byte order marks."""
    if text.isascii():
        return text
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def is_number(text: str) -> bool:
    """Whether a text is a number with a decimal point."""
    return _NUMBER.fullmatch(text) is not None


def _spaced(column: Column, text: str) -> Fault:
    message, remedy = "space before or after the value", "Remove the space."
    try:
        value = parsed(column, text)
        return Fault(f"{message}.", remedy, value, telling=column.kind in _PARSERS)
    except Fault as fault:
        return Fault(f"{message}, and {fault.message}", f"{remedy} {fault.remedy}", telling=fault.telling)


def _choice(column: Column, text: str, what: str = "this value") -> str:
    if text not in column.allowed:
        like = nearest(text, column.allowed)
        remedy = f"Write one of: {', '.join(column.allowed)}." + (f" The nearest is {like}." if like else "")
        raise Fault(f"{what} is not allowed.", remedy, telling=bool(nearest(text, column.allowed, cutoff=_SLIP)))
    return text


def _set(column: Column, text: str) -> frozenset[str]:
    members = text.split("|")
    for member in members:
        _choice(column, member, "one of the members" if len(members) > 1 else "this member")
    if len(set(members)) < len(members):
        raise Fault("a member is written twice.", "Write every member once, for example II|V.", telling=True)
    return frozenset(members)


def _boolean(column: Column, text: str) -> bool:
    return _choice(replace(column, allowed=("true", "false")), text) == "true"


def _date(column: Column, text: str) -> date:
    german = _GERMAN_DAY.fullmatch(text)
    iso = "{2}-{1:0>2}-{0:0>2}".format(*german.groups()) if german else text
    general = "Write dates as YYYY-MM-DD, for example 2022-06-15."
    if _SERIAL_DAY.fullmatch(text):
        raise Fault("a number, not a date.", f"Give the column the format of a date in the spreadsheet. {general}")
    if not _ISO_DAY.fullmatch(iso):
        raise Fault("not a date.", general, telling=_LIKE_A_DAY.fullmatch(text) is not None)
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise Fault("no such day.", general, telling=True) from None
    _check_window(column, day)
    if german:
        raise Fault("not a date as YYYY-MM-DD.", f"Write {iso}.", day, telling=True)
    return day


def _check_window(column: Column, day: date) -> None:
    """An early day may be a day of birth in the wrong column: its year says enough."""
    first, last = window(column.name)
    if day < first or day > LAST_DAY:
        remedy = f"Write a day from {first} to {LAST_DAY}" + _or_empty(column, "if it is unknown")
        raise Fault(f"the year {day.year} cannot be meant.", remedy, telling=day > last)
    if day > last:
        remedy = "Write a day up to today" + _or_empty(column, "until the day has come")
        raise Fault("this day is still to come.", remedy, telling=True)


def _or_empty(column: Column, when: str) -> str:
    return "." if column.required else f"; leave the cell empty {when}."


def _number(column: Column, text: str) -> float:
    whole = column.kind == "integer"
    if not (_WHOLE if whole else _NUMBER).fullmatch(text):
        comma = "," in text and _NUMBER.fullmatch(text.replace(",", ""))
        example = "Write a whole number such as 3" if whole else "Write a number with a decimal point such as 3.5"
        what = "a number with a comma" if comma else "not a whole number" if whole else "not a number"
        example += _or_empty(column, "if it is unknown")
        raise Fault(f"{what}.", example, telling=_LIKE_A_NUMBER.fullmatch(text) is not None)
    value = int(text) if whole else float(text)
    low, high = column.low, column.high
    if (low is not None and value < low) or (high is not None and value > high):
        wanted = f"from {low:g} to {high:g}" if high is not None else f"of at least {low:g}"
        telling = not _WHOLE.fullmatch(text)  # a whole number may be a pseudonym
        raise Fault("outside the possible values.", f"Write a number {wanted}.", telling=telling)
    if not math.isfinite(value) or whole and abs(value) >= 2**63:
        raise Fault("too large to be held.", "Check the number.")
    return value


_PARSERS = {"choice": _choice, "set": _set, "boolean": _boolean, "date": _date,
            "number": _number, "integer": _number}
