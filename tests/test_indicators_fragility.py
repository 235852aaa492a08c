"""Whether a separation hangs on a thread: missing values, leaving out, specifications, stability, gates."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f as f_distribution

import rehapro_analysis as ra
from rehapro_analysis.indicators import GATES, Heterogeneity, Indicator, compared, comparison, separation
from rehapro_analysis.indicators.fragility.bounds import (
    DELTA,
    Box,
    missing_shares,
    random_box,
    worst_bound,
    worst_case_box,
)
from rehapro_analysis.indicators.fragility.definition_variants import definition_variants
from rehapro_analysis.indicators.fragility.imputation import completed, drawn_spreads, pooled
from rehapro_analysis.indicators.fragility.leaving_out import leave_one_out, leave_one_out_result, worst_without
from rehapro_analysis.indicators.fragility.missing_values import (
    bounds,
    follow_up,
    imputed_estimates,
    missingness,
    project_bounds,
    tipping_delta,
)
from rehapro_analysis.indicators.fragility.specification_curve import (
    share_of_specifications,
    specification_curve,
    verdict_shares,
)
from rehapro_analysis.indicators.fragility.specifications import Options
from rehapro_analysis.indicators.fragility.stability import half_estimates, stability
from rehapro_analysis.paths import REPOSITORY

SCALES = {"metric": {"relevant_difference": 1.0}, "binary": {"relevant_difference": 0.1},
          "ordinal": {"relevant_difference": 0.5, "difference_in": "standard deviations"}}


@pytest.fixture(scope="module")
def synthetic():
    return ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def of(values, scale="metric", *, coaches=4, period="during", least=1, **definition):
    """A comparison of ``values`` (projects, persons), nan where a value that was due is missing."""
    values = np.asarray(values, float)
    projects, persons = values.shape
    names = [f"P{number:02d}" for number in range(projects)]
    frame = pd.DataFrame({
        "project": pd.Categorical(np.repeat(names, persons), names), "participant": np.arange(values.size).astype(str),
        "coach": [f"{name}-{person % coaches}" if coaches else None for name in names for person in range(persons)],
        "period": period, "value": values.ravel(), "exposure": 1.0,
        "missing": np.where(np.isnan(values.ravel()), "no answer", "")})
    return comparison(frame, Indicator("x", "x", "x", scale, **{**SCALES[scale], **definition}), least=least)


def spread_out(tau, persons=40, seed=1, projects=12):
    rng = np.random.default_rng(seed)
    return np.linspace(-1, 1, projects)[:, None] * tau * 1.6 + rng.normal(size=(projects, persons))


def with_gaps(values, share, seed=5):
    """Values missing completely at random; ``share`` a number, or one a project."""
    gone = np.random.default_rng(seed).random(values.shape) < np.broadcast_to(share, len(values))[:, None]
    return np.where(gone, np.nan, values)


TWO = [[1, 1, 0, np.nan], [0, 0, np.nan, np.nan]]  # three missing


def test_worst_case_bounds_of_two_projects_by_hand():
    one = of(TWO, "binary", coaches=0)
    box = worst_case_box(one)
    assert box.lower.tolist() == [2 / 4, 0] and box.upper.tolist() == [3 / 4, 2 / 4]
    assert missing_shares(one).tolist() == [1 / 4, 1 / 2]
    # observed p = 2/5; V_j = p(1 - p)/n_j times the squared share observed
    assert box.spread.sampling == pytest.approx([0.24 / 3 * 9 / 16, 0.24 / 2 / 4])
    assert box.alike(0).estimate.tolist() == [0.5, 0.5] and box.apart(0).estimate.tolist() == [0.75, 0]
    assert box.apart(0).q(0) == pytest.approx(0.75**2 / (0.045 + 0.03))


def test_random_bounds_move_each_estimate_by_its_missing_share():
    one = of(TWO, "binary", coaches=0)
    box = random_box(one, 0.5)
    reach = 0.5 * np.sqrt(0.24)
    assert box.upper == pytest.approx([2 / 3 + min(reach, 1 / 3) / 4, reach / 2])
    assert box.lower == pytest.approx([2 / 3 - reach / 4, 0])  # no share falls below 0
    assert random_box(one, 0.0).lower == pytest.approx(one.estimates.spread.estimate)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10**6))
def test_extremes_equal_exhaustive_enumeration(projects, seed):
    rng = np.random.default_rng(seed)
    lower = rng.normal(size=projects)
    box = Box(lower, lower + rng.random(projects), Heterogeneity(lower, 0.2 + rng.random(projects), np.ones(projects)))
    every = [replace(box.spread, estimate=np.array(point)) for point in product(*zip(box.lower, box.upper,
                                                                                     strict=True))]
    t = float(rng.random())
    assert box.apart(t).q(t) == pytest.approx(max(one.q(t) for one in every))
    assert box.tau()[1] ** 2 == pytest.approx(max(one.tau2() for one in every), abs=1e-9)
    fine = [np.linspace(*ends, 5) for ends in zip(box.lower, box.upper, strict=True)]
    inside = rng.permutation(np.array(list(product(*fine))))[:300]
    assert all(replace(box.spread, estimate=point).q(t) >= box.alike(t).q(t) - 1e-9 for point in inside)
    assert min(one.q(t) for one in every) >= box.alike(t).q(t) - 1e-9
    assert ((box.lower - 1e-12 <= box.alike(t).estimate) & (box.alike(t).estimate <= box.upper + 1e-12)).all()


def test_projects_can_be_more_alike_inside_the_box_than_at_any_vertex():
    box = Box(np.array([0.0, 0.25]), np.array([1.0, 0.75]), Heterogeneity(np.array([0.5, 0.5]), np.ones(2), np.ones(2)))
    assert box.alike(0).q(0) == pytest.approx(0, abs=1e-15)
    assert min(replace(box.spread, estimate=vertex).q(0) for vertex in box.vertices()) > 0


def test_more_projects_than_can_be_enumerated_are_refused():
    box = Box(np.zeros(17), np.ones(17), Heterogeneity(np.zeros(17), np.ones(17), np.ones(17)))
    assert box.alike(0).q(0) == 0
    with pytest.raises(ra.StudyError, match="at most 16"):
        box.apart(0)


def test_the_tipping_shift_of_two_projects_by_hand():
    """Two projects d apart, V each: both missing shares m, sd s. Q = (d - 2 m delta s)^2/(2 (V + t)) at the flip."""
    rng = np.random.default_rng(3)
    base = rng.normal(size=50)
    values = np.stack([base, base + 4.0])
    values[:, :10] = np.nan
    one = of(values, coaches=0)
    row = tipping_delta(one).table.set_index("claim").loc["relevant"]
    spread, t = one.estimates.spread, one.threshold**2
    distance = spread.estimate[1] - spread.estimate[0]
    critical = f_distribution.isf(0.05, 1, spread.df * (1 + t / spread.sampling.mean()) ** 2)
    by_hand = (distance - np.sqrt(2 * (spread.sampling[0] + t) * critical)) / (2 * 0.2 * one.estimates.person_sd)
    assert row["holds"] and row["delta"] == pytest.approx(by_hand, rel=1e-6)


def test_nothing_missing_leaves_nothing_to_tip_and_the_bound_is_the_test():
    one = of(spread_out(0.5))
    assert np.isinf(tipping_delta(one).table["delta"]).all()
    assert worst_bound(one) == one.estimates.spread.p_relevant(one.threshold)
    table = bounds(one).table
    assert (table["tau_low"] == table["tau_high"]).all() and table["verdict_alike"].equals(table["verdict_apart"])


@pytest.mark.parametrize("scale", ["metric", "binary", "ordinal"])
def test_bounds_widen_with_delta_and_hold_the_observed(scale):
    values = with_gaps(spread_out(0.4), 0.3)
    if scale != "metric":
        values = np.where(np.isnan(values), np.nan, values > 0 if scale == "binary" else np.round(values))
    one = of(values, scale)
    p = [worst_bound(one, delta) for delta in (0, 0.1, 0.2, 0.5)]
    assert p == sorted(p) and p[0] == one.estimates.spread.p_relevant(one.threshold)
    for row in bounds(one).table.to_dict("records"):
        assert row["tau_low"] <= row["tau_high"] and row["p_relevant_low"] <= row["p_relevant_high"]
    table = project_bounds(one).table
    assert (table["random_low"] <= table["estimate"]).all() and (table["estimate"] <= table["random_high"]).all()
    assert ("any value" in set(bounds(one).table["assumption"])) == (scale != "metric")


def test_a_metric_indicator_needs_limits_for_worst_case_bounds():
    one = of(with_gaps(spread_out(0.4), 0.3))
    with pytest.raises(ra.StudyError, match="limits of the scale"):
        worst_case_box(one)
    assert bounds(one, limits=(-9, 9)).table["assumption"].iloc[-1] == "any value"


@pytest.mark.parametrize("change", ["relabel", "reorder", "rescale"])
def test_bounds_and_curves_do_not_depend_on_names_order_or_unit(change):
    values = with_gaps(spread_out(0.4), 0.2)
    one = of(values)
    if change == "relabel":
        other = of(values[::-1])
    elif change == "rescale":
        other = of(10 * values + 3, relevant_difference=10.0)
    else:
        other = replace(one, frame=one.frame.sample(frac=1, random_state=2))
    assert worst_bound(other) == pytest.approx(worst_bound(one))
    assert tipping_delta(other).table["delta"].to_numpy() == pytest.approx(tipping_delta(one).table["delta"], abs=1e-6)
    first, second = (specification_curve(each, options=Options(imputations=2)).table for each in (one, other))
    key = ["missing", "estimator", "coaches"]
    first, second = (table.set_index(key)["tau_ratio"].drop("imputed", level=0) if change == "relabel" else
                     table.set_index(key)["tau_ratio"] for table in (first, second))
    assert (first - second).abs().max() < 1e-9 and len(first) == len(second) > 0


def test_the_flow_of_follow_ups_adds_up(synthetic):
    result = follow_up(synthetic, "wellbeing")
    table = result.table
    assert (table["people"] == table["not_due"] + table["due"]).all()
    gone = table[["no_answer", "no_first_value", "not_recorded"]].sum(axis=1)
    assert (table["due"] == table["with_value"] + gone).all()
    rows = synthetic.table("measurements").query("indicator == 'wellbeing' and wave == 1")
    assert table["due"].sum() == len(rows[["project", "participant"]].drop_duplicates())
    assert result.origin == "synthetic" and "people" in result.cells


def test_unequal_missingness_is_found_and_equal_is_not():
    values = spread_out(0.0)
    unequal = missingness(of(with_gaps(values, np.linspace(0.05, 0.6, 12))), permutations=499).table.iloc[0]
    equal = missingness(of(with_gaps(values, 0.3)), permutations=499).table.iloc[0]
    assert unequal["p_value"] < 0.01 < 0.05 < equal["p_value"]
    assert unequal["lowest"] < 0.2 < 0.5 < unequal["highest"]
    with pytest.raises(ra.StudyError, match="nothing to test|Nothing|no value is missing"):
        missingness(of(values))


def informative(rng):
    """No project differs; who feels worse answers less (slope 1), and projects ask with different success."""
    coach = np.tile(rng.normal(size=(12, 5)) * 0.22, (1, 30))
    values = coach + rng.normal(size=(12, 150))
    rate = rng.permutation(np.linspace(0.55, 0.95, 12))[:, None]
    answers = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + values)))
    return np.where(rng.random(values.shape) < answers, values, np.nan)


def test_a_separation_made_by_informative_missing_values_is_caught_by_the_gate():
    """Complete cases call alike projects relevantly different in about 24 % of runs; the gate leaves about 4 %."""
    rng, gate = np.random.default_rng(1), next(gate for gate in GATES if gate.name == "bounds")
    studies = [of(informative(rng), coaches=5, relevant_difference=0.05 * 3.258) for _ in range(60)]
    made = [one for one in studies if one.estimates.spread.p_relevant(one.threshold) <= 0.05]
    passed = [one for one in made if gate.passed(gate.value(one))]
    assert len(made) >= 9 and len(passed) <= 4
    assert all(tipping_delta(one).table.set_index("claim").loc["relevant", "delta"] < 0.6 for one in made)


@pytest.mark.parametrize("scale", ["metric", "binary", "ordinal"])
def test_imputation_keeps_who_answered_and_the_values_of_the_scale(scale):
    values = with_gaps(spread_out(0.5), 0.3)
    if scale != "metric":
        values = np.where(np.isnan(values), np.nan, values > 0 if scale == "binary" else np.round(values))
    one = of(values, scale)
    filled = completed(one, imputations=4, seed=3)
    seen = ~np.isnan(values.ravel())
    for each in filled:
        got = each.people.sort_index()["value"].to_numpy()
        assert (got[seen] == values.ravel()[seen]).all() and len(got) == seen.size
        if scale != "metric":
            assert set(each.people["value"]) <= set(values.ravel()[seen])
    again = completed(one, imputations=4, seed=3)
    assert all(first.people["value"].equals(second.people["value"]) for first, second in zip(filled, again,
                                                                                            strict=True))
    assert completed(of(spread_out(0.5)))[0].people["value"].notna().all()


@pytest.mark.parametrize("scale", ["metric", "binary"])
def test_dummies_inflate_and_pooling_deflates_the_spread_of_imputed_values(scale):
    """Andridge 2011: means over imputations of tau^2; the model with random projects lies at the full data."""
    rng = np.random.default_rng(4)
    found = {name: [] for name in ("full", "random", "dummies", "ignored")}
    for seed in range(12):
        level = rng.normal(size=(12, 1)) * 0.4
        full = level + rng.normal(size=(12, 24))
        full = (full > 0).astype(float) if scale == "binary" else full
        one = of(with_gaps(full, 0.5, seed=seed), scale)
        found["full"].append(of(full, scale).estimates.spread.tau2())
        for name, tau2 in {"random": None, "dummies": np.inf, "ignored": 0.0}.items():
            drawn = completed(one, imputations=10, seed=seed, tau2=tau2)
            found[name].append(np.mean([each.estimates.spread.tau2() for each in drawn]))
    mean = {name: np.mean(values) for name, values in found.items()}
    assert mean["ignored"] < 0.6 * mean["full"] and mean["dummies"] > 1.15 * mean["full"]
    assert abs(mean["random"] / mean["full"] - 1) < 0.25
    assert mean["ignored"] < mean["random"] < mean["dummies"]


def test_intervals_of_the_spread_from_imputed_values_cover_it():
    """Nominal 95 %, 60 runs: fewer than 52 would be a chance of 0.6 %."""
    rng, covered = np.random.default_rng(11), 0
    for seed in range(60):
        level, coach = rng.normal(size=(12, 1, 1)) * 0.4, rng.normal(size=(12, 4, 1)) * 0.2
        values = (level + coach + rng.normal(size=(12, 4, 8))).transpose(0, 2, 1).reshape(12, 32)
        one = of(with_gaps(values, 0.3, seed=seed))
        lower, upper = pooled([each.estimates.spread for each in completed(one, imputations=8, seed=seed)]).interval()
        covered += lower <= 0.4 <= upper
    assert covered >= 52


def test_drawn_spreads_follow_the_p_value_function():
    spread = of(spread_out(0.4)).estimates.spread
    drawn = drawn_spreads(spread, 4000, np.random.default_rng(1))
    for threshold in (0.3, 0.5, 0.7):
        assert np.mean(drawn <= threshold**2) == pytest.approx(spread.p_relevant(threshold), abs=0.03)


def test_pooling_is_rubins_rule_and_one_imputation_is_itself():
    spreads = [Heterogeneity(np.array([1.0, 2]), np.array([0.5, 1]), np.ones(2), 20.0) for _ in range(3)]
    moved = [replace(one, estimate=one.estimate + shift) for one, shift in zip(spreads, (-1, 0, 1), strict=True)]
    got = pooled(moved)
    assert got.estimate.tolist() == [1, 2] and got.sampling == pytest.approx([0.5 + 4 / 3, 1 + 4 / 3])
    r = (4 / 3) / 0.75
    assert got.df == pytest.approx(1 / (1 / 20 + 1 / (2 * (1 + 1 / r) ** 2)))
    assert pooled(spreads[:1]) is spreads[0] and pooled(spreads).df == pytest.approx(20, rel=1e-6)


def test_times_are_not_imputed(synthetic):
    with pytest.raises(ra.StudyError, match="times are not imputed"):
        completed(compared(synthetic, "retention"))


def test_imputed_estimates_are_drawn_to_the_common_mean(synthetic):
    table = imputed_estimates(compared(synthetic, "wellbeing"), imputations=20).table
    assert table["imputed"].std() < table["estimate"].std()
    assert (table["imputed_std_error"] > 0).all()


def test_leaving_out_equals_comparing_the_rest(synthetic):
    for one in (of(spread_out(0.5, projects=5), "metric"), compared(synthetic, "dropout"),
                compared(synthetic, "retention")):
        for unit, code in (("project", one.project), ("coach", one.coach)):
            table = leave_one_out(one, unit)
            rest = one.of(one.people[code != 2]).estimates.spread
            assert table["p_any"].iloc[2] == pytest.approx(rest.p_any(), rel=1e-9)
            assert worst_without(one, unit) == table["p_relevant"].max()
    assert np.isnan(worst_without(of(spread_out(0.5, projects=3))))
    assert leave_one_out_result(of(spread_out(0.5)), "coach").table["coach"].tolist() == list(range(1, 49))
    assert np.isnan(worst_without(of(spread_out(0.5), coaches=0), "coach"))


def test_one_coach_can_make_a_separation_and_its_gate_says_so():
    values = np.random.default_rng(1).normal(size=(12, 40))
    values[3, ::4] += 9  # all of one coach
    one = of(values)
    gate = next(gate for gate in GATES if gate.name == "leave_coach_out")
    assert not gate.passed(gate.value(one)) and gate.of_coaches


COLUMNS = ["specification", "adjustment", "missing", "period", "definition", "estimator", "coaches", "projects", "n",
           "tau", "tau_lower", "tau_upper", "threshold", "tau_ratio", "p_any", "p_relevant", "p_equivalent", "verdict"]


def test_a_curve_has_every_combination_once_in_the_order_of_the_spread(synthetic):
    curve = specification_curve(compared(synthetic, "employment_at_exit"), origin="synthetic")
    table = curve.table
    assert list(table) == COLUMNS and table["specification"].tolist() == list(range(1, len(table) + 1))
    assert table["tau_ratio"].is_monotonic_increasing and not table[COLUMNS[1:7]].duplicated().any()
    # none or case mix, share or mean, nested or ignored, all, within, during, after; before has two projects
    assert len(table) == 2 * 2 * 2 * 4 and "before" in curve.assumptions[-1]
    base = table.query("adjustment == 'none' and period == 'all' and estimator == 'share' and coaches == 'nested'")
    spread = compared(synthetic, "employment_at_exit").estimates.spread
    assert base["p_relevant"].iloc[0] == spread.p_relevant(base["threshold"].iloc[0])
    by_coaches = verdict_shares(curve, by="coaches").table
    assert by_coaches.groupby("coaches")["share"].sum().tolist() == pytest.approx([1, 1])
    assert by_coaches["specifications"].sum() == len(table)
    shares = verdict_shares(curve).table
    assert shares["share"].sum() == pytest.approx(1) and shares["verdict"].tolist() == list("ACDE")
    assert share_of_specifications(compared(synthetic, "employment_at_exit")) == (table["p_relevant"] <= 0.05).mean()


def test_missing_values_add_their_rules_and_other_definitions_their_own():
    one = of(with_gaps(spread_out(0.5), 0.2))
    table = specification_curve(one, options=Options(imputations=3)).table
    assert set(table["missing"]) == {"observed", "lower", "higher", "imputed"} and len(table) == 4 * 2 * 2
    by = table.query("estimator == 'mean' and coaches == 'nested'").set_index("missing")
    assert by.loc["lower", "n"] == by.loc["observed", "n"] and set(table["period"]) == {"all"}
    other = replace(of(spread_out(0.1, seed=3)), definition=replace(one.definition, indicator="y"))
    both = specification_curve(one, variants=[other], options=Options(imputations=3)).table
    assert both["definition"].value_counts().to_dict() == {"x": 16, "y": 4}


def test_ranks_carry_the_relevant_difference_in_standard_deviations():
    table = specification_curve(of(spread_out(0.5, 200), coaches=0)).table.set_index("estimator")
    assert table.loc["rank", "threshold"] == pytest.approx(table.loc["mean", "threshold"] * 12**-0.5, rel=0.25)
    assert table.loc["rank", "tau_ratio"] == pytest.approx(table.loc["mean", "tau_ratio"], rel=0.15)
    assert set(table["coaches"]) == {"unknown"}


def test_case_mix_sets_are_named_and_impossible_ones_are_said():
    one = of(spread_out(0.5))
    rng = np.random.default_rng(1)
    one = replace(one, frame=one.frame.assign(age=rng.normal(size=480), fixed=1.0))
    curve = specification_curve(one, options=Options(case_mix={"age": ("age",), "fixed": ("fixed",)}))
    assert set(curve.table["adjustment"]) == {"none", "age"} and "fixed" in curve.assumptions[-1]


def test_without_a_relevant_difference_the_gate_cannot_be_measured():
    one = of(spread_out(0.5), relevant_difference=None)
    assert np.isnan(share_of_specifications(one)) and np.isnan(worst_bound(one))
    table = specification_curve(one).table
    assert table["tau"].is_monotonic_increasing and set(table["verdict"]) <= {"C", "D"}
    assert bounds(one).table["p_relevant_low"].isna().all()
    assert tipping_delta(one).table["claim"].tolist() == ["any difference"]


def test_variants_of_employment_are_its_forms_and_two_questionnaires_are_none(synthetic):
    names = {one.definition.indicator for one in definition_variants(synthetic, "employment_at_exit")}
    assert names == {"employment_insured", "employment_minor", "internship", "supplementary_work", "volunteering",
                     "work_opportunity"}
    assert definition_variants(synthetic, "wellbeing") == ()


def test_projects_that_keep_their_place_are_stable_and_a_shuffled_order_is_not(synthetic):
    days = pd.date_range("2020-01-01", periods=40)

    def study_and(values):
        one = of(values, coaches=0)
        people = one.frame[["project", "participant"]].assign(entered_on=np.tile(days, 12))
        return ra.Study({"episodes": people.astype({"project": str})}), one

    level = np.linspace(-2, 2, 12)[:, None]
    noise = np.random.default_rng(2).normal(size=(12, 40))
    stable = half_estimates(*study_and(level + noise))
    assert stable.table["n_early"].tolist() == [20] * 12
    assert stable.table["early"].iloc[0] == pytest.approx((level + noise)[0, :20].mean())
    row = stability(stable).table.iloc[0]
    assert row["lower"] > 0.8 and row["reliability"] == pytest.approx(2 * row["correlation"] / (1 + row["correlation"]))
    turned = np.where(np.arange(40) < 20, level, -level) + noise
    assert stability(half_estimates(*study_and(turned))).table["reliability"].iloc[0] == 0
    shown = half_estimates(synthetic, compared(synthetic, "waiting_time"), origin="synthetic")
    assert stability(shown).table["projects"].iloc[0] == len(shown.table)


def study_of(values):
    """A study with one metric indicator from ``values`` (projects, persons)."""
    day = pd.Timestamp("2021-01-01")
    frame = of(values).frame
    people = frame[["project", "participant", "coach"]].astype({"project": str}).assign(
        referred_by=None, referred_on=day, entered_on=day, planned_until=day, left_on=pd.NaT, exit=None, origin="own")
    measured = frame[["project", "participant", "value"]].astype({"project": str}).assign(
        indicator="x", wave=0, measured_on=day, origin="own")
    defined = pd.DataFrame([{
        "indicator": "x", "label_de": "x", "label_en": "x", "scale": "metric", "level": "participant",
        "direction": "higher", "relevant_difference": 1.0, "confirmatory": True, "origin": "own"}])
    projects = pd.DataFrame({"project": sorted(set(people["project"])), "origin": "own"})
    return ra.Study({"projects": projects, "episodes": people, "indicators": defined, "measurements": measured})


def verdict_of(values):
    return separation(study_of(values), "x", permutations=499).table.iloc[0]


def test_a_strong_separation_passes_every_gate_without_any_being_plugged_in():
    row = verdict_of(with_gaps(spread_out(1.0), 0.1))
    assert (row["verdict"], row["against"]) == ("A", "")
    assert row["specifications"] == 1 and row["bounds"] < 0.05 and row["leave_coach_out"] < 0.05


def test_one_deviating_project_gives_b_at_most():
    for seed in range(4):
        values = np.random.default_rng(seed).normal(size=(12, 40))
        values[4] += 3.0
        row = verdict_of(values)
        assert row["verdict"] in "BCD" and (row["verdict"] != "B" or "leave_project_out" in row["against"])
    assert row["verdict"] == "B" and "hängt an einem Projekt (P04)" in row["sentence_de"]


def test_missing_values_that_could_undo_a_separation_are_named_in_the_sentence():
    row = verdict_of(with_gaps(spread_out(0.52, 40, seed=2), np.linspace(0.05, 0.25, 12)))
    assert row["verdict"] == "B" and "hängt an fehlenden Werten" in row["sentence_de"]
    assert DELTA == 0.2 and "hinges on missing values" in row["sentence_en"]
