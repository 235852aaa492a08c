"""Mutuality: how far a flow of responsibility is from a path and how near to an even exchange of all with all.

Every function takes flows of shape (..., n, n), diagonal 0, and returns an array of shape (...): 0 for a
directed path, 1 for equal flows between all, whatever n >= 3, the unit of the flow or the order of the
actors; nan where nothing flows.
"""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy


def incoherence(flow: np.ndarray) -> np.ndarray:
    """F0, trophic incoherence: 0 if the flow climbs strictly from level to level, 1 if it has no direction.

    With u = inflow + outflow and v = inflow - outflow, levels h solve (diag(u) - W - W') h = v;
    F0 = sum w_ij (h_j - h_i - 1)^2 / sum w_ij. Source: MacKay, Johnson & Sansom 2020, R Soc Open Sci 7:201138.

    >>> bool(np.isclose(incoherence(np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]])), 1 / 9))
    True
    """
    flow = np.asarray(flow, dtype=float)
    given, received = flow.sum(-1), flow.sum(-2)
    both = (given + received)[..., None] * np.eye(flow.shape[-1])
    laplacian = both - flow - flow.swapaxes(-2, -1)
    levels = (np.linalg.pinv(laplacian, rcond=1e-10, hermitian=True) @ (received - given)[..., None])[..., 0]
    climb = levels[..., None, :] - levels[..., :, None] - 1
    return _ratio((flow * climb**2).sum((-2, -1)), flow.sum((-2, -1)))


def entropy(flow: np.ndarray) -> np.ndarray:
    """How open the next station is: sum_i s_i H_i / (sum_i s_i ln(n - 1)).

    s_i is the outflow of i and H_i the entropy of its shares: 0 if each actor has one successor, 1 if all are
    equally likely. nan for n < 3.

    >>> bool(np.isclose(entropy(np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]])), 2 / 3))
    True
    """
    flow = np.asarray(flow, dtype=float)
    given = flow.sum(-1)
    spread = xlogy(given, given).sum(-1) - xlogy(flow, flow).sum((-2, -1))
    return _ratio(spread, given.sum(-1) * np.log(max(flow.shape[-1] - 1, 1)))


def closure(flow: np.ndarray) -> np.ndarray:
    """How many pairs take part beyond those a tree needs: max(0, (N - (n-1)) / (n(n-1)/2 - (n-1))).

    N = 1 / sum p^2 is the effective number of pairs, p the share of each unordered pair in the flow. Weighted, so
    that one stray record hardly moves it. nan for n < 3.

    >>> closure(np.ones((4, 4)) - np.eye(4)).tolist()
    1.0
    """
    flow = np.asarray(flow, dtype=float)
    n = flow.shape[-1]
    pairs = np.triu(flow + flow.swapaxes(-2, -1), 1)
    effective = _ratio(pairs.sum((-2, -1)) ** 2, (pairs**2).sum((-2, -1)))
    spare = n * (n - 1) / 2 - (n - 1)
    return np.maximum(0.0, _ratio(effective - (n - 1), np.full_like(effective, max(spare, 0))))


def mutuality(flow: np.ndarray) -> np.ndarray:
    """S, the mean of `incoherence`, `entropy` and `closure`; nan for n < 3.

    >>> star = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
    >>> bool(np.isclose(mutuality(star), 1 / 2)), mutuality(np.zeros((3, 3))).tolist()
    (True, nan)
    """
    return (incoherence(flow) + entropy(flow) + closure(flow)) / 3


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
