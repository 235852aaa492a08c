"""What-if scenarios from monitoring data: the project as it runs today, with more or fewer places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from rehapro_analysis.retention.event_tables.events import EventTable, event_table
from rehapro_analysis.retention.stays.cohorts import cohort
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.flow.flow import monthly_flow
from rehapro_analysis.throughput.simulation.programme import Phase, Programme
from rehapro_analysis.throughput.waiting.waiting import STARTED, waiting_spells

DAYS_PER_MONTH = 365.25 / 12
YEAR = 12


def monitored_scenarios(study: Study, project: str, *, shares: Sequence[float] = (1.0, 1.1, 1.25), months: int = 36,
                        lock: date | str | None = None) -> dict[str, Programme]:
    """A project as monitored up to the lock day, with as many places as people there now, times each share.

    From the data: people there and waiting, referrals a month (mean of the last twelve complete months), the
    curve of staying, and the patience of who waits (withdrawals; starts count as not yet withdrawn). Assumed: all
    places of today are in use, and places do not fall below the people there. The names are the numbers of places.

    Raises :class:`StudyError` for shares under 1, and where nobody is there.
    """
    if min(shares) < 1:
        raise StudyError.of("Fewer places than people there would turn people out.", "Give shares of 1 and more.")
    people = cohort(study, project=project, lock=lock, clock="months")
    spells = waiting_spells(study, project, lock=lock)
    present = int((people["event"] == "censored").sum())
    if not present:
        raise StudyError.of(f"Nobody is in {project} on the last day of the data.", "Choose another day or project.")
    origin = study.origin("episodes")
    stay = event_table(people, stop="stop", event="event", unit="months", origin=origin)
    flow = monthly_flow(study, project=project, lock=lock).table
    referred = flow.loc[flow["complete"], "referrals"].tail(YEAR).mean()
    given = {"stay": stay, "patience": _patience(spells, origin), "present": present}
    counts = dict.fromkeys(round(share * present) for share in shares)
    return {f"{count}": Programme(
        Phase(count, **given), arrivals=float(referred), months=months, waiting=int(spells["to"].isna().sum()),
        origin=origin, assumed=("All places of today are in use.",
                                "People are referred as in the last twelve complete months.",
                                "Whoever started would have gone on waiting like those still waiting."))
        for count in counts}


def _patience(spells: pd.DataFrame, origin: str) -> EventTable | None:
    """Months until giving up; None (endless) where nobody has given up."""
    gave_up = spells["to"].where(spells["to"] != STARTED)
    if gave_up.isna().all():
        return None
    waits = pd.DataFrame({"stop": spells["stop"] / DAYS_PER_MONTH, "event": gave_up})
    return event_table(waits, stop="stop", event="event", unit="months", origin=origin)
