"""The manifest: what every published figure shows, where it comes from, and the hashes that prove it."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import TypeVar

import pandas as pd

from rehapro_analysis import paths
from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.fingerprint import significant
from rehapro_analysis.figures.networks.network_pages import Page
from rehapro_analysis.figures.saving import replace, save
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.publishing.destination import prepare
from rehapro_analysis.publishing.wording import line_changes, word_changes

FIGURES = "figures"  # the folder of figures in every place that holds a run
MANIFEST = "manifest.json"
OWN = "my_report"  # the folder of figures of own data, if none was chosen
PAGES = "pages"  # the folder of pages, which change their language themselves
Shown = TypeVar("Shown", Figure, Page)
HASHES = ("fingerprint", "table_sha256")
TABLE_DIGITS = 6  # significant digits of a source table's numbers that count for its hash


def publish(shown: Shown, *, notebook: str) -> Shown:
    """Save a figure in all formats, or a page, enter it in the manifest and return it, so that a cell shows it.

    ``notebook`` is the stem of the notebook that publishes it (``"04_retention"``). Figures go to ``figures/de`` and
    ``figures/en``, pages to ``figures/pages``; those of own data never among the committed ones, but to ``my_report``,
    which git ignores, unless another folder was chosen.
    """
    own_here = shown.origin == "own" and paths.out_folder() == paths.REPOSITORY
    folder = (prepare(paths.REPOSITORY / OWN) if own_here else paths.out_folder()) / FIGURES
    entry = _page_entry(shown, folder) if isinstance(shown, Page) else _entry(shown, save(shown, folder))
    _enter({shown.name: entry | {"notebook": notebook}}, folder)
    return shown


def gather(scratch: Path, folder: Path) -> None:
    """Bring the figures of ``scratch`` to ``folder`` and enter them in its manifest; last, so that it names no gap."""
    for file in _hashes(scratch):
        replace(folder / file, (scratch / file).read_bytes())
    if entries := read_manifest(scratch):
        _enter(entries, folder)


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
    return found + [f"{file}: {_file_change(Path(folder_a) / file, Path(folder_b) / file)}"
                    for file in sorted(files_a | files_b) if files_a.get(file) != files_b.get(file)]


def _enter(entries: dict[str, dict], folder: Path) -> None:
    text = json.dumps(read_manifest(folder) | entries, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    replace(folder / MANIFEST, text.encode("utf-8"))


def table_hash(table: pd.DataFrame) -> str:
    """SHA-256 of the table as CSV text, numbers with six significant digits."""
    text = table.to_csv(index=False, lineterminator="\n",
                        float_format=lambda value: significant(value, TABLE_DIGITS))
    return sha256(text.encode("utf-8")).hexdigest()


def _page_entry(page: Page, folder: Path) -> dict:
    file = page.save(folder / PAGES)
    return {"title": dict(page.title), "origin": page.origin,
            "files": {file.relative_to(folder).as_posix(): _hash(file)}}


def _entry(figure: Figure, files: dict[str, Path]) -> dict:
    return {
        "title": dict(figure.title), "alt": dict(figure.alt), "origin": figure.origin,
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
            changed += [f"{part} ({key}){_change(part, old.get(key), new.get(key))}"
                        for key in sorted(old | new) if old.get(key) != new.get(key)]
        elif old != new:
            changed.append(part + _change(part, old, new))
    return changed


def _change(part: str, old: object, new: object) -> str:
    """The old words beside the new ones; the digits of a hash tell a reader nothing."""
    return " differs" if part in HASHES else f": {word_changes(str(old), str(new))}"


def _hashes(folder: Path) -> dict[str, str]:
    files = (path for part in (*LANGUAGES, PAGES) for path in (Path(folder) / part).glob("*.*"))
    return {path.relative_to(folder).as_posix(): _hash(path) for path in files}


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _file_change(before: Path, after: Path) -> str:
    if not after.exists():
        return "file missing"
    if not before.exists():
        return "file new"
    words = line_changes(*(_written(path) for path in (before, after))) if before.suffix == ".svg" else ""
    return "file bytes differ" + (f", {words}" if words else "")


def _written(picture: Path) -> list[str]:
    """What stands written in an SVG picture."""
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)", picture.read_text(encoding="utf-8"))]
