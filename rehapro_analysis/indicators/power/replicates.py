"""Project estimates of many replicates at once, by the formulas of `project_estimates`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from rehapro_analysis.indicators.differences.estimates import INTERVALS, SETTLED
from rehapro_analysis.indicators.power.draws import Draws
from rehapro_analysis.indicators.power.layout import Layout
from rehapro_analysis.indicators.power.spreads import Spreads


@dataclass(frozen=True, eq=False)
class ManyComponents:
    """`Components` of R replicates: ``person``, ``coach``, ``df`` (R,), ``share`` and ``n`` (R, J)."""

    person: np.ndarray
    coach: np.ndarray
    share: np.ndarray
    n: np.ndarray
    df: np.ndarray

    @property
    def mean_variance(self) -> np.ndarray:
        """V (R, J) of project means."""
        return self.coach[:, None] * self.share + self.person[:, None] / self.n

    @property
    def design_effect(self) -> np.ndarray:
        """DEFF (R, J)."""
        total = self.person + self.coach
        icc = np.divide(self.coach, total, out=np.zeros_like(total), where=total > 0)
        return 1 + (self.share * self.n - 1) * icc[:, None]

    @property
    def known_df(self) -> np.ndarray:
        """Infinite (R,) where no variance between coaches is found, as for shares and rates."""
        return np.where(self.coach > 0, self.df, np.inf)


def many_components(value: np.ndarray, seen: np.ndarray, layout: Layout) -> ManyComponents:
    """`variance_components` of values (R, N) of those ``seen``."""
    persons, n = seen.sum(axis=1), layout.by_project(seen)
    value = (value - ((value * seen).sum(axis=1) / persons)[:, None]) * seen
    of_project = (layout.by_project(value) ** 2 / n).sum(axis=1)
    squares, none = np.einsum("rn,rn->r", value, value), np.zeros(len(value))
    if not layout.known:
        free = np.maximum(persons - layout.projects, 1)
        return ManyComponents(np.maximum(squares - of_project, 0) / free, none, 1 / n, n, free)
    size = layout.by_coach(seen)
    of_coach = (layout.by_coach(value) ** 2 / np.maximum(size, 1)).sum(axis=1)
    share, blocks = layout.coaches_by_project(size**2) / n**2, (size > 0).sum(axis=1)
    free_c, free_e = blocks - layout.projects, np.maximum(persons - blocks, 1)
    ms_c, ms_e = np.maximum(of_coach - of_project, 0) / free_c, np.maximum(squares - of_coach, 0) / free_e
    k = (persons - (share * n).sum(axis=1)) / free_c
    coach = np.maximum(0, (ms_c - ms_e) / k)
    a = share.mean(axis=1) / k
    parts = a * ms_c, ((1 / n).mean(axis=1) - a) * ms_e
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody differs: not taken below
        nested = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / free_c + parts[1] ** 2 / free_e)
    return ManyComponents(ms_e, coach, share, n, np.where(coach > 0, nested, persons - layout.projects))


def many_scores(draws: Draws) -> np.ndarray:
    """`scores` (R, N) of every replicate; times without ties. Everybody is seen but on the scale metric."""
    value, exposure = draws.value, draws.exposure
    if draws.scale == "ordinal":
        return rankdata(value, axis=1)
    if draws.scale == "count":
        return value - exposure * (value.sum(axis=1) / exposure.sum(axis=1))[:, None]
    if draws.scale == "time":
        order = np.argsort(exposure, axis=1)
        risk = np.cumsum(np.take_along_axis(value, order, axis=1) / np.arange(value.shape[1], 0, -1), axis=1)
        hazard = np.empty_like(risk)
        np.put_along_axis(hazard, order, risk, axis=1)
        return value - hazard
    return value


def many_estimates(draws: Draws) -> tuple[Spreads, np.ndarray]:
    """`project_estimates` of every replicate: the spreads, and the standard deviation of persons (R,)."""
    return {"binary": _shares, "count": _rates, "time": _hazards}.get(draws.scale, _means)(draws)


def _means(draws: Draws) -> tuple[Spreads, np.ndarray]:
    value, layout = draws.value, draws.layout
    if draws.scale == "ordinal":
        value = (many_scores(draws) - 0.5) / value.shape[1]
    parts = many_components(value, draws.seen, layout)
    means = layout.by_project(value * draws.seen) / parts.n
    return Spreads(means, parts.mean_variance, np.ones_like(means), parts.df), np.sqrt(parts.person + parts.coach)


def _shares(draws: Draws) -> tuple[Spreads, np.ndarray]:
    parts = many_components(draws.value, draws.seen, draws.layout)
    p, n = draws.value.mean(axis=1), parts.n
    variance = p * (1 - p)
    sampling = variance[:, None] * parts.design_effect / n
    estimate = draws.layout.by_project(draws.value) / n
    return Spreads(estimate, sampling, (n - 1) / n, parts.known_df), np.sqrt(variance)


def _rates(draws: Draws) -> tuple[Spreads, np.ndarray]:
    layout, value = draws.layout, draws.value
    exposed = layout.by_project(draws.exposure)
    rate, typical = layout.by_project(value) / exposed, value.sum(axis=1) / exposed.sum(axis=1)
    expected = draws.exposure * rate[:, layout.project]
    parts = many_components(value - expected, draws.seen, layout)
    squares = ((value - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum(axis=1)
    factor = np.maximum(1.0, squares / max(value.shape[1] - layout.projects, 1))
    sampling = (factor * typical)[:, None] * parts.design_effect / exposed
    return Spreads(rate, sampling, np.ones_like(rate), parts.known_df), np.sqrt(factor * typical)


def _hazards(draws: Draws) -> tuple[Spreads, np.ndarray]:
    layout, event = draws.layout, draws.value
    expected = _expected_events(event, draws.exposure, layout)
    with np.errstate(invalid="ignore", divide="ignore"):
        exposed = layout.by_project(expected)
        ratio, sampling = layout.by_project(event) / exposed, 1 / exposed
    parts = many_components(event - expected * np.nan_to_num(ratio)[:, layout.project], draws.seen, layout)
    spread = Spreads(2 * (np.sqrt(ratio) - 1), sampling * parts.design_effect, np.ones_like(ratio), parts.known_df)
    return spread, np.ones(len(event))


def _expected_events(event: np.ndarray, time: np.ndarray, layout: Layout) -> np.ndarray:
    """`expected_events` (R, N); an interval without length has no hazard."""
    cuts = _cuts(event, time)
    at_risk = np.diff(np.minimum(time[:, :, None], cuts[:, None, :]), axis=2, prepend=0.0)
    before = np.stack([((time <= cut[:, None]) * event).sum(axis=1) for cut in cuts.T], axis=1)
    watched = np.stack([layout.by_project(at_risk[:, :, k]) for k in range(cuts.shape[1])], axis=2)
    hazard = _common_hazards(np.diff(before, axis=1, prepend=0.0), layout.by_project(event), watched)
    return np.einsum("rnk,rk->rn", at_risk, hazard)


def _cuts(event: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Upper ends (R, K) of intervals with equally many events, the last without end."""
    times = np.sort(np.where(event > 0, time, np.inf), axis=1)
    many = event.sum(axis=1).astype(int)
    at = np.linspace(0, 1, INTERVALS + 1)[1:-1] * np.maximum(many - 1, 0)[:, None]
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, np.maximum(many - 1, 0)[:, None])
    lower, upper = (np.take_along_axis(times, place, axis=1) for place in (low, high))
    ends = lower + np.where(many[:, None] > 0, upper - lower, 0.0) * (at - low)
    return np.hstack([ends, np.full((len(ends), 1), np.inf)])


def _common_hazards(events: np.ndarray, by_project: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """The hazards (R, K) of the multiplicative model, from (R, K), (R, J) and (R, J, K)."""
    ratio = np.ones(by_project.shape)
    for _ in range(500):
        exposed = np.einsum("rj,rjk->rk", ratio, watched)
        hazard = np.divide(events, exposed, out=np.zeros_like(exposed), where=exposed > 0)
        expected = np.einsum("rjk,rk->rj", watched, hazard)
        scale = by_project.sum(axis=1) / np.maximum(expected.sum(axis=1), 1e-300)
        hazard, expected = hazard * scale[:, None], expected * scale[:, None]
        renewed = np.divide(by_project, expected, out=np.zeros_like(ratio), where=expected > 0)
        if np.abs(renewed - ratio).max() < SETTLED * max(1.0, renewed.max()):
            break
        ratio = renewed
    return hazard
