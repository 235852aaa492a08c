"""Gate 0: whether an indicator can be judged at all, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rehapro_analysis.indicators.differences.comparison import Comparison

TWO_COACHES = 2


@dataclass(frozen=True)
class Requirements:
    """What a comparison needs: ``projects`` with ``persons`` values each, ``events`` and as many non-events in all
    (binary, time: events), less than ``missing`` of the values of every project, two coaches in ``projects`` projects.
    """

    projects: int = 8
    persons: int = 10
    events: int = 20
    missing: float = 0.4


REQUIREMENTS = Requirements()


def reasons_against(one: Comparison, requirements: Requirements) -> list[tuple[str, str]]:
    """Why the comparison cannot be judged, each reason in German and English; empty if it can."""
    if one.lacking:
        tables = ", ".join(one.lacking)
        return [(f"ohne die Tabelle {tables} hat niemand einen Wert", f"without the table {tables} nobody has a value")]
    if one.definition.level != "participant":
        return [("eine Zahl je Projekt, ohne Wiederholung", "one number a project, without repetition")]
    if not len(one.people):
        return [("keine Werte" + _sizes(one, "de"), "no values" + _sizes(one, "en"))]
    return list(_reasons(one, requirements))


def _reasons(one: Comparison, need: Requirements) -> Iterator[tuple[str, str]]:
    if len(one.projects) < need.projects:
        many = len(one.projects)
        yield (f"nur {many} Projekt{'e' * (many != 1)} mit mindestens {need.persons} Werten (nötig: {need.projects})",
               f"only {many} project{'s' * (many != 1)} with at least {need.persons} values (needed: {need.projects})")
    if one.people["value"].nunique() < 2:
        yield "alle Werte sind gleich", "all values are equal"
    elif _rarest(one) < need.events:
        yield (f"weniger als {need.events} Ereignisse oder Nicht-Ereignisse",
               f"fewer than {need.events} events or non-events")
    elif not one.estimates.spread.usable:
        yield ("innerhalb der Projekte unterscheidet sich niemand, oder niemand wurde beobachtet",
               "nobody differs within the projects, or nobody was watched")
    share = one.missing_share()
    if gaps := [name for name in one.projects if share[name] >= need.missing]:
        yield (f"mindestens {need.missing:.0%} der Werte fehlen in {', '.join(gaps)}".replace("%", " %"),
               f"at least {need.missing:.0%} of the values are missing in {', '.join(gaps)}")
    if silent := [name for name in one.projects if _silent(one, name) >= need.missing]:
        yield (f"mindestens {need.missing:.0%} haben keine Zeile, obwohl die Erhebung fällig war, in "
               f"{', '.join(silent)}".replace("%", " %"),
               f"at least {need.missing:.0%} have no row although the follow-up was due in {', '.join(silent)}")
    paired = int((one.coaches >= TWO_COACHES).sum())
    if one.coach is not None and paired < need.projects:
        yield (f"nur {paired} Projekt{'e' * (paired != 1)} mit zwei Coaches: Coach und Projekt sind nicht zu trennen",
               f"only {paired} project{'s' * (paired != 1)} with two coaches: coach and project cannot be told apart")


def _silent(one: Comparison, project: str) -> float:
    """The share of those due who are missing with or without a row, if anybody has none; else 0."""
    lost = one.overdue.get(project, 0)
    missing = one.frame.loc[one.frame["project"].astype(str).eq(project), "missing"].ne("")
    return (missing.sum() + lost) / (len(missing) + lost) if lost else 0.0


def _rarest(one: Comparison) -> float:
    """Events or non-events, whichever are fewer; infinite on scales without events."""
    value = one.people["value"]
    if one.definition.scale == "binary":
        return min(value.sum(), (1 - value).sum())
    return value.sum() if one.definition.scale == "time" else float("inf")


def _sizes(one: Comparison, language: str) -> str:
    if not one.left_out:
        return ""
    return f" in {len(one.left_out)} " + ("Projekten" if language == "de" else "projects")
