"""Several indicators at once: PERMANOVA, classification, redundancy, pairs of projects, Westfall and Young."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact, studentized_range

from rehapro_analysis import Study, StudyError
from rehapro_analysis.indicators.differences.scores import score_statistic
from rehapro_analysis.indicators.multivariate.classification import (
    _Classifier,
    classification,
    coach_folds,
    confusion,
    shown_cells,
)
from rehapro_analysis.indicators.multivariate.joint import joint_frame, joint_values
from rehapro_analysis.indicators.multivariate.pairs import pairwise
from rehapro_analysis.indicators.multivariate.permanova import permanova
from rehapro_analysis.indicators.multivariate.redundancy import correlation_limits, redundancy
from rehapro_analysis.indicators.multivariate.westfall_young import step_down, westfall_young
from rehapro_analysis.indicators.verdict.separation import compared
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.results import Result

REFERENCE = REPOSITORY / "tests" / "reference" / "indicators"
DAY = pd.Timestamp("2021-01-01")
METRIC = {"who5": "metric", "contacts": "metric", "teilhabe": "metric"}


@pytest.fixture(scope="module")
def participants():
    return pd.read_csv(REFERENCE / "participants.csv")


@pytest.fixture(scope="module")
def r():
    return pd.read_csv(REFERENCE / "multivariate.csv", index_col="quantity")["value"]


def people_of(values, *, coaches=2, persons=4):
    """People in projects a, b, ...: ``values`` has shape (projects x coaches x persons, K)."""
    projects = len(values) // (coaches * persons)
    frame = pd.DataFrame(values, columns=[f"x{k}" for k in range(values.shape[1])])
    codes = np.repeat(np.arange(projects * coaches), persons)
    return frame.assign(project=[chr(97 + code // coaches) for code in codes], coach=[f"c{code}" for code in codes])


def joint_of(values, **options):
    return joint_frame(people_of(values, **options), {f"x{k}": "metric" for k in range(values.shape[1])})


def study_of(values, scales, *, coaches=2):
    """A study with one person a value: ``values`` maps indicators to arrays (projects, persons), nan where missing."""
    projects, persons = next(iter(values.values())).shape
    names = [f"P{number:02d}" for number in range(projects)]
    people = pd.DataFrame({
        "project": np.repeat(names, persons), "participant": [f"x{n}" for n in range(projects * persons)],
        "coach": [f"{name}-{person % coaches}" for name in names for person in range(persons)], "referred_by": None,
        "referred_on": DAY, "entered_on": DAY, "planned_until": DAY, "left_on": pd.NaT, "exit": None, "origin": "own"})
    measured = pd.concat([people[["project", "participant"]].assign(
        indicator=name, wave=0, measured_on=DAY, value=value.ravel(), origin="own") for name, value in values.items()])
    defined = pd.DataFrame([{"indicator": name, "scale": scales[name], "level": "participant", "direction": "higher",
                             "label_de": name, "label_en": name, "confirmatory": True, "origin": "own"}
                            for name in values])
    return Study({"projects": pd.DataFrame({"project": names, "origin": "own"}), "episodes": people,
                  "indicators": defined, "measurements": measured})


def verdict(indicator, letter):
    return Result(pd.DataFrame({"indicator": [indicator], "verdict": [letter]}), "overview", (), 1, "own")


# location and spread


@pytest.mark.parametrize("distance", ["euclidean", "gower"])
def test_pseudo_f_r2_and_the_spread_are_those_of_vegan(participants, r, distance):
    table = permanova(joint_frame(participants, METRIC), distance=distance, permutations=9).table.set_index("test")
    assert table.loc["location", "statistic"] == pytest.approx(r[f"{distance}_f"], rel=1e-9)
    assert table.loc["location", "r2"] == pytest.approx(r[f"{distance}_r2"], rel=1e-9)
    assert table.loc["spread", "statistic"] == pytest.approx(r[f"{distance}_spread_f"], rel=1e-9)


def test_the_pseudo_f_of_four_points_is_worked_by_hand():
    # x = 0 0 2 2, y = 0 2 0 2, projects of two: of the standardised squares half is x, all of it between projects
    table = permanova(joint_of(np.array([[0., 0], [0, 2], [2, 0], [2, 2]]), persons=1)).table
    assert table.loc[0, "r2"] == pytest.approx(1 / 2)
    assert table.loc[0, "statistic"] == pytest.approx(2)  # (1/2)/1 over (1/2)/2
    assert table.loc[0, "relabelings"] == 6
    assert table.loc[0, "p_value"] == pytest.approx(4 / 6)  # aabb, bbaa, abab, baba divide a whole axis


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-50, 50))
def test_neither_unit_nor_order_of_rows_nor_names_matter(seed, factor, shift):
    rng = np.random.default_rng(seed)
    frame = people_of(rng.standard_normal((24, 2)))
    seen = permanova(joint_frame(frame, {"x0": "metric", "x1": "metric"})).table
    other = frame.assign(x0=frame["x0"] * factor + shift, project=frame["project"].map({"a": "c", "b": "a", "c": "b"}))
    again = permanova(joint_frame(other.sample(frac=1, random_state=seed), {"x0": "metric", "x1": "metric"})).table
    np.testing.assert_allclose(again[["statistic", "r2", "p_value"]], seen[["statistic", "r2", "p_value"]], rtol=1e-7)


def test_coach_blocks_keep_the_size_where_coaches_differ_and_people_do_not():
    rng = np.random.default_rng(7)
    kept, naive = [], []
    for _ in range(150):
        coach = np.repeat(rng.standard_normal((12, 2)), 8, axis=0)
        frame = people_of(coach + rng.standard_normal((96, 2)), coaches=3, persons=8)
        scales = {"x0": "metric", "x1": "metric"}
        kept.append(permanova(joint_frame(frame, scales), permutations=199).table.loc[0, "p_value"] <= 0.05)
        naive.append(permanova(joint_frame(frame.assign(coach=None), scales), permutations=199).table.loc[0, "p_value"]
                     <= 0.05)
    assert np.mean(kept) <= 0.10  # 0.05 + 2.8 standard errors
    assert np.mean(naive) > 0.4


def test_a_wider_project_shows_in_the_spread_and_the_caution_is_said():
    rng = np.random.default_rng(1)
    values = rng.standard_normal((240, 2)) * np.repeat([1, 1, 4], 80)[:, None]
    found = permanova(joint_of(values, coaches=8, persons=10), permutations=999)
    assert found.table.set_index("test").loc["spread", "p_value"] < 0.01
    assert any("spread both speak" in sentence for sentence in found.assumptions)


def test_periods_that_coaches_span_are_taken_out():
    rng = np.random.default_rng(2)
    frame = people_of(rng.standard_normal((24, 2))).assign(period=np.tile(["before", "after"], 12))
    late = frame.assign(**{name: frame[name] + 5 * (frame["period"] == "after") for name in ("x0", "x1")})
    scales = {"x0": "metric", "x1": "metric"}
    np.testing.assert_allclose(permanova(joint_frame(late, scales)).table.drop(columns="test").astype(float),
                               permanova(joint_frame(frame, scales)).table.drop(columns="test").astype(float))


# who is compared


def test_people_without_a_full_set_are_counted_as_left_out():
    rng = np.random.default_rng(3)
    first, second = rng.standard_normal((2, 3, 24))
    second[:, 0] = np.nan
    found = joint_values(study_of({"a": first, "b": second}, {"a": "metric", "b": "metric"}), ["a", "b"])
    assert (len(found.values), found.incomplete) == (69, 3)
    assert any("3 others are left out" in sentence for sentence in found.said())
    second[2, 5:] = np.nan  # now the last project has too few people, and is not counted at all
    found = joint_values(study_of({"a": first, "b": second}, {"a": "metric", "b": "metric"}), ["a", "b"])
    assert (found.one.projects, len(found.values), found.incomplete) == (("P00", "P01"), 46, 2)


@pytest.mark.parametrize(("change", "said"), [
    ({"project": "a"}, "Fewer than two projects"), ({"x1": 1.0}, "all values are equal"),
    ({"coach": "only"}, "one coach")])
def test_what_cannot_be_compared_is_refused_with_the_reason(change, said):
    frame = people_of(np.random.default_rng(4).standard_normal((16, 2))).assign(**change)
    with pytest.raises(StudyError, match=said):
        joint_frame(frame, {"x0": "metric", "x1": "metric"})


def test_one_indicator_is_not_several(participants):
    with pytest.raises(StudyError, match="Several indicators"):
        joint_frame(participants, {"who5": "metric"})


# classification


def test_projects_far_apart_are_told_without_error():
    rng = np.random.default_rng(5)
    values = np.repeat([[0., 0], [50, 0], [0, 50]], 24, axis=0) + rng.standard_normal((72, 2))
    joint = joint_of(values, coaches=4, persons=6)
    row = classification(joint).table.loc[0]
    assert (row["accuracy"], row["share_by_guessing"]) == (1.0, pytest.approx(1 / 3))
    assert row["p_value"] < 0.01
    assert confusion(joint).table["share"].tolist() == [1.0, 1.0, 1.0]


def test_folds_never_share_a_coach_and_leave_every_project_in_the_rule(participants):
    joint = joint_frame(participants, METRIC)
    fold, label = coach_folds(joint), joint.label()
    assert len(fold) == 38  # one fold a coach: a coach lies in one
    for out in range(5):
        assert set(label[fold != out]) == set(range(12))


def test_accuracy_is_that_of_a_plain_computation(participants):
    joint = joint_frame(participants, METRIC)
    fold = coach_folds(joint)
    of_person, x, project = fold[joint.block], joint.standardised, joint.one.project
    told = np.zeros(len(x), int)
    for out in range(5):
        learnt = of_person != out
        mean = np.array([x[learnt & (project == j)].mean(axis=0) for j in range(12)])
        rest = x[learnt] - mean[project[learnt]]
        inverse = np.linalg.inv(rest.T @ rest / (learnt.sum() - 12))
        far = np.einsum("njk,kl,njl->nj", x[:, None] - mean, inverse, x[:, None] - mean)
        told[~learnt] = far.argmin(axis=1)[~learnt]
    share = np.mean([(told == project)[project == j].mean() for j in range(12)])
    assert classification(joint, permutations=9).table.loc[0, "accuracy"] == pytest.approx(share, rel=1e-12)
    np.testing.assert_array_equal(_Classifier.of(joint, 5).predicted((joint.label() * 5 + fold)[None, :])[0], told)


def test_without_any_difference_accuracy_is_that_of_guessing():
    rng = np.random.default_rng(6)
    found = [classification(joint_of(rng.standard_normal((96, 2)), coaches=4, persons=6), permutations=199).table.loc[0]
             for _ in range(40)]
    assert np.mean([row["accuracy"] for row in found]) == pytest.approx(0.25, abs=0.03)
    assert np.mean([row["p_value"] <= 0.05 for row in found]) <= 0.15


def test_no_cell_below_the_threshold_is_shown_or_can_be_computed(participants):
    table = confusion(joint_frame(participants, METRIC), small_cell=5).table
    assert table["people"].min() >= 5
    cells = np.array([[9, 8, 4, 7], [9, 8, 7, 7]])
    assert shown_cells(cells).tolist() == [[True, True, False, False], [True] * 4]


@pytest.mark.parametrize(("change", "said"), [({"coach": None}, "unknown"), ({}, "one coach only")])
def test_classification_needs_two_coaches_a_project(change, said):
    frame = people_of(np.random.default_rng(8).standard_normal((24, 2))).assign(**change)
    if not change:
        frame.loc[frame["project"] == "a", "coach"] = "c0"
    with pytest.raises(StudyError, match=said):
        classification(joint_frame(frame, {"x0": "metric", "x1": "metric"}))


# redundancy


def test_twelve_projects_show_a_correlation_beyond_058_only():
    assert correlation_limits(0.57, 12)[0] < 0 < correlation_limits(0.58, 12)[0]
    assert correlation_limits(0.9, 3) == (-1, 1)


def test_a_copy_says_the_same_and_noise_leaves_it_open():
    rng = np.random.default_rng(9)
    base = rng.standard_normal((12, 1)) * 5 + rng.standard_normal((12, 20))
    study = study_of({"a": base, "copy": 2 * base, "noise": rng.standard_normal((12, 20))},
                     dict.fromkeys(("a", "copy", "noise"), "metric"))
    table = redundancy(study, ["a", "copy", "noise"]).table.set_index(["indicator", "other"])
    assert table.loc[("a", "copy"), "conclusion"] == "say nearly the same"
    assert table.loc[("a", "copy"), "correlation"] == pytest.approx(1)
    assert table["corrected"].abs().max() <= 1
    assert set(table.loc[(slice(None), "noise"), "conclusion"]) <= {"cannot be decided", "not the same"}


# pairs


@pytest.fixture(scope="module")
def pairs_study():
    rng = np.random.default_rng(10)
    score = np.arange(4)[:, None] * 3.0 + rng.standard_normal((4, 24))
    event = np.tile(np.array([1.0, 1, 0, 0] * 6), (4, 1))  # alike for both coaches
    event[3] = np.arange(24) > 2
    return study_of({"score": score, "event": event}, {"score": "metric", "event": "binary"})


@pytest.mark.parametrize("letter", list("CDEX"))
def test_pairs_are_refused_without_a_verdict_that_separates(pairs_study, letter):
    found = pairwise(compared(pairs_study, "score"), verdict("score", letter))
    assert found.table.empty
    assert found.assumptions[0].startswith(f"No pairs: the verdict is {letter}. Among 6 pairs")


def test_drawn_limits_are_tukeys_where_projects_are_alike_in_size():
    study = study_of({"score": np.arange(4)[:, None] + np.random.default_rng(11).standard_normal((4, 24))},
                     {"score": "metric"}, coaches=1)
    one = compared(study, "score")
    table = pairwise(one, verdict("score", "A")).table
    reach = studentized_range.isf(0.05, 4, 92) / np.sqrt(2) * table["std_error"]
    np.testing.assert_allclose(table["upper"] - table["difference"], reach, rtol=0.02)
    p = studentized_range.sf((table["difference"] / table["std_error"]).abs() * np.sqrt(2), 4, 92)
    np.testing.assert_allclose(table["p_adjusted"], p, atol=0.01)


def test_pairs_of_shares_are_fishers_with_holm(pairs_study):
    table = pairwise(compared(pairs_study, "event"), verdict("event", "B")).table
    last = table[table["other"] == "P03"]
    np.testing.assert_allclose(last["p_adjusted"], min(1, 6 * fisher_exact([[12, 12], [21, 3]])[1]))
    np.testing.assert_allclose(table[table["other"] != "P03"]["p_adjusted"], 1)
    assert last["superiority"].tolist() == pytest.approx([0.5 + (12 / 24 - 21 / 24) / 2] * 3)


def test_an_overview_without_the_indicator_is_refused(pairs_study):
    with pytest.raises(StudyError, match="does not judge"):
        pairwise(compared(pairs_study, "score"), verdict("other", "A"))


# Westfall and Young


def test_step_down_by_full_enumeration_is_worked_by_hand():
    # three indicators, four relabelings, the first is the one seen: p = 1/4 2/4 4/4 seen
    reference = np.array([[9., 5, 1], [1, 7, 2], [2, 1, 3], [3, 2, 4]])
    p, adjusted = step_down(reference[0], reference)
    assert p.tolist() == [1 / 4, 2 / 4, 1]
    # smallest p of all three: 1/4 1/4 1/2 1/4; of the last two: 1/2 1/4 1/2 1/4; of the last: 1
    assert adjusted.tolist() == [3 / 4, 1, 1]


def test_the_family_is_that_of_all_relabelings_of_three_projects():
    rng = np.random.default_rng(12)
    values = {name: rng.standard_normal((3, 20)) + shift * np.arange(3)[:, None]
              for name, shift in (("a", 2.0), ("b", 0.5), ("c", 0.0))}
    table = westfall_young(study_of(values, dict.fromkeys(values, "metric")), list(values)).table
    label = np.repeat(np.arange(3), 2)
    block = np.repeat(np.arange(3), 20) * 2 + np.tile([0, 1], 30)
    labels = np.array(sorted(set(permutations(label))))
    every = np.array([[score_statistic(value.ravel(), each[block]) for value in values.values()] for each in labels])
    seen = np.array([score_statistic(value.ravel(), label[block]) for value in values.values()])
    p = np.array([[(every[:, k] >= every[b, k] - 1e-9).mean() for k in range(3)] for b in range(len(every))])
    raw = np.array([(every[:, k] >= seen[k] - 1e-9).mean() for k in range(3)])
    order, largest, expected = np.argsort(raw, kind="stable"), 0.0, np.zeros(3)
    for step, k in enumerate(order):
        largest = max(largest, (p[:, order[step:]].min(axis=1) <= raw[k] + 1e-12).mean())
        expected[k] = largest
    assert len(labels) == 90
    np.testing.assert_allclose(table["statistic"], seen, rtol=1e-9)
    np.testing.assert_allclose(table["p_value"], raw)
    np.testing.assert_allclose(table["p_adjusted"], expected)


def test_an_indicator_and_its_copy_cost_nothing():
    rng = np.random.default_rng(13)
    score = rng.standard_normal((4, 20)) + np.arange(4)[:, None]
    study = study_of({"a": score, "copy": 3 * score + 1}, {"a": "metric", "copy": "metric"})
    table = westfall_young(study, ["a", "copy"], permutations=999).table
    np.testing.assert_allclose(table["p_adjusted"], table["p_value"])
    np.testing.assert_allclose(table["p_holm"], np.minimum(1, 2 * table["p_value"]))


def test_a_family_without_coaches_to_move_is_refused():
    score = np.random.default_rng(14).standard_normal((3, 20))
    with pytest.raises(StudyError, match="one coach"):
        westfall_young(study_of({"a": score, "b": score}, {"a": "metric", "b": "metric"}, coaches=1), ["a", "b"])


# what is handed on


def test_no_result_holds_a_row_a_person_and_all_can_be_read_in_both_languages(participants):
    joint = joint_frame(participants, METRIC)
    for found in (permanova(joint, permutations=9), classification(joint, permutations=9), confusion(joint)):
        assert len(found.table) <= 144 and "participant" not in found.table and "coach" not in found.table
        assert all(not found.reading(language).empty for language in ("de", "en"))
        assert all(sentence.endswith(".") for sentence in found.assumptions)
