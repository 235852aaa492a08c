"""Numbers as readers expect them, in both languages, without a system locale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehapro_analysis.figures.german import interval, month, number, p_value, percent

MINUS, NARROW = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(("value", "digits", "german", "english"), [
    (2160, None, "2.160", "2,160"), (1234567.5, 1, "1.234.567,5", "1,234,567.5"), (0, None, "0", "0"),
    (-3.25, None, f"{MINUS}3,25", f"{MINUS}3.25"), (0.00001234, None, "0,00001234", "0.00001234"),
    (-0.0001, 2, "0,00", "0.00"), (float("nan"), None, "unbekannt", "unknown"),
])
def test_numbers_have_the_marks_of_their_language(value, digits, german, english):
    assert (number(value, "de", digits), number(value, "en", digits)) == (german, english)


@given(st.integers(-10**9, 10**9))
def test_a_written_german_integer_reads_back_as_itself(value):
    assert int(number(value, "de").replace(".", "").replace(MINUS, "-")) == value


def test_percent_has_a_narrow_space_in_german_only():
    assert percent(417 / 620, "de") == f"67{NARROW}%" and percent(417 / 620, "en") == "67%"


def test_every_month_has_its_own_name_in_both_languages():
    for language in ("de", "en"):
        assert len({month(f"2022-{which:02d}-01", language) for which in range(1, 13)}) == 12
    assert month("2022-03-01", "de") == "März 2022"


def test_open_ranges_say_from_and_up_to():
    assert interval(241, None, "de") == "ab 241" and interval(None, 2000, "de") == "bis 2.000"
    assert interval(36, 44, "en") == "36–44" and interval(None, None, "en") == "unknown"


def test_tiny_p_values_are_bounds_and_never_zero():
    assert p_value(1e-9, "de") == "p < 0,001" and p_value(1.0, "en") == "p > 0.999"
    assert p_value(0.5, "en") == "p = 0.500"
