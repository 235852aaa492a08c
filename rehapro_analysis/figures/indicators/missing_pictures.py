"""What missing values could change: each project's number, and where those without a value could put it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.indicators.indicator_words import AXES, quoted, value_axis, value_text
from rehapro_analysis.figures.indicators.profile_data import hidden_projects
from rehapro_analysis.figures.indicators.profile_drawing import POINTS, row_height
from rehapro_analysis.figures.indicators.profile_words import HIDDEN, WORDS
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, QUIET, SKY, lines_of
from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.fragility.bounds import DELTA
from rehapro_analysis.indicators.fragility.missing_values import project_bounds
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

SHOWN = ("estimate", "random_low", "random_high", "any_low", "any_high", "missing_share")
LOOKS = {
    "observed": {"color": BLUE, "marker": "o", "ms": 8, "ls": "none"},
    "random": {"color": SKY, "lw": 7, "solid_capstyle": "butt"},
    "any": {"color": GREY, "lw": 1.6, "marker": "|", "ms": 10, "mew": 1.6},
}
MARKS = {
    "observed": {"de": "wer einen Wert hat", "en": "those with a value"},
    "random": {"de": "wenn die anderen um {} Standardabweichungen abweichen",
               "en": "if the others are off by {} standard deviations"},
    "any": {"de": "wenn sie irgendeinen Wert haben", "en": "if they have any value"},
    "missing": {"de": "es fehlen {}", "en": "{} missing"},
}


def missing_picture(one: Comparison, study: Study, *, delta: float = DELTA,
                    limits: tuple[float, float] | None = None) -> Figure:
    """Each project's observed number, and the bounds that missing values leave open; projects as in the study.

    ``one`` comes from ``compared(study, indicator)``; ``delta`` and ``limits`` as in ``project_bounds``. Projects
    behind whose number, or whose missing values, fewer than five people stand are named, but not shown.
    """
    table = _shown(one, study, delta, limits)
    scale, title = one.definition.scale, {language: quoted(one.definition.label(language), language)
                                          for language in LANGUAGES}
    hidden = {language: HIDDEN[language] if table["hidden"].any() else "" for language in LANGUAGES}
    told = {language: "; ".join(_in_words(row, scale, language) for row in table.itertuples())
            for language in LANGUAGES}
    return Figure(
        name=f"missing_{one.definition.indicator}",
        title={"de": f"{title['de']}: was fehlende Werte ändern könnten",
               "en": f"{title['en']}: what missing values could change"},
        note={"de": f"{number(len(one.people), 'de')} Personen mit Wert. Projekte wie in der Studie, nicht nach ihrem "
                    f"Wert. Die Grenzen enthalten nur die fehlenden Werte, nicht den Zufall.{hidden['de']}",
              "en": f"{number(len(one.people), 'en')} people with a value. Projects as in the study, not by value. "
                    f"Bounds contain missing values only, not chance.{hidden['en']}"},
        alt={"de": f"Punktdiagramm mit Grenzen ({AXES[scale]['de']}). {told['de']}.",
             "en": f"Dot plot with bounds ({AXES[scale]['en']}). {told['en']}."},
        table=table, origin=study.origin("episodes", "indicators"), draw=partial(_draw, table, scale, delta),
        size=(10, round(2.6 + len(table) * _row(table), 2)),
    )


def _shown(one: Comparison, study: Study, delta: float, limits: tuple[float, float] | None) -> pd.DataFrame:
    table = project_bounds(one, delta=delta, limits=limits).table
    if not table["missing_share"].any():
        raise StudyError.of(f"{one.definition.label_en}: no value is missing.", "There is nothing to bound; say so.")
    missing = one.frame["missing"].ne("").groupby(one.frame["project"].astype(str)).sum()
    hidden = table["project"].isin(hidden_projects(one, missing.reindex(list(one.projects)).to_numpy()))
    labels = study.table("projects").set_index("project")["label"]
    table = table.assign(label=table["project"].map(labels), hidden=hidden)
    table.loc[hidden, list(SHOWN)] = np.nan
    return table


def _draw(table: pd.DataFrame, scale: str, delta: float, canvas, language: str) -> None:
    axes = canvas.subplots()
    for height, row in enumerate(table.itertuples()):
        if row.hidden:
            axes.text(0.5, height, WORDS["hidden"][language], transform=axes.get_yaxis_transform(), ha="center",
                      va="center", fontsize=9.5, color=QUIET, fontstyle="italic")
            continue
        _bounds(axes, row, height)
        axes.text(1.02, height, MARKS["missing"][language].format(percent(row.missing_share, language)), va="center",
                  transform=axes.get_yaxis_transform(), fontsize=POINTS)
    axes.set_yticks(range(len(table)), _names(table), fontsize=POINTS)
    axes.set(ylim=(len(table) - 0.4, -0.6), xlabel=AXES[scale][language])
    axes.autoscale_view(scaley=False)
    value_axis(axes.xaxis, scale, language)
    axes.grid(axis="x")
    axes.legend(handles=_handles(table, delta, language), loc="upper center", ncols=1,
                bbox_to_anchor=(0.5, -0.6 / (_row(table) * (len(table) + 0.2))))


def _names(table: pd.DataFrame) -> list[str]:
    return ["\n".join(lines_of(label, width=2.4, points=POINTS)) for label in table["label"]]


def _row(table: pd.DataFrame) -> float:
    return row_height(_names(table))


def _bounds(axes: Axes, row: object, height: int) -> None:
    if row.any_low == row.any_low:
        axes.plot([row.any_low, row.any_high], [height, height], **LOOKS["any"])
    axes.plot([row.random_low, row.random_high], [height, height], **LOOKS["random"])
    axes.plot(row.estimate, height, zorder=4, **LOOKS["observed"])


def _handles(table: pd.DataFrame, delta: float, language: str) -> list[Line2D]:
    found = ["observed", "random", *(["any"] if table["any_low"].notna().any() else [])]
    return [Line2D([], [], label=MARKS[name][language].format(number(delta, language)), **LOOKS[name])
            for name in found]


def _in_words(row: object, scale: str, language: str) -> str:
    if row.hidden:
        return f"{row.label}: {WORDS['hidden'][language]}"
    to = {"de": "bis", "en": "to"}[language]
    ends = [(row.random_low, row.random_high), *([(row.any_low, row.any_high)] if row.any_low == row.any_low else [])]
    spans = ", ".join(f"{value_text(low, scale, language)} {to} {value_text(high, scale, language)}"
                      for low, high in ends)
    missing = MARKS["missing"][language].format(percent(row.missing_share, language))
    return f"{row.label}: {value_text(row.estimate, scale, language)} ({spans}; {missing})"
