"""Bands that hold over a whole range of times: Hall-Wellner, equal precision, and bootstrap.

The constants are exact, not simulated. They are quantiles of the largest distance of a Brownian
bridge, whose probability of staying inside is integrated (Hall-Wellner) or expanded in the modes of
the equivalent Ornstein-Uhlenbeck process (equal precision); absolute error below 1e-6.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves import COUNTS, Steps, assumptions, counts_frame, standard_error, steps
from rehapro_analysis.retention.events import EventTable
from rehapro_analysis.retention.limits import check_choice, normal_quantile
from rehapro_analysis.study.problems import StudyError

KINDS = ("hall-wellner", "equal-precision")
MODES = 160  # sine modes of the half-width; more change the constants by less than 1e-7
NODES = 96  # Gauss-Legendre nodes a side


def simultaneous_band(table: EventTable, *, kind: str = "equal-precision", scale: str = "log", level: float = 0.95,
                      between: tuple[float, float] | None = None) -> Result:
    """A band that covers the whole curve of a group over a range of times with the given confidence.

    With n persons, V the variance of log S and K = n V/(1 + n V): "hall-wellner" S -+ k (1 + n V) S/sqrt n,
    k the quantile of sup |B| over the range of K; "equal-precision" S -+ c sqrt(V) S, c that of
    sup |B|/sqrt(u(1 - u)), B a Brownian bridge. ``scale`` "plain" or "log" (limits S^(1/x) and S^x). The range:
    ``between``, else from a group's first exit to the last one before S reaches 0. Below 100 persons prefer
    :func:`bootstrap_band`. Right-censored data only. Columns as in kaplan_meier, without rows outside the range.
    """
    check_choice("kind", kind, KINDS)
    check_choice("scale", scale, ("plain", "log"))
    normal_quantile(level)
    if table.delayed or table.weighted:
        raise StudyError.of("These bands need a fixed number of persons, without delayed entry or weights.",
                            "Take bootstrap_band.")
    curve = steps(table)
    rows = _in_range(curve, between)
    n = curve.n_risk[curve.runs.first][curve.runs.row]
    width = _constants(curve, rows, n, kind, level)[curve.runs.row[rows]] * _unit_width(curve, n, kind)[rows]
    lower, upper = band_limits(curve.survival[rows], width, scale)
    return _band(curve, rows, lower, upper, f"{kind} band, {100 * level:g} %, {scale} scale")


def _in_range(curve: Steps, between: tuple[float, float] | None) -> np.ndarray:
    begun = curve.runs.cumsum(curve.n_event) > 0
    usable = begun & (curve.survival > 0) & (curve.survival < 1)
    if between is None:
        later = curve.runs.sum_from(np.where(usable, curve.n_event, 0.0)) > 0
        return np.flatnonzero(usable & later)
    return np.flatnonzero(usable & (curve.time >= between[0]) & (curve.time <= between[1]))


def _unit_width(curve: Steps, n: np.ndarray, kind: str) -> np.ndarray:
    """The band's half width for constant 1, in units of log S."""
    with np.errstate(invalid="ignore"):
        return (1 + n * curve.var_log) / np.sqrt(n) if kind == "hall-wellner" else np.sqrt(curve.var_log)


def _constants(curve: Steps, rows: np.ndarray, n: np.ndarray, kind: str, level: float) -> np.ndarray:
    share = n[rows] * curve.var_log[rows] / (1 + n[rows] * curve.var_log[rows])
    constant = hall_wellner_constant if kind == "hall-wellner" else equal_precision_constant
    found = np.full(len(curve.runs.first), np.nan)
    for group in np.unique(curve.runs.row[rows]):
        inside = share[curve.runs.row[rows] == group]
        found[group] = constant(float(inside.min()), float(inside.max()), level)
    return found


def band_limits(survival: np.ndarray, width: np.ndarray, scale: str) -> tuple[np.ndarray, np.ndarray]:
    """Limits from a half width in units of log S, on the plain or the log(-log) scale."""
    if scale == "plain":
        return np.maximum(survival * (1 - width), 0), np.minimum(survival * (1 + width), 1)
    power = np.exp(width / np.log(survival))
    return survival ** (1 / power), survival**power


def _band(curve: Steps, rows: np.ndarray, lower: np.ndarray, upper: np.ndarray, method: str) -> Result:
    part = Steps(curve.table, curve.rows[rows], curve.survival[rows], curve.cumulative[rows], curve.var_log[rows],
                 curve.var_cumulative[rows])
    frame = counts_frame(part, part.survival, standard_error(part), lower, upper)
    return Result(frame, method, assumptions(curve), curve.table.n, curve.table.origin, COUNTS)


@lru_cache(maxsize=1024)
def hall_wellner_constant(low: float, high: float, level: float = 0.95) -> float:
    """Quantile of sup |B(u)| of a Brownian bridge over low <= u <= high.

    >>> round(hall_wellner_constant(0.0, 1.0), 4)
    1.3581
    """
    return float(brentq(lambda k: _bridge_inside(k, low, high) - level, 1e-3, 6.0, xtol=1e-9))


def _bridge_inside(k: float, low: float, high: float) -> float:
    """P(|B(u)| < k on [low, high]): the ends' joint law times the chance of a bridge between them to stay inside."""
    x, weight = _end(k, low)
    y, other = _end(k, high)
    if low == 0 or high == 1 or low == high:
        x, weight = (x, weight) if low > 0 else (np.zeros(1), np.ones(1))
        if low == high:
            return float(weight.sum())
        if high == 1:
            stay = _stay_inside(x, np.zeros(1), k, 1 - low)
            return float(weight @ stay[:, 0])
        return float(other @ _stay_inside(np.zeros(1), y, k, high)[0])
    spread = (high - low) * (1 - high) / (1 - low)
    mean = x[:, None] * (1 - high) / (1 - low)
    density = np.exp(-((y[None, :] - mean) ** 2) / (2 * spread)) / np.sqrt(2 * np.pi * spread)
    return float(weight @ (density * _stay_inside(x, y, k, high - low)) @ _nodes(k)[1])


def _nodes(k: float) -> tuple[np.ndarray, np.ndarray]:
    points, weights = np.polynomial.legendre.leggauss(NODES)
    return k * points, k * weights


def _end(k: float, u: float) -> tuple[np.ndarray, np.ndarray]:
    points, weights = _nodes(k)
    spread = max(u * (1 - u), 1e-300)
    return points, weights * np.exp(-(points**2) / (2 * spread)) / np.sqrt(2 * np.pi * spread)
