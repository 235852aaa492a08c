"""How a change of text is told: the old words beside the new ones."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

SHOWN_CHANGES = 6
AROUND = 3  # words that stay, shown on either side of those that change


def line_changes(before: Sequence[str], after: Sequence[str]) -> str:
    """The lines that changed, old -> new, the first six; empty if none did.

    >>> line_changes(["stock", "GesA  15 places"], ["stock", "GesA  16 places"])
    'GesA 15 places -> GesA 16 places'
    >>> line_changes(["a"], ["a", "b"])
    'new: b'
    """
    old, new = ([" ".join(line.split()) for line in lines] for lines in (before, after))
    changes = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            changes += [_told(*pair) for pair in zip_longest(old[i:j], new[k:m])]
    more = f"; and {len(changes) - SHOWN_CHANGES} more" if len(changes) > SHOWN_CHANGES else ""
    return "; ".join(changes[:SHOWN_CHANGES]) + more


def _told(before: str | None, after: str | None) -> str:
    if before is None:
        return f"new: {after}"
    return f"gone: {before}" if after is None else word_changes(before, after)


def word_changes(before: str, after: str) -> str:
    """Old -> new, as far as the words differ, with three words around.

    >>> word_changes("in Halle there are 32 who take part so far", "in Halle there are 33 who take part so far")
    '... Halle there are 32 who take part ... -> ... Halle there are 33 who take part ...'
    """
    old, new = before.split(), after.split()
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    end = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    return " -> ".join(_around(words, start, len(words) - end) for words in (old, new))


def _around(words: list[str], start: int, end: int) -> str:
    first, last = max(0, start - AROUND), end + AROUND
    return " ".join(["..."] * (first > 0) + words[first:last] + ["..."] * (last < len(words)))
