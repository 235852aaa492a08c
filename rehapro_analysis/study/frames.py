"""Frames: the columns an analysis asks for, of any frame Narwhals knows, or an error with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import Problem, StudyError, nearest


def refuse_absent(wanted: Iterable[str], known: Sequence[Any]) -> None:
    """Raise one :class:`StudyError` that names every wanted column the frame does not have.

    >>> refuse_absent(["mnth"], ["month", "exit"])
    Traceback (most recent call last):
    rehapro_analysis.study.problems.StudyError: There is no column 'mnth'. Did you mean 'month'?
    """
    absent = [name for name in dict.fromkeys(wanted) if name not in known]
    if absent:
        raise StudyError([Problem("", None, "", "", f"There is no column {name!r}.", _remedy(name, known))
                          for name in absent])


def by_column(frame: Any, wanted: Iterable[str]) -> dict[str, np.ndarray | nw.Series] | None:
    """The wanted columns of a pandas frame, arrays where nothing needs translation; None for any other frame."""
    if not isinstance(frame, pd.DataFrame):
        return None
    return {name: column.to_numpy() if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb"
            else nw.from_native(column, series_only=True) for name, column in _columns(frame, wanted).items()}


def collected(frame: Any, wanted: Iterable[str]) -> nw.DataFrame:
    """The wanted columns in memory; a lazy frame is computed, on Polars as Polars and elsewhere as pandas."""
    wanted = list(dict.fromkeys(wanted))
    if isinstance(frame, pd.DataFrame):
        return nw.from_native(frame[list(_columns(frame, wanted))])
    data = nw.from_native(frame)
    refuse_absent(wanted, data.collect_schema().names())
    data = data.select(wanted)
    if not isinstance(data, nw.LazyFrame):
        return data
    return data.collect() if data.implementation.is_polars() else data.collect("pandas")


def _columns(frame: pd.DataFrame, wanted: Iterable[str]) -> dict[str, pd.Series]:
    """The wanted columns by name; raises for those that are absent and for names that several columns share."""
    try:
        columns = {name: frame[name] for name in wanted}
    except KeyError:
        refuse_absent(wanted, list(frame.columns))
        raise
    shared = [name for name, column in columns.items() if not isinstance(column, pd.Series)]
    if shared:
        raise StudyError([Problem("", None, "", "", f"Several columns are called {name!r}.",
                                  "Give each column one name of its own.") for name in shared])
    return columns


def _remedy(name: str, known: Sequence[Any]) -> str:
    guess = nearest(name, (other for other in known if isinstance(other, str)))
    return f"Did you mean {guess!r}?" if guess else f"There are: {', '.join(map(str, known))}."
