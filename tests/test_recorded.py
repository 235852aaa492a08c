"""The ledger names every changed number, and no person."""

from __future__ import annotations

import json

import pytest

from rehapro_analysis.study.recorded import changed, record, write_record

PROJECTS = "project,label,jobcenters\nGesA,GesA,Mainz\nPaN,PaN,Plön\n"
FACTS = (
    "project,quantity,low,high,reading,as_of,locator\n"
    "PaN,places_per_cycle,16,16,,2022-06-15,PaN 3\n"
    "GesA,planned_stay,12,12,A,2022-06-15,GesA 1\n"
)
EPISODES = "project,participant,entered_on\nPaN,secret,2021-01-01\n"


@pytest.fixture
def data(tmp_path):
    tables = {"documented/projects": PROJECTS, "documented/facts": FACTS, "synthetic/episodes": EPISODES}
    for name, text in tables.items():
        path = tmp_path / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    write_record(tmp_path)
    return tmp_path


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_nothing_changed_right_after_recording_and_recording_again_gives_the_same_bytes(data):
    assert changed(data) == []
    first = (data / "recorded.json").read_bytes()
    write_record(data)
    assert (data / "recorded.json").read_bytes() == first
    assert first.endswith(b"}\n")
    assert sorted(path.name for path in data.iterdir()) == ["documented", "recorded.json", "synthetic"]


def test_a_changed_number_is_named_with_row_key_and_what_stands_there_now(data):
    replace(data / "documented/facts.csv", "16,16", "16,17")
    assert changed(data) == [
        "documented/facts.csv row 2 (PaN | places_per_cycle |  | 2022-06-15 | PaN 3) is not the recorded one: "
        "low 16, high 17."
    ]


def test_a_new_row_and_a_lost_row_are_named(data):
    replace(data / "documented/projects.csv", "GesA,GesA,Mainz", "LIPSY,LIPSY,Leipzig")
    assert changed(data) == [
        "documented/projects.csv row 2 (LIPSY) is new: label LIPSY, jobcenters Leipzig.",
        "documented/projects.csv: the row (GesA) is gone.",
    ]


def test_the_order_of_rows_and_an_empty_new_column_change_nothing(data):
    path = data / "documented/projects.csv"
    path.write_bytes("label,project,jobcenters,state\r\nPaN,PaN,Plön,\r\nGesA,GesA,Mainz,\r\n".encode())
    assert changed(data) == []


def test_a_changed_synthetic_file_is_named_as_a_whole(data):
    replace(data / "synthetic/episodes.csv", "2021-01-01", "2021-01-02")
    assert changed(data) == ["synthetic/episodes.csv differs from the recorded file."]


def test_a_new_file_and_a_lost_file_are_named(data):
    (data / "documented/facts.csv").rename(data / "synthetic/facts.csv")
    assert changed(data) == ["documented/facts.csv is gone.", "synthetic/facts.csv is new."]


def test_a_missing_ledger_is_named_with_the_command_that_writes_it(data, tmp_path_factory):
    (data / "recorded.json").unlink()
    assert changed(data) == ["recorded.json is missing. Write it with: python -m rehapro_analysis record"]
    assert changed(tmp_path_factory.mktemp("own")) == []


def test_no_pseudonym_stands_in_the_ledger_wherever_a_table_of_persons_lies(data):
    (data / "synthetic/episodes.csv").rename(data / "documented/episodes.csv")
    write_record(data)
    assert "secret" not in (data / "recorded.json").read_text(encoding="utf-8")
    assert isinstance(record(data)["documented/episodes.csv"], str)


def test_the_ledger_is_what_record_says(data):
    assert json.loads((data / "recorded.json").read_text(encoding="utf-8")) == record(data)
