"""Our network tests and their peers on the same networks in one run: seconds, ratios, agreement.

    python benchmarks/networks.py --actors 20 40 60 --venv DIR [--r] [--out benchmarks]

``DIR`` is the peers' own environment, made from ``requirements.txt`` where it is absent; without it only ours
runs. ``--r`` adds R's sna where it is installed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
from network_tools import TOOLS, drawn, write_network
from report import written
from retention import COLUMNS, HERE, of_tool, peers_python, with_ratio


def command(tool: str, peers: Path | None, with_r: bool) -> list[str] | None:
    """How a tool is started; None if it is not asked for."""
    if tool.startswith("R "):
        return ["Rscript", str(HERE / "networks.R"), tool] if with_r and shutil.which("Rscript") else None
    python = sys.executable if tool == "ours" else peers
    return [str(python), str(HERE / "network_tools.py"), tool] if python else None


def compared(sizes: list[int], peers: Path | None, with_r: bool, limit: float) -> pd.DataFrame:
    """All results, one row a task, number of actors and tool."""
    known: list[dict] = []
    with tempfile.TemporaryDirectory() as scratch:
        for n in sizes:
            folder = Path(scratch) / str(n)
            write_network(folder, drawn(n))
            for tool, tasks in TOOLS.items():
                known += of_tool(known, tool, tasks, command(tool, peers, with_r), n, folder, limit)
    return with_ratio(known)


def main() -> None:
    """Read the command line, measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description="Network tests of ours and of the peers on the same networks.")
    parser.add_argument("--actors", type=int, nargs="+", default=[40], help="numbers of actors, three ties each")
    parser.add_argument("--venv", type=Path, help="folder of the peers' environment, made if absent")
    parser.add_argument("--r", action="store_true", help="R's sna too, where it is installed")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a repetition is ended")
    parser.add_argument("--out", type=Path, help="folder for networks.csv and networks.md")
    given = parser.parse_args()
    results = compared(sorted(given.actors), peers_python(given.venv), given.r, given.limit)
    text = written(results, TOOLS, subject="Networks")
    print(text)
    if given.out:
        table = results.reindex(columns=COLUMNS).sort_values(["task", "n"], kind="stable")
        table.to_csv(given.out / "networks.csv", index=False, float_format="%.4g", lineterminator="\n")
        (given.out / "networks.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
