"""What each project shows on the scale of an indicator, and how surely: estimates with their sampling variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.indicators.differences.components import Components, variance_components
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.differences.scores import scores

INTERVALS = 10  # of the piecewise exponential model, with equally many events
SETTLED = 1e-12
WIDEST = 0.5  # standard deviation of numbers between 0 and 1 of which half are 0


@dataclass(frozen=True)
class Estimates:
    """``spread`` holds project estimates and variances, ``components`` persons and coaches, ``typical`` the mean.

    ``person_sd`` is the standard deviation of persons within projects, coaches included.
    """

    spread: Heterogeneity
    components: Components
    typical: float
    person_sd: float


def project_estimates(value: np.ndarray, scale: str, project: np.ndarray, coach: np.ndarray | None = None,
                      exposure: np.ndarray | None = None) -> Estimates:
    """Estimates of all projects on any scale, from codes 0 .. J - 1 and 0 .. C - 1.

    metric: means, V = coach variance x sum n_c^2/n_j^2 + MS_e/n_j. ordinal: mean ridits, (mid-rank - 1/2)/N, the
    chance to lie above a person of the pool. binary: shares, V(t) = p(1 - p) DEFF/n + t (n - 1)/n with the pooled p.
    count: rates, V = mean x dispersion x DEFF/exposure. time: 2(sqrt(r) - 1), V = DEFF/expected events, with r the
    rate ratio of each project to all from a piecewise exponential model with common intervals: near 1 it moves
    like log(r), its variance does not depend on r, and it exists without events.

    Variances of shares and rates come from pooled values, so that projects without any event have one too.
    ``coach`` None: unknown, so that people count as independent.

    >>> value, project = np.array([1., 0, 0, 0, 1, 1, 1, 0]), np.repeat([0, 1], 4)
    >>> found = project_estimates(value, "binary", project)
    >>> found.spread.estimate.tolist(), found.spread.sampling.tolist(), round(found.spread.q(0), 12)
    ([0.25, 0.75], [0.0625, 0.0625], 2.0)
    """
    exposure = np.ones(len(value)) if exposure is None else np.asarray(exposure, float)
    value = np.asarray(value, float)
    if scale == "binary":
        return _shares(value, project, coach)
    if scale == "count":
        return _rates(value, exposure, project, coach)
    if scale == "time":
        return _hazards(value, expected_events(value, exposure, project), project, coach)
    if scale == "ordinal":
        return _means((scores(value, scale) - 0.5) / len(value), project, coach, WIDEST)
    return _means(value, project, coach)


def _means(value: np.ndarray, project: np.ndarray, coach: np.ndarray | None, largest: float = np.inf) -> Estimates:
    parts = variance_components(value, project, coach)
    means = np.bincount(project, value) / parts.n
    spread = Heterogeneity(means, parts.mean_variance, np.ones(len(means)), parts.df, largest=largest)
    return Estimates(spread, parts, float(value.mean()), float(np.sqrt(parts.person + parts.coach)))


def _shares(value: np.ndarray, project: np.ndarray, coach: np.ndarray | None) -> Estimates:
    parts = variance_components(value, project, coach)
    n, p = parts.n, float(value.mean())
    sampling = p * (1 - p) * parts.design_effect / n
    spread = Heterogeneity(np.bincount(project, value) / n, sampling, (n - 1) / n, _df(parts), largest=WIDEST)
    return Estimates(spread, parts, p, float(np.sqrt(p * (1 - p))))


def _rates(value: np.ndarray, exposure: np.ndarray, project: np.ndarray, coach: np.ndarray | None) -> Estimates:
    exposed = np.bincount(project, exposure)
    rate, typical = np.bincount(project, value) / exposed, float(value.sum() / exposure.sum())
    expected = exposure * rate[project]
    parts = variance_components(value - expected, project, coach)
    squares = (value - expected) ** 2 / np.where(expected > 0, expected, 1.0)
    factor = max(1.0, float(squares.sum()) / max(len(value) - len(rate), 1))
    spread = Heterogeneity(rate, factor * typical * parts.design_effect / exposed, np.ones(len(rate)), _df(parts))
    return Estimates(spread, parts, typical, float(np.sqrt(factor * typical)))


def _hazards(event: np.ndarray, expected: np.ndarray, project: np.ndarray, coach: np.ndarray | None) -> Estimates:
    exposed = np.bincount(project, expected)
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody watched: not usable, and said by gate 0
        ratio, sampling = np.bincount(project, event) / exposed, 1 / exposed
    parts = variance_components(event - expected * np.nan_to_num(ratio)[project], project, coach)
    spread = Heterogeneity(2 * (np.sqrt(ratio) - 1), sampling * parts.design_effect, np.ones(len(ratio)), _df(parts))
    return Estimates(spread, parts, 1.0, 1.0)


def _df(parts: Components) -> float:
    """Known variances where people are independent; else those of the design effect."""
    return parts.df if parts.coach > 0 else np.inf


def expected_events(event: np.ndarray, time: np.ndarray, project: np.ndarray) -> np.ndarray:
    """Each person's expected events (N,) under the intervals' common hazards, all projects' ratios taken out.

    Rates of project j in interval k are h_k r_j (maximum likelihood, by proportional fitting); the hazards are
    scaled so that expected and observed events agree in total. Expected events times r_j add up to the events
    of each project.
    """
    ends = np.quantile(time[event > 0], np.linspace(0, 1, INTERVALS + 1)[1:-1]) if event.any() else np.zeros(0)
    cuts = np.concatenate([[0.0], np.unique(ends[ends > 0]), [np.inf]])
    at_risk = np.clip(time[:, None], cuts[:-1], cuts[1:]) - cuts[:-1]
    interval = np.minimum(np.searchsorted(cuts, time, side="left") - 1, len(cuts) - 2)
    events = np.bincount(interval, event, len(cuts) - 1)
    watched = np.stack([np.bincount(project, column) for column in at_risk.T], axis=1)
    hazard = _common_hazards(events, np.bincount(project, event), watched)
    return at_risk @ hazard


def _common_hazards(events: np.ndarray, by_project: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """h_k (K,) of the multiplicative model, from events by interval and by project and time watched (J, K)."""
    ratio = np.ones(len(by_project))
    for _ in range(500):
        exposed = ratio @ watched
        hazard = np.divide(events, exposed, out=np.zeros_like(exposed), where=exposed > 0)
        expected = watched @ hazard
        hazard = hazard * by_project.sum() / max(expected.sum(), 1e-300)
        renewed = np.divide(by_project, watched @ hazard, out=np.zeros_like(ratio), where=expected > 0)
        if np.abs(renewed - ratio).max() < SETTLED * max(1.0, renewed.max()):
            break
        ratio = renewed
    return hazard
