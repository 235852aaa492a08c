"""What unknown pairs leave open, wave against wave, project against project."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rehapro_analysis.networks import (
    PartnerNetwork,
    actor_changes,
    compare_constellations,
    missing_overview,
    nonresponse_bounds,
    partner_network,
    project_indices,
    tie_changes,
    wave_changes,
)
from rehapro_analysis.networks.legal_domains.domains import domains_of
from rehapro_analysis.networks.measures import statistics
from rehapro_analysis.networks.partners.project_comparison import INDICES
from rehapro_analysis.networks.ties.nonresponse import check_known, missing_share
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import read_study

NAN = float("nan")
CELLS = st.sampled_from([0.0, 0.0, 1.0, NAN])


@pytest.fixture(scope="module")
def study():
    return read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def fillings(*matrices):
    """Every way to fill the unknown pairs of some matrices."""
    places = [(number, *pair) for number, matrix in enumerate(matrices) for pair in np.argwhere(np.isnan(matrix))
              if pair[0] != pair[1]]
    for values in product((0.0, 1.0), repeat=len(places)):
        filled = [matrix.copy() for matrix in matrices]
        for (number, i, j), value in zip(places, values, strict=True):
            filled[number][i, j] = value
        yield filled


def unknown(matrix):
    return int((np.isnan(matrix) & ~np.eye(len(matrix), dtype=bool)).sum())


def span(values):
    defined = [value for value in values if value == value]
    return (min(defined), max(defined)) if defined else (NAN, NAN)


@given(arrays(float, (4, 4), elements=CELLS),
       st.lists(st.sampled_from(["II", "V", "VI|V", "none"]), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_bounds_are_the_extremes_over_all_ways_to_fill_the_unknown_pairs(matrix, domains):
    assume(unknown(matrix) <= 7)
    network = PartnerNetwork.from_matrix(matrix, domains=domains)
    table = nonresponse_bounds(network).table.set_index("measure")
    same = domains_of(network).within("any")
    measures = {"density": statistics.density, "reciprocity": statistics.reciprocity,
                "ei_index": lambda cells: statistics.ei_index(cells, same)}
    for name, measure in measures.items():
        expected = span([float(measure(filled)) for [filled] in fillings(network.matrix())])
        assert tuple(table.loc[name, ["lowest", "highest"]]) == pytest.approx(expected, nan_ok=True)


def test_bounds_of_three_actors_by_hand():
    network = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, NAN], [0, 0, 0]], domains=["II", "II", "V"])
    table = nonresponse_bounds(network).table.set_index("measure")
    filled = table.loc["density", ["estimate", "if_absent", "if_present"]].tolist()
    assert filled == pytest.approx([2 / 5, 1 / 3, 1 / 2])
    assert table.loc["mean_degree", ["lowest", "highest"]].tolist() == pytest.approx([2 / 3, 1])
    assert table.loc["reciprocity", ["estimate", "lowest", "highest"]].tolist() == pytest.approx([1, 2 / 3, 1])
    assert table.loc["ei_index", ["estimate", "lowest", "highest"]].tolist() == pytest.approx([-1, -1, -1 / 3])
    assert (table["share_missing"] == 1 / 6).all()


def test_all_absent_and_all_present_do_not_bound_the_ei_index():
    matrix = np.full((4, 4), NAN)
    matrix[0, 1] = 1
    table = nonresponse_bounds(PartnerNetwork.from_matrix(matrix, domains=["II", "II", "V", "V"])).table
    row = table.set_index("measure").loc["ei_index"]
    assert row["lowest"] == -1 and row["highest"] > max(row["if_absent"], row["if_present"])


def test_an_impossible_pair_is_neither_a_tie_nor_a_missed_one():
    barred = np.zeros((3, 3), bool)
    barred[0, 2] = True
    table = nonresponse_bounds(PartnerNetwork.from_matrix(np.ones((3, 3)) - barred, impossible=barred)).table
    assert table.set_index("measure").loc["density", "estimate"] == 1


@pytest.mark.parametrize("n", [0, 1, 2])
def test_small_and_unknown_networks_have_empty_estimates_not_errors(n):
    table = nonresponse_bounds(PartnerNetwork.from_matrix(np.full((n, n), NAN))).table.set_index("measure")
    assert table["estimate"].isna().all()
    if n == 2:
        assert table.loc["density", ["lowest", "highest"]].tolist() == [0, 1]


def test_mutual_ties_have_no_row_of_reciprocity():
    network = PartnerNetwork.from_matrix([[0, 1], [1, 0]], directed=False)
    assert "reciprocity" not in set(nonresponse_bounds(network).table["measure"])


def test_paths_are_refused_above_the_stated_share():
    network = PartnerNetwork.from_matrix([[0, 1, NAN], [1, 0, NAN], [0, 0, 0]])
    assert missing_share(network) == pytest.approx(1 / 3)
    with pytest.raises(StudyError, match="33% of the pairs of actors are unknown; paths need at most 30%"):
        check_known(network)
    check_known(network, highest=0.4)


def test_of_documents_paths_are_never_to_be_used_and_the_share_is_shown(study):
    table = missing_overview(study).table.set_index("project")
    assert not table["paths"].any()
    assert table.loc["GehVor", ["pairs", "unknown", "share_missing"]].tolist() == [12, 9, 0.75]
    assert pd.isna(table.loc["PROGES", "share_missing"])
    assert missing_overview(study, origin="synthetic").table["paths"].all()


def jaccard(first, second):
    either = (first == 1) | (second == 1)
    return ((first == 1) & (second == 1)).sum() / either.sum() if either.any() else NAN


@given(arrays(float, (3, 3), elements=CELLS), arrays(float, (3, 3), elements=CELLS))
@settings(max_examples=60, deadline=None)
def test_jaccard_is_bounded_by_every_way_to_fill_the_unknown_pairs(first, second):
    assume(unknown(first) + unknown(second) <= 7)
    np.fill_diagonal(first, 0), np.fill_diagonal(second, 0)
    expected = span([jaccard(*filled) for filled in fillings(first, second)])
    row = wave_changes([PartnerNetwork.from_matrix(first), PartnerNetwork.from_matrix(second)]).table.iloc[0]
    assert (row["lowest"], row["highest"]) == pytest.approx(expected, nan_ok=True)
    assert row["estimate"] != row["estimate"] or row["lowest"] <= row["estimate"] <= row["highest"]


def test_every_step_between_waves_has_a_row(study):
    network = partner_network(study, "GesA", origin="synthetic")
    days = ["2020-06-30", "2021-06-30", "2022-06-15"]
    table = wave_changes([network.at(day) for day in days]).table
    assert table["wave"].tolist() == [1, 2]
    assert table["since"].tolist() == [pd.Timestamp(day) for day in days[:2]]
    with pytest.raises(StudyError, match="There is 1 wave"):
        wave_changes([network])


def test_what_became_of_each_tie_agrees_with_the_counts(study):
    network = partner_network(study, "SanusLE", origin="synthetic", directed=True)
    before, after = network.at("2021-06-30"), network.at("2022-06-15")
    changes = tie_changes(before, after).table["change"].value_counts()
    row = wave_changes([before, after]).table.iloc[0]
    assert [changes.get(name, 0) for name in ("stable", "new", "lost")] == row[
        ["n_stable", "n_formed", "n_dissolved"]].tolist()


def test_mutual_ties_change_once():
    first = PartnerNetwork.from_matrix([[0, 1], [1, 0]], directed=False)
    assert tie_changes(first, first).table["change"].tolist() == ["stable"]
    with pytest.raises(StudyError, match="One network has directed ties"):
        tie_changes(first, PartnerNetwork.from_matrix([[0, 1], [1, 0]]))


def test_actors_that_come_and_go_are_described_apart():
    first = PartnerNetwork.from_matrix([[0, 1], [1, 0]], ["a", "b"])
    second = PartnerNetwork.from_matrix(np.ones((2, 2)), ["b", "c"])
    assert actor_changes(first, second).table[["actor", "change", "ties"]].to_numpy().tolist() == [
        ["a", "left", 1], ["c", "joined", 1]]
    assert tie_changes(first, second).table.empty


@pytest.fixture(scope="module")
def indices(study):
    return project_indices(study, draws=100)


def test_every_project_has_a_row_for_each_of_five_indices(study, indices):
    assert len(INDICES) == 5 and len(indices.table) == 5 * 12
    empty = indices.table[indices.table["estimate"].isna()]
    assert (empty["note"].str.len() > 10).all() and len(empty) < 60 / 2


def test_intervals_hold_their_estimate_and_percentiles_are_shares(indices):
    rows = indices.table.dropna(subset=["estimate", "lower", "upper"])
    assert (rows["lower"] <= rows["estimate"]).all() and (rows["estimate"] <= rows["upper"]).all()
    assert indices.table["null_percentile"].dropna().between(0, 1).all()


def test_documents_give_bounds_of_the_mean_degree_but_no_estimate(study):
    table = project_indices(study, origin="documented", draws=50).table.set_index(["index", "project"])
    row = table.loc["mean_degree", "GesA"]
    assert np.isnan(row["estimate"]) and (row["lower"], row["upper"]) == (pytest.approx(10 / 6), 5)
    assert "only bounds" in row["note"]
    assert (table.loc["coach_independence", "note"].str.contains("not documented")).all()
    assert table.loc[("domain_coverage", "PROGES"), "estimate"] == 1


def scores(values):
    table = pd.DataFrame({"project": list("abcdefghijkl")[:len(values)], "index": "mean_degree", "estimate": values})
    return Result(table, "", (), len(values), "own")


def kinds(n, first):
    return pd.Series(["x"] * first + ["y"] * (n - first), index=list("abcdefghijkl")[:n])


@given(st.lists(st.integers(0, 6), min_size=4, max_size=8), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_the_p_value_counts_all_exchanges_of_labels(values, first):
    row = compare_constellations(scores(values), kinds(len(values), first), "x", "y").table.iloc[0]
    differences = [np.mean(np.take(values, chosen)) - np.mean(np.delete(values, chosen))
                   for chosen in combinations(range(len(values)), first)]
    observed = differences[0]
    assert row["difference"] == pytest.approx(observed)
    assert row["p_value"] == pytest.approx(np.mean([abs(one) >= abs(observed) - 1e-9 for one in differences]))
    assert row["arrangements"] == len(differences) and row["p_value"] >= row["smallest_p"] - 1e-12


def test_twelve_projects_have_924_arrangements():
    row = compare_constellations(scores(range(12)), kinds(12, 6), "x", "y").table.iloc[0]
    assert row["arrangements"] == 924 and row["p_value"] == row["smallest_p"] == pytest.approx(2 / 924)


def test_projects_without_the_index_are_left_out_and_an_empty_side_is_said():
    result = compare_constellations(scores([NAN, 1.0, 2.0]), kinds(3, 1), "x", "y")
    assert result.table.loc[0, "note"] == "One kind has no project with this index."
    with pytest.raises(StudyError, match="No project is of the kind z"):
        compare_constellations(scores([1.0, 2.0]), kinds(2, 1), "x", "z")


def test_a_study_without_ties_of_that_origin_is_told_so(study):
    with pytest.raises(StudyError, match="No own tie names any project"):
        missing_overview(study, origin="own")
