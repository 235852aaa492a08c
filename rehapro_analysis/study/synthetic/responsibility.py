"""Who is responsible for a case: one after another (a chain) or at the same time (shared)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import NEVER
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

CASES = 60  # at most, in each project
SHORTEST = 90  # days a case must have been observed
STATIONS = 3
SHORT = 0.3  # share of cases that never reach the last station


def draw_responsibility(plan: Plan, people: pd.DataFrame, actors: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a case and responsible actor; the cases are participants.

    In a chain every actor leads for a while and hands over. Where a case is shared, the
    jobcenter leads from the first to the last day and the others join within the first tenth.
    """
    rng = plan.stream(seed, "responsibility")
    entered = people[people["entered_on"].notna()]
    length = (entered["left_on"].fillna(pd.Timestamp(LOCK)) - entered["entered_on"]).dt.days
    long = np.flatnonzero(length >= SHORTEST)
    cases = np.sort(rng.permutation(long)[:CASES])
    team = actors.drop_duplicates("kind")["actor"].to_numpy()[:STATIONS]
    begin, end = _shares(len(cases), len(team), rng.random(len(cases)) < plan.chain, rng)
    return _rows(plan, entered.iloc[cases], length.to_numpy()[cases], team, begin, end)


def _shares(n: int, m: int, chain: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """When each of ``m`` actors begins and ends, as shares of the time of the case; shape (n, m)."""
    cuts = (np.arange(m) + 0.7 * (rng.random((n, m)) - 0.5)) / m
    cuts[:, 0] = 0
    joins = np.where(np.arange(m) > 0, 0.1 * rng.random((n, m)), 0)
    begin = np.where(chain[:, None], cuts, joins)
    begin[(rng.random(n) < SHORT) & (m > 2), -1:] = 1
    end = np.where(chain[:, None], np.hstack([begin[:, 1:], np.ones((n, 1))]), 1.0)
    return begin, end


def _rows(
    plan: Plan, cases: pd.DataFrame, length: np.ndarray, team: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> pd.DataFrame:
    first = cases["entered_on"].to_numpy().astype("M8[D]")[:, None]
    since, until = (first + np.rint(share * length[:, None]).astype("m8[D]") for share in (begin, end))
    current = cases["left_on"].isna().to_numpy()[:, None] & (end == 1)
    alone = (end[:, :1] < 1) | (len(team) == 1)
    mode = np.where(alone | (np.arange(len(team)) == 0), "lead", "joint")
    frame = pd.DataFrame({
        "project": plan.project, "case": np.repeat(cases["participant"].to_numpy(), len(team)),
        "actor": np.tile(team, len(cases)), "since": since.ravel(),
        "until": np.where(current, NEVER, until).ravel(), "mode": mode.ravel()})
    return frame[(begin < end).ravel()]
