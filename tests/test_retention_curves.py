"""Curves of staying: R's numbers to nine digits, fractions by hand, what must always hold, and the traps."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis import retention
from rehapro_analysis.retention.curves import bands, curves, limits
from rehapro_analysis.study import StudyError

REFERENCE = Path(__file__).parent / "reference" / "survival"
SCALES = {"plain": "plain", "log": "log", "log-log": "log-log", "logit": "logit", "arcsin": "arcsine"}


def r(name):
    return pd.read_csv(REFERENCE / f"{name}.csv")


def close(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=1e-9, atol=1e-12)


def multiples(frame, name):
    row = np.arange(1, len(frame) + 1)
    return frame.assign(weight=(row * 7 % 11 + 1) / 4 if name == "half" else row * 5 % 4 + 1)


ENTRY = {"A": None, "B": "entry", "flat": None}


def table(name, by="g", weight=None, **more):
    frame = r(name) if weight is None else multiples(r(name), weight)
    event = "status" if name == "flat" else "cause"
    return retention.event_table(frame, stop="time", event=event, start=ENTRY[name], by=by,
                                 weight=None if weight is None else "weight", **more)


def people(times, left, **more):
    return retention.event_table(pd.DataFrame({"t": times, "left": left, **more}), stop="t", event="left",
                                 start="s" if "s" in more else None, by="g" if "g" in more else None)


# R's numbers

@pytest.mark.parametrize("kind", SCALES)
@pytest.mark.parametrize("lower", limits.LOWER)
@pytest.mark.parametrize("name", ["A", "B"])
def test_kaplan_meier_is_r_on_every_scale_with_every_lower_limit(name, kind, lower):
    theirs = r("curves_groups").query("data == @name and kind == @kind and lower == @lower")
    ours = retention.kaplan_meier(table(name), ci=SCALES[kind], lower=lower).table
    close(ours[["g", "time", "n_risk", "n_event", "n_censored"]], theirs[["g", "time", "n", "d", "c"]])
    close(ours["estimate"], theirs["surv"])
    close(ours["std_error"], theirs["se"] * theirs["surv"])
    close(ours[["lower", "upper"]], theirs[["lo", "hi"]])


@pytest.mark.parametrize("kind", SCALES)
def test_one_curve_for_all_is_r(kind):
    ours, theirs = retention.kaplan_meier(table("A", by=None), ci=SCALES[kind]).table, r(f"A_km_{kind}")
    close(ours[["estimate", "lower", "upper"]], theirs[["surv", "lo", "hi"]])


@pytest.mark.parametrize("lower", ["peto", "modified"])
def test_the_wider_lower_limits_are_r(lower):
    ours = retention.kaplan_meier(table("A", by=None), ci="log", lower=lower).table
    close(ours[["lower", "upper"]], r(f"A_km_lower_{lower}")[["lo", "hi"]])


def test_delayed_entry_is_r():
    ours, theirs = retention.kaplan_meier(table("B", by=None), ci="log").table, r("B_km")
    close(ours[["time", "n_risk", "estimate", "lower", "upper"]], theirs[["time", "n", "surv", "lo", "hi"]])


@pytest.mark.parametrize("name", ["A", "B"])
def test_the_cumulative_hazard_is_r(name):
    theirs = r("curves_groups").query("data == @name and kind == 'log' and lower == 'usual'")
    ours = retention.nelson_aalen(table(name)).table
    close(ours[["estimate", "std_error"]], theirs[["H", "seH"]])


def test_tied_exits_one_by_one_are_r():
    theirs = r("A_fh2")
    curve = retention.kaplan_meier(table("A", by=None), estimator="fleming-harrington").table
    close(curve["estimate"], theirs["surv"])
    close(curve["std_error"], theirs["se"] * theirs["surv"])
    close(retention.nelson_aalen(table("A", by=None), ties="one by one").table[["estimate", "std_error"]],
          theirs[["H", "seH"]])


@pytest.mark.parametrize(("name", "file"), [("A", "curves_weights_robust"), ("B", "curves_weights_robust_entry")])
def test_fractional_weights_take_the_jackknife_as_r_does(name, file):
    theirs, weighted = r(file), table(name, weight="half")
    ours = retention.kaplan_meier(weighted, ci="log").table
    some = theirs["surv"] > 0  # at 0 we give none, R gives 0
    close(ours["estimate"], theirs["surv"])
    close(ours["std_error"][some], theirs["se"][some])
    close(ours[["lower", "upper"]], theirs[["lo", "hi"]])
    close(retention.nelson_aalen(weighted).table[["estimate", "std_error"]], theirs[["H", "seH"]])


def test_whole_weights_are_persons_as_in_r():
    theirs, ours = r("curves_weights_whole"), retention.kaplan_meier(table("A", weight="whole")).table
    close(ours[["n_risk", "estimate", "lower", "upper"]], theirs[["n", "surv", "lo", "hi"]])


@pytest.mark.parametrize("name", ["A", "B", "flat"])
@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
def test_quantiles_with_limits_are_r(name, kind):
    theirs = r("curves_quantiles").query("data == @name and kind == @kind").sort_values(["g", "p"])
    ours = retention.quantiles(table(name), sorted(theirs["p"].unique()), ci=kind).table
    close(ours[["g", "probability", "estimate", "lower", "upper"]], theirs[["g", "p", "q", "lo", "hi"]])


def test_quartiles_are_r():
    theirs = r("A_quant").to_numpy().reshape(3, 3, 4)  # group; estimate, lower, upper; share
    ours = retention.quantiles(table("A"), (0.1, 0.25, 0.5, 0.75), ci="log").table
    for position, column in enumerate(("estimate", "lower", "upper")):
        close(ours[column], theirs[:, position].ravel())


@pytest.mark.parametrize("name", ["A", "B"])
@pytest.mark.parametrize("horizon", [4, 6.5, 12])
def test_restricted_means_are_r(name, horizon):
    theirs = r("curves_rmst").query("data == @name and tau == @horizon")
    ours = retention.restricted_mean(table(name), horizon).table
    close(ours[["estimate", "std_error"]], theirs[["mean", "se"]])


def test_the_jackknife_gives_a_restricted_mean_the_same_error_without_delayed_entry():
    ours = retention.restricted_mean(table("A"), 12, variance="robust").table
    close(ours["std_error"], r("A_rmst12")["se.rmean."])


def test_follow_up_staying_on_and_numbers_at_risk_are_r():
    close(retention.median_follow_up(table("A")).table[["g", "estimate", "lower", "upper"]], r("curves_follow_up"))
    theirs, ours = r("curves_given3"), retention.conditional_survival(table("A"), 3).table
    close(ours[["g", "time", "n_risk", "estimate"]], theirs[["g", "time", "n", "surv"]])
    close(ours[["lower", "upper"]], theirs[["lo", "hi"]])
    close(ours["std_error"], theirs["se"] * theirs["surv"])
    close(retention.risk_table(table("B"), [1, 3, 5, 8, 10]).table[["g", "time", "n_risk"]], r("curves_at_risk"))


def test_rounded_ties_are_r():
    tenths = [0.1 + 0.2, 0.3, 0.1 * 3, 0.7, 0.1 * 7, 1]
    ours = retention.kaplan_meier(people(tenths, [1, 0, 1, 1, 1, 0])).table
    close(ours[["time", "estimate", "lower", "upper"]], r("curves_float_ties")[["time", "surv", "lo", "hi"]])


# By hand

def test_fractions_by_hand():
    """Seven people: exits 0, 2, 2, 5; censored 2, 3; one enters at 2 and leaves at 4."""
    counted = people([0, 2, 2, 2, 3, 4, 5], [1, 1, 1, 0, 0, 1, 1], s=[None, None, None, None, None, 2, None])
    ours = retention.kaplan_meier(counted).table
    survival = [F(5, 6), F(5, 6) * F(3, 5), F(1, 2), F(1, 2) * F(1, 2), F(0)]
    greenwood = np.cumsum([F(1, 6 * 5), F(2, 5 * 3), F(0), F(1, 2 * 1)])
    assert ours["time"].tolist() == [0, 2, 3, 4, 5] and ours["n_risk"].tolist() == [6, 5, 3, 2, 1]
    close(ours["estimate"], [float(s) for s in survival])
    close(ours["std_error"][:4], np.array(survival[:4], float) * np.sqrt(np.array(greenwood, float)))
    assert np.isnan(ours["std_error"][4])
    close(retention.nelson_aalen(counted).table["estimate"][4:], [1 / 6 + 2 / 5 + 1 / 2 + 1])


def test_a_restricted_mean_by_hand():
    """S = 3/4, 1/2 from 1 and 2 on: 1 + 3/4 + 1/2 up to 3; areas ahead 5/4 and 1/2."""
    ours = retention.restricted_mean(people([1, 2, 3, 3], [1, 1, 0, 0]), 3).table.iloc[0]
    assert ours["estimate"] == 2.25
    close(ours["std_error"] ** 2, float(F(5, 4) ** 2 / 12 + F(1, 2) ** 2 / 6))


def test_a_life_table_by_hand():
    """0-2: 10 there, 3 leave, 2 censored, 9 exposed; 2-4: 5 there, 1 leaves, 4 censored, 3 exposed."""
    counted = people([0, 1, 1, 0, 1, 2, 2, 3, 3, 3], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    ours = retention.life_table(counted, [0, 2, 4]).table
    assert ours["n_start"].tolist() == [10, 5] and ours["exposed"].tolist() == [9, 3]
    close(ours["estimate"], [6 / 9, 6 / 9 * 2 / 3])
    close(ours["std_error"], ours["estimate"] * np.sqrt([3 / 54, 3 / 54 + 1 / 6]))
    close(ours["rate"], [3 / (2 * 7.5), 1 / (2 * 2.5)])


def test_who_enters_a_life_table_late_counts_for_half_an_interval():
    counted = people([3, 3, 1], [1, 0, 1], s=[None, None, 0.5])
    ours = retention.life_table(counted, [0, 2, 4]).table
    assert ours["n_start"].tolist() == [2, 2] and ours["n_enter"].tolist() == [1, 0]
    assert ours["exposed"].tolist() == [2.5, 1.5]


def test_person_time_is_cut_at_the_breaks():
    """From the origin to 3 and 5, from 2.5 to 7: breaks at 1, 4 and 6 lie inside the stays."""
    ours = retention.period_table(people([3, 5, 7], [1, 1, 0], s=[None, None, 2.5]), [0, 1, 4, 6, 8]).table
    assert ours["person_time"].tolist() == [2, 2 + 3 + 1.5, 1 + 2, 1]


def test_a_period_table_by_hand():
    """Until 2 and 3 from the origin, from 1 until 5: 2 + 2 + 1 up to 2, then 1 + 3."""
    ours = retention.period_table(people([2, 3, 5], ["a", None, "b"], s=[None, None, 1]), [0, 2, 6], per=100).table
    assert ours["cause"].tolist() == ["a", "b"] * 2 and ours["person_time"].tolist() == [5, 5, 4, 4]
    assert ours["n_event"].tolist() == [0, 0, 1, 1]
    close(ours["estimate"], [0, 0, 25, 25])
    close(ours["upper"][2], 25 * 5.571643390938898)  # chi-square quantile with 4 degrees of freedom, halved


def test_person_time_is_the_sum_of_stays():
    frame = r("B")
    ours = retention.period_table(table("B"), [0, 3.5, 7, 200]).table.groupby("g")[["person_time"]].sum()
    stays = (frame["time"] - frame["entry"]).groupby(frame["g"]).sum()
    close(ours["person_time"] / len(table("B").causes), stays)


def test_aggregate_counts_give_bounds_that_hold_every_order():
    counts = pd.DataFrame({"exits": [3, 1], "censored": [2, 4]})
    ours = retention.aggregate_life_table(counts, entered=10, origin="documented")
    close(ours.table["highest"], [7 / 10, 7 / 10 * 4 / 5])
    close(ours.table["lowest"], [5 / 8, 0])
    assert ours.origin == "documented" and "no person can be followed" in ours.assumptions[0]
    with pytest.raises(StudyError, match="More leave than were there"):
        retention.aggregate_life_table(counts, entered=9)


def test_aggregate_flows_give_rates_that_name_their_assumption():
    ours = retention.aggregate_period_table(pd.DataFrame({"entries": [10, 5], "exits": [4, 5]}), stock_start=2)
    close(ours.table["person_time"], [5, 8])
    close(ours.table["estimate"], [4 / 5, 5 / 8])
    close(ours.table["staying"], np.exp([-4 / 5, -4 / 5 - 5 / 8]))
    assert "does not depend on how long" in ours.assumptions[1]
    with pytest.raises(StudyError, match="stock falls below 0"):
        retention.aggregate_period_table(pd.DataFrame({"entries": [1], "exits": [4]}), stock_start=2)


def test_unlinked_flows_bound_retention_as_every_matching_does():
    """Two come in each of three months; three leave in the third: enumerate who they can be."""
    flow = pd.DataFrame({"entries": [2, 2, 2], "exits": [0, 0, 3]})
    ours = retention.aggregate_retention_bounds(flow, [1, 2], stock_start=0).table
    assert ours["n_entered"].tolist() == [4, 2]
    close(ours["lowest"], [2 / 4, 0])  # those of the first month are all there a month later
    close(ours["highest"], [1, 1])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_bounds_from_flows_contain_the_truth(stays):
    entered, left = (np.array(column) for column in zip(*[(a, a + stay) for a, stay in stays], strict=True))
    flow = pd.DataFrame({"entries": [(entered == m).sum() for m in range(1, 7)],
                         "exits": [(left == m).sum() for m in range(1, 7)]})
    for _, row in retention.aggregate_retention_bounds(flow, [1, 3], stock_start=0).table.iterrows():
        known = entered + row["periods"] <= 6
        if known.any():
            assert row["lowest"] - 1e-9 <= (left > entered + row["periods"])[known].mean() <= row["highest"] + 1e-9


# Limits for small numbers

def test_beta_product_limits_are_the_exact_binomial_ones_without_censoring():
    times = [1, 1, 2, 3, 3, 3, 4, 6, 7, 9]
    ours = retention.kaplan_meier(people(times, True), ci="beta-product").table
    there = (ours["estimate"] * len(times)).round()
    lower, upper = proportion_confint(there.to_numpy(), len(times), method="beta")
    close(ours[["lower", "upper"]], np.column_stack([lower, upper]))


def test_beta_product_limits_widen_when_somebody_is_censored():
    counted = retention.kaplan_meier(people([1, 2, 3, 4, 5], [1, 0, 1, 0, 1]), ci="beta-product").table
    full = retention.kaplan_meier(people([1, 3, 5, 6, 6], [1, 1, 1, 0, 0]), ci="beta-product").table
    assert counted["lower"][2] < full["lower"][1]
    assert counted["lower"].is_monotonic_decreasing and counted["upper"].is_monotonic_decreasing
    assert counted["lower"].iloc[-1] == 0 and 0 < counted["upper"].iloc[-1] < 1


def test_beta_product_limits_by_hand():
    """Nobody leaves, one of three is censored: the lower limit is that of Beta(2, 1), the upper is 1."""
    ours = retention.kaplan_meier(people([1, 2, 3], [0, 1, 0]), ci="beta-product").table
    close(ours[["lower", "upper"]].iloc[0], [0.025**0.5, 1])


def test_beta_product_limits_refuse_delayed_entry():
    with pytest.raises(StudyError, match="no delayed entry"):
        retention.kaplan_meier(table("B"), ci="beta-product")


@pytest.mark.parametrize("wrong", [{"ci": "wald"}, {"lower": "upper"}, {"estimator": "km"}, {"level": 95}])
def test_an_unknown_choice_is_refused_with_the_known_ones(wrong):
    with pytest.raises(StudyError, match="Choose one of|0.95 for 95 percent"):
        retention.kaplan_meier(table("A"), **wrong)


# Bands

@pytest.mark.parametrize(("file", "kind", "scale"), [
    ("hall-wellner", "hall-wellner", "plain"), ("loghall", "hall-wellner", "log"),
    ("epband", "equal-precision", "plain"), ("logep", "equal-precision", "log")])
def test_bands_are_r_but_for_its_rounded_constants(file, kind, scale):
    later = retention.event_table(r("A").assign(time=r("A")["time"] + 1), stop="time", event="cause")
    ours = retention.simultaneous_band(later, kind=kind, scale=scale, between=(2, 15)).table
    theirs = r(f"A_{file}")
    np.testing.assert_allclose(ours[["estimate", "lower", "upper"]], theirs[["surv", "lo", "hi"]], atol=1e-4)
    curve = curves.steps(later)
    rows = np.isin(curve.time, theirs["time"])
    unit = bands._unit_width(curve, np.full(len(curve.time), 240.0), kind)[rows]
    hi, s = theirs["hi"].to_numpy(), theirs["surv"].to_numpy()
    used = (hi / s - 1) / unit if scale == "plain" else np.log(np.log(hi) / np.log(s)) / unit * np.log(s)
    close(used, np.full(len(s), used[0]))  # the form is exact: one constant explains every limit of R


def test_constants_of_bands_are_the_known_ones():
    assert bands.hall_wellner_constant(0, 1, 0.95) == pytest.approx(1.3580986393, abs=1e-9)  # Kolmogorov's law
    assert bands.hall_wellner_constant(0, 1, 0.99) == pytest.approx(1.6276236115, abs=1e-9)
    assert bands.hall_wellner_constant(0.3, 0.3) == pytest.approx(1.959963985 * np.sqrt(0.21), abs=1e-8)
    assert bands.equal_precision_constant(0.3, 0.3) == pytest.approx(1.959963985, abs=1e-8)


def test_constants_of_bands_agree_with_walks():
    rng, steps = np.random.default_rng(4), 4000
    walks = np.cumsum(rng.normal(size=(4000, steps)) / np.sqrt(steps), axis=1)
    u = np.arange(1, steps + 1) / steps
    bridge = np.abs(walks - u * walks[:, -1:])
    inside = (u >= 0.2) & (u <= 0.8)
    shares = [(bridge[:, inside].max(axis=1) < bands.hall_wellner_constant(0.2, 0.8)).mean(),
              ((bridge / np.sqrt(np.maximum(u * (1 - u), 1e-9)))[:, inside].max(axis=1)
               < bands.equal_precision_constant(0.2, 0.8)).mean()]
    assert all(0.945 < share < 0.965 for share in shares)  # a walk's steps miss a little of the largest distance


def test_resampling_everybody_once_gives_the_curve():
    for name in ("A", "B"):
        curve = curves.steps(table(name))
        cells = curve.table.cells
        places = bands.rows_of(curve.table, cells.entry), bands.rows_of(curve.table, cells.exit)
        close(bands._survival_of(curve, cells.n[None, :], *places)[0], curve.survival)


@pytest.mark.parametrize("scale", ["arcsine", "log", "plain"])
def test_a_bootstrap_band_is_wider_than_pointwise_limits_and_repeats_itself(scale):
    ours, again = (retention.bootstrap_band(table("B"), rng=np.random.default_rng(3), replicates=400, scale=scale,
                                            between=(3, 10)).table for _ in range(2))
    pd.testing.assert_frame_equal(ours, again)
    assert ((ours["lower"] >= 0) & (ours["lower"] < ours["estimate"]) & (ours["upper"] <= 1)).all()
    pointwise = retention.kaplan_meier(table("B"), ci="arcsine").table.merge(ours, on=["g", "time"])
    wide, narrow = (pointwise[f"upper_{side}"] - pointwise[f"lower_{side}"] for side in "yx")
    assert (wide > narrow).mean() > 0.9


def test_a_sentence_about_the_smallest_risk_set_does_not_count_single_people_out():
    few = retention.kaplan_meier(people([3, 5, 7], [1, 1, 0], s=[None, None, 2]))
    many = retention.kaplan_meier(people([3, 3, 3, 3, 3, 3], [1] * 6, s=[None] * 5 + [2]))
    assert "the smallest risk set holds fewer than 5." in " ".join(few.assumptions)
    assert "the smallest risk set holds 6." in " ".join(many.assumptions)


def test_bands_refuse_what_they_are_not_made_for():
    with pytest.raises(StudyError, match="fixed number of persons"):
        retention.simultaneous_band(table("B"))
    with pytest.raises(StudyError, match="Weighted persons"):
        retention.bootstrap_band(table("A", weight="half"), rng=np.random.default_rng(1))


# What must always hold

spells = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.booleans(), st.sampled_from("ab"),
                            st.booleans()), min_size=1, max_size=30)


def counted(rows):
    frame = pd.DataFrame(rows, columns=["s", "length", "left", "g", "late"])
    frame = frame.assign(t=frame["s"] + frame["length"], s=frame["s"].where(frame["late"]))
    return frame, retention.event_table(frame, stop="t", event="left", start="s", by="g")


@settings(max_examples=40, deadline=None)
@given(spells, st.sampled_from([*limits.SCALES]), st.sampled_from(limits.LOWER))
def test_curves_fall_and_limits_enclose_them_within_0_and_1(rows, ci, lower):
    ours = retention.kaplan_meier(counted(rows)[1], ci=ci, lower=lower).table
    for _, curve in ours.groupby("g"):
        assert curve["estimate"].is_monotonic_decreasing and curve["estimate"].between(0, 1).all()
    known = ours[ours["lower"].notna()]
    assert (known["lower"] >= -1e-12).all() and (known["upper"] <= 1 + 1e-12).all()
    assert (known["lower"] <= known["estimate"] + 1e-12).all()
    assert (known["estimate"] <= known["upper"] + 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(spells)
def test_every_group_stands_alone(rows):
    frame, both = counted(rows)
    ours = retention.kaplan_meier(both).table
    for group, part in frame.groupby("g"):
        alone = retention.kaplan_meier(retention.event_table(part, stop="t", event="left", start="s")).table
        np.testing.assert_array_equal(ours[ours["g"] == group][alone.columns], alone)


@settings(max_examples=30, deadline=None)
@given(spells)
def test_the_jackknife_is_the_derivative_by_weights(rows):
    """Variance of S = sum of squared slopes in each person's weight, found by nudging the weights."""
    frame, both = counted(rows)
    curve = curves.steps(both, variance="robust")
    alive = curve.survival > 0
    nudge, slopes = 1e-5, []
    for person in range(len(frame)):
        weights = [np.where(np.arange(len(frame)) == person, 1 + step, 1.0) for step in (nudge, -nudge)]
        moved = [curves.steps(retention.event_table(frame.assign(w=w), stop="t", event="left", start="s", by="g",
                                                    weight="w")).survival for w in weights]
        slopes.append((moved[0] - moved[1]) / (2 * nudge))
    expected = (np.array(slopes) ** 2).sum(axis=0)
    np.testing.assert_allclose((curve.survival**2 * curve.var_log)[alive], expected[alive], rtol=1e-5, atol=1e-9)


def test_greenwood_is_the_jackknife_without_delayed_entry():
    usual, robust = (retention.kaplan_meier(table("A"), variance=name).table for name in ("greenwood", "robust"))
    close(robust["std_error"], usual["std_error"])


def test_strata_are_joined_for_curves():
    pd.testing.assert_frame_equal(retention.kaplan_meier(table("A", strata="st")).table,
                                  retention.kaplan_meier(table("A")).table)


# Traps

def test_a_curve_that_reached_0_stays_there_and_says_so():
    result = retention.kaplan_meier(people([1, 5, 6], [1, 1, 1], s=[None, 2, 2]))
    assert result.table["estimate"].tolist() == [0, 0, 0]
    assert any("reached 0 before later entries" in sentence for sentence in result.assumptions)
    onward = retention.conditional_survival(people([1, 5, 6], [1, 1, 1], s=[None, 2, 2]), 1)
    assert onward.table.empty  # nobody who stayed beyond 1 was ever seen


def test_a_risk_set_emptied_by_censoring_does_not_end_the_curve():
    ours = retention.kaplan_meier(people([1, 2, 6, 7], [1, 0, 1, 0], s=[None, None, 3, 3])).table
    assert ours["estimate"].tolist() == [0.5, 0.5, 0.25, 0.25]


def test_nothing_is_said_beyond_the_last_time_watched():
    both = people([1, 2, 1, 2], [1, 0, 1, 1], g=["a", "a", "b", "b"])
    ours = retention.milestone(both, [0, 1, 3]).table
    np.testing.assert_array_equal(ours["estimate"], [1, 0.5, np.nan, 1, 0.5, 0])
    assert ours["n_risk"].tolist() == [2, 2, 0, 2, 2, 0]
    means = retention.restricted_mean(both, 3).table["estimate"]
    assert np.isnan(means[0]) and means[1] == 1.5
    assert retention.restricted_mean(both).table["horizon"].tolist() == [2, 2]


def test_a_median_not_reached_is_empty():
    ours = retention.quantiles(people([1, 2, 2, 2], [1, 0, 0, 0])).table
    assert ours["estimate"].isna().tolist() == [False, True, True]


def test_first_day_exits_lower_the_curve_from_the_start():
    ours = retention.milestone(people([0, 0, 3, 4], [1, 0, 1, 0]), [0, 2]).table
    assert ours["estimate"].tolist() == [0.75, 0.75] and ours["n_risk"].tolist() == [4, 2]


def test_a_group_not_watched_up_to_the_horizon_has_neither_mean_nor_error():
    ours = retention.restricted_mean(people([1, 2], [0, 0]), 3).table.iloc[0]
    assert np.isnan(ours[["estimate", "std_error", "lower", "upper"]].astype(float)).all()
