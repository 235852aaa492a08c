"""What is wrong with a study: every problem with its place and its remedy, all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from operator import attrgetter

# Columns that hold a pseudonym. Their values never appear in a message; the row number does.
PERSON_COLUMNS = frozenset({"participant", "case", "person", "coach", "alter", "alter_a", "alter_b"})

SHOWN_PER_FILE = 20


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

    The text shows at most 20 problems a file, every column among them, and counts the rest.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, message: str, remedy: str) -> StudyError:
        """An error with a single problem that has no place in a file."""
        return cls([Problem("", None, "", "", message, remedy)])

    def __str__(self) -> str:
        file = attrgetter("file")
        by_file = groupby(sorted(self.problems, key=file), key=file)
        return "\n".join(line for _, problems in by_file for line in _lines(list(problems)))


def nearest(value: str, names: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The name most like ``value``, whatever its case, or an empty text.

    >>> nearest("Particpant", ["project", "participant"])
    'participant'
    """
    folded = {name.casefold(): name for name in names}
    found = get_close_matches(value.strip().casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else ""


def _lines(problems: list[Problem]) -> list[str]:
    """The problems of one file: the first of every column before the second of any."""
    seen: Counter[str] = Counter()
    ranks = []
    for position, problem in enumerate(problems):
        ranks.append((seen[problem.column], position))
        seen[problem.column] += 1
    shown = [problems[position] for position in sorted(place for _, place in sorted(ranks)[:SHOWN_PER_FILE])]
    hidden = seen - Counter(problem.column for problem in shown)
    return [str(problem) for problem in shown] + [
        f"{problems[0].file}" + (f", column {column}" if column else "") + f": ... and {count} more of this kind"
        for column, count in hidden.items()
    ]
