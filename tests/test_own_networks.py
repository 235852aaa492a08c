"""Notebook 02 with data of one's own: other names, fewer projects, missing tables; it answers or says why not."""

import nbformat
import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.publishing.notebooks import NOTEBOOKS

SYNTHETIC, DOCUMENTED = REPOSITORY / "data" / "synthetic", REPOSITORY / "data" / "documented"
NETWORKS = ("ties", "tie_events", "carriers", "coaches", "responsibility", "egos", "alters", "alter_ties", "episodes")
WHY = "Not answered with these data: "


def own_study(folder, names, *, tables=NETWORKS):
    """The synthetic networks of some projects under other names, as own data."""
    for table, source in {"projects": DOCUMENTED, **dict.fromkeys(tables, SYNTHETIC)}.items():
        rows = pd.read_csv(source / f"{table}.csv", dtype=str)
        rows = rows[rows["project"].isin(list(names))].replace({"project": names}).assign(origin="own")
        if "label" in rows:
            rows["label"] = rows["project"]
        rows.to_csv(folder / f"{table}.csv", index=False)
    actors = pd.read_csv(SYNTHETIC / "actors.csv", dtype=str).assign(origin="own", region="here")
    actors = actors[actors["actor"].str.split("-").str[1].isin(list(names))]
    actors["label"] = actors["label"].str.replace(" (synthetic)", "").replace(names, regex=True)
    actors["short_label"] = actors["short_label"].str.replace(" (syn.)", "")
    actors.to_csv(folder / "actors.csv", index=False)
    return folder


def answers(folder, monkeypatch, capsys):
    """What every code cell of the notebook shows or says, without saving anything."""
    monkeypatch.setenv("REHAPRO_DATA", str(folder))
    monkeypatch.setattr(ra, "publish", lambda shown, notebook: shown)
    shown, names, said = [], {}, []
    names["display"] = lambda *items: shown.extend(items)
    for cell in nbformat.read(NOTEBOOKS / "02_partner_networks.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
            said.append((list(shown), capsys.readouterr().out))
            shown.clear()
    return said


def shown_as(kind, said):
    return [item for shown, _ in said for item in shown if isinstance(item, kind)]


def refused(said):
    return [line for _, text in said for line in text.splitlines() if line.startswith(WHY)]


@pytest.fixture(scope="module")
def two_projects(tmp_path_factory):
    return own_study(tmp_path_factory.mktemp("own"), {"GesA": "Neustart", "SanusLE": "Brücke"})


def test_two_projects_of_other_names_are_answered_in_every_cell(two_projects, monkeypatch, capsys):
    said = answers(two_projects, monkeypatch, capsys)
    assert all(shown or text for shown, text in said)
    statements, *stars = refused(said)
    assert "needs the table statements" in statements
    assert len(stars) == 2 and all("These pictures show stars" in sentence for sentence in stars)
    pictures = shown_as(ra.figures.Figure, said)
    assert len(pictures) == 6
    assert {picture.origin for picture in pictures} == {"own"}
    assert not [picture.title for picture in pictures if "GesA" in str(picture.title) + str(picture.alt)]
    (page,) = shown_as(ra.figures.Page, said)
    assert page.origin == "own" and "Neustart" in page.html


def test_the_example_is_the_largest_of_the_well_known_networks(two_projects, monkeypatch, capsys):
    pictures = shown_as(ra.figures.Figure, answers(two_projects, monkeypatch, capsys))
    assert any(picture.title["en"].startswith("Brücke: 12 actors") for picture in pictures)


def test_beside_the_documents_part_a_is_documented_and_part_b_is_own(two_projects, monkeypatch, capsys):
    said = answers(f"{DOCUMENTED}:{two_projects}", monkeypatch, capsys)
    assert said[0][1] == "Part A rests on documented ties, part B on own ones.\n"
    assert not refused(said)
    assert {picture.origin for picture in shown_as(ra.figures.Figure, said)} == {"documented", "own"}


def test_documents_alone_are_answered_in_part_a_and_say_what_part_b_lacks(monkeypatch, capsys):
    said = answers(DOCUMENTED, monkeypatch, capsys)
    assert all(shown or text for shown, text in said)
    assert not refused(said[:6])
    assert len(refused(said[6:])) >= 8
    assert {picture.origin for picture in shown_as(ra.figures.Figure, said)} == {"documented"}


def test_a_study_without_any_tie_says_so_in_every_cell_and_shows_nothing(tmp_path, monkeypatch, capsys):
    said = answers(own_study(tmp_path, {"LIPSY": "Neustart"}, tables=("episodes",)), monkeypatch, capsys)
    assert all(text for _, text in said)
    assert not shown_as(ra.figures.Figure, said)
    assert "needs the table ties" in " ".join(refused(said))
