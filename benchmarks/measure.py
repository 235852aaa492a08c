"""Measure one tool on one folder of rows: ``measure.py TOOL FOLDER LIMIT TASK...``, one JSON line a task.

The rows are loaded once; every repetition is a process of its own, forked after loading, that first
works on a few rows (so that late imports do not count) and then on all of them: once, and again while
little time was spent, because a first short call pays for memory that the fork shares, not for work.
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from collections.abc import Callable, Iterable
from importlib.metadata import version
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

from rows import Rows, read_rows

REPETITIONS, ENOUGH = 3, 30.0  # no further repetition once so many seconds were spent
SETTLED = 0.25  # seconds of calls in a process after which it makes no further one
WARM_ROWS, WARM_REPLICATES = 300, 2


def tasks_of(tool: str) -> dict:
    """The tasks a tool has."""
    if tool == "ours" or tool.startswith("bincount"):
        import ours
        return ours.TOOLS[tool]
    import peers
    return peers.TOOLS[tool]()


def version_of(tool: str) -> str:
    """The version of the package behind a tool."""
    package = "numpy" if tool.startswith("bincount") else {"ours": "rehapro-analysis"}.get(tool, tool)
    return version(package)


def measured(task, rows: Rows, limit: float) -> dict:
    """Median seconds, those of first calls, repetitions and numbers of a task, or why there are none."""
    every, numbers = [], {}
    while len(every) < REPETITIONS and sum(map(sum, every)) < ENOUGH:
        found = _alone(task, rows, limit)
        if "failed" in found:
            return found
        every.append(found["calls"])
        numbers = found["numbers"]
    return {"seconds": statistics.median(statistics.median(calls) for calls in every),
            "first": statistics.median(calls[0] for calls in every), "repetitions": len(every), "numbers": numbers}


def _alone(task, rows: Rows, limit: float) -> dict:
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(task, rows, there))
    process.start()
    there.close()
    try:
        found = here.recv() if here.poll(limit) else {"failed": f"> {limit:g} s"}
    except EOFError:
        found = {"failed": "ended without a result (memory?)"}
    process.kill()
    process.join()
    return found


def _work(task, rows: Rows, there: Connection) -> None:
    try:
        task(rows.head(WARM_ROWS, WARM_REPLICATES))
        calls = []
        while sum(calls) < SETTLED:
            started = perf_counter()
            numbers = task(rows)
            calls.append(perf_counter() - started)
        there.send({"calls": calls, "numbers": numbers()})
    except Exception as error:  # whatever a tool raises is its result
        there.send({"failed": f"{type(error).__name__}: {error}"[:200]})


def report_lines(names: Iterable[str], task_of: Callable[[str], Callable], data: object, limit: str,
                 of_version: str) -> None:
    """Measure the tasks of these names and print one JSON line each."""
    for name in names:
        found = measured(task_of(name), data, float(limit))
        print(json.dumps({"task": name, "version": of_version, **found}), flush=True)


def main(tool: str, folder: str, limit: str, *names: str) -> None:
    """Print one JSON line a task."""
    warnings.simplefilter("ignore")  # ties, convergence: what they lead to is named in the report
    tasks, rows = tasks_of(tool), read_rows(Path(folder))
    _ = rows.frame, rows.left  # made outside the clock
    report_lines(names, tasks.__getitem__, rows, limit, version_of(tool))


if __name__ == "__main__":
    main(*sys.argv[1:])
