"""The capacity simulation: closed forms, event-by-event simulators on the same random inputs, limits, invariants."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from heapq import heappop, heappush
from math import factorial, inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.throughput import Phase, Programme, duration, exponential
from rehapro_analysis.throughput.simulation.admission import cycle_start_times, start_times
from rehapro_analysis.throughput.simulation.measures import stocks
from rehapro_analysis.throughput.simulation.simulation import simulate

DEPART, CHANGE, ARRIVE, GIVE_UP = range(4)  # the order in which things happen at the same moment


@pytest.fixture(scope="module")
def study():
    return ra.read_study(REPOSITORY / "data" / "documented")


def event_by_event(arrived, stay, places, until=None, held=()):
    """A second, independent simulator: a calendar of events and a queue. Starts, inf for never."""
    until = [inf] * len(arrived) if until is None else until
    events = [(month, CHANGE, count) for month, count in places.items()]
    events += [(left, DEPART, -1) for left in held] + [(came, ARRIVE, who) for who, came in enumerate(arrived)]
    calendar, queue, started, present, free = sorted(events), [], [inf] * len(arrived), len(held), 0
    while calendar:
        now, kind, what = heappop(calendar)
        if kind == DEPART:
            present -= 1
        elif kind == CHANGE:
            free = what
        elif kind == ARRIVE:
            queue.append(what)
            heappush(calendar, (until[what], GIVE_UP, what))
        elif what in queue:
            queue.remove(what)
        if calendar and calendar[0][0] == now and calendar[0][1] < ARRIVE:
            continue  # departures and changes of the same moment come first
        while queue and present < free:
            started[queue[0]] = now
            heappush(calendar, (now + stay[queue.pop(0)], DEPART, -1))
            present += 1
    return np.array(started)


def random_people(seed, people=300, replications=3):
    rng = np.random.default_rng(seed)
    arrived = np.cumsum(rng.exponential(0.2, (people, replications)), axis=0)
    return arrived, rng.weibull(1.5, arrived.shape) * 3, arrived + rng.exponential(2.0, arrived.shape)


# --- closed forms ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("places", "load"), [(1, Fraction(1, 2)), (4, Fraction(7, 2)), (7, Fraction(20, 3))])
def test_erlang_b_and_c_are_their_defining_sums(places, load):
    terms = [load**k / factorial(k) for k in range(places + 1)]
    assert ra.throughput.erlang_b(places, float(load)) == pytest.approx(float(terms[-1] / sum(terms)), rel=1e-14)
    if load < places:
        waiting = terms[-1] * places / (places - load)
        assert ra.throughput.erlang_c(places, float(load)) == pytest.approx(
            float(waiting / (sum(terms[:-1]) + waiting)), rel=1e-14)


def test_erlang_b_does_not_overflow_and_takes_arrays():
    assert 0 < ra.throughput.erlang_b(5000, 4900.5) < 0.02
    assert ra.throughput.erlang_b(2, np.array([0.0, 1.0])).tolist() == [0.0, 0.2]


def test_an_overloaded_queue_waits_for_ever_and_no_arrivals_wait_not_at_all():
    table = ra.throughput.queue_with_list([0, 2, 3], arrivals=1.0, stay=2.5).table.set_index("places")
    assert table["mean_wait"].tolist()[:2] == [inf, inf]
    assert np.isfinite(table.loc[3, "mean_wait"])
    assert ra.throughput.queue_with_list(0, arrivals=0, stay=2).table["mean_wait"].tolist() == [0.0]
    assert ra.throughput.queue_without_list(0, arrivals=3, stay=2).table["lost"].tolist() == [1.0]


def agree(result, measure, truth):
    """Within four of the Monte Carlo errors the result prints."""
    row = result.table.set_index("measure").loc[measure]
    assert 0 < row["monte_carlo_error"] < 0.05 * truth  # precise enough to be able to fail
    assert abs(row["estimate"] - truth) < 4 * row["monte_carlo_error"]


@pytest.mark.parametrize("stay", [exponential(2.0), 2.0, [0.5, 3.5]], ids=["exponential", "fixed", "two lengths"])
def test_a_programme_without_a_list_loses_what_erlang_b_says_whatever_the_stays(stay):
    lossy = Programme(Phase(5, stay, patience=0), arrivals=2.0, months=640, warm_up=40)
    result = ra.throughput.simulate_capacity(lossy, seed=11, replications=300)
    truth = ra.throughput.queue_without_list(5, arrivals=2.0, stay=2.0).table.iloc[0]
    for measure in ("occupancy", "lost_share"):
        agree(result, measure, truth[measure.removesuffix("_share")])


def test_a_programme_with_a_list_waits_as_erlang_c_says():
    waiting = Programme(Phase(3, exponential(2.0)), arrivals=1.0, months=1060, warm_up=60)
    result = ra.throughput.simulate_capacity(waiting, seed=12, replications=400, long_wait=0.0)
    truth = ra.throughput.queue_with_list(3, arrivals=1.0, stay=2.0).table.iloc[0]
    agree(result, "share_waiting_long", truth["share_waiting"])
    agree(result, "mean_wait", truth["mean_wait"])
    agree(result, "occupancy", truth["occupancy"])


def test_the_allen_cunneen_factor_is_exact_for_one_place():
    fixed = Programme(Phase(1, 0.6), arrivals=1.0, months=1060, warm_up=60)
    result = ra.throughput.simulate_capacity(fixed, seed=13, replications=300)
    truth = ra.throughput.queue_with_list(1, arrivals=1.0, stay=0.6, variation=0.0)
    assert "Allen-Cunneen" in truth.method
    agree(result, "mean_wait", truth.table["mean_wait"].iloc[0])


def test_unlimited_places_fill_as_the_closed_form_says_with_seasons_and_any_stays():
    seasons, stay = [6, 2, 0, 8], [1.0, 2.5, 7.0, 7.0]
    free = Programme(Phase(None, stay), arrivals=seasons, months=18)
    present = stocks(simulate(free, replications=4000, seed=14)[0], 18)["present"]
    truth = ra.throughput.unlimited_places(seasons, stay=stay, months=18).table["estimate"].to_numpy()
    error = present.std(axis=1, ddof=1) / np.sqrt(4000)
    assert (np.abs(present.mean(axis=1) - truth)[1:] < 4 * error[1:]).all()
    np.testing.assert_allclose(present.var(axis=1)[1:], truth[1:], rtol=0.15)  # Poisson: variance is mean


# --- the same random inputs, event by event -------------------------------------------------------------------


@pytest.mark.parametrize("places", [{0: 12}, {0: 5, 20: 14}, {0: 14, 15: 3, 30: 9}, {0: 6, 25: 0}])
@pytest.mark.parametrize("patient", [True, False])
def test_starts_are_exactly_those_of_an_event_by_event_simulator(places, patient):
    arrived, stay, until = random_people(sum(places.values()))
    held = np.random.default_rng(1).exponential(4.0, (8, arrived.shape[1]))
    given = np.inf if patient else until
    found = start_times(arrived, stay, places=places, until=given, held=held)
    for column in range(arrived.shape[1]):
        expected = event_by_event(arrived[:, column], stay[:, column], places,
                                  None if patient else until[:, column], held[:, column])
        assert np.array_equal(found[:, column], expected)


def test_starts_are_exactly_those_of_simpy():
    simpy = pytest.importorskip("simpy", reason="SimPy is not installed here; the test's own simulator is")
    arrived, stay, until = random_people(5)
    patience = (until - arrived)[:, 0]
    started = np.full(len(arrived), inf)

    def person(env, who, place):
        with place.request() as request:
            got = yield request | env.timeout(patience[who])
            if request in got:
                started[who] = env.now
                yield env.timeout(stay[who, 0])

    def source(env, place):
        for who, gap in enumerate(np.diff(arrived[:, 0], prepend=0.0)):
            yield env.timeout(gap)
            env.process(person(env, who, place))

    env = simpy.Environment()
    env.process(source(env, simpy.Resource(env, 12)))
    env.run()
    found = start_times(arrived[:, :1], stay[:, :1], places={0: 12}, until=until[:, :1])[:, 0]
    assert np.array_equal(np.isinf(found), np.isinf(started)) and np.isinf(found).any()
    np.testing.assert_allclose(found, started, rtol=1e-12)


def test_starts_are_exactly_those_of_ciw():
    ciw = pytest.importorskip("ciw", reason="Ciw is not installed here; the test's own simulator is")
    arrived, stay, _ = random_people(6)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(arrived[:, 0], prepend=0.0), inf])],
        service_distributions=[ciw.dists.Sequential(list(stay[:, 0]))], number_of_servers=[12])
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(len(arrived), method="Finish")
    records = sorted(simulation.get_all_records(), key=lambda record: record.id_number)
    found = start_times(arrived[:, :1], stay[:, :1], places={0: 12})[:, 0]
    np.testing.assert_allclose(found, [record.service_start_date for record in records], rtol=1e-12)


def test_phases_in_series_are_the_event_simulator_twice():
    chain = Programme((Phase(8, exponential(1.5), "first", patience=exponential(2.0)),
                       Phase(9, exponential(2.5), "second")), arrivals=5.0, months=40)
    first, second = simulate(chain, replications=3, seed=3)
    for column in range(3):
        came = second.arrived[:, column]
        order = np.argsort(came, kind="stable")
        order = order[came[order] < inf]
        stay = second.left[order, column] - second.started[order, column]
        expected = event_by_event(came[order], stay, {0: 9})
        np.testing.assert_allclose(second.started[order, column], expected, rtol=1e-12)
        assert np.array_equal(came < inf, first.left[:, column] < 40)


def test_groups_with_fixed_starts_take_people_in_order_and_only_then():
    arrived = np.array([0.0, 0.0, 3.0, 4.0, 5.0, 13.0])[:, None]
    until = np.array([inf, inf, inf, 6.0, inf, inf])[:, None]
    found = cycle_start_times(arrived, places={0: 2, 24: 0, 36: 5}, cycle=12.0, months=24, until=until)
    assert found.ravel().tolist() == [0, 0, 12, inf, 12, 36]


def test_a_place_that_closes_the_moment_it_becomes_free_is_not_filled():
    found = start_times(np.array([[0.0], [1.0]]), np.full((2, 1), 6.0), places={0: 1, 6: 0, 9: 1})
    assert found.ravel().tolist() == [0, 9]


def test_the_wait_that_nine_in_ten_do_not_exceed_is_the_ninth_of_ten():
    waiting = Programme(Phase(1, 1.0), arrivals=0, months=24, waiting=10)  # they wait 0, 1, ..., 9 months
    found = measured(waiting)
    assert (found["wait_90"], found["mean_wait"]) == (8, 4.5)
    assert found["share_waiting_long"] == pytest.approx(0.3)  # 7, 8 and 9 are more than 6


# --- durations -------------------------------------------------------------------------------------------------


def table_of(months, left):
    return ra.retention.event_table(pd.DataFrame({"month": months, "left": left}), stop="month", event="left",
                                    origin="synthetic", unit="months")


def test_an_open_tail_follows_the_stated_rule():
    table = table_of([1.0, 2.0, 4.0, 4.0], [True, True, False, False])  # S = 3/4, 1/2, open from month 4 on
    going_on, ending = duration(table), duration(table, tail="last")
    shares = np.array([0.0, 0.25, 0.49, 0.5, 0.75])
    assert ending.quantile(shares).tolist() == [1, 2, 2, 4, 4]
    np.testing.assert_allclose(going_on.quantile(shares), [1, 2, 2, 4, 8])  # S(8) = (1/2)^(8/4)
    assert ending.mean == 1 + 0.75 + 2 * 0.5
    assert going_on.mean == pytest.approx(2.75 + 0.5 * 4 / np.log(2))
    assert all("50%" in one.said[0] and one.origin == "synthetic" for one in (going_on, ending))


@pytest.mark.parametrize("months", [exponential(5), 7.0, [1.0, 4.0, 4.0, 9.0], table_of([1, 3, 6], [1, 1, 0])])
def test_draws_area_and_rest_of_a_duration_fit_together(months):
    given, shares = duration(months), (np.arange(200_000) + 0.5) / 200_000
    drawn = given.quantile(shares)
    assert drawn.mean() == pytest.approx(given.mean, rel=1e-3)
    for time in (0.5, 4.0, 11.0):
        assert given.area(np.array([time]))[0] == pytest.approx(np.minimum(drawn, time).mean(), rel=1e-3)
        rest = given.rest(shares)
        assert (rest <= time).mean() == pytest.approx(given.area(np.array([time]))[0] / given.mean, abs=1e-3)


@pytest.mark.parametrize("months", [[], -1.0, [2.0, np.nan], table_of([3.0, 4.0], [False, False])])
def test_a_duration_without_sense_is_refused(months):
    with pytest.raises(ra.StudyError):
        duration(months)


# --- limits ----------------------------------------------------------------------------------------------------


def measured(programme, **options):
    return ra.throughput.simulate_capacity(programme, seed=1, **({"replications": 50} | options)).table.set_index(
        "measure")["estimate"]


def test_zero_places_admit_nobody_and_say_so():
    found = measured(Programme(Phase(0, 6), arrivals=4, months=12))
    assert np.isnan(found["mean_wait"]) and np.isnan(found["occupancy"])
    assert found["entries_per_year"] == found["mean_present"] == found["lost"] == 0
    assert found["waiting_at_end"] == pytest.approx(48, abs=5)
    assert found["share_waiting_long"] == 1  # nobody leaves the list


def test_without_arrivals_the_counts_are_zero_and_waits_are_undefined():
    found = measured(Programme(Phase(3, 6), arrivals=0, months=12))
    assert found[["lost", "waiting_at_end", "occupancy", "entries_per_year", "exits_per_year"]].tolist() == [0] * 5
    assert found[["mean_wait", "wait_90", "share_waiting_long", "lost_share"]].isna().all()


def test_stays_of_no_time_never_make_anybody_wait():
    found = measured(Programme(Phase(1, 0.0), arrivals=10, months=12))
    assert found["mean_wait"] == found["mean_present"] == 0
    assert found["entries_per_year"] == found["exits_per_year"] > 100


def test_where_nobody_has_patience_and_no_place_is_free_all_are_lost():
    found = measured(Programme(Phase(0, 6, patience=0), arrivals=4, months=12))
    assert found["lost_share"] == 1 and found["waiting_at_end"] == 0


def test_people_there_and_waiting_at_the_beginning_are_served_in_order():
    halle = simulate(Programme(Phase(2, 12.0, present=2), arrivals=0, months=60, waiting=3), replications=4, seed=8)[0]
    freed = np.sort(halle.held, axis=0)
    np.testing.assert_allclose(halle.started, [freed[0], freed[1], freed[0] + 12])
    assert (halle.held <= 12).all()


def test_extensions_lengthen_the_stays_of_those_who_reach_the_planned_end():
    given = Programme(Phase(None, [4.0, 12.0], extended=1.0, extension=6.0, planned=12.0), arrivals=5, months=24)
    course = simulate(given, replications=20, seed=2)[0]
    came = course.started < inf
    assert set(np.unique((course.left[came] - course.started[came]).round(9))) == {4.0, 18.0}


def test_one_replication_shows_no_spread():
    with pytest.raises(ra.StudyError, match="no spread"):
        ra.throughput.simulate_capacity(Programme(Phase(1, 1), 1), seed=1, replications=1)


def test_every_fault_of_a_phase_and_of_a_programme_is_named_at_once():
    with pytest.raises(ra.StudyError) as caught:
        Phase({6: 2.5}, 3, extended=1.5, present=-1, cycle=0)
    assert [problem.column for problem in caught.value.problems] == ["places", "places", "present", "extended", "cycle",
                                                                     "present"]
    with pytest.raises(ra.StudyError) as caught:
        Programme(Phase(1, 1), arrivals=[1, np.nan], months=0, waiting=0.5)
    assert [problem.column for problem in caught.value.problems] == ["arrivals", "months", "waiting", "warm_up"]


def test_a_synthetic_curve_makes_the_answer_synthetic():
    curve = table_of([1.0, 2.0, 3.0], [True, True, True])
    result = ra.throughput.simulate_capacity(Programme(Phase(2, curve), 1, origin="documented"), seed=1, replications=9)
    assert result.origin == "synthetic"


# --- invariants ------------------------------------------------------------------------------------------------

programmes = st.builds(
    lambda places, rate, stay, patience, cycle, waiting, present, onward: Programme(
        (Phase(places, stay, "a", patience=patience, cycle=cycle, onward=onward, present=0 if cycle else present),
         Phase(3, 1.5, "b", patience=patience)), arrivals=rate, months=14, waiting=waiting),
    st.integers(0, 6), st.floats(0, 3), st.sampled_from([0.0, 2.0, [0.5, 5.0], exponential(3)]),
    st.sampled_from([None, 0.0, 1.5, exponential(2)]), st.sampled_from([None, 4.0]), st.integers(0, 4),
    st.integers(0, 8), st.floats(0, 1))


@settings(max_examples=60, deadline=None)
@given(programmes, st.integers(0, 9))
def test_nobody_is_lost_from_the_books(programme, seed):
    courses = simulate(programme, replications=5, seed=seed)
    for phase, course in zip(programme.phases, courses, strict=True):
        counted = stocks(course, programme.months)
        assert (counted["waiting"] >= 0).all() and (counted["present"] >= 0).all()
        assert (counted["present"] <= max(phase.places[0], phase.present)).all()
        assert not ((course.started < inf) & (course.gave_up < inf)).any()
        assert (course.taken_off >= course.arrived).all() and (course.left >= course.started).all()
    first, second = courses
    gone_on = (second.arrived < inf).sum(axis=0)
    left = (first.left < programme.months).sum(axis=0) + (first.held < programme.months).sum(axis=0)
    assert (gone_on <= left).all() and (programme.phases[0].onward < 1 or (gone_on == left).all())


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(0, 100))
def test_one_more_place_lets_nobody_start_later(places, seed):
    arrived, stay, _ = random_people(seed, people=80)
    few, many = (start_times(arrived, stay, places={0: count}) for count in (places, places + 1))
    assert (many <= few).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.floats(0.01, 3))
def test_longer_stays_let_nobody_start_earlier(seed, longer):
    arrived, stay, _ = random_people(seed, people=80)
    assert (start_times(arrived, stay + longer, places={0: 5}) >= start_times(arrived, stay, places={0: 5})).all()


# --- results ---------------------------------------------------------------------------------------------------


def test_the_two_uncertainties_behave_as_their_names_say():
    queue = Programme(Phase(10, exponential(4)), arrivals=2.4, months=60)
    few, many = (ra.throughput.simulate_capacity(queue, seed=4, replications=count).table.set_index("measure").loc[
        "mean_wait"] for count in (250, 4000))
    assert many["monte_carlo_error"] == pytest.approx(few["monte_carlo_error"] / 4, rel=0.2)
    widths = [row["prediction_upper"] - row["prediction_lower"] for row in (few, many)]
    assert widths[1] == pytest.approx(widths[0], rel=0.25)
    assert many["mean_lower"] < many["estimate"] < many["mean_upper"]


def test_the_same_seed_gives_the_same_answer_and_another_seed_another():
    queue = Programme(Phase(3, 4), arrivals=1)
    one, again, other = (ra.throughput.simulate_capacity(queue, seed=seed, replications=20).table for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_scenarios_meet_the_same_people_so_differences_are_sharper_than_the_answers():
    base = Programme(Phase(20, exponential(6)), arrivals=3)
    table = ra.throughput.compare_scenarios(
        {"20": base, "24": replace(base, phases=Phase(24, exponential(6)))}, seed=5).table.set_index(
            ["scenario", "measure"])
    more = table.loc[("24", "entries_per_year")]
    assert more["difference"] == pytest.approx(more["estimate"] - table.loc[("20", "entries_per_year"), "estimate"])
    unpaired = np.hypot(more["monte_carlo_error"], table.loc[("20", "entries_per_year"), "monte_carlo_error"])
    assert more["difference_error"] < 0.7 * unpaired
    assert table.loc["20", "difference"].isna().all()


def test_stocks_over_time_start_where_the_scenario_starts():
    full = Programme(Phase(4, 12.0, present=4), arrivals=1, months=6, waiting=9)
    table = ra.throughput.scenarios_over_time({"now": full}, seed=1, replications=30).table
    begin = table[table["month"] == 0].set_index("quantity")
    assert begin["estimate"].to_dict() == {"waiting": 9, "present": 4}
    assert (table["lower_90"] <= table["lower_50"]).all() and (table["upper_50"] <= table["upper_90"]).all()


def test_documented_scenarios_take_their_numbers_from_the_documents(study):
    halle = ra.throughput.places_in_halle(study)
    current, target = (ra.study.fact(study, "GehVor", quantity).low
                       for quantity in ("participants_current", "target_participants"))
    assert [programme.phases[0].places[0] for programme in halle.values()] == [32, 45, 55]
    assert {(programme.phases[0].present, programme.waiting) for programme in halle.values()} == {(current, 40)}
    assert halle["32"].arrivals == target / 60
    gesa = ra.throughput.longer_stay_of_gesa(study)
    assert [programme.phases[0].stay.mean for programme in gesa.values()] == [12, 18, 24]
    assert {programme.phases[0].places[0] for programme in gesa.values()} == {150}
    pan = ra.throughput.cycles_of_pan(study)
    assert [programme.phases[0].cycle for programme in pan.values()] == [12, None]
    said = ra.throughput.simulate_capacity(halle["45"], seed=1, replications=2).assumptions
    assert "The target is spread evenly over the funded months." in said and "Nobody gives up waiting." in said
    assert {programme.origin for programme in (*halle.values(), *gesa.values(), *pan.values())} == {"documented"}


def test_a_full_gesa_with_stays_half_as_long_again_lets_two_thirds_through(study):
    """What the steady-state arithmetic says is the limit of the simulation once the start is over."""
    scenarios = {name: replace(programme, months=120 + 216, warm_up=120.0)  # whole turns of both stays
                 for name, programme in ra.throughput.longer_stay_of_gesa(study).items()}
    table = ra.throughput.compare_scenarios(scenarios, seed=6, replications=40).table.set_index(["scenario", "measure"])
    exits = table["estimate"].xs("exits_per_year", level="measure")
    assert exits["18"] == pytest.approx(150 * 12 / 18, rel=1e-6)
    assert exits["24"] == pytest.approx(150 * 12 / 24, rel=1e-6)
