"""The command of a benchmark whose tools are started alike: sizes, the peers' environment, R, where to write."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from report import written
from retention import COLUMNS, HERE, of_tool, peers_python, with_ratio


@dataclass(frozen=True)
class Benchmark:
    """``stem`` names its files: STEM.csv and STEM.md, STEM.R for tools called "R ...", ``script`` for all others.

    ``make(folder, n)`` writes the invented data of a size, which ``size`` explains.
    """

    stem: str
    script: str
    tools: dict[str, tuple[str, ...]]
    make: Callable[[Path, int], None]
    size: str
    sizes: tuple[int, ...]

    def main(self) -> None:
        """Read the command line, measure, print, and write where asked."""
        given = self._parser().parse_args()
        results = self.compared(sorted(given.sizes), peers_python(given.venv), given.r, given.limit)
        text = written(results, self.tools, subject=self.stem.capitalize())
        print(text)
        if given.out:
            table = results.reindex(columns=COLUMNS).sort_values(["task", "n"], kind="stable")
            table.to_csv(given.out / f"{self.stem}.csv", index=False, float_format="%.4g", lineterminator="\n")
            (given.out / f"{self.stem}.md").write_text(text + "\n", encoding="utf-8")

    def compared(self, sizes: list[int], peers: Path | None, with_r: bool, limit: float) -> pd.DataFrame:
        """All results, one row a task, size and tool."""
        known: list[dict] = []
        with tempfile.TemporaryDirectory() as scratch:
            for n in sizes:
                folder = Path(scratch) / str(n)
                self.make(folder, n)
                for tool, tasks in self.tools.items():
                    known += of_tool(known, tool, tasks, self._call(tool, peers, with_r), n, folder, limit)
        return with_ratio(known)

    def _call(self, tool: str, peers: Path | None, with_r: bool) -> list[str] | None:
        """How a tool is started; None if it is not asked for."""
        if tool.startswith("R "):
            return ["Rscript", str(HERE / f"{self.stem}.R"), tool] if with_r and shutil.which("Rscript") else None
        python = sys.executable if tool == "ours" else peers
        return [str(python), str(HERE / self.script), tool] if python else None

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(description=f"{self.stem.capitalize()}: ours and the peers on the same data.")
        parser.add_argument("--sizes", type=int, nargs="+", default=list(self.sizes), help=self.size)
        parser.add_argument("--venv", type=Path, help="folder of the peers' environment, made if absent")
        parser.add_argument("--r", action="store_true", help="R too, where it is installed")
        parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a repetition is ended")
        parser.add_argument("--out", type=Path, help=f"folder for {self.stem}.csv and {self.stem}.md")
        return parser
