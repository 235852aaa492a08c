"""Invented data of a plan, many replicates at once: projects that differ by a known spread, coaches within them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv, gammaincinv, log_ndtr, ndtr, ndtri

from rehapro_analysis.indicators.power.layout import Layout
from rehapro_analysis.indicators.power.plan import Plan

CUTS = ndtri(np.array([0.1, 0.3, 0.6, 0.85]))  # of the latent value behind five ordered answers
INSIDE = 1e-9  # shares of projects stay so far from 0 and 1


@dataclass(frozen=True, eq=False)
class Draws:
    """Values (R, N) of the people of a ``layout``; ``exposure`` is the time watched, ``seen`` who answered."""

    layout: Layout
    scale: str
    value: np.ndarray
    exposure: np.ndarray
    seen: np.ndarray

    @property
    def replicates(self) -> int:
        """R."""
        return len(self.value)

    def without(self, project: int) -> Draws:
        """The same people without those of one project."""
        kept = self.layout.project != project
        return Draws(self.layout.without(project), self.scale, self.value[:, kept], self.exposure[:, kept],
                     self.seen[:, kept])


def draw(plan: Plan, tau: float, replicates: int, rng: np.random.Generator, *,
         effect: np.ndarray | None = None) -> Draws:
    """Draw replicates of a plan in which projects differ with standard deviation ``tau`` in its unit.

    ``effect`` (J,) replaces the standard normal effects of projects. metric: normal. ordinal: five answers cut from a
    normal value, tau in its standard deviations. binary: beta-distributed shares of projects and, within them, of
    coaches. count: Poisson, with gamma-distributed means of projects and coaches. time: exponential with normal log
    rates, censored uniformly so that ``plan.share`` have an event. ``plan.icc`` is the correlation of the values
    of two people of one coach, on the scales ordinal and time of the normal values behind them.
    """
    layout = plan.layout
    shape = (replicates, layout.projects)
    z = rng.standard_normal(shape) if effect is None else np.broadcast_to(effect, shape)
    value, exposure = _VALUES[plan.scale](plan, tau, z, rng)
    ones = np.ones(value.shape)
    return Draws(layout, plan.scale, value.astype(float), ones if exposure is None else exposure, ones)


def _normal(plan: Plan, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Standard normal values (R, N), correlated within coaches."""
    layout = plan.layout
    value = rng.standard_normal((replicates, len(layout.coach))) * np.sqrt(1 - plan.icc)
    if plan.icc > 0:
        value += np.sqrt(plan.icc) * rng.standard_normal((replicates, len(layout.size)))[:, layout.coach]
    return value


def _metric(plan: Plan, tau: float, z: np.ndarray, rng: np.random.Generator):
    return tau * z[:, plan.layout.project] + _normal(plan, len(z), rng), None


def _ordinal(plan: Plan, tau: float, z: np.ndarray, rng: np.random.Generator):
    return np.searchsorted(CUTS, _metric(plan, tau, z, rng)[0]), None


def _binary(plan: Plan, tau: float, z: np.ndarray, rng: np.random.Generator):
    share = np.full(z.shape, plan.share)
    if tau > 0:
        many = plan.person_variance / tau**2 - 1
        share = betaincinv(plan.share * many, (1 - plan.share) * many, ndtr(z))
    share = np.clip(share, INSIDE, 1 - INSIDE)[:, plan.layout.home]
    if plan.icc > 0:
        alike = 1 / plan.icc - 1
        share = rng.beta(share * alike, (1 - share) * alike)
    return rng.random((len(z), len(plan.layout.coach))) < share[:, plan.layout.coach], None


def _count(plan: Plan, tau: float, z: np.ndarray, rng: np.random.Generator):
    mean = np.full(z.shape, plan.mean)
    if tau > 0:
        shape = (plan.mean / tau) ** 2
        mean = plan.mean * gammaincinv(shape, ndtr(z)) / shape
    mean = np.maximum(mean, INSIDE)[:, plan.layout.home]
    if plan.icc > 0:
        mean = rng.gamma(mean * (1 / plan.icc - 1), 1 / (1 / plan.icc - 1))
    return rng.poisson(mean[:, plan.layout.coach]), None


def _time(plan: Plan, tau: float, z: np.ndarray, rng: np.random.Generator):
    event = -log_ndtr(_normal(plan, len(z), rng)) * np.exp(-tau * z)[:, plan.layout.project]
    longest = brentq(lambda c: 1 - (1 - np.exp(-c)) / c - plan.share, 1e-9, 1e9)
    watched = rng.uniform(0, longest, event.shape)
    return event <= watched, np.minimum(event, watched)


_VALUES = {"metric": _metric, "ordinal": _ordinal, "binary": _binary, "count": _count, "time": _time}
