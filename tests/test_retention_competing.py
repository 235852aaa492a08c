"""Competing exits against R, against fractions worked by hand, and against what must always hold."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.exits.competing import STAYING, aalen_johansen, time_lost
from rehapro_analysis.study.problems import StudyError

REFERENCE = Path(__file__).parent / "reference" / "survival"
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def numbers(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv")


def wide(table: pd.DataFrame, column: str, states: list[str]) -> np.ndarray:
    return table.pivot(index="time", columns="cause", values=column)[states].to_numpy(float)


def people() -> pd.DataFrame:
    frame = numbers("competing_people")
    return frame.assign(time=frame["stop"] - frame["start"] - 1)


def same_as_r(table: pd.DataFrame, name: str) -> None:
    expected = pd.read_csv(REFERENCE / f"{name}.csv")
    both = expected.merge(table, on=["group", "cause", "time"], suffixes=("_r", ""), validate="one_to_one")
    assert len(both) == len(expected) == len(table)
    some = both["estimate_r"] > 1e-12  # R gives limits to a share of 1e-17, which is rounding
    for column, rows in {"estimate": some | True, "std_error": some | True, "lower": some, "upper": some}.items():
        np.testing.assert_allclose(both.loc[rows, column], both.loc[rows, f"{column}_r"], **CLOSE, err_msg=column)


def test_incidences_and_their_errors_equal_survfit():
    expected = numbers("A_aj")
    table = aalen_johansen(event_table(numbers("A"), stop="time", event="cause")).table
    states = [STAYING, "1", "2", "3"]
    np.testing.assert_allclose(wide(table, "estimate", states), expected.iloc[:, 1:5], **CLOSE)
    np.testing.assert_allclose(wide(table, "std_error", states), expected.iloc[:, 5:9], **CLOSE)


def test_log_log_limits_by_group_equal_survfit():
    table = aalen_johansen(event_table(people(), stop="time", event="cause", by="group")).table
    same_as_r(table, "competing_aj")


def test_delayed_entry_has_the_jackknife_errors_of_survfit():
    expected = numbers("B_aj")
    table = aalen_johansen(event_table(numbers("B"), start="entry", stop="time", event="cause")).table
    states = [STAYING, "1", "2"]
    np.testing.assert_allclose(wide(table, "estimate", states), expected.iloc[:, 1:4], **CLOSE)
    np.testing.assert_allclose(wide(table, "std_error", states), expected.iloc[:, 4:7], **CLOSE)


def test_delayed_entry_by_group_equals_survfit():
    table = aalen_johansen(event_table(people(), start="start", stop="stop", event="cause", by="group")).table
    same_as_r(table, "competing_aj_entry")


def test_fractional_weights_have_the_robust_errors_of_survfit():
    counted = event_table(people(), start="start", stop="stop", event="cause", by="group", weight="weight")
    same_as_r(aalen_johansen(counted, ci="log").table, "competing_aj_weights")


def test_the_delta_variance_equals_etm_with_and_without_delayed_entry():
    a, b = numbers("A_etm").set_index("time"), numbers("B_etm").set_index("time")
    table = aalen_johansen(event_table(numbers("A"), stop="time", event="cause"), variance="delta").table
    of_one = table[table["cause"] == "1"].set_index("time").loc[a.index]
    np.testing.assert_allclose(of_one[["estimate", "std_error"]], a, **CLOSE)
    late = event_table(numbers("B"), start="entry", stop="time", event="cause")
    table = aalen_johansen(late, variance="delta").table
    for cause in "12":
        ours = table[table["cause"] == cause].set_index("time").loc[b.index]
        np.testing.assert_allclose(ours[["estimate", "std_error"]], b[[f"p{cause}", f"se{cause}"]], **CLOSE)


def test_under_delayed_entry_the_delta_variance_is_not_the_jackknife():
    late = event_table(numbers("B"), start="entry", stop="time", event="cause")
    delta, jackknife = (aalen_johansen(late, variance=name).table["std_error"] for name in ("delta", "ij"))
    assert 0.005 < (delta / jackknife - 1).abs().max() < 0.05


@pytest.mark.parametrize("cause", ["1", "2", "3"])
def test_grays_variance_equals_cuminc(cause):
    expected = numbers(f"A_cuminc{cause}").groupby("time").last()
    table = aalen_johansen(event_table(numbers("A"), stop="time", event="cause"), variance="gray").table
    ours = table[table["cause"] == cause].set_index("time")
    expected = expected.reindex(ours.index, method="ffill")
    np.testing.assert_allclose(ours["estimate"], expected["est"], **CLOSE)
    np.testing.assert_allclose(ours["std_error"] ** 2, expected["var"], **CLOSE)


def test_grays_variance_by_group_equals_cuminc_between_the_steps_too():
    expected = numbers("competing_cuminc").dropna()
    table = aalen_johansen(event_table(people(), stop="time", event="cause", by="group"), variance="gray").table
    known = pd.merge_asof(expected.sort_values("time"), table.sort_values("time"), on="time", by=["group", "cause"],
                          suffixes=("_r", ""))
    assert len(known) > 100
    np.testing.assert_allclose(known["estimate"], known["estimate_r"], **CLOSE)
    np.testing.assert_allclose(known["std_error"] ** 2, known["variance"], **CLOSE)


@pytest.mark.parametrize("variance", ["delta", "ij"])
def test_time_lost_and_its_error_equal_survfit(variance):
    expected = numbers("A_aj_rmean12")
    table = time_lost(event_table(numbers("A"), stop="time", event="cause"), 12, variance=variance).table
    np.testing.assert_allclose(np.roll(table["estimate"], 1), expected["rmean"], **CLOSE)
    np.testing.assert_allclose(np.roll(table["std_error"], 1), expected["se.rmean."], **CLOSE)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_time_lost_with_delayed_entry_equals_the_influences_of_survfit(weight):
    expected = numbers("competing_lost").query("weights == @used", local_dict={"used": int(weight is not None)})
    counted = event_table(people(), start="start", stop="stop", event="cause", by="group", weight=weight)
    both = expected.merge(time_lost(counted, 12).table, on=["group", "cause"], suffixes=("_r", ""))
    assert len(both) == 12
    np.testing.assert_allclose(both["estimate"], both["estimate_r"], **CLOSE)
    np.testing.assert_allclose(both["std_error"], both["std_error_r"], **CLOSE)


def test_four_people_worked_by_hand():
    counted = event_table(pd.DataFrame({"month": [0, 2, 2, 5, 5], "exit": ["a", "b", None, "a", "b"]}), stop="month",
                          event="exit")
    table = aalen_johansen(counted).table
    # S: 4/5, 3/5, 0; F_a: 1/5, 1/5, 1/5 + 3/5 1/2; F_b: 0, 4/5 1/4, 1/5 + 3/5 1/2
    expected = {"a": [Fraction(1, 5), Fraction(1, 5), Fraction(1, 2)], "b": [0, Fraction(1, 5), Fraction(1, 2)],
                STAYING: [Fraction(4, 5), Fraction(3, 5), 0]}
    for cause, values in expected.items():
        assert table.loc[table["cause"] == cause, "estimate"].tolist() == pytest.approx([float(v) for v in values])
    # Var F_a(2) = (1/5 4/5)/5 since nobody is censored before 2
    assert table.loc[table["cause"] == "a", "std_error"].iloc[1] == pytest.approx(float(Fraction(4, 125)) ** 0.5)
    # areas up to 5: a 5/5, b 3 1/5, in the programme 2 4/5 + 3 3/5
    assert time_lost(counted, 5).table["estimate"].tolist() == pytest.approx([1, 0.6, 3.4])


def test_without_censoring_the_variances_are_binomial():
    size = 50_000  # one leaves at a time: the last risk sets are tiny, where careless sums cancel
    frame = pd.DataFrame({"day": np.arange(size), "exit": np.where(np.arange(size) % 3 == 0, "a", "b")})
    counted = event_table(frame, stop="day", event="exit")
    for variance in ("delta", "ij"):
        table = aalen_johansen(counted, variance=variance).table.query("cause == 'a'")
        share = table["estimate"].to_numpy()[:-1]
        error = table["std_error"].to_numpy()[:-1]
        np.testing.assert_allclose(error, np.sqrt(share * (1 - share) / size), rtol=1e-9)


def test_who_is_censored_on_the_day_of_an_exit_was_still_at_risk():
    frame = pd.DataFrame({"day": [3, 3, 3, 3], "exit": ["a", None, "b", None]})
    table = aalen_johansen(event_table(frame, stop="day", event="exit")).table
    assert table["estimate"].tolist() == [0.25, 0.25, 0.5]  # breaking the tie at random gives anything up to 1/2


def test_rows_without_exit_of_the_cause_have_no_error_and_no_limits():
    frame = pd.DataFrame({"day": [1, 2, 3, 4], "exit": ["a", "b", "b", None]})
    first = aalen_johansen(event_table(frame, stop="day", event="exit")).table.query("cause == 'b' and time == 1")
    assert first["std_error"].tolist() == [0.0]
    assert first[["lower", "upper"]].isna().all(axis=None)


def test_nobody_left_is_certain():
    frame = pd.DataFrame({"day": [1, 2, 2, 4], "exit": ["a", "b", "a", "a"]})
    for variance in ("delta", "gray", "ij"):
        table = aalen_johansen(event_table(frame, stop="day", event="exit"), variance=variance).table
        assert table.iloc[-1][["cause", "estimate", "std_error"]].tolist() == [STAYING, 0.0, 0.0]


def test_time_lost_is_empty_where_a_group_was_not_watched_so_long():
    frame = pd.DataFrame({"day": [1, 5, 1, 4], "exit": ["a", None, "b", "a"], "project": ["P", "P", "Q", "Q"]})
    table = time_lost(event_table(frame, stop="day", event="exit", by="project"), 8).table
    assert table.groupby("project")["estimate"].sum(min_count=1).isna().tolist() == [True, False]


def test_fractional_weights_refuse_a_variance_that_counts_persons():
    counted = event_table(people(), stop="time", event="cause", weight="weight")
    with pytest.raises(StudyError, match='Take variance="ij"'):
        aalen_johansen(counted, variance="gray")


def test_a_cause_named_like_those_who_stay_is_refused():
    frame = pd.DataFrame({"day": [1, 2], "exit": ["in programme", "work"]})
    with pytest.raises(StudyError, match="the name of those who stay"):
        aalen_johansen(event_table(frame, stop="day", event="exit"))


def test_a_horizon_at_the_origin_is_refused():
    with pytest.raises(StudyError, match="not after the origin"):
        time_lost(event_table(people(), stop="time", event="cause"), 0)


def spells(delayed: bool) -> st.SearchStrategy[pd.DataFrame]:
    """Frames of up to 25 spells, heavy ties, two groups, three causes."""
    row = st.tuples(st.integers(0, 6), st.integers(1, 7), st.sampled_from(["a", "b", "c", None]),
                    st.sampled_from(["P", "Q"]), st.integers(1, 3))
    frames = st.lists(row, min_size=1, max_size=25).map(
        lambda rows: pd.DataFrame(rows, columns=["start", "length", "exit", "project", "copies"]))
    return frames.map(lambda f: f.assign(stop=f["start"] + f["length"] if delayed else f["length"] - 1,
                                         start=f["start"] - 1.0 * (f["start"] > 0)))


@settings(max_examples=40, deadline=None)
@given(spells(delayed=True), st.sampled_from(["delta", "gray", "ij"]))
def test_staying_and_all_causes_add_up_to_one_and_limits_enclose(frame, variance):
    table = aalen_johansen(event_table(frame, start="start", stop="stop", event="exit", by="project"),
                           variance=variance).table
    np.testing.assert_allclose(table.groupby(["project", "time"])["estimate"].sum(), 1.0, atol=1e-14)
    causes = table[table["cause"] != STAYING]
    assert (causes.groupby(["project", "cause"])["estimate"].diff().dropna() >= 0).all()
    bounded = table.dropna(subset=["lower", "upper"])
    assert ((bounded["lower"] >= 0) & (bounded["lower"] <= bounded["estimate"] + 1e-12)).all()
    assert ((bounded["upper"] <= 1) & (bounded["upper"] >= bounded["estimate"] - 1e-12)).all()


@settings(max_examples=40, deadline=None)
@given(spells(delayed=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_groups_change_nothing(frame, random):
    rows = list(range(len(frame)))
    random.shuffle(rows)
    other = frame.iloc[rows].replace({"project": {"P": "Z", "Q": "Y"}})
    one, two = (aalen_johansen(event_table(f, start="start", stop="stop", event="exit", by="project")).table
                for f in (frame, other))
    two = two.replace({"project": {"Z": "P", "Y": "Q"}}).sort_values("project", kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(spells(delayed=True))
def test_whole_weights_count_identical_persons(frame):
    repeated = frame.loc[frame.index.repeat(frame["copies"])]
    weighted = event_table(frame, start="start", stop="stop", event="exit", by="project", weight="copies")
    counted = event_table(repeated, start="start", stop="stop", event="exit", by="project")
    pd.testing.assert_frame_equal(aalen_johansen(weighted).table, aalen_johansen(counted).table, rtol=1e-12)
    pd.testing.assert_frame_equal(time_lost(weighted, 3).table, time_lost(counted, 3).table, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(spells(delayed=False))
def test_without_delayed_entry_the_jackknife_is_the_delta_variance(frame):
    counted = event_table(frame, stop="stop", event="exit", by="project")
    for analysis in (aalen_johansen, lambda table, variance: time_lost(table, 4, variance=variance)):
        delta, jackknife = (analysis(counted, variance=name).table["std_error"] for name in ("delta", "ij"))
        np.testing.assert_allclose(delta, jackknife, rtol=1e-9, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(spells(delayed=True))
def test_one_minus_kaplan_meier_of_a_cause_overstates_its_incidence(frame):
    counted = event_table(frame, start="start", stop="stop", event="exit", by="project")
    table = aalen_johansen(counted).table
    for cause in counted.causes:
        alone = event_table(frame.assign(exit=frame["exit"] == cause), start="start", stop="stop", event="exit",
                            by="project")
        naive = 1 - aalen_johansen(alone).table.query("cause == @STAYING")["estimate"].to_numpy()
        assert (naive >= table.loc[table["cause"] == cause, "estimate"].to_numpy() - 1e-12).all()
