"""What a table declaration consists of: columns, references and the table itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: ``kind`` is text, key, integer, number, date, boolean, choice or set.

    ``allowed`` lists the values of a choice or the members of a set (written ``II|V``);
    ``unit`` names what a number counts; ``low`` and ``high`` bound it, both inclusive.
    A column that is not ``required`` may be absent or have empty cells.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None


def key_column(name: str, meaning: str) -> Column:
    """A column that names something: text, required."""
    return Column(name, "key", meaning, required=True)


def date_column(name: str, meaning: str, required: bool = False) -> Column:
    """A column of days."""
    return Column(name, "date", meaning, required=required)


def text_column(name: str, meaning: str, required: bool = False) -> Column:
    """A column of free text."""
    return Column(name, "text", meaning, required=required)


def choice_column(name: str, meaning: str, allowed: tuple[str, ...], required: bool = False) -> Column:
    """A column whose cells are one of ``allowed``."""
    return Column(name, "choice", meaning, required=required, allowed=allowed)


@dataclass(frozen=True)
class Reference:
    """``columns`` of this table name a row of ``table`` by its ``targets``.

    A row with an empty cell among ``columns`` refers to nothing and is not checked. Nor is, where ``of_others``, a
    documented row: what documents say may concern what a study does not hold.
    """

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    of_others: bool = False


@dataclass(frozen=True)
class Table:
    """A table: what one row is, its columns, its key, its references, its ordered pairs.

    ``ordered`` holds pairs (earlier, later) of columns: where both cells are filled, the
    first must not exceed the second. ``strict`` pairs must not be equal either. ``extra``
    allows further columns, which are read as text or number as they come. Columns of the ``header`` must
    stand there although their cells may be empty: without them it would seem that nothing had happened.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    strict: tuple[tuple[str, str], ...] = ()
    extra: bool = False
    header: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column called ``name``; KeyError if the table has none."""
        return {column.name: column for column in self.columns}[name]
