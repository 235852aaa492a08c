"""A programme to be simulated: its phases with places and stays, who comes, and who waits or is there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.event_tables.events import EventTable
from rehapro_analysis.study.origins import STRICTEST_FIRST, strictest
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.throughput.simulation.durations import Duration, duration

AnyDuration = float | Sequence[float] | EventTable | Duration


@dataclass(frozen=True, eq=False)
class Phase:
    """A phase with its places, and how long people stay there.

    ``places``: a number, or {month: number from then on} with a month 0; None is without limit.
    ``stay``: a number of months for all, a sample, an event table in months, or a :class:`Duration`.
    ``patience``: months that people wait for this phase before they give up, given like a stay; None: they
    wait as long as it takes; 0: who finds no place is turned away. ``extended``: the share of those staying
    at least ``planned`` months who stay ``extension`` months longer. ``cycle``: a group begins every so many
    months from month 0 on, is not refilled, and ends for all when the next begins. ``onward``: the share of
    those leaving who go on to the next phase. ``present``: people there at month 0.

    Raises :class:`StudyError` with all problems at once.
    """

    places: int | Mapping[float, int] | None
    stay: AnyDuration
    name: str = ""
    patience: AnyDuration | None = None
    extended: float = 0.0
    extension: float = 0.0
    planned: float = 0.0
    cycle: float | None = None
    onward: float = 1.0
    present: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "stay", duration(self.stay))
        object.__setattr__(self, "patience", None if self.patience is None else duration(self.patience))
        if self.places is not None:
            given = self.places if isinstance(self.places, Mapping) else {0: self.places}
            object.__setattr__(self, "places", dict(given))
        _refuse(_phase_checks(self))

    def places_until(self, month: float, start: float = 0.0) -> float:
        """Place-months offered from ``start`` to ``month``; inf without a limit.

        >>> Phase({0: 10, 6: 20}, 12).places_until(12)
        180.0
        """
        if self.places is None:
            return np.inf
        begins = sorted(self.places)
        edges = np.clip([*begins, np.inf], start, month)
        return float(np.diff(edges) @ [self.places[begin] for begin in begins])


@dataclass(frozen=True, eq=False)
class Programme:
    """Phases in series, arrivals, and the time that is simulated.

    ``phases``: one or several; between phases people wait without holding a place. ``arrivals``: expected
    persons per month, a number or one a month; a shorter sequence starts again from its beginning, so that
    twelve numbers are the seasons; a study's own numbers come from ``monthly_flow``. ``months``: how long.
    ``waiting``: people on the list for the first phase at month 0; they come first. ``warm_up``: months at the
    beginning that no answer counts. ``origin``: documented, synthetic or own; a synthetic curve of staying makes
    the programme synthetic. ``assumed``: sentences about where the numbers come from; every answer repeats them.

    Raises :class:`StudyError` with all problems at once.

    >>> Programme(Phase(32, 12), arrivals=[2.0, 3.0], months=5).rates.tolist()
    [2.0, 3.0, 2.0, 3.0, 2.0]
    """

    phases: Phase | tuple[Phase, ...]
    arrivals: float | Sequence[float]
    months: int = 60
    waiting: int = 0
    warm_up: float = 0.0
    origin: str = "own"
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        phases = (self.phases,) if isinstance(self.phases, Phase) else tuple(self.phases)
        object.__setattr__(self, "phases", phases)
        _refuse(_programme_checks(self))
        found = {self.origin, *(part.origin for part in self._durations() if part.origin != "own")}
        object.__setattr__(self, "origin", strictest(found))

    @property
    def rates(self) -> np.ndarray:
        """Expected arrivals of each month, shape (months,)."""
        return np.resize(np.asarray(self.arrivals, float), self.months)

    @property
    def said(self) -> tuple[str, ...]:
        """What is taken for granted, as sentences."""
        told = ["Arrivals come at random (Poisson) at the rate of their month; people and stays are independent.",
                "Who came first starts first; a place that becomes free is filled at once.",
                "Curves of staying and rates are taken as known: the intervals leave out their own uncertainty."]
        several, phases = len(self.phases) > 1, self.phases
        said = {
            "Between phases people wait without holding a place.": several,
            "Nobody gives up waiting.": all(phase.patience is None for phase in phases),
            "Those already waiting count as coming at month 0.": self.waiting > 0,
            "Those already there have the time ahead of them that a long-running project would show.":
                any(phase.present for phase in phases),
            "Groups are not refilled, and all leave when the next group begins.": any(phase.cycle for phase in phases),
            "Where places are taken away nobody is sent home.": any(_shrinks(phase) for phase in phases),
        }
        curves = [sentence for part in self._durations() for sentence in part.said]
        return (*self.assumed, *told, *(sentence for sentence, holds in said.items() if holds), *dict.fromkeys(curves))

    def _durations(self) -> list[Duration]:
        return [part for phase in self.phases for part in (phase.stay, phase.patience) if part is not None]


def _shrinks(phase: Phase) -> bool:
    if phase.places is None:
        return False
    counts = [phase.places[month] for month in sorted(phase.places)]
    return any(later < before for before, later in zip(counts, counts[1:], strict=False))


def _phase_checks(phase: Phase) -> Iterable[tuple[str, object, bool, str]]:
    places = phase.places or {}
    yield ("places", phase.places, all(_count(number) for number in places.values()), "Give whole numbers from 0 on.")
    yield ("places", phase.places, phase.places is None or 0 in places and min(places) >= 0,
           "Let the first month be 0.")
    yield "present", phase.present, _count(phase.present), "Give a whole number from 0 on."
    for name in ("extended", "onward"):
        yield name, getattr(phase, name), 0 <= getattr(phase, name) <= 1, "Give a share from 0 to 1."
    for name in ("extension", "planned"):
        yield name, getattr(phase, name), 0 <= getattr(phase, name) < np.inf, "Give months from 0 on."
    if phase.cycle is not None:
        yield "cycle", phase.cycle, 0 < phase.cycle < np.inf, "Give the months from group to group."
        yield "cycle", phase.cycle, phase.places is not None, "Groups need a number of places."
        yield "present", phase.present, not phase.present, "A group begins at month 0, so nobody is there before."


def _programme_checks(programme: Programme) -> Iterable[tuple[str, object, bool, str]]:
    rates = np.atleast_1d(np.asarray(programme.arrivals, float))
    yield ("arrivals", programme.arrivals, bool(len(rates)) and bool(((rates >= 0) & (rates < np.inf)).all()),
           "Give expected persons per month, from 0 on.")
    yield "months", programme.months, _count(programme.months) and programme.months > 0, "Give whole months."
    yield "waiting", programme.waiting, _count(programme.waiting), "Give a whole number from 0 on."
    yield "warm_up", programme.warm_up, 0 <= programme.warm_up < programme.months, "Give less than all months."
    yield "phases", len(programme.phases), len(programme.phases) > 0, "Give at least one phase."
    yield "origin", programme.origin, programme.origin in STRICTEST_FIRST, f"Use {', '.join(STRICTEST_FIRST)}."
    names = [phase.name for phase in programme.phases]
    yield "phases", names, len(set(names)) == len(names), "Give every phase a name of its own."


def _count(value: object) -> bool:
    return isinstance(value, (int, float, np.integer)) and 0 <= value < np.inf and value == int(value)


def _refuse(checks: Iterable[tuple[str, object, bool, str]]) -> None:
    problems = [Problem("", None, name, str(value), "cannot be simulated.", remedy)
                for name, value, fine, remedy in checks if not fine]
    if problems:
        raise StudyError(problems)
