"""Pictures of what is documented: projects by topics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.style import BLUE, GREY, ORANGE, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import TOPICS
from rehapro_analysis.study.reading import Study

TOPIC_LABELS = {
    "period": ("Laufzeit", "Period"), "target": ("Zielzahlen", "Targets"), "inflow": ("Zugang", "Inflow"),
    "stock": ("Bestand", "Stock"), "waiting": ("Warteliste", "Waiting list"), "stay": ("Verbleib", "Stay"),
    "phases": ("Phasen", "Phases"), "exits": ("Austritte", "Exits"), "outcomes": ("Wirkungen", "Outcomes"),
    "team": ("Team", "Team"), "partners": ("Partner", "Partners"), "money": ("Geld", "Money"),
    "setting": ("Umfeld", "Setting"), "evaluation": ("Begleitung", "Evaluation"),
}
_TEXTS = {
    "de": {"observed": "mindestens eine beobachtete Zahl", "planned": "nur Pläne, Ziele, Abgeleitetes",
           "none": "keine Zahl gefunden"},
    "en": {"observed": "at least one observed number", "planned": "plans, targets, derived only",
           "none": "no number found"},
}


def evidence_map(coverage: Result, study: Study) -> Figure:
    """Who the twelve are and what is documented of each: number of documented numbers by topic."""
    labels = study.table("projects").set_index("project")["label"]
    counts = coverage.table.pivot(index="project", columns="topic", values="n_facts").loc[labels.index, list(TOPICS)]
    seen = coverage.table.pivot(index="project", columns="topic", values="observed").loc[counts.index, counts.columns]
    empty, total = int((counts.to_numpy() == 0).sum()), counts.size

    def draw(canvas, language: str) -> None:
        _draw_map(canvas, counts, seen, list(labels), language)

    return Figure(
        name="evidence_map",
        title={"de": "Was über die zwölf Projekte in Zahlen dokumentiert ist – und was nicht",
               "en": "What is documented in numbers about the twelve projects – and what is not"},
        note={"de": f"{coverage.n} dokumentierte Zahlen; {empty} von {total} Feldern sind leer.",
              "en": f"{coverage.n} documented numbers; {empty} of {total} fields are empty."},
        alt={"de": f"Raster aus zwölf Projekten und {len(TOPICS)} Themen mit der Anzahl dokumentierter Zahlen; "
                   f"{empty} von {total} Feldern sind leer. {_emptiest(counts, 'de')}",
             "en": f"Grid of twelve projects and {len(TOPICS)} topics with the count of documented numbers; "
                   f"{empty} of {total} fields are empty. {_emptiest(counts, 'en')}"},
        table=coverage.table, origin=coverage.origin, draw=draw, size=(11, 6.2),
    )


def _emptiest(counts: pd.DataFrame, language: str) -> str:
    topics = counts.columns[(counts > 0).sum().to_numpy().argsort(kind="stable")[:3]]
    names = ", ".join(TOPIC_LABELS[topic][language == "en"] for topic in topics)
    return f"Am dünnsten belegt: {names}." if language == "de" else f"Thinnest: {names}."


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
    axes.set_xticks(range(len(TOPICS)), [TOPIC_LABELS[topic][language == "en"] for topic in TOPICS],
                    rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.xaxis.tick_top()
    axes.set(xlim=(-0.6, len(TOPICS) - 0.4), ylim=(len(labels) - 0.4, -0.6))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, markerscale=0.6)
