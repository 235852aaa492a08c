"""A figure keeps its promises: words, fingerprint, stable bytes, a visible label on invented people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image

import rehapro_analysis as ra
from rehapro_analysis import paths
from rehapro_analysis.figures import Figure
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.saving import save, svg
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.publishing.manifest import differences, publish, read_manifest, table_hash

STAYS = pd.DataFrame({"project": ["Köln", "Düsseldorf"], "months": [18.0, 21.0]})


def bars(table=STAYS, *, label="Monate", colour="#0072B2"):
    def draw(canvas, language):
        axes = canvas.subplots()
        axes.barh(table["project"], table["months"], color=colour)
        axes.set_xlabel(label)

    return draw


def a_figure(**changes):
    given = {
        "name": "stays", "origin": "documented", "table": STAYS, "draw": bars(),
        "title": {"de": "Verbleib über 12 Monate – größer als geplant", "en": "Stay"},
        "note": {"de": "Zwei Städte.", "en": "Two cities."},
        "alt": {"de": "Balken: Köln 18, Düsseldorf 21 Monate.", "en": "Bars: Köln 18, Düsseldorf 21 months."},
    }
    return Figure(**(given | changes))


@pytest.mark.parametrize("part", ["title", "note", "alt"])
def test_a_text_missing_in_one_language_is_refused_with_its_name(part):
    with pytest.raises(ValueError, match=f"no {part} in en"):
        a_figure(**{part: {"de": "Nur deutsch.", "en": " "}})


@pytest.mark.parametrize(("changes", "said"), [
    ({"name": "Verbleib Köln"}, "file name"), ({"origin": "real"}, "origin"),
])
def test_a_name_that_is_no_file_name_and_an_unknown_origin_are_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        a_figure(**changes)


def test_drawing_again_leaves_the_fingerprint_as_it_was():
    assert a_figure().fingerprint("de") == a_figure().fingerprint("de")


@pytest.mark.parametrize("draw", [
    bars(STAYS.assign(months=[18.0, 21.1])), bars(label="Monat"), bars(colour="#D55E00"), bars(STAYS.iloc[::-1]),
], ids=["a number", "a label", "a colour", "the order"])
def test_a_changed_number_label_colour_or_order_changes_the_fingerprint(draw):
    assert a_figure(draw=draw).fingerprint("de") != a_figure().fingerprint("de")


def everything(*, limit=10, marker="o", size=20, pixel=1.0, line="-", hatch=None, place=0.5):
    def draw(canvas, language):
        left, right = canvas.subplots(1, 2)
        left.scatter([1, 2], [3, 4], s=size, marker=marker)
        left.plot([0, 1], [0, 1], linestyle=line)
        left.fill_between([0, 1], [0, 2], hatch=hatch)
        left.text(place, 0.2, "hier")
        left.set_xlim(0, limit)
        right.imshow([[pixel, 2], [3, 4]])

    return draw


@pytest.mark.parametrize("change", [
    {"limit": 11}, {"marker": "s"}, {"size": 25}, {"pixel": 1.1}, {"line": "--"}, {"hatch": "//"}, {"place": 0.6},
], ids=lambda change: next(iter(change)))
def test_limits_markers_sizes_images_lines_hatches_and_places_count_for_the_fingerprint(change):
    changed, plain = a_figure(draw=everything(**change)), a_figure(draw=everything())
    assert changed.fingerprint("de") != plain.fingerprint("de")


def test_noise_in_the_last_digits_does_not_change_the_fingerprint():
    noisy = STAYS.assign(months=STAYS["months"] * (1 + 1e-12))
    assert a_figure(draw=bars(noisy)).fingerprint("de") == a_figure().fingerprint("de")


def test_invented_people_are_named_inside_the_picture_in_both_languages():
    synthetic = a_figure(origin="synthetic")
    for language, words in {"de": "SYNTHETISCH", "en": "SYNTHETIC"}.items():
        body = [text.get_text() for text in synthetic.picture(language).subfigs[0].texts]
        assert any(words in text for text in body)
        assert not any(words in text.get_text() for text in a_figure().picture(language).subfigs[0].texts)


@pytest.mark.parametrize(("language", "words"), [("de", "SYNTHETISCH"), ("en", "SYNTHETIC")])
def test_the_word_for_invented_people_stays_searchable_text_in_the_svg(language, words):
    assert f">{words} – " in svg(a_figure(origin="synthetic"), language).decode("utf-8")
    assert words not in svg(a_figure(origin="own"), language).decode("utf-8")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("origin", ["documented", "synthetic", "own"])
def test_nothing_overlaps_and_nothing_is_cut_even_with_a_long_title(language, origin):
    title = {"de": "Wie lange der Verbleib geplant war und wie lange er in den Städten wirklich dauert " * 2, "en": "S"}
    picture = a_figure(title=title, origin=origin).picture(language)
    assert overlapping_texts(picture) == []
    assert cut_texts(picture) == []


def test_the_checker_finds_texts_on_each_other_and_texts_cut_off():
    def crowded(canvas, language):
        axes = canvas.subplots()
        axes.text(0.5, 0.5, "Jobcenter Köln")
        axes.text(0.52, 0.5, "Jobcenter Halle")
        canvas.text(0.95, 0.2, "ein viel zu langer Satz am Rand des Bildes")

    picture = a_figure(draw=crowded).picture("de")
    assert ("Jobcenter Köln", "Jobcenter Halle") in overlapping_texts(picture)
    assert cut_texts(picture) == ["ein viel zu langer Satz am Rand des Bildes"]


@pytest.mark.parametrize(("turned", "readable"), [(40, True), (0, False)])
def test_turned_labels_side_by_side_are_legible_and_level_ones_on_each_other_are_not(turned, readable):
    def labelled(canvas, language):
        names = [f"Ein langer Name {number}" for number in range(14)]
        canvas.subplots().set_xticks(range(14), names, rotation=turned, ha="right", rotation_mode="anchor")

    assert (overlapping_texts(a_figure(draw=labelled).picture("de")) == []) is readable


def test_saved_files_carry_title_description_and_umlauts_but_no_date(tmp_path):
    files = save(a_figure(), tmp_path)
    assert sorted(files) == [f"{language}/stays.{kind}" for language in ("de", "en") for kind in ("pdf", "png", "svg")]
    drawing = files["de/stays.svg"].read_text("utf-8")
    assert 'role="img"' in drawing and "<desc>Balken: Köln 18, Düsseldorf 21 Monate.</desc>" in drawing
    assert "größer als geplant" in drawing and "<dc:date>" not in drawing
    with Image.open(files["de/stays.png"]) as png:
        assert png.text["Description"] == "Balken: Köln 18, Düsseldorf 21 Monate."
        assert "Software" not in png.text
    assert b"CreationDate" not in files["de/stays.pdf"].read_bytes()
    assert not list(tmp_path.rglob("*.partial"))


def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path):
    program = (
        "import sys, rehapro_analysis as ra\n"
        "from rehapro_analysis.figures.saving import save\n"
        "study = ra.read_study(sys.argv[1])\n"
        "save(ra.figures.documented_stay(ra.throughput.documented_stays(study), study), sys.argv[2])\n"
        "save(ra.figures.evidence_map(ra.study.coverage(study), study), sys.argv[2])\n"
    )
    for seed in ("1", "2"):
        subprocess.run([sys.executable, "-c", program,
                        str(REPOSITORY / "data" / "documented"), str(tmp_path / seed)],
                       check=True, env=os.environ | {"PYTHONHASHSEED": seed})
    first, second = (sorted((tmp_path / seed).rglob("*.*")) for seed in ("1", "2"))
    assert len(first) == 12
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_publishing_enters_the_figure_in_the_manifest_and_returns_it(scratch_out):
    figure = a_figure()
    assert publish(figure, notebook="03_throughput") is figure
    entry = json.loads((scratch_out / "figures" / "manifest.json").read_text("utf-8"))["stays"]
    assert entry["notebook"] == "03_throughput" and entry["origin"] == "documented" and entry["rows"] == 2
    assert entry["fingerprint"] == {language: figure.fingerprint(language) for language in ("de", "en")}
    assert entry["alt"] == dict(figure.alt)


def test_a_figure_of_own_data_does_not_go_among_the_committed_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "REPOSITORY", tmp_path)
    monkeypatch.delenv("REHAPRO_OUT")
    publish(replace(a_figure(), origin="own"), notebook="03_throughput")
    assert not (tmp_path / "figures").exists()
    assert (tmp_path / "my_report" / ".gitignore").read_text("utf-8") == "*\n"
    assert (tmp_path / "my_report" / "figures" / "de" / f"{a_figure().name}.svg").exists()
    publish(a_figure(), notebook="03_throughput")
    assert (tmp_path / "figures" / "de" / f"{a_figure().name}.svg").exists()


def test_a_page_is_published_once_for_both_languages_and_a_changed_one_is_named(scratch_out, tmp_path, monkeypatch):
    page = ra.figures.Page("network_page", "<!doctype html>", {"de": "Netz", "en": "Network"}, "documented")
    assert publish(page, notebook="02_partner_networks") is page
    entry = read_manifest(scratch_out / "figures")["network_page"]
    assert entry["notebook"] == "02_partner_networks" and entry["origin"] == "documented"
    assert list(entry["files"]) == ["pages/network_page.html"]
    monkeypatch.setenv("REHAPRO_OUT", str(tmp_path / "again"))
    publish(replace(page, html="<!doctype html><p>"), notebook="02_partner_networks")
    found = differences(scratch_out / "figures", tmp_path / "again" / "figures")
    assert found == ["pages/network_page.html: file bytes differ"]


def test_differences_name_the_figure_and_what_changed(scratch_out, tmp_path, monkeypatch):
    publish(a_figure(), notebook="03_throughput")
    monkeypatch.setenv("REHAPRO_OUT", str(tmp_path / "again"))
    publish(a_figure(draw=bars(colour="#D55E00")), notebook="03_throughput")
    publish(replace(a_figure(), name="another"), notebook="03_throughput")
    found = differences(scratch_out / "figures", tmp_path / "again" / "figures")
    assert "another: new" in found and "stays: fingerprint (de) differs" in found
    assert "de/stays.svg: file bytes differ" in found
    assert not [sentence for sentence in found if "table_sha256" in sentence]


def test_a_picture_edited_by_hand_after_publishing_is_named(scratch_out, tmp_path, monkeypatch):
    publish(a_figure(), notebook="03_throughput")
    monkeypatch.setenv("REHAPRO_OUT", str(tmp_path / "again"))
    publish(a_figure(), notebook="03_throughput")
    assert differences(scratch_out / "figures", tmp_path / "again" / "figures") == []
    edited = scratch_out / "figures" / "de" / "stays.svg"
    edited.write_text(edited.read_text("utf-8").replace("Zwei Städte", "Drei Städte"), "utf-8")
    (found,) = differences(scratch_out / "figures", tmp_path / "again" / "figures")
    assert found.startswith("de/stays.svg: file bytes differ, ") and "Drei Städte. -> " in found


def test_the_hash_of_the_source_table_counts_six_digits():
    assert table_hash(STAYS) == table_hash(STAYS.assign(months=STAYS["months"] + 1e-9))
    assert table_hash(STAYS) != table_hash(STAYS.assign(months=STAYS["months"] + 1e-3))


def test_a_notebook_shows_the_picture_with_alt_text_and_fingerprint_in_the_language_of_the_run(monkeypatch):
    monkeypatch.setenv("REHAPRO_LANGUAGE", "de")
    data, metadata = a_figure()._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == "Balken: Köln 18, Düsseldorf 21 Monate."
    assert a_figure().fingerprint("de") in data["text/plain"]
    assert data["image/png"].startswith(b"\x89PNG")


def test_every_committed_figure_stands_in_the_manifest_with_all_its_files():
    manifest = read_manifest(REPOSITORY / "figures")
    there = {path.relative_to(REPOSITORY / "figures").as_posix() for path in (REPOSITORY / "figures").glob("*/*.*")}
    assert there == {file for entry in manifest.values() for file in entry["files"]}
    assert {len(entry["files"]) for entry in manifest.values()} <= {1, 6}  # a page, or a figure


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_committed_pictures_of_documents_are_legible(language):
    study = ra.read_study(REPOSITORY / "data" / "documented")
    for figure in (
        ra.figures.evidence_map(ra.study.coverage(study), study),
        ra.figures.documented_funnel(ra.throughput.documented_funnels(study), study),
        ra.figures.documented_stay(ra.throughput.documented_stays(study), study),
    ):
        picture = figure.picture(language)
        assert overlapping_texts(picture) == []
        assert cut_texts(picture) == []
