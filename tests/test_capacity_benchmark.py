"""The benchmark of the capacity simulation: every simulator at hand reports the same waits."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from rehapro_analysis.paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
import simulators  # noqa: E402

sys.path.remove(str(REPOSITORY / "benchmarks"))


@pytest.mark.parametrize("tool", ["heapq", "simpy", "ciw"])
def test_ours_and_a_simulator_that_is_installed_report_the_same_waits(tool):
    people = simulators.drawn(2)
    try:
        theirs = simulators.TOOLS[tool]["starts"](people)()
    except ImportError as error:
        pytest.skip(f"{tool} is not installed here: {error}")
    mine = simulators.ours(people)()
    assert min(mine["wait"]) > 0.1  # places are short, or nothing would be compared
    np.testing.assert_allclose(mine["wait"], theirs["wait"], rtol=1e-9)


def test_people_are_read_as_they_were_written(tmp_path):
    people = simulators.drawn(2).head(30, 1)
    simulators.write_people(tmp_path / "people", people)
    found = simulators.read_people(tmp_path / "people")
    assert np.array_equal(found.arrived, people.arrived) and np.array_equal(found.stay, people.stay)
    assert found.arrived.shape == (30, 1)
