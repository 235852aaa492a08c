"""Tests between groups against R and statsmodels, by hand, in odd cases, and by simulation."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.duration.survfunc import survdiff
from statsmodels.stats.multitest import multipletests

from rehapro_analysis.retention.comparison.common_times import common_times
from rehapro_analysis.retention.comparison.comparison import logrank_test, rank_scores
from rehapro_analysis.retention.comparison.contrasts import holm, quadratic_form
from rehapro_analysis.retention.comparison.differences import milestone_test, restricted_mean_test
from rehapro_analysis.retention.comparison.gray import gray_test
from rehapro_analysis.retention.comparison.permutation import permutation_logrank_test
from rehapro_analysis.retention.curves.restricted import restricted_mean
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.exits.competing import aalen_johansen
from rehapro_analysis.study.problems import StudyError

REFERENCE = Path(__file__).parent / "reference" / "survival"
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def numbers(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv")


def people() -> pd.DataFrame:
    frame = numbers("competing_people")
    return frame.assign(time=frame["stop"] - frame["start"] - 1)


def months(stratified: bool = False, frame: pd.DataFrame | None = None):
    return event_table(people() if frame is None else frame, stop="time", event="cause", by="group",
                       strata="stratum" if stratified else None)


def late(stratified: bool = False, frame: pd.DataFrame | None = None):
    return event_table(people() if frame is None else frame, start="start", stop="stop", event="cause", by="group",
                       strata="stratum" if stratified else None)


def from_r(name: str) -> tuple[float, int]:
    row = numbers("competing_tests").set_index("test").loc[name]
    return row["statistic"], row["df"]


def decision(result) -> tuple[float, int]:
    row = result.table.iloc[0]
    return row["statistic"], row["df"]


def same(result, name: str) -> None:
    np.testing.assert_allclose(decision(result), from_r(name), **CLOSE)


# the log-rank family


@pytest.mark.parametrize("rho", [0, 0.5, 1])
@pytest.mark.parametrize("strata", [None, "st"])
def test_fleming_harrington_with_rho_equals_survdiff(rho, strata):
    expected = numbers("A_survdiff").set_axis(["rho", "strata", "statistic"], axis=1)
    expected = expected[(expected["rho"] == rho) & (expected["strata"] == (strata is not None))]
    table = event_table(numbers("A"), stop="time", event="cause", by="g", strata=strata)
    statistic = logrank_test(table, weights="fleming-harrington", p=rho).table["statistic"]
    np.testing.assert_allclose(statistic, expected["statistic"], **CLOSE)


def test_scores_and_their_variance_equal_survdiff():
    expected = numbers("A_survdiff_oev")
    common = common_times(event_table(numbers("A"), stop="time", event="cause", by="g"))
    score, variance = rank_scores(common, common.n_risk[:, None], common.n_event.sum(axis=2)[:, None], "log-rank", 0, 0)
    np.testing.assert_allclose(score[0], expected["o"] - expected["e"], **CLOSE)
    np.testing.assert_allclose(variance[0], expected[["X1", "X2", "X3"]], **CLOSE)


def test_pairs_are_counted_anew_and_adjusted_by_holm_as_in_r():
    expected = numbers("A_pw")
    table = logrank_test(event_table(numbers("A"), stop="time", event="cause", by="g"), pairwise=True).table
    assert table["comparison"].tolist() == ["1 – 2", "1 – 3", "2 – 3"]
    np.testing.assert_allclose(table[["p_value", "p_adjusted"]], expected[["p", "holm"]], **CLOSE)


@pytest.mark.parametrize("name", ["gehan", "tarone-ware", "peto-peto", "fleming-harrington"])
def test_the_weighted_family_with_entry_and_strata_equals_r_table_by_table(name):
    same(logrank_test(late(stratified=True), weights=name, p=0.5 * (name[0] == "f"), q=2.0 * (name[0] == "f")), name)


@pytest.mark.parametrize("stratified", [False, True])
def test_delayed_entry_equals_the_score_test_of_the_exact_cox_model(stratified):
    table = late(stratified, people().iloc[:70])
    suffix = " strata" if stratified else ""
    same(logrank_test(table), f"entry{suffix}")
    same(logrank_test(table, trend={"a": 1, "b": 2, "c": 4}), f"entry{suffix} trend")


def test_the_stratified_trend_equals_the_score_test_of_the_exact_cox_model():
    same(logrank_test(months(True, people().iloc[:70]), trend=[1, 2, 4]), "strata trend")


def test_the_first_oracle_with_delayed_entry_is_met():
    table = event_table(numbers("B").iloc[:36], start="entry", stop="time", event="cause", by="g")
    np.testing.assert_allclose(logrank_test(table).table["statistic"], numbers("B_lr")["score"], **CLOSE)


def test_a_single_cause_equals_survdiff_with_the_others_censored():
    same(logrank_test(months(), cause="dropout"), "dropout")


@pytest.mark.parametrize(("name", "weight_type"), [("log-rank", None), ("gehan", "gb"), ("tarone-ware", "tw")])
@pytest.mark.parametrize("entry", [False, True])
def test_statsmodels_agrees(name, weight_type, entry):
    frame = people()
    left, stop, group = frame["cause"].notna().astype(int), frame["stop" if entry else "time"], frame["group"]
    more = {"entry": frame["start"].to_numpy()} if entry else {"strata": frame["stratum"].to_numpy()}
    expected = survdiff(stop.to_numpy(), left.to_numpy(), group.to_numpy(), weight_type=weight_type, **more)
    table = logrank_test(late() if entry else months(stratified=True), weights=name).table
    np.testing.assert_allclose(table[["statistic", "p_value"]].iloc[0].astype(float), expected, rtol=1e-9)


@pytest.mark.parametrize("stratified", [False, True])
def test_a_group_gone_before_the_first_exit_costs_no_degree_of_freedom(stratified):
    frame = numbers("competing_gone")
    table = event_table(frame, stop="time", event="left", by="group", strata="stratum" if stratified else None)
    same(logrank_test(table), "gone strata" if stratified else "gone")
    pairs = logrank_test(table, pairwise=True).table.set_index("comparison")
    assert pairs.loc[["a – d", "b – d", "c – d"], ["statistic", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert pairs["p_adjusted"].notna().sum() == 3


def test_groups_never_watched_together_are_compared_as_far_as_they_were():
    frame = pd.DataFrame({"start": [0, 0, 0, 0, 9, 9, 9, 9], "stop": [1, 2, 3, 4, 10, 11, 12, 13],
                          "group": list("ababcdcd"), "left": 1})
    apart = logrank_test(event_table(frame, start="start", stop="stop", event="left", by="group")).table
    two = [logrank_test(event_table(part, start="start", stop="stop", event="left", by="group")).table["statistic"][0]
           for _, part in frame.groupby(frame["start"])]
    assert apart["df"].tolist() == [2]
    assert apart["statistic"][0] == pytest.approx(sum(two), rel=1e-12)


def test_four_people_worked_by_hand():
    frame = pd.DataFrame({"day": [1, 2, 3, 4], "left": 1, "project": list("AABB")})
    table = logrank_test(event_table(frame, stop="day", event="left", by="project")).table
    # E_A = 2/4 + 1/3, V = 1/4 + 2/9: (2 - 5/6)^2 / (17/36)
    assert table["statistic"].tolist() == pytest.approx([49 / 17])
    assert table["p_value"].tolist() == pytest.approx([chi2.sf(49 / 17, 1)])


def test_tiny_p_values_do_not_underflow():
    frame = pd.DataFrame({"day": np.arange(800), "left": 1, "project": np.repeat(["A", "B"], 400)})
    p_value = logrank_test(event_table(frame, stop="day", event="left", by="project")).table["p_value"][0]
    assert 0 < p_value < 1e-50


def test_a_trend_needs_a_score_for_every_group():
    with pytest.raises(StudyError, match="one score for each of the 3 groups: a, b, c"):
        logrank_test(months(), trend={"a": 1, "b": 2})


def test_one_group_and_fractional_weights_and_unknown_words_are_refused():
    with pytest.raises(StudyError, match="at least two groups"):
        logrank_test(event_table(people(), stop="time", event="cause"))
    with pytest.raises(StudyError, match="not whole numbers"):
        logrank_test(event_table(people(), stop="time", event="cause", by="group", weight="weight"))
    with pytest.raises(StudyError, match="weights='wilcoxon' is unknown"):
        logrank_test(months(), weights="wilcoxon")
    with pytest.raises(StudyError, match="cause='moved' is unknown"):
        logrank_test(months(), cause="moved")


def test_directions_without_variance_are_not_counted():
    loop = np.array([[2.0, -1.0, -1.0], [-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    statistic, rank = quadratic_form(np.stack([np.array([1.0, -1.0, 0.0]), np.zeros(3)]), np.stack([loop, 0 * loop]))
    assert statistic[0] == pytest.approx(1.0)
    assert np.isnan(statistic[1])
    assert rank.tolist() == [2, 0]


@settings(deadline=None, max_examples=10)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 3))
def test_holms_rule_is_that_of_statsmodels_and_passes_missing_ones_over(p_values, missing):
    adjusted = holm(np.array([np.nan] * missing + p_values))
    assert np.isnan(adjusted[:missing]).all()
    np.testing.assert_allclose(adjusted[missing:], multipletests(p_values, method="holm")[1], rtol=1e-12)


# Gray's test


@pytest.mark.parametrize(("name", "rho", "strata"), [("A_gray", 0, None), ("A_gray_rho1", 1, None),
                                                     ("A_gray_strat", 0, "st")])
def test_grays_test_equals_cuminc(name, rho, strata):
    expected = numbers(name)
    table = gray_test(event_table(numbers("A"), stop="time", event="cause", by="g", strata=strata), rho=rho).table
    np.testing.assert_allclose(table[["statistic", "p_value", "df"]], expected[["stat", "pv", "df"]], **CLOSE)


def test_grays_test_equals_cuminc_for_every_rho_stratum_and_pair():
    for (groups, rho, stratified), expected in numbers("competing_gray").groupby(["groups", "rho", "stratified"]):
        table = gray_test(months(bool(stratified)), rho=rho, pairwise=len(groups) == 2).table
        table = table[table["comparison"] == ("all groups" if len(groups) > 2 else " – ".join(groups))]
        ours = table.set_index("cause").loc[expected["cause"], ["statistic", "p_value", "df"]]
        np.testing.assert_allclose(ours, expected[["statistic", "p_value", "df"]], **CLOSE)


def test_grays_test_survives_a_group_gone_before_the_first_exit():
    gone = pd.DataFrame({"time": 0, "cause": None, "group": "d", "stratum": ["x", "x", "y"]})
    later = people().assign(time=lambda f: f["time"] + 1)
    for stratified in (False, True):
        with_them = gray_test(months(stratified, pd.concat([later, gone]))).table
        without = gray_test(months(stratified, later)).table
        pd.testing.assert_frame_equal(with_them, without, rtol=1e-9)


def test_grays_test_is_the_log_rank_test_where_there_is_one_cause_and_no_censoring():
    frame = pd.DataFrame({"day": [1, 2, 3, 4, 5, 6, 7], "exit": "work", "project": list("ABBABAA")})
    table = event_table(frame, stop="day", event="exit", by="project")
    # without censoring or competing exits the weights agree; only the variances differ
    assert gray_test(table, "work").table["statistic"][0] == pytest.approx(
        logrank_test(table).table["statistic"][0], rel=0.15)


def test_grays_test_refuses_delayed_entry_and_names_the_way_out():
    with pytest.raises(StudyError, match="Compare rates with logrank_test"):
        gray_test(late(), "dropout")


# milestones and restricted means


@pytest.mark.parametrize("cause", [None, "dropout"])
def test_a_milestone_is_tested_as_in_r(cause):
    expected = numbers("competing_milestone").fillna({"cause": ""}).set_index("cause").loc[cause or ""]
    assert milestone_test(months(), 6, cause=cause).table["statistic"][0] == pytest.approx(expected["all"], rel=1e-9)
    pair = milestone_test(months(), 6, cause=cause, pairwise=True).table.iloc[0]
    np.testing.assert_allclose(pair[["estimate", "std_error", "statistic"]].astype(float),
                               expected[["difference", "std_error", "pair"]].astype(float), **CLOSE)


def test_a_milestone_nobody_can_decide_is_left_empty():
    frame = pd.DataFrame({"day": [1, 2, 3, 9, 9, 5, 6, 3], "left": [1, 0, 1, 0, 0, 0, 0, 1], "group": list("aaabbccc")})
    table = event_table(frame, stop="day", event="left", by="group")
    pairs = milestone_test(table, 4, pairwise=True).table.set_index("comparison")
    assert pairs.loc["a – b"].isna()[["statistic", "p_value", "p_adjusted"]].all()  # shares 0 and 1 have no log-log
    assert pairs.loc["a – b", "estimate"] == -1
    assert pd.isna(milestone_test(table, 8, pairwise=True).table.set_index("comparison").loc["b – c", "estimate"])


def test_restricted_means_are_tested_as_in_r():
    expected = numbers("competing_rmean").set_index("group")
    mean, error = expected["estimate"], expected["std_error"]
    table = restricted_mean_test(months(), 10, pairwise=True).table.set_index(["comparison", "measure"])
    for one, two in combinations("abc", 2):
        difference, ratio = (table.loc[(f"{one} – {two}", measure)] for measure in ("difference", "ratio"))
        relative = error / mean
        assert difference["estimate"] == pytest.approx(mean[one] - mean[two], rel=1e-9)
        assert difference["std_error"] == pytest.approx(np.hypot(error[one], error[two]), rel=1e-9)
        assert ratio["estimate"] == pytest.approx(mean[one] / mean[two], rel=1e-9)
        assert ratio["std_error_log"] == pytest.approx(np.hypot(relative[one], relative[two]), rel=1e-9)
        assert ratio["lower"] * ratio["upper"] == pytest.approx(ratio["estimate"] ** 2)


def test_the_test_of_restricted_means_agrees_with_their_estimates():
    for table in (months(), late()):
        estimates = restricted_mean(table, 10, variance="auto" if not table.delayed else "robust").table
        gap = restricted_mean_test(table, 10, pairwise=True).table.query("measure == 'difference'").iloc[0]
        assert gap["estimate"] == pytest.approx(estimates["estimate"][0] - estimates["estimate"][1], rel=1e-12)
        assert gap["std_error"] == pytest.approx(np.hypot(*estimates["std_error"][:2]), rel=1e-9)


def test_the_test_of_all_groups_is_the_best_weighted_contrast():
    # three equal variances: the statistic is the plain sum of squares over the variance
    frame = pd.concat([people().assign(group=name) for name in "abc"])
    frame.loc[(frame["group"] == "c") & (frame["time"] == 3), "time"] = 4
    result = restricted_mean_test(months(frame=frame), 10)
    pairs = restricted_mean_test(months(frame=frame), 10, pairwise=True).table
    assert result.table["df"].tolist() == [2, 2]
    assert result.table["statistic"][0] >= pairs.query("measure == 'difference'")["statistic"].max() - 1e-12


# permutation


def permuted(frame, **more):
    arguments = {"stop": "time", "event": "cause", "by": "group", "rng": 7, "permutations": 300} | more
    return permutation_logrank_test(frame, **arguments)


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("entry", [False, True])
def test_the_permuted_statistic_is_that_of_the_log_rank_test(stratified, entry):
    strata = "stratum" if stratified else None
    for weights in ("log-rank", "peto-peto"):
        ours = permuted(people(), strata=strata, weights=weights, permutations=5,
                        **({"start": "start", "stop": "stop"} if entry else {}))
        expected = logrank_test((late if entry else months)(stratified), weights=weights)
        np.testing.assert_allclose(decision(ours), decision(expected), rtol=1e-12)


def test_the_fixed_variance_is_that_of_coin():
    expected = numbers("permutation_coin").iloc[0]
    result = permuted(people(), variance="fixed", permutations=5)
    np.testing.assert_allclose(decision(result), [expected["statistic"], expected["df"]], rtol=1e-9)


def test_the_fixed_variance_is_that_over_all_regroupings_of_blocks():
    frame = people().assign(coach=lambda f: f["group"] + (np.arange(len(f)) % 2).astype(str)).query("group != 'c'")
    events = event_table(frame, stop="time", event="cause", by="coach")
    common = common_times(events)
    expected = common.n_exit.sum(axis=1) / common.n_risk.sum(axis=1)
    own = (common.n_exit - common.n_risk * expected[:, None]).sum(axis=0)  # the score of each coach
    every = [own[list(pair)].sum() for pair in combinations(range(4), 2)]
    statistic = permuted(frame, blocks="coach", variance="fixed").table["statistic"][0]
    assert statistic == pytest.approx(own[:2].sum() ** 2 / np.var(every), rel=1e-9)


def test_the_monte_carlo_p_value_is_that_of_all_regroupings():
    frame = pd.DataFrame({"time": [1, 2, 2, 3, 4, 5, 6, 7], "cause": [1, 1, 0, 1, 1, 1, 0, 1]})
    frame["group"] = list("aabababb")

    def statistic(members: tuple[int, ...]) -> float:
        group = np.where(np.isin(range(8), members), "a", "b")
        return decision(logrank_test(event_table(frame.assign(group=group), stop="time", event="cause", by="group")))[0]

    observed = statistic((0, 1, 3, 5))
    every = np.array([statistic(members) for members in combinations(range(8), 4)])
    exact = np.mean(every >= observed * (1 - 1e-9))
    table = permuted(frame, permutations=20_000).table.iloc[0]
    assert abs(table["p_value"] - exact) < 4 * table["p_std_error"]


def test_whole_blocks_move_and_there_are_only_so_many_ways():
    frame = people().assign(coach=lambda f: f["group"] + (np.arange(len(f)) % 2).astype(str)).query("group != 'c'")
    result = permuted(frame, blocks="coach", permutations=4000)
    ways = [decision(logrank_test(months(frame=frame.assign(group=np.where(frame["coach"].isin(pair), "a", "b")))))[0]
            for pair in combinations(["a0", "a1", "b0", "b1"], 2)]
    exact = np.mean(np.array(ways) >= decision(result)[0] * (1 - 1e-9))
    row = result.table.iloc[0]
    assert row["blocks"] == 4
    assert abs(row["p_value"] - exact) < 4 * row["p_std_error"] + 1e-3
    assert any("only 6 distinct regroupings" in sentence for sentence in result.assumptions)


def test_regrouping_stays_within_strata():
    # within each stratum every person is in the same group: nothing can move
    frame = people().assign(group=lambda f: np.where(f["stratum"] == "x", "a", "b"))
    assert permuted(frame, strata="stratum").table["p_value"].isna().all()
    frame.loc[frame.index[:1], "group"] = "b" if frame["stratum"].iloc[0] == "x" else "a"
    assert permuted(frame, strata="stratum").table["p_value"].between(1 / 301, 1).all()


def test_the_smallest_p_value_is_not_zero():
    frame = pd.DataFrame({"time": range(40), "cause": 1, "group": ["a"] * 20 + ["b"] * 20})
    assert permuted(frame).table["p_value"].tolist() == [1 / 301]


def test_the_same_seed_gives_the_same_p_value_in_any_frame():
    frame = people()
    one = permuted(frame, rng=np.random.default_rng(3)).table
    pd.testing.assert_frame_equal(one, permuted(pl.from_pandas(frame), rng=3).table)
    lazy = permuted(pl.from_pandas(frame).lazy(), rng=3, permutations=3000).table.iloc[0]
    assert lazy["statistic"] == pytest.approx(one["statistic"][0], rel=1e-12)
    assert abs(lazy["p_value"] - one["p_value"][0]) < 5 * one["p_std_error"][0]


def test_blocks_that_hold_two_groups_are_refused():
    with pytest.raises(StudyError, match="A block must lie in one of each"):
        permuted(people(), blocks="stratum")


def test_blocks_that_hold_two_strata_are_refused():
    with pytest.raises(StudyError, match="several groups or strata"):
        permuted(people(), blocks="group", strata="stratum")


def test_only_blocks_keep_the_size_of_the_test_when_coaches_matter():
    rng = np.random.default_rng(20)
    persons = blocks = 0
    for _ in range(120):
        coach = np.repeat(np.arange(12), 6)
        time = rng.exponential(np.exp(rng.normal(0, 1.0, 12))[coach])
        frame = pd.DataFrame({"time": time, "cause": rng.random(72) < 0.8, "coach": coach,
                              "group": np.where(coach < 6, "a", "b")})
        persons += permuted(frame, rng=rng, permutations=99).table["p_value"][0] <= 0.05
        blocks += permuted(frame, rng=rng, permutations=99, blocks="coach").table["p_value"][0] <= 0.05
    assert persons / 120 > 0.15
    assert blocks / 120 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)


# what must always hold


def spells() -> st.SearchStrategy[pd.DataFrame]:
    row = st.tuples(st.integers(0, 6), st.integers(1, 7), st.sampled_from(["a", "b", None]),
                    st.sampled_from(["P", "Q", "R"]), st.sampled_from(["x", "y"]), st.integers(1, 3))
    return st.lists(row, min_size=2, max_size=30).map(
        lambda rows: pd.DataFrame(rows, columns=["start", "length", "exit", "project", "stratum", "copies"])
    ).map(lambda f: f.assign(stop=f["start"] + f["length"])).filter(lambda f: f["project"].nunique() > 1)


def every_test(frame: pd.DataFrame, weight: str | None = None) -> pd.DataFrame:
    more = {"event": "exit", "by": "project", "strata": "stratum", "weight": weight}
    counted = event_table(frame, start="start", stop="stop", **more)
    tests = [logrank_test(counted), logrank_test(counted, weights="gehan", pairwise=True),
             milestone_test(counted, 5), restricted_mean_test(counted, 4)]
    direct = event_table(frame, stop="length", **more)
    tests += [gray_test(direct)] if direct.causes else []
    return pd.concat([test.table[["statistic", "df", "p_value"]] for test in tests], ignore_index=True)


@settings(max_examples=25, deadline=None)
@given(spells(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_test(frame, random):
    rows = list(range(len(frame)))
    random.shuffle(rows)
    pd.testing.assert_frame_equal(every_test(frame), every_test(frame.iloc[rows]), rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(spells())
def test_the_names_of_groups_change_no_global_test(frame):
    swapped = frame.assign(project=frame["project"].map({"P": "R", "Q": "P", "R": "Q"}))
    one, two = (every_test(f) for f in (frame, swapped))
    # pairs come in another order; all p-values together are the same
    np.testing.assert_allclose(np.sort(one["statistic"]), np.sort(two["statistic"]), rtol=1e-7, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(spells())
def test_whole_weights_count_identical_persons(frame):
    repeated = frame.loc[frame.index.repeat(frame["copies"])]
    pd.testing.assert_frame_equal(every_test(frame, weight="copies"), every_test(repeated), rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(spells())
def test_groups_that_are_copies_of_each_other_do_not_differ(frame):
    twins = pd.concat([frame.assign(project=name) for name in "PQ"])
    found = every_test(twins)["statistic"].dropna()
    np.testing.assert_allclose(found, 0, atol=1e-9)


def test_what_is_compared_are_the_curves_that_are_shown():
    curves = aalen_johansen(months()).table.query("cause == 'dropout' and time <= 6")
    at_six = curves.groupby("group")["estimate"].last()
    gap = milestone_test(months(), 6, cause="dropout", pairwise=True).table["estimate"][0]
    assert gap == pytest.approx(at_six["a"] - at_six["b"], rel=1e-12)
