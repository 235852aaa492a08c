"""One engine for all scales: scores, coach blocks, components, the spread between projects, and what they can show."""

from __future__ import annotations

from itertools import permutations as orders

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.indicators import (
    Heterogeneity,
    concordance,
    expected_range,
    permutation_test,
    project_estimates,
    score_statistic,
    scores,
    smallest_detectable,
    variance_components,
)
from rehapro_analysis.indicators.differences.estimates import expected_events
from rehapro_analysis.paths import REPOSITORY

REFERENCE = REPOSITORY / "tests" / "reference" / "indicators"
PEOPLE = pd.read_csv(REFERENCE / "participants.csv")
R = pd.read_csv(REFERENCE / "engine.csv").set_index("quantity")["value"]
PROJECT, COACH = (pd.factorize(PEOPLE[name])[0] for name in ("project", "coach"))
EVENTS = np.array([14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15])
PERSONS = np.array([33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36])
COLUMN = {"ordinal": "teilhabe", "binary": "emp", "metric": "who5", "count": "contacts"}


def value_of(scale):
    return PEOPLE[COLUMN[scale]].to_numpy(float)


def golden():
    value = np.concatenate([np.repeat([1.0, 0.0], [x, n - x]) for x, n in zip(EVENTS, PERSONS, strict=True)])
    return project_estimates(value, "binary", np.repeat(np.arange(12), PERSONS))


@pytest.mark.parametrize("scale", COLUMN)
def test_the_statistic_equals_the_quadratic_form_of_coin(scale):
    assert score_statistic(scores(value_of(scale), scale), PROJECT) == pytest.approx(R[scale], rel=1e-9)


@pytest.mark.parametrize("time", ["who5", "age", "contacts"])
def test_the_statistic_of_times_equals_the_log_rank_test_of_coin(time):
    score = scores(value_of("binary"), "time", PEOPLE[time].to_numpy(float))
    assert score_statistic(score, PROJECT) == pytest.approx(R[f"time_{time}"], rel=1e-9)


def test_the_statistics_are_those_of_the_design():
    found = [score_statistic(scores(value_of(scale), scale), PROJECT) for scale in COLUMN]
    assert np.round(found, 5).tolist() == [47.96628, 21.46633, 23.19376, 36.28739]


def test_golden_fixture_of_twelve_projects():
    spread = golden().spread
    assert spread.q(0) == pytest.approx(21.5374146, abs=1e-7)
    assert spread.p_any() == pytest.approx(0.0282121, abs=1e-7)
    assert np.sqrt(spread.tau2()) == pytest.approx(0.0946915, abs=1e-7)
    assert spread.interval() == pytest.approx((0, 0.2157992), abs=1e-7)
    assert spread.interval(0.9) == pytest.approx((0.0290399, 0.1919506), abs=1e-7)
    relevant = [spread.p_relevant(threshold) for threshold in (0.02, 0.03, 0.05)]
    assert relevant == pytest.approx([0.03766, 0.05172, 0.11188], abs=5e-6)
    assert [spread.p_equivalent(threshold) for threshold in (0.02, 0.03, 0.05)] == pytest.approx(
        [0.96234, 0.94828, 0.88812], abs=5e-6)
    assert spread.reliability().round(3).tolist() == [
        .554, .530, .417, .562, .504, .547, .274, .376, .513, .417, .417, .576]
    assert (round(spread.rankability(), 3), round(concordance(spread.rankability()), 3)) == (0.509, 0.753)
    assert golden().typical == pytest.approx(0.4455446, abs=1e-7)


def test_metric_fixture_without_coaches_is_the_one_way_analysis_of_variance():
    spread = project_estimates(value_of("metric"), "metric", PROJECT).spread
    assert spread.q(0) / 11 == pytest.approx(R["anova_f"], rel=1e-9)
    assert spread.p_any() == pytest.approx(R["anova_p"], rel=1e-9)


def test_components_are_those_of_the_nested_analysis_of_variance():
    parts = variance_components(value_of("metric"), PROJECT, COACH)
    size = np.bincount(COACH)
    home = np.array([PROJECT[coach == COACH][0] for coach in range(38)])
    k1 = (303 - (np.bincount(home, size**2) / PERSONS).sum()) / R["coach_df"]
    assert parts.person == pytest.approx(R["person_ms"], rel=1e-9)
    assert parts.coach == pytest.approx(max(0, (R["coach_ms"] - R["person_ms"]) / k1), rel=1e-9)


def test_the_q_profile_equals_metafor_on_logits():
    """metafor 3.8: rma(measure = "PLO", method = "PM"), confint."""
    sampling = 1 / EVENTS + 1 / (PERSONS - EVENTS)
    spread = Heterogeneity(np.log(EVENTS / (PERSONS - EVENTS)), sampling, np.ones(12))
    assert spread.q(0) == pytest.approx(19.768795, abs=1e-6)
    assert spread.tau2() == pytest.approx(0.147833, abs=1e-6)
    assert np.square(spread.interval()) == pytest.approx((0, 0.837931), abs=1e-5)  # its root is found to 1e-4


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(12)), st.randoms(use_true_random=False))
def test_neither_names_nor_the_order_of_rows_matter(names, random):
    order = random.sample(range(303), 303)
    renamed = np.array(names)[PROJECT]
    for scale in COLUMN:
        value, spread = value_of(scale), project_estimates(value_of(scale), scale, PROJECT, COACH).spread
        again = project_estimates(value[order], scale, renamed[order], COACH[order]).spread
        assert again.q(0.01) == pytest.approx(spread.q(0.01), rel=1e-9)
        assert again.estimate[names] == pytest.approx(spread.estimate, rel=1e-9)
        assert score_statistic(scores(value, scale)[order], renamed[order]) == pytest.approx(
            score_statistic(scores(value, scale), PROJECT), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 100), st.floats(-100, 100))
def test_the_unit_of_a_metric_value_changes_no_test(factor, shift):
    value = value_of("metric")
    plain, scaled = (project_estimates(y, "metric", PROJECT, COACH).spread for y in (value, factor * value + shift))
    assert scaled.p_any() == pytest.approx(plain.p_any(), rel=1e-6)
    assert scaled.p_relevant(3 * factor) == pytest.approx(plain.p_relevant(3), rel=1e-6)
    assert scaled.interval()[1] == pytest.approx(factor * plain.interval()[1], rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=5, max_size=5, unique=True))
def test_only_the_order_of_ordinal_categories_counts(codes):
    value = np.sort(np.array(codes, float))[PEOPLE["teilhabe"] - 1]
    assert project_estimates(value, "ordinal", PROJECT, COACH).spread.estimate == pytest.approx(
        project_estimates(value_of("ordinal"), "ordinal", PROJECT, COACH).spread.estimate)


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_limits_enclose_the_estimate_and_the_tests_agree_with_them(projects, seed):
    rng = np.random.default_rng(seed)
    spread = Heterogeneity(rng.normal(size=projects), rng.uniform(0.1, 2, projects), np.ones(projects), 40)
    (lower, upper), tau = spread.interval(), np.sqrt(spread.tau2())
    assert lower <= tau + 1e-9 and (tau <= upper + 1e-9 or upper == 0)
    assert spread.p_relevant(0.5) + spread.p_equivalent(0.5) == pytest.approx(1)
    if 0 < lower < np.inf:
        assert spread.p_relevant(lower) == pytest.approx(0.025, abs=1e-8)


def test_four_blocks_are_enumerated_by_hand():
    score, project, block = np.array([5., 4, 3, 1, 0, 2]), np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 2, 2, 3])
    by_hand = []
    for label in set(orders([0, 0, 1, 1])):
        by_hand.append(score_statistic(score, np.array(label)[block]))
    seen = score_statistic(score, project)
    test = permutation_test(score, project, block, rng=1)
    assert test.complete and sorted(test.reference) == pytest.approx(sorted(by_hand))
    assert test.p_value == pytest.approx(np.mean(np.array(by_hand) >= seen - 1e-9))


def test_blocks_stay_in_their_stratum_or_the_stratum_becomes_a_covariate():
    score, project = np.array([1., 0, 1, 0, 9, 8, 9, 8]), np.array([0, 1, 0, 1, 0, 1, 0, 1])
    stratum = np.repeat([0, 1], 4)
    apart = permutation_test(score, project, np.arange(8), stratum=stratum, rng=1)
    assert apart.relabelings == 36 and apart.p_value == pytest.approx(2 / 36)
    block = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    joined = permutation_test(score, project, block, stratum=stratum, rng=1)
    assert joined.relabelings == 6
    assert joined.statistic == pytest.approx((8 - 1 - 1) * 1.0)  # the two explain everything that periods leave


def test_the_partial_statistic_is_that_of_a_regression():
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(303, 2)), rng.normal(size=303)

    def residual(columns):
        design = np.column_stack([np.ones(303), *columns])
        return np.square(y - design @ np.linalg.lstsq(design, y, rcond=None)[0]).sum()
    without, within = residual(x.T), residual([*x.T, *(each == PROJECT for each in range(1, 12))])
    doubled = np.column_stack([x, x[:, 0] + x[:, 1]])  # a covariate too many changes nothing
    test = permutation_test(y, PROJECT, COACH, covariates=doubled, rng=1, permutations=9)
    assert test.statistic == pytest.approx((303 - 1 - 2) * (without - within) / without)


def test_a_random_permutation_counts_what_was_seen_as_one():
    test = permutation_test(value_of("metric"), PROJECT, COACH, rng=3, permutations=99)
    again = permutation_test(value_of("metric"), PROJECT, COACH, rng=3, permutations=99)
    assert test.p_value * 100 == pytest.approx(1 + (test.reference >= test.statistic).sum())
    assert (test.reference == again.reference).all()


def test_coaches_make_the_fixture_less_sure():
    people = permutation_test(scores(value_of("ordinal"), "ordinal"), PROJECT, np.arange(303), rng=1)
    blocks = permutation_test(scores(value_of("ordinal"), "ordinal"), PROJECT, COACH, rng=1)
    assert people.p_value < 0.001 < 0.05 < blocks.p_value


def test_the_tipping_correlation_is_the_last_at_which_the_difference_holds():
    test = permutation_test(scores(value_of("ordinal"), "ordinal"), PROJECT, np.arange(303), rng=1, permutations=999)
    icc = test.tipping_icc(12)
    assert 0.05 < icc < 1
    assert test.p_at(test.statistic / (1 + 11 * (icc - 1e-4))) <= 0.05 < test.p_at(
        test.statistic / (1 + 11 * (icc + 1e-4)))
    assert np.isnan(permutation_test(np.arange(10.0) % 2, np.arange(10) // 5, np.arange(10), rng=1).tipping_icc(12))


def test_rates_of_a_piecewise_exponential_model_are_those_of_a_regression():
    import statsmodels.api as sm
    rng = np.random.default_rng(11)
    project = np.repeat([0, 1, 2], 60)
    full, end = rng.exponential(10 / (1 + project)), rng.uniform(1, 20, 180)
    event, time = (full <= end).astype(float), np.minimum(full, end)
    expected = expected_events(event, time, project)
    ratio = np.bincount(project, event) / np.bincount(project, expected)
    cuts = np.concatenate([[0], np.quantile(time[event > 0], np.linspace(0, 1, 11)[1:-1]), [np.inf]])
    at_risk = np.clip(time[:, None], cuts[:-1], cuts[1:]) - cuts[:-1]
    interval = np.searchsorted(cuts, time, side="left") - 1
    rows = pd.DataFrame({"project": np.repeat(project, 10), "interval": np.tile(np.arange(10), 180),
                         "time": at_risk.ravel(), "event": 0.0})
    rows.loc[np.arange(180) * 10 + interval, "event"] = event
    rows = rows[rows["time"] > 0]
    design = pd.get_dummies(rows[["project", "interval"]].astype(str), drop_first=True).astype(float)
    model = sm.GLM(rows["event"], sm.add_constant(design), sm.families.Poisson(), offset=np.log(rows["time"])).fit()
    assert np.log(ratio[1:] / ratio[0]) == pytest.approx(model.params[["project_1", "project_2"]].to_numpy(), abs=1e-6)
    assert expected.sum() == pytest.approx(event.sum())


@pytest.mark.parametrize(("scale", "value"), [
    ("binary", np.array([0, 0, 0, 0, 1, 1, 1, 0.0])), ("count", np.array([0, 0, 0, 0, 5, 3, 1, 0.0])),
    ("time", np.array([0, 0, 0, 0, 1, 1, 1, 0.0]))])
def test_projects_without_an_event_or_with_nothing_else_have_a_variance(scale, value):
    spread = project_estimates(value, scale, np.repeat([0, 1], 4), exposure=np.ones(8)).spread
    lowest = -2 if scale == "time" else 0  # 2 (sqrt(0) - 1)
    assert spread.usable and spread.estimate[0] == lowest and 0 < spread.p_any() < 1


def test_expected_ranges_and_smallest_separations_are_those_of_the_design():
    assert expected_range(12) == pytest.approx(3.258, abs=5e-4)
    alphas = {0.05: 1.347, 0.05 / 6: 1.617, 0.05 / 12: 1.704}
    assert {alpha: round(smallest_detectable(1, 12, alpha=alpha), 3) for alpha in alphas} == alphas
    assert 100 * smallest_detectable(0.3 * 0.7 / 30, 12) == pytest.approx(11.3, abs=0.05)
    assert 100 * smallest_detectable(0.3 * 0.7 / 30, 12, alpha=0.05 / 12) == pytest.approx(14.3, abs=0.05)


def test_the_smallest_separation_has_the_power_it_promises():
    rng, threshold = np.random.default_rng(1), 0.5
    tau = smallest_detectable(1.0, 12, threshold=threshold)
    draws = rng.normal(size=(2000, 12)) * np.sqrt(1 + tau**2)
    found = [Heterogeneity(one, np.ones(12), np.ones(12)).p_relevant(threshold) <= 0.05 for one in draws]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("scale", ["metric", "binary", "time"])
def test_the_directed_tests_keep_their_size_with_coaches(scale):
    """tau at the threshold, correlation of 0.05 within coaches, 30 people in each of 12 projects: 600 draws."""
    rng, icc, threshold = np.random.default_rng(5), 0.05, {"metric": 0.15, "binary": 0.06, "time": 0.2}[scale]
    project, coach = np.repeat(np.arange(12), 30), np.repeat(np.arange(48), [8, 8, 7, 7] * 12)
    refused, time = [], None
    for _ in range(600):
        if scale == "metric":
            own = threshold * rng.normal(size=12)[project] + np.sqrt(icc) * rng.normal(size=48)[coach]
            value = own + np.sqrt(1 - icc) * rng.normal(size=360)
        elif scale == "time":
            rate = rng.gamma(25, 1 / 25, 12)[project] * rng.gamma(20, 1 / 20, 48)[coach]
            full, end = rng.exponential(12 / rate), rng.uniform(2, 24, 360)
            value, time = (full <= end).astype(float), np.minimum(full, end)
        else:
            many = 0.3 * 0.7 / threshold**2 - 1
            share = rng.beta(0.3 * many, 0.7 * many, 12)
            by_coach = rng.beta(share[project] * 19, (1 - share[project]) * 19)[np.unique(coach, return_index=True)[1]]
            value = (rng.random(360) < by_coach[coach]).astype(float)
        spread = project_estimates(value, scale, project, coach, time).spread
        refused.append((spread.p_relevant(threshold) <= 0.05, spread.p_equivalent(threshold) <= 0.05))
    assert (np.mean(refused, axis=0) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)).all()
    assert (np.mean(refused, axis=0) > 0.015).all()
