"""Documented throughput, against hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.curves.limits import share_limits
from rehapro_analysis.throughput.documented.wording import percent_span, span


@pytest.fixture(scope="module")
def study():
    return ra.read_study(REPOSITORY / "data" / "documented")


@pytest.fixture(scope="module")
def funnels(study):
    return ra.throughput.documented_funnels(study).table.set_index(["project", "step_to"])


def test_planned_steps_have_a_share_and_no_limits(funnels):
    euregio = funnels.loc[("Euregio", "planned_throughflow")]
    assert euregio["share_low"] == euregio["share_high"] == 720 / 2160
    assert funnels.loc[("Euregio", "planned_outflow"), "share_low"] == 530 / 720
    assert funnels.loc[("AktiVoReha", "planned_participants"), "share_low"] == 500 / 1500
    assert funnels[funnels["status"] != "observed"][["lower", "upper"]].isna().all(axis=None)


def test_an_observed_share_has_clopper_pearson_limits_from_the_beta_distribution(funnels):
    entered = funnels.loc[("SanusLE", "participants_entered")]
    assert entered["share_low"] == 417 / 620
    assert entered["lower"] == pytest.approx(beta.ppf(0.025, 417, 204), rel=1e-9)
    assert entered["upper"] == pytest.approx(beta.ppf(0.975, 418, 203), rel=1e-9)


def test_a_range_in_the_text_widens_the_limits_to_the_outermost_pair(funnels):
    completed = funnels.loc[("PaN", "completed_earlier_cycles")]
    assert (completed["share_low"], completed["share_high"]) == (12 / 15, 13 / 15)
    assert completed["lower"] == pytest.approx(beta.ppf(0.025, 12, 4), rel=1e-9)
    assert completed["upper"] == pytest.approx(beta.ppf(0.975, 14, 2), rel=1e-9)


def test_coming_through_having_left_and_still_being_there_are_told_apart(funnels):
    kinds = funnels["kind"]
    assert kinds[("SanusLE", "exits_to_date")] == "left so far"
    assert kinds[("PaN", "remaining_current_cycle")] == "still there"
    assert set(kinds[kinds.index.get_level_values("step_to").isin(["participants_entered", "planned_outflow"])]) == {
        "came through"}


def test_an_open_count_widens_the_limits_to_where_nothing_is_known():
    assert share_limits((11, 11), (15, float("inf")), 0.95)[0] == 0
    assert share_limits((11, float("inf")), (15, 15), 0.95)[1] == 1


def test_a_break_even_denominator_is_the_count_over_the_share(study):
    table = ra.throughput.break_even_denominators(study, "GehVor", "extensions_beyond_plan",
                                                  shares=(0.25, 0.5, 0.75)).table.set_index("share")
    assert table["n_low"].tolist() == [40, 20, 10 / 0.75]
    # 10 of 12: lower limit beta.ppf(0.025, 10, 3) = 0.516; of 13: 0.462. 10 of 33: upper 0.487; of 32: 0.500 1.
    assert beta.ppf(0.025, 10, 3) > 0.5 > beta.ppf(0.025, 10, 4)
    assert beta.ppf(0.975, 11, 23) < 0.5 < beta.ppf(0.975, 11, 22)
    assert (table.loc[0.5, "above_up_to"], table.loc[0.5, "below_from"]) == (12, 33)
    assert np.isnan(table.loc[0.75, "above_up_to"])  # even 10 of 10 goes with 0.7: beta.ppf(0.025, 10, 1) = 0.69


@settings(max_examples=40, deadline=None)
@given(x=st.integers(0, 40), share=st.floats(0.05, 0.95))
def test_beyond_a_break_even_the_limits_exclude_the_share_and_before_it_they_do_not(study, x, share):
    row = ra.throughput.break_even_denominators(_with_count(study, x), "GehVor", "extensions_beyond_plan",
                                                shares=(share,)).table.iloc[0]
    below = int(row["below_from"])
    assert beta.ppf(0.975, x + 1, below - x) < share if below > x else x == 0
    if below - 1 > max(x, 1):
        assert beta.ppf(0.975, x + 1, below - 1 - x) >= share
    if row["above_up_to"] == row["above_up_to"]:
        assert beta.ppf(0.025, x, row["above_up_to"] - x + 1) > share


def test_a_share_of_one_half_is_written_as_a_number_between_0_and_1(study):
    with pytest.raises(ra.StudyError, match="between 0 and 1"):
        ra.throughput.break_even_denominators(study, "GehVor", "extensions_beyond_plan", shares=(50,))


def test_steady_state_answers_follow_from_the_interval_ends(study):
    table = ra.throughput.steady_state_statements(study).table.set_index(["project", "question"])
    halle = table.loc[("GehVor", "wait of the last on the list, 32 places in use")]
    waiting = ra.study.fact(study, "GehVor", "waiting_list")
    assert waiting.low < 40 < waiting.high
    assert (halle["low"], halle["high"]) == (waiting.low * 12 / 32, waiting.high * 12 / 32)
    same_places = table.loc[("GesA", "people who get through with the planned places, stay as it was")]
    assert (same_places["low"], same_places["high"]) == (375, 500)
    at_once = table.loc[("GesA", "people at once for the same target, stay as it was")]
    assert (at_once["low"], at_once["high"]) == (225, 300)
    places = table.xs("people in the project at once for the target, stay as planned", level="question")["low"]
    assert places.to_dict() == {"GesA": 150, "GehVor": 30, "AktiVoReha": 50, "GECKO": 48}


def test_a_break_even_stay_fills_the_planned_places_exactly(study):
    table = ra.throughput.steady_state_statements(study).table.set_index(["project", "question"])
    stay = table.loc[("GehVor", "mean stay up to which the target fits the planned places")]
    assert (stay["low"] * 150 / 60, stay["high"] * 150 / 60) == (45, 55)
    starts = table.xs("starts a month with which nobody on the list waits longer than a year", level="question")
    assert (starts.loc["LIPSY", "low"], starts.loc["GehVor", "high"]) == (80 / 12, 44 / 12)


def test_a_list_without_turnover_has_no_waiting_time(study):
    table = ra.throughput.throughput_statements(study, "waiting lists").table.set_index(["project", "question"])
    lipsy = table.loc[("LIPSY", "wait of the last on the list")]
    assert np.isnan(lipsy["low"]) and "Cannot be decided" in lipsy["answer"]


def test_every_steady_state_answer_states_its_assumption(study):
    table = ra.throughput.steady_state_statements(study).table
    assert table["assumption"].str.len().min() > 30
    assert not (table["low"] > table["high"]).any()


def test_sentences_round_intervals_outwards(study):
    answers = ra.throughput.throughput_statements(study, "waiting lists").table["answer"]
    assert answers.str.contains("13.5 to 16.5 months").any() and answers.str.contains("7.8 to 11.8 months").any()


@given(low=st.floats(0, 1e4), width=st.floats(0.001, 1e3))
def test_a_number_in_the_interval_is_never_outside_its_words(low, width):
    first, _, last = span(low, low + width).partition(" to ")
    assert float(first) <= low + 1e-9 and (not last or float(last) >= low + width - 1e-9)
    shares = percent_span(low / 11000, (low + width) / 11000).replace("%", "").split(" to ")
    assert float(shares[0]) <= low / 110 + 1e-9 and float(shares[-1]) >= (low + width) / 110 - 1e-9


def test_dropouts_pooled_with_exits_are_known_up_to_an_interval(study):
    table = ra.throughput.throughput_statements(study, "steps").table.set_index(["project", "question"])
    row = table.loc[("SanusLE", "dropouts among those who entered: what share so far?")]
    assert (row["low"], row["high"], row["lower"]) == (0, 68 / 417, 0)
    assert row["upper"] == pytest.approx(beta.ppf(0.975, 69, 349), rel=1e-9)


def test_bounds_over_all_cycles_hold_for_nobody_and_everybody_of_the_others(study):
    table = ra.throughput.throughput_statements(study, "steps").table.set_index(["project", "question"])
    row = table.loc[("PaN", "people to the end of their cycle, all cycles together")]
    assert (row["low"], row["high"]) == (12 + 12, 13 + 13 + 11 + 15)


def test_plans_are_held_against_themselves(study):
    table = ra.throughput.throughput_statements(study, "steps").table.set_index(["project", "question"])
    assert table.loc[("Euregio", "planned outflow short of the targeted share"), "low"] == 0.75 * 720 - 530
    assert table.loc[("AktiVoReha", "planned cases that neither enter nor get a recommendation"), "high"] == 0


def test_every_project_with_a_throughput_statement_has_a_row_and_every_row_an_answer(study):
    table = ra.throughput.throughput_statements(study).table
    assert {"GesA", "PaN", "GehVor", "PROGES", "SegelSetzen", "SanusLE", "LIPSY", "Euregio", "ICH", "G4PZ",
            "AktiVoReha", "GECKO"} == set(table["project"])
    assert table["answer"].str.endswith(".").all()
    assert not table.duplicated(["project", "question"]).any()


def test_plans_have_no_sampling_limits_in_any_statement(study):
    table = ra.throughput.throughput_statements(study).table
    assert table.loc[table["answer"].str.contains("nobody was counted"), ["lower", "upper"]].isna().all(axis=None)


def test_statements_follow_the_facts_and_not_the_names_of_projects(study):
    tables = {name: frame.replace({"project": {"GehVor": "Haus A", "GesA": "Haus B"}})
              for name, frame in study.tables.items()}
    renamed = ra.throughput.throughput_statements(type(study)(tables)).table
    before = ra.throughput.throughput_statements(study).table
    assert renamed["low"].equals(before["low"]) and {"Haus A", "Haus B"} <= set(renamed["project"])


def test_a_topic_that_does_not_exist_is_named(study):
    with pytest.raises(ra.StudyError, match="topic"):
        ra.throughput.throughput_statements(study, "waiting")


def _with_count(study, x):
    facts = study.table("facts").copy()
    facts.loc[facts["quantity"] == "extensions_beyond_plan", ["low", "high"]] = float(x)
    return type(study)({**study.tables, "facts": facts})


def test_a_number_no_document_gives_is_named_with_its_project(study):
    with pytest.raises(ra.StudyError, match="waiting_list of PROGES"):
        ra.study.fact(study, "PROGES", "waiting_list")


def test_proges_keeps_both_readings(study):
    a, b = (ra.study.fact(study, "PROGES", "participants_cumulative", reading=reading) for reading in "AB")
    assert (a.low, b.low) == (385, 770)


def test_the_forum_goes_before_the_web_and_disagreements_stay_visible(study):
    assert ra.study.fact(study, "LIPSY", "staff_trained").low == 450
    differing = ra.study.disagreements(study).table
    lipsy = differing[(differing["project"] == "LIPSY") & (differing["quantity"] == "staff_trained")]
    assert len(lipsy) == 2
    assert {"Euregio", "PROGES"} <= set(differing["project"])
