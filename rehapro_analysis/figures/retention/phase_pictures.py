"""Pictures of phases: the way from one to the next, and who is in which of them over time."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import percent
from rehapro_analysis.figures.retention.flow_drawing import draw_flow, flows_of
from rehapro_analysis.figures.retention.retention_drawing import CAUSES
from rehapro_analysis.figures.retention.retention_words import (
    OTHER,
    SHORTER,
    Texts,
    after,
    joined_areas,
    sentence,
    size,
    titled,
    word,
)
from rehapro_analysis.figures.retention.stack_drawing import draw_stack, name_areas
from rehapro_analysis.figures.small_cells import SMALL, count, merged_shares, pooled, watched
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

FLOW_NOTES = ({  # of invented and of own people
    "de": f"Zahlen sind Personen. Wege aus einer Phase, die weniger als {SMALL} Personen nahmen, sind mit dem "
          "nächstgrößeren zusammen gezeigt (schraffiert). „Noch da“ gilt für den letzten Tag der Daten.",
    "en": f"Numbers are people. Ways out of a phase that fewer than {SMALL} took are shown together with the next "
          "larger one (hatched). “Still there” is as of the last day of the data."}, {
    "de": f"Zahlen sind Personen, auf {SMALL} gerundet; was auf 0 gerundet wird, fehlt. Summen können abweichen. „Noch "
          "da“ gilt für den letzten Tag der Daten.",
    "en": f"Numbers are people, rounded to the nearest {SMALL}; what is rounded to 0 is left out. Sums may differ. "
          "“Still there” is as of the last day of the data."})
PALEST, DARKEST = 0.94, 0.72  # greys of the first and the last phase: who is in a phase is still there


def phase_flow(graph: nx.DiGraph, *, origin: str, name: str = "phase_flow", title: Texts | None = None,
               of: str | None = None) -> Figure:
    """From phase to phase: boxes as high as the people who were there, bands as broad as those who moved on.

    ``graph`` comes from ``state_graph``. Ways out of a phase that fewer than five people took are shown together with
    the next smallest; a phase that fewer than five reached is not shown. Numbers of own people are rounded to five.
    """
    flows = flows_of(graph, own=origin == "own")

    def draw(canvas, language: str) -> None:
        draw_flow(canvas, flows, language)

    told = {language: " ".join(
        f"{word(source, language)}: "
        f"{', '.join(f'{word(way.target, language)} {count(way.n, language)}' for way in ways.itertuples())}."
        for source, ways in flows.table.groupby("source", sort=False)) for language in LANGUAGES}
    return Figure(
        name, titled(title or {"de": "Der Weg durch die Phasen", "en": "The way through the phases"}, of),
        FLOW_NOTES[origin == "own"],
        {"de": f"Flussdiagramm der Phasen. {told['de']}", "en": f"Flow of the phases. {told['en']}"},
        flows.table, origin, draw, (11, 6.2),
    )


def phases_over_time(occupation: Result, times: Sequence[float], *, name: str = "phases_over_time",
                     title: Texts | None = None, of: str | None = None,
                     unit: str = "days since the first phase") -> Figure:
    """Stacked shares of who is in which phase and who has left for which reason; they add up to everybody.

    ``occupation`` comes from ``state_occupation`` without groups; ``times`` are the ticks, ``of`` says whose
    phases they are. Phases, in grey, lie above the ways out, in colour. States that fewer than five people were in
    are shown together with the next smallest as "other"; the areas end where fewer than five are watched. Raises
    :class:`StudyError` for groups, and where too few people moved for anything to be shown.
    """
    if occupation.table.columns[0] != "state":
        raise StudyError.of("This picture shows one group.", "Count without by=, or choose one group first.")
    stack, joined = _stack(occupation), joined_areas(occupation)
    phases = [state for state in stack if state in _phases(occupation.table)]
    greys = dict(zip(phases, np.linspace(DARKEST, PALEST, max(len(phases), 2)), strict=False))
    colours = CAUSES | {phase: to_hex([grey] * 3) for phase, grey in greys.items()}

    def draw(canvas, language: str) -> None:
        draw_stack(canvas, [((), stack)], times, unit, language, colours)
        name_areas(canvas.axes[0], stack, language)

    exact = [round(stack.index[-2])] if occupation.origin == "own" else sorted(times)
    told = {language: " ".join(_in_words(stack, time, unit, language) for time in exact
                               if 0 < time <= stack.index[-1]) or sentence(SHORTER[language])
            for language in LANGUAGES}
    return Figure(
        name, titled(title or {"de": "Wer wann in welcher Phase ist", "en": "Who is in which phase, and when"}, of),
        {"de": f"Aalen-Johansen; Anteile zum Zeitpunkt, zusammen 100\N{NARROW NO-BREAK SPACE}%; "
               f"{size(occupation, 'de')}. Grau: in einer Phase, farbig: ausgeschieden. Die Flächen enden, wo weniger "
               f"als {SMALL} Personen unter Beobachtung sind; Seltenes ist zusammengefasst.{joined['de']}",
         "en": f"Aalen-Johansen; shares at the time, together 100%; {size(occupation, 'en')}. Grey: in a phase, "
               f"coloured: gone. Areas end where fewer than {SMALL} people are at risk; what is rare is shown "
               f"together.{joined['en']}"},
        {"de": f"Gestapelte Flächen. {told['de']}", "en": f"Stacked areas. {told['en']}"},
        stack.rename_axis(index="time", columns="state").stack().rename("estimate").reset_index(), occupation.origin,
        draw,
    )


def _phases(table: pd.DataFrame) -> list[str]:
    """The states that somebody was watched in; nobody is watched after leaving."""
    seen = table.groupby("state", sort=False)["n_risk"].max()
    return list(seen.index[seen > 0])


def _stack(occupation: Result) -> pd.DataFrame:
    """Shares by time (index) and state (columns): ways out first, then phases from the last to the first."""
    table, phases = occupation.table, _phases(occupation.table)
    first = table[table["time"] == table["time"].min()].set_index("state")["n_risk"]
    rows = watched(table.assign(net=_net(table, phases), n_risk=table.groupby("time")["n_risk"].transform("sum")))
    if rows["n_event"].sum() < SMALL:
        raise StudyError.of(f"Fewer than {SMALL} people moved: nothing of these phases can be shown.",
                            "Wait, or take more projects together.")
    rest = pooled(rows.groupby("state")["n_event"].sum().add(first, fill_value=0).to_dict(), OTHER)
    rows = rows.assign(state=rows["state"].where(~rows["state"].isin(rest), OTHER))
    sums = rows.pivot_table(index="time", columns="state", values=["estimate", "net"], aggfunc="sum")
    start = first.rename(lambda state: OTHER if state in rest else state).groupby(level=0).sum() / first.sum()
    shares = pd.concat([start.reindex(sums["estimate"].columns, fill_value=0.0).to_frame(0.0).T, sums["estimate"]])
    shares = shares.loc[:, lambda frame: frame.max() > 0]
    ways_out = [one for one in [*CAUSES, *shares] if one in shares and one not in phases]
    shares = shares[[*dict.fromkeys(ways_out), *(one for one in reversed(phases) if one in shares)]]
    moves = pd.concat([0 * shares.iloc[[0]], sums["net"][list(shares)]])
    if occupation.origin != "own":
        return shares
    shares = merged_shares(shares, moves, sum(one not in phases for one in shares))
    return pd.concat([shares, shares.iloc[[-1]].set_axis([1.015 * shares.index[-1]])])  # the last step can be seen


def _net(table: pd.DataFrame, phases: Sequence[str]) -> pd.Series:
    """Who comes into each state less who goes out of it; nobody goes out of a state that is no phase."""
    change = table.groupby("state")["n_risk"].shift(-1, fill_value=0) - table["n_risk"] + table["n_censored"]
    return change.where(table["state"].isin(list(phases)), table["n_event"])


def _in_words(stack: pd.DataFrame, time: float, unit: str, language: str) -> str:
    """The shares at a time; what rounds to nothing is left out."""
    row = stack.iloc[np.searchsorted(stack.index, time, side="right") - 1]
    shares = ", ".join(f"{word(state, language)} {percent(share, language)}" for state, share in row.items()
                       if share >= 0.005)
    return sentence(f"{after(time, unit, language)}: {shares}")
