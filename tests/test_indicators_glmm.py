"""Random-intercept models against lme4, closed forms and the fault of a neighbour."""

from __future__ import annotations

import warnings
from math import comb, factorial

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, multivariate_normal, norm, poisson

from rehapro_analysis.indicators import project_variation, random_intercept_model
from rehapro_analysis.indicators.models.mixed_likelihood import DiscreteLikelihood, NormalLikelihood, Sample
from rehapro_analysis.indicators.models.quadrature import binomial_density, integrated, poisson_density
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import StudyError

REFERENCE = REPOSITORY / "tests" / "reference" / "indicators"
PEOPLE = pd.read_csv(REFERENCE / "participants.csv")
LME4 = pd.read_csv(REFERENCE / "glmm.csv")
MODELS = {
    "logit": {"value": "emp"}, "adjusted": {"value": "emp", "covariates": ["age", "sev"]},
    "counts": {"value": "contacts", "family": "poisson"}, "metric": {"value": "who5", "family": "normal"},
    "nested": {"value": "who5", "family": "normal", "covariates": ["age"], "coach": "coach"},
}


def terms(result):
    return result.table.set_index(result.table.columns[0])


def two_levels(*counts, events=None):
    """A frame of projects with that many persons, the first of each with the event."""
    rows = [(f"P{place}", float(person < events[place])) for place, n in enumerate(counts) for person in range(n)]
    return pd.DataFrame(rows, columns=["project", "value"])


@pytest.mark.parametrize("model", MODELS)
def test_the_model_equals_lme4(model):
    """Maxima as far as optimisers agree, the likelihood there to twelve digits."""
    found = terms(random_intercept_model(PEOPLE, **MODELS[model]))
    for row in LME4[(LME4["model"] == model) & (LME4["term"] != "icc")].itertuples():
        estimate = found.loc[row.term, "estimate"] - (_saturated(model) if row.term == "log_likelihood" else 0)
        assert estimate == pytest.approx(row.estimate, rel=1e-12 if row.term == "log_likelihood" else 3e-6)
        if row.lower == row.lower:
            limits = found.loc[row.term, ["lower", "upper"]].to_numpy(float)
            assert limits == pytest.approx([row.lower, row.upper], abs=5e-6)


@pytest.mark.parametrize("row", [*LME4[LME4["model"].str.endswith(" at")].itertuples()], ids=lambda row: row.model)
def test_the_likelihood_at_any_place_equals_lme4(row):
    model = row.model.removesuffix(" at")
    sd, *coefficients = map(float, row.term.split())
    asked = {"family": "binomial", "covariates": [], **MODELS[model]}
    people = PEOPLE.sort_values("project", kind="stable")
    matrix = np.column_stack([np.ones(len(people)), people[asked["covariates"]]])
    sample = Sample(people[asked["value"]].to_numpy(float), pd.factorize(people["project"])[0], None,
                    np.ones(len(people)), matrix)
    found = DiscreteLikelihood(sample, asked["family"])(np.array(coefficients), {"project": sd})
    assert found - _saturated(model) == pytest.approx(row.estimate, rel=1e-12)


def _saturated(model):
    """lme4 leaves what the data alone contribute out of a Poisson likelihood by quadrature."""
    counts = PEOPLE["contacts"]
    return poisson.logpmf(counts, counts).sum() if model == "counts" else 0


def test_the_rows_are_those_of_the_contract():
    assert terms(random_intercept_model(PEOPLE, **MODELS["adjusted"])).index.tolist() == [
        "intercept", "age", "sev", "project_sd", "log_likelihood"]
    assert terms(random_intercept_model(PEOPLE, **MODELS["metric"])).index.tolist() == [
        "intercept", "project_sd", "residual_sd", "log_likelihood"]


def test_a_coach_level_without_spread_leaves_the_project_level_as_it_is():
    sample = _sample("emp", covariates=["age", "sev"], coach=True)
    assert sample.levels == ("project", "coach")
    coded = random_intercept_model(PEOPLE, value="emp", coach="coach")
    found = terms(coded)
    assert found.loc["coach_sd", "estimate"] == 0
    assert found.loc["project_sd", "estimate"] == pytest.approx(0.375824, abs=2e-5)
    assert found.loc["coach_sd", "upper"] > 0.3


def test_share_and_median_odds_ratio_are_those_of_the_design():
    found = terms(project_variation(PEOPLE, value="emp"))
    icc = LME4.loc[LME4["term"] == "icc", "estimate"].item()
    assert found["estimate"].tolist() == pytest.approx([icc, 1.4312], abs=5e-5)
    assert found["lower"].tolist() == [0, 1]
    counts = terms(project_variation(PEOPLE, value="contacts", family="poisson"))
    s = 0.157302
    assert counts.loc["icc", "estimate"] == pytest.approx(
        s**2 / (s**2 + np.log(1 + 1 / PEOPLE["contacts"].mean())), rel=1e-4)
    metric = terms(project_variation(PEOPLE, value="who5", family="normal"))
    assert metric.loc["icc", "estimate"] == pytest.approx(3.2776808**2 / (3.2776808**2 + 14.98428**2), rel=1e-5)
    assert metric.loc["median_difference", "estimate"] == pytest.approx(np.sqrt(2) * norm.ppf(0.75) * 3.2776808)


@given(st.integers(0, 12), st.floats(-3, 3), st.floats(0.05, 1.5))
@settings(max_examples=30, deadline=None)
def test_quadrature_equals_the_integral(events, predictor, sd):
    eta = np.array([predictor])
    for density, mass in [
        (binomial_density(np.array([float(events)]), np.array([12.0]), eta),
         lambda b: binom.pmf(events, 12, 1 / (1 + np.exp(-predictor - b))) / comb(12, events)),
        (poisson_density(np.array([float(events)]), np.array([2.0]), eta),
         lambda b: poisson.pmf(events, 2 * np.exp(predictor + b)) * factorial(events) / 2.0**events),
    ]:
        exact = quad(lambda b, mass=mass: mass(b) * norm.pdf(b, 0, sd), -12 * sd, 12 * sd, limit=400, epsabs=0)[0]
        assert float(integrated(density, sd)(np.zeros((1, 1)))[0][0, 0]) == pytest.approx(np.log(exact), abs=2e-5)


def test_derivatives_of_an_integral_are_its_slopes():
    density = integrated(binomial_density(np.array([3.0, 0]), np.array([5.0, 4]), np.array([0.2, -1])), 0.8)
    step, at = 1e-4, np.array([[0.3], [-0.4]])
    (up, slope_up, _), (down, slope_down, _) = density(at + step), density(at - step)
    _, slope, bend = density(at)
    assert slope == pytest.approx((up - down) / (2 * step), abs=1e-6)
    assert bend == pytest.approx((slope_up - slope_down) / (2 * step), abs=1e-6)


def _sample(value, covariates=(), coach=False):
    people = PEOPLE.sort_values(["project", "coach"], kind="stable")
    codes = [pd.factorize(people[name])[0] for name in ("project", "coach")]
    columns = [(people[name] - people[name].mean()) / people[name].std() for name in covariates]
    matrix = np.column_stack([np.ones(len(people)), *columns])
    return Sample(people[value].to_numpy(float), codes[0], codes[1] if coach else None, np.ones(len(people)), matrix)


def test_nested_quadrature_equals_the_reference_of_the_design():
    likelihood = DiscreteLikelihood(_sample("emp", ["age", "sev"], coach=True), "binomial")
    head = np.array([-0.25248409, -0.55564877, -0.27170116])
    assert likelihood(head, {"project": 0.39125, "coach": 0.0}) == pytest.approx(-193.89112, abs=5e-6)
    near = likelihood(head, {"project": 0.39125, "coach": 1e-3})
    assert near == pytest.approx(-193.89112, abs=5e-5)


@pytest.mark.parametrize("restricted", [True, False])
def test_the_normal_likelihood_equals_the_one_with_full_matrices(restricted):
    sample = _sample("who5", ["age"], coach=True)
    rows = np.arange(0, len(sample.value), 4)
    codes = [np.unique(code[rows], return_inverse=True)[1] for code in (sample.project, sample.coach)]
    small = Sample(sample.value[rows], *codes, sample.exposure[rows], sample.matrix[rows])
    sds = {"project": 3.0, "coach": 2.0, "residual": 14.0}
    same = [np.equal.outer(code, code) for code in codes]
    v = 9 * same[0] + 4 * same[1] + 196 * np.eye(len(rows))
    x, y = small.matrix, small.value
    inner = x.T @ np.linalg.solve(v, x)
    beta = np.linalg.solve(inner, x.T @ np.linalg.solve(v, y))
    expected = multivariate_normal.logpdf(y, x @ beta, v)
    if restricted:
        expected += x.shape[1] * np.log(2 * np.pi) / 2 - np.linalg.slogdet(inner)[1] / 2
    likelihood = NormalLikelihood(small, restricted=restricted)
    assert likelihood(np.zeros(0), sds) == pytest.approx(expected)
    assert likelihood.coefficients(sds)[0] == pytest.approx(beta)


def test_statsmodels_loses_the_intercept_at_the_boundary_and_this_model_does_not():
    """MixedLM answers 0 for a mean of 50 and calls itself converged; the number must be the mean."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"value": 50 + 10 * rng.standard_normal(120), "project": np.repeat(np.arange(12), 10)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        neighbour = smf.mixedlm("value ~ 1", frame, groups=frame["project"]).fit(reml=True, method=["lbfgs"])
    assert neighbour.converged and abs(neighbour.fe_params["Intercept"]) < 1e-6  # the fault; if mended, this may go
    found = terms(random_intercept_model(frame, family="normal"))
    assert found.loc["project_sd", "estimate"] == 0
    assert found.loc["intercept", "estimate"] == pytest.approx(frame["value"].mean())
    assert found.loc["residual_sd", "estimate"] == pytest.approx(frame["value"].std())


def test_at_the_boundary_coefficients_are_those_of_least_squares():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"value": rng.standard_normal(120), "project": np.repeat(np.arange(12), 10)})
    frame["half"] = (frame["project"] % 2).astype(float)
    found = terms(random_intercept_model(frame, family="normal", covariates=["half"]))
    assert found.loc["project_sd", "estimate"] == 0
    assert found.loc["half", "estimate"] == pytest.approx(np.polyfit(frame["half"], frame["value"], 1)[0])


def test_rows_groups_and_names_in_another_order_change_nothing():
    renamed = PEOPLE.assign(project=PEOPLE["project"].map(lambda name: f"Z{99 - int(name[1:])}")).sample(
        frac=1, random_state=1)
    first, second = (random_intercept_model(frame, value="emp").table for frame in (PEOPLE, renamed))
    assert second["estimate"].to_numpy() == pytest.approx(first["estimate"].to_numpy(), rel=1e-5)


def test_another_unit_changes_the_normal_model_by_that_unit():
    first = terms(random_intercept_model(PEOPLE, **MODELS["metric"]))
    second = terms(random_intercept_model(PEOPLE.assign(who5=PEOPLE["who5"] / 1000), **MODELS["metric"]))
    sds = ["project_sd", "residual_sd"]
    scaled = 1000 * second.loc[sds, "estimate"].to_numpy()
    assert scaled == pytest.approx(first.loc[sds, "estimate"].to_numpy(), rel=1e-4)


def test_exposure_is_an_offset():
    twice = PEOPLE.assign(time=2.0)
    plain = terms(random_intercept_model(PEOPLE, **MODELS["counts"]))
    found = terms(random_intercept_model(twice, **MODELS["counts"], exposure="time"))
    assert found.loc["intercept", "estimate"] == pytest.approx(plain.loc["intercept", "estimate"] - np.log(2), abs=1e-5)
    assert found.loc["log_likelihood", "estimate"] == pytest.approx(plain.loc["log_likelihood", "estimate"])


def test_projects_without_or_full_of_events_have_a_finite_spread():
    found = terms(random_intercept_model(two_levels(10, 10, 10, 10, events=[0, 10, 5, 5])))
    assert 0.5 < found.loc["project_sd", "estimate"] < 20


def test_two_projects_at_opposite_ends_have_an_unbounded_spread():
    found = terms(random_intercept_model(two_levels(10, 10, events=[0, 10])))
    assert found.loc["project_sd", "lower"] > 1
    assert np.isinf(found.loc["project_sd", "upper"])


def test_two_alike_projects_have_no_spread():
    found = terms(random_intercept_model(two_levels(10, 10, events=[5, 5])))
    assert found.loc["project_sd", "estimate"] == 0
    assert found.loc["intercept", "estimate"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("frame", "family", "reason"), [
    (two_levels(10, events=[4]), "binomial", "two projects"), (two_levels(5, 5, events=[5, 5]), "binomial", "equal"),
    (two_levels(5, 5, events=[0, 0]), "normal", "equal"),
    (two_levels(5, 5, events=[2, 2]).assign(value=lambda f: f["value"] * 2), "binomial", "not 0 or 1"),
    (two_levels(5, 5, events=[2, 2]).assign(value=lambda f: f["value"] / 2), "poisson", "not counts"),
    (two_levels(5, 5, events=[2, 2]), "logit", "unknown"),
])
def test_what_cannot_be_estimated_is_refused_with_its_reason(frame, family, reason):
    with pytest.raises(StudyError, match=reason):
        random_intercept_model(frame, family=family)


def test_missing_values_are_counted_and_missing_covariates_refused():
    gaps = PEOPLE.assign(emp=PEOPLE["emp"].astype(float).where(PEOPLE.index > 4))
    result = random_intercept_model(gaps, value="emp")
    assert result.n == len(PEOPLE) - 5
    assert any(sentence.startswith("5 people") for sentence in result.assumptions)
    with pytest.raises(StudyError, match="missing"):
        random_intercept_model(PEOPLE.assign(age=PEOPLE["age"].where(PEOPLE.index > 4)), **MODELS["adjusted"])
