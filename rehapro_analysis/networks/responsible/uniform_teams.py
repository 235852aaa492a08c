"""Uniform teams: what a team that hands its cases on to anybody would show with as few cases."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.networks.responsible.mutuality import mutuality


def uniform_mutuality(stations: np.ndarray, n_actors: int, rng: np.random.Generator, *, draws: int = 400) -> float:
    """Mean mutuality of an any-to-any team of ``n_actors``; case c is handed on ``stations[c]`` - 1 times.

    Each case starts at any actor and goes on to any of the others with the same chance. Below 1, because a few
    hand-overs cannot fill a matrix evenly; the more cases, the nearer to 1. nan where nothing is handed on.

    >>> few, many = (uniform_mutuality(np.full(cases, 3), 4, np.random.default_rng(1)) for cases in (10, 1000))
    >>> few < 0.8 < 0.98 < many < 1
    True
    """
    moves = np.maximum(np.asarray(stations) - 1, 0)
    longest = int(moves.max(initial=0))
    if n_actors < 3 or longest == 0:
        return float("nan")
    start = rng.integers(0, n_actors, (draws, len(moves), 1))
    steps = rng.integers(1, n_actors, (draws, len(moves), longest))
    path = np.concatenate([start, start + np.cumsum(steps, axis=2)], axis=2) % n_actors
    pair = (path[..., :-1] * n_actors + path[..., 1:])[:, np.arange(longest) < moves[:, None]]
    place = np.arange(draws)[:, None] * n_actors**2 + pair
    flow = np.bincount(place.ravel(), minlength=draws * n_actors**2).reshape(draws, n_actors, n_actors)
    return float(mutuality(flow).mean())
