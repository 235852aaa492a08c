"""A changed number is found and named; an unchanged study is identical."""

from __future__ import annotations

import shutil

import nbformat
import pytest

from rehapro_analysis import __main__ as command
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.publishing import verification
from rehapro_analysis.publishing.notebooks import NotebookError, execute


@pytest.fixture
def changed_data(tmp_path, monkeypatch):
    """A copy of the data in which Halle has 33 participants instead of 32."""
    data = tmp_path / "data"
    shutil.copytree(REPOSITORY / "data", data, ignore=shutil.ignore_patterns("own"))
    facts = data / "documented" / "facts.csv"
    before = facts.read_text("utf-8")
    after = before.replace("GehVor,participants_current,32,32", "GehVor,participants_current,33,33")
    assert after != before
    facts.write_text(after, "utf-8")
    folders = f"{data / 'documented'}{':' if ':' not in str(data) else ';'}{data / 'synthetic'}"
    monkeypatch.setenv("REHAPRO_DATA", folders)
    return data


def test_the_committed_study_verifies_as_identical(capsys):
    assert command.main(["verify"]) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert lines and all(line.endswith(": identical") for line in lines)


def test_a_changed_documented_number_fails_verification_and_is_named(changed_data, capsys):
    assert command.main(["verify", "02_partner_networks", "03_throughput"]) == 1
    said = capsys.readouterr().out
    assert "data: differs" in said and "GehVor | participants_current" in said
    assert "notebooks/03_throughput.ipynb: differs" in said and "code cell" in said
    assert "notebooks/02_partner_networks.ipynb: identical" in said


def test_cells_that_show_the_same_text_do_not_differ():
    cell = nbformat.v4.new_code_cell(
        "x", execution_count=1, outputs=[nbformat.v4.new_output("stream", name="stdout", text="15 places")])
    other = nbformat.v4.new_code_cell(
        "x", execution_count=1, outputs=[nbformat.v4.new_output("stream", name="stdout", text="16 places")])
    one, two = (nbformat.v4.new_notebook(cells=[which]) for which in (cell, other))
    assert verification.cell_differences(one, one) == []
    (sentence,) = verification.cell_differences(one, two)
    assert "code cell 1" in sentence and "-15 places" in sentence and "+16 places" in sentence


def test_a_failing_cell_is_named_with_notebook_number_and_reason(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1"),
                                               nbformat.v4.new_code_cell("{}['places']")])
    nbformat.write(notebook, tmp_path / "09_broken.ipynb")
    with pytest.raises(NotebookError, match=r"09_broken\.ipynb, code cell 2: KeyError: 'places'"):
        execute(tmp_path / "09_broken.ipynb", settings={})
