"""The documents as data: complete, honest about uncertainty, readable by the modules that rely on them.

The forum documentation itself is not in the repository. ``NUMBERS`` and ``BULLETS`` say what a walk
through its text found, digit by digit and bullet by bullet; data/documented/SOURCES.md explains the
locators and lists the numbers that are exempt.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "data" / "documented"
PROJECTS = ["GesA", "PaN", "GehVor", "PROGES", "SegelSetzen", "SanusLE", "LIPSY", "Euregio", "ICH", "G4PZ",
            "AktiVoReha", "GECKO"]

NUMBERS = {  # locator: every number the text has there, number words included
    "Einleitung": (2, 4), "Willkommen b2.7": (2,), "Willkommen b2.8": (2,), "Charakteristika b3": (3, 6, 60),
    "Vorstellung": (12, 8),
    "§1 b1": (6,), "§1 b3": (10,), "§1 b10": (12, 18, 24), "§1 b14": (3, 4),
    "§2 b1": (2,), "§2 b2": (4, 12), "§2 b3": (15, 11, 12, 13), "§2 b8": (6,),
    "§3 b4": (32, 12), "§3 b8": (40,), "§3 b9": (10, 12),
    "§4 b2": (0,), "§4 b3": (2.5, 0.5, 770), "§5 b3": (18,), "§5 b4": (2,),
    "§6 b1": (620, 417, 68), "§7 b1": (80,), "§7 b2": (2,),
    "§8 b4": (3, 40), "§8 b5": (2160, 720, 530), "§8 b11": (2,),
    "§9 b1": (2,), "§9 b2": (6, 1), "§10 b2": (53,),
    "§11 b2": (1500, 3, 500, 1000), "§11 b3": (500, 6), "§12 b1": (10,),
    "Stärken/Netzwerk b1": (7,), "World Café": (5,), "Tisch 1 Zusteuerung b8": (450,), "Tisch 2 Einstieg b2": (2,),
    "Tisch 4 b4": (6,), "Tisch 5 Reha-Kompetenz b2": (2,), "Tisch 5 Reha-Kompetenz b3": (60,),
    "Tisch 5 Reha-Kompetenz b4": (2,), "Tisch 5 Jobcenter der Zukunft b3": (2,),
    "Plenum b2": (3,), "Plenum b3": (1, 2, 1), "Plenum b4": (15, 16),
}

BULLETS = {  # section: number of its bullets
    "Charakteristika": 3, "§1": 14, "§2": 10, "§3": 9, "§4": 5, "§5": 4, "§6": 3, "§7": 3, "§8": 11, "§9": 4,
    "§10": 3, "§11": 5, "§12": 3, "Stärken/Teilnehmende": 15, "Stärken/Netzwerk": 5, "Stärken/Jobcenter": 8,
    "Tisch 1 Zusteuerung": 14, "Tisch 1 Motivation": 2, "Tisch 1 Datenschutz": 1, "Tisch 2 Einstieg": 2,
    "Tisch 2 Coaching": 3, "Tisch 3 individuell": 12, "Tisch 3 fallübergreifend": 5, "Tisch 3 Erfolg": 8,
    "Tisch 4": 4, "Tisch 5 Reha-Kompetenz": 4, "Tisch 5 Gesundheitsförderung": 4,
    "Tisch 5 Jobcenter der Zukunft": 3, "Tisch 5 Rechtskreise": 5, "Plenum": 5, "Plenum Ideen": 2,
}
NOT_CODED = {"§6 b2", "§11 b1"}  # a pointer to a video; dates that stand in projects.csv

RELIED_ON = [  # project, quantity, low, high: what throughput and notebooks compute with
    ("GesA", "planned_stay", 12, 12), ("GesA", "actual_stay", 18, 24), ("GesA", "target_participants", 750, 750),
    ("PaN", "cycles", 4, 4), ("PaN", "cycle_length", 12, 12), ("PaN", "places_per_cycle", 15, 15),
    ("PaN", "remaining_current_cycle", 11, 11), ("PaN", "completed_earlier_cycles", 12, 13),
    ("GehVor", "participants_current", 32, 32), ("GehVor", "participants_per_staff", 10.8, 13.2),
    ("GehVor", "waiting_list", 36, 44), ("GehVor", "planned_stay", 12, 12),
    ("GehVor", "extensions_beyond_plan", 10, 10), ("GehVor", "places_concurrent", 45, 55),
    ("GehVor", "target_participants", 150, 150), ("SegelSetzen", "mean_stay", 18, 18),
    ("SanusLE", "clients_supported", 620, 620), ("SanusLE", "participants_entered", 417, 417),
    ("SanusLE", "exits_to_date", 68, 68), ("LIPSY", "waiting_list", 80, 80),
    ("Euregio", "planned_throughflow", 720, 720), ("Euregio", "planned_outflow", 530, 530),
    ("Euregio", "actors_total", 36, 44), ("ICH", "target_participants", 585, 715),
    ("ICH", "participants_cumulative", 270, 330), ("ICH", "participants_current", 90, 110),
    ("G4PZ", "target_households", 200, 200), ("G4PZ", "households_in_project", 27, 33),
    ("AktiVoReha", "planned_case_analyses", 1500, 1500), ("AktiVoReha", "planned_participants", 500, 500),
    ("AktiVoReha", "planned_recommendation_only", 1000, 1000), ("AktiVoReha", "planned_stay", 6, 6),
    ("GECKO", "target_participants", 120, 120), ("GECKO", "unemployment_rate", 10, 10),
    ("GECKO", "stay_max", 24, 24),
]


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)


def _bounds(facts: pd.DataFrame) -> pd.DataFrame:
    ends = {"low": -float("inf"), "high": float("inf")}
    return facts.assign(**{end: pd.to_numeric(facts[end]).fillna(open_) for end, open_ in ends.items()})


FACTS = _bounds(_table("facts"))
PROJECT_ROWS, QUANTITIES, STATEMENTS = _table("projects"), _table("quantities"), _table("statements")
WEB = FACTS[FACTS["locator"].str.startswith("http")]


def _of(project: str, quantity: str, **cells: str) -> pd.DataFrame:
    rows = FACTS[(FACTS["project"] == project) & (FACTS["quantity"] == quantity)]
    for column, value in cells.items():
        rows = rows[rows[column] == value]
    return rows


@pytest.mark.parametrize("locator", NUMBERS)
def test_every_number_of_the_forum_text_is_a_fact_at_its_place(locator: str) -> None:
    facts = FACTS[(FACTS["locator"] == locator) & (FACTS["source_kind"] == "forum")]
    missing = [number for number in NUMBERS[locator]
               if not ((facts["low"] <= number) & (number <= facts["high"])).any()]
    assert not missing


def test_no_forum_fact_invents_a_number_the_text_does_not_have() -> None:
    forum = FACTS[FACTS["source_kind"] == "forum"]
    invented = [
        (row.locator, row.quantity) for row in forum.itertuples()
        if not any(row.low <= number <= row.high for number in NUMBERS.get(row.locator, ()))
    ]
    assert not invented


@pytest.mark.parametrize("section", BULLETS)
def test_every_bullet_of_the_forum_text_is_a_fact_or_a_statement(section: str) -> None:
    places = {f"{section} b{bullet}" for bullet in range(1, BULLETS[section] + 1)}
    assert places - NOT_CODED <= set(FACTS["locator"]) | set(STATEMENTS["locator"])


def test_no_locator_points_beyond_the_last_bullet_of_its_section() -> None:
    locators = pd.concat([FACTS["locator"], STATEMENTS["locator"]])
    found = locators.str.extract(r"^(?P<section>\D.*?) b(?P<bullet>\d+)").dropna()
    beyond = found[found["bullet"].astype(int) > found["section"].map(BULLETS).fillna(99)]
    assert beyond.empty
    assert set(found["section"]) - set(BULLETS) == {"Willkommen"}


def test_the_precision_of_a_number_decides_its_interval() -> None:
    for row in FACTS.itertuples():
        ends = (row.low, row.high)
        rule = {
            "exact": row.low == row.high,
            "about": row.low > 0 and row.low / 0.9 == pytest.approx(row.high / 1.1),
            "range": 0 <= row.low < row.high < float("inf"),
            "at least": row.low > 0 and row.high == float("inf"),
            "at most": row.low == -float("inf") and row.high > 0,
        }
        assert rule[row.precision], (row.project, row.quantity, row.precision, ends)


def test_a_quantity_has_one_unit_and_is_used() -> None:
    assert FACTS.groupby("quantity")["unit"].nunique().eq(1).all()
    assert set(FACTS["quantity"]) == set(QUANTITIES["quantity"])


@pytest.mark.parametrize("project", PROJECTS)
def test_every_project_has_facts_from_the_forum_and_statements(project: str) -> None:
    assert FACTS.query("project == @project and source_kind == 'forum'").shape[0] >= 1
    assert STATEMENTS.query("project == @project").shape[0] >= 1


def test_projects_stand_in_the_order_of_the_forum_everywhere() -> None:
    assert PROJECT_ROWS["project"].tolist() == PROJECTS
    assert FACTS["project"].drop_duplicates().tolist() == [*PROJECTS, ""]


def test_web_addresses_are_complete_and_their_confidence_is_at_least_medium() -> None:
    assert not WEB["locator"].str.contains(r"\.\.\.|…|\s", regex=True).any()
    assert WEB["confidence"].isin(["high", "medium"]).all()
    assert set(WEB["source_kind"]) == {"web", "paper"}
    assert FACTS.drop(WEB.index)["source_kind"].isin(["forum", "own arithmetic"]).all()


def test_derived_numbers_are_the_only_own_arithmetic() -> None:
    derived = FACTS["status"] == "derived"
    assert derived.equals(FACTS["source_kind"] == "own arithmetic")
    assert derived.equals(FACTS["confidence"] == "derived")


@pytest.mark.parametrize(("project", "quantity", "low", "high"), RELIED_ON)
def test_numbers_that_other_modules_compute_with(project: str, quantity: str, low: float, high: float) -> None:
    rows = _of(project, quantity)
    assert not rows.empty
    assert set(zip(rows["low"], rows["high"], strict=True)) == {(low, high)}


def test_both_readings_of_the_sentence_about_proges_stand_side_by_side() -> None:
    for reading, reached, expected in (("A", 385, 770), ("B", 770, 1540)):
        assert _of("PROGES", "participants_cumulative", reading=reading)["low"].tolist() == [reached]
        assert _of("PROGES", "participants_expected", reading=reading)["low"].tolist() == [expected]
        assert reached == _of("PROGES", "ratio_to_expected")["low"].item() * expected
    assert _of("PROGES", "participants_named")["status"].tolist() == ["unclear"]
    assert set(FACTS.loc[FACTS["reading"] != "", "project"]) == {"PROGES"}


def test_the_two_numbers_of_staff_trained_in_leipzig_are_both_kept() -> None:
    forum, web = (_of("LIPSY", "staff_trained", source_kind=kind).squeeze() for kind in ("forum", "web"))
    assert (forum["low"], forum["high"]) == (450, 450)
    assert (web["low"], web["high"]) == (241, float("inf"))
    assert forum["note"] and web["note"]


def test_the_planned_inflow_of_the_euregio_is_disputed_between_forum_and_web() -> None:
    forum, web = (_of("Euregio", "planned_inflow", source_kind=kind).squeeze() for kind in ("forum", "web"))
    assert web["high"] == 2000 < forum["low"] == 2160
    assert sorted(_of("Euregio", "planned_duration")["low"]) == [4, 4.5]


def test_a_plan_is_never_coded_as_observed() -> None:
    planned = FACTS["quantity"].str.startswith(("planned_", "target_"))
    assert FACTS.loc[planned, "status"].isin(["planned", "target"]).all()


def test_every_open_question_points_to_a_notebook_and_only_questions_do() -> None:
    assert (STATEMENTS["kind"] == "open question").equals(STATEMENTS["notebook"] != "")


def test_a_statement_code_begins_with_the_letter_of_its_kind() -> None:
    letters = STATEMENTS.groupby(STATEMENTS["statement"].str[0])["kind"].unique().map(tuple)
    assert letters.to_dict() == {
        "B": ("condition",), "C": ("challenge",), "F": ("helping factor",), "H": ("hindering factor",),
        "P": ("practice",), "Q": ("open question",), "S": ("strength",), "V": ("proposal",),
    }


def test_the_doubted_name_of_the_profiling_tool_stays_doubted() -> None:
    tool = STATEMENTS[STATEMENTS["label_en"].str.contains("DARIUS")]
    assert tool[["project", "kind", "locator"]].values.tolist() == [["Euregio", "condition", "§8 b11"]]
    assert tool["label_de"].str.contains("DARIUS (?)", regex=False).all()


@pytest.mark.parametrize("name", ["quantities", "statements"])
def test_labels_exist_in_both_languages_and_are_short(name: str) -> None:
    labels = _table(name)[["label_de", "label_en"]]
    assert labels.map(lambda label: 1 <= len(re.findall(r"\S+", label)) <= 12).all(axis=None)
    assert not labels.duplicated().any()


def test_a_coded_team_constellation_names_its_place_in_the_text() -> None:
    coded = PROJECT_ROWS[PROJECT_ROWS["constellation"] != "unknown"]
    assert dict(zip(coded["project"], coded["constellation"], strict=True)) == {
        "GesA": "several jobcenters", "PROGES": "jobcenter"}
    assert coded["source"].str.contains("constellation: §").all()
    assert set(PROJECT_ROWS["mandate"]) == {"unknown"}


def test_sources_explain_every_section_and_the_rule_for_about() -> None:
    text = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    named = [re.sub(r"^(Tisch \d |Stärken/)|^§\d+$", "", section) for section in BULLETS]
    assert not [name for name in named if name not in text]
    assert "| 10 % less | 10 % more |" in text
