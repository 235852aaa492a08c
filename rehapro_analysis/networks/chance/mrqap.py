"""Regression of one relation on others: MRQAP with double semi-partialling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.chance import beside_chance, tail
from rehapro_analysis.networks.chance.qap import aligned, blocks_of, conditions
from rehapro_analysis.networks.chance.relabelling import moved_sums, relabellings
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

LINEAR = "The tie is a linear sum of the predictors; for a tie of 0 or 1 a coefficient is a difference of chances."
PIVOT = "Tested is |t| of each predictor, its part not explained by the others being relabelled."


def mrqap(network: PartnerNetwork, predictors: Mapping[str, object], *, within: str | Sequence[object] | None = None,
          draws: int = 2000, seed: int = 1, level: float = 0.95) -> Result:
    """Least squares over pairs of actors, with a permutation test that holds with correlated predictors.

    ``predictors`` maps names to networks or (n, n) arrays in the order of ``network.codes``. Of each predictor
    the residuals about the others are put back into a matrix, its rows and columns relabelled, and the model
    fitted again; p is the share of |t| at least as large (Dekker, Krackhardt & Snijders 2007).

    ``table``, one row a term, the intercept first: term, estimate, std_error and t (of least squares; only the
    p is valid), expected, null_median, null_lower, null_upper (of t), p_value (nan for the intercept, which
    relabelling cannot test), r_squared, pairs, null, draws, seed, share_missing. Pairs unknown in any relation
    are left out by name; residuals unknown after relabelling too. Mutual ties: each pair counts once.
    Raises `StudyError` for no predictors, predictors that explain each other, and too few pairs.

    >>> rows = [[0, 1, 2, 4], [1, 0, 3, 3], [2, 3, 0, 1], [4, 3, 1, 0]]
    >>> network = PartnerNetwork.from_matrix(rows)
    >>> mrqap(network, {"double": 2 * network.matrix()}).table["estimate"].round(9).tolist()
    [0.0, 0.5]
    """
    if not predictors:
        raise StudyError.of("mrqap has no predictors.", "Name at least one relation or matrix.")
    x = np.stack([aligned(network, cells, name) for name, cells in predictors.items()])
    y = network.matrix()
    once = _once(network, x)
    together = y + x.sum(0)
    used = np.isfinite(together) & once
    design, answer = np.vstack([np.ones(used.sum()), x[:, used]]).T, y[used]
    fit = _fitted(design, answer, list(predictors))
    orders = relabellings(blocks_of(network, within), draws=draws, seed=seed)
    simulated = np.stack([_semi_partial(design, answer, used, term, orders.orders, symmetric=not once.all())
                          for term in range(1, len(x) + 1)], axis=-1)
    chance = beside_chance(fit["t"][1:], simulated, level=level, exact=orders.exact)
    chance["p_value"] = tail(np.abs(fit["t"][1:]), np.abs(simulated), 1, exact=orders.exact)
    chance.pop("n_defined")
    table = pd.DataFrame({"term": ["intercept", *predictors], **fit,
                          **{name: np.r_[np.nan, values] for name, values in chance.items()}})
    n = len(y)
    table = table.assign(r_squared=_r_squared(design, answer, fit["estimate"]), pairs=len(answer), null="labels",
                         draws=len(orders.orders), seed=seed,
                         share_missing=1 - np.isfinite(together).sum() / (n * (n - 1)))
    said = (*network.assumptions, LINEAR, PIVOT, *conditions(network, orders, within, together))
    return Result(table, "MRQAP, double semi-partialling", said, n, network.origin)


def _once(network: PartnerNetwork, x: np.ndarray) -> np.ndarray:
    """Cells that count: all, or the lower triangle if every relation is mutual."""
    n = len(network.codes)
    mutual = not network.directed and np.array_equal(x, x.swapaxes(1, 2), equal_nan=True)
    return np.tril(np.ones((n, n), bool)) if mutual else np.ones((n, n), bool)


def _fitted(design: np.ndarray, answer: np.ndarray, names: list[str]) -> dict[str, np.ndarray]:
    """Estimate, standard error and t of least squares."""
    pairs, terms = design.shape
    if pairs <= terms:
        raise StudyError.of(f"{pairs} pairs are known in every relation, for {terms} terms.", "Take fewer predictors.")
    scaled = design / np.maximum(np.abs(design).max(0), 1e-300)
    if np.linalg.matrix_rank(scaled) < terms:
        raise StudyError.of(f"The predictors {', '.join(names)} explain each other, or one does not vary.",
                            "Leave one out.")
    q, r = np.linalg.qr(design)
    estimate = np.linalg.solve(r, q.T @ answer)
    variance = np.square(answer - design @ estimate).sum() / (pairs - terms)
    error = np.sqrt(variance * np.square(np.linalg.inv(r)).sum(1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"estimate": estimate, "std_error": error, "t": estimate / error}


def _semi_partial(design: np.ndarray, answer: np.ndarray, used: np.ndarray, term: int, orders: np.ndarray, *,
                  symmetric: bool) -> np.ndarray:
    """t of a predictor whose residuals about the others stand in R other orders; shape (R,).

    By Frisch and Waugh only the residuals e, as they stand now, are projected: with M the residual maker of the
    other terms over the pairs known now, t = e'My / sqrt(s^2 e'Me).
    """
    others, _ = np.linalg.qr(np.delete(design, term, axis=1))
    rest = design[:, term] - others @ (others.T @ design[:, term])
    matrix, known = np.zeros(used.shape), used.astype(float)
    matrix[used] = rest / np.sqrt(np.square(rest).mean())
    if symmetric:
        matrix, known = matrix + matrix.T, known + known.T
    scale = np.sqrt(np.square(answer).mean()) or 1.0
    z = np.column_stack([others * np.sqrt(len(answer)), answer / scale])
    products = np.einsum("ij,ik->ijk", z, z)[:, *np.triu_indices(z.shape[1])]
    features = np.zeros((*used.shape, z.shape[1] + products.shape[1] + 1))
    features[used] = np.column_stack([z, products, np.ones(len(z))])
    sums = moved_sums(np.stack([matrix, matrix**2, known]), features, orders)
    return _t_of(sums, z.shape[1])


def _t_of(sums: np.ndarray, width: int) -> np.ndarray:
    """t of e given sums (R, 3, f) of e, e^2 and 1 with z (others and y last), the products z z', and 1."""
    rows, columns = np.triu_indices(width)
    gram = np.empty((len(sums), width, width))
    gram[:, rows, columns] = gram[:, columns, rows] = sums[:, 2, width:-1]
    cross, squares, pairs = sums[:, 0, :width], sums[:, 1, -1], sums[:, 2, -1]
    inner, outer = gram[:, :-1, :-1], np.stack([cross[:, :-1], gram[:, :-1, -1]], axis=-1)
    solved = np.linalg.pinv(inner, hermitian=True) @ outer
    left = np.einsum("rka,rkb->rab", outer, solved)
    ee, ey, yy = squares - left[:, 0, 0], cross[:, -1] - left[:, 0, 1], gram[:, -1, -1] - left[:, 1, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (yy - ey**2 / ee) / (pairs - width)
        return ey / np.sqrt(np.where(ee > 1e-9 * squares, variance * ee, np.nan))


def _r_squared(design: np.ndarray, answer: np.ndarray, estimate: np.ndarray) -> float:
    spread = np.square(answer - answer.mean()).sum()
    return float(1 - np.square(answer - design @ estimate).sum() / spread) if spread else np.nan
