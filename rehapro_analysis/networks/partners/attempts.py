"""Courted partners: an attempt is a history with a beginning and an end, not a missing tie."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import beta

from rehapro_analysis.results import Result
from rehapro_analysis.retention import EventTable, aalen_johansen, event_table, milestone
from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

COURTING = ("contacted", "negotiating")
REFUSALS = ("declined", "withdrawn", "failed", "impossible")
OPEN = "still trying"
DAYS_A_MONTH = 30.4375  # for the days beyond whole calendar months only

COUNTED_BACK = "The first day is counted back from the report where the source gives a length, not a date."
FROM_CONTACT = ("An attempt lasts from the first contact to agreement, refusal or failure, or to the last report; "
                "what was only planned is no attempt, and what was agreed without a recorded contact is left out.")
REMEMBERED = "Attempts that nobody wrote down are missing, and those were probably not the successful ones."
_TIE = ["project", "source", "target"]


def tie_attempts(study: Study, *, origin: str = "documented", as_of: str | pd.Timestamp | None = None) -> pd.DataFrame:
    """Every recorded attempt to win a partner, one row each.

    Columns: project, source, target, attempt (1 for the first of a tie), since (first contact), until, months,
    outcome ("active", one of the refusals, or "still trying"), last_status, reason (of the last step that names
    one) and the partner's label, kind and legal_domains. A contact after an ending begins a new attempt. Open
    attempts are watched until ``as_of``, by default their last report. Raises `StudyError` if there is none, or if
    an attempt begins after ``as_of``.
    """
    steps = study.table("tie_events")
    steps = steps[steps["origin"].eq(origin) & ~steps["status"].isin(["identified", "dormant", "ended"])]
    steps = steps.sort_values([*_TIE, "on"], kind="stable")
    ending = steps["status"].isin(["active", *REFUSALS])
    endings = ending.groupby([steps[column] for column in _TIE]).cumsum()
    steps = steps.assign(attempt=endings - ending, ending=ending, courting=steps["status"].isin(COURTING))
    spells = steps.groupby([*_TIE, "attempt"]).agg(
        since=("on", "first"), until=("on", "last"), last_status=("status", "last"), ended=("ending", "any"),
        reason=("reason", "last"), courting=("courting", "any")).reset_index()
    spells = spells[spells.pop("courting")].reset_index(drop=True)
    if spells.empty:
        raise StudyError.of(f"No {origin} tie has an attempt.", "Add its steps (contacted, active, ...) to tie_events.")
    return _described(_until(spells, as_of), study)


def courted_partners(study: Study, *, origin: str = "documented", level: float = 0.95) -> Result:
    """Attempts that have not led to an active tie: how long they lasted and what that can tell.

    ``table``: project, partner, since, until, months, last_status, censored (still trying at the
    last report), monthly_chance_upper. With a constant chance p a month, m months without success
    have probability (1 - p)^m; the upper limit solves (1 - p)^m = 1 - level, that is
    p = 1 - (1 - level)^(1/m).

    Caution: one attempt bounds the chance from above only; attempts that nobody remembers are
    not recorded. Source: Clopper & Pearson 1934 for x = 0.
    """
    found = tie_attempts(study, origin=origin)
    won = found["outcome"].eq("active").groupby([found[column] for column in _TIE]).transform("any")
    vain = found[~won].rename(columns={"label": "partner"})
    table = vain.assign(censored=vain["outcome"].eq(OPEN), monthly_chance_upper=_limits(0, vain["months"], level)[1])
    columns = ["project", "partner", "since", "until", "months", "last_status", "censored", "monthly_chance_upper"]
    return Result(
        table[columns].reset_index(drop=True), f"attempted ties without success, {level:.0%} one-sided limit",
        ("The same chance of success in every month of an attempt.", COUNTED_BACK), len(table), origin,
        counted="attempts")


def attempt_table(study: Study, *, by: str | None = None, origin: str = "documented",
                  as_of: str | pd.Timestamp | None = None) -> EventTable:
    """Attempts as an event table in months, for every curve and test of `retention`.

    Agreement ("active") is the event, each kind of refusal a competing cause, still trying is censored. ``by``
    names a column of `tie_attempts`, for example project or kind.
    """
    found = tie_attempts(study, origin=origin, as_of=as_of)
    spells = found.assign(event=found["outcome"].mask(found["outcome"].eq(OPEN)))
    return event_table(spells, stop="months", event="event", by=by, origin=origin, unit="months")


def time_to_agreement(study: Study, *, by: str | None = None, months: float = 12, origin: str = "documented",
                      level: float = 0.95, as_of: str | pd.Timestamp | None = None) -> Result:
    """How long it takes until a courted partner agrees, refusals competing and open attempts censored.

    ``table``, one row a group (``by``): attempts, active, refused, open, months_at_risk, longest_open, agreed_by (the
    share with an agreement ``months`` after the first contact, Aalen-Johansen), lower, upper (beta product
    limits), median (months until half of all attempts have led to an agreement; empty if that was not reached, so that
    no median exists). agreed_by is empty where no attempt of the group was watched that long, or where none led to
    an agreement in any group.

    Caution: 1 - Kaplan-Meier with refusals as censored answers another question, how fast agreement would come if
    nobody could refuse.
    """
    found = tie_attempts(study, origin=origin, as_of=as_of)
    counted = _counts(found, by)
    events = attempt_table(study, by=by, origin=origin, as_of=as_of)
    if "active" in events.causes:
        shares = milestone(events, [months], cause="active", ci="beta-product", level=level).table
        gone = aalen_johansen(events).table.query("cause == 'active' and estimate >= 0.5")
        median = gone.groupby(by)["time"].min().reindex(counted.index) if by else gone["time"].min()
        found_shares = shares[["estimate", "lower", "upper"]].to_numpy()
    else:  # nobody has agreed: nothing that a curve could show
        median, found_shares = np.nan, np.full((len(counted), 3), np.nan)
    table = counted.assign(**dict(zip(("agreed_by", "lower", "upper"), found_shares.T, strict=True)), median=median)
    return Result(table.reset_index(drop=by is None), f"time to agreement, share agreed after {months:g} months",
                  (FROM_CONTACT, REMEMBERED, *([COUNTED_BACK] if origin == "documented" else [])), len(found), origin)


def monthly_chance(study: Study, *, by: str | None = None, origin: str = "documented", level: float = 0.95,
                   as_of: str | pd.Timestamp | None = None) -> Result:
    """The chance of an agreement in a month of courting, months pooled over all attempts of a group.

    estimate = agreements / months at risk M; lower and upper are one-sided limits of ``level`` each, as Clopper and
    Pearson's with M trials. Without an agreement the upper one is 1 - (1 - level)^(1/M): 24 months allow for 11.7 %
    a month, and 48 months, if a second project tried as long, for 6.1 %.

    >>> _limits(0, pd.Series([24.0, 48.0]), 0.95)[1].round(4).tolist()
    [0.1173, 0.0605]
    """
    found = tie_attempts(study, origin=origin, as_of=as_of)
    table = _counts(found, by)[["attempts", "active", "months_at_risk"]]
    trials = np.maximum(table["months_at_risk"], table["active"]).where(table["months_at_risk"] > 0)
    lower, upper = _limits(table["active"], trials, level)
    table = table.assign(estimate=table["active"] / trials, lower=lower, upper=upper)
    return Result(table.reset_index(drop=by is None), f"monthly chance of an agreement, {level:.0%} one-sided limits",
                  ("The same chance in every month, every attempt and every project of the group.", FROM_CONTACT),
                  len(found), origin)


def _until(spells: pd.DataFrame, as_of: str | pd.Timestamp | None) -> pd.DataFrame:
    open_ = ~spells["ended"]
    if as_of is not None:
        day = day_of(as_of)
        if (spells["until"] > day).any():
            raise StudyError.of(f"Steps are recorded after {day.date()}.", "Choose a later day, or leave steps out.")
        spells = spells.assign(until=spells["until"].mask(open_, day))
    since, until = spells["since"].dt, spells["until"].dt
    whole = 12 * (until.year - since.year) + until.month - since.month
    return spells.assign(attempt=spells.groupby(_TIE).cumcount() + 1, outcome=spells["last_status"].mask(open_, OPEN),
                         months=whole + (until.day - since.day) / DAYS_A_MONTH)


def _described(spells: pd.DataFrame, study: Study) -> pd.DataFrame:
    actors = study.table("actors")[["actor", "label", "kind", "legal_domains"]].rename(columns={"actor": "target"})
    columns = [*_TIE, "attempt", "since", "until", "months", "outcome", "last_status", "reason"]
    return spells[columns].merge(actors, on="target", how="left")


def _counts(found: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Attempts by their end, one row a group; a single row without groups."""
    refused = found["outcome"].isin(REFUSALS)
    marked = found.assign(active=found["outcome"].eq("active"), refused=refused, open=found["outcome"].eq(OPEN))
    marked["longest_open"] = marked["months"].where(marked["open"])
    return marked.groupby(by if by else np.zeros(len(marked), int)).agg(
        attempts=("months", "size"), active=("active", "sum"), refused=("refused", "sum"), open=("open", "sum"),
        months_at_risk=("months", "sum"), longest_open=("longest_open", "max"))


def _limits(events: pd.Series | int, trials: pd.Series, level: float) -> tuple[pd.Series, pd.Series]:
    """One-sided Clopper-Pearson limits; trials need not be whole, and none give none."""
    trials = trials.where(trials > 0)
    lower = pd.Series(beta.ppf(1 - level, events, trials - events + 1), trials.index)
    upper = pd.Series(beta.ppf(level, events + 1, trials - events), trials.index)
    return lower.mask((events == 0) & trials.notna(), 0.0), upper.mask((trials == events) & trials.notna(), 1.0)
