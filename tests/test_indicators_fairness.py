"""Is the comparison fair: case mix, overlap, context, pandemic, coaches, and whom a project meant to reach."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.indicators.differences.comparison import comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.differences.permutation import permutation_test
from rehapro_analysis.indicators.fairness.adjustment import adjusted_spread, case_mix_adjustment
from rehapro_analysis.indicators.fairness.calibration import case_mix_calibration, case_mix_quality
from rehapro_analysis.indicators.fairness.case_mix import adjusted_comparison, case_mix_spread
from rehapro_analysis.indicators.fairness.coaches import coach_share
from rehapro_analysis.indicators.fairness.context import ConditionalSpread, context_spread
from rehapro_analysis.indicators.fairness.expected import observed_expected, poisson_binomial_cdf
from rehapro_analysis.indicators.fairness.overlap import case_mix_balance, case_mix_overlap
from rehapro_analysis.indicators.fairness.pandemic import (
    pandemic_exposure,
    spread_by_period,
    with_pandemic_share,
)
from rehapro_analysis.indicators.fairness.period_interaction import period_interaction
from rehapro_analysis.indicators.fairness.target_group import planned_shares, target_group
from rehapro_analysis.indicators.measures.definitions import Indicator
from rehapro_analysis.indicators.verdict.separation import compared
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study, read_study

REFERENCE = REPOSITORY / "tests" / "reference" / "indicators"
PEOPLE = pd.read_csv(REFERENCE / "participants.csv")
ENGINE, R = (pd.read_csv(REFERENCE / name).set_index("quantity")["value"] for name in ("engine.csv", "fairness.csv"))
COLUMN = {"ordinal": "teilhabe", "binary": "emp", "metric": "who5", "count": "contacts"}
CASE_MIX = ["age", "sev"]


def frame_of(project, value, coach=None, period="during", exposure=1.0, **case_mix):
    order = list(dict.fromkeys(project))
    rows = pd.DataFrame({"project": pd.Categorical(project, order), "coach": coach, "participant": range(len(value)),
                         "period": period, "value": np.asarray(value, float), "exposure": exposure, "missing": ""})
    return rows.assign(**case_mix)


def compared_people(frame, scale, least=1, **definition):
    return comparison(frame, Indicator("x", "x", "x", scale, **definition), least=least)


def fixture(scale, *, coaches=True, period="during"):
    if scale == "time":
        return compared_people(frame_of(PEOPLE["project"], PEOPLE["emp"], PEOPLE["coach"], exposure=PEOPLE["who5"],
                                        age=PEOPLE["age"], sev=PEOPLE["sev"]), "time")
    return compared_people(frame_of(PEOPLE["project"], PEOPLE[COLUMN[scale]], PEOPLE["coach"] if coaches else None,
                                    period, age=PEOPLE["age"], sev=PEOPLE["sev"]), scale)


def from_r(name, many=12):
    return np.array([R[f"{name}_{k}"] for k in range(1, many + 1)])


@pytest.fixture(scope="module")
def study():
    return read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def test_two_projects_of_two_people_are_adjusted_by_hand():
    one = compared_people(frame_of([*"AABB"], [1, 4, 6, 7], x=[0.0, 2, 2, 4]), "metric")
    spread = case_mix_spread(one, ["x"])
    # slopes 3/2 and 1/2 with equal weight give 1; means 5/2 at x = 1 and 13/2 at x = 3 move to x = 2
    assert spread.estimate == pytest.approx([3.5, 5.5])
    # residuals -1/2, 1/2, 1/2, -1/2 on one degree of freedom; V = 1 (1/2 + 1/4)
    assert spread.sampling == pytest.approx([0.75, 0.75])
    assert spread.df == 1


def test_shares_are_standardised_by_hand():
    # odds 1 and 3 in A, 1/3 and 1 in B: one odds ratio of 3 fits both projects exactly
    project, x = [*"AAAAAABBBBBB"], [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1]
    one = compared_people(frame_of(project, [1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0], x=x), "binary")
    assert one.estimates.spread.estimate == pytest.approx([4 / 6, 2 / 6])
    half = Fraction(1, 2)
    assert case_mix_spread(one, ["x"]).estimate == pytest.approx(
        [float(half * Fraction(1, 2) + half * Fraction(3, 4)), float(half * Fraction(1, 4) + half * Fraction(1, 2))])


def test_a_project_without_events_keeps_zero_and_says_so():
    project = np.repeat([*"ABC"], 20)
    value = np.concatenate([np.zeros(20), np.tile([0, 1], 10), np.tile([0, 0, 1, 0], 5)])
    one = compared_people(frame_of(project, value, x=np.tile(np.arange(20.0), 3)), "binary")
    fair = adjusted_comparison(one, ["x"])
    assert fair.estimates.spread.estimate[0] == 0
    assert fair.estimates.spread.usable
    table = case_mix_adjustment(one, ["x"]).table
    assert table["adjustment"].tolist() == ["nothing happened", "adjusted", "adjusted"]
    without = compared_people(frame_of(project[20:], value[20:], x=np.tile(np.arange(20.0), 2)), "binary")
    assert fair.model.beta == pytest.approx(adjusted_comparison(without, ["x"]).model.beta * np.ones(1), rel=1e-6)


@pytest.mark.parametrize("scale", [*COLUMN, "time"])
def test_without_covariates_nothing_changes(scale):
    one = fixture(scale)
    spread, adjusted = one.estimates.spread, case_mix_spread(one, [])
    for name in ("estimate", "sampling", "growth", "df"):
        assert getattr(adjusted, name) == pytest.approx(getattr(spread, name), rel=1e-9)
    assert adjusted_comparison(one, []).permuted(seed=1, permutations=99).p_value == one.permuted(
        seed=1, permutations=99).p_value


@pytest.mark.parametrize("scale", ["metric", "binary", "count"])
def test_standardised_values_equal_those_of_r(scale):
    model = adjusted_comparison(fixture(scale), CASE_MIX).model
    assert model.standardised() == pytest.approx(from_r(f"{scale}_standardised"), rel=1e-8)


@pytest.mark.parametrize("scale", ["metric", "binary", "count"])
def test_clustered_errors_equal_a_sandwich_by_hand_in_r(scale):
    model = adjusted_comparison(fixture(scale), CASE_MIX).model
    assert model.clustered_errors() == pytest.approx(from_r(f"{scale}_clustered"), rel=1e-6)


def test_standard_errors_without_coaches_are_those_of_adjusted_means_in_r():
    spread = case_mix_spread(fixture("metric", coaches=False), CASE_MIX)
    assert np.sqrt(spread.sampling) == pytest.approx(from_r("metric_error"), rel=1e-9)
    assert spread.df == len(PEOPLE) - 14


def test_the_permuted_statistic_is_the_partial_f_of_r():
    statistic = adjusted_comparison(fixture("metric"), CASE_MIX).permuted(seed=1, permutations=9).statistic
    share = statistic / (len(PEOPLE) - 3)  # of the residual sum of squares without projects
    assert share / (1 - share) * (len(PEOPLE) - 14) / 11 == pytest.approx(R["partial_f_1"], rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["metric", "ordinal", "binary", "count"]), st.floats(0.01, 100), st.floats(-50, 50))
def test_scaling_and_shifting_covariates_changes_nothing(scale, factor, shift):
    one = fixture(scale)
    moved = one.of(one.frame.assign(age=one.frame["age"] * factor + shift))
    for name in ("estimate", "sampling"):
        assert getattr(case_mix_spread(moved, CASE_MIX), name) == pytest.approx(
            getattr(case_mix_spread(one, CASE_MIX), name), rel=1e-5)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(12)), st.sampled_from(["metric", "binary", "count", "time"]))
def test_relabelling_projects_and_reordering_people_moves_values_with_them(order, scale):
    one = fixture(scale)
    names = [one.projects[place] for place in order]
    frame = one.frame.assign(project=pd.Categorical(one.frame["project"].astype(str), names)).sample(
        frac=1, random_state=1)
    moved, spread = case_mix_spread(compared_people(frame, scale), CASE_MIX), case_mix_spread(one, CASE_MIX)
    assert moved.estimate == pytest.approx(spread.estimate[list(order)], rel=1e-6)
    assert moved.sampling == pytest.approx(spread.sampling[list(order)], rel=1e-6)
    assert moved.tau2() == pytest.approx(spread.tau2(), rel=1e-5, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.floats(-100, 100), st.floats(0.1, 10))
def test_metric_values_may_change_their_unit(shift, factor):
    one = fixture("metric")
    moved = one.of(one.frame.assign(value=one.frame["value"] * factor + shift))
    assert case_mix_spread(moved, CASE_MIX).estimate == pytest.approx(
        case_mix_spread(one, CASE_MIX).estimate * factor + shift, rel=1e-7, abs=1e-6)


def test_a_pooled_slope_takes_part_of_the_difference_for_case_mix_and_slopes_within_projects_do_not():
    rng, many, each = np.random.default_rng(7), 12, 400
    effect, noise = np.linalg.qr(np.column_stack([np.ones(many), rng.standard_normal((many, 2))]))[0][:, 1:].T
    effect, noise = effect / effect.std(), noise / noise.std()
    mean = 0.5 * (0.9 * effect + np.sqrt(1 - 0.9**2) * noise)
    assert np.corrcoef(mean, effect)[0, 1] == pytest.approx(0.9)
    project = np.repeat(np.arange(many), each)
    x = mean[project] + rng.standard_normal(many * each)
    y = effect[project] + x + rng.standard_normal(many * each)
    one = compared_people(frame_of([f"P{k:02d}" for k in project], y, x=x), "metric")
    pooled = y - np.polyval(np.polyfit(x, y, 1), x)
    shrunk = (np.bincount(project, pooled) / each).std()
    assert one.estimates.spread.estimate.std() > 1.3
    assert case_mix_spread(one, ["x"]).estimate.std() == pytest.approx(1, abs=0.05)
    assert shrunk < 0.9


def test_the_adjusted_permutation_keeps_its_size_where_case_mix_differs_between_projects():
    rng, project = np.random.default_rng(11), np.repeat(np.arange(8), 15)
    coach, found = np.repeat(np.arange(24), 5), []
    for run in range(80):
        x = rng.standard_normal(8)[project] + rng.standard_normal(120)
        y = x + 0.4 * rng.standard_normal(24)[coach] + rng.standard_normal(120)
        found.append([permutation_test(y, project, coach, covariates=given, rng=run, permutations=199).p_value
                      for given in (x[:, None], None)])
    adjusted, naive = (np.array(found) <= 0.2).sum(axis=0)
    assert 6 <= adjusted <= 28  # 16 expected; both tails below 1 in 500
    assert naive > 40


def test_the_relevant_difference_stays_that_of_the_unadjusted_comparison():
    one = compared_people(fixture("metric").frame, "metric", relevant_difference=0.5,
                          difference_in="standard deviations")
    assert adjusted_comparison(one, CASE_MIX).threshold == one.threshold


def test_covariates_that_cannot_be_used_are_refused():
    one = fixture("binary")
    level = one.frame["project"].cat.codes.astype(float)
    gaps = one.frame["age"].where(one.frame.index > 3)
    odd = one.of(one.frame.assign(level=level, gaps=gaps, tell=one.frame["value"] * 2 - 1))
    for names, said in ((["level"], "constant"), (["gaps"], "missing"), (["agee"], "Did you mean 'age'"),
                        (["tell"], "monotone likelihood")):
        with pytest.raises(StudyError, match=said):
            case_mix_spread(odd, names)


def test_the_spread_before_and_after_is_taken_over_the_same_projects():
    frame = fixture("metric").frame
    far = frame["project"].astype(str).eq("P03")
    one = compared_people(frame.assign(age=frame["age"] + 60 * far), "metric")
    table = case_mix_adjustment(one, CASE_MIX).table.set_index("project")
    assert table.loc["P03", "adjustment"] == "cannot be adjusted"
    assert np.isnan(table.loc["P03", ["adjusted", "lower", "std_error"]].astype(float)).all()
    found = adjusted_spread(one, CASE_MIX, permutations=99)
    assert found.table["projects"].tolist() == [11, 11]
    assert any("P03" in sentence for sentence in found.assumptions)
    rest = one.of(one.people[~one.people["project"].astype(str).eq("P03")])
    assert found.table.loc[0, "tau"] == pytest.approx(np.sqrt(rest.estimates.spread.tau2()))


def test_overlap_and_balance_by_hand():
    project, x = np.repeat([*"AB"], 20), np.concatenate([np.arange(20.0), np.arange(20.0) + 20])
    one = compared_people(frame_of(project, x, x=x), "metric")
    overlap = case_mix_overlap(one, ["x"]).table.set_index(["project", "covariate"])["outside_share"]
    assert overlap[("A", "x")] == overlap[("B", "x")] == pytest.approx(2 / 20)  # the two outermost of 40 on either side
    balance = case_mix_balance(one, ["x"]).table.set_index("project")
    within = np.sqrt(20 * (20**2 - 1) / 12 * 2 / 38)
    assert balance.loc["A", "standardised_difference"] == pytest.approx(-20 / within)
    assert balance.loc["A", "chance"] == pytest.approx(1.959964 * np.sqrt(2 / 20), rel=1e-6)


def test_without_covariates_limits_of_observed_against_expected_are_clopper_and_pearson():
    one = fixture("binary")
    table, p = observed_expected(one, []).table, PEOPLE["emp"].mean()
    lower, upper = proportion_confint(table["observed"], table["n"], method="beta")
    assert table["ratio"].to_numpy() == pytest.approx(table["observed"] / table["n"] / p, rel=1e-9)
    assert table["lower"].to_numpy() == pytest.approx(lower / p, rel=1e-6)
    assert table["upper"].to_numpy() == pytest.approx(upper / p, rel=1e-6)


@pytest.mark.parametrize("scale", ["binary", "count", "time"])
def test_expected_events_add_up_to_the_observed(scale):
    table = observed_expected(fixture(scale), CASE_MIX).table
    assert table["expected"].sum() == pytest.approx(table["observed"].sum(), rel=1e-9)
    assert (table["lower"] <= table["ratio"]).all() and (table["ratio"] <= table["upper"]).all()


def test_metric_values_have_no_events_to_expect():
    with pytest.raises(StudyError, match="no events"):
        observed_expected(fixture("metric"), CASE_MIX)


def test_a_number_of_unequal_chances_has_the_law_of_all_its_outcomes():
    chance = np.array([0.1, 0.5, 0.9])
    law = np.zeros(4)
    for outcome in np.ndindex(2, 2, 2):
        law[sum(outcome)] += np.prod(np.where(outcome, chance, 1 - chance))
    assert poisson_binomial_cdf(chance) == pytest.approx(np.cumsum(law), abs=1e-12)


def test_quality_of_the_model_equals_deviances_of_r():
    for scale, name in (("metric", "metric_r2_1"), ("count", "count_deviance_share_1")):
        assert case_mix_quality(fixture(scale), CASE_MIX).table.loc[0, "estimate"] == pytest.approx(R[name], rel=1e-6)


def test_slopes_of_projects_are_tested_as_in_r():
    row = case_mix_quality(fixture("binary"), CASE_MIX).table.iloc[0]
    found = row[["statistic", "df", "p_value"]].astype(float).tolist()
    assert found == pytest.approx(from_r("slopes_apart", 3), rel=1e-6)


def test_noise_predicts_nobody_of_another_project():
    one = fixture("metric")
    noise = np.random.default_rng(3).standard_normal((6, len(one.frame)))
    names = [f"noise{k}" for k in range(6)]
    row = case_mix_quality(one.of(one.frame.assign(**dict(zip(names, noise, strict=True)))), names).table.iloc[0]
    assert row["estimate"] > 0 > row["validated"]


def test_a_common_score_fits_on_average_with_slope_one():
    table = case_mix_calibration(fixture("metric"), CASE_MIX).table
    assert np.average(table["slope"], weights=table["std_error"] ** -2.0) == pytest.approx(1, abs=0.15)
    assert (table["n"] * table["observed"]).sum() == pytest.approx((table["n"] * table["expected"]).sum())


def test_a_regression_of_projects_equals_metafor():
    n = PEOPLE.groupby("project").size()
    spread = ConditionalSpread(PEOPLE.groupby("project")["who5"].mean().to_numpy(), 225 / n.to_numpy(), np.ones(12),
                               features=np.tile([0.0, 1], 6)[:, None])
    want = from_r("context", 9)
    assert spread.tau2() == pytest.approx(want[0], rel=1e-7)
    assert spread.interval() == pytest.approx(want[1:3], rel=1e-5)
    assert spread.coefficients(spread.tau2()) == pytest.approx(want[3:5], rel=1e-7)
    assert spread.slope_errors() == pytest.approx(want[5:7], rel=1e-7)
    assert [spread.q(0), spread.p_any()] == pytest.approx(want[7:9], rel=1e-9)


def test_a_feature_that_says_everything_leaves_no_spread():
    plain = Heterogeneity(np.array([1.0, 5, 1, 5, 1, 5]), np.full(6, 0.1), np.ones(6))
    told = ConditionalSpread(plain.estimate, plain.sampling, plain.growth, features=np.array([[0.0], [1]] * 3))
    assert plain.tau2() > 1
    assert told.tau2() == 0


def test_context_takes_two_columns_at_most_and_leaves_projects_without_it_out_of_both_rows():
    one = fixture("metric")
    context = pd.DataFrame({"project": one.projects, "kind": [*"abcd"] * 3, "rate": [None, *np.arange(11.0)]})
    found = context_spread(one, context, ["rate"])
    assert found.table["projects"].tolist() == [11, 11, 11]
    assert found.table.loc[0, "estimate"] == pytest.approx(
        np.sqrt(one.estimates.spread.without(np.arange(12) > 0).tau2()))
    assert any("P01" in sentence for sentence in found.assumptions)
    with pytest.raises(StudyError, match="3 columns"):
        context_spread(one, context, ["kind"])


def test_the_share_of_coaches_follows_from_mean_squares_of_r():
    row = coach_share(fixture("metric"), permutations=99).table.iloc[0]
    ratio = ENGINE["coach_ms"] / ENGINE["person_ms"]
    assert row["estimate"] == pytest.approx(max(0, (ratio - 1) / (ratio - 1 + row["caseload"])))
    top = ratio / f_distribution.ppf(0.025, ENGINE["coach_df"], ENGINE["person_df"]) - 1
    assert row["upper"] == pytest.approx(top / (top + row["caseload"]), rel=1e-9)
    n, of = (PEOPLE.groupby(list(keys)).size() for keys in (["project", "coach"], ["project"]))
    shares = (n**2).groupby("project").sum() / of
    assert row["caseload"] == pytest.approx((len(PEOPLE) - shares.sum()) / ENGINE["coach_df"])


def test_limits_of_the_share_of_coaches_hold_it():
    rng, coach, held = np.random.default_rng(5), np.repeat(np.arange(40), 6), 0
    project = np.repeat([f"P{k}" for k in range(8)], 30)
    for _ in range(60):
        y = np.sqrt(0.25) * rng.standard_normal(40)[coach] + np.sqrt(0.75) * rng.standard_normal(240)
        one = compared_people(frame_of(project, y, coach.astype(str)), "metric")
        row = coach_share(one, permutations=1).table.iloc[0]
        held += row["lower"] <= 0.25 <= row["upper"]
    assert held >= 52


def test_few_coaches_are_not_spoken_of():
    project = np.repeat([*"AB"], 20)
    one = compared_people(frame_of(project, np.arange(40), np.repeat([*"abcd"], 10)), "metric")
    with pytest.raises(StudyError, match="too few known coaches"):
        coach_share(one)


def test_project_by_period_equals_a_weighted_anova_of_r():
    period = np.where(PEOPLE["age"] < 35, "before", "during")
    row = period_interaction(fixture("metric", period=period), least=1).table.iloc[0]
    assert row["test"] == "within coaches"
    found = row[["statistic", "df", "df_error"]].astype(float).tolist()
    assert found == pytest.approx(from_r("interaction", 3), rel=1e-8)


def test_differences_that_turn_round_between_periods_are_found_and_those_that_stay_are_not():
    rng, project, period = np.random.default_rng(2), np.repeat(np.arange(6), 40), np.tile(np.repeat([0, 1], 20), 6)
    coach = np.array([f"{j}{k}" for j, k in zip(project, np.tile(np.arange(4), 60), strict=True)])
    noise = rng.standard_normal(240)
    for effect, low, high in ((project * (1 - 2 * period), 0, 1e-6), (project + 2 * period, 0.01, 1)):
        one = compared_people(frame_of([f"P{j}" for j in project], effect + noise, coach,
                                       np.array(["before", "during"])[period]), "metric")
        assert low <= period_interaction(one).table.loc[0, "p_value"] <= high


def test_spread_by_period_leaves_out_projects_with_few_people_then():
    project = np.repeat([*"ABC"], 24)
    period = np.concatenate([np.repeat(["before", "during"], 12), np.repeat(["before", "during"], 12),
                             np.repeat(["before", "during"], [4, 20])])
    one = compared_people(frame_of(project, np.random.default_rng(0).standard_normal(72), period=period), "metric")
    table = spread_by_period(one).table.set_index("period")
    assert table["projects"].to_dict() == {"before": 2, "during": 3}


def test_the_share_of_days_under_restrictions_by_hand():
    day = pd.to_datetime
    episodes = pd.DataFrame({
        "project": "A", "participant": [*"abc"], "coach": None, "referred_on": pd.NaT,
        "entered_on": day(["2020-03-06", "2021-05-22", "2020-04-01"]), "planned_until": pd.NaT,
        "left_on": day(["2020-03-26", "2021-06-21", "2020-04-01"]), "exit": "completed", "origin": "own"})
    one_project = Study({"projects": pd.DataFrame({"project": ["A"], "origin": "own"}), "episodes": episodes})
    row = pandemic_exposure(one_project, lock="2022-01-01").table.iloc[0]
    assert row["mean_share"] == pytest.approx((10 / 20 + 10 / 30 + 1) / 3)
    assert row["days_share"] == pytest.approx(20 / 50)
    assert row["wholly_share"] == pytest.approx(1 / 3)


def test_the_share_of_the_pandemic_joins_each_person(study):
    one = with_pandemic_share(compared(study, "wellbeing"), study)
    assert one.frame["pandemic_share"].between(0, 1).all()
    assert (one.frame.loc[one.frame["period"] == "after", "pandemic_share"] == 0).all()
    said = case_mix_adjustment(one, ["pandemic_share"]).assumptions
    assert any("adjusting for it may hide or invent a difference" in sentence for sentence in said)
    assert len(case_mix_adjustment(one, ["age"]).assumptions) == len(said) - 1


def test_target_groups_are_compared_only_where_documents_and_episodes_name_the_same(study):
    table = target_group(study).table
    known = table[table["comparison"] == "comparable"]
    assert known["project"].tolist() == ["PROGES"]
    assert known["estimate"].tolist() == [1.0]  # the invented people keep to the documented lowest age
    assert set(table["project"]) == set(study.table("projects")["project"])
    assert table.loc[table["comparison"] != "comparable", ["n", "estimate"]].isna().all(axis=None)
    assert "in words only" in set(table["comparison"]) and "not recorded" in set(table["comparison"])


def test_a_planned_share_is_held_against_exact_limits(study):
    plan = pd.DataFrame({"project": ["GesA", "GesA"], "column": ["sex", "diagnosis"], "level": ["female", "any"],
                         "planned_low": [0.9, 0.1], "planned_high": [1.0, 0.2]})
    table = planned_shares(study, plan).table
    women = study.table("episodes").query("project == 'GesA' and entered_on.notna()")["sex"].eq("female")
    assert table.loc[0, ["n", "of"]].tolist() == [women.sum(), len(women)]
    assert table.loc[0, "p_value"] < 1e-6 and table.loc[1, "comparison"] == "not recorded"
    with pytest.raises(StudyError, match="shares from 0 to 1"):
        planned_shares(study, plan.assign(planned_low=90))


def test_no_table_has_a_row_for_a_coach_or_a_person(study):
    one, mix = compared(study, "employment_at_exit"), ["age", "sex"]
    results = [case_mix_adjustment(one, mix), adjusted_spread(one, mix, permutations=9), observed_expected(one, mix),
               case_mix_quality(one, mix), case_mix_calibration(one, mix), coach_share(one, permutations=9),
               spread_by_period(one), period_interaction(one), pandemic_exposure(study)]
    for result in results:
        assert len(result.table) <= 12 and not {"coach", "participant"} & set(result.table)
        assert result.assumptions and result.counted == "people"
