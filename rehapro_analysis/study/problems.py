"""What is wrong with a study: every problem with its place and its remedy, all at once.

A message may be copied into a mail or a log. It shows a value where the remedy needs it and nobody
can be known by it: never from `PERSON_COLUMNS` or `SENSITIVE_COLUMNS`, never from a column that is
not declared, and in a table about persons only if the text is plainly meant for its column (a day
in another writing, a decimal comma, a misspelt choice). Any other text there may be a pseudonym, a
name or a day of birth that slipped into the wrong column; the row number leads to it. A column in
which nothing fits is reported once, as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

# Columns that identify somebody. Their values never appear in a message; the row number does.
PERSON_KEYS = frozenset({"participant", "case", "person", "coach", "alter", "alter_a", "alter_b"})
PERSON_COLUMNS = PERSON_KEYS | {"respondent", "reported_by"}  # who reports may be a person; the row is about others
SENSITIVE_COLUMNS = frozenset({("measurements", "value")})

SHOWN_PER_KIND = 5


@dataclass(frozen=True)
class Problem:
    """One problem: where it is, what it is, what to do.

    ``row`` is the row a spreadsheet shows (the header is row 1) or None for the whole file;
    ``column`` and ``value`` are empty where they do not apply; ``message`` and ``remedy`` are
    sentences.

    >>> print(Problem("episodes.csv", 17, "left_on", "31.02.2022", "no such day.", "Write 2022-06-15."))
    episodes.csv row 17, column left_on, '31.02.2022': no such day. Write 2022-06-15.
    """

    file: str
    row: int | None
    column: str
    value: str
    message: str
    remedy: str

    @property
    def kind(self) -> str:
        """What problems of the same file and column have in common, whatever row or number they name."""
        return re.sub("[0-9]+", "0", self.message)

    @property
    def place(self) -> str:
        """File, row, column and value as far as they are known."""
        start = self.file if self.row is None else f"{self.file} row {self.row}"
        column = f", column {self.column}" if self.column else ""
        return start + column + (f", {self.value!r}" if self.value else "")

    def __str__(self) -> str:
        sentence = f"{self.message} {self.remedy}"
        return f"{self.place}: {sentence}" if self.place else sentence


class StudyError(ValueError):
    """A study cannot be used as it is; ``problems`` holds every reason.

    The text shows, of every file, column and kind of problem, the first five rows and counts the
    rest; if rows are left out, the last line gives the number of all problems.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, message: str, remedy: str) -> StudyError:
        """An error with a single problem that has no place in a file."""
        return cls([Problem("", None, "", "", message, remedy)])

    def __str__(self) -> str:
        groups: dict[tuple[str, str, str], list[Problem]] = {}
        for problem in self.problems:
            groups.setdefault((problem.file, problem.column, problem.kind), []).append(problem)
        lines = [line for _, alike in sorted(groups.items(), key=lambda group: group[0][0]) for line in _lines(alike)]
        hidden = any(len(alike) > SHOWN_PER_KIND for alike in groups.values())
        return "\n".join(lines + [f"{len(self.problems)} problems in all."] * hidden)


def nearest(value: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The name most like ``value``, whatever its case, or an empty text.

    >>> nearest("Particpant", ["project", "participant"])
    'participant'
    """
    folded = {name.casefold(): name for name in names}
    found = get_close_matches(value.strip().casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else ""


def _lines(alike: list[Problem]) -> list[str]:
    """The first problems of one kind, and how many rows more have it."""
    more = len(alike) - SHOWN_PER_KIND
    return [str(problem) for problem in alike[:SHOWN_PER_KIND]] + (
        [f"  ... and {more} more {'row' if more == 1 else 'rows'}"] if more > 0 else [])
