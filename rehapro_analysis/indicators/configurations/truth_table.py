"""The truth table: every configuration of the conditions, its cases, and whether they show the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.configurations.counterfactuals import solution_models
from rehapro_analysis.indicators.configurations.minimisation import MOST, Model, Term, covered
from rehapro_analysis.indicators.configurations.solutions import cases_in, consistency, in_term, pri
from rehapro_analysis.study.problems import Problem, StudyError

ROUNDING = 1e-9


@dataclass(frozen=True)
class Cuts:
    """What makes a row positive: ``consistency`` and ``pri`` at least so high, among at least ``frequency`` cases."""

    consistency: float = 0.8
    pri: float = 0.5
    frequency: int = 1


CUTS = Cuts()


@dataclass(frozen=True, eq=False)
class TruthTable:
    """Memberships ``x`` (cases by conditions) and outcome ``y`` (by case), read by ``cuts``."""

    x: pd.DataFrame
    y: pd.Series
    cuts: Cuts = CUTS

    def __post_init__(self) -> None:
        problems = list(_problems(self.x, self.y))
        if problems:
            raise StudyError(problems)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row a configuration, all 2^K: the conditions (0, 1), n, outcome, consistency, pri, cases.

        outcome: positive by the cuts; remainder with fewer cases than the frequency cut; contradiction if not
        positive although some of its cases show the outcome and others do not; else negative. Cases without the
        outcome are marked "!".
        """
        y, (corners, member) = self.y.to_numpy(float), self.memberships
        return pd.DataFrame(corners, columns=self.x.columns).assign(
            n=(member > 0.5).sum(axis=1), outcome=row_kinds(member, y, self.cuts), consistency=consistency(member, y),
            pri=pri(member, y), cases=[", ".join(cases_in(row, self.y)) for row in member])

    @cached_property
    def memberships(self) -> tuple[list[Term], np.ndarray]:
        """All 2^K configurations, and the memberships (2^K, J) of the cases in them."""
        corners = list(product((0, 1), repeat=self.x.shape[1]))
        return corners, np.array([in_term(corner, self.x.to_numpy(float)) for corner in corners])

    def bits(self, kind: str) -> int:
        """The rows of a kind, as bits."""
        return sum(1 << int(row) for row in np.flatnonzero(self.rows["outcome"].eq(kind)))

    def refused(self) -> str:
        """Why nothing can be minimised, or an empty text."""
        if (self.y > 0.5).all() or (self.y <= 0.5).all():
            return f"All {len(self.y)} cases {'show' if (self.y > 0.5).all() else 'lack'} the outcome."
        if self.bits("positive"):
            return "" if self.bits("positive") | self.bits("remainder") != (1 << len(self.rows)) - 1 else (
                "No configuration with cases lacks the outcome, so every term would do.")
        mixed = self.rows.loc[self.rows["outcome"].eq("contradiction"), "cases"]
        return "No configuration is consistent enough" + (
            f"; contradictory: {'; '.join(mixed)}." if len(mixed) else ".")

    def models(self, expectations: dict[str, bool] | None = None) -> dict[str, tuple[Model, ...]]:
        """All minimal models by solution type; see `solution_models`."""
        helpful = tuple((expectations or {}).get(name) for name in self.x.columns)
        return solution_models(self.bits("positive"), self.bits("remainder"), helpful)

    def assumed(self, model: Model) -> int:
        """How many configurations without cases a model assumes to show the outcome."""
        return (covered(model) & self.bits("remainder")).bit_count()


def row_kinds(member: np.ndarray, y: np.ndarray, cuts: Cuts) -> np.ndarray:
    """What each row is (2^K,), from memberships (2^K, J) and outcome (J,); (B, 2^K) for outcomes (B, 1, J).

    >>> row_kinds(np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0]]), np.array([1, 0, 1]), Cuts()).tolist()
    ['contradiction', 'positive', 'remainder']
    """
    inside = member > 0.5
    n, with_outcome = inside.sum(axis=-1), (inside & (y > 0.5)).sum(axis=-1)
    positive = (np.nan_to_num(consistency(member, y)) >= cuts.consistency - ROUNDING) & (
        np.nan_to_num(pri(member, y)) >= cuts.pri - ROUNDING)
    mixed = (with_outcome > 0) & (with_outcome < n)
    return np.select([np.broadcast_to(n < max(cuts.frequency, 1), mixed.shape), positive, mixed],
                     ["remainder", "positive", "contradiction"], "negative")


def _problems(x: pd.DataFrame, y: pd.Series):
    if not 1 <= x.shape[1] <= MOST:
        yield Problem("", None, "", "", f"{x.shape[1]} conditions make {2 ** x.shape[1]} configurations.",
                      f"Choose one to {MOST} conditions; for twelve cases four are too many already.")
    if not x.index.equals(y.index) or not x.index.is_unique or not len(x):
        yield Problem("", None, "", "", "Conditions and outcome are not of the same cases.", "Give one row a case.")
        return
    for name, column in [*x.items(), ("outcome", y)]:
        if column.isna().any() or ((column < 0) | (column > 1)).any():
            yield Problem("", None, str(name), "", "Memberships are missing or outside 0 to 1.", "Calibrate first.")
        elif (between := [str(case) for case in x.index[column.eq(0.5)]]):
            yield Problem("", None, str(name), "", f"Neither in nor out: {', '.join(between)}.",
                          "Move the crossover, or leave these cases out.")
