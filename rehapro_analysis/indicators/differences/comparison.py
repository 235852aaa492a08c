"""One comparison: whose values enter, what the projects show, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.differences.estimates import Estimates, project_estimates
from rehapro_analysis.indicators.differences.permutation import PERMUTATIONS, PermutationTest, permutation_test
from rehapro_analysis.indicators.differences.scores import scores
from rehapro_analysis.indicators.measures.definitions import Indicator
from rehapro_analysis.indicators.measures.values import due, observed
from rehapro_analysis.indicators.power.detectable import expected_range

KNOWN = 0.9  # share of people whose coach must be known for coaches to count as known


@dataclass(frozen=True, eq=False)
class Comparison:
    """The people of an indicator in the projects that are compared.

    ``frame`` is the population (missing values included) of the compared ``projects``, as `indicator_values` gives
    it; ``left_out`` names the other projects with the reason. Everything else follows from it, so that
    case-mix, missing-data and leave-one-out analyses start here; `of` compares another selection of people.
    ``lacking`` names tables without which nobody has a value; ``overdue`` counts by project those whose value was
    due and who have no row, so that they seem not to be due.
    """

    definition: Indicator
    frame: pd.DataFrame
    projects: tuple[str, ...]
    left_out: dict[str, str]
    lacking: tuple[str, ...] = field(default=(), kw_only=True)
    overdue: Mapping[str, int] = field(default_factory=dict, kw_only=True)

    def of(self, frame: pd.DataFrame) -> Comparison:
        """The same comparison for other people or values; projects without a value drop out."""
        with_value = set(observed(frame)["project"])
        return replace(self, frame=frame, projects=tuple(name for name in self.projects if name in with_value))

    def only(self, kept: np.ndarray) -> Comparison:
        """The same comparison of those people with a value who are ``kept`` (N,), coaches known as they were."""
        codes, project = np.unique(self.project[kept], return_inverse=True)
        rest = replace(self, frame=self.people[kept], projects=tuple(self.projects[code] for code in codes))
        coach = None if self.coach is None else np.unique(self.coach[kept], return_inverse=True)[1]
        vars(rest).update(people=rest.frame, project=project, coach=coach)  # finding them anew takes longest
        return rest

    @cached_property
    def people(self) -> pd.DataFrame:
        """Those of the compared projects with a value."""
        return observed(self.frame[self.frame["project"].isin(self.projects)])

    @cached_property
    def project(self) -> np.ndarray:
        """Codes (N,) of the projects."""
        return pd.Index(self.projects).get_indexer(self.people["project"].astype(str))

    @cached_property
    def coach(self) -> np.ndarray | None:
        """Codes (N,) of coaches, those without one on their own; None if coaches are unknown."""
        coach = self.people["coach"]
        if not len(coach) or coach.notna().mean() < KNOWN:
            return None
        name, found = pd.factorize(coach, sort=True)
        alone = coach.isna().to_numpy()
        name = np.where(alone, np.cumsum(alone) - 1, alone.sum() + name)
        return np.unique(self.project * (alone.sum() + len(found)) + name, return_inverse=True)[1]

    @cached_property
    def coaches(self) -> np.ndarray:
        """How many coaches each project has (J,); zeros where they are unknown."""
        if self.coach is None:
            return np.zeros(len(self.projects), np.intp)
        home = np.zeros(self.coach.max() + 1, np.intp)
        home[self.coach] = self.project
        return np.bincount(home, minlength=len(self.projects))

    @cached_property
    def n(self) -> np.ndarray:
        """How many people with a value each project has (J,)."""
        return np.bincount(self.project, minlength=len(self.projects))

    @cached_property
    def estimates(self) -> Estimates:
        """What each project shows, with its sampling variance."""
        return project_estimates(self.people["value"].to_numpy(float), self.definition.scale, self.project,
                                 self.coach, self.people["exposure"].to_numpy(float))

    @property
    def threshold(self) -> float:
        """tau_0: the relevant difference between best and worst, as a spread of that many projects; nan if unnamed."""
        given = self.definition.relevant_difference
        if given is None:
            return float("nan")
        unit = {"unit": given, "standard deviations": given * self.estimates.person_sd,
                "ratio": np.log(given) * self.estimates.typical}
        return float(unit[self.definition.difference_in] / expected_range(len(self.projects)))

    def permuted(self, *, seed: int, permutations: int = PERMUTATIONS,
                 covariates: np.ndarray | None = None) -> PermutationTest:
        """The test of any difference: coaches move, or people where coaches are unknown, within entry periods.

        ``covariates`` (N, P) go with the people; what projects show beyond them is tested.
        """
        score = scores(self.people["value"].to_numpy(float), self.definition.scale,
                       self.people["exposure"].to_numpy(float))
        block = np.arange(len(score)) if self.coach is None else self.coach
        period = pd.factorize(self.people["period"], sort=True)[0]
        return permutation_test(score, self.project, block, stratum=period, covariates=covariates, rng=seed,
                                permutations=permutations)

    def missing_share(self) -> pd.Series:
        """The share of values that were due and are missing, by project."""
        return self.frame["missing"].ne("").groupby(self.frame["project"].astype(str)).mean()


def comparison(frame: pd.DataFrame, definition: Indicator, *, least: int = 10, mandated: bool = True) -> Comparison:
    """Compare the projects of a frame from `indicator_values`: those with at least ``least`` values.

    With ``mandated`` projects whose aim the indicator explicitly is not are left out. Projects keep the order of the
    study, so that nothing depends on the order of rows.
    """
    population = due(frame)
    order = [str(name) for name in pd.Categorical(frame["project"]).categories]
    values = observed(population).groupby(population["project"].astype(str)).size()
    left_out = {name: "not its aim" for name in order if mandated and name in definition.not_an_aim}
    left_out |= {name: f"fewer than {least} values" for name in order
                 if name not in left_out and values.get(name, 0) < least}
    compared = tuple(name for name in order if name not in left_out)
    return Comparison(definition, population[population["project"].isin(compared)], compared, left_out)
