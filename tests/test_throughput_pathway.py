"""The pathway and its bottleneck: hand-worked yields, conservation at every step, and minimum cuts by brute force."""

from itertools import chain, combinations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import rehapro_analysis as ra
from rehapro_analysis.results import Result
from rehapro_analysis.retention import state_graph
from rehapro_analysis.retention.exits.competing import STAYING
from rehapro_analysis.throughput.pathways.bottleneck import SCALE, SINK, bottleneck, flow_network, maximum_flow
from rehapro_analysis.throughput.pathways.pathway import ENTRY, pathway, pathway_graph, pathway_yield, step_stays
from rehapro_analysis.throughput.pathways.routes import MONTH, Routes

DAY_0 = pd.Timestamp("2021-01-01")
STEPS = ["waiting", "orientation", "support"]


def study_of(rows, project="A"):
    """Rows: participant, phase, first day, last day (None: still there), next; days since 2021-01-01."""
    frame = pd.DataFrame(rows, columns=["participant", "phase", "entered_on", "left_on", "next"])
    for name in ("entered_on", "left_on"):
        frame[name] = DAY_0 + pd.to_timedelta(frame[name].astype(float), unit="D")
    phases = frame.assign(project=project, origin="own")
    return ra.Study({"projects": pd.DataFrame({"project": [project], "label": [project]}), "phases": phases})


ROWS = [
    ("a", "waiting", 0, 10, "support"), ("a", "support", 10, 40, "completed"),
    ("b", "waiting", 0, 20, "withdrawn"),
    ("c", "waiting", 10, 30, "support"), ("c", "support", 30, 70, "dropout"),
    ("d", "waiting", 20, 60, "support"), ("d", "support", 60, None, None),
    ("e", "waiting", 70, None, None),
]


def way(path, step, to):
    return path.table[(path.table["step"] == step) & (path.table["to"] == to)].iloc[0]


def test_a_step_yields_three_of_five_so_far_three_of_the_four_decided_and_more_in_the_end():
    found = way(pathway(study_of(ROWS), "A", horizon=30), "waiting", "support")
    assert (found["n"], found["entered"], found["open"]) == (3, 5, 1)
    assert found["so_far"] == 3 / 5
    assert found["of_decided"] == 3 / 4
    # waits 0 (censored), 10, 20, 20, 40 days: by day 30 F(support) = 1/4 + 3/4 * 1/3, e never being at risk after day 0
    assert found["estimate"] == pytest.approx(1 / 4 + 3 / 4 * 1 / 3)
    assert way(pathway(study_of(ROWS), "A", horizon=30), "waiting", STAYING)["estimate"] == pytest.approx(1 / 4)


def test_exact_limits_are_the_beta_quantiles():
    found = way(pathway(study_of(ROWS), "A"), "waiting", "support")
    assert found["so_far_lower"] == pytest.approx(0.146633, abs=1e-6)
    assert found["so_far_upper"] == pytest.approx(0.947255, abs=1e-6)


def test_median_time_and_days_per_exit_count_those_still_there():
    found = way(pathway(study_of(ROWS), "A"), "support", "completed")
    assert found["person_days"] == 30 + 40 + 10
    assert found["days_per_exit"] == 80 / 2
    assert found["median"] == 35  # S = 1/2 from day 30 to day 40: the middle


def test_a_pathway_begins_with_entries_and_counts_every_person_once():
    path = pathway(study_of(ROWS), "A")
    assert way(path, ENTRY, "waiting")["n"] == path.n == 5
    assert path.origin == "own"
    assert set(path.cells) <= set(path.table)


def test_later_entries_and_exits_are_not_seen_before_the_lock():
    path = pathway(study_of(ROWS), "A", lock=DAY_0 + pd.Timedelta(days=30))
    assert path.n == 4
    assert way(path, "waiting", STAYING)["n"] == 1
    assert way(path, "support", STAYING)["n"] == 2  # one of them moved there on the day of the lock


def test_a_cohort_is_those_whose_first_phase_began_within_it():
    start, end = DAY_0 + pd.Timedelta(days=10), DAY_0 + pd.Timedelta(days=20)
    path = pathway(study_of(ROWS), "A", start=start, end=end)
    assert path.n == 1
    assert way(path, "support", "dropout")["n"] == 1
    with pytest.raises(ra.StudyError, match="Nobody began"):
        pathway(study_of(ROWS), "A", start="2031-01-01")


def test_whole_pathways_run_from_the_first_day_to_the_final_exit():
    table = pathway_yield(study_of(ROWS), horizon=40).table.set_index("to")
    assert table["n"].to_dict() == {"completed": 1, "dropout": 1, "withdrawn": 1, STAYING: 2}
    # stays of 0 and 50 days are censored; exits after 20, 40, 60 days
    assert table.loc["withdrawn", "estimate"] == pytest.approx(1 / 4)
    assert table.loc["completed", "estimate"] == pytest.approx(3 / 4 * 1 / 3)
    assert table["person_days"].unique().tolist() == [0 + 20 + 40 + 50 + 60]


def test_the_graph_counts_as_the_state_graph_does():
    study = study_of(ROWS)
    ours = pathway_graph(pathway(study, "A"))
    stays = step_stays(study, "A").rename(columns={"step": "state"})
    begun = (stays["entered_on"] - DAY_0).dt.days.astype(float)
    theirs = state_graph(stays.assign(start=begun, stop=begun + stays["stop"]).query("stop > start"))
    assert {(u, v): n for u, v, n in ours.edges(data="n") if u != ENTRY} == {
        (u, v): n for u, v, n in theirs.edges(data="n")}


def test_a_return_is_a_stay_of_its_own_and_makes_a_cycle():
    rows = [("a", "support", 0, 10, "clinic"), ("a", "clinic", 10, 20, "support"),
            ("a", "support", 20, 30, "completed"), ("b", "support", 0, 10, "completed")]
    path = pathway(study_of(rows), "A")
    assert path.n == 2
    assert way(path, "support", "completed")["of_decided"] == 2 / 3
    assert any("left before: 1;" in sentence for sentence in path.assumptions)
    assert not nx.is_directed_acyclic_graph(pathway_graph(path))
    found = bottleneck(path, {"support": 3}, goal="completed").table.set_index("step")
    assert found.loc["support", "visits"] == pytest.approx(3 / 2)  # 1 / (1 - 1/3)
    assert found.loc["support", "most"] == pytest.approx(3 * MONTH / 10 / 1.5)  # each needs one and a half stays


@pytest.mark.parametrize(("rows", "sentence"), [
    ([("a", "waiting", 0, 10, "support"), ("b", "support", 0, 9, "completed")], "no stay follows"),
    ([("a", "waiting", 0, 10, "withdrawn"), ("a", "support", 12, 20, "completed")], "follows an exit"),
    ([("a", "waiting", 10, 5, "withdrawn")], "ends before it begins"),
    ([("a", "waiting", 0, 10, "support"), ("a", "support", 8, 20, "completed")], "before this one ends"),
])
def test_stays_that_do_not_join_up_are_refused(rows, sentence):
    with pytest.raises(ra.StudyError, match=sentence) as refused:
        pathway(study_of(rows), "A")
    assert "'a'" not in str(refused.value)


def test_a_phase_left_for_nowhere_leads_to_the_unknown():
    assert way(pathway(study_of([("a", "waiting", 0, 10, None)]), "A"), "waiting", "unknown")["n"] == 1


@st.composite
def walks(draw):
    """People who walk at random through the steps, forwards or back, until an exit or the end of watching."""
    rows = []
    for person in range(draw(st.integers(1, 12))):
        day, step = draw(st.integers(0, 50)), draw(st.sampled_from(STEPS))
        for _ in range(4):
            lasts, to = draw(st.integers(1, 30)), draw(st.sampled_from([*STEPS, "completed", "dropout", None]))
            to = "dropout" if to == step else to
            rows.append((f"p{person}", step, day, None if to is None else day + lasts, to))
            if to not in STEPS:
                break
            day, step = day + lasts, to
        else:
            rows[-1] = (*rows[-1][:4], "dropout")
    return rows


@settings(max_examples=40, deadline=None)
@given(walks(), st.integers(1, 60))
def test_nobody_is_lost_and_shares_are_shares(rows, horizon):
    path = pathway(study_of(rows), "A", horizon=horizon)
    table = path.table
    arrived = table[table["to"] != STAYING].groupby("to")["n"].sum()
    for step, ways in table.groupby("step"):
        assert ways["n"].sum() == ways["entered"].iloc[0]
        assert step == ENTRY or arrived[step] == ways["entered"].iloc[0]
        assert ways["estimate"].sum() == pytest.approx(1) or ways["estimate"].isna().all()
        assert ways["so_far"].sum() == pytest.approx(1)
    for name in ("so_far", "of_decided"):
        known = table.dropna(subset=[name])
        assert (known[f"{name}_lower"] <= known[name]).all()
        assert (known[name] <= known[f"{name}_upper"]).all()
    assert table["estimate"].dropna().between(0, 1 + 1e-12).all()
    exits = arrived.drop([step for step in STEPS if step in arrived])
    assert exits.sum() + table.loc[table["to"] == STAYING, "n"].sum() == path.n


def path_of(ways, days):
    """A pathway from shares: ways {(step, to): people who went}, days per exit by step; 10 people enter."""
    table = pd.DataFrame([{"step": step, "to": to, "n": n} for (step, to), n in ways.items()])
    gone = table.groupby("step")["n"].transform("sum")
    table = table.assign(entered=gone, open=0, so_far=table["n"] / gone, of_decided=table["n"] / gone,
                         days_per_exit=table["step"].map(days))
    return Result(table, "pathway of A, by hand", (), 10, "own")


SERIES = {(ENTRY, "one"): 10, ("one", "two"): 5, ("one", "dropout"): 5, ("two", "completed"): 4, ("two", "dropout"): 1}


def test_in_a_series_the_narrowest_step_binds_counted_in_people_who_will_complete():
    # one: 20 places, a month each, 20 people of whom 2/5 complete; two: 5 places, 2 months each, 2.5 of whom 4/5 do
    found = bottleneck(path_of(SERIES, {"one": MONTH, "two": 2 * MONTH}), {"one": 20, "two": 5}).table.set_index("step")
    assert found["reach"].to_dict() == pytest.approx({"one": 2 / 5, "two": 4 / 5})
    assert found["capacity"].to_dict() == pytest.approx({"one": 20, "two": 2.5})
    assert found["most"].unique() == pytest.approx([2])
    assert found["binding"].to_dict() == {"one": False, "two": True}
    assert found["one_more_place"].to_dict() == pytest.approx({"one": 0, "two": 0.4})
    assert found.loc["two", "without_limit"] == pytest.approx(8)
    assert found.loc["two", "then_binding"] == "one"
    assert found["entries"].to_dict() == pytest.approx({"one": 20, "two": 5})


def test_one_more_place_gives_only_as_much_as_the_next_step_takes():
    path = path_of(SERIES, {"one": MONTH, "two": MONTH})
    found = bottleneck(path, {"one": 10, "two": 4.75}).table.set_index("step")
    assert found["most"].iloc[0] == pytest.approx(3.8)
    assert found.loc["two", "one_more_place"] == pytest.approx(0.2)  # step one lets 4 people through


def test_two_steps_that_bind_together_gain_nothing_alone():
    found = bottleneck(path_of(SERIES, {"one": MONTH, "two": MONTH}), {"one": 10, "two": 5}).table
    assert found["binding"].tolist() == [True, True]
    assert found["one_more_place"].tolist() == pytest.approx([0, 0])


def test_without_a_place_nobody_gets_through_and_every_empty_step_binds():
    path = path_of(SERIES, {"one": MONTH, "two": MONTH})
    found = bottleneck(path, {"one": 0, "two": 0}).table
    assert found["most"].tolist() == [0, 0]
    assert found["binding"].tolist() == [True, True]
    assert bottleneck(path, {"two": 0}).table["binding"].tolist() == [False, True]


def test_the_stay_can_be_given_and_a_longer_one_halves_the_flow():
    path = path_of(SERIES, {"one": MONTH, "two": np.nan})
    short, long = (bottleneck(path, {"two": 5}, stay={"two": days}).table["most"].iloc[0] for days in (30, 60))
    assert short == pytest.approx(2 * long)


@pytest.mark.parametrize(("places", "options", "sentence"), [
    ({"two": 5}, {"goal": "employment"}, "Nobody on this pathway went to employment"),
    ({}, {}, "no step has a limit"),
    ({"tow": 5}, {}, "Write two"),
    ({"two": -1}, {}, "no number of places"),
    ({"two": np.nan}, {}, "no number of places"),
    ({"two": 5}, {"stay": {"two": np.nan}}, "Give its mean days"),
])
def test_what_cannot_be_answered_is_refused_with_a_remedy(places, options, sentence):
    with pytest.raises(ra.StudyError, match=sentence):
        bottleneck(path_of(SERIES, {"one": MONTH, "two": MONTH}), places, **options)


def test_all_faults_of_the_places_are_named_at_once():
    with pytest.raises(ra.StudyError) as refused:
        bottleneck(path_of(SERIES, {"one": MONTH, "two": MONTH}), {"tow": 5, "one": -1})
    assert len(refused.value.problems) == 2


def test_a_goal_that_no_way_from_the_entry_reaches_is_refused():
    ways = {(ENTRY, "one"): 10, ("one", "dropout"): 10, ("two", "completed"): 1}
    with pytest.raises(ra.StudyError, match="No way leads"):
        bottleneck(path_of(ways, {"one": MONTH, "two": MONTH}), {"one": 1})


def test_a_cycle_that_nobody_has_left_is_refused():
    ways = {(ENTRY, "one"): 10, ("one", "two"): 10, ("two", "one"): 10, ("three", "completed"): 1}
    with pytest.raises(ra.StudyError, match="nobody has left this cycle"):
        bottleneck(path_of(ways, {"one": MONTH, "two": MONTH, "three": MONTH}), {"one": 1})


@st.composite
def networks(draw):
    """Routes through up to four steps with ways forwards and back, and whole numbers of places."""
    size = draw(st.integers(1, 4))
    counts = np.array(draw(st.lists(st.lists(st.integers(0, 3), min_size=size, max_size=size),
                                    min_size=size, max_size=size)), float)
    goal = np.array(draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)), float) + 1  # always some way out
    np.fill_diagonal(counts, 0)
    total = counts.sum(axis=1) + goal + draw(st.integers(0, 2))
    begin = np.zeros(size)
    begin[0] = 1
    routes = Routes(tuple("abcd"[:size]), counts / total[:, None], goal / total, begin, np.full(size, MONTH))
    return routes, np.array(draw(st.lists(st.integers(0, 20), min_size=size, max_size=size)), float)


@settings(max_examples=60, deadline=None)
@given(networks())
def test_the_flow_is_that_of_a_linear_programme_and_of_the_smallest_of_all_cuts(drawn):
    routes, room = drawn
    graph = flow_network(routes, room)
    limits = {(u, v): limit / SCALE for u, v, limit in graph.edges(data="capacity", default=np.inf)}
    assert maximum_flow(routes, room) == pytest.approx(by_programme(limits), abs=1e-7)
    assert maximum_flow(routes, room) == pytest.approx(by_cuts(limits), abs=1e-9)


def by_programme(limits):
    """The maximum flow as a linear programme: conserved at every node between entry and goal."""
    edges, nodes = list(limits), sorted({node for edge in limits for node in edge} - {ENTRY, SINK})
    kept = np.array([[(edge[0] == node) - (edge[1] == node) for edge in edges] for node in nodes], float)
    gain = -np.array([edge[1] == SINK for edge in edges], float)
    bounds = [(0, None if np.isinf(limits[edge]) else limits[edge]) for edge in edges]
    return -linprog(gain, A_eq=kept, b_eq=np.zeros(len(nodes)), bounds=bounds).fun


def by_cuts(limits):
    """The smallest total capacity that leaves any set of nodes with the entry in it and the goal outside."""
    inner = sorted({node for edge in limits for node in edge} - {ENTRY, SINK})
    sets = chain.from_iterable(combinations(inner, size) for size in range(len(inner) + 1))
    return min(sum(limit for (u, v), limit in limits.items() if u in side and v not in side)
               for side in ({ENTRY, *chosen} for chosen in sets))


@settings(max_examples=40, deadline=None)
@given(networks())
def test_more_places_never_lower_the_flow_and_each_next_one_gives_no_more(drawn):
    routes, room = drawn
    for step in range(len(room)):
        flows = [maximum_flow(routes, room + more * np.eye(len(room))[step]) for more in (0, 1, 2)]
        assert flows[1] - flows[0] >= flows[2] - flows[1] - 1e-9
        assert flows[2] >= flows[0] - 1e-9


def test_every_synthetic_pathway_conserves_people():
    study = ra.read_study(*ra.data_folders())
    for project in study.table("projects")["project"]:
        table = pathway(study, project).table
        assert table.loc[table["step"] == ENTRY, "n"].sum() == study.table("episodes")["project"].eq(project).sum()
