"""The event table: the same counts from every frame, R's conventions, and nothing dropped silently."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.retention import event_table
from rehapro_analysis.study import StudyError
from rehapro_analysis.study.frames import collected

PEOPLE = pd.DataFrame({
    "project": ["PaN", "GesA", "PaN", "PaN", "GesA", "GesA", "PaN", "GesA"],
    "wave": [1, 2, 2, 1, 1, 2, 1, 1],
    "began": [None, 2.0, 0.0, None, 3.0, None, 1.0, 2.0],
    "month": [0, 5, 3, 3, 4, 5, 3, 3],
    "exit": ["dropout", "work", "work", None, "dropout", "censored", "", "work"],
    "weight": [1.0, 0.5, 2.0, 1.5, 1.0, 0.25, 1.0, 3.0],
})
ROLES = {
    "plain": {"stop": "month", "event": "exit"},
    "by": {"stop": "month", "event": "exit", "by": "project"},
    "two groupings": {"stop": "month", "event": "exit", "by": ["project", "wave"]},
    "entry": {"stop": "month", "event": "exit", "start": "began", "by": "project"},
    "all": {"stop": "month", "event": "exit", "start": "began", "by": "project", "strata": "wave", "weight": "weight"},
}
COUNTS = ("stratum", "group", "time", "n_enter", "n_risk", "n_censored", "n_event")
CELLS = ("stratum", "group", "entry", "exit", "cause", "n", "weight", "weight_sq")


def same(left, right):
    assert left.causes == right.causes and left.n == right.n
    pd.testing.assert_frame_equal(left.groups, right.groups, check_dtype=False)
    pd.testing.assert_frame_equal(left.strata, right.strata, check_dtype=False)
    for name in COUNTS:
        np.testing.assert_allclose(getattr(left, name), getattr(right, name), rtol=1e-13, err_msg=name)
    for name in CELLS:
        np.testing.assert_allclose(getattr(left.cells, name), getattr(right.cells, name), rtol=1e-13, err_msg=name)


def other_frames(frame):
    polars, pyarrow, duckdb = (pytest.importorskip(name) for name in ("polars", "pyarrow", "duckdb"))
    arrow = pyarrow.Table.from_pandas(frame, preserve_index=False)
    return {"polars": polars.from_arrow(arrow), "polars lazy": polars.from_arrow(arrow).lazy(), "pyarrow": arrow,
            "duckdb": duckdb.from_arrow(arrow)}


@pytest.mark.parametrize("roles", ROLES.values(), ids=ROLES)
@pytest.mark.parametrize("kind", ["polars", "polars lazy", "pyarrow", "duckdb"])
def test_every_kind_of_frame_gives_the_same_table(kind, roles):
    same(event_table(other_frames(PEOPLE)[kind], **roles), event_table(PEOPLE, **roles))


def test_the_risk_set_is_open_at_entry_and_closed_at_exit():
    table = event_table(PEOPLE, stop="month", event="exit", start="began")
    assert table.causes == ("dropout", "work")
    assert table.to_frame().astype(int).values.tolist() == [
        # time enter risk censored dropout work
        [0, 1, 3, 0, 1, 0],  # who enters at 0 is not at risk at 0, who was never late is
        [1, 1, 3, 0, 0, 0],
        [2, 2, 4, 0, 0, 0],
        [3, 1, 6, 2, 0, 2],  # entered at 3: not yet at risk at 3
        [4, 0, 3, 0, 1, 0],
        [5, 0, 2, 1, 0, 1],
    ]


def test_leaving_on_the_first_day_counts():
    table = event_table(pd.DataFrame({"day": [0, 0, 1], "left": [True, False, True]}), stop="day", event="left")
    assert table.time.tolist() == [0, 1] and table.n_risk.tolist() == [3, 1]
    assert table.n_event.tolist() == [[1], [1]]


@pytest.mark.parametrize(("event", "causes", "events"), [
    ([True, False, True], ("event",), [[1], [0], [1]]),
    ([1, 0, 1], ("event",), [[1], [0], [1]]),
    ([1.0, None, 0.0], ("event",), [[1], [0], [0]]),
    ([2, 0, 10], ("2", "10"), [[1, 0], [0, 0], [0, 1]]),
    (["b", " ", "a"], ("a", "b"), [[0, 1], [0, 0], [1, 0]]),
    (["Censored", None, ""], ("event",), [[0], [0], [0]]),
    (pd.Categorical(["b", None, "a"], ["b", "a", "never"]), ("a", "b"), [[0, 1], [0, 0], [1, 0]]),
    (pd.array([True, None, False], dtype="boolean"), ("event",), [[1], [0], [0]]),
    (pd.array([2, None, 1], dtype="Int64"), ("1", "2"), [[0, 1], [0, 0], [1, 0]]),
])
def test_causes_are_read_from_any_column(event, causes, events):
    table = event_table(pd.DataFrame({"t": [1, 2, 3], "event": event}), stop="t", event="event")
    assert table.causes == causes and table.n_event.tolist() == events
    assert (table.n_exit + table.n_censored).tolist() == [1, 1, 1]


@pytest.mark.parametrize("event", [["0", "1"], ["true", "x"], [-1, 1]])
def test_causes_that_mean_two_things_are_refused(event):
    with pytest.raises(StudyError, match="The causes contain"):
        event_table(pd.DataFrame({"t": [1, 2], "event": event}), stop="t", event="event")


def test_all_problems_are_told_at_once_with_their_counts_and_rows():
    frame = pd.DataFrame({"t": [5, -1, None, 4, np.inf], "s": [5, 0, 1, -2, 1], "g": ["a", None, "b", "b", "c"],
                          "e": 1, "w": [1, 0, 1, None, 2]})
    with pytest.raises(StudyError) as error:
        event_table(frame, stop="t", start="s", event="e", by="g", weight="w")
    text = str(error.value)
    for sentence in ("1 row(s) (first at 2, from 0) have no 't'", "infinite 't'", "negative 't'", "negative 's'",
                     "2 row(s) (first at 0, 1, from 0) have 's' at or after 't'", "have no 'g'",
                     "2 row(s) (first at 1, 3, from 0) have a 'w' that is missing, infinite or not positive"):
        assert sentence in text
    assert len(error.value.problems) == 7


@pytest.mark.parametrize("kind", ["polars", "polars lazy", "pyarrow", "duckdb"])
def test_spells_of_no_length_are_refused_with_their_count_in_every_frame(kind):
    frame = pd.DataFrame({"t": [3, 3, 3, 4, 2], "s": [3, 3, 3, 1, 4], "e": 1})
    with pytest.raises(StudyError, match=r"4 row\(s\).*'s' at or after 't', a spell of no length"):
        event_table(other_frames(frame)[kind], stop="t", start="s", event="e")


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb"])
def test_a_bad_weight_is_found_on_the_engine(kind):
    frame = pd.DataFrame({"t": [3, 3, 4, 5, 5, 6], "e": 1, "w": [2.0, -1.0, None, 1.0, None, 1.0]})
    with pytest.raises(StudyError, match=r"^3 row\(s\) have a 'w'"):
        event_table(other_frames(frame)[kind], stop="t", event="e", weight="w")


def test_an_absent_column_is_named_with_the_nearest_one():
    with pytest.raises(StudyError, match="There is no column 'mnth'. Did you mean 'month'?"):
        event_table(PEOPLE, stop="mnth", event="exit")


@pytest.mark.parametrize("times", [["a", "b"], pd.to_datetime(["2021-01-01", "2021-02-01"])])
def test_times_that_are_not_numbers_are_refused(times):
    with pytest.raises(StudyError, match="not numbers"):
        event_table(pd.DataFrame({"t": times, "e": 1}), stop="t", event="e")


def test_an_empty_frame_is_refused():
    with pytest.raises(StudyError, match="no rows"):
        event_table(PEOPLE.iloc[:0], stop="month", event="exit")


def test_times_that_differ_by_rounding_are_one_time():
    table = event_table(pd.DataFrame({"t": [0.1 + 0.2, 0.3, 0.3 + 1e-6], "e": 1}), stop="t", event="e")
    assert table.time.tolist() == [0.3, 0.3 + 1e-6] and table.n_event.ravel().tolist() == [2, 1]


@pytest.mark.parametrize(("times", "distinct"), [
    ([0.1, 0.1 + 1e-8, 0.2], 2),  # closer than sqrt(eps)
    ([1e6, 1e6 + 1e-3, 0.5], 2),  # closer than sqrt(eps) of the mean time
    ([1.0, 1.0 + 1e-6, 0.5], 3),
])
def test_the_tolerance_is_absolute_and_relative(times, distinct):
    assert len(event_table(pd.DataFrame({"t": times, "e": 1}), stop="t", event="e").time) == distinct


def test_a_spell_shorter_than_rounding_is_refused():
    with pytest.raises(StudyError, match="no length"):
        event_table(pd.DataFrame({"t": [0.1 + 0.2], "s": [0.3], "e": 1}), stop="t", start="s", event="e")


def test_large_ticks_are_never_merged():
    times = [10**9, 10**9 + 1]
    table = event_table(pd.DataFrame({"t": times, "e": 1}), stop="t", event="e")
    assert table.time.tolist() == times


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint64", "float32"])
def test_small_number_types_do_not_overflow(dtype):
    frame = pd.DataFrame({"t": np.arange(120) % 100 + 1, "g": np.arange(120) % 12, "e": np.arange(120) % 5})
    roles = {"stop": "t", "event": "e", "by": "g"}
    same(event_table(frame.astype(dtype), **roles), event_table(frame, **roles))


def test_wide_and_fractional_times_give_the_counts_of_narrow_ones():
    roles = {"stop": "month", "start": "began", "event": "exit", "by": "project", "strata": "wave", "weight": "weight"}
    narrow = event_table(PEOPLE, **roles)
    for factor in (10.0**9, 1 / 3):
        wide = event_table(PEOPLE.assign(month=PEOPLE["month"] * factor, began=PEOPLE["began"] * factor), **roles)
        np.testing.assert_allclose(wide.time, narrow.time * factor)
        for name in ("n_enter", "n_risk", "n_censored", "n_event"):
            np.testing.assert_array_equal(getattr(wide, name), getattr(narrow, name))
        np.testing.assert_array_equal(wide.cells.weight_sq, narrow.cells.weight_sq)


def test_categories_keep_their_order_and_absent_ones_vanish():
    projects = pd.Categorical(PEOPLE["project"], ["PaN", "LIPSY", "GesA"])
    table = event_table(PEOPLE.assign(project=projects), stop="month", event="exit", by="project")
    assert table.groups["project"].tolist() == ["PaN", "GesA"]


def test_only_observed_combinations_are_groups():
    table = event_table(PEOPLE[PEOPLE["project"].eq("PaN") | PEOPLE["wave"].eq(1)], stop="month", event="exit",
                        by=["project", "wave"])
    assert table.groups.values.tolist() == [["GesA", 1], ["PaN", 1], ["PaN", 2]]


def test_joining_the_strata_is_counting_without_them():
    roles = {"stop": "month", "event": "exit", "start": "began", "by": "project", "weight": "weight"}
    same(event_table(PEOPLE, strata="wave", **roles).pooled(), event_table(PEOPLE, **roles))


def test_cells_hold_every_spell_once():
    table = event_table(PEOPLE, stop="month", event="exit", start="began", by="project", weight="weight")
    cells = table.cells
    assert cells.n.sum() == table.n == len(PEOPLE)
    assert cells.weight.sum() == PEOPLE["weight"].sum() and cells.weight_sq.sum() == (PEOPLE["weight"] ** 2).sum()
    late = np.isfinite(cells.entry)
    assert sorted(cells.entry[late]) == [0, 1, 2, 2, 3] and sorted(cells.exit[~late]) == [0, 3, 5]
    for row in range(len(table.time)):
        here = cells.group == table.group[row]
        at_risk = here & (cells.entry < table.time[row]) & (cells.exit >= table.time[row])
        assert cells.weight[at_risk].sum() == table.n_risk[row]


spells = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6), st.sampled_from(["", "work", "dropout"]),
                            st.sampled_from("ab"), st.booleans()), min_size=1, max_size=30)


def people(rows):
    frame = pd.DataFrame(rows, columns=["start", "length", "exit", "group", "late"])
    return frame.assign(stop=frame["start"] + frame["length"], start=frame["start"].where(frame["late"]))


LATE = {"stop": "stop", "start": "start", "event": "exit", "by": "group"}


@settings(max_examples=60, deadline=None)
@given(spells)
def test_the_risk_set_is_what_counting_heads_gives(rows):
    frame = people(rows)
    table = event_table(frame, **LATE)
    for row in range(len(table.time)):
        mine = frame[frame["group"] == table.groups["group"][table.group[row]]]
        at = table.time[row]
        assert table.n_risk[row] == ((mine["start"].fillna(-1) < at) & (mine["stop"] >= at)).sum()
        assert table.n_enter[row] == (mine["start"] == at).sum()
        assert table.n_censored[row] == ((mine["stop"] == at) & (mine["exit"] == "")).sum()
    assert table.n_event.sum() + table.n_censored.sum() == table.n == len(frame)


@settings(max_examples=40, deadline=None)
@given(spells, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    left, right = event_table(people(rows), **LATE), event_table(people(shuffled), **LATE)
    assert left.causes == right.causes
    same(left, right)


@settings(max_examples=40, deadline=None)
@given(spells, st.data())
def test_replicating_is_weighting(rows, data):
    times = data.draw(st.lists(st.integers(1, 4), min_size=len(rows), max_size=len(rows)))
    frame = people(rows).assign(weight=times)
    weighted = event_table(frame, weight="weight", **LATE)
    repeated = event_table(frame.loc[frame.index.repeat(times)], **LATE)
    for name in COUNTS:
        np.testing.assert_array_equal(getattr(weighted, name), getattr(repeated, name), err_msg=name)


@settings(max_examples=40, deadline=None)
@given(spells)
def test_cutting_a_spell_in_two_changes_no_risk_set_at_an_exit(rows):
    frame = people(rows)
    cut = frame["stop"] - frame["length"] + frame["length"] // 2
    cut = cut.where((cut > frame["start"].fillna(-1)) & (cut < frame["stop"]))
    early = frame[cut.notna()].assign(stop=cut.dropna(), exit="")
    pieces = pd.concat([early, frame.assign(start=cut.fillna(frame["start"]))])
    whole, split = event_table(frame, **LATE), event_table(pieces, **LATE)
    kept = [table.n_exit > 0 for table in (whole, split)]
    for name in ("group", "time", "n_risk", "n_event"):
        np.testing.assert_array_equal(getattr(whole, name)[kept[0]], getattr(split, name)[kept[1]], err_msg=name)


@pytest.mark.parametrize("columns, wanted, said", [
    (["month", "exit", "x", "x"], {"by": "x"}, "Several columns are called 'x'"),
    (["month", "exit", "month", "x"], {}, "Several columns are called 'month'"),
    ([("month", "a"), ("exit", "b"), ("x", ""), ("y", "")], {}, "Several columns are called 'month'"),
    (["month", "exit", 1, 2], {"by": "wave"}, "There are: month, exit, 1, 2."),
    ([("left", "a"), ("left", "b"), ("x", ""), ("y", "")], {}, "There is no column 'month'"),
], ids=["shared", "times shared", "two levels", "numbers as names", "absent of two levels"])
def test_column_names_that_cannot_be_read_are_named(columns, wanted, said):
    columns = pd.MultiIndex.from_tuples(columns) if isinstance(columns[0], tuple) else columns
    frame = pd.DataFrame([[1, 1, 2, 3], [2, 0, 3, 3]], columns=columns)
    with pytest.raises(StudyError, match=re.escape(said)):
        event_table(frame, stop="month", event="exit", **wanted)


def test_columns_nobody_asks_for_may_share_a_name():
    frame = pd.DataFrame([[3, 1, "A", 0, 0, 2, 3], [2, 0, "B", 1, 1, 3, 3]],
                         columns=["month", "exit", "module", "module_known", "began", "x", "x"])
    assert event_table(frame, stop="month", event="exit", by="module", start="began").n == 2
    assert collected(frame, ["month"]).columns == ["month"]
    with pytest.raises(StudyError, match="Several columns are called 'x'"):
        collected(frame, ["month", "x"])
