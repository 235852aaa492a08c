"""Whether projects differ otherwise in one period than in another: project x period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.estimates import project_estimates
from rehapro_analysis.indicators.differences.scores import scores
from rehapro_analysis.indicators.fairness.context import ConditionalSpread
from rehapro_analysis.indicators.fairness.pandemic import LEAST
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

ENOUGH = 10  # degrees of freedom that coaches who worked in several periods must leave for a test within coaches


@dataclass(frozen=True)
class Cells:
    """People in cells of project and period that have enough of them; codes (N,) each, ``coach`` None if unknown."""

    people: pd.DataFrame
    scale: str
    cell: np.ndarray
    project: np.ndarray
    period: np.ndarray
    coach: np.ndarray | None

    def spread(self) -> ConditionalSpread:
        """Estimates of the cells around what projects and periods add up to; coaches within cells."""
        first = np.unique(self.cell, return_index=True)[1]
        project, period = self.project[first], self.period[first]
        coach = None if self.coach is None else _codes(self.cell, self.coach)
        cells = project_estimates(self.people["value"].to_numpy(float), self.scale, self.cell, coach,
                                  self.people["exposure"].to_numpy(float)).spread
        return ConditionalSpread(cells.estimate, cells.sampling, cells.growth, cells.df,
                                 np.hstack([_dummies(project), _dummies(period)]))

    def within_coaches(self) -> tuple[float, int, int]:
        """F and its degrees of freedom: project x period against coach x period, of people's scores.

        Means of coach and period, weighted by their people, on coaches and periods, then on cells too. Where
        coaches are unknown: people on projects and periods, then on cells.
        """
        score = scores(self.people["value"].to_numpy(float), self.scale, self.people["exposure"].to_numpy(float))
        unit = np.arange(len(score)) if self.coach is None else _codes(self.coach, self.period)
        first, n = np.unique(unit, return_index=True)[1], np.bincount(unit)
        mean, root = np.bincount(unit, score) / n, np.sqrt(n)[:, None]
        block = self.project if self.coach is None else self.coach
        alone = np.hstack([np.ones((len(n), 1)), _dummies(block[first]), _dummies(self.period[first])])
        (rest, free), (smaller, fewer) = (_residual(mean * root[:, 0], x * root) for x in
                                          (alone, np.hstack([alone, _dummies(self.cell[first])])))
        if fewer < 1 or free == fewer:
            return float("nan"), free - fewer, fewer
        return (rest - smaller) / (free - fewer) / (smaller / fewer), free - fewer, fewer


def period_interaction(one: Comparison, *, least: int = LEAST, level: float = 0.95, origin: str = "own") -> Result:
    """Whether differences between projects change between the periods of entry (before, during, after the pandemic).

    Only cells of project and period with at least ``least`` values count. If coaches who worked in several periods
    leave ten degrees of freedom (or coaches are unknown), the test is F = project x period against coach x period (or
    persons), of scores; else generalised Q of the cells around project + period, coaches within cells. The rule does
    not look at the result.

    ``table``, one row: cells, projects, n, test ("within coaches", "of people", "between cells"), statistic, df,
    df_error, p_value, tau (standard deviation of what projects and periods do not add up to, in units of the
    indicator), tau_lower, tau_upper. Limits of tau take a coach of two periods for two and are wide. Raises
    `StudyError` where no two projects share two periods.
    """
    cells = _cells(one, least)
    apart = cells.spread()
    if apart.free < 1 or not apart.usable:
        raise StudyError.of(f"No two projects have {least} values each in the same two periods.",
                            "Look at spread_by_period, or wait for more values.")
    statistic, df, error = cells.within_coaches()
    if error >= ENOUGH and df > 0:
        test, p = "of people" if one.coach is None else "within coaches", f_distribution.sf(statistic, df, error)
    else:
        test, statistic, df, error, p = "between cells", apart.q(0.0) / apart.free, apart.free, apart.df, apart.p_any()
    lower, upper = apart.interval(level)
    table = pd.DataFrame([{"cells": apart.projects, "projects": int(cells.project.max()) + 1, "n": len(cells.people),
                           "test": test, "statistic": statistic, "df": df, "df_error": error, "p_value": float(p),
                           "tau": np.sqrt(apart.tau2()), "tau_lower": lower, "tau_upper": upper}])
    said = ("Periods are those of entry, which a project's work cannot change.",
            "Limits of tau take a coach who worked in two periods for two; they are wide rather than narrow.",
            "Who entered when is no accident: projects began at different times and took in other people.")
    return Result(table, f"project x period: {one.definition.label_en}", said, len(cells.people), origin, ("n",),
                  counted="people")


def _cells(one: Comparison, least: int) -> Cells:
    cell = pd.Series(list(zip(one.project, one.people["period"].astype(str), strict=True)))
    kept = cell.map(cell.value_counts()).to_numpy() >= least
    if not kept.any():
        raise StudyError.of(f"No project has {least} values in one period.", "Wait for more values.")
    people = one.people[kept]
    coach = None if one.coach is None else _codes(one.coach[kept])
    return Cells(people, one.definition.scale, pd.factorize(cell[kept])[0], _codes(one.project[kept]),
                 pd.factorize(people["period"].astype(str))[0], coach)


def _codes(*labels: np.ndarray) -> np.ndarray:
    """Codes 0, 1, ... of the combinations of labels that occur."""
    return np.unique(np.column_stack(labels), axis=0, return_inverse=True)[1].ravel()


def _dummies(codes: np.ndarray) -> np.ndarray:
    return (codes[:, None] == np.arange(1, codes.max() + 1)).astype(float)


def _residual(y: np.ndarray, x: np.ndarray) -> tuple[float, int]:
    """Residual sum of squares of y on x, and its degrees of freedom."""
    coefficients, _, rank, _ = np.linalg.lstsq(x, y, rcond=1e-10)
    return float(np.sum((y - x @ coefficients) ** 2)), len(y) - int(rank)
