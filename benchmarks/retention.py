"""Our retention estimates and their peers on the same rows in one run: seconds, ratios, agreement.

    python benchmarks/retention.py --sizes 1000 100000 1000000 10000000 --venv DIR [--r] [--out benchmarks]

``DIR`` is the peers' own environment, made from ``requirements.txt`` where it is absent. Without it only
ours and the floor run; ``--r`` adds R and its packages where they are installed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from report import written
from rows import FEW, WITH_COVARIATES, invented, write_rows

HERE = Path(__file__).resolve().parent
STEADY = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
          "PYTHONPATH": str(HERE.parent)}
CURVES = ("curves", "incidences", "logrank")
REGRESSIONS, RESAMPLING = ("cox", "fine_gray"), ("bootstrap", "permutation", "permuted_scores")
TOOLS = {
    "bincount": ("counts",),
    "bincount in chunks": ("counts",),
    "ours": ("counts", *CURVES, "gray", *REGRESSIONS, *RESAMPLING),
    "statsmodels": (*CURVES, "cox", "bootstrap", "permutation"),
    "scikit-survival": (*CURVES, "cox", "bootstrap", "permutation"),
    "lifelines": (*CURVES, "cox", "bootstrap", "permutation"),
    "R survival": (*CURVES, "cox", "bootstrap", "permutation"),
    "R cmprsk": ("gray", "fine_gray"),
    "R coin": ("permuted_scores",),
}
COLUMNS = ("task", "n", "tool", "version", "seconds", "first", "ratio", "repetitions", "load", "note")


def tasks_for(tool: str, n: int) -> tuple[str, ...]:
    """What a tool does with n rows: resampling for few, regression up to a million, the rest always."""
    if n == FEW:
        return tuple(task for task in TOOLS[tool] if task in RESAMPLING)
    left_out = RESAMPLING if n <= WITH_COVARIATES else RESAMPLING + REGRESSIONS
    return tuple(task for task in TOOLS[tool] if task not in left_out)


def command(tool: str, peers: Path | None, with_r: bool) -> list[str] | None:
    """How a tool is started; None if it is not asked for."""
    if tool.startswith("R "):
        return ["Rscript", str(HERE / "retention.R"), tool] if with_r and shutil.which("Rscript") else None
    if tool == "ours" or tool.startswith("bincount"):
        return [sys.executable, str(HERE / "measure.py"), tool]
    return [str(peers), str(HERE / "measure.py"), tool] if peers else None


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
    before = [row for row in known if (row["tool"], row["task"]) == (tool, task) and FEW < row["n"] < n]
    if before and before[-1]["note"].startswith("not started"):
        return before[-1]["note"]
    if before and before[-1]["note"].startswith(">"):
        return f"not started: {before[-1]['note']} with {before[-1]['n']:,} rows"
    if before and before[-1]["seconds"] * n / before[-1]["n"] > limit:
        return f"not started: {before[-1]['seconds']:.0f} s with {before[-1]['n']:,} rows"
    return None


def measured(call: list[str], tasks: tuple[str, ...], folder: Path, limit: float) -> Iterator[dict]:
    """Run a tool's tasks one after another; a line of its output is a result."""
    load = os.getloadavg()[0]
    process = subprocess.Popen([*call, str(folder), f"{limit:g}", *tasks], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env=os.environ | STEADY)
    for line in process.stdout:
        found = json.loads(line)
        yield {"seconds": float("nan"), "first": float("nan"), "repetitions": 0, "numbers": {}, "load": round(load, 1),
               "note": found.pop("failed", ""), **found}
        load = os.getloadavg()[0]
    process.wait()


def compared(sizes: list[int], peers: Path | None, with_r: bool, limit: float) -> pd.DataFrame:
    """All results, one row a task, size and tool."""
    known: list[dict] = []
    with tempfile.TemporaryDirectory() as scratch:
        for n in (FEW, *sizes):
            folder = Path(scratch) / str(n)
            write_rows(folder, invented(n))
            for tool in TOOLS:
                call = command(tool, peers, with_r)
                known += of_tool(known, tool, tasks_for(tool, n), call, n, folder, limit)
            shutil.rmtree(folder)
    return with_ratio(known)


def with_ratio(known: list[dict]) -> pd.DataFrame:
    """The results as a table, with the time of each as a multiple of ours."""
    results = pd.DataFrame(known)
    ours = results[results["tool"] == "ours"].set_index(["task", "n"])["seconds"]
    mine = pd.MultiIndex.from_frame(results[["task", "n"]])
    return results.assign(ratio=results["seconds"].to_numpy() / ours.reindex(mine).to_numpy())


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
    results += [_skipped(task, "ended without a result") for task in silent]
    print(f"n = {n:,}: {tool}", file=sys.stderr)
    return [{"n": n, "tool": tool, **result} for result in results]


def _skipped(task: str, reason: str) -> dict:
    nothing = dict.fromkeys(("seconds", "first", "load"), float("nan"))
    return {"task": task, **nothing, "repetitions": 0, "note": reason, "numbers": {}, "version": ""}


def main() -> None:
    """Read the command line, measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description="Retention estimates of ours and of the peers on the same rows.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000], help="numbers of rows")
    parser.add_argument("--venv", type=Path, help="folder of the peers' environment, made if absent")
    parser.add_argument("--r", action="store_true", help="R too, where it is installed")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a repetition is ended")
    parser.add_argument("--out", type=Path, help="folder for retention.csv and retention.md")
    given = parser.parse_args()
    results = compared(sorted(given.sizes), peers_python(given.venv), given.r, given.limit)
    text = written(results, TOOLS)
    print(text)
    if given.out:
        table = results.reindex(columns=COLUMNS).sort_values(["task", "n"], kind="stable")
        table.to_csv(given.out / "retention.csv", index=False, float_format="%.4g", lineterminator="\n")
        (given.out / "retention.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
