"""What lies in the folders of a study: files that are tables, notes, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import Problem, nearest
from rehapro_analysis.study.schema import Table
from rehapro_analysis.study.tables import TABLES

NOTES = (".md", ".txt")
HIDDEN = (".", "~$")  # how the names of hidden files and of a spreadsheet's lock files begin
OF_THE_SYSTEM = ("desktop.ini", "thumbs.db")


@dataclass(frozen=True)
class TableFile:
    """A CSV file with its table, the name it has in messages, and where its problems go."""

    path: Path
    label: str
    table: Table
    problems: list[Problem]

    def problem(self, row: int | None, message: str, remedy: str, *, column: str = "", value: str = "") -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(self.label, row, column, value, message, remedy))


def table_files(folders: list[Path], problems: list[Problem]) -> Iterator[TableFile]:
    """The tables of all folders; a problem for everything that is neither table, note nor hidden."""
    names = [folder.resolve().name for folder in folders]
    for folder, name in zip(folders, names, strict=True):
        prefix = "" if len(folders) == 1 else f"{name if names.count(name) == 1 else folder}/"
        if not folder.is_dir():
            problems.append(_no_folder(folder))
            continue
        for path in sorted(folder.iterdir()):
            if _is_table(path):
                yield TableFile(path, prefix + path.name, TABLES[path.stem], problems)
            elif not _is_note(path):
                problems.append(Problem(prefix + path.name, None, "", "", *_unread(path)))


def missing_table(name: str) -> str:
    """What to do about a table that a study lacks."""
    remedy = f"Add a file {name}.csv to a folder of the study"
    if (REPOSITORY / "data" / "documented" / f"{name}.csv").exists():
        remedy += ", or read data/documented as well (run with --data data/documented, check with one more folder)"
    return f"{remedy}."


def missing_projects(found: set[str], problems: list[Problem]) -> Iterator[Problem]:
    """A problem if no table projects was found, unless an earlier one explains that already."""
    explained = any(nearest(Path(problem.file).stem, TABLES) == "projects" or problem.message in _NO_FOLDER
                    for problem in problems)
    if "projects" not in found and not explained:
        yield Problem("", None, "", "", "No folder of the study has a table projects.", missing_table("projects"))


_NO_FOLDER = ("there is no such folder.", "this is a file, not a folder.")


def _no_folder(folder: Path) -> Problem:
    if folder.exists():
        return Problem(str(folder), None, "", "", _NO_FOLDER[1], "Name the folder that it lies in.")
    return Problem(str(folder), None, "", "", _NO_FOLDER[0], "Check where the study lies.")


def _is_table(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and path.stem in TABLES and not path.is_dir()


def _is_note(path: Path) -> bool:
    """Whether a file speaks to people only: a note that is no table by name, or a hidden file."""
    if path.name.startswith(HIDDEN) or path.name.lower() in OF_THE_SYSTEM:
        return True
    return path.suffix.lower() in NOTES and path.name.split(".")[0] not in TABLES and not path.is_dir()


def _unread(path: Path) -> tuple[str, str]:
    """Why a file or folder within a study is not read, and what to do."""
    like = nearest(path.stem.split(".")[0], TABLES)
    if path.is_dir():
        return ("this is a folder, and folders within a study are not read.",
                "Name it as a folder of its own, or move it elsewhere.")
    if path.suffix.lower() != ".csv":
        example = f"{like}.csv" if like else "each sheet named after its table, such as episodes.csv"
        return "only CSV files are read.", f"Save it as CSV UTF-8 ({example}), or move it elsewhere."
    unknown = "no table of a study has this name."
    if not like:
        return unknown, f"Name it after a table ({', '.join(TABLES)}) or move it elsewhere."
    if path.with_name(f"{like}.csv").exists():
        return unknown, f"Move it elsewhere, or put its rows into {like}.csv."
    return unknown, f"Rename it to {like}.csv or move it elsewhere."
