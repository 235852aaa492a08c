"""What every analysis returns: one frozen result with a tidy table and its conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import isinf
from numbers import Number

import numpy as np
import pandas as pd

from rehapro_analysis import paths
from rehapro_analysis.numerals import number, p_value, percent, span
from rehapro_analysis.table_words import heading, word

DIGITS = 4  # significant digits shown; nothing that is computed with is ever rounded
READ_DIGITS = 3  # of them in a reading table
UNBROKEN = 12  # letters up to which the cells of a column stay on one line, so that no date is broken
_HOST = re.compile(r"https?://([^/]+)/\S*")  # a reader needs the site; the whole address stays in the table
_SINGULAR = {"people": "person", "quantities": "quantity"}
CODES = {"indicator", "other"}  # columns of the reader's own codes, which are no words
_SHARE = re.compile(r"(^|_)(share|chance)(_|$)")  # columns that say by their name that they are shares


@dataclass(frozen=True)
class Result:
    """A tidy table together with what a reader must know to trust it.

    ``table`` holds unrounded numbers; ``method`` names the estimator; ``assumptions`` are whole
    sentences; ``n`` counts the rows or persons behind the table and ``counted`` says what it counts;
    ``origin`` is documented, synthetic or own; ``cells`` names the columns that count persons, for
    disclosure control; ``shares`` names columns to be read in percent (those named share or chance are anyway).

    In a terminal columns keep their names; a notebook shows the `reading` table.

    >>> result = Result(pd.DataFrame({"estimate": [2 / 3]}), "share", ("One project.",), 12, "documented",
    ...                 counted="people", shares=("estimate",))
    >>> print(result)
    share (documented, n = 12 people)
    estimate
      0.6667
    Assumes: One project.
    >>> result.reading("de")
      Schätzung
    0      67\u202f%
    """

    table: pd.DataFrame
    method: str
    assumptions: tuple[str, ...]
    n: int
    origin: str
    cells: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    counted: str = ""

    def shown(self) -> pd.DataFrame:
        """The table under its own names: ``DIGITS`` significant digits, missing cells empty, sites for addresses."""
        return self.table.map(_shown)

    def reading(self, language: str | None = None) -> pd.DataFrame:
        """The table as people read it: headings and coded values in words, shares in percent, ranges in one column.

        Of a column in two languages (``label_de``, ``label_en``) the reader's is shown; ``x_low`` and ``x_high``
        become one range, ``lower`` and ``upper`` the limits. ``language`` is that of the run by default.
        """
        columns = list(self._read(language or paths.language()))
        return pd.DataFrame(dict(enumerate(texts for _, texts, _ in columns))).set_axis(
            [name for name, _, _ in columns], axis=1)

    def _read(self, language: str) -> Iterator[tuple[str, list[str], str]]:
        """Heading, texts and side of every column that is read."""
        table = self.table.rename(columns=str)
        for name in _columns_read(list(table.columns), language):
            base, texts = name.removesuffix(f"_{language}"), self._texts(table[name], language)
            if other := _other_end(name, table):
                base = "limits" if name == "lower" else name.removesuffix("low").rstrip("_") or "number"
                texts = [span(*ends, language) for ends in zip(texts, self._texts(table[other], language), strict=True)]
            numeric = pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])
            yield heading(base, language), texts, "right" if numeric else "left"

    def _texts(self, column: pd.Series, language: str) -> list[str]:
        share = column.name in self.shares or bool(_SHARE.search(column.name))
        return [_read_cell(value, column.name, share, language) for value in column]

    def _heading(self) -> str:
        one = _SINGULAR.get(self.counted, re.sub(r"s\b", "", self.counted, count=1))
        counted = one if self.n == 1 else self.counted
        return f"{self.method} ({self.origin}, {f'n = {self.n} {counted}'.rstrip()})"

    def __str__(self) -> str:
        lines = [self._heading(), self.shown().to_string(index=False)]
        return "\n".join(lines + [f"Assumes: {sentence}" for sentence in self.assumptions])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.assumptions)
        caption = f"<p><strong>{escape(self._heading())}</strong></p>"
        return caption + _html(list(self._read(paths.language()))) + (f"<ul>{items}</ul>" if items else "")


def _columns_read(names: list[str], language: str) -> list[str]:
    """Without the other language's columns, codes that have words beside them, and upper ends of ranges."""
    strange = "_de" if language == "en" else "_en"
    return [name for name in names if f"{name}_{language}" not in names
            and not (name.endswith(strange) and name.removesuffix(strange) + f"_{language}" in names)
            and not (name == "upper" and "lower" in names)
            and not (name.endswith("high") and name.removesuffix("high") + "low" in names)]


def _other_end(name: str, table: pd.DataFrame) -> str | None:
    """The column of the upper end, if ``name`` is a lower end."""
    other = "upper" if name == "lower" else name.removesuffix("low") + "high" if name.endswith("low") else ""
    return other if other in table.columns else None


def _html(columns: list[tuple[str, list[str], str]]) -> str:
    """Columns of text as an HTML table: numbers to the right, words to the left, short columns unbroken."""
    styles = [f"text-align:{side}{';white-space:nowrap' * (max(map(len, texts), default=0) <= UNBROKEN)}"
              for _, texts, side in columns]

    def row(cells: list[str], tag: str) -> str:
        written = (f'<{tag} style="{style if tag == "td" else style.split(";")[0]}">{escape(cell)}</{tag}>'
                   for cell, style in zip(cells, styles, strict=True))
        return f"<tr>{''.join(written)}</tr>"

    body = "\n".join(row(list(cells), "td") for cells in zip(*(texts for _, texts, _ in columns), strict=True))
    return f"<table>\n<thead>{row([name for name, _, _ in columns], 'th')}</thead>\n<tbody>\n{body}\n</tbody></table>"


def _read_cell(value: object, column: str, share: bool, language: str) -> str:
    if isinstance(value, bool | np.bool_):
        return word(bool(value), language)
    if not isinstance(value, Number) or value != value or column.endswith("year"):
        if not _is_plain(value):
            return _shown(value)
        return (value if column in CODES else word(value, language, column)).replace("|", ", ")
    if isinf(value):
        return "∞" if value > 0 else "−∞"
    if column in ("p_value", "p_adjusted"):
        return p_value(value, language).removeprefix("p").lstrip(" =")
    if column.startswith(("p_value", "p_any", "p_relevant", "p_equivalent")):  # also an end of a range
        return "1" if round(value, 9) == 1 else p_value(value, language).removeprefix("p").lstrip(" =")
    if share:
        return percent(value, language, 0 if 0.1 <= value <= 0.9 or value in (0, 1) else 1)  # finer near the ends
    return number(round(value) if abs(value) >= 1000 else float(f"{value:.{READ_DIGITS}g}"), language)


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and "://" not in value


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value % 1 == 0 or abs(value) >= 10**DIGITS else f"{value:.{DIGITS}g}"
    return _HOST.sub(r"\1/…", str(value))
