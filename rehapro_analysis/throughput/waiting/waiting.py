"""The waiting list: from referral to a start or a withdrawal, and who refers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.events import EventTable, event_table
from rehapro_analysis.retention.exits.competing import aalen_johansen
from rehapro_analysis.study.days import day_of, known_until
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import LEGAL_DOMAINS
from rehapro_analysis.throughput.pathways.ways import COUNTS, SAID, ways_out

STARTED = "started"
SOURCES = ("referred_by", "legal_domains")
Projects = str | Sequence[str] | None
Day = date | str | None


def waiting_spells(study: Study, project: Projects = None, *, since: Day = None, lock: Day = None) -> pd.DataFrame:
    """One row a referral: how long it waited and whether it ended in a start or a withdrawal.

    ``lock`` is the day up to which starts and withdrawals are known, by default the last day recorded in the
    chosen episodes. ``since`` is the day from which the list was kept: referrals decided on or before that
    day are left out, earlier ones still waiting then are watched only from it (``start``, delayed entry);
    without it everybody is watched from the referral. Columns: project (in the order of the study),
    referred_by, stop (days since referral), to ("started", else why the person left before a start, "withdrawn"
    as a rule; empty: still waiting) and, with ``since``, start. Never to be shown: one row a person.

    Raises :class:`StudyError` for starts and withdrawals without a day of referral, and where nobody waits.
    """
    episodes = study.table("episodes")
    order = list(study.table("projects")["project"])
    chosen = order if project is None else [project] if isinstance(project, str) else list(project)
    people = episodes[episodes["project"].isin(chosen)]
    if undated := int(people["referred_on"].isna().sum()):
        raise StudyError([Problem("episodes", None, "referred_on", "", f"{undated} row(s) have no day of referral.",
                                  "Write the day, or leave the project out: a wait needs a beginning.")])
    known = known_until(people[["referred_on", "entered_on", "left_on"]], lock)
    people = people[people["referred_on"] <= known]
    decided = people["entered_on"].fillna(people["left_on"])
    seen = decided <= known
    reason = people["exit"].fillna("unknown").mask(people["entered_on"].notna(), STARTED)
    spells = people[["project", "referred_by"]].assign(
        project=pd.Categorical(people["project"], [name for name in order if name in set(people["project"])]),
        stop=(decided.where(seen, known) - people["referred_on"]).dt.days, to=reason.where(seen))
    spells = _watched_from(spells, people["referred_on"], since).reset_index(drop=True)
    if spells.empty:
        raise StudyError.of("Nobody waited in this time.", "Check project, since and lock.")
    return spells


def waiting_table(study: Study, project: Projects = None, *, since: Day = None, lock: Day = None,
                  by: str | Sequence[str] | None = "project") -> EventTable:
    """The event table of waiting, on days since referral: for risk tables, quantiles, tests and curves."""
    spells = waiting_spells(study, project, since=since, lock=lock)
    return event_table(spells, stop="stop", start="start" if "start" in spells else None, event="to", by=by,
                       origin=study.origin("episodes"), unit="days")


def waiting_times(study: Study, project: Projects = None, *, since: Day = None, lock: Day = None,
                  by: str | Sequence[str] | None = "project", level: float = 0.95) -> Result:
    """The share that has started and the share that has withdrawn by every day since referral, by project.

    Starts and withdrawals compete: whoever withdraws never starts, so one minus Kaplan-Meier of the starts
    would promise too many. Aalen-Johansen; started + withdrawn + still waiting ("in programme") = 1. Columns
    as in :func:`~rehapro_analysis.retention.aalen_johansen`; ``since`` and ``lock`` as in
    :func:`waiting_spells`.
    """
    return aalen_johansen(waiting_table(study, project, since=since, lock=lock, by=by), level=level)


def referral_sources(study: Study, project: Projects = None, *, by: str = "referred_by", since: Day = None,
                     lock: Day = None, horizon: float = 365, level: float = 0.95) -> Result:
    """Who refers, and which share of the referrals leads to a start: by project and source.

    ``by`` "referred_by" takes the source as recorded; "legal_domains" the books of the social code under which
    the source acts, for sources that are actors of the study ("V+IX"), else "unknown". Columns: project, the
    source, then those of :func:`~rehapro_analysis.throughput.pathways.ways.ways_out`; to is "started", "withdrawn" or
    "in programme" (still waiting).
    """
    check_choice("by", by, SOURCES)
    spells = waiting_spells(study, project, since=since, lock=lock)
    spells[by] = (_legal_domains(study, spells["referred_by"]) if by == "legal_domains" else
                  spells["referred_by"]).fillna("unknown")
    table = ways_out(spells, ["project", by], horizon=horizon, level=level)
    said = ("Sources refer different people; a difference is no judgement of the source.",)
    if since is not None:
        said += ("Shares so far count only those still waiting when the list began.",)
    return Result(table, f"referrals by source, share by {horizon:g} days, {100 * level:g} % limits", SAID + said,
                  len(spells), study.origin("episodes"), COUNTS, shares=("so_far", "estimate", "lower", "upper"),
                  counted="referrals")


def _watched_from(spells: pd.DataFrame, referred: pd.Series, since: Day) -> pd.DataFrame:
    if since is None:
        return spells
    before = (day_of(since) - referred).dt.days
    spells = spells.assign(start=before.where(before > 0).astype(float))
    return spells[spells["start"].isna() | (spells["stop"] > spells["start"])]


def _legal_domains(study: Study, referred_by: pd.Series) -> pd.Series:
    if not study.has("actors"):
        return pd.Series(None, index=referred_by.index, dtype="str")
    domains = study.table("actors").set_index("actor")["legal_domains"]
    named = domains.map(lambda books: "+".join(sorted(books, key=LEGAL_DOMAINS.index)) or None)
    return referred_by.map(named)
