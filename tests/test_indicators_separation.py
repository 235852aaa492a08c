"""Definitions, values, gates, verdicts and their sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis.indicators import (
    GATES,
    Indicator,
    Requirements,
    compared,
    comparison,
    example_indicators,
    indicator_definition,
    indicator_definitions,
    indicator_values,
    leave_one_out,
    plugged_in,
    separation,
    separation_overview,
)
from rehapro_analysis.indicators.measures.rules import RULES
from rehapro_analysis.indicators.verdict.evaluable import reasons_against
from rehapro_analysis.indicators.verdict.verdicts import verdict
from rehapro_analysis.indicators.verdict.wording import VERDICTS
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.results import Result
from rehapro_analysis.study import TABLES, StudyError

DAY = pd.Timestamp("2021-01-01")
PASSED = plugged_in(GATES, specifications=lambda one: 1.0, bounds=lambda one: 0.01)


@pytest.fixture(scope="module")
def synthetic():
    return ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def study_of(values, definitions, *, coaches=4, known=True):
    """A study with one person a value: ``values`` maps indicators to arrays (projects, persons), nan where missing."""
    projects, persons = next(iter(values.values())).shape
    names = [f"P{number:02d}" for number in range(projects)]
    people = pd.DataFrame({
        "project": np.repeat(names, persons), "participant": [f"x{n}" for n in range(projects * persons)],
        "coach": [f"{name}-{person % coaches}" if known else None for name in names for person in range(persons)],
        "referred_by": None, "referred_on": DAY, "entered_on": DAY, "planned_until": DAY, "left_on": pd.NaT,
        "exit": None, "origin": "own"}).astype({"coach": "str"} if known else {})
    measured = pd.concat([people[["project", "participant"]].assign(
        indicator=name, wave=0, measured_on=DAY, value=value.ravel(), origin="own") for name, value in values.items()])
    defined = pd.DataFrame([{"level": "participant", "direction": "higher", "label_de": name, "label_en": name,
                             "confirmatory": True, "origin": "own", "indicator": name, **definitions.get(name, {})}
                            for name in values])
    return ra.Study({"projects": pd.DataFrame({"project": names, "origin": "own"}), "episodes": people,
                     "indicators": defined, "measurements": measured})


def metric(values, *, difference=1.0, **options):
    return study_of({"score": values}, {"score": {"scale": "metric", "relevant_difference": difference}}, **options)


def letter(study, **options):
    return separation(study, "score", permutations=499, **options).table["verdict"].iloc[0]


def spread_out(tau, persons=40, seed=1, projects=12):
    rng = np.random.default_rng(seed)
    level = np.linspace(-1, 1, projects) * tau * 1.6
    return level[:, None] + rng.normal(size=(projects, persons))


def test_definitions_hold_scale_rule_mandate_and_standing(synthetic):
    table = indicator_definitions(synthetic).table.set_index("indicator")
    assert set(table["scale"]) == set(TABLES["indicators"].column("scale").allowed)
    assert set(table["rule"]) == set(RULES) == set(TABLES["indicators"].column("rule").allowed)
    assert table.loc["employment_insured", "not_an_aim"] == "PaN" and table.loc["internship", "not_an_aim"] == ""
    assert 4 <= table["confirmatory"].sum() <= 6
    assert len(table) == 19


@pytest.mark.parametrize(("changes", "column"), [
    ({"scale": "time"}, "rule"), ({"rule": "dropout within window", "scale": "binary"}, "window"),
    ({"scale": "binary", "difference_in": "standard deviations"}, "difference_in"),
    ({"scale": "count", "difference_in": "ratio", "relevant_difference": 0.8}, "relevant_difference")])
def test_a_definition_that_contradicts_itself_is_refused(changes, column):
    study = study_of({"score": np.zeros((2, 2))}, {"score": {"scale": "metric", **changes}})
    with pytest.raises(ra.StudyError) as caught:
        indicator_definition(study, "score")
    assert column in {problem.column for problem in caught.value.problems}


def test_an_unknown_indicator_is_answered_with_the_nearest(synthetic):
    with pytest.raises(ra.StudyError, match="Did you mean wellbeing"):
        indicator_values(synthetic, "welbeing")


def test_values_that_do_not_fit_the_scale_are_refused_without_being_shown():
    study = study_of({"score": np.array([[0.0, 7.25]])}, {"score": {"scale": "binary"}})
    with pytest.raises(ra.StudyError, match="1 value.s. of score do not fit") as caught:
        indicator_values(study, "score")
    assert "7.25" not in str(caught.value)


def test_a_change_is_the_later_value_minus_the_first_by_hand(synthetic):
    frame = indicator_values(synthetic, "wellbeing")
    rows = synthetic.table("measurements").query("indicator == 'wellbeing'").pivot(
        index="participant", columns="wave", values="value")
    seen = frame[frame["missing"] == ""]
    by_hand = rows[1] - rows[0]
    assert (seen["value"].to_numpy() == by_hand[seen["participant"]].to_numpy()).all()
    assert len(seen) == by_hand.notna().sum()
    assert set(frame["missing"]) == {"", "not due", "no answer"}


def test_dated_rules_follow_the_stays(synthetic):
    people = synthetic.table("episodes")
    wait = indicator_values(synthetic, "waiting_time")
    assert len(wait) == len(people) and wait["value"].sum() == people["entered_on"].notna().sum()
    assert wait["coach"].isna().all()
    stay = indicator_values(synthetic, "retention")
    assert stay["value"].sum() == ((people["exit"] == "dropout") & people["entered_on"].notna()).sum()
    early = indicator_values(synthetic, "dropout")
    entered = people.dropna(subset=["entered_on"])
    lock = people[["referred_on", "entered_on", "left_on"]].max().max()
    old = entered[(lock - entered["entered_on"]).dt.days >= 183]
    gone = (old["exit"] == "dropout") & ((old["left_on"] - old["entered_on"]).dt.days <= 183)
    assert (early["missing"].eq("").sum(), early["value"].sum()) == (len(old), gone.sum())


def test_case_mix_travels_with_the_values(synthetic):
    frame = indicator_values(synthetic, "dropout")
    assert list(frame.columns[:7]) == ["project", "coach", "participant", "period", "value", "exposure", "missing"]
    assert {"age", "severity"} <= set(frame)


def test_employment_is_not_compared_where_it_is_not_the_aim(synthetic):
    assert "PaN" not in compared(synthetic, "employment_at_exit").projects
    assert "PaN" in compared(synthetic, "employment_at_exit", mandated=False).projects


def test_no_spread_is_never_called_a_separation():
    rng = np.random.default_rng(3)
    letters = [letter(metric(rng.normal(size=(12, 40))), gates=PASSED) for _ in range(8)]
    assert set(letters) <= {"C", "D", "E"} and letters.count("C") <= 2


def test_every_verdict_can_be_reached():
    assert letter(metric(spread_out(1.0)), gates=PASSED) == "A"
    assert letter(metric(spread_out(1.0))) == "A"  # all gates are measured by default
    assert letter(metric(spread_out(1.0)), gates=plugged_in(GATES, bounds=None)) == "B"  # nobody has checked
    assert letter(metric(spread_out(0.35, 60), difference=1.2), gates=PASSED) == "C"
    assert letter(metric(spread_out(0.2, 15), difference=0.5), gates=PASSED) == "D"
    assert letter(metric(spread_out(0.0, 200), difference=1.5), gates=PASSED) == "E"
    assert letter(metric(spread_out(1.0, projects=5))) == "X"


def test_without_a_relevant_difference_nothing_is_relevant_or_alike():
    rows = separation(metric(spread_out(1.0), difference=np.nan), "score", permutations=199).table.iloc[0]
    assert rows["verdict"] == "C" and np.isnan(rows["p_relevant"]) and "not been set" not in rows["sentence_de"]
    assert "No relevant difference has been set" in rows["sentence_en"]


def test_a_single_deviating_project_is_named():
    values = np.random.default_rng(8).normal(size=(12, 40))
    values[4] += 1.6
    row = separation(metric(values, difference=0.4), "score", gates=PASSED, permutations=999).table.iloc[0]
    assert row["verdict"] == "B" and "leave_project_out" in row["against"] and row["hinges_on"] == "P04"
    assert "hängt an einem Projekt (P04)" in row["sentence_de"]


def test_exploratory_indicators_are_never_called_robust():
    study = study_of({"score": spread_out(1.0)}, {"score": {"scale": "metric", "relevant_difference": 1.0,
                                                           "confirmatory": False}})
    row = separation(study, "score", gates=PASSED, permutations=199).table.iloc[0]
    assert (row["verdict"], row["against"]) == ("B", "exploratory")


ONE = np.random.default_rng(2).normal(size=(12, 20))


@pytest.mark.parametrize(("study", "reason"), [
    (metric(ONE[:1]), "only 1 project with"), (metric(ONE, coaches=1), "two coaches"),
    (metric(np.ones((12, 20))), "all values are equal"), (metric(np.full((12, 20), np.nan)), "no values"),
    (metric(np.repeat(np.arange(12.0)[:, None], 20, axis=1)), "nobody differs"),
    (metric(np.where(np.arange(20) < 9, np.nan, ONE)), "at least 40% of the values are missing in P00"),
    (metric(np.where(np.arange(20) < 12, np.nan, ONE)), "no values in 12 projects"),
    (study_of({"score": (np.arange(20) < 1) * np.ones((12, 1))}, {"score": {"scale": "binary"}}), "fewer than 20 ev"),
    (study_of({"score": ONE}, {"score": {"scale": "metric", "level": "project"}}), "one number a project")])
def test_what_cannot_be_evaluated_says_why(study, reason):
    row = separation(study, "score", permutations=99).table.iloc[0]
    assert row["verdict"] == "X" and reason in row["reason_en"] and reason in row["sentence_en"]
    assert row[["p_any", "tau", "p_relevant"]].isna().all()


@pytest.mark.parametrize("projects", range(2, 13))
def test_two_to_twelve_projects_have_numbers_if_that_is_asked_for(projects):
    study = metric(spread_out(0.5, projects=projects))
    row = separation(study, "score", permutations=99, requirements=Requirements(projects=2)).table.iloc[0]
    assert row["verdict"] != "X" and 0 < row["p_any"] <= 1 and row["tau_upper"] > row["tau_lower"] >= 0


def test_unknown_coaches_are_answered_with_the_tipping_correlation():
    strong = separation(metric(spread_out(1.0), known=False), "score", gates=PASSED, caseload=12).table.iloc[0]
    assert strong["verdict"] == "A" and strong["tipping_icc"] > 0.05 and strong["coaches"] == 0
    weak = separation(metric(spread_out(0.3, 60), difference=0.05, known=False), "score", gates=PASSED,
                      caseload=60).table.iloc[0]
    assert weak["tipping_icc"] < 0.05 and (weak["verdict"], weak["against"].split(", ")[0]) == ("B", "tipping_icc")


def test_the_golden_fixture_is_c_alone_and_d_in_a_family():
    """p_any = .028; p_relevant at 10 percentage points / 3.258 = .0531; Holm over 12 leaves nothing."""
    x, n = [14, 15, 10, 24, 10, 7, 2, 9, 13, 9, 7, 15], [33, 30, 19, 34, 27, 32, 10, 16, 28, 19, 19, 36]
    frame = pd.DataFrame({"project": pd.Categorical(np.repeat(np.arange(12).astype(str), n)), "coach": None,
                          "period": "during", "exposure": 1.0, "missing": "",
                          "value": np.concatenate([np.repeat([1.0, 0], [a, b - a])
                                                   for a, b in zip(x, n, strict=True)])})
    one = comparison(frame, Indicator("work", "Arbeit", "work", "binary", relevant_difference=0.1))
    spread = one.estimates.spread
    assert not reasons_against(one, Requirements())
    assert round(spread.p_relevant(one.threshold), 3) == 0.053
    row = {"reason_en": "", "confirmatory": True, "p_equivalent_adjusted": spread.p_equivalent(one.threshold),
           "p_relevant_adjusted": spread.p_relevant(one.threshold), "p_any_adjusted": spread.p_any()}
    assert verdict(row, GATES)[0] == "C"
    assert verdict({**row, "p_relevant_adjusted": 0.6, "p_any_adjusted": 12 * spread.p_any()}, GATES)[0] == "D"


def test_the_family_is_adjusted_by_holm_and_one_indicator_agrees_with_the_overview(synthetic):
    from statsmodels.stats.multitest import multipletests
    overview = separation_overview(synthetic, permutations=199).table
    family = overview[overview["confirmatory"] & overview["p_relevant"].notna()]
    by_hand = multipletests(family["p_relevant"], method="holm")[1]
    assert family["p_relevant_adjusted"].to_numpy() == pytest.approx(by_hand)
    one = separation(synthetic, "retention", permutations=199).table
    pd.testing.assert_frame_equal(one, overview[overview["indicator"] == "retention"].reset_index(drop=True))


def test_the_overview_shows_no_person_and_says_synthetic(synthetic):
    result = separation_overview(synthetic, permutations=99)
    assert result.origin == "synthetic" and len(result.table) == 19
    text = result.table.to_csv()
    assert not set(synthetic.table("episodes")["participant"]) & set(text.replace(";", ",").split(","))
    assert not any(coach in text for coach in synthetic.table("coaches")["coach"])
    assert result.table["sentence_de"].str.startswith("Synthetisch: ").all()
    assert result.table["sentence_en"].str.startswith("Synthetic: ").all()
    assert set(result.table["verdict"]) <= set(VERDICTS)


def test_follow_ups_missing_too_often_close_the_gate_by_name(synthetic):
    row = separation(synthetic, "wellbeing", permutations=99).table.iloc[0]
    assert row["verdict"] == "X" and "ICH" in row["reason_de"]
    relaxed = separation(synthetic, "wellbeing", permutations=99, requirements=Requirements(missing=0.6)).table.iloc[0]
    assert relaxed["verdict"] != "X"


def test_rows_in_another_order_give_the_same_overview():
    study = metric(spread_out(0.4))
    shuffled = ra.Study({name: frame.sample(frac=1, random_state=4).reset_index(drop=True) if name != "projects"
                         else frame for name, frame in study.tables.items()})
    first, second = (separation(one, "score", permutations=199).table for one in (study, shuffled))
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def test_leaving_out_counts_every_project_and_every_coach_without_naming_coaches(synthetic):
    one = compared(synthetic, "dropout")
    assert leave_one_out(one)["project"].tolist() == list(one.projects)
    assert leave_one_out(one, "coach")["coach"].tolist() == list(range(1, one.coaches.sum() + 1))


def test_a_gate_that_does_not_exist_cannot_be_plugged_in():
    with pytest.raises(KeyError, match="no gate luck"):
        plugged_in(GATES, luck=lambda one: 1.0)


def test_examples_are_chosen_even_if_nothing_can_be_judged():
    row = {"indicator": "a", "label_de": "a", "label_en": "a", "verdict": "X", "n": 5, "confirmatory": True,
           "p_relevant": float("nan")}
    overview = Result(pd.DataFrame([row, row | {"indicator": "b", "n": 9}]), "overview", (), 2, "own")
    assert example_indicators(overview).table["indicator"].tolist() == ["b"]
    open_ = row | {"indicator": "b", "verdict": "D", "n": 9, "p_relevant": 0.4, "confirmatory": False}
    judged = pd.DataFrame([row, open_, row | {"indicator": "c", "verdict": "B", "p_relevant": 0.01}])
    found = example_indicators(Result(judged, "overview", (), 3, "own")).table
    assert found["indicator"].tolist() == ["c", "b"] and found["role"].iloc[0] == "separates most surely"
    with pytest.raises(StudyError, match="Nobody has a value"):
        example_indicators(Result(judged.assign(n=0), "overview", (), 3, "own"))
