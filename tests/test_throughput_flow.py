"""Flow, conservation and Little's identity: exact on hand-worked months and on any stays."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis import Study, StudyError, paths, read_study
from rehapro_analysis.throughput import flow_conservation, little_identity, monthly_flow
from rehapro_analysis.throughput.flow.flow import Months
from rehapro_analysis.throughput.flow.stays import read_stays

DAY_0 = pd.Timestamp("2020-01-01")


@pytest.fixture(scope="module")
def synthetic():
    return read_study(*(paths.REPOSITORY / "data" / name for name in ("documented", "synthetic")))


def study_of(rows, projects=("A", "B")):
    """A study of participations (project, entered, left, exit, referred); days as text, empty as None."""
    columns = ["project", "entered_on", "left_on", "exit", "referred_on"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("entered_on", "left_on", "referred_on"):
        frame[name] = pd.to_datetime(frame[name])
    frame = frame.assign(participant=[f"p{i}" for i in range(len(frame))], coach="c", origin="own",
                         planned_until=pd.NaT)
    return Study({"projects": pd.DataFrame({"project": list(projects)}), "episodes": frame})


@pytest.fixture
def three():
    """In A one stays from 20 January to 10 March, one from 29 February on; in B one comes and goes on a day."""
    return study_of([("A", "2020-01-20", "2020-03-10", "employment", "2020-01-02"),
                     ("A", "2020-02-29", None, None, None), ("B", "2020-02-03", "2020-02-03", "dropout", None),
                     ("A", None, "2020-02-15", "withdrawn", "2020-01-05")])


def test_months_worked_by_hand(three):
    table = monthly_flow(three, lock="2020-03-12").table
    a = table[table["project"] == "A"].reset_index(drop=True)
    assert a["month"].dt.strftime("%Y-%m").tolist() == ["2020-01", "2020-02", "2020-03"]
    assert a[["stock_start", "entries", "exits", "employment", "dropout", "stock_end"]].to_numpy().tolist() == [
        [0, 1, 0, 0, 0, 1], [1, 1, 0, 0, 0, 2], [2, 0, 1, 1, 0, 1]]
    days = [12, 29 + 1, 9 + 12]  # 20-31 January; all of February and its 29th; 1-9 and 1-12 March
    person_months = [Fraction(days[0], 31), Fraction(days[1], 29), Fraction(days[2], 31)]
    assert a["person_months"].tolist() == pytest.approx([float(value) for value in person_months], rel=1e-15)
    assert a["turnover"].tolist() == pytest.approx([0, 0, float(1 / person_months[2])], rel=1e-15)
    assert a["days"].tolist() == [31, 29, 12] and a["complete"].tolist() == [True, True, False]
    assert a["referrals"].tolist() == [2, 0, 0]


def test_a_month_without_person_time_has_no_turnover_and_no_referrals_are_not_none_referred(three):
    b = monthly_flow(three, project="B", lock="2020-03-12").table
    assert b[["entries", "exits", "stock_end", "person_months"]].to_numpy().tolist() == [[1, 1, 0, 0], [0, 0, 0, 0]]
    assert b["turnover"].isna().all()
    assert b["referrals"].isna().all()


def test_an_exit_before_the_entry_is_refused():
    with pytest.raises(StudyError, match="1 exit.s. lie before the entry"):
        monthly_flow(study_of([("A", "2020-02-01", "2020-01-31", "dropout", None)]))


def test_nobody_and_unknown_groups_are_refused(three):
    with pytest.raises(StudyError, match="Nobody"):
        monthly_flow(three, lock="2019-01-01")
    with pytest.raises(StudyError, match="no column shoe_size"):
        monthly_flow(three, by="shoe_size")


def test_everybody_is_the_sum_of_the_projects(synthetic):
    columns = ["entries", "exits", "stock_end", "person_months", "dropout", "referrals"]
    by_project = monthly_flow(synthetic).table.groupby("month")[columns].sum()
    everybody = monthly_flow(synthetic, by=None).table.set_index("month")[columns]
    assert np.allclose(by_project, everybody, rtol=1e-12)


def test_phases_add_up_to_the_people_of_the_project(synthetic):
    """The first phase ends with the entry, so the later ones hold the stock of participations."""
    flow = monthly_flow(synthetic, by=["project", "phase"]).table
    later = flow[~flow["phase"].isin(["waiting", "screening", "profiling", "case analysis"])]
    stock = later.groupby(["project", "month"], observed=True)["stock_end"].sum()
    whole = monthly_flow(synthetic).table.set_index(["project", "month"])["stock_end"]
    assert (stock == whole.loc[stock.index]).all()
    moved = flow.groupby("project", observed=True)[["entries", "next_phase"]].sum()
    begun = synthetic.table("phases").groupby("project")["participant"].nunique()
    assert (moved["entries"] - moved["next_phase"] == begun.loc[moved.index]).all()


STAYS = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 200), st.one_of(st.none(), st.integers(0, 150)),
                           st.sampled_from(["dropout", "completed", "employment"])), min_size=1, max_size=40)


def drawn(stays):
    def day(number):
        return DAY_0 + pd.Timedelta(days=number)
    return study_of([(project, day(start), None if length is None else day(start + length),
                      None if length is None else exit, None) for project, start, length, exit in stays])


@settings(max_examples=60, deadline=None)
@given(STAYS, st.integers(200, 400))
def test_every_month_is_conserved_and_no_day_is_lost(stays, lock):
    study, day = drawn(stays), DAY_0 + pd.Timedelta(days=lock)
    flow = monthly_flow(study, lock=day)
    table = flow.table
    assert (table["stock_end"] == table["stock_start"] + table["entries"] - table["exits"]).all()
    assert (table[[name for name in ("completed", "dropout", "employment") if name in table]].sum(axis=1)
            == table["exits"]).all()
    assert flow_conservation(table).table.empty
    days = (table["person_months"] * table["month"].dt.days_in_month).sum()
    present = sum(min(start + (10**6 if length is None else length), lock + 1) - start for _, start, length, _ in stays)
    assert days == pytest.approx(present, rel=1e-12)
    assert table["stock_end"].min() >= 0


@settings(max_examples=60, deadline=None)
@given(STAYS, st.integers(0, 180), st.integers(1, 200))
def test_littles_identity_is_exact_in_every_window(stays, start, length):
    window = [DAY_0 + pd.Timedelta(days=day) for day in (start, start + length)]
    table = little_identity(drawn(stays), *window, lock=DAY_0 + pd.Timedelta(days=400)).table
    entered = (table["entries"] * table["mean_stay_entered"]).fillna(0)
    left = (table["exits"] * table["mean_stay_left"]).fillna(0)
    assert (table["person_days"] == table["overlap"]).all()
    assert np.allclose(table["person_days"], entered + table["start_inside"] - table["entered_after"], rtol=1e-12)
    assert np.allclose(table["person_days"], left - table["left_before"] + table["end_inside"], rtol=1e-12)
    assert (table["stock_end"] == table["stock_start"] + table["entries"] - table["exits"]).all()


def test_the_three_numbers_worked_by_hand():
    """Stays of 10 days from day 0, of 30 from day 5, of 20 from day 12; the window is days 8 to 17."""
    study = study_of([("A", "2020-01-01", "2020-01-11", "dropout", None),
                      ("A", "2020-01-06", "2020-02-05", "completed", None),
                      ("A", "2020-01-13", "2020-02-02", "completed", None)])
    row = little_identity(study, "2020-01-09", "2020-01-19", lock="2020-03-01").table.iloc[0]
    assert row["person_days"] == 2 + 10 + 6
    assert (row["stock_start"], row["stock_end"], row["entries"], row["exits"]) == (2, 2, 1, 1)
    assert row["mean_stock"] == pytest.approx(18 / 10)
    assert row["from_entries"] == pytest.approx(1 / 10 * 20)
    assert row["from_exits"] == pytest.approx(1 / 10 * 10)
    assert row["claimed_stock"] == pytest.approx(1 / 10 * 20)  # the mean of 10, 20 and 30 days
    assert row["claimed_stay"] == pytest.approx(18)
    assert (row["start_inside"], row["entered_after"], row["left_before"], row["end_inside"]) == (12, 14, 8, 16)


def test_where_nothing_changes_the_three_numbers_are_one():
    rows = [("A", DAY_0 + pd.Timedelta(days=day), DAY_0 + pd.Timedelta(days=day + 14), "completed", None)
            for day in range(0, 400)]
    row = little_identity(study_of(rows), "2020-06-01", "2020-12-01").table.iloc[0]
    assert [row[name] for name in ("mean_stock", "from_entries", "from_exits", "claimed_stock")] == [14] * 4


def test_open_stays_make_the_stay_of_entrants_a_lower_limit(synthetic):
    result = little_identity(synthetic, "2021-01-01", "2022-01-01")
    assert result.table["n_open"].sum() > 0
    assert any("lower limits" in sentence for sentence in result.assumptions)
    with pytest.raises(StudyError, match="ends after the data"):
        little_identity(synthetic, "2022-01-01", "2023-01-01")


def test_a_table_that_does_not_add_up_is_named_month_by_month():
    said = pd.DataFrame({
        "project": ["A"] * 4 + ["B"], "month": ["2021-01", "2021-02", "2021-04", "2021-05", "2021-01"],
        "stock_start": [0, 5, 6, np.nan, 3], "entries": [5, 2, 1, 2, 0], "work": [0, 0, 0, 1, 0],
        "dropout": [0, 1, 0, 0, 1], "stock_end": [5, 7, 7, 8, 2]})
    table = flow_conservation(said, exits=["work", "dropout"]).table
    assert [(row.project, f"{row.month:%m}", row.rule.split(",")[0], row.difference)
            for row in table.fillna(-9).itertuples()] == [
        ("A", "02", "stock_end is not stock_start + entries - exits", 1),
        ("A", "04", "months are missing before this one", -9),
        ("A", "05", "a number is missing", -9), ("A", "05", "a number is missing", -9)]
    with pytest.raises(StudyError, match="Did you mean 'exits'"):
        flow_conservation(said.rename(columns={"work": "exits_"}).assign(exits=0), exits="exit")
    with pytest.raises(StudyError, match="stand twice"):
        flow_conservation(pd.concat([said, said]), exits="work")


def test_earlier_knowledge_is_what_reading_with_an_earlier_lock_gives(synthetic):
    day = np.datetime64("2021-05-12")
    earlier = read_stays(synthetic).known_on(int(day.astype(int)))
    read = read_stays(synthetic, lock=str(day))
    assert earlier.lock == read.lock
    names = np.array(earlier.groups["project"].astype(str))
    mine = dict(zip(names, earlier.present[:, -1], strict=True))
    assert {name: n for name, n in mine.items() if n} == dict(
        zip(read.groups["project"].astype(str), read.present[:, -1], strict=True))


def test_calendar_months_have_their_own_lengths():
    months = Months.between(*(int(np.datetime64(day).astype(int)) for day in ("2019-12-31", "2021-02-01")))
    assert months.length.tolist() == [31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28]
    assert months.complete.tolist() == [True] * 14 + [False]
