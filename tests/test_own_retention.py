"""Notebook 04 with data of one's own: other names, fewer projects, missing tables; it answers or says why not."""

import nbformat
import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis import retention
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.publishing.notebooks import NOTEBOOKS
from rehapro_analysis.retention.stays.examples import ROLES, example_projects

SYNTHETIC, DOCUMENTED = REPOSITORY / "data" / "synthetic", REPOSITORY / "data" / "documented"
TRAITS = ["age", "sex", "education", "years_unemployed", "severity"]
WHY = "Not answered with these data: "


def own_study(folder, names, *, tables=("episodes", "phases", "coaches"), without=()):
    """The synthetic people of some projects under other names, as own data."""
    for table, source in {"projects": DOCUMENTED, **dict.fromkeys(tables, SYNTHETIC)}.items():
        rows = pd.read_csv(source / f"{table}.csv", dtype=str)
        rows = rows[rows["project"].isin(list(names))].replace({"project": names}).assign(origin="own")
        rows["label" if "label" in rows else "origin"] = rows["project"] if "label" in rows else "own"
        if "employer" in rows:
            rows["employer"] = None
        rows.drop(columns=[name for name in without if name in rows]).to_csv(folder / f"{table}.csv", index=False)
    return folder


def answers(folder, monkeypatch, capsys):
    """What every code cell of the notebook shows or says, without saving pictures."""
    monkeypatch.setenv("REHAPRO_DATA", str(folder))
    monkeypatch.setattr(ra, "publish", lambda figure, notebook: figure)
    shown, names, said = [], {}, []
    names["display"] = shown.append
    for cell in nbformat.read(NOTEBOOKS / "04_retention.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
            said.append((list(shown), capsys.readouterr().out))
            shown.clear()
    return said


def test_two_projects_of_other_names_are_answered_in_every_cell(tmp_path, monkeypatch, capsys):
    said = answers(own_study(tmp_path, {"GesA": "Neustart", "PROGES": "Brücke"}), monkeypatch, capsys)
    assert all(shown or text for shown, text in said)
    refused = [text for _, text in said if WHY in text]
    assert len(refused) == 1
    assert "needs the table facts" in refused[0]
    pictures = [item for shown, _ in said for item in shown if isinstance(item, ra.figures.Figure)]
    assert len(pictures) == 9
    assert {picture.origin for picture in pictures} == {"own"}
    assert any("Neustart" in picture.title["de"] and "Brücke" in picture.title["de"] for picture in pictures)


def test_one_project_without_coaches_phases_and_traits_says_what_it_cannot_answer(tmp_path, monkeypatch, capsys):
    folder = own_study(tmp_path, {"LIPSY": "Neustart"}, tables=("episodes",), without=["coach", *TRAITS])
    said = answers(folder, monkeypatch, capsys)
    assert all(shown or text for shown, text in said)
    refused = " ".join(text for _, text in said if WHY in text)
    assert "at least two groups" in refused
    assert "needs the table phases" in refused


def people(**sizes):
    """So many people of each project; half of them leave after two months, planned were three."""
    rows = [(name, 2.0 if one % 2 else 4.0, "dropout" if one % 2 else "censored", 3.0)
            for name, size in sizes.items() for one in range(size)]
    return pd.DataFrame(rows, columns=["project", "stop", "event", "planned"])


def test_the_example_of_a_plan_has_the_most_people_past_its_end_where_enough_were_watched():
    many = people(A=80, B=50)
    many.loc[many["project"].eq("B"), "event"] = "censored"
    few = people(C=12).assign(event="censored", stop=9.0)
    chosen = example_projects(pd.concat([many, few])).table
    assert chosen["project"].tolist() == ["B", "A", "B"]
    assert chosen["role"].tolist() == list(ROLES)
    assert "100%" in chosen["why"][0]


def test_without_plans_or_exits_the_examples_are_the_largest_projects_and_say_so():
    chosen = example_projects(people(A=30, B=50, C=8).assign(planned=float("nan"), event="censored")).table
    assert chosen["project"].tolist() == ["B", "B", "A"]
    assert "most people entered" in chosen["why"][0]
    assert "among those with at least 5 people" in chosen["why"][1]


def test_a_single_person_is_no_side_of_a_comparison():
    assert example_projects(people(A=60, B=1)).table["role"].tolist() == [ROLES[0]]
    assert example_projects(people(A=60, B=1, C=12)).table["project"].tolist() == ["A", "A", "C"]


@pytest.fixture(scope="module")
def shipped():
    frame = {name: pd.read_csv(SYNTHETIC / f"{name}.csv") for name in ("episodes", "phases")}
    for table in frame.values():
        for column in [name for name in table if name.endswith(("_on", "_until"))]:
            table[column] = pd.to_datetime(table[column])
    return ra.Study(frame | {"projects": pd.read_csv(DOCUMENTED / "projects.csv")})


def test_the_unfair_comparison_of_a_phase_is_larger_than_the_fair_one(shipped):
    test = retention.reached_phase_test(shipped, "GesA", phase="transition", at=365)
    unfair, fair = test.table.itertuples()
    assert unfair.counted_from.startswith("entry")
    assert unfair.lower > fair.upper > 0
    assert fair.lower < 0
    assert test.origin == "synthetic"


def test_a_landmark_that_nobody_reached_is_refused(shipped):
    with pytest.raises(ra.StudyError, match="Nobody was still there on day 9999"):
        retention.reached_phase_test(shipped, "GesA", at=9999)


def test_a_landmark_at_which_nobody_had_reached_the_phase_is_refused(shipped):
    with pytest.raises(ra.StudyError, match="still there on day 1 nobody had reached transition"):
        retention.reached_phase_test(shipped, "GesA", phase="transition", at=1)


def test_only_what_the_data_cannot_answer_is_said_and_faults_still_stop(capsys):
    with ra.or_say_why():
        raise ra.StudyError.of("Nobody left.", "Wait.")
    assert capsys.readouterr().out == f"{WHY}Nobody left. Wait.\n"
    with pytest.raises(KeyError), ra.or_say_why():
        raise KeyError
