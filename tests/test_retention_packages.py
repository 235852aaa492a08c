"""What R's smaller packages give: limits for small groups, bands, life tables and weighted tests, to nine digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rehapro_analysis import retention
from rehapro_analysis.retention.comparison.comparison import WEIGHTS
from rehapro_analysis.retention.curves import bands
from rehapro_analysis.study import StudyError

REFERENCE = Path(__file__).parent / "reference" / "survival"


def r(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv")


def close(ours, theirs) -> None:
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=1e-9, atol=1e-12)


def people_of(size: int = 1000) -> pd.DataFrame:
    return r("A").groupby("g").head(size)


def counted(frame: pd.DataFrame, **more) -> retention.EventTable:
    return retention.event_table(frame, stop="time", event="cause", by="g", **more)


@pytest.mark.parametrize("size", [15, 1000])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_beta_product_limits_are_those_of_bpcp(size, level):
    theirs = r("limits_bpcp").query("size == @size and level == @level").sort_values(["g", "time"])
    ours = retention.kaplan_meier(counted(people_of(size)), ci="beta-product", level=level).table
    close(ours[["g", "time", "lower", "upper"]], theirs[["g", "time", "lower", "upper"]])


def test_constants_of_bands_are_those_of_mirror_images_and_of_kummer_s_function():
    for row in r("limits_constants").itertuples():
        close(bands.hall_wellner_constant(row.low, row.high, row.level), row.hall_wellner)
        close(bands.equal_precision_constant(row.low, row.high, row.level), row.equal_precision)


@pytest.mark.parametrize("kind", bands.KINDS)
@pytest.mark.parametrize("scale", ["plain", "log"])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_bands_of_groups_are_r(kind, scale, level):
    theirs = r("limits_bands").query("kind == @kind and scale == @scale and level == @level")
    ours = retention.simultaneous_band(counted(r("A")), kind=kind, scale=scale, level=level, between=(2, 15)).table
    ours = ours[ours["n_event"] > 0]  # R's table has the times of exits only
    close(ours[["g", "time", "estimate", "lower", "upper"]], theirs[["g", "time", "surv", "lower", "upper"]])


def test_an_actuarial_life_table_is_lifetab():
    theirs = r("life_tables_actuarial")
    ours = retention.life_table(counted(r("A")), [*theirs["start"].unique(), 100]).table
    reached = ours["n_start"] > 0  # where nobody is left we keep the curve, lifetab gives none
    close(ours[["g", "start", "n_start", "n_event", "n_censored", "exposed"]], theirs.iloc[:, :6])
    close(ours[reached][["rate", "estimate", "std_error"]], theirs[reached][["rate", "estimate", "std_error"]])


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_rates_by_interval_with_delayed_entry_are_r(level):
    theirs = r("life_tables_rates").query("level == @level").sort_values(["g", "start", "cause"])
    table = retention.event_table(r("B"), start="entry", stop="time", event="cause", by="g")
    ours = retention.period_table(table, [*theirs["start"].unique(), 100], level=level).table
    columns = ["g", "start", "cause", "person_time", "n_event", "estimate", "lower", "upper"]
    close(ours[columns], theirs[columns])


def test_the_weighted_log_rank_family_is_that_of_another_package():
    tests = r("weighted_tests")
    assert set(tests["weights"]) == set(WEIGHTS) and len(tests) == 108
    for (strata, cause), rows in tests.groupby(["stratum", "cause"]):
        people = r("A")
        table = counted(people[people["st"].isin([int(name) for name in strata.split()])])
        for row in rows.itertuples():
            ours = retention.logrank_test(table, weights=row.weights, p=row.p, q=row.q,
                                          cause=str(cause) if cause else None).table
            close(ours[["statistic", "df"]], [[row.statistic, row.df]])


def test_a_cause_given_as_a_number_is_told_that_causes_are_texts():
    with pytest.raises(StudyError, match="cause=1 is unknown. Choose one of: '1', '2', '3'"):
        retention.logrank_test(counted(r("A")), cause=1)
