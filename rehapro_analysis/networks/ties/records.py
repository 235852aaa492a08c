"""What a network is read from: the rows of a study that speak of it, its members, and who answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from rehapro_analysis.networks.ties.rules import GIVES, answered
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

PARTNERSHIPS = tuple(name for name in TABLES["ties"].column("relation").allowed if name != "evaluation")


@dataclass(frozen=True, eq=False)
class Record:
    """Rows of ties and tie_events, the actors (sorted by code), the lead jobcenters, and who could be asked.

    ``roster`` has the pairs (project, actor) that could be named, ``respondents`` (project, actor, side) who answered.
    """

    ties: pd.DataFrame
    events: pd.DataFrame
    actors: pd.DataFrame
    leads: tuple[str, ...]
    roster: frozenset[tuple[str, str]]
    respondents: frozenset[tuple[str, str, str]]


def read_record(study: Study, projects: list[str] | None, *, relations: Iterable[str] | None, origin: str,
                respondents: Iterable[str]) -> Record:
    """The record of some projects, or of all; `StudyError` if no tie or no actor fits."""
    ties = _rows(study, "ties", projects, origin)
    if ties.empty:
        named = ", ".join(projects or ["any project"])
        raise StudyError.of(f"No {origin} tie names {named}.", "Add its ties to ties.csv.")
    kept = ties[ties["relation"].isin(PARTNERSHIPS if relations is None else list(relations))]
    actors, said = study.table("actors"), set(respondents)
    _check_known(said, actors)
    leads = set(ties["source"]) & set(actors.loc[actors["kind"].eq("jobcenter"), "actor"])
    members = actors[actors["actor"].isin(leads | said | set(kept["source"]) | set(kept["target"]))]
    asked = answered(ties) | {(name, code, GIVES) for name in set(ties["project"]) for code in said}
    named = {pair for end in ("source", "target") for pair in zip(kept["project"], kept[end], strict=True)}
    roster = named | {(project, actor) for project, actor, _ in asked}
    return Record(kept, _events(study, ties, projects, origin), members.sort_values("actor").reset_index(drop=True),
                  tuple(sorted(leads)), frozenset(roster), frozenset(asked))


def recorded_projects(study: Study, origin: str) -> list[str]:
    """The projects that a tie of that origin names, in the order of the study; `StudyError` if there is none."""
    ties = study.table("ties")
    named = set(ties.loc[ties["origin"].eq(origin), "project"])
    if not named:
        raise StudyError.of(f"No {origin} tie names any project.", "Add who works with whom to ties.csv.")
    return [name for name in study.table("projects")["project"].unique() if name in named]


def _rows(study: Study, name: str, projects: list[str] | None, origin: str) -> pd.DataFrame:
    rows = study.table(name)
    rows = rows[rows["origin"].eq(origin)]
    return rows if projects is None else rows[rows["project"].isin(projects)]


def _events(study: Study, ties: pd.DataFrame, projects: list[str] | None, origin: str) -> pd.DataFrame:
    """The ties' histories; none if the study has no such table."""
    if study.has("tie_events"):
        return _rows(study, "tie_events", projects, origin)
    return ties.iloc[:0][["project", "source", "target", "status"]].assign(on=pd.Series(dtype="datetime64[ns]"))


def _check_known(respondents: set[str], actors: pd.DataFrame) -> None:
    strangers = sorted(respondents - set(actors["actor"]))
    if strangers:
        raise StudyError.of(f"{', '.join(strangers)} answered, but no actor has this code.",
                            "Add it to actors.csv or correct the code.")
