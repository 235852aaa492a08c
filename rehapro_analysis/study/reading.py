"""From folders of CSV files to a `Study` whose every row has been checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from rehapro_analysis.study.checking import Sheet, check
from rehapro_analysis.study.problems import Problem, StudyError, nearest
from rehapro_analysis.study.schema import Table
from rehapro_analysis.study.tables import TABLES

STRICTEST_FIRST = ("synthetic", "own", "documented")
_SAVE = "Save the file as CSV UTF-8 with commas between the columns."


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """The tables of a study by name, checked once and trusted afterwards.

    Text is ``str``, an integer ``Int64``, a number ``float64``, a date ``datetime64``, a boolean
    ``boolean``, a set a frozenset; missing is missing, and an empty set an empty frozenset.
    """

    tables: Mapping[str, pd.DataFrame]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    def has(self, name: str) -> bool:
        """Whether the study has the table."""
        return name in self.tables

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table; `StudyError` if the study lacks it, KeyError if no study can have it."""
        if name not in self.tables:
            raise StudyError.of(
                f"This needs the table {TABLES[name].name} (a row is {TABLES[name].row}), which the study lacks.",
                f"Add a file {name}.csv to a folder of the study.",
            )
        return self.tables[name].copy(deep=False)

    def origin(self, *names: str) -> str:
        """The label that whatever is drawn from these tables carries; without names, from all.

        One synthetic row makes the whole synthetic, else one own row makes it own.
        """
        found = {origin for name in names or self.tables for origin in self.table(name)["origin"]}
        return next((origin for origin in STRICTEST_FIRST if origin in found), "own")

    def overview(self) -> pd.DataFrame:
        """One row a table: table, rows, origin."""
        rows = [(name, len(frame), ", ".join(frame["origin"].unique())) for name, frame in self.tables.items()]
        return pd.DataFrame(rows, columns=["table", "rows", "origin"])

    def __repr__(self) -> str:
        return self.overview().to_string(index=False)

    def _repr_html_(self) -> str:
        return self.overview().to_html(index=False, border=0)


def read_study(*folders: str | Path) -> Study:
    """Read the CSV tables of all folders as one study; tables of the same name are concatenated.

    Nothing is repaired. `StudyError` lists every problem of every file: folders and files that
    cannot be read, columns, cells, keys, intervals and references. Files that do not end in
    ``.csv`` and hidden files are passed over. An empty cell is missing, an empty origin means
    own. Extra columns are numbers if every filled cell is one, else text.
    """
    problems: list[Problem] = []
    files = list(_files([Path(folder) for folder in folders], problems))
    if "projects" not in {file.table.name for file in files}:
        problems.append(Problem("", None, "", "", "No folder of the study has a table projects.",
                                "Add projects.csv with a row for every project."))
    frames, found = check(_sheets(files))
    problems += found
    if problems:
        raise StudyError(sorted(problems, key=lambda problem: (problem.file, problem.row or 0)))
    return Study(frames)


@dataclass(frozen=True)
class _File:
    """A CSV file with its table, the name it has in messages, and where its problems go."""

    path: Path
    label: str
    table: Table
    problems: list[Problem]

    def problem(self, row: int | None, message: str, remedy: str, *, column: str = "", value: str = "") -> None:
        self.problems.append(Problem(self.label, row, column, value, message, remedy))


def _files(folders: list[Path], problems: list[Problem]) -> Iterator[_File]:
    names = [folder.resolve().name for folder in folders]
    for folder, name in zip(folders, names, strict=True):
        prefix = "" if len(folders) == 1 else f"{name if names.count(name) == 1 else folder}/"
        if not folder.is_dir():
            problems.append(Problem(str(folder), None, "", "", "no such folder.", "Check where the study lies."))
            continue
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() == ".csv" and not path.name.startswith("."):
                if path.stem in TABLES:
                    yield _File(path, prefix + path.name, TABLES[path.stem], problems)
                else:
                    problems.append(_unknown_file(prefix + path.name, path.stem))


def _unknown_file(label: str, name: str) -> Problem:
    like = nearest(name, TABLES)
    remedy = f"Rename it to {like}.csv" if like else f"Name it after a table ({', '.join(TABLES)})"
    return Problem(label, None, "", "", "no table of a study has this name.", f"{remedy} or move it elsewhere.")


def _sheets(files: list[_File]) -> dict[str, Sheet]:
    """All files of a table below one another, declared columns first."""
    sheets: dict[str, Sheet] = {}
    for file in files:
        texts, complete = _texts(file)
        before = sheets.get(file.table.name)
        if before is not None:
            texts, complete = pd.concat([before.texts, texts]), before.complete and complete
        sheets[file.table.name] = Sheet(file.table, texts, complete)
    return sheets


def _texts(file: _File) -> tuple[pd.DataFrame, bool]:
    """The cells of a file as text, indexed by (file, row), and whether no row or column is lost."""
    rows, complete = _rows(file, _content(file))
    header = rows[0] if rows else []
    columns = _columns(file, header) if rows else [column.name for column in file.table.columns]
    sound = {row: cells for row, cells in enumerate(rows[1:], start=2) if _row_fits(file, row, cells, len(header))}
    required = {column.name for column in file.table.columns if column.required}
    lost = sum(map(any, rows[1:])) > len(sound) or not required <= set(header)
    index = pd.MultiIndex.from_arrays([[file.label] * len(sound), list(sound)], names=["file", "row"])
    cells = zip(*sound.values(), strict=True) if sound else [()] * len(header)
    texts = pd.DataFrame(dict(zip(header, cells, strict=True)), index=index, dtype=object)
    return texts.reindex(columns=columns), complete and not lost


def _content(file: _File) -> str:
    """The text of a file, empty if no rows can come of it."""
    try:
        text = file.path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8") + "?"
        row = sum(1 for _ in csv.reader(io.StringIO(before, newline="")))
        file.problem(row, f"the byte 0x{error.object[error.start]:02X} is not UTF-8.", _SAVE)
        return ""
    declared = {column.name for column in file.table.columns}
    if not text.strip("\ufeff \t\r\n,"):
        header = ", ".join(column.name for column in file.table.columns if column.required)
        file.problem(None, "the file is empty.", f"Write at least the header ({header}), or delete the file.")
        return ""
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if declared & _names(text, separator) and not declared & _names(text, ","):
            file.problem(1, f"{name} stand between the columns.", _SAVE)
            return ""
    return text


def _names(text: str, separator: str) -> set[str]:
    return {cell.strip(' "') for cell in text.splitlines()[0].split(separator)}


def _rows(file: _File, text: str) -> tuple[list[list[str]], bool]:
    """The rows, header first, as far as they can be read, and whether that is to the end."""
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))  # keeps what came before an error
    except csv.Error as error:
        remedy = "Close every quotation mark, and write a quotation mark within a cell twice."
        file.problem(len(rows) + 1, f"this row cannot be read ({error}).", remedy)
        return rows, False
    return rows, bool(rows)


def _row_fits(file: _File, row: int, cells: list[str], width: int) -> bool:
    if not any(cells):
        file.problem(row, "this row is empty.", "Delete the row.")
    elif len(cells) != width:
        file.problem(row, f"{len(cells)} cells, but the header has {width}.",
                     "Put a value that holds a comma in double quotes, and keep empty cells at the end.")
    return any(cells) and len(cells) == width


def _columns(file: _File, header: list[str]) -> list[str]:
    """Declared columns and, if the table allows them, extra ones; names every fault of the header."""
    declared = [column.name for column in file.table.columns]
    absent = [name for name in declared if name not in header]
    extra = list(dict.fromkeys(name for name in header if name not in declared))
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        file.problem(1, "this column stands twice.", "Delete one of the two.", column=name)
    for name in absent:
        if file.table.column(name).required:
            file.problem(1, "this column is missing.", "Add it to the header and fill it.", column=name)
    for name in extra:
        _check_extra(file, name, declared, absent)
    return [*declared, *extra] if file.table.extra else declared


def _check_extra(file: _File, name: str, declared: list[str], absent: list[str]) -> None:
    """An extra column is a fault if the table has none, or if it is a misspelt declared one."""
    if not name.strip():
        file.problem(1, "a column has no name.", "Name the column or delete it.")
    elif not file.table.extra:
        like = nearest(name, absent) or nearest(name, declared)
        remedy = f"Rename it to {like} or delete it." if like else f"Delete it, or use: {', '.join(declared)}."
        file.problem(1, "the table has no such column.", remedy, column=name)
    elif like := nearest(name, absent, cutoff=0.8):
        remedy = f"Rename it to {like}, or give it a name of its own."
        file.problem(1, f"this looks like the column {like}.", remedy, column=name)
