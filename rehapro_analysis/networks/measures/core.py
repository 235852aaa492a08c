"""Core and periphery: a dense centre with actors around it that are tied to it rather than to one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from rehapro_analysis.networks.ties.completeness import (
    CLOSED,
    each_actor,
    known_cells,
    possible_cells,
    strength_note,
    whole,
)
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

NULL = "Hubs alone make a core: judge the fit against random networks of the same degrees."


def core_periphery(network: PartnerNetwork, *, between: float | None = None, starts: int = 20, seed: int = 0,
                   unknown: str | None = None) -> Result:
    """The best division into core and periphery: its cells correlate most with a pattern of 1 and 0.

    The pattern is 1 within the core and 0 within the periphery; cells between the two are left out
    (``between=None``) or have the value ``between``. The search starts from the ``starts`` best-tied actors
    and from as many random cores, and changes single actors as long as that helps.

    ``table``, one row an actor: actor, core, estimate (the correlation, the same in every row), n_core,
    n_starts_agree (how many starts found it), n_actors, share_missing. Of equally good cores the first
    found is given. Without a core of two and a periphery of two, or without different cells, estimate is nan and
    nobody is core.

    Caution: whether cells between count decides the core; report both. Source: Borgatti & Everett 1999.

    >>> clique = np.zeros((5, 5)); clique[:3, :3] = 1
    >>> core_periphery(PartnerNetwork.from_matrix(clique, directed=False), between=0).table["core"].tolist()
    [True, True, True, False, False]
    """
    if between is not None and not 0 <= between <= 1:
        raise StudyError.of(f"Cells between core and periphery cannot be {between}.", "Name a value from 0 to 1.")
    ties = _ties(network, unknown)
    cores = climb(ties, first_cores(ties, starts, np.random.default_rng(seed)), between)
    fits = np.nan_to_num(fit(ties, cores, between), nan=-np.inf)
    best = int(fits.argmax()) if len(fits) and np.isfinite(fits.max()) else None
    core = np.zeros(len(ties), bool) if best is None else cores[best]
    table = pd.DataFrame({
        "actor": network.codes, "core": core, "estimate": np.nan if best is None else fits[best],
        "n_core": int(core.sum()), "n_starts_agree": 0 if best is None else int((cores == core).all(1).sum())})
    ignored = "left out" if between is None else f"expected to be {between:g}"
    return whole(network, table, "core and periphery (discrete)", unknown, *strength_note(network), NULL,
                 f"Cells between core and periphery are {ignored}; {len(cores)} starts, seed {seed}.")


def coreness(network: PartnerNetwork, *, starts: int = 5, seed: int = 0, unknown: str | None = None) -> Result:
    """How far each actor belongs to the core: c >= 0 of length 1 whose products c_i c_j correlate most with the ties.

    ``table``, one row an actor: actor, coreness, estimate (the correlation, the same in every row), n_actors,
    share_missing. Found by L-BFGS-B from the leading eigenvector and from random starts.
    Source: Borgatti & Everett 1999, continuous model.
    """
    ties = _ties(network, unknown)
    if not _varies(ties):
        return each_actor(network, {"coreness": np.full(len(ties), np.nan), "estimate": np.full(len(ties), np.nan)},
                          "core and periphery (continuous)", unknown, "Not defined: all known pairs are alike.")
    rng = np.random.default_rng(seed)
    mean = np.nan_to_num(ties + ties.T, nan=np.nanmean(ties))
    begin = [np.abs(np.linalg.eigh(mean)[1][:, -1]) + 0.01, *rng.random((starts, len(ties)))]
    runs = [minimize(_misfit, one, args=(ties,), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(ties),
                     options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 2000}) for one in begin]
    best = min(runs, key=lambda run: run.fun)
    columns = {"coreness": best.x / np.linalg.norm(best.x), "estimate": np.full(len(ties), -best.fun)}
    return each_actor(network, columns, "core and periphery (continuous)", unknown, *strength_note(network), NULL)


def fit(ties: np.ndarray, cores: np.ndarray, between: float | None) -> np.ndarray:
    """Correlation of the known cells with the pattern of each core; shape (cores,), nan if not defined.

    ``cores`` has the shape (cores, n). Sums over blocks suffice: no pattern is ever written out.
    """
    inner, outer = cores.astype(float), 1 - cores.astype(float)
    known, there = (~np.isnan(ties)).astype(float), np.nan_to_num(ties)
    n, total = (np.stack([_block(cells, inner, inner), _block(cells, outer, outer),
                          _block(cells, inner, outer) + _block(cells, outer, inner)]) for cells in (known, there))
    counted, value = (n[:2], (1.0, 0.0)) if between is None else (n, (1.0, 0.0, between))
    pattern = np.array(value)[:, None]
    cells, ones = counted.sum(0), total[: len(counted)].sum(0)
    expected, squared = (counted * pattern).sum(0), (counted * pattern**2).sum(0)
    covariance = cells * (total[: len(counted)] * pattern).sum(0) - ones * expected
    spread = (cells * ones - ones**2) * (cells * squared - expected**2)
    possible = (n[0] > 0) & (n[1] > 0) & (spread > 1e-9)
    return np.divide(covariance, np.sqrt(np.maximum(spread, 0)), out=np.full(len(cores), np.nan), where=possible)


def climb(ties: np.ndarray, cores: np.ndarray, between: float | None) -> np.ndarray:
    """Every core after the best changes of single actors, all starts at once."""
    cores, n = cores.copy(), len(ties)
    value = np.nan_to_num(fit(ties, cores, between), nan=-np.inf)
    moving = np.ones(len(cores), bool)
    while moving.any():
        neighbours = cores[moving][:, None, :] ^ np.eye(n, dtype=bool)
        fits = np.nan_to_num(fit(ties, neighbours.reshape(-1, n), between), nan=-np.inf).reshape(-1, n)
        place, reached = fits.argmax(1), fits.max(1)
        better = reached > value[moving] + 1e-12
        rows = np.flatnonzero(moving)
        cores[rows[better], place[better]] ^= True
        value[rows[better]] = reached[better]
        moving[rows[~better]] = False
    return cores


def first_cores(ties: np.ndarray, starts: int, rng: np.random.Generator) -> np.ndarray:
    """Cores of the 2, 3, ... best-tied actors, then random ones; shape (starts, n) at most twice."""
    n = len(ties)
    if n < 4:
        return np.zeros((0, n), bool)
    known = np.nan_to_num(ties)
    rank = np.argsort(np.argsort(-(known.sum(0) + known.sum(1)), kind="stable"), kind="stable")
    cuts = np.unique(np.linspace(2, n - 2, min(starts, n - 3)).astype(int))
    drawn = rng.random((starts, n)) < rng.uniform(0.1, 0.9, (starts, 1))
    return np.concatenate([rank[None, :] < cuts[:, None], drawn])


def _ties(network: PartnerNetwork, unknown: str | None) -> np.ndarray:
    """Ties as 1 and 0; nan on the diagonal, where impossible, and where left out."""
    cells = possible_cells(network, known_cells(network, unknown, CLOSED, "A core"))
    ties = np.where(np.isnan(cells), np.nan, cells != 0)
    np.fill_diagonal(ties, np.nan)
    return ties


def _varies(ties: np.ndarray) -> bool:
    known = ties[~np.isnan(ties)]
    return len(known) > 0 and known.min() < known.max()


def _block(cells: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Sums of the cells in the block of each core: rows' cells columns."""
    return ((rows @ cells) * columns).sum(1)


def _misfit(coreness: np.ndarray, ties: np.ndarray) -> tuple[float, np.ndarray]:
    """Minus the correlation of ties and products, and its gradient."""
    known = ~np.isnan(ties)
    products = np.outer(coreness, coreness)
    there = np.where(known, ties - ties[known].mean(), 0.0)
    centred = np.where(known, products - products[known].mean(), 0.0)
    length, scale = np.sqrt((centred**2).sum()), np.sqrt((there**2).sum())
    if length < 1e-12:
        return 0.0, np.zeros_like(coreness)
    r = (there * centred).sum() / (length * scale)
    slope = there / (length * scale) - r * centred / length**2
    return -r, -(slope + slope.T) @ coreness
