"""Exported networks come back as they were: umlauts, sets, days, gaps - and nobody's name."""

import csv
import io
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehapro_analysis.networks import PartnerNetwork, export_network, partner_network
from rehapro_analysis.networks.ties.dl_labels import LONGEST, dl_labels
from rehapro_analysis.networks.ties.export import export_graph
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study, read_study

GEXF = "{http://www.gexf.net/1.2draft}"


@pytest.fixture(scope="module")
def study():
    return read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


@pytest.fixture(scope="module")
def ostholstein(study):
    return partner_network(study, "ICH")


@pytest.fixture(scope="module")
def invented(study):
    return partner_network(study, "GesA", origin="synthetic", directed=True)


def read_dl(path):
    """UCINET's full matrix as Gephi reads it: all labels in one line, one row of numbers an actor."""
    head, data = path.read_text("utf-8").split("data:\n")
    lines = head.splitlines()
    assert lines[0].startswith("dl n=") and lines[1:3] == ["format=fullmatrix", "labels:"]
    labels, cells = lines[3].split(","), np.array([[int(cell) for cell in row.split()] for row in data.splitlines()])
    assert cells.shape == (int(lines[0].removeprefix("dl n=")),) * 2 == (len(labels),) * 2
    return labels, cells


def plain(graph):
    """Nodes and edges without what only a format adds."""
    edges = {(one, other) if graph.is_directed() else frozenset((one, other)):
             {name: value for name, value in data.items() if name != "id"}
             for one, other, data in graph.edges(data=True)}
    return dict(graph.nodes(data=True)), edges


@pytest.mark.parametrize("which", ["ostholstein", "invented"])
def test_graphml_comes_back_with_every_attribute(which, tmp_path, request):
    network = request.getfixturevalue(which)
    [path] = export_network(network, tmp_path / "netz.graphml")
    back = nx.read_graphml(path)
    assert plain(back) == plain(export_graph(network))
    assert back.is_directed() is network.directed


def test_umlauts_and_sets_stand_in_the_file(ostholstein, tmp_path):
    [path] = export_network(ostholstein, tmp_path / "netz.graphml")
    assert nx.read_graphml(path).nodes["aa-luebeck"]["label"] == "Agentur für Arbeit Lübeck"
    network = PartnerNetwork.from_matrix([[0, 1], [1, 0]], ["Jugendämter", "b"], domains=["VIII|XII", "II"])
    [path] = export_network(network, tmp_path / "sets.graphml")
    assert nx.read_graphml(path).nodes["Jugendämter"]["legal_domains"] == "VIII|XII"


def test_unknown_pairs_can_be_told_from_absent_ones(ostholstein, tmp_path):
    [path] = export_network(ostholstein, tmp_path / "netz.gexf")
    nodes = nx.read_gexf(path).nodes
    codes, cells = ostholstein.codes, ostholstein.matrix()
    for row, code in enumerate(codes):
        unknown = [other for column, other in enumerate(codes) if np.isnan(cells[row, column]) and other != code]
        assert [name for name in nodes[code].get("unknown_with", "").split("|") if name] == unknown


def test_truth_values_are_written_as_xml_has_them(invented, tmp_path):
    [path] = export_network(invented, tmp_path / "netz.graphml")
    found = {data.text for data in ElementTree.parse(path).iter() if data.get("key") == "named"}
    assert found == {"false"}


def test_gexf_has_a_timeline_of_days(invented, tmp_path):
    [path] = export_network(invented, tmp_path / "netz.gexf", statuses=("active", "ended"))
    graph = ElementTree.parse(path).getroot().find(f"{GEXF}graph")
    assert (graph.get("mode"), graph.get("timeformat")) == ("dynamic", "date")
    starts = {(edge.get("source"), edge.get("target")): (edge.get("start"), edge.get("end"))
              for edge in graph.iter(f"{GEXF}edge")}
    for tie in invented.ties[invented.ties["status"].isin(["active", "ended"])].itertuples():
        until = None if pd.isna(tie.until) else tie.until.date().isoformat()
        assert starts[tie.source, tie.target] == (tie.since.date().isoformat(), until)
    assert any(end for _, end in starts.values())


def test_gexf_comes_back_with_strength_and_relation(invented, tmp_path):
    [path] = export_network(invented, tmp_path / "netz.gexf")
    back, graph = nx.read_gexf(path), export_graph(invented)
    assert set(back.edges) == set(graph.edges)
    assert all(back.edges[pair][name] == data[name] for *pair, data in graph.edges(data=True)
               for name in ("relation", "strength", "formality"))


@pytest.mark.parametrize("ending", ["graphml", "gexf"])
def test_no_file_holds_a_date_of_writing_or_a_version_and_two_are_equal(invented, tmp_path, ending):
    [one], [other] = (export_network(invented, tmp_path / f"{name}.{ending}") for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    assert b"lastmodified" not in one.read_bytes() and b"NetworkX" not in one.read_bytes()


def test_networkx_would_have_stopped_at_days_and_missing_values():
    for value in (None, pd.Timestamp("2020-01-01"), ["II"]):
        graph = nx.Graph()
        graph.add_node("a", value=value)
        with pytest.raises((TypeError, nx.NetworkXError)):
            nx.write_graphml(graph, io.BytesIO())


def test_a_day_that_one_relation_lacks_is_left_out(study):
    ties = pd.DataFrame({
        "project": "P", "source": "jc", "target": ["a", "a", "b", "b"], "relation": ["referral", "service"] * 2,
        "status": "active", "formality": [None, "written", "verbal", "written"], "strength": np.nan,
        "since": pd.to_datetime(["2020-01-01", None, "2021-01-01", "2020-05-01"]),
        "until": pd.to_datetime(["2020-02-01", None, "2021-02-01", "2022-05-01"]), "reported_by": "document",
        "origin": "own"})
    actors = pd.DataFrame({
        "actor": ["a", "b", "jc"], "label": ["A", "B", "J"], "kind": ["clinic", "clinic", "jobcenter"],
        "legal_domains": [frozenset()] * 3, "named": [pd.NA, True, True], "region": [None, "Köln", None],
        "origin": "own"})
    graph = export_graph(partner_network(Study({"ties": ties, "actors": actors}), "P", origin="own"))
    assert graph.edges["jc", "a"] == {"relation": "referral|service", "status": "active", "formality": "written"}
    assert {name: graph.edges["jc", "b"][name] for name in ("since", "until", "formality")} == {
        "since": "2020-05-01", "until": "2022-05-01", "formality": "verbal|written"}
    assert graph.nodes["b"]["region"] == "Köln" and not {"region", "named"} & set(graph.nodes["a"])


def test_dl_has_ties_unknown_pairs_and_the_key_to_its_labels(ostholstein, tmp_path):
    ties, unknown, actors = export_network(ostholstein, tmp_path / "netz.dl")
    assert [path.name for path in (ties, unknown, actors)] == ["netz.dl", "netz_unknown.dl", "netz_actors.csv"]
    labels, cells = read_dl(ties)
    assert (cells == np.nan_to_num(ostholstein.matrix())).all()
    assert (read_dl(unknown)[1] == (np.isnan(ostholstein.matrix()) & ~np.eye(len(labels), dtype=bool))).all()
    key = list(csv.DictReader(actors.open(encoding="utf-8")))
    assert [row["dl_label"] for row in key] == labels and [row["actor"] for row in key] == ostholstein.codes
    assert {row["origin"] for row in key} == {"documented"}


def test_dl_keeps_the_direction(tmp_path):
    network = PartnerNetwork.from_matrix([[0, 1, np.nan], [0, 0, 0], [0, 0, 0]], ["ä", "b", "c"])
    ties, unknown, _ = export_network(network, tmp_path / "netz.dl")
    assert read_dl(ties) == (labels := ["b", "c", "ä"], pytest.approx(np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0]])))
    assert read_dl(unknown)[1].tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0]] and labels[2] == "ä"


@given(st.lists(st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=40), min_size=1, max_size=30,
                unique=True))
def test_dl_labels_are_short_different_and_free_of_what_separates(codes):
    labels = dl_labels(codes)
    assert len({label.upper() for label in labels}) == len(codes)
    assert all(0 < len(label) <= LONGEST and not set(label) & set(" ,;:=\"'!\t") for label in labels)


@pytest.mark.parametrize("ending", ["graphml", "gexf", "dl"])
def test_no_person_is_ever_exported(study, tmp_path, ending):
    network = partner_network(study, "GesA", origin="synthetic", directed=True)
    text = "".join(path.read_text("utf-8") for path in export_network(network, tmp_path / f"netz.{ending}"))
    people = {*study.table("carriers")["person"], *study.table("coaches")["coach"], *study.table("egos")["participant"]}
    assert not [person for person in people if person in text]
    assert "reported_by" not in text


@pytest.mark.parametrize("ending", ["graphml", "gexf", "dl"])
def test_synthetic_networks_say_so(invented, tmp_path, ending):
    text = "".join(path.read_text("utf-8") for path in export_network(invented, tmp_path / f"netz.{ending}"))
    assert "synthetic" in text


@pytest.mark.parametrize("ending", ["graphml", "gexf"])
def test_a_control_character_is_refused_and_leaves_no_file(tmp_path, ending):
    network = PartnerNetwork.from_matrix([[0, 1], [1, 0]], ["a\x0b", "b"])
    with pytest.raises(StudyError, match="cannot hold"):
        export_network(network, tmp_path / f"netz.{ending}")
    assert list(tmp_path.iterdir()) == []


def test_only_finished_files_remain(invented, tmp_path):
    export_network(invented, tmp_path / "deep" / "netz.dl")
    assert sorted(path.suffix for path in (tmp_path / "deep").iterdir()) == [".csv", ".dl", ".dl"]


def test_an_unknown_ending_or_an_empty_network_is_refused(invented, tmp_path):
    with pytest.raises(StudyError, match="no known ending"):
        export_network(invented, tmp_path / "netz.xls")
    with pytest.raises(StudyError, match="no actors"):
        export_network(PartnerNetwork.from_matrix(np.zeros((0, 0))), tmp_path / "netz.dl")
