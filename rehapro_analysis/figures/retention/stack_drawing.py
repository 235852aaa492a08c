"""Drawing of stacked shares: areas that add up to everybody, with their names beside and above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rehapro_analysis.figures.german import axis_number, percent
from rehapro_analysis.figures.retention.retention_drawing import CAUSES, apart, label_ends, share_axis
from rehapro_analysis.figures.retention.retention_words import clock, group_name, word
from rehapro_analysis.figures.style import TEXT, YELLOW

VISIBLE = 0.005  # a share that rounds to nothing has no label
GAP = 0.2  # room for a name above a picture, as a share of its width


def draw_stack(canvas, stacks: Sequence[tuple[tuple[str, ...], pd.DataFrame]], times: Sequence[float], unit: str,
               language: str, colours: Mapping[str, str] = CAUSES) -> None:
    """Areas that add up to everybody: who has left for which reason, and who is still there (or where)."""
    panels = canvas.subplots(1, len(stacks), sharey=True, squeeze=False)[0]
    for axes, (key, shares) in zip(panels, stacks, strict=True):
        edges = np.column_stack([np.zeros(len(shares)), np.cumsum(shares.to_numpy(), axis=1)])
        time = shares.index.to_numpy(float)
        for place, cause in enumerate(shares):
            axes.fill_between(time, edges[:, place], edges[:, place + 1], step="post",
                              facecolor=colours.get(cause, YELLOW), edgecolor="white", lw=0.6)
        share_axis(axes, language)
        middles = (edges[-1, :-1] + edges[-1, 1:]) / 2
        label_ends(axes, [
            (time[-1], middle, f"{word(cause, language)}\N{NO-BREAK SPACE}{percent(share, language)}", TEXT)
            for middle, (cause, share) in zip(middles, shares.iloc[-1].items(), strict=True) if share >= VISIBLE])
        axes.set(xlim=(0, time[-1]), xlabel=clock(unit, language))
        axes.set_xticks([time_ for time_ in times if time_ <= time[-1]])
        axes.xaxis.set_major_formatter(axis_number(language))
        if key:
            axes.set_title(group_name(key, language))


def name_areas(axes: Axes, shares: pd.DataFrame, language: str) -> None:
    """Names above the picture of areas that have vanished at its end, pointing to where each is highest."""
    top = shares.cumsum(axis=1)
    gone = [name for name in shares if shares[name].iloc[-1] < VISIBLE]
    rows = {name: int(shares[name].to_numpy().argmax()) for name in gone}  # a time may stand twice: moves on day 0
    highest = sorted((float(shares.index[row]), name) for name, row in rows.items())
    span = shares.index[-1]
    places = apart(np.array([time / span for time, _ in highest]), GAP, 0.0, 1.0)
    for place, (time, name) in zip(places, highest, strict=True):
        middle = top[name].iloc[rows[name]] - shares[name].iloc[rows[name]] / 2
        axes.annotate(word(name, language), (max(time, 0.01 * span), middle), (place, 1.06), ha="center", va="bottom",
                      textcoords="axes fraction", arrowprops={"arrowstyle": "-", "color": TEXT, "lw": 1, "ls": ":"})
