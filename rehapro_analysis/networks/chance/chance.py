"""What was observed beside what chance would give: expectation, interval and p of any null."""

from __future__ import annotations

import numpy as np

ROUNDING = 1e-9  # share by which equal statistics may differ through rounding


def beside_chance(observed: np.ndarray, simulated: np.ndarray, *, level: float = 0.95,
                  exact: bool = False) -> dict[str, np.ndarray]:
    """Columns for k statistics, ``observed`` of shape (k,), ``simulated`` of shape (R, k).

    expected and null_median of the draws, null_lower and null_upper (their quantiles at ``level``), p_value
    (two-sided: twice the smaller tail, at most 1), n_defined (draws in which the statistic is defined). With
    R draws a tail is (1 + number as extreme) / (1 + R), so that p is never 0; if the draws are all
    arrangements (``exact``), the share of them. An undefined statistic has no p.

    >>> beside_chance(np.array([3.0]), np.arange(4.0)[:, None])["p_value"].tolist()
    [0.8]
    """
    observed = np.asarray(observed, float)
    valid = ~np.isnan(simulated)
    defined = valid.sum(0)
    lower, median, upper = _quantiles(simulated, defined, [(1 - level) / 2, 0.5, (1 + level) / 2])
    above, below = (tail(observed, simulated, side, exact=exact) for side in (1, -1))
    p_value = np.where(np.isnan(observed) | (defined == 0), np.nan, np.minimum(1, 2 * np.minimum(above, below)))
    with np.errstate(invalid="ignore"):
        mean = np.where(valid, simulated, 0).sum(0) / np.where(defined, defined, np.nan)
    return {"expected": mean, "null_median": median, "null_lower": lower, "null_upper": upper, "p_value": p_value,
            "n_defined": defined}


def tail(observed: np.ndarray, simulated: np.ndarray, side: int, *, exact: bool = False) -> np.ndarray:
    """The chance of a statistic as large (``side`` 1) or as small (-1) as observed; shape (k,)."""
    observed = np.asarray(observed, float)
    slack = ROUNDING * np.maximum(1, np.abs(observed))
    reached = (side * simulated >= side * observed - np.where(np.isfinite(slack), slack, 0)).sum(0)
    defined = (~np.isnan(simulated)).sum(0)
    if exact:
        return reached / np.maximum(defined, 1)
    return (1 + reached) / (1 + defined)


def _quantiles(simulated: np.ndarray, defined: np.ndarray, shares: list[float]) -> np.ndarray:
    """Quantiles of each column's defined draws (the smallest value with at least that share); nan if there is none."""
    ordered = np.sort(simulated, axis=0)  # nan comes last
    place = np.ceil(np.outer(shares, defined) - ROUNDING).astype(int) - 1
    found = ordered[np.clip(place, 0, max(len(ordered) - 1, 0)), np.arange(ordered.shape[1])]
    return np.where(defined > 0, found, np.nan)


def undefined_draws(n_defined: np.ndarray, draws: int) -> tuple[str, ...]:
    """A sentence if a measure is not defined in some draws."""
    lost = draws - int(np.min(n_defined, initial=draws))
    return (f"In up to {lost} of {draws} draws a measure was not defined; they are left out of its reference.",
            ) if lost else ()
