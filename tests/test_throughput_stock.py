"""Expected stock and forecast: closed forms, hand-worked carrying, calibration where the assumptions hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from test_throughput_flow import DAY_0, STAYS, drawn, study_of

from rehapro_analysis import StudyError, paths, read_study, retention
from rehapro_analysis.throughput import (
    backtest,
    expected_stock,
    forecast,
    monthly_flow,
    staff_needed,
    target_date,
    target_probability,
)
from rehapro_analysis.throughput.flow.stays import read_stays
from rehapro_analysis.throughput.forecasts.arrivals import Seen, draw_arrivals, filtered
from rehapro_analysis.throughput.forecasts.planned_ends import rates_around_planned_end, rates_beyond
from rehapro_analysis.throughput.forecasts.retention_by_day import extended, resampled, retention_by_day


@pytest.fixture(scope="module")
def synthetic():
    return read_study(*(paths.REPOSITORY / "data" / name for name in ("documented", "synthetic")))


def steady(days=900, stay=90, rate=0.4, seed=3):
    """Arrivals at a constant rate, exponential stays: what the forecast assumes."""
    rng = np.random.default_rng(seed)
    start = np.sort(rng.integers(0, days, rng.poisson(days * rate)))
    end = start + np.ceil(rng.exponential(stay, len(start))).astype(int)
    return study_of([("A", DAY_0 + pd.Timedelta(days=int(a)), None if b >= days else DAY_0 + pd.Timedelta(days=int(b)),
                      None if b >= days else "completed", None) for a, b in zip(start, end, strict=True)])


def test_the_daily_curves_are_kaplan_meier_and_aalen_johansen(synthetic):
    stays = read_stays(synthetic)
    table = retention.event_table(retention.cohort(synthetic), stop="stop", event="event", by="project")
    curves = retention_by_day(stays.by_length)
    found = retention.aalen_johansen(table).table
    for (project, cause), rows in found.groupby(["project", "cause"], observed=True):
        group = stays.groups["project"].astype(str).tolist().index(project)
        ours = curves.staying[group] if cause == "in programme" else curves.gone[group][:, stays.causes.index(cause)]
        assert np.allclose(ours[rows["time"].astype(int)], rows["estimate"], rtol=0, atol=1e-13)


def test_expected_stock_worked_by_hand():
    """Stays of 1, 3 and 3+ days: S = 2/3 after a day, 1/3 after three; entries on days 0, 28 and 30."""
    study = study_of([("A", "2020-01-01", "2020-01-02", "dropout", None),
                      ("A", "2020-01-29", "2020-02-01", "completed", None), ("A", "2020-01-31", None, None, None)])
    table = expected_stock(study, lock="2020-02-03").table.set_index(["month", "quantity"])
    january, february = table.loc["2020-01-01"], table.loc["2020-02-01"]
    assert january.loc["stock", "expected"] == pytest.approx(1 / 3 + 2 / 3 + 1)
    assert january.loc["dropout", "expected"] == pytest.approx(1 / 3 + 1 / 3)
    assert january.loc["completed", "expected"] == pytest.approx(1 / 3)
    assert february.loc["stock", "expected"] == pytest.approx(1 / 3 * 3)
    assert february.loc["dropout", "expected"] == pytest.approx(1 / 3)
    assert january.loc["stock", "process_sd"] == pytest.approx(np.sqrt(2 / 9 + 2 / 9))
    assert january.loc["stock", "observed"] == 2


@settings(max_examples=25, deadline=None)
@given(STAYS)
def test_expected_people_are_conserved_like_real_ones(stays):
    lock = DAY_0 + pd.Timedelta(days=400)
    table = expected_stock(drawn(stays), lock=lock, replicates=5).table
    wide = table.pivot_table(index=["project", "month"], columns="quantity", values="expected", observed=True)
    came = monthly_flow(drawn(stays), lock=lock).table.set_index(["project", "month"])["entries"]
    came = came.reindex(wide.index, fill_value=0)
    before = wide.groupby("project", observed=True)["stock"].shift(fill_value=0)
    left = wide.drop(columns="stock").sum(axis=1)
    assert np.allclose(wide["stock"], before + came - left, atol=1e-9)


def test_those_present_are_carried_on_given_what_they_have_stayed():
    """One of four leaves on each of days 10, 20, 30, 40 of their stay: half of those who have stayed 25 go at 30."""
    old = [("A", "2019-01-01", f"2019-0{month}-{day}", "completed", None)
           for month, day in ((1, 11), (1, 21), (1, 31), (2, "10"))]
    study = study_of([*old, ("A", "2020-01-07", None, None, None)])
    table = expected_stock(study, since="2020-02-01", lock="2020-02-06", replicates=5).table
    stock = table[table["quantity"] == "stock"].iloc[0]
    s = retention_by_day(read_stays(study, lock="2020-02-06").by_length[0]).staying
    assert stock["expected"] == pytest.approx(s[30] / s[24])
    with pytest.raises(StudyError, match="not the first day of a month"):
        expected_stock(study, since="2020-02-02", lock="2020-02-06")


def test_steady_programmes_have_small_z():
    z = expected_stock(steady()).table.query("quantity == 'stock'")["z"].dropna()
    assert z.abs().max() < 3
    assert z.std() < 1.3


def test_a_change_of_staying_shows_as_a_large_z():
    rows = [("A", DAY_0 + pd.Timedelta(days=day), DAY_0 + pd.Timedelta(days=day + (20 if day < 200 else 150)),
             "completed", None) for day in range(400)]
    table = expected_stock(study_of(rows), lock=DAY_0 + pd.Timedelta(days=380)).table
    z = table[table["quantity"] == "stock"].set_index("month")["z"]
    assert z["2020-06-01"] < -3 and z.max() > 2


def test_resampled_curves_vary_as_greenwood_says():
    ends = np.zeros((40, 2))
    ends[np.arange(40), 0] = np.random.default_rng(1).integers(2, 9, 40)
    staying = retention_by_day(resampled(ends, 4000, np.random.default_rng(2))).staying
    s = retention_by_day(ends).staying
    n = ends.sum()
    inner = slice(3, 35)
    assert np.allclose(staying.mean(axis=0)[inner], s[inner], atol=0.01)
    assert np.allclose(staying.std(axis=0)[inner], np.sqrt(s * (1 - s) / n)[inner], rtol=0.1)


def test_beyond_what_was_seen_the_rate_is_known_or_constant():
    ends = np.zeros((11, 2))
    ends[10] = [0, 10]
    beyond = np.full((30, 1), np.nan)
    beyond[20:, 0] = 0.5
    rate = 0.5 / (10 * 6)  # half an exit over the later half, days 5 to 10, of ten people
    staying = extended(ends, ends[None], beyond).staying[0]
    assert staying[19] == pytest.approx((1 - rate) ** 9)
    assert staying[21] == pytest.approx(staying[19] / 4)


def test_planned_ends_are_learnt_from_those_who_reached_theirs():
    rows = [("A", "2020-01-01", "2020-01-31" if i < 6 else "2020-01-20", "completed", None) for i in range(9)]
    rows += [("B", "2020-02-01", None, None, None)]
    study = study_of(rows)
    episodes = study.table("episodes")
    episodes["planned_until"] = episodes["entered_on"] + pd.Timedelta(days=30)
    stays = read_stays(type(study)({**study.tables, "episodes": episodes}), lock="2020-02-05")
    days, rates = rates_around_planned_end(stays)
    at = dict(zip(days.tolist(), rates[:, 0], strict=True))
    assert at[-11] == pytest.approx(3 / 9) and at[0] == 1
    beyond = rates_beyond(stays, 1, 40)
    assert beyond[30, 0] == 1 and np.isnan(beyond[31:, 0]).all()


def test_the_moving_rate_follows_a_change_and_the_constant_one_does_not():
    seen = Seen(np.array([10] * 12 + [30] * 6), np.ones(18))
    drawn_ = {kind: draw_arrivals(seen, np.ones(1), kind, 4000, np.random.default_rng(1)).mean()
              for kind in ("moving", "poisson")}
    assert drawn_["moving"] > 24 and drawn_["poisson"] == pytest.approx(300 / 18, rel=0.05)


def test_a_constant_rate_with_full_memory_is_the_negative_binomial_of_the_counts():
    score, shape, time = filtered(Seen(np.array([3, 5, 4]), np.ones(3)))
    assert (shape[-1], time[-1]) == (12.5, 3)
    from scipy.stats import nbinom
    expected = nbinom.logpmf(5, 3.5, 1 / 2) + nbinom.logpmf(4, 8.5, 2 / 3)
    assert score[-1] == pytest.approx(expected, rel=1e-12)


def test_a_forecast_of_a_steady_programme_meets_its_closed_form():
    """Stock of an unlimited programme is Poisson with mean rate times stay, 0.4 x 90 = 36."""
    table = forecast(steady(days=2000), "2027-06-30", arrivals="poisson", replicates=400).table
    last = table[table["quantity"] == "stock"].iloc[-1]
    assert last["estimate"] == pytest.approx(36.5, rel=0.12)
    assert last["upper"] - last["lower"] == pytest.approx(2 * 1.2816 * np.sqrt(36.5), rel=0.35)


def test_forecast_flows_are_conserved_and_start_from_what_is_known(synthetic):
    flow = monthly_flow(synthetic, project="GehVor", lock="2021-12-10").table.iloc[-1]
    table = forecast(synthetic, "2022-03-31", project="GehVor", lock="2021-12-10", replicates=100).table
    means = table.pivot_table(index="month", columns="quantity", values="estimate")
    assert (means["entries"].iloc[0], means["exits"].iloc[0]) > (flow["entries"], flow["exits"])
    before = np.append(flow["stock_start"], means["stock"].iloc[:-1])
    assert np.allclose(means["stock"], before + means["entries"] - means["exits"], atol=1e-9)
    with pytest.raises(StudyError, match="does not lie after the data"):
        forecast(synthetic, "2021-01-01")


def test_nobody_has_left_yet_and_still_a_forecast_is_made():
    study = study_of([("A", DAY_0 + pd.Timedelta(days=day), None, None, None) for day in range(0, 60, 5)])
    table = forecast(study, "2020-06-30", lock="2020-03-01", replicates=100).table
    assert table[table["quantity"] == "exits"]["estimate"].between(0, 3).all()
    with pytest.raises(StudyError, match="a cause seen so far: none"):
        target_probability(study, "A", 5, until="2020-06-30", quantity="work")


def test_the_probability_of_a_target_rises_and_a_target_already_met_is_certain(synthetic):
    result = target_probability(synthetic, "PROGES", 450, until="2023-06-30", replicates=300)
    assert result.table["probability"].is_monotonic_increasing
    assert (result.table["known"] == 385).all()
    met = target_probability(synthetic, "PROGES", 385, until="2022-12-31", replicates=50)
    assert (met.table["probability"] == 1).all()
    months = target_date(result).table["month"].tolist()
    assert months == sorted(months)


def test_causes_of_exits_are_counted_apart(synthetic):
    counts = {name: target_probability(synthetic, "PROGES", 1, until="2023-03-31", quantity=name, replicates=400)
              .table.iloc[-1] for name in ("exits", "employment", "dropout", "completed", "transfer", "other")}
    parts = sum(row["estimate"] for name, row in counts.items() if name != "exits")
    assert parts == pytest.approx(counts["exits"]["estimate"], rel=0.03)


def test_posts_for_a_stock_carry_the_caseload_as_an_interval(synthetic):
    ahead = forecast(synthetic, "2022-09-30", project="ICH", replicates=50)
    posts = staff_needed(ahead, caseload=(20, 40)).table
    stock = ahead.table[ahead.table["quantity"] == "stock"].reset_index(drop=True)
    assert np.allclose(posts["posts_high"], stock["estimate"] / 20)
    assert np.allclose(posts["lower"], stock["lower"] / 40)
    with pytest.raises(StudyError, match="no positive number"):
        staff_needed(ahead, caseload=0)


def test_bands_hold_what_they_promise_where_the_assumptions_hold():
    inside = []
    for seed in range(4):
        table = backtest(steady(days=1400, seed=seed), horizon=6, every=4, replicates=150, seed=seed).table
        inside.append(table[table["made"] == "all"].set_index("quantity")["inside"])
    mean = pd.concat(inside, axis=1).mean(axis=1)
    assert (mean > 0.74).all(), mean
    assert (mean < 0.97).all(), mean


def test_the_back_test_counts_every_complete_month_once_a_forecast(synthetic):
    table = backtest(synthetic, horizon=3, every=6, replicates=30).table
    assert np.allclose(table["inside"] + table["below"] + table["above"], 1)
    whole = table[(table["project"] == "all") & (table["made"] == "all")]
    parts = table[(table["project"] != "all")].groupby("quantity")["n_months"].sum()
    assert whole.set_index("quantity")["n_months"].to_dict() == parts.to_dict()
    with pytest.raises(StudyError, match="No group had 100000"):
        backtest(synthetic, fewest=100000)


def test_the_same_seed_gives_the_same_forecast(synthetic):
    one, other = (forecast(synthetic, "2022-09-30", replicates=20, seed=4).table for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
