"""Courted partners over time: one line an attempt, from the first contact to its end or to today."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import axis_number, number, percent
from rehapro_analysis.figures.networks.network_contents import file_stem
from rehapro_analysis.figures.networks.network_marks import KIND_OF, WORDS
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, ORANGE, PURPLE, TEXT, VERMILION
from rehapro_analysis.networks.partners.attempts import OPEN, monthly_chance, tie_attempts
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

MOST = 40  # lines that can still be read
# How an attempt ended: never by colour alone. An open one has an arrow and no end.
ENDS = {
    "active": {"color": BLUE, "marker": "o", "markerfacecolor": BLUE},
    OPEN: {"color": ORANGE, "marker": ">", "markerfacecolor": ORANGE},
    "declined": {"color": VERMILION, "marker": "X", "markerfacecolor": VERMILION},
    "withdrawn": {"color": PURPLE, "marker": "s", "markerfacecolor": "white"},
    "failed": {"color": TEXT, "marker": "D", "markerfacecolor": "white"},
    "impossible": {"color": GREY, "marker": "P", "markerfacecolor": GREY},
}
ENDED = {
    "de": {"active": "Zusage", OPEN: "weiter umworben", "declined": "Absage des Partners",
           "withdrawn": "vom Projekt beendet", "failed": "gescheitert",
           "impossible": "rechtlich nicht möglich"},
    "en": {"active": "agreement", OPEN: "still courted", "declined": "declined by the partner",
           "withdrawn": "ended by the project", "failed": "failed", "impossible": "ruled out by law"},
}
MONTHS = {"de": "Monate seit dem ersten Kontakt", "en": "months since the first contact"}


def courted_over_time(study: Study, *, project: str | None = None, origin: str = "documented") -> Figure:
    """How long each partner was courted and how it ended: agreement, a refusal, or still trying.

    The longest attempt is on top. Of own data the picture names kinds of partners, not partners: a refusal with a
    name touches an organisation's reputation. ``table``: project, partner, months, outcome.

    Raises `StudyError` if there is no attempt, or more than 40: choose a project then.
    """
    found = tie_attempts(study, origin=origin)
    found = found[found["project"].eq(project) | (project is None)]
    if not 0 < len(found) <= MOST:
        raise StudyError.of(f"{len(found)} attempts make no picture.", "Choose a project with 1 to 40 attempts.")
    rows = found.sort_values(["months", "project", "target"], ascending=[False, True, True], kind="stable")
    partners = {language: _partners(rows, study, origin, language) for language in LANGUAGES}
    counts = {name: int(rows["outcome"].eq(name).sum()) for name in ENDS}
    drawn = rows.assign(partner=partners["en"])[["project", "partner", "months", "outcome"]].reset_index(drop=True)
    return Figure(
        file_stem("courted_over_time", project), _title(counts, rows),
        _note(study, origin, rows), _told(rows, partners), drawn, origin,
        lambda canvas, language: _draw(canvas, rows, partners[language], language), (10, 2.6 + 0.34 * len(rows)))


def _partners(rows: pd.DataFrame, study: Study, origin: str, language: str) -> list[str]:
    if origin == "own":
        return [WORDS[language][KIND_OF[kind]] for kind in rows["kind"]]
    actors, projects = (study.table(name).set_index(name[:-1]) for name in ("actors", "projects"))
    short = actors["short_label"].fillna(actors["label"])
    several = rows["project"].nunique() > 1 or len(rows) == 1
    return [short[row.target] + (f" ({projects.loc[row.project, 'label']})" if several else "")
            for row in rows.itertuples()]


def _title(counts: dict[str, int], rows: pd.DataFrame) -> dict[str, str]:
    n = len(rows)
    if n == 1:
        end, months = rows["outcome"].iloc[0], rows["months"].iloc[0]
        return {"de": f"Ein umworbener Partner, nach {number(months, 'de', 0)} Monaten: {ENDED['de'][end]}",
                "en": f"One courted partner, after {number(months, 'en', 0)} months: {ENDED['en'][end]}"}
    won, open_ = counts["active"], counts[OPEN]
    return {"de": f"Umworbene Partner: Von {n} haben {won} zugesagt, {open_} werden weiter umworben",
            "en": f"Courted partners: {won} of {n} agreed, {open_} are still courted"}


def _note(study: Study, origin: str, rows: pd.DataFrame) -> dict[str, str]:
    note = {"de": "Pfeil: Der Ausgang ist offen, nicht verneint. Versuche, die niemand notiert hat, fehlen.",
            "en": "Arrow: the end is open, not a no. Attempts that nobody wrote down are missing."}
    if rows["outcome"].eq("active").any() or rows["project"].nunique() > 1:
        return note
    chance = monthly_chance(study, by="project", origin=origin).table.set_index("project").loc[rows["project"].iloc[0]]
    months = chance["months_at_risk"]
    limit = {language: f"{number(months, language, 0)} {word} {percent(chance['upper'], language, 1)}"
             for language, word in (("de", "Monate ohne Zusage vertragen sich mit einer Chance von bis zu"),
                                    ("en", "months without an agreement go with a chance of up to"))}
    return {"de": f"{note['de']} {limit['de']} je Monat ({percent(0.95, 'de')}, einseitig).",
            "en": f"{note['en']} {limit['en']} a month ({percent(0.95, 'en')}, one-sided)."}


def _told(rows: pd.DataFrame, partners: dict[str, list[str]]) -> dict[str, str]:
    months = {"de": "Monate", "en": "months"}
    lines = {language: "; ".join(
        f"{partner}: {number(row.months, language, 1)} {months[language]}, {ENDED[language][row.outcome]}"
        for partner, row in zip(partners[language], rows.itertuples(), strict=True)) for language in LANGUAGES}
    return {"de": f"Eine Linie je Versuch. {lines['de']}.", "en": f"One line an attempt. {lines['en']}."}


def _draw(canvas: SubFigure, rows: pd.DataFrame, partners: list[str], language: str) -> None:
    axes = canvas.subplots()
    for height, row in enumerate(rows.itertuples()):
        _draw_attempt(axes, row, height)
    axes.set_yticks(range(len(rows)), partners)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, rows["months"].max() * 1.12), ylim=(len(rows) - 0.5, -0.5), xlabel=MONTHS[language])
    axes.set_xticks(range(0, int(rows["months"].max()) + 2, 6 if rows["months"].max() > 12 else 2))
    axes.xaxis.set_major_formatter(axis_number(language))
    axes.grid(axis="x", color=GREY, alpha=0.3)
    used = [name for name in ENDS if rows["outcome"].eq(name).any()]
    marks = [Line2D([], [], lw=2, ls=_dashes(name), ms=8, label=ENDED[language][name], **ENDS[name]) for name in used]
    canvas.legend(handles=marks, loc="outside upper left", ncols=min(3, len(used)))


def _draw_attempt(axes: Axes, row: object, height: int) -> None:
    look = ENDS[row.outcome]
    axes.plot([0, row.months], [height, height], color=look["color"], lw=2.5, ls=_dashes(row.outcome))
    axes.plot(row.months, height, ms=9, mew=1.6, ls="none", clip_on=False, **look)
    axes.plot(0, height, marker="|", ms=9, color=look["color"], clip_on=False)


def _dashes(outcome: str) -> object:
    return (0, (4, 2)) if outcome == OPEN else "-"
