"""Frames: the columns an analysis asks for, of any frame Narwhals knows, or an error with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw

from rehapro_analysis.study.problems import Problem, StudyError, nearest


def refuse_absent(wanted: Iterable[str], known: Sequence[str]) -> None:
    """Raise one :class:`StudyError` that names every wanted column the frame does not have.

    >>> refuse_absent(["mnth"], ["month", "exit"])
    Traceback (most recent call last):
    rehapro_analysis.study.problems.StudyError: There is no column 'mnth'. Did you mean 'month'?
    """
    absent = [name for name in dict.fromkeys(wanted) if name not in known]
    if absent:
        raise StudyError([Problem("", None, "", "", f"There is no column {name!r}.", _remedy(name, known))
                          for name in absent])


def collected(frame: Any, wanted: Iterable[str]) -> nw.DataFrame:
    """The wanted columns in memory; a lazy frame is computed, on Polars as Polars and elsewhere as pandas."""
    data, wanted = nw.from_native(frame), list(dict.fromkeys(wanted))
    refuse_absent(wanted, data.collect_schema().names())
    data = data.select(wanted)
    if not isinstance(data, nw.LazyFrame):
        return data
    return data.collect() if data.implementation.is_polars() else data.collect("pandas")


def _remedy(name: str, known: Sequence[str]) -> str:
    guess = nearest(name, known)
    return f"Did you mean {guess!r}?" if guess else f"There are: {', '.join(known)}."
