"""Matrices as input of a network: checked, named, put in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import Problem, StudyError


def read_matrix(
    matrix: object, actors: Sequence[str] | None, domains: Sequence[object] | None, impossible: object, directed: bool,
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The table of actors, the cells and the impossible cells, sorted by code; `StudyError` with all problems."""
    cells = np.array(matrix, dtype=float)
    if cells.ndim != 2 or cells.shape[0] != cells.shape[1]:
        raise StudyError.of(f"The matrix has the shape {cells.shape}.", "Give one row and one column an actor.")
    n = len(cells)
    numbers = [f"a{number:0{len(str(n))}}" for number in range(1, n + 1)]
    codes = numbers if actors is None else [str(actor) for actor in actors]
    barred = np.zeros((n, n), bool) if impossible is None else np.array(impossible, dtype=bool)
    problems = [Problem("", None, "", "", *words) for words in _problems(cells, codes, domains, barred, directed)]
    if problems:
        raise StudyError(problems)
    order = np.argsort(codes)
    table = pd.DataFrame({"actor": codes, "label": codes, "legal_domains": _domains(domains, n)})
    cells, barred = cells[np.ix_(order, order)], barred[np.ix_(order, order)]
    cells[barred] = 0.0
    np.fill_diagonal(cells, np.nan)
    return table.iloc[order].reset_index(drop=True), cells, barred


def ties_of(cells: np.ndarray, codes: np.ndarray, directed: bool) -> pd.DataFrame:
    """One row a tie, mutual ones once: source, target, relation, status, strength."""
    present = np.nan_to_num(cells if directed else np.triu(cells)) != 0
    rows, columns = np.nonzero(present)
    return pd.DataFrame({
        "source": codes[rows], "target": codes[columns], "relation": "cooperation", "status": "active",
        "strength": cells[rows, columns],
    })


def _problems(cells: np.ndarray, codes: list[str], domains: Sequence[object] | None, barred: np.ndarray,
              directed: bool) -> list[tuple[str, str]]:
    n, found = len(cells), []
    if len(codes) != n or len(set(codes)) != n:
        found.append((f"The matrix has {n} rows;", f"give as many different actors, not {len(set(codes))}."))
    if domains is not None and len(domains) != n:
        found.append((f"The network has {n} actors;", f"give as many domains, not {len(domains)}."))
    if not directed and not np.array_equal(cells, cells.T, equal_nan=True):
        found.append(("An undirected matrix is symmetric, this one is not.", "Symmetrise it or say directed=True."))
    if barred.shape != cells.shape:
        found.append((f"The impossible pairs have the shape {barred.shape}.", f"Give the shape {cells.shape}."))
    elif (barred & (np.nan_to_num(cells) != 0)).any():
        found.append(("A pair has a tie and is impossible.", "Correct the matrix or the impossible pairs."))
    return found


def _domains(domains: Sequence[object] | None, n: int) -> list[frozenset[str]]:
    if domains is None:
        return [frozenset()] * n
    return [frozenset(one.split("|")) if isinstance(one, str) else frozenset(one) for one in domains]
