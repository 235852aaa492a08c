"""The ledger of the data as they were recorded, so that every later change is named.

Documented tables are recorded row by row, synthetic ones as whole files, so that no pseudonym
stands in the ledger. ``python -m rehapro_analysis record`` renews it.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rehapro_analysis.study.problems import PERSON_KEYS
from rehapro_analysis.study.schema import Table
from rehapro_analysis.study.tables import TABLES

LEDGER = "recorded.json"

Entry = str | dict[str, str]


@dataclass(frozen=True)
class _Row:
    """A row of a documented table: where it stands, its digest, what it says beside its key."""

    number: int
    digest: str
    said: str


def record(data_folder: Path) -> dict[str, Entry]:
    """What the ledger should hold: by file the digest of every row by key, or of the whole file.

    Keys are the key columns joined with `` | ``; digests of rows are the first 12 digits of the
    SHA-256 of the filled cells, whatever the order of columns and rows.
    """
    entries: dict[str, Entry] = {}
    for name, path in _files(data_folder).items():
        table = _table_by_row(name, path)
        if table is None:
            entries[name] = sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        else:
            entries[name] = {key: row.digest for key, row in _rows(path, table).items()}
    return entries


def write_record(data_folder: Path) -> None:
    """Write ``recorded.json`` into the folder, all or nothing."""
    text = json.dumps(record(data_folder), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    partial = data_folder / f"{LEDGER}.partial"
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, data_folder / LEDGER)


def changed(data_folder: Path) -> list[str]:
    """A sentence for every row or file that is not as recorded; empty if nothing changed.

    A folder without documented and synthetic tables has nothing to compare.
    """
    now, ledger = record(data_folder), data_folder / LEDGER
    if not ledger.exists():
        missing = f"{LEDGER} is missing. Write it with: python -m rehapro_analysis record"
        return [missing] if now else []
    before: dict[str, Entry] = json.loads(ledger.read_text(encoding="utf-8"))
    return [sentence for name in sorted(before | now)
            for sentence in _changes(data_folder, name, before.get(name), now.get(name))]


def _changes(data_folder: Path, name: str, before: Entry | None, now: Entry | None) -> Iterator[str]:
    if before == now:
        return
    if now is None or before is None:
        yield f"{name} is {'gone' if now is None else 'new'}."
    elif isinstance(before, dict) and isinstance(now, dict):
        path = data_folder / name
        for key, row in _rows(path, TABLES[path.stem]).items():
            if key not in before:
                yield f"{name} row {row.number} ({key}) is new: {row.said}."
            elif before[key] != row.digest:
                yield f"{name} row {row.number} ({key}) is not the recorded one: {row.said}."
        yield from (f"{name}: the row ({key}) is gone." for key in before if key not in now)
    else:
        yield f"{name} differs from the recorded file."


def _files(data_folder: Path) -> dict[str, Path]:
    return {f"{folder}/{path.name}": path
            for folder in ("documented", "synthetic") for path in sorted((data_folder / folder).glob("*.csv"))}


def _table_by_row(name: str, path: Path) -> Table | None:
    """The table, if its rows may be recorded one by one: documented and without persons."""
    table = TABLES.get(path.stem)
    public = name.startswith("documented/") and table is not None and not PERSON_KEYS & set(table.key)
    return table if public else None


def _rows(path: Path, table: Table) -> dict[str, _Row]:
    """The rows of a file by key. Reads leniently: what is wrong with a file, `read_study` says."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    found = {}
    for number, cells in enumerate(rows, start=2):
        filled = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        key = " | ".join(filled.get(name, "") for name in table.key)
        digest = sha256(json.dumps(filled, sort_keys=True).encode()).hexdigest()[:12]
        said = ", ".join(f"{name} {cell}" for name, cell in filled.items() if name not in table.key)
        found[key] = _Row(number, digest, said)
    return found
