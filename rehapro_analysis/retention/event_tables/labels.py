"""Labels: what the codes of groups and strata stand for; a frame of them is built only when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.retention.event_tables.frames import column_of


@dataclass(frozen=True)
class Labels:
    """The values of each labelling column, one a code; ``size`` codes in all, even without a column.

    >>> labels = Labels({"project": ["GesA", "PaN"]}, 2)
    >>> {name: list(values) for name, values in labels.at(np.array([1, 1, 0])).items()}
    {'project': ['PaN', 'PaN', 'GesA']}
    """

    columns: Mapping[str, Sequence]
    size: int

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a code."""
        return pd.DataFrame(dict(self.columns), index=range(self.size), copy=False)

    @cached_property
    def _arrays(self) -> dict[str, Any]:
        return {name: values if isinstance(values, np.ndarray) else column_of(values)
                for name, values in self.columns.items()}

    def at(self, codes: np.ndarray) -> dict[str, Any]:
        """The columns of rows with these codes."""
        return {name: values.take(codes) for name, values in self._arrays.items()}

    @property
    def names(self) -> list[str]:
        """One name a code: its labels joined by " / "."""
        if not self.columns:
            return [""] * self.size
        return [" / ".join(map(str, row)) for row in zip(*self.columns.values(), strict=True)]
