"""Bands that hold over a whole range of times: Hall-Wellner, equal precision, and bootstrap.

The constants are exact, not simulated. They are quantiles of the largest distance of a Brownian
bridge, whose chance of staying inside is expanded in the modes of the killed Brownian motion
(Hall-Wellner) or Ornstein-Uhlenbeck process (equal precision).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import csr_array
from scipy.special import logit

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import Steps, counts_frame, curve_result, percent, standard_error, steps
from rehapro_analysis.retention.curves.influence import rows_of
from rehapro_analysis.retention.curves.limits import check_choice, normal_quantile
from rehapro_analysis.retention.event_tables.events import EventTable
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.study.problems import StudyError

KINDS = ("hall-wellner", "equal-precision")
MODES = 100  # cosine modes of the expansion
NODES = 256  # Gauss-Legendre nodes
NARROW = 1e-9  # a range of the bridge this narrow is a point
BATCH = 1 << 22  # numbers drawn at a time


def simultaneous_band(table: EventTable, *, kind: str = "equal-precision", scale: str = "log", level: float = 0.95,
                      between: tuple[float, float] | None = None) -> Result:
    """A band that covers the whole curve of a group over a range of times with the given confidence.

    With n persons, V the variance of log S and K = n V/(1 + n V): "hall-wellner" S -+ k (1 + n V) S/sqrt n,
    k the quantile of sup |B| over the range of K; "equal-precision" S -+ c sqrt(V) S, c that of
    sup |B|/sqrt(u(1 - u)), B a Brownian bridge. ``scale`` "plain" or "log" (limits S^(1/x) and S^x). The range:
    ``between``, else from a group's first exit to the last one before S reaches 0. Below 100 persons
    :func:`bootstrap_band` is narrower and holds as well, and equal precision does not hold on the plain scale.
    Right-censored data only. Columns as in kaplan_meier, without rows outside the range.
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
    return _band(curve, rows, lower, upper, f"{kind} band, {percent(level)}, {scale} scale")


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
    part = curve.only(rows)
    frame = counts_frame(part, part.survival, standard_error(part), lower, upper)
    return curve_result(part, frame, method)


def bootstrap_band(table: EventTable, *, rng: np.random.Generator | int, replicates: int = 2000, scale: str = "arcsine",
                   level: float = 0.95, between: tuple[float, float] | None = None) -> Result:
    """A band over a range of times from resampled persons: estimate -+ q se on a scale g.

    Persons are drawn with replacement within their group (as multinomial counts over the cells);
    q is the quantile over replicates of the largest |g(S*) - g(S)|/se over the range. ``scale`` is
    "arcsine" (finite for small numbers), "log" (log(-log S); hardly any limit below 100 persons) or "plain"
    (falls short there); delayed entry is allowed.
    The range is that of :func:`simultaneous_band`. Weights are not.
    """
    check_choice("scale", scale, tuple(_SCALES))
    normal_quantile(level)
    if table.weighted:
        raise StudyError.of("Weighted persons cannot be drawn as counts.", "Count without weight=.")
    curve = steps(table)
    rows = _in_range(curve, between)
    forward, back, slope = _SCALES[scale]
    s = curve.survival[rows]
    centre, se = forward(s), slope(s) * s * np.sqrt(curve.var_log[rows])
    q = np.full(len(curve.runs.first), np.nan)
    used, start = np.unique(curve.runs.row[rows], return_index=True)
    farthest = [np.maximum.reduceat(np.abs(forward(drawn[:, rows]) - centre) / se, start, axis=1)
                for drawn in resampled_survival(curve, np.random.default_rng(rng), replicates)] if len(rows) else []
    if farthest:
        q[used] = np.quantile(np.concatenate(farthest), level, axis=0, method="higher")
    width = q[curve.runs.row[rows]] * se
    ends = np.sort([back(centre - width), back(centre + width)], axis=0)
    return _band(curve, rows, *np.clip(ends, 0, 1), f"bootstrap band, {percent(level)}, {scale} scale, "
                 f"{replicates} replicates")


def _arcsine(s: np.ndarray) -> np.ndarray:
    return np.arcsin(np.sqrt(s))


def _log_log(s: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(-np.log(s))


_SCALES = {  # name: scale, its inverse, the size of its derivative
    "arcsine": (_arcsine, lambda x: np.sin(np.clip(x, 0, np.pi / 2)) ** 2, lambda s: 0.5 / np.sqrt(s * (1 - s))),
    "log": (_log_log, lambda x: np.exp(-np.exp(x)), lambda s: -1 / (s * np.log(s))),
    "plain": (np.asarray, np.asarray, np.ones_like),
}


def resampled_survival(curve: Steps, rng: np.random.Generator, replicates: int) -> Iterator[np.ndarray]:
    """Survival curves of resampled persons in batches of shape (batch, R), on the rows of ``curve``.

    A replicate whose risk set is empty at a time keeps its value there.
    """
    table, cells = curve.table, curve.table.cells
    groups = Runs(cells.group)
    counts = groups.matrix(cells.n, 0.0)
    persons = counts.sum(axis=1)
    entry, leave = rows_of(table, cells.entry), rows_of(table, cells.exit)
    batch = max(1, BATCH // max(counts.size, len(table.time)))
    for first in range(0, replicates, batch):
        size = (min(batch, replicates - first), len(persons))
        drawn = rng.multinomial(persons.astype(np.int64), counts / persons[:, None], size=size)
        yield _survival_of(curve, drawn[:, groups.row, groups.column].astype(float), entry, leave)


def _survival_of(curve: Steps, drawn: np.ndarray, entry: np.ndarray, leave: np.ndarray) -> np.ndarray:
    table, size = curve.table, len(curve.table.time)
    events = drawn @ _to_rows(leave, table.cells.cause >= 0, size)
    flow = drawn @ _to_rows(leave, np.ones(len(leave), bool), size) - drawn @ _to_rows(entry, entry >= 0, size)
    n_risk = table.runs.sum_from(flow)
    hazard = np.divide(events, n_risk, out=np.zeros_like(events), where=n_risk > 0)
    return table.runs.cumprod(1 - hazard)[:, curve.rows]


def _to_rows(row: np.ndarray, chosen: np.ndarray, size: int) -> csr_array:
    cells = np.flatnonzero(chosen)
    return csr_array((np.ones(len(cells)), (cells, row[cells])), shape=(len(row), size))


@lru_cache(maxsize=1024)
def hall_wellner_constant(low: float, high: float, level: float = 0.95) -> float:
    """Quantile of sup |B(u)| of a Brownian bridge over low <= u <= high.

    The chance to stay within k is sqrt(2 pi)/k times the sum over odd j of A_j(low) A_j(1 - high)
    exp(-w^2 (high - low)/2), w = j pi/(2k), A_j(v) the integral of cos(w x) under N(0, v) over [-k, k].

    >>> round(hall_wellner_constant(0.0, 1.0), 4)
    1.3581
    """
    if high - low < NARROW:
        return normal_quantile(level) * float(np.sqrt(high * (1 - high)))

    def inside(k: float) -> float:
        waves = _waves(k)
        weights = _cosines(k, low) * _cosines(k, 1 - high) * np.exp(-(waves**2) * (high - low) / 2)
        return float(np.sqrt(2 * np.pi) / k * weights.sum())

    return float(brentq(lambda k: inside(k) - level, 0.02, 8.0, xtol=1e-10))


@lru_cache(maxsize=1024)
def equal_precision_constant(low: float, high: float, level: float = 0.95) -> float:
    """Quantile of sup |B(u)|/sqrt(u(1 - u)) of a Brownian bridge over 0 < low <= u <= high < 1.

    On the clock t = logit(u)/2 this is a stationary Ornstein-Uhlenbeck process; the chance to stay
    within c for a time t is the sum of b_j^2 exp(-e_j t), e_j the levels of -f'' + (x^2/4 - 1/2) f on
    [-c, c] and b_j the overlap of its modes with exp(-x^2/4)/(2 pi)^(1/4).

    >>> round(equal_precision_constant(0.3, 0.3), 4)
    1.96
    """
    span = float(logit(high) - logit(low)) / 2
    if span < NARROW:
        return normal_quantile(level)

    def inside(c: float) -> float:
        points, weights = _nodes(c)
        modes = np.cos(np.outer(points, _waves(c))) / np.sqrt(c)
        energy = np.diag(_waves(c) ** 2 - 0.5) + modes.T @ (modes * (weights * points**2 / 4)[:, None])
        levels, mixed = np.linalg.eigh(energy)
        overlap = mixed.T @ (modes.T @ (weights * np.exp(-(points**2) / 4))) / (2 * np.pi) ** 0.25
        return float((overlap**2 * np.exp(-levels * span)).sum())

    return float(brentq(lambda c: inside(c) - level, normal_quantile(level), 12.0, xtol=1e-10))


def _waves(k: float) -> np.ndarray:
    return (2 * np.arange(MODES) + 1) * np.pi / (2 * k)


def _nodes(k: float) -> tuple[np.ndarray, np.ndarray]:
    points, weights = _legendre()
    return k * points, k * weights


@lru_cache(maxsize=1)
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(NODES)


def _cosines(k: float, variance: float) -> np.ndarray:
    """Integral of cos(w x) under N(0, variance) over [-k, k] for every wave number w."""
    if k * k > 64 * variance:  # nothing is cut off: the characteristic function
        return np.exp(-(_waves(k) ** 2) * variance / 2)
    points, weights = _nodes(k)
    density = np.exp(-(points**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    return np.cos(np.outer(_waves(k), points)) @ (weights * density)
