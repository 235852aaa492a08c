"""The one frame of an indicator: a row a person with project, coach, period and value."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.indicators.measures.definitions import Indicator, indicator_definition
from rehapro_analysis.indicators.measures.overdue import overdue
from rehapro_analysis.indicators.measures.rules import NOT_DUE, RULES
from rehapro_analysis.retention.stays.cohorts import RECORDED, cohort, entry_periods
from rehapro_analysis.study.days import known_until
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

COLUMNS = ("project", "coach", "participant", "period", "value", "exposure", "missing")


def indicator_values(study: Study, indicator: str | Indicator, *, lock: str | None = None) -> pd.DataFrame:
    """One row a person with what an indicator says of them, ready for every analysis of this pillar.

    Columns: project (a categorical in the order of the study), coach (None where there is none), participant,
    period (entry, or referral, before, during or after the pandemic), value, exposure (days at risk on the
    scale time, where value 1 is the event; else 1), missing (empty where there is a value; "not due" is not
    missing but outside the population; "no answer" and the like are), then the further columns of the
    episodes (case mix). A person's first participation counts. Never to be shown: one row a person.

    Raises :class:`StudyError` for unknown indicators and for tables that the indicator's rule needs.
    """
    one = indicator if isinstance(indicator, Indicator) else indicator_definition(study, indicator)
    people = _referred(study, lock) if one.rule == "entry after referral" else _entered(study, lock)
    values = RULES[one.rule](study, people, one)
    _refuse_foreign(values["value"].dropna(), one)
    case_mix = [name for name in people if name not in {*COLUMNS, *_ON_THE_WAY}]
    return pd.concat([people[list(COLUMNS[:4])], values, people[case_mix]], axis=1)


def without_row(study: Study, indicator: Indicator, *, lock: str | None = None) -> dict[str, int]:
    """By project: people whose value was due and who have no row (`overdue`)."""
    return {str(name): int(count) for name, count in overdue(study, _entered(study, lock), indicator).items()}


def due(frame: pd.DataFrame) -> pd.DataFrame:
    """Those whose value was due: the population of the indicator."""
    return frame[frame["missing"] != NOT_DUE]


def observed(frame: pd.DataFrame) -> pd.DataFrame:
    """Those with a value."""
    return frame[frame["missing"] == ""]


def _refuse_foreign(value: pd.Series, one: Indicator) -> None:
    """Yes or no is 1 or 0, a count a whole number from 0; what stands there instead is nobody's business."""
    fits = {"binary": value.isin([0, 1]), "count": value.ge(0) & value.mod(1).eq(0)}.get(one.scale, value.notna())
    if strange := int((~fits).sum()):
        raise StudyError([Problem("measurements", None, "value", "", f"{strange} value(s) of {one.indicator} do not "
                                  f"fit the scale {one.scale}.", "Correct them, or the scale in indicators.csv.")])


_ON_THE_WAY = {"entered_on", "referred_on", "left_on", "lock", "stop", "event", "planned", "origin"}


def _entered(study: Study, lock: str | None) -> pd.DataFrame:
    people = cohort(study, lock=lock).sort_values("entered_on", kind="stable")
    return people.drop_duplicates(["project", "participant"]).sort_index().reset_index(drop=True)


def _referred(study: Study, lock: str | None) -> pd.DataFrame:
    """Everybody referred by the lock date; nobody has a coach before the start."""
    people = study.table("episodes")
    known = known_until(people[list(RECORDED)], lock)
    people = people[people["referred_on"] <= known].sort_values("referred_on", kind="stable")
    people = people.drop_duplicates(["project", "participant"]).sort_index().reset_index(drop=True)
    later = [people[day].where(people[day] <= known) for day in ("entered_on", "left_on")]
    order = [name for name in study.table("projects")["project"] if name in set(people["project"])]
    extra = [name for name in people if name not in {column.name for column in TABLES["episodes"].columns}]
    return people[["participant", "referred_on"]].assign(
        project=pd.Categorical(people["project"], order), coach=None, entered_on=later[0], left_on=later[1],
        lock=known, period=entry_periods(people["referred_on"])).join(people[extra])
