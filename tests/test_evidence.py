"""What is documented is counted honestly: a place once, no readings, no background, no own projects."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import Study

DOCUMENTED = REPOSITORY / "data" / "documented"


@pytest.fixture(scope="module")
def study():
    return ra.read_study(DOCUMENTED)


@pytest.fixture(scope="module")
def with_own_project(study):
    """The documented study with a thirteenth project, of which no document speaks."""
    own = study.table("projects").head(1).assign(project="Eigenes", label="Eigenes Projekt", origin="own")
    return Study(study.tables | {"projects": pd.concat([study.table("projects"), own], ignore_index=True)})


def a_study(*facts):
    """A stand-in; a fact is (project, quantity, low, high, status, reading, locator)."""
    columns = ["project", "quantity", "low", "high", "status", "reading", "locator"]
    frame = pd.DataFrame(facts, columns=columns).assign(
        origin="documented", source_kind="forum", unit="persons", as_of="2022", precision="exact", note=None)
    names = pd.DataFrame({"quantity": ["staff", "min_age", "share"], "topic": ["team", "setting", "background"]})
    projects = pd.DataFrame({"project": ["P", "Q"], "label": ["P", "Q"], "origin": "documented"})
    return Study({"facts": frame, "quantities": names.assign(label_de="x", label_en="y"), "projects": projects})


def places(study, topic="team"):
    table = ra.study.coverage(study).table.set_index(["project", "topic"])
    return table.loc[("P", topic), ["n_places", "observed"]].tolist()


def test_a_place_with_several_numbers_counts_once():
    one = ("P", "staff", 1.0, 1.0, "observed", None, "§4 b3")
    assert places(a_study(one, ("P", "staff", 2.0, 2.0, "planned", None, "§4 b3"))) == [1, 1]
    assert places(a_study(one, ("P", "staff", 2.0, 2.0, "planned", None, "§4 b4"))) == [2, 1]


def test_readings_and_own_arithmetic_count_nothing():
    other = ("Q", "staff", 1.0, 1.0, "observed", None, "§5 b1")
    assert places(a_study(other, ("P", "staff", 1.0, 1.0, "observed", "A", "§4 b3"))) == [0, 0]
    assert places(a_study(other, ("P", "staff", 1.0, 1.0, "derived", None, "§4 b3"))) == [0, 0]


def test_background_is_no_number_of_a_project():
    covered = ra.study.coverage(a_study(("P", "share", 33.0, 33.0, "observed", None, "§4 b1")))
    assert covered.n == 0 and "background" not in set(covered.table["topic"])


def test_the_sentence_about_proges_counts_once_and_its_background_not_at_all(study):
    table = ra.study.coverage(study).table.set_index(["project", "topic"])
    assert table.loc[("PROGES", "inflow"), "n_places"] == 1
    assert table.loc[("PROGES", "setting"), ["n_places", "observed"]].tolist() == [1, 0]


def test_coverage_keeps_empty_fields_and_says_what_it_counts(study):
    covered = ra.study.coverage(study)
    assert len(covered.table) == 12 * len(ra.study.TOPICS) and (covered.table["n_places"] == 0).any()
    assert covered.n == covered.table["n_places"].sum() and covered.counted == "places"


def test_an_own_project_without_documents_is_not_an_undocumented_one(study, with_own_project):
    covered = ra.study.coverage(with_own_project)
    assert covered.origin == "documented"
    pd.testing.assert_frame_equal(covered.table, ra.study.coverage(study).table)


def test_the_map_counts_the_projects_it_shows_and_names_how_many_it_does_not(study, with_own_project):
    figure = ra.figures.evidence_map(ra.study.coverage(with_own_project), with_own_project)
    assert "12 Projekte" in figure.title["de"] and "1 weiteres Projekt der Studie" in figure.note["de"]
    shown = [label.get_text() for axes in figure.picture("de").findobj() if hasattr(axes, "get_yticklabels")
             for label in axes.get_yticklabels()]
    assert "GECKO" in shown and "Eigenes Projekt" not in shown
    assert "weiteres" not in ra.figures.evidence_map(ra.study.coverage(study), study).note["de"]


def test_the_map_of_two_projects_speaks_of_two():
    few = a_study(("P", "staff", 1.0, 1.0, "observed", None, "§4 b3"))
    figure = ra.figures.evidence_map(ra.study.coverage(few), few)
    assert figure.title["en"].count("2 projects") == 1 and f"1 of {2 * len(ra.study.TOPICS)}" not in figure.note["en"]
    assert f"{2 * len(ra.study.TOPICS) - 1} of {2 * len(ra.study.TOPICS)} fields are empty" in figure.note["en"]


def test_a_study_without_documented_numbers_says_so(study):
    own = Study(study.tables | {"facts": study.table("facts").assign(origin="own")})
    with pytest.raises(ra.StudyError, match="no documented numbers"):
        ra.study.coverage(own)


def test_a_rounded_number_agrees_and_a_bound_far_below_is_far_apart():
    def agreement(*numbers):
        rows = [("P", "staff", low, high, "observed", None, str(place)) for place, (low, high) in enumerate(numbers)]
        return ra.study.disagreements(a_study(*rows)).table["agreement"].unique().tolist()

    assert agreement((120.0, 120.0), (108.0, 132.0)) == []
    assert agreement((450.0, 450.0), (241.0, None)) == ["far apart"]
    assert agreement((450.0, 450.0), (450.0, None)) == []
    assert agreement((4.0, 4.0), (4.5, 4.5)) == ["no common value"]
    assert agreement((None, 2000.0), (2160.0, 2160.0)) == ["no common value"]


def test_a_rate_disagrees_with_the_one_that_two_counts_imply(study):
    found = ra.study.disagreements(study).table.query("quantity == 'target_integration_rate'")
    assert found["low"].tolist() == [75, pytest.approx(100 * 530 / 720)]
    assert found["status"].tolist() == ["target", "derived"]


def test_every_disagreement_that_the_sources_list_is_in_the_table_and_no_other(study):
    text = (DOCUMENTED / "SOURCES.md").read_text("utf-8").split("## Where sources disagree")[1].split("\n\n")[2]
    listed = [re.match(r"\| ([^,|]+?)(?:,| \|)", line).group(1) for line in text.splitlines()[2:]]
    labels = study.table("projects").set_index("project")["label"].to_dict() | {"whole programme": "second call"}
    table = ra.study.disagreements(study).table
    pairs = table[["project", "quantity"]].drop_duplicates()
    expected = [labels[project] for project in pairs["project"]]
    expected.remove("PROGES")  # one sentence, two quantities
    assert sorted(listed) == sorted(expected)
    assert ra.study.disagreements(study).n == len(pairs)


def test_a_trial_that_is_only_rounded_elsewhere_is_no_disagreement(study):
    assert "trial_participants" not in set(ra.study.disagreements(study).table["quantity"])


def test_the_domain_matrix_says_what_the_long_table_says(study):
    long = ra.networks.legal_domains_bridged(study)
    matrix = ra.networks.domain_matrix(long)
    assert matrix.table.shape == (12, 8) and matrix.counted == "projects"
    again = matrix.table.melt("project", var_name="domain", value_name="reach").replace({"reach": {"–": "none"}})
    pd.testing.assert_frame_equal(
        again.sort_values(["project", "domain"], ignore_index=True),
        long.table[["project", "domain", "reach"]].sort_values(["project", "domain"], ignore_index=True),
        check_dtype=False)
