"""Cox, proportionality, Fine-Gray and discrete hazards: equal to R, and honest where R or statsmodels are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.hazard_regression import PHReg

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.retention.regression.cox import cox_model
from rehapro_analysis.retention.regression.discrete import discrete_hazard_model, discrete_survival
from rehapro_analysis.retention.regression.fine_gray import fine_gray_model
from rehapro_analysis.retention.regression.proportionality import proportional_hazards_test
from rehapro_analysis.study.problems import StudyError

REFERENCE = REPOSITORY / "tests" / "reference" / "survival" / "regression"
CLOSE = {"rtol": 1e-9, "atol": 1e-12}
WHO = ["age", "sex", "education"]
RIGHT, DELAYED = {"stop": "duration"}, {"start": "start", "stop": "stop"}
MODELS = {
    "efron": RIGHT,
    "breslow": RIGHT | {"ties": "breslow"},
    "stratified": RIGHT | {"strata": "project"},
    "clustered": RIGHT | {"cluster": "coach"},
    "clustered_breslow": RIGHT | {"cluster": "coach", "ties": "breslow"},
    "delayed": DELAYED,
    "delayed_breslow": DELAYED | {"ties": "breslow"},
    "delayed_stratified_clustered": DELAYED | {"strata": "project", "cluster": "coach"},
    "delayed_dropout_clustered": DELAYED | {"cause": "dropout", "cluster": "coach"},
    "untied": {"stop": "precise"},
}
TIED = {"stop": "duration", "cause": "dropout"}
UNTIED = {"stop": "precise", "cause": "dropout"}
SUBDISTRIBUTIONS = {
    "tied": TIED, "untied": UNTIED, "tied_groups": TIED | {"censoring_groups": "project"},
    "untied_groups": UNTIED | {"censoring_groups": "project"},
    "tied_employment": {"stop": "duration", "cause": "employment"},
}


def reference(name: str, **where: str) -> pd.DataFrame:
    table = pd.read_csv(REFERENCE / f"{name}.csv")
    for column, value in where.items():
        table = table[table[column] == value]
    return table.reset_index(drop=True)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "people.csv")


def numbers(result) -> pd.DataFrame:
    return result.table.select_dtypes("number")


def terms(result) -> pd.DataFrame:
    return result.table[~result.table["term"].str.startswith("log_likelihood")]


def likelihoods(result) -> list[float]:
    return result.table.set_index("term").loc[["log_likelihood_null", "log_likelihood"], "estimate"].to_list()


@pytest.mark.parametrize("name", MODELS)
def test_cox_models_equal_coxph(people, name):
    result = cox_model(people, event="event", covariates=WHO, **MODELS[name])
    expected = reference("cox", model=name)
    assert [term.replace("[", "").replace("]", "") for term in terms(result)["term"]] == expected["term"].to_list()
    for column in ("estimate", "std_error", "robust_se"):
        np.testing.assert_allclose(terms(result)[column].astype(float), expected[column], **CLOSE)
    np.testing.assert_allclose(
        likelihoods(result), [expected["null_log_likelihood"][0], expected["log_likelihood"][0]], **CLOSE)
    used = expected["robust_se"].fillna(expected["std_error"])
    np.testing.assert_allclose(terms(result)["statistic"], expected["estimate"] / used, **CLOSE)
    lower = np.exp(expected["estimate"] - 1.959963984540054 * used)
    np.testing.assert_allclose(terms(result)["lower"], lower, **CLOSE)


@pytest.mark.parametrize(("name", "transform"), [
    tuple(pair) for pair in reference("zph")[["model", "transform"]].drop_duplicates().to_numpy()])
def test_the_proportionality_test_equals_cox_zph(people, name, transform):
    model = {key: value for key, value in MODELS[name].items() if key != "cluster"}
    table = proportional_hazards_test(people, event="event", covariates=WHO, transform=transform, **model).table
    expected = reference("zph", model=name, transform=transform)
    assert table["covariate"].to_list() == expected["term"].to_list()
    for column in ("statistic", "df", "p_value"):
        np.testing.assert_allclose(table[column], expected[column], **CLOSE)


@pytest.mark.parametrize("name", SUBDISTRIBUTIONS)
def test_fine_gray_models_equal_crr(people, name):
    result = fine_gray_model(people, event="event", covariates=WHO, **SUBDISTRIBUTIONS[name])
    expected = reference("crr", model=name)
    np.testing.assert_allclose(terms(result)["estimate"], expected["estimate"], **CLOSE)
    np.testing.assert_allclose(
        likelihoods(result), [expected["null_log_likelihood"][0], expected["log_likelihood"][0]], **CLOSE)
    # crr's errors with censoring groups fail the test of two equal halves below; ours do not.
    tolerance = {"rtol": 1e-3} if "groups" in name else CLOSE
    np.testing.assert_allclose(terms(result)["std_error"], expected["std_error"], **tolerance)


@pytest.mark.parametrize("link", ["cloglog", "logit"])
@pytest.mark.parametrize("cause", [None, "dropout"])
@pytest.mark.parametrize("time", ["each", "linear"])
def test_discrete_hazard_models_equal_glm(people, link, cause, time):
    table = event_table(people, stop="duration", event="event", by="project")
    result = discrete_hazard_model(table, covariates=["project"], time=time, link=link, cause=cause)
    expected = reference("discrete", model=time, link=link, event="n_dropout" if cause else "n_event")
    assert len(terms(result)) == len(expected)
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(terms(result)[column], expected[column], **CLOSE)
    np.testing.assert_allclose(likelihoods(result)[1], expected["log_likelihood"][0], **CLOSE)


def test_a_hand_worked_cox_model_with_two_pairs():
    four = pd.DataFrame({"month": [1, 2, 3, 4], "left": [True] * 4, "sex": ["m", "f", "m", "f"]})
    result = cox_model(four, stop="month", event="left", covariates=["sex"])
    assert result.table["hazard_ratio"][0] == pytest.approx((1 + 17**0.5) / 2, rel=1e-12)


def test_statsmodels_counts_who_enters_at_an_event_time_and_we_do_not(people):
    columns = pd.get_dummies(people[WHO], drop_first=True, dtype=float)[
        ["age", "sex_male", "education_low", "education_middle"]]
    left = (people["event"] != "censored").astype(float)
    plain = PHReg(people["stop"], columns, status=left, entry=people["start"], ties="efron").fit(disp=0).params
    ours = terms(cox_model(people, event="event", covariates=WHO, **DELAYED))["estimate"]
    expected = reference("cox", model="delayed")["estimate"]
    assert np.abs(plain - expected).max() > 1e-3
    np.testing.assert_allclose(ours, expected, **CLOSE)


@pytest.mark.parametrize("model", [MODELS["delayed_stratified_clustered"], MODELS["breslow"]])
def test_the_order_of_rows_does_not_matter(people, model):
    shuffled = people.sample(frac=1, random_state=4)
    one, other = (cox_model(frame, event="event", covariates=WHO, **model) for frame in (people, shuffled))
    pd.testing.assert_frame_equal(numbers(one), numbers(other), rtol=1e-10)
    one, other = (fine_gray_model(frame, event="event", covariates=WHO, **TIED) for frame in (people, shuffled))
    pd.testing.assert_frame_equal(numbers(one), numbers(other), rtol=1e-10)


def test_months_or_tenths_of_years_give_the_same_ratios(people):
    years = people.assign(start=people["start"] * 0.1, stop=people["stop"] * 0.1, duration=people["duration"] / 10)
    years.loc[years.index % 2 == 0, "stop"] += 1e-12  # rounding separates no ties
    for model in (DELAYED, RIGHT | {"cluster": "coach"}):
        one, other = (cox_model(frame, event="event", covariates=WHO, **model) for frame in (people, years))
        pd.testing.assert_frame_equal(numbers(one), numbers(other), rtol=1e-12)
    one, other = (fine_gray_model(frame, event="event", covariates=WHO, **TIED) for frame in (people, years))
    pd.testing.assert_frame_equal(numbers(one), numbers(other), rtol=1e-12)


def test_the_proportionality_test_in_months_equals_the_one_in_years(people):
    years = people.assign(start=people["start"] / 12, stop=people["stop"] / 12)
    for transform in ("km", "identity", "rank", "log"):
        one, other = (
            proportional_hazards_test(frame, event="event", covariates=WHO, transform=transform, **DELAYED)
            for frame in (people, years))
        np.testing.assert_allclose(one.table["statistic"], other.table["statistic"], rtol=1e-9)


def test_splitting_a_spell_changes_nothing(people):
    early = people[people["stop"] - people["start"] > 2]
    cut = early["start"] + 2
    split = pd.concat([people.drop(early.index), early.assign(stop=cut, event="censored"),
                       early.assign(start=cut)])
    one, other = (cox_model(frame, event="event", covariates=WHO, **DELAYED) for frame in (people, split))
    pd.testing.assert_frame_equal(numbers(one), numbers(other), rtol=1e-9)


def test_polars_lazy_polars_duckdb_and_arrow_frames_give_the_same(people):
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    expected = numbers(cox_model(people, event="event", covariates=WHO, **MODELS["delayed_stratified_clustered"]))
    frame = polars.from_pandas(people)
    for other in (frame, frame.lazy(), frame.to_arrow(), duckdb.from_df(people)):
        result = cox_model(other, event="event", covariates=WHO, **MODELS["delayed_stratified_clustered"])
        pd.testing.assert_frame_equal(numbers(result), expected, rtol=1e-10)


def test_without_other_exits_fine_gray_is_cox_with_breslow_ties(people):
    people = people.assign(event=np.where(people["event"] == "censored", "", "left"))
    cox = cox_model(people, event="event", covariates=WHO, ties="breslow", **RIGHT)
    shares = fine_gray_model(people, event="event", cause="left", covariates=WHO, **RIGHT)
    np.testing.assert_allclose(terms(shares)["estimate"], terms(cox)["estimate"], rtol=1e-10)
    spells = cox_model(people.assign(row=range(len(people))), event="event", covariates=WHO, ties="breslow",
                       cluster="row", **RIGHT)
    np.testing.assert_allclose(terms(shares)["std_error"], terms(spells)["robust_se"], rtol=1e-10)


def test_without_censoring_other_exits_stay_at_risk_for_ever(people):
    ended = people[people["event"] != "censored"].assign(row=lambda frame: range(len(frame)))
    shares = terms(fine_gray_model(ended, event="event", covariates=WHO, **TIED))
    stayed = ended.assign(duration=ended["duration"].where(ended["event"] == "dropout", 99))
    cox = terms(cox_model(stayed, event="event", covariates=WHO, ties="breslow", cluster="row", **TIED))
    np.testing.assert_allclose(shares["estimate"], cox["estimate"], rtol=1e-9)
    np.testing.assert_allclose(shares["std_error"], cox["robust_se"], rtol=1e-9)


def test_two_equal_halves_as_censoring_groups_change_no_standard_error(people):
    single = terms(fine_gray_model(people, event="event", covariates=WHO, **TIED))
    twice = pd.concat([people.assign(half="a"), people.assign(half="b")])
    halves = terms(fine_gray_model(twice, event="event", covariates=WHO, censoring_groups="half", **TIED))
    np.testing.assert_allclose(halves["estimate"], single["estimate"], rtol=1e-9)
    np.testing.assert_allclose(halves["std_error"], single["std_error"] / 2**0.5, rtol=1e-10)


def test_everybody_twice_in_clusters_of_two_changes_no_standard_error(people):
    single = people.assign(person=range(len(people)))
    twice = pd.concat([single, single])
    for model, error in ((fine_gray_model, "std_error"), (cox_model, "robust_se")):
        extra = TIED if model is fine_gray_model else RIGHT | {"ties": "breslow"}
        one, other = (model(frame, event="event", covariates=WHO, cluster="person", **extra)
                      for frame in (single, twice))
        np.testing.assert_allclose(terms(other)[error], terms(one)[error], rtol=1e-10)


def test_the_saturated_discrete_model_is_kaplan_meier(people):
    table = event_table(people, by="project", event="event", **DELAYED)
    curves = discrete_survival(table, saturated=True).table
    for project, curve in curves.groupby("project"):
        here = people[people["project"] == project]
        share = 1.0
        for time, estimate in zip(curve["time"], curve["estimate"], strict=True):
            at_risk = (here["start"] < time) & (here["stop"] >= time)
            leaving = at_risk & (here["stop"] == time) & (here["event"] != "censored")
            share *= 1 - leaving.sum() / at_risk.sum()
            assert estimate == pytest.approx(share, rel=1e-12, abs=1e-15)


def test_counts_of_an_event_table_replace_rows_of_person_months(people):
    months = people.loc[people.index.repeat(people["stop"] - people["start"])]
    months = months.assign(month=months["start"] + months.groupby(level=0).cumcount() + 1)
    months["left"] = (months["month"] == months["stop"]) & (months["event"] != "censored")
    import statsmodels.api as sm
    columns = pd.DataFrame({"intercept": 1.0, "time": months["month"], "P2": months["project"] == "P2",
                            "P3": months["project"] == "P3"}).astype(float)
    family = sm.families.Binomial(sm.families.links.CLogLog())
    long = sm.GLM(months["left"].astype(float), columns, family=family).fit(tol=1e-13, tol_criterion="params")
    table = event_table(people, by="project", event="event", **DELAYED)
    rows = terms(discrete_hazard_model(table, covariates=["project"], time="linear"))
    np.testing.assert_allclose(rows["estimate"], long.params, rtol=1e-9)
    np.testing.assert_allclose(rows["std_error"], long.bse, rtol=1e-9)


def test_sure_hazards_need_no_coefficient():
    frame = pd.DataFrame({"month": [1, 1, 2, 3, 3, 4, 4], "exit": ["out", "", "", "out", "", "out", "out"]})
    table = event_table(frame, stop="month", event="exit")
    assert terms(discrete_hazard_model(table))["term"].to_list() == ["time[1]", "time[3]"]
    np.testing.assert_allclose(discrete_survival(table).table["hazard"], [1 / 7, 0, 1 / 4, 1])


def test_the_reference_level_is_stated_and_can_be_chosen(people):
    default = terms(cox_model(people, event="event", covariates=["sex"], **RIGHT))
    chosen = terms(cox_model(people, event="event", covariates={"sex": "male"}, **RIGHT))
    ordered = people.assign(sex=pd.Categorical(people["sex"], ["male", "female", "diverse"]))
    declared = terms(cox_model(ordered, event="event", covariates=["sex"], **RIGHT))
    assert (default["term"][0], default["reference"][0]) == ("sex[male]", "female")
    assert (chosen["term"][0], chosen["reference"][0]) == ("sex[female]", "male")
    assert declared["term"].to_list() == ["sex[female]"]
    assert chosen["estimate"][0] == pytest.approx(-default["estimate"][0], rel=1e-12)


def test_the_reading_says_the_size_the_limits_and_whether_the_direction_is_decided(people):
    table = terms(cox_model(people, event="event", covariates=WHO, **RIGHT))
    assert table["reading"][1] == ("With sex = male the rate of leaving is 1.72 times that with sex = female "
                                   "(95% limits 1.2 to 2.46), the other covariates being equal: it is higher.")
    assert table["reading_de"][0] == ("Eine Einheit mehr bei age vervielfacht die Rate von Austritten mit 1,01 "
                                      "(95-%-Grenzen 0,997 bis 1,03) bei sonst gleichen Merkmalen: die Richtung "
                                      "ist nicht entscheidbar.")


def test_few_clusters_are_said_aloud(people):
    few = cox_model(people, event="event", covariates=WHO, cluster="project", **RIGHT).assumptions
    many = cox_model(people, event="event", covariates=WHO, cluster="coach", **RIGHT).assumptions
    assert any("only 3 clusters" in sentence for sentence in few)
    assert not any("only" in sentence for sentence in many)


@pytest.mark.parametrize("model", [cox_model, fine_gray_model])
@pytest.mark.parametrize(("change", "covariates", "sentence"), [
    ({"age": lambda frame: frame["age"].where(frame.index > 4)}, ["age", "sex"], "'age' (5)"),
    ({"event": "censored"}, ["age"], "dropout"),
    ({"age": 30}, ["age"], "'age' is 30 in every row"),
    ({"sex": "male"}, ["sex"], "'sex' is 'male' in every row"),
    ({"years": lambda frame: frame["age"] * 2}, ["age", "years"], "years is constant within the strata"),
    ({"never": lambda frame: (frame["event"] == "dropout").map({True: "no", False: "yes"})}, ["age", "never"],
     r"never[yes] (-infinity)"),
    ({}, [], "at least one covariate"),
    ({}, ["income"], "no column 'income'"),
    ({}, {"sex": "unknown"}, "'unknown' does not occur in 'sex'"),
])
def test_what_cannot_be_estimated_is_named(people, model, change, covariates, sentence):
    with pytest.raises(StudyError) as caught:
        model(people.assign(**change), event="event", cause="dropout", covariates=covariates, **RIGHT)
    assert sentence in str(caught.value)


def test_a_covariate_constant_within_strata_is_refused(people):
    with pytest.raises(StudyError, match=r"project\[P2\], project\[P3\] is constant within the strata"):
        cox_model(people, event="event", covariates=["age", "project"], strata="project", **RIGHT)


def test_the_logarithm_of_time_zero_is_refused(people):
    with pytest.raises(StudyError, match="time 0"):
        proportional_hazards_test(people, event="event", covariates=WHO, transform="log", **RIGHT)


def test_discrete_models_refuse_frames_and_broken_times(people):
    with pytest.raises(StudyError, match="event_table"):
        discrete_hazard_model(people)
    with pytest.raises(StudyError, match="whole numbers"):
        discrete_hazard_model(event_table(people, stop="precise", event="event"))


SEVERAL = {
    "Cox": lambda people, **how: cox_model(people, event="event", covariates=["age"], **how, **RIGHT),
    "proportionality": lambda people, **how: proportional_hazards_test(people, event="event", covariates=["age"],
                                                                       **how, **RIGHT),
    "Fine-Gray": lambda people, strata: fine_gray_model(people, event="event", cause=str(people["event"].max()),
                                                        covariates=["age"], censoring_groups=strata, **RIGHT),
}


@pytest.mark.parametrize("fit", SEVERAL.values(), ids=SEVERAL)
def test_several_columns_of_strata_are_their_combinations(fit, people):
    people = people.assign(half=np.arange(len(people)) % 2)
    people["both"] = people["project"].astype(str) + people["half"].astype(str)
    found, expected, first = (fit(people, strata=strata).table.select_dtypes("number").to_numpy()
                              for strata in (["project", "half"], "both", "project"))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert not np.allclose(found, first, rtol=1e-6)


def test_several_columns_of_clusters_are_their_combinations(people):
    people = people.assign(half=np.arange(len(people)) % 2)
    people["both"] = people["coach"].astype(str) + "/" + people["half"].astype(str)
    found, expected = (cox_model(people, event="event", covariates=["age"], cluster=cluster, **RIGHT)
                       for cluster in (["coach", "half"], "both"))
    pd.testing.assert_frame_equal(found.table, expected.table)
    assert found.assumptions == expected.assumptions


def test_several_columns_of_strata_are_named_in_the_assumptions(people):
    people = people.assign(half=np.arange(len(people)) % 2)
    said = cox_model(people, event="event", covariates=["age"], strata=["project", "half"], **RIGHT).assumptions
    assert "Every level of project and half has its own baseline hazard." in said
