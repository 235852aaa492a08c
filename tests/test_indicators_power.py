"""Planning before anybody collects, and how often the verdict is wrong: closed forms, simulation, a study."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2, f_oneway
from scipy.stats import t as student

import rehapro_analysis as ra
from rehapro_analysis.indicators import (
    GATES,
    Comparison,
    Indicator,
    expected_range,
    leave_one_out,
    permutation_test,
    project_estimates,
    scores,
    smallest_detectable,
)
from rehapro_analysis.indicators.power.data_request import data_request
from rehapro_analysis.indicators.power.detectable import least_ratio, smallest_excluded
from rehapro_analysis.indicators.power.draws import draw
from rehapro_analysis.indicators.power.layout import Layout
from rehapro_analysis.indicators.power.needed import needed_persons
from rehapro_analysis.indicators.power.plan import Plan
from rehapro_analysis.indicators.power.planning import planning_table
from rehapro_analysis.indicators.power.power import power_curve, simulated_p
from rehapro_analysis.indicators.power.precision import precision_table
from rehapro_analysis.indicators.power.replicates import many_estimates, many_scores
from rehapro_analysis.indicators.power.spreads import block_p, person_level_p
from rehapro_analysis.indicators.verdict.verdicts import verdict
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError

ALL = {"metric": {}, "ordinal": {}, "binary": {"share": 0.3}, "count": {"mean": 3.0}, "time": {"share": 0.37}}
EXACT = {"rtol": 1e-9, "atol": 1e-12}
CLOSED = {  # n: spread in standard deviations alone and in a family of twelve, in points at 30 % with the range; again
    11: (0.41, 0.51, 18.6, 61, 23.5, 77), 15: (0.35, 0.44, 15.9, 52, 20.2, 66), 30: (0.25, 0.31, 11.3, 37, 14.3, 46),
    50: (0.19, 0.24, 8.7, 28, 11.0, 36), 100: (0.14, 0.17, 6.2, 20, 7.8, 25), 400: (0.07, 0.09, 3.1, 10, 3.9, 13)}


def planned(scale, n=30, **options):
    return Plan(n, scale, **{"coaches": n / 8, "icc": 0.05, **ALL[scale], **options})


@pytest.fixture(scope="module")
def separation():
    spec = importlib.util.spec_from_file_location("separation", REPOSITORY / "studies" / "separation.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["separation"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["separation"]


@pytest.fixture(scope="module")
def committed():
    return pd.read_csv(REPOSITORY / "studies" / "separation.csv")


# Closed forms.

def test_the_closed_forms_are_those_of_the_design():
    metric = planning_table(tuple(CLOSED), replicates=2).table.pivot(index="n_per_project", columns="indicators")
    binary = planning_table(tuple(CLOSED), scale="binary", share=0.3, replicates=2).table
    binary = binary.pivot(index="n_per_project", columns="indicators")
    for n, (alone, twelve, points, gap, points_twelve, gap_twelve) in CLOSED.items():
        found = [*metric["tau_closed"].loc[n], *100 * binary["tau_closed"].loc[n], *100 * binary["gap_closed"].loc[n]]
        given = [alone, twelve, points, points_twelve, gap, gap_twelve]
        assert (np.abs(np.subtract(found, given)) <= [0.0055, 0.0055, 0.051, 0.051, 0.61, 0.61]).all()


def test_coaches_widen_the_closed_form_by_the_root_of_the_design_effect():
    table = planning_table([32], coaches=[4], icc=[0.05], replicates=2).table
    assert np.sqrt(Plan(32, coaches=4, icc=0.05).design_effect) == pytest.approx(1.16, abs=0.005)
    assert table["tau_closed"].iloc[0] == pytest.approx(smallest_detectable(1.35 / 32, 12))


def test_a_spread_must_exceed_the_threshold_by_a_ratio_that_more_people_do_not_change():
    ratio = least_ratio(12)
    assert smallest_detectable(1e-12, 12, threshold=1.0) == pytest.approx(ratio, rel=1e-6)
    assert smallest_detectable(0.01, 12, threshold=1.0) > ratio


@given(st.integers(3, 20), st.floats(0.6, 0.95), st.floats(0.001, 0.1))
def test_what_is_excluded_is_excluded_with_the_power_asked_for(projects, power, alpha):
    threshold = smallest_excluded(0.3, projects, alpha=alpha, power=power)
    reached = chi2.cdf(chi2.ppf(alpha, projects - 1) * (0.3 + threshold**2) / 0.3, projects - 1)
    assert reached == pytest.approx(power)


@given(st.floats(12, 400), st.floats(0, 0.4), st.integers(1, 20), st.sampled_from(sorted(set(ALL) - {"ordinal"})))
def test_more_people_need_less_spread_correlation_and_family_need_more(n, icc, family, scale):
    def found(n, icc, family):
        plan = Plan(n, scale, coaches=4, icc=icc, **ALL[scale])
        return smallest_detectable(plan.sampling, 12, alpha=0.05 / family)
    assert found(n * 1.1, icc, family) < found(n, icc, family) < found(n, icc + 0.05, family)
    assert found(n, icc, family) < found(n, icc, family + 1)


def test_a_plan_that_contradicts_itself_is_refused_with_all_its_contradictions():
    with pytest.raises(StudyError) as refused:
        Plan(1, "binary", coaches=3, icc=1.2, projects=2)
    assert len(refused.value.problems) == 5
    with pytest.raises(StudyError, match="needs coaches"):
        Plan(30, icc=0.05)
    with pytest.raises(StudyError, match="mean per person"):
        Plan(30, "count")
    with pytest.raises(StudyError, match="both given"):
        planning_table([30], coaches=[4], caseload=8)
    with pytest.raises(StudyError, match="scale"):
        planning_table([30], scale="ordinal")


# Invented people.

@pytest.mark.parametrize("scale", ["metric", "binary", "count"])
def test_projects_and_coaches_differ_as_much_as_the_plan_says(scale):
    plan = Plan(400, scale, coaches=40, icc=0.1, projects=20, **ALL[scale])
    tau = 0.4 * np.sqrt(plan.person_variance)
    drawn = draw(plan, tau, 60, np.random.default_rng(1))
    spread, person_sd = many_estimates(drawn)
    assert np.sqrt(spread.tau2().mean()) == pytest.approx(tau, rel=0.05)
    alike = many_estimates(draw(plan, 0.0, 60, np.random.default_rng(1)))
    assert alike[1].mean() == pytest.approx(np.sqrt(plan.person_variance), rel=0.02)
    assert alike[0].sampling.mean() == pytest.approx(
        (plan.person_variance * plan.design_effect / drawn.layout.by_project(drawn.seen)).mean(), rel=0.03)
    assert drawn.value.mean() == pytest.approx({"metric": 0.0, "binary": 0.3, "count": 3.0}[scale], abs=0.06)


def test_times_end_in_as_many_events_as_planned_and_answers_fall_into_five():
    drawn = draw(planned("time", 100), 0.0, 50, np.random.default_rng(2))
    assert drawn.value.mean() == pytest.approx(0.37, abs=0.01)
    assert set(np.unique(draw(planned("ordinal"), 0.3, 20, np.random.default_rng(2)).value)) == {0, 1, 2, 3, 4}


def test_sizes_of_projects_differ_and_every_project_has_two_coaches():
    layout = Plan(30, coaches=4, icc=0.05).layout
    n = np.bincount(layout.project)
    assert (n.min(), n.max(), n.sum()) == (15, 45, 360)
    assert np.bincount(layout.home).min() == 2 and np.ptp(layout.size[layout.home == 11]) <= 1
    rest = layout.without(3)
    np.testing.assert_array_equal(np.bincount(rest.project), np.delete(n, 3))


def test_the_same_seed_draws_the_same_people():
    first, again, other = (draw(planned("binary"), 0.1, 3, np.random.default_rng(seed)).value for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# Many replicates at once are the engine itself.

@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("scale", ALL)
def test_every_replicate_is_what_the_engine_says_of_it(scale, known):
    plan = planned(scale, 20) if known else planned(scale, 20, coaches=None, icc=0.0)
    drawn = draw(plan, 0.05, 10, np.random.default_rng(3))
    many, person_sd = many_estimates(drawn)
    tau2, rankability = many.tau2(), many.rankability()
    tails, score = [many.upper_tail(tau**2) for tau in (0.0, 0.2)], many_scores(drawn)
    assert (tau2 > 0).any() and (tau2 == 0).any()
    for r in range(drawn.replicates):
        one = project_estimates(drawn.value[r], scale, drawn.layout.project, drawn.layout.coach if known else None,
                                drawn.exposure[r])
        for name in ("estimate", "sampling"):
            np.testing.assert_allclose(getattr(many, name)[r], getattr(one.spread, name), **EXACT)
        np.testing.assert_allclose([many.df[r], person_sd[r]], [one.spread.df, one.person_sd], **EXACT)
        np.testing.assert_allclose([tau2[r], rankability[r]], [one.spread.tau2(), one.spread.rankability()],
                                   rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose([tail[r] for tail in tails], [one.spread.upper_tail(tau**2) for tau in (0.0, 0.2)],
                                   **EXACT)
        np.testing.assert_allclose(score[r], scores(drawn.value[r], scale, drawn.exposure[r]), **EXACT)


def test_those_who_do_not_answer_do_not_count(separation):
    drawn = separation.answered(draw(planned("metric"), 0.2, 5, np.random.default_rng(4)), np.random.default_rng(5))
    many, _ = many_estimates(drawn)
    assert 0.5 < drawn.seen.mean() < 0.95
    for r in range(drawn.replicates):
        seen = drawn.seen[r] > 0
        coach = np.unique(drawn.layout.coach[seen], return_inverse=True)[1]
        one = project_estimates(drawn.value[r][seen], "metric", drawn.layout.project[seen], coach).spread
        np.testing.assert_allclose(many.estimate[r], one.estimate, **EXACT)
        np.testing.assert_allclose(many.sampling[r], one.sampling, **EXACT)
        assert many.df[r] == pytest.approx(one.df)


@pytest.mark.parametrize("known", [True, False])
def test_the_permutation_test_of_many_is_that_of_one(known):
    layout = Layout.even(np.array([6, 8, 10]), np.array([2, 2, 2]), known=known)
    score = np.random.default_rng(6).normal(size=(4, 24)) + 0.6 * np.arange(4)[:, None] * (layout.project == 2)
    found = block_p(score, np.ones_like(score), layout, rng=np.random.default_rng(7), permutations=4_000)
    block = layout.coach if known else np.arange(24)
    for r in range(4):
        one = permutation_test(score[r], layout.project, block, rng=8, permutations=4_000)
        assert one.complete == known
        assert found[r] == pytest.approx(one.p_value, abs=0.03)


def test_the_person_level_test_for_comparison_is_the_one_way_f_test():
    drawn = draw(planned("metric"), 0.2, 3, np.random.default_rng(9))
    found = person_level_p(drawn.value, drawn.seen, drawn.layout)
    for r in range(3):
        groups = [drawn.value[r][drawn.layout.project == j] for j in range(12)]
        assert found[r] == pytest.approx(f_oneway(*groups).pvalue)


def comparison_of(drawn, r, definition):
    """One replicate as the engine takes it."""
    names = np.array([f"P{j:02d}" for j in range(drawn.layout.projects)])
    frame = pd.DataFrame({"project": pd.Categorical(names[drawn.layout.project]), "period": "before", "missing": "",
                          "coach": [f"c{code:03d}" for code in drawn.layout.coach], "value": drawn.value[r],
                          "participant": np.arange(len(drawn.layout.coach)).astype(str),
                          "exposure": drawn.exposure[r]})
    return Comparison(definition, frame, tuple(names), {})


@pytest.mark.parametrize("scale", ALL)
def test_the_gates_and_letters_of_the_study_are_those_of_the_engine(separation, scale):
    plan = planned(scale, 30)
    difference = 0.3 if scale == "ordinal" else 0.3 * np.sqrt(plan.person_variance)
    one = separation.Setting("", plan, 0.45, threshold=0.3 / expected_range(12))
    drawn = draw(plan, 0.45 * one.unit, 12, np.random.default_rng(10))
    definition = Indicator("x", "x", "x", scale, relevant_difference=1.1 if scale == "time" else difference,
                           difference_in={"ordinal": "standard deviations", "time": "ratio"}.get(scale, "unit"),
                           confirmatory=True)
    threshold = np.log(1.1) / expected_range(12) if scale == "time" else separation.in_unit(
        replace(one, threshold=0.3 / expected_range(12)), drawn)
    found = separation.findings(drawn, threshold, rng=np.random.default_rng(11), permutations=99)
    letters, gates = found.letters(1), [gate for gate in GATES if gate.name in ("rankability", "leave_project_out")]
    for r in range(drawn.replicates):
        single = comparison_of(drawn, r, definition)
        spread = single.estimates.spread
        row = {"reason_en": "", "confirmatory": True, "coaches_known": True, "p_any_adjusted": found.any[r],
               "p_relevant_adjusted": spread.p_relevant(single.threshold),
               "p_equivalent_adjusted": spread.p_equivalent(single.threshold),
               **{gate.name: gate.value(single) for gate in gates}}
        assert found.relevant[r] == pytest.approx(row["p_relevant_adjusted"])
        if not np.isnan(found.without[r]):
            assert found.without[r] == pytest.approx(leave_one_out(single)["p_relevant"].max())
        assert letters[r] == verdict(row, gates)[0]
    assert set(letters) & {"A", "B"}


# Simulated planning.

def test_tests_of_the_plan_hold_their_size_and_find_what_is_there():
    plan, many = planned("metric", 30), 300
    at = np.array([0.15])
    limit = binom.ppf(0.999, many, 0.05) / many
    assert (simulated_p(plan, 0.0, "any", at, replicates=many, seed=1) <= 0.05).mean() <= limit
    assert (simulated_p(plan, 0.15, "relevant", at, replicates=many, seed=2) <= 0.05).mean() <= limit
    assert (simulated_p(plan, 0.15, "alike", at, replicates=many, seed=3) <= 0.05).mean() <= limit
    power = power_curve(plan, np.array([0.15, 0.3, 0.5]), np.array([0.05, 0.05 / 12]), "any", 0.0, replicates=many,
                        seed=4)
    assert (np.diff(power, axis=0) > 0).all() and (power[:, 1] < power[:, 0]).all() and power[-1, 0] > 0.9


def test_simulated_planning_moves_as_the_closed_form_and_is_no_better():
    table = planning_table([20, 80], coaches=[4], icc=[0.0, 0.1], indicators=[1, 12], relevant_difference=0.5,
                           replicates=300).table
    found = table.set_index(["n_per_project", "icc_coach", "indicators"])
    for name in ("tau", "gap", "relevant_tau", "alike_gap"):
        column = found[f"{name}_simulated"].unstack("n_per_project")
        assert (column[80] < column[20]).all()
        assert (found[f"{name}_simulated"].unstack("icc_coach").diff(axis=1)[0.1] > 0).all()
        assert (found[f"{name}_simulated"].unstack("indicators").diff(axis=1)[12] > 0).all()
        assert (found[f"{name}_simulated"] > 0.97 * found[f"{name}_closed"]).all()
    np.testing.assert_allclose(found["gap_simulated"], found["tau_simulated"] * expected_range(12))
    np.testing.assert_allclose(found["threshold"], 0.5 / expected_range(12))
    again = planning_table([20], coaches=[4], icc=[0.1], indicators=[1, 12], relevant_difference=0.5,
                           replicates=300).table
    first = table[(table["n_per_project"] == 20) & (table["icc_coach"] == 0.1)]
    np.testing.assert_array_equal(again["tau_simulated"], first["tau_simulated"])


def test_without_a_relevant_difference_there_is_nothing_to_exceed():
    table = planning_table([20], scale="count", mean=3.0, indicators=[1], replicates=100).table
    assert table.filter(like="relevant").isna().all(axis=None) and table["tau_simulated"].notna().all()
    assert table["unit"].tolist() == ["per person"]


def test_a_plan_of_times_says_where_events_are_too_few():
    few, many = (planning_table([n], scale="time", share=0.37, indicators=[1], replicates=20) for n in (14, 60))
    assert any("fewer than ten events" in sentence for sentence in few.assumptions)
    assert not any("fewer than ten events" in sentence for sentence in many.assumptions)


def test_needed_people_reach_their_power_and_reliability_needs_its_formula():
    result = needed_persons(0.6, caseload=8, icc=0.05, replicates=300)
    table = result.table.set_index("goal")
    tau0, effect = 0.6 / expected_range(12), 1.35
    assert table.loc["reliability", "n_closed"] == np.ceil(0.7 / 0.3 * effect / tau0**2)
    for goal, tau, claim in (("any difference", tau0, "any"), ("relevant", 2 * tau0, "relevant"),
                             ("alike", 0.0, "alike")):
        n = table.loc[goal, "n_simulated"]
        p = simulated_p(Plan(n, coaches=n / 8, icc=0.05), tau, claim, np.array([tau0]), replicates=400, seed=5)
        assert (p <= 0.05).mean() == pytest.approx(0.8, abs=0.08)
        assert table.loc[goal, "n_in_all"] == 12 * n and table.loc[goal, "coaches"] == np.ceil(n / 8)


def test_no_number_of_people_shows_that_a_spread_just_above_the_relevant_one_exceeds_it():
    table = needed_persons(0.6, true_difference=0.9, replicates=50).table.set_index("goal")
    assert np.isinf(table.loc["relevant", "n_closed"]) and np.isnan(table.loc["relevant", "n_simulated"])
    assert np.isinf(table.loc["relevant", "n_in_all"])


def test_precision_is_that_of_exact_limits_with_fewer_people_for_coaches():
    share = precision_table([40], share=0.25).table.iloc[0]
    assert share[["lower", "upper"]].tolist() == pytest.approx([0.1269148, 0.4119620])  # R: binom.test(10, 40)
    coached = precision_table([40], share=0.25, coaches=5, icc=0.1).table.iloc[0]
    assert coached["half_width"] > share["half_width"] and coached["design_effect"] == pytest.approx(1.7)
    mean = precision_table([40], scale="metric", coaches=5, icc=0.1).table.iloc[0]
    assert mean["half_width"] == pytest.approx(student.isf(0.025, 48) * np.sqrt(1.7 / 40))
    count = precision_table([5], scale="count", mean=2.0).table.iloc[0]
    assert (5 * count[["lower", "upper"]]).tolist() == pytest.approx([4.795389, 18.39036])  # R: poisson.test(10)


# The minimum data request.

@pytest.fixture(scope="module")
def synthetic():
    return ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def test_the_data_request_names_what_exists_and_hides_small_counts(synthetic):
    names = ["wellbeing", "employment_insured", "waiting_time", "target_attainment", "work_after"]
    table = data_request(synthetic, names).table
    rows = table.set_index(["indicator", "project"])
    assert "target_attainment" not in set(table["indicator"]) and ("employment_insured", "PaN") not in rows.index
    flow = ra.indicators.follow_up(synthetic, "wellbeing").table.set_index("project")
    found = rows.loc["wellbeing"]
    few = (flow["with_value"] > 0) & (flow["with_value"] < 10)
    pd.testing.assert_series_equal(found["n"], flow["with_value"].where(~few).reindex(found.index), check_dtype=False,
                                   check_names=False)
    without = flow["due"] - flow["with_value"]
    hidden = few | ((without > 0) & (without < 10))
    assert hidden.any() and found["missing_share"].isna().equals((hidden | (flow["due"] == 0)).reindex(found.index))
    assert table["n"].dropna().pipe(lambda n: (n == 0) | (n >= 10)).all() and table["coaches"].min() >= 3
    assert not rows.loc["waiting_time"]["coaches_known"].any()
    assert not rows.loc["waiting_time"]["sentence_en"].str.contains("coach").any()


def test_a_sentence_asks_for_what_is_missing_in_both_languages(synthetic):
    table = data_request(synthetic, ["wellbeing"]).table
    short = table[table["n"] < table["n_needed"]]
    assert len(short) and not short["enough"].any()
    assert short["sentence_de"].str.contains("Nötig: .*Personen je Projekt").all()
    assert short["sentence_en"].str.contains("Needed: .*people a project").all()
    unknown = ra.Study({**synthetic.tables, "episodes": synthetic.table("episodes").assign(coach=None)})
    for one, words in (("sentence_de", "Coaches unbekannt"), ("sentence_en", "coaches unknown")):
        with_values = data_request(unknown, ["wellbeing"]).table.query("n > 0")
        assert with_values[one].str.contains(words).all()


def test_without_an_agreed_difference_the_request_asks_for_one(synthetic):
    rows = synthetic.table("indicators")
    rows = rows.assign(relevant_difference=rows["relevant_difference"].where(rows["indicator"] != "wellbeing"))
    table = data_request(ra.Study({**synthetic.tables, "indicators": rows}), ["wellbeing"]).table
    assert table["n_needed"].isna().all() and table["smallest_gap"].notna().all()
    assert table["sentence_de"].str.contains("vereinbarter bedeutsamer Unterschied").all()


# The study.

def test_the_committed_study_is_what_its_command_computes(separation, committed):
    all_settings = list(separation.settings())
    assert len(committed) == len(all_settings) and set(committed["replicates"]) == {2_000}
    expected = [(one.name, one.plan.persons, one.plan.icc, round(one.tau, 4)) for one in all_settings]
    columns = ["setting", "n_per_project", "icc_coach", "tau_sd"]
    assert list(committed[columns].itertuples(index=False, name=None)) == expected
    row = separation.operating(all_settings[5], 2_000, 499, 2022)
    assert list(committed) == list(row)
    for name, value in row.items():
        there = committed[name].iloc[5]
        assert there == value if isinstance(value, str) else there == pytest.approx(value, abs=2e-3, nan_ok=True)
    letters = committed[list(separation.LETTERS)].sum(axis=1)
    np.testing.assert_allclose(letters, 1, atol=4e-4)


def test_a_row_of_the_study_is_the_same_for_the_same_seed(separation):
    one = next(iter(separation.settings()))
    first, again, other = (separation.operating(one, 40, 49, seed) for seed in (1, 1, 2))
    np.testing.assert_equal(first, again)
    assert first != other


def test_the_spread_of_answers_is_calibrated_in_standard_deviations_of_ranks(separation):
    plan = Plan(2_000, "ordinal", projects=40)
    spread, person_sd = many_estimates(draw(plan, separation.latent_spread(0.3), 8, np.random.default_rng(12)))
    assert np.sqrt(spread.tau2().mean()) / person_sd.mean() == pytest.approx(0.3, rel=0.06)


def test_what_the_studies_say_of_size_holds_in_the_table(committed):
    plain = committed[~committed["setting"].isin(["answers depend on the value", "one project deviates"])]
    alike, edge = (plain[plain["truth"] == truth] for truth in ("none", "at the threshold"))
    assert alike["any"].between(0.03, 0.07).all()
    few = (edge["scale"] == "time") & (edge["n_per_project"] == 14)
    assert edge.loc[~few, "relevant"].max() <= 0.07 < edge.loc[few, "relevant"].min()
    assert edge["alike"].max() <= 0.08
    coached = alike[alike["icc_coach"] == 0.1]
    assert coached["any_persons"].min() > 0.18
    answers = committed[committed["setting"] == "answers depend on the value"].set_index("n_per_project")
    assert answers.loc[150, "any"] > 0.5 > answers.loc[40, "any"] > 0.1
    assert (answers[["A", "B"]].sum(axis=1) < 0.01).all()
    deviates = committed[committed["setting"] == "one project deviates"]
    assert (deviates["A"] < 0.1).all() and (deviates["B"] > deviates["A"]).all()


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_projects_changes_nothing(order):
    drawn = draw(planned("metric", 15), 0.3, 2, np.random.default_rng(13))
    spread, _ = many_estimates(drawn)
    moved = replace(spread, **{name: getattr(spread, name)[:, order] for name in ("estimate", "sampling", "growth")})
    np.testing.assert_allclose(moved.upper_tail(0.01), spread.upper_tail(0.01), **EXACT)
    np.testing.assert_allclose(moved.tau2(), spread.tau2(), rtol=1e-9, atol=1e-12)


def test_the_gate_for_missing_values_holds_what_the_studies_say():
    table = pd.read_csv(REPOSITORY / "studies" / "answers.csv").set_index(["people_asked", "tau_sd", "threshold_sd"])
    assert (table["gate_passed_too"] <= table["A_or_B"]).all() and (table["replicates"] == 2_000).all()
    false = table[[spread <= relevant for _, spread, relevant in table.index]]
    assert false["gate_passed_too"].max() <= 0.06 < false["A_or_B"].max()
    assert table.loc[(150, 0.0, 0.05), "A_or_B"] > 0.3 and table.loc[(150, 0.5, 0.15), "gate_passed_too"] > 0.95


def test_a_request_for_no_indicator_of_persons_is_refused(synthetic):
    with pytest.raises(StudyError, match="No indicator of persons"):
        data_request(synthetic, ["target_attainment"])
