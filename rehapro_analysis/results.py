"""What every analysis returns: one frozen result with a tidy table and its conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import pandas as pd

DIGITS = 4  # significant digits shown; nothing that is computed with is ever rounded
_HOST = re.compile(r"https?://([^/]+)/\S*")  # a reader needs the site; the whole address stays in the table


@dataclass(frozen=True)
class Result:
    """A tidy table together with what a reader must know to trust it.

    ``table`` holds unrounded numbers; ``method`` names the estimator; ``assumptions`` are whole
    sentences; ``n`` counts the rows or persons behind the table; ``origin`` is documented,
    synthetic or own; ``cells`` names the columns that count persons, for disclosure control.

    >>> result = Result(pd.DataFrame({"estimate": [2 / 3]}), "share", ("One project.",), 12, "documented")
    >>> print(result)
    share (documented, n = 12)
    estimate
      0.6667
    Assumes: One project.
    """

    table: pd.DataFrame
    method: str
    assumptions: tuple[str, ...]
    n: int
    origin: str
    cells: tuple[str, ...] = ()

    def shown(self) -> pd.DataFrame:
        """The table as people read it: ``DIGITS`` significant digits, missing cells empty, sites for addresses."""
        return self.table.map(_shown)

    def _heading(self) -> str:
        return f"{self.method} ({self.origin}, n = {self.n})"

    def __str__(self) -> str:
        lines = [self._heading(), self.shown().to_string(index=False)]
        return "\n".join(lines + [f"Assumes: {sentence}" for sentence in self.assumptions])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.assumptions)
        caption = f"<p><strong>{escape(self._heading())}</strong></p>"
        return caption + _html(self.table, self.shown()) + (f"<ul>{items}</ul>" if items else "")


def _html(table: pd.DataFrame, shown: pd.DataFrame) -> str:
    """The shown cells as an HTML table: numbers to the right, words to the left, sentences whole."""
    sides = ["right" if pd.api.types.is_numeric_dtype(kind) else "left" for kind in table.dtypes]

    def row(cells: Iterable[object], tag: str) -> str:
        written = (f'<{tag} style="text-align:{side}">{escape(str(cell))}</{tag}>'
                   for cell, side in zip(cells, sides, strict=True))
        return f"<tr>{''.join(written)}</tr>"

    body = "\n".join(row(cells, "td") for cells in shown.itertuples(index=False))
    return f"<table>\n<thead>{row(shown.columns, 'th')}</thead>\n<tbody>\n{body}\n</tbody></table>"


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value == round(value) or abs(value) >= 10**DIGITS else f"{value:.{DIGITS}g}"
    return _HOST.sub(r"\1/…", str(value))
