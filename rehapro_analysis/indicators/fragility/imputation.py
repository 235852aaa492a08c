"""Missing values drawn from a model of persons in coaches in projects, and the draws pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.estimates import Estimates, project_estimates
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.study.problems import StudyError

IMPUTATIONS = 50
SEED = 20220615
GRID = np.concatenate([[0.0], np.geomspace(1e-3, 1e4, 140)])  # of tau^2, in mean sampling variances
LARGEST_SHARE = 0.9  # of p(1 - p) that a spread of shares may take


def completed(one: Comparison, *, imputations: int = IMPUTATIONS, seed: int = SEED,
              tau2: float | None = None) -> tuple[Comparison, ...]:
    """The comparison with its missing values drawn anew, as often as ``imputations`` says.

    Per draw: tau^2 from its confidence distribution (the p-value function of generalised Q), the common mean given
    tau^2, each project's mean given both (shrunken to the common mean by its reliability), each coach's given the
    project's, then persons. metric: normal at all levels, the persons' variance drawn too. ordinal, count: the same,
    rounded to the nearest value that was observed. binary: the probability of a project is beta distributed around
    the common one with variance tau^2, that of a coach around the project's.

    ``tau2`` fixes the spread instead: ``inf`` imputes each project by itself (projects as dummies), 0 ignores the
    projects; both are known to be wrong, they inflate and deflate the spread. Nothing missing: one, unchanged.
    Raises :class:`StudyError` for times.

    Sources: Rubin 1987; Andridge 2011, Biometrical Journal 53:57.
    """
    if one.definition.scale == "time":
        raise StudyError.of(f"{one.definition.label_en}: times are not imputed.", "Watch the censored instead.")
    frame = one.frame[one.frame["project"].isin(one.projects)]
    if frame["missing"].eq("").all():
        return (one,)
    frame = frame.sort_values(["project", "participant"])  # so that draws do not depend on the order of rows
    gap = frame["missing"].ne("").to_numpy()
    whole = replace(one, frame=frame.assign(missing=""))
    gaps = _Gaps(frame["value"].to_numpy(float), whole.project, whole.coach, gap)
    draw = _yes_or_no if one.definition.scale == "binary" else _values
    drawn = draw(gaps, imputations, np.random.default_rng(seed), tau2)
    if one.definition.scale in ("ordinal", "count"):
        drawn = _nearest(drawn, np.unique(gaps.value[~gap]))
    filled = np.tile(gaps.value, (imputations, 1))
    filled[:, gap] = drawn
    return tuple(replace(one, frame=whole.frame.assign(value=each)) for each in filled)


def pooled(spreads: Sequence[Heterogeneity]) -> Heterogeneity:
    """Rubin's rules for every project: the mean estimate, its variance W + (1 + 1/m) B, and degrees of freedom.

    W is the mean sampling variance, B the variance of the estimates between the m imputations; df is
    1/(1/df + 1/nu) with nu = (m - 1)(1 + 1/r)^2, r the mean (1 + 1/m) B over the mean W.

    >>> two = [Heterogeneity(np.array(given), np.ones(2), np.ones(2)) for given in ([0.0, 1], [2.0, 1])]
    >>> pooled(two).estimate.tolist(), pooled(two).sampling.tolist()
    ([1.0, 1.0], [4.0, 1.0])
    """
    if len(spreads) == 1:
        return spreads[0]
    estimate, within, growth = (np.mean([getattr(spread, name) for spread in spreads], axis=0)
                                for name in ("estimate", "sampling", "growth"))
    between = (1 + 1 / len(spreads)) * np.var([spread.estimate for spread in spreads], axis=0, ddof=1)
    r = max(float(between.mean() / within.mean()), 1e-12)
    free = np.mean([1 / spread.df for spread in spreads]) + 1 / ((len(spreads) - 1) * (1 + 1 / r) ** 2)
    return Heterogeneity(estimate, within + between, growth, 1 / free)


def drawn_spreads(spread: Heterogeneity, draws: int, rng: np.random.Generator) -> np.ndarray:
    """tau^2 (M,) from its confidence distribution P(tau^2 <= t) = P(Q(t) >= seen)."""
    grid = GRID * spread.sampling.mean()
    return np.interp(rng.random(draws), [spread.upper_tail(tau2) for tau2 in grid], grid)


@dataclass(frozen=True, eq=False)
class _Gaps:
    """All people who were due: values (N,), codes, and who has none."""

    value: np.ndarray
    project: np.ndarray
    coach: np.ndarray | None
    gap: np.ndarray

    def seen(self, scale: str) -> Estimates:
        """What those with a value show."""
        has = ~self.gap
        coach = None if self.coach is None else np.unique(self.coach[has], return_inverse=True)[1]
        return project_estimates(self.value[has], scale, self.project[has], coach)

    def by_coach(self, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The number (C,) of people with a value, and the sum of ``value`` (N,) over them."""
        has, many = ~self.gap, self.coach.max() + 1
        return np.bincount(self.coach[has], minlength=many), np.bincount(self.coach[has], value[has], many)

    @property
    def home(self) -> np.ndarray:
        """The project (C,) of each coach."""
        home = np.zeros(self.coach.max() + 1, np.intp)
        home[self.coach] = self.project
        return home


def _values(of: _Gaps, draws: int, rng: np.random.Generator, tau2: float | None) -> np.ndarray:
    """Values (M, G) of the gaps from normal models at all levels."""
    seen = of.seen("metric")
    parts, (mean, drawn) = seen.components, _common(seen.spread, draws, rng, tau2)
    own = 1 / (1 + seen.spread.sampling / np.maximum(drawn, 1e-300)[:, None])
    project = mean + own * (seen.spread.estimate - mean) + np.sqrt(own * seen.spread.sampling) * _normal(rng, own)
    level = project[:, of.project[of.gap]]
    if parts.coach > 0:
        n, total = of.by_coach(of.value)
        held = parts.coach / (parts.coach + parts.person / np.maximum(n, 1e-300))
        coach = held * (total / np.maximum(n, 1) - project[:, of.home])
        level = level + (coach + np.sqrt(parts.coach * (1 - held)) * _normal(rng, coach))[:, of.coach[of.gap]]
    free = max((~of.gap).sum() - max(parts.coaches, len(parts.n)), 1)
    person = np.sqrt(parts.person * free / rng.chisquare(free, (draws, 1)))
    return level + person * _normal(rng, level)


def _yes_or_no(of: _Gaps, draws: int, rng: np.random.Generator, tau2: float | None) -> np.ndarray:
    """0 or 1 (M, G) from beta distributed probabilities of projects, and of coaches around them."""
    seen = of.seen("binary")
    parts, (mean, drawn) = seen.components, _common(seen.spread, draws, rng, tau2)
    mean = np.clip(mean, 1e-3, 1 - 1e-3)
    all_of_it = mean * (1 - mean)
    prior = all_of_it / np.clip(drawn[:, None], 1e-9, LARGEST_SHARE * all_of_it) - 1
    persons = parts.n / parts.design_effect
    yes = seen.spread.estimate * persons
    share = rng.beta(prior * mean + yes, prior * (1 - mean) + persons - yes)
    level = share[:, of.project[of.gap]]
    if parts.coach > 0:
        n, total = of.by_coach(of.value)
        around, home = 1 / parts.icc - 1, np.clip(share[:, of.home], 1e-6, 1 - 1e-6)
        level = rng.beta(around * home + total, around * (1 - home) + n - total)[:, of.coach[of.gap]]
    return (rng.random(level.shape) < level).astype(float)


def _common(spread: Heterogeneity, draws: int, rng: np.random.Generator,
            tau2: float | None) -> tuple[np.ndarray, np.ndarray]:
    """The common mean (M, 1) and tau^2 (M,) of each draw."""
    drawn = drawn_spreads(spread, draws, rng) if tau2 is None else np.full(draws, tau2)
    drawn = np.minimum(drawn, 1e12 * spread.sampling.mean())
    w = 1 / (spread.sampling + spread.growth * drawn[:, None])
    mean = (w * spread.estimate).sum(axis=1) / w.sum(axis=1) + rng.normal(size=draws) / np.sqrt(w.sum(axis=1))
    return mean[:, None], drawn


def _normal(rng: np.random.Generator, like: np.ndarray) -> np.ndarray:
    return rng.normal(size=like.shape)


def _nearest(drawn: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Each number as the nearest of the sorted levels."""
    return levels[np.searchsorted((levels[1:] + levels[:-1]) / 2, drawn)]
