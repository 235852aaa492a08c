"""One function a simulator: the same people through the same places, ``simulators.py TOOL FOLDER LIMIT TASK...``.

Everybody's arrival and stay is drawn outside the clock, so that all tools must report the same waits. A task
takes people, works, and returns a function that reads the mean wait of every replication.
"""

from __future__ import annotations

import heapq
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

PERSONS, PLACES, MONTHS, MEAN_STAY = 2000, 60, 60, 1.8
Numbers = Callable[[], dict[str, list[float]]]


@dataclass(frozen=True)
class People:
    """Months of arrival (rising) and of stay, shape (persons, replications)."""

    arrived: np.ndarray
    stay: np.ndarray

    def head(self, n: int, replicates: int) -> People:
        """Some people of some replications, to warm up with."""
        return People(self.arrived[:n, :replicates], self.stay[:n, :replicates])


def drawn(replications: int, seed: int = 3) -> People:
    """2,000 people a replication who come in about five years and stay 1.8 months on average: 60 places are short."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(MONTHS / PERSONS, (PERSONS, replications))
    return People(np.cumsum(gaps, axis=0), rng.exponential(MEAN_STAY, gaps.shape))


def write_people(folder: Path, people: People) -> None:
    """One file an array."""
    folder.mkdir(parents=True)
    np.save(folder / "arrived.npy", people.arrived)
    np.save(folder / "stay.npy", people.stay)


def read_people(folder: Path) -> People:
    """The inverse of :func:`write_people`."""
    return People(np.load(folder / "arrived.npy"), np.load(folder / "stay.npy"))


def ours(people: People) -> Numbers:
    """All replications at once."""
    from rehapro_analysis.throughput.simulation.admission import start_times
    started = start_times(people.arrived, people.stay, places={0: PLACES})
    return lambda: {"wait": (started - people.arrived).mean(axis=0).tolist()}


def answer(people: People) -> Numbers:
    """Everything a user gets: people drawn, served, and ten measures with intervals."""
    from rehapro_analysis.throughput import Phase, Programme, exponential, simulate_capacity
    programme = Programme(Phase(PLACES, exponential(MEAN_STAY)), arrivals=PERSONS / MONTHS, months=MONTHS)
    result = simulate_capacity(programme, seed=3, replications=people.arrived.shape[1])
    return lambda: {"answer": result.table["estimate"].tolist()}


def heap(people: People) -> Numbers:
    """The shortest plain Python for one queue and fixed places: a heap of departures."""
    def one(arrived: list[float], stay: list[float]) -> list[float]:
        departures, waits = [0.0] * PLACES, []
        for came, stays in zip(arrived, stay, strict=True):
            start = max(came, heapq.heappop(departures))
            heapq.heappush(departures, start + stays)
            waits.append(start - came)
        return waits
    return _each(people, one)


def simpy(people: People) -> Numbers:
    """A process a person, as SimPy's users write it."""
    import simpy as sim

    def one(arrived: list[float], stay: list[float]) -> list[float]:
        env, waits = sim.Environment(), []
        place = sim.Resource(env, PLACES)

        def person(stays: float):
            came = env.now
            with place.request() as request:
                yield request
                waits.append(env.now - came)
                yield env.timeout(stays)

        def source():
            for gap, stays in zip(np.diff(arrived, prepend=0.0).tolist(), stay, strict=True):
                yield env.timeout(gap)
                env.process(person(stays))

        env.process(source())
        env.run()
        return waits
    return _each(people, one)


def ciw(people: People) -> Numbers:
    """A network of one node with fixed sequences of arrivals and stays."""
    import ciw as sim

    def one(arrived: list[float], stay: list[float]) -> list[float]:
        gaps = [*np.diff(arrived, prepend=0.0).tolist(), float("inf")]
        network = sim.create_network(arrival_distributions=[sim.dists.Sequential(gaps)], number_of_servers=[PLACES],
                                     service_distributions=[sim.dists.Sequential(stay)])
        simulation = sim.Simulation(network)
        simulation.simulate_until_max_customers(len(arrived), method="Finish")
        return [record.waiting_time for record in simulation.get_all_records()]
    return _each(people, one)


TOOLS = {"ours": {"starts": ours, "answer": answer}, "heapq": {"starts": heap}, "simpy": {"starts": simpy},
         "ciw": {"starts": ciw}}


def _each(people: People, one: Callable[[list[float], list[float]], list[float]]) -> Numbers:
    """Replication by replication."""
    columns = zip(people.arrived.T.tolist(), people.stay.T.tolist(), strict=True)
    waits = [one(arrived, stay) for arrived, stay in columns]
    return lambda: {"wait": [float(np.mean(wait)) for wait in waits]}


def version_of(tool: str) -> str:
    """The version behind a tool; of Python itself for its heap."""
    return platform.python_version() if tool == "heapq" else version({"ours": "rehapro-analysis"}.get(tool, tool))


def main(tool: str, folder: str, limit: str, *names: str) -> None:
    """Print one JSON line a task."""
    from measure import report_lines
    report_lines(names, TOOLS[tool].__getitem__, read_people(Path(folder)), limit, version_of(tool))


if __name__ == "__main__":
    main(*sys.argv[1:])
