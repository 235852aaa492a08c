"""Partners courted in vain: an attempt is a history with an end, not a missing tie."""

from __future__ import annotations

from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study

_TIE = ["project", "source", "target"]
_OPEN = ("identified", "contacted", "negotiating")


def courted_partners(study: Study, *, origin: str = "documented", level: float = 0.95) -> Result:
    """Attempted ties that never became active: how long they lasted and what that can tell.

    ``table``: project, partner, since, until, months, last_status, censored (still trying at the
    last report), monthly_chance_upper. With a constant chance p a month, m months without success
    have probability (1 - p)^m; the upper limit solves (1 - p)^m = 1 - level, that is
    p = 1 - (1 - level)^(1/m).

    Caution: one attempt bounds the chance from above only; attempts that nobody remembers are
    not recorded. Source: Clopper & Pearson 1934 for x = 0.
    """
    events = study.table("tie_events")
    events = events[events["origin"] == origin].sort_values("on", kind="stable")
    spells = events.groupby(_TIE, sort=True).agg(
        since=("on", "min"), until=("on", "max"), last_status=("status", "last"),
        active=("status", lambda steps: "active" in set(steps))).reset_index()
    spells = spells[~spells["active"]].drop(columns="active")
    names = study.table("actors").set_index("actor")["label"]
    since, until = (spells[end].dt.year * 12 + spells[end].dt.month for end in ("since", "until"))
    months = until - since
    table = spells.assign(
        partner=spells["target"].map(names), months=months, censored=spells["last_status"].isin(_OPEN),
        monthly_chance_upper=1 - (1 - level) ** (1 / months.where(months > 0)))
    columns = ["project", "partner", "since", "until", "months", "last_status", "censored", "monthly_chance_upper"]
    return Result(
        table[columns].reset_index(drop=True), f"attempted ties without success, {level:.0%} one-sided limit",
        ("The same chance of success in every month of an attempt.",
         "The first day is counted back from the report where the source gives a length, not a date."),
        len(table), origin)

