"""Our capacity simulation and its peers on the same people in one run: seconds, ratios, agreement.

    python benchmarks/capacity.py --replications 1 10 100 1000 --venv DIR [--out benchmarks]

``DIR`` is the peers' own environment, made from ``requirements.txt`` where it is absent; without it only ours and
a plain Python heap run.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
from report import written
from retention import COLUMNS, HERE, of_tool, peers_python, with_ratio
from simulators import PERSONS, TOOLS, drawn, write_people


def command(tool: str, peers: Path | None) -> list[str] | None:
    """How a tool is started; None if its environment is not asked for."""
    python = sys.executable if tool in ("ours", "heapq") else peers
    return [str(python), str(HERE / "simulators.py"), tool] if python else None


def compared(replications: list[int], peers: Path | None, limit: float) -> pd.DataFrame:
    """All results, one row a task, number of people and tool."""
    known: list[dict] = []
    with tempfile.TemporaryDirectory() as scratch:
        for count in replications:
            folder = Path(scratch) / str(count)
            write_people(folder, drawn(count))
            for tool, tasks in TOOLS.items():
                known += of_tool(known, tool, tuple(tasks), command(tool, peers), PERSONS * count, folder, limit)
            shutil.rmtree(folder)
    return with_ratio(known)


def main() -> None:
    """Read the command line, measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description="The capacity simulation of ours and of the peers on the same people.")
    parser.add_argument("--replications", type=int, nargs="+", default=[1, 100], help="of 2,000 people each")
    parser.add_argument("--venv", type=Path, help="folder of the peers' environment, made if absent")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a repetition is ended")
    parser.add_argument("--out", type=Path, help="folder for capacity.csv and capacity.md")
    given = parser.parse_args()
    results = compared(sorted(given.replications), peers_python(given.venv), given.limit)
    text = written(results, TOOLS, subject="Capacity")
    print(text)
    if given.out:
        table = results.reindex(columns=COLUMNS).sort_values(["task", "n"], kind="stable")
        table.to_csv(given.out / "capacity.csv", index=False, float_format="%.4g", lineterminator="\n")
        (given.out / "capacity.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
