"""Capacity what-if: what places, arrivals, stays and rules of a programme would do, simulated many times over.

Two uncertainties, two names. The *Monte Carlo error* says how well the mean over replications is known; more
replications make it smaller. The *prediction range* says how far single programmes differ by chance; nothing makes it
smaller, and it is what a project should plan with. A result's n counts replications, not people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import normal_quantile
from rehapro_analysis.study.origins import strictest
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.throughput.simulation.measures import UNITS, measures, stocks
from rehapro_analysis.throughput.simulation.programme import Programme
from rehapro_analysis.throughput.simulation.simulation import simulate

STOCKS = ("waiting", "present")
BANDS = (0.5, 0.9)


def simulate_capacity(programme: Programme, *, seed: int, replications: int = 1000, long_wait: float = 6.0,
                      level: float = 0.9) -> Result:
    """Waits, losses, occupancy and throughput of a programme, phase by phase.

    ``long_wait`` is the wait in months that counts as long. Columns: phase, measure, unit, estimate (mean of the
    replications), monte_carlo_error (standard error of that mean), mean_lower and mean_upper (95 % limits of that
    mean), prediction_lower and prediction_upper (the range of ``level`` of the replications). Measures:

    * mean_wait, wait_90: months from coming to starting, of those who start: mean, and what 90 % do not exceed
    * share_waiting_long: share of all who came that stayed on the list longer than ``long_wait``
    * lost, lost_share: persons, and share of all who came, who gave up waiting or were turned away
    * waiting_at_end, mean_present: persons; occupancy: place-months used of those offered
    * entries_per_year, exits_per_year: persons

    A measure that is not defined (the wait where nobody starts, occupancy without places) is empty; replications
    in which it is not defined are left out of its mean.

    >>> from rehapro_analysis.throughput import Phase, Programme
    >>> full = Programme(Phase(10, 12, present=10), arrivals=0, months=12)
    >>> table = simulate_capacity(full, seed=1, replications=50).table.set_index("measure")
    >>> float(table.loc["exits_per_year", "estimate"]), float(table.loc["entries_per_year", "estimate"])
    (10.0, 0.0)
    """
    measured = _measured(programme, replications, seed, long_wait)
    rows = [{"phase": phase, "measure": name, "unit": UNITS[name], **_spread(values, level)}
            for (phase, name), values in measured.items()]
    return _result(pd.DataFrame(rows), [programme], f"capacity simulation, {replications:,} replications of "
                   f"{programme.months} months, {level:.0%} prediction range", replications, measured.values(),
                   long_wait)


def compare_scenarios(scenarios: Mapping[str, Programme], *, seed: int, replications: int = 1000,
                      long_wait: float = 6.0, level: float = 0.9) -> Result:
    """The same people in several programmes: every measure, and its difference from the first programme.

    All scenarios meet the same random people (same seed, common random numbers), so differences are paired: replication
    by replication. Columns: scenario, those of :func:`simulate_capacity`, and difference (mean, scenario less
    first), difference_error (its Monte Carlo error), difference_lower and difference_upper (prediction range
    of the difference). Phases are matched by name.

    >>> from rehapro_analysis.throughput import Phase, Programme
    >>> full = {stay: Programme(Phase(10, float(stay), present=10), 0, months=6) for stay in ("6", "12")}
    >>> table = compare_scenarios(full, seed=1, replications=500).table.set_index(["scenario", "measure"])
    >>> table.loc[("12", "exits_per_year"), ["estimate", "difference"]].astype(float).round(0).tolist()
    [10.0, -10.0]
    """
    _refuse_none(scenarios)
    every = {name: _measured(programme, replications, seed, long_wait) for name, programme in scenarios.items()}
    first, rows = next(iter(every)), []
    for scenario, measured in every.items():
        for (phase, name), values in measured.items():
            before = every[first].get((phase, name)) if scenario != first else None
            rows.append({"scenario": scenario, "phase": phase, "measure": name, "unit": UNITS[name],
                         **_spread(values, level), **_difference(values, before, level)})
    return _result(pd.DataFrame(rows), list(scenarios.values()), f"capacity scenarios, {replications:,} paired "
                   f"replications, {level:.0%} prediction range, differences from {first}", replications,
                   [values for measured in every.values() for values in measured.values()], long_wait)


def scenarios_over_time(scenarios: Mapping[str, Programme], *, seed: int, replications: int = 1000) -> Result:
    """People waiting and present at the end of every month under each programme, with prediction ranges.

    Columns: scenario, phase, quantity (waiting, present), month (0 is the beginning), estimate (mean),
    monte_carlo_error, median, lower_50 and upper_50, lower_90 and upper_90 (half and nine tenths of the replications).
    """
    _refuse_none(scenarios)
    frames = []
    for scenario, programme in scenarios.items():
        courses = simulate(programme, replications=_enough(replications), seed=seed)
        for phase, course in zip(programme.phases, courses, strict=True):
            counted = stocks(course, programme.months)
            frames += [_fan(counted[quantity]).assign(scenario=scenario, phase=phase.name, quantity=quantity)
                       for quantity in STOCKS]
    table = pd.concat(frames, ignore_index=True)
    names = ["scenario", "phase", "quantity"]
    return _result(table[[*names, *table.columns.difference(names, sort=False)]], list(scenarios.values()),
                   f"capacity scenarios over time, {replications:,} paired replications, ranges of 50% and 90% of them",
                   replications)


def _measured(programme: Programme, replications: int, seed: int,
              long_wait: float) -> dict[tuple[str, str], np.ndarray]:
    courses = simulate(programme, replications=_enough(replications), seed=seed)
    return {(phase.name, name): values for phase, course in zip(programme.phases, courses, strict=True)
            for name, values in measures(course, phase, months=programme.months, warm_up=programme.warm_up,
                                         long_wait=long_wait).items()}


def _spread(values: np.ndarray, level: float) -> dict[str, float]:
    """Mean, its Monte Carlo error and limits, and the prediction range, of the defined replications."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return dict.fromkeys(("estimate", "monte_carlo_error", "mean_lower", "mean_upper", "prediction_lower",
                              "prediction_upper"), np.nan)
    mean, error = known.mean(), known.std(ddof=1) / np.sqrt(len(known))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    away = normal_quantile(0.95) * error
    return {"estimate": mean, "monte_carlo_error": error, "mean_lower": mean - away, "mean_upper": mean + away,
            "prediction_lower": low, "prediction_upper": high}


def _difference(values: np.ndarray, before: np.ndarray | None, level: float) -> dict[str, float]:
    apart = _spread(np.array([]) if before is None else values - before, level)
    return {"difference": apart["estimate"], "difference_error": apart["monte_carlo_error"],
            "difference_lower": apart["prediction_lower"], "difference_upper": apart["prediction_upper"]}


def _fan(counts: np.ndarray) -> pd.DataFrame:
    """Mean and quantiles over replications of counts of shape (months + 1, replications)."""
    inner, outer = BANDS
    edges = np.quantile(counts, [0.5, (1 - inner) / 2, (1 + inner) / 2, (1 - outer) / 2, (1 + outer) / 2], axis=1)
    return pd.DataFrame({
        "month": np.arange(len(counts)), "estimate": counts.mean(axis=1),
        "monte_carlo_error": counts.std(axis=1, ddof=1) / np.sqrt(counts.shape[1]),
        **dict(zip(("median", "lower_50", "upper_50", "lower_90", "upper_90"), edges, strict=True))})


def _result(table: pd.DataFrame, programmes: list[Programme], method: str, replications: int,
            measured: Iterable[np.ndarray] = (), long_wait: float | None = None) -> Result:
    said = list(dict.fromkeys(sentence for programme in programmes for sentence in programme.said))
    if long_wait is not None:
        said.append(f"A wait of more than {long_wait:g} months counts as long.")
    missing = max((int(np.isnan(values).sum()) for values in measured), default=0)
    if missing:
        said.append(f"Up to {missing} of {replications:,} replications do not define a measure and are left out of it.")
    return Result(table, method, tuple(said), replications, strictest(programme.origin for programme in programmes))


def _enough(replications: int) -> int:
    if not replications >= 2:
        raise StudyError.of(f"{replications} replication(s) show no spread.", "Take two or more, better a thousand.")
    return int(replications)


def _refuse_none(scenarios: Mapping[str, Programme]) -> None:
    if not scenarios:
        raise StudyError.of("There is no scenario.", "Name at least one programme.")
