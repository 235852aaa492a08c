"""The waiting list: competing ends, delayed entry, sources, and the wait ahead against exact references."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import expon

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.exits.competing import STAYING
from rehapro_analysis.throughput.waiting.expected_wait import (
    Wait,
    documented_queue,
    documented_wait,
    expected_wait,
    wait_probabilities,
)
from rehapro_analysis.throughput.waiting.waiting import STARTED, referral_sources, waiting_spells, waiting_times

DAY_0 = pd.Timestamp("2021-01-01")
ROWS = [  # participant, referred by, referred, entered, left, exit
    ("a", "clinic-x", 0, 10, None, None),
    ("b", "clinic-x", 0, None, 20, "withdrawn"),
    ("c", "self", 5, 35, 60, "dropout"),
    ("d", "self", 10, 60, None, None),
    ("e", "self", 20, None, None, None),
]


def study_of(rows, project="A"):
    names = ["participant", "referred_by", "referred_on", "entered_on", "left_on", "exit"]
    frame = pd.DataFrame(rows, columns=names)
    for name in names[2:5]:
        frame[name] = DAY_0 + pd.to_timedelta(frame[name].astype(float), unit="D")
    actors = pd.DataFrame({"actor": ["clinic-x"], "legal_domains": [frozenset({"V", "IX"})], "origin": "own"})
    return ra.Study({"projects": pd.DataFrame({"project": [project], "label": [project]}), "actors": actors,
                     "episodes": frame.assign(project=project, coach=None, origin="own")})


def last(result):
    return result.table.groupby("cause")["estimate"].last().to_dict()


def test_waiting_ends_in_a_start_or_a_withdrawal_and_a_later_exit_does_not_matter():
    spells = waiting_spells(study_of(ROWS))
    assert spells["stop"].tolist() == [10, 20, 30, 50, 40]
    assert spells["to"].fillna("-").tolist() == [STARTED, "withdrawn", STARTED, STARTED, "-"]


def test_starts_and_withdrawals_compete():
    # starts at 10 and 30 and 50, withdrawal at 20, one waits at 40: F(started) = 1/5 + 3/5 * 1/3 + 2/5 * 1
    assert last(waiting_times(study_of(ROWS))) == pytest.approx({STARTED: 4 / 5, "withdrawn": 1 / 5, STAYING: 0})


def test_started_withdrawn_and_still_waiting_add_up_to_everybody():
    study = ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")
    table = waiting_times(study).table
    assert table["project"].nunique() == 12
    np.testing.assert_allclose(table.groupby(["project", "time"], observed=True)["estimate"].sum(), 1, atol=1e-12)


def test_a_list_kept_from_a_day_on_sees_only_those_still_waiting_then():
    spells = waiting_spells(study_of(ROWS), since=DAY_0 + pd.Timedelta(days=20))
    assert spells["stop"].tolist() == [30, 50, 40]  # b, decided on that day, is not seen
    assert spells["start"].fillna(-1).tolist() == [15, 10, -1]
    # at day 30 three are watched, at day 50 one: F(started) = 1/3 + 2/3
    assert last(waiting_times(study_of(ROWS), since=DAY_0 + pd.Timedelta(days=20)))[STARTED] == pytest.approx(1)


def test_before_the_lock_later_starts_are_still_waiting():
    spells = waiting_spells(study_of(ROWS), lock=DAY_0 + pd.Timedelta(days=15))
    assert spells["to"].fillna("-").tolist() == [STARTED, "-", "-", "-"]
    assert spells["stop"].tolist() == [10, 15, 10, 5]


def test_a_wait_without_a_beginning_is_refused():
    with pytest.raises(ra.StudyError, match=r"1 row\(s\) have no day of referral"):
        waiting_times(study_of([*ROWS, ("f", "self", None, 3, None, None)]))
    with pytest.raises(ra.StudyError, match="Nobody waited"):
        waiting_times(study_of(ROWS), lock="2020-01-01")


def test_each_source_has_its_own_conversion():
    table = referral_sources(study_of(ROWS)).table.set_index(["referred_by", "to"])
    assert table.loc[("clinic-x", STARTED), "so_far"] == 1 / 2
    assert table.loc[("self", STARTED), ["n", "entered", "open", "of_decided"]].tolist() == [2, 3, 1, 1]


def test_sources_that_are_actors_bring_their_legal_domains():
    table = referral_sources(study_of(ROWS), by="legal_domains").table
    assert table.groupby("legal_domains", observed=True)["entered"].first().to_dict() == {"V+IX": 2, "unknown": 3}
    with pytest.raises(ra.StudyError, match="unknown"):
        referral_sources(study_of(ROWS), by="colour")


def row(law, case, **numbers):
    table = expected_wait(**numbers).table
    return table[(table["law"] == law) & (table["case"] == case)].iloc[0]


def test_the_second_on_the_list_of_four_places_waits_half_a_stay():
    assert row("exponential", "longest", position=2, places=4, stay=12)["mean"] == pytest.approx(6)
    assert row("fixed", "longest", position=2, places=4, stay=12)["mean"] == pytest.approx(12 * 2 / 5)


def test_one_place_and_fixed_stays_make_an_even_wait_between_two_ends():
    found = row("fixed", "longest", position=3, places=1, stay=6)
    assert (found["lower"], found["median"], found["upper"]) == pytest.approx((12.3, 15, 17.7))


def chain(k, n, stay, gone):
    """The exact chain of a person at position k: states k-1 ... 0 ahead, started, withdrawn; shape (k+2, k+2)."""
    rates = np.zeros((k + 2, k + 2))
    for place in range(k):  # place 0: k - 1 people ahead
        ahead = k - 1 - place
        rates[place, place + 1] += n / stay + ahead * gone
        rates[place, k + 1] += gone
        rates[place, place] = -rates[place].sum()
    return rates


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 30), st.floats(1, 24), st.floats(0.01, 0.5), st.floats(0.1, 40))
def test_the_closed_form_is_the_markov_chain(k, n, stay, gone, time):
    shares = expm(chain(k, n, stay, gone) * time)[0]
    found = wait_probabilities([time], position=k, places=n, stay=stay, withdrawal=gone).table.iloc[0]
    assert found["started"] == pytest.approx(shares[k], abs=1e-9)
    assert found["withdrawn"] == pytest.approx(shares[k + 1], abs=1e-9)
    assert found["waiting"] == pytest.approx(shares[:k].sum(), abs=1e-9)


def test_the_mean_is_the_sum_of_the_mean_steps():
    found = row("exponential", "longest", position=5, places=3, stay=9, withdrawal=0.1)
    assert found["mean"] == pytest.approx(sum(1 / (3 / 9 + ahead * 0.1) for ahead in range(5)))


def test_hardly_any_withdrawal_is_as_good_as_none():
    none, hardly = (Wait(41, 50, 12.0, gone, "exponential") for gone in (0.0, 1e-7))
    assert hardly.mean() == pytest.approx(none.mean(), rel=1e-5)
    assert hardly.quantile(0.9) == pytest.approx(none.quantile(0.9), rel=1e-5)
    assert hardly.started(np.array([9.0])) == pytest.approx(none.turn(np.array([9.0])), rel=1e-4)


def test_the_turn_comes_with_the_kth_freed_place_whatever_happens_after():
    rng = np.random.default_rng(3)
    stay, places, k = 10.0, 4, 7
    begun = rng.uniform(0, stay, (20_000, places, 1)) + stay * np.arange(3)
    kth = np.sort(begun.reshape(len(begun), -1), axis=1)[:, k - 1]
    wait = Wait(k, places, stay, 0.0, "fixed")
    assert kth.mean() == pytest.approx(wait.mean(), abs=4 * kth.std() / np.sqrt(len(kth)))
    assert (kth <= 15).mean() == pytest.approx(wait.turn(np.array([15.0]))[0], abs=0.015)
    renewed = rng.exponential(stay, (20_000, places, 25)).cumsum(axis=2)
    kth = np.sort(renewed.reshape(len(renewed), -1), axis=1)[:, k - 1]
    wait = Wait(k, places, stay, 0.0, "exponential")
    assert kth.mean() == pytest.approx(wait.mean(), abs=4 * kth.std() / np.sqrt(len(kth)))
    assert (kth <= 15).mean() == pytest.approx(wait.turn(np.array([15.0]))[0], abs=0.015)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.floats(1, 24), st.sampled_from([0.0, 0.02, 0.3]),
       st.sampled_from(["exponential", "fixed"]), st.floats(0.01, 0.99))
def test_quantiles_undo_probabilities_and_the_wait_grows_with_the_position(k, n, stay, gone, law, share):
    wait, later = Wait(k, n, stay, gone, law), Wait(k + 1, n, stay, gone, law)
    assert wait.turn(np.array([wait.quantile(share)]))[0] == pytest.approx(share, abs=1e-6)
    assert later.mean() > wait.mean()
    assert later.quantile(share) > wait.quantile(share)


def test_the_first_on_the_list_of_one_place_waits_for_one_stay_to_end():
    turn = Wait(1, 1, 12.0, 0.0, "exponential").turn(np.array([6.0, 12.0]))
    np.testing.assert_allclose(turn, expon(scale=12).cdf([6, 12]), rtol=1e-12)


def test_intervals_are_carried_by_their_ends():
    queue = {"position": (37, 45), "places": (45, 55), "stay": (10, 14), "withdrawal": (0, 0.05)}
    table = expected_wait(**queue).table.set_index(["law", "case"])
    inner = expected_wait(position=41, places=50, stay=12, withdrawal=0.02).table.set_index(["law", "case"])
    for law in ("exponential", "fixed"):
        low, high = (table.loc[(law, case), "mean"] for case in ("shortest", "longest"))
        assert low < inner.loc[(law, "longest"), "mean"] < high


def test_the_next_in_halle_waits_position_times_stay_over_places():
    study = ra.read_study(REPOSITORY / "data" / "documented")
    assert documented_queue(study) == {"position": (37, 45), "places": (45, 55), "stay": (12, 12)}
    table = documented_wait(study).table.set_index(["law", "case"])
    assert table.loc[("exponential", "shortest"), "mean"] == pytest.approx(37 * 12 / 55)
    assert table.loc[("exponential", "longest"), "mean"] == pytest.approx(45 * 12 / 45)
    fixed = table.loc["fixed", "upper"]
    assert (fixed < 12).all()  # within one stay every place is free once


def test_fixed_stays_leave_withdrawals_out_and_say_nothing_of_a_person_who_may_give_up():
    table = wait_probabilities([6], position=3, places=2, stay=12, withdrawal=0.1).table.set_index("law")
    assert table.loc["fixed", ["started", "withdrawn", "waiting"]].isna().all(axis=None)
    free = wait_probabilities([6], position=3, places=2, stay=12).table.set_index("law")
    assert (free["started"] == free["turn"]).all()
    assert (table.loc["fixed", "turn"] == free.loc["fixed", "turn"]).all()


def test_impossible_numbers_are_refused_all_at_once():
    with pytest.raises(ra.StudyError, match="Without a place nobody ever starts") as refused:
        expected_wait(position=0, places=0, stay=-1, withdrawal=(0.2, 0.1))
    assert len(refused.value.problems) == 4
