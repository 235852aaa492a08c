"""The simulation: everybody's arrival, start and departure in every phase, all replications at once.

Every kind of chance has a stream of its own, drawn person by person: the same seed gives the same people to
every scenario, so that differences between scenarios are those of the scenarios (common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from rehapro_analysis.throughput.simulation.admission import cycle_start_times, start_times
from rehapro_analysis.throughput.simulation.programme import Phase, Programme

STREAMS = ("arrivals", "stay", "patience", "extension", "onward", "present")
BEYOND = 1e-12  # chance that a replication has more people than are drawn


@dataclass(frozen=True)
class Course:
    """What happened in one phase: months of arrival, start, end of patience and departure, inf for never.

    Shape (persons, replications); ``held``, shape (present, replications), are the departures of those who
    were there at month 0.
    """

    arrived: np.ndarray
    started: np.ndarray
    gave_up: np.ndarray
    left: np.ndarray
    held: np.ndarray

    @property
    def taken_off(self) -> np.ndarray:
        """When people left the list: with a place or without."""
        return np.minimum(self.started, self.gave_up)


def simulate(programme: Programme, *, replications: int, seed: int) -> list[Course]:
    """The courses of all phases of a programme."""
    arrived, courses = arrivals(programme, replications, seed), []
    for place, phase in enumerate(programme.phases):
        courses.append(_course(phase, arrived, programme.months, _Chance(seed, place)))
        if place + 1 < len(programme.phases):
            arrived = _gone_on(courses[-1], phase, programme.months, _Chance(seed, place))
    return courses


def arrivals(programme: Programme, replications: int, seed: int) -> np.ndarray:
    """Months of arrival: those waiting at 0, then a Poisson process; inf after the programme's months."""
    expected = np.append(0.0, np.cumsum(programme.rates))
    drawn = int(poisson.isf(BEYOND, expected[-1])) if expected[-1] else 0
    unit = _Chance(seed, 0).stream("arrivals").standard_exponential((drawn, replications)).cumsum(axis=0)
    came = np.interp(unit, expected, np.arange(programme.months + 1.0), right=np.inf)
    last = int((came < np.inf).any(axis=1).sum())
    return np.concatenate([np.zeros((programme.waiting, replications)), came[:last]])


@dataclass(frozen=True)
class _Chance:
    """The random numbers of one phase: a stream a purpose, so that one's use never shifts another's."""

    seed: int
    phase: int

    def stream(self, purpose: str) -> np.random.Generator:
        key = (self.phase, STREAMS.index(purpose))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))

    def shares(self, purpose: str, shape: tuple[int, ...]) -> np.ndarray:
        return self.stream(purpose).random(shape)


def _course(phase: Phase, arrived: np.ndarray, months: float, chance: _Chance) -> Course:
    stay, held = _stays(phase, arrived.shape, chance), _held(phase, arrived.shape[1], chance)
    until = np.inf if phase.patience is None else arrived + phase.patience.quantile(
        chance.shares("patience", arrived.shape))
    started = _in_order(phase, arrived, stay, until, held, months)
    left = started + stay
    if phase.cycle is not None:
        left = np.minimum(left, started + phase.cycle)
    gave_up = np.where(started < np.inf, np.inf, until)
    return Course(arrived, started, gave_up, left, held)


def _stays(phase: Phase, shape: tuple[int, ...], chance: _Chance) -> np.ndarray:
    stay = phase.stay.quantile(chance.shares("stay", shape))
    if phase.extended:
        longer = (chance.shares("extension", shape) < phase.extended) & (stay >= phase.planned)
        stay = stay + longer * phase.extension
    return stay


def _held(phase: Phase, replications: int, chance: _Chance) -> np.ndarray:
    """Departures of those present at month 0, as a steady state would show them."""
    return phase.stay.rest(chance.shares("present", (phase.present, replications)))


def _in_order(phase: Phase, arrived: np.ndarray, stay: np.ndarray, until: np.ndarray | float, held: np.ndarray,
              months: float) -> np.ndarray:
    """Admission wants people in the order of arrival; from the second phase on they are not."""
    if phase.places is None:
        return arrived.copy()
    if (arrived[1:] >= arrived[:-1]).all():
        return _admitted(phase, arrived, stay, until, held, months)
    order = np.argsort(arrived, axis=0, kind="stable")
    arrived, stay, until = (np.take_along_axis(np.broadcast_to(part, order.shape), order, axis=0)
                            for part in (arrived, stay, until))
    started = np.empty_like(arrived)
    np.put_along_axis(started, order, _admitted(phase, arrived, stay, until, held, months), axis=0)
    return started


def _admitted(phase: Phase, arrived: np.ndarray, stay: np.ndarray, until: np.ndarray | float, held: np.ndarray,
              months: float) -> np.ndarray:
    if phase.cycle is None:
        return start_times(arrived, stay, places=phase.places, until=until, held=held)
    return cycle_start_times(arrived, places=phase.places, cycle=phase.cycle, months=months, until=until)


def _gone_on(course: Course, phase: Phase, months: float, chance: _Chance) -> np.ndarray:
    """Arrivals at the next phase: departures of those who go on, within the programme's months."""
    left = np.concatenate([course.left, course.held])
    onward = chance.shares("onward", left.shape) < phase.onward
    return np.where(onward & (left < months), left, np.inf)
