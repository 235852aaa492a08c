"""Pictures of what-if scenarios: readable in both languages, with the words a reader needs."""

from __future__ import annotations

import pytest
from matplotlib.text import Text

from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.throughput.capacity_pictures import capacity_fan, scenario_comparison
from rehapro_analysis.throughput import Phase, Programme, compare_scenarios, scenarios_over_time

SCENARIOS = {name: Programme(Phase(places, 12, present=30), arrivals=3, months=24, waiting=20, origin="documented")
             for name, places in (("now", 30), ("more", 45))}
LABELS = {"now": {"de": "30 Plätze", "en": "30 places"}, "more": {"de": "45 Plätze", "en": "45 places"}}


@pytest.fixture(scope="module")
def fan():
    return capacity_fan(scenarios_over_time(SCENARIOS, seed=1, replications=60), labels=LABELS)


@pytest.fixture(scope="module")
def dots():
    return scenario_comparison(compare_scenarios(SCENARIOS, seed=1, replications=60), labels=LABELS)


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_words_lie_on_each_other_or_are_cut(fan, dots, language):
    for figure in (fan, dots):
        picture = figure.picture(language)
        assert not overlapping_texts(picture) and not cut_texts(picture)


def test_every_scenario_stands_beside_its_line_in_both_languages(fan, dots):
    for language in ("de", "en"):
        for figure in (fan, dots):
            written = {text.get_text() for text in figure.picture(language).findobj(Text)}
            assert {LABELS[name][language] for name in SCENARIOS} <= written


def test_lines_that_end_together_are_named_where_they_lie_apart():
    emptied = {name: Programme(Phase(places, 2.0), arrivals=1, months=24, waiting=waiting)
               for name, places, waiting in (("a", 8, 20), ("b", 8, 45), ("c", 9, 70))}
    figure = capacity_fan(scenarios_over_time(emptied, seed=1, replications=60))
    picture = figure.picture("en")
    placed = [text.get_position()[0] for text in picture.findobj(Text) if text.get_text() in emptied]
    assert len(placed) == 3 and max(placed) < 24
    assert not overlapping_texts(picture)


def test_a_simulation_says_that_it_is_one_and_how_often_it_ran(fan, dots):
    for figure in (fan, dots):
        assert "keine Beobachtung" in figure.note["de"] and "60 Wiederholungen" in figure.note["de"]
        assert "not an observation" in figure.note["en"] and "60 replications" in figure.note["en"]


def test_the_fan_tells_the_last_month_to_those_who_cannot_see_it(fan):
    last = fan.table[(fan.table["month"] == 24) & (fan.table["scenario"] == "more")].iloc[0]
    assert f"45 places: {last['median']:g} (" in fan.alt["en"]


def test_a_scenario_of_synthetic_stays_says_so_in_the_picture():
    invented = {"a": Programme(Phase(3, 4), arrivals=1, months=6, origin="synthetic")}
    figure = capacity_fan(scenarios_over_time(invented, seed=1, replications=5), quantity="present")
    assert figure.origin == "synthetic"


def test_a_phase_or_measure_that_is_not_there_is_refused(dots):
    with pytest.raises(ValueError, match="phase 'coaching'"):
        capacity_fan(scenarios_over_time(SCENARIOS, seed=1, replications=5), phase="coaching")
    with pytest.raises(ValueError, match="has no profit"):
        scenario_comparison(compare_scenarios(SCENARIOS, seed=1, replications=5), ["profit"])
