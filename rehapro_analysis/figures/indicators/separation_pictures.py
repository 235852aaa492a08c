"""The overview of separation: every indicator against every gate, with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.indicators.indicator_words import counted_verdicts, verdict_word
from rehapro_analysis.figures.indicators.separation_columns import Column, columns_of
from rehapro_analysis.figures.indicators.separation_drawing import draw_grid, grid_size
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.indicators.verdict.robustness import GATES, Gate
from rehapro_analysis.indicators.verdict.verdicts import ALPHA, EXPLORATORY
from rehapro_analysis.results import Result


def separation_picture(overview: Result, *, gates: Sequence[Gate] = GATES) -> Figure:
    """Indicators by gates: adjusted p values, checks of robustness, concordance, missing values, verdict.

    ``overview`` comes from ``separation_overview``, ``gates`` are those it was made with: each is a column. Fields
    that speak for separation are blue and bold, those for likeness orange and bold, others white; what cannot
    be evaluated is hatched and says why. Rows keep the order of the overview: no league table.
    """
    table = overview.table
    columns = columns_of(gates)
    told = {language: "; ".join(_in_words(row, columns, language) for row in table.to_dict("records"))
            for language in LANGUAGES}
    counts = {language: counted_verdicts(table["verdict"].tolist(), language) for language in LANGUAGES}
    return Figure(
        name="separation_overview",
        title={"de": f"Welche von {len(table)} Indikatoren die Projekte trennen, und woran es bei den anderen liegt",
               "en": f"Which of {len(table)} indicators separate the projects, and what keeps the others from it"},
        note={"de": f"Urteile: {counts['de']}. p-Werte für ihre Familie angepasst; Grenze {percent(ALPHA, 'de')}, bei "
                    f"explorativen {percent(EXPLORATORY, 'de')} und nie besser als B. Trennen heißt: Die Streuung "
                    "zwischen Projekten übersteigt nachweislich die vorab festgelegte; über Ursachen sagt das nichts.",
              "en": f"Verdicts: {counts['en']}. p values adjusted for their family; limit {percent(ALPHA, 'en')}, for "
                    f"exploratory ones {percent(EXPLORATORY, 'en')} and never better than B. To separate means: the "
                    "spread between projects is shown to exceed the one set beforehand; that says nothing of causes."},
        alt={"de": f"Raster aus {len(table)} Indikatoren und {len(columns)} Prüfungen. {told['de']}.",
             "en": f"Grid of {len(table)} indicators and {len(columns)} checks. {told['en']}."},
        table=table, origin=overview.origin, draw=partial(_draw, table, columns), size=grid_size(table, columns),
    )


def _draw(table: pd.DataFrame, columns: Sequence[Column], canvas, language: str) -> None:
    draw_grid(canvas, table, columns, language)


def _in_words(row: dict, columns: Sequence[Column], language: str) -> str:
    """One indicator with its numbers, for those who cannot see them."""
    start = f"{row[f'label_{language}']}: {verdict_word(row['verdict'], language)}"
    if row["verdict"] == "X":
        return f"{start} ({row[f'reason_{language}']})"
    checked = [f"{column.head(language)} {column.text(row, language)}" for column in columns
               if column.speaks(row) != "unchecked"]
    return f"{start} (n {number(row['n'], language)}; {', '.join(checked)})"
