"""The documents alone: hand-worked fractions, reference values, refusals, verdicts that every completion shares."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact

import rehapro_analysis as ra
from rehapro_analysis.indicators.documented.completions import all_of, boxes, completions, statistic_bounds
from rehapro_analysis.indicators.documented.counts import DocumentedCount, documented_counts, read_counts
from rehapro_analysis.indicators.documented.gate import REASONS, admitted_counts, gate, refused_counts
from rehapro_analysis.indicators.documented.pairs import deciding_denominators, pairs_if_comparable, two_counts
from rehapro_analysis.indicators.documented.separation import documented_separation, why_plans_do_not_separate
from rehapro_analysis.indicators.documented.several import of_logits, of_shares, several_counts
from rehapro_analysis.indicators.documented.shares import documented_shares, limits, limits_by, wilson_limits
from rehapro_analysis.indicators.documented.table_statistics import fisher_p, pearson, pearson_p, q, spread
from rehapro_analysis.indicators.documented.verdict import counts_verdict
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError

REFERENCE = pd.read_csv(REPOSITORY / "tests" / "reference" / "indicators" / "documented.csv").set_index(
    ["source", "quantity"])["value"]
EVENTS = np.array([14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15])
PERSONS = np.array([33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36])
PLANS = np.array([417, 720, 500]), np.array([620, 2160, 1500])
ENDS = st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 4), st.integers(0, 3)).map(
    lambda e: (e[0], e[0] + e[1], e[0] + e[2] + 1, e[0] + e[2] + 1 + e[3])).map(
    lambda b: (b[0], min(b[1], b[3]), b[2], b[3]))


def count(x, n, project="A", **cells):
    ends = [None if value is None else value if isinstance(value, tuple) else (value, value) for value in (x, n)]
    return DocumentedCount(**{"entry": f"e-{project}", "project": project, "indicator": "stay", "x": ends[0],
                              "n": ends[1], "comparable": "c", **cells})


def _like(rows, table):
    return rows.reindex(columns=table.columns).astype(table.dtypes).reset_index(drop=True)


def several(x, n, **cells):
    return [count(*pair, project=f"P{place:02d}", **cells) for place, pair in enumerate(zip(x, n, strict=True))]


@pytest.fixture(scope="module")
def study():
    return ra.read_study(REPOSITORY / "data" / "documented")


@pytest.fixture(scope="module")
def overview(study):
    return documented_separation(study)


# the table of counts

def test_every_count_comes_from_facts_and_keeps_what_the_text_leaves_open(study):
    table = documented_counts(study).table.set_index("entry")
    ends = ["count_low", "count_high", "of_low", "of_high"]
    assert table.loc["uptake-sanus", ends].tolist() == [417, 417, 620, 620]
    assert table.loc["retention-pan-earlier", ends].tolist() == [12, 13, 15, 15]
    assert table.loc["retention-pan-running", ends].tolist() == [0, 11, 15, 15]
    assert table.loc["dropout-sanus", ends].tolist() == [0, 68, 417, 417]
    assert table.loc["dropout-pan-earlier", ends].tolist() == [0, 3, 15, 15]
    assert table.loc["dropout-pan-running", ends].tolist() == [0, 15, 15, 15]
    assert table.loc["extension-gehvor", ends].tolist() == [10, 10, 10, 150]
    assert table.loc["employment-ich", ends].tolist() == [41, 330, 270, 330]


def test_own_arithmetic_is_derived_and_says_from_what(study):
    sanus = {one.entry: one for one in read_counts(study)}["retention-sanus"]
    assert (sanus.x, sanus.status) == ((417 - 68, 349), "derived")
    assert sanus.derived_from == "participants_entered - exits_to_date"


def test_both_readings_of_the_ambiguous_sentence_are_one_half_and_derived(study):
    a, b = (one for one in read_counts(study, "target_attainment") if one.project == "PROGES")
    assert (a.x, a.n, b.x, b.n) == ((385, 385), (770, 770), (770, 770), (1540, 1540))
    assert a.share == b.share == (0.5, 0.5)
    assert {a.status, b.status} == {"derived"}


def test_every_success_indicator_stands_where_the_forum_says_it(study):
    places = set(study.table("statements")["locator"]) | set(study.table("facts")["locator"])
    places.add("Tisch 4 Weiterarbeit p1")
    for locator in study.table("success_indicators")["locator"]:
        assert set(locator.split("; ")) <= places


def test_an_unknown_indicator_is_named_with_those_there_are(study):
    with pytest.raises(StudyError, match="no success indicator 'happiness'.*uptake"):
        read_counts(study, "happiness")


@pytest.mark.parametrize(("cells", "column"), [
    ({"x": 3, "n": 2}, "x"), ({"x": (3, 2), "n": 9}, "x"), ({"x": 1, "n": 2, "status": "guessed"}, "status"),
    ({"x": 1, "n": None, "at_most": 0.0}, "x"), ({"x": 1, "n": None, "kind": "target"}, "kind"),
    ({"x": -1, "n": 2}, "x"), ({"x": 1, "n": 2, "kind": "often"}, "kind")])
def test_counts_that_contradict_themselves_are_refused_with_their_column(cells, column):
    with pytest.raises(StudyError) as error:
        count(**cells)
    assert column in {problem.column for problem in error.value.problems}


# one count

@pytest.mark.parametrize(("x", "n"), [(11, 15), (417, 620), (68, 417), (349, 417), (0, 15), (10, 72), (10, 32)])
def test_limits_of_a_share_are_those_of_r(x, n):
    one, source = count(x, n), f"{x}/{n}"
    for name, found in (("", limits(one)), ("wilson_", wilson_limits(one))):
        expected = REFERENCE[source, f"{name}lower"], REFERENCE[source, f"{name}upper"]
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_a_running_count_can_still_fall_to_nobody():
    one = count(11, 15, kind="running")
    assert one.share == (0.0, 11 / 15)
    assert limits(one) == (0.0, pytest.approx(REFERENCE["11/15", "upper"], rel=1e-8))


def test_an_unknown_number_of_people_gives_the_outermost_limits():
    one = count(10, (32, 72))
    assert one.share == (10 / 72, 10 / 32)
    assert limits(one) == pytest.approx((REFERENCE["10/72", "lower"], REFERENCE["10/32", "upper"]), rel=1e-8)


def test_an_unknown_count_is_anything_and_an_unbounded_number_of_people_has_no_lower_limit():
    assert limits(count(None, 15)) == (0.0, 1.0)
    assert limits(count(4, None)) == (0.0, 1.0)
    assert count(4, None, at_most=8).box == (4, 4, 4, 8)


def test_a_plan_has_no_confidence_limits(study):
    table = documented_shares(study).table.set_index("entry")
    plans = table[table["status"] == "planned"]
    assert sorted(plans["share_low"]) == [1 / 3, 1 / 3, 530 / 720]
    assert plans[["lower", "upper", "wilson_low", "wilson_high"]].isna().all(axis=None)


def test_attainment_is_a_ratio_with_poisson_limits_as_in_the_throughput_pillar(study):
    mine = documented_shares(study, "target_attainment").table.set_index("entry")
    theirs = ra.throughput.target_attainment(study).table
    theirs = theirs[theirs["target"] == "participants_expected"]
    proges = mine.loc[["attainment-proges-a", "attainment-proges-b"]]
    assert (proges["limits_by"] == "Poisson").all()
    for column, other in (("share_low", "ratio_low"), ("lower", "lower"), ("upper", "upper")):
        assert proges[column].tolist() == pytest.approx(theirs[other].tolist(), rel=1e-9)
    assert proges["lower"].round(3).tolist() == [.451, .465]
    assert limits_by(count(150, 100, kind="target")) == "Poisson"
    assert count(150, 100, kind="target").share == (1.5, 1.5)


@given(box=ENDS, wider=st.tuples(*[st.integers(0, 3)] * 4))
def test_wider_ranges_never_narrow_a_share_or_its_limits(box, wider):
    x_low, x_high, n_low, n_high = box
    inner = count((x_low, x_high), (n_low, n_high))
    outer = count((max(x_low - wider[0], 0), x_high + wider[1]), (max(n_low - wider[2], 1), n_high + wider[3]))
    for of in (lambda one: one.share, limits, wilson_limits):
        assert of(outer)[0] <= of(inner)[0] + 1e-12
        assert of(outer)[1] >= of(inner)[1] - 1e-12


@settings(max_examples=30, deadline=None)
@given(box=ENDS)
def test_the_envelope_holds_the_limits_of_every_completion(box):
    one = count(box[:2], box[2:])
    found = completions(boxes([one]))
    inside = [limits(count(int(x), int(n))) for x, n in zip(found.x[:, 0], found.n[:, 0], strict=True)]
    assert limits(one)[0] == pytest.approx(min(low for low, _ in inside), abs=1e-12)
    assert limits(one)[1] == pytest.approx(max(high for _, high in inside), abs=1e-12)


# the gate

@pytest.mark.parametrize(("cells", "code"), [
    ({"status": "planned"}, "plan"), ({"status": "target"}, "plan"), ({"status": "derived"}, "derived"),
    ({"status": "unclear"}, "unclear"), ({"kind": "running"}, "running"), ({"kind": "target"}, "target"),
    ({"comparable": "other"}, "class"), ({"project": "A", "entry": "e-A2"}, "repeated"), ({"x": None}, "unknown"),
    ({"n": None}, "no denominator")])
def test_what_is_refused_is_refused_for_its_own_reason_alone(cells, code):
    good = [count(3, 9, "A"), count(4, 9, "B")]
    strange = replace(count(5, 9, "C"), **cells)
    passed = gate([*good, strange])
    assert [one.entry for one in passed.admitted] == ["e-A", "e-B"]
    assert passed.refused == ((strange, (code,)),)
    assert REASONS[code][0] in passed.reasons("de") and REASONS[code][1] in passed.reasons("en")


def test_a_project_whose_aim_it_is_not_stays_out():
    passed = gate([count(3, 9, "A"), count(4, 9, "B"), count(5, 9, "C")], {"stay": frozenset({"C"})})
    assert passed.refused[0][1] == ("not an aim",)


def test_one_count_alone_is_refused_and_all_reasons_are_told_at_once():
    assert gate([count(3, 9)]).refused[0][1] == ("class",)
    assert gate([count(3, 9, status="planned", kind="target")]).refused[0][1] == ("plan", "target")


def test_of_two_classes_the_larger_enters_whatever_the_order():
    counts = [count(1, 9, "A", comparable="small"), count(2, 9, "B", comparable="small"),
              *(count(3, 9, name, comparable="large") for name in "CDE")]
    for order in (counts, counts[::-1]):
        assert {one.project for one in gate(order).admitted} == set("CDE")


def test_no_documented_count_passes_the_gate_and_the_error_lists_every_reason(study):
    assert len(refused_counts(study).table) == len(study.table("counts"))
    with pytest.raises(StudyError) as error:
        admitted_counts(study, "uptake")
    assert {problem.value: problem.message.split(":")[0].split(";")[0] for problem in error.value.problems} == {
        "uptake-sanus": "no second number that counts the same.",
        "uptake-euregio": "planned, not observed", "uptake-aktivoreha": "planned, not observed"}
    with pytest.raises(StudyError, match="no count is documented"):
        admitted_counts(study, "fit")


# two counts

def test_the_exact_tests_of_two_counts():
    table = two_counts((11, 15), (349, 417)).table.set_index("test")
    assert table.loc["Fisher", "p_value"] == pytest.approx(REFERENCE["11/4/349/68", "fisher"], rel=1e-8)
    assert table.loc["score", ["lower", "upper"]].round(3).tolist() == [-.357, .062]
    assert table.loc["Newcombe", ["lower", "upper"]].round(3).tolist() == [-.358, .059]
    assert table.loc["Fisher", "difference"] == 11 / 15 - 349 / 417


def test_barnard_fixes_the_size_of_the_projects_and_not_the_number_of_events():
    """The largest chance, over the common share, of a pooled z as extreme: two binomials of 15 and 417."""
    x, y = np.arange(16)[:, None], np.arange(418)[None]
    pooled = (x + y) / 432
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.nan_to_num((x / 15 - y / 417) / np.sqrt(pooled * (1 - pooled) * (1 / 15 + 1 / 417)))
    extreme = np.abs(z) >= abs(z[11, 349]) - 1e-12
    sizes = [binom.pmf(x[:, 0], 15, share) @ extreme @ binom.pmf(y[0], 417, share)
             for share in np.linspace(0.001, 0.999, 999)]
    table = two_counts((11, 15), (349, 417)).table.set_index("test")
    assert table.loc["Barnard", "p_value"] == pytest.approx(max(sizes), rel=1e-4)
    assert table.loc["Barnard", "p_value"] == pytest.approx(.3696, abs=5e-5)
    assert table.loc["Boschloo", "p_value"] == pytest.approx(.3286, abs=5e-5)


def test_what_is_no_share_of_people_is_refused():
    with pytest.raises(StudyError, match="16 of 15"):
        two_counts((16, 15), (1, 2))


@pytest.mark.parametrize("source", ["3/12/0/417", "0/15/68/349", "13/2/349/68", "15/0/0/417", "2/8/24/10"])
def test_fisher_of_many_tables_is_that_of_r(source):
    a, b, c, d = map(int, source.split("/"))
    assert fisher_p(np.array([[a, c]]), np.array([[a + b, c + d]]))[0] == pytest.approx(
        REFERENCE[source, "fisher"], rel=1e-7)


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4).filter(lambda cells: cells[0] + cells[1] and cells[2] + cells[3]),
                min_size=1, max_size=12))
def test_fisher_of_many_tables_is_that_of_each(tables):
    a, b, c, d = np.array(tables).T
    found = fisher_p(np.column_stack([a, c]), np.column_stack([a + b, c + d]))
    assert found.tolist() == pytest.approx([fisher_exact([one[:2], one[2:]])[1] for one in tables], rel=1e-6)


def test_the_pair_of_ploen_and_leipzig_is_partially_identified_even_if_it_were_comparable(study):
    table = pairs_if_comparable(study).table.set_index(["entry_a", "entry_b"])
    running = table.loc[("retention-pan-running", "retention-sanus")]
    assert running["p_value_printed_low"] == running["p_value_printed_high"] == pytest.approx(
        REFERENCE["11/4/349/68", "fisher"], rel=1e-7)
    # nobody of 15 to everybody of the 11, and nobody of 417 to everybody of the 349 still there
    assert running["completions"] == 12 * 350 and running["exhaustive"]
    assert running["p_value_open_low"] == pytest.approx(fisher_exact([[11, 4], [0, 417]])[1], rel=1e-6, abs=0)
    assert (running["p_value_open_high"], running["below_share"]) == (1.0, .5)
    earlier = table.loc[("dropout-pan-earlier", "dropout-sanus")]
    assert earlier["completions"] == 4 * 69  # 0 to 3 of 15, 0 to 68 of 417
    assert earlier["p_value_open_low"] == pytest.approx(REFERENCE["3/12/0/417", "fisher"], rel=1e-7)
    below = [fisher_exact([[x, 15 - x], [y, 417 - y]])[1] < .05 for x in range(4) for y in range(69)]
    assert earlier["p_value_open_high"] == 1 and earlier["below_share"] == np.mean(below) == 33 / 276
    assert set(table["answer"]) == {"partially identified"}
    assert not table.index.get_level_values(0).str.startswith("uptake").any()


def test_the_number_of_people_at_which_a_claim_turns_is_found():
    """10 of n against 20 of 40: at 10 the first is 100 percent, at 20 both are one half, at 60 it is 17 percent."""
    table = deciding_denominators(count(10, (10, 60), "A"), count(20, 40, "B")).table
    assert table["answer"].tolist() == ["differ", "no difference shown", "differ"]
    assert (table["n_from"].iloc[0], table["n_to"].iloc[-1]) == (10, 60)
    turn = int(table["n_to"].iloc[0])
    assert fisher_exact([[10, turn - 10], [20, 20]])[1] < .05 <= fisher_exact([[10, turn - 9], [20, 20]])[1]
    assert (table["n_from"].iloc[1:].to_numpy() == table["n_to"].iloc[:-1].to_numpy() + 1).all()


# several counts

@pytest.mark.parametrize(("source", "x", "n"), [("golden", EVENTS, PERSONS), ("plans", *PLANS)])
def test_the_spread_of_several_counts_is_that_of_metafor(source, x, n):
    table = several_counts(x, n).table.set_index(["measure", "scale"])
    tau2, i2 = table.loc[("tau2", "logit")], table.loc[("i2", "logit")]
    expected = REFERENCE[source]
    assert tau2["statistic"] == pytest.approx(expected["q"], rel=1e-9)
    assert tau2["p_value"] == pytest.approx(expected["q_p"], rel=1e-7)
    for row, name in ((tau2, "tau2"), (i2, "i2")):  # metafor stops its search at 1e-4
        assert row[["estimate", "lower", "upper"]].tolist() == pytest.approx(
            [expected[name], expected[f"{name}_lower"], expected[f"{name}_upper"]], rel=2e-4, abs=1e-6)
    mean, ahead = table.loc[("mean", "logit")], table.loc[("new_project", "logit")]
    assert [*mean[["estimate", "lower", "upper"]], *ahead[["lower", "upper"]]] == pytest.approx(
        [expected[name] for name in ("mean", "mean_lower", "mean_upper", "new_lower", "new_upper")], rel=1e-4)
    assert table.loc[("project_sd", "logit"), "estimate"] ** 2 == pytest.approx(expected["glmm_tau2"], rel=5e-5)
    assert table.loc[("pearson", "share"), ["statistic", "p_value"]].tolist() == pytest.approx(
        [expected["pearson"], expected["pearson_p"]], rel=1e-8)


def test_the_golden_fixture_on_the_scale_of_shares():
    table = several_counts(EVENTS, PERSONS).table.set_index(["measure", "scale"])
    tau = np.sqrt(table.loc[("tau2", "share"), ["estimate", "lower", "upper"]].astype(float))
    assert tau.tolist() == pytest.approx([.0946915, 0, .2157992], abs=5e-7)
    assert table.loc[("freeman_halton", "share"), "p_value"] == pytest.approx(
        REFERENCE["golden", "freeman_halton"], abs=.005)
    assert several_counts(EVENTS, PERSONS).table.equals(several_counts(EVENTS, PERSONS).table)


def test_logits_stay_out_where_nobody_has_the_event():
    table = several_counts([0, 4, 5], [9, 9, 9]).table
    assert table["scale"].eq("logit").sum() == 1  # the model alone, which needs no logit of a single project


@pytest.mark.parametrize(("x", "n"), [([1], [2]), ([3, 1], [2, 2]), ([0, 0], [2, 2]), ([1, 1], [2, 2, 2])])
def test_what_cannot_be_compared_is_refused(x, n):
    with pytest.raises(StudyError):
        several_counts(x, n)


# completions

@settings(deadline=None, max_examples=40)
@given(st.lists(ENDS, min_size=1, max_size=2))
def test_all_completions_are_those_of_four_loops(given_boxes):
    def pairs(box):
        return [(x, n) for x in range(box[0], box[1] + 1) for n in range(box[2], box[3] + 1) if x <= n]

    expected = {tuple(chosen) for chosen in product(*map(pairs, given_boxes))}
    found = completions(given_boxes)
    seen = [tuple(zip(x, n, strict=True)) for x, n in zip(found.x.tolist(), found.n.tolist(), strict=True)]
    assert found.exhaustive and len(seen) == len(set(seen)) == all_of(given_boxes) == len(expected)
    assert set(seen) == expected


@settings(deadline=None, max_examples=25)
@given(st.lists(ENDS, min_size=2, max_size=3))
def test_an_inner_approximation_is_attained_and_never_wider_than_the_truth(given_boxes):
    exact = statistic_bounds(given_boxes, pearson)
    inner = statistic_bounds(given_boxes, pearson, most=1)
    assert exact.exhaustive and (inner.exhaustive == (all_of(given_boxes) == 1))
    assert exact.low - 1e-9 <= inner.low <= inner.high <= exact.high + 1e-9


def test_the_search_finds_what_corners_miss():
    """Both boxes can reach the same share only in their middle; at every corner the shares differ."""
    given_boxes = [(0, 10, 10, 10), (4, 6, 10, 10)]
    corners = completions(given_boxes, most=4)
    assert not corners.exhaustive and pearson(corners.x, corners.n).min() == 5  # 20 (4 x 10)^2/(10 x 10 x 4 x 16)
    assert statistic_bounds(given_boxes, pearson, most=4).low == pytest.approx(0, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(2, 20)).map(lambda e: (min(e), max(e))), min_size=2,
                max_size=6).filter(lambda all_: 0 < sum(x for x, _ in all_) < sum(n for _, n in all_)))
def test_statistics_of_all_completions_are_those_of_one_comparison(counts):
    x, n = (np.array(column) for column in zip(*counts, strict=True))
    one = of_shares(x, n)
    assert pearson(x[None], n[None])[0] == pytest.approx(one.q(0.0), rel=1e-9, abs=1e-12)
    assert q(x[None], n[None], 0.03)[0] == pytest.approx(one.q(0.03), rel=1e-9, abs=1e-12)
    if one.tau2() < 4:
        assert spread(x[None], n[None])[0] == pytest.approx(np.sqrt(one.tau2()), rel=1e-7, abs=1e-7)


def test_logits_are_those_written_out_by_hand():
    one = of_logits(np.array([1, 3]), np.array([4, 4]))
    assert one.estimate.tolist() == pytest.approx([-np.log(3), np.log(3)])
    assert one.sampling.tolist() == pytest.approx([4 / 3, 4 / 3])


# verdicts

def test_the_golden_fixture_differs_and_whether_it_matters_is_open():
    counts = several(EVENTS, PERSONS)
    assert counts_verdict(counts).verdict == "C"
    assert counts_verdict(counts, relevant_difference=.1).verdict == "C"  # p_relevant .053
    assert counts_verdict(counts).p_low == counts_verdict(counts).p_high == pytest.approx(
        REFERENCE["golden", "pearson_p"], rel=1e-7)


def test_counts_alone_never_separate_robustly_and_can_be_practically_alike():
    apart = several([50, 10] * 5, [60] * 10)
    alike = several([300] * 10, [600] * 10)
    assert counts_verdict(apart, relevant_difference=.1).verdict == "B"
    assert counts_verdict(alike, relevant_difference=.1).verdict == "E"
    assert counts_verdict(alike).verdict == "D"  # without a relevant difference nothing can be alike


def test_a_verdict_that_hangs_on_an_open_number_is_none():
    others = np.arange(12) != 3
    open_ = [*several(EVENTS[others], PERSONS[others]), count((14, 24), 34, "last")]  # as printed 24, p = .028
    found = counts_verdict(open_)
    assert (found.verdict, found.found, found.completions) == ("T", "CD", 11)
    assert found.p_low < .05 < found.p_high


def test_a_verdict_that_all_completions_share_stands():
    apart = [*several([50, 10] * 5, [60] * 10), count((40, 50), 60, "last")]
    found = counts_verdict(apart, relevant_difference=.1)
    assert (found.verdict, found.exhaustive, found.completions) == ("B", True, 11)


def test_what_was_not_looked_at_exhaustively_is_no_verdict():
    apart = [*several([50, 10] * 5, [60] * 10), count((40, 50), 60, "last")]
    found = counts_verdict(apart, relevant_difference=.1, most=5)
    assert (found.verdict, found.found, found.exhaustive) == ("T", "B", False)


def test_too_few_projects_people_or_events_are_no_verdict():
    assert counts_verdict(several(EVENTS[:7], PERSONS[:7])).verdict == "X"
    assert counts_verdict(several([4] * 10, [9] * 10)).verdict == "X"
    assert counts_verdict(several([1] * 10, [60] * 10)).verdict == "X"  # ten events
    assert counts_verdict([]).verdict == "X" and np.isnan(counts_verdict([]).p_low)


@given(st.permutations(range(12)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_projects_changes_nothing(order):
    counts = several(EVENTS, PERSONS)
    first, second = counts_verdict(counts), counts_verdict([counts[place] for place in order])
    assert first.verdict == second.verdict and first.tau_high == pytest.approx(second.tau_high, rel=1e-9)


# the documents

def test_by_the_documents_alone_no_indicator_can_be_shown_to_separate(overview, study):
    table = overview.table
    assert table["indicator"].tolist() == study.table("success_indicators")["indicator"].tolist()
    assert set(table["verdict"]) == {"X"} and set(table["comparable"]) == {0}
    assert set(table["verdict_de"]) == {"keine vergleichbaren Angaben"}
    assert table[["reason_de", "reason_en", "needed_de", "needed_en"]].ne("").all(axis=None)
    asked = table.set_index("indicator")["if_comparable"]
    assert asked[asked.ne("")].to_dict() == dict.fromkeys(("retention", "dropout"), "partially identified")


def test_the_overview_counts_projects_and_not_numbers(overview):
    table = overview.table.set_index("indicator")
    counted = table[["projects_with_number", "projects_with_observed_number"]]
    assert counted.loc["uptake"].tolist() == [3, 1]  # two of the three only plan
    assert counted.loc["retention"].tolist() == [2, 1]  # Plön twice; Leipzig by arithmetic
    assert counted.loc["target_attainment"].tolist() == [3, 0]
    assert counted.loc["fit"].tolist() == [0, 0]
    assert table.loc["fit", "reason_en"] == "no number is documented"


def test_the_overview_would_find_a_separation_if_the_documents_had_one(study):
    """The same code, other numbers: it establishes the answer, and does not assert it."""
    names = study.table("projects")["project"]
    facts = pd.concat([
        pd.DataFrame({"project": names, "quantity": quantity, "low": values, "high": values, "status": "observed",
                      "source_kind": "forum", "unit": "persons", "locator": "invented", "origin": "synthetic"})
        for quantity, values in (("participants_entered", [60.0] * 12), ("integrated_into_work", [50.0, 10.0] * 6))])
    facts = _like(facts, study.table("facts"))
    counts = pd.DataFrame({"entry": names, "indicator": "employment_at_exit", "project": names,
                           "count": "integrated_into_work", "count_is": "counted", "people": "participants_entered",
                           "kind": "cumulative", "comparable": "work", "comparable_de": "Arbeit",
                           "origin": "synthetic"})
    counts = _like(counts, study.table("counts"))
    other = ra.Study({**study.tables, "facts": facts, "counts": counts})
    found = documented_separation(other, relevant_differences={"employment_at_exit": .1})
    row = found.table.set_index("indicator").loc["employment_at_exit"]
    assert found.origin == "synthetic"
    assert (row["verdict"], row["comparable"]) == ("B", 11)  # work is explicitly not the aim in Plön
    assert "not an aim of the project (PaN)" in row["reason_en"]


def test_plans_pretend_a_separation_and_the_result_says_first_why_it_is_none(study):
    found = why_plans_do_not_separate(study)
    row = found.table.set_index(["measure", "scale"]).loc[("tau2", "logit")]
    assert row["statistic"] == pytest.approx(233.4, abs=.05)
    assert row[["estimate", "lower", "upper"]].astype(float).round(3).tolist() == [.660, .175, 26.282]
    assert found.table.set_index(["measure", "scale"]).loc[("i2", "logit"), "estimate"] == pytest.approx(.995, abs=5e-4)
    assert found.assumptions[0].startswith("Refused") and "Euregio, AktiVoReha" in found.assumptions[0]
    with pytest.raises(StudyError, match="dropout-sanus"):
        why_plans_do_not_separate(study, "dropout")


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_result_reads_in_both_languages_without_codes(study, overview, language):
    for result in (overview, documented_counts(study), documented_shares(study), refused_counts(study),
                   pairs_if_comparable(study), why_plans_do_not_separate(study)):
        assert len(result.reading(language)) == len(result.table)
        assert result.origin == "documented"
    read = overview.reading(language)
    assert not set(overview.table["indicator"]) & set(read.iloc[:, 0]) - {"dropout", "activation", "internship",
                                                                         "volunteering"}


def test_p_of_more_than_two_projects_is_pearsons():
    x, n = EVENTS[None], PERSONS[None]
    assert pearson_p(x, n)[0] == pytest.approx(REFERENCE["golden", "pearson_p"], rel=1e-8)


def test_an_end_of_a_range_of_p_is_read_as_p_and_certainty_is_one(study):
    read = pairs_if_comparable(study).reading("en")
    assert read["p over what is open"].tolist() == ["< 0.001–1"] * 4
    assert read["p as printed"].tolist()[:2] == ["0.722–1", "0.291"]


def test_blocks_of_tables_give_what_all_at_once_give(monkeypatch):
    found = completions([(0, 7, 7, 9), (0, 5, 5, 6)])
    whole = fisher_p(found.x, found.n)
    monkeypatch.setattr("rehapro_analysis.indicators.documented.table_statistics.CELLS", 25)
    assert fisher_p(found.x, found.n).tolist() == pytest.approx(whole.tolist(), rel=1e-12)
