"""Whether rows keep what ``TABLES`` declares: cells, keys, intervals, rules, references."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import PERSON_COLUMNS, Problem, nearest
from rehapro_analysis.study.schema import Column, Reference, Table

DTYPES = {"text": "str", "key": "str", "choice": "str", "set": "object", "integer": "Int64",
          "number": "float64", "boolean": "boolean", "date": "datetime64[us]"}

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


@dataclass(frozen=True)
class Sheet:
    """The cells of one table as text, from all its files.

    ``texts`` is indexed by (file, row); an empty cell is an empty text, a column the file lacks is
    NaN. References to a table that is not ``complete``, because rows could not be read, go unchecked.
    """

    table: Table
    texts: pd.DataFrame
    complete: bool = True

    def problems(
        self, positions: Iterable[int], columns: Sequence[str], message: str, remedy: str
    ) -> Iterator[Problem]:
        """The same problem of the rows at ``positions``; no pseudonym or undeclared column is shown."""
        declared = {column.name for column in self.table.columns}
        shown = [self.texts[name] for name in columns if name in declared - PERSON_COLUMNS]
        for position in positions:
            (file, row), cells = self.texts.index[position], [texts.iat[position] for texts in shown]
            value = " | ".join(cell if isinstance(cell, str) else "" for cell in cells)
            yield Problem(file, int(row), ", ".join(columns), value, message, remedy)


@dataclass(frozen=True)
class Rule:
    """A condition on several cells; ``broken`` marks rows, given values and whether cells are filled."""

    column: str
    broken: Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
    message: str
    remedy: str


RULES = {
    "episodes": (
        Rule("exit", lambda value, filled: filled["left_on"] & ~filled["exit"],
             "left_on is filled, exit is empty.", "Name the exit, or empty left_on if the person is still there."),
        Rule("left_on", lambda value, filled: filled["exit"] & ~filled["left_on"],
             "exit is filled, left_on is empty.", "Write the day, or empty exit if the person is still there."),
        Rule("entered_on", lambda value, filled: value["exit"].eq("withdrawn") & filled["entered_on"],
             "a person who withdrew before entry has no first day.", "Empty entered_on or correct exit."),
        Rule("entered_on", lambda value, filled: value["exit"].ne("withdrawn") & value["exit"].notna()
             & ~filled["entered_on"], "a person who left after entry has a first day.",
             "Write entered_on, or write withdrawn as exit if the person never entered."),
    ),
}


class _Fault(ValueError):
    """What is wrong with a cell; ``value`` is what was meant, where that is plain."""

    def __init__(self, message: str, remedy: str, value: object = None) -> None:
        self.message, self.remedy, self.value = message, remedy, value


@dataclass(frozen=True)
class _Checked:
    """The values of a sheet; ``flawed`` marks cells without a value to rely on."""

    sheet: Sheet
    frame: pd.DataFrame
    flawed: pd.DataFrame


def check(sheets: Mapping[str, Sheet]) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """The typed frame of every sheet, and every problem in their rows.

    A reference to a table that the study lacks is not checked: who needs the table asks for it.
    """
    problems: list[Problem] = []
    checked = {name: _typed(sheet, problems) for name, sheet in sheets.items()}
    for one in checked.values():
        problems += [*_duplicates(one), *_upside_down(one), *_broken_rules(one)]
        for reference in one.sheet.table.references:
            if reference.table in checked and checked[reference.table].sheet.complete:
                problems += _dangling(one, reference, checked[reference.table])
    return {name: one.frame for name, one in checked.items()}, problems


def _typed(sheet: Sheet, problems: list[Problem]) -> _Checked:
    declared = {column.name: column for column in sheet.table.columns}
    values, flawed = {}, {}
    for name, texts in sheet.texts.items():
        column = declared.get(name) or _extra(name, texts)
        values[name], faults, codes = _values(column, texts)
        faulty = np.isin(codes, list(faults))
        flawed[name] = values[name].isna().to_numpy() & (faulty | column.required)
        for position in np.flatnonzero(faulty):
            fault = faults[codes[position]]
            problems += sheet.problems([position], [name], fault.message, fault.remedy)
    values["origin"] = values["origin"].fillna("own")
    return _Checked(sheet, pd.DataFrame(values), pd.DataFrame(flawed))


def _values(column: Column, texts: pd.Series) -> tuple[pd.Series, dict[int, _Fault], np.ndarray]:
    """Values of a column, its faults by code, and the code of every cell: each text is parsed once."""
    (codes, distinct), values, faults = pd.factorize(texts, use_na_sentinel=False), [], {}
    for code, text in enumerate(distinct):
        try:
            values.append(_value(column, text))
        except _Fault as fault:
            faults[code] = fault
            values.append(fault.value)
    return pd.Series(values, dtype=DTYPES[column.kind]).take(codes).reset_index(drop=True), faults, codes


def _extra(name: str, texts: pd.Series) -> Column:
    filled = [text for text in texts.dropna().unique() if text]
    return Column(name, "number" if all(map(_NUMBER.fullmatch, filled)) else "text", "")


def _value(column: Column, text: object) -> object:
    if not isinstance(text, str) or not text:
        if column.required and text == "":
            raise _Fault("this cell must not be empty.", f"Fill it in: {column.meaning}.")
        return frozenset() if column.kind == "set" else None
    if text != text.strip():
        raise _spaced(column, text.strip())
    parse = _PARSERS.get(column.kind)
    return parse(column, text) if parse else text


def _spaced(column: Column, text: str) -> _Fault:
    message, remedy = "space before or after the value", "Remove the space."
    try:
        return _Fault(f"{message}.", remedy, _value(column, text))
    except _Fault as fault:
        return _Fault(f"{message}, and {fault.message}", f"{remedy} {fault.remedy}")


def _choice(column: Column, text: str, what: str = "this value") -> str:
    if text not in column.allowed:
        like = nearest(text, column.allowed)
        remedy = f"Write one of: {', '.join(column.allowed)}." + (f" The nearest is {like}." if like else "")
        raise _Fault(f"{what} is not allowed.", remedy)
    return text


def _set(column: Column, text: str) -> frozenset[str]:
    members = text.split("|")
    for member in members:
        _choice(column, member, f"the member {member!r}")
    if len(set(members)) < len(members):
        raise _Fault("a member is written twice.", "Write every member once, for example II|V.")
    return frozenset(members)


def _boolean(column: Column, text: str) -> bool:
    return _choice(replace(column, allowed=("true", "false")), text) == "true"


def _date(column: Column, text: str) -> date:
    german = _GERMAN_DAY.fullmatch(text)
    iso = "{2}-{1:0>2}-{0:0>2}".format(*german.groups()) if german else text
    general = "Write dates as YYYY-MM-DD, for example 2022-06-15."
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", iso):
        raise _Fault("not a date.", general)
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise _Fault("no such day.", general) from None
    if german:
        raise _Fault("not a date as YYYY-MM-DD.", f"Write {iso}.", day)
    return day


def _number(column: Column, text: str) -> float:
    whole = column.kind == "integer"
    if not (re.fullmatch("[+-]?[0-9]+", text) if whole else _NUMBER.fullmatch(text)):
        comma = "," in text and _NUMBER.fullmatch(text.replace(",", ""))
        example = "Write a whole number such as 3" if whole else "Write a number with a decimal point such as 3.5"
        what = "a number with a comma" if comma else "not a whole number" if whole else "not a number"
        unknown = "." if column.required else "; leave the cell empty if it is unknown."
        raise _Fault(f"{what}.", example + unknown)
    value = int(text) if whole else float(text)
    low, high = column.low, column.high
    if (low is not None and value < low) or (high is not None and value > high):
        wanted = f"from {low:g} to {high:g}" if high is not None else f"of at least {low:g}"
        raise _Fault("outside the possible values.", f"Write a number {wanted}.")
    if not math.isfinite(value) or whole and abs(value) >= 2**63:
        raise _Fault("too large to be held.", "Check the number.")
    return value


_PARSERS = {"choice": _choice, "set": _set, "boolean": _boolean, "date": _date,
            "number": _number, "integer": _number}


def _duplicates(one: _Checked) -> Iterator[Problem]:
    key, places = list(one.sheet.table.key), one.sheet.texts.index
    sound = np.flatnonzero(~one.flawed[key].any(axis=1))
    groups = one.frame.iloc[sound].groupby(key, dropna=False, sort=False).ngroup().to_numpy()
    firsts = sound[np.unique(groups, return_index=True)[1]][groups]
    for position, first in zip(sound[sound != firsts], firsts[sound != firsts], strict=True):
        (file, row), (here, _) = places[first], places[position]
        message = f"the same key as row {row}." if file == here else f"the same key as {file} row {row}."
        yield from one.sheet.problems([position], key, message, "Delete one of the two rows or correct its key.")


def _upside_down(one: _Checked) -> Iterator[Problem]:
    table = one.sheet.table
    for earlier, later in (*table.ordered, *table.strict):
        first, second, strict = one.frame[earlier], one.frame[later], (earlier, later) in table.strict
        broken = np.flatnonzero((first > second) | (strict & (first == second)))
        message = f"{earlier} must {'come before' if strict else 'not exceed'} {later}."
        yield from one.sheet.problems(broken, (earlier, later), message, "Correct one of the two.")


def _broken_rules(one: _Checked) -> Iterator[Problem]:
    filled = (one.sheet.texts.notna() & one.sheet.texts.ne("")).reset_index(drop=True)
    for rule in RULES.get(one.sheet.table.name, ()):
        broken = np.flatnonzero(rule.broken(one.frame, filled))
        yield from one.sheet.problems(broken, [rule.column], rule.message, rule.remedy)


def _dangling(one: _Checked, reference: Reference, target: _Checked) -> Iterator[Problem]:
    columns, targets = list(reference.columns), list(reference.targets)
    known = target.frame[targets].dropna().drop_duplicates().set_axis(columns, axis=1)
    found = one.frame[columns].merge(known, how="left", indicator="_found")["_found"].eq("both").to_numpy()
    broken = one.frame[columns].notna().all(axis=1).to_numpy() & ~found
    message = f"no such row in table {reference.table}, column {', '.join(targets)}."
    for value, rows in one.frame[broken].groupby(columns, sort=False):
        secret = len(columns) > 1 or columns[0] in PERSON_COLUMNS
        like = "" if secret else nearest(value[0], known[columns[0]])
        remedy = f"Add it to {reference.table}.csv or correct it." + (f" The nearest is {like}." if like else "")
        yield from one.sheet.problems(rows.index, columns, message, remedy)
