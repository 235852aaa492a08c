"""Pictures of how sure a curve is: limits for each time and for all at once, and exits not yet reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import percent
from rehapro_analysis.figures.retention.band_drawing import draw_region, draw_whole_band, region_of
from rehapro_analysis.figures.retention.retention_drawing import Curve, draw_curves
from rehapro_analysis.figures.retention.retention_pictures import ENDS, at_times, drawn, shown_curves
from rehapro_analysis.figures.retention.retention_words import (
    SHORTER,
    Texts,
    after,
    joined_steps,
    level,
    size,
    titled,
    with_limits,
)
from rehapro_analysis.figures.small_cells import SMALL
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.results import Result
from rehapro_analysis.retention.stays.reporting_delay import SCENARIOS
from rehapro_analysis.study.problems import StudyError

KINDS = {"hall-wellner": ("nach Hall und Wellner", "Hall-Wellner"),
         "equal-precision": ("gleicher Genauigkeit", "equal-precision"), "bootstrap": ("aus Bootstrap", "bootstrap")}


def staying_band(curve: Result, band: Result, risk: Result, *, name: str = "staying_band", title: Texts | None = None,
                 of: str | None = None, unit: str = "months") -> Figure:
    """One curve with its limits for each time and, wider, the band that holds for all times at once.

    ``curve`` comes from ``kaplan_meier`` without groups, ``band`` from ``simultaneous_band`` or ``bootstrap_band``
    and ``risk`` from ``risk_table`` of the same event table; ``of`` names whose curve it is. Raises
    :class:`StudyError` for groups, and where fewer than five have left.
    """
    if curve.table.columns[0] != "time":
        raise StudyError.of("This picture shows one curve.", "Count without by=, or choose one group first.")
    shown, whole = shown_curves(curve)[0], _over(band, shown_curves(curve)[0])
    kind, joined, times = KINDS[band.method.split(" band")[0]], joined_steps(curve), risk.table["time"].unique()

    def draw(canvas, language: str) -> None:
        draw_whole_band(draw_curves(canvas, [shown], risk.table, unit, language), shown, whole, language)

    told = {language: "; ".join(
        f"{after(inner.time, unit, language)} {with_limits(inner, language)}, {_span(outer, language)}"
        for inner, outer in zip(at_times(shown, times), at_times(whole, times), strict=True)) or SHORTER[language]
        for language in LANGUAGES}
    return Figure(
        name, titled(title or {"de": "Wer noch teilnimmt, mit Grenzen für den ganzen Verlauf",
                               "en": "Who still takes part, with limits for the whole curve"}, of),
        {"de": f"Kaplan-Meier; {size(curve, 'de')}. Dunkel: {level(curve, 'de')}-Konfidenzgrenzen für einen vorher "
               f"gewählten Zeitpunkt; hell: Konfidenzband ({kind[0]}) für alle Zeitpunkte zugleich. "
               f"{ENDS['de']}{joined['de']}",
         "en": f"Kaplan-Meier; {size(curve, 'en')}. Dark: {level(curve, 'en')} confidence limits for one time chosen "
               f"beforehand; light: {kind[1]} confidence band for all times at once. {ENDS['en']}{joined['en']}"},
        {"de": f"Stufenkurve mit zwei Bändern. Anteil mit Grenzen, Band: {told['de']}.",
         "en": f"Step curve with two bands. Share with limits, band: {told['en']}."},
        drawn([shown]).assign(band_lower=whole.lower, band_upper=whole.upper), curve.origin, draw, (10, 6.1),
    )


def late_reports(bounds: Result, times: Sequence[float], *, name: str = "late_reports", title: Texts | None = None,
                 unit: str = "days") -> Figure:
    """The region in which the curve of staying may lie as long as late exits are not yet reported.

    ``bounds`` comes from ``reporting_bounds`` without groups. The region lies between two readings of those
    without a reported exit: all were still there on the last day, or all had left on the first day that late
    reports may concern. The line counts everybody only up to that day.
    """
    shown = {one.key[-1]: one for one in shown_curves(bounds)}
    if set(shown) != set(SCENARIOS):
        raise StudyError.of(f"These bounds have groups, or a reading with fewer than {SMALL} exits.",
                            "Count without by=, or take more people together.")
    region, line = region_of(shown[SCENARIOS[0]], shown[SCENARIOS[2]]), shown[SCENARIOS[1]]

    def draw(canvas, language: str) -> None:
        draw_region(canvas, region, line, times, unit, language)

    joined = joined_steps(bounds)
    told = {language: "; ".join(f"{after(row.time, unit, language)} {_span(row, language)}"
                                for row in at_times(region, times)) or SHORTER[language] for language in LANGUAGES}
    return Figure(
        name, title or {"de": "Wie weit spät gemeldete Austritte das Bild verschieben können",
                        "en": "How far exits that are reported late could move the picture"},
        {"de": f"Kaplan-Meier; {size(bounds, 'de')}. Linie: nur gezählt, was schon vollständig gemeldet ist, mit "
               f"{level(bounds, 'de')}-Konfidenzgrenzen; Fläche: was die noch offenen Meldungen zulassen, "
               "ihr unterer Rand ist der äußerste Fall. "
               f"{ENDS['de']}{joined['de']}",
         "en": f"Kaplan-Meier; {size(bounds, 'en')}. Line: only what has been reported in full, with "
               f"{level(bounds, 'en')} confidence limits; area: what the open reports allow, "
               "its lower edge being the extreme case. "
               f"{ENDS['en']}{joined['en']}"},
        {"de": f"Stufenkurve in einem Bereich. {told['de']}.", "en": f"Step curve within a region. {told['en']}."},
        drawn(list(shown.values())), bounds.origin, draw,
    )


def _over(band: Result, curve: Curve) -> Curve:
    """The band at the steps of a curve; empty where the band does not reach."""
    time = band.table["time"].to_numpy(float)
    place = np.searchsorted(time, curve.time, side="right") - 1
    if curve.merged and curve.estimate[-1] == curve.estimate[-2]:
        place[-1] = place[-2]  # the last point of a merged curve only draws the last step to its end
    inside = (place >= 0) & (curve.time <= time.max(initial=-1.0))
    lower, upper = (np.where(inside, band.table[end].to_numpy(float)[place], np.nan) for end in ("lower", "upper"))
    return Curve(curve.key, curve.time, curve.estimate, lower, upper, curve.merged)


def _span(row: object, language: str) -> str:
    """From where to where a band or a region reaches."""
    if np.isnan(row.lower):
        return {"de": "ohne Band", "en": "no band"}[language]
    words = {"de": "Bereich {} bis {}", "en": "range {} to {}"}[language]
    return words.format(percent(row.lower, language), percent(row.upper, language))
