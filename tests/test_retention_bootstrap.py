"""The bootstrap band against every resample there is, and against its own resampled curves at every level."""

from __future__ import annotations

import importlib.util
import sys
from itertools import product
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from rehapro_analysis import retention
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.curves.bands import resampled_survival
from rehapro_analysis.retention.curves.curves import steps

SCALES = {  # name: scale, its inverse, its slope
    "arcsine": (lambda s: np.arcsin(np.sqrt(s)), lambda x: np.sin(x) ** 2, lambda s: 1 / np.sqrt(4 * s * (1 - s))),
    "log": (lambda s: np.log(-np.log(s)), lambda x: np.exp(-np.exp(x)), lambda s: 1 / (s * np.abs(np.log(s)))),
    "plain": (lambda s: s, lambda x: x, np.ones_like),
}
MONTHS, LEFT = np.array([1, 2, 3, 3, 5, 6]), np.array([1, 0, 1, 1, 0, 1])


def staying(months: np.ndarray, left: np.ndarray, times: list[int]) -> list[float]:
    """Kaplan-Meier by hand: one step at a time; where nobody is at risk it keeps its value."""
    share, curve = 1.0, {0: 1.0}
    for time in range(1, max(times) + 1):
        at_risk = (months >= time).sum()
        share *= 1 - ((months == time) & (left == 1)).sum() / at_risk if at_risk else 1
        curve[time] = share
    return [curve[time] for time in times]


def expected(centre: np.ndarray, se: np.ndarray, curves: np.ndarray, scale: str, level: float) -> np.ndarray:
    """Limits from the smallest q that at least a share ``level`` of the curves keeps within, shape (2, T)."""
    forward, back, slope = SCALES[scale]
    with np.errstate(divide="ignore"):
        farthest = np.sort((np.abs(forward(curves) - forward(centre)) / (slope(centre) * se)).max(axis=1))
    q = farthest[int(np.ceil(level * (len(farthest) - 1)))]
    middle, width = forward(centre), q * slope(centre) * se
    ends = np.array([back(np.clip(middle + side * width, 0, np.pi / 2) if scale == "arcsine" else middle + side * width)
                     for side in (-1, 1)])
    return np.clip(np.sort(ends, axis=0), 0, 1)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("level", [0.5, 0.8])
def test_many_replicates_find_the_quantile_of_all_46656_resamples(scale, level):
    table = retention.event_table(pd.DataFrame({"month": MONTHS, "left": LEFT}), stop="month", event="left")
    ours = retention.bootstrap_band(table, rng=np.random.default_rng(1), replicates=20_000, scale=scale,
                                    level=level).table
    times = ours["time"].tolist()
    assert times == [1, 2, 3]  # from the first exit to the last one before nobody is left
    every = np.array(list(product(range(6), repeat=6)))
    found = {tuple(sorted(who)): None for who in every.tolist()}
    for who in found:
        found[who] = staying(MONTHS[list(who)], LEFT[list(who)], times)
    curves = np.array([found[tuple(sorted(who))] for who in every.tolist()])
    limits = expected(ours["estimate"].to_numpy(), ours["std_error"].to_numpy(), curves, scale, level)
    np.testing.assert_allclose(ours[["lower", "upper"]].T, limits, rtol=1e-9)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_the_band_of_every_group_is_the_quantile_of_its_own_resampled_curves(scale, level):
    rng = np.random.default_rng(5)
    people = pd.DataFrame({"month": rng.integers(1, 13, 90), "left": rng.random(90) < 0.6,
                           "project": rng.choice(list("AB"), 90)})
    table = retention.event_table(people, stop="month", event="left", by="project")
    ours = retention.bootstrap_band(table, rng=np.random.default_rng(2), replicates=300, scale=scale, level=level,
                                    between=(2, 8)).table
    curve = steps(table)
    drawn = np.concatenate(list(resampled_survival(curve, np.random.default_rng(2), 300)))
    for group, name in enumerate("AB"):
        part = ours[ours["project"] == name]
        rows = (curve.runs.row == group) & np.isin(curve.time, part["time"])
        limits = expected(part["estimate"].to_numpy(), part["std_error"].to_numpy(), drawn[:, rows], scale, level)
        np.testing.assert_allclose(part[["lower", "upper"]].T, limits, rtol=1e-9)


# The study of bands.

@pytest.fixture
def studies(monkeypatch) -> dict[str, ModuleType]:
    """The studies of coverage and of bands as modules; the second reads the first by its name."""
    for name in ("coverage", "bands"):
        spec = importlib.util.spec_from_file_location(name, REPOSITORY / "studies" / f"{name}.py")
        monkeypatch.setitem(sys.modules, name, importlib.util.module_from_spec(spec))
        spec.loader.exec_module(sys.modules[name])
    return {name: sys.modules[name] for name in ("coverage", "bands")}


def test_the_committed_study_says_that_both_default_bands_hold_the_whole_curve(studies):
    table, bands = pd.read_csv(REPOSITORY / "studies" / "bands.csv"), studies["bands"]
    again = pd.concat([bands.coverage_of_bands(n, 10, 1) for n in bands.SIZES], ignore_index=True)
    assert list(table) == list(again) and table[["n", "limits"]].equals(again[["n", "limits"]])
    coverage = table.set_index(["limits", "n"])["coverage"]
    for default in ("bootstrap, arcsine", "equal-precision, log"):
        assert (coverage[default] > 0.95).all()
    assert (coverage["single months, log-log"] < 0.85).all() and (coverage["bootstrap, plain"] < 0.93).all()


def test_a_band_is_missed_if_the_truth_lies_outside_in_one_month_only(studies):
    truth = studies["coverage"].true_survival()[:9]
    band = pd.DataFrame({"replication": np.repeat([0, 1, 2], 9), "time": np.tile(np.arange(1, 10), 3),
                         "lower": np.tile(truth - 0.1, 3), "upper": np.tile(truth + 0.1, 3)})
    band.loc[4, "upper"] = truth[4] - 0.01  # group 0, month 5
    band.loc[17, "lower"] = truth[8] + 0.01  # group 1, month 9
    row = studies["bands"].row("trial", band, 4)
    assert (row["coverage"], row["limits_too_low"], row["limits_too_high"]) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert row["without_limits"] == 0.25
    held = studies["bands"].by_month(band[band["time"].isin([2, 4])], "lower", 3)[2]
    np.testing.assert_allclose(held, [np.nan, *truth[[1, 1, 3, 3, 3, 3, 3, 3]] - 0.1])
