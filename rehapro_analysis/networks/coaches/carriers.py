"""Carried ties: a team's ties to partners, the persons on whom each depends, and what is left when persons leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

FORMAL = ("written", "contract", "statutory")
PAIR = ["source", "target"]

CARRIED = "A tie stands for a team and a partner, whatever its relations; only active ones count."
FIRM = "Written, contractual and statutory ties outlast any person, and so do ties to a position with a deputy."
ALIKE = "Coaches and other persons who carry ties are treated alike, and they leave independently of one another."
UNTOLD = "Active ties of which no carrier is recorded are left out; ties whose last carrier has gone are not counted."


@dataclass(frozen=True, eq=False)
class CarriedTies:
    """E ties of one project that stand on the lock day, and the M persons who carry them or could leave.

    ``partners`` (E,) are the actors at the other end, ``formal`` (E,) says which ties need nobody, ``carried``
    (E, M) who carries which. ``n_orphaned`` informal ties had carriers and have none left; ``n_untold`` have
    none recorded. Persons have no names here: ``employers`` (M,) holds their employer or None.
    """

    project: str
    sources: np.ndarray
    partners: np.ndarray
    formal: np.ndarray
    carried: np.ndarray
    employers: np.ndarray = field(repr=False)
    n_orphaned: int = 0
    n_untold: int = 0
    origin: str = "own"

    @property
    def n_ties(self) -> int:
        """E."""
        return len(self.formal)

    @property
    def sizes(self) -> np.ndarray:
        """How many persons carry each tie, shape (E,)."""
        return self.carried.sum(axis=1)

    @property
    def carrying(self) -> np.ndarray:
        """Which of the M persons carry any tie, shape (M,)."""
        return self.carried.any(axis=0)

    def surviving(self, gone: np.ndarray) -> np.ndarray:
        """Which ties are left in each of N departures, shape (N, E); ``gone`` (N, M) says who leaves.

        A tie is left if it is formal or one of its carriers stays.
        """
        staying = (~np.asarray(gone, dtype=bool)).astype(np.float32) @ self.carried.T.astype(np.float32)
        return (staying > 0) | self.formal


def carried_ties(study: Study, project: str | Sequence[str] | None = None, *,
                 lock: date | str | None = None) -> Iterator[CarriedTies]:
    """The carried ties of each project with rows in ``carriers``, in the order of the projects.

    ``lock`` is the day looked at, by default the latest recorded of carriers, coaches and tie events. Raises
    :class:`StudyError` for a project without carriers.
    """
    carriers = study.table("carriers")
    wanted = {project} if isinstance(project, str) else set(carriers["project"] if project is None else project)
    if absent := sorted(wanted - set(carriers["project"])):
        raise StudyError.of(f"Nobody is recorded to carry a tie of {', '.join(absent)}.", "Add rows to carriers.csv.")
    day = last_day(study) if lock is None else day_of(lock)
    for name in study.table("projects")["project"].unique():
        if name in wanted:
            yield _of_project(study, name, carriers[carriers["project"] == name], day)


def last_day(study: Study) -> pd.Timestamp:
    """The latest day recorded of coaches, carriers and ties; `StudyError` if there is none."""
    days = [study.table(name)[column].max() for name, columns in (
        ("carriers", ("since", "until")), ("coaches", ("since", "until")), ("tie_events", ("on",)))
        if study.has(name) for column in columns]
    if not (known := [day for day in days if pd.notna(day)]):
        raise StudyError.of("No day is recorded of carriers, coaches or tie events.", "Add since to carriers.csv.")
    return max(known)


def _of_project(study: Study, project: str, rows: pd.DataFrame, day: pd.Timestamp) -> CarriedTies:
    ties, origins = study.table("ties"), set(rows["origin"])
    ties = ties[ties["project"].eq(project) & ties["origin"].isin(origins) & ties["status"].eq("active")]
    ties = ties[ties["source"].isin(rows["source"])]
    now = rows[~(rows["since"] > day) & ~(rows["until"] <= day)]
    pairs = pd.MultiIndex.from_frame(ties[PAIR].drop_duplicates().sort_values(PAIR))
    recorded = pairs.isin(pd.MultiIndex.from_frame(rows[PAIR]))
    formal = pairs.isin(_firm(ties, now))
    standing = recorded & (formal | pairs.isin(pd.MultiIndex.from_frame(now[PAIR])))
    persons, employers = _persons(study, project, now, day)
    kept, now = pairs[standing], now[pd.MultiIndex.from_frame(now[PAIR]).isin(pairs[standing])]
    carried = np.zeros((len(kept), len(persons)), dtype=bool)
    carried[kept.get_indexer(pd.MultiIndex.from_frame(now[PAIR])), np.searchsorted(persons, now["person"])] = True
    return CarriedTies(
        project, kept.get_level_values(0).to_numpy(), kept.get_level_values(1).to_numpy(), formal[standing], carried,
        employers, int((recorded & ~standing).sum()), int((~recorded).sum()),
        study.origin("carriers"))


def _firm(ties: pd.DataFrame, now: pd.DataFrame) -> pd.MultiIndex:
    deputies = pd.MultiIndex.from_frame(now.loc[now["role"] == "deputy", PAIR])
    to_position = ties["formality"].eq("position") & pd.MultiIndex.from_frame(ties[PAIR]).isin(deputies)
    return pd.MultiIndex.from_frame(ties.loc[ties["formality"].isin(FORMAL) | to_position, PAIR])


def _persons(study: Study, project: str, now: pd.DataFrame, day: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Everybody who carries or is employed as a coach, sorted, and their employers."""
    if not study.has("coaches"):
        persons = np.unique(now["person"])
        return persons, np.full(len(persons), None)
    coaches = study.table("coaches")
    coaches = coaches[coaches["project"] == project]
    present = coaches[~(coaches["since"] > day) & ~(coaches["until"] <= day)]
    persons = np.union1d(now["person"].to_numpy(str), present["coach"].to_numpy(str))
    employer = coaches.set_index("coach")["employer"].reindex(persons).to_numpy(object)
    return persons, np.where(pd.isna(employer), None, employer)
