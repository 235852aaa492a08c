"""Pictures of plan against actual: documented targets, and entries and stays of monitoring data."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import NARROW, axis_percent, day, interval, number, percent
from rehapro_analysis.figures.retention.retention_words import level, size
from rehapro_analysis.figures.small_cells import SMALL, count
from rehapro_analysis.figures.style import GREY, LANGUAGES, STATUS, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.forecasts.targets import NO_PACE

NEW_LINE = "\n"
OF, READING = {"de": "von", "en": "of"}, {"de": "Lesart", "en": "reading"}
UNITS = {"persons": ("Personen", "people"), "households": ("Bedarfsgemeinschaften", "households"),
         "months": ("Monaten", "months")}
NOT_COUNTED = {"de": "keine Zählung dokumentiert", "en": "no count documented"}
MEASURES = {
    "entries": {"de": "Eintritte im Verhältnis zum Soll", "en": "entries relative to those due"},
    "stay": {"de": "Teilnahmedauer (Median) zum Plan", "en": "median stay relative to the plan"},
}
NO_PLAN = {"de": "kein Soll dokumentiert", "en": "no plan documented"}
NOT_REACHED = {"de": "Median noch nicht erreicht", "en": "median not reached yet"}


def targets_reached(attainment: Result, study: Study) -> Figure:
    """Each documented target: what was attained relative to what was expected; plans hollow, counts with limits."""
    names, words = _labels(study)
    table = attainment.table

    def draw(canvas, language: str) -> None:
        axes = canvas.subplots()
        axes.set_yticks(range(len(table)), [_target_label(row, names, words, language) for row in table.itertuples()])
        _draw_ratios(axes, table.assign(text=[_attained(row, language) for row in table.itertuples()],
                                        status=table["actual_status"], planned=True), language, room=1.15, step=0.25)

    shares = {language: "; ".join(
        f"{', '.join(_target_label(row, names, words, language).split(NEW_LINE))}: "
        f"{' '.join(_attained(row, language).split(NEW_LINE))}" for row in table.itertuples())
        for language in LANGUAGES}
    return Figure(
        name="targets_reached",
        title={"de": "Wie viel von dem, was erwartet war, erreicht wurde",
               "en": "How much of what was expected was reached"},
        note={"de": f"100{NARROW}% (hohl): Plan, ohne Grenzen. Balken: was die Texte offenlassen; Pfeil: mindestens. "
                    f"Striche: {level(attainment, 'de')}-Grenzen nach Poisson. Wo kein Tempo dokumentiert ist, "
                    "gleichmäßig über die Förderzeit.",
              "en": "100% (hollow): plan, without limits. Bars: what the texts leave open; arrow: at least. Lines: "
                    f"{level(attainment, 'en')} Poisson limits. Where no pace is documented: even over the funded "
                    "time."},
        alt={"de": f"Punktdiagramm von {len(table)} Zielen. {shares['de']}.",
             "en": f"Dot plot of {len(table)} targets. {shares['en']}."},
        table=table, origin=attainment.origin, draw=draw, size=(10, 1.6 + 0.52 * len(table)),
    )


def plan_and_actual(comparison: Result, study: Study) -> Figure:
    """Entries and stay of monitoring data relative to the plan, project by project; fewer than five are not shown."""
    names, _ = _labels(study)
    entries = comparison.table[comparison.table["measure"] == "entries"]
    few = entries.loc[entries["actual"] < SMALL, "project"]
    table = comparison.table.assign(few=comparison.table["project"].isin(few))
    projects = list(dict.fromkeys(table["project"]))

    def draw(canvas, language: str) -> None:
        for axes, (measure, words) in zip(canvas.subplots(1, 2, sharey=True), MEASURES.items(), strict=True):
            rows = table[table["measure"] == measure].set_index("project").loc[projects].reset_index()
            texts = [_compared(row, language) for row in rows.itertuples()]
            rows.loc[rows["few"], ["ratio_low", "ratio_high", "ratio_lower", "ratio_upper"]] = np.nan
            _draw_ratios(axes, rows.drop(columns=["lower", "upper"]).rename(
                columns={"ratio_lower": "lower", "ratio_upper": "upper"}).assign(
                    text=texts, status="observed", planned=rows["planned_low"].notna()), language, room=1.5, step=1.0)
            axes.set_title(words[language], fontsize=11)
        axes.set_yticks(range(len(projects)), [names[project] for project in projects])

    told = {language: "; ".join(f"{names[row.project]}, {MEASURES[row.measure][language]}: {_compared(row, language)}"
                                for row in table.itertuples()) for language in LANGUAGES}
    return Figure(
        name="plan_and_actual",
        title={"de": "Plan und Wirklichkeit: Eintritte und Teilnahmedauer", "en": "Plan and actual: entries and stay"},
        note={"de": f"100{NARROW}% (hohl): wie geplant, Eintritte gleichmäßig über die Förderzeit (ohne deren Angabe: "
                    f"das ganze Ziel). Striche: {level(comparison, 'de')}-Grenzen. {size(comparison, 'de')}.",
              "en": "100% (hollow): as planned, entries even over the funded time (where that is not documented: the "
                    f"whole target). Lines: {level(comparison, 'en')} limits. {size(comparison, 'en')}."},
        alt={"de": f"Zwei Punktdiagramme über {len(projects)} Projekte. {told['de']}.",
             "en": f"Two dot plots over {len(projects)} projects. {told['en']}."},
        table=comparison.table, origin=comparison.origin, draw=draw, size=(10, 1.9 + 0.36 * len(projects)),
    )


def _labels(study: Study) -> tuple[pd.Series, pd.DataFrame]:
    return study.table("projects").set_index("project")["label"], study.table("quantities").set_index("quantity")


def _draw_ratios(axes, rows: pd.DataFrame, language: str, *, room: float, step: float) -> None:
    """Ratios row by row beside the plan's hollow marks at 1; ``room`` is the width left for words, in axis lengths."""
    ends = rows[["ratio_low", "ratio_high", "lower", "upper"]].to_numpy(float)
    right = max(1.0, np.nanmax(ends, initial=1.0)) * 1.1
    axes.axvline(1, color=STATUS["planned"]["color"], lw=1, zorder=1)
    for height, row in enumerate(rows.itertuples()):
        if row.planned:
            axes.plot(1, height, ms=8, mew=1.5, zorder=2, **STATUS["planned"])
        if row.ratio_low == row.ratio_low:
            _draw_ratio(axes, row, height)
        axes.text(right, height, row.text, va="center", color=TEXT, fontsize=10)
    axes.set(xlim=(0, right * (1 + room)), ylim=(len(rows) - 0.5, -0.6))
    axes.set_xticks(np.arange(0, right, max(step, step * round(right / 2))))
    axes.xaxis.set_major_formatter(axis_percent(language))
    axes.grid(axis="x", color=GREY, alpha=0.3)


def _draw_ratio(axes, row: object, height: int) -> None:
    look, at_least = STATUS[row.status], row.ratio_high != row.ratio_high
    lower, upper = (row.ratio_low if at_least and end != end else end for end in (row.lower, row.upper))
    axes.plot([lower, upper], [height, height], color=look["color"], lw=2, zorder=3)
    if at_least:  # the arrow leads to where the texts say nothing
        axes.plot([row.ratio_low, row.ratio_low + 0.09], [height, height], color=look["color"], lw=2, ls=":", zorder=3)
        axes.plot(row.ratio_low, height, ms=9, zorder=4, **(look | {"marker": ">"}))
        return
    axes.plot([row.ratio_low, row.ratio_high], [height, height], color=look["color"], lw=7, solid_capstyle="butt",
              zorder=3)
    axes.plot((row.ratio_low + row.ratio_high) / 2, height, ms=9, mew=2, zorder=4, **look)


def _target_label(row: object, names: pd.Series, words: pd.DataFrame, language: str) -> str:
    reading = f" ({READING[language]} {row.reading})" if isinstance(row.reading, str) else ""
    return f"{names[row.project]}{reading}\n{words.loc[row.target, f'label_{language}']}"


def _attained(row: object, language: str) -> str:
    unit = UNITS[row.unit][LANGUAGES.index(language)]
    due = interval(row.expected_low, row.expected_high, language, 0)
    when = {"de": "insgesamt", "en": "in all"} if row.pace == NO_PACE else {
        "de": f"bis {day(row.as_of, 'de')}", "en": f"by {day(row.as_of, 'en')}"}
    if np.isnan(row.actual_low):
        return f"{due} {unit} {when[language]},\n{NOT_COUNTED[language]}"
    high = None if np.isnan(row.actual_high) else row.actual_high
    actual = interval(row.actual_low, high, language, 0)
    if high is None:
        actual = f"{'mindestens' if language == 'de' else 'at least'} {number(row.actual_low, language, 0)}"
        share = f"{'ab' if language == 'de' else 'from'} {percent(floor(100 * row.ratio_low) / 100, language)}"
    else:
        share = percent_interval(row.ratio_low, row.ratio_high, language)
    return f"{share}: {actual} {OF[language]} {due}\n{when[language]}"


def percent_interval(low: float, high: float, language: str) -> str:
    """Shares as whole percents; an interval is rounded outwards.

    >>> percent_interval(0.3776, 0.5641, "en"), percent_interval(0.5, 0.5, "en")
    ('37–57%', '50%')
    """
    if low == high:
        return percent(low, language)
    ends = floor(round(100 * low, 9)), ceil(round(100 * high, 9))
    return interval(*ends, language, 0) + percent(0, language).lstrip("0")


def _compared(row: object, language: str) -> str:
    planned = row.planned_low == row.planned_low
    if row.measure == "entries":
        due = f" {OF[language]} {interval(row.planned_low, row.planned_high, language, 0)}" if planned else (
            f", {NO_PLAN[language]}")
        return f"{count(row.actual, language)}{due}"
    if row.few:  # the median of so few would be the stay of one
        return count(0, language)
    if np.isnan(row.actual):
        return NOT_REACHED[language]
    unit = UNITS["months"][LANGUAGES.index(language)]
    due = f" {'statt' if language == 'de' else 'for'} {interval(row.planned_low, row.planned_high, language)}"
    return f"{number(row.actual, language, 1)}{due if planned else ''} {unit}"
