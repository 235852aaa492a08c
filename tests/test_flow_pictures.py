"""Pictures of flow: no small count, legible in both languages, gaps that are what their labels say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from rehapro_analysis import Result, paths, read_study
from rehapro_analysis.figures import cumulative_flow, flow_through_time, forecast_fan
from rehapro_analysis.figures.fingerprint import visible_artists
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.small_cells import SMALL
from rehapro_analysis.figures.throughput.flow_periods import periods_of
from rehapro_analysis.throughput import forecast, monthly_flow

PICTURES = ["time", "everybody", "cycles", "cumulative", "fan"]


@pytest.fixture(scope="module")
def study():
    return read_study(*(paths.REPOSITORY / "data" / name for name in ("documented", "synthetic")))


@pytest.fixture(scope="module")
def flow(study):
    return monthly_flow(study)


@pytest.fixture(scope="module")
def figures(study, flow):
    ahead = forecast(study, "2023-03-31", project="GehVor", replicates=60)
    return {"time": flow_through_time(flow, "GehVor"), "everybody": flow_through_time(monthly_flow(study, by=None)),
            "cycles": flow_through_time(flow, "PaN"), "cumulative": cumulative_flow(flow, "PROGES"),
            "fan": forecast_fan(flow, ahead, "GehVor", target=60, target_words={"de": "Plätze", "en": "places"})}


def words_of(picture):
    return " ".join(artist.get_text() for artist in visible_artists(picture) if isinstance(artist, Text))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PICTURES)
def test_no_word_lies_on_another_or_is_cut(figures, name, language):
    picture = figures[name].picture(language)
    assert overlapping_texts(picture) == []
    assert cut_texts(picture) == []
    assert ("SYNTHETISCH" if language == "de" else "SYNTHETIC") in words_of(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_the_languages_differ_and_drawing_twice_does_not(figures, name):
    figure = figures[name]
    assert figure.fingerprint("de") == figure.fingerprint("de") != figure.fingerprint("en")


def made_up(entries, exits):
    """A flow in which never more leave than are there."""
    entries, exits = np.array(entries), np.array(exits)
    exits = np.minimum(exits, _possible(entries, exits))
    stock = np.cumsum(entries - exits)
    months = pd.date_range("2020-01-01", periods=len(entries), freq="MS")
    return Result(pd.DataFrame({
        "month": months, "days": months.days_in_month, "complete": True, "stock_start": stock - entries + exits,
        "entries": entries, "exits": exits, "dropout": exits - exits // 3, "employment": exits // 3,
        "stock_end": stock, "person_months": 1.0, "turnover": 0.0}), "", (), int(entries.sum()), "own")


def _possible(entries, exits):
    stock, possible = 0, []
    for come, leave in zip(entries, exits, strict=True):
        possible.append(stock + come)
        stock = max(stock + come - leave, 0)
    return possible


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30))
def test_whatever_the_flow_no_shown_number_stands_for_one_to_four_people(counts):
    flow = made_up(*zip(*counts, strict=True))
    try:
        periods = periods_of(flow, None)
    except ValueError:
        return
    shown = np.concatenate([periods.entries, periods.exits, periods.stock, periods.causes.to_numpy().ravel()])
    assert ((shown == 0) | (shown >= SMALL)).all()
    assert periods.entries.sum() == flow.table["entries"].sum()
    assert (periods.causes.sum(axis=1) == periods.exits).all()
    assert (np.diff(periods.stock) == periods.entries - periods.exits).all()
    assert periods.months.sum() == pytest.approx(len(counts))


def test_what_is_left_over_at_the_end_joins_periods_before_it():
    with pytest.raises(ValueError, match="Fewer than 5"):
        periods_of(made_up([6, 6, 0], [0, 0, 2]), None)
    assert periods_of(made_up([9, 9, 9, 0], [0, 5, 0, 3]), None).exits.tolist() == [0, 8]


def test_a_group_must_be_chosen_and_the_flow_have_one_grouping(flow):
    with pytest.raises(ValueError, match="does not choose one group"):
        flow_through_time(flow)
    with pytest.raises(ValueError, match="does not choose one group"):
        flow_through_time(flow, "Nowhere")


def test_the_bars_are_people_a_month_and_the_last_day_of_the_data_is_marked(figures):
    above, below = figures["time"].picture("de").subfigs[1].axes
    table = figures["time"].table
    months = (table["to"] + pd.Timedelta(days=1) - table["from"]).dt.days / 30.44
    heights = [bar.get_height() for bar in below.containers[0]]
    assert np.allclose(heights, table["entries"] / months, rtol=0.04)
    assert "Datenstand\n15. Juni 2022" in [text.get_text() for text in above.texts]
    assert below.get_ylim()[0] < 0 < below.get_ylim()[1]


def test_the_gaps_of_the_cumulative_curves_are_stock_and_stay(flow, figures):
    axes = figures["cumulative"].picture("en").subfigs[1].axes[0]
    came, gone = (line.get_ydata() for line in axes.lines[:2])
    stock = flow.table[flow.table["project"] == "PROGES"]["stock_end"].iloc[-1]
    assert came[-1] - gone[-1] == stock
    said = [text.get_text() for text in axes.texts]
    assert f"stock:\n{stock} people" in said
    assert [text for text in said if text.startswith("stay: ")] == ["stay: 8.3 months"]


def test_the_fan_begins_with_the_stock_of_the_last_day_and_names_its_line(figures):
    axes = figures["fan"].picture("de").subfigs[1].axes[0]
    seen, ahead = axes.lines[:2]
    assert seen.get_ydata()[-1] == ahead.get_ydata()[0] == 32
    assert "Plätze: 60" in [text.get_text() for text in axes.texts]
    assert "Plätze: 60" in figures["fan"].alt["de"]
