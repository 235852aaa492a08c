"""Pictures of staying and leaving: legible in both languages, steps, honest axes, no small cells."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.text import Text

from rehapro_analysis import retention
from rehapro_analysis.figures import (
    difference_over_time,
    exits_over_time,
    hazard_ratio_forest,
    late_reports,
    phase_flow,
    phases_over_time,
    staying_band,
    staying_curves,
    staying_panels,
)
from rehapro_analysis.figures.fingerprint import visible_artists
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.retention.flow_drawing import flows_of
from rehapro_analysis.figures.retention.retention_drawing import apart
from rehapro_analysis.figures.small_cells import SMALL, merged_shares, merged_steps, pooled, rounded
from rehapro_analysis.retention.exits.competing import aalen_johansen
from rehapro_analysis.study.problems import StudyError

MONTHS = [0, 6, 12, 18, 24]
CAUSES = ["completed", "dropout", "employment", "other", "transfer", "censored"]
PICTURES = ["curves", "alone", "panels", "exits", "exits_by", "difference", "flow", "forest", "band", "late", "phases"]


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(7)
    period = np.repeat(["before", "during", "after"], [40, 120, 90])
    longest = np.where(period == "before", 15, 40)
    months = np.minimum(rng.weibull(1.1, 250) * np.where(period == "during", 20, 13), longest)
    event = rng.choice(CAUSES, 250, p=[0.2, 0.3, 0.2, 0.01, 0.09, 0.2])
    return pd.DataFrame({
        "months": months.round(1), "event": event, "sex": rng.choice(["female", "male"], 250),
        "period": pd.Categorical(period, ["before", "during", "after"]), "age": rng.normal(44, 9, 250)})


def counted(frame, by=None, origin="synthetic"):
    return retention.event_table(frame, stop="months", event="event", by=by, origin=origin, unit="months")


def stays():
    """Twenty-five people wait; one gives up, twenty are assessed, of whom nine are supported and three find work."""
    rows = [(f"p{i}", "waiting", None, 5, "assessment") for i in range(20)]
    rows += [("q", "waiting", None, 4, "withdrawn")] + [(f"r{i}", "waiting", None, 9, None) for i in range(4)]
    rows += [(f"p{i}", "assessment", 5, 10, "support") for i in range(9)]
    rows += [(f"p{i}", "assessment", 5, 11, "employment") for i in range(9, 12)]
    rows += [(f"p{i}", "assessment", 5, 12, None) for i in range(12, 20)]
    rows += [(f"p{i}", "support", 10, 20, "dropout" if i < 6 else None) for i in range(9)]
    return pd.DataFrame(rows, columns=["participant", "state", "start", "stop", "to"])


@pytest.fixture(scope="module")
def figures(people):
    by_period, everybody = counted(people, "period"), counted(people)
    curve, risk = retention.kaplan_meier(by_period), retention.risk_table(by_period, MONTHS)
    all_curve, all_risk = retention.kaplan_meier(everybody), retention.risk_table(everybody, MONTHS)
    two = people[people["period"].ne("before")]
    model = retention.cox_model(people, stop="months", event="event", cause="dropout", origin="synthetic",
                                covariates={"sex": "male", "age": None, "period": "after"})
    return {
        "curves": staying_curves(curve, risk), "alone": staying_curves(all_curve, all_risk),
        "panels": staying_panels(curve, all_curve, risk), "exits": exits_over_time(aalen_johansen(everybody), MONTHS),
        "exits_by": exits_over_time(aalen_johansen(by_period), MONTHS),
        "difference": difference_over_time(retention.difference_curve(counted(two, "period")), MONTHS),
        "flow": phase_flow(retention.state_graph(stays()), origin="synthetic"),
        "forest": hazard_ratio_forest(model, cause="dropout"),
        "band": staying_band(all_curve, retention.simultaneous_band(everybody), all_risk, of="GesA"),
        "late": late_reports(reported(people), [0, 180, 360, 540]),
        "phases": phases_over_time(occupied("synthetic"), [0, 5, 10, 15]),
    }


def reported(people, origin="synthetic"):
    """Bounds for people who entered one a day up to the day of the report, 30 days before which all is reported."""
    report = pd.Timestamp("2022-06-15")
    entered = report - pd.to_timedelta(5 * np.arange(len(people)), "D")
    left = pd.Series(entered + pd.to_timedelta((people["months"] * 30).round(), "D"))
    gone = people["event"].ne("censored").to_numpy() & (left <= report)
    dated = pd.DataFrame({"entered_on": entered, "left_on": left.where(gone), "exit": people["event"].where(gone)})
    return retention.reporting_bounds(dated, report=report, lag=30, origin=origin)


def occupied(origin, repeated=1):
    many = pd.concat([stays().assign(participant=lambda frame, i=i: frame["participant"] + f"/{i}")
                      for i in range(repeated)])
    return retention.state_occupation(many, origin=origin, unit="days")


def words_of(picture):
    return [artist.get_text() for artist in visible_artists(picture)
            if isinstance(artist, Text) and artist.get_text().strip()]


def axes_of(figure, language="en"):
    return figure.picture(language).subfigs[1].axes


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PICTURES)
def test_no_word_lies_on_another_or_is_cut(figures, name, language):
    picture = figures[name].picture(language)
    assert overlapping_texts(picture) == []
    assert cut_texts(picture) == []


@pytest.mark.parametrize("name", PICTURES)
def test_drawing_twice_gives_the_same_fingerprint_and_the_languages_differ(figures, name):
    figure = figures[name]
    assert figure.fingerprint("de") == figure.fingerprint("de") != figure.fingerprint("en")


@pytest.mark.parametrize("name", PICTURES)
def test_invented_people_are_called_so_in_every_picture(figures, name):
    assert "SYNTHETISCH – erfundene Personen" in words_of(figures[name].picture("de"))


def test_own_people_are_not_called_invented(people):
    table = counted(people, origin="own")
    figure = staying_curves(retention.kaplan_meier(table), retention.risk_table(table, MONTHS))
    assert not [text for text in words_of(figure.picture("en")) if "SYNTHETIC" in text]


@pytest.mark.parametrize("name", ["curves", "alone", "panels"])
def test_curves_are_steps_from_one_on_an_axis_from_zero(figures, name):
    axes = axes_of(figures[name])[0]
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert {line.get_drawstyle() for line in curves} == {"steps-post"}
    assert {(line.get_xdata()[0], line.get_ydata()[0]) for line in curves} == {(0, 1)}
    assert axes.get_ylim() == (0, 1)


def test_curve_and_numbers_at_risk_share_their_time_axis(figures):
    above, below = axes_of(figures["curves"])
    assert above.get_shared_x_axes().joined(above, below)
    assert above.get_position().x0 == pytest.approx(below.get_position().x0, abs=1e-9)
    assert sorted({round(text.get_position()[0], 9) for text in below.texts}) == MONTHS


def test_a_curve_ends_where_fewer_than_five_are_at_risk(people, figures):
    watched = retention.kaplan_meier(counted(people, "period")).table.query("n_risk >= 5")
    expected = watched.groupby("period", sort=False)["time"].max().tolist()
    assert figures["curves"].table.groupby("group", sort=False)["time"].max().tolist() == expected
    assert (people.groupby("period", observed=True)["months"].max().to_numpy() > expected).any()


def test_small_numbers_at_risk_are_not_told(people, figures):
    risk = retention.risk_table(counted(people, "period"), MONTHS).table["n_risk"]
    shown = [text.get_text() for text in axes_of(figures["curves"])[1].texts]
    assert shown == [f"{n:.0f}" if n >= SMALL else "<5" for n in risk]
    assert "<5" in shown


def test_a_group_with_fewer_than_five_exits_is_named_and_not_drawn(people):
    few = people.assign(event=people["event"].where(people["period"].ne("before"), "censored"))
    table = counted(few, "period")
    figure = staying_curves(retention.kaplan_meier(table), retention.risk_table(table, MONTHS))
    assert set(figure.table["group"]) == {"during the pandemic", "after the pandemic"}
    assert "weniger als 5 Austritte: vor der Pandemie" in figure.note["de"]
    with pytest.raises(ValueError, match="nothing of this curve can be shown"):
        nobody = counted(people.assign(event="censored"))
        staying_curves(retention.kaplan_meier(nobody), retention.risk_table(nobody, MONTHS))


def test_the_alternative_text_tells_the_shares_at_the_ticks(people, figures):
    told = retention.milestone(counted(people), [12]).table.iloc[0]
    percent = [f"{100 * told[name]:.0f}%" for name in ("estimate", "lower", "upper")]
    assert "after 12 months {} ({} to {})".format(*percent) in figures["alone"].alt["en"]
    german = [text.replace("%", "\u202f%") for text in percent]
    assert "nach 12 Monaten {} ({} bis {})".format(*german) in figures["alone"].alt["de"]


def test_more_than_five_curves_are_sent_to_panels(people):
    table = counted(people.assign(group=np.arange(250) % 6), "group")
    with pytest.raises(ValueError, match="Take staying_panels"):
        staying_curves(retention.kaplan_meier(table), retention.risk_table(table, MONTHS))


@pytest.mark.parametrize("name", ["exits", "exits_by"])
def test_the_areas_of_exits_add_up_to_everybody_at_every_time(figures, name):
    table = figures[name].table
    sums = table.groupby(["group", "time"])["estimate"].sum()
    assert np.allclose(sums, 1)
    for axes in axes_of(figures[name]):
        areas = [area for area in axes.collections if isinstance(area, FillBetweenPolyCollection)]
        tops = [area.get_paths()[0].vertices[:, 1].max() for area in areas]
        assert tops[-1] == pytest.approx(1)


def test_a_reason_with_few_exits_is_shown_together_with_the_next_smallest(people, figures):
    n = people["event"].value_counts()
    assert 0 < n["other"] < SMALL
    assert set(figures["exits"].table["cause"]) == {"completed", "dropout", "employment", "other", "in programme"}
    last = figures["exits"].table.groupby("cause")["estimate"].last()
    joined = aalen_johansen(counted(people.replace({"event": {"transfer": "other"}}))).table.query("n_risk >= 5")
    assert last["other"] == pytest.approx(joined[joined["cause"].eq("other")]["estimate"].iloc[-1])


def test_the_difference_has_a_line_of_no_difference_and_names_both_sides(figures):
    axes = axes_of(figures["difference"], "de")[0]
    assert axes.lines[0].get_ydata() == [0, 0]
    assert {text.get_text() for text in axes.texts} == {
        "mehr noch da: in der Pandemie", "mehr noch da: nach der Pandemie"}


def test_the_flow_hides_small_ways_and_keeps_the_totals():
    flows = flows_of(retention.state_graph(stays()))
    assert flows.phases == {"waiting": 25, "assessment": 20, "support": 9}
    assert flows.table.groupby("source")["n"].sum().to_dict() == flows.phases
    assert flows.table["n"].min() >= SMALL
    ways = flows.table.set_index(["source", "target"])["n"].to_dict()
    assert ways[("waiting", "several")] == 5  # one gave up, four still wait
    assert ways[("assessment", "support")] == 9
    assert ways[("assessment", "several")] == 11  # three in work would follow by subtraction from eight still there


def test_a_move_to_the_next_phase_is_never_shown_as_leaving():
    moves = pd.DataFrame({"participant": range(60), "state": "assessment", "start": 0, "stop": 5,
                          "to": ["support"] * 57 + ["dropout"] * 3})
    later = pd.DataFrame({"participant": range(57), "state": "support", "start": 5, "stop": 9, "to": "completed"})
    graph = retention.state_graph(pd.concat([moves, later]))
    invented, own = (flows_of(graph, own=one).table.set_index(["source", "target"])["n"].to_dict()
                     for one in (False, True))
    assert invented == {("assessment", "support"): 57, ("assessment", "several"): 3, ("support", "completed"): 57}
    assert own == {("assessment", "support"): 55, ("assessment", "dropout"): 5, ("support", "completed"): 55}
    assert flows_of(graph, own=True).phases == {"assessment": 60, "support": 55}
    words = words_of(phase_flow(graph, origin="synthetic").picture("de"))
    assert "kleine Gruppen zusammen <5" in words
    assert "auf 5 gerundet" in phase_flow(graph, origin="own").note["de"]


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_counts_of_own_people_differ_by_nothing_or_by_five(counts):
    shown = sorted(rounded(n) for n in counts)
    assert all((high - low) % SMALL == 0 for low, high in zip(shown, shown[1:], strict=False))
    assert all(abs(rounded(n) - n) <= 2 for n in counts)


def test_ratios_are_sorted_around_one_on_a_log_axis_with_their_numbers(figures):
    axes = axes_of(figures["forest"], "de")[0]
    table = figures["forest"].table
    assert axes.get_xscale() == "log"
    assert axes.lines[0].get_xdata() == [1, 1]
    assert table["hazard_ratio"].is_monotonic_decreasing
    assert [text.get_text() for text in axes.texts] == [
        f"{row.hazard_ratio:.2f} ({row.lower:.2f}–{row.upper:.2f})".replace(".", ",") for row in table.itertuples()]


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12), min_size=1), st.booleans())
def test_what_is_pooled_leaves_no_small_count_and_none_that_follows(counts, with_rest):
    if with_rest:
        counts = counts | {"rest": 3}
    joined = pooled(counts, "rest")
    shown = [n for name, n in counts.items() if name not in joined and n > 0]
    rest = sum(counts[name] for name in joined)
    assert min(shown, default=SMALL) >= SMALL
    assert rest >= SMALL or rest == 0 or (not shown and sum(counts.values()) < SMALL)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_labels_lie_apart_and_inside(heights):
    moved = apart(np.sort(heights), 0.1, 0.0, 1.0)
    assert (np.diff(moved) >= 0.1 - 1e-9).all()
    assert moved[0] >= 0.05 - 1e-9
    assert moved[-1] <= 0.95 + 1e-9


def test_the_band_for_all_times_lies_around_the_limits_for_each_time(figures):
    table = figures["band"].table.dropna(subset=["lower", "band_lower"])
    table = table[table["estimate"].between(0, 1, inclusive="neither")]
    assert (table["band_lower"] <= table["lower"]).all()
    assert (table["band_upper"] >= table["upper"]).all()
    assert len(table) > 20
    assert figures["band"].title["en"].startswith("GesA: ")
    words = words_of(figures["band"].picture("de"))
    assert {"Grenzen je Zeitpunkt", "Band für alle zugleich"} <= set(words)


def test_a_band_is_that_of_one_curve(people):
    by_period = counted(people, "period")
    curve, risk = retention.kaplan_meier(by_period), retention.risk_table(by_period, MONTHS)
    with pytest.raises(StudyError, match="shows one curve"):
        staying_band(curve, retention.simultaneous_band(by_period), risk)


def test_late_reports_leave_the_curve_between_everybody_there_and_everybody_gone(figures, people):
    bounds = reported(people).table
    known = figures["late"].table.groupby("group", sort=False)["time"].max()
    assert set(known.index) == {"all stayed", "locked", "all left"}
    curves = {name: rows.set_index("time")["estimate"] for name, rows in bounds.groupby("scenario")}
    for time in (100, 200, 300):
        low, middle, high = (curves[name][:time].iloc[-1] for name in ("all left", "locked", "all stayed"))
        assert low < middle <= high + 0.02
    with pytest.raises(StudyError, match="groups, or a reading"):
        late_reports(reported(people.assign(event="censored").head(9)), [0, 180])


def test_phases_add_up_to_everybody_and_begin_where_all_begin(figures):
    table = figures["phases"].table
    assert np.allclose(table.groupby("time")["estimate"].sum(), 1)
    start = table[table["time"].eq(0)].set_index("state")["estimate"]
    assert start["waiting"] == 1
    last = occupied("synthetic").table.query("time == 12").set_index("state")["estimate"]
    assert table[table["time"].eq(12)].set_index("state")["estimate"]["support"] == pytest.approx(last["support"])


def test_phases_that_vanished_are_named_above_and_what_is_left_beside():
    everybody_left = stays().assign(to=lambda frame: frame["to"].fillna("dropout"))
    figure = phases_over_time(retention.state_occupation(everybody_left, unit="days"), [0, 5, 10, 15])
    words = words_of(figure.picture("de"))
    assert "Wartezeit" in words
    assert any(text.startswith("abgebrochen") for text in words)


@pytest.mark.parametrize("by", [None, "period"])
def test_no_step_of_an_own_curve_is_made_by_fewer_than_five(people, by):
    table = counted(people, by, origin="own")
    curve = retention.kaplan_meier(table)
    figure = staying_curves(curve, retention.risk_table(table, MONTHS))
    exits = curve.table.assign(group=curve.table[by].astype(str) if by else "everybody")
    for (_, drawn), (_, rows) in zip(figure.table.groupby("group", sort=False), exits.groupby("group", sort=False),
                                     strict=True):
        steps = drawn[drawn["estimate"].diff() < 0]
        counts = [rows.loc[rows["time"].between(low, high, inclusive="right"), "n_event"].sum()
                  for low, high in zip([-1, *steps["time"]], steps["time"], strict=False)]
        assert min(counts) >= SMALL
        exact = rows.set_index("time")["estimate"]
        assert np.allclose(steps["estimate"], exact[steps["time"]])
    assert "mindestens 5 Personen" in figure.note["de"]


def test_invented_curves_step_at_every_exit(people, figures):
    steps = figures["alone"].table["estimate"].diff().lt(0).sum()
    watched = retention.kaplan_meier(counted(people)).table.query("n_risk >= 5")
    assert steps == (watched["n_event"] > 0).sum()
    assert "mindestens 5 Personen" not in figures["alone"].note["de"]


@pytest.mark.parametrize("draw", [
    lambda people: exits_over_time(aalen_johansen(counted(people, origin="own")), MONTHS),
    lambda people: phases_over_time(occupied("own", 6), [0, 5, 10, 15]),
    lambda people: late_reports(reported(people, "own"), [0, 180, 360]),
])
def test_own_pictures_say_that_steps_are_joined_and_stay_legible(people, draw):
    figure = draw(people)
    assert "at least 5 people" in figure.note["en"]
    for language in ("de", "en"):
        assert overlapping_texts(figure.picture(language)) == []
        assert cut_texts(figure.picture(language)) == []


def test_a_difference_of_own_groups_steps_where_five_have_left(people):
    two = people[people["period"].ne("before")]
    result = retention.difference_curve(counted(two, "period", origin="own"))
    drawn, exits = difference_over_time(result, MONTHS).table, result.table.query("n_risk >= 5")
    assert len(drawn) < len(exits) / 2
    steps = drawn[drawn[["estimate", "lower", "upper"]].diff().ne(0).any(axis=1)]
    so_far = exits.set_index("time")["n_event"].cumsum()[steps["time"].iloc[1:]]
    assert so_far.diff().dropna().ge(SMALL).all()
    assert so_far.iloc[0] >= SMALL


COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=30)


@given(COUNTS)
def test_between_merged_steps_at_least_five_move_and_after_the_last_fewer(moves):
    rows = merged_steps(np.array(moves))
    so_far = np.cumsum(moves)
    assert (len(rows) > 0) == (so_far[-1] >= SMALL)
    if len(rows):
        assert np.diff(so_far[rows], prepend=0).min() >= SMALL
        assert so_far[-1] - so_far[rows[-1]] < SMALL


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=25))
def test_merged_shares_add_up_never_step_by_fewer_than_five_and_end_exact(rows):
    gone = np.array(rows, float)
    n = gone.sum() + 10
    moves = pd.DataFrame(gone, columns=list("abc"))
    shares = (moves.cumsum() / n).assign(there=lambda frame: 1 - frame.sum(axis=1))
    start = pd.DataFrame([[0.0, 0.0, 0.0, 1.0]], columns=[*"abc", "there"], index=[-1])
    shares = pd.concat([start, shares])
    moves = pd.concat([0 * start, moves.assign(there=-moves.sum(axis=1))])
    held = merged_shares(shares, moves, 3)
    assert np.allclose(held.sum(axis=1), 1)
    assert (held >= -1e-12).all(axis=None)
    changes = np.round(held.iloc[:, :3] * n, 6).diff().iloc[1:].to_numpy()
    assert ((changes == 0) | (changes >= SMALL)).all()  # a way out never falls
    late = (shares - held).iloc[:, :3] * n
    assert (late >= -1e-6).all(axis=None) and (late[["a", "b", "c"]].max() <= 2 * SMALL - 1 + 4).all()
    if (gone.sum(axis=0) >= SMALL).all():
        assert np.allclose(held.iloc[-1], shares.iloc[-1])


@pytest.mark.parametrize("origin", ["synthetic", "own"])
def test_people_who_move_on_on_their_first_day_are_drawn(origin):
    first = pd.DataFrame({"participant": range(20), "state": "waiting", "start": np.nan, "stop": [0] * 8 + [5] * 12,
                          "to": "support"})
    then = pd.DataFrame({"participant": range(20), "state": "support", "start": [0.0] * 8 + [5.0] * 12, "stop": 30,
                         "to": ["completed"] * 12 + [None] * 8})
    result = retention.state_occupation(pd.concat([first, then]), unit="days", origin=origin)
    figure = phases_over_time(result, [0, 10, 20])
    assert "Wartezeit" in words_of(figure.picture("de"))


def test_areas_of_own_people_are_exact_at_the_end_and_ways_out_never_fall():
    result = occupied("own", 6)
    own, exact = phases_over_time(result, [0, 5, 10, 15]), phases_over_time(occupied("synthetic", 6), [0, 5, 10, 15])
    wide = [figure.table.pivot(index="time", columns="state", values="estimate") for figure in (own, exact)]
    assert np.allclose(wide[0].iloc[-1], wide[1].iloc[-1])
    ways_out = [name for name in wide[0] if name in {"completed", "employment", "dropout", "other", "withdrawn"}]
    assert ways_out and (wide[0][ways_out].diff().iloc[1:] >= -1e-12).all(axis=None)
    assert (wide[0].iloc[:-1][ways_out] <= wide[1][ways_out] + 1e-12).all(axis=None)
    assert "Am rechten Rand ist jeder Anteil genau" in own.note["de"]


def test_an_own_curve_ends_at_its_last_step_if_anybody_leaves_later():
    months = [*range(1, 13), 13, 13, 20] + [30] * 30
    frame = pd.DataFrame({"stop": months, "event": ["dropout"] * 14 + [""] * 31})
    table = retention.event_table(frame, stop="stop", event="event", origin="own", unit="months")
    curve = retention.kaplan_meier(table)
    drawn = staying_curves(curve, retention.risk_table(table, [0, 12, 24])).table
    assert drawn["time"].tolist()[-1] == 10  # exits 11 to 14 are not shown: nothing is said after month 10
    exact = curve.table.set_index("time")["estimate"]
    assert drawn["estimate"].iloc[-1] == pytest.approx(exact[10])
    done = frame.assign(event=["dropout"] * 10 + [""] * 35)
    drawn = staying_curves(*(f(retention.event_table(done, stop="stop", event="event", origin="own", unit="months"))
                             for f in (retention.kaplan_meier, lambda t: retention.risk_table(t, [0, 12])))).table
    assert drawn["time"].iloc[-1] == 30  # all ten are shown: the curve is known to be flat
