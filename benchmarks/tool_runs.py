"""Tools started on the same data one after another: what each took and found, or why there is nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
STEADY = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
          "PYTHONPATH": str(HERE.parent)}
COMPLAINTS = "complaints.txt"


def peers_python(venv: Path | None) -> Path | None:
    """The Python of the peers' environment, which is made if it is absent."""
    if venv is None:
        return None
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        install = ["-m", "pip", "install", "--quiet", "--requirement", str(HERE / "requirements.txt")]
        subprocess.run([str(python), *install], check=True)
    return python


def hopeless(known: list[dict], tool: str, task: str, n: int, limit: float) -> str | None:
    """Why a task is not even started: fewer rows took so long that n rows cannot stay below the limit."""
    before = [row for row in known if (row["tool"], row["task"]) == (tool, task) and row["n"] < n]
    if before and before[-1]["note"].startswith("not started"):
        return before[-1]["note"]
    if before and before[-1]["note"].startswith(">"):
        return f"not started: {before[-1]['note']} with {before[-1]['n']:,} rows"
    if before and before[-1]["seconds"] * n / before[-1]["n"] > limit:
        return f"not started: {before[-1]['seconds']:.0f} s with {before[-1]['n']:,} rows"
    return None


def measured(call: list[str], tasks: tuple[str, ...], folder: Path, limit: float) -> Iterator[dict]:
    """Run a tool's tasks one after another; a line of its output is a result, its complaints go to a file."""
    load = os.getloadavg()[0]
    with (folder / COMPLAINTS).open("w") as complaints:
        process = subprocess.Popen([*call, str(folder), f"{limit:g}", *tasks], stdout=subprocess.PIPE,
                                   stderr=complaints, text=True, env=os.environ | STEADY)
        for line in process.stdout:
            found = json.loads(line)
            yield {"seconds": float("nan"), "first": float("nan"), "repetitions": 0, "numbers": {},
                   "load": round(load, 1), "note": found.pop("failed", ""), **found}
            load = os.getloadavg()[0]
        process.wait()


def of_tool(known: list[dict], tool: str, tasks: tuple[str, ...], call: list[str] | None, n: int, folder: Path,
            limit: float) -> list[dict]:
    """What a tool does with n rows: results, or why there are none."""
    if call is None:
        reasons = dict.fromkeys(tasks, "not asked for or not installed")
    else:
        found = {task: hopeless(known, tool, task, n, limit) for task in tasks}
        reasons = {task: reason for task, reason in found.items() if reason}
    rest = tuple(task for task in tasks if task not in reasons)
    results = [_skipped(task, reason) for task, reason in reasons.items()]
    results += measured(call, rest, folder, limit) if rest else []
    silent = set(rest) - {result["task"] for result in results}
    results += [_skipped(task, f"ended without a result: {_last_words(folder)}") for task in silent]
    print(f"n = {n:,}: {tool}", file=sys.stderr)
    return [{"n": n, "tool": tool, **result} for result in results]


def with_ratio(known: list[dict]) -> pd.DataFrame:
    """The results as a table, with the time of each as a multiple of ours."""
    results = pd.DataFrame(known)
    ours = results[results["tool"] == "ours"].set_index(["task", "n"])["seconds"]
    mine = pd.MultiIndex.from_frame(results[["task", "n"]])
    return results.assign(ratio=results["seconds"].to_numpy() / ours.reindex(mine).to_numpy())


def _last_words(folder: Path) -> str:
    """The last line a tool complained with, which in Python and R names the error."""
    lines = (folder / COMPLAINTS).read_text(errors="replace").split("\n")
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "it did not say why")


def _skipped(task: str, reason: str) -> dict:
    nothing = dict.fromkeys(("seconds", "first", "load"), float("nan"))
    return {"task": task, **nothing, "repetitions": 0, "note": reason, "numbers": {}, "version": ""}
