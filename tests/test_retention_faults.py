"""What users mistype or mix up: a sentence with a remedy, never a library's own error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis import retention
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError

RNG = np.random.default_rng(8)
PEOPLE = pd.DataFrame({"month": RNG.integers(1, 13, 80), "exit": RNG.choice(["work", "dropout", ""], 80),
                       "project": RNG.choice(list("AB"), 80), "age": RNG.normal(45, 9, 80).round(1)})
COUNTED = retention.event_table(PEOPLE, stop="month", event="exit", by="project")
COX = {"stop": "month", "event": "exit"}


@pytest.mark.parametrize("estimate", [
    retention.kaplan_meier, retention.nelson_aalen, retention.aalen_johansen, retention.logrank_test,
    retention.gray_test, lambda t: retention.life_table(t, [0, 20]), lambda t: retention.period_table(t, [0, 20]),
    lambda t: retention.risk_table(t, [3]), lambda t: retention.milestone(t, [3]), retention.quantiles,
    lambda t: retention.restricted_mean(t, 6), lambda t: retention.time_lost(t, 6), retention.difference_curve,
    lambda t: retention.discrete_hazard_model(t, covariates=["project"])])
def test_a_frame_in_place_of_its_event_table_is_told_to_be_counted_first(estimate):
    with pytest.raises(StudyError, match="needs an event table and got a DataFrame. Count the frame first"):
        estimate(PEOPLE)


def test_one_number_is_a_list_of_one():
    for one, several in ((retention.quantiles(COUNTED, 0.5), retention.quantiles(COUNTED, [0.5])),
                         (retention.milestone(COUNTED, 6), retention.milestone(COUNTED, [6])),
                         (retention.milestone(COUNTED, 6, cause="work"),
                          retention.milestone(COUNTED, [6], cause="work")),
                         (retention.risk_table(COUNTED, 6), retention.risk_table(COUNTED, [6]))):
        pd.testing.assert_frame_equal(one.table, several.table)
    flow = pd.DataFrame({"entries": [10, 0, 0], "exits": [0, 4, 2]})
    one, several = (retention.aggregate_retention_bounds(flow, periods, stock_start=3) for periods in (1, [1]))
    pd.testing.assert_frame_equal(one.table, several.table)
    seed, generator = (retention.bootstrap_band(COUNTED, rng=rng, replicates=50)
                       for rng in (3, np.random.default_rng(3)))
    pd.testing.assert_frame_equal(seed.table, generator.table)
    for covariates in ("age", ["age"]):
        assert retention.cox_model(PEOPLE, covariates=covariates, **COX).table["term"][0] == "age"


@pytest.mark.parametrize("reason", ["ja", "Nein", "yes", "NO ", "noch da", "Still there"])
def test_yes_and_no_are_no_reasons_of_leaving(reason):
    with pytest.raises(StudyError, match="Give numbers or booleans instead, or the reason of leaving"):
        retention.event_table(PEOPLE.assign(exit=reason), stop="month", event="exit")


MODELS = {"Cox": lambda frame, of: retention.cox_model(frame, covariates=of, **COX),
          "Fine-Gray": lambda frame, of: retention.fine_gray_model(frame, cause="work", covariates=of, **COX),
          "proportional": lambda frame, of: retention.proportional_hazards_test(frame, covariates=of, **COX)}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_numbers_with_a_decimal_comma_are_not_taken_for_groups(model):
    with pytest.raises(StudyError, match="different texts, too many for groups. If they are numbers"):
        model(PEOPLE.assign(age=PEOPLE["age"].astype(str).str.replace(".", ",")), ["age"])


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_an_infinite_covariate_is_refused(model):
    with pytest.raises(StudyError, match=r"The covariate 'age' is infinite in 2 row\(s\)"):
        model(PEOPLE.assign(age=np.where(PEOPLE.index < 2, np.inf, PEOPLE["age"])), ["age"])


@pytest.mark.parametrize("aggregate", [
    lambda frame: retention.aggregate_life_table(frame, entered=20, exits="exits", censored="entries"),
    lambda frame: retention.aggregate_period_table(frame, stock_start=5),
    lambda frame: retention.aggregate_retention_bounds(frame, [1], stock_start=5)])
def test_counts_in_words_and_absent_columns_are_named(aggregate):
    frame = pd.DataFrame({"entries": [3, 4], "exits": ["about 2", "1"]})
    with pytest.raises(StudyError, match=r"The column\(s\) exits hold texts, not numbers"):
        aggregate(frame)
    with pytest.raises(StudyError, match="There is no column 'exits'. Did you mean 'exit'?"):
        aggregate(frame.rename(columns={"exits": "exit"}))


def test_a_phase_or_a_day_that_compares_nothing_is_refused():
    study = ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")
    with pytest.raises(StudyError, match="phase='Übergang' is unknown. Choose one of: .*transition"):
        retention.reached_phase_test(study, "GesA", phase="Übergang")
    with pytest.raises(StudyError, match="The horizon, day 300, is not after the landmark, day 400"):
        retention.reached_phase_test(study, "GesA", at=400, horizon=300)
