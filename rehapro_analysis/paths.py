"""Where data lie, up to which day they are known, where results go, in which language: four environment variables."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "en")


def data_folders() -> list[Path]:
    """The folders of the study: ``REHAPRO_DATA``, else the documented and the synthetic one.

    Several folders in ``REHAPRO_DATA`` are separated as in ``PATH`` (``:``, on Windows ``;``).
    """
    chosen = [Path(folder) for folder in os.environ.get("REHAPRO_DATA", "").split(os.pathsep) if folder]
    return chosen or [REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic"]


def out_folder() -> Path:
    """The folder that figures and reports go to: ``REHAPRO_OUT``, else the repository."""
    return Path(os.environ.get("REHAPRO_OUT") or REPOSITORY)


def lock() -> str | None:
    """The day up to which entries and exits of people are known: ``REHAPRO_LOCK``; None: the latest in the data."""
    return os.environ.get("REHAPRO_LOCK") or None


def language() -> str:
    """``de`` or ``en`` from ``REHAPRO_LANGUAGE``, English if unset; ValueError for any other."""
    chosen = os.environ.get("REHAPRO_LANGUAGE") or "en"
    if chosen not in LANGUAGES:
        raise ValueError(f"REHAPRO_LANGUAGE is {chosen!r}. Set it to de or en, or leave it unset for English.")
    return chosen
