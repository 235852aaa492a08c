"""QAP, MRQAP and the exchange of projects against R, enumeration and each other."""

import json
from itertools import combinations, permutations

import numpy as np
import pytest
from network_reference import FOLDER, graphs, oracle, table

from rehapro_analysis.networks.chance.exchange import exchange_test, exchanged
from rehapro_analysis.networks.chance.mrqap import mrqap
from rehapro_analysis.networks.chance.qap import correlations, qap_correlation
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.problems import StudyError

NAN = float("nan")
R = json.loads((FOLDER / "inference.json").read_text())


def same_of(n):
    group = (np.arange(1, n + 1) * 7) % 5 // 2
    return (group[:, None] == group).astype(float)


def distance_of(n):
    place = np.sin(np.arange(1, n + 1))
    return np.abs(place[:, None] - place)


def network_of(cells):
    return PartnerNetwork.from_matrix(cells, directed=not np.array_equal(cells, cells.T, equal_nan=True))


def fixture(name="adjacency_binary", without=()):
    """The fixture with same_domain and distance in the order of its actors' codes."""
    cells = table(name).astype(float)
    for row, column in without:
        cells.iloc[row, column] = NAN
    network = PartnerNetwork.from_matrix(cells.to_numpy(), list(cells.index))
    return network, *(table(other).loc[network.codes, network.codes].to_numpy(float)
                      for other in ("same_domain", "distance"))


# --- QAP correlation ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(R["correlation"]))
def test_the_correlation_equals_sna_on_every_graph(name):
    cells = graphs()[name]
    for other, theirs in zip((same_of(len(cells)), distance_of(len(cells))),
                             (R["correlation"][name][key] for key in ("same", "distance")), strict=True):
        mine = qap_correlation(network_of(cells), other, draws=10).table.loc[0, "estimate"]
        np.testing.assert_allclose(mine, NAN if theirs is None else theirs, rtol=1e-9, atol=1e-12)


def test_the_fixture_equals_r_in_statistic_and_p():
    network, same, distance = fixture()
    row = qap_correlation(network, same, draws=5000).table.iloc[0]
    np.testing.assert_allclose(row["estimate"], oracle()["gcor_A_X"], rtol=1e-9)
    assert row["p_greater"] <= 5 / 5001 and row["p_less"] > 0.99  # R: 0, for want of the observed one
    row, theirs = qap_correlation(network, distance, draws=5000).table.iloc[0], R["p_values"]["correlation_distance"]
    for mine, p in ((row["p_greater"], theirs["greater"]), (row["p_less"], theirs["less"])):
        assert abs(mine - p) <= 4 * np.sqrt(2 * p * (1 - p) / 5000) + 1 / 5000


def test_four_actors_are_gone_through_completely():
    rng = np.random.default_rng(1)
    one, two = rng.random((2, 4, 4))
    network, off = network_of(one), ~np.eye(4, dtype=bool)
    every = np.array([np.corrcoef(one[np.ix_(order, order)][off], two[off])[0, 1]
                      for order in permutations(range(4))])
    row = qap_correlation(network, two).table.iloc[0]
    assert row["draws"] == 24
    np.testing.assert_allclose(row["p_value"], (np.abs(every) >= abs(every[0]) - 1e-12).mean())
    np.testing.assert_allclose(row["expected"], every.mean())


def test_unknown_pairs_are_left_out_in_every_draw():
    rng = np.random.default_rng(2)
    one, two = rng.random((2, 6, 6))
    for cells in (one, two):
        np.fill_diagonal(cells, NAN)
    one[0, 1:] = two[2, 3] = two[4, 0] = NAN
    orders = np.array([rng.permutation(6) for _ in range(20)])
    found = correlations(one, two, orders)
    for order, mine in zip(orders, found, strict=True):
        left = one[np.ix_(order, order)]
        known = np.isfinite(left + two)
        np.testing.assert_allclose(mine, np.corrcoef(left[known], two[known])[0, 1], rtol=1e-9)
    result = qap_correlation(network_of(one), two)
    assert result.table.loc[0, "pairs"] == 23 and result.table.loc[0, "share_missing"] == pytest.approx(7 / 30)
    assert any("7 of 30 ordered pairs" in sentence and "Nothing is known of what a1 give" in sentence
               for sentence in result.assumptions)


def test_places_are_traded_within_strata_only():
    network, same, _ = fixture()
    domains = table("nodes").loc[network.codes, "legal_domain"].tolist()
    row = qap_correlation(network, same, within=domains, draws=200).table.iloc[0]
    # relabelling within domains leaves "same domain" as it is, so every draw equals the observed value
    assert row["null_lower"] == pytest.approx(row["estimate"]) and row["p_value"] == 1
    with pytest.raises(StudyError, match="no column domain"):
        qap_correlation(network, same, within="domain")
    with pytest.raises(StudyError, match="2 entries"):
        qap_correlation(network, same, within=["a", "b"])


def test_an_actor_who_stands_out_does_not_make_a_correlation():
    # Two relations of the same hub are correlated by the hub; the correlation of pairs would be "highly significant".
    rng, rejected = np.random.default_rng(3), 0
    for seed in range(150):
        weights = rng.gamma(1, size=(2, 12))
        one, two = (weight[:, None] * weight + rng.normal(0, 0.1, (12, 12)) for weight in weights)
        rejected += qap_correlation(network_of(one), two, draws=99, seed=seed).table.loc[0, "p_value"] <= 0.05
    assert rejected / 150 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


@pytest.mark.parametrize(("other", "message"), [
    (np.zeros((2, 2)), r"shape \(2, 2\)"), (np.full((3, 3), NAN), "No pair is known both"),
    (PartnerNetwork.from_matrix(np.zeros((3, 3)), ["x", "y", "z"]), "other actors")])
def test_another_relation_must_fit(other, message):
    with pytest.raises(StudyError, match=message):
        qap_correlation(network_of(np.eye(3)), other)


def test_a_relation_that_does_not_vary_has_no_correlation():
    row = qap_correlation(network_of(np.zeros((4, 4))), distance_of(4)).table.iloc[0]
    assert np.isnan(row["estimate"]) and np.isnan(row["p_value"])


# --- MRQAP -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(R["regression"]))
def test_coefficients_and_t_equal_sna_on_every_graph(name):
    cells, theirs = graphs()[name], R["regression"][name]
    n = len(cells)
    found = mrqap(network_of(cells), {"same": same_of(n), "distance": distance_of(n)}, draws=10).table
    np.testing.assert_allclose(found["estimate"], theirs["coefficients"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["t"], theirs["t"], rtol=1e-9, atol=1e-12)


def test_the_fixture_equals_netlm_in_coefficients_t_r_squared_and_p():
    network, same, distance = fixture("adjacency_valued")
    found = mrqap(network, {"same": same, "distance": distance}, draws=5000).table
    np.testing.assert_allclose(found["estimate"], oracle()["netlm_coef"], rtol=1e-9)
    np.testing.assert_allclose(found["t"], oracle()["netlm_t"], rtol=1e-9)
    np.testing.assert_allclose(found["r_squared"], oracle()["netlm_r2"], rtol=1e-9)
    for mine, theirs in zip(found["p_value"][1:], R["p_values"]["regression"], strict=True):
        assert abs(mine - theirs) <= 4 * np.sqrt(2 * theirs * (1 - theirs) / 5000) + 2 / 5000
    assert np.isnan(found["p_value"][0])


def test_unknown_cells_are_left_out_as_netlm_does():
    network, same, distance = fixture("adjacency_valued", [(0, 1), (0, 6), (4, 2), (8, 21), (19, 3)])
    result = mrqap(network, {"same": same, "distance": distance}, draws=10)
    np.testing.assert_allclose(result.table["estimate"], R["with_unknown"]["coefficients"], rtol=1e-9)
    np.testing.assert_allclose(result.table["t"], R["with_unknown"]["t"], rtol=1e-9)
    assert result.table.loc[0, "pairs"] == 547 and result.table.loc[0, "share_missing"] == pytest.approx(5 / 552)


@pytest.mark.parametrize("mutual", [False, True])
@pytest.mark.parametrize("holes", [False, True])
def test_every_draw_is_the_regression_on_relabelled_residuals(mutual, holes):
    rng = np.random.default_rng(11)
    y, a, b = rng.normal(size=(3, 5, 5))
    if mutual:
        y, a, b = (cells + cells.T for cells in (y, a, b))
    for cells in (y, a, b):
        np.fill_diagonal(cells, NAN)
    if holes:
        y[0, 3] = y[3, 0] = NAN
    network = PartnerNetwork.from_matrix(y, directed=not mutual)
    used = np.isfinite(y + a + b) & (np.tril(np.ones((5, 5), bool)) if mutual else True)
    design = np.column_stack([np.ones(used.sum()), b[used]])
    rest = a[used] - design @ np.linalg.lstsq(design, a[used])[0]
    residual = np.full((5, 5), NAN)
    residual[used] = rest
    if mutual:
        residual = np.fmax(residual, residual.T)
    every = []
    for order in permutations(range(5)):
        moved = residual[np.ix_(order, order)]
        now = used & np.isfinite(moved)
        x = np.column_stack([moved[now], np.ones(now.sum()), b[now]])
        estimate = np.linalg.lstsq(x, y[now])[0]
        variance = np.square(y[now] - x @ estimate).sum() / (now.sum() - 3)
        every.append(estimate[0] / np.sqrt(variance * np.linalg.inv(x.T @ x)[0, 0]))
    row = mrqap(network, {"a": a, "b": b}, draws=120).table.iloc[1]
    assert row["draws"] == 120
    np.testing.assert_allclose(row["t"], every[0], rtol=1e-9)
    np.testing.assert_allclose(row["expected"], np.mean(every), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(row["p_value"], (np.abs(every) >= abs(every[0]) - 1e-9).mean())


def test_predictors_that_cannot_be_told_apart_are_refused():
    network, same, distance = fixture()
    for predictors, message in (({}, "no predictors"), ({"a": same, "b": 2 * same}, "explain each other"),
                                ({"a": np.ones((24, 24))}, "explain each other"),
                                ({"a": np.eye(3)}, "a has the shape")):
        with pytest.raises(StudyError, match=message):
            mrqap(network, predictors)
    with pytest.raises(StudyError, match="2 pairs are known in every relation, for 2 terms"):
        mrqap(network_of(np.array([[0, 1.0], [2, 0]])), {"a": [[0, 1.0], [3, 0]]})


def test_a_large_offset_of_a_predictor_does_not_move_p():
    network, same, distance = fixture("adjacency_valued")
    one, other = (mrqap(network, {"same": same, "distance": distance + shift}, draws=300).table for shift in (0, 1e5))
    np.testing.assert_allclose(one["p_value"], other["p_value"], atol=0.005)


# --- projects as units -------------------------------------------------------------------------------------

TWELVE = dict(zip("abcdefghijkl", [3.1, 4.0, 2.2, 5.5, 4.8, 3.9, 2.0, 1.1, 2.9, 3.0, 1.9, 2.4], strict=True))
HALVES = {name: "first" if name in "abcdef" else "second" for name in TWELVE}


def test_twelve_projects_in_two_groups_are_compared_exactly():
    row = exchange_test(TWELVE, HALVES).table.iloc[0]
    values = np.array(list(TWELVE.values()))
    assert row["draws"] == 924 and row["exact"] and row["smallest_p"] == pytest.approx(2 / 924)
    assert row["estimate"] == pytest.approx(values[:6].mean() - values[6:].mean())
    from scipy.stats import permutation_test
    theirs = permutation_test((values[:6], values[6:]), lambda x, y, axis: x.mean(axis) - y.mean(axis),
                              vectorized=True, n_resamples=np.inf)
    assert row["p_value"] == pytest.approx(theirs.pvalue)


def test_the_limits_are_where_the_test_stops_rejecting():
    values, here = np.random.default_rng(6).normal(size=12), np.arange(12) < 6  # no two choices alike
    limits = exchanged(values, here)
    one_sided = {}
    for name in ("lower", "upper"):
        for step in (-1e-6, 1e-6):
            moved = values - (limits[name] + step) * here
            found = exchanged(moved, here)
            assert found["estimate"] == pytest.approx(limits["estimate"] - limits[name] - step)
            every = [moved[list(choice)].mean() - np.delete(moved, list(choice)).mean()
                     for choice in combinations(range(12), 6)]
            side = 1 if name == "lower" else -1
            one_sided[name, step > 0] = np.mean(side * np.array(every) >= side * found["estimate"] - 1e-12)
    assert one_sided["lower", False] <= 0.025 < one_sided["lower", True]
    assert one_sided["upper", True] <= 0.025 < one_sided["upper", False]


def test_the_interval_of_a_shift_covers_it_as_often_as_it_says():
    rng, here = np.random.default_rng(4), np.arange(11) < 5
    found = [exchanged(rng.standard_exponential(11) + 2 * here, here) for _ in range(300)]
    assert abs(np.mean([row["lower"] <= 2 <= row["upper"] for row in found]) - 0.95) < 0.04


def test_few_projects_reject_nothing_and_say_so():
    row = exchange_test({"a": 1.0, "b": 9.0, "c": 2.0}, {"a": "x", "b": "y", "c": "x"}).table.iloc[0]
    assert (row["lower"], row["upper"]) == (-np.inf, np.inf) and row["p_value"] == row["smallest_p"] == 1 / 3


def test_many_projects_are_drawn_at_random():
    rng = np.random.default_rng(0)
    values = {str(k): value for k, value in enumerate(rng.normal(size=30))}
    groups = {name: "x" if int(name) < 15 else "y" for name in values}
    one, same = (exchange_test(values, groups, draws=2000, seed=3).table for _ in range(2))
    assert one.equals(same) and not one.loc[0, "exact"] and one.loc[0, "draws"] == 2000
    assert one.loc[0, "lower"] < one.loc[0, "estimate"] < one.loc[0, "upper"]


def test_projects_without_a_value_are_named_and_groups_must_be_two():
    result = exchange_test(TWELVE | {"b": NAN, "k": None}, HALVES)
    assert result.n == 10 and "Left out without a value: b, k." in result.assumptions
    assert result.table.loc[0, "share_missing"] == pytest.approx(2 / 12)
    with pytest.raises(StudyError, match="are in 1 groups"):
        exchange_test(TWELVE, dict.fromkeys(TWELVE, "one"))
    with pytest.raises(StudyError, match="l have no group"):
        exchange_test(TWELVE, {name: group for name, group in HALVES.items() if name != "l"})
