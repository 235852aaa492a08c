"""From the bytes of a file to the cells of a table as text; every fault of form is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pandas as pd

from rehapro_analysis.study.cells import visible
from rehapro_analysis.study.checking import Sheet
from rehapro_analysis.study.folders import TableFile
from rehapro_analysis.study.problems import nearest

# How files begin that are no text, or no UTF-8.
BEGINNINGS = {
    b"PK\x03\x04": "an Excel workbook or another packed file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"$FL": "a file of SPSS",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
}
LIKE = 0.8  # how like a declared name an extra one must be to be taken for it
_SAVE = "Save the file as CSV UTF-8 with commas between the columns."
_EXCEL = (" Excel writes semicolons where the decimal sign is a comma: set the system's list separator to a comma and"
          " the decimal sign to a point, or save from LibreOffice, which asks for both.")


def read_sheets(files: Iterable[TableFile]) -> dict[str, Sheet]:
    """The cells of all files as text: those of a table below one another, declared columns first."""
    sheets: dict[str, Sheet] = {}
    for file in files:
        texts, complete = _texts(file)
        before = sheets.get(file.table.name)
        if before is not None:
            texts, complete = pd.concat([before.texts, texts]), before.complete and complete
        sheets[file.table.name] = Sheet(file.table, texts, complete)
    return sheets


def _texts(file: TableFile) -> tuple[pd.DataFrame, bool]:
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


def _content(file: TableFile) -> str:
    """The text of a file, empty if no rows can come of it."""
    try:
        content = file.path.read_bytes()
    except OSError as error:
        remedy = "Close it in other programs, and see who may read it."
        file.problem(None, f"the file cannot be read ({error.strerror}).", remedy)
        return ""
    if fault := _not_text(content):
        file.problem(*fault, _SAVE)
        return ""
    text = content.decode("utf-8-sig")
    if not text.strip("\ufeff \t\r\n,;"):
        file.problem(None, "the file is empty.", f"Write at least the header ({_header(file)}), or delete the file.")
        return ""
    return text if _has_header(file, text) else ""


def _not_text(content: bytes) -> tuple[int | None, str] | None:
    """Row and message if bytes are no text in UTF-8."""
    for beginning, what in BEGINNINGS.items():
        if content.startswith(beginning):
            return None, f"this is {what}, whatever its name says."
    try:
        before, zero, _ = content.decode("utf-8-sig").partition("\0")
        return (_rows_in(before), "a byte 0x00 stands here, which no text has.") if zero else None
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        return _rows_in(before), f"the byte 0x{error.object[error.start]:02X} is not UTF-8."


def _rows_in(text: str) -> int | None:
    """How many rows a spreadsheet would show, the one that has begun among them."""
    try:
        return sum(1 for _ in csv.reader(io.StringIO(text + "?", newline="")))
    except csv.Error:
        return None


def _header(file: TableFile) -> str:
    return ", ".join(column.name for column in file.table.columns if column.required)


def _has_header(file: TableFile, text: str) -> bool:
    """Whether a declared column stands in the first row, with commas between the columns."""
    declared = {column.name for column in file.table.columns}
    if declared & _names(text, ","):
        return True
    for separator, name, hint in ((";", "semicolons", _EXCEL), ("\t", "tabs", ""), ("|", "vertical bars", "")):
        if declared & _names(text, separator):
            file.problem(1, f"{name} stand between the columns.", _SAVE + hint)
            return False
    file.problem(1, "this row is not the header: it names no column of the table.",
                 f"Write the names of the columns ({_header(file)}, ...) into row 1.")
    return False


def _names(text: str, separator: str) -> set[str]:
    return {cell.strip(' "') for cell in text.splitlines()[0].split(separator)}


def _rows(file: TableFile, text: str) -> tuple[list[list[str]], bool]:
    """The rows, header first, as far as they can be read, and whether that is to the end."""
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))  # keeps what came before an error
    except csv.Error as error:
        remedy = "Close every quotation mark, and write a quotation mark within a cell twice."
        file.problem(len(rows) + 1, f"this row cannot be read ({error}).", remedy)
        return rows, False
    return rows, bool(rows)


def _row_fits(file: TableFile, row: int, cells: list[str], width: int) -> bool:
    if not any(cells):
        file.problem(row, "this row is empty.", "Delete the row.")
    elif len(cells) != width:
        file.problem(row, f"{len(cells)} cells, but the header has {width}.",
                     "Put a value that holds a comma in double quotes, and keep empty cells at the end.")
    return any(cells) and len(cells) == width


def _columns(file: TableFile, header: list[str]) -> list[str]:
    """Declared columns and, if the table allows them, extra ones; names every fault of the header."""
    declared = [column.name for column in file.table.columns]
    absent = [name for name in declared if name not in header]
    extra = list(dict.fromkeys(name for name in header if name not in declared))
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        file.problem(1, "this column stands twice.", "Delete one of the two.", column=name)
    meant = {nearest(name, absent, cutoff=LIKE) for name in extra}  # named once, with the column to rename
    for name in absent:
        if file.table.column(name).required and name not in meant:
            file.problem(1, "this column is missing.", "Add it to the header and fill it.", column=name)
        elif name in file.table.header and name not in meant:
            file.problem(1, "this column is missing.", "Add it to the header; a cell stays empty where nothing has "
                         "happened yet.", column=name)
    for name in extra:
        _check_extra(file, name, declared, absent)
    return [*declared, *extra] if file.table.extra else declared


def _check_extra(file: TableFile, name: str, declared: list[str], absent: list[str]) -> None:
    """An extra column is a fault if the table has none, or if it is a misspelt declared one."""
    if name != visible(name):
        file.problem(1, "an invisible character stands in this name.", "Type the name anew.", column=visible(name))
    elif not name.strip():
        file.problem(1, "a column has no name.", "Name the column or delete it.")
    elif not file.table.extra:
        like = nearest(name, absent) or nearest(name, declared)
        remedy = f"Rename it to {like} or delete it." if like else f"Delete it, or use: {', '.join(declared)}."
        file.problem(1, "the table has no such column.", remedy, column=name)
    elif like := nearest(name, absent, cutoff=LIKE):
        remedy = f"Rename it to {like}, or give it a name of its own."
        file.problem(1, f"this looks like the column {like}.", remedy, column=name)
