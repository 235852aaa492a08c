"""Limits and p-values follow from estimate and standard error by the named scale, at every level, everywhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import chi2, norm

from rehapro_analysis import retention
from rehapro_analysis.retention.aggregates.records import DATES, EVEN
from rehapro_analysis.study import Study

LEVELS = (0.5, 0.9, 0.95)
RNG = np.random.default_rng(3)
PEOPLE = pd.DataFrame({"month": RNG.integers(1, 13, 90), "exit": RNG.choice(["work", "dropout", ""], 90),
                       "project": RNG.choice(list("AB"), 90), "age": RNG.normal(45, 9, 90)})
COUNTED = retention.event_table(PEOPLE, stop="month", event="exit", by="project")
SCALES = {
    "plain": lambda s, e, z: s + z * e,
    "log": lambda s, e, z: s * np.exp(z * e / s),
    "log-log": lambda s, e, z: s ** np.exp(z * e / (s * np.log(s))),
    "logit": lambda s, e, z: expit(logit(s) + z * e / (s * (1 - s))),
    "arcsine": lambda s, e, z: np.sin(np.clip(np.arcsin(np.sqrt(s)) + z * e / (2 * np.sqrt(s * (1 - s))),
                                              0, np.pi / 2)) ** 2,
}


def hold(table, scale, level, low, high):
    """The limits of a table are those of a scale, clipped to what is possible."""
    table = table[(table["std_error"] > 0) & table["estimate"].notna()]
    assert len(table) >= 2
    s, e, z = table["estimate"].to_numpy(float), table["std_error"].to_numpy(float), norm.isf((1 - level) / 2)
    sides = np.sort([scale(s, e, -z), scale(s, e, z)], axis=0)
    for name, side in zip(("lower", "upper"), sides, strict=True):
        np.testing.assert_allclose(table[name].to_numpy(float), np.clip(side, low, high), rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("ci", SCALES)
@pytest.mark.parametrize("estimate", [retention.kaplan_meier, retention.aalen_johansen], ids=lambda e: e.__name__)
def test_limits_of_curves(estimate, ci, level):
    table = estimate(COUNTED, ci=ci, level=level).table
    hold(table[table["estimate"].between(0, 1, inclusive="neither")], SCALES[ci], level, 0, 1)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("ci", ["plain", "log"])
def test_limits_of_cumulative_hazards(ci, level):
    hold(retention.nelson_aalen(COUNTED, ci=ci, level=level).table, SCALES[ci], level, 0, np.inf)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("ci", SCALES)
def test_limits_of_life_tables(ci, level):
    table = retention.life_table(COUNTED, [0, 4, 8, 13], ci=ci, level=level).table
    hold(table[table["estimate"].between(0, 1, inclusive="neither")], SCALES[ci], level, 0, 1)


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_time_lost_and_of_differences(level):
    hold(retention.time_lost(COUNTED, 10, level=level).table, SCALES["plain"], level, 0, 10)
    hold(retention.difference_curve(COUNTED, level=level).table, SCALES["plain"], level, -1, 1)


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_stays(level):
    moves = pd.DataFrame({"participant": np.repeat(np.arange(20), 2), "state": ["advice", "training"] * 20,
                          "start": np.tile([0, 2], 20), "stop": np.ravel([(2, 3 + i % 5) for i in range(20)]),
                          "to": ["training", "work"] * 20})
    hold(retention.expected_stay(moves, 6, level=level).table, SCALES["plain"], level, 0, 6)


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_documented_flows(level):
    flow = pd.DataFrame({"period": ["2020", "2021"], "entries": [40, 30], "exits": [12, 25]})
    table = retention.aggregate_period_table(flow, stock_start=50, level=level).table
    tail = (1 - level) / 2
    exits, time = table["exits"], table["person_time"]
    np.testing.assert_allclose(table["lower"], chi2.ppf(tail, 2 * exits) / 2 / time, rtol=1e-9)
    np.testing.assert_allclose(table["upper"], chi2.isf(tail, 2 * exits + 2) / 2 / time, rtol=1e-9)


DATED = pd.DataFrame({"entered_on": pd.Timestamp("2021-01-01") + pd.to_timedelta(RNG.integers(0, 300, 90), unit="D")})
DATED = DATED.assign(left_on=DATED["entered_on"] + pd.to_timedelta(RNG.integers(1, 500, 90), unit="D"), exit="left",
                     planned_until=DATED["entered_on"] + pd.Timedelta(200, unit="D"))


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_leaving_before_at_and_after_the_plan(level):
    table = retention.planned_completion(DATED, lock="2022-03-01", level=level).table
    staying = table.assign(estimate=1 - table["estimate"], lower=1 - table["upper"], upper=1 - table["lower"])
    hold(staying[staying["estimate"].between(0, 1, inclusive="neither")], SCALES["log-log"], level, 0, 1)


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_a_mean_stay_from_a_stock(level):
    row = retention.stock_means(DATED, 300, on="2021-08-01", lock="2022-03-01", level=level).table.iloc[-1]
    width = norm.isf((1 - level) / 2) * row["std_error"]
    np.testing.assert_allclose(list(row[["lower", "upper"]]), row["estimate"] + np.array([-width, width]), rtol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_records(level):
    table = retention.retention_by_record(DATED, lock="2022-03-01", months=[3, 6], level=level).table
    rows = table.set_index(["record", "months"])
    curve = retention.event_table(retention.cohort(dated_study(), lock="2022-03-01", clock="months"), stop="stop",
                                  event="event")
    for months, at in zip((3, 6), retention.milestone(curve, [3, 6], level=level).table.itertuples(), strict=True):
        dates, even = (rows.loc[(name, months)] for name in (DATES, EVEN))
        np.testing.assert_allclose(list(dates[["estimate", "lower", "upper"]]), [at.estimate, at.lower, at.upper])
        rate = -np.log(even["estimate"]) / months
        exits = (DATED["left_on"] <= "2022-03-01").sum()
        factor = np.array([chi2.isf((1 - level) / 2, 2 * exits + 2), chi2.ppf((1 - level) / 2, 2 * exits)]) / 2 / exits
        np.testing.assert_allclose(list(even[["lower", "upper"]]), np.exp(-months * rate * factor), rtol=1e-9)


def dated_study() -> Study:
    episodes = DATED.assign(project="A", participant=[f"p{i}" for i in range(90)], coach="c", referred_on=pd.NaT,
                            origin="own")
    return Study({"projects": pd.DataFrame({"project": ["A"]}), "episodes": episodes})


MODELS = {
    "Cox": lambda **how: retention.cox_model(PEOPLE, stop="month", event="exit", covariates=["age", "project"], **how),
    "Fine-Gray": lambda **how: retention.fine_gray_model(PEOPLE, stop="month", event="exit", cause="work",
                                                         covariates=["age", "project"], **how),
    "discrete": lambda **how: retention.discrete_hazard_model(COUNTED, covariates=["project"], **how),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_p_values_and_limits_of_regressions(model, level):
    table = model(level=level).table
    table = table[table["p_value"].notna()]  # a baseline hazard has none
    assert len(table) >= 1
    z = norm.isf((1 - level) / 2)
    np.testing.assert_allclose(table["p_value"], 2 * norm.sf(np.abs(table["estimate"] / table["std_error"])),
                               rtol=1e-9)
    for side, name in ((-z, "lower"), (z, "upper")):
        np.testing.assert_allclose(table[name], np.exp(table["estimate"] + side * table["std_error"]), rtol=1e-9)
