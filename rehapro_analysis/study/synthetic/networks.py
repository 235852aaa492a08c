"""Invented partner organisations, their ties, the ties' histories, and who carries them.

Codes begin with ``syn-``, so that no invented tie touches a documented organisation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import NEVER
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

DOMAINS = {
    "jobcenter": {"II"}, "employment agency": {"III"}, "municipality": {"VIII", "XII"}, "health office": {"none"},
    "carrier": {"II"}, "clinic": {"V"}, "practice": {"V"}, "rehabilitation provider": {"VI", "IX"},
    "health insurance": {"V"}, "pension insurance": {"VI"}, "counselling": {"VIII"}, "integration service": {"IX"},
    "association": {"none"}, "employer": {"none"},
}
RELATIONS = ("information", "referral", "handover", "joint case work")
FORMALITIES = ("position", "verbal", "written", "contract")
OPEN = ("contacted", "negotiating")
WAYS = (  # share of courted partners, what became of them
    (0.72, "active"), (0.10, "declined"), (0.08, "failed"), (0.03, "withdrawn"), (0.04, "negotiating"),
    (0.03, "contacted"))
REASONS = {"declined": ("data protection", "competence", "capacity", "target group"),
           "failed": ("no reply",), "withdrawn": ("capacity", "personnel change"),
           "ended": ("personnel change", "other")}
DORMANT, ENDED = 0.15, 0.5  # share of active ties that fall asleep, and of those that end


def draw_actors(plan: Plan) -> pd.DataFrame:
    """One row an invented organisation, the lead jobcenter first."""
    kinds = [(kind, number) for kind, count in plan.partners for number in range(1, count + 1)]
    return pd.DataFrame([{
        "actor": f"syn-{plan.project}-{kind.replace(' ', '-')}-{number}",
        "label": f"{kind.capitalize()} {number} of {plan.project} (synthetic)",
        "short_label": f"{kind.capitalize()} {number} (syn.)",
        "kind": kind, "legal_domains": frozenset(DOMAINS[kind]), "named": False, "region": "synthetic",
    } for kind, number in kinds])


def draw_tie_events(plan: Plan, actors: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The history of each tie the lead jobcenter sought; one still open has a last event at the lock date."""
    rng = plan.stream(seed, "network")
    partners = actors["actor"].to_numpy()[1:]
    fates, shares = np.array([way for _, way in WAYS]), np.cumsum([share for share, _ in WAYS])[:-1]
    fate = fates[np.searchsorted(shares, rng.random(len(partners)))]
    fate[actors["kind"].to_numpy()[1:] == plan.sought[0]] = "sought"
    events = _steps(plan, partners, fate, rng)
    in_vain = pd.DataFrame({"target": partners[fate == "sought"], "on": pd.Timestamp(plan.sought[1] or LOCK)})
    events = _still_open(pd.concat([events, in_vain.assign(status="contacted")], ignore_index=True))
    reasons = [rng.choice(REASONS[status]) if status in REASONS else None for status in events["status"]]
    return events.assign(project=plan.project, source=actors["actor"].iloc[0], reason=reasons)


def _steps(plan: Plan, partners: np.ndarray, fate: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Steps before the lock date: identified, contacted, negotiating, the outcome, and what became of it."""
    waits = rng.integers([0, 5, 10, 10, 150, 30], [60, 40, 60, 150, 500, 150], (len(partners), 6))
    asleep, over = rng.random((2, len(partners)))
    answered, active = ~np.isin(fate, ["sought", *OPEN]), fate == "active"
    taken = np.stack([fate != "sought", fate != "sought", answered | (fate == "negotiating"), answered,
                      active & (asleep < DORMANT), active & (asleep < DORMANT) & (over < ENDED)], axis=1)
    names = np.array(["identified", "contacted", "negotiating", "", "dormant", "ended"])
    status = np.broadcast_to(names, taken.shape)
    events = pd.DataFrame({
        "target": np.repeat(partners, 6), "on": (np.datetime64(plan.opened) + np.cumsum(waits, axis=1)).ravel(),
        "status": np.where(status == "", fate[:, None], status).ravel()})
    return events[taken.ravel() & (events["on"] < pd.Timestamp(LOCK))]


def _still_open(events: pd.DataFrame) -> pd.DataFrame:
    last = events.groupby("target", sort=False).tail(1)
    trying = last[last["status"].isin(OPEN)].assign(on=pd.Timestamp(LOCK))
    return pd.concat([events, trying]).sort_values(["target", "on"], ignore_index=True)


def draw_ties(plan: Plan, actors: pd.DataFrame, events: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The sought ties as they stand at the lock date, and active ties among all others at random."""
    rng = plan.stream(seed, "network").spawn(1)[0]
    ties = pd.concat([_sought(events), _among_partners(plan, actors, rng)], ignore_index=True)
    alive = ties["status"].isin(["active", "dormant"])
    return ties.assign(
        project=plan.project, relation=rng.choice(RELATIONS, len(ties), p=[0.35, 0.3, 0.15, 0.2]),
        formality=np.where(alive, rng.choice(FORMALITIES, len(ties), p=[0.3, 0.4, 0.2, 0.1]), "none"),
        strength=np.where(alive, np.round(0.2 + 3 * rng.standard_exponential(len(ties)), 1), np.nan),
        reported_by=ties["source"])


def _sought(events: pd.DataFrame) -> pd.DataFrame:
    """One row a courted partner: the last status, the day it became active, the day it ended."""
    day = {status: events[events["status"] == status].groupby("target")["on"].first()
           for status in ("active", "ended")}
    ties = events.groupby("target", sort=True)[["source", "status"]].last().reset_index()
    return ties.assign(**{name: day[status].reindex(ties["target"]).to_numpy()
                          for name, status in (("since", "active"), ("until", "ended"))})


def _among_partners(plan: Plan, actors: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    codes, opened = actors["actor"].to_numpy(), np.datetime64(plan.opened)
    source, target = np.nonzero(rng.random((len(codes), len(codes))) < min(0.3, 4 / len(codes)))
    kept = (source != target) & (source != 0)
    since = opened + rng.integers(0, (LOCK - opened).astype(int), kept.sum())
    return pd.DataFrame({"source": codes[source[kept]], "target": codes[target[kept]], "status": "active",
                         "since": since, "until": NEVER})


def draw_carriers(plan: Plan, ties: pd.DataFrame, coaches: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Who carries the lead jobcenter's living ties: one to three people, coaches or other staff (``-P``).

    Few carry many. Who has left carries no longer.
    """
    rng = plan.stream(seed, "network").spawn(2)[1]
    own = coaches[["coach", "since", "until"]].rename(columns={"coach": "person"})
    staff = pd.DataFrame({"person": [f"{plan.project}-P{number:02d}" for number in (1, 2)],
                          "since": pd.Timestamp(plan.opened), "until": pd.NaT})
    people = pd.concat([own, staff], ignore_index=True)
    alive = ties[ties["status"].isin(["active", "dormant"]) & ties["source"].str.endswith("jobcenter-1")]
    load = rng.standard_exponential(len(people))
    order = np.argsort(rng.standard_exponential((len(alive), len(people))) / load, axis=1)
    taken = np.arange(len(people)) < np.searchsorted([0.55, 0.85], rng.random(len(alive)))[:, None] + 1
    tie, place = np.nonzero(taken)
    carried = alive.iloc[tie][["project", "source", "target", "since"]].reset_index(drop=True)
    chosen = people.iloc[order[tie, place]].reset_index(drop=True)
    since = np.maximum(carried["since"], chosen["since"])
    carriers = carried.assign(person=chosen["person"], since=since, until=chosen["until"],
                              role=np.where(place == 0, "primary", "deputy"))
    return carriers[~(carriers["until"] <= carriers["since"])]
