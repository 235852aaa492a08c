"""A study is read as declared, or every problem is named with its place and its remedy."""

from __future__ import annotations

import csv
import io
import os
import pickle
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehapro_analysis.paths import REPOSITORY, data_folders, language, out_folder
from rehapro_analysis.study import TABLES, Study, StudyError, read_study
from rehapro_analysis.study.plausibility import PLANNED_COLUMNS, overlapping, window

VALID = {
    "projects": "project,label,jobcenters,start,end\nGesA,GesA,Mainz,2020-01-01,2024-12-31\nPaN,PaN,Plön,,\n",
    "coaches": "coach,project,fte\nc1,GesA,0.5\n",
    "actors": "actor,label,kind,legal_domains,named\n"
              "jc,Jobcenter,jobcenter,II|IX,true\nkk,Kasse,health insurance,,\n",
    "ties": "project,source,target,relation,status,since,until\nGesA,jc,kk,referral,active,2020-02-01,\n",
    "responsibility": "project,case,actor,since,until,mode\nGesA,k1,jc,2021-01-01,2021-03-01,lead\n",
    "indicators": "indicator,label_de,label_en,scale,level,direction\nwai,Arbeit,work,metric,participant,higher\n",
    "episodes": "project,participant,coach,referred_on,entered_on,left_on,exit,age\n"
                "GesA,p1,c1,2021-01-10,2021-02-01,2021-08-01,completed,41\n"
                "GesA,p2,c1,2021-01-12,2021-02-03,,,\n"
                "PaN,p3,,2021-01-12,,2021-03-03,withdrawn,39.5\n",
    "measurements": "project,participant,indicator,wave,measured_on,value\nGesA,p1,wai,0,2021-02-01,3.25\n",
}


def write(folder: Path, **tables: str | bytes) -> Path:
    """Write tables, given as text or bytes, as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def edited(table: str, old: str, new: str) -> dict[str, str]:
    """The valid study with one replacement in one table."""
    assert old in VALID[table]
    return VALID | {table: VALID[table].replace(old, new, 1)}


def problems(*folders: Path) -> StudyError:
    with pytest.raises(StudyError) as caught:
        read_study(*folders)
    return caught.value


def test_a_valid_study_has_the_declared_columns_and_types(tmp_path):
    study = read_study(write(tmp_path, **VALID))
    episodes = study.table("episodes")
    assert list(episodes) == [column.name for column in TABLES["episodes"].columns] + ["age"]
    assert episodes["participant"].dtype == "str"
    assert episodes["left_on"].dtype == "datetime64[us]"
    assert episodes["left_on"].isna().tolist() == [False, True, False]
    assert episodes["exit"].isna().tolist() == [False, True, False]
    assert episodes["referred_by"].isna().all()
    assert episodes["origin"].tolist() == ["own"] * 3
    np.testing.assert_array_equal(episodes["age"], [41.0, np.nan, 39.5])
    assert study.table("measurements")["wave"].dtype == "Int64"
    assert study.table("actors")["legal_domains"].tolist() == [frozenset({"II", "IX"}), frozenset()]
    named = study.table("actors")["named"]
    assert named.dtype == "boolean"
    assert named[0]
    assert named.isna()[1]


# One change to the valid study, and what the single line of the message must say.
BROKEN = {
    "a missing column is named": (
        edited("coaches", "coach,project,fte\nc1,GesA,0.5", "coach,fte\nc1,0.5"),
        ("coaches.csv row 1, column project: ", "missing", "Add it to the header")),
    "a wrong type is named": (
        edited("measurements", "3.25", "high"),
        ("measurements.csv row 2, column value: ", "not a number", "decimal point such as 3.5")),
    "a decimal comma is named": (
        edited("measurements", "3.25", '"3,25"'),
        ("measurements.csv row 2, column value: ", "comma", "decimal point such as 3.5")),
    "an infinite number is no number": (
        edited("measurements", "3.25", "inf"),
        ("measurements.csv row 2, column value: ", "not a number", "such as 3.5")),
    "an integer with decimals is named": (
        edited("measurements", "wai,0,", "wai,0.5,"),
        ("measurements.csv row 2, column wave, '0.5': ", "not a whole number", "Write a whole number such as 3.")),
    "an unknown key is named with the nearest": (
        edited("episodes", "PaN,p3", "Pan,p3"),
        ("episodes.csv row 4, column project: ", "table projects, column project",
         "Add it to projects.csv or correct it. The nearest is PaN.")),
    "a dangling reference of several columns is named without its pseudonym": (
        edited("measurements", "GesA,p1", "PaN,p1"),
        ("measurements.csv row 2, column project, participant: ",
         "no such row in table episodes, column project, participant", "Add it to episodes.csv")),
    "a duplicate key is named with both rows": (
        edited("projects", "2024-12-31\n", "2024-12-31\nGesA,Gesa,Mainz,,\n"),
        ("projects.csv row 3, column project, 'GesA': the same key as row 2. Delete one of the two",)),
    "an interval upside down is named": (
        edited("episodes", "2021-08-01", "2021-01-31"),
        ("episodes.csv row 2, column entered_on, left_on, '2021-02-01 | 2021-01-31': ",
         "entered_on must not exceed left_on", "Correct one of the two")),
    "an interval without a day is named where days must pass": (
        edited("responsibility", "2021-03-01", "2021-01-01"),
        ("responsibility.csv row 2, column since, until, '2021-01-01 | 2021-01-01': ",
         "since must come before until. Correct one of the two.")),
    "a wrong encoding is named with its first byte": (
        VALID | {"projects": VALID["projects"].encode("latin-1")},
        ("projects.csv row 3: the byte 0xF6 is not UTF-8. Save the file as CSV UTF-8",)),
    "a semicolon file is named with its remedy": (
        VALID | {"coaches": VALID["coaches"].replace(",", ";")},
        ("coaches.csv row 1: semicolons stand between the columns. Save the file as CSV UTF-8 with commas",)),
    "a quoted semicolon file is named with its remedy": (
        VALID | {"coaches": '"coach";"project"\n"c1";"GesA"\n'},
        ("coaches.csv row 1: semicolons stand between the columns. Save the file as CSV UTF-8 with commas",)),
    "a tab file is named with its remedy": (
        VALID | {"coaches": VALID["coaches"].replace(",", "\t")},
        ("coaches.csv row 1: tabs stand between the columns. Save the file as CSV UTF-8 with commas",)),
    "an empty file is named with the header it needs": (
        VALID | {"coaches": b"\xef\xbb\xbf\n"},
        ("coaches.csv: the file is empty. Write at least the header (coach, project), or delete the file.",)),
    "an impossible date is named": (
        edited("episodes", "2021-08-01", "31.02.2022"),
        ("episodes.csv row 2, column left_on, '31.02.2022': no such day. "
         "Write dates as YYYY-MM-DD, for example 2022-06-15.",)),
    "a German date is named with the same day in ISO": (
        edited("episodes", "2021-08-01", "15.6.2022"),
        ("episodes.csv row 2, column left_on, '15.6.2022': ", "not a date as YYYY-MM-DD. Write 2022-06-15.")),
    "an ISO date without hyphens is no date": (
        edited("episodes", "2021-08-01", "20210801"),
        ("episodes.csv row 2, column left_on, '20210801': not a date. Write dates as YYYY-MM-DD",)),
    "a value that is not allowed is named with the list and the nearest": (
        edited("episodes", "completed", "Complete"),
        ("episodes.csv row 2, column exit, 'Complete': ", "Write one of: completed, employment, dropout, transfer",
         "The nearest is completed.")),
    "a member of a set that is not allowed is named": (
        edited("actors", "II|IX", "II|10"),
        ("actors.csv row 2, column legal_domains, 'II|10': one of the members is not allowed. Write one of: II,",)),
    "a boolean in another spelling is named": (
        edited("actors", "true", "TRUE"),
        ("actors.csv row 2, column named, 'TRUE': ", "Write one of: true, false. The nearest is true.")),
    "a number out of bounds is named with its bounds": (
        edited("coaches", "0.5", "1.5"),
        ("coaches.csv row 2, column fte, '1.5': ", "Write a number from 0 to 1.")),
    "an empty cell that must be filled is named": (
        edited("measurements", "wai,0,", "wai,,"),
        ("measurements.csv row 2, column wave: ", "must not be empty. Fill it in: measurement occasion.")),
    "a space beside a value is named, not removed": (
        edited("episodes", "2021-08-01,completed", "2021-08-01,completed "),
        ("episodes.csv row 2, column exit, 'completed ': space before or after the value. Remove the space.",)),
    "a space does not hide a second fault of the cell": (
        edited("episodes", "2021-08-01", " 31.02.2022"),
        ("episodes.csv row 2, column left_on, ' 31.02.2022': space before or after the value, and no such day. ",
         "Remove the space. Write dates as YYYY-MM-DD")),
    "an unknown column is named with the nearest": (
        edited("coaches", "fte", "ftee"),
        ("coaches.csv row 1, column ftee: the table has no such column. Rename it to fte",)),
    "an extra column that misspells a declared one is named": (
        edited("episodes", "referred_on", "Refered_on"),
        ("episodes.csv row 1, column Refered_on: this looks like the column referred_on. Rename it",)),
    "a column that stands twice is named": (
        edited("coaches", "coach,project,fte\nc1,GesA,0.5", "coach,project,project\nc1,GesA,GesA"),
        ("coaches.csv row 1, column project: this column stands twice. Delete one of the two.",)),
    "a ragged row is named with its number of cells": (
        edited("coaches", "GesA,0.5", "GesA,0,5"),
        ("coaches.csv row 2: 4 cells, but the header has 3. Put a value that holds a comma in double quotes",)),
    "a row after a cell of two lines keeps the number a spreadsheet shows": (
        edited("projects", "Mainz,2020-01-01,2024-12-31\nPaN,PaN,Plön,,", '"Mainz\nStadt",,\nPaN,PaN,Plön,x,'),
        ("projects.csv row 3, column start, 'x': not a date.",)),
    "an empty row is named": (
        edited("coaches", "\nc1", "\n\nc1"),
        ("coaches.csv row 2: this row is empty. Delete the row.",)),
    "an open quotation mark is named with its row": (
        edited("projects", "PaN,PaN,Plön,,\n", 'PaN,"PaN,Plön,,\n'),
        ("projects.csv row 3: this row cannot be read", "Close every quotation mark")),
    "a file that is no table is named with the nearest table": (
        VALID | {"Phase": "a\n1\n"},
        ("Phase.csv: no table of a study has this name. Rename it to phases.csv",)),
    "a second file of the same table is not told to take the name of the first": (
        VALID | {"Episode": "a\n1\n"},
        ("Episode.csv: no table of a study has this name. Move it elsewhere, or put its rows into episodes.csv.",)),
    "a day of exit without an exit is named": (
        edited("episodes", "2021-08-01,completed", "2021-08-01,"),
        ("episodes.csv row 2, column exit: left_on is filled, exit is empty. Name the exit",)),
    "an exit without its day is named": (
        edited("episodes", "2021-08-01,completed", ",completed"),
        ("episodes.csv row 2, column left_on: exit is filled, left_on is empty. Write the day",)),
    "a withdrawal after entry is named": (
        edited("episodes", "completed", "withdrawn"),
        ("episodes.csv row 2, column entered_on, '2021-02-01': a person who withdrew before entry has no first ",
         "Empty entered_on or correct exit.")),
    "a year long past is named without the day, which may be one of birth": (
        edited("episodes", "2021-01-10", "1022-01-10"),
        ("episodes.csv row 2, column referred_on: the year 1022 cannot be meant. "
         "Write a day from 1990-01-01 to 2050-12-31; leave the cell empty if it is unknown.",)),
    "a day of entry that is still to come is named": (
        edited("episodes", "2021-02-03,,", "2049-02-03,,"),
        ("episodes.csv row 3, column entered_on, '2049-02-03': this day is still to come. "
         "Write a day up to today; leave the cell empty until the day has come.",)),
    "a year that no plan reaches is named": (
        edited("projects", "2024-12-31", "3024-12-31"),
        ("projects.csv row 2, column end, '3024-12-31': the year 3024 cannot be meant.",)),
    "a word for a missing value is named": (
        edited("episodes", "2021-01-12,2021-02-03", "NA,2021-02-03"),
        ("episodes.csv row 3, column referred_on, 'NA': a word for what is missing. Leave the cell empty.",)),
    "an invisible character is named": (
        edited("episodes", "PaN,p3", "PaN\u200b,p3"),
        ("episodes.csv row 4, column project: an invisible character stands in this cell. Type the value anew.",)),
    "an invisible character in the header is named": (
        edited("coaches", "fte", "\ufefffte"),
        ("coaches.csv row 1, column fte: an invisible character stands in this name. Type the name anew.",)),
    "a column in another case is named once": (
        edited("coaches", "project", "Project"),
        ("coaches.csv row 1, column Project: the table has no such column. Rename it to project",)),
    "a spreadsheet's number of a day is named": (
        edited("episodes", "2021-08-01", "44409"),
        ("episodes.csv row 2, column left_on: a number, not a date. Give the column the format of a date",)),
    "a row instead of the header is named and not shown": (
        VALID | {"coaches": "c1,GesA,0.5\n"},
        ("coaches.csv row 1: this row is not the header: it names no column of the table. "
         "Write the names of the columns (coach, project, ...) into row 1.",)),
    "an overlap of two participations of a person is named with the other row": (
        edited("episodes", "PaN,p3", "GesA,p1,,,2021-07-31,,,\nPaN,p3"),
        ("episodes.csv row 4, column entered_on, '2021-07-31': "
         "this participation begins before the same person's one of row 2 ends.", "Correct one of the days")),
    "a phase before its participation is named with that row": (
        VALID | {"phases": "project,participant,phase,entered_on,left_on\nGesA,p1,first,2021-01-09,2021-03-01\n"},
        ("phases.csv row 2, column entered_on, '2021-01-09': this phase begins before the person's first "
         "participation, episodes.csv row 2. Correct the day",)),
    "a phase that ends after its participation is named with that row": (
        VALID | {"phases": "project,participant,phase,entered_on,left_on\nGesA,p1,first,2021-03-01,2021-08-02\n"},
        ("phases.csv row 2, column left_on, '2021-08-02': this phase is not over when the person's participation "
         "ends, episodes.csv row 2. Write a day not after left_on",)),
    "a phase left open though the participation ended is named": (
        VALID | {"phases": "project,participant,phase,entered_on,left_on\nGesA,p1,first,2021-03-01,\n"},
        ("phases.csv row 2, column left_on: this phase is not over when the person's participation ends",)),
    "a phase of a person without a participation is named": (
        VALID | {"phases": "project,participant,phase,entered_on,left_on\nGesA,p9,first,2021-03-01,\n"},
        ("phases.csv row 2, column project, participant: no such row in table episodes",)),
    "a workbook renamed to CSV is named": (
        VALID | {"coaches": b"PK\x03\x04\x14\x00\x06\x00\x08"},
        ("coaches.csv: this is an Excel workbook or another packed file, whatever its name says. "
         "Save the file as CSV UTF-8",)),
    "text in UTF-16 is named": (
        VALID | {"coaches": VALID["coaches"].encode("utf-16")},
        ("coaches.csv: this is text in UTF-16, whatever its name says. Save the file as CSV UTF-8",)),
    "a zero byte is named with its row": (
        VALID | {"coaches": VALID["coaches"].replace("0.5", "0\0").encode()},
        ("coaches.csv row 2: a byte 0x00 stands here, which no text has. Save the file as CSV UTF-8",)),
    "an exit without entry is named": (
        edited("episodes", "withdrawn", "dropout"),
        ("episodes.csv row 4, column entered_on: a person who left after entry has a first day. ",
         "Write entered_on, or write withdrawn as exit")),
}


@pytest.mark.parametrize(("tables", "parts"), BROKEN.values(), ids=BROKEN)
def test_a_broken_study_names_place_and_remedy(tmp_path, tables, parts):
    error = problems(write(tmp_path, **tables))
    assert len(error.problems) == 1, str(error)
    for part in parts:
        assert part in str(error)


def test_the_parts_of_a_problem_can_be_read_one_by_one(tmp_path):
    (problem,) = problems(write(tmp_path, **edited("episodes", "2021-08-01", "31.02.2022"))).problems
    assert (problem.file, problem.row) == ("episodes.csv", 2)
    assert (problem.column, problem.value) == ("left_on", "31.02.2022")
    assert problem.message == "no such day."
    assert problem.remedy == "Write dates as YYYY-MM-DD, for example 2022-06-15."


def test_all_problems_of_all_files_come_at_once_in_the_order_of_files_and_rows(tmp_path):
    tables = VALID | {
        "coaches": VALID["coaches"].replace("0.5", "half"),
        "ties": VALID["ties"].replace("jc,kk", "jc,xx").replace("active", "aktiv"),
        "episodes": VALID["episodes"].replace("2021-08-01", "2021-13-01").replace("p2", "p1 "),
        "measurements": "",
    }
    found = problems(write(tmp_path, **tables)).problems
    assert [(problem.file, problem.row, problem.column) for problem in found] == [
        ("coaches.csv", 2, "fte"), ("episodes.csv", 2, "left_on"), ("episodes.csv", 3, "participant"),
        ("measurements.csv", None, ""), ("ties.csv", 2, "status"), ("ties.csv", 2, "target"),
    ]


def test_no_message_shows_a_pseudonym_or_an_undeclared_column(tmp_path):
    tables = VALID | {
        "episodes": "project,participant,coach,nick\nGesA,secret ,secret,secret \nGesA,secret,secret,\n",
        "responsibility": "project,case,actor,since,mode\n" + 2 * "GesA,secret,jc,2021-01-01,lead\n",
        "measurements": "project,participant,indicator,wave\nPaN,secret,wai,0\n",
    }
    error = problems(write(tmp_path, **tables))
    assert {problem.column for problem in error.problems} >= {
        "participant", "coach", "nick", "project, participant", "project, case, actor, since"}
    assert "secret" not in str(error)


SECRETS = ("Mustermann", "4711", "1975-03-02", "GesA-0815", "44")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("column", ["project", "referred_on", "exit", "origin", "nick"])
def test_what_slipped_into_another_column_of_a_person_is_not_shown(tmp_path, secret, column):
    row = {"project": "GesA", "participant": "p1", "referred_on": "", "exit": "", "origin": "", "nick": ""}
    tables = VALID | {"episodes": as_csv([row | {column: f"{secret} " if column == "nick" else secret}])}
    del tables["measurements"]
    error = problems(write(tmp_path, **tables))
    assert any(column in problem.column for problem in error.problems)
    assert secret not in str(error)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_second_rule_does_not_show_what_the_first_kept_back(tmp_path, secret):
    error = problems(write(tmp_path, **edited("episodes", ",,2021-03-03,withdrawn", f",{secret},2021-03-03,withdrawn")))
    assert len(error.problems) == 2
    assert secret not in str(error)


def test_a_table_without_persons_shows_every_value(tmp_path):
    assert "column status, 'laufend'" in str(problems(write(tmp_path, **edited("ties", "active", "laufend"))))


def test_a_column_in_which_nothing_fits_is_named_once(tmp_path):
    rows = "".join(f"GesA,2021-01-0{day},p{day},,\n" for day in range(1, 6))
    tables = {"projects": VALID["projects"], "episodes": f"project,participant,entered_on,left_on,exit\n{rows}"}
    error = problems(write(tmp_path, **tables))
    assert str(error) == (
        "episodes.csv, column entered_on: none of the 5 filled cells fits this column: not a date. "
        "Write dates as YYYY-MM-DD, for example 2022-06-15. "
        "Or have columns been shifted? Compare the header with the rows below.")


def test_a_column_of_keys_in_which_none_is_known_is_named_once(tmp_path):
    rows = "".join(f"p{number},GesA,2021-01-01\n" for number in range(9))
    tables = {"projects": VALID["projects"], "episodes": f"project,participant,entered_on\n{rows}"}
    assert str(problems(write(tmp_path, **tables))).startswith(
        "episodes.csv, column project: none of the 9 filled cells fits this column: no such row in table projects, "
        "column project. Add them to projects.csv. Or have columns been shifted?")


def test_an_early_measurement_or_a_second_participation_contradicts_nothing(tmp_path):
    tables = VALID | {
        "episodes": "project,participant,referred_on,entered_on,left_on,exit\n"
                    "GesA,p1,2021-01-10,2021-02-01,2021-08-01,completed\n"
                    "GesA,p1,2021-07-01,2021-08-01,,\nPaN,p1,,2021-03-01,,\n",
        "phases": "project,participant,phase,entered_on,left_on\n"
                  "GesA,p1,waiting,2021-01-10,2021-02-01\nGesA,p1,first,2021-02-01,2021-08-01\n"
                  "GesA,p1,second,2021-08-01,\nPaN,p1,first,2021-03-01,2021-04-01\n",
    }
    assert len(read_study(write(tmp_path, **tables)).table("phases")) == 4


def test_a_date_that_cannot_be_read_does_not_make_its_row_contradict_another(tmp_path):
    tables = VALID | {"phases": "project,participant,phase,entered_on,left_on\nGesA,p1,first,2021-03-01,31.02.2021\n"}
    assert [problem.message for problem in problems(write(tmp_path, **tables)).problems] == ["no such day."]


stays = st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(1, 20)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(stays)
def test_overlaps_are_those_that_comparing_every_pair_finds(people):
    day = pd.Timestamp("2021-01-01")
    frame = pd.DataFrame({"project": "A", "participant": "a",
                          "entered_on": [day + pd.Timedelta(days=begin) for begin, _ in people],
                          "left_on": pd.to_datetime([None if stay is None else day + pd.Timedelta(days=begin + stay)
                                                     for begin, stay in people])})
    order = frame.sort_values("entered_on", kind="stable").index
    end = frame["left_on"].fillna(pd.Timestamp("2100-01-01"))
    expected = {later for place, later in enumerate(order) for earlier in order[:place]
                if frame["entered_on"][later] < end[earlier]}
    found = overlapping(frame, frame)
    assert set(found.index) == expected
    assert all(end[other] > frame["entered_on"][row] for row, other in found.items())


def test_what_is_planned_may_lie_ahead_and_what_is_recorded_may_not():
    today = date(2022, 6, 15)
    ahead = {column.name for table in TABLES.values() for column in table.columns
             if column.kind == "date" and window(column.name, today=today)[1] > today}
    assert ahead == PLANNED_COLUMNS
    assert window("left_on", today=today) == (date(1990, 1, 1), today)


def test_a_flaw_in_a_referenced_table_does_not_make_its_references_dangle(tmp_path):
    for change in (("\nGesA,", "\nGesA ,"), ("Mainz", "Mainz,Mainz"), ("project,", "projekt,")):
        found = problems(write(tmp_path, **edited("projects", *change))).problems
        assert {problem.file for problem in found} == {"projects.csv"}, change


def test_columns_without_which_nothing_seems_to_have_happened_are_missed_once(tmp_path):
    rows = "project,participant,referred_on\nGesA,p1,2021-01-04\nGesA,p2,2021-01-05\n"
    found = problems(write(tmp_path, projects=VALID["projects"], episodes=rows)).problems
    assert [(problem.row, problem.column) for problem in found] == [(1, "entered_on"), (1, "left_on"), (1, "exit")]
    assert {problem.message for problem in found} == {"this column is missing."}
    gone = "project,participant,left_on,exit\n" + "".join(f"GesA,p{i},2021-05-04,dropout\n" for i in range(9))
    found = problems(write(tmp_path, projects=VALID["projects"], episodes=gone)).problems
    assert [(problem.row, problem.column) for problem in found] == [(1, "entered_on")]  # and not each row again


def test_a_decimal_comma_in_a_column_of_ones_own_is_a_number_written_wrongly(tmp_path):
    header = "project,participant,entered_on,left_on,exit,severity\n"
    rows = 'GesA,p1,2021-02-01,,,"0,5"\nGesA,p2,2021-02-01,,,1\n'
    tables = {"projects": VALID["projects"], "episodes": header + rows}
    assert "episodes.csv row 2, column severity: a number with a comma. Write a number with a decimal point" in str(
        problems(write(tmp_path, **tables)))
    mixed = tables | {"episodes": header + rows.replace(",1\n", ",hoch\n")}
    assert read_study(write(tmp_path, **mixed)).table("episodes")["severity"].tolist() == ["0,5", "hoch"]


def test_rows_whose_keys_cannot_be_read_are_not_called_duplicates(tmp_path):
    rows = "project,participant,entered_on,left_on,exit\nGesA,p1,1.2.21,,\nGesA,p1,2.3.21,,\n"
    found = problems(write(tmp_path, projects=VALID["projects"], episodes=rows)).problems
    assert [(problem.row, problem.column) for problem in found] == [(2, "entered_on"), (3, "entered_on")]


def test_many_problems_are_shown_in_part_and_held_in_full(tmp_path):
    rows = "".join(f"GesA,p{number},99.9.2021,,\n" for number in range(400))
    header = "project,participant,entered_on,left_on,exit\n"
    tables = {"projects": VALID["projects"], "episodes": f"{header}{rows}Pen,x,,,\n"}
    error = problems(write(tmp_path, **tables))
    lines = str(error).splitlines()
    assert len(error.problems) == 401
    assert [line for line in lines if "no such day" in line] == lines[:5]
    assert lines[5] == "  ... and 395 more rows"
    assert lines[-1] == "401 problems in all."
    assert lines[6].startswith("episodes.csv row 402, column project: no such row") and len(lines) == 8


def test_problems_that_name_other_rows_are_still_of_one_kind(tmp_path):
    rows = "".join(f"{letter},{letter},Mainz\n" for letter in "ABCDEF" * 2)
    lines = str(problems(write(tmp_path, projects=f"project,label,jobcenters\n{rows}"))).splitlines()
    assert lines[4].startswith("projects.csv row 12, column project, 'E': the same key as row 6.")
    assert lines[5:] == ["  ... and 1 more row", "6 problems in all."]


def test_an_error_survives_the_way_to_another_process(tmp_path):
    error = problems(write(tmp_path, **edited("coaches", "0.5", "5")))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_two_folders_are_one_study_and_the_strictest_origin_wins(tmp_path):
    header = "project,label,jobcenters,origin\n"
    documented = write(tmp_path / "documented", projects=f"{header}GesA,GesA,Mainz,documented\n")
    synthetic = write(
        tmp_path / "synthetic", projects=f"{header}PaN,PaN,Plön,own\n",
        episodes="project,participant,entered_on,left_on,exit,age,origin\nGesA,p1,2021-02-01,,,x,synthetic\n")
    study = read_study(documented, synthetic)
    assert study.table("projects")["project"].tolist() == ["GesA", "PaN"]
    assert study.table("projects").index.tolist() == [0, 1]
    assert study.origin("projects") == "own"
    assert study.origin("projects", "episodes") == study.origin() == "synthetic"
    assert read_study(documented).origin("projects") == "documented"
    assert study.table("episodes")["age"].dtype == "str"


def test_problems_of_several_folders_name_the_folder(tmp_path):
    first = write(tmp_path / "first", projects=VALID["projects"])
    second = write(tmp_path / "second", projects="project,label,jobcenters\nLIPSY,L,Leipzig\nPaN,PaN,Plön\n")
    assert "second/projects.csv row 3, column project, 'PaN': the same key as first/projects.csv row 3." in str(
        problems(first, second))


def test_a_missing_folder_is_all_that_is_said_of_it(tmp_path):
    assert str(problems(tmp_path / "none")) == (
        f"{tmp_path / 'none'}: there is no such folder. Check where the study lies.")
    file = write(tmp_path, projects=VALID["projects"]) / "projects.csv"
    assert str(problems(file)) == f"{file}: this is a file, not a folder. Name the folder that it lies in."


def test_a_missing_projects_table_is_named_with_the_folder_that_has_one(tmp_path):
    message = str(problems(write(tmp_path / "empty")))
    assert message.startswith("No folder of the study has a table projects. Add a file projects.csv to a folder")
    assert "data/documented as well (run with --data data/documented" in message


def test_notes_and_hidden_files_are_passed_over_and_a_byte_order_mark_is_read(tmp_path):
    write(tmp_path, projects=b"\xef\xbb\xbf" + VALID["projects"].replace("\n", "\r\n").encode())
    (tmp_path / "notes.txt").write_text("not a table")
    (tmp_path / "README.md").write_text("not a table")
    for name in ("._coaches.csv", "~$episodes.xlsx", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"\x00\x05")
    assert read_study(tmp_path).table("projects")["project"].tolist() == ["GesA", "PaN"]


@pytest.mark.parametrize(("name", "said"), [
    ("episodes.xlsx", "only CSV files are read. Save it as CSV UTF-8 (episodes.csv), or move it elsewhere."),
    ("Phase.sav", "only CSV files are read. Save it as CSV UTF-8 (phases.csv), or move it elsewhere."),
    ("Auswertung 2021.ods", "only CSV files are read. Save it as CSV UTF-8 (each sheet named after its table, such"),
    ("episodes.csv.txt", "only CSV files are read. Save it as CSV UTF-8 (episodes.csv), or move it elsewhere."),
])
def test_a_file_that_would_not_be_read_is_named_with_its_remedy(tmp_path, name, said):
    (write(tmp_path, **VALID) / name).write_bytes(b"any")
    assert str(problems(tmp_path)).startswith(f"{name}: {said}")


def test_a_workbook_of_projects_is_the_only_thing_named_when_projects_are_missing(tmp_path):
    (write(tmp_path) / "projects.xlsx").write_bytes(b"PK\x03\x04")
    (problem,) = problems(tmp_path).problems
    assert problem.file == "projects.xlsx"


def test_a_folder_within_a_study_is_named_also_if_it_is_called_like_a_table(tmp_path):
    write(tmp_path, projects=VALID["projects"])
    for name in ("episodes.csv", "2021", ".hidden"):
        (tmp_path / name).mkdir()
    found = problems(tmp_path).problems
    assert [problem.file for problem in found] == ["2021", "episodes.csv"]
    assert all("folders within a study are not read" in problem.message for problem in found)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    write(tmp_path, projects=VALID["projects"])
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "projects.csv: the file cannot be read (Permission denied). Close it in" in str(problems(tmp_path))


def test_an_absent_table_names_the_file_to_add(tmp_path):
    study = read_study(write(tmp_path, projects=VALID["projects"]))
    assert study.has("projects")
    assert not study.has("ties")
    with pytest.raises(StudyError, match=r"needs the table ties .* Add a file ties\.csv to a folder"):
        study.table("ties")


def test_a_study_cannot_be_changed_through_what_it_hands_out(tmp_path):
    study = read_study(write(tmp_path, **VALID))
    handed = study.table("projects")
    handed.loc[0, "label"] = "changed"
    handed["new"] = 1
    assert study.table("projects").loc[0, "label"] == "GesA"
    assert "new" not in study.table("projects")
    with pytest.raises(TypeError):
        study.tables["projects"] = handed


def test_a_study_shows_its_tables_rows_and_origins(tmp_path):
    study = read_study(write(tmp_path, **VALID))
    lines = [line.split() for line in repr(study).splitlines()]
    assert lines[:2] == [["table", "rows", "origin"], ["actors", "2", "own"]]
    assert "<td>episodes</td>" in study._repr_html_()


def test_a_table_with_a_header_only_is_a_table_without_rows(tmp_path):
    tables = VALID | {"measurements": VALID["measurements"].splitlines()[0]}
    measurements = read_study(write(tmp_path, **tables)).table("measurements")
    assert len(measurements) == 0
    assert measurements["measured_on"].dtype == "datetime64[us]"


words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
days = st.dates(date(1990, 1, 1), date(2022, 1, 1))
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def facts(draw):
    low, high = draw(numbers), draw(numbers)
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return {"low": low, "high": high, "unit": draw(words), "note": draw(st.none() | words), "locator": draw(words)}


@st.composite
def episodes(draw):
    entered = draw(days)
    left = draw(st.none() | st.integers(0, 900).map(lambda stay: entered + timedelta(stay)))
    return {"participant": draw(words), "entered_on": entered, "left_on": left,
            "exit": None if left is None else draw(st.sampled_from(["completed", "employment", "dropout"]))}


def as_csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@settings(max_examples=40, deadline=None)
@given(st.lists(facts(), min_size=1, max_size=6, unique_by=lambda row: row["locator"]),
       st.lists(episodes(), min_size=1, max_size=6, unique_by=lambda row: row["participant"]))
def test_what_is_written_is_read_again(fact_rows, episode_rows):
    fixed = {"project": "GesA", "quantity": "q", "precision": "about", "status": "observed",
             "source_kind": "forum", "confidence": "high"}
    with tempfile.TemporaryDirectory() as name:
        study = read_study(write(
            Path(name), projects=VALID["projects"], facts=as_csv([fixed | row for row in fact_rows]),
            episodes=as_csv([{"project": "PaN"} | row for row in episode_rows])))
    assert as_written(study, "facts", fact_rows) == fact_rows
    assert as_written(study, "episodes", episode_rows) == episode_rows


def as_written(study: Study, table: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows read, in the types they were written from."""
    read = study.table(table)[list(rows[0])].to_dict("records")
    return [{name: None if pd.isna(value) else value.date() if isinstance(value, pd.Timestamp) else value
             for name, value in row.items()} for row in read]


def test_the_environment_chooses_data_output_and_language(monkeypatch, tmp_path):
    for name in ("REHAPRO_DATA", "REHAPRO_OUT", "REHAPRO_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    assert (out_folder(), language()) == (REPOSITORY, "en")
    assert data_folders() == [REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic"]
    monkeypatch.setenv("REHAPRO_DATA", f"{tmp_path}{os.pathsep}other")
    monkeypatch.setenv("REHAPRO_OUT", str(tmp_path))
    monkeypatch.setenv("REHAPRO_LANGUAGE", "fr")
    assert data_folders() == [tmp_path, Path("other")]
    assert out_folder() == tmp_path
    with pytest.raises(ValueError, match="REHAPRO_LANGUAGE is 'fr'. Set it to de or en"):
        language()
