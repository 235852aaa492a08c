"""Pictures of turnover and of shared responsibility: legible, in the study's order, true to the table."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.text import Text

import rehapro_analysis as ra
from rehapro_analysis.figures import responsibility_positions, turnover_curves
from rehapro_analysis.figures.fingerprint import visible_artists
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts

networks = ra.networks


@pytest.fixture(scope="module")
def results():
    study = ra.read_study("data/documented", "data/synthetic")
    return {"curves": networks.turnover_curve(study, replicates=100),
            "profile": networks.responsibility_profile(study, replicates=100),
            "several": networks.turnover_curve(study, "Euregio", handover=(0, 0.5), replicates=10),
            "short": networks.turnover_curve(study, "Euregio", turnover=(0.1, 0.2), replicates=10),
            "refused": networks.responsibility_profile(study, ["PROGES", "G4PZ"], replicates=10)}


@pytest.fixture(scope="module")
def figures(results):
    return {"curves": turnover_curves(results["curves"]), "positions": responsibility_positions(results["profile"])}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ["curves", "positions"])
def test_no_word_lies_on_another_or_is_cut(figures, name, language):
    picture = figures[name].drawn(language)
    assert overlapping_texts(picture) == []
    assert cut_texts(picture) == []
    assert min(artist.get_fontsize() for artist in visible_artists(picture)
               if isinstance(artist, Text) and artist.get_text().strip()) >= 9


def test_panels_and_rows_stand_in_the_order_of_the_study_and_not_of_their_values(results, figures):
    axes = figures["curves"].drawn("en").findobj(match=lambda artist: hasattr(artist, "get_subplotspec"))
    titles = [one.get_title(loc="left").split("\n")[0] for one in axes if one.get_visible()]
    assert titles == list(results["curves"].table["project"].unique())
    rows = figures["positions"].table
    shown = rows.loc[rows["kind"] == "project", "project"].drop_duplicates().tolist()
    assert shown == [name for name in results["profile"].table["project"].unique() if name in shown]


def test_the_blue_line_is_the_estimate(results, figures):
    table = results["curves"].table
    own = table[table["project"] == "Euregio"]
    lines = figures["curves"].drawn("de").findobj(match=lambda artist: hasattr(artist, "get_xydata"))
    assert any(np.array_equal(line.get_ydata(), own["estimate"]) for line in lines if len(line.get_ydata()) == len(own))


def test_projects_that_cannot_be_placed_are_named_in_the_note(figures):
    assert "PROGES" in figures["positions"].note["de"]
    assert "PROGES" not in figures["positions"].table["project"].tolist()


def test_the_words_tell_what_is_drawn(figures):
    assert "Euregio" in figures["curves"].alt["de"]
    assert "Niemand übergibt" in figures["curves"].note["de"]
    assert "95-%-Grenzen" in figures["curves"].note["de"]
    assert "Neither end is better" in figures["positions"].note["en"]


@pytest.mark.parametrize(("name", "draw", "said"), [
    ("several", turnover_curves, "one chance of a handover"), ("short", turnover_curves, "from 0 to 1"),
    ("refused", responsibility_positions, "No project has a value")])
def test_a_result_that_does_not_fit_is_refused(results, name, draw, said):
    with pytest.raises(ra.StudyError, match=said):
        draw(results[name])
