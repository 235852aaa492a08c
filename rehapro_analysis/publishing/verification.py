"""Re-execute everything and say for each table, notebook and figure: identical, or what differs."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rehapro_analysis.paths import REPOSITORY, data_folders
from rehapro_analysis.publishing.manifest import differences
from rehapro_analysis.publishing.notebooks import NotebookError, execute, notebook_paths
from rehapro_analysis.study.recorded import changed

SHOWN_LINES = 6


def verify(stems: Collection[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Yield (what was compared, its differences) for the data, the notebooks and the figures.

    An empty list means identical. ``stems`` chooses notebooks (``"03_throughput"``), all if empty;
    the figures are compared only when all ran. The notebooks run into a temporary folder; nothing
    that is committed is touched. Pictures inside notebooks are compared by the fingerprint of what
    they draw, figure files by their bytes.
    """
    for folder in sorted({folder.parent for folder in data_folders()}):
        yield "data", changed(folder)
    with tempfile.TemporaryDirectory() as out:
        for path in notebook_paths():
            if not stems or path.stem in stems:
                yield f"notebooks/{path.name}", _notebook_differences(path, out)
        if not stems:
            yield "figures", differences(REPOSITORY / "figures", Path(out) / "figures")


def _notebook_differences(path: Path, out: str) -> list[str]:
    try:
        again = execute(path, settings={"REHAPRO_OUT": out})
    except NotebookError as error:
        return [str(error)]
    return cell_differences(nbformat.read(path, as_version=4), again)


def cell_differences(stored: NotebookNode, again: NotebookNode) -> list[str]:
    """What the code cells of ``again`` show other than those of ``stored``, a sentence a cell."""
    pairs = zip(_code_cells(stored), _code_cells(again), strict=True)
    return [
        f"code cell {number}: {_first_changes(shown(before), shown(after))}"
        for number, (before, after) in enumerate(pairs, start=1)
        if shown(before) != shown(after)
    ]


def shown(cell: NotebookNode) -> list[str]:
    """The text a code cell shows, line by line; pictures speak through alt text and fingerprint."""
    lines: list[str] = [f"[{cell.execution_count}]"]
    for output in cell.outputs:
        texts = [output.get("text", "")] + [
            str(content) for kind, content in sorted(output.get("data", {}).items()) if kind != "image/png"
        ]
        lines += "\n".join(texts).splitlines()
    return lines


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _first_changes(before: list[str], after: list[str]) -> str:
    changes = [
        line for line in difflib.unified_diff(before, after, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    more = f" ... and {len(changes) - SHOWN_LINES} more lines" if len(changes) > SHOWN_LINES else ""
    return "; ".join(changes[:SHOWN_LINES]) + more
