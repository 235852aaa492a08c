"""Whether rows keep what ``TABLES`` declares: cells, keys, intervals, rules, references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from rehapro_analysis.study.cells import DTYPES, Fault, is_number, parsed
from rehapro_analysis.study.plausibility import RULES, Clash, Rule
from rehapro_analysis.study.problems import PERSON_COLUMNS, PERSON_KEYS, SENSITIVE_COLUMNS, Problem, nearest
from rehapro_analysis.study.schema import Column, Reference, Table

COMMA = re.compile(r"^([+-]?[0-9]*),([0-9]+)$")  # a number with a decimal comma: refused as one, not read as a text
WHOLE = 3  # filled cells that a column must have before all of them being refused says something


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
        self, positions: Iterable[int], columns: Sequence[str], message: str, remedy: str, *, telling: bool = True
    ) -> Iterator[Problem]:
        """The same problem of the rows at ``positions``.

        Shown is what stands in declared columns that hold neither a pseudonym nor a measured value;
        in a table about persons only if the text is ``telling``, that is, plainly meant for its column.
        """
        shown = [self.texts[name] for name in columns if name in self._open] if telling or not self.personal else []
        for position in positions:
            file, row = self.place(position)
            cells = [texts.iat[position] for texts in shown]
            value = " | ".join(cell if isinstance(cell, str) else "" for cell in cells)
            yield Problem(file, row, ", ".join(columns), value, message, remedy)

    def place(self, position: int) -> tuple[str, int]:
        """File and row of a position, the row as a spreadsheet shows it."""
        file, row = self.texts.index[position]
        return file, int(row)

    @cached_property
    def filled(self) -> pd.DataFrame:
        """Which cells hold a text, by position."""
        return (self.texts.notna() & self.texts.ne("")).reset_index(drop=True)

    @property
    def personal(self) -> bool:
        """Whether a row of the table speaks of a person."""
        return bool(PERSON_KEYS & set(self.table.key))

    @property
    def _open(self) -> set[str]:
        sensitive = {name for table, name in SENSITIVE_COLUMNS if table == self.table.name}
        return {column.name for column in self.table.columns} - PERSON_COLUMNS - sensitive


@dataclass(frozen=True)
class _Checked:
    """The values of a sheet; ``flawed`` marks cells without a value to rely on."""

    sheet: Sheet
    frame: pd.DataFrame
    flawed: pd.DataFrame

    def sound(self, columns: Iterable[str]) -> pd.DataFrame:
        """The rows whose cells in ``columns`` can be relied on."""
        return self.frame[~self.flawed[list(columns)].any(axis=1).to_numpy()]


def check(sheets: Mapping[str, Sheet]) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """The typed frame of every sheet, and every problem in their rows.

    A reference to a table that the study lacks is not checked: who needs the table asks for it.
    """
    problems: list[Problem] = []
    checked = {name: _typed(sheet, problems) for name, sheet in sheets.items()}
    for one in checked.values():
        problems += [*_duplicates(one), *_upside_down(one), *_broken_rules(one, checked)]
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
        absent = texts.isna().to_numpy() & (name in sheet.table.header)  # told once, with the header
        flawed[name] = values[name].isna().to_numpy() & (np.isin(codes, list(faults)) | column.required | absent)
        problems += _refused(sheet, name, faults, codes)
    values["origin"] = values["origin"].fillna("own")
    return _Checked(sheet, pd.DataFrame(values), pd.DataFrame(flawed))


def _refused(sheet: Sheet, name: str, faults: Mapping[int, Fault], codes: np.ndarray) -> Iterator[Problem]:
    """A problem for every refused cell, or one for the column if nothing in it seems meant for it."""
    faulty, filled = np.flatnonzero(np.isin(codes, list(faults))), sheet.filled[name].to_numpy()
    strange = filled & np.isin(codes, [code for code, fault in faults.items() if not fault.telling])
    if strange.sum() >= WHOLE and (strange == filled).all():
        fault = faults[codes[np.flatnonzero(strange)[0]]]
        yield _whole(sheet, [name], int(strange.sum()), fault.message, fault.remedy)
        faulty = faulty[~strange[faulty]]
    for position in faulty:
        fault = faults[codes[position]]
        yield from sheet.problems([position], [name], fault.message, fault.remedy, telling=fault.telling)


def _values(column: Column, texts: pd.Series) -> tuple[pd.Series, dict[int, Fault], np.ndarray]:
    """Values of a column, its faults by code, and the code of every cell: each text is parsed once."""
    (codes, distinct), values, faults = pd.factorize(texts, use_na_sentinel=False), [], {}
    for code, text in enumerate(distinct):
        try:
            values.append(parsed(column, text))
        except Fault as fault:
            faults[code] = fault
            values.append(fault.value)
    return pd.Series(values, dtype=DTYPES[column.kind]).take(codes).reset_index(drop=True), faults, codes


def _extra(name: str, texts: pd.Series) -> Column:
    filled = [text for text in texts.dropna().unique() if text]
    return Column(name, "number" if all(is_number(text) or is_number(COMMA.sub(r"\1.\2", text)) for text in filled)
                  else "text", "")


def _duplicates(one: _Checked) -> Iterator[Problem]:
    key = list(one.sheet.table.key)
    sound = np.flatnonzero(~one.flawed[key].any(axis=1))
    groups = one.frame.iloc[sound].groupby(key, dropna=False, sort=False).ngroup().to_numpy()
    firsts = sound[np.unique(groups, return_index=True)[1]][groups]
    for position, first in zip(sound[sound != firsts], firsts[sound != firsts], strict=True):
        message = f"the same key as {_beside(one.sheet, position, one.sheet.place(first))}."
        yield from one.sheet.problems([position], key, message, "Delete one of the two rows or correct its key.",
                                      telling=False)


def _upside_down(one: _Checked) -> Iterator[Problem]:
    table = one.sheet.table
    for earlier, later in (*table.ordered, *table.strict):
        first, second, strict = one.frame[earlier], one.frame[later], (earlier, later) in table.strict
        broken = np.flatnonzero((first > second) | (strict & (first == second)))
        message = f"{earlier} must {'come before' if strict else 'not exceed'} {later}."
        yield from one.sheet.problems(broken, (earlier, later), message, "Correct one of the two.")


def _broken_rules(one: _Checked, checked: Mapping[str, _Checked]) -> Iterator[Problem]:
    for rule in RULES.get(one.sheet.table.name, ()):
        if isinstance(rule, Rule):
            yield from _broken_cells(one, rule)
        elif rule.table in checked and checked[rule.table].sheet.complete:
            yield from _clashes(one, rule, checked[rule.table])


def _broken_cells(one: _Checked, rule: Rule) -> Iterator[Problem]:
    flawed = one.flawed[list(rule.columns)].any(axis=1)
    absent = one.sheet.texts[[name for name in rule.columns if name in one.sheet.table.header]].isna().any(axis=1)
    for position in np.flatnonzero(rule.broken(one.frame, one.sheet.filled) & ~absent.to_numpy()):
        yield from one.sheet.problems([position], rule.columns, rule.message, rule.remedy, telling=not flawed[position])


def _clashes(one: _Checked, rule: Clash, other: _Checked) -> Iterator[Problem]:
    dates = [column.name for column in one.sheet.table.columns if column.kind == "date"]
    for position, against in rule.broken(one.sound([*one.sheet.table.key, *dates]), other.frame).sort_index().items():
        message = rule.message.format(row=_beside(one.sheet, position, other.sheet.place(against)))
        yield from one.sheet.problems([position], rule.columns, message, rule.remedy)


def _beside(sheet: Sheet, position: int, other: tuple[str, int]) -> str:
    """How to name another row in a problem of this one."""
    file, row = other
    return f"row {row}" if file == sheet.place(position)[0] else f"{file} row {row}"


def _dangling(one: _Checked, reference: Reference, target: _Checked) -> Iterator[Problem]:
    columns, targets = list(reference.columns), list(reference.targets)
    known = target.frame[targets].dropna().drop_duplicates().set_axis(columns, axis=1)
    found = one.frame[columns].merge(known, how="left", indicator="_found")["_found"].eq("both").to_numpy()
    broken = one.frame[columns].notna().all(axis=1).to_numpy() & ~found
    if reference.of_others:
        broken &= one.frame["origin"].ne("documented").to_numpy()
    message = f"no such row in table {reference.table}, column {', '.join(targets)}."
    if WHOLE <= broken.sum() == one.sheet.filled[columns].all(axis=1).sum():
        yield _whole(one.sheet, columns, int(broken.sum()), message, f"Add them to {reference.table}.csv.")
        return
    for value, rows in one.frame[broken].groupby(columns, sort=False):
        secret = len(columns) > 1 or columns[0] in PERSON_COLUMNS
        like = "" if secret else nearest(value[0], known[columns[0]])
        remedy = f"Add it to {reference.table}.csv or correct it." + (f" The nearest is {like}." if like else "")
        yield from one.sheet.problems(rows.index, columns, message, remedy, telling=False)


def _whole(sheet: Sheet, columns: Sequence[str], count: int, message: str, remedy: str) -> Problem:
    """The problem of a column in which nothing fits: probably it is not the column that its name says."""
    return Problem(sheet.place(0)[0], None, ", ".join(columns), "",
                   f"none of the {count} filled cells fits this column: {message}",
                   f"{remedy} Or have columns been shifted? Compare the header with the rows below.")
