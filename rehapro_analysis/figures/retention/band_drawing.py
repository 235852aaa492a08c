"""Drawing of how sure a curve is: the band for all times at once, and the region that late reports leave open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rehapro_analysis.figures.german import axis_number
from rehapro_analysis.figures.retention.retention_drawing import Curve, draw_steps, label_ends, share_axis
from rehapro_analysis.figures.retention.retention_words import clock
from rehapro_analysis.figures.style import BLUE, GREY, TEXT
from rehapro_analysis.retention.stays.reporting_delay import SCENARIOS

WORDS = {
    "each": {"de": "Grenzen je Zeitpunkt", "en": "limits at each time"},
    "whole": {"de": "Band für alle zugleich", "en": "band for all at once"},
    SCENARIOS[0]: {"de": "alle Offenen noch da", "en": "all open ones still there"},
    SCENARIOS[1]: {"de": "vollständig gemeldet", "en": "reported in full"},
    SCENARIOS[2]: {"de": "alle Offenen gegangen", "en": "all open ones had left"},
}


def draw_whole_band(axes: Axes, curve: Curve, whole: Curve, language: str) -> None:
    """The wider band around a drawn curve, and what the two bands are."""
    _area(axes, whole, BLUE)
    known = np.flatnonzero(~np.isnan(whole.upper))
    ends = [(curve.time[-1], curve.upper[-1], WORDS["each"][language], TEXT)]
    if len(known):
        ends += [(whole.time[known[-1]], whole.upper[known[-1]], WORDS["whole"][language], TEXT)]
    label_ends(axes, ends)


def region_of(upper: Curve, lower: Curve) -> Curve:
    """The region between two step curves, as far as both reach; its estimate is its middle."""
    time = np.union1d(upper.time, lower.time)
    time = time[time <= min(upper.time[-1], lower.time[-1])]
    high, low = (one.estimate[np.searchsorted(one.time, time, side="right") - 1] for one in (upper, lower))
    return Curve((), time, (high + low) / 2, low, high, upper.merged)


def draw_region(canvas, region: Curve, line: Curve, times: Sequence[float], unit: str, language: str) -> None:
    """The region in grey, the curve of what was reported in full within it."""
    axes = canvas.subplots()
    _area(axes, region, GREY)
    draw_steps(axes, line, BLUE)
    share_axis(axes, language)
    heights = (region.upper[-1], line.estimate[-1], region.lower[-1])
    label_ends(axes, [(end, height, WORDS[name][language], TEXT) for end, height, name in
                      zip((region.time[-1], line.time[-1], region.time[-1]), heights, SCENARIOS, strict=True)])
    last = max(region.time[-1], line.time[-1])
    axes.set(xlim=(0, last * 1.02), xlabel=clock(unit, language))
    axes.set_xticks([time for time in times if time <= last])
    axes.xaxis.set_major_formatter(axis_number(language))


def _area(axes: Axes, band: Curve, colour: str) -> None:
    axes.fill_between(band.time, band.lower, band.upper, step="post", color=colour, alpha=0.16, lw=0)
    for edge in (band.lower, band.upper):
        axes.plot(band.time, edge, drawstyle="steps-post", color=colour, lw=0.8, ls=(0, (4, 2)))
