"""Admission: when each person gets a place, for all replications at once, in the order of arrival.

Arrays have one row a person and one column a replication. Nobody overtakes: a person starts at the earliest
moment at which a place is free for them, unless their patience has ended before; then they never start (inf).
"""

from __future__ import annotations

import numpy as np


def start_times(arrived: np.ndarray, stay: np.ndarray, *, places: dict[float, int], until: np.ndarray | float = np.inf,
                held: np.ndarray | None = None) -> np.ndarray:
    """When persons start in a project that refills places at once; inf for those who never do.

    ``arrived`` rises down each column (inf: nobody); ``until`` is when patience ends; ``places`` maps a
    month to the number of places from then on; ``held`` are the months until those present at the
    beginning leave. If places are taken away, nobody is sent home: they are not filled again.

    With c places a person starts at max(arrival, c-th largest departure so far), the recursion of
    Kiefer and Wolfowitz 1955 written with departures. Only the largest departures are kept, sorted; who
    does not start departs at minus infinity and so changes nothing. O(persons x places) on whole columns.

    >>> starts = start_times(np.array([[0.0], [1.0], [2.0]]), np.full((3, 1), 4.0), places={0: 2})
    >>> starts.ravel().tolist()
    [0.0, 1.0, 4.0]
    """
    begins, ends, counts = _schedule(places)
    last = _departures(held, max(counts), arrived.shape[1])
    spare, started = last.copy(), np.empty_like(arrived)
    patience_ends = np.broadcast_to(until, arrived.shape)
    for person, (came, stays, ending) in enumerate(zip(arrived, stay, patience_ends, strict=True)):
        start = _soonest(came, last, begins, ends, max(counts) - counts)
        started[person] = np.where(start <= ending, start, np.inf)
        left = np.where(started[person] < np.inf, started[person] + stays, -np.inf)
        # Sorting in: what was the j-th becomes clip(left, j-th, next).
        np.maximum(last[:-1], left, out=spare[:-1])
        np.minimum(spare[:-1], last[1:], out=spare[:-1])
        last, spare = spare, last
    return started


def cycle_start_times(arrived: np.ndarray, *, places: dict[float, int], cycle: float, months: float,
                      until: np.ndarray | float = np.inf) -> np.ndarray:
    """When persons start in a project whose groups begin at 0, ``cycle``, 2 ``cycle`` ... and are not refilled.

    Every seat of every group is a slot; each person takes the first slot that is not taken and does not begin
    before they arrive. As many groups follow after ``months`` as the list needs.

    >>> cycle_start_times(np.array([[0.0], [1.0], [2.0]]), places={0: 1}, cycle=12, months=24).ravel().tolist()
    [0.0, 12.0, 24.0]
    """
    begins, _, counts = _schedule(places)
    more = -(-len(arrived) // max(int(counts[-1]), 1))
    groups = np.arange(-(-months // cycle) + more + 1) * cycle
    slots = np.repeat(groups, counts[np.searchsorted(begins, groups, side="right") - 1])
    slots = np.append(slots, np.inf)
    free, started = np.zeros(arrived.shape[1], np.intp), np.empty_like(arrived)
    patience_ends = np.broadcast_to(until, arrived.shape)
    for person, (first, ending) in enumerate(zip(np.searchsorted(slots, arrived), patience_ends, strict=True)):
        slot = np.minimum(np.maximum(free, first), len(slots) - 1)
        started[person] = np.where(slots[slot] <= ending, slots[slot], np.inf)
        free = np.where(started[person] < np.inf, slot + 1, free)
    return started


def _schedule(places: dict[float, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last moment, and number of places, of each period."""
    begins = np.array(sorted(places), float)
    return begins, np.append(begins[1:], np.inf), np.array([places[begin] for begin in sorted(places)], int)


def _departures(held: np.ndarray | None, most: int, replications: int) -> np.ndarray:
    """The ``most`` largest departures of those present, sorted, and a last row of inf: no place at all."""
    last = np.full((most + 1, replications), -np.inf)
    last[-1] = np.inf
    if held is not None and len(held) and most:
        kept = np.sort(held, axis=0)[-most:]
        last[most - len(kept):most] = kept
    return last


def _soonest(came: np.ndarray, last: np.ndarray, begins: np.ndarray, ends: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """The earliest moment with a free place: within each period the first, then the first period that has one."""
    if len(rank) == 1:
        return np.maximum(came, last[rank[0]])
    within = np.maximum(np.maximum(last[rank], begins[:, None]), came)
    return np.where(within < ends[:, None], within, np.inf).min(axis=0)
