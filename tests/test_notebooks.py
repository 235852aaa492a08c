"""What nbval does not look at: unexecuted cells, stored errors, silent pictures."""

from __future__ import annotations

import nbformat
import pytest

from rehapro_analysis.publishing.notebooks import NOTEBOOKS, notebook_paths
from rehapro_analysis.publishing.verification import shown

PATHS = notebook_paths()


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS])
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def test_there_are_notebooks_and_each_carries_a_number():
    expected = {"01_evidence", "02_partner_networks", "03_throughput", "04_retention", "05_success_indicators"}
    assert expected <= {path.stem for path in PATHS}
    assert sorted(NOTEBOOKS.glob("*.ipynb")) == PATHS


def test_every_code_cell_is_committed_executed_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_error_and_nothing_on_stderr_is_stored(notebook):
    assert not [output for output in outputs(notebook) if output.output_type == "error"]
    assert not [output for output in outputs(notebook) if output.get("name") == "stderr"]


def test_every_picture_has_alt_text_and_a_fingerprint_in_words(notebook):
    for output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            assert len(output.metadata["image/png"]["alt"]) > 20
            assert "fingerprint" in output.data["text/plain"]


def test_notebooks_are_thin_essays(notebook):
    cells = code_cells(notebook)
    assert len(cells) <= 16
    assert max(len(cell.source.splitlines()) for cell in cells) <= 8
    assert not [cell for cell in cells if "def " in cell.source or "plt." in cell.source]
    assert len([cell for cell in notebook.cells if cell.cell_type == "markdown"]) >= len(cells)


def test_the_last_section_says_what_the_notebook_does_not_show(notebook):
    headings = [line for cell in notebook.cells if cell.cell_type == "markdown"
                for line in cell.source.splitlines() if line.startswith("## ")]
    assert headings[-1] == "## What this does not show"


def test_nothing_in_a_notebook_depends_on_the_machine(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    assert "version" not in notebook.metadata.get("language_info", {})
    assert not [cell for cell in notebook.cells if "execution" in cell.metadata]
    text = "\n".join(line for cell in code_cells(notebook) for line in shown(cell))
    assert not [trace for trace in ("/home/", "/Users/", "C:\\", " at 0x") if trace in text]
