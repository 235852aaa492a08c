"""A partner network keeps unknown, absent and attempted apart, and hands networkx nothing wrong."""

import io
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.networks import PartnerNetwork, partner_network
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
    return SimpleNamespace(table={"ties": frame, "actors": actors}.__getitem__)


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
