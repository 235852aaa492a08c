"""Drawing of flow: stock and flow through time, cumulative curves, and the fan of a forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.figures.german import axis_number, day, number
from rehapro_analysis.figures.retention.retention_drawing import CAUSES
from rehapro_analysis.figures.retention.retention_words import OTHER, word
from rehapro_analysis.figures.style import BLUE, ORANGE, QUIET, SKY, TEXT, VERMILION, YELLOW
from rehapro_analysis.figures.throughput.flow_periods import Periods

MONTHS = {"de": {1: "Jan.", 4: "April", 7: "Juli", 10: "Okt."}, "en": {1: "Jan", 4: "Apr", 7: "July", 10: "Oct"}}
WORDS = {
    "stock": {"de": "Personen im Programm", "en": "people in the programme"},
    "flow": {"de": "Personen je Monat", "en": "people a month"},
    "entries": {"de": "Eintritte", "en": "entries"},
    "exits": {"de": "Austritte", "en": "exits"},
    "people": {"de": "Personen seit Beginn", "en": "people since the start"},
    "lock": {"de": "Datenstand\n{}", "en": "data as of\n{}"},
    "gap": {"de": "Bestand:\n{} Personen", "en": "stock:\n{} people"},
    "stay": {"de": "Verweildauer: {} Monate", "en": "stay: {} months"},
    "seen": {"de": "beobachtet", "en": "observed"},
    "median": {"de": "Vorausrechnung (Median)", "en": "forecast (median)"},
}
MONTH = 365.25 / 12  # days, for a length of time that is read off a picture


def draw_flow_through_time(canvas, periods: Periods, language: str) -> None:
    """The stock as a ribbon above; below it entries upwards and exits by cause downwards, a month each."""
    above, below = canvas.subplots(2, 1, sharex=True, height_ratios=[1, 1.3])
    days = periods.since_start(periods.edges)
    above.fill_between(days, 0, periods.stock, color=SKY, alpha=0.35, lw=0)
    above.plot(days, periods.stock, color=BLUE)
    above.set(ylim=(0, periods.stock.max() * 1.25), ylabel=WORDS["stock"][language].replace(" im ", "\nim ")
              .replace(" in ", "\nin "))
    above.yaxis.set_major_formatter(axis_number(language))
    left, width = days[:-1], np.diff(days)
    below.bar(left, periods.entries / periods.months, width, align="edge", color=QUIET, edgecolor="white", lw=0.6,
              label=WORDS["entries"][language])
    base = np.zeros(len(left))
    for cause in periods.causes:
        height = periods.causes[cause].to_numpy() / periods.months
        below.bar(left, -height, width, -base, align="edge", color=CAUSES.get(cause, YELLOW), edgecolor="white",
                  lw=0.6, label=f"{WORDS['exits'][language]}: {reason(cause, language)}")
        base = base + height
    below.axhline(0, color=TEXT, lw=1)
    below.yaxis.set_major_formatter(lambda value, place=None: number(abs(value), language))
    below.set_ylabel(WORDS["flow"][language])
    below.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)
    mark_lock(above, periods, language, words=True)
    mark_lock(below, periods, language, words=False)
    time_axis(below, periods, periods.edges[-1], language)


def reason(cause: str, language: str) -> str:
    """The word for a cause of exits; small ones stand together."""
    return {"de": "mehrere Gründe", "en": "several reasons"}[language] if cause == OTHER else word(cause, language)


def draw_cumulative(canvas, periods: Periods, language: str) -> None:
    """Entries and exits added up; the vertical gap is the stock, the horizontal one the stay."""
    axes = canvas.subplots()
    came, gone = (np.concatenate([[0], np.cumsum(counts)]) for counts in (periods.entries, periods.exits))
    came, days = came + periods.stock[0], periods.since_start(periods.edges)
    axes.fill_between(days, gone, came, color=SKY, alpha=0.25, lw=0)
    for curve, colour, name in ((came, BLUE, "entries"), (gone, VERMILION, "exits")):
        axes.plot(days, curve, color=colour)
        axes.annotate(WORDS[name][language], (days[-1], curve[-1]), (6, 0), textcoords="offset points",
                      va="center", color=colour)
    _vertical_gap(axes, periods, came, gone, language)
    _horizontal_gap(axes, periods, came, gone, language)
    axes.set(ylim=(0, came[-1] * 1.08), ylabel=WORDS["people"][language])
    axes.yaxis.set_major_formatter(axis_number(language))
    mark_lock(axes, periods, language, words=False)
    said = WORDS["lock"][language].format(day(periods.lock, language)).replace("\n", " ")
    axes.set_xlabel(said, loc="right", color=QUIET, fontsize=9.5)
    time_axis(axes, periods, periods.edges[-1], language)


def _vertical_gap(axes, periods: Periods, came: np.ndarray, gone: np.ndarray, language: str) -> None:
    """The stock on the last day."""
    last = periods.since_start(periods.edges)[-1]
    _arrow(axes, (last, gone[-1]), (last, came[-1]))
    axes.annotate(WORDS["gap"][language].format(number(periods.stock[-1], language)),
                  (last, (came[-1] + gone[-1]) / 2), (6, 0), textcoords="offset points", va="center")


def _horizontal_gap(axes, periods: Periods, came: np.ndarray, gone: np.ndarray, language: str) -> None:
    """How long after the n-th entry the n-th exit came, at half of all exits."""
    height = periods.stock[0] + (gone[-1] - periods.stock[0]) / 2
    if height <= periods.stock[0]:
        return
    days = periods.since_start(periods.edges)
    begin, end = (np.interp(height, curve, days) for curve in (came, gone))
    _arrow(axes, (begin, height), (end, height))
    axes.annotate(WORDS["stay"][language].format(number((end - begin) / MONTH, language, 1)),
                  (end, height), (-8, 3), textcoords="offset points", ha="right", va="bottom")


def _arrow(axes, start: tuple, end: tuple) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "<->", "color": TEXT, "shrinkA": 0, "shrinkB": 0})


def draw_fan(canvas, periods: Periods, fan: pd.DataFrame, line: tuple[float, str] | None, label: str,
             language: str) -> None:
    """The stock that was, the band and the median of the stock to come, and a line to compare with."""
    axes = canvas.subplots()
    axes.plot(periods.since_start(periods.edges), periods.stock, color=BLUE, label=WORDS["seen"][language])
    dates = pd.DatetimeIndex([periods.edges[-1], *(fan["month"] + pd.offsets.MonthBegin(1))])
    days = periods.since_start(dates)
    lines = {name: np.concatenate([periods.stock[-1:], fan[name]]) for name in ("median", "lower", "upper")}
    axes.fill_between(days, lines["lower"], lines["upper"], color=ORANGE, alpha=0.3, lw=0, label=label)
    axes.plot(days, lines["median"], color=ORANGE, ls="--", label=WORDS["median"][language])
    top = max(lines["upper"].max(), periods.stock.max(), line[0] if line else 0)
    if line:
        axes.axhline(line[0], color=TEXT, lw=1.2, ls=":")
        axes.annotate(f"{line[1]}: {number(line[0], language)}", (0, line[0]), (6, 3),
                      xycoords=("axes fraction", "data"), textcoords="offset points", va="bottom")
    axes.set(ylim=(0, top * 1.2), ylabel=WORDS["stock"][language])
    axes.yaxis.set_major_formatter(axis_number(language))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3)
    mark_lock(axes, periods, language, words=True)
    time_axis(axes, periods, dates[-1], language)


def mark_lock(axes, periods: Periods, language: str, *, words: bool) -> None:
    """A line at the end of the last day of the data."""
    lock = periods.since_start(periods.edges)[-1]
    axes.axvline(lock, color=QUIET, lw=1, ls=(0, (4, 3)), clip_on=False)
    if words:
        axes.annotate(WORDS["lock"][language].format(day(periods.lock, language)), (lock, 1), (-6, -2), va="top",
                      ha="right", xycoords=("data", "axes fraction"), textcoords="offset points", color=QUIET,
                      fontsize=9.5)


def time_axis(axes, periods: Periods, last: pd.Timestamp, language: str) -> None:
    """Quarters or half-years of the time shown, with their year."""
    first = periods.edges[0]
    step = 3 if (last - first).days <= 20 * MONTH else 6
    ticks = pd.DatetimeIndex([tick for tick in pd.date_range(first, last, freq="MS") if (tick.month - 1) % step == 0])
    axes.set_xticks(periods.since_start(ticks), [f"{MONTHS[language][tick.month]}\n{tick.year}" for tick in ticks])
    axes.set_xlim(0, (last - first).days)
