"""Phases of a participation; where the next one begins does not know when the person leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import MONTH, NEVER, days_of
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

SPREAD = 0.3  # SD of the log length of a phase


def draw_phases(plan: Plan, people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a phase that was begun by the lock date, the first one from referral to entry or refusal."""
    rng = plan.stream(seed, "phases")
    spread = np.exp(SPREAD * rng.standard_normal((len(people), len(plan.phase_months))))
    lengths = np.array(plan.phase_months) * MONTH * spread
    days = people[["referred_on", "entered_on", "left_on"]].to_numpy().astype("M8[D]")
    later = days[:, 1:2] + np.cumsum(days_of(lengths), axis=1)
    starts = np.hstack([days[:, :2], later])
    gone = np.where(np.isnat(days[:, 2]), LOCK + 1, days[:, 2])
    starts[starts >= gone[:, None]] = NEVER
    ends = np.hstack([starts[:, 1:], np.full((len(people), 1), NEVER)])
    last = np.isnat(ends)
    ends = np.where(last, days[:, 2:], ends)
    names = np.broadcast_to(plan.phases, starts.shape)
    following = np.where(last, people["exit"].to_numpy(object)[:, None], np.roll(names, -1, axis=1))
    frame = pd.DataFrame({
        "project": plan.project, "participant": np.repeat(people["participant"].to_numpy(), len(plan.phases)),
        "phase": names.ravel(), "entered_on": starts.ravel(), "left_on": ends.ravel(), "next": following.ravel()})
    return frame[frame["entered_on"].notna()]
