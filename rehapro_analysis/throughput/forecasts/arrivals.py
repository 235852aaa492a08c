"""Arrivals: the entries of the months to come, drawn from those of the months seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from rehapro_analysis.throughput.flow.flow import Months
from rehapro_analysis.throughput.flow.stays import Stays

ARRIVALS = ("moving", "negative binomial", "poisson")
SAID = {
    "moving": "People arrive at a rate that moves from month to month as it did so far (negative binomial counts)",
    "negative binomial": "People arrive at the mean rate of the months seen, in months as uneven as those "
                         "(negative binomial counts)",
    "poisson": "People arrive at the mean rate of the months seen (Poisson counts)",
}
PRIOR = 0.5  # Jeffreys' half of an arrival
MEMORY = np.linspace(0.5, 1.0, 26)  # shares of what is known of the rate that may last into the next month


@dataclass(frozen=True)
class Seen:
    """Entries of one group by month since the month of its first one; ``exposure`` is the share of it that was seen."""

    counts: np.ndarray
    exposure: np.ndarray

    @classmethod
    def of(cls, stays: Stays, group: int, window: int | None) -> Seen:
        """The last ``window`` months up to the lock, None: all."""
        months = Months.between(stays.first, stays.lock)
        counts = months.sums(stays.entries[group:group + 1], stays.first)[0]
        exposure = (months.end - months.start) / months.length
        begun = slice(int(np.flatnonzero(counts)[0]), None)
        recent = slice(None if window is None else -window, None)
        return cls(counts[begun][recent], exposure[begun][recent])


def draw_arrivals(seen: Seen, exposure: np.ndarray, kind: str, size: int, rng: np.random.Generator) -> np.ndarray:
    """Arrivals in the months to come, of which ``exposure`` are the shares, shape (size, months).

    The rate is unknown, so every draw has its own (a gamma law, Jeffreys' prior). "poisson" counts around it;
    "negative binomial" lets every month vary besides, as much as the months seen did beyond chance; "moving" lets
    the rate itself move: before every month, seen or to come, only a share m of what was known of it remains, and
    m is drawn in proportion to how well it foretold the months seen, each from those before it.

    >>> ten = Seen(np.full(12, 10), np.ones(12))
    >>> drawn = draw_arrivals(ten, np.ones(3), "poisson", 4000, np.random.default_rng(1))
    >>> drawn.shape, bool(abs(drawn.mean() - 10) < 0.2)
    ((4000, 3), True)
    """
    if kind == "moving":
        return _moving(seen, exposure, size, rng)
    rate = rng.standard_gamma(seen.counts.sum() + PRIOR, (size, 1)) / seen.exposure.sum()
    spread = overdispersion(seen) if kind == "negative binomial" else 0.0
    if spread > 0:
        rate = rate * rng.standard_gamma(1 / spread, (size, len(exposure))) * spread
    return rng.poisson(rate * exposure)


def overdispersion(seen: Seen) -> float:
    """The squared relative variation of monthly rates beyond Poisson, by moments, not below 0.

    >>> overdispersion(Seen(np.array([0, 20]), np.ones(2)))
    0.9
    """
    expected = seen.counts.sum() / seen.exposure.sum() * seen.exposure
    return max(float(((seen.counts - expected) ** 2 - seen.counts).sum() / (expected**2).sum()), 0.0)


def _moving(seen: Seen, exposure: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    score, shape, time = filtered(seen)
    chance = np.exp(score - score.max())
    drawn = rng.choice(len(MEMORY), size, p=chance / chance.sum())
    memory, shape, time = MEMORY[drawn], shape[drawn], time[drawn]
    arrivals = np.zeros((size, len(exposure)), int)
    for month, share in enumerate(exposure):
        shape, time = shape * memory, time * memory
        arrivals[:, month] = rng.poisson(rng.standard_gamma(shape) / time * share)
        shape, time = shape + arrivals[:, month], time + share
    return arrivals


def filtered(seen: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every memory: the log chance of the counts seen, each from those before it (negative binomial), and the
    gamma law of the rate after the last one (shape, time)."""
    shape = np.full(len(MEMORY), PRIOR + seen.counts[0])
    time, score = np.full(len(MEMORY), seen.exposure[0]), np.zeros(len(MEMORY))
    for count, share in zip(seen.counts[1:], seen.exposure[1:], strict=True):
        shape, time = shape * MEMORY, time * MEMORY
        score += (gammaln(shape + count) - gammaln(shape) - gammaln(count + 1)
                  + shape * np.log(time / (time + share)) + count * np.log(share / (time + share)))
        shape, time = shape + count, time + share
    return score, shape, time
