"""Independence from coaches: closed forms against enumeration and simulation, bus factor, chance, reach, departures."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rehapro_analysis as ra
from rehapro_analysis.networks.coaches import bus_factor as bus
from rehapro_analysis.networks.coaches import carrier_reach as reach
from rehapro_analysis.networks.coaches.carrier_departures import _Histories
from rehapro_analysis.networks.coaches.carrier_load import concentration, largest_sole_share, shuffled_carriers
from rehapro_analysis.networks.coaches.carriers import CarriedTies, carried_ties
from rehapro_analysis.networks.coaches.turnover import independence, mean, partner_limits, ties_left, ties_left_of
from rehapro_analysis.study.reading import Study

networks = ra.networks


def team(carried, formal=None, partners=None, employers=None):
    carried = np.array(carried, dtype=bool)
    n, m = carried.shape
    return CarriedTies("GesA", np.full(n, "jc"), np.array(partners or [f"p{i}" for i in range(n)], dtype=object),
                       np.zeros(n, bool) if formal is None else np.array(formal, bool), carried,
                       np.array(employers or [None] * m, dtype=object))


@st.composite
def teams(draw, most_ties=7, most_persons=5):
    n, m = draw(st.integers(1, most_ties)), draw(st.integers(1, most_persons))
    carried = np.array(draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m))).reshape(n, m)
    formal = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n))) | ~carried.any(axis=1)
    return team(carried, formal)


def departures(m):
    return np.array(list(product([False, True], repeat=m)))


@given(teams(), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_the_turnover_curve_is_the_mean_over_all_departures(ties, q):
    gone = departures(ties.carried.shape[1])
    many = gone.sum(axis=1)
    chance = q**many * (1 - q) ** (gone.shape[1] - many)
    assert mean(ties_left(ties.sizes, ties.formal, np.array(q))) == pytest.approx(
        chance @ ties.surviving(gone).mean(axis=1))


@given(teams())
@settings(max_examples=50, deadline=None)
def test_exactly_m_departures_have_the_mean_over_all_choices_of_m(ties):
    persons = ties.carried.shape[1]
    gone = departures(persons)
    closed = mean(ties_left_of(ties.sizes, ties.formal, np.arange(persons + 1), persons))
    listed = [ties.surviving(gone[gone.sum(axis=1) == m]).mean() for m in range(persons + 1)]
    assert np.allclose(closed, listed, rtol=1e-9)


def test_the_turnover_curve_agrees_with_simulated_departures_and_handovers():
    rng = np.random.default_rng(5)
    ties, q, eta = team([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 1]], [0, 0, 0, 1]), 0.4, 0.25
    left = ties.surviving(rng.random((40_000, 3)) < q)
    left |= rng.random(left.shape) < eta
    error = np.sqrt(left.mean() * (1 - left.mean()) / 40_000)
    assert mean(ties_left(ties.sizes, ties.formal, np.array(q), eta)) == pytest.approx(left.mean(), abs=4 * error)


@given(teams(), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
@settings(max_examples=50, deadline=None)
def test_the_index_is_twice_the_area_under_the_curve_less_one(ties, eta):
    nodes, weights = np.polynomial.legendre.leggauss(10)  # exact for polynomials up to degree 19
    area = weights @ mean(ties_left(ties.sizes, ties.formal, (nodes + 1) / 2, eta)) / 2
    assert mean(independence(ties.sizes, ties.formal, eta)) == pytest.approx(2 * area - 1)


@pytest.mark.parametrize(("carriers", "formal", "value"), [(1, 0, 0), (2, 0, 1 / 3), (3, 0, 1 / 2), (1, 1, 1)])
def test_the_index_has_its_reference_values(carriers, formal, value):
    assert mean(independence(np.full(4, carriers), np.full(4, bool(formal)))) == pytest.approx(value)


@given(teams())
@settings(max_examples=50, deadline=None)
def test_the_curve_falls_and_a_further_carrier_never_hurts(ties):
    curve = mean(ties_left(ties.sizes, ties.formal, np.linspace(0, 1, 11)))
    assert (np.diff(curve) <= 1e-12).all()
    assert curve[0] == 1
    assert curve[-1] == pytest.approx(ties.formal.mean())
    assert (mean(ties_left(ties.sizes + 1, ties.formal, np.linspace(0, 1, 11))) >= curve - 1e-12).all()


def brute_bus_factor(ties, left):
    persons = ties.carried.shape[1]
    for k in range(1, persons + 1):
        for chosen in combinations(range(persons), k):
            gone = np.isin(np.arange(persons), chosen)
            if ties.surviving(gone[None]).mean() < left - 1e-9:
                return k
    return np.nan


@given(teams(), st.sampled_from([0.5, 0.75, 0.9]))
@settings(max_examples=80, deadline=None)
def test_the_bus_factor_is_the_smallest_of_all_choices_and_the_greedy_one_an_upper_bound(ties, left):
    expected = brute_bus_factor(ties, left)
    assert bus.bus_factor(ties, left=left) == (pytest.approx(expected, nan_ok=True), True)
    if np.isfinite(expected):
        needed = left * ties.n_ties - 1e-9
        assert bus._greedy(ties, np.flatnonzero(ties.carrying), needed) >= expected


def test_beyond_the_limit_of_combinations_the_bus_factor_is_marked_as_an_upper_bound(monkeypatch):
    ties = team(np.repeat(np.eye(6), 2, axis=0))
    assert bus.bus_factor(ties) == (2, True)
    monkeypatch.setattr(bus, "ENUMERATED", 10)
    assert bus.bus_factor(ties) == (2, False)


def test_a_network_of_contracts_has_no_bus_factor():
    factor, exact = bus.bus_factor(team([[1, 0], [0, 1], [1, 1], [1, 0]], [1, 1, 1, 0]))
    assert np.isnan(factor)
    assert exact


def test_shuffling_keeps_every_load_and_every_number_of_carriers():
    rng = np.random.default_rng(2)
    carried = rng.random((9, 5)) < 0.4
    drawn = shuffled_carriers(carried, 50, rng)
    assert (drawn.sum(axis=1) == carried.sum(axis=0)).all()
    assert (drawn.sum(axis=2) == carried.sum(axis=1)).all()
    assert len(np.unique(drawn.reshape(50, -1), axis=0)) > 25


def test_shuffling_draws_every_arrangement_equally_often():
    # one tie each with three persons: the six permutations
    drawn = shuffled_carriers(np.eye(3, dtype=bool), 6000, np.random.default_rng(4))
    _, counts = np.unique(drawn.reshape(6000, -1), axis=0, return_counts=True)
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # chi-squared with 5 df, 0.999


def test_shuffling_is_uniform_where_some_trades_are_impossible():
    # loads 2, 1, 1 and sizes 2, 1, 1: five arrangements, not alike in the number of trades that lead away
    carried = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool)
    drawn = shuffled_carriers(carried, 5000, np.random.default_rng(8))
    _, counts = np.unique(drawn.reshape(5000, -1), axis=0, return_counts=True)
    assert len(counts) == 5
    assert ((counts - 1000) ** 2 / 1000).sum() < 18.5  # 4 df, 0.999


def test_concentration_and_the_largest_sole_share_have_hand_worked_values():
    carried = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1]])
    assert concentration(carried) == pytest.approx((2.5**2 + 0.5**2 + 1) / 16)
    assert largest_sole_share(carried, np.zeros(4, bool)) == 1 / 2
    assert largest_sole_share(carried, np.array([True, False, False, False])) == 1 / 4


def test_resampling_keeps_the_ties_of_a_partner_together():
    values = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    apart = team(np.ones((6, 2)))
    together = team(np.ones((6, 2)), partners=["a", "a", "b", "b", "b", "c"])
    assert np.isfinite(partner_limits(apart, values, 200, 0, 0.95)).all()
    assert np.isnan(partner_limits(together, values, 200, 0, 0.95)).all()  # three partners are too few
    ten = team(np.ones((20, 2)), partners=[f"p{i // 2}" for i in range(20)])
    single = team(np.ones((20, 2)))
    halves = np.repeat(np.arange(10) % 2, 2).astype(float)
    wide, narrow = (np.subtract(*partner_limits(one, halves, 4000, 0, 0.95)[::-1]) for one in (ten, single))
    assert wide > 1.2 * narrow


# A study small enough to work by hand

def day(text):
    return pd.Timestamp(text) if text else pd.NaT


def small_study(carriers, ties, coaches=(), events=(), actors=None):
    """carriers: (target, person, role, until); ties: (source, target, formality); coaches: (coach, employer, until)."""
    since, origin = pd.Timestamp("2020-01-01"), "own"
    tables = {
        "projects": pd.DataFrame({"project": ["GesA"]}),
        "carriers": pd.DataFrame([("GesA", "jc", *row[:3], since, day(row[3]), origin) for row in carriers], columns=[
            "project", "source", "target", "person", "role", "since", "until", "origin"]),
        "ties": pd.DataFrame([("GesA", *row, "information", "active", origin) for row in ties], columns=[
            "project", "source", "target", "formality", "relation", "status", "origin"]),
        "coaches": pd.DataFrame([(name, "GesA", employer, since, day(until), origin)
                                 for name, employer, until in coaches], columns=[
            "coach", "project", "employer", "since", "until", "origin"]),
        "tie_events": pd.DataFrame([("GesA", "jc", target, day(on), status, origin) for target, on, status in events],
                                   columns=["project", "source", "target", "on", "status", "origin"]),
        "actors": pd.DataFrame(actors or [(f"p{i}", frozenset()) for i in range(9)],
                               columns=["actor", "legal_domains"]),
    }
    for name, columns in (("carriers", ["since", "until"]), ("coaches", ["since", "until"]), ("tie_events", ["on"])):
        tables[name][columns] = tables[name][columns].astype("datetime64[us]")
    return Study(tables)


def test_formal_are_written_contracts_statutes_and_positions_with_a_deputy_only():
    study = small_study(
        [(f"p{i}", "A", "primary", "") for i in range(6)] + [("p4", "B", "deputy", "")],
        [("jc", f"p{i}", kind) for i, kind in enumerate(
            ["written", "contract", "statutory", "position", "position", "verbal"])])
    ties = next(carried_ties(study))
    assert dict(zip(ties.partners, ties.formal.tolist(), strict=True)) == {
        "p0": True, "p1": True, "p2": True, "p3": False, "p4": True, "p5": False}


def test_ties_without_a_carrier_left_and_ties_without_a_recorded_carrier_are_counted_apart():
    study = small_study(
        [("p0", "A", "primary", ""), ("p1", "B", "primary", "2020-06-01"), ("p2", "B", "primary", "2020-06-01")],
        [("jc", "p0", "verbal"), ("jc", "p1", "verbal"), ("jc", "p2", "contract"), ("jc", "p3", "verbal")],
        [("A", "jc", ""), ("C", "jc", ""), ("B", "jc", "2020-06-01")])
    ties = next(carried_ties(study, lock="2021-01-01"))
    assert (list(ties.partners), ties.n_orphaned, ties.n_untold) == (["p0", "p2"], 1, 1)
    assert ties.sizes.tolist() == [1, 0]
    assert ties.carried.shape[1] == 2  # A, and C who carries nothing but could leave too
    before = next(carried_ties(study, lock="2020-03-01"))
    assert (before.n_ties, before.n_orphaned) == (3, 0)


FOUR = [("p0", "A", "primary", ""), ("p1", "A", "primary", ""), ("p1", "B", "deputy", ""), ("p2", "C", "primary", ""),
        ("p3", "C", "primary", ""), ("p4", "C", "primary", "")]
TIES = [("jc", "p0", "verbal"), ("jc", "p1", "verbal"), ("jc", "p2", "verbal"), ("jc", "p3", "contract"),
        ("jc", "p4", "verbal")]


def test_the_row_of_a_small_project_is_as_worked_by_hand():
    study = small_study(FOUR, TIES, [("A", "jc", ""), ("B", "carrier", ""), ("C", "carrier", ""), ("D", "jc", "")])
    row = networks.coach_independence(study, replicates=200).table.iloc[0]
    assert (row["n_ties"], row["n_persons"], row["n_carriers"]) == (5, 4, 3)
    assert (row["formal_share"], row["sole_share"]) == pytest.approx((1 / 5, 3 / 5))
    assert row["estimate"] == pytest.approx((0 + 1 / 3 + 0 + 1 + 0) / 5)
    # without A four of five are left, without B five, without C three
    assert (row["leave_one_out_min"], row["leave_one_out_mean"]) == pytest.approx((3 / 5, 4 / 5))
    assert (row["bus_factor"], row["bus_factor_exact"]) == (1, True)
    assert row["concentration"] == pytest.approx((1.5**2 + 0.5**2 + 3**2) / 25)
    assert row["effective_persons"] == pytest.approx(1 / row["concentration"])
    assert row["lower"] <= row["estimate"] <= row["upper"]


def test_a_handover_raises_the_index_and_a_sure_one_makes_it_one():
    study = small_study(FOUR, TIES)
    values = [networks.coach_independence(study, handover=eta, replicates=50).table.loc[0, "estimate"]
              for eta in (0, 0.25, 0.5, 1)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(1)
    assert values[1] == pytest.approx(values[0] + 0.25 * (1 - values[0]))


def test_with_two_carriers_nothing_is_said_about_single_departures():
    row = networks.coach_independence(small_study(FOUR[:3], TIES[:2]), replicates=20).table.iloc[0]
    hidden = ["leave_one_out_mean", "leave_one_out_min", "bus_factor", "concentration", "effective_persons", "p_value"]
    assert row[hidden].isna().all()
    assert "Fewer than 3 carriers" in row["remark"]
    assert np.isfinite(row["estimate"])


def test_losing_a_provider_costs_more_than_as_many_persons_at_random():
    carriers = [(f"p{i}", person, "primary", "") for i, person in enumerate("ABCDEF")]
    carriers += [(f"p{i}", person, "deputy", "") for i, person in enumerate("BCA")]
    study = small_study(carriers, [("jc", f"p{i}", "verbal") for i in range(6)],
                        [(c, "carrier" if c in "ABC" else "jc", "") for c in "ABCDEF"])
    row = networks.provider_loss(study).table.iloc[0]
    # either three leave three ties; three at random leave each double tie with 1 - (4 choose 1)/(6 choose 3)
    assert (row["n_employers"], row["estimate"]) == (2, 1 / 2)
    assert row["random"] == pytest.approx((3 * (1 - 4 / 20) + 3 / 2) / 6)
    few = networks.provider_loss(small_study(FOUR, TIES, [("A", "jc", ""), ("B", "jc", ""), ("C", "jc2", "")]))
    assert np.isnan(few.table.loc[0, "estimate"])
    assert "fewer than 3 carriers" in few.table.loc[0, "remark"]


def test_what_is_left_after_some_months_follows_from_the_rate_at_which_coaches_left():
    study = small_study(FOUR, TIES, [("A", "jc", ""), ("B", "jc", ""), ("C", "jc", ""), ("D", "jc", "2020-12-31")])
    row = networks.ties_left_after(study, months=(12,), lock="2021-12-31").table.iloc[0]
    years = (3 * 730 + 365) / 365.25
    q = 1 - np.exp(-1 / years)
    assert (row["departures"], row["rate"]) == (1, pytest.approx(1 / years))
    assert row["estimate"] == pytest.approx(1 - (3 * q + q**2) / 5)
    assert row["lower"] < row["estimate"] < row["upper"] < 1


def test_turnover_by_number_starts_whole_and_ends_with_the_formal_ties():
    table = networks.turnover_by_number(small_study(FOUR, TIES)).table
    assert table["n_gone"].tolist() == [0, 1, 2, 3]
    assert table["estimate"].iloc[[0, 1, 3]].tolist() == pytest.approx([1, 4 / 5, 1 / 5])


BRIDGE = [*TIES[:2], ("p1", "p5", "verbal"), ("p5", "p6", "verbal")]
BOOKS = [(f"p{i}", frozenset({book})) for i, book in enumerate(["II", "V", "V", "V", "V", "VI", "none"])]


@pytest.mark.parametrize(("steps", "reached", "left", "domains"), [
    # p0 hangs on A, p1 on A and B; p5 hangs on p1, p6 on p5
    (1, 2, lambda q: (1 - q + 1 - q**2) / 2, lambda q: 1 - q + 1 - q**2),
    (2, 3, lambda q: (1 - q + 2 * (1 - q**2)) / 3, lambda q: 1 - q + 2 * (1 - q**2)),
    (3, 4, lambda q: (1 - q + 3 * (1 - q**2)) / 4, lambda q: 1 - q + 2 * (1 - q**2)),
])
def test_the_expected_reach_over_a_bridge_is_as_worked_by_hand(steps, reached, left, domains):
    study = small_study(FOUR[:3], BRIDGE, actors=BOOKS)
    for row in networks.reach_after_turnover(study, steps=steps).table.itertuples():
        assert (row.n_partners, row.exact, row.std_error) == (reached, True, 0)
        assert row.estimate == pytest.approx(left(row.turnover))
        assert row.domains == pytest.approx(domains(row.turnover))


def test_simulated_reach_agrees_with_enumerated_and_falls_with_turnover_without_crossing(monkeypatch):
    study = small_study(FOUR, [*TIES, ("p1", "p5", "verbal")], actors=BOOKS)
    exact = networks.reach_after_turnover(study).table
    monkeypatch.setattr(reach, "ENUMERATED", 0)
    drawn = networks.reach_after_turnover(study, draws=20_000).table
    assert not drawn["exact"].any()
    assert (np.abs(drawn["estimate"] - exact["estimate"]) < 4 * drawn["std_error"]).all()
    close = networks.reach_after_turnover(study, turnover=(0.2, 0.2001, 0.2002), draws=500).table["estimate"]
    assert close.is_monotonic_decreasing  # common random numbers


def test_exposed_days_agree_with_counting_day_by_day():
    rng = np.random.default_rng(6)
    days, window = rng.integers(50, 400, 30).astype(float), 60
    away = np.where(rng.random((30, 3)) < 0.6, np.floor(rng.random((30, 3)) * days[:, None]), np.nan)
    lost = rng.random(30) < 0.5
    found = _Histories(days, lost, away).exposed(away, window)
    counted = sum(any(d <= t < d + window for d in own if not np.isnan(d))
                  for own, end in zip(away, days, strict=True) for t in range(int(end)))
    soon = sum(gone and any(end - d <= window for d in own if not np.isnan(d))
               for own, end, gone in zip(away, days, lost, strict=True))
    assert (found[0], found[1]) == (soon, counted)


def departures_study(loss_of_p1):
    return small_study(
        [("p0", "A", "primary", ""), ("p1", "B", "primary", "2020-07-01"), ("p2", "C", "primary", "")],
        [("jc", f"p{i}", "verbal") for i in range(3)],
        events=[("p0", "2020-01-01", "active"), ("p1", "2020-01-01", "active"), ("p1", loss_of_p1, "dormant"),
                ("p2", "2020-01-01", "active"), ("p2", "2021-07-01", "ended"), ("p0", "2021-12-31", "active")])


def test_the_rate_ratio_after_a_departure_is_as_worked_by_hand():
    row = networks.loss_after_departure(departures_study("2020-08-01"), lock="2021-12-31").table.iloc[0]
    # p1: 31 days exposed, then lost; 182 days before; p0 730 days; p2 547 days and lost
    assert (row["ties"], row["departures"], row["lost_after"], row["lost_other"]) == (3, 1, 1, 1)
    assert row["rate_ratio"] == pytest.approx((1 / 31) / (1 / (182 + 730 + 547)))
    assert row["lower"] < row["rate_ratio"] < row["upper"]
    late = networks.loss_after_departure(departures_study("2021-06-01"), lock="2021-12-31").table.iloc[0]
    assert (late["lost_after"], late["lost_other"], late["rate_ratio"]) == (0, 2, 0)


def test_many_losses_right_after_departures_are_found_and_random_ones_are_not():
    rng = np.random.default_rng(9)
    n = 80
    leaving = rng.integers(100, 500, n)
    answers = {}
    for kind, gap in (("after", rng.integers(5, 100, n)), ("any time", rng.integers(5, 900, n))):
        on = pd.Timestamp("2020-01-01") + pd.to_timedelta(leaving + gap, "D")
        study = small_study(
            [(f"t{i}", f"P{i}", "primary", str(pd.Timestamp("2020-01-01") + pd.Timedelta(days=int(leaving[i]))))
             for i in range(n)],
            [("jc", f"t{i}", "verbal") for i in range(n)],
            events=[(f"t{i}", when, status) for i in range(n)
                    for when, status in (("2020-01-01", "active"), (str(on[i]), "ended"))])
        answers[kind] = networks.loss_after_departure(study, draws=500, lock="2024-01-01").table.loc[0, "p_value"]
    assert answers["after"] < 0.01
    assert answers["any time"] > answers["after"]


@pytest.fixture(scope="module")
def synthetic():
    return ra.read_study("data/documented", "data/synthetic")


def test_no_result_names_a_coach_or_any_other_carrier(synthetic):
    results = [networks.coach_independence(synthetic, replicates=20), networks.provider_loss(synthetic),
               networks.turnover_curve(synthetic, replicates=20), networks.turnover_by_number(synthetic),
               networks.ties_left_after(synthetic), networks.reach_after_turnover(synthetic),
               networks.loss_after_departure(synthetic, draws=20)]
    persons = {*synthetic.table("carriers")["person"], *synthetic.table("coaches")["coach"]}
    for result in results:
        told = result.table.to_csv() + " ".join(result.assumptions) + repr(result)
        assert not [name for name in persons if name in told]
        assert result.origin == "synthetic"
    assert not [name for name in persons if name in repr(next(carried_ties(synthetic)))]


def test_a_project_without_carriers_is_refused_by_name(synthetic):
    with pytest.raises(ra.StudyError, match="PROGES"):
        networks.coach_independence(synthetic, "PROGES")


def test_a_project_asked_for_alone_has_the_same_row(synthetic):
    together = networks.coach_independence(synthetic, replicates=50).table.set_index("project").loc[["Euregio"]]
    alone = networks.coach_independence(synthetic, "Euregio", replicates=50).table.set_index("project")
    pd.testing.assert_frame_equal(together, alone, check_dtype=False)
