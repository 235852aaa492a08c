"""The peers' tasks in Python; each tool is imported only where it runs. Tasks are as in ``ours``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from rows import AT_DAY, CAUSES, COVARIATES, Rows

Numbers = Callable[[], dict[str, list[float]]]
EACH_CAUSE = range(1, CAUSES + 1)


def _place(times: np.ndarray) -> int:
    return int(np.searchsorted(times, AT_DAY, side="right")) - 1


def _split(rows: Rows) -> list[tuple[pd.Series, pd.Series]]:
    """Days and causes of each group, taken from the frame as the tools' own documentation does."""
    return [(part["day"], part["cause"]) for _, part in rows.frame.groupby("group")]


def _resampled(rows: Rows) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng, n = np.random.default_rng(1), len(rows.day)
    for _ in range(rows.replicates):
        drawn = rng.integers(0, n, n)
        yield rows.day[drawn], rows.left[drawn]


def _regrouped(rows: Rows) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(1)
    for _ in range(rows.replicates):
        yield rng.permutation(rows.group)


def _statsmodels() -> dict:
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

    def curves(rows: Rows) -> Numbers:
        found = [SurvfuncRight(day, cause > 0) for day, cause in _split(rows)]
        return lambda: {name: [float(getattr(one, column)[_place(one.surv_times)]) for one in found]
                        for name, column in {"S": "surv_prob", "se": "surv_prob_se"}.items()}

    def incidences(rows: Rows) -> Numbers:
        found = [CumIncidenceRight(day, cause) for day, cause in _split(rows)]
        return lambda: {name: [float(getattr(one, column)[k][_place(one.times)]) for one in found
                               for k in range(CAUSES)] for name, column in {"F": "cinc", "se": "cinc_se"}.items()}

    def logrank(rows: Rows) -> Numbers:
        chi2, _ = survdiff(rows.frame["day"], rows.frame["cause"] > 0, rows.frame["group"])
        return lambda: {"chi2": [float(chi2)]}

    def cox(rows: Rows) -> Numbers:
        fit = PHReg(rows.day, rows.x, status=rows.left, ties="efron").fit()
        return lambda: {"beta": fit.params.tolist(), "se": fit.bse.tolist()}

    def bootstrap(rows: Rows) -> Numbers:
        for day, left in _resampled(rows):
            SurvfuncRight(day, left)
        return dict

    def permutation(rows: Rows) -> Numbers:
        numbers = logrank(rows)
        for group in _regrouped(rows):
            survdiff(rows.day, rows.left, group)
        return numbers

    return _tasks(locals())


def _scikit_survival() -> dict:
    from sksurv.compare import compare_survival
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator
    from sksurv.util import Surv

    def curves(rows: Rows) -> Numbers:
        found = [kaplan_meier_estimator(cause > 0, day, conf_type="log-log") for day, cause in _split(rows)]
        return lambda: {"S": [float(s[_place(time)]) for time, s, _ in found],
                        "lower": [float(ci[0, _place(time)]) for time, _, ci in found],
                        "upper": [float(ci[1, _place(time)]) for time, _, ci in found]}

    def incidences(rows: Rows) -> Numbers:
        found = [cumulative_incidence_competing_risks(cause.astype(int), day, conf_type="log-log",
                                                      var_type="Dinse_Approx") for day, cause in _split(rows)]
        return lambda: {"F": [float(share[k, _place(time)]) for time, share, _ in found for k in EACH_CAUSE]}

    def logrank(rows: Rows) -> Numbers:
        chi2, _ = compare_survival(Surv.from_arrays(rows.left, rows.day), rows.group)
        return lambda: {"chi2": [float(chi2)]}

    def cox(rows: Rows) -> Numbers:
        fit = CoxPHSurvivalAnalysis(ties="efron").fit(rows.x, Surv.from_arrays(rows.left, rows.day))
        return lambda: {"beta": fit.coef_.tolist()}

    def bootstrap(rows: Rows) -> Numbers:
        for day, left in _resampled(rows):
            kaplan_meier_estimator(left, day)
        return dict

    def permutation(rows: Rows) -> Numbers:
        numbers, outcome = logrank(rows), Surv.from_arrays(rows.left, rows.day)
        for group in _regrouped(rows):
            compare_survival(outcome, group)
        return numbers

    return _tasks(locals())


def _lifelines() -> dict:
    from lifelines import AalenJohansenFitter, CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test

    def curves(rows: Rows) -> Numbers:
        found = [KaplanMeierFitter().fit(day, cause > 0) for day, cause in _split(rows)]

        def numbers() -> dict[str, list[float]]:
            limits = [one.confidence_interval_.loc[:AT_DAY].iloc[-1] for one in found]
            return {"S": [float(one.predict(AT_DAY)) for one in found],
                    "lower": [float(pair.iloc[0]) for pair in limits],
                    "upper": [float(pair.iloc[1]) for pair in limits]}

        return numbers

    def incidences(rows: Rows) -> Numbers:
        found = [AalenJohansenFitter(seed=1).fit(day, cause, event_of_interest=k)
                 for day, cause in _split(rows) for k in EACH_CAUSE]
        return lambda: {"F": [float(one.cumulative_density_.iloc[:, 0].loc[:AT_DAY].iloc[-1]) for one in found]}

    def logrank(rows: Rows) -> Numbers:
        found = multivariate_logrank_test(rows.frame["day"], rows.frame["group"], rows.frame["cause"] > 0)
        return lambda: {"chi2": [float(found.test_statistic)]}

    def cox(rows: Rows) -> Numbers:
        fit = CoxPHFitter().fit(rows.frame[["day", *COVARIATES]].assign(left=rows.left), "day", "left")
        return lambda: {"beta": fit.params_.tolist(), "se": fit.standard_errors_.tolist()}

    def bootstrap(rows: Rows) -> Numbers:
        for day, left in _resampled(rows):
            KaplanMeierFitter().fit(day, left)
        return dict

    def permutation(rows: Rows) -> Numbers:
        numbers = logrank(rows)
        for group in _regrouped(rows):
            multivariate_logrank_test(rows.day, group, rows.left)
        return numbers

    return _tasks(locals())


def _tasks(defined: dict) -> dict:
    names = ("curves", "incidences", "logrank", "cox", "bootstrap", "permutation")
    return {name: defined[name] for name in names}


TOOLS = {"statsmodels": _statsmodels, "scikit-survival": _scikit_survival, "lifelines": _lifelines}
