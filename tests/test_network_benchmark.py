"""The benchmark of network tests: every tool at hand reports the same numbers of the same network."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from rehapro_analysis.paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
import network_tools  # noqa: E402

sys.path.remove(str(REPOSITORY / "benchmarks"))


@pytest.mark.parametrize("tool", ["networkx", "igraph"])
@pytest.mark.parametrize("task", ["degree_nulls", "edge_nulls"])
def test_ours_and_a_library_that_is_installed_report_the_same_measures(tool, task):
    network = network_tools.drawn(15).head(0, 3)
    try:
        theirs = network_tools.task_of(tool, task)(network)()
    except ImportError as error:
        pytest.skip(f"{tool} is not installed here: {error}")
    mine = network_tools.task_of("ours", task)(network)()
    assert theirs and min(min(values) for values in theirs.values()) > 0.1
    for name, values in theirs.items():
        np.testing.assert_allclose(mine[name], values, rtol=1e-9)


@pytest.mark.parametrize("task", network_tools.TOOLS["ours"])
def test_every_task_of_ours_runs(task):
    assert network_tools.task_of("ours", task)(network_tools.drawn(12).head(0, 3))()


def test_a_network_is_read_as_it_was_written(tmp_path):
    network = network_tools.drawn(12)
    assert network.mutual.sum() == 2 * network_tools.TIES_PER_ACTOR * 12 and (network.mutual >= network.given).all()
    network_tools.write_network(tmp_path / "network", network)
    found = network_tools.read_network(tmp_path / "network")
    for name in network_tools.FIELDS:
        np.testing.assert_array_equal(getattr(found, name), getattr(network, name))
