"""Measures of networks and positions: R's values to nine digits, fractions by hand, traps, and what is not defined."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import combinations, product
from math import comb

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import graphs, oracle, table, values

from rehapro_analysis import networks
from rehapro_analysis.networks import PartnerNetwork
from rehapro_analysis.networks.measures import core, paths, statistics
from rehapro_analysis.networks.measures.bootstrap import vertex_draws
from rehapro_analysis.study.problems import StudyError

NAN = float("nan")
GRAPHS = sorted(graphs())
SYMMETRIC = [name for name in GRAPHS if values("sna")[name]["symmetric"]]
IN_ONE_PIECE = [name for name in GRAPHS if "closeness_weak" in values("sna")[name]]


def network(name, **arguments):
    return PartnerNetwork.from_matrix(graphs()[name], **arguments)


def estimate(result):
    return result.table["estimate"].iloc[0]


def by_measure(result):
    return result.table.set_index("measure")["estimate"]


def close(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=1e-9, atol=1e-12)


def known(value):
    return NAN if value is None or value == "NaN" else value


@pytest.mark.parametrize("name", GRAPHS)
def test_density_reciprocity_transitivity_and_censuses_are_those_of_sna(name):
    sna, ours = values("sna")[name], network(name)
    close(estimate(networks.density(ours, n_draws=10)), sna["density"])
    for kind, theirs in (("edgewise", "edgewise"), ("nonnull", "dyadic.nonnull"), ("dyadic", "dyadic")):
        close(estimate(networks.reciprocity(ours, kind=kind)), known(sna[f"reciprocity_{theirs}"]))
    close(networks.reciprocity(ours).table[["mutual", "one_sided", "empty"]].iloc[0], sna["dyads"])
    close(networks.triad_census(ours).table["count"], sna["triads"])
    # sna calls a network without any path of two ties transitive; 0 / 0 is not defined here
    close(np.nan_to_num(estimate(networks.transitivity(ours)), nan=1.0), known(sna["transitivity"]))


@pytest.mark.parametrize("name", GRAPHS)
def test_freeman_centralization_is_that_of_sna(name):
    sna, ours = values("sna")[name], network(name)
    for measure, theirs in (("degree", "freeman"), ("in_degree", "indegree"), ("out_degree", "outdegree"),
                            ("betweenness", "betweenness")):
        close(estimate(networks.centralization(ours, measure)), sna[f"centralization_{theirs}"])
    for measure in ("degree", "betweenness"):
        weak = networks.centralization(ours, measure, direction="ignored")
        close(estimate(weak), sna[f"centralization_{measure}_weak"])


@pytest.mark.parametrize("name", IN_ONE_PIECE)
def test_closeness_and_eigenvector_of_a_network_in_one_piece_are_those_of_sna_and_igraph(name):
    sna, ours = values("sna")[name], network(name)
    close(networks.closeness(ours, direction="ignored").table["closeness"], sna["closeness_weak"])
    close(estimate(networks.centralization(ours, "closeness")), sna["centralization_closeness_weak"])
    vector = networks.eigenvector(ours).table["eigenvector"].to_numpy()
    np.testing.assert_allclose(vector, sna["eigenvector_weak"], rtol=1e-9, atol=1e-9)
    if name != "davis":  # sna's iteration does not converge on a bipartite graph
        np.testing.assert_allclose(estimate(networks.centralization(ours, "eigenvector")),
                                   sna["centralization_eigenvector_weak"], rtol=1e-7)
    by_hand = (vector.max() - vector).sum() / ((len(vector) - 2) / np.sqrt(2))
    close(estimate(networks.centralization(ours, "eigenvector")), by_hand)


@pytest.mark.parametrize("name", GRAPHS)
def test_positions_are_those_of_sna(name):
    sna, ours = values("sna")[name], network(name)
    degrees = networks.degree(ours).table
    for column in ("in_degree", "out_degree", "in_strength", "out_strength"):
        close(degrees[column], sna[column.replace("_", "")])
    close(networks.betweenness(ours).table["betweenness"], sna["betweenness"])
    close(networks.betweenness(ours, direction="ignored").table["betweenness"], sna["betweenness_weak"])
    close(networks.closeness(ours).table["harmonic"], sna["harmonic"])
    cut = networks.cut_points(ours).table["cut_point"].to_numpy()
    assert (np.flatnonzero(cut) + 1).tolist() == sorted(np.atleast_1d(sna["cutpoints_weak"]).tolist())
    assert (np.flatnonzero(cut) + 1).tolist() == np.atleast_1d(values("igraph")[name]["articulation"]).tolist()


@pytest.mark.parametrize("name", GRAPHS)
def test_components_paths_and_krackhardts_dimensions_are_those_of_sna_and_igraph(name):
    sna, igraph, ours = values("sna")[name], values("igraph")[name], network(name)
    assert networks.components(ours).table["size"].tolist() == np.atleast_1d(sna["component_sizes"]).tolist()
    strong = networks.components(ours, direction="followed")
    assert strong.table["size"].tolist() == np.atleast_1d(sna["strong_sizes"]).tolist()
    lengths = by_measure(networks.path_lengths(ours))
    close(lengths["reachable_share"], sna["reachable_share"])
    close(lengths[["mean_distance", "diameter", "efficiency"]],
          [igraph["mean_distance"], igraph["diameter"], igraph["efficiency"]])
    close(by_measure(networks.path_lengths(ours, direction="ignored"))["efficiency"], igraph["efficiency_weak"])
    dimensions = by_measure(networks.krackhardt_dimensions(ours, bound="greatest"))
    close(dimensions[["connectedness", "efficiency"]], [sna["connectedness"], known(sna["efficiency"])])
    close(dimensions["hierarchy"], known(sna["hierarchy"]))
    close(dimensions["lub"], known(sna["lubness"]))


@pytest.mark.parametrize("name", GRAPHS)
def test_burts_constraint_is_that_of_igraph_directed_undirected_and_valued(name):
    igraph, matrix = values("igraph")[name], graphs()[name]
    binary = (matrix > 0).astype(float)
    for cells, theirs in ((np.maximum(binary, binary.T), "constraint_weak"), (binary, "constraint"),
                          (matrix, "constraint_valued")):
        ours = networks.structural_holes(PartnerNetwork.from_matrix(cells)).table["constraint"]
        close(ours, [known(value) for value in igraph[theirs]])


@pytest.mark.parametrize("name", GRAPHS)
def test_effective_size_is_that_of_networkxs_reference_path(name):
    both = graphs()[name] + graphs()[name].T  # undirected, so that it loses no sink
    theirs = nx.effective_size(nx.from_numpy_array(both), nodes=range(len(both)), weight="weight")
    close(networks.structural_holes(network(name)).table["effective_size"], [theirs[node] for node in range(len(both))])


def test_the_delivered_values_of_the_fixture_are_met():
    names, given_by_r = table("adjacency_binary"), oracle()
    ours = PartnerNetwork.from_matrix(names.to_numpy(), list(names.index))
    assert abs(estimate(networks.density(ours, n_draws=10)) - given_by_r["density"]) < 1e-10
    assert abs(estimate(networks.centralization(ours)) - given_by_r["cent_deg_freeman"]) < 1e-10
    cut = networks.cut_points(ours).table
    assert cut.loc[cut["cut_point"], "actor"].tolist() == [given_by_r["cutpoints_weak"]]
    constraint = networks.structural_holes(ours).table.set_index("actor")["constraint"]
    np.testing.assert_allclose(constraint[["JC", "TRAEGER_A", "EUTB"]], given_by_r["ig_constraint_d"], rtol=1e-9)
    giant = ours.without("DRV")
    close_to_all = estimate(networks.centralization(giant, "closeness"))
    assert abs(close_to_all - given_by_r["cent_close_undirected_giant"]) < 1e-10


def test_the_bootstrap_error_of_density_is_that_of_snijders_and_borgatti_not_the_binomial_one():
    row = networks.density(network("fixture"), n_draws=4000, seed=1).table.iloc[0]
    assert row["std_error"] == pytest.approx(0.047, abs=0.003)
    assert row["std_error"] > 2 * np.sqrt(row["estimate"] * (1 - row["estimate"]) / (24 * 23))
    assert networks.density(network("fixture"), n_draws=50, seed=2).table.equals(
        networks.density(network("fixture"), n_draws=50, seed=2).table)


def test_a_drawn_network_keeps_the_pairs_of_its_actors_and_its_symmetry():
    cells = np.arange(25.0).reshape(5, 5)
    drawn = next(vertex_draws(cells, 300, np.random.default_rng(0), directed=True))
    values = set(drawn[~np.isnan(drawn)].astype(int))
    assert values == set(range(25)) - {0, 6, 12, 18, 24}
    mutual = next(vertex_draws(cells + cells.T, 50, np.random.default_rng(0), directed=False))
    assert np.array_equal(mutual, mutual.swapaxes(1, 2), equal_nan=True)


def test_mean_degree_does_not_change_when_a_network_is_doubled_but_density_halves():
    small = np.ones((4, 4)) - np.eye(4)
    large = np.kron(np.eye(2), small)
    one, two = (PartnerNetwork.from_matrix(cells, directed=False) for cells in (small, large))
    assert estimate(networks.mean_degree(one)) == estimate(networks.mean_degree(two)) == 3
    assert estimate(networks.density(two)) == pytest.approx(3 / 7)


# Structural holes and Krackhardt by hand


def test_burts_measures_of_a_broker_by_hand():
    ties = np.zeros((4, 4))
    for i, j in ((0, 1), (0, 2), (0, 3), (1, 2)):
        ties[i, j] = ties[j, i] = 1
    holes = networks.structural_holes(PartnerNetwork.from_matrix(ties, directed=False)).table.set_index("actor")
    bound = [(F(1, 3) + F(1, 3) * F(1, 2)) ** 2] * 2 + [F(1, 9)]
    close(holes.loc["a1", "constraint"], float(sum(bound)))
    ratios = [float(c / (sum(bound) / 3)) for c in bound]
    close(holes.loc["a1", "hierarchy"], sum(r * np.log(r) for r in ratios) / (3 * np.log(3)))
    close(holes.loc["a1", ["effective_size", "efficiency"]].tolist(), [3 - F(2, 3), (3 - F(2, 3)) / 3])
    assert holes.loc["a4", "hierarchy"] == 1 and holes.loc["a4", "constraint"] == 1


def test_a_pure_line_is_a_hierarchy_and_a_clique_is_none():
    tree = np.zeros((7, 7))
    for child in range(1, 7):
        tree[(child - 1) // 2, child] = 1
    assert by_measure(networks.krackhardt_dimensions(PartnerNetwork.from_matrix(tree))).tolist() == [1, 1, 1, 1]
    clique = PartnerNetwork.from_matrix(np.ones((4, 4)), directed=False)
    assert by_measure(networks.krackhardt_dimensions(clique)).tolist() == [1, 0, 0, 1]


def test_two_superiors_of_the_same_two_have_no_least_upper_bound():
    ties = np.zeros((5, 5))
    for i, j in ((0, 1), (0, 2), (1, 3), (1, 4), (2, 3), (2, 4)):
        ties[i, j] = 1
    ours = networks.krackhardt_dimensions
    assert by_measure(ours(PartnerNetwork.from_matrix(ties)))["lub"] == pytest.approx(1 - 1 / 6)
    assert by_measure(ours(PartnerNetwork.from_matrix(ties), bound="greatest"))["lub"] == 1  # what sna tests


@pytest.mark.parametrize("name", [name for name in GRAPHS if name.startswith("random")])
def test_the_least_upper_bound_is_that_of_a_search_over_all_actors(name):
    ties = graphs()[name]
    reach, part = paths.reachable(ties), paths.component_of(ties)
    missing = 0
    for i, j in combinations(range(len(ties)), 2):
        above = [k for k in range(len(ties)) if reach[k, i] and reach[k, j]]
        missing += part[i] == part[j] and not any(all(reach[k, least] for k in above) for least in above)
    most = sum((size - 1) * (size - 2) / 2 for size in np.bincount(part) if size)
    if most:
        close(by_measure(networks.krackhardt_dimensions(network(name)))["lub"], 1 - missing / most)


# Key players


@pytest.mark.parametrize("name", ["florentine", "random_8_0.15", "random_12_0.1", "random_8_0.4"])
@pytest.mark.parametrize("size", [1, 2])
def test_key_players_are_those_of_a_search_with_networkx(name, size):
    graph = nx.from_numpy_array(np.maximum(graphs()[name], graphs()[name].T))
    n = len(graph)

    def left(members):
        rest = graph.subgraph(set(graph) - set(members))
        lengths = dict(nx.all_pairs_shortest_path_length(rest))
        return [d for i in rest for j, d in lengths[i].items() if i != j], len(rest) * (len(rest) - 1)

    def near(members):
        lengths = nx.multi_source_dijkstra_path_length(graph, set(members))
        return [1 if node in members else 1 / lengths[node] for node in graph if node in lengths]

    scores = {
        "disrupt": lambda members: 1 - sum(1 / d for d in left(members)[0]) / left(members)[1],
        "fragment": lambda members: 1 - len(left(members)[0]) / left(members)[1],
        "reach": lambda members: sum(near(members)) / n,
        "cover": lambda members: sum(1 for value in near(members) if value == 1) / n,
    }
    for goal, score in scores.items():
        row = networks.key_players(network(name), size, goal=goal).table.iloc[0]
        best = max(score(members) for members in combinations(range(n), size))
        close(row["estimate"], best)
        close(score([int(actor[1:]) - 1 for actor in row["actors"].split("|")]), best)
        assert row["exact"]


@pytest.mark.parametrize("goal", ["disrupt", "fragment", "reach", "cover"])
def test_growing_and_exchanging_says_so_and_never_beats_the_exact_set(goal):
    exact = networks.key_players(network("karate"), 2, goal=goal).table.iloc[0]
    greedy = networks.key_players(network("karate"), 2, goal=goal, exact_up_to=10).table.iloc[0]
    assert exact["exact"] and not greedy["exact"] and pd.isna(greedy["n_sets"])
    assert greedy["estimate"] <= exact["estimate"] + 1e-12
    assert greedy["estimate"] > greedy["before"] + 0.8 * (exact["estimate"] - exact["before"])


def test_equally_good_sets_are_counted():
    ring = np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), -1, axis=1)
    row = networks.key_players(PartnerNetwork.from_matrix(ring, directed=False), 2, goal="fragment").table.iloc[0]
    assert row["estimate"] == pytest.approx(2 / 3) and row["n_sets"] == 3 and row["actors"] == "a1|a4"


def test_the_loss_of_a_cut_point_is_counted_in_parts_and_in_actors():
    cut = networks.cut_points(network("florentine")).table.set_index("actor")
    medici = list(nx.florentine_families_graph()).index("Medici")
    assert cut.loc[f"a{medici + 1:02}", ["parts_more", "cut_off"]].tolist() == [2, 3]
    alone = networks.cut_points(PartnerNetwork.from_matrix(np.zeros((2, 2)))).table
    assert alone["parts_more"].tolist() == [-1, -1] and not alone["cut_point"].any()


# Core and periphery


def pattern(core, between):
    n = len(core)
    cells = np.full((n, n), NAN if between is None else between)
    cells[np.ix_(core, core)], cells[np.ix_(~core, ~core)] = 1, 0
    np.fill_diagonal(cells, NAN)
    return cells


def correlation(ties, core, between):
    ideal = pattern(core, between)
    seen = ~np.isnan(ideal) & ~np.isnan(ties)
    one, other = ties[seen], ideal[seen]
    return np.corrcoef(one, other)[0, 1] if len(one) and one.std() > 0 and other.std() > 0 else NAN


@pytest.mark.parametrize("between", [None, 0.0, 0.3, 1.0])
def test_the_fit_of_a_core_is_the_correlation_with_the_written_pattern(between):
    rng = np.random.default_rng(3)
    ties = (rng.random((9, 9)) < 0.4).astype(float)
    ties[rng.random((9, 9)) < 0.15] = NAN
    np.fill_diagonal(ties, NAN)
    cores = rng.random((40, 9)) < 0.5
    cores = cores[(cores.sum(1) >= 2) & (cores.sum(1) <= 7)]
    close(core.fit(ties, cores, between), [correlation(ties, one, between) for one in cores])


@pytest.mark.parametrize("between", [None, 1.0])
@pytest.mark.parametrize("name", ["random_12_0.3", "random_8_0.4", "florentine"])
def test_the_core_found_is_the_best_of_all_cores(name, between):
    ties = graphs()[name].copy()
    np.fill_diagonal(ties, NAN)
    cores = np.array(list(product((False, True), repeat=len(ties))))
    best = np.nanmax(core.fit(ties, cores, between))
    close(estimate(networks.core_periphery(network(name), between=between)), best)


@pytest.mark.parametrize(("between", "r", "members"), [(None, 0.503, 8), (1.0, 0.391, 2)])
def test_whether_cells_between_count_decides_the_core_of_the_fixture(between, r, members):
    result = networks.core_periphery(network("fixture_weak"), between=between).table
    assert result["estimate"].iloc[0] == pytest.approx(r, abs=5e-4) and result["core"].sum() == members


def test_coreness_of_a_rank_one_network_is_found_and_is_no_worse_than_any_core():
    ours = networks.coreness(network("fixture_weak")).table
    assert np.linalg.norm(ours["coreness"]) == pytest.approx(1) and (ours["coreness"] >= 0).all()
    products, ties = np.outer(ours["coreness"], ours["coreness"]), graphs()["fixture_weak"]
    off = ~np.eye(len(ties), dtype=bool)
    close(np.corrcoef(products[off], ties[off])[0, 1], ours["estimate"].iloc[0])
    rng = np.random.default_rng(0)
    for shift in rng.normal(0, 0.01, (200, len(ties))):
        moved = np.maximum(ours["coreness"] + shift, 0)
        assert np.corrcoef(np.outer(moved, moved)[off], ties[off])[0, 1] <= ours["estimate"].iloc[0] + 1e-8


# Many networks at once


def test_every_statistic_takes_thousands_of_draws_at_once():
    rng = np.random.default_rng(5)
    draws = (rng.random((3, 40, 9, 9)) < 0.3).astype(float)
    draws[rng.random(draws.shape) < 0.1] = NAN
    same = rng.random((9, 9)) < 0.3
    for measure in (statistics.density, statistics.mean_degree, statistics.reciprocity, statistics.transitivity,
                    statistics.dyad_census, lambda cells: statistics.ei_index(cells, same)):
        together = measure(draws)
        assert together.shape[:2] == (3, 40)
        close(together[1, 7], measure(draws[1, 7]))


def test_paths_of_many_networks_are_those_of_each():
    draws = (np.random.default_rng(6).random((30, 12, 12)) < 0.12).astype(float)
    between, away, part = paths.betweenness(draws), paths.distances(draws), paths.component_of(draws)
    for cells, one, lengths, label in zip(draws, between, away, part, strict=True):
        np.fill_diagonal(cells, 0)
        graph = nx.from_numpy_array(cells, create_using=nx.DiGraph)
        close(one, list(nx.betweenness_centrality(graph, normalized=False).values()))
        theirs = nx.floyd_warshall_numpy(graph, weight=None)
        assert np.array_equal(lengths, theirs)
        assert len(set(label)) == nx.number_weakly_connected_components(graph)


def test_a_measure_in_blocks_is_that_of_all_networks_at_once(monkeypatch):
    draws = (np.random.default_rng(7).random((5, 6, 8, 8)) < 0.2).astype(float)
    whole = paths.betweenness(draws), paths.distances(draws)
    monkeypatch.setattr(paths, "CELLS_AT_ONCE", 200)
    assert np.array_equal(paths.betweenness(draws), whole[0]) and np.array_equal(paths.distances(draws), whole[1])


# Unknown pairs: refused, or treated in a way that is named

UNKNOWN = np.array([[0, 1, NAN, 0], [1, 0, 1, 0], [0, 0, 0, NAN], [0, 1, 0, 0]], float)
BY_PAIRS = [networks.density, networks.mean_degree, networks.reciprocity, networks.degree]
BY_TRIPLES = [networks.transitivity, networks.core_periphery, networks.coreness]
BY_PATHS = [networks.components, networks.path_lengths, networks.krackhardt_dimensions, networks.betweenness,
            networks.closeness, networks.centralization, networks.eigenvector, networks.structural_holes,
            networks.key_players, networks.cut_points, networks.triad_census]


@pytest.mark.parametrize("measure", BY_PAIRS + BY_TRIPLES + BY_PATHS)
def test_unknown_pairs_are_refused_until_a_way_to_treat_them_is_named(measure):
    ours = PartnerNetwork.from_matrix(UNKNOWN)
    with pytest.raises(StudyError, match=r"nothing is known about 17% of the pairs of actors\. Say unknown=\"absent\""):
        measure(ours)
    result = measure(ours, unknown="absent")
    assert "Unknown pairs (17%) count as no tie." in result.assumptions
    assert result.table["share_missing"].eq(2 / 12).all()


@pytest.mark.parametrize("measure", BY_PATHS)
def test_a_measure_that_needs_paths_does_not_leave_unknown_pairs_out(measure):
    for way in ("available", "bounds"):
        with pytest.raises(StudyError, match=f"does not know unknown='{way}'"):
            measure(PartnerNetwork.from_matrix(UNKNOWN), unknown=way)


def test_available_pairs_by_hand():
    ours = PartnerNetwork.from_matrix(UNKNOWN)
    assert estimate(networks.density(ours, unknown="available")) == pytest.approx(4 / 10)
    assert estimate(networks.density(ours, unknown="absent")) == pytest.approx(4 / 12)
    # the pair (3, 4) and the pair (1, 3) are unknown from one side; 1-2 is mutual, 4 -> 2 and 2 -> 3 are not
    assert estimate(networks.reciprocity(ours, unknown="available")) == pytest.approx(2 / 4)
    # paths 1-2-3 (end unknown), 4-2-1, 4-2-3: only the last two count, none is closed
    row = networks.transitivity(ours, unknown="available").table.iloc[0]
    assert (row["n_paths"], row["n_closed"], row["estimate"]) == (2, 0, 0)


def test_bounds_hold_over_all_ways_to_fill_the_unknown_pairs():
    ours, unknown = PartnerNetwork.from_matrix(UNKNOWN), np.argwhere(np.isnan(UNKNOWN))
    fills = []
    for bits in product((0.0, 1.0), repeat=len(unknown)):
        cells = UNKNOWN.copy()
        cells[tuple(unknown.T)] = bits
        fills.append(PartnerNetwork.from_matrix(cells))
    for measure in (networks.density, networks.mean_degree, networks.reciprocity):
        found = [estimate(measure(fill)) for fill in fills]
        row = measure(ours, unknown="bounds").table.iloc[0]
        close(row[["lowest", "highest"]], [min(found), max(found)])
        assert np.isnan(row["estimate"])
    degrees = np.array([networks.degree(fill).table["degree"] for fill in fills])
    limits = networks.degree(ours, unknown="bounds").table
    assert (limits["lowest"] == degrees.min(0)).all() and (limits["highest"] == degrees.max(0)).all()
    assert limits["degree"].isna().all()


def test_an_impossible_pair_is_neither_a_tie_nor_a_missed_one():
    barred = np.zeros((3, 3), bool)
    barred[0, 1] = True
    ours = PartnerNetwork.from_matrix([[0, 0, 1], [0, 0, 0], [0, 0, 0]], impossible=barred)
    assert estimate(networks.density(ours)) == pytest.approx(1 / 5)
    assert ours.kinds()[0, 1] == "impossible" and ours.matrix()[0, 1] == 0


# n = 0, 1, 2, 3 actors, no ties, isolates, all unknown

ALL = BY_PAIRS + BY_TRIPLES + [one for one in BY_PATHS if one is not networks.key_players]


@pytest.mark.parametrize("measure", ALL)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("content", ["empty", "full", "unknown"])
def test_the_smallest_networks_are_measured_or_said_to_be_undefined(measure, n, content):
    cells = np.full((n, n), {"empty": 0.0, "full": 1.0, "unknown": NAN}[content])
    ours = PartnerNetwork.from_matrix(cells)
    way = {"unknown": "absent" if measure in BY_PATHS else "available"} if content == "unknown" else {}
    try:
        result = measure(ours, **way)
    except StudyError as error:
        assert measure in (networks.eigenvector,) and "in one piece" in str(error)
        return
    row = result.table
    assert {"n_actors", "share_missing"} <= set(row.columns) and result.n == n
    if "estimate" in row.columns and list(row.columns)[0] == "estimate" and np.isnan(row["estimate"].iloc[0]):
        assert any(sentence.startswith("Not defined: ") for sentence in result.assumptions)
    if not np.isinf(row.select_dtypes("number").to_numpy(float)).any():
        return
    raise AssertionError(f"an infinite number in {row}")


def test_what_cannot_be_divided_is_undefined_and_never_zero():
    empty, pair = PartnerNetwork.from_matrix(np.zeros((3, 3))), PartnerNetwork.from_matrix([[0, 1], [1, 0]])
    single = PartnerNetwork.from_matrix([[0]])
    assert estimate(networks.density(empty)) == 0 and np.isnan(estimate(networks.density(single)))
    assert np.isnan(estimate(networks.reciprocity(empty))) and np.isnan(estimate(networks.transitivity(empty)))
    assert np.isnan(estimate(networks.centralization(pair)))
    assert "Not defined: it needs at least three actors." in networks.centralization(pair).assumptions
    lengths = by_measure(networks.path_lengths(empty))
    assert lengths["reachable_share"] == 0 and np.isnan(lengths["mean_distance"]) and lengths["efficiency"] == 0
    holes = networks.structural_holes(empty).table
    assert holes[["constraint", "hierarchy", "effective_size", "efficiency"]].isna().all(axis=None)
    assert networks.key_players(PartnerNetwork.from_matrix([[0]])).table["estimate"].isna().all()


@pytest.mark.parametrize(("call", "message"), [
    (lambda _: networks.reciprocity(PartnerNetwork.from_matrix([[0]], directed=False)), "always returned"),
    (lambda ours: networks.reciprocity(ours, kind="friendly"), "no reciprocity 'friendly'"),
    (lambda ours: networks.centralization(ours, "fame"), "no centralization by 'fame'"),
    (lambda ours: networks.centralization(ours, "in_degree", direction="ignored"), "Without direction"),
    (lambda ours: networks.centralization(ours, "closeness"), "in one piece"),
    (lambda ours: networks.eigenvector(ours), "in one piece"),
    (lambda ours: networks.key_players(ours, 9), "A set of 9 among 3"),
    (lambda ours: networks.key_players(ours, goal="shame"), "no goal 'shame'"),
    (lambda ours: networks.components(ours, direction="up"), "Direction cannot be 'up'"),
    (lambda ours: networks.core_periphery(ours, between=2), "cannot be 2"),
    (lambda ours: networks.krackhardt_dimensions(ours, bound="lowest"), "no 'lowest' upper bound"),
])
def test_what_a_measure_cannot_do_is_refused_with_a_sentence(call, message):
    with pytest.raises(StudyError, match=message):
        call(PartnerNetwork.from_matrix([[0, 1, 0], [0, 0, 0], [0, 0, 0]]))


# networkx's traps


def test_networkxs_transitivity_ignores_direction_and_ours_does_not():
    ties = np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]])
    assert nx.transitivity(nx.from_numpy_array(ties, create_using=nx.DiGraph)) == 0.5  # the trap
    assert estimate(networks.transitivity(PartnerNetwork.from_matrix(ties))) == 1


def test_networkx_loses_the_constraint_of_a_sink_and_ours_does_not():
    graph = nx.DiGraph([(0, 1), (2, 1), (2, 0)])
    assert np.isnan(nx.constraint(graph, nodes=[1])[1])  # the trap
    ours = networks.structural_holes(PartnerNetwork.from_matrix(nx.to_numpy_array(graph, nodelist=[0, 1, 2])))
    assert ours.table["constraint"].tolist() == pytest.approx([1.125] * 3)


def test_networkxs_fast_effective_size_divides_by_the_wrong_maximum_and_ours_does_not():
    graph = nx.DiGraph([(0, 1), (1, 0), (0, 2), (1, 2)])
    assert nx.effective_size(graph)[0] == pytest.approx(4 / 3)  # the trap: its slow path says 7/6
    assert nx.effective_size(graph, nodes=[0])[0] == pytest.approx(7 / 6)
    ours = networks.structural_holes(PartnerNetwork.from_matrix(nx.to_numpy_array(graph))).table["effective_size"]
    by_hand = 1 - F(1, 3) * F(1, 2) + 1 - F(2, 3)
    assert by_hand == F(7, 6) and ours.tolist() == pytest.approx([7 / 6, 7 / 6, 1])


def test_networkx_reads_strength_as_distance_and_ours_does_not():
    strong_way = np.array([[0, 9, 1], [9, 0, 9], [1, 9, 0]], float)
    graph = nx.from_numpy_array(strong_way)
    assert nx.betweenness_centrality(graph, weight="weight", normalized=False) == {0: 1, 1: 0, 2: 0} or \
        nx.shortest_path_length(graph, 0, 1, weight="weight") == 9  # the trap
    ours = networks.betweenness(PartnerNetwork.from_matrix(strong_way, directed=False))
    assert ours.table["betweenness"].tolist() == [0, 0, 0]
    assert "Strength is ignored: a tie is a tie." in ours.assumptions


def test_networkxs_closeness_looks_at_who_arrives_and_ours_at_who_leaves():
    out_star = nx.DiGraph([(0, 1), (0, 2)])
    assert nx.closeness_centrality(out_star)[0] == 0  # the trap
    ours = networks.closeness(PartnerNetwork.from_matrix(nx.to_numpy_array(out_star))).table
    assert ours["closeness"].iloc[0] == 1 and ours["closeness"].isna().tolist() == [False, True, True]


def test_parallel_ties_do_not_raise_the_density():
    twice = nx.MultiGraph([(0, 1), (0, 1), (1, 2)])
    assert nx.density(twice) == 1  # the trap
    ours = PartnerNetwork.from_matrix((nx.to_numpy_array(twice)), directed=False)
    assert estimate(networks.density(ours)) == pytest.approx(2 / 3)


def test_networkxs_k_core_of_a_digraph_adds_both_directions():
    mutual = nx.DiGraph([(0, 1), (1, 0)])
    assert nx.core_number(mutual)[0] == 2  # the trap: the undirected graph has a 1-core only
    graph = PartnerNetwork.from_matrix(nx.to_numpy_array(mutual), directed=False).graph()
    assert nx.core_number(graph) == {"a1": 1, "a2": 1}


def test_trophic_incoherence_of_2014_fails_on_teams_with_a_cycle():
    with pytest.raises(nx.NetworkXError):
        nx.trophic_incoherence_parameter(nx.DiGraph([(0, 1), (1, 0)]))


# Invariants

small = st.integers(2, 9).flatmap(lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n),
                                                     min_size=n, max_size=n))


@settings(max_examples=40, deadline=None)
@given(small, st.randoms(use_true_random=False))
def test_measures_do_not_depend_on_the_order_of_the_actors(rows, random):
    cells = np.array(rows, float)
    order = list(range(len(cells)))
    random.shuffle(order)
    one = PartnerNetwork.from_matrix(cells)
    other = PartnerNetwork.from_matrix(cells[np.ix_(order, order)])
    for measure in (networks.reciprocity, networks.transitivity, networks.centralization, networks.triad_census,
                    networks.path_lengths, networks.krackhardt_dimensions):
        name = "count" if measure is networks.triad_census else "estimate"
        close(measure(one).table[name], measure(other).table[name])
    for measure, name in ((networks.betweenness, "betweenness"), (networks.structural_holes, "constraint"),
                          (networks.closeness, "harmonic")):
        close(measure(one).table[name].to_numpy()[order], measure(other).table[name])


@settings(max_examples=40, deadline=None)
@given(small)
def test_what_must_hold_of_every_network(rows):
    ours = PartnerNetwork.from_matrix(np.array(rows, float))
    n = len(ours.codes)
    assert networks.triad_census(ours).table["count"].sum() == comb(n, 3)
    assert networks.components(ours).table["size"].sum() == n
    for measure in ("degree", "in_degree", "out_degree", "betweenness"):
        value = estimate(networks.centralization(ours, measure))
        assert np.isnan(value) if n < 3 else -1e-12 <= value <= 1 + 1e-12
    dimensions = by_measure(networks.krackhardt_dimensions(ours)).dropna()
    assert ((dimensions >= -1e-12) & (dimensions <= 1 + 1e-12)).all()
    holes = networks.structural_holes(ours).table
    assert ((holes["effective_size"] <= holes["contacts"] + 1e-9) | holes["effective_size"].isna()).all()
    assert ((holes["hierarchy"].dropna() >= -1e-9) & (holes["hierarchy"].dropna() <= 1 + 1e-9)).all()
