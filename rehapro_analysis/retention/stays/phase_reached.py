"""Phase reached: do those who reached a phase stay longer, asked unfairly from entry and fairly from a landmark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.differences import restricted_mean_test
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.states.phases import phase_spells
from rehapro_analysis.retention.stays.cohorts import cohort
from rehapro_analysis.retention.stays.landmarks import reached_by
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

COUNTED_FROM = ("entry (unfair)", "landmark (fair)")
YES, NO = "had reached {}", "had not"
NO_PLAN = 365  # days, for people without a planned end


def reached_phase_test(study: Study, project: str, *, phase: str | None = None, at: float | None = None,
                       horizon: float | None = None, level: float = 0.95) -> Result:
    """The mean days in the programme of those who reached a phase less those who did not, counted in two ways.

    From entry, whoever reached the phase had to stay until then (immortal time). From the landmark ``at``,
    those still there are grouped by what they had reached by then. ``phase`` is by default the last one, ``at``
    the median planned stay in days (365 without a plan), ``horizon`` one and a half times that.

    Columns: counted_from ("entry (unfair)", "landmark (fair)"), comparison, horizon, estimate (days), std_error,
    lower, upper. Raises :class:`StudyError` where the project has no phases, or a group nobody.
    """
    phases = phase_spells(study, project)["state"].cat.categories
    phase = phases[-1] if phase is None else phase
    check_choice("phase", phase, tuple(phases))
    people = _with_reached(cohort(study, project=project), study, project, phase)
    at = float(people["planned"].fillna(NO_PLAN).median()) if at is None else at
    horizon = round(1.5 * at) if horizon is None else horizon
    if not horizon > at:
        raise StudyError.of(f"The horizon, day {horizon:g}, is not after the landmark, day {at:g}.",
                            "Count to a later day: between the two, the fair comparison looks at nothing.")
    fair = reached_by(people, reached="reached", stop="stop", at=at)
    _refuse_one_group(fair, phase, at)
    groups = (people.assign(group=people["reached"].notna()), None), (fair, "start")
    tests = [_test(rows, start, phase, horizon, level, study.origin("episodes", "phases")) for rows, start in groups]
    table = pd.concat([test.table.query("measure == 'difference'").assign(counted_from=name)
                       for test, name in zip(tests, COUNTED_FROM, strict=True)], ignore_index=True)
    columns = ["counted_from", "comparison", "horizon", "estimate", "std_error", "lower", "upper"]
    said = f"The landmark is day {at:g}; counted from it are {tests[1].n} of {tests[0].n} people."
    return replace(tests[0], table=table[columns], assumptions=(said, *tests[0].assumptions),
                   method=f"difference of mean days up to day {horizon:g}, {100 * level:g} % limits")


def _refuse_one_group(fair: pd.DataFrame, phase: str, at: float) -> None:
    if fair["group"].nunique() < 2:
        found = f"all had reached {phase}" if fair["group"].any() else f"nobody had reached {phase}"
        who = f"Of those still there on day {at:g} {found}" if len(fair) else f"Nobody was still there on day {at:g}"
        raise StudyError.of(f"{who}: there are no two groups to compare.", "Take another day or phase.")


def _with_reached(people: pd.DataFrame, study: Study, project: str, phase: str) -> pd.DataFrame:
    """The people with the days from entry to the phase, empty if they did not reach it."""
    phases = study.table("phases")
    rows = phases[phases["project"].eq(project) & phases["phase"].eq(phase)]
    first = people["participant"].map(rows.groupby("participant")["entered_on"].min())
    return people.assign(reached=(first - people["entered_on"]).dt.days.astype(float))


def _test(rows: pd.DataFrame, start: str | None, phase: str, horizon: float, level: float, origin: str) -> Result:
    names = np.where(rows["group"], YES.format(phase), NO)
    group = pd.Categorical(names, [YES.format(phase), NO])
    table = event_table(rows.assign(group=group), stop="stop", event="event", start=start, by="group", origin=origin,
                        unit="days")
    return restricted_mean_test(table, horizon, level=level)
