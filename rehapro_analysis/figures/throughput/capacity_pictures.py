"""Pictures of what-if scenarios: a fan over the months, and dots with ranges side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import NARROW, axis_number, axis_percent, interval, number, percent
from rehapro_analysis.figures.retention.retention_drawing import LINE, LOOKS, apart, label_ends
from rehapro_analysis.figures.retention.retention_words import Texts
from rehapro_analysis.figures.style import BLUE, LANGUAGES, QUIET
from rehapro_analysis.results import Result

Labels = Mapping[str, Texts]
YEAR = 12

_STOCKS = {"waiting": {"de": "Personen auf der Warteliste", "en": "people on the waiting list"},
           "present": {"de": "Personen im Projekt", "en": "people in the project"}}
_MEASURES = {
    "mean_wait": ("mittlere Wartezeit\nin Monaten", "mean wait\nin months"),
    "wait_90": ("Wartezeit, die 9 von 10\nnicht überschreiten (Monate)", "wait that 9 in 10\ndo not exceed (months)"),
    "share_waiting_long": ("Anteil, der lange\nwartet", "share that waits\nlong"),
    "lost": ("Personen ohne Platz\ngegangen", "people who left\nwithout a place"),
    "lost_share": ("Anteil ohne Platz\ngegangen", "share that left\nwithout a place"),
    "waiting_at_end": ("am Ende auf der\nWarteliste", "on the waiting list\nat the end"),
    "occupancy": ("belegte Plätze", "places in use"),
    "mean_present": ("Personen im Projekt,\nim Mittel", "people in the project,\non average"),
    "entries_per_year": ("Eintritte im Jahr", "entries a year"),
    "exits_per_year": ("Austritte im Jahr", "exits a year"),
}
_MADE = {"de": "Simulation unter genannten Annahmen, keine Beobachtung",
         "en": "A simulation under stated assumptions, not an observation"}
_CLOCK = {"de": "Monate ab Beginn der Simulation", "en": "months since the start of the simulation"}


def capacity_fan(over_time: Result, *, quantity: str = "waiting", phase: str = "", labels: Labels | None = None,
                 name: str = "capacity_fan", title: Texts | None = None) -> Figure:
    """The waiting list, or the people present, month by month under each scenario, as a line in two bands.

    ``over_time`` comes from ``scenarios_over_time``, with up to five scenarios; ``labels`` gives a scenario's name
    in both languages.
    """
    table = over_time.table
    shown = table[(table["quantity"] == quantity) & (table["phase"] == phase)].reset_index(drop=True)
    if shown.empty or shown["scenario"].nunique() > len(LOOKS):
        raise ValueError(f"{shown['scenario'].nunique()} scenarios of {quantity!r} in phase {phase!r}: "
                         f"show one to {len(LOOKS)}.")

    def draw(canvas, language: str) -> None:
        _draw_fan(canvas, shown, quantity, labels or {}, language)

    ends = shown.groupby("scenario", sort=False).tail(1)
    told = {language: "; ".join(
        f"{_label(row.scenario, labels or {}, language)}: {number(row.median, language)} "
        f"({interval(row.lower_90, row.upper_90, language)})" for row in ends.itertuples()) for language in LANGUAGES}
    last = int(shown["month"].max())
    return Figure(
        name, title or {"de": f"Was wäre wenn: {_STOCKS[quantity]['de']}",
                        "en": f"What if: {_STOCKS[quantity]['en']}"},
        {"de": f"{_MADE['de']}: {_times(over_time, 'de')}. Linie: Median; Bänder: die mittleren 50 % und 90 % der "
               "Wiederholungen.",
         "en": f"{_MADE['en']}: {_times(over_time, 'en')}. Line: median; bands: the middle 50% and 90% of the "
               "replications."},
        {"de": f"Fächer über {last} Monate. Im letzten Monat Median und 90-%-Bereich: {told['de']}.",
         "en": f"Fan over {last} months. Median and 90% range in the last month: {told['en']}."},
        shown, over_time.origin, draw,
    )


def scenario_comparison(compared: Result, measures: Sequence[str] = ("mean_wait", "occupancy", "exits_per_year"), *,
                        phase: str = "", labels: Labels | None = None, name: str = "scenario_comparison",
                        title: Texts | None = None) -> Figure:
    """Scenarios side by side: a dot for the mean, a thick line for its limits, a thin one for the prediction range.

    ``compared`` comes from ``compare_scenarios``; scenarios stand in its order, which is no
    ranking, and every measure has a panel.
    """
    table = compared.table
    shown = table[table["measure"].isin(measures) & (table["phase"] == phase)].reset_index(drop=True)
    if absent := sorted(set(measures) - set(shown["measure"])):
        raise ValueError(f"The comparison has no {', '.join(absent)} in phase {phase!r}: take one of its measures.")

    def draw(canvas, language: str) -> None:
        _draw_dots(canvas, shown, measures, labels or {}, language)

    told = {language: "; ".join(
        f"{_label(row.scenario, labels or {}, language)}, {_measure(row.measure, language)}: "
        f"{_value(row.estimate, row.unit, language)} {_range(row, language)}"
        for row in shown.itertuples()) for language in LANGUAGES}
    return Figure(
        name, title or {"de": "Was wäre wenn: Szenarien im Vergleich", "en": "What if: scenarios compared"},
        {"de": f"{_MADE['de']}: {_times(compared, 'de')}. Punkt: Mittel; dicke Linie, meist unter dem "
               f"Punkt: seine 95-%-Grenzen; dünne Linie: {_level(compared)}{NARROW}% der Wiederholungen.",
         "en": f"{_MADE['en']}: {_times(compared, 'en')}. Dot: mean; thick line, mostly hidden by the "
               f"dot: its 95% limits; thin line: {_level(compared)}% of the replications."},
        {"de": f"Punkte mit Bereichen: {told['de']}.", "en": f"Dots with ranges: {told['en']}."},
        shown, compared.origin, draw, (10, 3.2 + 0.55 * shown["scenario"].nunique()),
    )


def _draw_fan(canvas, shown: pd.DataFrame, quantity: str, labels: Labels, language: str) -> None:
    axes, lines = canvas.subplots(), shown.pivot(index="month", columns="scenario", values="median")
    lines = lines[shown["scenario"].unique()]
    for (_, rows), (colour, line) in zip(shown.groupby("scenario", sort=False), LOOKS, strict=False):
        for width, alpha in ((90, 0.12), (50, 0.22)):
            axes.fill_between(rows["month"], rows[f"lower_{width}"], rows[f"upper_{width}"], color=colour, alpha=alpha,
                              lw=0)
        axes.plot(rows["month"], rows["median"], color=colour, ls=line, lw=2)
    last, highest = shown["month"].max(), shown["upper_90"].max()
    axes.set(xlim=(0, last), ylim=(0, max(highest, 1) * 1.05), ylabel=_STOCKS[quantity][language],
             xlabel=_CLOCK[language])
    _name_lines(axes, lines, [_label(scenario, labels, language) for scenario in lines])
    axes.set_xticks(np.arange(0, last + 1, YEAR if last > YEAR else 3))
    axes.xaxis.set_major_formatter(axis_number(language))
    axes.yaxis.set_major_formatter(axis_number(language))
    axes.grid(axis="y")


def _name_lines(axes, lines: pd.DataFrame, names: Sequence[str]) -> None:
    """Names beside the lines' ends; on the lines, where they lie furthest apart, if they end together."""
    room, colours = LINE * axes.get_ylim()[1], [colour for colour, _ in LOOKS]
    closest = np.diff(np.sort(lines, axis=1), axis=1).min(axis=1, initial=np.inf)
    if closest[-1] >= room:
        label_ends(axes, list(zip([lines.index[-1]] * len(names), lines.iloc[-1], names, colours, strict=False)), room)
        return
    inside = slice(len(lines) // 10, 1 + len(lines) * 3 // 4)
    month = lines.index[inside][np.argmax(closest[inside])]
    order = np.argsort(lines.loc[month].to_numpy(), kind="stable")
    heights = apart(lines.loc[month].to_numpy(float)[order], room, *axes.get_ylim())
    for place, height in zip(order, heights, strict=True):
        axes.text(month, height, names[place], color=colours[place], fontweight="bold", va="center",
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.5})


def _draw_dots(canvas, shown: pd.DataFrame, measures: Sequence[str], labels: Labels, language: str) -> None:
    panels = canvas.subplots(1, len(measures), sharey=True, squeeze=False)[0]
    scenarios = list(shown["scenario"].unique())
    for axes, measure in zip(panels, measures, strict=True):
        rows = shown[shown["measure"] == measure]
        for height, row in zip(map(scenarios.index, rows["scenario"]), rows.itertuples(), strict=True):
            axes.plot([row.prediction_lower, row.prediction_upper], [height, height], color=BLUE, lw=2)
            axes.plot([row.mean_lower, row.mean_upper], [height, height], color=BLUE, lw=6, solid_capstyle="butt")
            axes.plot(row.estimate, height, "o", color=BLUE, ms=8)
            axes.annotate(_value(row.estimate, row.unit, language), (row.estimate, height), (0, 9), ha="center",
                          textcoords="offset points", color=QUIET)
        share = rows["unit"].iloc[0] == "share"
        high = max(rows["prediction_upper"].max(), rows["mean_upper"].max(), 0.1 if share else 1)
        axes.set(xlim=(-0.04 * high, 1.14 * high))
        axes.locator_params(axis="x", nbins=4)
        axes.xaxis.set_major_formatter((axis_percent if share else axis_number)(language))
        axes.set_title(_MEASURES[measure][LANGUAGES.index(language)], fontsize=11)
        axes.grid(axis="x")
    panels[0].set(ylim=(len(scenarios) - 0.5, -0.7))
    panels[0].set_yticks(range(len(scenarios)), [_label(scenario, labels, language) for scenario in scenarios])


def _label(scenario: str, labels: Labels, language: str) -> str:
    """The given name; a scenario called after a number of places says so."""
    if scenario.isdigit() and scenario not in labels:
        return f"{number(int(scenario), language)} {'Plätze' if language == 'de' else 'places'}"
    return labels[scenario][language] if scenario in labels else scenario


def _measure(measure: str, language: str) -> str:
    return _MEASURES[measure][LANGUAGES.index(language)].replace("\n", " ")


def _value(value: float, unit: str, language: str) -> str:
    return percent(value, language) if unit == "share" else number(value, language, 1 if abs(value) < 100 else 0)


def _range(row: object, language: str) -> str:
    to = " bis " if language == "de" else " to "
    return f"({to.join(_value(end, row.unit, language) for end in (row.prediction_lower, row.prediction_upper))})"


def _times(result: Result, language: str) -> str:
    return f"{number(result.n, language)} {'Wiederholungen' if language == 'de' else 'replications'}"


def _level(result: Result) -> str:
    return result.method.split("% prediction range")[0].split()[-1]
