"""Pictures of what is documented: projects by topics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, ORANGE, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import TOPICS
from rehapro_analysis.study.reading import Study
from rehapro_analysis.table_words import word

_TEXTS = {
    "de": {"observed": "mindestens eine beobachtete Zahl", "planned": "nur Pläne und Ziele",
           "none": "keine Zahl gefunden"},
    "en": {"observed": "at least one observed number", "planned": "plans and targets only",
           "none": "no number found"},
}
_LEFT_OUT = {
    "de": ("1 weiteres Projekt der Studie ohne solche Zahlen ist nicht gezeigt.",
           "{} weitere Projekte der Studie ohne solche Zahlen sind nicht gezeigt."),
    "en": ("1 other project of the study without such numbers is not shown.",
           "{} other projects of the study without such numbers are not shown."),
}


def evidence_map(coverage: Result, study: Study) -> Figure:
    """What is documented of each project: in how many places its numbers stand, by topic.

    ``coverage`` comes from `study.coverage`; only its projects are shown, and the note counts the others.
    """
    counts, seen = (coverage.table.pivot(index="project", columns="topic", values=column)
                    .loc[coverage.table["project"].unique(), list(TOPICS)] for column in ("n_places", "observed"))
    labels = study.table("projects").set_index("project")["label"]
    others, n, empty = len(labels) - len(counts), len(counts), int((counts.to_numpy() == 0).sum())

    def draw(canvas, language: str) -> None:
        _draw_map(canvas, counts, seen, labels[counts.index].tolist(), language)

    fields = {"de": f"{empty} von {counts.size} Feldern sind leer.",
              "en": f"{empty} of {counts.size} fields are empty."}
    note = {"de": f"Gezählt sind {coverage.n} Fundstellen (Protokollpunkt oder Webseite), nicht einzelne Zahlen; "
                  f"{fields['de']}",
            "en": f"Counted are {coverage.n} places (a bullet of the minutes or a web page), not single numbers; "
                  f"{fields['en']}"}
    return Figure(
        name="evidence_map",
        title={"de": f"Was über {n} Projekte in Zahlen dokumentiert ist – und was nicht",
               "en": f"What is documented in numbers about {n} projects – and what is not"},
        note={language: f"{note[language]} {_left_out(others, language)}".rstrip() for language in LANGUAGES},
        alt={"de": f"Raster aus {n} Projekten und {len(TOPICS)} Themen mit der Zahl der Fundstellen; {fields['de']} "
                   f"Am seltensten belegt: {_emptiest(counts, 'de')}.",
             "en": f"Grid of {n} projects and {len(TOPICS)} topics with the number of places; {fields['en']} "
                   f"Least covered: {_emptiest(counts, 'en')}."},
        table=coverage.table, origin=coverage.origin, draw=draw, size=(11, 6.2),
    )


def _left_out(others: int, language: str) -> str:
    return _LEFT_OUT[language][others > 1].format(others) if others else ""


def _topic(topic: str, language: str) -> str:
    name = word(topic, language, "topic")
    return name[0].upper() + name[1:]


def _emptiest(counts: pd.DataFrame, language: str) -> str:
    topics = counts.columns[(counts > 0).sum().to_numpy().argsort(kind="stable")[:3]]
    return ", ".join(word(topic, language, "topic") for topic in topics)


def _draw_map(canvas, counts: pd.DataFrame, seen: pd.DataFrame, labels: list[str], language: str) -> None:
    axes = canvas.subplots()
    rows, columns = np.indices(counts.shape)
    number, observed = counts.to_numpy(), seen.to_numpy() > 0
    for mask, colour, marker, text in (
        (observed, BLUE, "s", "observed"), ((number > 0) & ~observed, ORANGE, "D", "planned"),
        (number == 0, GREY, "_", "none"),
    ):
        size = 40 if text == "none" else 330 if marker == "s" else 240
        axes.scatter(columns[mask], rows[mask], s=size, c=colour, marker=marker, label=_TEXTS[language][text])
    for row, column in zip(*np.nonzero(number), strict=True):
        axes.text(column, row, str(number[row, column]), ha="center", va="center",
                  color="white" if observed[row, column] else TEXT, fontweight="bold")
    axes.set_xticks(range(len(TOPICS)), [_topic(topic, language) for topic in TOPICS],
                    rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.xaxis.tick_top()
    axes.set(xlim=(-0.6, len(TOPICS) - 0.4), ylim=(len(labels) - 0.4, -0.6))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, markerscale=0.6)
