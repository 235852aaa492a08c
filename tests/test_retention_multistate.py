"""States over time: R's numbers, fractions worked by hand, and what must not depend on how rows are cut."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis import read_study
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.curves import kaplan_meier
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.states import pasts
from rehapro_analysis.retention.states.multistate import expected_stay, state_occupation
from rehapro_analysis.retention.states.phases import phase_spells
from rehapro_analysis.retention.states.spell_checks import check_spells
from rehapro_analysis.retention.states.state_paths import common_paths, state_graph
from rehapro_analysis.study import Study, StudyError

REFERENCE = REPOSITORY / "tests" / "reference" / "survival"
EXACT = {"rtol": 1e-9, "atol": 1e-12}
COLUMNS = {"participant": "id", "state": "from", "start": "t0", "stop": "t1", "to": "to"}


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / name)


def wide(table: pd.DataFrame, value: str) -> np.ndarray:
    return table.pivot(index="time", columns="state", values=value).to_numpy()


def stays(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS.values()))


# Six people: one starts in b, one is watched from time 1, one is censored in b, one goes back.
SIX = stays([
    (1, "a", 0, 2, "b"), (1, "b", 2, 4, "x"), (2, "a", 0, 2, "x"), (3, "a", 0, 3, None), (4, "b", 0, 4, "a"),
    (4, "a", 4, 6, "x"), (5, "a", 1, 4, "b"), (5, "b", 4, 5, None), (6, "a", 0, 6, "x"),
])


# R

def test_occupation_and_its_errors_equal_survfit():
    table, r = state_occupation(reference("C.csv"), **COLUMNS).table, reference("C_ms.csv")
    for value, columns in (("estimate", slice(1, 5)), ("std_error", slice(5, 9)), ("n_risk", slice(9, 13))):
        np.testing.assert_allclose(wide(table, value), r.iloc[:, columns], **EXACT)


def test_expected_stay_and_its_errors_equal_the_mean_of_survfit():
    table, r = expected_stay(reference("C.csv"), 15, **COLUMNS).table, reference("C_ms_rmean.csv")
    np.testing.assert_allclose(table["estimate"], r["rmean"], **EXACT)
    np.testing.assert_allclose(table["std_error"], r["se.rmean."], **EXACT)


def of_group(result: Result, group: int) -> pd.DataFrame:
    return result.table if group <= 0 else result.table[result.table["g"] == group]


@pytest.mark.parametrize("ci", ["log-log", "log"])
@pytest.mark.parametrize("group", [0, 1, 2])
def test_people_who_start_in_different_states_or_late_equal_survfit(group, ci):
    result = state_occupation(reference("D.csv"), by="g" if group else None, ci=ci, **COLUMNS)
    r = reference("D_ms.csv").query("g == @group and kind == @ci")
    r = r.assign(state=r["state"].astype(int).astype(str))
    both = of_group(result, group).merge(r, on=["state", "time"], how="outer", validate="one_to_one")
    for ours, theirs in (("n_risk", "n"), ("n_event", "d"), ("estimate", "p"), ("std_error", "se"),
                         ("lower", "lo"), ("upper", "hi")):
        np.testing.assert_allclose(both[ours], both[theirs], **EXACT)
    censored = both.groupby("time").agg(ours=("n_censored", "sum"), theirs=("c", "first"))
    assert (censored["ours"] == censored["theirs"]).all()


@pytest.mark.parametrize("horizon", [3, 7.5, 12])
@pytest.mark.parametrize("group", [0, 1, 2])
def test_their_expected_stay_equals_the_integral_of_influence(group, horizon):
    result = expected_stay(reference("D.csv"), horizon, by="g" if group else None, **COLUMNS)
    r = reference("D_ms_stay.csv").query("g == @group and tau == @horizon")
    both = of_group(result, group).merge(r.assign(state=r["state"].astype(str)), on="state", validate="one_to_one")
    np.testing.assert_allclose(both["estimate"], both["mean"], **EXACT)
    np.testing.assert_allclose(both["std_error"], both["se"], **EXACT)


def test_condensing_those_who_are_gone_changes_no_error(monkeypatch):
    analyses = (state_occupation, partial(expected_stay, horizon=12))
    plain = [analysis(reference("D.csv"), by="g", **COLUMNS).table for analysis in analyses]
    condensed = []
    monkeypatch.setattr(pasts, "MANY", 0)
    monkeypatch.setattr(pasts.Influence, "_condense", lambda self, whole=pasts.Influence._condense: (
        condensed.append(self.n_closed), whole(self)))
    for analysis, table in zip(analyses, plain, strict=True):
        again = analysis(reference("D.csv"), by="g", **COLUMNS).table
        np.testing.assert_allclose(again["std_error"], table["std_error"], **EXACT)
    assert condensed


def test_who_is_certainly_somewhere_has_no_error():
    rows = stays([(i, "a", 0, i % 7 + 1, "x") for i in range(700)])
    last = state_occupation(rows, **COLUMNS).table.query("time == 7")
    assert last["estimate"].tolist() == [0, 1] and last["std_error"].max() < 1e-15


def test_starting_anew_after_a_time_equals_survfit_of_what_is_left():
    table = state_occupation(reference("D.csv"), since=3, **COLUMNS).table
    r = reference("D_ms.csv").query("g == -3")
    both = table.merge(r.assign(state=r["state"].astype(int).astype(str)), on=["state", "time"], how="outer")
    np.testing.assert_allclose(both["estimate"], both["p"], **EXACT)
    np.testing.assert_allclose(both["std_error"], both["se"], **EXACT)


def test_faults_are_counted_like_survcheck():
    table = check_spells(reference("faults.csv"), **COLUMNS).table.set_index("kind")["n_rows"]
    r = reference("faults_survcheck.csv").iloc[0]
    assert {kind: table[kind] for kind in r.index} == r.to_dict()
    assert table.sum() == 4


# By hand

def test_six_people_by_hand():
    # Shares at the first move, t = 2: at risk 1, 2, 3, 5, 6 in a, 4 in b.
    p = {"a": Fraction(5, 6), "b": Fraction(1, 6), "x": Fraction(0)}
    expected = {}
    for time, moves in {2: [("a", "b", 1, 5), ("a", "x", 1, 5)], 3: [], 4: [("a", "b", 1, 2), ("b", "x", 1, 2),
                        ("b", "a", 1, 2)], 5: [], 6: [("a", "x", 2, 2)]}.items():
        before = dict(p)
        for source, target, n, of in moves:
            p[source] -= before[source] * Fraction(n, of)
            p[target] += before[source] * Fraction(n, of)
        expected |= {(state, time): float(share) for state, share in p.items()}
    table = state_occupation(SIX, **COLUMNS).table.set_index(["state", "time"])
    for place, share in expected.items():
        assert table.loc[place, "estimate"] == pytest.approx(share, abs=1e-15)
    assert expected["b", 6] == float(Fraction(1, 4)) and expected["a", 6] == 0


def test_the_stay_of_six_people_by_hand():
    table = expected_stay(SIX, 6, **COLUMNS).table.set_index("state")
    # a: 5/6 up to 2, 3/5 of it = 1/2 up to 4, then half of a stays and half of b comes: 1/4 + 1/6 up to 6.
    in_a = 2 * Fraction(5, 6) + 2 * Fraction(1, 2) + 2 * Fraction(5, 12)
    assert table.loc["a", "estimate"] == pytest.approx(float(in_a))
    assert table["estimate"].sum() == pytest.approx(6, abs=1e-14)
    assert table["n_persons"].to_dict() == {"a": 6, "b": 3, "x": 2}  # two enter x at 6, too late to stay there
    assert expected_stay(SIX, 4, **COLUMNS).table["n_persons"].tolist() == [5, 2, 1]


def test_without_censoring_the_shares_and_errors_are_those_of_proportions():
    people = stays([(i, "a", 0, i % 4 + 1, ("x", "y")[i % 3 == 0]) for i in range(20)])
    table = state_occupation(people, **COLUMNS).table
    counts = {(state, time): sum(row.t1 <= time and row.to == state for row in people.itertuples())
              for state in ("x", "y") for time in range(1, 5)}
    for (state, time), n in counts.items():
        row = table[(table["state"] == state) & (table["time"] == time)].iloc[0]
        assert row["estimate"] == pytest.approx(n / 20)
        assert row["std_error"] == pytest.approx(np.sqrt(n / 20 * (1 - n / 20) / 20))


def test_two_states_are_kaplan_meier():
    a = reference("A.csv").assign(participant=range(240), state="in", start=np.nan, left=lambda d: d["cause"] > 0)
    a["to"] = np.where(a["left"], "out", "")
    table = state_occupation(a, stop="time", by="g", ci="log").table
    km = kaplan_meier(event_table(a, stop="time", event="left", by="g"), ci="log").table
    staying = table[table["state"] == "in"]
    np.testing.assert_allclose(staying["estimate"], km["estimate"], **EXACT)
    np.testing.assert_allclose(staying["std_error"], km["std_error"].fillna(0), **EXACT)
    np.testing.assert_allclose(staying["upper"], km["upper"], **EXACT)


def test_leaving_on_the_first_day_counts():
    table = state_occupation(stays([(1, "a", np.nan, 0, "x"), (2, "a", np.nan, 3, "x")]), **COLUMNS).table
    assert table.query("state == 'x' and time == 0")["estimate"].item() == 0.5


def test_a_time_nobody_was_watched_to_has_no_expected_stay():
    open_end = stays([(1, "a", 0, 3, "x"), (2, "a", 0, 5, None)])
    assert expected_stay(open_end, 6, **COLUMNS).table["estimate"].isna().all()
    all_gone = stays([(1, "a", 0, 3, "x"), (2, "a", 0, 5, "y")])
    table = expected_stay(all_gone, 6, **COLUMNS).table
    assert table["estimate"].tolist() == [4, 1.5, 0.5]
    np.testing.assert_allclose(table["std_error"], [np.sqrt(2 * (half / 2) ** 2) for half in (1, 1.5, 0.5)])


def test_before_anybody_moves_the_error_is_that_of_the_shares_at_the_start():
    rows = stays([(1, "a", 0, 1, None), (2, "a", 0, 4, "x"), (3, "b", 0, 4, "x"), (4, "b", 0, 4, "x"),
                  (5, "b", 2, 4, "x")])
    table = state_occupation(rows, **COLUMNS).table.query("time == 1").set_index("state")
    assert table["estimate"].to_dict() == {"a": 0.25, "b": 0.75, "x": 0}
    assert table["std_error"].to_dict() == pytest.approx({"a": np.sqrt(3) / 8, "b": np.sqrt(3) / 8, "x": 0})


def test_states_keep_the_order_they_were_declared_in_and_exits_come_last():
    rows = SIX.assign(**{"from": pd.Categorical(SIX["from"], ["b", "a"])})
    assert list(dict.fromkeys(state_occupation(rows, **COLUMNS).table["state"])) == ["b", "a", "x"]


# Any frame

def _lazy_polars(rows):
    return pytest.importorskip("polars").from_pandas(rows).lazy()


def _duckdb(rows):
    return pytest.importorskip("duckdb").from_df(rows)


def _polars(rows):
    return pytest.importorskip("polars").from_pandas(rows)


def _pyarrow(rows):
    return pytest.importorskip("pyarrow").Table.from_pandas(rows)


@pytest.mark.parametrize("make", [_polars, _lazy_polars, _duckdb, _pyarrow])
def test_other_frames_give_the_same_table(make):
    rows = reference("D.csv").astype(int)
    rows = rows.assign(to=rows["to"].astype(str).replace("0", ""), **{"from": rows["from"].astype(str)})
    for analysis in (state_occupation, partial(expected_stay, horizon=9)):
        pd.testing.assert_frame_equal(analysis(make(rows), by="g", **COLUMNS).table,
                                      analysis(rows, by="g", **COLUMNS).table, rtol=1e-12)


# What must not matter

@st.composite
def histories(draw):
    rows = []
    for person in range(draw(st.integers(2, 8))):
        time, state = draw(st.integers(0, 3)), draw(st.sampled_from("abc"))
        for _ in range(draw(st.integers(1, 4))):
            end = time + draw(st.integers(1, 4))
            to = draw(st.sampled_from([*(set("abcx") - {state}), None]))
            rows.append((person, state, time, end, to))
            if to in ("x", None):
                break
            time, state = end, to
    return stays(rows).assign(to=lambda d: d["to"].astype(object))


def split_everywhere(rows: pd.DataFrame) -> pd.DataFrame:
    pieces = [(row.id, row.state, time, time + 1, row.to if time + 1 == row.t1 else None)
              for row in rows.rename(columns={"from": "state"}).itertuples() for time in range(row.t0, row.t1)]
    return stays(pieces)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_occupation_adds_up_to_one_and_stays_to_the_horizon(rows):
    table = state_occupation(rows, **COLUMNS).table
    np.testing.assert_allclose(table.groupby("time")["estimate"].sum(), 1, atol=1e-13)
    assert table["estimate"].between(-1e-13, 1 + 1e-13).all()
    stay = expected_stay(rows, 2.5, **COLUMNS).table["estimate"]
    assert stay.isna().all() or stay.sum() == pytest.approx(2.5, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(histories(), st.randoms())
def test_cutting_stays_or_shuffling_rows_changes_nothing(rows, random):
    shuffled = split_everywhere(rows).sample(frac=1, random_state=random.randrange(1000))
    for analysis in (state_occupation, partial(expected_stay, horizon=3)):
        pd.testing.assert_frame_equal(analysis(shuffled, **COLUMNS).table, analysis(rows, **COLUMNS).table,
                                      rtol=1e-10, atol=1e-12)
    pd.testing.assert_frame_equal(common_paths(shuffled, **COLUMNS).table, common_paths(rows, **COLUMNS).table)
    assert check_spells(shuffled, **COLUMNS).table["n_rows"].sum() == 0


@settings(max_examples=30, deadline=None)
@given(histories())
def test_everybody_twice_gives_the_same_shares_and_errors_smaller_by_the_root_of_two(rows):
    twice = pd.concat([rows, rows.assign(id=rows["id"] + 100)])
    once, double = (state_occupation(frame, **COLUMNS).table for frame in (rows, twice))
    np.testing.assert_allclose(double["estimate"], once["estimate"], atol=1e-13)
    np.testing.assert_allclose(double["std_error"] * np.sqrt(2), once["std_error"], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(histories(), histories())
def test_groups_are_estimated_as_if_alone(one, other):
    both = pd.concat([one.assign(g="one"), other.assign(g="other")])
    table = state_occupation(both, by="g", **COLUMNS).table.query("g == 'one'")
    alone = state_occupation(one, **COLUMNS).table
    merged = alone.merge(table, on=["state", "time"], suffixes=("", "_together"), validate="one_to_one")
    assert len(merged) == len(alone)
    np.testing.assert_allclose(merged["estimate_together"], merged["estimate"], atol=1e-13)
    np.testing.assert_allclose(merged["std_error_together"], merged["std_error"], atol=1e-13)


# Checks

@pytest.mark.parametrize(("kind", "second"), [
    ("overlap", (1, "b", 2, 6, None)), ("gap", (1, "b", 4, 6, None)), ("jump", (1, "a", 4, 6, None)),
    ("teleport", (1, "a", 3, 6, None)), ("duplicate", (1, "a", 0, 3, "b")),
])
def test_an_analysis_refuses_each_fault_and_names_the_row_but_no_person(kind, second):
    rows = stays([(77, "a", 0, 9, "x"), (1, "a", 0, 3, "b"), second])
    found = check_spells(rows, **COLUMNS)
    assert found.table.set_index("kind")["n_rows"].to_dict() == {
        name: int(name == kind) for name in ("duplicate", "overlap", "gap", "jump", "teleport")}
    assert "id" not in found.table and not found.table.isin([77]).any(axis=None)
    for analysis in (state_occupation, state_graph, common_paths):
        with pytest.raises(StudyError, match=rf"{kind}: 1 row\(s\) \(first at 2, from 0\)"):
            analysis(rows, **COLUMNS)


def test_a_fault_is_counted_once_however_the_stay_is_cut():
    rows = stays([(1, "a", 0, 3, None), (1, "b", 3, 5, None), (1, "b", 5, 6, "x")])
    assert check_spells(rows, **COLUMNS).table["n_rows"].tolist() == [0, 0, 0, 0, 1]


def test_twice_the_same_row_is_found_in_a_lazy_frame_too():
    rows = stays([(1, "a", 0, 3, "x"), (1, "a", 0, 3, "x"), (2, "a", 0, 3, "x")])
    assert check_spells(_lazy_polars(rows), **COLUMNS).table["n_rows"].tolist() == [1, 0, 0, 0, 0]
    with pytest.raises(StudyError, match=r"duplicate: 1 row\(s\) with"):
        state_occupation(_lazy_polars(rows), **COLUMNS)


def test_a_stay_of_no_length_is_refused():
    with pytest.raises(StudyError, match="no length"):
        state_occupation(stays([(1, "a", 0, 3, "b"), (1, "b", 3, 3, "x")]), **COLUMNS)


# Paths

def test_moves_and_paths_are_counted():
    graph = state_graph(SIX, **COLUMNS)
    assert list(graph) == ["a", "b", "x"]
    assert graph.nodes["a"] == {"n": 6, "stays": 6, "open": 1}
    assert graph.nodes["b"] == {"n": 3, "stays": 3, "open": 1}
    assert graph.edges["a", "x"] == {"n": 3, "share": 0.6} and graph.edges["b", "a"]["share"] == 0.5
    result = common_paths(SIX, **COLUMNS)
    assert result.table.iloc[0].to_dict() == {"path": "a → x", "states": 2, "ended": True, "n": 2, "share": 1 / 3}
    assert set(result.table["path"][1:]) == {"a", "a → b", "a → b → x", "b → a → x"}
    assert not result.table.query("path == 'a → b'")["ended"].item()
    assert result.cells == ("n",) and result.n == 6


# A study's phases

def small_study() -> Study:
    day = pd.Timestamp("2022-01-01")
    phases = pd.DataFrame([
        ("GesA", "p1", "waiting", 0, 10, "support"), ("GesA", "p1", "support", 10, 40, "dropout"),
        ("GesA", "p2", "waiting", 5, 5, "withdrawn"), ("GesA", "p3", "waiting", 20, None, None),
        ("PaN", "p1", "modules", 2, 30, None), ("GesA", "p4", "waiting", 30, 40, "support"),
        ("GesA", "p4", "support", 40, None, None),
    ], columns=["project", "participant", "phase", "entered_on", "left_on", "next"])
    for name in ("entered_on", "left_on"):
        phases[name] = day + pd.to_timedelta(phases[name], unit="D")
    return Study({"phases": phases.assign(origin="synthetic")})


def test_phases_become_stays_in_whole_days():
    spells = phase_spells(small_study(), "GesA")
    assert spells["state"].cat.categories.tolist() == ["waiting", "support"]
    rows = spells.astype(object).where(spells.notna(), None).drop(columns=["project", "origin"]).values.tolist()
    assert rows == [["p1", "waiting", None, 10, "support"], ["p1", "support", 10.0, 40, "dropout"],
                    ["p2", "waiting", None, 0, "withdrawn"], ["p3", "waiting", None, 20, None],
                    ["p4", "waiting", None, 10, "support"]]


def test_what_happened_after_the_lock_date_is_not_seen():
    spells = phase_spells(small_study(), "GesA", lock="2022-01-21").set_index("participant")
    assert set(spells.index) == {"p1", "p2", "p3"}
    assert spells.loc["p1", "stop"].tolist() == [10, 20] and pd.isna(spells.loc["p1", "to"].iloc[-1])


def test_the_calendar_clock_starts_with_the_first_day_of_the_table():
    study = small_study()
    with pytest.raises(StudyError, match=r"1 phase\(s\) end on the day they begin"):
        phase_spells(study, clock="calendar")
    study = Study({"phases": study.table("phases").query("participant != 'p2'")})
    spells = phase_spells(study, clock="calendar").set_index(["project", "participant"])
    assert spells.loc[("PaN", "p1"), ["start", "stop", "to"]].tolist() == [2.0, 30, "unknown"]


def test_without_waiting_the_clock_starts_with_support():
    spells = phase_spells(small_study(), "GesA", without=["waiting"])
    assert spells[["participant", "stop"]].values.tolist() == [["p1", 30], ["p4", 0]]


def test_a_later_phase_of_no_length_is_refused():
    study = small_study()
    table = study.table("phases")
    table.loc[1, "left_on"] = table.loc[1, "entered_on"]
    with pytest.raises(StudyError, match=r"1 phase\(s\) end on the day they begin"):
        phase_spells(Study({"phases": table}), "GesA")


def test_the_synthetic_phases_make_sound_histories():
    study = read_study(*[REPOSITORY / "data" / name for name in ("documented", "synthetic")])
    spells = phase_spells(study)
    person = ["project", "participant"]
    assert check_spells(spells, participant=person).table["n_rows"].sum() == 0
    result = expected_stay(spells, 365, participant=person, origin=study.origin("phases"), unit="days")
    assert result.table["estimate"].sum() == pytest.approx(365)
    assert result.origin == "synthetic" and result.n == spells.groupby(person).ngroups
