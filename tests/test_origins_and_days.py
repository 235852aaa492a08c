"""Where rows come from is never lost on the way to a result, and a day is never guessed."""

from __future__ import annotations

import datetime

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rehapro_analysis as ra
from rehapro_analysis import retention
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError
from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.origins import frame_origin

PEOPLE = pd.DataFrame({"month": [1, 2, 3, 4, 5, 6], "exit": ["work", "dropout", None, "work", "dropout", "work"],
                       "project": list("ABABAB"), "age": [30, 40, 50, 35, 45, 55.0], "origin": "synthetic"})
DATED = pd.DataFrame({"entered_on": pd.to_datetime(["2021-01-04", "2021-02-01", "2021-03-01"]),
                      "left_on": pd.to_datetime(["2021-06-01", None, "2021-05-01"]), "exit": ["work", None, "dropout"],
                      "planned_until": pd.Timestamp("2021-12-31"), "origin": "synthetic"})


@pytest.fixture(scope="module")
def study():
    return ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def test_synthetic_people_stay_synthetic_from_the_study_to_the_curve(study):
    table = retention.event_table(retention.cohort(study), stop="stop", event="event", by="period")
    assert table.origin == retention.kaplan_meier(table).origin == retention.gray_test(table).origin == "synthetic"
    spells, who = retention.phase_spells(study, "GesA"), ["project", "participant"]
    assert retention.state_occupation(spells, participant=who).origin == "synthetic"
    assert retention.example_projects(retention.cohort(study)).origin == "synthetic"


@pytest.mark.parametrize("result", [
    lambda: retention.cox_model(PEOPLE, stop="month", event="exit", covariates=["age"]),
    lambda: retention.fine_gray_model(PEOPLE, stop="month", event="exit", cause="work", covariates=["age"]),
    lambda: retention.proportional_hazards_test(PEOPLE, stop="month", event="exit", covariates=["age"]),
    lambda: retention.permutation_logrank_test(PEOPLE.assign(left=PEOPLE["exit"].notna()), stop="month", event="left",
                                               by="project", rng=np.random.default_rng(1), permutations=20),
    lambda: retention.planned_completion(DATED, lock="2021-12-31"),
    lambda: retention.reporting_bounds(DATED, report="2021-12-31", lag=30),
    lambda: retention.retention_by_record(DATED, lock="2021-12-31", months=[3]),
    lambda: retention.stock_means(DATED, 100, on="2021-04-01", lock="2021-12-31"),
    lambda: retention.stationarity_test(DATED, on="2021-04-01", lock="2021-12-31")])
def test_every_result_of_a_frame_that_says_synthetic_is_synthetic(result):
    assert result().origin == "synthetic"


@pytest.mark.parametrize("spells", [
    lambda: retention.split_periods(DATED, periods={"later": "2021-04-01"}, lock="2021-12-31"),
    lambda: retention.locked_spells(DATED, report="2021-12-31"),
    lambda: retention.planned_spells(DATED, lock="2021-12-31"),
    lambda: retention.stock_spells(DATED, on="2021-04-01", lock="2021-12-31")])
def test_spells_made_of_stays_carry_their_origin(spells):
    assert set(spells()["origin"]) == {"synthetic"}
    assert retention.event_table(spells(), stop="stop", event="exit").origin == "synthetic"


@pytest.mark.parametrize("other", [pl.from_pandas, lambda frame: pl.from_pandas(frame).lazy(),
                                   lambda frame: duckdb.from_df(frame), pa.Table.from_pandas, lambda frame: frame])
def test_one_synthetic_row_marks_a_frame_of_any_kind(other):
    mixed = PEOPLE.assign(origin=["own"] * 5 + ["synthetic"])
    assert retention.event_table(other(mixed), stop="month", event="exit").origin == "synthetic"
    assert frame_origin(other(mixed), "own") == "synthetic"
    assert frame_origin(other(mixed.head(5)), None) == "own"
    assert frame_origin(other(mixed.head(5)), "documented") == "documented"


def test_a_column_that_means_something_else_is_not_an_origin():
    people = PEOPLE.assign(origin=["Syria", "Poland", "Italy"] * 2)
    assert retention.event_table(people, stop="month", event="exit").origin == "own"
    kept = retention.split_periods(DATED.assign(origin="Italy"), periods={"later": "2021-04-01"}, lock="2021-12-31",
                                   keep="origin")
    assert set(kept["origin"]) == {"Italy"}


@pytest.mark.parametrize("day", ["2022-06-01", datetime.date(2022, 6, 1), datetime.datetime(2022, 6, 1, 15),
                                 np.datetime64("2022-06-01"), pd.Timestamp("2022-06-01 08:00")])
def test_a_day_in_any_unambiguous_form_is_the_same_day(day):
    assert day_of(day) == pd.Timestamp("2022-06-01")


@pytest.mark.parametrize("day", ["1.6.2022", "15.6.2022", "6/1/2022", "20220601", "June 2022", "", 20220601, 1.5,
                                 "2022-13-01", "2022-02-30", pd.NaT, None])
def test_a_day_that_must_be_guessed_is_refused(day):
    with pytest.raises(StudyError, match="Write it as YYYY-MM-DD"):
        day_of(day)


def test_no_field_guesses_a_day(study):
    for asks in (lambda: retention.cohort(study, lock="1.6.2022"),
                 lambda: retention.phase_spells(study, lock="1.6.2022"),
                 lambda: retention.planned_completion(DATED, lock="1.6.2022"),
                 lambda: retention.split_periods(DATED, periods={"during": "16.3.2020"}, lock="2021-12-31"),
                 lambda: ra.throughput.monthly_flow(study, lock="1.6.2022"),
                 lambda: ra.throughput.pathway(study, "GehVor", lock="1.6.2022")):
        with pytest.raises(StudyError, match="'1.*' is no day that can be read"):
            asks()
