"""Effect sizes against effectsize and rstatix, and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ncx2
from statsmodels.stats.oneway import anova_oneway

from rehapro_analysis.indicators import Comparison, Indicator, effect_sizes
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError

FOLDER = REPOSITORY / "tests" / "reference" / "indicators"
PEOPLE = pd.read_csv(FOLDER / "participants.csv")
R = pd.read_csv(FOLDER / "effects.csv").set_index("quantity")["value"]


def sizes(value, project, scale):
    frame = pd.DataFrame({"project": pd.Categorical(project), "coach": None, "participant": range(len(value)),
                          "period": "during", "value": np.asarray(value, float), "exposure": 1.0, "missing": ""})
    one = Comparison(Indicator("x", "x", "x", scale), frame, tuple(sorted(set(project))), {})
    return effect_sizes(one).table.set_index("measure")


def test_shares_of_variance_equal_effectsize():
    found = sizes(PEOPLE["who5"], PEOPLE["project"], "metric")
    assert found.loc["eta2"].tolist() == pytest.approx(R[["eta2", "eta2_lower", "eta2_upper"]].tolist(), rel=1e-5)
    assert found.loc["eta2", "estimate"] == pytest.approx(R["eta2"], rel=1e-9)
    assert found.loc["omega2", "estimate"] == pytest.approx(R["omega2"], rel=1e-9)


def test_shares_of_rank_variance_equal_effectsize_and_rstatix():
    found = sizes(PEOPLE["teilhabe"], PEOPLE["project"], "ordinal")["estimate"]
    assert found["rank_epsilon2"] == pytest.approx(R["rank_epsilon2"], rel=1e-9)
    assert found["eta2_h"] == pytest.approx(R["eta2_h"], rel=1e-9)
    assert found["rank_epsilon2"] * (len(PEOPLE) - 1) == pytest.approx(R["kruskal"], rel=1e-9)


def test_cramers_v_equals_effectsize_and_its_limits_leave_what_they_say():
    found = sizes(PEOPLE["emp"], PEOPLE["project"], "binary")
    assert found.loc["cramer_v", "estimate"] == pytest.approx(R["cramer_v"], rel=1e-9)
    assert found.loc["cramer_v_adjusted", "estimate"] == pytest.approx(R["cramer_v_adjusted"], rel=1e-9)
    assert found.loc["cramer_v", "lower"] == R["cramer_v_lower"] == 0
    n, statistic = len(PEOPLE), R["cramer_v"] ** 2 * len(PEOPLE)
    assert ncx2.cdf(statistic, 11, found.loc["cramer_v", "upper"] ** 2 * n) == pytest.approx(0.025, rel=1e-6)
    assert ncx2.cdf(statistic, 11, R["cramer_v_upper"] ** 2 * n) < 0.004  # effectsize's optimiser goes too far


def test_welchs_test_of_the_same_people_is_that_of_r():
    groups = [part["who5"].to_numpy() for _, part in PEOPLE.groupby("project")]
    welch = anova_oneway(groups, use_var="unequal")
    assert [welch.statistic, welch.pvalue] == pytest.approx([R["oneway_f"], R["oneway_p"]], rel=1e-9)


def test_two_projects_of_two_people_by_hand():
    found = sizes([0, 2, 4, 6], ["A", "A", "B", "B"], "metric")["estimate"]
    assert found["eta2"] == pytest.approx(16 / 20) and found["omega2"] == pytest.approx((16 - 2) / (20 + 2))


def test_times_have_no_share_of_variation():
    with pytest.raises(StudyError, match="no share of variation"):
        sizes([0, 1, 1, 0], ["A", "A", "B", "B"], "time")
