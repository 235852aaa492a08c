"""Small cells: what a picture of persons does not show, because too few persons stand behind it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rehapro_analysis.figures.german import number

SMALL = 5  # counts below this are not shown


def watched(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a curve with at least five at risk: where fewer are watched, the curve ends."""
    return table[table["n_risk"] >= SMALL]


def count(n: float, language: str) -> str:
    """A count of persons as it may be shown.

    >>> count(1017.0, "de"), count(3, "de")
    ('1.017', '<5')
    """
    return f"<{SMALL}" if n < SMALL else number(n, language, 0)


def pooled(counts: Mapping[str, float], rest: str) -> list[str]:
    """The names to be shown together as ``rest``, so that no small count is shown or follows by subtraction.

    Small counts join the rest; if the rest is still small, the smallest of the others joins too.

    >>> pooled({"dropout": 20, "work": 9, "transfer": 3, "other": 1}, "other")
    ['other', 'transfer', 'work']
    >>> pooled({"dropout": 20, "work": 9}, "other")
    []
    """
    rising = sorted((name for name, n in counts.items() if n > 0 and name != rest),
                    key=lambda name: (counts[name], name))
    joined = [rest] if counts.get(rest, 0) > 0 else []
    small = [name for name in rising if counts[name] < SMALL]
    if not small and (not joined or counts[rest] >= SMALL):
        return []
    for name in rising:
        if counts[name] >= SMALL and sum(counts[one] for one in joined) >= SMALL:
            break
        joined.append(name)
    return joined
