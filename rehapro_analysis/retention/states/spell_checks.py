"""Checks of histories: stays that overlap, leave gaps, jump or change the state without a record."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.states.histories import Columns, Histories, read_histories
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import Problem, StudyError

SHOWN = 5
KINDS = {
    "duplicate": ("the same stay twice", "Keep one of the rows."),
    "overlap": ("the stay begins before the earlier one ends", "End the earlier stay where the later one begins."),
    "gap": ("unwatched time between two stays in the same state",
            "Close the gap, or name the time in between as a state of its own."),
    "jump": ("unwatched time, and another state afterwards",
             "Name the time in between as a state of its own, such as 'away'."),
    "teleport": ("another state than the stay before led to, at the same time",
                 "Write in the earlier row where the person went."),
}


def check_spells(spells: Any, *, participant: Columns = "participant", state: str = "state",
                 start: str = "start", stop: str = "stop", to: str = "to", origin: str | None = None) -> Result:
    """Count what is wrong with histories, by kind; a good table has only zeros.

    Each stay is held against the stay before of the same person, in the order of their ends: duplicate
    (same begin and end), overlap, gap and jump (time in between; same or other state), teleport (no time
    in between, but another state than announced). The kinds are R's ``survcheck``; here every fault is
    counted once, and duplicates are not counted as overlaps. Columns: kind, meaning, n_rows, n_persons.

    >>> stays = pd.DataFrame({"participant": ["a", "a"], "state": ["one", "two"], "start": [0, 4],
    ...                       "stop": [3, 6], "to": ["two", None]})
    >>> check_spells(stays).table.set_index("kind")["n_rows"].to_dict()
    {'duplicate': 0, 'overlap': 0, 'gap': 1, 'jump': 0, 'teleport': 0}
    """
    origin = frame_origin(spells, origin)
    histories = read_histories(spells, participant=participant, state=state, start=start, stop=stop, to=to)
    found = faults(histories)
    frame = pd.DataFrame([
        (kind, meaning, int(wrong.sum()), len(np.unique(histories.person[wrong > 0])))
        for (kind, (meaning, _)), wrong in zip(KINDS.items(), found.values(), strict=True)],
        columns=["kind", "meaning", "n_rows", "n_persons"])
    return Result(frame, "checks of histories", ("Each stay is held against the person's one before it.",),
                  histories.n, origin, ("n_rows", "n_persons"))


def faults(histories: Histories) -> dict[str, np.ndarray]:
    """For each kind the number of faulty rows at each stay, shape (R,)."""
    same = histories.continues
    before = {name: np.roll(getattr(histories, name), 1) for name in ("begin", "end", "state", "to")}
    between = np.where(same, histories.begin - before["end"], 0)
    expected = np.where(before["to"] >= 0, before["to"], before["state"])
    moved = same & (histories.state != expected)
    again = same & (histories.end == before["end"]) & (histories.begin == before["begin"])
    kinds = {"duplicate": again, "overlap": (between < 0) & ~again, "gap": (between > 0) & ~moved,
             "jump": (between > 0) & moved, "teleport": same & (between == 0) & moved}
    return {kind: wrong + (histories.copies - 1) * (kind == "duplicate") for kind, wrong in kinds.items()}


def sound(histories: Histories) -> Histories:
    """The histories with cuts removed; :class:`StudyError` names the rows that make no history."""
    problems = [_problem(kind, wrong, histories) for kind, wrong in faults(histories).items() if wrong.any()]
    if problems:
        raise StudyError(problems)
    return histories.joined()


def _problem(kind: str, wrong: np.ndarray, histories: Histories) -> Problem:
    meaning, remedy = KINDS[kind]
    rows = ", ".join(map(str, np.sort(histories.row[wrong > 0])[:SHOWN]))
    place = f" (first at {rows}, from 0)" if (histories.copies == 1).all() else ""
    return Problem("", None, "", "", f"{kind}: {int(wrong.sum())} row(s){place} with {meaning}.", remedy)
