"""Outcomes beyond the first questionnaire: forms of work, work ability, contacts with the coach, and what remains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import NEVER, add_months
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

PAID = {"employment_insured": 0.6, "employment_minor": 0.4}  # of those who left for employment
OTHER = {"work_opportunity": 0.12, "supplementary_work": 0.06, "volunteering": 0.10, "internship": 0.15}
EXIT_WAVE, AFTER_WAVE = 3, 4
AFTER = 6  # months after the exit
SPREAD = {"project": 0.4, "coach": 0.3}  # standard deviations on the log odds and log rates


def draw_outcomes(plan: Plan, people: pd.DataFrame, measured: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Rows of ``measurements`` in addition to ``measured``, whose days and missing answers they share."""
    rng = plan.stream(seed, "outcomes")
    entered = people[people["entered_on"].notna()].reset_index(drop=True)
    level = SPREAD["project"] * rng.standard_normal(4)
    codes, coaches = pd.factorize(entered["coach"])
    lean = SPREAD["coach"] * rng.standard_normal((4, len(coaches)))[:, codes]
    return pd.concat([
        *_asked(entered, measured, level[0] + lean[0], level[1] + lean[1], rng),
        *_at_exit(entered, level[2] + lean[2], rng),
        _afterwards(plan, entered, level[3] + lean[3], rng),
    ], ignore_index=True)


def _asked(entered: pd.DataFrame, measured: pd.DataFrame, on_ability: np.ndarray, on_contacts: np.ndarray,
           rng: np.random.Generator) -> list[pd.DataFrame]:
    """Work ability (7 to 49) and contacts with the coach at the waves at which wellbeing was asked."""
    rows = measured[measured["indicator"] == "wellbeing"].reset_index(drop=True)
    person = pd.Index(entered["participant"]).get_indexer(rows["participant"])
    wave, wellbeing = rows["wave"].to_numpy(), rows["value"].to_numpy()
    ability = 24 + 0.2 * (wellbeing - 42) + wave * (1 + 2 * on_ability[person]) + 4 * rng.standard_normal(len(rows))
    contacts = rng.poisson(np.exp(1.4 - 0.1 * wave + on_contacts[person])).astype(float)
    return [rows.assign(indicator="work_ability", value=np.clip(np.rint(ability), 7, 49)),
            rows.assign(indicator="coach_contacts", value=np.where(np.isnan(wellbeing), np.nan, contacts))]


def _at_exit(entered: pd.DataFrame, leaning: np.ndarray, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Forms of work at exit: at most one that is paid, and others beside it."""
    left = entered["left_on"].notna().to_numpy()
    gone, employed = entered[left], entered.loc[left, "exit"].eq("employment").to_numpy()
    rows = gone[["project", "participant"]].assign(wave=EXIT_WAVE, measured_on=gone["left_on"])
    insured = rng.random(len(gone)) < PAID["employment_insured"]
    forms = {"employment_insured": employed & insured, "employment_minor": employed & ~insured}
    for form, share in OTHER.items():
        forms[form] = rng.random(len(gone)) < _share(share, leaning[left] - 1.5 * employed)
    return [rows.assign(indicator=form, value=found.astype(float)) for form, found in forms.items()]


def _afterwards(plan: Plan, entered: pd.DataFrame, leaning: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Work of any paid form six months after the exit; the answer is missing more often than in the project."""
    left = entered["left_on"].notna().to_numpy()
    gone = entered[left]
    due = add_months(gone["left_on"].to_numpy().astype("M8[D]"), AFTER)
    base = np.where(gone["exit"].eq("employment"), 0.65, 0.12)
    value = (rng.random(len(gone)) < _share(base, leaning[left])).astype(float)
    answered = rng.random(len(gone)) < 0.95 * plan.response
    rows = gone[["project", "participant"]].assign(
        wave=AFTER_WAVE, measured_on=np.where(answered, due, NEVER), indicator="work_after",
        value=np.where(answered, value, np.nan))
    return rows[due <= LOCK]


def _share(base: float | np.ndarray, leaning: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(np.log(base / (1 - np.asarray(base))) + leaning)))
