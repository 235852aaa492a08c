"""Pictures of pathway and waiting list: legible in both languages, proportional, no small cells."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import rehapro_analysis as ra
from rehapro_analysis.figures.fingerprint import visible_artists
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.throughput.pathway_pictures import pathway_flow, wait_ahead, waiting_list
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention import risk_table
from rehapro_analysis.throughput.pathways.pathway import pathway
from rehapro_analysis.throughput.waiting.expected_wait import documented_queue, wait_probabilities
from rehapro_analysis.throughput.waiting.waiting import waiting_table, waiting_times

TIMES = [0, 90, 180, 270, 365]
HARD = ["SegelSetzen", "AktiVoReha", "ICH", "GECKO"]  # most steps, longest names, longest label, fewest people


@pytest.fixture(scope="module")
def study():
    return ra.read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


def label(study, project):
    return study.table("projects").set_index("project").loc[project, "label"]


def waiting(study, project):
    return waiting_list(waiting_times(study, project), risk_table(waiting_table(study, project), TIMES),
                        label(study, project))


@pytest.fixture(scope="module")
def figures(study):
    flows = {f"flow {project}": pathway_flow(pathway(study, project), label(study, project)) for project in HARD}
    queue = documented_queue(study)
    ahead = {"ahead": wait_ahead(wait_probabilities(np.arange(0, 24.25, 0.25), **queue, origin="documented"), "Halle"),
             "giving up": wait_ahead(wait_probabilities(np.arange(0, 24.25, 0.25), **queue, withdrawal=(0.01, 0.02),
                                                        origin="documented"), "Halle")}
    return {**flows, **ahead, "list": waiting(study, "GehVor")}


def words_of(picture):
    return [artist.get_text() for artist in visible_artists(picture) if isinstance(artist, Text)]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_word_can_be_read(figures, language):
    faults = {name: found for name, figure in figures.items()
              if (found := overlapping_texts(figure.drawn(language)) + cut_texts(figure.drawn(language)))}
    assert not faults


def test_invented_people_are_called_so_and_documents_are_not(figures):
    assert any("SYNTHETISCH" in words for words in words_of(figures["flow ICH"].drawn("de")))
    assert any("SYNTHETIC" in words for words in words_of(figures["list"].drawn("en")))
    assert not any("SYNTHETIC" in words for words in words_of(figures["ahead"].drawn("en")))


def test_under_each_step_stand_its_yield_and_its_median_time(study):
    path = pathway(study, "GehVor")
    ways = path.table.set_index(["step", "to"])
    found = words_of(pathway_flow(path, "Geh vor!").drawn("en"))
    assert f"{100 * ways.loc[('orientation', 'support'), 'estimate']:.0f}% (76–91)" in found
    assert f"{ways.loc[('orientation', 'support'), 'median'] / 30.4375:.1f} (1.7–2.2)" in found


def test_neither_picture_nor_table_nor_words_tell_of_fewer_than_five(study):
    for project in ("GECKO", "G4PZ", "AktiVoReha"):
        figure = pathway_flow(pathway(study, project), project)
        assert figure.table["n"].min() >= 5
        counts = [int(part) for part in figure.alt["en"].replace(",", " ").replace(":", " ").split() if part.isdigit()]
        assert min(count for count in counts if count > 2) >= 5
    assert any("zu wenige" in words for words in words_of(figure.drawn("de")))


def test_an_end_that_few_came_to_is_not_drawn(study):
    assert waiting_times(study, "GECKO").table.query("cause == 'withdrawn'")["n_event"].sum() == 3
    assert set(waiting(study, "GECKO").table["end"]) == {"started"}


def test_a_step_not_watched_long_enough_is_said_to_be_open(study):
    assert "not yet known" in words_of(pathway_flow(pathway(study, "Euregio"), "Euregio").drawn("en"))
    assert "not yet known" not in words_of(pathway_flow(pathway(study, "Euregio", horizon=180), "Euregio").drawn("en"))


def test_the_alternative_text_gives_the_chances_by_six_and_twelve_months(figures):
    assert "After 12 months: if a stay may end at any moment 52% to 100%" in figures["ahead"].alt["en"]
    assert "1–2% give up waiting each month" in figures["giving up"].note["en"]


def test_several_projects_or_nobody_are_refused(study):
    both = ["GesA", "PaN"]
    with pytest.raises(ValueError, match="choose one"):
        waiting_list(waiting_times(study, both), risk_table(waiting_table(study, both), TIMES), "x")
    few = pd.DataFrame({"participant": ["a"], "phase": "one", "entered_on": [pd.Timestamp("2021-01-01")],
                        "left_on": [pd.Timestamp("2021-02-01")], "next": "completed", "project": "A", "origin": "own"})
    small = ra.Study({"projects": pd.DataFrame({"project": ["A"]}), "phases": few})
    with pytest.raises(ValueError, match="nothing to show"):
        pathway_flow(pathway(small, "A"), "A")
