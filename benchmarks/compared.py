"""The command of every benchmark: sizes, the peers' environment, R, where to write."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from report import written
from tool_runs import HERE, of_tool, peers_python, with_ratio

COLUMNS = ("task", "n", "tool", "version", "seconds", "first", "ratio", "repetitions", "load", "note")
R = "R "  # the name of a tool of R begins so


@dataclass(frozen=True)
class Benchmark:
    """``stem`` names its files: STEM.csv and STEM.md, STEM.R for tools of R, ``script`` for all others.

    ``make(folder, size)`` writes the invented data of a size, which ``help`` explains and ``option`` names;
    its data have ``each`` rows times the size. ``always`` are sizes that nobody need ask for. ``here`` are the tools
    that need no environment of their own. ``left_out(n)`` are the tasks that are not for n rows.
    """

    stem: str
    script: str
    tools: Mapping[str, Collection[str]]
    make: Callable[[Path, int], None]
    help: str
    sizes: tuple[int, ...]
    option: str = "sizes"
    each: int = 1
    always: tuple[int, ...] = ()
    here: tuple[str, ...] = ("ours",)
    left_out: Callable[[int], Collection[str]] = lambda n: ()

    def main(self) -> None:
        """Read the command line, measure, print, and write where asked."""
        given = self._parser().parse_args()
        if given.out:  # before hours of measuring, not after them
            given.out.mkdir(parents=True, exist_ok=True)
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
            for size in (*self.always, *sizes):
                folder, n = Path(scratch) / str(size), size * self.each
                self.make(folder, size)
                for tool, tasks in self.tools.items():
                    wanted = tuple(task for task in tasks if task not in self.left_out(n))
                    known += of_tool(known, tool, wanted, self._call(tool, peers, with_r), n, folder, limit)
                shutil.rmtree(folder)
        return with_ratio(known)

    def _call(self, tool: str, peers: Path | None, with_r: bool) -> list[str] | None:
        """How a tool is started; None if it is not asked for."""
        if tool.startswith(R):
            return ["Rscript", str(HERE / f"{self.stem}.R"), tool] if with_r and shutil.which("Rscript") else None
        python = sys.executable if tool in self.here else peers
        return [str(python), str(HERE / self.script), tool] if python else None

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(description=f"{self.stem.capitalize()}: ours and the peers on the same data.")
        parser.add_argument(f"--{self.option}", dest="sizes", type=int, nargs="+", default=list(self.sizes),
                            help=self.help)
        parser.add_argument("--venv", type=Path, help="folder of the peers' environment, made if absent")
        parser.add_argument("--r", action="store_true", help="R too, where it is installed and has such a tool")
        parser.add_argument("--limit", type=float, default=120.0, help="seconds after which a repetition is ended")
        parser.add_argument("--out", type=Path, help=f"folder for {self.stem}.csv and {self.stem}.md")
        return parser
