"""Random networks keep what they say and are uniform over the rest; measures stand beside them."""

from itertools import combinations, permutations, product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import graphs, table
from scipy.stats import chisquare

from rehapro_analysis.networks.chance.chance import beside_chance, tail
from rehapro_analysis.networks.chance.curveball import two_mode_null
from rehapro_analysis.networks.chance.null_tests import null_test
from rehapro_analysis.networks.chance.nulls import KEEPS, NULLS, null_networks
from rehapro_analysis.networks.chance.switching import switched
from rehapro_analysis.networks.measures import statistics
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.problems import StudyError

NAN = float("nan")
OWN = sorted(set(NULLS) - {"hub"})  # from_matrix knows no lead


def network_of(cells, *, directed=True, **arguments):
    return PartnerNetwork.from_matrix(np.array(cells, float), directed=directed, **arguments)


def keys(networks):
    """Each network as one whole number: its 0/1 cells as bits."""
    bits = (np.nan_to_num(networks) != 0).reshape(len(networks), -1)
    return bits @ (1 << np.arange(bits.shape[1], dtype=object))


def uniform(networks, states):
    """The p-value of a chi-square test that all states are equally likely; every draw must be one of them."""
    seen = keys(networks)
    assert set(seen) <= set(states)
    counts = np.array([np.sum(seen == state) for state in states])
    return chisquare(counts).pvalue


def all_with(keep, cells, directed=True, free=None):
    """Every 0/1 network with the same ``keep``, by going through all of them."""
    n = len(cells)
    places = [(i, j) for i in range(n) for j in range(n) if (i != j if directed else i < j)]
    places = [place for place in places if free is None or free[place]]
    found = []
    for bits in product((0, 1), repeat=len(places)):
        other = np.array(cells, float)
        for (i, j), bit in zip(places, bits, strict=True):
            other[i, j] = bit
            if not directed:
                other[j, i] = bit
        if keep(other) == keep(np.array(cells, float)):
            found.append(other)
    return list(dict.fromkeys(keys(np.array(found))))


def degrees(cells):
    return tuple(cells.sum(0)), tuple(cells.sum(1))


# --- uniformity --------------------------------------------------------------------------------------------

MIXED = [[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1], [1, 0, 0, 0]]
PATH = [[0, 1, 0, 1, 0], [1, 0, 1, 0, 0], [0, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 1, 0, 0]]  # six paths, one triangle


@pytest.mark.parametrize("directed", [True, False])
def test_the_degree_preserving_null_is_uniform_over_all_networks_with_these_degrees(directed):
    cells = MIXED if directed else PATH
    states = all_with(degrees, cells, directed)
    assert len(states) == (8 if directed else 7)
    draws = null_networks(network_of(cells, directed=directed), "degrees", draws=9000, seed=4)
    assert uniform(draws, states) > 0.001


def test_counting_only_successful_switches_is_not_uniform():
    # The trap: on this network networkx's switching favours one of the seven.
    graph, seen = nx.from_numpy_array(np.array(PATH)), []
    for seed in range(1000):
        other = graph.copy()
        nx.double_edge_swap(other, nswap=12, max_tries=10_000, seed=seed)
        seen.append(nx.to_numpy_array(other, nodelist=range(5)))
    states = all_with(degrees, PATH, directed=False)
    assert uniform(np.array(seen), states) < 1e-6


def test_both_directions_of_a_ring_are_reached_equally_often():
    ring = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    draws = null_networks(network_of(ring), "degrees", draws=4000, seed=1)
    assert 0.45 < np.nan_to_num(draws)[:, 0, 1].mean() < 0.55


def test_the_degree_preserving_null_goes_round_a_pair_that_cannot_be():
    barred = np.zeros((4, 4), bool)
    barred[2, 0] = True
    network = network_of(MIXED, impossible=barred)
    states = all_with(degrees, MIXED, free=~barred)
    draws = null_networks(network, "degrees", draws=6000, seed=2)
    assert len(states) == 6 and uniform(draws, states) > 0.001


def test_switching_and_curveball_trades_draw_from_the_same_networks():
    fixture = table("adjacency_binary").to_numpy().astype(float)
    masked = fixture.copy()
    np.fill_diagonal(masked, NAN)
    measures = [(statistics.transitivity(draws).mean(), statistics.reciprocity(draws).mean()) for draws in (
        null_networks(network_of(fixture), "degrees", draws=1000, seed=1),
        two_mode_null(masked, draws=1000, seed=2))]
    np.testing.assert_allclose(*measures, rtol=0.02)  # standard errors are 0.0005 and 0.0015


def test_two_mode_tables_are_uniform_over_all_with_these_sums():
    rows = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0]], float)
    states = []
    for bits in product((0, 1), repeat=12):
        other = np.array(bits, float).reshape(3, 4)
        if degrees(other) == degrees(rows):
            states.append(other)
    states = list(keys(np.array(states)))
    draws = two_mode_null(rows, draws=8000, seed=3)
    assert len(states) == 5 and uniform(draws, states) > 0.001


@pytest.mark.parametrize("directed", [True, False])
def test_the_edge_null_is_uniform_over_all_networks_with_as_many_ties(directed):
    cells = [[0, 1, 0], [0, 0, 1], [0, 0, 0]] if directed else [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    states = all_with(np.sum, cells, directed)
    assert len(states) == 15  # C(6, 2) either way
    assert uniform(null_networks(network_of(cells, directed=directed), "edges", draws=6000, seed=1), states) > 0.001


def test_the_size_null_is_uniform_over_all_networks():
    cells = np.zeros((3, 3))
    states = all_with(lambda _: 0, cells)
    assert len(states) == 64 and uniform(null_networks(network_of(cells), "size", draws=8000, seed=1), states) > 0.001


def test_the_dyad_null_is_uniform_over_all_networks_with_this_census():
    cells = [[0, 1, 0], [1, 0, 1], [0, 0, 0]]  # one mutual, one one-sided, one empty
    states = all_with(lambda c: tuple(statistics.dyad_census(c)), cells)
    assert len(states) == 12
    assert uniform(null_networks(network_of(cells), "dyads", draws=6000, seed=1), states) > 0.001


def test_the_mixing_null_is_uniform_within_the_blocks():
    cells = [[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    network = network_of(cells, domains=["II", "II", "V", "V"])
    # the tie within II may point either way; the tie from II to V has four places and keeps its direction
    states = []
    for (i, j), (k, m) in product([(0, 1), (1, 0)], product((0, 1), (2, 3))):
        other = np.zeros((4, 4))
        other[i, j] = other[k, m] = 1
        states.append(other)
    assert uniform(null_networks(network, "mixing", draws=6000, seed=1), list(keys(np.array(states)))) > 0.001


def test_the_label_null_goes_through_all_relabellings_if_they_are_few():
    network = network_of([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    draws = null_networks(network, "labels", draws=1000)
    every = [np.nan_to_num(network.cells[np.ix_(order, order)]) for order in permutations(range(3))]
    assert sorted(keys(draws)) == sorted(keys(np.array(every)))


# --- what is kept ------------------------------------------------------------------------------------------

@settings(max_examples=40, deadline=None)
@given(st.integers(2, 7), st.integers(0, 10_000), st.booleans(), st.sampled_from(OWN))
def test_every_null_keeps_what_it_says(n, seed, directed, null):
    rng = np.random.default_rng(seed)
    cells = (rng.random((n, n)) < 0.4).astype(float)
    cells[rng.random((n, n)) < 0.15] = NAN
    barred = (rng.random((n, n)) < 0.1) & (cells == 0) & ~np.eye(n, dtype=bool)
    if not directed:
        cells = np.triu(cells, 1) + np.triu(cells, 1).T
        barred = np.triu(barred, 1) | np.triu(barred, 1).T
    network = network_of(cells, directed=directed, impossible=barred,
                         domains=[("II", "V", "II|V")[k] for k in rng.integers(0, 3, n)])
    draws = null_networks(network, null, draws=6, seed=seed)
    observed = network.cells
    assert draws.shape[1:] == (n, n) and np.isnan(draws[:, np.arange(n), np.arange(n)]).all()
    if not directed:
        np.testing.assert_array_equal(draws, draws.swapaxes(1, 2))
    if null == "labels":
        np.testing.assert_array_equal(np.isnan(draws).sum((1, 2)), np.isnan(observed).sum())
    else:
        assert (np.isnan(draws) == np.isnan(observed)).all()
        assert (draws[:, barred] == 0).all()
    if null != "size":
        np.testing.assert_array_equal(np.nansum(draws, (1, 2)), np.nansum(observed))
    if null == "degrees":
        np.testing.assert_array_equal(np.nansum(draws, 1), np.tile(np.nansum(observed, 0), (6, 1)))
        np.testing.assert_array_equal(np.nansum(draws, 2), np.tile(np.nansum(observed, 1), (6, 1)))
    if null in ("dyads", "mixing"):
        np.testing.assert_array_equal(statistics.dyad_census(draws), np.tile(statistics.dyad_census(observed), (6, 1)))
    if null == "mixing":
        groups = np.array(["|".join(sorted(one)) for one in network.actors["legal_domains"]])
        for one, other in product(set(groups), repeat=2):
            block = np.outer(groups == one, groups == other)
            np.testing.assert_array_equal((np.nan_to_num(draws) * block).sum((1, 2)), np.nansum(observed * block))


@pytest.mark.parametrize("null", OWN)
def test_a_fixed_actor_keeps_every_tie(null):
    network = network_of(table("adjacency_binary").to_numpy(), actors=list(table("nodes").index),
                         domains=["II"] * 12 + ["V"] * 12)
    hub, draws = network.codes.index("JC"), null_networks(network, null, draws=20, seed=1, fixed=["JC"])
    if null == "labels":  # the others trade places around the hub
        assert (np.nansum(draws[:, hub], 1) == np.nansum(network.cells[hub])).all()
    else:
        np.testing.assert_array_equal(draws[:, hub], np.tile(network.cells[hub], (20, 1)))
        np.testing.assert_array_equal(draws[:, :, hub], np.tile(network.cells[:, hub], (20, 1)))
    assert len(set(keys(draws))) > 10


def test_the_hub_null_fixes_the_lead_under_any_other_null():
    from dataclasses import replace
    network = replace(network_of(table("adjacency_binary").to_numpy(), actors=list(table("nodes").index)),
                      leads=("JC",))
    hub = network.codes.index("JC")
    for within in ("edges", "degrees"):
        draws = null_networks(network, "hub", draws=10, within=within)
        np.testing.assert_array_equal(draws[:, hub], np.tile(network.cells[hub], (10, 1)))
    with pytest.raises(StudyError, match="no lead"):
        null_networks(network_of(MIXED), "hub")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10_000))
def test_two_mode_tables_keep_sums_and_unknown_cells(rows, columns, seed):
    rng = np.random.default_rng(seed)
    cells = (rng.random((rows, columns)) < 0.5).astype(float)
    cells[rng.random(cells.shape) < 0.1] = NAN
    draws = two_mode_null(cells, draws=5, seed=seed)
    assert (np.isnan(draws) == np.isnan(cells)).all()
    for axis in (1, 2):
        np.testing.assert_array_equal(np.nansum(draws, axis), np.tile(np.nansum(cells, axis - 1), (5, 1)))


def test_strengths_travel_with_their_ties():
    network = network_of(graphs()["fixture_valued"])
    for null in ("edges", "dyads", "labels"):
        draws = null_networks(network, null, draws=3)
        np.testing.assert_array_equal(np.sort(draws.reshape(3, -1)), np.tile(np.sort(network.cells.ravel()), (3, 1)))
    with pytest.raises(StudyError, match="without strengths"):
        null_networks(network, "degrees")


@pytest.mark.parametrize("null", OWN)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_empty_and_unknown_networks_pass_through_every_null(n, null):
    for cells in (np.zeros((n, n)), np.full((n, n), NAN)):
        draws = null_networks(network_of(cells, domains=["II"] * n), null, draws=4)
        assert draws.shape[1:] == (n, n)


def test_the_number_of_steps_is_enough():
    # Ten steps a tie and forty give the same distribution of a measure that mixes slowly.
    network = network_of(graphs()["karate"], directed=False)
    few, many = (statistics.transitivity(null_networks(network, "degrees", draws=1500, seed=seed, steps_per_tie=steps))
                 for seed, steps in ((1, 10), (2, 40)))
    assert abs(few.mean() - many.mean()) < 4 * few.std() * np.sqrt(2 / 1500)
    assert few.std() == pytest.approx(many.std(), rel=0.1)


def test_a_seed_fixes_the_draws():
    network = network_of(graphs()["karate"], directed=False)
    for null in OWN[:1] + ["degrees", "dyads", "size"]:
        one, same, other = (null_networks(network, null, draws=5, seed=seed) for seed in (1, 1, 2))
        assert np.array_equal(one, same, equal_nan=True) and not np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize(("null", "arguments", "message"), [
    ("ties", {}, "no null 'ties'"), ("edges", {"draws": 0}, "not a positive number"),
    ("edges", {"fixed": ["x"]}, "not in the network")])
def test_what_cannot_be_drawn_is_refused(null, arguments, message):
    with pytest.raises(StudyError, match=message):
        null_networks(network_of(MIXED), null, **arguments)


def test_every_null_says_what_it_keeps():
    assert set(KEEPS) == set(NULLS)


# --- measures beside chance --------------------------------------------------------------------------------

def test_p_counts_the_observed_network_among_the_draws():
    found = beside_chance(np.array([5.0]), np.zeros((99, 1)))
    assert found["p_value"].tolist() == [0.02] and found["expected"].tolist() == [0]
    assert tail(np.array([5.0]), np.zeros((99, 1)), 1).tolist() == [0.01]
    assert tail(np.array([5.0]), np.arange(10.0)[:, None], 1, exact=True).tolist() == [0.5]


def test_undefined_draws_are_left_out_and_said():
    network = network_of([[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    found = null_test(network, statistics.transitivity, null="size", draws=200)
    assert np.isnan(found.table.loc[0, "estimate"]) and np.isnan(found.table.loc[0, "p_value"])
    assert any("not defined" in sentence for sentence in found.assumptions)


def test_the_fixture_is_as_transitive_as_its_degrees_make_it_and_far_more_mutual():
    network = network_of(table("adjacency_binary").to_numpy())
    found = null_test(network, {"transitivity": statistics.transitivity, "reciprocity": statistics.reciprocity})
    rows = found.table.set_index("measure")
    assert rows.loc["transitivity", "null_lower"] < rows.loc["transitivity", "estimate"] < rows.loc[
        "transitivity", "null_upper"]
    assert rows.loc["reciprocity", "p_value"] == pytest.approx(2 / 1001)
    assert "Null degrees keeps the number of ties each actor gives and receives." in found.assumptions


def test_the_null_decides_whether_the_mutual_fixture_is_transitive():
    network = network_of(graphs()["fixture_weak"], directed=False)
    edges, degree = (null_test(network, statistics.transitivity, null=null).table.iloc[0]
                     for null in ("edges", "degrees"))
    assert edges["estimate"] > edges["null_median"] and degree["estimate"] < degree["null_median"]


def test_conditions_of_a_null_test_are_printed():
    cells = np.array(MIXED, float)
    cells[0, 3] = NAN
    found = null_test(network_of(cells), statistics.density, null="edges", draws=20, seed=7, fixed=["a2"])
    assert {"null", "draws", "seed", "share_missing", "p_value", "expected"} <= set(found.table)
    assert found.table.loc[0, "share_missing"] == pytest.approx(1 / 12) and found.table.loc[0, "seed"] == 7
    assert "1 unknown pairs stay unknown in every draw." in found.assumptions
    assert "Set for the null: fixed = ['a2']." in found.assumptions
    absent = null_test(network_of(cells), statistics.density, null="edges", draws=20, unknown="absent")
    assert "1 unknown pairs are counted as no tie." in absent.assumptions


def test_a_measure_of_the_wrong_shape_is_refused():
    with pytest.raises(StudyError, match=r"out_degrees gives the shape \(1001, 4\)"):
        null_test(network_of(MIXED), statistics.out_degrees)


def test_the_label_null_of_a_small_network_is_exact():
    network = network_of([[0, 1, 1], [0, 0, 0], [0, 0, 0]])

    def given_by_the_first(cells):
        return np.nansum(cells[..., 0, :], -1)

    row = null_test(network, given_by_the_first, null="labels").table.iloc[0]
    assert row["draws"] == 6 and row["p_value"] == pytest.approx(2 / 3)  # first of three: a third of all


def test_p_is_uniform_where_the_null_is_true():
    rng, found = np.random.default_rng(5), []
    for seed in range(150):
        places = rng.choice(list(combinations(range(10), 2)), 15, replace=False)
        cells = np.zeros((10, 10))
        cells[tuple(places.T)] = cells[tuple(places.T[::-1])] = 1
        found.append(null_test(network_of(cells, directed=False), lambda c: np.nan_to_num(c).sum(-1).std(-1),
                               null="edges", draws=99, seed=seed).table.loc[0, "p_value"])
    # discrete and two-sided: conservative, never too small
    assert np.mean(np.array(found) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / 150)
    assert 0.2 <= np.mean(np.array(found) <= 0.5) <= 0.62


def test_single_chains_are_independent_of_how_many_run():
    fixture = graphs()["karate"]
    free = ~np.eye(len(fixture), dtype=bool)
    networks = switched(fixture, free, directed=False, draws=50, seed=1)
    assert len(set(keys(networks))) == 50
