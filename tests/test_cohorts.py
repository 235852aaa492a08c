"""Cohorts of a study, what documents say of staying, and differences of curves, against hand-worked numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

import rehapro_analysis as ra
from rehapro_analysis import retention
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.stays.cohorts import months_between

DAYS = st.dates(pd.Timestamp("2016-01-01").date(), pd.Timestamp("2026-12-31").date())


def study_of(rows, **columns):
    names = ["project", "participant", "referred_on", "entered_on", "planned_until", "left_on", "exit", "origin"]
    episodes = pd.DataFrame(rows, columns=names).assign(coach="c", referred_by=None, **columns)
    for name in names[2:6]:
        episodes[name] = pd.to_datetime(episodes[name])
    return ra.Study({"projects": pd.DataFrame({"project": ["B", "A"], "label": ["B", "A"]}), "episodes": episodes})


ROWS = [
    ("A", "stays", "2020-01-01", "2020-01-10", "2021-01-10", None, None, "own"),
    ("A", "left", "2020-01-01", "2020-03-16", None, "2020-03-16", "dropout", "own"),
    ("B", "silent", "2021-05-01", "2021-06-01", None, "2021-06-11", None, "synthetic"),
    ("B", "waits", "2021-06-30", None, None, None, None, "own"),
    ("B", "withdrew", "2021-06-01", None, None, "2021-06-05", "withdrawn", "own"),
]


def test_a_participation_counts_from_entry_to_exit_or_to_the_last_day_recorded():
    frame = retention.cohort(study_of(ROWS)).set_index("participant")
    assert frame["lock"].unique().tolist() == [pd.Timestamp("2021-06-30")]
    assert frame["stop"].to_dict() == {"stays": 537, "left": 0, "silent": 10}
    assert frame["event"].to_dict() == {"stays": "censored", "left": "dropout", "silent": "unknown"}
    assert frame["period"].astype(str).to_dict() == {"stays": "before", "left": "during", "silent": "after"}
    assert frame.loc["stays", "planned"] == 366


def test_an_earlier_lock_knows_neither_later_entries_nor_later_exits():
    frame = retention.cohort(study_of(ROWS), lock="2021-06-05").set_index("participant")
    assert frame.loc["silent", ["stop", "event"]].tolist() == [4, "censored"]
    assert "silent" not in set(retention.cohort(study_of(ROWS), lock="2021-05-31")["participant"])


def test_projects_come_in_the_order_of_the_study_and_further_columns_stay():
    frame = retention.cohort(study_of(ROWS, age=44))
    assert frame["project"].cat.categories.tolist() == ["B", "A"]
    assert frame["age"].tolist() == [44] * 3
    assert "referred_by" not in frame
    assert retention.cohort(study_of(ROWS), origin="own")["participant"].tolist() == ["stays", "left"]
    assert retention.cohort(study_of(ROWS), project="B")["participant"].tolist() == ["silent"]


def test_what_cannot_be_counted_is_refused_with_a_remedy():
    undated = [*ROWS, ("A", "gone", "2020-01-01", "2020-02-01", None, None, "dropout", "own")]
    with pytest.raises(ra.StudyError, match=r"1 exit\(s\) have a reason and no day"):
        retention.cohort(study_of(undated))
    with pytest.raises(ra.StudyError, match="no project C"):
        retention.cohort(study_of(ROWS), project=["A", "C"])
    with pytest.raises(ra.StudyError, match="had entered by 2019-12-31"):
        retention.cohort(study_of(ROWS), lock="2019-12-31")
    with pytest.raises(ra.StudyError, match="clock='weeks' is unknown"):
        retention.cohort(study_of(ROWS), clock="weeks")


@given(DAYS, DAYS)
def test_months_agree_with_the_calendar_and_never_run_backwards(one, other):
    start, end = (pd.Series(pd.to_datetime([day])) for day in sorted([one, other]))
    months = months_between(start, end)[0]
    whole = pd.DateOffset(months=int(months))
    assert start[0] + whole <= end[0] < start[0] + pd.DateOffset(months=int(months) + 1)
    assert (months == int(months)) == (start[0] + whole == end[0])
    assert months_between(start, end + pd.Timedelta(days=1))[0] > months or end[0].day >= 28


def test_the_synthetic_cohort_has_everybody_who_entered_and_no_small_project():
    study = ra.read_study(*ra.data_folders())
    frame = retention.cohort(study, origin="synthetic", clock="months")
    assert len(frame) == study.table("episodes")["entered_on"].notna().sum()
    assert frame["stop"].between(0, 32).all()
    assert frame["project"].value_counts().min() >= 5


@pytest.fixture(scope="module")
def documented():
    return retention.documented_retention(ra.read_study(REPOSITORY / "data" / "documented"))


def test_documented_shares_have_exact_limits_and_ranges_the_outermost(documented):
    running, earlier, both, leipzig = (row for _, row in documented.table.head(4).iterrows())
    assert (running["count_low"], running["of"]) == (11, 15)
    assert running["lower"] == pytest.approx(beta.ppf(0.025, 11, 5), rel=1e-9)
    assert (earlier["share_low"], earlier["share_high"]) == (12 / 15, 13 / 15)
    assert earlier["lower"] == pytest.approx(beta.ppf(0.025, 12, 4), rel=1e-9)
    assert earlier["upper"] == pytest.approx(beta.ppf(0.975, 14, 2), rel=1e-9)
    assert (both["count_low"], both["count_high"], both["of"]) == (24, 26, 30)
    assert both["upper"] - both["lower"] < earlier["upper"] - earlier["lower"]
    assert (leipzig["count_low"], leipzig["of"]) == (68, 417)
    assert leipzig["upper"] == pytest.approx(beta.ppf(0.975, 69, 349), rel=1e-9)


def test_the_share_of_halle_is_told_only_under_a_named_assumption(documented):
    halle = documented.table[documented.table["project"].eq("GehVor")]
    assert len(halle) > 1
    assert halle["question"].str.contains("if").all()
    assert halle["assumption"].str.contains("cannot be decided").all()
    assert documented.origin == "documented"


def test_a_difference_curve_is_the_difference_of_two_kaplan_meier_curves():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"days": rng.integers(0, 40, 300), "left": rng.random(300) < 0.6,
                          "group": rng.choice(["one", "two"], 300)})
    table = retention.event_table(frame, stop="days", event="left", by="group")
    apart = retention.difference_curve(table).table
    at = retention.milestone(table, apart["time"]).table
    one, two = (at[at["group"].eq(name)].reset_index(drop=True) for name in ("one", "two"))
    assert np.allclose(apart["estimate"], one["estimate"] - two["estimate"], rtol=1e-9, atol=1e-12)
    error = np.sqrt(one["std_error"].fillna(0) ** 2 + two["std_error"].fillna(0) ** 2)
    assert np.allclose(apart["std_error"], error, rtol=1e-9, atol=1e-12)
    assert (apart["n_risk"] == np.minimum(one["n_risk"], two["n_risk"])).all()


def test_a_difference_of_a_cause_has_the_sign_of_the_first_group_and_needs_two_groups():
    frame = pd.DataFrame({"days": [1, 2, 3, 1, 2, 3], "exit": ["work", "work", None, "drop", None, None],
                          "group": list("aaabbb")})
    table = retention.event_table(frame, stop="days", event="exit", by="group")
    assert retention.difference_curve(table, cause="work").table["estimate"].tolist() == pytest.approx([1 / 3, 2 / 3])
    with pytest.raises(ra.StudyError, match="between two groups, and there are 1"):
        retention.difference_curve(retention.event_table(frame, stop="days", event="exit"))


# What is known, and up to which day

def known_of(*days: tuple[str | None, str | None]) -> ra.Study:
    frame = pd.DataFrame(days, columns=["entered_on", "left_on"]).apply(pd.to_datetime)
    frame = frame.assign(project="A", participant=[f"p{i}" for i in range(len(days))], coach=None, referred_on=pd.NaT,
                         planned_until=pd.NaT, exit=frame["left_on"].notna().map({True: "dropout", False: None}),
                         origin="own")
    return ra.Study({"projects": pd.DataFrame({"project": ["A"]}), "episodes": frame})


STAYS = [("2021-01-04", "2021-03-01")] * 5 + [("2021-02-01", None)] * 5


def test_the_last_day_is_said_and_a_lonely_one_is_questioned():
    say = ra.retention.what_is_known
    assert say(known_of(*STAYS)) == "10 participations, entries and exits known up to 2021-03-01."
    slip = say(known_of(*STAYS, ("2021-02-01", "2025-05-01")))
    assert "known up to 2025-05-01" in slip and "lies 1522 days back: if the last one is a slip" in slip
    assert "slip" not in say(known_of(*STAYS, ("2021-02-01", "2025-05-01")), lock="2021-06-30")
    assert "Nobody is still there" in say(known_of(*STAYS[:5]))
    assert say(known_of(*STAYS[4:7])).startswith("fewer than 5 participations")


def test_a_project_of_one_person_is_no_row_of_a_table():
    people = pd.DataFrame({"project": pd.Categorical(["A"] * 5 + ["B"] * 4 + ["C"] * 9), "stop": 1.0, "event": "work"})
    kept = retention.large_projects(people)
    assert kept["project"].unique().tolist() == ["A", "C"]
    table = retention.event_table(kept, stop="stop", event="event", by="project")
    assert retention.restricted_mean(table, 1).table["project"].tolist() == ["A", "C"]


def test_the_last_day_of_a_run_holds_for_every_field(monkeypatch):
    study = known_of(*STAYS, ("2021-02-01", "2025-05-01"))
    monkeypatch.setenv("REHAPRO_LOCK", "2021-06-30")
    assert set(retention.cohort(study)["lock"]) == {pd.Timestamp("2021-06-30")}
    assert retention.cohort(study, lock="2021-04-30")["lock"].max() == pd.Timestamp("2021-04-30")
    assert ra.throughput.monthly_flow(study).table["month"].max() == pd.Timestamp("2021-06-01")
    monkeypatch.setenv("REHAPRO_LOCK", "30.6.2021")
    with pytest.raises(ra.StudyError, match="Write it as YYYY-MM-DD"):
        retention.cohort(study)
