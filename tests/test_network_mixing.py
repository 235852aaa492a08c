"""Legal domains: mixing, E-I, odds ratio and brokerage against hand counts, enumeration and R."""

import json
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import FOLDER, graphs, oracle, table

from rehapro_analysis.networks.chance.relabelling import expected_sums, moved_sums, relabellings
from rehapro_analysis.networks.legal_domains.brokerage import brokerage, brokerage_totals
from rehapro_analysis.networks.legal_domains.brokerage_roles import ROLES, brokerage_roles, density_moments
from rehapro_analysis.networks.legal_domains.domains import domains_of
from rehapro_analysis.networks.legal_domains.mixing import mixing_matrix, split_ties
from rehapro_analysis.networks.legal_domains.segregation import domain_odds_ratio, ei_index
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.problems import StudyError

NAN = float("nan")
R = json.loads((FOLDER / "inference.json").read_text())
PATH = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]


def fixture(name="adjacency_binary", *, directed=True):
    cells, nodes = table(name), table("nodes")
    matrix = cells.to_numpy() if directed else np.maximum(cells.to_numpy(), cells.to_numpy().T)
    domains = [domain.replace("SGB ", "").replace("ohne", "none") for domain in nodes["legal_domain"]]
    return PartnerNetwork.from_matrix(matrix, list(cells.index), directed=directed, domains=domains)


def random_network(seed, n=5, *, directed=True, unknown=0.2, domains=("II", "V", "II|V", "IX|V|XII", "none")):
    rng = np.random.default_rng(seed)
    cells = (rng.random((n, n)) < 0.5).astype(float)
    cells[rng.random((n, n)) < unknown] = NAN
    if not directed:
        cells = np.triu(cells) + np.triu(cells, 1).T
    return PartnerNetwork.from_matrix(cells, domains=[domains[k % len(domains)] for k in rng.permutation(n)],
                                      directed=directed)


# --- E-I index ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "directed", "key"), [
    ("adjacency_binary", True, "EI"), ("adjacency_binary", False, "EI_u"), ("adjacency_valued", True, "EI_v")])
def test_the_ei_index_equals_r(name, directed, key):
    found = ei_index(fixture(name, directed=directed), draws=20).table
    np.testing.assert_allclose(found["estimate"], oracle()[key], rtol=1e-9)


def test_many_small_domains_make_a_high_ei_index_the_normal_case():
    row = ei_index(fixture(), draws=4000).table.iloc[0]
    assert row["expected"] == pytest.approx(1 - 2 * 64 / (24 * 23))  # 64 ordered pairs lie within a domain
    assert row["estimate"] > 0 and row["p_value"] < 0.01


def test_two_actors_that_hold_the_same_domains_are_wholly_within_them():
    network = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], domains=["VIII|IX", "IX|VIII", "IX"],
                                         directed=False)
    rows = ei_index(network).table.set_index("rule")
    # ties: wholly within, and half within (IX of the two)
    assert rows.loc["fractional", ["internal", "external"]].tolist() == [1.5, 0.5]
    assert rows.loc["any", "estimate"] == -1.0
    assert rows.loc["primary", ["internal", "external"]].tolist() == [1.0, 1.0]  # VIII, VIII, IX


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_the_expectation_is_the_mean_over_all_relabellings(seed, directed):
    network = random_network(seed, directed=directed)
    actors, rows = domains_of(network), ei_index(network, draws=120).table.set_index("rule")
    for rule in rows.index:
        within, every = actors.within(rule), []
        for order in permutations(range(5)):
            cells = np.nan_to_num(actors.cells[np.ix_(order, order)])
            every.append(1 - 2 * (cells * within).sum() / cells.sum())
        every, row = np.array(every), rows.loc[rule]
        assert row["draws"] == 120
        np.testing.assert_allclose(row["expected"], every.mean(), rtol=1e-9, atol=1e-12)
        smaller = min((every <= row["estimate"] + 1e-9).mean(), (every >= row["estimate"] - 1e-9).mean())
        np.testing.assert_allclose(row["p_value"], min(1, 2 * smaller), rtol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_expected_sums_hold_with_fixed_actors_too(seed):
    rng = np.random.default_rng(seed)
    off = 1 - np.eye(6)
    layers, features = rng.random((2, 6, 6)) * off, rng.random((6, 6, 3)) * off[..., None]
    blocks = np.array([0, 0, 1, 0, 2, 2])
    orders = relabellings(blocks, draws=100, seed=1)
    assert orders.exact and len(orders.orders) == 12
    np.testing.assert_allclose(expected_sums(layers, features, blocks),
                               moved_sums(layers, features, orders.orders).mean(0), rtol=1e-9)


def test_a_fixed_hub_keeps_its_place():
    network = fixture()
    free, held = (ei_index(network, fixed=fixed, draws=500).table.iloc[0] for fixed in ((), ("JC",)))
    assert free["estimate"] == held["estimate"] and free["expected"] != held["expected"]
    with pytest.raises(StudyError, match="fixed= names nobody, not in the network"):
        ei_index(network, fixed=["nobody"])


def test_the_reach_of_the_index_is_the_textbook_formula_for_crisp_domains():
    network = fixture(directed=False)
    row, n_within, m = ei_index(network, draws=20).table.iloc[0], 32, 71
    n_between = 24 * 23 // 2 - n_within
    assert row["external"] + row["internal"] == m
    assert row["lowest"] == pytest.approx((max(0, m - n_within) - min(m, n_within)) / m)
    assert row["highest"] == pytest.approx((min(m, n_between) - max(0, m - n_between)) / m)
    assert -1 <= row["rescaled"] <= 1


def test_the_jackknife_interval_of_the_index_covers_about_as_often_as_it_says():
    rng, member = np.random.default_rng(8), np.arange(30) % 3
    same = member[:, None] == member
    chance, hits = np.where(same, 0.4, 0.15), 0
    off = ~np.eye(30, dtype=bool)
    truth = 1 - 2 * (chance * same * off).sum() / (chance * off).sum()
    for _ in range(200):
        upper = np.triu(rng.random((30, 30)) < chance, 1)
        network = PartnerNetwork.from_matrix((upper | upper.T).astype(int), domains=[str(k) for k in member],
                                             directed=False)
        row = ei_index(network, draws=1).table.iloc[0]
        hits += row["lower"] <= truth <= row["upper"]
    assert 0.90 <= hits / 200 <= 0.995


# --- odds ratio --------------------------------------------------------------------------------------------

def test_the_odds_ratio_is_the_cross_product_of_the_two_by_two_table():
    row = domain_odds_ratio(fixture(directed=False), draws=200).table.iloc[0]
    tied_within, tied_between, within, between = 18, 53, 32, 244
    assert row["estimate"] == pytest.approx(tied_within * (between - tied_between) / (tied_between * (
        within - tied_within)))
    assert row["density_within"] == pytest.approx(18 / 32) and row["density_between"] == pytest.approx(53 / 244)
    assert row["expected"] == pytest.approx(1)
    assert row["lower"] < row["estimate"] < row["upper"] and row["p_value"] < 0.02


def test_an_empty_cell_makes_the_odds_ratio_infinite_and_yules_q_one():
    network = PartnerNetwork.from_matrix(PATH, domains=["II", "II", "V", "V"], directed=False)
    row = domain_odds_ratio(network).table.iloc[0]
    assert row["estimate"] == np.inf and row["yules_q"] == 1 and np.isnan(row["lower"])
    assert 0 < row["p_value"] <= 1


def test_strength_does_not_enter_the_odds_ratio():
    one, other = (domain_odds_ratio(fixture(name), draws=50).table for name in ("adjacency_binary", "adjacency_valued"))
    np.testing.assert_allclose(one["estimate"], other["estimate"])


# --- mixing matrix -----------------------------------------------------------------------------------------

def test_a_tie_of_two_domain_sets_is_split_by_hand():
    split = split_ties(np.array([1 / 2, 1 / 2, 0]), np.array([0, 1 / 2, 1 / 2]))
    np.testing.assert_allclose(split, [[0, 0, 1 / 2], [0, 1 / 2, 0], [0, 0, 0]])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from(["II", "III", "V", "IX"]), min_size=1), min_size=2, max_size=6),
       st.integers(0, 99), st.booleans())
def test_mixing_counts_every_tie_once_and_every_domain_with_its_share(sets, seed, directed):
    rng, n = np.random.default_rng(seed), len(sets)
    cells = rng.integers(0, 3, (n, n)).astype(float)
    cells = cells if directed else np.triu(cells) + np.triu(cells, 1).T
    network = PartnerNetwork.from_matrix(cells, domains=sets, directed=directed)
    found = mixing_matrix(network, draws=5).table
    off = np.nan_to_num(network.cells)
    for rule, rows in found.groupby("rule"):
        actors = domains_of(network)
        assert rows["ties"].sum() == pytest.approx(off.sum() / (1 if directed else 2))
        assert rows["expected"].sum() == pytest.approx(rows["ties"].sum())
        inside = rows.loc[rows["source_domain"] == rows["target_domain"], "ties"].sum()
        assert inside == pytest.approx((off * actors.within(rule)).sum() / (1 if directed else 2))
        if directed:
            shares = actors.primary if rule == "primary" else actors.shares
            given_out = rows.groupby("source_domain")["ties"].sum()
            np.testing.assert_allclose(given_out[actors.names], shares.T @ off.sum(1), atol=1e-9)


def test_mixing_of_a_path_by_hand():
    network = PartnerNetwork.from_matrix(PATH, domains=["II", "II", "V", "V"], directed=False)
    rows = mixing_matrix(network).table.query("rule == 'primary'")
    assert rows["ties"].tolist() == [1, 1, 1] and rows["pairs"].tolist() == [1, 4, 1]
    np.testing.assert_allclose(rows["expected"], [1 / 2, 2, 1 / 2])
    assert set(rows["draws"]) == {24}


def test_the_mixing_matrix_agrees_with_networkx():
    import networkx as nx
    network = fixture()
    group = {code: "|".join(domains) for code, domains in zip(network.codes, network.actors["legal_domains"],
                                                              strict=True)}
    names = domains_of(network).names
    graph = network.graph()
    nx.set_node_attributes(graph, group, "group")
    theirs = nx.attribute_mixing_matrix(graph, "group", normalized=False, mapping={
        name: place for place, name in enumerate(names)})
    mine = mixing_matrix(network, draws=5).table.query("rule == 'primary'")["ties"].to_numpy()
    np.testing.assert_allclose(mine.reshape(8, 8), theirs)


# --- brokerage ---------------------------------------------------------------------------------------------

def test_brokerage_of_the_fixture_equals_r():
    network = fixture()
    found = brokerage(network, draws=20).table.query("rule == 'primary'")
    theirs = table("oracle_gould_fernandez").loc[network.codes]
    np.testing.assert_array_equal(found["estimate"].to_numpy().reshape(24, 6), theirs.to_numpy())
    totals = brokerage_totals(network, draws=20).table.query("rule == 'primary'")
    assert totals["estimate"].tolist() == oracle()["gf_raw_gli"]


@pytest.mark.parametrize("name", sorted(R["brokerage"]))
def test_roles_moments_and_z_equal_sna_on_every_directed_graph(name):
    cells, n = graphs()[name], len(graphs()[name])
    group = (np.arange(1, n + 1) * 7) % 5 // 2
    shares = np.eye(3)[group]
    mine, (mean, error) = brokerage_roles(cells, shares), density_moments(shares, cells.sum() / (n * (n - 1)))
    theirs = {key: np.array(value, float) for key, value in R["brokerage"][name].items()}
    np.testing.assert_array_equal(mine, theirs["raw"])
    np.testing.assert_allclose(mean, theirs["expected"], rtol=1e-9, atol=1e-12)
    both = ~np.isnan(theirs["z"]) & (error > 0)
    assert both.sum() >= 0.5 * both.size
    np.testing.assert_allclose(((mine - mean)[both] / error[both]), theirs["z"][both], rtol=1e-9, atol=1e-12)


def test_moments_of_brokerage_are_those_of_all_graphs_of_three_actors():
    shares, d = np.eye(2)[[0, 0, 1]], 0.3
    places = [(i, j) for i in range(3) for j in range(3) if i != j]
    counts, weights = [], []
    for bits in range(64):
        cells = np.zeros((3, 3))
        for place, (i, j) in enumerate(places):
            cells[i, j] = bits >> place & 1
        counts.append(brokerage_roles(cells, shares))
        weights.append(d ** cells.sum() * (1 - d) ** (6 - cells.sum()))
    counts, weights = np.array(counts), np.array(weights)
    mean, error = density_moments(shares, d)
    np.testing.assert_allclose(np.einsum("g,gjr->jr", weights, counts), mean, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(np.sqrt(np.einsum("g,gjr->jr", weights, (counts - mean) ** 2)), error, rtol=1e-9,
                               atol=1e-12)


def test_an_actor_of_two_domains_acts_half_in_each():
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    shares = np.array([[1, 0], [0.5, 0.5], [1, 0]])
    assert dict(zip(ROLES, brokerage_roles(chain, shares)[1], strict=True)) == {
        "coordinator": 0.5, "consultant": 0.5, "representative": 0, "gatekeeper": 0, "liaison": 0, "total": 1}


def test_a_triple_with_an_unknown_pair_is_not_counted():
    chain = np.array([[NAN, 1, NAN], [0, NAN, 1], [0, 0, NAN]])
    assert brokerage_roles(chain, np.eye(3)).sum() == 0


def test_mutual_ties_count_a_pair_once():
    network = PartnerNetwork.from_matrix(PATH, domains=["II", "V", "IX", "XII"], directed=False)
    found = brokerage(network).table.query("rule == 'primary' and role == 'liaison'")
    assert found["estimate"].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("null", ["edges", "dyads", "mixing", "degrees"])
def test_brokerage_goes_against_every_null(null):
    found = brokerage_totals(fixture(), null=null, draws=200).table.query("rule == 'primary'").set_index("role")
    assert (found["null_lower"] <= found["null_upper"]).all() and found["p_value"].between(0, 1).all()
    assert found.loc["total", "estimate"] == 425


def test_under_the_label_null_the_mean_of_a_role_is_the_mean_over_all_relabellings():
    network = random_network(3, unknown=0.0)
    actors, found = domains_of(network), brokerage(network, draws=120).table
    every = np.array([brokerage_roles(actors.cells, actors.primary[list(order)]) for order in permutations(range(5))])
    np.testing.assert_allclose(found.query("rule == 'primary'")["expected"], every.mean(0).ravel(), atol=1e-12)


# --- small, empty, unknown ---------------------------------------------------------------------------------

def test_without_ties_the_index_is_undefined_and_has_no_p():
    network = PartnerNetwork.from_matrix(np.zeros((3, 3)), domains=["II", "V", "V"])
    row = ei_index(network).table.iloc[0]
    assert np.isnan(row["estimate"]) and np.isnan(row["p_value"]) and np.isnan(row["expected"])
    assert brokerage_totals(network).table["estimate"].eq(0).all()


@pytest.mark.parametrize("measure", [ei_index, domain_odds_ratio, mixing_matrix, brokerage, brokerage_totals])
@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_actors_are_refused_with_a_sentence(measure, n):
    with pytest.raises(StudyError, match="mixing needs two"):
        measure(PartnerNetwork.from_matrix(np.zeros((n, n)), domains=["II"] * n))


@pytest.mark.parametrize("measure", [ei_index, domain_odds_ratio, mixing_matrix, brokerage, brokerage_totals])
def test_a_network_of_which_nothing_is_known_is_refused(measure):
    with pytest.raises(StudyError, match="Nothing is known about any pair"):
        measure(PartnerNetwork.from_matrix(np.full((3, 3), NAN), domains=["II", "V", "V"]))


@pytest.mark.parametrize("measure", [ei_index, domain_odds_ratio, mixing_matrix, brokerage, brokerage_totals])
def test_two_actors_are_enough_and_every_condition_is_printed(measure):
    found = measure(PartnerNetwork.from_matrix([[0, 1], [NAN, 0]], domains=["II", "V|IX"]), seed=5)
    assert set(found.table["seed"]) == {5} and set(found.table["null"]) == {"labels"}
    assert set(found.table["share_missing"]) == {0.5} and set(found.table["draws"]) == {2}
    assert any("unknown and left out" in sentence for sentence in found.assumptions)
    assert any("several domains" in sentence for sentence in found.assumptions)


def test_actors_of_unknown_domain_are_left_out_and_counted():
    network = PartnerNetwork.from_matrix(PATH, domains=["II", "V", set(), "none"])
    found = ei_index(network)
    assert found.n == 3 and "1 of 4 actors without a known entry in legal_domains are left out." in found.assumptions
    assert ei_index(network, outside=False).n == 2


def test_a_primary_domain_must_be_one_of_the_actors_own():
    network = PartnerNetwork.from_matrix(PATH, domains=["II|V", "V", "IX", "II"])
    assert ei_index(network, primary={"a1": "V"}).table.set_index("rule").loc["primary", "internal"] == 2
    with pytest.raises(StudyError, match="a1: XII"):
        ei_index(network, primary={"a1": "XII"})
    with pytest.raises(StudyError, match="no column colour"):
        ei_index(network, by="colour")


@pytest.mark.parametrize("measure", [ei_index, domain_odds_ratio, mixing_matrix, brokerage, brokerage_totals])
def test_the_same_seed_gives_the_same_table(measure):
    network = random_network(2, 9)
    one, same, other = (measure(network, draws=40, seed=seed).table for seed in (1, 1, 2))
    assert one.equals(same) and not one.drop(columns="seed").equals(other.drop(columns="seed"))
