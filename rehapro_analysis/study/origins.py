"""Origins: documented, own or synthetic, and the label of what is made of several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

STRICTEST_FIRST = ("synthetic", "own", "documented")
COLUMN = "origin"


def strictest(origins: Iterable[str]) -> str:
    """One synthetic part makes the whole synthetic, else one own part makes it own; without parts it is own.

    >>> strictest(["documented", "synthetic"]), strictest([])
    ('synthetic', 'own')
    """
    found = set(origins)
    return next((origin for origin in STRICTEST_FIRST if origin in found), "own")


def frame_origin(frame: Any, origin: str | None) -> str:
    """The origin that is said, else the strictest that the frame's column "origin" tells, else own.

    A synthetic row is never called anything else: saying "own" of a frame that says "synthetic" changes nothing.

    >>> people = pd.DataFrame({"month": [1, 2], "origin": ["own", "synthetic"]})
    >>> frame_origin(people, None), frame_origin(people, "own"), frame_origin(people[["month"]], None)
    ('synthetic', 'synthetic', 'own')
    """
    told = _told(frame)
    return "synthetic" if "synthetic" in told else origin or strictest(told)


def marked(made: pd.DataFrame, frame: Any) -> pd.DataFrame:
    """What was made of a frame, with a column "origin" if the frame tells where its rows come from."""
    told = set(_told(frame)).intersection(STRICTEST_FIRST)
    return made.assign(**{COLUMN: strictest(told)}) if told else made


def _told(frame: Any) -> list[str]:
    if isinstance(frame, dict):
        return list(frame.get(COLUMN, ()))
    if isinstance(frame, pd.DataFrame):
        return frame[COLUMN].dropna().unique().tolist() if list(frame.columns).count(COLUMN) == 1 else []
    data = nw.from_native(frame)
    if COLUMN not in data.collect_schema().names():
        return []
    found = data.select(COLUMN).unique()
    return (found.collect() if isinstance(found, nw.LazyFrame) else found)[COLUMN].to_list()
