"""The benchmark as text: seconds and ratios by task, and whether tools that report the same number agree."""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
import pandas as pd

TITLES = {
    "counts": "Counting rows by group, day and cause (floor: one bincount over the known grid)",
    "curves": "Kaplan-Meier in 12 groups with standard errors or limits",
    "incidences": "Aalen-Johansen, 4 causes in 12 groups, with variance",
    "logrank": "Log-rank test of 12 groups",
    "gray": "Gray's test of 12 groups, 4 causes (cuminc: curves included)",
    "cox": "Cox regression, 5 covariates, Efron",
    "fine_gray": "Fine-Gray regression, 5 covariates, one cause",
    "bootstrap": "2,000 bootstrap Kaplan-Meier curves of 500 rows (ours: with the band)",
    "permutation": "2,000 permutations of the log-rank test, 500 rows in 12 groups, variance anew each time",
    "permuted_scores": "2,000 permutations of the log-rank scores, 500 rows in 12 groups, one variance for all",
    "starts": "When n people start, 2,000 a replication, 60 places: people given, replications all at once or in turn",
    "answer": "The whole answer: people drawn, served, ten measures with intervals (no peer has it)",
    "degree_nulls": "1,000 degree-preserving networks of n actors, transitivity and betweenness of each",
    "edge_nulls": "1,000 directed networks with as many ties, transitivity and reciprocity of each",
    "qap": "QAP correlation, 1,000 permutations",
    "mrqap": "MRQAP (double semi-partialling) with two predictors, 1,000 permutations",
    "coach_blocks": "12 indicators in 12 projects, 9,999 relabelings of whole coaches (no peer has it)",
    "people": "12 indicators in 12 projects, 9,999 relabelings of people",
    "brokerage": "Gould-Fernandez brokerage of every actor, 1,000 permutations of the groups",
}
TOLERANCE = 1e-9
STANDING = {  # what each tool leaves out, so that ratios are read with care
    "statsmodels": "Kaplan-Meier without limits",
    "scikit-survival": "resampled curves without limits, Cox without standard errors",
    "heapq": "serves one queue with a fixed number of places and nothing else",
    "simpy": "general simulator of processes, runs one replication after another",
    "ciw": "general simulator of queueing networks, keeps a full record of every person",
    "networkx": "counts successful switches, so its networks are not equally likely; transitivity without direction",
    "igraph": "counts trials of switching as ours does; transitivity without direction",
    "scipy": "the same statistic, vectorised over relabelings",
    "R sna": "no degree-preserving networks; p without the observed network",
}
KNOWN = {  # defects of peers that make numbers differ
    ("incidences", "lifelines"): "breaks tied days by random jitter",
    ("cox", "lifelines"): "its default stopping rule leaves about 1e-7",
    ("gray", "R cmprsk"): "its statistic explodes above about 4 million rows, without a warning",
    ("fine_gray", "R cmprsk"): "crr stops early by default; with gtol = 1e-9 it gives ours",
    ("cox", "R survival"): "its default stopping rule leaves about 1e-9; with eps = 1e-15 it gives ours",
    ("cox", "scikit-survival"): "its default stopping rule leaves about 1e-9, as R's",
    ("cox", "statsmodels"): "its optimiser stops about 1e-11 short of the maximum",
}


def written(results: pd.DataFrame, tools: dict, subject: str = "Retention") -> str:
    """The whole report in Markdown."""
    load = results["load"].dropna()
    parts = [
        f"# {subject}: ours and the peers\n\n{os.cpu_count()} cores; load average between {load.min():g} and "
        f"{load.max():g} while measuring (above 1: others were working too). Cells: median time, in brackets "
        "the ratio to ours; above 1 is slower than ours. The times of first calls are in the CSV file.",
        *(_section(results[results["task"] == task], title, tools) for task, title in TITLES.items()
          if (results["task"] == task).any()),
        "## Do tools that report the same number agree?\n\n" + _bullets(agreement(results)),
        "## Not like for like\n\n" + _bullets(
            f"{tool}: {what}." for tool, what in STANDING.items() if (results["tool"] == tool).any()),
        "## Versions\n\n" + ", ".join(f"{tool} {version}" for tool, version in _versions(results).items()),
    ]
    return "\n\n".join(parts)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _section(results: pd.DataFrame, title: str, tools: dict) -> str:
    sizes = sorted(results["n"].unique())
    present = [tool for tool in tools if (results["tool"] == tool).any()]
    cells = {(row.tool, row.n): _cell(row) for row in results.itertuples()}
    lines = [f"| {tool} | " + " | ".join(cells.get((tool, n), "") for n in sizes) + " |" for tool in present]
    head = "| tool | " + " | ".join(f"n = {n:,}" for n in sizes) + " |\n|---" + "|---:" * len(sizes) + "|"
    return f"## {title}\n\n{head}\n" + "\n".join(lines)


def _cell(row) -> str:
    if np.isnan(row.seconds):
        return row.note
    few = "" if row.repetitions >= 3 else f", {row.repetitions} repetition{'s' * (row.repetitions > 1)}"
    ratio = "" if np.isnan(row.ratio) or row.tool == "ours" else f" ({row.ratio:.2g})"
    return f"{_seconds(row.seconds)}{ratio}{few}"


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"


def agreement(results: pd.DataFrame) -> list[str]:
    """Sentences: the largest relative difference from ours by task, and every difference above 1e-9."""
    said = []
    for task in TITLES:
        found = list(_differences(results[results["task"] == task]))
        fine = [gap for *_, gap in found if gap <= TOLERANCE]
        if fine:
            said.append(f"{task}: {len(fine)} comparisons with ours within {TOLERANCE:g}, "
                        f"the largest difference {max(fine):.1e}.")
        said += [f"{task}, {tool}, n = {n:,}: {name} differs by {gap:.1e}: "
                 f"{KNOWN.get((task, tool), 'NOT EXPLAINED')}."
                 for n, tool, name, gap in found if not gap <= TOLERANCE]
    return said


def _differences(results: pd.DataFrame):
    for n, same in results.groupby("n"):
        numbers = same.set_index("tool")["numbers"]
        reference = numbers.get("ours") or {}
        for tool, theirs in numbers.items():
            for name in reference.keys() & theirs.keys() if tool != "ours" else ():
                yield n, tool, name, relative_difference(theirs[name], reference[name])


def relative_difference(values: list, reference: list) -> float:
    """The largest relative difference; both missing counts as equal, one missing as infinitely different."""
    a, b = np.array(values, float), np.array(reference, float)
    if a.shape != b.shape or (np.isnan(a) != np.isnan(b)).any():
        return np.inf
    gap = np.abs(a - b) / np.maximum(np.abs(b), 1e-300)
    return float(np.nanmax(gap, initial=0.0))


def _versions(results: pd.DataFrame) -> dict[str, str]:
    named = results[results["version"] != ""]
    return named.groupby("tool", sort=False)["version"].first().to_dict()
