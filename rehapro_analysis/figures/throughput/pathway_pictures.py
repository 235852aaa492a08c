"""Pictures of the pathway and of the waiting list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import axis_number, interval, number, percent
from rehapro_analysis.figures.retention.flow_drawing import Flows, draw_flow, flows_of
from rehapro_analysis.figures.retention.retention_drawing import (
    Curve,
    curves_of,
    draw_risk,
    draw_steps,
    groups_of,
    label_ends,
    share_axis,
)
from rehapro_analysis.figures.retention.retention_words import Texts, joined_steps, level, size, word
from rehapro_analysis.figures.small_cells import SMALL
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, ORANGE, QUIET, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.throughput.pathways.pathway import ENTRY, pathway_graph
from rehapro_analysis.throughput.pathways.routes import MONTH
from rehapro_analysis.throughput.waiting.waiting import STARTED

FEW = {"de": "zu wenige", "en": "too few"}
OPEN = {"de": "noch offen", "en": "not yet known"}
_COUNTED = {  # of invented and of own people
    "de": (f"Wege aus einem Schritt mit weniger als {SMALL} Personen sind zusammen gezeigt (schraffiert).",
           f"Personen sind auf {SMALL} gerundet."),
    "en": (f"Ways out of a step that fewer than {SMALL} took are shown together (hatched).",
           f"People are rounded to the nearest {SMALL}.")}
_ENDS = {STARTED: (BLUE, "-", {"de": "begonnen", "en": "started"}),
         "withdrawn": (ORANGE, "--", {"de": "zurückgezogen", "en": "withdrawn"})}
_LAWS = {"exponential": (BLUE, "-", {"de": "wenn ein Aufenthalt jederzeit enden kann",
                                     "en": "if a stay may end at any moment"}, 0.85),
         "fixed": (ORANGE, "--", {"de": "wenn alle gleich lang bleiben", "en": "if all stay equally long"}, 0.12)}


def pathway_flow(path: Result, label: str, *, name: str = "pathway_flow", title: Texts | None = None) -> Figure:
    """From step to step: bands as broad as the people who took them, under each step its yield and its median time.

    ``path`` comes from ``pathway``, ``label`` is the project's name. Ways out that fewer than five people took are
    shown together with the next smallest, numbers of own people are rounded to five; yields and times that rest on
    fewer than five are not shown. Raises ValueError where fewer than five people reached any step.
    """
    days = path.method.split("share by ")[1].split(" ")[0]
    graph = pathway_graph(path)
    graph.remove_node(ENTRY)
    own = path.origin == "own"
    flows = flows_of(graph, own=own)
    steps = _steps(path.table, flows)

    def draw(canvas, language: str) -> None:
        above, below = canvas.subfigures(2, 1, height_ratios=[3.3, 1])
        draw_flow(above, flows, language)
        _draw_yields(below, steps, days, language)

    told = {language: " ".join(_step_in_words(row, flows, language) for row in steps.itertuples())
            for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"{label}: der Weg von Schritt zu Schritt", "en": f"{label}: the way from step to step"},
        {"de": f"Zahlen sind Personen; {size(path, 'de')}. Anteile nach Aalen-Johansen: Auch wer noch da ist, "
               f"zählt, solange beobachtet. Klammern: {level(path, 'de')}-Grenzen. „Noch offen“: niemand war so lange "
               f"unter Beobachtung. {_COUNTED['de'][own]}",
         "en": f"Numbers are people; {size(path, 'en')}. Shares are Aalen-Johansen: those still there count as long as "
               f"seen. Brackets: {level(path, 'en')} limits. “Not yet known”: nobody was watched that long. "
               f"{_COUNTED['en'][own]}"},
        {"de": f"Flussbild der Schritte von {label}. {told['de']}", "en": f"Flow through {label}. {told['en']}"},
        flows.table.merge(steps, left_on="source", right_on="step", how="left").drop(columns="step"),
        path.origin, draw, (11, 7.2))


def waiting_list(curve: Result, risk: Result, label: str, *, name: str = "waiting_list",
                 title: Texts | None = None) -> Figure:
    """Starts and withdrawals as competing ends of waiting, with the numbers still waiting below.

    ``curve`` comes from ``waiting_times`` for one project, ``risk`` from ``risk_table`` of the same
    ``waiting_table``; its times are the ticks. An end that fewer than five came to is not drawn. Raises
    ValueError for several projects and where nothing can be drawn.
    """
    if len(list(groups_of(curve.table))) != 1:
        raise ValueError("Several projects cannot be told apart here: choose one.")
    curves = {end: found[0] for end in _ENDS
              if (found := curves_of(curve.table[curve.table["cause"] == end], start=0.0,
                                     own=curve.origin == "own"))}
    joined = joined_steps(curve)
    if not curves:
        raise ValueError(f"Fewer than {SMALL} people started or withdrew: there is nothing to show.")
    named = risk.table.assign(**{risk.table.columns[0]: label})

    def draw(canvas, language: str) -> None:
        _draw_waiting(canvas, curves, named, language)

    told = {language: "; ".join(_end_in_words(end, one, language) for end, one in curves.items())
            for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"{label}: wie die Wartezeit endet", "en": f"{label}: how waiting ends"},
        {"de": f"Aalen-Johansen, Beginn und Rückzug konkurrieren; Flächen: {level(curve, 'de')}-Grenzen; "
               f"{size(curve, 'de')}. Kurven enden, wo weniger als {SMALL} Personen warten.{joined['de']}",
         "en": f"Aalen-Johansen, start and withdrawal compete; bands: {level(curve, 'en')} limits; "
               f"{size(curve, 'en')}. Curves end where fewer than {SMALL} people are waiting.{joined['en']}"},
        {"de": f"Stufenkurven mit Grenzen. {told['de']}.", "en": f"Step curves with limits. {told['en']}."},
        pd.concat([pd.DataFrame({"end": end, "time": one.time, "estimate": one.estimate, "lower": one.lower,
                                 "upper": one.upper}) for end, one in curves.items()], ignore_index=True),
        curve.origin, draw, (10, 6))


def wait_ahead(probabilities: Result, label: str, *, marked: Sequence[float] = (6, 12), name: str = "wait_ahead",
               title: Texts | None = None) -> Figure:
    """The probability that the turn of the next person on a list has come, month by month.

    ``probabilities`` comes from ``wait_probabilities`` with rising times; each law of the stays is a band
    between its shortest and its longest case. ``marked`` times get their numbers in the alternative text.
    """
    table = probabilities.table

    def draw(canvas, language: str) -> None:
        _draw_ahead(canvas, table, marked, language)

    said = {language: _queue_in_words(table, language) for language in LANGUAGES}
    told = {language: " ".join(_turn_in_words(table, time, language) for time in marked) for language in LANGUAGES}
    return Figure(
        name, title or {"de": f"{label}: bis wann die nächste Person auf der Liste an der Reihe ist",
                        "en": f"{label}: by when the next person on the list has a turn"},
        {"de": f"{said['de']} Flächen: von der kürzesten zur längsten Deutung der Angaben. Alle Plätze sind voll und "
               "werden sofort wieder besetzt.",
         "en": f"{said['en']} Bands: from the shortest to the longest reading of the numbers. All places are full and "
               "refill at once."},
        {"de": f"Zwei Flächen steigender Wahrscheinlichkeit. {told['de']}",
         "en": f"Two bands of rising probability. {told['en']}"},
        table, probabilities.origin, draw, (10, 5.625))


def _steps(table: pd.DataFrame, flows: Flows) -> pd.DataFrame:
    """One row a step that is drawn: its main way on with limits, and its median time in months."""
    places = {step: place for place, step in enumerate(flows.phases)}
    onward = table[[places.get(to, -1) > places.get(step, len(places)) for step, to in
                    zip(table["step"], table["to"], strict=True)]]
    best = onward[onward["n"] >= SMALL].sort_values("n", ascending=False).drop_duplicates("step").set_index("step")
    whole = table.drop_duplicates("step").set_index("step").loc[list(places)]
    times = whole[["median", "median_lower", "median_upper"]] / MONTH
    times = times.where(whole["entered"] - whole["open"] >= SMALL)
    yields = best[["to", "estimate", "lower", "upper"]].reindex(list(places))
    return pd.concat([yields.assign(on=[step in set(onward["step"]) for step in places]), times],
                     axis=1).rename_axis("step").reset_index()


def _draw_yields(canvas, steps: pd.DataFrame, days: str, language: str) -> None:
    axes = canvas.subplots()
    heads = {"de": (f"davon binnen {days} Tagen zum nächsten Schritt",
                    "die Hälfte hat den Schritt verlassen nach … Monaten"),
             "en": (f"of these on to the next step within {days} days",
                    "half have left the step after … months")}[language]
    for height, head in zip((0.9, 0.4), heads, strict=True):
        axes.text(-0.33, height, head, color=QUIET, fontsize=10, va="center")
    for place, row in enumerate(steps.itertuples()):
        axes.text(place, 0.65, _yield(row, language), ha="center", va="center")
        axes.text(place, 0.15, _median(row, language), ha="center", va="center")
    axes.set(xlim=(-0.35, len(steps) - 0.1), ylim=(0, 1))
    axes.axis("off")


def _yield(row: object, language: str) -> str:
    if not row.on:
        return ""
    if pd.isna(row.to):
        return FEW[language]
    if pd.isna(row.estimate):
        return OPEN[language]
    limits = interval(100 * row.lower, 100 * row.upper, language, 0)
    return percent(row.estimate, language) + ("" if pd.isna(row.lower) else f" ({limits})")


def _median(row: object, language: str) -> str:
    if pd.isna(row.median):
        return FEW[language]
    limits = interval(row.median_lower, row.median_upper, language, 1)
    return number(row.median, language, 1) + ("" if pd.isna(row.median_lower) else f" ({limits})")


def _step_in_words(row: object, flows: Flows, language: str) -> str:
    ways = flows.table[flows.table["source"] == row.step]
    went = ", ".join(f"{word(way.target, language)} {way.n}" for way in ways.itertuples())
    half = {"de": "die Hälfte hat ihn verlassen nach Monaten", "en": "half have left after months"}[language]
    return f"{word(row.step, language)} {flows.phases[row.step]}: {went}; {half}: {_median(row, language)}."


def _draw_waiting(canvas, curves: dict[str, Curve], risk: pd.DataFrame, language: str) -> None:
    above, below = canvas.subplots(2, 1, sharex=True, height_ratios=[9, 2])
    for end, curve in curves.items():
        draw_steps(above, curve, *_ENDS[end][:2])
    share_axis(above, language)
    label_ends(above, [(curve.time[-1], curve.estimate[-1],
                        f"{_ENDS[end][2][language]} {percent(curve.estimate[-1], language)}", _ENDS[end][0])
                       for end, curve in curves.items()])
    above.tick_params(labelbottom=False, bottom=False)
    end = max(curve.time[-1] for curve in curves.values())
    risk = risk[risk["time"] <= min([time for time in risk["time"] if time >= end], default=end)]
    above.set(xlim=(0, max(end, risk["time"].max()) * 1.02))
    draw_risk(below, [key for key, _ in groups_of(risk)], risk, language)
    below.set_xticks(risk["time"])
    below.xaxis.set_major_formatter(axis_number(language))
    below.set_xlabel({"de": "Tage seit der Empfehlung", "en": "days since referral"}[language])


def _end_in_words(end: str, curve: Curve, language: str) -> str:
    after = {"de": "nach {} Tagen", "en": "after {} days"}[language].format(number(curve.time[-1], language))
    return f"{_ENDS[end][2][language]} {after} {percent(curve.estimate[-1], language)}"


def _draw_ahead(canvas, table: pd.DataFrame, marked: Sequence[float], language: str) -> None:
    axes = canvas.subplots()
    for law, (colour, line, words, height) in _LAWS.items():
        rows = table[table["law"] == law].pivot(index="time", columns="case", values="turn")
        axes.fill_between(rows.index, rows["longest"], rows["shortest"], color=colour, alpha=0.2, lw=0)
        for case in ("shortest", "longest"):
            axes.plot(rows.index, rows[case], color=colour, ls=line)
        reached = float(np.interp(height, rows["longest"], rows.index))
        axes.annotate(words[language], (reached, height), (10, 0), textcoords="offset points", va="center", color=TEXT)
    share_axis(axes, language)
    for time in marked:
        axes.axvline(time, color=GREY, lw=1, ls=":")
    axes.set(xlim=(0, table["time"].max()))
    axes.set_xticks(np.arange(0, table["time"].max() + 1, 6))
    axes.xaxis.set_major_formatter(axis_number(language))
    axes.set_xlabel({"de": "Monate ab heute", "en": "months from now"}[language])


def _turn_in_words(table: pd.DataFrame, time: float, language: str) -> str:
    rows, to = table[table["time"] == time], {"de": "bis", "en": "to"}[language]
    parts = [f"{words[language]} {percent(low, language)} {to} {percent(high, language)}"
             for law, (_, _, words, _) in _LAWS.items()
             for low, high in [rows.loc[rows["law"] == law, "turn"].agg(["min", "max"])]]
    when = {"de": f"Nach {number(time, 'de')} Monaten", "en": f"After {number(time, 'en')} months"}[language]
    return f"{when}: {', '.join(parts)}."


def _queue_in_words(table: pd.DataFrame, language: str) -> str:
    position, places, stay = (interval(table[name].min(), table[name].max(), language)
                              for name in ("position", "places", "stay"))
    often = table["withdrawal"].max()
    share = interval(100 * table["withdrawal"].min(), 100 * often, language)
    if language == "de":
        gone = f"je Monat geben {share}\N{NARROW NO-BREAK SPACE}% das Warten auf" if often else "niemand gibt auf"
        return f"Platz {position} der Liste, {places} Plätze im Projekt, Teilnahmedauer {stay} Monate, {gone}."
    gone = f"{share}% give up waiting each month" if often else "nobody gives up"
    return f"Position {position} on the list, {places} places in the project, a stay of {stay} months, {gone}."
