"""Two groups of projects: the project is the unit, and group labels are exchanged between projects."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.chance import beside_chance, tail
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

MOST_LISTED = 100_000  # beyond these arrangements a sample is drawn; twelve projects have at most 924
UNIT = "The project is the unit: without a difference any other choice of as many projects would be as likely."
SHIFT = "The interval holds all shifts between the groups that the test does not reject."


def exchange_test(values: Mapping[str, float], groups: Mapping[str, str], *, draws: int = 10_000, seed: int = 1,
                  level: float = 0.95, origin: str = "own") -> Result:
    """Whether a measure differs between two groups of projects: difference of means, first group in the alphabet first.

    ``values`` gives each project its measure, ``groups`` its group. All C(n, n1) choices of the first group are gone
    through if there are at most 100,000, otherwise ``draws`` at random.

    ``table``: first, second, n_first, n_second, estimate, lower, upper (the shifts not rejected; infinite where too few
    projects reject none), expected (0), null_median, null_lower, null_upper, p_value (as far from 0), smallest_p,
    null, draws, exact, seed, share_missing. Projects without a value are left out and named. Raises `StudyError` for
    other than two groups or a project without a group.

    >>> found = exchange_test({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": "x", "b": "x", "c": "y", "d": "y"}).table
    >>> found[["estimate", "draws"]].to_numpy().tolist(), round(float(found["p_value"][0]), 4)
    ([[-2.0, 6.0]], 0.3333)
    """
    if strangers := sorted(set(values) - set(groups)):
        raise StudyError.of(f"{', '.join(strangers)} have no group.", "Give every project one.")
    valued = {name: float(value) for name, value in values.items() if value is not None and np.isfinite(value)}
    names = sorted({groups[name] for name in valued})
    if len(names) != 2:
        raise StudyError.of(f"The projects with a value are in {len(names)} groups ({', '.join(names)}).",
                            "Compare exactly two.")
    amounts, here = np.array(list(valued.values())), np.array([groups[name] == names[0] for name in valued])
    found = exchanged(amounts, here, draws=draws, seed=seed, level=level)
    table = pd.DataFrame([{"first": names[0], "second": names[1], "n_first": int(here.sum()),
                           "n_second": int((~here).sum()), **found, "null": "exchange of projects", "seed": seed,
                           "share_missing": 1 - len(valued) / len(values)}])
    lost = sorted(set(values) - set(valued))
    return Result(table, "difference of means between projects",
                  (UNIT, SHIFT, *([f"Left out without a value: {', '.join(lost)}."] if lost else [])),
                  len(valued), origin)


def exchanged(values: np.ndarray, here: np.ndarray, *, draws: int = 10_000, seed: int = 1,
              level: float = 0.95) -> dict[str, object]:
    """Difference of means of values (n,) in and out of ``here`` (n,), with its interval and p over all choices."""
    chosen, exact = _choices(here, draws, seed)
    n_here, n = int(here.sum()), len(values)
    observed, differences = (_difference(values, choice, n_here) for choice in (here[None], chosen))
    columns = beside_chance(observed, differences[:, None], level=level, exact=exact)
    columns["expected"] = np.zeros(1)
    columns["p_value"] = tail(np.abs(observed), np.abs(differences[:, None]), 1, exact=exact)
    columns.pop("n_defined")
    lower, upper = _shifts(observed[0], differences, _difference(here.astype(float), chosen, n_here), level)
    smallest = (2 if 2 * n_here == n else 1) / comb(n, n_here)
    return {"estimate": float(observed[0]), "lower": lower, "upper": upper,
            **{name: float(part[0]) for name, part in columns.items()}, "smallest_p": smallest,
            "draws": len(chosen), "exact": exact}


def _choices(here: np.ndarray, draws: int, seed: int) -> tuple[np.ndarray, bool]:
    """Choices of as many projects, (R, n), all of them if they are few."""
    n, n_here = len(here), int(here.sum())
    if comb(n, n_here) > MOST_LISTED:
        return np.random.default_rng(seed).permuted(np.tile(here, (draws, 1)), axis=1), False
    places = np.array(list(combinations(range(n), n_here)))
    chosen = np.zeros((len(places), n), bool)
    chosen[np.arange(len(places))[:, None], places] = True
    return chosen, True


def _difference(values: np.ndarray, chosen: np.ndarray, n_here: int) -> np.ndarray:
    sums = chosen @ values
    return sums / n_here - (values.sum() - sums) / (len(values) - n_here)


def _shifts(observed: float, differences: np.ndarray, overlap: np.ndarray, level: float) -> tuple[float, float]:
    """Limits of the shift d by inverting both one-sided tests.

    Taking d from the group leaves observed - d, and differences - d x overlap in other choices: those reach
    the observed one from d = (observed - difference)/(1 - overlap) on.
    """
    other = overlap < 1 - 1e-9
    crossings = np.sort((observed - differences[other]) / (1 - overlap[other]))
    needed = int(np.floor((1 - level) / 2 * (len(crossings) + 1) + 1e-9))  # arrangements a rejected tail may hold
    if needed < 1:
        return -np.inf, np.inf
    return float(crossings[needed - 1]), float(crossings[-needed])
