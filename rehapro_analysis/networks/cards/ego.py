"""One network card (Netzwerkkarte) after another: what a participant's contacts are made of.

Everything in this module is about single persons. It is counted here and shown by `cards` only, as means of groups.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

CARD = ["project", "participant", "wave"]
_ALTERS = TABLES["alters"]
SECTORS, SPACES, INTRODUCERS = (_ALTERS.column(name).allowed for name in ("sector", "space", "introduced_by"))
FARTHEST = 3  # horizons of a card: 1 close to 3 far


def place_on_card(sector: str, space: str) -> str:
    """The name of a measure: contacts of a part of life in a space.

    >>> place_on_card("family", "personal")
    'family, personal'
    """
    return f"{sector}, {space}"


PLACES = tuple(place_on_card(*both) for both in product(SECTORS, SPACES))


def card_measures(study: Study, *, origin: str = "synthetic") -> pd.DataFrame:
    """The measures of every card, one row a card; an empty card is a card of size 0.

    Columns besides project, participant, wave: cluster (the coach where one is known, else the person) and

    * size, personal, institutional, one column a sector and one a sector and space (`PLACES`): numbers of contacts;
    * closeness: contacts weighted 1, 2/3, 1/3 from close to far; empty if a contact's closeness is missing;
    * share_institutional; introduced_by_self, _coach, ...: shares of the contacts of which that is known;
    * density: pairs of contacts that know each other / all pairs, from two contacts on;
    * blau: 1 - sum of squared shares of the sectors; iqv: blau / its maximum, 1 if all sectors are equally large;
    * kept: share of the contacts that are on the same person's next card as well, where there is one.

    Shares do not exist for an empty card. Raises `StudyError` if there are no cards of the origin.

    Caution: these are persons. Do not print, save or draw this frame.
    """
    egos, alters, alter_ties = (_of_origin(study, name, origin) for name in ("egos", "alters", "alter_ties"))
    if egos.empty:
        raise StudyError.of(f"There is no network card of the origin {origin}.", "Add cards to egos.csv.")
    index = pd.MultiIndex.from_frame(egos[CARD])
    cards = pd.concat([_counts(alters, index), _shares(alters, index)], axis=1)
    cards["density"] = _density(cards["size"], _per_card(alter_ties, index))
    cards["kept"] = _kept(alters, index)
    return cards.reset_index().assign(cluster=_clusters(study, egos))


def _of_origin(study: Study, name: str, origin: str) -> pd.DataFrame:
    rows = study.table(name)
    return rows[rows["origin"].eq(origin)]


def _per_card(rows: pd.DataFrame, index: pd.MultiIndex) -> pd.Series:
    return rows.groupby(CARD).size().reindex(index, fill_value=0)


def _counts(alters: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    counts = {"size": _per_card(alters, index)}
    counts |= {space: _per_card(alters[alters["space"].eq(space)], index) for space in SPACES}
    counts |= {sector: _per_card(alters[alters["sector"].eq(sector)], index) for sector in SECTORS}
    for sector, space in product(SECTORS, SPACES):
        there = alters["sector"].eq(sector) & alters["space"].eq(space)
        counts[place_on_card(sector, space)] = _per_card(alters[there], index)
    weight = ((FARTHEST + 1 - alters["closeness"].astype(float)) / FARTHEST).groupby([alters[key] for key in CARD])
    summed = weight.sum(min_count=1).where(weight.count() == weight.size())
    closeness = summed.reindex(index).mask(counts["size"] == 0, 0.0)
    return pd.DataFrame(counts | {"closeness": closeness}, index=index).astype(float)


def _shares(alters: pd.DataFrame, index: pd.MultiIndex) -> pd.DataFrame:
    size = _per_card(alters, index).astype(float).replace(0, np.nan)
    sectors = [_per_card(alters[alters["sector"].eq(sector)], index) / size for sector in SECTORS]
    blau = 1 - sum(share**2 for share in sectors)
    shares = {"share_institutional": _per_card(alters[alters["space"].eq("institutional")], index) / size,
              "blau": blau, "iqv": blau / (1 - 1 / len(SECTORS))}
    told = _per_card(alters[alters["introduced_by"].notna()], index).astype(float).replace(0, np.nan)
    return pd.DataFrame(shares | {
        f"introduced_by_{one}": _per_card(alters[alters["introduced_by"].eq(one)], index) / told
        for one in INTRODUCERS}, index=index)


def _density(size: pd.Series, linked: pd.Series) -> pd.Series:
    """A pair of contacts is one row, whichever of the two is written first."""
    return (linked / (size * (size - 1) / 2)).where(size >= 2)


def _kept(alters: pd.DataFrame, index: pd.MultiIndex) -> pd.Series:
    """Cards are numbered within a person, so that the next card is the next one drawn, whatever its wave."""
    cards = index.to_frame(index=False).sort_values(CARD)
    cards["following"] = cards.groupby(CARD[:2])["wave"].shift(-1)
    here = alters.merge(cards[cards["following"].notna()], on=CARD)
    there = alters[[*CARD, "alter"]].rename(columns={"wave": "following"}).assign(again=1.0)
    there["following"] = there["following"].astype(cards["following"].dtype)
    found = here.merge(there, on=[*CARD[:2], "following", "alter"], how="left")["again"].fillna(0.0)
    return found.groupby([here[key] for key in CARD]).mean().reindex(index)


def _clusters(study: Study, egos: pd.DataFrame) -> np.ndarray:
    """The coach of each card's person; who has several coaches, or none, is a cluster of their own."""
    person = egos["project"] + " " + egos["participant"]
    if not study.has("episodes"):
        return person.to_numpy()
    episodes = study.table("episodes").dropna(subset=["coach"])
    coaches = episodes.groupby(["project", "participant"])["coach"].agg(["nunique", "first"])
    found = coaches.loc[coaches["nunique"].eq(1), "first"]
    known = found.reindex(pd.MultiIndex.from_frame(egos[["project", "participant"]])).to_numpy()
    return np.where(pd.notna(known), known, person)
