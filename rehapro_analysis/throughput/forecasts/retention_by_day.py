"""Retention by whole days since entry: staying and leaving by cause, for many groups and resamples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 5  # at risk on the last day on which a curve is believed
PRIOR = 0.5  # exits added to the rate beyond that day


@dataclass(frozen=True)
class RetentionByDay:
    """Shares by days since entry: ``staying`` = P(T > day), shape (..., days); ``gone`` by cause, (..., days, K).

    ``n_risk`` are the numbers at risk on the days seen.
    """

    staying: np.ndarray
    gone: np.ndarray
    n_risk: np.ndarray

    def mean_seen(self) -> np.ndarray:
        """The mean stay in days, cut at the longest stay seen: the sum of S over the days before it."""
        before_last = np.concatenate([self.n_risk[..., 1:], np.zeros_like(self.n_risk[..., :1])], axis=-1) > 0
        return (self.staying * before_last).sum(axis=-1)

    def staying_at(self, day: np.ndarray) -> np.ndarray:
        """S at some days; 1 before day 0, the last known value after the last day."""
        values = self.staying[..., np.clip(day, 0, self.staying.shape[-1] - 1)]
        return np.where(day < 0, 1.0, values)

    def gone_at(self, day: np.ndarray) -> np.ndarray:
        """F by cause at some days, 0 before day 0."""
        values = self.gone[..., np.clip(day, 0, self.gone.shape[-2] - 1), :]
        return np.where((day < 0)[..., None], 0.0, values)


def retention_by_day(ends: np.ndarray) -> RetentionByDay:
    """Kaplan-Meier and Aalen-Johansen on the grid of days, from stays by length and end.

    ``ends`` has shape (..., days, K + 1), the last column stays that go on; axes before are groups and resamples.
    At risk on a day is who stays as long or longer; a day without anybody at risk changes nothing.

    >>> ends = np.array([[0, 0], [1, 0], [1, 1], [1, 0]])  # days 1, 2, 2 (still there), 3
    >>> retention_by_day(ends).staying.tolist()
    [1.0, 0.75, 0.5, 0.0]
    """
    rate, n_risk = rates(ends)
    return _curve(rate, n_risk)


def extended(ends: np.ndarray, drawn: np.ndarray, beyond: np.ndarray) -> RetentionByDay:
    """Curves of resampled people of one group, carried on beyond what was seen of the group.

    Up to the last day on which ``FEWEST`` of the people in ``ends`` were at risk the curves are those of ``drawn``.
    Later the rates of leaving are ``beyond``, shape (days, K); where these are nan, the rate is constant: exits by
    cause over days at risk in the later half of the days seen, and half an exit more (Jeffreys), so that a small
    group without exits is not held to stay for ever.
    """
    last = int(np.flatnonzero(_at_risk(ends) >= min(FEWEST, ends.sum()))[-1])
    rate, n_risk = rates(drawn)
    later = slice(last // 2, last + 1)
    time = np.maximum(n_risk[..., later].sum(axis=-1), 1.0)
    constant = (drawn[..., later, :-1].sum(axis=-2) + PRIOR / beyond.shape[-1]) / time[..., None]
    tail = np.where(np.isnan(beyond[last + 1:]), constant[..., None, :], beyond[last + 1:])
    return _curve(np.concatenate([rate[..., :last + 1, :], tail], axis=-2), n_risk)


def rates(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rates of leaving by day and cause, shape (..., days, K), and the numbers at risk, shape (..., days)."""
    n_risk = _at_risk(ends)
    left = ends[..., :-1]
    rate = np.divide(left, n_risk[..., None], out=np.zeros(left.shape), where=n_risk[..., None] > 0)
    return rate, n_risk


def _at_risk(ends: np.ndarray) -> np.ndarray:
    return np.cumsum(ends.sum(axis=-1)[..., ::-1], axis=-1)[..., ::-1]


def _curve(rate: np.ndarray, n_risk: np.ndarray) -> RetentionByDay:
    staying = np.cumprod(np.clip(1 - rate.sum(axis=-1), 0, 1), axis=-1)
    before = np.concatenate([np.ones_like(staying[..., :1]), staying[..., :-1]], axis=-1)
    return RetentionByDay(staying, np.cumsum(before[..., None] * rate, axis=-2), n_risk)


def resampled(ends: np.ndarray, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Weighted counts of resampled people of one group, shape (replicates, days, K + 1).

    Every person gets an independent exponential weight (Bayesian bootstrap), so people alike together a gamma
    weight: the curves vary as with drawn people, and no risk set becomes empty by chance.
    """
    drawn = np.zeros((replicates, *ends.shape))
    seen = ends > 0
    drawn[:, seen] = rng.standard_gamma(ends[seen], size=(replicates, int(seen.sum())))
    return drawn
