"""The benchmark compares like with like, and the coverage study is reproducible: its own checks, in small."""

from __future__ import annotations

import importlib.util
import math
import os
import sys
import time

import numpy as np
import pandas as pd
import pytest

from rehapro_analysis.paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
import compared  # noqa: E402
import measure  # noqa: E402
import ours  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import rows as rows_of  # noqa: E402
import tool_runs  # noqa: E402

sys.path.remove(str(REPOSITORY / "benchmarks"))


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("coverage_study", REPOSITORY / "studies" / "coverage.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def thousand():
    return rows_of.invented(1000)


@pytest.fixture(scope="module", params=peers.TOOLS)
def peer(request):
    try:
        return request.param, peers.TOOLS[request.param]()
    except ImportError as error:
        pytest.skip(f"{request.param} is not installed here: {error}")


@pytest.mark.parametrize("task", ["curves", "incidences", "logrank", "cox"])
def test_ours_and_an_importable_peer_report_the_same_numbers(task, peer, thousand):
    tool, tasks = peer
    if (task, tool) in report.KNOWN:
        pytest.skip(f"{tool}: {report.KNOWN[task, tool]}")
    mine, theirs = ours.TOOLS["ours"][task](thousand)(), tasks[task](thousand)()
    shared = mine.keys() & theirs.keys()
    assert shared
    assert all(report.relative_difference(theirs[name], mine[name]) <= report.TOLERANCE for name in shared)


def test_the_floors_count_what_the_event_table_counts(thousand):
    counts = ours.TOOLS["ours"]["counts"](thousand)()
    assert ours.bincount(thousand)() == ours.chunked(thousand)() == counts


def test_rows_are_read_as_they_were_written(tmp_path, thousand):
    rows_of.write_rows(tmp_path / "rows", thousand)
    found = rows_of.read_rows(tmp_path / "rows")
    assert all(np.array_equal(getattr(found, name), getattr(thousand, name)) for name in rows_of.COLUMNS)


def results(*numbers):
    return pd.DataFrame([{"task": task, "tool": tool, "n": 10, "numbers": {"F": values}}
                         for task, tool, values in numbers])


def test_a_disagreement_is_named_with_its_cause_or_as_unexplained():
    found = report.agreement(results(
        ("incidences", "ours", [0.5]), ("incidences", "lifelines", [0.6]), ("incidences", "statsmodels", [0.7])))
    assert found == ["incidences, lifelines, n = 10: F differs by 2.0e-01: breaks tied days by random jitter.",
                     "incidences, statsmodels, n = 10: F differs by 4.0e-01: NOT EXPLAINED."]


def test_a_missing_number_agrees_only_with_a_missing_number():
    assert report.relative_difference([math.nan, 1.0], [math.nan, 1.0]) == 0
    assert report.relative_difference([math.nan, 1.0], [0.5, 1.0]) == math.inf


def test_a_task_that_must_exceed_the_limit_is_not_started():
    known = [{"tool": "a", "task": "curves", "n": 1000, "seconds": 20.0, "note": ""},
             {"tool": "b", "task": "curves", "n": 1000, "seconds": math.nan, "note": "> 120 s"}]
    assert tool_runs.hopeless(known, "a", "curves", 10_000, 120) == "not started: 20 s with 1,000 rows"
    assert tool_runs.hopeless(known, "a", "curves", 5_000, 120) is None
    assert tool_runs.hopeless(known, "b", "curves", 2_000, 120) == "not started: > 120 s with 1,000 rows"


def test_a_tool_that_ends_early_is_named_with_its_reason(tmp_path):
    call = [sys.executable, "-c", "import json; print(json.dumps({'task': 'curves', 'seconds': 1.0})); import nowhere"]
    done, silent = tool_runs.of_tool([], "a", ("curves", "cox"), call, 10, tmp_path, 5)
    assert (done["task"], done["seconds"], done["note"]) == ("curves", 1.0, "")
    assert (silent["task"], silent["note"]) == (
        "cox", "ended without a result: ModuleNotFoundError: No module named 'nowhere'")


def test_the_folder_for_results_exists_before_anything_is_measured(tmp_path, monkeypatch):
    into = tmp_path / "made" / "here"

    def make(folder, size):
        assert into.is_dir()
        folder.mkdir()

    table = {"task": "curves", "tool": "ours", "n": 7, "seconds": 1.0, "first": 1.0, "load": 1.0, "note": "",
             "repetitions": 3, "version": "1", "numbers": {}}
    monkeypatch.setattr(compared, "of_tool", lambda *given: [table])
    monkeypatch.setattr(sys, "argv", ["trial", "--sizes", "7", "--out", str(into)])
    compared.Benchmark("trial", "none.py", {"ours": ("curves",)}, make, "sizes", (7,)).main()
    assert {path.name for path in into.iterdir()} == {"trial.csv", "trial.md"}
    assert pd.read_csv(into / "trial.csv")["ratio"].tolist() == [1.0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="repetitions are forked processes")
def test_a_repetition_beyond_the_limit_is_ended_and_an_error_is_a_result(thousand):
    assert measure.measured(lambda rows: time.sleep(60), thousand, 0.1) == {"failed": "> 0.1 s"}
    assert measure.measured(lambda rows: 1 / 0, thousand, 60) == {"failed": "ZeroDivisionError: division by zero"}


def test_the_coverage_study_is_the_same_for_the_same_seed_only(study):
    first, again, other = (study.coverage(15, 40, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_the_model_of_the_coverage_study_is_the_one_it_draws_from(study):
    left = study.true_incidence().sum(axis=1)
    np.testing.assert_allclose(study.true_survival() + left, 1, rtol=1e-12)
    people = study.drawn(50, 1000, np.random.default_rng(5))
    early = (people["month"] == 1) & people["exit"].notna()
    assert abs(early.mean() - left[0]) < 4 * np.sqrt(left[0] * (1 - left[0]) / len(people))
    assert 0.25 <= people["exit"].isna().mean() <= 0.40


def test_misses_are_counted_by_side_and_missing_limits_apart(study):
    lower, upper = np.array([0.1, 0.6, 0.4, np.nan]), np.array([0.4, 0.8, 0.6, np.nan])
    row = study.Limits("share", 3, "plain", 0.5, lower, upper).row()
    assert row["coverage"] == pytest.approx(1 / 3)
    assert row["limits_too_low"] == row["limits_too_high"] == pytest.approx(1 / 3)
    assert row["without_limits"] == 0.25
    assert row["mean_width"] == pytest.approx((0.3 + 0.2 + 0.2) / 3)


def test_the_committed_coverage_table_is_that_of_its_command(study):
    table = pd.read_csv(REPOSITORY / "studies" / "coverage.csv", dtype={"time": "Int64"})
    again = study.coverage(15, 10_000, 2022)  # the command's own numbers, for the smallest groups
    columns = ["quantity", "time", "limits", "truth"]
    for n, names in zip(study.SIZES, (list(again), columns, columns), strict=True):
        part = table.loc[table["n"] == n, names].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, again[names], check_dtype=False, rtol=1e-3, atol=1e-4)
