"""What is measured in a simulated phase: one number a replication, and stocks at the end of every month."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.throughput.simulation.programme import Phase
from rehapro_analysis.throughput.simulation.simulation import Course

UNITS = {
    "mean_wait": "months", "wait_90": "months", "share_waiting_long": "share", "lost": "persons",
    "lost_share": "share", "waiting_at_end": "persons", "occupancy": "share", "mean_present": "persons",
    "entries_per_year": "persons", "exits_per_year": "persons",
}
WAIT_SHARE = 0.9


def measures(course: Course, phase: Phase, *, months: float, warm_up: float, long_wait: float) -> dict[str, np.ndarray]:
    """One number a replication for every measure, nan where it is not defined.

    Waits are those of people who came after the warm-up and within the months, followed to their end:
    mean_wait and wait_90 (the wait that nine in ten do not exceed) of those who start, share_waiting_long of all
    who came, lost those who gave up or were turned away. Occupancy, entries and exits are counted within
    the months.
    """
    came = (course.arrived >= warm_up) & (course.arrived < months)
    lost = came & (course.gave_up < np.inf)
    taken, offered = _present(course, warm_up, months), phase.places_until(months, warm_up)
    number, years = came.sum(axis=0), (months - warm_up) / 12
    return {
        **_waits(course, came & (course.started < np.inf)),
        "share_waiting_long": _ratio((came & (course.taken_off > course.arrived + long_wait)).sum(axis=0), number),
        "lost": lost.sum(axis=0).astype(float), "lost_share": _ratio(lost.sum(axis=0), number),
        "waiting_at_end": ((course.arrived <= months) & (course.taken_off > months)).sum(axis=0).astype(float),
        "occupancy": _ratio(taken, np.full(taken.shape, offered)) if offered < np.inf else np.full(taken.shape, np.nan),
        "mean_present": taken / (months - warm_up),
        "entries_per_year": _within(course.started, warm_up, months) / years,
        "exits_per_year": (_within(course.left, warm_up, months) + _within(course.held, warm_up, months)) / years,
    }


def stocks(course: Course, months: float) -> dict[str, np.ndarray]:
    """People waiting and present at the end of every month, shape (months + 1, replications); row 0 is the beginning.

    waiting = arrived - started - given up, present = held + started - left, each counted up to that moment.
    """
    counted = {name: _up_to(getattr(course, name), int(months))
               for name in ("arrived", "started", "gave_up", "left", "held")}
    return {"waiting": counted["arrived"] - counted["started"] - counted["gave_up"],
            "present": len(course.held) + counted["started"] - counted["left"] - counted["held"]}


def _up_to(times: np.ndarray, months: int) -> np.ndarray:
    """How many of a replication's times lie at or before the end of each month."""
    replications = times.shape[1]
    month = np.minimum(np.ceil(times), months + 1).astype(np.intp)
    each = np.bincount((month * replications + np.arange(replications)).ravel(), minlength=(months + 2) * replications)
    return each.reshape(-1, replications)[:-1].cumsum(axis=0)


def _waits(course: Course, started: np.ndarray) -> dict[str, np.ndarray]:
    wait = np.full(started.shape, np.inf)
    np.subtract(course.started, course.arrived, out=wait, where=started)
    number = started.sum(axis=0)
    total = np.where(started, wait, 0.0).sum(axis=0)
    if not len(wait):
        return {"mean_wait": _ratio(total, number), "wait_90": _ratio(total, number)}
    place = np.maximum(np.ceil(WAIT_SHARE * number - 1e-9).astype(np.intp) - 1, 0)
    ninth = np.take_along_axis(np.sort(wait, axis=0), place[None], axis=0)[0]
    return {"mean_wait": _ratio(total, number), "wait_90": np.where(number > 0, ninth, np.nan)}


def _present(course: Course, start: float, end: float) -> np.ndarray:
    """Person-months in the phase from ``start`` to ``end``."""
    spent = (np.clip(course.left, start, end) - np.clip(course.started, start, end)).sum(axis=0)
    return spent + (np.clip(course.held, start, end) - start).sum(axis=0)


def _within(times: np.ndarray, start: float, end: float) -> np.ndarray:
    return ((times >= start) & (times < end)).sum(axis=0)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
