"""Network cards (Netzwerkkarten) of many participants: what they look like, and before against after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import t

from rehapro_analysis.networks.cards.ego import PLACES, card_measures
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

MEASURES = ("size", "personal", "institutional", "closeness", "share_institutional", "density", "blau", "iqv",
            "introduced_by_self", "introduced_by_coach", "introduced_by_peer", "introduced_by_other", "kept")
SMALL = 5  # persons below whom nothing is shown
CLUSTERED = "Participants of one coach are alike: the interval takes coaches as the units that vary, with t limits."
EMPTY = "A card without contacts counts with size 0; shares and density do not exist for it."
WITHHELD = f"Where fewer than {SMALL} people stand behind a number, or could be found by subtraction, it is empty."
_PERSON = ["project", "participant"]


def network_cards(study: Study, *, measures: Sequence[str] = MEASURES, by: str | None = None,
                  origin: str = "synthetic", level: float = 0.95) -> Result:
    """What the cards of a wave look like on average, by wave and, if wanted, by project.

    ``table``: project (with ``by="project"``), wave, measure, n (cards that have the measure), clusters, estimate
    (mean), std_error, lower, upper. Measures are those of `ego.card_measures`; ``ego.PLACES`` are contacts by part of
    life and space. The standard error is that of a mean of clusters (coaches), sqrt(G/(G-1) sum of squared cluster
    sums of residuals) / n, with t limits of G - 1 degrees of freedom.

    Caution: waves are not the same people; for change take `network_card_change`.
    """
    cards = card_measures(study, origin=origin)
    _check(measures, cards)
    keys = [*_groups(by), "wave"]
    long = cards.melt([*_PERSON, "wave", "cluster"], list(measures), "measure", "value")
    table = _means(long, [*keys, "measure"], level)
    whole = cards.groupby(keys).size().rename("whole").reset_index()
    table = _withheld(table.merge(whole, on=keys), _groups(by), ["wave", "measure"])
    return Result(_ordered(table, measures), f"means of network cards, {level:.0%} limits",
                  (CLUSTERED, EMPTY, WITHHELD), cards.groupby(_PERSON).ngroups, origin, ("n",))


def network_card_change(study: Study, *, measures: Sequence[str] = MEASURES[:-1], by: str | None = None,
                        before: int = 0, after: int = 1, origin: str = "synthetic", level: float = 0.95) -> Result:
    """How the cards of the same people changed from one wave to another, person by person.

    ``table``: project (with ``by="project"``), measure, n (people with the measure on both cards), clusters, before,
    after (means of these people), estimate (mean difference), std_error, lower, upper, before_only (mean before of
    those without a second card, for comparison). Intervals as in `network_cards`.

    Raises `StudyError` if nobody has both cards.

    Caution: no comparison group, so a change is not an effect; those who drew a second card are a selection.
    """
    cards = card_measures(study, origin=origin)
    _check(measures, cards)
    first, second = (_long(cards, wave, measures) for wave in (before, after))
    pairs = first.merge(second, on=[*_PERSON, "measure"], suffixes=("_before", "_after"))
    if pairs.empty:
        raise StudyError.of(f"Nobody has a card of wave {before} and of wave {after}.", "Choose other waves.")
    keys = [*_groups(by), "measure"]
    pairs = pairs.rename(columns={"cluster_before": "cluster"})
    pairs["value"] = pairs["value_after"] - pairs["value_before"]
    paired = pairs.dropna(subset=["value"])
    ends = paired.groupby(keys)[["value_before", "value_after"]].mean().set_axis(["before", "after"], axis=1)
    table = _means(pairs, keys, level).merge(ends.reset_index(), on=keys, how="left")
    table = table.merge(_only_before(first, second, keys), on=keys, how="left")
    table = table.merge(pairs.groupby(keys).size().rename("whole").reset_index(), on=keys)
    table = _withheld(table, _groups(by), ["measure"])
    columns = [*keys, "n", "clusters", "before", "after", "estimate", "std_error", "lower", "upper", "before_only"]
    drawn, again = (frame.groupby(_PERSON).ngroups for frame in (first, pairs))
    told = f"{again} of {drawn} people with a card of wave {before} have one of wave {after}; the others may differ."
    return Result(_ordered(table[columns], measures), f"change of network cards, {level:.0%} limits",
                  (told, CLUSTERED, EMPTY, WITHHELD), again, origin, ("n",))


def network_card_spaces(study: Study, *, before: int = 0, after: int = 1, origin: str = "synthetic",
                        level: float = 0.95) -> Result:
    """Contacts by part of life and space, before and after: the card of all participants together.

    ``table``: sector, space, then the columns of `network_card_change`, numbers of contacts a person.
    """
    changed = network_card_change(study, measures=PLACES, before=before, after=after, origin=origin, level=level)
    places = changed.table["measure"].str.split(", ", expand=True).set_axis(["sector", "space"], axis=1)
    table = pd.concat([places, changed.table.drop(columns="measure")], axis=1)
    return Result(table, f"contacts a person by part of life and space, {level:.0%} limits", changed.assumptions,
                  changed.n, origin, changed.cells)


def _check(measures: Sequence[str], cards: pd.DataFrame) -> None:
    known = [name for name in cards.columns if name not in (*_PERSON, "wave", "cluster")]
    if strange := [name for name in measures if name not in known]:
        raise StudyError.of(f"A card has no {', '.join(strange)}.", f"Take any of {'; '.join(known)}.")


def _groups(by: str | None) -> list[str]:
    if by not in (None, "project"):
        raise StudyError.of(f"Cards cannot be grouped by {by!r}.", 'Write by="project" or leave it out.')
    return [by] if by else []


def _long(cards: pd.DataFrame, wave: int, measures: Sequence[str]) -> pd.DataFrame:
    rows = cards[cards["wave"].eq(wave)]
    return rows.melt([*_PERSON, "cluster"], list(measures), "measure", "value")


def _means(long: pd.DataFrame, keys: list[str], level: float) -> pd.DataFrame:
    """Means with standard errors of clusters; one row a combination of keys, also where no value exists."""
    groups = long.groupby(keys)["value"].agg(n="count", estimate="mean")
    known = long.dropna(subset=["value"])
    residual = known["value"] - known.groupby(keys)["value"].transform("mean")
    sums = residual.groupby([*(known[key] for key in keys), known["cluster"]]).sum()
    spread = sums.pow(2).groupby(level=keys).agg(total="sum", clusters="size").reindex(groups.index)
    free = (spread["clusters"] - 1).where(spread["clusters"] > 1)
    std_error = np.sqrt((free + 1) / free * spread["total"]) / groups["n"]
    half = t.ppf((1 + level) / 2, free) * std_error
    return groups.assign(clusters=spread["clusters"].fillna(0).astype(int), std_error=std_error,
                         lower=groups["estimate"] - half, upper=groups["estimate"] + half).reset_index()


def _only_before(first: pd.DataFrame, second: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mean of those without a second card; empty for fewer than five."""
    people = second[_PERSON].drop_duplicates().assign(again=True)
    alone = first.merge(people, on=_PERSON, how="left")
    values = alone[alone["again"].isna()].groupby(keys)["value"].agg(["count", "mean"])
    return values["mean"].where(values["count"] >= SMALL).rename("before_only").reset_index()


def _withheld(table: pd.DataFrame, by: list[str], within: list[str]) -> pd.DataFrame:
    """Rows of fewer than five people empty, a second one beside a single one, and n where it shows how few lack."""
    small = table["n"] < SMALL
    if by:  # the total is public, so one small group alone follows from the others
        rows = [table[key] for key in within]
        alone = small.groupby(rows).transform("sum").eq(1) & ~small
        smallest = table["n"].where(~small).groupby(rows).rank(method="first").eq(1)
        small |= alone & smallest
    few_lack = (table.pop("whole") - table["n"]).between(1, SMALL - 1)
    hidden = [name for name in table if name not in (*by, *within)]
    table = table.astype({"n": "Int64", "clusters": "Int64"})
    table[hidden] = table[hidden].mask(small)
    table["n"] = table["n"].mask(few_lack)
    return table


def _ordered(table: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    keys = [name for name in ("project", "wave") if name in table]
    place = table["measure"].map({name: position for position, name in enumerate(measures)})
    order = table.assign(place=place).sort_values([*keys, "place"], kind="stable").index
    return table.loc[order, [*keys, *(name for name in table if name not in keys)]].reset_index(drop=True)
