"""Pictures of flow: stock and flow through time, cumulative curves, and the fan of a forecast."""

from __future__ import annotations

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import NARROW, day, month, number
from rehapro_analysis.figures.retention.retention_words import Texts, level
from rehapro_analysis.figures.small_cells import SMALL
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.figures.throughput.flow_panels import draw_cumulative, draw_fan, draw_flow_through_time, reason
from rehapro_analysis.figures.throughput.flow_periods import Periods, periods_of
from rehapro_analysis.results import Result

JOINED = {"de": f"Monate und seltene Gründe sind so zusammengefasst, dass kein Balken für weniger als {SMALL} "
                "Personen steht.",
          "en": f"Months and rare reasons are joined so that no bar stands for fewer than {SMALL} people."}


def flow_through_time(flow: Result, group: str | None = None, *, label: str = "",
                      name: str = "flow_through_time", title: Texts | None = None) -> Figure:
    """The stock as a ribbon; below it entries upwards and exits by cause downwards, with the last day of the data.

    ``flow`` comes from ``monthly_flow``, ``group`` names one of its groups, ``label`` is how people call it. Bars
    show people a month; months are joined until no bar stands for fewer than five people, and rare causes of a
    period are shown together.
    """
    periods = periods_of(flow, group)

    def draw(canvas, language: str) -> None:
        draw_flow_through_time(canvas, periods, language)

    return Figure(
        name, title or {"de": f"Zugang, Abgang und Bestand{_of(label or group)}",
                        "en": f"Entries, exits and stock{_of(label or group)}"},
        {"de": f"Oben der Bestand, unten je Monat die Eintritte nach oben und die Austritte nach Grund nach unten; "
               f"{_size(periods, 'de')}. {JOINED['de']}",
         "en": f"Above the stock, below a month's entries upwards and exits by reason downwards; "
               f"{_size(periods, 'en')}. {JOINED['en']}"},
        {language: _flow_in_words(periods, language) for language in LANGUAGES},
        periods.table(), flow.origin, draw, (10, 7.4),
    )


def cumulative_flow(flow: Result, group: str | None = None, *, label: str = "", name: str = "cumulative_flow",
                    title: Texts | None = None) -> Figure:
    """Entries and exits added up since the start: the vertical gap is the stock, the horizontal one the stay.

    ``flow`` and ``group`` as in :func:`flow_through_time`. The area between the curves is the time people spent in
    the programme; the horizontal gap is the stay if who came first left first.
    """
    periods = periods_of(flow, group)

    def draw(canvas, language: str) -> None:
        draw_cumulative(canvas, periods, language)

    came, gone = (int(counts.sum()) for counts in (periods.entries, periods.exits))
    return Figure(
        name, title or {"de": f"Wer kam und wer ging, zusammengezählt{_of(label or group)}",
                        "en": f"Who came and who left, added up{_of(label or group)}"},
        {"de": f"Senkrechter Abstand: Bestand. Waagerechter Abstand: Verweildauer, wenn zuerst geht, wer zuerst kam; "
               f"{_size(periods, 'de')}. Punkte liegen an den Grenzen von Zeiträumen mit mindestens {SMALL} Personen.",
         "en": f"Vertical gap: stock. Horizontal gap: stay, if who came first leaves first; {_size(periods, 'en')}. "
               f"Points lie at the ends of periods with at least {SMALL} people."},
        {"de": f"Zwei steigende Kurven. Bis zum {day(periods.lock, 'de')} kamen {number(came, 'de')} Personen, "
               f"{number(gone, 'de')} gingen; der Abstand ist der Bestand.",
         "en": f"Two rising curves. By {day(periods.lock, 'en')} {number(came, 'en')} people had come and "
               f"{number(gone, 'en')} had left; the gap is the stock."},
        periods.table(), flow.origin, draw,
    )


def forecast_fan(flow: Result, forecast: Result, group: str | None = None, *, label: str = "",
                 target: float | None = None, target_words: Texts | None = None, name: str = "forecast_fan",
                 title: Texts | None = None) -> Figure:
    """The stock so far and the band of the stock to come, with a line of places or of a target stock.

    ``flow`` comes from ``monthly_flow``, ``forecast`` from the function of that name with the same lock date.
    ``target_words`` say what the line stands for.
    """
    periods = periods_of(flow, group)
    fan = forecast.table[forecast.table["quantity"] == "stock"]
    fan = (fan if group is None else fan[fan[fan.columns[0]] == group]).reset_index(drop=True)
    band = {"de": f"{level(forecast, 'de')}-Bereich", "en": f"{level(forecast, 'en')} band"}
    named = target_words or {"de": "Ziel", "en": "target"}
    dotted = {language: "" if target is None else f" {named[language]}: {number(target, language)}."
              for language in LANGUAGES}

    def draw(canvas, language: str) -> None:
        line = None if target is None else (target, named[language])
        draw_fan(canvas, periods, fan, line, band[language], language)

    last = fan.iloc[-1]
    return Figure(
        name, title or {"de": f"Bestand bisher und voraus{_of(label or group)}",
                        "en": f"Stock so far and ahead{_of(label or group)}"},
        {"de": f"Bereich: Unsicherheit von Zugang und Teilnahmedauer, jeder Monat für sich; Plätze begrenzen nicht; "
               f"{_size(periods, 'de')}.",
         "en": f"Band: uncertainty of entries and of staying, each month by itself; places are no limit; "
               f"{_size(periods, 'en')}."},
        {language: _fan_in_words(periods, last, band[language], language) + dotted[language] for language in LANGUAGES},
        fan, forecast.origin, draw,
    )


def _of(group: str | None) -> str:
    return "" if group is None else f": {group}"


def _size(periods: Periods, language: str) -> str:
    """How many people entered in the time shown."""
    return f"n{NARROW}={NARROW}{number(periods.entries.sum(), language)}"


def _flow_in_words(periods: Periods, language: str) -> str:
    exits = ", ".join(f"{reason(cause, language)} {number(n, language)}" for cause, n in periods.causes.sum().items())
    came, stock = number(periods.entries.sum(), language), number(periods.stock[-1], language)
    if language == "de":
        return (f"Fläche des Bestands und Balken der Zu- und Abgänge von {month(periods.edges[0], 'de')} bis "
                f"{day(periods.lock, 'de')}. Eintritte {came}; Austritte: {exits or 'keine'}; Bestand zuletzt {stock}.")
    return (f"Area of the stock and bars of entries and exits from {month(periods.edges[0], 'en')} to "
            f"{day(periods.lock, 'en')}. Entries {came}; exits: {exits or 'none'}; stock at the end {stock}.")


def _fan_in_words(periods: Periods, last, band: str, language: str) -> str:
    ends = [number(round(value), language)
            for value in (periods.stock[-1], *last[["median", "lower", "upper"]])]
    if language == "de":
        return (f"Linie des Bestands bis {day(periods.lock, 'de')}: zuletzt {ends[0]}. Ende "
                f"{month(last['month'], 'de')} im Median {ends[1]}, {band} {ends[2]} bis {ends[3]}.")
    return (f"Line of the stock up to {day(periods.lock, 'en')}: {ends[0]} at the end. At the end of "
            f"{month(last['month'], 'en')} {ends[1]} in the median, {band} {ends[2]} to {ends[3]}.")
