"""The picture of chain and community: where projects lie among the archetypes of shared responsibility."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number
from rehapro_analysis.figures.retention.retention_words import level
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, ORANGE
from rehapro_analysis.networks.responsible.archetypes import ARCHETYPES, AXES, archetypes
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

_AXES = {
    "simultaneity": {"de": ("Gleichzeitigkeit", "nacheinander", "zugleich"),
                     "en": ("Simultaneity", "in turn", "together")},
    "mutuality": {"de": ("Gegenseitigkeit", "eine Richtung", "alle mit allen"),
                  "en": ("Mutuality", "one way", "all with all")},
    "concentration": {"de": ("Konzentration", "gleich", "bei einem"),
                      "en": ("Concentration", "evenly", "on one")},
}
_NAMES = dict(zip(ARCHETYPES, (
    {"de": "Kette", "en": "chain"}, {"de": "Drehscheibe", "en": "hub"},
    {"de": "Federführung, Wechsel", "en": "lead and satellites"}, {"de": "jeder an jeden", "en": "any to any"},
    {"de": "Gemeinschaft", "en": "community"}), strict=True))


def responsibility_positions(profile: Result, *, name: str = "responsibility_positions") -> Figure:
    """Three scales side by side: how each project shares responsibility, and below where the archetypes lie.

    ``profile`` comes from ``responsibility_profile``. The archetypes are those of the most frequent number of actors.
    Projects without a value on all three scales are left out and named in the note. ``table``: project (or
    archetype), kind, measure, estimate, lower, upper. Raises :class:`StudyError` if no project is left.
    """
    rows, left_out, n = _projects(profile.table)
    reference = archetypes(n).melt("archetype", var_name="measure", value_name="estimate")
    table = pd.concat([rows.assign(kind="project"), reference.rename(columns={"archetype": "project"})
                       .assign(kind="archetype")], ignore_index=True)
    table = table[["project", "kind", "measure", "estimate", "lower", "upper"]]
    order = list(dict.fromkeys(rows["project"]))
    told = {language: _told(rows, language) for language in LANGUAGES}
    none = {"de": f" Ohne Wert auf allen drei Skalen: {', '.join(left_out)}.",
            "en": f" Without a value on all three scales: {', '.join(left_out)}."} if left_out else {"de": "", "en": ""}
    return Figure(
        name,
        {"de": "Kette oder Gemeinschaft: wie Projekte Fallverantwortung teilen",
         "en": "Chain or community: how projects share responsibility for cases"},
        {"de": f"Punkt: Projekt mit {level(profile, 'de')}-Grenzen aus Ziehungen von Fällen. Raute: "
               f"Idealtyp eines Teams aus {n} Akteuren. Kein Ende ist besser.{none['de']}",
         "en": f"Dot: project with {level(profile, 'en')} limits from resampling cases. Diamond: archetype of a "
               f"team of {n} actors. Neither end is better.{none['en']}"},
        {"de": f"Drei Skalen von 0 bis 1. Gleichzeitigkeit, Gegenseitigkeit, Konzentration: {told['de']}.",
         "en": f"Three scales from 0 to 1. Simultaneity, mutuality, concentration: {told['en']}."},
        table, profile.origin, partial(_draw, table, order), (11, 2.2 + 0.31 * (len(order) + len(ARCHETYPES))))


def _projects(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str], int]:
    """The rows drawn, the projects left out, and the most frequent number of actors."""
    shown = table[table["measure"].isin(AXES)]
    whole = shown.groupby("project", sort=False)["estimate"].agg(lambda values: values.notna().all())
    rows = shown[shown["project"].map(whole)]
    if rows.empty:
        raise StudyError.of("No project has a value on all three scales.",
                            "It takes five cases and three actors that are responsible.")
    return rows, list(whole.index[~whole]), int(rows["n_actors"].mode().iloc[0])


def _draw(table: pd.DataFrame, order: list[str], canvas, language: str) -> None:
    panels = canvas.subplots(1, len(AXES), sharey=True)
    height = {one: place for place, one in enumerate([*order, *ARCHETYPES])}
    for name in ARCHETYPES:
        height[name] += 0.6  # room between what was observed and what is thought
    for axes, measure in zip(panels, AXES, strict=True):
        rows = table[table["measure"] == measure]
        _scale(axes, rows.assign(height=rows["project"].map(height)))
        words, low, high = _AXES[measure][language]
        axes.set_title(words)
        axes.set(xlim=(-0.06, 1.06), xticks=[0, 0.5, 1], ylim=(max(height.values()) + 0.7, -0.7))
        axes.set_xticks([0, 0.5, 1], [f"0\n{low}", number(0.5, language), f"1\n{high}"])
        for label, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
            label.set(horizontalalignment=side, multialignment=side)
        axes.axhline(len(order) - 0.2, color=GREY, linewidth=0.8)
    names = [*order, *(_NAMES[name][language] for name in ARCHETYPES)]
    panels[0].set_yticks(list(height.values()), names)


def _scale(axes: Axes, rows: pd.DataFrame) -> None:
    axes.grid(axis="x", color=GREY, alpha=0.3)
    seen, ideal = rows[rows["kind"] == "project"], rows[rows["kind"] == "archetype"]
    axes.hlines(seen["height"], seen["lower"], seen["upper"], color=BLUE, linewidth=2)
    axes.plot(seen["estimate"], seen["height"], "o", color=BLUE, linestyle="none")
    axes.plot(ideal["estimate"], ideal["height"], "D", color=ORANGE, markerfacecolor="white", linestyle="none")
    axes.tick_params(axis="y", length=0)


def _told(rows: pd.DataFrame, language: str) -> str:
    sentences = []
    for project, own in rows.groupby("project", sort=False):
        values = own.set_index("measure")["estimate"]
        sentences.append(f"{project} " + " / ".join(number(values[axis], language, 2) for axis in AXES))
    return "; ".join(sentences)
