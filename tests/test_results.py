"""A result reads well in a notebook, in both languages, and its own table never changes."""

from __future__ import annotations

import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis.results import Result
from rehapro_analysis.study.tables import TABLES
from rehapro_analysis.table_words import word

NAN = float("nan")


def a_result(shares=(), counted="", **columns):
    return Result(pd.DataFrame(columns), "method", ("One sentence.",), 12, "documented", shares=shares, counted=counted)


def read(language="en", **columns):
    table = a_result(**columns).reading(language)
    return {name: table[name].tolist() for name in table}


def test_headings_and_truth_values_are_words_of_the_language():
    assert read("de", n_actors=[3], censored=[True]) == {"Akteure": ["3"], "noch offen": ["ja"]}
    assert read("en", n_actors=[3], censored=[False]) == {"actors": ["3"], "still open": ["no"]}


def test_shares_are_percentages_by_name_or_when_named():
    assert read(named_share=[2 / 3, NAN]) == {"named": ["67%", ""]}
    assert read(estimate=[0.5], shares=("estimate",)) == {"estimate": ["50%"]}
    assert read(estimate=[0.5], n_shared=[2]) == {"estimate": ["0.5"], "n shared": ["2"]}


def test_two_ends_are_one_column_and_an_open_end_is_said():
    assert read("de", low=[36.0, 241.0, NAN, 7.0], high=[44.0, NAN, 8.0, 7.0]) == {
        "Zahl": ["36–44", "ab 241", "bis 8", "7"]}
    assert read(estimate=[1.2, NAN], lower=[-0.5, NAN], upper=[3, NAN])["limits"] == ["−0.5 to 3", ""]
    assert read(share_low=[0.5], share_high=[0.75]) == {"share": ["50–75%"]}


def test_near_nothing_and_near_all_a_share_has_a_decimal():
    assert read(share=[0.0, 0.012, 0.0996, 0.9983, 1.0])["share"] == ["0%", "1.2%", "10.0%", "99.8%", "100%"]


def test_sets_are_listed_and_coded_text_keeps_its_slashes():
    assert read(domains=["II|VIII"], label=["A/B"]) == {"which": ["II, VIII"], "name": ["A/B"]}


def test_of_two_languages_the_readers_is_shown_and_the_code_beside_them_is_not():
    columns = {"quantity": ["staff"], "quantity_de": ["Personal"], "quantity_en": ["staff members"]}
    assert read("de", **columns) == {"Größe": ["Personal"]}
    assert read("en", **columns) == {"quantity": ["staff members"]}


@pytest.mark.parametrize(("value", "text"), [
    (2160, "2,160"), (0.67264, "0.673"), (12.0, "12"), (1234.56, "1,235"), (float("inf"), "∞"), (NAN, ""),
])
def test_numbers_have_three_significant_digits_and_thousands_marks(value, text):
    assert read(estimate=[value]) == {"estimate": [text]}


def test_small_p_values_are_bounds():
    assert read(p_value=[1e-9, 0.0321, NAN])["p"] == ["< 0.001", "0.032", ""]


def test_years_dates_and_addresses_stay_readable():
    assert read(year=[2022], since=[pd.Timestamp("2022-06-15")], locator=["https://a.de/b?c"]) == {
        "year": ["2022"], "since": ["2022-06-15"], "place": ["a.de/…"]}


def test_two_columns_of_one_heading_are_both_shown():
    assert a_result(status=["observed"], kind=["clinic"]).reading("de").columns.tolist() == ["Art", "Art"]


def test_a_table_without_rows_keeps_its_headings():
    assert a_result(n_actors=pd.Series([], dtype=int)).reading("de").columns.tolist() == ["Akteure"]
    assert "<th" in a_result(n_actors=pd.Series([], dtype=int))._repr_html_()


def test_the_heading_says_what_n_counts(monkeypatch):
    monkeypatch.setenv("REHAPRO_LANGUAGE", "de")
    html = a_result(counted="projects", estimate=[0.25])._repr_html_()
    assert "n = 12 projects)" in html and ">Schätzung<" in html and ">0,25<" in html
    assert "n = 12)" in str(a_result(estimate=[1]))


def test_reading_leaves_the_table_as_it_is():
    result = a_result(named_share=[2 / 3], low=[1.0], high=[2.0])
    before = result.table.copy()
    result.reading("de"), result._repr_html_(), str(result)
    pd.testing.assert_frame_equal(result.table, before)


@pytest.mark.parametrize("value", [*ra.study.TOPICS])
def test_every_topic_has_a_german_word(value):
    assert word(value, "de", "topic") != value or value == "team"


@pytest.mark.parametrize(("table", "column"), [("facts", "status"), ("ties", "status")])
def test_statuses_have_german_words(table, column):
    missing = [value for value in TABLES[table].column(column).allowed if word(value, "de", column) == value]
    assert missing == []
