"""Chain or community: reference points of the index, tolerance, refusals, other levels of data."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rehapro_analysis as ra
from rehapro_analysis.networks.responsible.archetypes import ARCHETYPES, AXES, archetypes, nearest_archetypes
from rehapro_analysis.networks.responsible.case_segments import segments_of
from rehapro_analysis.networks.responsible.mutuality import closure, entropy, incoherence, mutuality
from rehapro_analysis.networks.responsible.responsibility_flow import case_measures, responsibility_flow
from rehapro_analysis.networks.responsible.uniform_teams import uniform_mutuality
from rehapro_analysis.study.reading import Study

networks = ra.networks
NEAR = {"rtol": 1e-9, "atol": 1e-12}
DAY_ONE = pd.Timestamp("2021-01-01")


def episodes(*rows):
    """Rows (case, actor, start, stop)."""
    return pd.DataFrame(rows, columns=["case", "actor", "start", "stop"]).assign(mode="lead")


def measured(rows, tolerance=0, shared_weight=1.0):
    segments = segments_of(rows, tolerance=tolerance)
    return case_measures(segments, tolerance=tolerance, shared_weight=shared_weight).estimate()


def one_after_another(*routes):
    """A case a route, ten days a station."""
    return episodes(*[(f"c{number:03}", actor, 10 * place, 10 * place + 10)
                      for number, route in enumerate(routes) for place, actor in enumerate(route)])


def study_of(rows, project="GesA", until_open=(), **more):
    """A study whose cases begin on a day of 2021; rows are those of `episodes`."""
    table = pd.DataFrame({
        "project": project, "case": rows["case"], "actor": rows["actor"],
        "since": DAY_ONE + pd.to_timedelta(rows["start"], "D"), "until": DAY_ONE + pd.to_timedelta(rows["stop"], "D"),
        "mode": rows["mode"], "origin": "own"})
    table.loc[table.index.isin(until_open), "until"] = pd.NaT
    return Study({"projects": pd.DataFrame({"project": ["GesA", "PaN"]}), "responsibility": table, **more})


ROUTES = {
    "chain": one_after_another("abc"),
    "any to any": one_after_another(*permutations("abc")),
    "hub": one_after_another("aba", "aca", "abaca", "acaba"),
    "lead and satellites": episodes(*[
        (order, actor, start, start + length) for order in ("bc", "cb")
        for actor, start, length in (("a", 0, 20), (order[0], 0, 10), (order[1], 10, 10))]),
    "community": episodes(*[("c", actor, 0, 30) for actor in "abc"]),
}
REFERENCE = {  # simultaneity, mutuality, concentration
    "chain": (0, 0, 0), "hub": (0, 1 / 2, 9 / 20), "lead and satellites": (1 / 2, 1, 1 / 2), "any to any": (0, 1, 0),
    "community": (1, 1, 0)}


@pytest.mark.parametrize("name", ARCHETYPES)
def test_cases_of_each_archetype_lie_where_the_archetype_lies(name):
    found = measured(ROUTES[name])
    assert np.allclose([found[axis] for axis in AXES], REFERENCE[name], **NEAR)
    table = archetypes(3).set_index("archetype")
    assert np.allclose(table.loc[name, list(AXES)].astype(float), REFERENCE[name], **NEAR)
    assert found["index"] == pytest.approx((found["simultaneity"] + found["mutuality"]) / 2)
    assert nearest_archetypes(np.array([[found[axis] for axis in AXES]]), archetypes(3)).tolist() == [name]


def path(n):
    return np.eye(n, k=1)


def clique(n):
    return 1 - np.eye(n)


def star(n, back=1.0):
    cells = np.zeros((n, n))
    cells[0, 1:], cells[1:, 0] = 1.0, back
    return cells


@pytest.mark.parametrize("n", [3, 4, 5, 8, 20])
def test_path_out_tree_mutual_star_and_clique_have_their_reference_values_for_every_size(n):
    found = mutuality(np.stack([path(n), star(n, back=0.0), star(n), clique(n)]))
    assert np.allclose(found, [0, 1 / 3, 1 / 2, 1], **NEAR)


@pytest.mark.parametrize(("n", "value"), [(3, 2 / 3), (4, 4 / 9), (6, 11 / 30)])
def test_a_ring_is_between_path_and_clique(n, value):
    assert mutuality(np.roll(np.eye(n), 1, axis=1)) == pytest.approx(value)


def test_the_transitive_tournament_of_three_has_one_ninth_two_thirds_and_one():
    flow = np.triu(np.ones((3, 3)), 1)
    assert np.allclose([part(flow) for part in (incoherence, entropy, closure)], [1 / 9, 2 / 3, 1], **NEAR)


flows = st.integers(3, 6).flatmap(lambda n: st.lists(
    st.integers(0, 9), min_size=n * n, max_size=n * n).map(lambda cells: np.array(cells, float).reshape(n, n)))


@given(flows, st.floats(1e-3, 1e3), st.randoms())
@settings(max_examples=60, deadline=None)
def test_mutuality_depends_neither_on_the_unit_nor_on_the_names_and_stays_within_0_and_1(flow, scale, chance):
    np.fill_diagonal(flow, 0)
    order = chance.sample(range(len(flow)), len(flow))
    for part in (incoherence, entropy, closure):
        value = part(flow)
        assert np.allclose([part(scale * flow), part(flow[np.ix_(order, order)])], value, equal_nan=True, atol=1e-9)
        assert np.isnan(value) if not flow.any() else -1e-9 <= value <= 1 + 1e-9


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_actors_have_no_mutuality(n):
    assert np.isnan(mutuality(np.zeros((n, n)) + (1 - np.eye(n))))


def test_two_networks_without_a_tie_between_them_have_levels_of_their_own():
    flow = np.zeros((4, 4))
    flow[0, 1] = flow[2, 3] = 1
    assert incoherence(flow) == pytest.approx(0, abs=1e-12)


def test_a_handover_between_teams_is_shared_among_all_who_leave_and_enter():
    rows = episodes(("c", "a", 0, 10), ("c", "b", 0, 10), ("c", "d", 0, 20), ("c", "e", 10, 20), ("c", "f", 10, 20))
    flow = responsibility_flow(segments_of(rows, tolerance=0), tolerance=0, shared_weight=0)[0]
    expected = np.zeros((5, 5))
    expected[:2, 3:] = 1 / 4  # a, b leave; e, f enter; d stays
    assert np.allclose(flow, expected, **NEAR)


def test_who_joins_without_anybody_leaving_gets_the_case_from_the_team_as_it_was():
    rows = episodes(("c", "a", 0, 20), ("c", "b", 0, 20), ("c", "d", 10, 20))
    flow = responsibility_flow(segments_of(rows, tolerance=0), tolerance=0, shared_weight=0)[0]
    assert np.allclose(flow, [[0, 0, 1 / 2], [0, 0, 1 / 2], [0, 0, 0]], **NEAR)


def test_time_together_counts_in_both_directions_with_the_weight_given():
    rows = episodes(("c", "a", 0, 40), ("c", "b", 30, 40), ("c", "b", 0, 0 + 10))
    segments = segments_of(rows, tolerance=0)
    with_time, without = (responsibility_flow(segments, tolerance=0, shared_weight=weight)[0] for weight in (2, 0))
    assert np.allclose(with_time - without, [[0, 1], [1, 0]], **NEAR)  # 2 times half of the case


def brute_force(rows, n):
    """O, Z and the flow of one case, day by day, without any tolerance."""
    days = [frozenset(np.flatnonzero([(own["start"] <= day) & (day < own["stop"])
            for own in actors])) for day in range(60)
            for actors in [[{"start": s, "stop": e} for s, e in rows]]]
    worked = [team for team in days if team]
    ever = set().union(*worked)
    joint, possible = sum(len(team) - 1 for team in worked), (len(ever) - 1) * len(worked)
    flow = np.zeros((n, n))
    for before, after in zip(days, days[1:], strict=False):
        entering, leaving = after - before, before - after
        giving = leaving or before
        for i in giving if entering else ():
            for j in entering:
                flow[i, j] += 1 / (len(giving) * len(entering))
    for team in worked:
        for i in team:
            for j in team - {i}:
                flow[i, j] += 1 / len(worked)
    share = np.array([sum(i in team for team in worked) / len(worked) for i in range(n)])
    return joint, possible, share, flow


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 19)), min_size=2, max_size=5)


@given(spans)
@settings(max_examples=80, deadline=None)
def test_segments_agree_with_counting_day_by_day(spans_of_case):
    intervals = [(start, start + length) for start, length in spans_of_case]
    rows = episodes(*[("c", f"a{i}", *span) for i, span in enumerate(intervals)])
    found = case_measures(segments_of(rows, tolerance=0), tolerance=0)
    joint, possible, share, flow = brute_force(intervals, len(intervals))
    assert found.joint[0] == joint
    assert found.possible[0] == possible
    assert np.allclose(found.share[0], share, **NEAR)
    assert np.allclose(found.flow[0], flow, **NEAR)


@given(spans, st.integers(0, 20), st.randoms())
@settings(max_examples=60, deadline=None)
def test_an_episode_written_in_two_parts_or_twice_changes_nothing(spans_of_case, tolerance, chance):
    rows = episodes(*[("c", f"a{i}", start, start + length) for i, (start, length) in enumerate(spans_of_case)])
    first = rows.iloc[0]
    cut = chance.randint(int(first["start"]), int(first["stop"]))
    halves = (first["start"], cut), (cut, first["stop"])
    parts = episodes(*[("c", "a0", *span) for span in halves if span[0] < span[1]])
    written = pd.concat([rows.iloc[1:], parts, rows.tail(1)])
    for before, after in zip(measured(rows, tolerance).values(), measured(written, tolerance).values(), strict=True):
        assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@given(spans, st.integers(2, 50), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_measures_do_not_depend_on_the_unit_of_time_or_the_day_a_case_begins(spans_of_case, scale, shift):
    rows = episodes(*[("c", f"a{i}", start, start + length) for i, (start, length) in enumerate(spans_of_case)])
    moved = rows.assign(start=rows["start"] * scale + shift, stop=rows["stop"] * scale + shift)
    for before, after in zip(measured(rows, 3).values(), measured(moved, 3 * scale).values(), strict=True):
        assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@pytest.mark.parametrize(("overlap", "together"), [(0, 0), (14, 0), (15, 15)])
def test_an_overlap_up_to_the_tolerance_is_a_handover(overlap, together):
    rows = episodes(("c", "a", 0, 100), ("c", "b", 100 - overlap, 200))
    segments = segments_of(rows, tolerance=14)
    assert case_measures(segments).joint[0] == together
    assert segments.case_time[0] == 200
    assert responsibility_flow(segments, shared_weight=0)[0].tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize(("gap", "handed"), [(14, 1), (15, 0)])
def test_after_a_gap_beyond_the_tolerance_nothing_is_handed_over_and_the_gap_is_nobodys_time(gap, handed):
    rows = episodes(("c", "a", 0, 100), ("c", "b", 100 + gap, 200 + gap))
    segments = segments_of(rows, tolerance=14)
    assert responsibility_flow(segments)[0].sum() == handed
    assert segments.case_time[0] == 200


def test_a_short_stay_within_a_longer_one_is_shared_time_and_not_a_handover():
    segments = segments_of(episodes(("c", "a", 0, 100), ("c", "b", 50, 60)), tolerance=14)
    assert case_measures(segments).joint[0] == 10


def test_returning_after_a_short_break_hands_nothing_over():
    rows = episodes(("c", "a", 0, 50), ("c", "a", 60, 90))
    assert responsibility_flow(segments_of(rows, tolerance=14))[0].tolist() == [[0]]


def test_consulted_actors_are_not_responsible_and_a_case_with_only_them_is_left_out_and_named():
    rows = pd.concat([one_after_another(*["abc"] * 6), episodes(("x", "a", 0, 10)).assign(mode="consulted")])
    result = networks.responsibility_index(study_of(rows.reset_index(drop=True)), replicates=10)
    assert result.table.loc[0, "n_cases"] == 6
    assert any("nobody is responsible" in sentence and "GesA" in sentence for sentence in result.assumptions)


def test_an_open_episode_lasts_through_the_lock_day_and_later_ones_are_not_known_yet():
    rows = episodes(*[row for c in "vwxyz" for row in ((c, "a", 0, 10), (c, "b", 0, 20), (c, "d", 60, 90))])
    study = study_of(rows, until_open=[1, 4, 7, 10, 13])
    row = networks.responsibility_index(study, lock="2021-01-30", replicates=10).table.iloc[0]
    assert row["simultaneity"] == pytest.approx(1 / 3)  # 10 days together of 30, actor d not yet there
    assert row["n_actors"] == 2


@given(st.lists(st.integers(0, 3), min_size=5, max_size=5).filter(any))
@settings(max_examples=25, deadline=None)
def test_a_weight_is_as_good_as_writing_the_case_that_often(weights):
    routes = ["abc", "cba", "aba", "acb", "bc"]
    cases = case_measures(segments_of(one_after_another(*routes), tolerance=0), tolerance=0)
    weighted = cases.measures(np.array([weights], float))
    copied = [route for route, weight in zip(routes, weights, strict=True) for _ in range(weight)]
    if set("".join(copied)) == set("abc"):
        again = measured(one_after_another(*copied))
        for name, value in weighted.items():
            assert value[0] == pytest.approx(again[name], nan_ok=True, abs=1e-9)


def index(rows, **more):
    return networks.responsibility_index(study_of(rows), replicates=200, **more).table.iloc[0]


def test_forty_cases_of_a_chain_of_three_are_called_a_chain_and_thirty_nine_are_not():
    row = index(one_after_another(*["abc"] * 40))
    assert (row["archetype"], row["probability"], row["remark"]) == ("chain", 1, "")
    assert (row["index"], row["lower"], row["upper"]) == pytest.approx((0, 0, 0))
    few = index(one_after_another(*["abc"] * 39))
    assert few["archetype"] is None
    assert np.isnan(few["probability"])
    assert "takes 40" in few["remark"]
    assert few["index"] == pytest.approx(0)  # the value itself is still told


@pytest.mark.parametrize(("cases", "named"), [(20, "chain"), (19, None)])
def test_with_four_actors_twenty_cases_are_enough(cases, named):
    assert index(one_after_another(*["abcd"] * cases))["archetype"] == named


def test_cases_of_one_actor_do_not_count_for_naming_an_archetype():
    row = index(one_after_another(*["abc"] * 30, *["a"] * 30))
    assert (row["n_cases"], row["n_shared"], row["archetype"]) == (60, 30, None)


def test_one_actor_leaves_everything_undefined_and_two_leave_the_structure_undefined():
    alone, two = index(one_after_another(*["a"] * 6)), index(one_after_another(*["ab"] * 6))
    assert np.isnan(alone[["simultaneity", "mutuality", "concentration", "index"]].astype(float)).all()
    assert "One actor" in alone["remark"]
    assert (two["simultaneity"], two["concentration"]) == (0, 0)
    assert np.isnan(two["mutuality"])
    assert "Between two actors" in two["remark"]


def test_fewer_than_five_cases_show_nothing_of_single_persons():
    row = index(one_after_another(*["abc"] * 4))
    numbers = row[["simultaneity", "incoherence", "mutuality", "concentration", "index", "lower", "mixture"]]
    assert np.isnan(numbers.astype(float)).all()
    assert "Fewer than 5 cases" in row["remark"]


def test_half_the_cases_shared_and_half_handed_on_are_called_a_mixture_and_a_steady_lead_is_not():
    together = [(f"t{c}", actor, 0, 30) for c in range(20) for actor in "abc"]
    chain = one_after_another(*["abc"] * 20)
    mixed = index(pd.concat([episodes(*together), chain], ignore_index=True))
    assert (mixed["simultaneity"], mixed["mixture"]) == pytest.approx((1 / 2, 1))
    assert "fit neither" in mixed["remark"]
    assert mixed["archetype"] == "lead and satellites"  # which is why the remark is needed
    steady = pd.concat([ROUTES["lead and satellites"].assign(case=lambda rows, c=c: rows["case"] + str(c))
                        for c in range(20)], ignore_index=True)
    assert index(steady)["mixture"] == pytest.approx(0)


def test_resampling_is_reproducible_and_does_not_depend_on_which_projects_are_asked_for():
    rows = pd.concat([one_after_another(*["abc", "cba", "acb"] * 20)])
    study = study_of(rows)
    both = pd.concat([study.table("responsibility"), study.table("responsibility").assign(project="PaN")])
    study = Study({**study.tables, "responsibility": both.reset_index(drop=True)})
    together, alone = networks.responsibility_index(study).table, networks.responsibility_index(study, "PaN").table
    pd.testing.assert_frame_equal(together.iloc[[1]].reset_index(drop=True), alone)
    other = networks.responsibility_index(study, "PaN", seed=1).table
    assert other.loc[0, "lower"] != alone.loc[0, "lower"]


def test_a_uniform_team_with_few_cases_stays_below_one_and_none_without_handover():
    rng = np.random.default_rng(3)
    assert uniform_mutuality(np.full(20, 3), 5, rng) < uniform_mutuality(np.full(400, 3), 5, rng) < 1
    assert np.isnan(uniform_mutuality(np.ones(20), 5, rng))
    assert np.isnan(uniform_mutuality(np.full(20, 2), 2, rng))


def test_sensitivity_repeats_the_index_at_each_convention():
    study = study_of(one_after_another(*["abc", "cba"] * 25))
    table = networks.responsibility_sensitivity(study, tolerances=(0, 14), shared_weights=(1, 2)).table
    assert len(table) == 4
    assert table["index"].nunique() == 1  # no overlaps: nothing depends on either


def test_the_shared_weight_matters_where_cases_are_both_shared_and_handed_on():
    rows = episodes(*[row for c in map(str, range(10)) for row in
                      ((c, "a", 0, 100), (c, "b", 100, 200), (c, "d", 150, 300))])
    table = networks.responsibility_sensitivity(study_of(rows), tolerances=(14,)).table
    assert table["mutuality"].is_monotonic_increasing
    assert table["mutuality"].nunique() == 3
    assert table["simultaneity"].nunique() == 1


def test_the_profile_agrees_with_the_index():
    study = study_of(one_after_another(*["abc", "cba", "bac"] * 15))
    profile = networks.responsibility_profile(study).table.set_index("measure")
    row = networks.responsibility_index(study).table.iloc[0]
    assert all(profile.loc[name, "estimate"] == row[name] for name in profile.index)
    assert tuple(profile.loc["index", ["lower", "upper"]]) == (row["lower"], row["upper"])


def test_a_project_without_cases_is_refused_by_name():
    with pytest.raises(ra.StudyError, match="GECKO"):
        networks.responsibility_index(study_of(ROUTES["chain"]), "GECKO")


def ties_of(*rows):
    columns = ["source", "target", "relation", "status"]
    return pd.DataFrame(rows, columns=columns).assign(project="GesA", origin="documented")


def test_ties_give_the_index_where_there_are_no_cases():
    ties = ties_of(("a", "b", "joint case work", "active"), ("b", "c", "handover", "active"),
                   ("a", "c", "handover", "declined"), ("a", "d", "information", "active"))
    result = networks.responsibility_from_ties(study_of(ROUTES["chain"], ties=ties))
    row = result.table.iloc[0]
    assert (row["level"], row["n_actors"], row["simultaneity"]) == ("ties", 3, 1 / 2)
    assert row["mutuality"] == pytest.approx(float(mutuality(np.array([[0, 1, 0], [1, 0, 1], [0, 0, 0]]))))
    assert row["archetype"] is None
    assert np.isnan(row["concentration"])
    with pytest.raises(ra.StudyError, match="synthetic"):
        networks.responsibility_from_ties(study_of(ROUTES["chain"], ties=ties), origin="synthetic")


def test_a_raci_matrix_gives_the_index_of_its_steps():
    steps = pd.DataFrame({"step": [1, 1, 2, 2, 3, 3], "actor": ["a", "b", "a", "b", "c", "a"], "role": list("RCRRRI")})
    row = networks.responsibility_from_steps(steps, project="PaN").table.iloc[0]
    # one step with two of at most three responsible: 1 / ((3 - 1) * 3)
    assert row["simultaneity"] == pytest.approx(1 / 6)
    flow = np.array([[0, 1 + 1 / 3, 1 / 2], [1 / 3, 0, 1 / 2], [0, 0, 0]])
    assert row["mutuality"] == pytest.approx(float(mutuality(flow)))
    assert row["concentration"] == pytest.approx(1 / 3)  # shares of time 2/3, 1/3, 1/3
    with pytest.raises(ra.StudyError, match="Nobody"):
        networks.responsibility_from_steps(steps.assign(role="C"), project="PaN")
    with pytest.raises(ra.StudyError, match="role"):
        networks.responsibility_from_steps(steps.drop(columns="role"), project="PaN")


def test_projects_are_compared_only_on_the_same_level_of_data():
    steps = pd.DataFrame({"step": [1, 2, 3], "actor": list("abc"), "role": "R"})
    planned = [networks.responsibility_from_steps(steps, project=name) for name in ("GesA", "PaN")]
    assert networks.compare_responsibility(*planned).table["project"].tolist() == ["GesA", "PaN"]
    recorded = networks.responsibility_index(study_of(one_after_another(*["abc"] * 6)), replicates=10)
    with pytest.raises(ra.StudyError, match="cases, steps"):
        networks.compare_responsibility(recorded, planned[1])


def test_noise_moves_both_poles_inwards_but_leaves_forty_chains_nearest_to_a_chain():
    rng = np.random.default_rng(11)
    rows = one_after_another(*["abcd"] * 60).assign(start=lambda r: 10 * r["start"], stop=lambda r: 10 * r["stop"])
    jitter = rng.integers(-20, 21, len(rows))
    noisy = rows.assign(start=np.maximum(rows["start"] + jitter, 0))[rng.random(len(rows)) > 0.15]
    row = index(noisy.reset_index(drop=True))
    assert 0 < row["index"] < 0.3
    assert row["archetype"] == "chain"
