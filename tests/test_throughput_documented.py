"""Documented throughput, against hand-worked numbers."""

from __future__ import annotations

import pytest
from scipy.stats import beta

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY


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


def test_steady_state_answers_follow_from_the_interval_ends(study):
    table = ra.throughput.steady_state_statements(study).table.set_index("question")
    halle = table.loc["wait of the last on the list, 32 places in use"]
    waiting = ra.study.fact(study, "GehVor", "waiting_list")
    assert waiting.low < 40 < waiting.high
    assert (halle["low"], halle["high"]) == (waiting.low * 12 / 32, waiting.high * 12 / 32)
    same_places = table.loc["people who get through with the planned places, stay as it was"]
    assert (same_places["low"], same_places["high"]) == (375, 500)
    assert table.loc["people in the project at once for the target, stay as planned", "low"] == 150
    at_once = table.loc["people at once for the same target, stay as it was"]
    assert (at_once["low"], at_once["high"]) == (225, 300)
    assert table.loc["average number in intensive support over the funded time", "low"] == 50


def test_every_steady_state_answer_states_its_assumption(study):
    table = ra.throughput.steady_state_statements(study).table
    assert table["assumption"].str.len().min() > 30
    assert (table["low"] <= table["high"]).all()


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


def test_coverage_counts_every_fact_of_a_project_once_and_keeps_empty_fields(study):
    coverage = ra.study.coverage(study).table
    facts = study.table("facts")
    assert coverage["n_facts"].sum() == facts["project"].notna().sum()
    assert len(coverage) == 12 * len(ra.study.TOPICS)
    assert (coverage["n_facts"] == 0).any()
