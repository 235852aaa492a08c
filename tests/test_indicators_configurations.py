"""Qualitative comparative analysis: published solutions, hand-worked fractions, and how little chance needs."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rehapro_analysis as ra
from rehapro_analysis.indicators.configurations.calibration import Sets, crisp, fuzzy
from rehapro_analysis.indicators.configurations.conditions import condition_sets, project_conditions
from rehapro_analysis.indicators.configurations.counterfactuals import SOLUTIONS, solution_models
from rehapro_analysis.indicators.configurations.minimisation import (
    FREE,
    covered,
    minimal_models,
    prime_implicants,
    rows_of,
)
from rehapro_analysis.indicators.configurations.necessity import necessity
from rehapro_analysis.indicators.configurations.qca import outcome_set, qca
from rehapro_analysis.indicators.configurations.robustness import chance, cut_off_sweep, leave_one_case_out, texts
from rehapro_analysis.indicators.configurations.solutions import consistency, coverage, fit_table, pri
from rehapro_analysis.indicators.configurations.truth_table import Cuts, TruthTable
from rehapro_analysis.indicators.verdict.separation import compared
from rehapro_analysis.study.problems import StudyError

# Survival of democracy between the wars, crisp (Lipset's conditions; Rihoux and De Meur 2009, table 3.3):
# developed, urban, literate, industrial, stable government, survived.
LIPSET = {
    "AU": "101100", "BE": "111111", "CZ": "111111", "EE": "001010", "FI": "101011", "FR": "101111", "DE": "111100",
    "GR": "000000", "HU": "001000", "IE": "101011", "IT": "000000", "NL": "111111", "PL": "001000", "PT": "000000",
    "RO": "000000", "ES": "000000", "SE": "101111", "UK": "111111"}
CONDITIONS = ["DEV", "URB", "LIT", "IND", "STB"]


@pytest.fixture(scope="module")
def lipset() -> pd.DataFrame:
    return pd.DataFrame([[float(digit) for digit in row] for row in LIPSET.values()], list(LIPSET),
                        [*CONDITIONS, "SURVIVED"])


@pytest.fixture(scope="module")
def study():
    return ra.read_study("data/documented", "data/synthetic")


def tabled(frame: pd.DataFrame, outcome: str = "SURVIVED", cuts: Cuts | None = None) -> TruthTable:
    return TruthTable(frame.drop(columns=outcome), frame[outcome], cuts or Cuts())


def small(values: str, outcome: str) -> TruthTable:
    """Crisp cases a, b, ... of conditions A, B, ...: one word of digits a case."""
    x = pd.DataFrame([[float(digit) for digit in word] for word in values.split()]).rename(
        index=lambda i: "abcdefghijkl"[i], columns=lambda k: "ABCDE"[k])
    return TruthTable(x, pd.Series([float(digit) for digit in outcome], x.index), Cuts())


# Lipset

def test_the_published_solutions_of_the_democracies_come_out(lipset):
    found = texts(tabled(lipset))
    assert found["conservative"] == ["DEV*~URB*LIT*STB + DEV*LIT*IND*STB"]
    assert found["parsimonious"] == ["DEV*STB"]


def test_with_presence_expected_to_help_the_intermediate_solution_keeps_literacy(lipset):
    assert texts(tabled(lipset), dict.fromkeys(CONDITIONS, True))["intermediate"] == ["DEV*LIT*STB"]


def test_without_expectations_the_intermediate_solution_is_the_conservative_one(lipset):
    found = texts(tabled(lipset))
    assert found["intermediate"] == found["conservative"]


def test_the_negated_outcome_has_its_published_solutions(lipset):
    table = TruthTable(lipset[CONDITIONS], 1 - lipset["SURVIVED"], Cuts())
    found = texts(table)
    assert found["parsimonious"] == ["~DEV + ~STB"]
    assert found["conservative"] == ["~DEV*~URB*LIT*~IND + ~DEV*~URB*~IND*~STB + DEV*LIT*IND*~STB"]


def test_raw_and_unique_coverage_of_the_democracies_count_cases(lipset):
    table = tabled(lipset)
    fit = fit_table(table.models()["conservative"][0], table.x, table.y).set_index("term")
    assert fit.loc["DEV*~URB*LIT*STB", ["coverage", "unique_coverage"]].tolist() == [4 / 8, 2 / 8]
    assert fit.loc["DEV*LIT*IND*STB", ["coverage", "unique_coverage"]].tolist() == [6 / 8, 4 / 8]
    assert (fit["model_consistency"] == 1).all() and (fit["model_coverage"] == 1).all()


def test_the_truth_table_counts_every_case_once_and_names_it(lipset):
    rows = tabled(lipset).rows
    assert len(rows) == 32 and rows["n"].sum() == 18
    assert rows["outcome"].value_counts().to_dict() == {"remainder": 24, "negative": 5, "positive": 3}
    assert rows.loc[31, "cases"] == "BE, CZ, NL, UK" and rows.loc[30, "cases"] == "!DE"


# Hand-worked fits

def test_fuzzy_fits_are_the_hand_worked_fractions():
    x, y = np.array([0.9, 0.7, 0.2, 0.4]), np.array([0.8, 0.9, 0.1, 0.3])
    assert consistency(x, y) == pytest.approx(1.9 / 2.2)  # .8 + .7 + .1 + .3
    assert coverage(x, y) == pytest.approx(1.9 / 2.1)
    assert pri(x, y) == pytest.approx((1.9 - 0.7) / (2.2 - 0.7))  # .2 + .1 + .1 + .3


def test_necessity_is_the_hand_worked_fraction_and_one_of_two_its_maximum():
    x = pd.DataFrame({"A": [0.9, 0.7, 0.2], "B": [0.1, 0.6, 0.8]})
    table = necessity(x, pd.Series([0.8, 0.9, 0.6])).table.set_index("term")
    assert table.loc["A"].tolist() == pytest.approx([1.7 / 2.3, 1.7 / 1.8, 1.2 / 1.3])
    assert table.loc["~A", "consistency"] == pytest.approx((0.1 + 0.3 + 0.6) / 2.3)
    assert table.loc["A+B"].tolist() == pytest.approx([2.1 / 2.3, 2.1 / 2.4, 0.6 / 0.9])  # max: .9, .7, .8
    assert len(table) == 4 + 4


def test_a_condition_that_is_always_there_is_necessary_and_irrelevant():
    x = pd.DataFrame({"A": [1.0, 1, 1]})
    row = necessity(x, pd.Series([1.0, 0, 0])).table.iloc[0]
    assert row["consistency"] == 1 and row["relevance"] == 0


def test_necessity_without_any_outcome_is_refused():
    with pytest.raises(StudyError, match="everything would be necessary"):
        necessity(pd.DataFrame({"A": [1.0]}), pd.Series([0.0]))


# The minimiser

@st.composite
def tables(draw, conditions):
    """Conditions, positive rows and remainders of a table with at least one positive row."""
    k = draw(conditions)
    kinds = draw(st.lists(st.sampled_from("10?"), min_size=2**k, max_size=2**k).filter(lambda kinds: "1" in kinds))
    return k, *(sum(1 << row for row, kind in enumerate(kinds) if kind == wanted) for wanted in "1?")


@settings(deadline=None, max_examples=80)
@given(tables(st.integers(1, 3)))
def test_the_minimal_models_are_those_of_trying_every_cover(table):
    k, positive, remainder = table
    terms = [term for term in product((0, 1, FREE), repeat=k) if not rows_of(term) & ~(positive | remainder)]
    primes = [term for term in terms if rows_of(term) & positive and not any(
        rows_of(term) != rows_of(other) and rows_of(term) | rows_of(other) == rows_of(other) for other in terms)]
    assert set(prime_implicants(k, positive, remainder)) == set(primes)
    for size in range(1, len(primes) + 1):
        covers = {tuple(sorted(chosen)) for chosen in combinations(primes, size) if not positive & ~covered(chosen)}
        if covers:
            break
    assert set(minimal_models(k, positive, remainder)) == covers


@settings(deadline=None, max_examples=80)
@given(tables(st.integers(1, 4)), st.lists(st.sampled_from([True, False, None]), min_size=4, max_size=4))
def test_rows_covered_grow_from_conservative_to_intermediate_to_parsimonious(table, helpful):
    k, positive, remainder = table
    found = solution_models(positive, remainder, tuple(helpful[:k]))
    assert {covered(model) for model in found["conservative"]} == {positive}
    goals = [covered(model) for model in found["parsimonious"]]
    for model in found["intermediate"]:
        assert positive & ~covered(model) == 0
        assert any(covered(model) & ~goal == 0 for goal in goals)


@settings(deadline=None, max_examples=50)
@given(tables(st.just(3)), st.permutations(range(3)))
def test_the_names_and_the_order_of_conditions_do_not_matter(table, order):
    k, positive, remainder = table

    def moved(rows: int) -> int:
        corners = list(product((0, 1), repeat=k))
        return sum(1 << corners.index(tuple(corner[place] for place in order))
                   for row, corner in enumerate(corners) if rows >> row & 1)

    first = {frozenset(tuple(term[place] for place in order) for term in model)
             for model in minimal_models(k, positive, remainder)}
    assert first == {frozenset(model) for model in minimal_models(k, moved(positive), moved(remainder))}


@settings(deadline=None, max_examples=50)
@given(tables(st.just(3)))
def test_negated_conditions_give_the_negated_terms(table):
    k, positive, remainder = table

    def turned(rows: int) -> int:  # absence of all for presence of all reverses the order of rows
        return sum(1 << (2**k - 1 - row) for row in range(2**k) if rows >> row & 1)

    flipped = {frozenset(tuple(state if state == FREE else 1 - state for state in term) for term in model)
               for model in minimal_models(k, positive, remainder)}
    assert flipped == {frozenset(model) for model in minimal_models(k, turned(positive), turned(remainder))}


def test_all_tied_models_are_given():
    # the cyclic core: six rows of three conditions, two covers by three terms
    assert len(minimal_models(3, 0b01111110)) == 2


def test_six_conditions_are_refused_with_the_reason():
    with pytest.raises(StudyError, match="64 configurations"):
        minimal_models(6, 1)


# Truth tables that decide nothing

def test_equal_outcomes_are_refused_with_the_reason():
    frame = pd.DataFrame({"A": [1.0, 1, 0, 0], "Y": [1.0] * 4}, list("abcd"))
    with pytest.raises(StudyError, match="All 4 cases show the outcome"):
        qca(frame, outcome="Y", conditions=["A"])


def test_a_contradictory_row_is_neither_positive_nor_assumed():
    table = small("1 1 1 0", "1100")
    assert table.rows["outcome"].tolist() == ["negative", "contradiction"]
    assert table.refused() == "No configuration is consistent enough; contradictory: a, b, !c."


def test_a_lower_consistency_cut_takes_the_contradictory_row():
    table = small("1 1 1 0", "1100")
    assert TruthTable(table.x, table.y, Cuts(consistency=0.6)).rows["outcome"].tolist() == ["negative", "positive"]


def test_the_frequency_cut_makes_rows_of_single_cases_remainders():
    table = small("11 11 00 10", "1101")
    rare = TruthTable(table.x, table.y, Cuts(frequency=2))
    assert rare.rows["outcome"].tolist() == ["remainder"] * 3 + ["positive"]


def test_a_case_neither_in_nor_out_is_refused_by_name():
    with pytest.raises(StudyError, match="Neither in nor out: a"):
        TruthTable(pd.DataFrame({"A": [0.5, 1]}, ["a", "b"]), pd.Series([1.0, 0], ["a", "b"]))


# Calibration

def test_anchors_get_their_memberships_and_falling_anchors_turn_the_set_round():
    x = pd.Series([10.0, 20, 50], list("abc"), name="S")
    assert fuzzy(x, x, (10, 20, 50)).membership["S"].tolist() == pytest.approx([0.05, 0.5, 0.95])
    assert fuzzy(x, x, (50, 20, 10)).membership["S"].tolist() == pytest.approx([0.95, 0.5, 0.05])


def test_between_anchors_the_log_odds_are_linear():
    x = pd.Series([30.0], ["a"], name="S")
    assert fuzzy(x, x, (10, 20, 50)).membership["S"].item() == pytest.approx(1 / (1 + 19 ** (-10 / 30)))


def test_an_interval_across_the_threshold_is_run_both_ways():
    sets = crisp(pd.Series([1.0, 4, 6], list("abc"), name="S"), pd.Series([2.0, 6, 9], list("abc")), 5)
    assert sets.crossing == [("b", "S")]
    assert [frame["S"].tolist() for frame in sets.versions()] == [[0, 0, 1], [0, 1, 1]]


def test_too_many_open_cases_are_refused_by_name():
    low = pd.Series([0.0] * 3, list("abc"), name="S")
    with pytest.raises(StudyError, match="8 ways to code them: a in S, b in S, c in S"):
        list(crisp(low, low + 2, 1).versions(limit=4))


def test_unknown_cases_drop_out_by_name():
    sets = Sets.exact(pd.DataFrame({"A": [1, np.nan, 0], "B": [1, 0, np.nan]}, list("abc")))
    kept, gone = sets.of(["A", "B"])
    assert list(kept.membership.index) == ["a"] and gone == {"b": ["A"], "c": ["B"]}


# Robustness

def test_chance_takes_all_deals_of_a_small_crisp_outcome():
    # of the 6 deals of two outcomes to A, A, ~A, ~A only 2 leave any consistent row: A, or ~A
    found = chance(small("1 1 0 0", "1100"))["parsimonious"]
    assert (found.share, found.relabelings, found.complete) == (2 / 6, 6, True)


def test_a_seeded_sample_repeats_itself_and_another_seed_does_not():
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.uniform(0, 1, (12, 2)), columns=["A", "B"])
    y = 0.3 * x["A"] + 0.7 * pd.Series(rng.uniform(0, 1, 12))
    table = TruthTable(x, y, Cuts(0.75))
    first, again, other = (chance(table, permutations=199, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first["parsimonious"].relabelings == 200 and not first["parsimonious"].complete
    assert first["parsimonious"].share >= 1 / 200


def test_a_short_consistent_term_is_common_by_chance_and_one_that_covers_all_is_not(lipset):
    found = chance(tabled(lipset[["DEV", "STB", "SURVIVED"]]), permutations=299)["parsimonious"]
    assert found.share > 0.2 and found.covering_share < 0.02


def test_without_a_case_that_carries_a_row_the_solution_changes():
    table = small("11 11 10 00 01", "11100")  # A; without c nothing tells of A*~B
    runs = leave_one_case_out(table).table.set_index(["run", "solution"])
    assert runs.loc[("a", "conservative"), "same"]
    assert runs.loc[("c", "conservative"), "models"] == "A*B"
    assert not runs.loc[("c", "conservative"), "same"]


def test_a_sweep_over_cuts_names_each_cut_and_the_reason_where_nothing_is_left():
    runs = cut_off_sweep(small("1 1 1 0", "1100"), consistencies=(0.6, 0.9), frequencies=(1,)).table
    runs = runs[runs["solution"].eq("parsimonious")].set_index("run")
    assert runs.loc["0.6, 1 case", "models"] == "A"
    assert runs.loc["0.9, 1 case", "reason"].startswith("No configuration is consistent enough")


# The one call

def test_one_call_gives_one_row_a_term_with_chance_and_robustness(lipset):
    found = qca(lipset, outcome="SURVIVED", conditions=["DEV", "STB"], permutations=99)
    assert found.table["solution"].tolist() == list(SOLUTIONS) and found.table["term"].eq("DEV*STB").all()
    row = found.table.iloc[0]
    assert row["cases"].split(", ") == ["BE", "CZ", "FI", "FR", "IE", "NL", "SE", "UK"]
    assert row["versions_share"] == 1 and row["left_out_share"] == 1
    assert 0 < row["chance_covering_share"] < 0.05 < row["chance_share"]
    assert any("by chance" in sentence for sentence in found.assumptions)
    assert found.n == 18 and "%" in found.reading("en")["consistency"].iloc[0]


def test_the_order_of_cases_does_not_matter(lipset):
    options = {"outcome": "SURVIVED", "conditions": ["DEV", "LIT", "STB"], "permutations": 19}
    first = qca(lipset, **options).table
    other = qca(lipset[::-1], **options).table
    assert first["term"].tolist() == other["term"].tolist()
    np.testing.assert_allclose(first["coverage"], other["coverage"])


def test_an_open_case_lowers_the_share_of_codings_with_a_term():
    low, high = (pd.Series(column, list("abcdef"), name="Y") for column in ([9.0, 4, 9, 0, 0, 0], [9.0, 8, 9, 0, 0, 0]))
    frame = pd.DataFrame({"A": [1.0, 1, 1, 0, 0, 0]}, list("abcdef"))
    found = qca(frame, outcome=Sets(*(part.set_axis(["OUTCOME"], axis=1) for part in
                                                 (lambda s: (s.membership, s.low, s.high))(crisp(low, high, 5)))),
                           conditions=["A"])
    assert found.table["versions_share"].tolist() == [0.5] * 3  # b without the outcome: 2 of 3 is below 0.8
    assert any("b in OUTCOME" in sentence for sentence in found.assumptions)


def test_unknown_names_are_refused_with_those_that_are_known(lipset):
    with pytest.raises(StudyError, match="There is no DEVELOPED. Known: DEV, URB"):
        qca(lipset, outcome="SURVIVED", conditions=["DEVELOPED"])


def test_expectations_of_no_condition_and_an_outcome_among_the_conditions_are_refused(lipset):
    with pytest.raises(StudyError, match="expected of URB, which is no condition"):
        qca(lipset, outcome="SURVIVED", conditions=["DEV"], expectations={"URB": True})
    with pytest.raises(StudyError, match="is the outcome itself"):
        qca(lipset, outcome="SURVIVED", conditions=["DEV", "SURVIVED"])


# The documented projects

def test_documented_conditions_are_unknown_where_no_document_speaks(study):
    found = project_conditions(study)
    table = found.table.set_index("project")
    assert found.origin == "documented" and len(table) == 12
    assert table.loc["GesA", ["OWNHOUSE", "HEALTH", "LONGSTAY"]].tolist() == [1, 1, 1]
    assert table.loc["PROGES", "HEALTH"] == 0  # it says of itself that it has no partners
    assert table.loc["SegelSetzen", "unknown"] == 7
    assert found.assumptions[0].endswith("G4PZ, AktiVoReha, GECKO.") and "PaN" in found.assumptions[0]


def test_synthetic_ties_do_not_count_as_documented_ones(study):
    alone = project_conditions(ra.read_study("data/documented")).table
    pd.testing.assert_frame_equal(project_conditions(study).table, alone)


def test_silence_counts_as_absence_only_if_asked(study):
    silent = condition_sets(study, unnamed="none").membership["HEALTH"]
    assert silent.notna().all() and silent["SegelSetzen"] == 0
    assert any("silence" in sentence for sentence in project_conditions(study, unnamed="none").assumptions)


def test_a_threshold_moves_the_projects_over_it(study):
    assert condition_sets(study).membership.at["GehVor", "CASELOAD"] == 0
    sets = condition_sets(study, thresholds={"CASELOAD": 12})
    assert ("GehVor", "CASELOAD") in sets.crossing


def test_documented_conditions_are_known_of_too_few_projects_for_two_at_once(study):
    with pytest.raises(StudyError, match="Cases known in all conditions: 2; Left out, unknown: PaN"):
        qca(study, outcome=compared(study, "wellbeing"), conditions=["LARGE", "LONGSTAY"])


def test_a_synthetic_outcome_makes_the_result_synthetic_and_says_how_open_it_is(study):
    found = qca(study, outcome=compared(study, "employment_at_exit"), conditions=["LARGE"], negated=True,
                           cuts=Cuts(0.75))
    assert found.origin == "synthetic"
    assert "at least the mean of the projects" in found.assumptions[0]
    assert found.table["versions_share"].max() < 1 and found.table["chance_share"].min() > 0.05


def test_where_less_is_better_success_lies_below_the_mean(study):
    one = compared(study, "retention")
    people = one.people.groupby(one.people["project"].astype(str))[["value", "exposure"]].sum().loc[list(one.projects)]
    rate = people["value"] / people["exposure"]
    sets = outcome_set(one)
    outside = sets.membership["OUTCOME"].eq(0)
    assert one.definition.direction == "lower" and outside[rate.idxmax()] and not outside[rate.idxmin()]
    assert rate[outside].min() > rate[~outside].median()


def test_the_outcome_set_holds_the_shrunken_estimates_against_the_threshold(study):
    sets = outcome_set(compared(study, "wellbeing"), threshold=-1e9)
    assert (sets.membership["OUTCOME"] == 1).all() and not sets.crossing
