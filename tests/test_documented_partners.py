"""The documented partners: what the tables must hold and what they must not."""

import re

import pytest

from rehapro_analysis.networks import legal_domains_bridged, network_overview, partner_network
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.reading import read_study

PROJECTS = ["GesA", "PaN", "GehVor", "PROGES", "SegelSetzen", "SanusLE", "LIPSY", "Euregio", "ICH", "G4PZ",
            "AktiVoReha", "GECKO"]
DOMAIN_OF = {
    "jobcenter": {"II"}, "health insurance": {"V"}, "clinic": {"V"}, "practice": {"V"},
    "pension insurance": {"VI"}, "integration service": {"IX"}, "rehabilitation provider": {"IX"},
    "association": {"none"}, "employer": {"none"}, "research institute": {"none"}, "health office": {"none"},
}


@pytest.fixture(scope="module")
def study():
    return read_study(REPOSITORY / "data" / "documented")


@pytest.fixture(scope="module")
def ties(study):
    return study.table("ties")


def test_every_project_has_exactly_one_lead_and_it_is_a_jobcenter(study, ties):
    leads = ties.groupby("project")["source"].unique()
    assert sorted(leads.index) == sorted(PROJECTS)
    assert leads.map(len).eq(1).all()
    kinds = study.table("actors").set_index("actor")["kind"]
    assert kinds[leads.map(lambda one: one[0])].eq("jobcenter").all()


def test_every_actor_stands_in_a_tie(study, ties):
    assert set(study.table("actors")["actor"]) == {*ties["source"], *ties["target"]}


def test_unnamed_actors_say_so_in_their_label_and_named_ones_do_not(study):
    actors = study.table("actors")
    assert actors["label"].str.contains("ungenannt").eq(actors["named"].astype(bool)).sum() == 0


def test_legal_domains_follow_the_kind(study):
    for actor in study.table("actors").itertuples():
        if actor.kind in DOMAIN_OF:
            assert actor.legal_domains == DOMAIN_OF[actor.kind], actor.actor


def test_short_labels_fit_a_picture_and_codes_are_ascii(study):
    actors = study.table("actors")
    assert actors["short_label"].str.len().max() <= 18
    assert actors["actor"].map(lambda code: bool(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", code))).all()


def test_every_tie_has_a_place_that_can_be_looked_up(ties):
    place = r"§\d{1,2} (heading|b\d+)( and b\d+)?(; https://\S+)?|https://\S+"
    assert ties["locator"].str.fullmatch(place).all()
    assert not ties["locator"].str.contains(r"\.\.\.|…").any()
    assert ties["confidence"].isin(["high", "medium"]).all()


def test_the_pension_insurance_in_koeln_is_a_history_of_24_months_without_an_agreement(study, ties):
    tie = ties[ties["target"].eq("drv-koeln")].squeeze()
    events = study.table("tie_events")
    history = events[events["target"].eq("drv-koeln")].sort_values("on")
    assert tie["status"] == "contacted"
    assert history["status"].tolist() == ["contacted", "contacted"]
    assert (history["on"].iloc[1].to_period("M") - history["on"].iloc[0].to_period("M")).n == 24
    assert tie["since"] == history["on"].iloc[0]
    assert history["reason"].iloc[1] == "unknown"


def test_the_institutes_evaluate_what_documents_say_and_nothing_else(ties):
    evaluation = ties[ties["relation"].eq("evaluation")].groupby("target")["project"].agg(list)
    assert evaluation.to_dict() == {
        "ism-mainz": ["GesA", "SegelSetzen", "AktiVoReha"], "ita-kaiserslautern": ["PROGES", "G4PZ"],
        "lawaetz": ["PaN", "ICH"], "soestra-berlin": ["GECKO"], "isap-leipzig": ["LIPSY"],
    }


def test_proges_is_a_network_of_one(study):
    network = partner_network(study, "PROGES")
    assert network.codes == ["jc-frankfurt"]
    assert network.ties.empty and network.n_unknown == 0
    assert list(network.graph().nodes) == ["jc-frankfurt"]


def test_the_overview_has_every_project_in_the_agreed_order(study):
    table = network_overview(study).table.set_index("project")
    assert list(table.index) == PROJECTS
    assert table.loc["PROGES", ["n_actors", "active", "identified", "attempted"]].tolist() == [1, 0, 0, 0]
    assert table.loc["SegelSetzen", ["n_actors", "active", "identified", "attempted"]].tolist() == [3, 1, 0, 1]
    assert table.loc["ICH", ["n_actors", "active", "identified"]].tolist() == [10, 5, 4]
    assert table.loc["PaN", ["n_domains", "domains"]].tolist() == [2, "II|V"]
    assert table.loc["PaN", "named_share"] == pytest.approx(4 / 7)


def test_no_project_has_the_pension_insurance_at_work_but_one_courts_it(study):
    reach = legal_domains_bridged(study).table.pivot(index="project", columns="domain", values="reach")["VI"]
    assert not reach.eq("active").any()
    assert reach[reach.eq("attempted")].index.tolist() == ["SegelSetzen"]
    assert sorted(reach[reach.eq("identified")].index) == ["ICH", "SanusLE"]
