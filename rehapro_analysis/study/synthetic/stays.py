"""How long people stay and why they leave: competing exits with a planned end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import MONTH, add_months, days_of, pandemic_months
from rehapro_analysis.study.synthetic.plan import Plan

# Of each exit: the shape of its Weibull hazard (below 1 early, above 1 late), its factor in the pandemic.
EXITS = {"dropout": (0.75, 1.3), "employment": (1.5, 0.5), "transfer": (1.0, 0.7), "other": (1.0, 1.0)}


def draw_stays(plan: Plan, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """``left_on``, ``exit``, ``planned_until`` of people, as if the study went on for ever.

    The earliest of a planned (or extended) end and of four latent exits is what happens. Coach and
    case mix move the hazards of dropout and employment; the pandemic moves three of four.
    """
    entered = people["entered_on"].to_numpy().astype("M8[D]")
    planned = add_months(entered, plan.planned)
    low, high = plan.extension
    longer = (rng.random(len(people)) < plan.extended) * (low + (high - low) * rng.random(len(people))) * MONTH
    sooner = np.where(rng.random(len(people)) < 0.7, 0, rng.integers(1, 15, len(people)))
    ends = [planned + np.where(longer > 0, np.rint(longer), -sooner).astype("m8[D]")]
    ends += [entered + days_of(_latent(plan, cause, people, entered, rng)) for cause in EXITS]
    first = np.argmin(ends, axis=0)
    names = np.array(["completed", *EXITS])
    return people.assign(planned_until=planned, left_on=np.min(ends, axis=0), exit=names[first])


def _latent(
    plan: Plan, cause: str, people: pd.DataFrame, entered: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Days until an exit of one kind, would no other come first.

    Cumulated hazard r (t/s)^k outside the pandemic and f times as steep in it, solved for t at
    an exponential number.
    """
    shape, factor = EXITS[cause]
    target = rng.standard_exponential(len(people)) / np.exp(_log_risk(cause, people))
    begin, end = ((month / getattr(plan, cause)) ** shape for month in pandemic_months(entered))
    inside = begin + (target - begin) / factor
    after = target - begin - factor * (end - begin) + end
    hazard = np.where(target < begin, target, np.where(inside < end, inside, after))
    return getattr(plan, cause) * hazard ** (1 / shape) * MONTH


def _log_risk(cause: str, people: pd.DataFrame) -> np.ndarray:
    if cause == "dropout":
        return (people["on_dropout"] + 0.25 * people["severity"]).to_numpy()
    if cause == "employment":
        case_mix = 0.35 * people["severity"] + 0.04 * (people["years_unemployed"] - 5)
        return (people["on_employment"] - case_mix).to_numpy()
    return np.zeros(len(people))
