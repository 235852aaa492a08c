"""Graphs and R values that the network tests share; the calls stand in tests/reference/networks/*.R."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "reference" / "networks"


@cache
def graphs() -> dict[str, np.ndarray]:
    """Adjacency matrices by name (graphs.json)."""
    return {name: np.array(rows, float) for name, rows in json.loads((FOLDER / "graphs.json").read_text()).items()}


@cache
def values(package: str) -> dict[str, dict]:
    """What R says of each graph: ``package`` is sna or igraph (measures.R), by graph and measure."""
    return json.loads((FOLDER / "measures.json").read_text())[package]


@cache
def oracle() -> dict:
    """What R says of the fixture of 24 actors (oracle.R, ten digits)."""
    return json.loads((FOLDER / "oracle_r.json").read_text())


def table(name: str) -> pd.DataFrame:
    """A file of the fixture: nodes, adjacency_binary, adjacency_valued, same_domain, distance, ..."""
    return pd.read_csv(FOLDER / f"{name}.csv", index_col=0)
