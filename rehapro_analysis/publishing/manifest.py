"""The manifest: what every published figure shows, where it comes from, and the hashes that prove it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pandas as pd

from rehapro_analysis import paths
from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.fingerprint import significant
from rehapro_analysis.figures.saving import replace, save
from rehapro_analysis.figures.style import LANGUAGES

MANIFEST = "manifest.json"
TABLE_DIGITS = 6  # significant digits of a source table's numbers that count for its hash


def publish(figure: Figure, *, notebook: str) -> Figure:
    """Save ``figure`` in all formats, enter it in the manifest and return it, so that a cell shows it.

    ``notebook`` is the stem of the notebook that publishes it (``"04_retention"``).
    """
    folder = paths.out_folder() / "figures"
    files = save(figure, folder)
    manifest = read_manifest(folder) | {figure.name: _entry(figure, notebook, files)}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    replace(folder / MANIFEST, text.encode("utf-8"))
    return figure


def read_manifest(folder: Path) -> dict[str, dict]:
    """The entries of the figures in ``folder`` by name; none if nothing was published there yet."""
    path = Path(folder) / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def differences(folder_a: Path, folder_b: Path) -> list[str]:
    """What the figures of ``folder_b`` have other than those of ``folder_a``, a sentence each.

    The files themselves are hashed, so that a picture changed by hand after publishing is named.
    """
    before, after = read_manifest(folder_a), read_manifest(folder_b)
    found = []
    for name in sorted(before | after):
        if name not in after:
            found.append(f"{name}: missing")
        elif name not in before:
            found.append(f"{name}: new")
        else:
            found += [f"{name}: {part}" for part in _changes(before[name], after[name])]
    files_a, files_b = _hashes(folder_a), _hashes(folder_b)
    return found + [f"{file}: {_file_change(files_a.get(file), files_b.get(file))}"
                    for file in sorted(files_a | files_b) if files_a.get(file) != files_b.get(file)]


def table_hash(table: pd.DataFrame) -> str:
    """SHA-256 of the table as CSV text, numbers with six significant digits."""
    text = table.to_csv(index=False, lineterminator="\n",
                        float_format=lambda value: significant(value, TABLE_DIGITS))
    return sha256(text.encode("utf-8")).hexdigest()


def _entry(figure: Figure, notebook: str, files: dict[str, Path]) -> dict:
    return {
        "title": dict(figure.title), "alt": dict(figure.alt), "origin": figure.origin, "notebook": notebook,
        "rows": len(figure.table), "table_sha256": table_hash(figure.table),
        "fingerprint": {language: figure.fingerprint(language) for language in LANGUAGES},
        "files": {key: _hash(path) for key, path in files.items()},
    }


def _changes(before: dict, after: dict) -> list[str]:
    """The entry's parts that differ; its files are compared themselves."""
    changed = []
    for part in sorted((before.keys() | after.keys()) - {"files"}):
        old, new = before.get(part), after.get(part)
        if isinstance(old, dict) and isinstance(new, dict):
            changed += [f"{part} ({key}) differs" for key in sorted(old | new) if old.get(key) != new.get(key)]
        elif old != new:
            changed.append(f"{part} differs: {old} before, {new} now")
    return changed


def _hashes(folder: Path) -> dict[str, str]:
    pictures = (path for language in LANGUAGES for path in (Path(folder) / language).glob("*.*"))
    return {path.relative_to(folder).as_posix(): _hash(path) for path in pictures}


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _file_change(before: str | None, after: str | None) -> str:
    if after is None:
        return "file missing"
    return "file new" if before is None else "file bytes differ"
