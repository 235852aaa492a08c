"""Own data that lack something: a table, rows of those who did not answer, other projects, the documents' codes."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from rehapro_analysis import indicators
from rehapro_analysis.indicators.fragility.missing_values import bounds, follow_up, tipping_delta
from rehapro_analysis.indicators.fragility.specification_curve import specification_curve
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError, read_study

DOCUMENTED, SYNTHETIC = REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic"


def changed(folder, change):
    """The synthetic study as a copy that `change` has worked on."""
    shutil.copytree(SYNTHETIC, folder)
    change(folder)
    return read_study(DOCUMENTED, folder)


def rewritten(path, change):
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False)


@pytest.fixture(scope="module")
def without_empty_rows(tmp_path_factory):
    def change(folder):
        rewritten(folder / "measurements.csv", lambda rows: rows[rows["value"] != ""])
    return changed(tmp_path_factory.mktemp("own") / "data", change)


def test_in_the_synthetic_study_nobody_is_overdue():
    study = read_study(DOCUMENTED, SYNTHETIC)
    assert not any(indicators.compared(study, name).overdue for name in study.table("indicators")["indicator"])


@pytest.mark.parametrize("indicator", ["wellbeing", "work_after"])  # counted from entry, and from exit
def test_those_without_a_row_who_were_due_close_the_gate_as_missing_values_do(without_empty_rows, indicator):
    row = indicators.separation_overview(without_empty_rows, [indicator]).table.iloc[0]
    assert row["missing"] == 0 and row["verdict"] == "X" and "no row although the follow-up was due" in row["reason_en"]
    assert "ICH" in row["reason_en"]


def test_the_follow_up_table_says_how_many_have_no_row(without_empty_rows):
    full = follow_up(read_study(DOCUMENTED, SYNTHETIC), "wellbeing").table
    said = follow_up(without_empty_rows, "wellbeing").assumptions[-1]
    found = int(said.split()[0])
    assert "needs a row without value" in said and 0.9 <= found / full["no_answer"].sum() <= 1


def test_an_indicator_whose_table_is_missing_is_a_row_with_that_reason(tmp_path):
    study = changed(tmp_path / "data", lambda folder: (folder / "responsibility.csv").unlink())
    table = indicators.separation_overview(study, ["partner_activation", "internship"]).table.set_index("indicator")
    assert table.loc["partner_activation", "verdict"] == "X" and table.loc["internship", "n"] > 0
    assert table.loc["partner_activation", "reason_en"] == "without the table responsibility nobody has a value"


def test_own_indicators_need_not_hold_those_of_the_documents(tmp_path):
    def change(folder):
        rewritten(folder / "indicators.csv", lambda rows: rows[rows["indicator"] == "wellbeing"])
        rewritten(folder / "measurements.csv", lambda rows: rows[rows["indicator"] == "wellbeing"])
    study = changed(tmp_path / "data", change)
    assert study.table("indicators")["indicator"].tolist() == ["wellbeing"]


def test_an_own_mandate_for_an_indicator_that_does_not_exist_is_refused(tmp_path):
    def change(folder):
        (folder / "mandates.csv").write_text("project,indicator,mandate,locator,origin\nGesA,wellbing,aim,,own\n")
    with pytest.raises(StudyError, match="wellbeing"):
        changed(tmp_path / "data", change)


@pytest.mark.parametrize("analysis", [bounds, tipping_delta, specification_curve])
@pytest.mark.parametrize("indicator", ["employment_at_exit", "wellbeing"])
def test_one_project_alone_is_answered_with_a_sentence(analysis, indicator):
    one = indicators.compared(read_study(DOCUMENTED, SYNTHETIC), indicator)
    alone = one.of(one.frame[one.frame["project"] == "GesA"])
    with pytest.raises(StudyError, match="two projects with values are needed"):
        analysis(alone)


def test_sentences_are_those_of_the_reader(without_empty_rows):
    overview = indicators.separation_overview(without_empty_rows, ["internship", "dropout"])
    german, english = (indicators.verdict_sentences(overview, language=language) for language in ("de", "en"))
    assert german == overview.table["sentence_de"].tolist() and english == overview.table["sentence_en"].tolist()


def test_a_spread_of_shares_is_never_wider_than_shares_allow():
    study = read_study(DOCUMENTED, SYNTHETIC)
    table = indicators.spread_by_period(indicators.compared(study, "employment_at_exit")).table
    assert table["tau_upper"].max() <= 0.5
