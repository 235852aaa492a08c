"""Re-execute everything and say for each table, notebook and figure: identical, or what differs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from rehapro_analysis.paths import REPOSITORY, data_folders
from rehapro_analysis.publishing.manifest import FIGURES, differences, gather
from rehapro_analysis.publishing.notebooks import Execution, NotebookError, chosen_paths, executions
from rehapro_analysis.publishing.wording import line_changes
from rehapro_analysis.study.recorded import changed

_BETWEEN_TAGS = re.compile(r"(?:<[^>]*>|\s*\n)+")


def verify(stems: Collection[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Yield (what was compared, its differences) for the data, the notebooks and the figures.

    An empty list means identical. ``stems`` chooses notebooks (``"03_throughput"``), all if empty;
    the figures are compared only when all ran. The notebooks run into a temporary folder; nothing
    that is committed is touched. Pictures inside notebooks are compared by the fingerprint of what
    they draw, figure files by their bytes.
    """
    chosen = chosen_paths(stems)
    for folder in sorted({folder.parent for folder in data_folders()}):
        yield "data", changed(folder)
    with tempfile.TemporaryDirectory() as figures:
        for one in executions(chosen, {}):
            yield f"notebooks/{one.path.name}", _notebook_differences(one)
            gather(one.out / FIGURES, Path(figures))
        if not stems:
            yield "figures", differences(REPOSITORY / FIGURES, Path(figures))


def _notebook_differences(one: Execution) -> list[str]:
    try:
        again, _ = one.result()
    except NotebookError as error:
        return [str(error)]
    return cell_differences(nbformat.read(one.path, as_version=4), again)


def cell_differences(stored: NotebookNode, again: NotebookNode) -> list[str]:
    """What the code cells of ``again`` show other than those of ``stored``, a sentence a cell."""
    pairs = zip(_code_cells(stored), _code_cells(again), strict=True)
    return [
        f"code cell {number}: " + (line_changes(readable(before), readable(after)) or _markup_changes(before, after))
        for number, (before, after) in enumerate(pairs, start=1)
        if shown(before) != shown(after)
    ]


def shown(cell: NotebookNode) -> list[str]:
    """All text of a code cell's outputs; pictures speak through alt text and fingerprint."""
    return [f"[{cell.execution_count}]", *_texts(cell, lambda kind: kind != "image/png")]


def readable(cell: NotebookNode) -> list[str]:
    """The lines a reader sees, without mark-up."""
    return [f"[{cell.execution_count}]", *_texts(cell, lambda kind: kind == "text/plain")]


def _markup_changes(*cells: NotebookNode) -> str:
    """What changed between the tags, for outputs whose plain text is the same."""
    texts = ("\n".join(_texts(cell, lambda kind: kind not in ("text/plain", "image/png"))) for cell in cells)
    return line_changes(*(_BETWEEN_TAGS.split(text) for text in texts)) or "the mark-up differs, no word"


def _texts(cell: NotebookNode, wanted: Callable[[str], bool]) -> list[str]:
    lines: list[str] = []
    for output in cell.outputs:
        contents = [content for kind, content in sorted(output.get("data", {}).items()) if wanted(kind)]
        lines += "\n".join(map(str, [output.get("text", ""), *contents])).splitlines()
    return lines


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
