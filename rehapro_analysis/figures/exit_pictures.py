"""Pictures of leaving: for which reason, by which phase, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.flow_drawing import draw_flow, flows_of
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.retention_drawing import CAUSES, draw_forest, draw_stack, groups_of
from rehapro_analysis.figures.retention_words import (
    OTHER,
    STAYING,
    Texts,
    after,
    group_name,
    level,
    ratio,
    size,
    term,
    word,
)
from rehapro_analysis.figures.small_cells import SMALL, pooled, watched
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result


def exits_over_time(incidence: Result, times: Sequence[float], *, name: str = "exits_over_time",
                    title: Texts | None = None, unit: str = "months") -> Figure:
    """Stacked shares of who has left for which reason and who is still there; they add up to everybody.

    ``incidence`` comes from ``aalen_johansen`` with up to three groups; ``times`` are the ticks. Causes with
    fewer than five exits are shown together with the next smallest as "other".
    """
    stacks = [(key, stack) for key, rows in groups_of(incidence.table) if len(stack := _stack(rows))]
    if not 0 < len(stacks) <= 3:
        raise ValueError(f"{len(stacks)} groups can be shown, and one to three fit: choose them before counting.")

    def draw(canvas, language: str) -> None:
        draw_stack(canvas, stacks, times, unit, language)

    told = {language: " ".join(_stack_in_words(key, stack, unit, language) for key, stack in stacks)
            for language in LANGUAGES}
    return Figure(
        name, title or {"de": "Wer warum gegangen ist und wer noch da ist",
                        "en": "Who has left, why, and who is still there"},
        {"de": f"Aalen-Johansen; Anteile bis zum Zeitpunkt, zusammen 100\N{NARROW NO-BREAK SPACE}%; "
               f"{size(incidence, 'de')}. Die Flächen enden, wo weniger als {SMALL} Personen unter "
               "Beobachtung sind; Gründe mit wenigen Austritten sind zusammengefasst.",
         "en": f"Aalen-Johansen; shares by the time, together 100%; {size(incidence, 'en')}. Areas end where "
               f"fewer than {SMALL} people are at risk; reasons with few exits are shown together."},
        {"de": f"Gestapelte Flächen. {told['de']}", "en": f"Stacked areas. {told['en']}"},
        pd.concat([_long(key, stack) for key, stack in stacks], ignore_index=True), incidence.origin, draw,
        (10 if len(stacks) == 1 else 13, 5.625),
    )


def phase_flow(graph: nx.DiGraph, *, origin: str, name: str = "phase_flow", title: Texts | None = None) -> Figure:
    """From phase to phase: boxes as high as the people who were there, bands as broad as those who moved on.

    ``graph`` comes from ``state_graph``. Ways that fewer than five people took are shown together with the
    next smallest of the same phase; a phase that fewer than five reached is not shown.
    """
    flows = flows_of(graph)

    def draw(canvas, language: str) -> None:
        draw_flow(canvas, flows, language)

    told = {language: " ".join(
        f"{word(source, language)}: {', '.join(f'{word(way.target, language)} {way.n}' for way in ways.itertuples())}."
        for source, ways in flows.table.groupby("source", sort=False)) for language in LANGUAGES}
    return Figure(
        name, title or {"de": "Der Weg durch die Phasen", "en": "The way through the phases"},
        {"de": f"Zahlen sind Personen. Wege mit weniger als {SMALL} Personen sind mit dem nächstgrößeren "
               "zusammengefasst. „Noch dort“ ist der Stand am letzten Tag der Daten.",
         "en": f"Numbers are people. Ways that fewer than {SMALL} took are shown together with the next larger one. "
               "“Still there” is as of the last day of the data."},
        {"de": f"Flussbild der Phasen. {told['de']}", "en": f"Flow of the phases. {told['en']}"},
        flows.table, origin, draw, (11, 6.2),
    )


def hazard_ratio_forest(model: Result, *, name: str = "hazard_ratio_forest", title: Texts | None = None,
                        cause: str | None = None) -> Figure:
    """Hazard ratios with limits, largest first, around 1 on a log axis.

    ``model`` comes from ``cox_model`` or ``fine_gray_model``; ``cause`` is the exit it studies (None: any).
    """
    table = model.table.dropna(subset=["hazard_ratio"]).sort_values("hazard_ratio", ascending=False, kind="stable")
    what = {"de": word(cause, "de") if cause else "ausgeschieden", "en": word(cause, "en") if cause else "left"}
    axis = {"de": f"Verhältnis der Rate „{what['de']}“: rechts von 1 häufiger, links seltener",
            "en": f"ratio of the rate of “{what['en']}”: more often right of 1, less often left"}

    def draw(canvas, language: str) -> None:
        draw_forest(canvas, table, axis, language)

    told = {language: "; ".join(f"{term(row, language).replace(chr(10), ' ')}: {ratio(row, language)}"
                                for row in table.itertuples()) for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"Was mit „{what['de']}“ einhergeht", "en": f"What goes with “{what['en']}”"},
        {"de": f"Verhältnisse mit {level(model, 'de')}-Grenzen bei sonst gleichen Merkmalen; "
               f"{number(model.n, 'de')} Zeitabschnitte. Zusammenhänge, keine Ursachen.",
         "en": f"Ratios with {level(model, 'en')} limits, other covariates being equal; "
               f"{number(model.n, 'en')} spells. Associations, not causes."},
        {"de": f"Verhältnisse der Raten: {told['de']}.", "en": f"Ratios of rates: {told['en']}."},
        table[["term", "hazard_ratio", "lower", "upper"]].reset_index(drop=True), model.origin, draw,
        (10, 2.2 + 0.62 * len(table)),
    )


def _stack(rows: pd.DataFrame) -> pd.DataFrame:
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
    shares = shares[sorted(order, key=lambda one: one == STAYING)].loc[:, lambda frame: frame.iloc[-1] > 0]
    start = pd.DataFrame([[float(one == STAYING) for one in shares]], index=[0.0], columns=shares.columns)
    end = shares.iloc[[-1]].set_axis([1.015 * shares.index[-1]])  # so that the last step can be seen
    return pd.concat([start, shares, end])


def _stack_in_words(key: tuple[str, ...], stack: pd.DataFrame, unit: str, language: str) -> str:
    shares = ", ".join(f"{word(cause, language)} {percent(share, language)}" for cause, share in stack.iloc[-1].items())
    return f"{group_name(key, language)}, {after(round(stack.index[-2], 1), unit, language)}: {shares}."


def _long(key: tuple[str, ...], stack: pd.DataFrame) -> pd.DataFrame:
    long = stack.rename_axis(index="time", columns="cause").stack().rename("estimate").reset_index()
    long.insert(0, "group", group_name(key, "en"))
    return long
