"""From folders of CSV files to a `Study` whose every row has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from rehapro_analysis.study.checking import check
from rehapro_analysis.study.folders import missing_projects, missing_table, table_files
from rehapro_analysis.study.origins import strictest
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.sheets import read_sheets
from rehapro_analysis.study.tables import TABLES


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """The tables of a study by name, checked once and trusted afterwards.

    Text is ``str``, an integer ``Int64``, a number ``float64``, a date ``datetime64``, a boolean
    ``boolean``, a set a frozenset; missing is missing, and an empty set an empty frozenset.
    """

    tables: Mapping[str, pd.DataFrame]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    def has(self, name: str) -> bool:
        """Whether the study has the table."""
        return name in self.tables

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table; `StudyError` if the study lacks it, KeyError if no study can have it."""
        if name not in self.tables:
            raise StudyError.of(
                f"This needs the table {TABLES[name].name} (a row is {TABLES[name].row}), which the study lacks.",
                missing_table(name),
            )
        return self.tables[name].copy(deep=False)

    def origin(self, *names: str) -> str:
        """The label that whatever is drawn from these tables carries; without names, from all.

        One synthetic row makes the whole synthetic, else one own row makes it own.
        """
        return strictest(origin for name in names or self.tables for origin in self.table(name)["origin"].unique())

    def overview(self) -> pd.DataFrame:
        """One row a table: table, rows, origin."""
        rows = [(name, len(frame), ", ".join(frame["origin"].unique())) for name, frame in self.tables.items()]
        return pd.DataFrame(rows, columns=["table", "rows", "origin"])

    def __repr__(self) -> str:
        return self.overview().to_string(index=False)

    def _repr_html_(self) -> str:
        return self.overview().to_html(index=False, border=0)


def read_study(*folders: str | Path) -> Study:
    """Read the CSV tables of all folders as one study; tables of the same name are concatenated.

    Nothing is repaired. `StudyError` lists every problem of every file: folders and files that
    cannot be read, columns, cells, keys, intervals, references, rows that contradict one another.
    Passed over are hidden files and notes (``.md``, ``.txt``) that are not named after a table. An
    empty cell is missing, an empty origin means own. Extra columns are numbers if every filled cell
    is one, else text.
    """
    problems: list[Problem] = []
    files = list(table_files([Path(folder) for folder in folders], problems))
    problems += missing_projects({file.table.name for file in files}, problems)
    frames, found = check(read_sheets(files))
    problems += found
    if problems:
        raise StudyError(sorted(problems, key=lambda problem: (problem.file, problem.row or 0)))
    return Study(frames)
