"""Which actor stands where: the relabellings of a network, all of them where they are few."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product
from math import factorial, prod

import numpy as np

AT_ONCE = 1 << 20  # cells of moved networks held in memory at once


@dataclass(frozen=True)
class Relabelling:
    """``orders`` of shape (R, n): draw r puts actor ``orders[r, i]`` in the place of actor i.

    ``exact`` if these are all relabellings, the identity among them, rather than a sample.
    """

    orders: np.ndarray
    exact: bool


def relabellings(blocks: np.ndarray, *, draws: int, seed: int) -> Relabelling:
    """Relabellings within blocks, codes of shape (n,): an actor alone in its block keeps its place.

    All of them if there are no more than ``draws``, otherwise ``draws`` drawn at random.

    >>> relabellings(np.array([0, 0, 1]), draws=10, seed=1)
    Relabelling(orders=array([[0, 1, 2],
           [1, 0, 2]]), exact=True)
    """
    blocks = np.asarray(blocks)
    members = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    if prod(factorial(len(part)) for part in members) <= draws:
        return Relabelling(_all(members, len(blocks)), True)
    rng = np.random.default_rng(seed)
    orders = np.empty((draws, len(blocks)), np.intp)
    for part in members:
        orders[:, part] = rng.permuted(np.tile(part, (draws, 1)), axis=1)
    return Relabelling(orders, False)


def _all(members: list[np.ndarray], n: int) -> np.ndarray:
    orders = np.empty((prod(factorial(len(part)) for part in members), n), np.intp)
    for row, parts in enumerate(product(*(permutations(part) for part in members))):
        for part, order in zip(members, parts, strict=True):
            orders[row, part] = order
    return orders


def moved(cells: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Cells of shape (..., n, n) with rows and columns in R other orders: shape (R, ..., n, n).

    >>> moved(np.array([[0, 7], [5, 0]]), np.array([[1, 0]])).tolist()
    [[[0, 5], [7, 0]]]
    """
    lines = cells[..., orders[:, :, None], orders[:, None, :]]
    return np.moveaxis(lines, -3, 0)


def moved_sums(layers: np.ndarray, features: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Sums over cells of layer x feature when actors move and features stay; shape (R, l, f).

    ``layers`` (l, n, n) belong to the actors (ties, known cells), ``features`` (n, n, f) to their places
    (within a domain, between two of them).
    """
    n = layers.shape[-1]
    flat = features.reshape(n * n, -1)
    step = max(1, AT_ONCE // max(layers.size, 1))
    parts = [moved(layers, orders[start:start + step]).reshape(-1, len(layers), n * n) @ flat
             for start in range(0, len(orders), step)]
    return np.concatenate(parts)


def expected_sums(layers: np.ndarray, features: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """The exact mean of `moved_sums` over all relabellings within ``blocks``; shape (l, f).

    A tie between two blocks is equally likely in every cell between them, so each pair of blocks adds
    (sum of layer) x (sum of feature) / (number of cells). Diagonals must be 0.
    """
    _, codes = np.unique(blocks, return_inverse=True)
    member = np.eye(codes.max(initial=-1) + 1)[codes]
    size = member.sum(0)
    pairs = np.outer(size, size) - np.diag(size)
    ties = member.T @ layers @ member
    places = np.einsum("ip,ijf,jq->fpq", member, features, member, optimize=True)
    return np.einsum("lpq,fpq->lf", ties, np.divide(places, pairs, out=np.zeros_like(places), where=pairs > 0))
