"""What lies around a project: the spread between projects before and after one or two features of their regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.fairness.case_mix_model import case_mix_columns
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

MOST = 2  # columns that a dozen projects can carry
LEFT = 3  # degrees of freedom that must remain


@dataclass(frozen=True)
class ConditionalSpread(Heterogeneity):
    """`Heterogeneity` around a regression on ``features`` (J, P): tau^2 is what they leave.

    Q(t) = sum w_j (estimate_j - fitted_j)^2 with weighted least squares, J - 1 - P degrees of freedom (fewer
    features count where some follow from others).

    >>> line = ConditionalSpread(np.array([1., 2, 3, 4]), np.ones(4), np.ones(4), features=np.arange(4.0)[:, None])
    >>> round(line.q(0), 12), line.free
    (0.0, 2)
    """

    features: np.ndarray | None = None

    @property
    def free(self) -> int:
        """J - the rank of the regression."""
        return self.projects - int(np.linalg.matrix_rank(self._design()))

    def mean(self, tau2: float) -> np.ndarray:
        """What the regression expects of each project (J,)."""
        return self._design() @ self.coefficients(tau2)

    def coefficients(self, tau2: float) -> np.ndarray:
        """Intercept and slopes (1 + P,) by weighted least squares."""
        root = np.sqrt(1 / self.variance(tau2))
        return np.linalg.lstsq(self._design() * root[:, None], self.estimate * root, rcond=None)[0]

    def slope_errors(self) -> np.ndarray:
        """Standard errors (1 + P,) by Knapp and Hartung at the estimated tau^2."""
        tau2, x = self.tau2(), self._design()
        bread = np.linalg.inv(x.T @ (x / self.variance(tau2)[:, None]))
        return np.sqrt(self.q(tau2) / self.free * np.diag(bread))

    def without(self, kept: np.ndarray) -> ConditionalSpread:
        """The same of the ``kept`` projects."""
        return ConditionalSpread(self.estimate[kept], self.sampling[kept], self.growth[kept], self.df,
                                 self.features[kept])

    def _design(self) -> np.ndarray:
        return np.column_stack([np.ones(self.projects), self.features])


def context_spread(one: Comparison, context: pd.DataFrame, features: Sequence[str], *, level: float = 0.95,
                   origin: str = "own") -> Result:
    """The spread between projects before and after one or two features of their context.

    ``context`` has a column ``project`` and the ``features``, one row a project: the type of region or the SGB II
    comparison type, an unemployment rate, the constellation of the core team. Projects without all features are left
    out of both rows. A feature with k kinds takes k - 1 of at most two columns. ``one`` may be an adjusted comparison.

    ``table``: stage ("before", "after", and a row for each slope), estimate, lower, upper, projects, p_any. Before and
    after: tau and its Q-profile limits, p of any (remaining) spread by the F reference. Slopes: in units of the
    indicator per unit of the feature, with t limits by Knapp and Hartung (at least the width that they have at Q/df
    seen).

    Raises `StudyError` for absent columns, several rows a project, more than two columns, too few projects.
    """
    known, columns = _context(one, context, features)
    spread = one.estimates.spread.without(known)
    after = ConditionalSpread(spread.estimate, spread.sampling, spread.growth, spread.df, columns.matrix)
    rows = [_stage(name, each, level) for name, each in (("before", spread), ("after", after))]
    reach = student.isf((1 - level) / 2, after.free) * after.slope_errors()[1:]
    slopes = after.coefficients(after.tau2())[1:]
    rows += [(term, slope, slope - width, slope + width, after.projects, np.nan)
             for term, slope, width in zip(columns.terms, slopes, reach, strict=True)]
    table = pd.DataFrame(rows, columns=["stage", "estimate", "lower", "upper", "projects", "p_any"])
    said = ("A dozen projects carry one or two features at most; chosen after looking, they explain anything.",
            "tau before and after stand with their limits; by how much it falls is itself hardly known and is not "
            "called a share explained.",
            "A feature of regions is shared by everything else in them; its slope is no effect.")
    left = [name for name, has in zip(one.projects, known, strict=True) if not has]
    said += (f"Left out without these features: {', '.join(left)}.",) if left else ()
    return Result(table, f"spread and context: {one.definition.label_en}", said, int(known.sum()), origin,
                  counted="projects")


def _context(one: Comparison, context: pd.DataFrame, features: Sequence[str]):
    if not {"project", *features} <= set(context.columns) or context["project"].duplicated().any():
        raise StudyError.of(f"The context needs the columns project, {', '.join(features)}, one row a project.",
                            "Name its columns, one row for each project.")
    rows = context.set_index(context["project"].astype(str))[list(features)].reindex(list(one.projects))
    known = rows.notna().all(axis=1).to_numpy()
    columns = case_mix_columns(rows[known].astype({name: str for name in features
                                                   if not pd.api.types.is_numeric_dtype(rows[name])}), features)
    if columns is None or len(columns.terms) > MOST:
        raise StudyError.of(f"{', '.join(features) or 'No feature'} makes {len(columns.terms) if columns else 0} "
                            f"columns; from one to {MOST} can be carried.", "Merge kinds or name fewer features.")
    if known.sum() < 1 + len(columns.terms) + LEFT:
        raise StudyError.of(f"Only {known.sum()} compared projects have {', '.join(features)}.",
                            "Complete the context or leave a feature out.")
    return known, columns


def _stage(name: str, spread: Heterogeneity, level: float) -> tuple:
    return (name, float(np.sqrt(spread.tau2())), *spread.interval(level), spread.projects, spread.p_any())
