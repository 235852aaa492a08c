"""Pictures of leaving: for which reason, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.retention.retention_drawing import CAUSES, draw_forest, groups_of
from rehapro_analysis.figures.retention.retention_words import (
    OTHER,
    STAYING,
    Texts,
    after,
    group_name,
    joined_areas,
    leaving,
    level,
    ratio,
    sentence,
    size,
    term,
    word,
)
from rehapro_analysis.figures.retention.stack_drawing import draw_stack
from rehapro_analysis.figures.small_cells import SMALL, merged_shares, pooled, watched
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError


def exits_over_time(incidence: Result, times: Sequence[float], *, name: str = "exits_over_time",
                    title: Texts | None = None, unit: str = "months") -> Figure:
    """Stacked shares of who has left for which reason and who is still there; they add up to everybody.

    ``incidence`` comes from ``aalen_johansen`` with up to three groups; ``times`` are the ticks. Causes with
    fewer than five exits are shown together with the next smallest as "other".
    """
    own, joined = incidence.origin == "own", joined_areas(incidence)
    stacks = [(key, stack) for key, rows in groups_of(incidence.table) if len(stack := _stack(rows, own))]
    if not 0 < len(stacks) <= 3:
        raise StudyError.of(f"No group has {SMALL} exits." if not stacks else
                            f"There are {len(stacks)} groups, and one to three fit into the picture.",
                            "Wait, or take more people together." if not stacks else "Choose groups before counting.")

    def draw(canvas, language: str) -> None:
        draw_stack(canvas, stacks, times, unit, language)

    told = {language: " ".join(_stack_in_words(key, stack, unit, language) for key, stack in stacks)
            for language in LANGUAGES}
    return Figure(
        name, title or {"de": "Wer weshalb ausgeschieden ist und wer noch da ist",
                        "en": "Who has left, why, and who is still there"},
        {"de": f"Aalen-Johansen; Anteile bis zum Zeitpunkt, zusammen 100\N{NARROW NO-BREAK SPACE}%; "
               f"{size(incidence, 'de')}. Die Flächen enden, wo weniger als {SMALL} Personen unter "
               f"Beobachtung sind; Gründe mit wenigen Austritten sind zusammengefasst.{joined['de']}",
         "en": f"Aalen-Johansen; shares by the time, together 100%; {size(incidence, 'en')}. Areas end where "
               f"fewer than {SMALL} people are at risk; reasons with few exits are shown together.{joined['en']}"},
        {"de": f"Gestapelte Flächen. {told['de']}", "en": f"Stacked areas. {told['en']}"},
        pd.concat([_long(key, stack) for key, stack in stacks], ignore_index=True), incidence.origin, draw,
        (10 if len(stacks) == 1 else 13, 5.625),
    )


def hazard_ratio_forest(model: Result, *, name: str = "hazard_ratio_forest", title: Texts | None = None,
                        cause: str | None = None) -> Figure:
    """Hazard ratios with limits, largest first, around 1 on a log axis.

    ``model`` comes from ``cox_model`` or ``fine_gray_model``; ``cause`` is the exit it studies (None: any).
    """
    table = model.table.dropna(subset=["hazard_ratio"]).sort_values("hazard_ratio", ascending=False, kind="stable")
    what = {language: leaving(cause, language) for language in LANGUAGES}
    axis = {"de": f"{what['de']}: Verhältnis der Raten (rechts von 1 häufiger, links seltener)",
            "en": f"{what['en']}: ratio of the rates (right of 1 more often, left less often)"}

    def draw(canvas, language: str) -> None:
        draw_forest(canvas, table, axis, language)

    told = {language: "; ".join(f"{term(row, language).replace(chr(10), ' ')}: {ratio(row, language)}"
                                for row in table.itertuples()) for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"{what['de']}: was damit einhergeht", "en": f"What goes with {what['en']}"},
        {"de": f"Hazard-Ratios mit {level(model, 'de')}-Konfidenzgrenzen bei sonst gleichen Merkmalen; "
               f"{number(model.n, 'de')} Zeitabschnitte. Zusammenhänge, keine Ursachen.",
         "en": f"Hazard ratios with {level(model, 'en')} confidence limits, all else in the model being equal; "
               f"{number(model.n, 'en')} spells. Associations, not causes."},
        {"de": f"Verhältnisse der Raten: {told['de']}.", "en": f"Ratios of rates: {told['en']}."},
        table[["term", "hazard_ratio", "lower", "upper"]].reset_index(drop=True), model.origin, draw,
        (10, 2.2 + 0.62 * len(table)),
    )


def _stack(rows: pd.DataFrame, own: bool) -> pd.DataFrame:
    """Shares by time (index) and cause (columns, in the order of the stack), small causes pooled.

    Empty where fewer than five left.
    """
    rows = watched(rows)
    counts = rows[rows["cause"] != STAYING].groupby("cause")["n_event"].sum()
    if counts.sum() < SMALL:
        return pd.DataFrame()
    rest = pooled(counts.to_dict(), OTHER)
    cause = rows["cause"].where(~rows["cause"].isin(rest), OTHER)
    shares = rows.assign(cause=cause).pivot_table(index="time", columns="cause", values="estimate", aggfunc="sum")
    order = [one for one in CAUSES if one in shares] + [one for one in shares if one not in CAUSES]
    shares = shares[sorted(order, key=lambda one: one == STAYING)].loc[:, lambda frame: frame.max() > 0]
    start = pd.DataFrame([[float(one == STAYING) for one in shares]], index=[0.0], columns=shares.columns)
    shares = pd.concat([start, shares])
    if own:
        moves = rows.assign(cause=cause).pivot_table(index="time", columns="cause", values="n_event", aggfunc="sum")
        moves = pd.concat([0 * start, moves])[list(shares)]
        shares = merged_shares(shares, moves, shares.columns.drop(STAYING, errors="ignore").size)
    end = shares.iloc[[-1]].set_axis([1.015 * shares.index[-1]])  # so that the last step can be seen
    return pd.concat([shares, end])


def _stack_in_words(key: tuple[str, ...], stack: pd.DataFrame, unit: str, language: str) -> str:
    shares = ", ".join(f"{word(cause, language)} {percent(share, language)}" for cause, share in stack.iloc[-1].items())
    return sentence(f"{group_name(key, language)}, {after(round(stack.index[-2], 1), unit, language)}: {shares}")


def _long(key: tuple[str, ...], stack: pd.DataFrame) -> pd.DataFrame:
    long = stack.rename_axis(index="time", columns="cause").stack().rename("estimate").reset_index()
    long.insert(0, "group", group_name(key, "en"))
    return long
