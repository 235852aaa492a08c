"""Pointwise confidence limits of a curve: on five scales, and exact-type for small numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, ndtri
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.study.problems import StudyError

SCALES = ("plain", "log", "log-log", "logit", "arcsine")
LOWER = ("usual", "peto", "modified")
ROUNDING = 1e-12  # a mean this close to 1 is 1

Moments = tuple[np.ndarray, np.ndarray]  # mean and mean square


def survival_limits(survival: np.ndarray, se_log: np.ndarray, *, ci: str = "log-log", level: float = 0.95,
                    se_log_lower: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Limits of S from the standard error of log S, both of shape (R,).

    With z the normal quantile and s the standard error: plain S(1 -+ z s), clipped to [0, 1]; log
    S exp(-+ z s), clipped to 1; log-log exp(-exp(log(-log S) -+ z s / log S)); logit L -+ z s/(1 - S)
    with L = log(S/(1 - S)); arcsine sin^2 of arcsin(sqrt S) -+ z s sqrt(S/(1 - S))/2. At S = 0, and
    on the last three scales at S = 1, there is no limit (nan), as in R. ``se_log_lower`` replaces s
    in the lower limit.

    >>> lower, upper = survival_limits(np.array([0.75]), np.array([0.2886751345948129]))
    >>> lower.round(6).tolist(), upper.round(6).tolist()
    ([0.127947], [0.960549])
    """
    check_choice("ci", ci, SCALES)
    z = normal_quantile(level)
    above = z * se_log
    below = above if se_log_lower is None else z * se_log_lower
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        s = np.where(survival == 0, np.nan, survival)
        return _ON_SCALE[ci](s, below, above)


def _plain(s: np.ndarray, below: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.maximum(s - s * below, 0), np.minimum(s + s * above, 1)


def _log(s: np.ndarray, below: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return s * np.exp(-below), np.minimum(s * np.exp(above), 1)


def _log_log(s: np.ndarray, below: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    log = np.log(s)
    wider = np.exp(above / log)
    narrower = wider if below is above else np.exp(below / log)
    return np.exp(log / narrower), np.exp(log * wider)


def _logit(s: np.ndarray, below: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return tuple(1 / (1 + np.exp(-np.log(s / (1 - s)) - move / (1 - s))) for move in (-below, above))


def _arcsine(s: np.ndarray, below: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    angle, slope = np.arcsin(np.sqrt(s)), np.sqrt(s / (1 - s)) / 2
    return tuple(np.sin(np.clip(angle + move * slope, 0, np.pi / 2)) ** 2 for move in (-below, above))


_ON_SCALE = dict(zip(SCALES, (_plain, _log, _log_log, _logit, _arcsine), strict=True))


def lower_se(survival: np.ndarray, se_log: np.ndarray, n_risk: np.ndarray, n_event: np.ndarray, runs: Runs,
             lower: str) -> np.ndarray:
    """The standard error for the lower limit, wider where censoring has thinned the risk set.

    "usual": that of log S. "peto": sqrt((1 - S)/n). "modified": times sqrt(n at the last exit / n),
    so that the lower limit also falls at censorings.
    """
    check_choice("lower", lower, LOWER)
    if lower == "peto":
        return np.sqrt((1 - survival) / n_risk)
    if lower == "modified":
        row = np.arange(len(n_risk))
        last = np.maximum.accumulate(np.where((n_event > 0) | (runs.column == 0), row, 0))
        return se_log * np.sqrt(n_risk[last] / n_risk)
    return se_log


def beta_product_limits(n_risk: np.ndarray, n_event: np.ndarray, n_censored: np.ndarray, runs: Runs, *,
                        level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Exact-type limits for right-censored data: the beta product confidence procedure.

    The upper limit is the quantile of a product of Beta(n - d + 1, d) over the exit times so far,
    matched to a beta law by its first two moments; for the lower limit the product is multiplied by
    Beta(n', 1), n' being the number still at risk afterwards. Without censoring it is the exact
    binomial (Clopper-Pearson) interval. Needs whole counts and no delayed entry.

    >>> lower, upper = beta_product_limits(np.array([10.0]), np.array([3.0]), np.array([0.0]), Runs(np.zeros(1)))
    >>> lower.round(6).tolist(), upper.round(6).tolist()
    ([0.347547], [0.93326])
    """
    normal_quantile(level)
    lower, upper = beta_products(n_risk, n_event, n_risk - n_event - n_censored, runs)
    return beta_quantile((1 - level) / 2, *lower), beta_quantile((1 + level) / 2, *upper)


def beta_products(n_risk: np.ndarray, n_event: np.ndarray, rest: np.ndarray, runs: Runs) -> tuple[Moments, Moments]:
    """Mean and mean square of the beta products behind lower and upper limits, shape (R,) each.

    Of prod Beta(n - d + 1, d) over the exit times so far, and before it of the same times Beta(rest, 1).
    """
    some = n_event > 0
    stay = np.where(some, n_risk - n_event + 1, 1)
    m1 = runs.cumprod(np.where(some, stay / (n_risk + 1), 1.0))
    m2 = runs.cumprod(np.where(some, stay * (stay + 1) / ((n_risk + 1) * (n_risk + 2)), 1.0))
    return (m1 * rest / (rest + 1), m2 * rest / (rest + 2)), (m1, m2)


def beta_quantile(share: float, m1: np.ndarray, m2: np.ndarray) -> np.ndarray:
    """Quantile of the beta law with this mean and mean square; where the mean is 0 or 1, that."""
    fixed = (m1 >= 1 - ROUNDING) | (m1 <= 0)
    mean, square = np.where(fixed, 0.5, m1), np.where(fixed, 0.3, m2)
    size = (mean - square) / (square - mean * mean)
    return np.where(fixed, m1 > 0, betaincinv(mean * size, (1 - mean) * size, share))


@dataclass(frozen=True)
class Counts:
    """What beta products are made of, shape (R,): at risk, exits, and the ``rest`` after exits and censorings.

    ``whole`` says whether all count as whole persons who were watched from the start.
    """

    n_risk: np.ndarray
    n_event: np.ndarray
    rest: np.ndarray
    time: np.ndarray
    runs: Runs
    whole: bool

    def products(self) -> tuple[Moments, Moments]:
        """The beta products of lower and upper limits; :class:`StudyError` if not all are whole persons."""
        if not self.whole:
            raise StudyError.of("Beta product limits need whole persons and no delayed entry.",
                                "Take log-log or logit.")
        return beta_products(self.n_risk, self.n_event, self.rest, self.runs)


def are_whole(n_risk: np.ndarray, delayed: bool) -> bool:
    """Whether all count as whole persons who were watched from the start."""
    return not delayed and bool((n_risk % 1 == 0).all())


def normal_quantile(level: float) -> float:
    """The two-sided normal quantile of a confidence level strictly between 0 and 1."""
    if not 0 < level < 1:
        raise StudyError.of(f"The level {level!r} is not a share between 0 and 1.", "Write 0.95 for 95 percent.")
    return float(-ndtri((1 - level) / 2))


def check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not among the allowed ones; they are quoted for who gives a number."""
    if value not in allowed:
        known = allowed if isinstance(value, str) else map(repr, allowed)
        raise StudyError.of(f"{name}={value!r} is unknown.", f"Choose one of: {', '.join(known)}.")


def share_limits(x: tuple[float, float], n: tuple[float, float], level: float, *,
                 method: str = "beta") -> tuple[float, float]:
    """Limits of x/n, the outermost of all admissible pairs of the two intervals: limits rise in x and fall in n.

    ``method``: beta (Clopper-Pearson), wilson, or another of statsmodels' `proportion_confint`.

    >>> [round(limit, 3) for limit in share_limits((11, 11), (15, 15), 0.95)]
    [0.449, 0.922]
    >>> [round(limit, 3) for limit in share_limits((11, 11), (15, 15), 0.95, method="wilson")]
    [0.48, 0.891]
    """
    alpha = 1 - level
    lowest = proportion_confint(x[0], n[1], alpha=alpha, method=method)[0] if np.isfinite(n[1]) else 0.0
    highest = proportion_confint(min(x[1], n[0]), n[0], alpha=alpha, method=method)[1]
    return float(lowest), float(highest)
