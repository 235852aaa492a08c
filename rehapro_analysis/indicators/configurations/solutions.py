"""How well terms and models fit the cases: consistency, PRI, raw and unique coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.configurations.minimisation import FREE, Model, Term, written

ROUNDING = 1e-9


def consistency(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far x is a subset of y: sum min(x, y) / sum x over the last axis; nan where nobody belongs to x.

    >>> float(consistency(np.array([0.8, 0.6, 0.2]), np.array([0.9, 0.3, 0.4])).round(4))  # (.8 + .3 + .2)/1.6
    0.8125
    """
    return _ratio(np.minimum(x, y).sum(axis=-1), x.sum(axis=-1))


def pri(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Proportional reduction in inconsistency: how far x is a subset of y and not of its negation at the same time.

    (sum min(x, y) - sum min(x, y, 1 - y)) / (sum x - sum min(x, y, 1 - y)).

    >>> float(pri(np.array([0.8, 0.6, 0.2]), np.array([0.9, 0.3, 0.4])).round(4))  # (1.3 - .6)/(1.6 - .6)
    0.7
    """
    both = np.minimum(np.minimum(x, y), 1 - y).sum(axis=-1)
    return _ratio(np.minimum(x, y).sum(axis=-1) - both, x.sum(axis=-1) - both)


def coverage(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How much of y is accounted for by x: sum min(x, y) / sum y.

    >>> float(coverage(np.array([0.8, 0.6, 0.2]), np.array([0.9, 0.4, 0.4])).round(4))  # 1.4/1.7
    0.8235
    """
    return _ratio(np.minimum(x, y).sum(axis=-1), y.sum(axis=-1))


def in_term(term: Term, x: np.ndarray) -> np.ndarray:
    """Membership (J,) of cases with memberships ``x`` (J, K) in a term: the smallest of its conditions'.

    >>> in_term((1, FREE, 0), np.array([[0.9, 0.1, 0.3]])).tolist()
    [0.7]
    """
    wanted = [x[:, k] if state else 1 - x[:, k] for k, state in enumerate(term) if state != FREE]
    return np.min(wanted, axis=0) if wanted else np.ones(len(x))


def in_model(model: Model, x: np.ndarray) -> np.ndarray:
    """Membership (J,) in a model: the largest of its terms'; 0 without terms."""
    return np.max([in_term(term, x) for term in model], axis=0) if model else np.zeros(len(x))


def model_fit(model: Model, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Consistency and coverage of a whole model."""
    member = in_model(model, x)
    return float(consistency(member, y)), float(coverage(member, y))


def fit_table(model: Model, x: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    """One row a term, the fit of the whole model beside each.

    Columns: term, cases (those with more than half membership; "!" before a case without the outcome), n_cases,
    consistency, pri, coverage, unique_coverage (of the model minus that of the model without the term),
    model_consistency, model_coverage.
    """
    inside, outcome, names = x.to_numpy(float), y.to_numpy(float), [str(name) for name in x.columns]
    fit, whole = model_fit(model, inside, outcome)
    rows = []
    for term in model:
        member, rest = in_term(term, inside), tuple(other for other in model if other != term)
        cases = cases_in(member, y)
        rows.append({
            "term": written(term, names), "cases": ", ".join(cases), "n_cases": len(cases),
            "consistency": float(consistency(member, outcome)), "pri": float(pri(member, outcome)),
            "coverage": float(coverage(member, outcome)),
            "unique_coverage": whole - model_fit(rest, inside, outcome)[1],
            "model_consistency": fit, "model_coverage": whole})
    return pd.DataFrame(rows)


def cases_in(member: np.ndarray, y: pd.Series) -> list[str]:
    """The cases with more than half membership, those without the outcome marked by "!"."""
    return ["!" * bool(out <= 0.5) + str(case) for case, out, own in zip(y.index, y, member, strict=True) if own > 0.5]


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.where(whole > ROUNDING, part / np.where(whole > ROUNDING, whole, 1), np.nan)
