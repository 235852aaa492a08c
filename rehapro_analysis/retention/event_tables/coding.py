"""Columns as integers: any column of a frame becomes codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import narwhals as nw
import numpy as np
import pandas as pd

DENSE = 1 << 17  # values up to which a list of all of them is cheap, however few the rows
PART = 1 << 15  # values that stay in the cache between two looks at them
TIE = sqrt(np.finfo(float).eps)  # R's tolerance for times that differ only by rounding


@dataclass(frozen=True)
class Axis:
    """One column as integers: row i has the level ``levels[raw[i] - base]``; level None is missing."""

    raw: np.ndarray
    base: int
    levels: Sequence

    @property
    def codes(self) -> np.ndarray:
        """Shape (rows,): the position of each row's level."""
        return self.raw.astype(np.intp) - self.base

    def at(self, codes: np.ndarray) -> np.ndarray | list:
        """The levels at some positions."""
        if isinstance(self.levels, range):
            return codes + self.levels.start
        return [self.levels[code] for code in codes]

    @property
    def missing(self) -> np.ndarray:
        """Shape (rows,): whether the value is missing."""
        has_none = len(self.levels) > 0 and self.levels[0] is None
        return self.raw == self.base if has_none else np.zeros(len(self.raw), bool)


Column = nw.Series | np.ndarray  # a plain array holds numbers or booleans; nan is missing
Columns = nw.DataFrame | Mapping[str, Column]


def code_column(series: Column) -> Axis:
    """Codes of a column of labels: categories keep their declared order, other labels are sorted.

    >>> axis = code_column(nw.from_native(pd.Series(["PaN", None, "GesA"]), series_only=True))
    >>> axis.codes.tolist(), axis.levels
    ([2, 0, 1], [None, 'GesA', 'PaN'])
    """
    values = plain(series)
    if isinstance(values, np.ndarray) and values.dtype.kind == "b":
        return Axis(values.astype(np.int8), 0, [False, True])
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and len(values):
        low, high = (int(bound) for bound in bounds(values))
        if high - low < max(DENSE, len(values)):
            return Axis(values, low, range(low, high + 1))
    codes, levels = _factorized(values)
    return Axis(codes, -1, [None, *levels])


def bounds(values: np.ndarray) -> tuple[float, float]:
    """The least and the greatest value, each part of the column fetched from memory only once.

    >>> bounds(np.array([3, 1, 2]))
    (1, 3)
    """
    if len(values) <= PART:
        return values.min().item(), values.max().item()
    parts = [values[first : first + PART] for first in range(0, len(values), PART)]
    lows, highs = zip(*((part.min(), part.max()) for part in parts), strict=True)
    return np.min(lows).item(), np.max(highs).item()


def joint_codes(axes: Sequence[Axis], rows: int) -> np.ndarray:
    """Codes 0, 1, ... of the combinations of several columns that occur, shape (rows,); 0 where there is no column."""
    if not axes:
        return np.zeros(rows, np.intp)
    keys = np.ravel_multi_index([axis.codes for axis in axes], [len(axis.levels) for axis in axes])
    return np.unique(keys, return_inverse=True)[1]


def plain(series: Column) -> Column:
    """The array of whole numbers or booleans of which none is missing; any other column as it is."""
    if isinstance(series, np.ndarray) or not (series.dtype.is_integer() or series.dtype == nw.Boolean):
        return series
    return series if series.null_count() else series.to_numpy()


def is_number(series: Column) -> bool:
    """Whether a column holds numbers, and not booleans."""
    return series.dtype.kind in "iuf" if isinstance(series, np.ndarray) else series.dtype.is_numeric()


def is_missing(series: Column) -> np.ndarray:
    """Shape (rows,): whether the value is missing; nan is."""
    if isinstance(series, np.ndarray):
        return np.isnan(series) if series.dtype.kind == "f" else np.zeros(len(series), bool)
    absent = series.is_null().to_numpy()
    return absent | np.isnan(floats(series)) if series.dtype.is_float() else absent


def floats(series: Column) -> np.ndarray:
    """A column of numbers as floats; missing is nan."""
    return series.astype(float) if isinstance(series, np.ndarray) else series.cast(nw.Float64).to_numpy()


def _factorized(series: Column) -> tuple[np.ndarray, list]:
    if isinstance(series, np.ndarray):
        codes, levels = pd.factorize(series, sort=True)
        return codes, levels.tolist()
    native = series.to_native()
    if series.implementation.is_pandas():
        if isinstance(native.dtype, pd.CategoricalDtype):
            return native.cat.codes.to_numpy(), native.cat.categories.tolist()
        codes, levels = pd.factorize(native, sort=True)
        return codes, levels.tolist()
    if series.dtype in (nw.String, nw.Categorical, nw.Enum):
        ordered = series.cat.get_categories() if series.dtype == nw.Enum else None
        text = series.cast(nw.String)
        levels = (text.drop_nulls().unique().sort() if ordered is None else ordered).to_list()
        positions = list(range(len(levels)))
        codes = text.replace_strict(levels, positions, default=-1, return_dtype=nw.Int32) if levels else None
        return np.full(len(text), -1) if codes is None else codes.to_numpy(), levels
    codes, levels = pd.factorize(series.to_numpy(), sort=True)
    return codes, levels.tolist()


def time_axes(stop: np.ndarray, start: np.ndarray | None,
              reach: tuple[float, float]) -> tuple[Axis, Axis | None]:
    """Exit and entry times on one grid; level 0 of the entry axis, minus infinity, means no entry.

    ``reach`` holds the `bounds` of ``stop``, which the caller has looked at already.

    Whole numbers are exact ticks. Other times are merged by R's ``aeqSurv`` rule: sorted
    neighbours belong together when they differ by at most sqrt(eps), absolutely or relative to
    the mean absolute time, so that 0.1 + 0.2 equals 0.3.

    >>> exits, _ = time_axes(np.array([0.3, 0.1 + 0.2, 1.0]), None, (0.3, 1.0))
    >>> exits.codes.tolist()
    [0, 0, 1]
    """
    entered = None if start is None else np.isfinite(start)
    seen = [stop] if start is None else [stop, start[entered]]
    ends = [reach, *(bounds(times) for times in seen[1:] if len(times))]
    low, high = int(min(low for low, _ in ends)), int(max(high for _, high in ends))
    if high - low < max(DENSE, len(stop)) and all(_whole(times) for times in seen):
        grid = np.arange(low, high + 1, dtype=stop.dtype)
        raw = [_ticks(times) for times in (stop, _filled(start, entered, low - 1))]
    else:
        low, grid = 0, _merged(np.unique(np.concatenate(seen)))
        raw = [None if times is None else np.searchsorted(grid, times, side="right") - 1
               for times in (stop, _filled(start, entered, -np.inf))]
    entries = None if start is None else Axis(raw[1], low - 1, np.concatenate([[-np.inf], grid]))
    return Axis(raw[0], low, grid), entries


def _ticks(times: np.ndarray | None) -> np.ndarray | None:
    return times if times is None or times.dtype.kind in "iu" else times.astype(np.int64)


def _filled(start: np.ndarray | None, entered: np.ndarray | None, value: float) -> np.ndarray | None:
    return start if start is None or entered.all() else np.where(entered, start, value)


def _whole(times: np.ndarray) -> bool:
    return times.dtype.kind in "iu" or bool((np.floor(times) == times).all())


def _merged(times: np.ndarray) -> np.ndarray:
    if times.dtype.kind in "iu":
        return times
    gaps = np.diff(times)
    tied = (gaps <= TIE) | (gaps <= TIE * np.abs(times).mean())
    return times[np.concatenate([[True], ~tied])]
