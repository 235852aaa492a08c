"""The wait of a person at a known place on the list, before it has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincinv, digamma, gammainc, gammaincinv

from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import fact
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study

Interval = float | tuple[float, float]
LAWS = ("exponential", "fixed")
CASES = ("shortest", "longest")


@dataclass(frozen=True)
class Wait:
    """Position k on the list, n places, mean stay s, withdrawals a month and person w; ``law`` of the stays."""

    position: int
    places: int
    stay: float
    withdrawal: float
    law: str

    @property
    def _ratio(self) -> float:
        """Places freed a month for one withdrawal a month: the a of the beta law."""
        return self.places / (self.stay * self.withdrawal)

    @property
    def _rounds(self) -> tuple[int, int]:
        """How often every place must free first, and the rank of the one needed after that."""
        full, rank = divmod(self.position - 1, self.places)
        return full, rank + 1

    def mean(self) -> float:
        """The expected wait of a person who does not withdraw."""
        if self.law == "fixed":
            full, rank = self._rounds
            return self.stay * (full + rank / (self.places + 1))
        if not self.withdrawal:
            return self.position * self.stay / self.places
        a = self._ratio
        return float(digamma(a + self.position) - digamma(a)) / self.withdrawal

    def quantile(self, share: float) -> float:
        """By when the turn comes with this probability, for a person who does not withdraw."""
        if self.law == "fixed":
            full, rank = self._rounds
            return self.stay * (full + float(betaincinv(rank, self.places + 1 - rank, share)))
        if not self.withdrawal:
            return float(gammaincinv(self.position, share)) * self.stay / self.places
        return -float(np.log(betaincinv(self._ratio, self.position, 1 - share))) / self.withdrawal

    def turn(self, times: np.ndarray) -> np.ndarray:
        """The probability that the turn has come by each time, for a person who does not withdraw."""
        if self.law == "fixed":
            full, rank = self._rounds
            return betainc(rank, self.places + 1 - rank, np.clip(times / self.stay - full, 0, 1))
        if not self.withdrawal:
            return gammainc(self.position, times * self.places / self.stay)
        return 1 - betainc(self._ratio, self.position, np.exp(-self.withdrawal * times))

    def started(self, times: np.ndarray) -> np.ndarray:
        """The probability of a start by each time for a person who may withdraw like all others; nan: unknown."""
        if not self.withdrawal:
            return self.turn(times)
        if self.law == "fixed":
            return np.full(len(times), np.nan)
        a, k = self._ratio, self.position
        return a / (a + k) * (1 - betainc(a + 1, k, np.exp(-self.withdrawal * times)))


def expected_wait(*, position: Interval, places: Interval, stay: Interval, withdrawal: Interval = 0.0,
                  level: float = 0.9, origin: str = "own", unit: str = "months") -> Result:
    """How long the person at a position on the list will wait: mean, median and where it lies with ``level``.

    The n places are full, each freed place goes to the first on the list, and everybody on the list gives up
    at the rate ``withdrawal`` a month. Law "exponential": a stay ends at any moment with rate 1/s, so with j
    people ahead the next step comes at rate n/s + j w, and the wait is the sum of independent exponential
    times over j = 0 ... k - 1. Without withdrawal that is Gamma(k) s/n; else exp(-w T) is Beta(a, k) with
    a = n/(s w), and the mean is (digamma(a + k) - digamma(a))/w. Law "fixed": every stay lasts s exactly and
    the present ones began at independent, even times, so the wait is s (q + Beta(r, n + 1 - r)),
    k - 1 = q n + r - 1; it lies between q s and (q + 1) s however they began. There withdrawals are left out,
    so it is an upper limit.

    Every number may be an interval (low, high); "shortest" and "longest" take the ends that make the wait so.
    ``table``: law, case, position, places, stay, withdrawal, mean, median, lower, upper (quantiles of the wait
    itself, not limits of an estimate).

    Raises :class:`StudyError`, all problems at once, for positions below 1, no place (nobody ever starts),
    stays that are not positive and negative withdrawals.

    >>> table = expected_wait(position=2, places=4, stay=12).table
    >>> table.loc[table["case"] == "longest", ["law", "mean"]].reset_index(drop=True)
               law  mean
    0  exponential   6.0
    1        fixed   4.8
    """
    waits = _waits(position=position, places=places, stay=stay, withdrawal=withdrawal)
    tail = (1 - level) / 2
    rows = [{**_row(case, wait), "mean": wait.mean(), "median": wait.quantile(0.5), "lower": wait.quantile(tail),
             "upper": wait.quantile(1 - tail)} for case, wait in waits]
    return Result(pd.DataFrame(rows), f"expected wait in {unit}, {100 * level:g} % of waits between the limits",
                  _ASSUMES, len(rows), origin)


def wait_probabilities(times: Sequence[float], *, position: Interval, places: Interval, stay: Interval,
                       withdrawal: Interval = 0.0, origin: str = "own", unit: str = "months") -> Result:
    """The probability of a start by each time; arguments, laws and cases of :func:`expected_wait`.

    ``table``, one row a law, case and time: law, case, position, places, stay, withdrawal, time, turn (the
    turn has come for a person who stays on the list), started, withdrawn and waiting (they add up to 1 for a
    person who may give up like all others; empty for fixed stays with withdrawals). Between the cases lies
    ``turn`` for all numbers within the intervals; of started that holds only without withdrawals.
    """
    at = np.asarray(times, float)
    frames = []
    for case, wait in _waits(position=position, places=places, stay=stay, withdrawal=withdrawal):
        turn, started = wait.turn(at), wait.started(at)
        waiting = np.where(np.isnan(started), np.nan, np.exp(-wait.withdrawal * at) * (1 - turn))
        frames.append(pd.DataFrame({**_row(case, wait), "time": at, "turn": turn, "started": started,
                                    "withdrawn": np.maximum(1 - started - waiting, 0), "waiting": waiting}))
    table = pd.concat(frames, ignore_index=True)
    return Result(table, f"probability of a start by {unit}", _ASSUMES, len(table), origin,
                  shares=("turn", "started", "withdrawn", "waiting"), counted="rows")


def documented_wait(study: Study, project: str = "GehVor", *, places: str = "places_concurrent",
                    withdrawal: Interval = 0.0, level: float = 0.9) -> Result:
    """:func:`expected_wait` of the next person to join a documented waiting list, from its documented numbers.

    Position: one more than the waiting list, ``places``: the quantity that counts them, stay: the planned one.
    """
    return expected_wait(**documented_queue(study, project, places=places), withdrawal=withdrawal, level=level,
                         origin=study.origin("facts"))


def documented_queue(study: Study, project: str = "GehVor", *,
                     places: str = "places_concurrent") -> dict[str, tuple[float, float]]:
    """Position of the next person, places and stay in months as documented: arguments of `expected_wait`."""
    waiting, room = fact(study, project, "waiting_list"), fact(study, project, places)
    stay = fact(study, project, "planned_stay")
    return {"position": (waiting.low + 1, waiting.high + 1), "places": (room.low, room.high),
            "stay": (stay.low, stay.high)}


_ASSUMES = (
    "All places are full, a freed place is filled at once by the first on the list, nobody is let in before.",
    "Exponential: a stay is as likely to end in the next month however long it has lasted.",
    "Fixed: every stay lasts as long as the mean, the present ones began at independent, even times; withdrawals "
    "are left out.",
    "Case shortest takes the ends of all intervals that shorten the wait, longest those that lengthen it.",
)


def _waits(**numbers: Interval) -> list[tuple[str, Wait]]:
    ends = {name: (value, value) if np.isscalar(value) else tuple(value) for name, value in numbers.items()}
    _check(ends)
    (first, last), (few, many) = ends["position"], ends["places"]
    short, long = ends["stay"]
    seldom, often = ends["withdrawal"]
    cases = ((int(first), int(many), short, often), (ceil(last), int(few), long, seldom))
    return [(name, Wait(*case, law)) for law in LAWS for name, case in zip(CASES, cases, strict=True)]


def _check(ends: dict[str, tuple[float, ...]]) -> None:
    needs = {"position": (1, "The first on the list has position 1."),
             "places": (1, "Without a place nobody ever starts: give at least 1."),
             "stay": (np.nextafter(0, 1), "Give a positive mean stay."),
             "withdrawal": (0, "Give 0 where nobody gives up.")}
    problems = [Problem("", None, name, str(value), "is not a number or interval that can be used.", needs[name][1])
                for name, value in ends.items()
                if len(value) != 2 or not needs[name][0] <= value[0] <= value[1] < np.inf]
    if problems:
        raise StudyError(problems)


def _row(case: str, wait: Wait) -> dict[str, object]:
    return {"law": wait.law, "case": case, "position": wait.position, "places": wait.places, "stay": wait.stay,
            "withdrawal": wait.withdrawal}
