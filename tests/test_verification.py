"""A changed number is found and named; an unchanged study is identical."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest

from rehapro_analysis import __main__ as command
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.publishing import verification
from rehapro_analysis.publishing.manifest import differences
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
    assert "32" in said.split(" -> ")[0] and "<td" not in said
    assert "notebooks/02_partner_networks.ipynb: identical" in said


def test_cells_that_show_the_same_text_do_not_differ():
    cell = nbformat.v4.new_code_cell(
        "x", execution_count=1, outputs=[nbformat.v4.new_output("stream", name="stdout", text="15 places")])
    other = nbformat.v4.new_code_cell(
        "x", execution_count=1, outputs=[nbformat.v4.new_output("stream", name="stdout", text="16 places")])
    one, two = (nbformat.v4.new_notebook(cells=[which]) for which in (cell, other))
    assert verification.cell_differences(one, one) == []
    (sentence,) = verification.cell_differences(one, two)
    assert sentence == "code cell 1: 15 places -> 16 places"


def table_cell(plain: str, html: str):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", execution_count=1, outputs=[
        nbformat.v4.new_output("execute_result", data={"text/plain": plain, "text/html": html}, execution_count=1)])])


def test_a_changed_table_is_told_once_and_without_tags():
    one = table_cell("GesA  15\nPaN   20", "<tr><td>GesA</td><td>15</td></tr>\n<tr><td>PaN</td><td>20</td></tr>")
    two = table_cell("GesA  16\nPaN   20", "<tr><td>GesA</td><td>16</td></tr>\n<tr><td>PaN</td><td>20</td></tr>")
    assert verification.cell_differences(one, two) == ["code cell 1: GesA 15 -> GesA 16"]


def test_a_change_that_only_the_mark_up_shows_is_told_without_tags():
    one, two = (table_cell("...", f"<tr><td>GesA</td><td>{places}</td></tr>") for places in (15, 16))
    assert verification.cell_differences(one, two) == ["code cell 1: 15 -> 16"]
    bold = table_cell("...", "<tr><td>GesA</td><th>15</th></tr>")
    assert verification.cell_differences(one, bold) == ["code cell 1: the mark-up differs, no word"]


def test_a_changed_figure_is_told_with_the_old_and_the_new_words(tmp_path):
    entry = {"title": {"de": "Stand 2021"}, "alt": {"de": "Halle: 32 von 40"}, "fingerprint": {"de": "aa"}, "rows": 3}
    for folder, changes, places in (("a", {}, 32), ("b", {"alt": {"de": "Halle: 33 von 40"}, "rows": 4}, 33)):
        (tmp_path / folder / "de").mkdir(parents=True)
        (tmp_path / folder / "manifest.json").write_text(json.dumps({"stock": entry | changes}), "utf-8")
        picture = f'<svg><text x="1">Halle &amp; Umland</text><text>{places}</text></svg>'
        (tmp_path / folder / "de" / "stock.svg").write_text(picture, "utf-8")
    assert differences(tmp_path / "a", tmp_path / "b") == [
        "stock: alt (de): Halle: 32 von 40 -> Halle: 33 von 40", "stock: rows: 3 -> 4",
        "de/stock.svg: file bytes differ, 32 -> 33"]


def test_a_notebook_that_does_not_exist_is_not_verified_as_identical(capsys):
    assert command.main(["verify", "03_troughput"]) == 1
    said = capsys.readouterr()
    assert "There is no notebook 03_troughput." in said.err and "The nearest is 03_throughput." in said.err
    assert said.out == ""


def test_a_failing_cell_is_named_with_notebook_number_and_reason(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1"),
                                               nbformat.v4.new_code_cell("{}['places']")])
    nbformat.write(notebook, tmp_path / "09_broken.ipynb")
    with pytest.raises(NotebookError, match=r"09_broken\.ipynb, code cell 2: KeyError: 'places'"):
        execute(tmp_path / "09_broken.ipynb", settings={})
