"""Pictures of documented throughput: steps and stays."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import interval, percent
from rehapro_analysis.figures.style import GREY, PURPLE, STATUS, TEXT
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.documented.documented import LEFT, STILL, THROUGH

_PLANNED = ("planned", "target")
# Only the first group is throughput: the others are shares so far, with marks of their own.
_GROUPS = {
    THROUGH: {"de": "kam durch oder soll durchkommen", "en": "came through or is to come through"},
    LEFT: {"de": "bisher ausgeschieden, gleich weshalb", "en": "have left so far, for whatever reason"},
    STILL: {"de": "im laufenden Zyklus noch da", "en": "still there in a running cycle"},
}
_MARK = {LEFT: {"marker": "<", "color": PURPLE, "markerfacecolor": PURPLE},
         STILL: {"marker": "s", "color": GREY, "markerfacecolor": GREY}}
_KIND = {"de": ("beobachtet", "Plan"), "en": ("observed", "plan")}


def documented_funnel(funnels: Result, study: Study) -> Figure:
    """Each documented step as a share, coming through, having left and still being there in groups of their own.

    Limits where people were observed, none where it was planned.
    """
    table = _labelled(funnels.table, study)
    observed = int(table["lower"].notna().sum())

    def draw(canvas, language: str) -> None:
        _draw_funnel(canvas, table, language)

    return Figure(
        name="documented_funnel",
        title={"de": "Wer einen Schritt geschafft hat, wer ausschied, wer noch da ist",
               "en": "Who came through a step, who has left so far, who is still there"},
        note={"de": "Striche: 95-%-Grenzen nach Clopper und Pearson, also wahre Anteile, zu denen die Zählung passt. "
                    "Die Schritte der Projekte sind nicht dieselben.",
              "en": "Lines: 95% Clopper-Pearson limits, that is, true shares that go with the count. The projects' "
                    "steps differ in kind."},
        alt={"de": f"Punktdiagramm von {len(table)} Anteilen: {observed} beobachtete mit Grenzen, "
                   f"{len(table) - observed} geplante ohne. {_in_words(table, 'de')}",
             "en": f"Dot plot of {len(table)} shares: {observed} observed with limits, {len(table) - observed} planned "
                   f"without. {_in_words(table, 'en')}"},
        table=funnels.table, origin=funnels.origin, draw=draw, size=(10, 6.6),
    )


def documented_stay(stays: Result, study: Study) -> Figure:
    """Planned and actual stay side by side, in months."""
    table = _labelled(stays.table, study)

    def draw(canvas, language: str) -> None:
        _draw_stays(canvas, table, language)

    words = {
        language: "; ".join(
            f"{row['label']}, {row[f'what_{language}']}: {interval(row['low'], row['high'], language)}"
            for _, row in table.iterrows())
        for language in ("de", "en")
    }
    return Figure(
        name="documented_stay",
        title={"de": "Welche Teilnahmedauer geplant war und wie lange sie ist",
               "en": "How long people were meant to stay and how long they do"},
        note={"de": "Monate. Regel, Durchschnitt und Obergrenze sind verschiedene Angaben; wo keine steht, ist keine "
                    "dokumentiert.",
              "en": "Months. A rule, an average and an upper limit are different things; where none stands, none is "
                    "documented."},
        alt={"de": f"Teilnahmedauer in Monaten: {words['de']}.", "en": f"Stay in months: {words['en']}."},
        table=stays.table, origin=stays.origin, draw=draw,
    )


def _labelled(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    names = study.table("projects").set_index("project")["label"]
    words = study.table("quantities").set_index("quantity")
    labelled = table.assign(label=table["project"].map(names))
    for language in ("de", "en"):
        for column in table.columns.intersection(["quantity", "step_from", "step_to"]):
            what = "what" if column == "quantity" else column
            labelled[f"{what}_{language}"] = table[column].map(words[f"label_{language}"])
    return labelled


def _in_words(table: pd.DataFrame, language: str) -> str:
    return " ".join(f"{_GROUPS[kind][language]}: " + "; ".join(
        f"{row['label']}, {row[f'step_to_{language}']}, {_share(row, language)}" for _, row in rows.iterrows()) + "."
        for kind, rows in table.groupby("kind", sort=False))


def _share(row: pd.Series, language: str) -> str:
    low, high = percent(row["share_low"], language), percent(row["share_high"], language)
    return low if low == high else f"{low.rstrip('%').strip()}–{high}"


def _draw_funnel(canvas, table: pd.DataFrame, language: str) -> None:
    axes, ticks, height = canvas.subplots(), [], 0.0
    for kind, rows in table.groupby("kind", sort=False):
        axes.text(0, height, _GROUPS[kind][language], fontweight="bold", color=TEXT, va="center")
        for _, row in rows.iterrows():
            height += 1
            ticks.append((height, _step_label(row, language)))
            _draw_share(axes, row, height, language)
        height += 1
    axes.set_yticks(*zip(*ticks, strict=True))
    axes.set(xlim=(0, 1.5), ylim=(height - 0.5, -0.6))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [percent(share, language) for share in (0, 0.25, 0.5, 0.75, 1)])
    axes.grid(axis="x", color=GREY, alpha=0.3)


def _draw_share(axes, row: pd.Series, height: float, language: str) -> None:
    look = STATUS[row["status"]] | _MARK.get(row["kind"], {})
    limits = row[["lower", "upper"]].dropna()
    axes.plot(limits, [height] * len(limits), color=look["color"], lw=2)
    axes.plot([row["share_low"], row["share_high"]], [height, height], color=look["color"], lw=7,
              solid_capstyle="butt")
    axes.plot((row["share_low"] + row["share_high"]) / 2, height, ms=9, mew=2, **look)
    axes.annotate(f"{_share(row, language)} ({_KIND[language][row['status'] in _PLANNED]})",
                  (max([row["share_high"], *limits]), height), (10, 0), textcoords="offset points", va="center",
                  color=TEXT)


def _step_label(row: pd.Series, language: str) -> str:
    low, high = (interval(row[f"{end}_low"], row[f"{end}_high"], language) for end in ("to", "from"))
    of = "von" if language == "de" else "of"
    return f"{row['label']}: {row[f'step_to_{language}']}\n{low} {of} {high}"


def _draw_stays(canvas, table: pd.DataFrame, language: str) -> None:
    axes = canvas.subplots()
    for height, (_, row) in enumerate(table.iterrows()):
        ends = [row["low"], row["high"]]
        axes.plot(ends, [height, height], color=STATUS[row["status"]]["color"], lw=7, solid_capstyle="butt")
        axes.plot(ends, [height, height], ms=9, mew=2, linestyle="none", **STATUS[row["status"]])
        axes.annotate(f"{interval(*ends, language)} ({_KIND[language][row['status'] in _PLANNED]})",
                      (row["high"], height), (10, 0), textcoords="offset points", va="center", color=TEXT)
    axes.set_yticks(range(len(table)), [f"{row['label']}\n{row[f'what_{language}']}" for _, row in table.iterrows()])
    axes.set(xlim=(0, 31), ylim=(len(table) - 0.5, -0.5), xlabel="Monate" if language == "de" else "months")
    axes.set_xticks(range(0, 31, 6))
    axes.grid(axis="x", color=GREY, alpha=0.3)
