"""Coaches: posts, changes of their holders, and what a coach does to the people coached."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import NEVER
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

LEAVING = 0.3  # share of posts whose first holder leaves
EFFECTS = {"on_dropout": 0.45, "on_employment": 0.35, "on_gain": 4}  # SD: two log hazards, points a wave


def draw_coaches(plan: Plan, seed: int) -> pd.DataFrame:
    """One row a coach; ``post`` and the columns of ``EFFECTS`` serve the draw and are not written.

    Effects are deviations from the project's mean coach.
    """
    rng = plan.stream(seed, "coaches")
    opened = np.datetime64(plan.opened)
    leaving = rng.random(plan.coaches) < LEAVING
    share = 0.35 + 0.5 * rng.random(plan.coaches)
    change = opened + np.rint(share * (LOCK - opened).astype(int)).astype("m8[D]")
    until = np.where(leaving, change, NEVER)
    first = pd.DataFrame({"post": np.arange(plan.coaches), "since": opened, "until": until})
    second = pd.DataFrame({"post": np.flatnonzero(leaving), "since": change[leaving], "until": NEVER})
    coaches = pd.concat([first, second], ignore_index=True)
    fte = np.array(plan.fte or rng.choice([0.5, 0.75, 1.0], plan.coaches, p=[0.2, 0.2, 0.6]))
    by_carrier = (rng.random(plan.coaches) < 0.5) & any(kind == "carrier" for kind, _ in plan.partners)
    employer = np.where(by_carrier, f"syn-{plan.project}-carrier-1", f"syn-{plan.project}-jobcenter-1")
    effects = rng.standard_normal((len(coaches), len(EFFECTS)))
    effects = pd.DataFrame((effects - effects.mean(axis=0)) * list(EFFECTS.values()), columns=list(EFFECTS))
    codes = [f"{plan.project}-C{number:02d}" for number in range(1, len(coaches) + 1)]
    posts = coaches["post"].to_numpy()
    return coaches.assign(coach=codes, project=plan.project, employer=employer[posts], fte=fte[posts],
                          **effects)


def holders(coaches: pd.DataFrame, posts: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The row of the coach who holds each of ``posts`` on each of ``days``."""
    successors = coaches.index[coaches.index >= coaches["post"].nunique()]
    row = np.arange(coaches["post"].nunique())
    change = np.full(len(row), np.datetime64("9999-01-01"))
    row[coaches["post"][successors]] = successors
    change[coaches["post"][successors]] = coaches["since"][successors].to_numpy().astype("M8[D]")
    return np.where(days >= change[posts], row[posts], posts)
