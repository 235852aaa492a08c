"""A partner network keeps unknown, absent and attempted apart, and hands networkx nothing wrong."""

import io
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.networks import PartnerNetwork, membership, partner_network, tie_stability
from rehapro_analysis.study.problems import StudyError

NAN = float("nan")


def a_study(*ties, kinds=None):
    """A stand-in for a study; a tie is (project, source, target, relation, status, reported_by, origin)."""
    columns = ["project", "source", "target", "relation", "status", "reported_by", "origin"]
    frame = pd.DataFrame(ties, columns=columns).assign(strength=NAN)
    codes = sorted({*frame["source"], *frame["target"]})
    actors = pd.DataFrame({
        "actor": codes, "label": [code.upper() for code in codes],
        "kind": [(kinds or {}).get(code, "jobcenter" if code.startswith("jc") else "clinic") for code in codes],
        "legal_domains": [frozenset({"II"} if code.startswith("jc") else {"V"}) for code in codes], "named": True,
    })
    tables = {"ties": frame, "actors": actors}
    return SimpleNamespace(table=tables.__getitem__, has=tables.__contains__)


def tie(target, status="active", *, relation="cooperation", source="jc", project="P", by="document",
        origin="documented"):
    return project, source, target, relation, status, by, origin


def test_a_documented_star_knows_only_the_leads_row_and_column():
    network = partner_network(a_study(tie("a"), tie("b", "declined"), tie("c", "contacted")), "P")
    assert network.codes == ["a", "b", "c", "jc"]
    expected = np.full((4, 4), NAN)
    expected[3, :3] = expected[:3, 3] = [1, 0, 0]
    np.testing.assert_array_equal(network.matrix(), expected)
    assert network.n_unknown == 6


def test_a_planned_tie_is_unknown_rather_than_absent():
    matrix = partner_network(a_study(tie("a"), tie("b", "identified")), "P").matrix()
    assert np.isnan(matrix[2, 1]) and matrix[2, 0] == 1


def test_an_actor_that_reported_makes_its_silence_an_absence():
    study = a_study(tie("a"), tie("b", source="a", by="a"), tie("c"))
    matrix = partner_network(study, "P", directed=True).matrix()
    np.testing.assert_array_equal(matrix[0], [NAN, 1, 0, 0])
    np.testing.assert_array_equal(matrix[3], [1, NAN, 1, NAN])


def test_a_graph_of_unknown_pairs_must_be_asked_for_by_name():
    network = partner_network(a_study(tie("a"), tie("b")), "P")
    with pytest.raises(ValueError, match=r"2 of 6 pairs .* Write graph\(unknown=\"absent\"\)"):
        network.graph()
    assert sorted(network.graph(unknown="absent").edges) == [("a", "jc"), ("b", "jc")]


def test_a_graph_keeps_isolates_and_shows_attempts_only_when_asked():
    network = partner_network(a_study(tie("a"), tie("b", "contacted")), "P")
    assert list(nx.isolates(network.graph(unknown="absent"))) == ["b"]
    assert network.graph(("contacted",), unknown="absent").edges["jc", "b"]["status"] == "contacted"


def test_unknown_cells_do_not_become_edges_as_networkx_would_make_them():
    matrix = np.array([[NAN, 1, NAN], [0, NAN, 0], [NAN, 0, NAN]])
    assert nx.from_pandas_adjacency(pd.DataFrame(matrix)).number_of_edges() > 1  # the trap
    graph = PartnerNetwork.from_matrix(matrix, ["a", "b", "c"]).graph(unknown="absent")
    assert list(graph.edges) == [("a", "b")]
    assert all(np.isfinite(data["strength"]) for *_, data in graph.edges(data=True))


def test_two_relations_of_a_pair_are_both_kept_on_its_edge():
    edges = pd.DataFrame({"source": ["jc", "jc"], "target": ["a", "a"], "relation": ["referral", "service"]})
    assert nx.from_pandas_edgelist(edges, edge_attr=True).edges["jc", "a"] == {"relation": "service"}  # the trap
    network = partner_network(a_study(tie("a", relation="referral"), tie("a", relation="service")), "P")
    assert network.graph().edges["jc", "a"]["relation"] == "referral|service"


def test_strength_is_not_handed_over_as_a_distance():
    graph = PartnerNetwork.from_matrix([[0, 9, 1], [9, 0, 1], [1, 1, 0]], directed=False).graph()
    assert nx.get_edge_attributes(graph, "weight") == {}
    assert nx.shortest_path(graph, "a1", "a2", weight="weight") == ["a1", "a2"]
    assert graph.edges["a1", "a2"]["strength"] == 9


def test_a_graph_can_be_written_to_every_xml_format():
    graph = partner_network(a_study(tie("a"), tie("b", "contacted")), "P").graph(unknown="absent")
    for write in (nx.write_graphml, nx.write_gexf):
        write(graph, stream := io.BytesIO())
        assert b"legal_domains" in stream.getvalue()


def test_evaluation_is_no_partnership_unless_asked_for():
    study = a_study(tie("institute", relation="evaluation"), kinds={"institute": "research institute"})
    assert partner_network(study, "P").codes == ["jc"]
    assert partner_network(study, "P", relations=["evaluation"]).codes == ["institute", "jc"]


def test_origins_are_never_mixed():
    study = a_study(tie("a"), tie("b", origin="synthetic"))
    assert partner_network(study, "P").codes == ["a", "jc"]
    assert partner_network(study, "P", origin="synthetic").codes == ["b", "jc"]


def test_the_network_of_all_projects_leaves_pairs_of_different_projects_unknown():
    network = partner_network(a_study(tie("a", source="jc1", project="P"), tie("b", source="jc2", project="Q")))
    assert network.leads == ("jc1", "jc2")
    assert np.nansum(network.matrix()) == 4 and network.n_unknown == 8


def test_a_project_without_any_tie_is_named_with_its_remedy():
    with pytest.raises(StudyError, match=r"No documented tie names Q\. Add its ties to ties\.csv\."):
        partner_network(a_study(tie("a")), "Q")


def test_without_the_hub_nothing_is_known():
    network = partner_network(a_study(tie("a"), tie("b")), "P").without("jc")
    assert network.codes == ["a", "b"] and network.ties.empty and network.n_unknown == 2
    assert network.assumptions[-1] == "Taken out: jc."
    with pytest.raises(ValueError, match="The network has no actor nobody"):
        network.without("nobody")


def test_a_matrix_is_a_copy():
    network = PartnerNetwork.from_matrix([[0, 1], [1, 0]])
    network.matrix()[:] = 7
    assert network.matrix()[0, 1] == 1


def test_rows_of_a_matrix_follow_the_codes_and_take_their_domains_along():
    network = PartnerNetwork.from_matrix([[0, 1], [0, 0]], ["jc", "clinic"], domains=["II", {"V", "IX"}])
    assert network.codes == ["clinic", "jc"]
    assert network.matrix()[1, 0] == 1 and network.matrix()[0, 1] == 0
    assert network.graph().nodes["clinic"]["legal_domains"] == "V|IX"


@pytest.mark.parametrize(("matrix", "arguments", "message"), [
    ([[0, 1]], {}, r"shape \(1, 2\)"),
    ([[0, 1], [0, 0]], {"actors": ["a", "a"]}, "2 rows; give as many different actors, not 1"),
    ([[0, 1], [0, 0]], {"directed": False}, "symmetric"),
    ([[0, 1], [0, 0]], {"domains": ["II"]}, "as many domains, not 1"),
])
def test_a_matrix_that_does_not_fit_is_refused(matrix, arguments, message):
    with pytest.raises(ValueError, match=message):
        PartnerNetwork.from_matrix(matrix, **arguments)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.lists(
    st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=n, max_size=n), min_size=n, max_size=n)))
def test_a_graph_has_every_actor_and_exactly_the_known_ties(rows):
    network = PartnerNetwork.from_matrix(rows)
    graph, matrix = network.graph(unknown="absent"), network.matrix()
    assert list(graph.nodes) == network.codes
    assert graph.number_of_edges() == np.nansum(matrix)
    assert network.n_unknown == np.isnan(matrix).sum() - len(rows)


# Who says what: the reading rules


def surveyed(*reports):
    """Directed referrals of four actors; a report is (source, target, by[, status])."""
    return a_study(*(tie(target, *status, source=source, by=by, relation="referral")
                     for source, target, by, *status in reports))


SURVEY = surveyed(("a", "b", "a"), ("a", "b", "b"), ("a", "c", "a"), ("c", "a", "a"), ("b", "d", "d"), ("d", "c", "d"))
# a and d report what they give, a, b and d what they receive: a -> b is confirmed, a -> c nobody but a can tell,
# c -> a stands on the receiver's word, b -> d on d's, d -> c on d's, and c never answered.


@pytest.mark.parametrize(("rule", "pairs", "unknown"), [
    ("union", {"ab", "ac", "ca", "bd", "dc"}, {"bc"}),
    ("intersection", {"ab"}, {"ac", "ca", "bd", "dc", "bc"}),
    ("reporter", {"ab", "ac", "dc"}, {"ba", "bc", "bd", "ca", "cb", "cd"}),
    ("knowledgeable", {"ab", "ac", "ca", "bd", "dc"}, {"bc"}),
])
def test_whose_word_counts_decides_which_ties_there_are(rule, pairs, unknown):
    network = partner_network(SURVEY, "P", directed=True, rule=rule)
    kinds = network.kinds()

    def found(kind):
        return {network.codes[i] + network.codes[j] for i, j in np.argwhere(kinds == kind)}

    assert found("active") == pairs and found("unknown") == unknown
    assert any(sentence.startswith(("A tie counts", "An actor's own word", "The side that gives"))
               for sentence in network.assumptions)


def test_the_receivers_no_disputes_a_tie_under_intersection_only():
    study = surveyed(("a", "b", "a"), ("c", "b", "b"), ("c", "b", "c"))
    both = partner_network(study, "P", directed=True, rule="intersection").kinds()
    either = partner_network(study, "P", directed=True).kinds()
    assert (either[0, 1], both[0, 1]) == ("active", "absent") and either[2, 1] == both[2, 1] == "active"


def test_mutual_ties_are_confirmed_by_the_other_side():
    study = surveyed(("a", "b", "a"), ("b", "a", "b"), ("a", "c", "a"), ("b", "c", "b"), ("c", "b", "c"))
    kinds = partner_network(study, "P", rule="intersection").kinds()
    assert kinds[0, 1] == kinds[1, 0] == kinds[1, 2] == "active" and kinds[0, 2] == "absent"
    assert partner_network(study, "P").kinds()[0, 2] == "active"


def test_a_document_counts_as_the_word_of_both_sides():
    study = a_study(tie("a"), tie("b", by=None), tie("c", by="a", source="b"))
    for rule in ("union", "intersection", "reporter", "knowledgeable"):
        kinds = partner_network(study, "P", directed=True, rule=rule).kinds()
        assert kinds[3, 0] == kinds[3, 1] == kinds[1, 2] == "active", rule


def test_an_actor_that_answered_without_a_tie_is_an_observed_isolate():
    study = a_study(tie("a"), tie("b"), tie("z", project="Q"))
    network = partner_network(study, "P", directed=True, respondents=["b"])
    assert network.kinds()[1].tolist() == ["absent", "self", "absent"]
    assert network.n_unknown == 2
    with pytest.raises(StudyError, match="nobody answered, but no actor has this code"):
        partner_network(study, "P", respondents=["nobody"])


@pytest.mark.parametrize(("arguments", "message"), [
    ({"rule": "majority"}, "no reading rule 'majority'"), ({"rule": "reporter"}, "mutual ties have no such side"),
])
def test_a_rule_that_does_not_fit_is_refused(arguments, message):
    with pytest.raises(StudyError, match=message):
        partner_network(a_study(tie("a")), "P", **arguments)


# What is kept apart


def test_the_kinds_keep_apart_what_the_numbers_cannot():
    study = a_study(tie("a"), tie("b", "contacted"), tie("c", "impossible"), tie("d", "ended"), tie("e", "identified"),
                    tie("f", "declined"), tie("f", "active", relation="service"))
    network = partner_network(study, "P")
    assert network.kinds()[-1].tolist() == ["active", "attempted", "impossible", "former", "unknown", "active", "self"]
    np.testing.assert_array_equal(network.matrix()[-1], [1, 0, 0, 0, NAN, 1, NAN])


def test_layers_share_their_actors_and_add_up():
    study = a_study(tie("a", relation="referral"), tie("a", relation="service"), tie("b", relation="service"))
    network = partner_network(study, "P")
    assert network.relations == ("referral", "service")
    layers = [network.layer(relation) for relation in network.relations]
    assert [np.nansum(layer.matrix()) / 2 for layer in layers] == [1, 2]
    assert all(layer.codes == network.codes for layer in layers)
    assert "Only the relation service." in layers[1].assumptions
    asked = partner_network(a_study(tie("a", relation="referral", by="jc"), tie("b", relation="service", by="jc")), "P")
    assert asked.layer("referral").kinds()[2].tolist() == ["active", "absent", "self"]
    with pytest.raises(StudyError, match="No tie has the relation 'funding'. Choose one of referral, service"):
        network.layer("funding")


def with_columns(study, **columns):
    tables = {"ties": study.table("ties").assign(**columns), "actors": study.table("actors")}
    return SimpleNamespace(table=tables.__getitem__, has=tables.__contains__)


def test_strengths_are_added_over_relations_and_averaged_over_reports():
    reports = a_study(tie("a", relation="referral", by="jc"), tie("a", relation="referral", by="a"),
                      tie("a", relation="service", by="jc"), tie("b", by="jc"))
    network = partner_network(with_columns(reports, strength=[2.0, 4.0, 5.0, NAN]), "P")
    assert network.strengths()[2, 0] == network.strengths()[0, 2] == 8
    assert np.isnan(network.strengths()[2, 1]) and network.matrix()[2, 1] == 1
    assert network.graph(unknown="absent").edges["a", "jc"]["strength"] == 8
    assert "strength" not in network.graph(unknown="absent").edges["b", "jc"]


def test_a_graph_leaves_out_what_the_rule_does_not_follow():
    study = surveyed(("a", "b", "a"), ("b", "c", "b"), ("c", "b", "c"))
    graph = partner_network(study, "P", rule="intersection").graph(unknown="absent")
    assert list(graph.edges) == [("b", "c")]


# Dates


def dated():
    rows = with_columns(
        a_study(tie("a"), tie("b"), tie("c", "declined"), tie("d")),
        since=pd.to_datetime(["2020-03-01", None, None, "2019-01-01"]),
        until=pd.to_datetime([None, "2021-01-01", None, "2020-06-01"]))
    events = pd.DataFrame({
        "project": "P", "source": "jc", "target": "c", "origin": "documented",
        "on": pd.to_datetime(["2021-09-01", "2020-02-01", "2020-05-01"]),
        "status": ["declined", "contacted", "active"]})
    tables = {"ties": rows.table("ties"), "actors": rows.table("actors"), "tie_events": events}
    return SimpleNamespace(table=tables.__getitem__, has=tables.__contains__)


@pytest.mark.parametrize(("date", "kinds"), [
    ("2020-01-31", ["unknown", "active", "unknown", "active"]),
    ("2020-02-01", ["unknown", "active", "attempted", "active"]),
    ("2020-05-31", ["active", "active", "active", "active"]),
    ("2020-06-01", ["active", "active", "active", "former"]),
    ("2021-09-01", ["active", "former", "attempted", "former"]),
])
def test_a_network_at_a_day_shows_what_was_in_force_that_day(date, kinds):
    network = partner_network(dated(), "P", at=date)
    assert network.kinds()[-1, :-1].tolist() == kinds
    assert network.date == pd.Timestamp(date)
    assert f"Ties as they stood on {date}." in network.assumptions
    assert partner_network(dated(), "P").at("2022-01-01").at(date).kinds()[-1, :-1].tolist() == kinds


def test_waves_are_compared_on_common_actors_and_pairs_known_in_both():
    network = partner_network(dated(), "P")
    row = tie_stability(network.at("2020-02-01"), network.at("2021-09-01").without("d")).table.iloc[0]
    assert row[["n_stable", "n_formed", "n_dissolved", "n_absent", "n_left"]].tolist() == [0, 0, 1, 1, 1]
    assert row["estimate"] == 0 and row["share_missing"] == 4 / 6
    nothing = PartnerNetwork.from_matrix(np.zeros((0, 0)))
    assert tie_stability(nothing, nothing).table["estimate"].isna().all()
    with pytest.raises(StudyError, match="directed ties, the other mutual"):
        tie_stability(network, PartnerNetwork.from_matrix([[0]]))


def test_a_matrix_has_neither_dates_nor_relations():
    for call, what in ((lambda one: one.at("2020-01-01"), "dates"), (lambda one: one.layer("service"), "relations")):
        with pytest.raises(StudyError, match=f"A network from a matrix has no {what}"):
            call(PartnerNetwork.from_matrix([[0, 1], [1, 0]]))


# Several projects, two modes


def several():
    return a_study(tie("drv", source="jc1", project="P"), tie("aok", source="jc1", project="P"),
                   tie("drv", source="jc2", project="Q"), tie("aok", "declined", source="jc2", project="Q"),
                   tie("z", source="jc3", project="R"))


def test_several_projects_are_one_network_in_which_partners_may_meet():
    network = partner_network(several(), ["Q", "P"])
    assert network.codes == ["aok", "drv", "jc1", "jc2"] and network.project == "P, Q"
    assert network.kinds()[1, 2:].tolist() == ["active", "active"]
    assert network.kinds()[2, 3] == "unknown"


def test_projects_share_actors_and_what_no_source_tells_stays_unknown():
    both = membership(several())
    assert both.projects == ("P", "Q", "R")
    np.testing.assert_array_equal(both.matrix()[:, :3], [[1, 1, 1], [0, 1, NAN], [NAN, NAN, NAN]])
    assert both.shared().loc["P", "Q"] == 1 and both.shared("actors").loc["aok", "drv"] == 1
    with pytest.raises(StudyError, match="is unknown"):
        both.graph()
    assert nx.is_bipartite(graph := both.graph(unknown="absent")) and graph.degree["drv"] == 2
    with pytest.raises(StudyError, match="no side 'coaches'"):
        both.shared("coaches")


def test_leads_that_answered_make_the_absence_of_others_known():
    study = a_study(tie("a", source="jc1", by="jc1"), tie("b", source="jc2", project="Q"))
    np.testing.assert_array_equal(membership(study).matrix(), [[1, 0, 1, 0], [NAN, 1, NAN, 1]])


# networkx's traps in reading tables


def test_networkx_makes_an_actor_of_a_missing_target_and_forgets_isolates():
    edges = pd.DataFrame({"source": ["jc", "jc"], "target": ["a", None]})
    assert len(nx.from_pandas_edgelist(edges)) == 3  # the trap: a node for the empty cell
    graph = PartnerNetwork.from_matrix(np.zeros((3, 3))).graph()
    assert len(graph) == 3 and graph.number_of_edges() == 0


def test_the_smallest_networks_can_be_built():
    for n in (0, 1, 2):
        network = PartnerNetwork.from_matrix(np.full((n, n), NAN))
        assert len(network.codes) == n and network.n_unknown == n * (n - 1)
        assert network.kinds().shape == network.strengths().shape == (n, n)
        assert len(network.graph(unknown="absent")) == n


@pytest.mark.parametrize(("impossible", "message"), [
    (np.zeros((1, 1)), r"shape \(1, 1\)"), ([[0, 1], [0, 0]], "has a tie and is impossible"),
])
def test_impossible_pairs_that_do_not_fit_are_refused(impossible, message):
    with pytest.raises(StudyError, match=message):
        PartnerNetwork.from_matrix([[0, 1], [0, 0]], impossible=impossible)
