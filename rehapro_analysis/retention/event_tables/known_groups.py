"""Known groups: a group that becomes known only on the way may not divide people from the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from rehapro_analysis.retention.event_tables.times import time_or
from rehapro_analysis.study.frames import collected
from rehapro_analysis.study.problems import Problem, StudyError

KNOWN = "_known"  # the column "module_known" says when "module" became known


def refuse_late_groups(frame: Any, columns: Sequence[str], start: str | None) -> None:
    """Raise :class:`StudyError` if somebody is watched in a group before the group was known.

    Where the frame has, beside a grouping column such as ``module``, a column ``module_known`` with the time at
    which it became known - since the origin, on the clock of the spells; empty: always known - no row may
    begin before it: known <= start, or <= 0 without a start. Whoever belongs to a group that is known only
    later had to stay until then, which makes any comparison favour it (immortal time).

    >>> people = pd.DataFrame({"module": ["yes", "no"], "module_known": [3, None]})
    >>> refuse_late_groups(people, ["module"], start=None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    rehapro_analysis.study.problems.StudyError: 1 row(s) are watched before their 'module' was known; ...
    """
    if isinstance(frame, pd.DataFrame):
        if not (beside := [name + KNOWN for name in columns if name + KNOWN in frame.columns]):
            return
        frame = collected(frame, [*beside, *([start] if start else [])])
    data = nw.from_native(frame)
    schema = data.collect_schema()
    dated = [name for name in dict.fromkeys(columns) if name + KNOWN in schema]
    if wrong := [name + KNOWN for name in dated if not schema[name + KNOWN].is_numeric()]:
        raise StudyError.of(f"{', '.join(map(repr, wrong))} holds no numbers.",
                            "Count the time from the origin, as for the end of the spell.")
    if problems := [_problem(name, count) for name, count in _late(data, dated, start).items() if count]:
        raise StudyError(problems)


def _late(data: Any, dated: list[str], start: str | None) -> dict[str, int]:
    """The number of rows that begin before each group was known."""
    if not dated:
        return {}
    begin = nw.lit(0.0) if start is None else time_or(start, 0.0)
    late = ((time_or(name + KNOWN, 0.0) > begin).cast(nw.Int64).sum().alias(name) for name in dated)
    counts = data.select(*late)
    row = (counts.collect() if isinstance(counts, nw.LazyFrame) else counts).row(0)
    return {name: int(count or 0) for name, count in zip(dated, row, strict=True)}


def _problem(name: str, count: int) -> Problem:
    return Problem("", None, "", "", f"{count} row(s) are watched before their {name!r} was known; to get it they had "
                   "to stay (immortal time).", "Take landmark() at a time when it was known, or split_spells() at the "
                   "time it was reached.")
