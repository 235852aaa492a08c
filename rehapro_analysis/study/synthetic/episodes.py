"""Participations: candidates by the thousand, of whom documented numbers decide who is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.anchors import documented
from rehapro_analysis.study.synthetic.calendar import NEVER, days_of
from rehapro_analysis.study.synthetic.coaches import EFFECTS, draw_coaches, holders
from rehapro_analysis.study.synthetic.plan import LOCK, PANDEMIC, Plan, Quota
from rehapro_analysis.study.synthetic.stays import draw_stays

POOL = 20  # candidates for each person kept
RAMP = 150  # days in which referrals grow to their full number
PANDEMIC_REFERRALS = 0.5
REFERRERS = ("placement officer", "case manager", "clinic", "self")
EDUCATION = ("none", "vocational", "academic")


def draw_episodes(plan: Plan, seed: int) -> pd.DataFrame:
    """The people of one project at the lock date, in the order of their referral.

    Candidates are independent; keeping the first n that fulfil each quota is drawing them given
    the documented counts. ``state`` and the coach's effects serve later draws and are not written.
    """
    pool = at_lock(candidates(plan, POOL * plan.total, seed))
    kept = pd.concat([_first(pool, quota, plan) for quota in plan.quotas])
    kept = kept.sort_values(["referred_on", "number"], kind="stable", ignore_index=True)
    names = [f"{plan.project}-{number:04d}" for number in range(1, len(kept) + 1)]
    return kept.assign(project=plan.project, participant=names)


def candidates(plan: Plan, n: int, seed: int) -> pd.DataFrame:
    """``n`` people with their full stay, not cut at the lock date."""
    rng = plan.stream(seed, "people")
    cycle, referred, entered = _referrals(plan, n, rng)
    people = _case_mix(n, rng).assign(cycle=cycle, referred_on=referred, entered_on=entered)
    coaches = draw_coaches(plan, seed)
    rows = holders(coaches, rng.integers(0, plan.coaches, n), entered)
    people = people.assign(**{name: coaches[name].to_numpy()[rows] for name in ("coach", *EFFECTS)})
    admitted = rng.random(n) < plan.admitted
    return draw_stays(plan, people, rng).assign(admitted=admitted, number=np.arange(n))


def at_lock(people: pd.DataFrame) -> pd.DataFrame:
    """What is known of people on the lock date: their ``state``, and no day after it.

    ``extended`` marks who was there after the planned end.
    """
    decided = (people["entered_on"] <= LOCK).to_numpy()
    entered = decided & people["admitted"].to_numpy()
    left = entered & (people["left_on"] <= LOCK).to_numpy()
    state = np.select([~decided, ~entered, ~left, people["exit"] == "completed"],
                      ["waiting", "withdrawn", "current", "completed"], "early")
    ended = np.where(left, people["left_on"], np.where(state == "withdrawn", people["entered_on"], NEVER))
    extended = entered & (people["left_on"].clip(upper=pd.Timestamp(LOCK)) > people["planned_until"]).to_numpy()
    shown = people.assign(state=state, extended=extended, left_on=ended)
    shown["exit"] = np.select([left, state == "withdrawn"], [people["exit"], "withdrawn"], None)
    shown[["entered_on", "planned_until", "coach"]] = shown[["entered_on", "planned_until", "coach"]].where(
        np.broadcast_to(entered[:, None], (len(people), 3)))
    return shown


def _referrals(plan: Plan, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cycle (0 without), day of referral and of entry or refusal."""
    wait = days_of(7 + (plan.wait - 7) * rng.standard_exponential(n))
    if plan.cycles:
        cycle = rng.integers(0, len(plan.cycles), n)
        entered = np.array(plan.cycles, dtype="M8[D]")[cycle]
        return cycle + 1, np.maximum(entered - wait, np.datetime64(plan.opened)), entered
    days = np.arange(np.datetime64(plan.opened), LOCK)
    full = np.minimum((days - days[0]).astype(float) / RAMP, 1) + 0.1
    weight = np.cumsum(full * np.where((days >= PANDEMIC[0]) & (days < PANDEMIC[1]), PANDEMIC_REFERRALS, 1))
    referred = days[np.searchsorted(weight, rng.random(n) * weight[-1], side="right")]
    first = np.datetime64(plan.first_entry or plan.opened)
    return np.zeros(n, int), referred, np.maximum(referred + wait, first + wait % np.timedelta64(30, "D"))


def _case_mix(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame({
        "age": np.clip(np.rint(44 + 10 * rng.standard_normal(n)), documented("PROGES", "min_age"), 64),
        "sex": np.where(rng.random(n) < 0.52, "female", "male"),
        "education": np.array(EDUCATION)[np.searchsorted([0.35, 0.9], rng.random(n))],
        "years_unemployed": np.round(1 + np.minimum(4 * rng.standard_exponential(n), 20), 1),
        "severity": np.round(rng.standard_normal(n), 2),
        "referred_by": np.array(REFERRERS)[np.searchsorted([0.6, 0.8, 0.92], rng.random(n))],
    })


def _first(pool: pd.DataFrame, quota: Quota, plan: Plan) -> pd.DataFrame:
    fits = pool["state"].isin(quota.states)
    if quota.cycle:
        fits &= pool["cycle"] == quota.cycle
    if quota.extended is not None:
        fits &= pool["extended"] == quota.extended
    if fits.sum() < quota.n:
        raise ValueError(f"Only {fits.sum()} candidates of {plan.project} fulfil {quota}. Change the assumptions.")
    return pool[fits].head(quota.n)
