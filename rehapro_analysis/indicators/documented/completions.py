"""Partial identification: what a statistic can be over all whole numbers that the documents admit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from rehapro_analysis.indicators.documented.counts import DocumentedCount
from rehapro_analysis.study.problems import StudyError

MOST = 200_000  # completions up to which all of them are looked at
GRID = 40  # values a coordinate is tried at where it has too many

Box = tuple[float, float, float, float]  # lowest and highest x, lowest and highest n
Tables = tuple[np.ndarray, np.ndarray]  # x and n, (C, J)
Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Completions:
    """``x`` and ``n`` (C, J); ``exhaustive`` says whether these are all completions or only some of them."""

    x: np.ndarray
    n: np.ndarray
    exhaustive: bool

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Bounds:
    """The lowest and highest value of a statistic; an inner approximation where not ``exhaustive``: it can be wider."""

    low: float
    high: float
    completions: int
    exhaustive: bool


def boxes(counts: Sequence[DocumentedCount]) -> list[Box]:
    """The admissible ends of every count; :class:`StudyError` where nothing bounds one."""
    found = [one.box for one in counts]
    for one, box in zip(counts, found, strict=True):
        if np.isinf(box).any():
            raise StudyError.of(f"Nothing documented bounds of how many {one.entry} is.",
                                "Name a quantity in people_at_most, or leave the count out.")
    return found


def completions(given: Sequence[Box], *, most: int = MOST) -> Completions:
    """All whole numbers x <= n within the boxes; beyond ``most`` only the corners of extreme shares.

    >>> found = completions([(1, 2, 2, 2), (0, 1, 3, 3)])
    >>> found.x.tolist(), found.exhaustive
    ([[1, 0], [1, 1], [2, 0], [2, 1]], True)
    """
    if all_of(given) <= most:
        return Completions(*_crossed([_pairs(box) for box in given]), True)
    corners = [np.unique(np.array([_lowest(box), _highest(box)]), axis=0) for box in given]
    if np.prod([float(len(one)) for one in corners]) > most:
        corners = [np.array([_lowest(box)]) for box in given], [np.array([_highest(box)]) for box in given]
        both = [_crossed(side) for side in corners]
        return Completions(*(np.concatenate(parts) for parts in zip(*both, strict=True)), False)
    return Completions(*_crossed(corners), False)


def all_of(given: Sequence[Box]) -> float:
    """How many completions there are."""
    return float(np.prod([float(_many(box)) for box in given]))


def statistic_bounds(given: Sequence[Box], statistic: Statistic, *, most: int = MOST) -> Bounds:
    """The range of a statistic over the completions of the boxes.

    All completions up to ``most``; beyond that the corners of extreme shares and, from the best of them, a
    search that moves one project at a time: what is found is attained, but something wider may be missed.
    ``statistic`` takes x and n (C, J) and gives (C,).
    """
    found = completions(given, most=most)
    values = statistic(found.x, found.n)
    if found.exhaustive:
        return Bounds(float(values.min()), float(values.max()), len(found), True)
    low, high = (sign * _searched(given, found, statistic, sign * values, sign) for sign in (1, -1))
    return Bounds(low, high, len(found), False)


def _searched(given: Sequence[Box], found: Completions, statistic: Statistic, loss: np.ndarray, sign: int) -> float:
    """The lowest ``sign * statistic`` reached by moving one project at a time until nothing improves."""
    best, least = int(loss.argmin()), float(loss.min())
    x, n = found.x[best].copy(), found.n[best].copy()
    improved = True
    while improved:
        improved = False
        for place, box in enumerate(given):
            tried = _pairs(box, GRID)
            xs, ns = np.tile(x, (len(tried), 1)), np.tile(n, (len(tried), 1))
            xs[:, place], ns[:, place] = tried.T
            values = sign * statistic(xs, ns)
            if values.min() < least - 1e-12:
                least, improved = float(values.min()), True
                x, n = xs[values.argmin()], ns[values.argmin()]
    return least


def _pairs(box: Box, grid: int | None = None) -> np.ndarray:
    """The pairs x <= n of a box (K, 2), all or on a grid that holds both ends."""
    x, n = (_values(*box[place:place + 2], grid) for place in (0, 2))
    pairs = np.array(list(product(x, n)))
    return pairs[pairs[:, 0] <= pairs[:, 1]]


def _values(low: float, high: float, grid: int | None) -> np.ndarray:
    many = int(high - low) + 1
    return np.unique(np.linspace(low, high, min(many, grid or many)).round().astype(int))


def _many(box: Box) -> int:
    """How many pairs x <= n a box has."""
    x_low, x_high, n_low, n_high = (int(end) for end in box)
    n = np.arange(n_low, n_high + 1)
    return int(np.maximum(np.minimum(x_high, n) - x_low + 1, 0).sum())


def _lowest(box: Box) -> tuple[int, int]:
    return int(box[0]), int(box[3])


def _highest(box: Box) -> tuple[int, int]:
    return int(min(box[1], box[2])), int(box[2])


def _crossed(choices: Sequence[np.ndarray]) -> Tables:
    """Every combination of one pair a project: x and n (C, J)."""
    places = np.indices([len(one) for one in choices]).reshape(len(choices), -1)
    chosen = [one[place] for one, place in zip(choices, places, strict=True)]
    return np.column_stack([one[:, 0] for one in chosen]), np.column_stack([one[:, 1] for one in chosen])
