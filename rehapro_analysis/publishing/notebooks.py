"""Execute notebooks so that the same input gives the same bytes."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError, nearest

NOTEBOOKS = REPOSITORY / "notebooks"
SECONDS_PER_CELL = 600
KERNELS = 4  # at once, at most; each takes a few hundred megabytes

# What would otherwise differ from run to run or from machine to machine.
STEADY = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "ignore",
}


class NotebookError(RuntimeError):
    """A notebook stopped; the message names the notebook, the cell and the reason.

    ``answered`` is the notebook up to there, if it stopped because the data do not allow more.
    """

    def __init__(self, message: str, answered: NotebookNode | None = None) -> None:
        super().__init__(message)
        self.answered = answered


def notebook_paths(folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks of ``folder`` in the order of their numbers."""
    return sorted(folder.glob("[0-9]*.ipynb"))


def chosen_paths(stems: Collection[str], folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks called ``stems``, all if none is given; `StudyError` if there is no such notebook."""
    paths = {path.stem: path for path in notebook_paths(folder)}
    if unknown := [stem for stem in stems if stem not in paths]:
        like = nearest(unknown[0], paths)
        remedy = f"There are: {', '.join(paths)}." + (f" The nearest is {like}." if like else "")
        raise StudyError.of(f"There is no notebook {unknown[0]}.", remedy)
    return [path for stem, path in paths.items() if not stems or stem in stems]


def execute(path: Path, *, settings: dict[str, str]) -> NotebookNode:
    """Run one notebook in a fresh kernel and return it with its outputs.

    ``settings`` are environment variables of the kernel (``REHAPRO_DATA``, ``REHAPRO_OUT``,
    ``REHAPRO_LANGUAGE``). Raises `NotebookError` naming notebook and cell. The result holds no
    time, no path and no Python patch version, so that running again changes nothing.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    # The kernel's own log (ports, encryption hints) is no concern of the reader.
    with tempfile.TemporaryFile() as log:
        try:
            client.execute(env=os.environ | STEADY | settings, stderr=log)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise NotebookError(_failure(path, notebook, error), _answered(notebook)) from error
    return _steady(notebook)


def _steady(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata.get("language_info", {}).pop("version", None)
    return notebook


def _answered(notebook: NotebookNode) -> NotebookNode | None:
    """The notebook up to the cell that the study refused, which says why; None if it stopped for another reason."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stopped = [any(output.output_type == "error" for output in cell.outputs) for cell in code]
    if True not in stopped:
        return None
    place = stopped.index(True)
    last = code[place].outputs[-1]
    if last.get("ename") != StudyError.__name__:
        return None
    code[place].outputs[-1] = nbformat.v4.new_output("stream", name="stdout", text=f"{last.evalue}\n")
    for cell in code[place + 1:]:
        cell.outputs, cell.execution_count = [], None
    return _steady(notebook)


@dataclass(frozen=True)
class Execution:
    """A notebook that is being executed; its figures come to a folder of its own, ``out``."""

    path: Path
    out: Path
    future: Future

    def result(self) -> tuple[NotebookNode, float]:
        """The notebook with its outputs and the seconds it took, as soon as it is done; else `NotebookError`."""
        return self.future.result()


def executions(paths: Sequence[Path], settings: dict[str, str]) -> Iterator[Execution]:
    """Execute notebooks side by side, as many as there are processors, and yield them in their order.

    Each writes into a scratch folder of its own that lasts until all have been taken, so that none sees another's
    figures and one that fails leaves nothing behind.
    """
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(min(KERNELS, os.cpu_count() or 1)) as pool:
        begun = [Execution(path, out, pool.submit(_timed, path, settings | {"REHAPRO_OUT": str(out)}))
                 for path, out in ((path, Path(scratch) / path.stem) for path in paths)]
        try:
            yield from begun
        finally:
            pool.shutdown(cancel_futures=True)


def _timed(path: Path, settings: dict[str, str]) -> tuple[NotebookNode, float]:
    began = time.perf_counter()
    return execute(path, settings=settings), time.perf_counter() - began


def write(notebook: NotebookNode, path: Path) -> None:
    """Write ``notebook`` to a temporary name and rename it, so that no half-written file remains."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    nbformat.write(notebook, partial)
    os.replace(partial, path)


def _failure(path: Path, notebook: NotebookNode, error: Exception) -> str:
    """What a reader can act on: the study's own sentences alone, else cell and last line of the error."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        for output in cell.outputs:
            if output.output_type == "error" and output.ename == StudyError.__name__:
                return f"{path.name}: {output.evalue}"
            if output.output_type == "error":
                return f"{path.name}, code cell {number}: {output.ename}: {output.evalue}"
    if isinstance(error, CellTimeoutError):
        return f"{path.name}: a cell took longer than {SECONDS_PER_CELL} seconds."
    if isinstance(error, DeadKernelError):
        return f"{path.name}: the kernel stopped of itself, perhaps for want of memory."
    return f"{path.name}: {str(error).strip().splitlines()[-1]}"
