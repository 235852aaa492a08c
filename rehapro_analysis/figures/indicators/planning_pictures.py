"""The planning curve: how far apart the projects must lie to be told apart, by the number of people in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import axis_number, axis_percent, number, percent
from rehapro_analysis.figures.retention.retention_words import POINTS
from rehapro_analysis.figures.style import BLUE, GREY, LANGUAGES, ORANGE, QUIET, SKY, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

LINES = ("-", (0, (5, 2)), (0, (1, 1.2)), "-.")
COLOURS, MARKERS = (BLUE, ORANGE, GREY, SKY), ("o", "s", "^", "D")
WORDS = {
    "people": {"de": "Personen je Projekt", "en": "people in each project"},
    "gap": {"de": "kleinster nachweisbarer Abstand\nzwischen bestem und schlechtestem Projekt",
            "en": "smallest detectable gap\nbetween best and worst project"},
    "icc": {"de": "Ähnlichkeit je Coach (ICC) {}", "en": "likeness within a coach (ICC) {}"},
    "coaches": {"de": "{} Coaches je Projekt", "en": "{} coaches a project"},
    "simulated": {"de": "simuliert", "en": "simulated"},
    "missing": {"de": " Wo ein Kreis fehlt, genügt kein möglicher Abstand.",
                "en": " Where a circle is missing, no possible gap is enough."},
    "relevant": {"de": "bedeutsamer Unterschied: {}", "en": "relevant difference: {}"},
    "one": {"de": "ein Indikator", "en": "one indicator"},
    "family": {"de": "Familie von {} Indikatoren", "en": "family of {} indicators"},
}
UNITS = {"binary": ("Anteil {}", "share {}"), "metric": ("Messwert", "measured value"),
         "ordinal": ("Rang", "rank"), "count": ("Anzahl", "count"), "time": ("Zeit", "time")}


def planning_picture(plan: Result, *, relevant: float | None = None, name: str = "planning_curve") -> Figure:
    """The smallest gap between best and worst project that is found with power 0.8, falling with people a project.

    ``plan`` comes from the planning analysis: a panel for each number of indicators judged together (columns) and each
    kind of value (rows), colours for the correlation of people of one coach, line styles for coaches a
    project; simulated gaps are hollow points. ``relevant`` draws the difference that matters, in the unit of the gap.
    """
    drawn = _Plan(plan.table, relevant)
    told = {language: drawn.in_words(language) for language in LANGUAGES}
    missing = WORDS["missing"] if plan.table["gap_simulated"].isna().any() else dict.fromkeys(LANGUAGES, "")
    return Figure(
        name=name,
        title={"de": "Wie groß Unterschiede sein müssen, damit man sie sehen kann",
               "en": "How large differences must be to be seen"},
        note={"de": f"Abstand, der mit einer Sicherheit von {percent(0.8, 'de')} auffällt; Zufall höchstens "
                    f"{percent(0.05, 'de')} über alle Indikatoren der Familie. Mehr Personen bei denselben Coaches "
                    "helfen nur, bis deren Unterschiede überwiegen. Linien: geschlossene Formel, meist zu günstig; "
                    f"Kreise: simuliert, nach ihnen ist zu planen.{missing['de']}",
              "en": f"Gap found with power {percent(0.8, 'en')}; error at most {percent(0.05, 'en')} over all "
                    "indicators of the family. More people with the same coaches help only until differences "
                    "between coaches prevail. Lines: closed form, mostly too favourable; circles: simulated, plan by "
                    f"these.{missing['en']}"},
        alt={"de": f"Planungskurven. {told['de']}", "en": f"Planning curves. {told['en']}"},
        table=plan.table, origin=plan.origin, draw=partial(_draw, drawn),
        size=(max(9, 3.2 + 3.6 * len(drawn.values("indicators"))), round(2.9 + 2.7 * len(drawn.kinds), 2)),
    )


@dataclass(frozen=True, eq=False)
class _Plan:
    """The rows of a plan by panel, and which values give lines their looks."""

    table: pd.DataFrame
    relevant: float | None

    def __post_init__(self) -> None:
        if self.table.empty:
            raise StudyError.of("The plan has no rows.", "Name numbers of people, coaches and correlations.")
        if len(self.values("icc_coach")) > len(COLOURS) or len(self.values("coaches")) > len(LINES):
            raise StudyError.of("More than four correlations or numbers of coaches cannot be told apart.",
                                "Choose up to four of each.")
        if self.relevant is not None and len(self.kinds) > 1:
            raise StudyError.of("One relevant difference does not fit values of several kinds.",
                                "Plan one scale and one share.")

    def values(self, name: str) -> list[float]:
        """The values of a column, rising."""
        return sorted(self.table[name].unique())

    @property
    def kinds(self) -> list[tuple[str, float]]:
        """Scale and share (-1 where there is none) of every row of panels."""
        pairs = self.table[["scale", "share"]].fillna({"share": -1.0}).drop_duplicates()
        return list(pairs.itertuples(index=False, name=None))

    def panel(self, kind: tuple[str, float], family: int) -> pd.DataFrame:
        """The rows of one panel."""
        table = self.table
        return table[(table["scale"] == kind[0]) & (table["share"].fillna(-1.0) == kind[1])
                     & (table["indicators"] == family)]

    def in_words(self, language: str) -> str:
        """The smallest gap with the fewest and with the most people, line by line."""
        return " ".join(
            f"{_heading(kind, family, language)}: " + "; ".join(
                _line_in_words(rows, kind[0], icc, coaches, language)
                for (icc, coaches), rows in self.panel(kind, family).groupby(["icc_coach", "coaches"])) + "."
            for kind in self.kinds for family in self.values("indicators"))


def _draw(plan: _Plan, canvas, language: str) -> None:
    grid = canvas.subplots(len(plan.kinds), len(plan.values("indicators")), sharex=True, sharey="row", squeeze=False)
    for kind, row in zip(plan.kinds, grid, strict=True):
        for family, axes in zip(plan.values("indicators"), row, strict=True):
            _panel(axes, plan, plan.panel(kind, family), language)
            axes.set_title(_heading(kind, family, language), fontsize=11)
        row[0].yaxis.set_major_formatter((axis_percent if kind[0] in ("binary", "ordinal") else axis_number)(language))
        row[0].set_ylim(0, None)
    for axes in grid[-1]:
        axes.set_xlabel(WORDS["people"][language])
    canvas.supylabel(WORDS["gap"][language], fontsize=11)
    canvas.legend(handles=_handles(plan, language), loc="outside lower center", ncols=3)


def _panel(axes: Axes, plan: _Plan, rows: pd.DataFrame, language: str) -> None:
    for (icc, coaches), line in rows.groupby(["icc_coach", "coaches"]):
        place, line = plan.values("icc_coach").index(icc), line.sort_values("n_per_project")
        look, n = {"color": COLOURS[place], "marker": MARKERS[place]}, line["n_per_project"]
        axes.plot(n, line["gap_closed"], ls=LINES[plan.values("coaches").index(coaches)], ms=5, **look)
        axes.plot(n, line["gap_simulated"], ls="none", ms=9, mew=1.4, markerfacecolor="none", **look)
    if plan.relevant is not None:
        axes.axhline(plan.relevant, color=TEXT, lw=1)
        said = WORDS["relevant"][language].format(_gap(plan.relevant, plan.kinds[0][0], language))
        axes.text(0.01, plan.relevant, said, transform=axes.get_yaxis_transform(), va="bottom", fontsize=9.5)
    sizes = sorted(rows["n_per_project"].unique())
    axes.set_xscale("log")
    axes.set_xticks(sizes, [number(size, language) for size in sizes])
    axes.minorticks_off()
    axes.grid(axis="y")


def _heading(kind: tuple[str, float], family: int, language: str) -> str:
    of = WORDS["one"][language] if family == 1 else WORDS["family"][language].format(number(family, language))
    unit = UNITS[kind[0]][LANGUAGES.index(language)].format(percent(max(kind[1], 0), language))
    return f"{of}, {unit}"


def _line_in_words(rows: pd.DataFrame, scale: str, icc: float, coaches: int, language: str) -> str:
    rows = rows.sort_values("n_per_project")
    ends = ", ".join(f"{number(n, language)} {WORDS['people'][language]} {_gap(gap, scale, language)}"
                     for n, gap in rows[["n_per_project", "gap_closed"]].iloc[[0, -1]].itertuples(index=False))
    return f"{WORDS['coaches'][language].format(number(coaches, language))}, ICC {number(icc, language)}: {ends}"


def _gap(gap: float, scale: str, language: str) -> str:
    if scale in ("binary", "ordinal"):
        return f"{number(100 * gap, language, 0)} {POINTS[language]}"
    return number(gap, language, 2)


def _handles(plan: _Plan, language: str) -> list[Line2D]:
    icc = [Line2D([], [], color=colour, marker=marker, ms=5,
                  label=WORDS["icc"][language].format(number(value, language)))
           for colour, marker, value in zip(COLOURS, MARKERS, plan.values("icc_coach"), strict=False)]
    coaches = [Line2D([], [], color=QUIET, ls=line, label=WORDS["coaches"][language].format(number(value, language)))
               for line, value in zip(LINES, plan.values("coaches"), strict=False)]
    seen = bool(np.isfinite(plan.table["gap_simulated"].astype(float)).any())
    return icc + coaches + [Line2D([], [], color=QUIET, marker="o", ls="none", ms=9, markerfacecolor="none",
                                   label=WORDS["simulated"][language])] * seen
