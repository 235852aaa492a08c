"""The codebook says what the declaration says."""

from __future__ import annotations

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import TABLES
from rehapro_analysis.study.codebook import codebook


def test_the_committed_codebook_is_drawn_from_the_declaration():
    assert (REPOSITORY / "data" / "CODEBOOK.md").read_text("utf-8") == codebook()


def test_every_table_and_every_column_stands_in_it_with_its_meaning():
    text = codebook()
    for table in TABLES.values():
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert column.meaning in text
