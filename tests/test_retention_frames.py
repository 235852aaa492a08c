"""The frames of results: equal to what pandas builds from the same columns, and nobody's but their owner's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rehapro_analysis.retention import aalen_johansen, event_table, gray_test, kaplan_meier, logrank_test
from rehapro_analysis.retention.event_tables.frames import FEW, TEXT, column_of, frame_of, texts

COLUMNS = {
    "numbers and text": {"group": texts(["A", "B"]), "n": np.array([1, 2]), "share": np.array([0.5, np.nan]),
                         "left": np.array([True, False]), "small": np.array([1, 2], np.uint8)},
    "days": {"day": np.array(["2020-03-01", "2021-03-01"], "datetime64[s]"), "n": np.array([1, 2])},
    "objects": {"any": np.array(["A", 1], object)},
    "text as arrays": {"word": np.array(["A", "B"])},
    "categories": {"kind": pd.Categorical(["A", "B"]), "n": np.array([1, 2])},
    "no row": {"group": texts([]), "n": np.array([], int)},
    "long strided": {"n": np.arange(10)[::2], "x": np.broadcast_to(1.5, 5)},
}


@pytest.mark.parametrize("columns", COLUMNS.values(), ids=COLUMNS)
def test_frames_equal_those_of_pandas(columns):
    pd.testing.assert_frame_equal(frame_of(columns), pd.DataFrame(columns), check_column_type="exact")


def test_a_frame_belongs_to_who_got_it():
    columns = {"group": texts(["A", "B"]), "n": np.array([1, 2])}
    changed = frame_of(columns)
    changed.columns.name, changed.index.name = "measure", "row"
    changed.loc[0, "group"] = "changed"
    changed["more"] = 1
    again = frame_of({"group": texts(["A", "B"]), "n": np.array([1, 2])})
    pd.testing.assert_frame_equal(again, pd.DataFrame({"group": ["A", "B"], "n": [1, 2]}))
    assert again.columns.name is None and again.index.name is None


@pytest.mark.parametrize("words", [[], ["A"], ["A", "B"], [f"group {i}" for i in range(FEW + 1)]], ids=len)
def test_texts_are_what_pandas_makes_of_text_each_time_anew(words):
    found = texts(words)
    pd.testing.assert_extension_array_equal(found, pd.Series(words, dtype="str").array)
    if words:
        found[0] = "changed"
        assert texts(words)[0] == words[0]


def test_words_of_other_types_keep_their_type():
    assert column_of(["A", "B"]).dtype == TEXT
    assert column_of([1, 2]).dtype == "int64"
    assert column_of([pd.Timestamp("2020-03-01")]).dtype.kind == "M"
    assert list(column_of(["A", 1])) == ["A", 1]


TESTS = {"curve": kaplan_meier, "incidences": aalen_johansen, "log-rank": logrank_test, "Gray": gray_test}


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
def test_results_can_be_changed_without_changing_the_next_one(test):
    people = pd.DataFrame({"month": [1, 2, 3, 4, 5, 6], "left": ["work", "", "dropout", "work", "work", ""],
                           "project": list("AABBAB")})
    counted = event_table(people, stop="month", event="left", by="project")
    first = test(counted).table
    expected = first.copy(deep=True)
    for name in first:
        first.loc[:, name] = "changed" if first[name].dtype == TEXT else first[name].dtype.type(7)
    first.columns.name, first.index.name = "measure", "row"
    pd.testing.assert_frame_equal(test(counted).table, expected)
