"""Participants' network cards: whom they know, and who of those know each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.study.synthetic.calendar import MONTH, NEVER, days_of
from rehapro_analysis.study.synthetic.plan import LOCK, Plan

SHARE = 0.16  # of those entered draw a card
NOBODY = 0.06  # of cards stay empty
KNOWN = 12  # contacts a person can name at most
STILL = 0.7  # share of contacts still there at the second card
CARD = ["participant", "wave"]
SECTORS = ("family", "friends", "work and clubs", "professional")


def draw_cards(plan: Plan, people: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    """``egos``, ``alters`` and ``alter_ties`` at entry and about six months later.

    A contact keeps its code from card to card. A card may be empty.
    """
    rng = plan.stream(seed, "cards")
    entered = people[people["entered_on"].notna()]
    drawing = entered[rng.random(len(entered)) < SHARE].reset_index(drop=True)
    contacts = _contacts(drawing, rng)
    egos = _egos(drawing, plan.response, rng)
    first, second = (contacts[there].assign(wave=wave) for wave, there in enumerate(_presence(contacts, rng)))
    alters = pd.concat([first, second], ignore_index=True).merge(egos[CARD], on=CARD).assign(project=plan.project)
    return {"egos": egos, "alters": alters, "alter_ties": _alter_ties(alters, rng).assign(project=plan.project)}


def _presence(contacts: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Who of the contacts stands on the first and who on the second card; professionals come later."""
    professional = (contacts["sector"] == "professional").to_numpy()
    chance = rng.random((2, len(contacts)))
    first = ~professional | (chance[0] < 0.5)
    return first, chance[1] < np.where(first, STILL, np.where(professional, 0.7, 0.4))


def _contacts(drawing: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Everybody a person might name on either card."""
    anybody = rng.random(len(drawing)) > NOBODY
    n = np.minimum(rng.poisson(6 - 0.8 * np.clip(drawing["severity"], -2, 2)), KNOWN) * anybody
    ego = np.repeat(np.arange(len(drawing)), n)
    place = np.arange(len(ego)) - np.repeat(np.cumsum(n) - n, n)
    sector = np.array(SECTORS)[np.searchsorted([0.35, 0.58, 0.72], rng.random(len(ego)))]
    institutional = (sector == "professional") | (sector == "work and clubs") & (rng.random(len(ego)) < 0.4)
    others = rng.choice(["self", "peer", "other"], len(ego), p=[0.7, 0.15, 0.15])
    by_coach = rng.random(len(ego)) < np.where(institutional, 0.4, 0.05)
    return pd.DataFrame({
        "participant": drawing["participant"].to_numpy()[ego], "alter": [f"a{number + 1:02d}" for number in place],
        "sector": sector, "space": np.where(institutional, "institutional", "personal"),
        "closeness": 1 + np.minimum(rng.poisson(np.where(institutional, 1.2, 0.6)), 2),
        "introduced_by": np.where(by_coach, "coach", others)})


def _egos(drawing: pd.DataFrame, response: float, rng: np.random.Generator) -> pd.DataFrame:
    """The first card within three weeks of entry, the second about six months after if it was answered."""
    entered = drawing["entered_on"].to_numpy().astype("M8[D]")
    last = np.where(drawing["left_on"].isna(), LOCK, drawing["left_on"].to_numpy().astype("M8[D]"))
    first = np.minimum(entered + rng.integers(0, 22, len(drawing)), last)
    second = entered + days_of(6 * MONTH + rng.integers(-10, 25, len(drawing)))
    second = np.where((second <= LOCK) & (rng.random(len(drawing)) < response), second, NEVER)
    cards = pd.concat([drawing[["project", "participant"]].assign(wave=wave, drawn_on=day)
                       for wave, day in enumerate((first, second))], ignore_index=True)
    return cards[cards["drawn_on"].notna()]


def _alter_ties(alters: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Two contacts on a card know each other more often within a part of life."""
    contacts = alters[[*CARD, "alter", "sector"]]
    pairs = contacts.merge(contacts, on=CARD, suffixes=("_a", "_b"))
    pairs = pairs[pairs["alter_a"] < pairs["alter_b"]]
    alike = np.where(pairs["sector_a"] == pairs["sector_b"], 0.5, 0.08)
    return pairs[rng.random(len(pairs)) < alike]
