"""Cases cut into segments in which the same actors are responsible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

RESPONSIBLE = ("lead", "joint")
TOLERANCE = 14  # days


@dataclass(frozen=True, eq=False)
class Segments:
    """Segments in order of case and time; times without a responsible actor are left out.

    ``case`` (S,) counts from 0 to ``n_cases`` - 1, ``start`` and ``stop`` (S,) are whole days (or steps of a
    process), ``present`` (S, n) says who of ``actors`` is responsible. ``n_without`` counts cases for which
    nobody is responsible on any day; they are not among ``n_cases``.
    """

    case: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    present: np.ndarray
    actors: tuple[str, ...]
    n_cases: int
    n_without: int = 0

    @property
    def length(self) -> np.ndarray:
        """Days of each segment, shape (S,)."""
        return (self.stop - self.start).astype(float)

    @property
    def case_time(self) -> np.ndarray:
        """Days on which anybody is responsible, shape (n_cases,)."""
        return np.bincount(self.case, self.length, self.n_cases)

    @property
    def stations(self) -> np.ndarray:
        """How many actors are ever responsible for each case, shape (n_cases,)."""
        seen = np.zeros((self.n_cases, len(self.actors)), dtype=bool)
        np.logical_or.at(seen, self.case, self.present)
        return seen.sum(axis=1)


def dated_episodes(rows: pd.DataFrame, lock: pd.Timestamp) -> pd.DataFrame:
    """Rows of the table ``responsibility`` with ``start`` and ``stop`` as day numbers, as known on the lock day.

    An open episode lasts through the lock day; later ones are left out. Columns: case, actor, mode, start, stop.
    """
    after = lock + pd.Timedelta(days=1)
    known = rows[rows["since"] < after]
    ends = known["until"].fillna(after).clip(upper=after)
    days = {name: column.to_numpy().astype("M8[D]").astype(np.int64)
            for name, column in (("start", known["since"]), ("stop", ends))}
    return known[["case", "actor", "mode"]].assign(**days).reset_index(drop=True)


def segments_of(episodes: pd.DataFrame, *, tolerance: float = TOLERANCE) -> Segments:
    """Cut cases into segments; ``episodes`` has case, actor, mode and whole numbers start < stop.

    Only lead and joint count as responsible. Episodes of one actor that overlap or touch are one. Where one actor
    takes over from another and both are noted for at most ``tolerance`` days, the first ends when the
    second begins; a short episode within a longer one is no hand-over and stays.

    >>> rows = pd.DataFrame({"case": "c", "actor": ["jc", "clinic"], "mode": "lead", "start": [0, 90],
    ...                      "stop": [100, 200]})
    >>> segments_of(rows).present.sum(axis=1).tolist(), segments_of(rows, tolerance=5).present.sum(axis=1).tolist()
    ([1, 1], [1, 2, 1])
    """
    counted = episodes[episodes["mode"].isin(RESPONSIBLE)]
    cases, actors = np.unique(counted["case"]), np.unique(counted["actor"])
    case, actor = (np.searchsorted(names, counted[name]) for names, name in ((cases, "case"), (actors, "actor")))
    spans = _joined(pd.DataFrame({"case": case, "actor": actor, "start": counted["start"].to_numpy(),
                                  "stop": counted["stop"].to_numpy()}))
    spans = _handed_over(spans, tolerance)
    without = episodes["case"].nunique() - len(cases)
    return Segments(*_cut(spans, len(actors)), tuple(map(str, actors)), len(cases), without)


def _joined(spans: pd.DataFrame) -> pd.DataFrame:
    """Episodes of the same actor and case as one where they overlap or touch."""
    spans = spans.sort_values(["case", "actor", "start"], kind="stable", ignore_index=True)
    group = [spans["case"], spans["actor"]]
    reached = spans.groupby(group)["stop"].cummax().groupby(group).shift()
    run = (~(spans["start"] <= reached)).cumsum()
    return spans.groupby(run).agg({"case": "first", "actor": "first", "start": "min", "stop": "max"})


def _handed_over(spans: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """A predecessor ends where its successor begins, if they overlap for no longer than the tolerance."""
    spans = spans.reset_index(drop=True).rename_axis("place").reset_index()
    pairs = spans.merge(spans, on="case", suffixes=("", "_next"))
    overlap = pairs["stop"] - pairs["start_next"]
    follows = (pairs["actor"] != pairs["actor_next"]) & (pairs["start"] < pairs["start_next"])
    follows &= (pairs["stop"] < pairs["stop_next"]) & (overlap > 0) & (overlap <= tolerance)
    earliest = pairs[follows].groupby("place")["start_next"].min()
    return spans.assign(stop=np.minimum(spans["stop"], earliest.reindex(spans.index, fill_value=spans["stop"].max())))


def _cut(spans: pd.DataFrame, n_actors: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Case, start, stop and present of every segment with somebody responsible."""
    if spans.empty:
        none = np.zeros(0, np.int64)
        return none, none, none, np.zeros((0, n_actors), bool)
    first = int(spans["start"].min())
    width = int(spans["stop"].max()) - first + 1
    begin, end = (spans["case"].to_numpy() * width + spans[name].to_numpy() - first for name in ("start", "stop"))
    points = np.unique(np.concatenate([begin, end]))
    change = np.zeros((len(points), n_actors), np.int64)
    for place, step in ((begin, 1), (end, -1)):
        np.add.at(change, (np.searchsorted(points, place), spans["actor"].to_numpy()), step)
    present = np.cumsum(change, axis=0) > 0
    filled = np.flatnonzero(present.any(axis=1))  # after the last day of a case nobody is present
    case, start = np.divmod(points[filled], width)
    return case, start + first, points[filled + 1] - case * width + first, present[filled]
