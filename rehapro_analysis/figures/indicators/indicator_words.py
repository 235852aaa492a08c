"""Looks and words that pictures of indicators share: the look of a verdict, values of any scale, short p values."""

from __future__ import annotations

import numpy as np
from matplotlib.axis import Axis
from matplotlib.lines import Line2D

from rehapro_analysis.figures.german import NARROW, axis_number, axis_percent, number, p_value, percent
from rehapro_analysis.figures.style import BLUE, GREY, ORANGE, SKY
from rehapro_analysis.indicators.verdict.wording import VERDICTS

# Every letter has a shape of its own, so that the picture can be read in grey; no colour means good or bad.
LOOKS = {
    "A": {"color": BLUE, "marker": "o", "markerfacecolor": BLUE},
    "B": {"color": BLUE, "marker": "o", "markerfacecolor": "white"},
    "C": {"color": SKY, "marker": "^", "markerfacecolor": SKY},
    "D": {"color": GREY, "marker": "s", "markerfacecolor": GREY},
    "E": {"color": ORANGE, "marker": "v", "markerfacecolor": ORANGE},
    "X": {"color": GREY, "marker": "x", "markerfacecolor": GREY},
}
FAMILY = {True: {"de": "vorab benannt (konfirmatorisch)", "en": "named beforehand (confirmatory)"},
          False: {"de": "nicht vorab benannt (explorativ)", "en": "not named beforehand (exploratory)"}}
AXES = {  # what values of a scale are; metric values are those of the indicator itself
    "binary": {"de": "Anteil", "en": "share"},
    "ordinal": {"de": f"mittlerer Rang (50{NARROW}%: in der Mitte aller)",
                "en": "mean rank (50%: in the middle of all)"},
    "metric": {"de": "Mittelwert", "en": "mean"},
    "count": {"de": "Mittelwert je Person", "en": "mean per person"},
    "time": {"de": "Rate im Verhältnis zu allen Projekten (höher: früher)",
             "en": "rate relative to all projects (higher: sooner)"},
}
APART = 0.08  # share of an axis between two ticks, so that their numbers do not touch
RATES = np.array([0.0, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 25])  # ticks of the scale time


def verdict_word(letter: str, language: str) -> str:
    """Letter and words of a verdict.

    >>> verdict_word("A", "de")
    'A: trennt die Projekte'
    """
    return f"{letter}: {VERDICTS[letter][language]}"


def plain_word(letter: str, language: str) -> str:
    """Letter and words of a verdict before the gates, which alone tell A from B.

    >>> plain_word("A", "en"), plain_word("D", "en")
    ('A or B: separates', 'D: cannot be decided with these numbers')
    """
    before = {"de": "A oder B: trennt", "en": "A or B: separates"}
    return before[language] if letter == "A" else verdict_word(letter, language)


def verdict_handles(letters: object, language: str) -> list[Line2D]:
    """Entries of a legend for the verdicts before the gates that occur, A first."""
    return [Line2D([], [], linestyle="none", markersize=8, markeredgewidth=1.6, label=plain_word(letter, language),
                   **look) for letter, look in LOOKS.items() if letter in set(letters)]


def short_p(p: float, language: str) -> str:
    """A p value for a narrow field, without the letter.

    >>> short_p(0.0321, "de"), short_p(0.00002, "en")
    ('0,032', '< 0.001')
    """
    return p_value(p, language).removeprefix("p").lstrip(" =")


def rate_ratio(value: float) -> float:
    """The rate ratio r behind an estimate 2 (sqrt(r) - 1) of the scale time; below -2 there is none, so 0.

    >>> rate_ratio(0.0), rate_ratio(2.0), rate_ratio(-3.0)
    (1.0, 4.0, 0.0)
    """
    return max(1 + value / 2, 0.0) ** 2


def value_text(value: float, scale: str, language: str) -> str:
    """An estimate as a reader expects it on its scale.

    >>> value_text(0.253, "binary", "de"), value_text(5.3642, "metric", "de"), value_text(2.0, "time", "en")
    ('25\u202f%', '5,4', '4.0')
    """
    if scale in ("binary", "ordinal"):
        return percent(value, language)
    value = rate_ratio(value) if scale == "time" else value
    return number(value, language, 1 if 1 <= abs(value) < 100 else 0 if abs(value) >= 100 else 2)


def _apart(ticks: list[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """Ticks, ascending, of which none stands nearer to the one before than ``least``; 1 goes before its neighbour."""
    kept: list[tuple[float, float]] = []
    for place, rate in ticks:
        if not kept or place - kept[-1][0] >= least:
            kept.append((place, rate))
        elif rate == 1:
            kept[-1] = place, rate
    return kept


def value_axis(axis: Axis, scale: str, language: str) -> None:
    """Ticks of a scale: percent, numbers, or rate ratios at the places of 2 (sqrt(r) - 1)."""
    if scale == "time":
        low, high = sorted(axis.get_view_interval())
        shown = [(place, rate) for place, rate in zip(2 * (np.sqrt(RATES) - 1), RATES, strict=True)
                 if low <= place <= high]
        shown = _apart(shown, APART * (high - low))
        axis.set_ticks([place for place, _ in shown], [number(rate, language) for _, rate in shown])
        return
    axis.set_major_formatter((axis_percent if scale in ("binary", "ordinal") else axis_number)(language))


def quoted(label: str, language: str) -> str:
    """The name of an indicator in the quotation marks of its language.

    >>> quoted("Abbruch", "de"), quoted("dropout", "en")
    ('„Abbruch“', '“dropout”')
    """
    return f"„{label}“" if language == "de" else f"“{label}”"


def counted_verdicts(letters: list[str], language: str) -> str:
    """How often each verdict occurs, A first.

    >>> counted_verdicts(["D", "B", "D"], "en")
    '1 B, 2 D'
    """
    return ", ".join(f"{letters.count(letter)} {letter}" for letter in VERDICTS if letter in letters)
