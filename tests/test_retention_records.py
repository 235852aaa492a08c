"""Kept records: what counts leave open contains what the people behind them did, and evenness is only an assumption."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis import retention
from rehapro_analysis.retention.aggregates.records import BY_MONTH, BY_QUARTER, DATES, EVEN
from rehapro_analysis.study import StudyError

FIRST = pd.Timestamp("2021-01-15")


def dated(stays: list[tuple[int, int | None]]) -> pd.DataFrame:
    """People by the month of their entry and the months of their stay; None: still there."""
    entered = [FIRST + pd.DateOffset(months=begin) for begin, _ in stays]
    left = [None if months is None else day + pd.DateOffset(months=months) for day, (_, months) in
            zip(entered, stays, strict=True)]
    return pd.DataFrame({"entered_on": entered, "left_on": pd.to_datetime(left)})


def by_record(frame: pd.DataFrame, lock: str = "2022-06-15", **how) -> pd.DataFrame:
    return retention.retention_by_record(frame, lock=lock, **how).table.set_index(["record", "months"])


def test_four_records_of_ten_people_by_hand():
    # all enter in January 2021: two leave after 2 months, three after 6, five stay to the lock day 17 months later
    found = by_record(dated([(0, 2)] * 2 + [(0, 6)] * 3 + [(0, None)] * 5), months=[3, 6, 12])
    for record in (DATES, BY_QUARTER):
        assert found.loc[record, "estimate"].tolist() == pytest.approx([0.8, 0.5, 0.5])
    for record in (BY_QUARTER, BY_MONTH):  # one month of entries, or nobody out of sight: nothing is open
        assert found.loc[record, "lowest"].tolist() == found.loc[record, "highest"].tolist()
        assert found.loc[record, "lowest"].tolist() == pytest.approx([0.8, 0.5, 0.5])
    # stocks at the ends of the 18 months: 10 10 8 8 8 8 5 ..., the first begins at 0
    spent = (0 + 10) / 2 + 10 + (10 + 8) / 2 + 3 * 8 + (8 + 5) / 2 + 11 * 5
    assert found.loc[EVEN, "estimate"].tolist() == pytest.approx(np.exp(-5 / spent * np.array([3, 6, 12])))


def test_unlinked_counts_leave_open_who_left():
    # 6 enter in month 1, then one a month to month 16, and one leaves in each of these; 17 entered up to month 12.
    # If always the oldest left, all but the last two of them are gone 6 months later; exits of the months 2 to 7 must
    # be of people who were there for less than that, the others may be of the first six, or of those too new to count
    found = by_record(dated([(0, None)] * 6 + [(month, 0) for month in range(1, 16)]), months=[6])
    bounds = found.loc[(BY_MONTH, 6)]
    assert (bounds["lowest"], bounds["highest"]) == (pytest.approx(2 / 17), pytest.approx(11 / 17))
    assert found.loc[(DATES, 6), "estimate"] == pytest.approx(6 / 21)


def test_where_the_plan_ends_all_stays_evenness_misleads():
    # everybody stays twelve months and leaves; dates and quarters see it, one even rate does not
    found = by_record(dated([(month, 12) for month in range(5) for _ in range(4)]), months=[9, 12])
    assert found.loc[(DATES, 9), "estimate"] == found.loc[(BY_QUARTER, 9), "estimate"] == 1
    assert found.loc[(DATES, 12), "estimate"] == found.loc[(BY_QUARTER, 12), "estimate"] == 0
    assert found.loc[(EVEN, 9), "estimate"] < 0.75 and found.loc[(EVEN, 12), "estimate"] > 0.3


def test_beyond_the_last_month_watched_no_record_speaks():
    found = by_record(dated([(0, 1), (0, None), (1, None)]), lock="2021-08-01", months=[6, 9])
    assert found.loc[(slice(None), 9), ["estimate", "lowest", "highest"]].isna().all(axis=None)
    assert found.loc[(DATES, 6), "estimate"] == pytest.approx(2 / 3)


def test_groups_stand_alone_and_counts_carry_their_origin():
    frame = dated([(0, 2)] * 3 + [(0, None)] * 5 + [(1, 8)] * 6).assign(project=["B"] * 8 + ["A"] * 6)
    both = retention.retention_by_record(frame, lock="2022-06-15", by="project", origin="synthetic")
    assert both.origin == "synthetic" and both.n == 14
    assert both.table["project"].drop_duplicates().tolist() == ["B", "A"]
    for project, part in frame.groupby("project"):
        alone = retention.retention_by_record(part, lock="2022-06-15").table
        ours = both.table[both.table["project"] == project].drop(columns="project").reset_index(drop=True)
        pd.testing.assert_frame_equal(ours, alone)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 18))), min_size=1, max_size=25))
def test_what_a_record_leaves_open_contains_the_people_behind_it(stays):
    frame = dated(stays)
    found = by_record(frame, months=[3, 6])
    end = (pd.Timestamp("2022-06-15") - FIRST).days // 30
    for months in (3, 6):
        quarter, dates = found.loc[(BY_QUARTER, months)], found.loc[(DATES, months)]
        if not np.isnan(quarter["lowest"]) and not np.isnan(dates["estimate"]):
            assert quarter["lowest"] - 1e-9 <= dates["estimate"] <= quarter["highest"] + 1e-9
        early = [(begin, stay) for begin, stay in stays if begin + months <= end]
        if early:
            still = np.mean([stay is None or stay > months or begin + stay > end for begin, stay in early])
            bounds = found.loc[(BY_MONTH, months)]
            assert bounds["lowest"] - 1e-9 <= still <= bounds["highest"] + 1e-9


@pytest.mark.parametrize(("how", "says"), [
    ({"months": [5]}, "not whole quarters"), ({"months": []}, "not whole quarters"),
    ({"months": [0]}, "not whole quarters"), ({"lock": "2020-01-01"}, "Nobody had entered by 2020-01-01")])
def test_records_that_cannot_be_compared_are_refused(how, says):
    with pytest.raises(StudyError, match=says):
        retention.retention_by_record(dated([(0, 2)]), **{"lock": "2022-01-01", **how})
