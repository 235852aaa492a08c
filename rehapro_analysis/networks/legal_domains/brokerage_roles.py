"""The six roles of brokerage on arrays, and their exact moments if all ties were equally likely."""

from __future__ import annotations

import numpy as np

ROLES = ("coordinator", "consultant", "representative", "gatekeeper", "liaison", "total")


def brokerage_roles(cells: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """How often each actor j stands in i -> j -> k without i -> k, by `ROLES`: shape (..., n, 6).

    ``cells`` (..., n, n), nan for unknown: a triple with an unknown cell is not counted. ``shares`` (..., n, d)
    are how often each actor acts in each domain, independently of the others.

    >>> chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> brokerage_roles(chain, np.eye(3))[1].tolist()
    [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
    """
    off = 1 - np.eye(cells.shape[-1])
    tie, apart = (np.nan_to_num(cells) != 0) * off, (cells == 0) * off
    back = tie.swapaxes(-1, -2)
    paths = apart @ back  # for i, j: how many k with j -> k and not i -> k
    total = (tie * paths).sum(-2)
    shape = np.broadcast_shapes(total.shape, shares.shape[:-1])
    coordinator, ends_alike, first_alike, last_alike = np.zeros((4, *shape))
    for own in np.moveaxis(shares, -1, 0):
        given = own[..., :, None] * tie
        taken = (apart * own[..., None, :]) @ back
        both = (given * taken).sum(-2)
        ends_alike += both
        coordinator += own * both
        first_alike += own * (given * paths).sum(-2)
        last_alike += own * (tie * taken).sum(-2)
    consultant, representative, gatekeeper = (part - coordinator for part in (ends_alike, first_alike, last_alike))
    liaison = total - coordinator - consultant - representative - gatekeeper
    total = np.broadcast_to(total, shape)
    return np.stack([coordinator, consultant, representative, gatekeeper, liaison, total], axis=-1)


def density_moments(shares: np.ndarray, density: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of `brokerage_roles` if all n(n-1) ties are there independently; (n, 6) each.

    With w the weight of a triple in a role, d the density and q = d^2 (1 - d): mean q sum w, variance
    q(1 - q) sum w^2 + d^3 (1 - d)^3 x (sum of w w' over triples of the same broker that share one end).
    For one domain an actor these are the moments of R's sna.

    >>> mean, error = density_moments(np.ones((3, 1)), 0.5)
    >>> mean[0, 0], round(error[0, 0] ** 2, 6)
    (np.float64(0.25), np.float64(0.21875))
    """
    weights = _role_weights(shares)
    q, shared = density**2 * (1 - density), (density * (1 - density)) ** 3
    squares = np.square(weights).sum((-2, -1))
    ends = sum(np.square(weights.sum(axis)).sum(-1) - squares for axis in (-1, -2))
    return (q * weights.sum((-2, -1))).T, np.sqrt(q * (1 - q) * squares + shared * ends).T


def _role_weights(shares: np.ndarray) -> np.ndarray:
    """For broker j and ends i, k (three actors): the weight of each role; shape (6, j, i, k)."""
    n = len(shares)
    alike = shares @ shares.T
    three = np.einsum("jd,id,kd->jik", shares, shares, shares, optimize=True)
    off = 1 - np.eye(n)
    proper = off[:, :, None] * off[:, None, :] * off
    ends, first, last = alike[None], alike[:, :, None], alike[:, None, :]
    roles = [three, ends - three, first - three, last - three]
    return np.stack([*roles, 1 - sum(roles), np.ones_like(three)]) * proper
