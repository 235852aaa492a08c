"""Where results of one's own go: a folder that git passes over, apart from what is committed."""

from __future__ import annotations

from pathlib import Path

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError

IGNORE = ".gitignore"
EVERYTHING = "*\n"


def prepare(folder: Path) -> Path:
    """Make ``folder`` if need be and return it; results of persons in it cannot be committed by mistake.

    A new or empty folder gets a ``.gitignore`` that holds ``*``. `StudyError` if the folder is the
    repository itself, lies in one of its folders that git does not pass over, or cannot be made.
    """
    _refuse_committed(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            (folder / IGNORE).write_text(EVERYTHING, encoding="utf-8")
    except OSError as error:
        raise StudyError.of(f"The folder {folder} cannot be made or written to ({error.strerror}).",
                            "Choose another one with --out DIR.") from error
    return folder


def _refuse_committed(folder: Path) -> None:
    folder = folder.resolve()
    if folder == REPOSITORY:
        raise StudyError.of("The repository itself holds what is committed.",
                            "Choose a new folder with --out DIR, such as --out my_report.")
    if REPOSITORY not in folder.parents:
        return
    inside = REPOSITORY / folder.relative_to(REPOSITORY).parts[0]
    if inside.exists() and not _passed_over(inside):
        raise StudyError.of(
            f"The folder {folder.relative_to(REPOSITORY)} would lie in {inside.name}, which belongs to the repository: "
            "results of persons could be committed by mistake.",
            "Choose a new folder with --out DIR, such as --out my_report.")


def _passed_over(folder: Path) -> bool:
    """Whether git passes over a folder because `prepare` made it, or because it is empty as yet."""
    ignore = folder / IGNORE
    if folder.is_dir() and ignore.is_file():
        return ignore.read_text(encoding="utf-8") == EVERYTHING
    return folder.is_dir() and not any(folder.iterdir())
