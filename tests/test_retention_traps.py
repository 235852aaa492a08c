"""Traps of staying: for each an example in which the naive number is wrong and ours is right."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.comparison.comparison import logrank_test
from rehapro_analysis.retention.curves.curves import kaplan_meier
from rehapro_analysis.retention.curves.restricted import restricted_mean
from rehapro_analysis.retention.curves.summaries import conditional_survival
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.exits.competing import aalen_johansen
from rehapro_analysis.retention.states.multistate import state_occupation
from rehapro_analysis.retention.stays.landmarks import known_by, landmark, reached_by
from rehapro_analysis.retention.stays.planned_stays import planned_completion, planned_spells
from rehapro_analysis.retention.stays.reporting_delay import locked_spells, reporting_bounds
from rehapro_analysis.retention.stays.splitting import split_periods, split_spells
from rehapro_analysis.retention.stays.stock_samples import stationarity_test, stock_means, stock_spells
from rehapro_analysis.study import StudyError

REFERENCE = REPOSITORY / "tests" / "reference" / "survival"
EXACT = {"rtol": 1e-9, "atol": 1e-12}
DAY0 = pd.Timestamp("2020-01-01")


def dated(rows: list[tuple], columns=("entered_on", "left_on", "exit")) -> pd.DataFrame:
    """Rows of day numbers as dates; None stays empty."""
    frame = pd.DataFrame(rows, columns=list(columns))
    for name in columns:
        if name.endswith(("_on", "_until")):
            frame[name] = DAY0 + pd.to_timedelta(frame[name].astype(float), unit="D")
    return frame


def day(number: int) -> pd.Timestamp:
    return DAY0 + pd.Timedelta(number, unit="D")


# Immortal time: a module begun in month 3 does nothing, yet who has it stayed longer.

def module_people() -> pd.DataFrame:
    months = np.tile(np.arange(1, 11), 2)
    module = np.where((months > 3) & (np.arange(20) < 10), 3.0, np.nan)
    return pd.DataFrame({"months": months, "left": True, "module": module})


def test_a_module_that_does_nothing_seems_to_hold_people_and_at_a_landmark_does_not():
    people = module_people()
    naive = event_table(people.assign(group=people["module"].notna()), stop="months", event="left", by="group")
    assert restricted_mean(naive, 10).table["estimate"].tolist() == pytest.approx([61 / 13, 7])
    ours = reached_by(people, reached="module", stop="months", at=3)
    assert len(ours) == 14 and ours["group"].sum() == 7
    fair = event_table(ours, stop="months", start="start", event="left", by="group")
    assert restricted_mean(fair, 10).table["estimate"].tolist() == pytest.approx([7, 7])
    assert logrank_test(fair).table["statistic"].iloc[0] == pytest.approx(0, abs=1e-12)


def test_cut_at_the_module_it_seems_to_do_nothing_as_well():
    pieces = split_spells(module_people(), at=["module"], stop="months", event="left")
    table = event_table(pieces, stop="months", start="start", event="left", by="piece")
    assert logrank_test(table).table["statistic"].iloc[0] == pytest.approx(0, abs=1e-12)
    assert table.n_risk[(table.group == 1) & (table.time == 4)] == 7


def test_a_group_known_only_after_entry_is_refused_without_a_landmark():
    people = module_people()
    with pytest.raises(StudyError, match=r"7 row\(s\) got their 'module' only after entry; .*immortal time"):
        reached_by(people, reached="module", stop="months")
    with pytest.raises(StudyError, match="only after 2 days after entry"):
        known_by(people, by="module", known="module", at=2)
    assert known_by(people, by="module", known="module", at=3) is people


def test_dates_of_groups_are_held_against_the_date_of_entry():
    people = dated([(0, 0, "a"), (5, 9, "b"), (5, None, "a")], ("entered_on", "assessed_on", "group"))
    with pytest.raises(StudyError, match=r"1 row\(s\) got their 'group'"):
        known_by(people, by="group", known="assessed_on", entered="entered_on")
    assert known_by(people, by="group", known="assessed_on", entered="entered_on", at=4) is people
    polars = pytest.importorskip("polars")
    with pytest.raises(StudyError, match=r"1 row\(s\) got their 'group'"):
        known_by(polars.from_pandas(people).lazy(), by="group", known="assessed_on", entered="entered_on")


def test_a_landmark_in_a_frame_and_in_an_event_table_is_the_conditional_curve():
    people = pd.read_csv(REFERENCE / "A.csv").assign(left=lambda d: d["cause"] > 0)
    table = event_table(people, stop="time", event="left", by="g")
    rows = landmark(people, at=3, stop="time")
    curves = [kaplan_meier(later).table for later in (
        landmark(table, at=3), event_table(rows, stop="time", start="start", event="left", by="g"))]
    pd.testing.assert_frame_equal(*curves)
    reference = pd.read_csv(REFERENCE / "curves_given3.csv")
    np.testing.assert_allclose(curves[0]["estimate"], reference["surv"], **EXACT)
    given = conditional_survival(table, 3).table
    np.testing.assert_allclose(curves[0]["estimate"], given["estimate"].iloc[-len(curves[0]):], **EXACT)
    later = landmark(table, at=3)
    assert later.n == later.cells.n.sum() == (people["time"] > 3).sum()


def test_a_landmark_keeps_late_entries_of_a_table_and_leaves_them_out_of_a_frame():
    people = pd.DataFrame({"start": [np.nan, 2.0, 6.0], "stop": [5, 8, 9], "left": True})
    assert landmark(people, at=4, stop="stop")["stop"].tolist() == [5, 8]
    later = landmark(event_table(people, stop="stop", start="start", event="left"), at=4)
    assert later.to_frame()[["time", "n_enter", "n_risk"]].astype(int).values.tolist() == [
        [5, 0, 2], [6, 1, 1], [8, 0, 2], [9, 0, 1]]
    assert later.delayed and later.n == 3


def test_a_landmark_that_empties_a_group_is_refused():
    people = pd.DataFrame({"stop": [2, 9], "left": True, "g": ["a", "b"]})
    with pytest.raises(StudyError, match=r"Nobody is left after 5 in 1 group\(s\)"):
        landmark(event_table(people, stop="stop", event="left", by="g"), at=5)


# Length bias: every day one stay of 2 days and one of 10 begins; the mean stay is 6.

def steady() -> pd.DataFrame:
    return dated([(entry, entry + stay, "left") for entry in range(40) for stay in (2, 10)])


def test_a_stock_says_eight_and_two_thirds_where_six_is_true():
    means = stock_means(steady(), 10, on=day(20), lock=day(60)).table.set_index("mean")["estimate"]
    assert means["complete"] == pytest.approx((2 * 2 + 10 * 10) / 12)
    assert means["elapsed"] == pytest.approx((1 + 45) / 12)
    assert means["left-truncated"] == pytest.approx(6, abs=1e-12)
    assert means["weighted"] == pytest.approx(6, abs=1e-12)


def test_a_stock_is_watched_from_the_day_it_was_taken():
    spells = stock_spells(steady(), on=day(20), lock=day(25))
    assert len(spells) == 12 and (spells["start"] < spells["stop"]).all()
    assert spells["exit"].isna().sum() == 5  # who entered on days 16 to 20 for 10 days
    assert sorted(spells["start"]) == [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_weights_are_withheld_where_entries_were_not_stationary():
    started_late = dated([(entry, entry + 30, "left") for entry in range(15, 20)] * 4)
    result = stock_means(started_late, 30, on=day(20), lock=day(60))
    assert np.isnan(result.table.set_index("mean").loc["weighted", "estimate"])
    test = stationarity_test(started_late, on=day(20), lock=day(60)).table.iloc[0]
    assert (test["n_longer_before"], test["n_longer_after"]) == (0, 20)
    assert test["p_value"] == pytest.approx(2 * 0.5**20)


def test_weights_are_withheld_where_stays_are_still_open():
    means = stock_means(steady(), 5, on=day(20), lock=day(23)).table.set_index("mean")["estimate"]
    assert means[["complete", "weighted"]].isna().all() and np.isfinite(means["left-truncated"])


def test_steady_entries_look_the_same_before_and_after_the_day():
    for lock in (60, 24):
        row = stationarity_test(steady(), on=day(20), lock=day(lock)).table.iloc[0]
        assert row["n_longer_before"] == row["n_longer_after"] and row["p_value"] == 1


def test_a_stock_that_nobody_is_in_is_refused():
    with pytest.raises(StudyError, match="Nobody was present"):
        stock_spells(steady(), on=day(500), lock=day(600))
    with pytest.raises(StudyError, match="lock day is not after"):
        stock_spells(steady(), on=day(20), lock=day(20))


# Late reports: every exit is reported 20 days late; the report of day 100 misses those of days 81 to 100.

def late(report: int = 100, lag: int = 20) -> tuple[pd.DataFrame, pd.DataFrame]:
    truth = dated([(entry, entry + 30, "dropout") for entry in range(0, 100, 5)])
    known = truth["left_on"] <= day(report - lag)
    return truth, truth.assign(left_on=truth["left_on"].where(known), exit=truth["exit"].where(known))


def at(table: pd.DataFrame, time: float) -> float:
    return table[table["time"] <= time]["estimate"].iloc[-1]


def test_late_reports_make_retention_too_high_and_the_lock_date_puts_it_right():
    truth, reported = late()
    known = locked_spells(truth, report=day(100)).assign(exit=lambda d: d["exit"].notna())
    true = at(kaplan_meier(event_table(known, stop="stop", event="exit")).table, 30)
    curves = dict(list(reporting_bounds(reported, report=day(100), lag=20).table.groupby("scenario")))
    assert true == 0 and at(curves["locked"], 30) == 0
    assert at(curves["all stayed"], 30) > 0.25
    assert at(curves["all left"], 29) < 1


def test_the_lock_date_leaves_out_later_entries_and_opens_later_exits():
    rows = dated([(0, 50, "dropout"), (0, 95, "work"), (90, 92, "dropout"), (10, 80, None), (10, 81, None)])
    spells = locked_spells(rows, report=day(100), lag=20)
    assert spells["stop"].tolist() == [50, 80, 70, 70]
    assert spells["exit"].fillna("").tolist() == ["dropout", "", "unknown", ""]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans()), min_size=2, max_size=25),
       st.integers(0, 30))
def test_whatever_was_not_reported_the_truth_lies_between_the_bounds(people, lag):
    truth = dated([(entry, entry + stay, "left") for entry, stay, _ in people])
    unreported = (truth["left_on"] > day(60 - lag)) & pd.Series([late for *_, late in people])
    reported = truth.assign(left_on=truth["left_on"].mask(unreported), exit=truth["exit"].mask(unreported))
    known = locked_spells(truth, report=day(60)).assign(exit=lambda d: d["exit"].notna())
    true = kaplan_meier(event_table(known, stop="stop", event="exit")).table
    bounds = reporting_bounds(reported, report=day(60), lag=lag).table
    assert len(locked_spells(truth, report=day(60))) == (truth["entered_on"] <= day(60)).sum()
    for time in true["time"]:
        low, high = (bounds[(bounds["scenario"] == name) & (bounds["time"] <= time)]["estimate"] for name in (
            "all left", "all stayed"))
        assert (low.iloc[-1] if len(low) else 1) <= at(true, time) + 1e-12
        assert at(true, time) <= (high.iloc[-1] if len(high) else 1) + 1e-12


def test_without_a_lag_the_bounds_meet():
    _, reported = late()
    table = reporting_bounds(reported, report=day(100), lag=0).table
    curves = [part.drop(columns="scenario").reset_index(drop=True) for _, part in table.groupby("scenario")]
    pd.testing.assert_frame_equal(curves[0], curves[1])
    pd.testing.assert_frame_equal(curves[0], curves[2])


# Planned completion: of ten people planned for 100 days two drop out on day 50, eight complete on day 100.

def planned(factor: int = 1) -> list[tuple]:
    return [(0, 50 * factor, 100 * factor, "dropout")] * 2 + [(0, 100 * factor, 100 * factor, "completed")] * 8


PLANNED = ("entered_on", "left_on", "planned_until", "exit")


def test_one_rate_says_a_third_stays_to_day_ninety_where_four_fifths_do():
    people = dated(planned(), PLANNED)
    naive = np.exp(-90 * 10 / (2 * 50 + 8 * 100))
    assert naive < 0.4
    table = planned_completion(people, lock=day(300)).table.set_index("part")
    assert 1 - table.loc["before", "estimate"] == pytest.approx(0.8)
    assert table.loc["at the planned end", "estimate"] == 1
    assert table["n_event"].to_dict() == {"before": 2, "at the planned end": 8}
    assert table.loc["before", "rate"] == pytest.approx(2 / (2 * 0.5 + 8 * 0.95))


def test_on_the_clock_of_the_plan_short_and_long_plans_have_one_spike():
    people = dated(planned() + planned(3), PLANNED)
    spells = planned_spells(people, lock=day(400))
    assert sorted(set(spells["stop"])) == [0.5, 1.0] and set(spells["planned_days"]) == {100, 300}
    table = planned_completion(people, lock=day(400)).table.set_index("part")
    assert table.loc["before", "estimate"] == pytest.approx(0.2)
    assert table.loc["at the planned end", "n_event"] == 16


def test_who_stays_beyond_the_plan_is_asked_again():
    people = dated([(0, 80, 100, "dropout"), (0, 100, 100, "completed"), (0, 120, 100, "work"),
                    (0, None, 100, None)], PLANNED)
    table = planned_completion(people, lock=day(200)).table
    assert table["part"].tolist() == ["before", "at the planned end", "after"]
    assert table["n"].tolist() == [4, 3, 2] and table["n_event"].tolist() == [1, 1, 1]
    np.testing.assert_allclose(table["estimate"], [1 / 4, 1 / 3, 1 / 2])
    np.testing.assert_allclose(table["planned_lengths"].sum(), 0.8 + 1 + 1.2 + 2)


def test_a_stay_without_a_plan_is_refused():
    with pytest.raises(StudyError, match=r"1 row\(s\) have no 'planned_until' after the entry"):
        planned_spells(dated([(0, 5, None, "left"), (0, 5, 9, "left")], PLANNED), lock=day(10))


# Pandemic periods

PERIODS = {"lockdown": day(30), "after": day(60)}


def test_an_exit_belongs_to_the_period_of_its_day():
    rows = dated([(0, 29, "a"), (0, 30, "b"), (0, 60, "c"), (30, 30, "d"), (29, 30, "e"), (70, 80, "f")])
    pieces = split_periods(rows, periods=PERIODS, lock=day(100))
    ends = pieces[pieces["exit"].notna()].set_index("exit")["period"].astype(str).to_dict()
    assert ends == {"a": "before", "b": "lockdown", "c": "after", "d": "lockdown", "e": "lockdown", "f": "after"}


def test_days_in_each_period_are_the_days_spent_there():
    rows = dated([(10, 75, "left"), (50, None, None), (95, 140, "left")])
    pieces = split_periods(rows, periods=PERIODS, lock=day(100), keep="entered_on")
    days = (pieces["stop"] - pieces["start"].fillna(0)).groupby(pieces["period"], observed=True).sum()
    assert days.to_dict() == {"before": 19.0, "lockdown": 30.0 + 9, "after": 16.0 + 41 + 5}
    assert pieces["exit"].notna().sum() == 1


def test_a_curve_by_period_finds_the_hazard_that_entry_cohorts_mix():
    # One in ten leaves on each day before day 30, none afterwards; all entered on day 20 or on day 30.
    rows = []
    for number in range(1, 10):
        rows += [(20, 20 + number, "dropout")] * 10
    rows += [(20, None, None)] * 10 + [(30, None, None)] * 100
    pieces = split_periods(dated(rows), periods={"after": day(30)}, lock=day(60))
    pieces = pieces.assign(left=pieces["exit"].notna())
    curve = kaplan_meier(event_table(pieces, stop="stop", start="start", event="left", by="period")).table
    assert at(curve[curve["period"] == "before"], 9) == pytest.approx(0.1)
    assert at(curve[curve["period"] == "after"], 40) == 1
    cohort = kaplan_meier(event_table(pieces, stop="stop", start="start", event="left")).table
    assert 0.1 < at(cohort, 9) < 1


def test_periods_in_the_wrong_order_are_refused():
    with pytest.raises(StudyError, match="do not begin one after another"):
        split_periods(steady(), periods={"b": "2020-05-01", "a": date(2020, 4, 1)}, lock=day(100))


a_person = st.tuples(st.integers(0, 50), st.integers(0, 60), st.sampled_from(["dropout", "work", None]))
people_lists = st.lists(a_person, min_size=2, max_size=20)


@settings(max_examples=50, deadline=None)
@given(people_lists, st.lists(st.integers(1, 110), min_size=1, max_size=4, unique=True))
def test_splitting_at_dates_changes_no_pooled_estimate(people, cuts):
    rows = dated([(entry, None if exit is None else entry + stay, exit) for entry, stay, exit in people])
    whole = locked_spells(rows, report=day(110))
    pieces = split_periods(rows, periods={str(cut): day(cut) for cut in sorted(cuts)}, lock=day(110))
    assert len(pieces) >= len(whole)
    tables = [event_table(frame.assign(exit=frame["exit"].fillna("")), stop="stop", start="start", event="exit")
              for frame in (whole, pieces)]
    for analysis in (kaplan_meier, lambda table: aalen_johansen(table, variance="delta")):
        before, after = (analysis(table).table for table in tables)
        own = [name for name in ("cause", "time") if name in before]
        both = before.merge(after, on=own, suffixes=("", "_split"), validate="one_to_one")
        assert len(both) == len(before)
        np.testing.assert_allclose(both["estimate_split"], both["estimate"], **EXACT)
        np.testing.assert_allclose(both["std_error_split"], both["std_error"], **EXACT)
        left = both[both["n_event"] > 0]
        assert (left["n_risk_split"] == left["n_risk"]).all()


@settings(max_examples=30, deadline=None)
@given(people_lists, st.lists(st.integers(0, 60), min_size=1, max_size=4, unique=True))
def test_splitting_at_times_leaves_histories_as_they_were(people, cuts):
    frame = pd.DataFrame(people, columns=["start", "stay", "to"])
    frame = frame.assign(participant=range(len(frame)), state="in", stop=frame["start"] + frame["stay"] + 1)
    pieces = split_spells(frame, at=sorted(cuts), stop="stop", event="to")
    assert len(pieces) >= len(frame) and pieces["to"].notna().sum() == frame["to"].notna().sum()
    pd.testing.assert_frame_equal(state_occupation(pieces).table, state_occupation(frame).table, check_dtype=False)


@pytest.mark.parametrize("lazy", [False, True])
def test_other_frames_are_split_as_well(lazy):
    polars = pytest.importorskip("polars")
    frame = pd.DataFrame({"stop": [5, 9, 9], "exit": ["a", None, "b"], "module": [np.nan, 4.0, 9.0]})
    other = polars.from_pandas(frame)
    pieces = split_spells(other.lazy() if lazy else other, at=["module"], stop="stop", event="exit")
    assert isinstance(pieces, polars.LazyFrame if lazy else polars.DataFrame)
    pieces = pieces.collect() if lazy else pieces
    assert sorted(pieces.select("stop", "piece", "exit").rows(), key=str) == [
        (4.0, 0, None), (5.0, 0, "a"), (9.0, 0, "b"), (9.0, 1, None)]


# Dates

def test_rows_without_an_entry_and_exits_before_it_are_refused():
    with pytest.raises(StudyError, match=r"1 row\(s\) \(first at 1, from 0\) have no 'entered_on'"):
        locked_spells(dated([(0, 5, "a"), (None, 5, "a")]), report=day(9))
    with pytest.raises(StudyError, match="'left_on' before 'entered_on'"):
        locked_spells(dated([(6, 5, "a")]), report=day(9))
    with pytest.raises(StudyError, match=r"\(first at 1, from 0\) have an 'exit' and no 'left_on'"):
        locked_spells(dated([(0, 5, "a"), (0, None, "a")]), report=day(9))
    words = pd.DataFrame({"entered_on": ["2020-01-01"], "left_on": [None], "exit": [None]})
    with pytest.raises(StudyError, match="holds no dates"):
        locked_spells(words, report=day(9))
    with pytest.raises(StudyError, match="Did you mean 'left_on'"):
        locked_spells(dated([(0, 5, "a")]), report=day(9), left="leftt_on")


def test_dates_from_polars_are_the_same_days():
    polars = pytest.importorskip("polars")
    rows = dated([(0, 50, "a"), (3, None, None)])
    other = polars.from_pandas(rows).with_columns(polars.col("entered_on", "left_on").cast(polars.Date))
    for frame in (other, other.lazy()):
        pd.testing.assert_frame_equal(locked_spells(frame, report=day(60)), locked_spells(rows, report=day(60)))
