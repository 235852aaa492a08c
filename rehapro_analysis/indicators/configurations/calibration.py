"""Sets of cases: how far each case belongs to a condition, and where its number leaves that open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import Problem, StudyError

IN = 0.95  # membership at the anchor of full membership
VERSIONS = 256  # most ways in which open cases are run


@dataclass(frozen=True, eq=False)
class Sets:
    """Memberships in [0, 1]: one row a case, one column a set; nan is unknown.

    ``low`` and ``high`` are the memberships at the ends of each case's interval, equal where the number is exact.
    """

    membership: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame

    @classmethod
    def exact(cls, membership: pd.DataFrame) -> Sets:
        """Sets without any interval. Raises `StudyError` for values outside [0, 1] and for cases named twice."""
        frame = membership.astype(float)
        if not frame.index.is_unique:
            raise StudyError.of("A case stands in two rows.", "Keep one row a case.")
        if outside := _where((frame < 0) | (frame > 1)):
            raise StudyError(Problem("", None, str(name), f"{frame.at[case, name]:g}", f"{case} is no membership.",
                                     "Calibrate to 0 to 1 first.") for case, name in outside)
        return cls(frame, frame, frame)

    @property
    def crossing(self) -> list[tuple[str, str]]:
        """Case and set wherever the interval lies on both sides of 0.5."""
        return _where((self.low < 0.5) & (self.high > 0.5))

    def join(self, other: Sets) -> Sets:
        """Both groups of sets for the cases that both have, in this one's order."""
        both = [case for case in self.membership.index if case in other.membership.index]
        return Sets(*(pd.concat([mine.loc[both], theirs.loc[both]], axis=1) for mine, theirs in
                      zip(self._frames, other._frames, strict=True)))

    def of(self, names: list[str]) -> tuple[Sets, dict[str, list[str]]]:
        """Those sets of the cases that are known in all of them, and what is unknown of each case left out."""
        unknown = self.membership[names].isna()
        gone = {str(case): [name for name in names if unknown.at[case, name]]
                for case in unknown.index[unknown.any(axis=1)]}
        kept = unknown.index[~unknown.any(axis=1)]
        return Sets(*(frame.loc[kept, names] for frame in self._frames)), gone

    def versions(self, *, limit: int = VERSIONS) -> Iterator[pd.DataFrame]:
        """Every way to run the cases that cross 0.5: memberships at the low and at the high end, all combinations.

        Raises `StudyError` if there are more than ``limit`` ways.
        """
        cells = self.crossing
        if 2 ** len(cells) > limit:
            raise StudyError.of(
                f"{len(cells)} memberships cross the threshold, {2 ** len(cells)} ways to code them: "
                f"{_told(cells)}. These numbers do not calibrate the cases.",
                "Move the threshold for a reason outside the data, use surer numbers, or leave the set out.")
        for ends in product((self.low, self.high), repeat=len(cells)):
            frame = self.membership.copy()
            for (case, name), end in zip(cells, ends, strict=True):
                frame.at[case, name] = end.at[case, name]
            yield frame

    @property
    def _frames(self) -> tuple[pd.DataFrame, ...]:
        return self.membership, self.low, self.high


def crisp(low: pd.Series, high: pd.Series, threshold: float, *, value: pd.Series | None = None) -> Sets:
    """Membership 1 from ``threshold`` on, else 0, of intervals by case; ``value`` (default: the middle) decides first.

    An end that is infinite leaves its side open. nan in ``low`` or ``high`` is unknown.

    >>> sets = crisp(pd.Series([10.0, 18, 25], ["a", "b", "c"], name="LOAD"), pd.Series([12.0, 23, 25],
    ...              ["a", "b", "c"]), 20)
    >>> sets.membership["LOAD"].tolist(), sets.crossing
    ([0.0, 1.0, 1.0], [('b', 'LOAD')])
    """
    return _sets(low, high, value, lambda number: (number >= threshold).astype(float))


def fuzzy(low: pd.Series, high: pd.Series, anchors: tuple[float, float, float], *,
          value: pd.Series | None = None) -> Sets:
    """Ragin's direct method: log-odds linear between full exclusion, crossover and full inclusion.

    logit m = ±log(0.95/0.05) (x - crossover)/(anchor - crossover), with the anchor of x's own side, so that the three
    ``anchors`` get 0.05, 0.5 and 0.95. Anchors that fall calibrate "the less the more in".
    Source: Ragin 2008, Redesigning Social Inquiry, ch. 5.

    >>> x = pd.Series([0.0, 5, 10, 20], name="S")
    >>> fuzzy(x, x, (0, 5, 20)).membership["S"].round(4).tolist()
    [0.05, 0.5, 0.7274, 0.95]
    """
    out, cross, full = anchors
    if not (out < cross < full or out > cross > full):
        raise StudyError.of("Anchors are not in order.", "Give full exclusion, crossover, full inclusion.")
    sets = _sets(low, high, value, lambda number: direct(number, out, cross, full))
    return sets if out < full else Sets(sets.membership, sets.high, sets.low)


def direct(x: np.ndarray, out: float, cross: float, full: float) -> np.ndarray:
    """Memberships of numbers by the direct method; see `fuzzy`."""
    above = (x - cross) * np.sign(full - cross) >= 0
    slope = np.where(above, 1 / (full - cross), 1 / (cross - out))
    return 1 / (1 + np.exp(-np.log(IN / (1 - IN)) * slope * (x - cross)))


def _sets(low: pd.Series, high: pd.Series, value: pd.Series | None, belongs) -> Sets:
    middle = (low + high) / 2 if value is None else value
    unknown = low.isna() | high.isna()
    # an open end has no middle: its own end decides
    middle = middle.where(np.isfinite(middle), low.where(np.isfinite(low), high))
    return Sets(*(pd.Series(belongs(number), low.index, float).mask(unknown).to_frame(low.name)
                  for number in (middle, low, high)))


def _where(holds: pd.DataFrame) -> list[tuple[str, str]]:
    return [(case, name) for case in holds.index for name in holds.columns if holds.at[case, name]]


def _told(cells: list[tuple[str, str]]) -> str:
    return ", ".join(f"{case} in {name}" for case, name in cells)
