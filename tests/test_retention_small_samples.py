"""Small groups: limits that exist and hold where few people are watched and fewer have left."""

from __future__ import annotations

import importlib.util
import sys
from itertools import product
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.comparison.differences import difference_limits, restricted_mean_test
from rehapro_analysis.retention.curves.curves import kaplan_meier
from rehapro_analysis.retention.curves.limits import Counts
from rehapro_analysis.retention.curves.mean_limits import MEAN_LIMITS, area_moments, mean_limits
from rehapro_analysis.retention.curves.restricted import NARROW, restricted_mean
from rehapro_analysis.retention.curves.summaries import milestone
from rehapro_analysis.retention.event_tables.events import EventTable, event_table
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.exits.competing import aalen_johansen
from rehapro_analysis.retention.exits.incidence import incidence
from rehapro_analysis.retention.exits.incidence_limits import cause_counts, cause_limits
from rehapro_analysis.retention.regression.cox import cox_model
from rehapro_analysis.retention.stays.landmarks import landmark
from rehapro_analysis.retention.stays.splitting import split_spells
from rehapro_analysis.study import StudyError

EXACT = {"rtol": 1e-12, "atol": 1e-12}
EXACT_TYPE = ("beta-product", "mid-p beta-product")


def counted(times, exits, **columns) -> EventTable:
    by = list(columns)[0] if columns else None
    return event_table(pd.DataFrame({"month": times, "exit": exits, **columns}), stop="month", event="exit", by=by)


def clopper_pearson(x: int, n: int, level: float = 0.95) -> tuple[float, float]:
    alpha = 1 - level
    return (beta.ppf(alpha / 2, x, n - x + 1) if x else 0.0), (beta.ppf(1 - alpha / 2, x + 1, n - x) if x < n else 1.0)


# The mean stay up to a horizon.

def both_limits(table: EventTable, horizon: float, ci: str, level: float = 0.95) -> np.ndarray:
    return restricted_mean(table, horizon, ci=ci, level=level).table[["lower", "upper"]].to_numpy()


def test_within_the_first_month_a_mean_stay_is_the_exact_limits_of_one_share():
    table = counted([1] * 3 + [4] * 7, [1] * 10)
    counts = np.array([10.0]), np.array([3.0]), np.array([7.0])
    lower, upper = area_moments(Counts(*counts, np.array([0.0]), Runs(np.zeros(1)), True), 2.0)
    expected = [[7 / 11], [7 * 8 / (11 * 12)], [8 / 11], [8 * 9 / (11 * 12)]]
    np.testing.assert_allclose([*lower, *upper], expected, **EXACT)
    at_once = counted([0] * 3 + [4] * 7, [1] * 10)
    exact = 2 * np.array(clopper_pearson(7, 10))
    np.testing.assert_allclose(both_limits(at_once, 2, "beta-product")[0], exact, **EXACT)
    assert both_limits(table, 1, "beta-product")[0, 1] == 1


def test_the_moments_of_two_steps_by_hand():
    # 4 people, one leaves in month 1: up to month 2 the area is 1 + B above and B + B C below, where
    # B = Beta(4, 1) has the moments 4/5 and 4/6, C = Beta(3, 1) has 3/4 and 3/5
    table = counted([1, 3, 3, 3], [1, 1, 1, 1])
    found = incidence(table)
    lower, upper = area_moments(cause_counts(found, 1), 2)
    np.testing.assert_allclose(upper[0], [(1 + 4 / 5) / 2], **EXACT)
    np.testing.assert_allclose(upper[1], [(1 + 2 * 4 / 5 + 4 / 6) / 4], **EXACT)
    np.testing.assert_allclose(lower[0], [(4 / 5 + 3 / 5) / 2], **EXACT)
    np.testing.assert_allclose(lower[1], [(4 / 6 + 2 * (4 / 6) * (3 / 4) + (4 / 6) * (3 / 5)) / 4], **EXACT)


def test_the_moments_of_the_area_are_those_of_drawn_beta_products():
    rng = np.random.default_rng(7)
    months, left = rng.integers(1, 9, 15), rng.random(15) < 0.7
    table = counted(months, left)
    counts = cause_counts(incidence(table), 1)
    drawn = np.ones((200_000, 1))
    for n, d in zip(counts.n_risk, counts.n_event, strict=True):
        factor = rng.beta(n - d + 1, d, 200_000) if d else np.ones(200_000)
        drawn = np.column_stack([drawn, drawn[:, -1] * factor])
    width = np.diff(np.minimum([0, *counts.time, 8], 8))
    area = drawn @ width / 8
    _, (mean, square) = area_moments(counts, 8)
    assert area.mean() == pytest.approx(mean[0], abs=5 * area.std() / 200_000**0.5)
    assert (area**2).mean() == pytest.approx(square[0], abs=5 * (area**2).std() / 200_000**0.5)


def test_where_nobody_has_left_plain_limits_pretend_to_be_sure_and_exact_type_limits_do_not():
    table = counted([9] * 15, [0] * 15)
    assert both_limits(table, 6, "plain").tolist() == [[6, 6]]
    assert np.isnan(both_limits(table, 6, "logit")).all()
    for ci in EXACT_TYPE:
        low, high = both_limits(table, 6, ci)[0]
        assert 3.5 < low < 5.5 and high == pytest.approx(6, abs=0.02)
    # nobody left up to a horizon in one step: the lower limit is that of a share, 0.025^(1/15)
    assert both_limits(table, 6, "beta-product")[0, 0] == pytest.approx(6 * 0.025 ** (1 / 15))


def test_no_limit_is_lost_to_rounding_where_nobody_has_left():
    frame = pd.DataFrame({"month": [1, 2, 3, 4, 5, 6, 7] * 3, "exit": None, "group": [1] * 7 + [2] * 7 + [3] * 7})
    table = event_table(frame.assign(exit=[None] * 20 + [1]), stop="month", event="exit", by="group")
    for horizon in (3, 6, 7):
        assert np.isfinite(both_limits(table, horizon, "beta-product")).all()


def test_the_half_and_half_limits_are_narrower_than_the_cautious_ones_and_around_the_mean():
    rng = np.random.default_rng(3)
    table = counted(rng.integers(1, 13, 300), rng.random(300) < 0.7, group=np.repeat(np.arange(20), 15))
    mean = restricted_mean(table, 6).table["estimate"].to_numpy()
    wide, narrow = (both_limits(table, 6, ci) for ci in EXACT_TYPE)
    assert (wide[:, 0] < narrow[:, 0]).all() and (narrow[:, 0] < mean).all() and (mean < narrow[:, 1]).all()
    assert (np.diff(narrow) < np.diff(wide)).all() and (narrow[:, 1] < wide[:, 1] + 0.01).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=25), st.integers(1, 12),
       st.sampled_from(EXACT_TYPE))
def test_exact_type_limits_of_a_mean_lie_in_order_between_nothing_and_the_horizon(people, horizon, ci):
    table = counted(*map(list, zip(*people, strict=True)))
    row = restricted_mean(table, horizon, ci=ci).table.iloc[0]
    wider = restricted_mean(table, horizon, ci=ci, level=0.99).table.iloc[0]
    if np.isnan(row["estimate"]):
        assert np.isnan(row[["lower", "upper"]].to_numpy(float)).all()
    else:
        assert 0 <= wider["lower"] <= row["lower"] <= row["upper"] <= wider["upper"] <= horizon


def test_many_people_make_all_limits_of_a_mean_the_same():
    rng = np.random.default_rng(5)
    table = counted(rng.integers(1, 13, 40_000), rng.random(40_000) < 0.7)
    found = [both_limits(table, 9, ci)[0] for ci in MEAN_LIMITS]
    np.testing.assert_allclose(found, [found[0]] * 4, rtol=2e-4)


def test_the_logit_limits_of_a_mean_by_hand():
    # 4 people leave in months 1 to 4: up to 4 the mean is 2.5, its error sqrt(5/4)/2
    low, high = both_limits(counted([1, 2, 3, 4], [1] * 4), 4, "logit")[0]
    move = 1.959963984540054 * (5 / 16) ** 0.5 * 4 / (2.5 * 1.5)
    odds = 2.5 / 1.5 * np.exp(np.array([-move, move]))
    np.testing.assert_allclose([low, high], 4 * odds / (1 + odds), **EXACT)


def test_plain_limits_of_a_small_group_say_that_they_are_too_narrow():
    small, large = counted([1, 2, 3] * 5, [1] * 15), counted([1, 2, 3] * 50, [1] * 150)
    assert NARROW in restricted_mean(small, 2).assumptions
    assert NARROW not in restricted_mean(small, 2, ci="logit").assumptions + restricted_mean(large, 2).assumptions


def test_exact_type_limits_refuse_late_entries_and_weights_and_unknown_names_are_refused():
    frame = pd.DataFrame({"start": [0, 1, 2], "month": [2, 3, 4], "exit": 1, "weight": [1.5, 1, 1], "group": [1, 1, 2]})
    late = event_table(frame, start="start", stop="month", event="exit", by="group")
    weighted = event_table(frame, stop="month", event="exit", weight="weight", by="group")
    for table in (late, weighted):
        for refused in (lambda t: restricted_mean(t, 2, ci="mid-p beta-product"),
                        lambda t: restricted_mean_test(t, 2, ci="beta-product"),
                        lambda t: milestone(t, [2], cause="event", ci="beta-product")):
            with pytest.raises(StudyError, match="whole persons"):
                refused(table)
    with pytest.raises(StudyError, match="Choose one of: plain, logit"):
        restricted_mean(late, 2, ci="exact")


# The difference of two mean stays.

def two_projects() -> EventTable:
    rng = np.random.default_rng(11)
    exits = rng.choice(["work", "dropout", ""], 40, p=[0.3, 0.4, 0.3])
    return counted(rng.integers(1, 13, 40), exits, project=np.repeat(["A", "B"], 20))


def test_symmetric_limits_give_the_usual_limits_of_a_difference():
    value, error = np.array([[5.0, 3.0]]), np.array([[0.3, 0.4]])
    low, high = difference_limits(value, value - 1.96 * error, value + 1.96 * error)
    assert (low[0], high[0]) == (pytest.approx(2 - 1.96 * 0.5), pytest.approx(2 + 1.96 * 0.5))


@pytest.mark.parametrize("ci", MEAN_LIMITS[1:])
def test_a_difference_of_mean_stays_takes_its_limits_from_those_of_the_means(ci):
    means = restricted_mean(two_projects(), 6, ci=ci).table
    (a, b), (low, _), (_, high) = means["estimate"], means["lower"], means["upper"]
    rows = restricted_mean_test(two_projects(), 6, ci=ci).table.set_index("measure")
    assert rows.loc["difference", "lower"] == pytest.approx(a - b - np.hypot(a - low, high - b))
    assert rows.loc["ratio", "lower"] == pytest.approx(a / b * np.exp(-np.hypot(np.log(a / low), np.log(high / b))))
    plain = restricted_mean_test(two_projects(), 6).table.set_index("measure")
    for column in ("estimate", "statistic", "p_value"):
        pd.testing.assert_series_equal(rows[column], plain[column])


@pytest.mark.parametrize("ci", MEAN_LIMITS)
def test_exchanging_the_groups_turns_the_limits_round(ci):
    frame = pd.DataFrame({"month": [1, 2, 4, 5, 6, 6, 2, 3, 3, 4, 5, 6], "exit": [1, 1, 1, 0, 1, 0] * 2,
                          "group": [0] * 6 + [1] * 6})
    tables = [event_table(frame.assign(group=group), stop="month", event="exit", by="group")
              for group in (frame["group"], 1 - frame["group"])]
    one, two = (restricted_mean_test(table, 5, ci=ci).table.set_index("measure") for table in tables)
    assert one.loc["difference", "lower"] == pytest.approx(-two.loc["difference", "upper"])
    assert one.loc["ratio", "upper"] == pytest.approx(1 / two.loc["ratio", "lower"])


@pytest.mark.parametrize("ci", MEAN_LIMITS)
def test_the_time_lost_by_any_cause_has_the_limits_of_the_time_in_the_programme(ci):
    everyone = counted([1, 2, 4, 5, 6, 6, 2, 3, 3, 4, 5, 6], ["work"] * 12, group=[0] * 6 + [1] * 6)
    staying, lost = (restricted_mean_test(everyone, 5, ci=ci, cause=cause).table.iloc[0] for cause in (None, "work"))
    assert (staying["lower"], staying["upper"]) == (pytest.approx(-lost["upper"]), pytest.approx(-lost["lower"]))


# The share gone for a rare cause.

def test_without_censoring_the_limits_of_a_share_gone_are_the_exact_binomial_ones():
    exits = ["work"] * 2 + ["dropout"] * 9 + ["other"] * 4
    table = counted(np.random.default_rng(1).permutation(np.arange(15) // 2), exits)
    for cause, x in (("work", 2), ("dropout", 9), ("other", 4)):
        row = milestone(table, [7], cause=cause, ci="beta-product").table.iloc[0]
        np.testing.assert_allclose([row["lower"], row["upper"]], clopper_pearson(x, 15), **EXACT)


def test_at_every_time_the_share_gone_is_held_against_all_who_came():
    rng = np.random.default_rng(2)
    month, exits = rng.integers(1, 7, 25), rng.choice(["work", "dropout"], 25)
    table = counted(month, exits)
    rows = milestone(table, [1, 3, 5], cause="work", ci="beta-product").table
    expected = [clopper_pearson(int(((month <= t) & (exits == "work")).sum()), 25) for t in (1, 3, 5)]
    np.testing.assert_allclose(rows[["lower", "upper"]], expected, **EXACT)


def test_where_nobody_has_left_for_a_cause_the_upper_limit_counts_all_still_watched():
    # month 1: one of 10 drops out, two are censored: 7 of 9 stay, so that 7/(9/10) = 70/9 of 10 are still watched
    table = counted([1, 1, 1, *[5] * 7], ["dropout", "", "", *["work"] * 7])
    row = milestone(table, [3], cause="work", ci="beta-product").table.iloc[0]
    assert (row["estimate"], row["lower"]) == (0, 0)
    assert row["upper"] == pytest.approx(1 - 0.025 ** (9 / 70))
    usual = milestone(table, [3], cause="work").table.iloc[0]
    assert np.isnan(usual[["lower", "upper"]].to_numpy(float)).all()


def test_before_anybody_has_left_exact_type_limits_exist_and_others_do_not():
    table = counted([4, 5, 6, 7], ["work", "", "dropout", "work"])
    rows = [milestone(table, [2], cause=cause, ci="beta-product").table.iloc[0] for cause in (None, "work")]
    bound = 0.025 ** (1 / 4)
    assert [(row["lower"], row["upper"]) for row in rows] == [
        (pytest.approx(bound), 1), (0, pytest.approx(1 - bound))]
    for cause in (None, "work"):
        assert milestone(table, [2], cause=cause).table[["lower", "upper"]].isna().all(axis=None)
    late = milestone(table, [9], cause="work", ci="beta-product").table
    assert late["estimate"].iloc[0] == pytest.approx(0.625) and late["upper"].iloc[0] < 1
    assert milestone(counted([1, 2], ["work", ""]), [3], cause="work").table["estimate"].isna().all()


def test_of_a_single_cause_the_limits_are_those_of_the_curve():
    rng = np.random.default_rng(4)
    table = counted(rng.integers(1, 9, 30), rng.random(30) < 0.6, group=np.repeat([1, 2], 15))
    staying = kaplan_meier(table, ci="beta-product").table
    low, high = cause_limits(incidence(table), 0, ci="beta-product")
    np.testing.assert_allclose(1 - high, staying["lower"], **EXACT)
    np.testing.assert_allclose(1 - low, staying["upper"], **EXACT)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["a", "b", ""])), min_size=2, max_size=20))
def test_the_counts_of_a_cause_make_its_share_a_product(people):
    frame = pd.DataFrame([*people, (3, "a"), (3, "b")], columns=["month", "exit"])
    found = incidence(event_table(frame, stop="month", event="exit"))
    for cause in range(3):
        counts = cause_counts(found, cause)
        staying = np.cumprod(1 - counts.n_event / np.where(counts.n_event > 0, counts.n_risk, 1))
        np.testing.assert_allclose(1 - staying, found.share[:, cause], **EXACT)
        low, high = cause_limits(found, cause, ci="beta-product")
        assert (low <= found.share[:, cause] + 1e-12).all() and (found.share[:, cause] <= high + 1e-12).all()
        assert (np.diff(high) >= -1e-12).all() and (low >= 0).all() and (high <= 1).all()


# Groups that are known only later.

def module_people() -> pd.DataFrame:
    return pd.DataFrame({"months": [2, 4, 6, 8], "left": True, "module": ["no", "no", "yes", "yes"],
                         "module_known": [np.nan, 0.0, 3.0, 5.0]})


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "pyarrow"])
def test_an_event_table_refuses_groups_that_were_known_only_later(kind):
    frame = module_people()
    if kind != "pandas":
        library = pytest.importorskip("pyarrow" if kind == "pyarrow" else "polars")
        frame = (library.Table.from_pandas(frame) if kind == "pyarrow"
                 else library.from_pandas(frame, nan_to_null=False))
        frame = frame.lazy() if kind == "lazy" else frame
    for role in ("by", "strata"):
        with pytest.raises(StudyError, match=r"2 row\(s\) .* before their 'module' was known.*immortal time.*landmark"):
            event_table(frame, stop="months", event="left", **{role: "module"})
    assert event_table(frame, stop="months", event="left").n == 4


def test_a_regression_refuses_covariates_that_were_known_only_later():
    for role in ({"covariates": ["module"]}, {"covariates": ["age"], "strata": "module"}):
        with pytest.raises(StudyError, match="immortal time"):
            cox_model(module_people().assign(age=[1, 2, 4, 3]), stop="months", event="left", **role)


def test_from_a_landmark_on_a_group_known_by_then_may_be_compared():
    people = landmark(module_people(), at=5, stop="months")
    assert event_table(people, stop="months", event="left", start="start", by="module").n == 2
    with pytest.raises(StudyError, match=r"1 row\(s\)"):
        event_table(landmark(module_people(), at=4, stop="months"), stop="months", event="left", start="start",
                    by="module")


def test_pieces_from_the_day_on_which_a_group_was_known_may_be_compared():
    pieces = split_spells(module_people(), at=["module_known"], stop="months", event="left", piece="had",
                          labels=["not yet", "yes"])
    assert event_table(pieces, stop="months", event="left", start="start", by="had").n == len(pieces)
    with pytest.raises(StudyError, match=r"2 row\(s\)"):
        event_table(pieces, stop="months", event="left", start="start", by="module")


def test_a_date_is_not_a_time_since_the_origin():
    frame = module_people().assign(module_known=pd.Timestamp("2021-01-01"))
    with pytest.raises(StudyError, match="'module_known' holds no numbers"):
        event_table(frame, stop="months", event="left", by="module")


def test_limits_of_a_mean_need_a_level_between_0_and_1():
    with pytest.raises(StudyError, match="level"):
        mean_limits(cause_counts(incidence(two_projects()), 2), np.ones(2), np.ones(2), 3.0, ci="beta-product", level=2)


# The study of mean stays.

def study(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A study as a module; it may read the studies before it by their names."""
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / "studies" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def test_the_study_of_mean_stays_is_the_same_for_the_same_seed_and_committed_for_every_setting(monkeypatch):
    study("coverage", monkeypatch)
    module = study("mean_stay", monkeypatch)
    first, again, other = (module.mean_stay(15, 1.0, 12, 30, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    committed = pd.read_csv(REPOSITORY / "studies" / "mean_stay.csv")
    assert list(committed) == list(first)
    settings = committed.groupby(["n", "risk", "longest"], sort=False)
    assert list(settings.groups) == list(product(module.SIZES, module.RISKS, module.LONGEST))
    part = settings.get_group((15, 0.3, 12)).reset_index(drop=True)
    command = module.mean_stay(15, 0.3, 12, 10_000, 2022)
    pd.testing.assert_frame_equal(part, command, check_dtype=False, rtol=1e-3, atol=1e-4)


def test_what_the_studies_recommend_for_small_groups_holds_in_every_setting():
    table = pd.read_csv(REPOSITORY / "studies" / "mean_stay.csv")
    chosen = table[table["limits"] == "mid-p beta-product"]
    assert len(chosen) == 54 and chosen["coverage"].between(0.945, 0.985).all()
    assert (table.loc[(table["limits"] == "plain") & (table["n"] < 100), "coverage"] < 0.945).all()
    gone = pd.read_csv(REPOSITORY / "studies" / "coverage.csv").query("quantity == 'share gone: employment'")
    assert (gone.loc[gone["limits"] == "beta-product", "coverage"] > 0.95).all()


def test_exact_type_limits_of_every_way_of_leaving_are_those_of_the_milestone_and_of_the_curve():
    table = counted([1, 2, 2, 4, 5, 6], ["work", "dropout", None, "work", None, "dropout"])
    curves = aalen_johansen(table, ci="beta-product").table
    assert curves[["lower", "upper"]].notna().all().all()
    for cause in ("work", "dropout"):
        at_four = milestone(table, [4], cause=cause, ci="beta-product").table[["lower", "upper"]].to_numpy()
        row = curves[(curves["cause"] == cause) & (curves["time"] == 4)]
        np.testing.assert_allclose(row[["lower", "upper"]].to_numpy(), at_four, **EXACT)
    stay = curves[curves["cause"] == "in programme"][["lower", "upper"]].to_numpy()
    np.testing.assert_allclose(stay, kaplan_meier(table, ci="beta-product").table[["lower", "upper"]], **EXACT)
