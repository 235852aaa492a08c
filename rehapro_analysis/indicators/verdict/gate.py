"""A robustness gate: how a value is measured from a `Comparison`, and where it must lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rehapro_analysis.indicators.differences.comparison import Comparison

Measure = Callable[[Comparison], float]


@dataclass(frozen=True)
class Gate:
    """Passed if the measured value lies from ``at_least`` to ``at_most``; ``name`` is its column.

    Without a ``measure`` nobody has checked, and a separation that has not been checked is not called robust.
    ``of_coaches``: asked only where coaches are known (where they are not, the tipping correlation stands in).
    """

    name: str
    label_de: str
    label_en: str
    measure: Measure | None = None
    at_least: float = -np.inf
    at_most: float = np.inf
    of_coaches: bool = False

    def value(self, one: Comparison) -> float:
        """The measured value; nan if nothing measures it."""
        return float("nan") if self.measure is None else float(self.measure(one))

    def passed(self, value: float) -> bool:
        """Whether the value opens the gate; nan does not."""
        return bool(self.at_least <= value <= self.at_most)
