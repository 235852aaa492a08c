"""Measured values: what is asked at entry, after 6 and 12 months, and who no longer answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import NEVER, add_months
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

MONTHS = (0, 6, 12)  # of waves 0, 1, 2
EXIT_WAVE = 3
LEANING = 0.6  # log odds of an answer for one SD of present wellbeing: missing not at random
GONE = 0.7  # log odds lost by those who have left

def draw_measurements(plan: Plan, people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a person, indicator and wave that was due by the lock date, and one a person who left.

    A follow-up that was due and is missing has neither day nor value; it is missing for all
    indicators at once, and more often where wellbeing is low.
    """
    entered = people[people["entered_on"].notna()].reset_index(drop=True)
    visits = _visits(entered)
    rng = plan.stream(seed, "measurements")
    values = _values(plan, entered, visits, rng)
    answered = _answered(plan, visits, values["wellbeing"], rng)
    day = np.minimum(visits["due"].to_numpy().astype("M8[D]") + rng.integers(-7, 22, len(visits)), LOCK)
    day = np.where(visits["wave"] == 0, visits["due"].to_numpy().astype("M8[D]"), day)
    waves = visits[["project", "participant", "wave"]].assign(measured_on=np.where(answered, day, NEVER))
    asked = [waves.assign(indicator=name, value=np.where(answered, value, np.nan))
             for name, value in values.items()]
    return pd.concat([*asked, _at_exit(entered)], ignore_index=True)


def _visits(entered: pd.DataFrame) -> pd.DataFrame:
    """Everybody at every wave that was due by the lock date."""
    first = entered["entered_on"].to_numpy().astype("M8[D]")
    visits = [entered.assign(wave=wave, due=add_months(first, months), row=entered.index)
              for wave, months in enumerate(MONTHS)]
    together = pd.concat(visits, ignore_index=True)
    return together[together["due"] <= pd.Timestamp(LOCK)].reset_index(drop=True)


def _values(
    plan: Plan, entered: pd.DataFrame, visits: pd.DataFrame, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Values of all indicators from one trait a person, the case mix, the project and the coach."""
    level, gain = 3 * rng.standard_normal(), 4 + 2 * rng.standard_normal()
    trait = rng.standard_normal(len(entered))[visits["row"]] - 0.5 * visits["severity"].to_numpy()
    wave = visits["wave"].to_numpy()
    change = wave * (gain + visits["on_gain"].to_numpy()) / 10
    noise = rng.standard_normal((3, len(visits)))
    wellbeing = 38 + level + 9 * trait + 10 * change + 8 * noise[0]
    return {
        "wellbeing": np.clip(4 * np.rint(wellbeing / 4), 0, 100),
        "self_efficacy": np.clip(np.rint(24 + 3 * trait + 3 * change + 2.5 * noise[1]), 10, 40),
        "participation": np.clip(np.rint(2.4 + 0.5 * trait + 0.7 * change + 0.7 * noise[2]), 1, 5),
        "contacts": rng.poisson(np.exp(0.9 + 0.2 * trait + 0.2 * change)).astype(float),
    }


def _answered(plan: Plan, visits: pd.DataFrame, wellbeing: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Everybody at entry; later with odds that fall with low wellbeing and after leaving."""
    gone = (visits["left_on"] <= visits["due"]).to_numpy()
    odds = np.log(plan.response / (1 - plan.response)) + LEANING * (wellbeing - 42) / 14 - GONE * gone
    return (visits["wave"] == 0).to_numpy() | (rng.random(len(visits)) < 1 / (1 + np.exp(-odds)))


def _at_exit(entered: pd.DataFrame) -> pd.DataFrame:
    gone = entered[entered["left_on"].notna()]
    return gone[["project", "participant"]].assign(
        wave=EXIT_WAVE, measured_on=gone["left_on"], indicator="employment_at_exit",
        value=(gone["exit"] == "employment").astype(float))
