"""Frames: the table of a result from finished columns, of which pandas need not find out what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray
from pandas.api.internals import create_dataframe_from_blocks

TEXT = pd.StringDtype(na_value=np.nan)  # what pandas makes of text; by the name "str" it is built anew at every use
FEW = 32  # words that are remembered as a column: names of causes and comparisons recur in every result

Values = np.ndarray | ExtensionArray


def frame_of(columns: Mapping[str, Values]) -> pd.DataFrame:
    """A frame of columns of one length, rows numbered from 0, equal to ``pd.DataFrame(columns, copy=False)``.

    Numbers and texts are taken as they are: in tables of a few rows pandas takes longer to look for
    their types than a test to be computed. Columns of other types are left to it.

    >>> frame_of({"group": texts(["A", "B"]), "n": np.array([3, 4])}).dtypes.astype(str).tolist()
    ['str', 'int64']
    """
    if not all(_is_plain(values) for values in columns.values()):
        return pd.DataFrame(dict(columns), copy=False)
    blocks = [(values[None] if isinstance(values, np.ndarray) else values, np.array([place]))
              for place, values in enumerate(columns.values())]
    size = len(next(iter(columns.values())))
    return create_dataframe_from_blocks(blocks, pd.RangeIndex(size), _heading(tuple(columns)).view())


def texts(words: Sequence[str]) -> ExtensionArray:
    """Words as a column of text.

    >>> texts(["A"]).take(np.array([0, 0])).tolist()
    ['A', 'A']
    """
    return _few_texts(tuple(words)).copy() if len(words) <= FEW else pd.array(words, dtype=TEXT)


def column_of(values: Sequence) -> ExtensionArray:
    """Values of any type as the column that pandas makes of them."""
    return texts(values) if all(isinstance(value, str) for value in values) else pd.Series(values).array


def _is_plain(values: Values) -> bool:
    return values.dtype == TEXT if isinstance(values, ExtensionArray) else values.dtype.kind in "biuf"


@lru_cache
def _few_texts(words: tuple[str, ...]) -> ExtensionArray:
    return pd.array(words, dtype=TEXT)


@lru_cache
def _heading(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names)
