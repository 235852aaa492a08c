"""The benchmark of the permutation test: every tool at hand reports the same statistic of the same people."""

from __future__ import annotations

import sys

import numpy as np

from rehapro_analysis.paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
import indicator_tools  # noqa: E402

sys.path.remove(str(REPOSITORY / "benchmarks"))

PEOPLE = indicator_tools.drawn(10).head(0, 9)


def test_ours_and_scipy_report_the_same_statistic():
    theirs, mine = (indicator_tools.task_of(tool, "people")(PEOPLE)()["T"] for tool in ("scipy", "ours"))
    assert len(mine) == 12 and min(mine) > 0
    np.testing.assert_allclose(mine, theirs, rtol=1e-9)


def test_whole_coaches_move_and_the_statistic_seen_stays():
    moved = indicator_tools.task_of("ours", "coach_blocks")(PEOPLE)()["T"]
    np.testing.assert_allclose(moved, indicator_tools.task_of("ours", "people")(PEOPLE)()["T"], rtol=1e-9)


def test_people_are_read_as_they_were_written(tmp_path):
    people = indicator_tools.drawn(10)
    assert len(np.unique(people.project)) == 12 and np.bincount(people.coach).max() == indicator_tools.CASELOAD
    indicator_tools.write_people(tmp_path / "people", people)
    found = indicator_tools.read_people(tmp_path / "people")
    for name in ("values", "project", "coach"):
        np.testing.assert_array_equal(getattr(found, name), getattr(people, name))
