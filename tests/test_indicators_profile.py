"""Reliability, funnel, shrinkage and ranks: reference values, hand-worked cases, and no rank without a verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact, norm, poisson

from rehapro_analysis.indicators import (
    Heterogeneity,
    Indicator,
    against_the_mean,
    binomial_limits,
    comparison,
    concordance,
    drawn_ranks,
    exact_pairs,
    funnel,
    funnel_curve,
    mean_and_prediction,
    new_project,
    normal_pairs,
    overdispersed_limits,
    overdispersion,
    poisson_limits,
    project_profile,
    rank_sets,
    rankability,
    reliability,
    separation_ratio,
    sets_of_ranks,
    share_z,
    shrunken_estimates,
)
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.results import Result
from rehapro_analysis.study import StudyError

REFERENCE = pd.read_csv(REPOSITORY / "tests" / "reference" / "indicators" / "funnel.csv").set_index(
    ["source", "quantity"])["value"]
EVENTS = np.array([14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15])
PERSONS = np.array([33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36])
POOLED = EVENTS.sum() / PERSONS.sum()
LOGIT = Heterogeneity(np.log(EVENTS / (PERSONS - EVENTS)), 1 / EVENTS + 1 / (PERSONS - EVENTS), np.ones(12))


def of(value, project, *, scale="metric", direction="higher", coach=None, exposure=1.0, least=2):
    names = sorted(set(project))
    frame = pd.DataFrame({
        "project": pd.Categorical(project, names), "coach": coach, "participant": [f"x{n}" for n in range(len(value))],
        "period": "during", "value": np.asarray(value, float), "exposure": exposure, "missing": ""})
    return comparison(frame, Indicator("score", "Wert", "score", scale, direction=direction), least=least)


def shares(events, persons, **options):
    value = np.concatenate([np.repeat([1.0, 0.0], [x, n - x]) for x, n in zip(events, persons, strict=True)])
    names = [f"P{place:02d}" for place in range(1, len(persons) + 1)]
    return of(value, np.repeat(names, persons), scale="binary", **options)


def judged(letter, indicator="score"):
    return Result(pd.DataFrame({"indicator": [indicator], "verdict": [letter]}), "separation", (), 1, "own")


GOLDEN = shares(EVENTS, PERSONS)


# reliability

def test_reliability_is_that_of_the_golden_fixture():
    table = reliability(GOLDEN).table
    assert table["reliability"].round(3).tolist() == [
        .554, .530, .417, .562, .504, .547, .274, .376, .513, .417, .417, .576]
    assert (table["lower"] == 0).all() and table["upper"].between(table["reliability"], 1).all()


def test_rankability_and_the_right_order_of_pairs_are_those_of_the_golden_fixture():
    table = rankability(GOLDEN).table.set_index("quantity")
    assert table["estimate"].round(3).tolist() == [.509, .753, 1.018, 1.690]
    assert table.loc["concordance", ["lower", "upper"]].round(2).tolist() == [.5, .88]


def test_the_persons_needed_give_the_reliability_asked_for():
    value, names = np.array([0., 2, 4, 6, 8, 10, 3, 5]), np.repeat(["a", "b", "c", "d"], 2)
    one = of(value, names)
    needed, tau2 = reliability(one).table["persons_needed"], one.estimates.spread.tau2()
    person = one.estimates.components.person
    assert needed.iloc[0] == np.ceil(0.7 / 0.3 * person / tau2)


def test_pairs_of_projects_are_ordered_rightly_as_often_as_said():
    rng = np.random.default_rng(1)
    for share in (0.3, 0.7):
        true = rng.standard_normal((100_000, 2))
        seen = true + rng.standard_normal(true.shape) * np.sqrt((1 - share) / share)
        right = np.mean((true[:, 0] > true[:, 1]) == (seen[:, 0] > seen[:, 1]))
        assert right == pytest.approx(concordance(share), abs=0.006)
    assert separation_ratio(0.5) == 1


# funnel limits

def test_exact_limits_are_the_interpolated_ones():
    lower, upper = binomial_limits(np.array([10]), POOLED, 0.025)
    assert [round(float(lower[0]), 3), round(float(upper[0]), 3)] == [
        REFERENCE["exact", "lower_n10"], REFERENCE["exact", "upper_n10"]]


@given(st.integers(1, 80), st.floats(0.02, 0.98), st.sampled_from([0.001, 0.025]))
@settings(max_examples=40, deadline=None)
def test_exact_limits_lie_within_one_event_of_the_binomial_quantile(n, p, tail):
    lower, upper = binomial_limits(np.array([n]), p, tail)
    for limit, share in ((lower[0], tail), (upper[0], 1 - tail)):
        reached = binom.ppf(share, n, p)
        assert max(reached - 1, 0) / n - 1e-9 <= limit <= reached / n + 1e-9


def test_a_correlation_widens_the_limits_and_its_variance_is_the_one_meant():
    n, narrow = np.array([200]), binomial_limits(np.array([200]), 0.4, 0.025)
    wide = binomial_limits(n, 0.4, 0.025, 0.02)
    assert wide[0] < narrow[0] and wide[1] > narrow[1]
    sd = np.sqrt(0.24 / 200 * (1 + 199 * 0.02))
    assert (wide[1] - wide[0])[0] / 2 == pytest.approx(norm.isf(0.025) * sd, rel=0.03)


def test_limits_of_observed_to_expected_are_garwoods():
    lower, upper = poisson_limits(np.array([20.0, 4.0]), 0.025)
    for limit_low, limit_high, seen in zip(lower * [20, 4], upper * [20, 4], [20, 4], strict=True):
        assert poisson.sf(seen - 1, limit_low) == pytest.approx(0.025)
        assert poisson.cdf(seen, limit_high) == pytest.approx(0.025)


def test_counts_without_extra_variance_have_poisson_limits_and_more_variance_never_narrows_them():
    lower, upper = overdispersed_limits(np.full(3, 12.0), np.array([12.0, 12.001, 40]), 0.025)
    assert lower[0] == pytest.approx(lower[1], abs=1e-3) and upper[0] == pytest.approx(upper[1], abs=1e-3)
    assert lower[2] < lower[0] and upper[2] > upper[0]
    assert poisson.cdf(np.floor(upper[0] * 12), 12) <= 0.976


# overdispersion

def test_the_winsorised_overdispersion_is_that_of_funnelplotr():
    z, se = share_z(EVENTS, PERSONS)
    found = overdispersion(z, se, winsorised=0.1)
    assert found.phi == pytest.approx(REFERENCE["FunnelPlotR", "phi"], abs=1e-10)
    assert found.tau2 == REFERENCE["FunnelPlotR", "tau2"]
    middle, reach = np.arcsin(np.sqrt(POOLED)), norm.isf(0.025) / (2 * np.sqrt(10))
    limits = np.sin([middle - reach, middle + reach]) ** 2
    assert limits == pytest.approx([REFERENCE["FunnelPlotR", f"{end}_n10"] for end in ("lower", "upper")], abs=1e-7)


@pytest.mark.parametrize(("projects", "mean"), [(12, .634), (30, .663), (100, .672)])
def test_winsorised_phi_is_far_below_one_where_only_chance_is_at_work(projects, mean):
    found = overdispersion(np.linspace(-1, 1, projects), np.ones(projects), winsorised=0.1)
    assert found.phi_expected == pytest.approx(mean, abs=0.005)


def test_at_twelve_projects_the_spread_that_winsorising_loses_is_found():
    z, se = share_z(EVENTS, PERSONS)
    lost, found = overdispersion(z, se, winsorised=0.1), overdispersion(z, se)
    assert lost.tau2 == 0 and lost.phi < 1 < lost.phi_corrected
    assert found.tau2 > 0.005 and found.p_value < 0.05 and found.p_phi < 0.05
    assert GOLDEN.estimates.spread.tau2() ** 0.5 == pytest.approx(0.0946915, abs=1e-7)


def test_the_test_of_phi_holds_its_level_and_is_the_chi_square_test_without_winsorising():
    rng = np.random.default_rng(5)
    z = rng.standard_normal((300, 12))
    z -= z.mean(axis=1, keepdims=True)
    found = [overdispersion(row, np.ones(12), winsorised=0.1).p_phi for row in z]
    assert np.mean(np.array(found) <= 0.05) < 0.09
    plain = overdispersion(z[0], np.ones(12))
    assert plain.p_phi == pytest.approx(plain.p_value, abs=0.015)


# funnel of a comparison

def test_the_funnel_says_which_limit_a_project_is_beyond():
    table = funnel(GOLDEN).table.set_index("project")
    assert table["beyond"][table["beyond"].ne("")].index.tolist() == ["P04", "P06"]
    assert table.loc["P07", ["chance_lower", "chance_upper"]].round(3).tolist() == [.100, .703]
    assert (table["spread_lower"] <= table["chance_lower"]).all()


def test_at_the_simultaneous_level_only_the_highest_share_lies_beyond_chance():
    table = funnel(GOLDEN, level=1 - 0.05 / 12).table
    assert table.loc[table["beyond"].ne(""), "project"].tolist() == ["P04"]


def test_the_curve_passes_through_the_limits_of_the_projects():
    curve = funnel_curve(GOLDEN).table.set_index("n")
    own = funnel(GOLDEN).table.set_index("n")
    both = sorted(set(curve.index) & set(own.index))
    assert both
    columns = ["chance_lower", "chance_upper"]
    assert curve.loc[both, columns].to_numpy() == pytest.approx(
        own.groupby(level=0)[columns].first().loc[both].to_numpy())


@pytest.mark.parametrize("scale", ["metric", "ordinal", "count", "time", "binary"])
def test_every_scale_has_a_funnel_a_profile_and_a_reliability(scale):
    rng = np.random.default_rng(2)
    project = np.repeat(list("abcdef"), 40)
    coach = [f"{name}{place % 3}" for place, name in enumerate(project)]
    value = {"metric": rng.normal(50, 10, 240), "ordinal": rng.integers(1, 6, 240), "count": rng.poisson(4, 240),
             "time": rng.integers(0, 2, 240), "binary": rng.integers(0, 2, 240)}[scale]
    exposure = rng.uniform(10, 300, 240) if scale == "time" else 1.0
    one = of(value, project, scale=scale, coach=coach, exposure=exposure)
    table = funnel(one, level=0.999).table
    assert (table["chance_lower"] < table["centre"]).all() and (table["centre"] < table["chance_upper"]).all()
    assert (table["spread_lower"] <= table["chance_lower"] + 1e-9).all() and (table["beyond"] == "").all()
    profile = project_profile(one).table
    assert (profile["lower"] < profile["notch_lower"]).all() and (profile["notch_upper"] < profile["upper"]).all()
    assert reliability(one).table["reliability"].between(0, 1).all()
    assert funnel_curve(one).table.notna().all(axis=None)


# profile

def test_shrunken_estimates_lie_between_the_project_and_the_mean():
    spread = GOLDEN.estimates.spread
    shrunken, sd = shrunken_estimates(spread)
    mean = spread.mean(spread.tau2())
    assert (np.abs(shrunken - mean) <= np.abs(spread.estimate - mean)).all()
    assert (np.sign(shrunken - mean) == np.sign(spread.estimate - mean)).all()
    assert (sd < np.sqrt(spread.sampling)).all()


def test_without_spread_everybody_is_shrunk_to_the_mean():
    shrunken, _ = shrunken_estimates(Heterogeneity(np.array([0.1, 0.2, 0.3]), np.ones(3), np.ones(3)))
    assert shrunken == pytest.approx(0.2)


def test_a_new_project_is_predicted_as_metafor_does():
    mean, error, prediction = mean_and_prediction(LOGIT)
    assert LOGIT.tau2() == pytest.approx(REFERENCE["metafor", "tau2_pm"], rel=1e-9)
    assert error == pytest.approx(REFERENCE["metafor", "se_knha"], rel=1e-9)
    limits = mean + np.array([-1, 1]) * 2.2009851600 * prediction  # t with 11 degrees of freedom
    assert limits == pytest.approx([REFERENCE["metafor", f"prediction_{end}"] for end in ("lower", "upper")], rel=1e-9)
    table = new_project(GOLDEN).table
    assert table["lower"].iloc[1] < table["lower"].iloc[0] < table["estimate"].iloc[0]


def test_each_against_the_mean_holds_for_all_at_once():
    table = against_the_mean(GOLDEN).table.set_index("project")
    assert table["p_adjusted"].lt(0.05).pipe(lambda found: found[found]).index.tolist() == ["P04"]
    assert np.average(table["difference"], weights=PERSONS) == pytest.approx(0)
    single = 2 * norm.sf(table["statistic"].abs())
    assert (table["p_adjusted"] >= single - 0.01).all()
    assert (table["p_adjusted"] <= np.minimum(1, 12 * single) + 0.01).all()


def test_two_projects_against_their_mean_are_one_test():
    one = of([1.0, 2, 3, 4, 2, 4, 6, 8], list("aaaabbbb"))
    table = against_the_mean(one).table
    assert table["statistic"].iloc[0] == pytest.approx(-table["statistic"].iloc[1])
    t = (5 - 2.5) / np.sqrt((5 + 20) / 6 * (1 / 4 + 1 / 4))
    assert table["statistic"].iloc[1] == pytest.approx(t)
    assert table["p_adjusted"].iloc[0] == pytest.approx(table["p_adjusted"].iloc[1], abs=1e-12)


def test_limits_of_a_share_are_clopper_pearsons_and_hold_without_events():
    table = project_profile(shares([0, 11, 5, 8], [15, 15, 15, 15])).table
    assert table.loc[1, ["lower", "upper"]].round(3).tolist() == [.449, .922]
    assert table.loc[0, "lower"] == 0 and table.loc[0, "upper"] == pytest.approx(1 - 0.025 ** (1 / 15))


# ranks

def test_exact_rank_sets_are_those_of_the_golden_fixture():
    p = exact_pairs(EVENTS, PERSONS)
    low, high = sets_of_ranks(p <= 0.05)
    assert low.tolist() == [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert high.tolist() == [12, 12, 12, 11, 12, 12, 12, 12, 12, 12, 12, 12]
    assert p.min() == pytest.approx(132 * REFERENCE["design", "smallest_pair_p"], rel=1e-3)
    assert fisher_exact([[24, 10], [7, 25]], alternative="greater").pvalue * 132 == pytest.approx(p.min())


def test_expected_ranks_are_those_of_the_golden_fixture():
    ranks = drawn_ranks(*shrunken_estimates(LOGIT))
    assert ranks.mean(axis=0) == pytest.approx(
        [6.94, 5.30, 5.18, 1.93, 7.95, 10.51, 8.43, 4.84, 6.07, 6.01, 7.69, 7.15], abs=0.04)
    assert (ranks[:, 3] <= 3).mean() == pytest.approx(0.87, abs=0.01)


@pytest.mark.parametrize("letter", ["X", "D", "C", "E"])
def test_no_rank_is_given_without_a_separation(letter):
    found = rank_sets(GOLDEN, judged(letter))
    assert found.table.drop(columns=["project", "n"]).isna().all(axis=None)
    assert letter in found.assumptions[0]


def test_with_a_separation_ranks_follow_the_direction():
    value = np.concatenate([np.random.default_rng(1).normal(mean, 1, 40) for mean in (0, 2, 4)])
    for direction, expected in (("higher", [3, 2, 1]), ("lower", [1, 2, 3])):
        one = of(value, np.repeat(list("abc"), 40), direction=direction)
        table = rank_sets(one, judged("A")).table
        assert table["rank_low"].tolist() == table["rank_high"].tolist() == expected
        assert table["expected_rank"].to_numpy() == pytest.approx(expected, abs=0.01)
    neither = of(value, np.repeat(list("abc"), 40), direction="none")
    assert rank_sets(neither, judged("A")).table["rank_low"].isna().all()


def test_coaches_are_not_forgotten_when_shares_are_ranked():
    coach = [f"{place}-{person * 3 // n}" for place, n in enumerate(PERSONS) for person in range(n)]
    clustered = shares(EVENTS, PERSONS, coach=coach)  # events stand first, so that coaches differ as far as they can
    table = rank_sets(clustered, judged("B")).table
    assert (table["rank_low"] == 1).all() and (table["rank_high"] == 12).all()


def test_an_indicator_that_nobody_judged_has_no_ranks_to_ask_for():
    with pytest.raises(StudyError, match="does not judge"):
        rank_sets(GOLDEN, judged("A", indicator="another"))


def test_pairs_are_shown_to_differ_as_rarely_as_said():
    rng = np.random.default_rng(7)
    draws = rng.standard_normal((120, 6))
    wrong = [normal_pairs(Heterogeneity(row, np.ones(6), np.ones(6)), 0.05, seed=1).any() for row in draws]
    assert np.mean(wrong) < 0.12


def test_later_steps_find_what_the_first_does_not():
    gap = 2.815 * np.sqrt(2)  # between the critical values of the second step and of the first, 2.85
    far, near = ([0, 0, 0, 0, gap, last] for last in (30, 0.0))
    above, unaided = (normal_pairs(Heterogeneity(np.array(row), np.ones(6), np.ones(6)), 0.05) for row in (far, near))
    assert above[5, :5].all() and above[4, :4].all()
    assert not unaided.any()


# edges

VIEWS = [reliability, rankability, funnel, project_profile, against_the_mean, new_project]


@pytest.mark.parametrize("view", VIEWS)
def test_one_project_or_a_constant_outcome_is_refused_with_its_reason(view):
    with pytest.raises(StudyError, match="two projects"):
        view(of([1.0, 2, 3], list("aaa")))
    with pytest.raises(StudyError, match="nobody differs"):
        view(of([1.0, 1, 1, 1], list("aabb")))


def test_two_projects_have_every_view():
    one = shares([0, 10], [12, 12])
    assert set(funnel(one).table["beyond"]) == {"spread"}  # without another project nothing speaks for a spread
    assert len(reliability(one).table) == len(project_profile(one).table) == 2
    assert rank_sets(one, judged("A")).table["rank_low"].tolist() == [2, 1]


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(1)
    value, project = rng.normal(size=60), np.repeat(list("abcde"), 12)
    mixed = rng.permutation(60)
    for view in (reliability, funnel, project_profile, against_the_mean):
        first, second = (view(of(value[rows], project[rows])).table for rows in (np.arange(60), mixed))
        pd.testing.assert_frame_equal(first, second)


def test_shares_at_opposite_ends_are_no_more_than_wholly_reliable():
    one = shares([0, 0, 0, 20, 20, 20], [20] * 6)
    table = rankability(one).table
    assert table["upper"].iloc[:2].tolist() == [1, 1] and table["estimate"].iloc[0] <= 1
    assert reliability(one).table["reliability"].le(1).all()
