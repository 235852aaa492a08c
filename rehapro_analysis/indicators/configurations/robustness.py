"""How little of a solution remains: without one case, at other cuts, and if outcomes were dealt at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.configurations.counterfactuals import SOLUTIONS, solution_models
from rehapro_analysis.indicators.configurations.minimisation import FREE, Model, written
from rehapro_analysis.indicators.configurations.solutions import model_fit
from rehapro_analysis.indicators.configurations.truth_table import Cuts, TruthTable, row_kinds
from rehapro_analysis.results import Result

ENUMERATED = 3_000  # up to so many ways to deal a crisp outcome all of them are taken
PERMUTATIONS = 999
SEED = 20220615
CONSISTENCIES = (0.75, 0.8, 0.85, 0.9, 1.0)
ROUNDING = 1e-9


@dataclass(frozen=True)
class Chance:
    """``share`` of ``relabelings`` with as short and as consistent a solution, ``covering_share`` that also covers as
    much; ``complete`` if all distinct relabelings were taken."""

    share: float
    covering_share: float
    relabelings: int
    complete: bool


def chance(table: TruthTable, expectations: Mapping[str, bool] | None = None, *, permutations: int = PERMUTATIONS,
           seed: int = SEED) -> dict[str, Chance]:
    """How often the same outcomes, dealt at random to the same cases, have as good a solution; by solution type.

    As good: no more terms, no more conditions in them, and as consistent as the best minimal model seen. With crisp
    sets nearly any short term is consistent if it covers few enough cases, so ``share`` is often large where
    ``covering_share``, of those that also cover as much of the outcome, is small: read both. Rows, cuts and
    expectations stay. All deals of a crisp outcome are taken if they are at most 3,000; else ``permutations``
    random ones with the deal seen as one of them. Simulated, because published benchmarks of this share are disputed.
    """
    y, helpful = table.y.to_numpy(float), tuple((expectations or {}).get(name) for name in table.x.columns)
    deals, complete = _deals(y, permutations, seed)
    kinds = row_kinds(table.memberships[1], deals[:, None, :], table.cuts)
    places = 2.0 ** np.arange(kinds.shape[1])
    positive, remainder = ((kinds == kind) @ places for kind in ("positive", "remainder"))
    x, seen = table.x.to_numpy(float), table.models(dict(expectations or {}))
    goals = {solution: _best(models, x, y) for solution, models in seen.items()}
    hits = {solution: np.zeros(2) for solution in SOLUTIONS}
    full = places.sum()
    for deal, on, assumed in zip(deals, positive, remainder, strict=True):
        if on + assumed == full:  # nothing lacks the outcome: no solution, as in `TruthTable.refused`
            continue
        found = solution_models(int(on), int(assumed), helpful)
        for solution in SOLUTIONS:
            hits[solution] += _as_good(found[solution], goals[solution], x, deal)
    return {solution: Chance(*(map(float, count / len(deals))), len(deals), complete)
            for solution, count in hits.items()}


def leave_one_case_out(table: TruthTable, expectations: Mapping[str, bool] | None = None, *,
                       origin: str = "own") -> Result:
    """The models without each case in turn; columns of `runs`, the left-out case in ``run``."""
    return runs({str(case): TruthTable(table.x.drop(index=case), table.y.drop(index=case), table.cuts)
                 for case in table.x.index}, table, expectations, origin=origin)


def cut_off_sweep(table: TruthTable, expectations: Mapping[str, bool] | None = None, *,
                  consistencies: Iterable[float] = CONSISTENCIES, frequencies: Iterable[int] = (1, 2),
                  origin: str = "own") -> Result:
    """The models at other cut-offs; columns of `runs`, ``run`` as in "0.9, 2 cases"."""
    cuts = [Cuts(level, table.cuts.pri, many) for many in frequencies for level in consistencies]
    return runs({f"{cut.consistency:g}, {cut.frequency} case{'s' * (cut.frequency > 1)}":
                 TruthTable(table.x, table.y, cut) for cut in cuts}, table, expectations, origin=origin)


def runs(tables: Mapping[str, TruthTable], base: TruthTable, expectations: Mapping[str, bool] | None = None, *,
         origin: str = "own") -> Result:
    """The models of several truth tables beside those of ``base``.

    ``table``: run, solution, models (tied ones joined by "or"), same (all models of base and no other), reason (why
    there is none).
    """
    wanted, rows = texts(base, expectations), []
    for label, table in tables.items():
        own = texts(table, expectations)
        rows += [{"run": label, "solution": solution, "models": " or ".join(own[solution]),
                  "same": own[solution] == wanted[solution], "reason": table.refused()} for solution in SOLUTIONS]
    said = ("A solution that changes with one case or one cut is a description of these cases, not a finding.",)
    return Result(pd.DataFrame(rows), "solutions in other runs", said, len(tables), origin, counted="runs")


def texts(table: TruthTable, expectations: Mapping[str, bool] | None = None) -> dict[str, list[str]]:
    """The minimal models as text by solution type; empty lists where nothing can be minimised."""
    if table.refused():
        return {solution: [] for solution in SOLUTIONS}
    return {solution: [model_text(model, table.x) for model in models]
            for solution, models in table.models(dict(expectations or {})).items()}


def model_text(model: Model, x: pd.DataFrame) -> str:
    """A model as text: "A*~B + C"."""
    return " + ".join(written(term, [str(name) for name in x.columns]) for term in model)


def _deals(y: np.ndarray, permutations: int, seed: int) -> tuple[np.ndarray, bool]:
    """Rearranged outcomes (B, J), and whether these are all distinct ones."""
    crisp, many = np.isin(y, (0, 1)).all(), int((y > 0.5).sum())
    if crisp and comb(len(y), many) <= ENUMERATED:
        chosen = np.array(list(combinations(range(len(y)), many)), int).reshape(-1, many)
        deals = np.zeros((len(chosen), len(y)))
        np.put_along_axis(deals, chosen, 1.0, axis=1)
        return deals, True
    drawn = np.random.default_rng(seed).permuted(np.tile(y, (permutations, 1)), axis=1)
    return np.vstack([y, drawn]), False


def _length(model: Model) -> tuple[int, int]:
    return len(model), sum(state != FREE for term in model for state in term)


def _best(models: tuple[Model, ...], x: np.ndarray, y: np.ndarray) -> tuple[int, int, float, float]:
    """Terms, conditions, consistency and coverage of the shortest, then most consistent model."""
    return min(((*_length(model), *model_fit(model, x, y)) for model in models),
               key=lambda one: (one[0], one[1], -one[2], -one[3]))


def _as_good(models: tuple[Model, ...], goal: tuple[int, int, float, float], x: np.ndarray,
             y: np.ndarray) -> np.ndarray:
    """Whether some model is as short and as consistent as the goal, and whether one also covers as much (2,)."""
    short = [model for model in models if _length(model)[0] <= goal[0] and _length(model)[1] <= goal[1]]
    fits = [fit for fit in (model_fit(model, x, y) for model in short) if fit[0] >= goal[2] - ROUNDING]
    return np.array([bool(fits), any(fit[1] >= goal[3] - ROUNDING for fit in fits)])
