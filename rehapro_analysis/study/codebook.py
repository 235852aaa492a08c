"""The codebook of a study, drawn from the declaration of its tables."""

from __future__ import annotations

from rehapro_analysis.study.schema import Column, Table
from rehapro_analysis.study.tables import TABLES

_OPENING = """# Codebook

A study is one or more folders; a table is a file named after it, such as `episodes.csv`. Only `projects` is required.
Files are CSV in UTF-8 with commas; dates are written 2022-06-15; sets are written `II|V`; intervals are half-open and
an empty end means still open. This page is drawn from the declaration in `rehapro_analysis/study/tables.py`; a test
keeps both in step. Check your own folder with `python -m rehapro_analysis check data/own`.
"""


def codebook() -> str:
    """The whole codebook as Markdown: every table with its columns, key and references."""
    return "\n".join([_OPENING, *(_described(table) for table in TABLES.values())])


def _described(table: Table) -> str:
    lines = [f"## {table.name}", "", f"One row is {table.row}. Key: {', '.join(table.key)}.", "",
             "| column | kind | required | meaning |", "|---|---|---|---|"]
    lines += [_row(column, column.name in table.header) for column in table.columns]
    lines += [""] + [f"`{', '.join(reference.columns)}` must name a row of `{reference.table}`. "
                     for reference in table.references]
    lines += [f"`{earlier}` must not be after `{later}`." for earlier, later in table.ordered + table.strict]
    lines += ["Further columns are allowed."] if table.extra else []
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _row(column: Column, in_header: bool) -> str:
    told = {"at least": column.low, "at most": column.high, "in": column.unit, "one of:": ", ".join(column.allowed)}
    details = [column.meaning, *(f"{words} {value}" for words, value in told.items() if value not in (None, ""))]
    needed = "yes" if column.required else "the column" if in_header else ""
    return f"| {column.name} | {column.kind} | {needed} | {'; '.join(details)} |"
