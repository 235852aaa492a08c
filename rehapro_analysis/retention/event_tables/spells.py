"""Spells: who was watched from when to when and how it ended, read from any frame and checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from rehapro_analysis.retention.event_tables.coding import (
    Axis,
    Columns,
    bounds,
    code_column,
    floats,
    is_number,
    plain,
    time_axes,
)
from rehapro_analysis.retention.event_tables.known_groups import refuse_late_groups
from rehapro_analysis.study.frames import by_column, refuse_absent
from rehapro_analysis.study.problems import Problem, StudyError

PERSONS, WEIGHT, WEIGHT_SQ, REFUSED = (f"retention {name}" for name in ("n", "w", "w2", "refused"))

FLAGS = ("0", "true", "false", "yes", "no", "ja", "nein", "noch da", "still there")  # texts that are no reason


@dataclass(frozen=True)
class Spells:
    """Checked and coded spells; ``n`` is None where one row is one spell, else spells a row."""

    strata: list[Axis]
    by: list[Axis]
    entry: Axis | None
    exit: Axis
    event: Axis
    n: np.ndarray | None
    weight: np.ndarray | None
    weight_sq: np.ndarray | None


def names(columns: str | Sequence[str] | None) -> list[str]:
    """One name, several or none, as a list."""
    return [columns] if isinstance(columns, str) else list(columns or ())


def read_spells(frame: Any, *, stop: str, event: str, start: str | None = None, by: Any = None,
                strata: Any = None, weight: str | None = None) -> Spells:
    """Read spells from a frame, or from its columns; a lazy frame is first condensed by one group-by on its engine.

    Raises :class:`StudyError` with every problem: absent columns, times that are missing, negative
    or infinite, spells of no length, missing groups, weights that are not positive; and groups that became
    known only after watching began (:func:`refuse_late_groups`).
    """
    by, strata = names(by), names(strata)
    wanted = [stop, event, *names(start), *by, *strata, *names(weight)]
    data = frame if isinstance(frame, dict) else by_column(frame, wanted) or nw.from_native(frame)
    lazy = isinstance(data, nw.LazyFrame)
    if not isinstance(data, dict):
        refuse_absent(wanted, data.collect_schema().names())
    if not isinstance(frame, dict):  # columns have no others beside them; who takes them has looked
        refuse_late_groups(frame, [*by, *strata], start)
    if lazy:
        data = _condensed(data, list(dict.fromkeys([*strata, *by, *names(start), stop, event])), weight)
    return _coded(data, stop, event, start, by, strata, weight, lazy)


def _condensed(data: nw.LazyFrame, keys: list[str], weight: str | None) -> nw.DataFrame:
    sums = [nw.len().alias(PERSONS)]
    if weight is not None:
        w = nw.col(weight).cast(nw.Float64)
        refused = nw.when(w.is_finite() & (w > 0)).then(nw.lit(0)).otherwise(nw.lit(1))
        # columns first: Dask groups columns, not expressions
        data = data.with_columns(w.alias(WEIGHT), (w * w).alias(WEIGHT_SQ), refused.alias(REFUSED))
        sums += [nw.col(name).sum() for name in (WEIGHT, WEIGHT_SQ, REFUSED)]
    counted = data.group_by(keys).agg(*sums)
    return counted.collect() if data.implementation.is_polars() else counted.collect("pandas")


def _coded(data: Columns, stop: str, event: str, start: str | None, by: list[str], strata: list[str],
           weight: str | None, lazy: bool) -> Spells:
    n = data[PERSONS].to_numpy().astype(float) if lazy else None
    problems = _Problems(n)
    exits, entries = _times(data, stop, problems), _times(data, start, problems) if start else None
    reach = bounds(exits) if len(exits) else (0, 0)
    problems.add_times(stop, exits, reach[0], start, entries)
    w, w2 = _weights(data, weight, lazy, n, problems)
    axes = {name: code_column(data[name]) for name in dict.fromkeys([*strata, *by, event])}
    for name in dict.fromkeys([*strata, *by]):
        problems.add(axes[name].missing, f"have no {name!r}", "Call it \"unknown\" or leave these rows out.")
    problems.raise_if_any()
    exit_axis, entry_axis = time_axes(exits, entries, reach)
    if entries is not None:
        problems.add_empty(start, stop, entry_axis.codes > exit_axis.codes)
        problems.raise_if_any()
    return Spells([axes[name] for name in strata], [axes[name] for name in by], entry_axis, exit_axis, axes[event],
                  n, w, w2)


def _times(data: Columns, name: str, problems: _Problems) -> np.ndarray:
    values = plain(data[name])
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return values
    if not is_number(values):
        kind = nw.Boolean() if isinstance(values, np.ndarray) else values.dtype
        problems.list.append(_problem(f"The column {name!r} holds {kind}, not numbers.",
                                      "Give times as numbers since the origin, such as days or months."))
        return np.zeros(len(values))
    return floats(values)


def _weights(data: Columns, weight: str | None, lazy: bool, n: np.ndarray | None,
             problems: _Problems) -> tuple[np.ndarray | None, np.ndarray | None]:
    if weight is None:
        return n, n
    w = floats(data[WEIGHT] if lazy else data[weight])
    refused = data[REFUSED].to_numpy() if lazy else ~((w > 0) & np.isfinite(w))
    problems.add(refused, f"have a {weight!r} that is missing, infinite or not positive",
                 "Leave out who shall not count.")
    return w, data[WEIGHT_SQ].to_numpy() if lazy else w * w


def causes_of(levels: Sequence, seen: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Cause of every counted combination (-1 = still there) and the names of the causes seen, sorted.

    >>> causes_of([None, "work", "dropout"], np.array([0, 1, 2, 1]))
    (array([-1,  1,  0,  1]), ('dropout', 'work'))
    """
    observed = {code: levels[code] for code in np.bincount(seen).nonzero()[0].tolist()}
    _check_causes(observed.values())
    leaving = {code: level for code, level in observed.items() if not _staying(level)}
    if all(level == 1 for level in leaving.values()):
        meaning, causes = dict.fromkeys(leaving, 0), ("event",)
    else:
        called = {code: _called(level) for code, level in leaving.items()}
        ranked = sorted(called, key=lambda code: _rank(leaving[code]))
        causes = tuple(dict.fromkeys(called[code] for code in ranked))
        meaning = {code: causes.index(name) for code, name in called.items()}
    lookup = np.array([meaning.get(code, -1) for code in range(max(observed) + 1)])
    return lookup[seen], causes


def _called(level: Any) -> str:
    return str(int(level)) if not isinstance(level, str) and level == int(level) else str(level)


def _rank(level: Any) -> tuple:
    return (1, 0, level) if isinstance(level, str) else (0, level, "")


def _staying(level: Any) -> bool:
    if isinstance(level, str):
        return level.strip().casefold() in ("", "censored")
    return level is None or level == 0


def _check_causes(levels: Any) -> None:
    texts = [level for level in levels if isinstance(level, str)]
    flags = [text for text in texts if text.strip().casefold() in FLAGS]
    if flags:
        raise StudyError.of(f"The causes contain the text {flags[0]!r}.", "Give numbers or booleans instead, or the "
                            "reason of leaving, empty for who is still there.")
    if any(level < 0 for level in levels if level is not None and not isinstance(level, str)):
        raise StudyError.of("The causes contain a negative number.", "Leave it empty for who is still there.")


def _problem(message: str, remedy: str) -> Problem:
    return Problem("", None, "", "", message, remedy)


class _Problems:
    """Problems as they are found, each with its count and, where rows are known, the first rows."""

    def __init__(self, n: np.ndarray | None) -> None:
        self.n, self.list = n, []

    def add(self, bad: np.ndarray, what: str, remedy: str) -> None:
        """``bad`` says of every row whether it is, or of how many persons of a condensed row it is true."""
        if not bad.any():
            return
        count = int(self.n[bad].sum() if self.n is not None and bad.dtype == bool else bad.sum())
        rows = "" if self.n is not None else f" (first at {', '.join(map(str, np.flatnonzero(bad)[:5]))}, from 0)"
        self.list.append(_problem(f"{count} row(s){rows} {what}.", remedy))

    def add_times(self, stop: str, exits: np.ndarray, least: float, start: str | None,
                  entries: np.ndarray | None) -> None:
        if not len(exits):
            self.list.append(_problem("The frame has no rows.", "Give at least one spell."))
        if exits.dtype.kind == "f":
            remedy = "Who is still there is censored on the day of the report."
            self.add(np.isnan(exits), f"have no {stop!r}", remedy)
            self.add(np.isinf(exits), f"have an infinite {stop!r}", remedy)
        if not least >= 0:
            self.add(exits < 0, f"have a negative {stop!r}",
                     "Count time from the origin, which is 0.")
        if entries is not None:
            self.add(entries < 0, f"have a negative {start!r}",
                     "Leave it empty where watching began at the origin.")
            self.add_empty(start, stop, entries >= exits)

    def add_empty(self, start: str, stop: str, empty: np.ndarray) -> None:
        self.add(empty, f"have {start!r} at or after {stop!r}, a spell of no length",
                 f"Leave {start!r} empty where watching began at the origin, or count in smaller units.")

    def raise_if_any(self) -> None:
        if self.list:
            raise StudyError(self.list)
