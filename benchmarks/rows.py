"""The rows that every tool gets: invented people in 12 groups, days in the programme, four ways of leaving."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

GROUPS, CAUSES, LAST_DAY, AT_DAY = 12, 4, 1800, 900
EFFECTS = np.array([0.4, -0.3, 0.2, -0.1, 0.05])
COVARIATES = [f"x{place}" for place in range(len(EFFECTS))]
COLUMNS = {"group": np.dtype("i1"), "day": np.dtype("<i2"), "cause": np.dtype("i1"), "x": np.dtype("<f8")}
WITH_COVARIATES = 1_000_000  # rows up to which regressions are compared
FEW = 500  # rows of the resampling tasks


@dataclass(frozen=True)
class Rows:
    """One entry a person: group 0..11, day of leaving 1..1800, cause 1..4 or 0 for still there.

    ``x`` holds five covariates, shape (n, 5), or none; ``replicates`` is how often the tasks resample.
    """

    group: np.ndarray
    day: np.ndarray
    cause: np.ndarray
    x: np.ndarray
    replicates: int = 2000

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The same as a frame."""
        columns = pd.DataFrame({"group": self.group, "day": self.day, "cause": self.cause})
        if not len(self.x):
            return columns
        return columns.join(pd.DataFrame(self.x, columns=COVARIATES))

    @cached_property
    def left(self) -> np.ndarray:
        """Whether somebody left."""
        return self.cause > 0

    def head(self, n: int, replicates: int) -> Rows:
        """The first n rows, to warm up with."""
        return Rows(self.group[:n], self.day[:n], self.cause[:n], self.x[:n], replicates)


def invented(n: int, seed: int = 3) -> Rows:
    """n people; hazards differ by group, cause and covariates; about a quarter are still there."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, GROUPS, n, dtype=np.int8)
    x = rng.standard_normal((n, len(EFFECTS)))
    rates = np.outer(np.linspace(0.7, 1.4, GROUPS), [0.9, 0.6, 0.4, 0.3]) / 1000
    rate = rates.sum(axis=1)[group] * np.exp(x @ EFFECTS)
    stay, watched = rng.exponential(1 / rate), rng.uniform(200, LAST_DAY, n)
    shares = np.cumsum(rates / rates.sum(axis=1, keepdims=True), axis=1)
    cause = 1 + (rng.random(n)[:, None] > shares[group]).sum(axis=1)
    day = np.clip(np.ceil(np.minimum(stay, watched)), 1, LAST_DAY)
    return Rows(group, day.astype(np.int16), np.where(stay <= watched, cause, 0).astype(np.int8),
                x if n <= WITH_COVARIATES else x[:0])


def write_rows(folder: Path, rows: Rows) -> None:
    """One flat binary file a column, so that Python and R read the same rows quickly."""
    folder.mkdir(parents=True)
    for name, kind in COLUMNS.items():
        getattr(rows, name).astype(kind).tofile(folder / name)


def read_rows(folder: Path) -> Rows:
    """The inverse of :func:`write_rows`."""
    columns = {name: np.fromfile(folder / name, kind) for name, kind in COLUMNS.items()}
    columns["x"] = columns["x"].reshape(-1, len(EFFECTS))
    return Rows(**columns)
