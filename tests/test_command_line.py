"""The command line as a user meets it."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest

from rehapro_analysis import __main__ as command
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.publishing import destination
from rehapro_analysis.publishing.destination import prepare
from rehapro_analysis.study import StudyError


def test_own_data_need_a_folder_of_their_own_for_the_output(capsys):
    assert command.main(["run", "--data", "data/own"]) == 1
    assert "--out DIR" in capsys.readouterr().err


def test_a_missing_folder_is_answered_with_one_line(tmp_path, capsys):
    assert command.main(["check", str(tmp_path / "nosuch")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path / 'nosuch'}: there is no such folder. Check where the study lies."]


def test_own_data_alone_are_answered_with_the_folder_to_add(tmp_path, capsys):
    (tmp_path / "episodes.csv").write_text("project,participant\nGesA,p1\n", "utf-8")
    assert command.main(["run", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "--data data/documented" in said and "StudyError" not in said
    assert not (tmp_path / "out").exists(), "nothing is made before the data are sound"


def test_a_notebook_that_stops_does_not_keep_the_others_from_being_written(tmp_path, capsys, monkeypatch):
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name, code in (("01_wrong", "1 / 0"), ("02_right", "1 + 1")):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        nbformat.write(notebook, notebooks / f"{name}.ipynb")
    monkeypatch.setattr(command, "chosen_paths", lambda stems: sorted(notebooks.glob("*.ipynb")))
    assert command.main(["run", "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr()
    assert "01_wrong.ipynb, code cell 1: ZeroDivisionError" in told.err and "1 notebook(s) stopped" in told.out
    assert [path.name for path in (tmp_path / "out" / "notebooks").iterdir()] == ["02_right.ipynb"]


def test_a_table_that_a_notebook_needs_is_asked_for_without_code(tmp_path, capsys, monkeypatch):
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    cell = nbformat.v4.new_code_cell("import rehapro_analysis as ra\n"
                                     "ra.read_study(*ra.data_folders()).table('facts')")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebooks / "01_needy.ipynb")
    monkeypatch.setattr(command, "chosen_paths", lambda stems: [notebooks / "01_needy.ipynb"])
    data = tmp_path / "data"
    data.mkdir()
    (data / "projects.csv").write_text("project,label,jobcenters\nGesA,GesA,Mainz\n", "utf-8")
    assert command.main(["run", "--data", str(data), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("01_needy.ipynb: This needs the table facts")
    assert "--data data/documented" in said
    assert "StudyError" not in said and "code cell" not in said


def test_what_the_documents_alone_answer_is_written_and_the_reason_stands_where_it_ends(tmp_path, capsys):
    out = tmp_path / "out"
    documents = str(REPOSITORY / "data" / "documented")
    assert command.main(["run", "04_retention", "--data", documents, "--out", str(out)]) == 1
    told = capsys.readouterr()
    assert "04_retention.ipynb: " in told.err and "1 notebook(s) stopped" in told.out
    notebook = nbformat.read(out / "notebooks" / "04_retention.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "documented staying and leaving" in str(code[0].outputs)
    assert code[1].outputs[-1]["text"].startswith("This needs the table episodes")
    assert all(not cell.outputs and cell.execution_count is None for cell in code[2:])
    assert "Traceback" not in str(notebook) and not list(out.rglob("*.partial"))


def test_git_passes_over_a_new_folder_of_results(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (prepare(tmp_path / "my_report") / "04_retention.ipynb").write_text("{}", "utf-8")
    said = subprocess.run(["git", "-C", tmp_path, "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert said.stdout == ""
    prepare(tmp_path / "my_report")  # a second run into the same folder


def test_a_folder_with_files_of_others_gets_no_file_of_ours(tmp_path):
    (tmp_path / "letter.txt").write_text("x", "utf-8")
    assert [path.name for path in prepare(tmp_path).iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("inside", ["notebooks", "data/own/out", "figures/de", "tests/x"])
def test_results_do_not_go_among_what_is_committed(inside, capsys):
    assert command.main(["run", "--out", str(REPOSITORY / inside), "--language", "de"]) == 1
    said = capsys.readouterr().err
    assert "belongs to the repository" in said and "--out my_report" in said


def test_the_repository_itself_is_no_folder_for_own_results():
    with pytest.raises(StudyError, match="The repository itself holds what is committed. Choose a new folder"):
        prepare(REPOSITORY)


def test_the_last_day_of_a_run_is_a_day_and_needs_a_folder(tmp_path, capsys):
    assert command.main(["run", "01_evidence", "--lock", "2022-06-30"]) == 1
    assert "The committed notebooks and figures stay as they are" in capsys.readouterr().err
    assert command.main(["run", "01_evidence", "--lock", "30.6.2022", "--out", str(tmp_path / "out")]) == 1
    assert "'30.6.2022' is no day that can be read. Write it as YYYY-MM-DD" in capsys.readouterr().err


def test_a_new_folder_in_the_repository_may_be_used_again(tmp_path, monkeypatch):
    monkeypatch.setattr(destination, "REPOSITORY", tmp_path)
    for folder in ("my_report", "my_report", "my_report/june"):
        assert prepare(tmp_path / folder).is_dir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("x", "utf-8")
    with pytest.raises(StudyError, match="would lie in notes"):
        prepare(tmp_path / "notes" / "b")


def test_a_file_in_the_way_of_the_results_is_named(tmp_path, capsys):
    (tmp_path / "report").write_text("x", "utf-8")
    assert command.main(["run", "--out", str(tmp_path / "report")]) == 1
    assert "report cannot be made or written to (File exists). Choose another one" in capsys.readouterr().err


def test_the_help_promises_only_what_there_is(capsys):
    done = subprocess.run([sys.executable, REPOSITORY / "run.py", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "notebooks and figures" in done.stdout and "report" not in done.stdout


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
    assert command.main(["run", "01_evidence", "--out", str(tmp_path), "--language", "de"]) == 0
    assert {path: path.read_bytes() for path in committed} == committed
    notebook = nbformat.read(tmp_path / "notebooks" / "01_evidence.ipynb", as_version=4)
    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "Was über 12 Projekte" in shown and "What is documented in numbers" not in shown
    assert (tmp_path / "figures" / "manifest.json").exists()
    assert (tmp_path / ".gitignore").read_text("utf-8") == "*\n"
