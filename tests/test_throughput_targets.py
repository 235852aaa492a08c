"""Plan against actual, against hand-worked numbers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import rehapro_analysis as ra
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.reading import Study


@pytest.fixture(scope="module")
def study():
    return ra.read_study(REPOSITORY / "data" / "documented")


@pytest.fixture(scope="module")
def attained(study):
    return ra.throughput.target_attainment(study).table.set_index(["project", "target"])


def poisson(low, high, tail=0.025):
    return chi2.ppf(tail, 2 * low) / 2, chi2.ppf(1 - tail, 2 * high + 2) / 2


def test_half_as_many_as_expected_stands_under_both_readings(attained):
    proges = attained.loc[("PROGES", "participants_expected")].set_index("reading")
    assert proges["actual_low"].to_dict() == {"A": 385, "B": 770}
    assert proges["expected_low"].to_dict() == {"A": 770, "B": 1540}
    assert (proges[["ratio_low", "ratio_high"]] == 0.5).all(axis=None)
    for reading, actual, expected in (("A", 385, 770), ("B", 770, 1540)):
        lower, upper = poisson(actual, actual)
        assert proges.loc[reading, "lower"] == pytest.approx(lower / expected, rel=1e-9)
        assert proges.loc[reading, "upper"] == pytest.approx(upper / expected, rel=1e-9)
    assert proges.loc["A", ["lower", "upper"]].tolist() == pytest.approx([0.451, 0.553], abs=5e-4)
    assert proges.loc["B", ["lower", "upper"]].tolist() == pytest.approx([0.465, 0.537], abs=5e-4)


def test_intervals_of_count_and_target_give_the_outermost_ratio_and_limits(attained):
    ich = attained.loc[("ICH", "target_participants")]
    assert ich["pace"] == "unknown"
    assert (ich["ratio_low"], ich["ratio_high"]) == (270 / 715, 330 / 585)
    lower, upper = poisson(270, 330)
    assert (ich["lower"], ich["upper"]) == pytest.approx((lower / 715, upper / 585), rel=1e-9)


def test_an_even_pace_takes_the_share_of_the_funded_time_that_has_passed(attained):
    gesa = attained.loc[("GesA", "target_participants")]
    elapsed = (date(2022, 6, 15) - date(2020, 1, 1)).days / (date(2025, 1, 1) - date(2020, 1, 1)).days
    assert gesa["pace"] == "even" and gesa["elapsed_low"] == elapsed
    assert gesa["expected_low"] == gesa["expected_high"] == 750 * elapsed


def test_a_plan_without_a_count_has_neither_ratio_nor_limits(attained):
    gesa = attained.loc[("GesA", "target_participants")]
    assert gesa[["actual_low", "actual_high", "ratio_low", "ratio_high", "lower", "upper"]].isna().all()
    assert not {"expected_lower", "expected_upper"} & set(attained.columns)


def test_people_there_now_are_a_floor_of_the_entries(attained):
    halle = attained.loc[("GehVor", "target_participants")]
    assert halle["actual_low"] == 32 and halle["ratio_low"] == pytest.approx(32 / (150 * 896 / 1827))
    assert halle[["actual_high", "ratio_high", "upper"]].isna().all()


def test_a_rate_may_exceed_one(study):
    facts = study.table("facts").copy()
    facts.loc[(facts["quantity"] == "participants_cumulative") & (facts["reading"] == "A"), ["low", "high"]] = 1000.0
    table = ra.throughput.target_attainment(Study({**study.tables, "facts": facts})).table
    assert table.loc[table["reading"] == "A", "ratio_low"].item() == 1000 / 770
    assert table.loc[table["reading"] == "A", "upper"].item() == pytest.approx(poisson(1000, 1000)[1] / 770)


def test_a_higher_level_widens_the_limits_and_nothing_else(study):
    narrow, wide = (ra.throughput.target_attainment(study, level=level).table for level in (0.8, 0.99))
    known = narrow["upper"].notna()
    assert (wide["lower"] < narrow["lower"])[known].all() and (wide["upper"] > narrow["upper"])[known].all()
    assert narrow["ratio_high"].equals(wide["ratio_high"])


def _own(entries=8, target=10.0, as_of="2021-07-02", **episode):
    """A year's project with a target of 10 and eight entries, one a week; planned stay six months."""
    dates = pd.to_datetime(["2021-01-01", "2021-12-31"])
    rows = pd.DataFrame({
        "project": "Haus", "participant": [f"p{n}" for n in range(entries)], "coach": None, "referred_by": None,
        "referred_on": pd.NaT, "entered_on": pd.Timestamp("2021-01-04") + pd.to_timedelta(7 * np.arange(entries), "D"),
        "planned_until": pd.NaT, "left_on": pd.NaT, "exit": None, "origin": "own"})
    facts = pd.DataFrame({
        "project": "Haus", "quantity": ["target_participants", "planned_stay"], "low": [target, 6.0],
        "high": [target, 6.0], "precision": "exact", "unit": ["persons", "months"], "status": "target",
        "reading": None, "as_of": as_of, "source_kind": "forum", "locator": "", "confidence": "high", "note": None,
        "origin": "own"})
    projects = pd.DataFrame({"project": ["Haus"], "label": "Haus", "start": dates[:1], "end": dates[1:],
                             "origin": "own"})
    quantities = pd.DataFrame({"quantity": ["target_participants", "planned_stay"], "label_de": "x", "label_en": "x"})
    return Study({"projects": projects, "facts": facts, "quantities": quantities, "episodes": rows.assign(**episode)})


def test_monitoring_entries_are_held_against_an_even_pace():
    result = ra.throughput.plan_against_actual(_own(), lock="2021-07-02")
    row = result.table.set_index("measure").loc["entries"]
    assert (row["planned_low"], row["actual"]) == (10 * 182 / 365, 8)
    assert (row["lower"], row["upper"]) == pytest.approx(poisson(8, 8), rel=1e-9)
    assert row["ratio_low"] == pytest.approx(8 / (10 * 182 / 365))
    assert row["ratio_upper"] == pytest.approx(poisson(8, 8)[1] / (10 * 182 / 365))
    assert result.origin == "own" and result.n == 8 and result.cells == ("actual",)


def test_the_stay_of_monitoring_data_is_the_kaplan_meier_median_over_the_plan():
    entered = pd.Timestamp("2021-01-01")
    left = entered + pd.DateOffset(months=9)
    study = _own(entered_on=entered, left_on=left, exit="completed")
    row = ra.throughput.plan_against_actual(study, lock="2021-12-01").table.set_index("measure").loc["stay"]
    assert (row["planned_low"], row["actual"], row["ratio_low"]) == (6, 9, 1.5)


def test_entries_after_the_lock_day_do_not_count():
    table = ra.throughput.plan_against_actual(_own(), lock="2021-01-20").table.set_index("measure")
    assert table.loc["entries", "actual"] == 3


def test_a_project_without_a_target_keeps_its_count_and_has_no_ratio():
    study = _own()
    facts = study.table("facts").query("quantity != 'target_participants'")
    table = ra.throughput.plan_against_actual(Study({**study.tables, "facts": facts}), lock="2021-07-02").table
    row = table.set_index("measure").loc["entries"]
    assert row["actual"] == 8 and row[["planned_low", "ratio_low", "ratio_upper"]].isna().all()


def test_a_day_that_is_no_day_is_named():
    with pytest.raises(ra.StudyError, match="Write 2022-06-15"):
        ra.throughput.target_attainment(_own(as_of="last summer"))


def test_a_month_leaves_the_elapsed_time_open():
    table = ra.throughput.target_attainment(_own(), day="2021-07").table
    assert (table["elapsed_low"].item(), table["elapsed_high"].item()) == (181 / 365, 211 / 365)
    assert table["expected_high"].item() == pytest.approx(10 * 211 / 365)


@pytest.mark.parametrize("language", ["de", "en"])
def test_pictures_of_plan_and_actual_are_legible(study, language):
    own = _own()
    for figure in (ra.figures.targets_reached(ra.throughput.target_attainment(study), study),
                   ra.figures.plan_and_actual(ra.throughput.plan_against_actual(own, lock="2021-07-02"), own)):
        picture = figure.picture(language)
        assert overlapping_texts(picture) == []
        assert cut_texts(picture) == []


def test_a_picture_shows_neither_count_nor_stay_of_fewer_than_five():
    own = _own(entries=4, left_on=pd.Timestamp("2021-04-01"), exit="dropout")
    figure = ra.figures.plan_and_actual(ra.throughput.plan_against_actual(own, lock="2021-07-02"), own)
    assert "<5" in figure.alt["en"] and "4 of" not in figure.alt["en"] and "months" not in figure.alt["en"]


def test_a_monitored_project_starts_with_the_people_there_and_the_referrals_of_a_year():
    left = [pd.Timestamp("2021-09-01")] * 4 + [pd.NaT] * 36
    own = _own(entries=40, referred_on=pd.Timestamp("2021-01-02") + pd.to_timedelta(7 * np.arange(40), "D"),
               left_on=left, exit=["completed"] * 4 + [None] * 36)
    programmes = ra.throughput.monitored_scenarios(own, "Haus", shares=(1, 1.5), lock="2021-10-15", months=6)
    assert list(programmes) == ["36", "54"]
    (first,) = programmes["36"].phases
    assert first.present == 36 and first.patience is None  # nobody gave up
    # weekly from 2 January: the last of 39 before October is that of 25 September
    assert programmes["36"].rates.tolist() == pytest.approx([39 / 9] * 6)


def test_places_do_not_fall_below_the_people_there():
    with pytest.raises(ra.StudyError, match="turn people out"):
        ra.throughput.monitored_scenarios(_own(), "Haus", shares=(0.9,))
