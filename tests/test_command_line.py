"""The command line as a user meets it."""

from __future__ import annotations

import nbformat

from rehapro_analysis import __main__ as command
from rehapro_analysis.paths import REPOSITORY


def test_own_data_need_a_folder_of_their_own_for_the_output(capsys):
    assert command.main(["run", "--data", "data/own"]) == 1
    assert "--out DIR" in capsys.readouterr().err


def test_checking_the_shipped_data_prints_the_tables(capsys):
    folders = [str(REPOSITORY / "data" / name) for name in ("documented", "synthetic")]
    assert command.main(["check", *folders]) == 0
    said = capsys.readouterr().out
    assert "facts" in said and "episodes" in said and "synthetic" in said


def test_checking_a_broken_folder_lists_its_problems(tmp_path, capsys):
    (tmp_path / "projects.csv").write_text("project;label\nA;B\n", "utf-8")
    assert command.main(["check", str(tmp_path)]) == 1
    assert "projects.csv" in capsys.readouterr().err


def test_a_german_run_into_a_folder_leaves_the_committed_notebooks_alone(tmp_path):
    committed = {path: path.read_bytes() for path in (REPOSITORY / "notebooks").glob("*.ipynb")}
    assert command.main(["run", "--out", str(tmp_path), "--language", "de"]) == 0
    assert {path: path.read_bytes() for path in committed} == committed
    notebook = nbformat.read(tmp_path / "notebooks" / "01_evidence.ipynb", as_version=4)
    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "Was über die zwölf Projekte" in shown and "What is documented in numbers" not in shown
    assert (tmp_path / "figures" / "manifest.json").exists()
