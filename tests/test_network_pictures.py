"""The network pictures can be read: no word on another, none cut, in both languages."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from rehapro_analysis.figures.fingerprint import visible_artists
from rehapro_analysis.figures.labels import Box, count_label_overlaps, extent, place_labels
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.networks.network_drawing import LINES, SECTORS, sector_of
from rehapro_analysis.figures.networks.network_marks import KIND_OF, KINDS
from rehapro_analysis.figures.networks.network_pictures import documented_network, network_small_multiples
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import read_study
from rehapro_analysis.study.tables import LEGAL_DOMAINS, TABLES

PICTURES = [documented_network, network_small_multiples]


@pytest.fixture(scope="module")
def study():
    return read_study(REPOSITORY / "data" / "documented")


def words_of(picture):
    texts = [artist for artist in visible_artists(picture) if isinstance(artist, Text)]
    return [text for text in texts if text.get_text().strip()]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("draw", PICTURES)
def test_no_word_lies_on_another_or_is_cut(study, draw, language):
    picture = draw(study).picture(language)
    assert overlapping_texts(picture) == []
    assert cut_texts(picture) == []


@pytest.mark.parametrize("draw", PICTURES)
def test_letters_keep_seven_points_when_the_picture_is_ten_inches_wide(study, draw):
    figure = draw(study)
    sizes = [text.get_fontsize() * 10 / figure.size[0] for text in words_of(figure.picture("de"))]
    assert min(sizes) > 6.9


@pytest.mark.parametrize("draw", PICTURES)
def test_every_partner_and_every_project_is_written_in_the_picture(study, draw):
    shown = [re.split(r"[ \n]\(", text.get_text())[0] for text in words_of(draw(study).picture("de"))]
    ties, actors = study.table("ties"), study.table("actors").set_index("actor")["short_label"]
    partners = actors[ties.loc[ties["relation"].ne("evaluation"), "target"]]
    assert all(shown.count(name) == n for name, n in partners.value_counts().items())
    assert set(study.table("projects")["label"]) <= set(shown)


@pytest.mark.parametrize(("language", "words"), [("de", "keine Partner"), ("en", "no partners")])
@pytest.mark.parametrize("draw", PICTURES)
def test_proges_stands_alone_and_says_so(study, draw, language, words):
    assert [text.get_text() for text in words_of(draw(study).picture(language))].count(words) == 1
    assert f"PROGES: {words}" in network_small_multiples(study).alt[language]


def test_kinds_differ_by_shape_and_lines_by_more_than_colour():
    shapes = [shape for _, shape, _ in KINDS.values()]
    assert len(set(shapes)) == len(shapes)
    looks = [(str(line["linestyle"]), line["linewidth"]) for line in LINES.values()]
    assert len(set(looks)) == len(looks)


def test_every_kind_of_actor_has_a_mark_and_every_domain_a_sector():
    assert set(KIND_OF) == set(TABLES["actors"].column("kind").allowed)
    assert set(SECTORS) == {*LEGAL_DOMAINS, "unknown"}


def test_sectors_fill_the_circle_without_overlap():
    covered = sorted((low % 360, high - low) for low, high in SECTORS.values())
    assert sum(width for _, width in covered) == 360
    starts = [start for start, _ in covered]
    assert all((start + width) % 360 == follower for (start, width), follower in
               zip(covered, [*starts[1:], starts[0]], strict=True))


def test_no_book_and_an_unknown_one_differ_and_a_partner_of_several_books_names_them_all(study):
    shown = [text.get_text() for text in words_of(network_small_multiples(study).picture("de"))]
    assert {"Sportverein (–)", "Ernährung, Sport (?)", "Stadt Düsseldorf\n(VIII, IX, XII)", "DAK (V)"} <= set(shown)
    assert sector_of(frozenset({"none"})) == "none" and sector_of(frozenset()) == "unknown"


def test_the_title_counts_partners_by_where_they_stand(study):
    ties = study.table("ties").query("relation != 'evaluation'")["status"].value_counts()
    title = documented_network(study).title
    assert title["de"] == (f"Partner der 12 Projekte: {ties['active']} aktiv, {ties['identified']} geplant oder "
                           f"benannt, {ties['contacted']} umworben")
    assert title["en"].endswith(f"{ties['contacted']} courted")


def test_a_network_that_is_no_star_is_refused(study):
    ties = study.table("ties").copy()
    ties.loc[ties["target"].eq("dak"), "source"] = "bruecke-sh"
    other = SimpleNamespace(table=lambda name: ties if name == "ties" else study.table(name))
    with pytest.raises(StudyError, match="These pictures show stars"):
        documented_network(other)


def test_drawing_twice_gives_the_same_picture(study):
    once, again = ([draw(study).fingerprint("de") for draw in PICTURES] for _ in range(2))
    assert once == again


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=16, unique=True))
def test_labels_on_a_loose_grid_find_places_inside_the_frame_without_overlap(cells):
    points = np.array(cells) * 1.0 + 1.0
    frame = Box(0, 0, 9, 9)
    boxes = place_labels(points, [extent("Arbeitgeber", 8)] * len(points), frame, centre=(4.5, 4.5))
    assert count_label_overlaps(boxes) == 0
    assert all(box.inside(frame) for box in boxes)


def test_two_labels_of_one_place_give_way_to_each_other():
    points = np.array([[2.0, 1.0], [2.05, 1.0]])
    boxes = place_labels(points, [(1.0, 0.2)] * 2, Box(0, 0, 4, 2), centre=(0, 1))
    assert count_label_overlaps(boxes) == 0
