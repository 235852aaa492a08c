"""Chain or community of responsibility: how a project's cases are shared and handed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.networks.responsible.archetypes import AXES, archetypes, nearest_archetypes
from rehapro_analysis.networks.responsible.case_segments import TOLERANCE, Segments, dated_episodes, segments_of
from rehapro_analysis.networks.responsible.responsibility_flow import (
    MEASURES,
    SHARED_WEIGHT,
    CaseMeasures,
    case_measures,
)
from rehapro_analysis.networks.responsible.uniform_teams import uniform_mutuality
from rehapro_analysis.results import Result
from rehapro_analysis.study.days import day_of
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

CASES_TO_SHOW = 5  # with fewer cases a value would speak of single persons
CASES_TO_CLASSIFY = {3: 40}  # by number of actors
CASES_TO_CLASSIFY_MORE = 20
MIXED_FROM = 0.5

ROSTER = "The team is every actor that was ever responsible for a case; who never was is not seen."
NEITHER = "Neither end of the index is better; it says how responsibility is organised, not how well."
MIXED = "Some cases are shared and others handed on: the archetype lies near their mean and may fit neither."
RESAMPLED = "Limits and probabilities come from resampling cases: cases are taken as independent."


@dataclass(frozen=True, eq=False)
class _Team:
    """One project's cases, measured."""

    project: str
    segments: Segments
    cases: CaseMeasures
    rng: np.random.Generator
    shared_weight: float

    @property
    def n_actors(self) -> int:
        return len(self.segments.actors)

    @property
    def n_shared(self) -> int:
        """Cases with two or more responsible actors: only they tell how responsibility is shared or handed over."""
        return int((self.segments.stations > 1).sum())

    @property
    def refusal(self) -> str:
        """Why no archetype is named; empty if one is."""
        if self.segments.n_cases < CASES_TO_SHOW:
            return f"Fewer than {CASES_TO_SHOW} cases: values would speak of single persons."
        if self.n_actors < 2:
            return "One actor is responsible for all cases: nothing is shared or handed over."
        if self.n_actors == 2:
            return "Between two actors the structure of hand-overs cannot vary: no mutuality, no index."
        needed = CASES_TO_CLASSIFY.get(self.n_actors, CASES_TO_CLASSIFY_MORE)
        if self.n_shared < needed:
            return (f"{self.n_shared} cases with several responsible actors are too few to name an archetype; "
                    f"with {self.n_actors} actors it takes {needed}.")
        return ""

    @property
    def remark(self) -> str:
        """What a reader of this team's row must know; empty if nothing in particular."""
        return self.refusal or (MIXED if self.cases.mixture > MIXED_FROM else "")

    def estimate(self) -> dict[str, float]:
        if self.segments.n_cases < CASES_TO_SHOW:
            return dict.fromkeys(MEASURES, np.nan)
        return self.cases.estimate()

    def resampled(self, replicates: int) -> dict[str, np.ndarray]:
        """The measures of ``replicates`` draws of as many cases with replacement."""
        n = self.segments.n_cases
        if n < CASES_TO_SHOW:
            return dict.fromkeys(MEASURES, np.full(replicates, np.nan))
        return self.cases.measures(self.rng.multinomial(n, np.full(n, 1 / n), size=replicates).astype(float))


def responsibility_index(
    study: Study, project: str | Sequence[str] | None = None, *, tolerance: float = TOLERANCE,
    shared_weight: float = SHARED_WEIGHT, replicates: int = 1000, seed: int = 0, level: float = 0.95,
    lock: date | str | None = None,
) -> Result:
    """Where each project lies between a chain and a community of responsibility.

    Three coordinates from the table ``responsibility`` (lead and joint; consulted does not count):

    * simultaneity O = sum of int (k - 1)+ dt / sum of (m - 1) T over cases with m >= 2 actors: k are responsible at a
      time, T is the time with anybody responsible. 0: never two at a time; 1: all, all the time.
    * mutuality S, the mean of incoherence F0, entropy h and closure K of the flow W (see `responsibility_flow`).
    * concentration Z = sum_i (a_max - a_i) / (n - 1); a_i is actor i's mean share of case time. 0: all alike.

    ``index`` = (O + S) / 2. ``table``, one row a project: project, level (what the data are: cases), n_actors,
    n_cases, n_shared (cases with two or more actors), the measures, lower and upper of the index (percentile limits
    over ``replicates`` resamples of cases), uniform_mutuality (mean S of a team that hands its cases on to
    anybody, with as many cases and as many actors a case: below 1 because few hand-overs cannot fill a matrix),
    mixture (how far the cases differ: 0 all alike, 1 each either shared throughout or handed on without overlap),
    archetype (the nearest, see `archetypes`), probability (share of the resamples with the same nearest one), remark.

    Overlaps and gaps up to ``tolerance`` days count as direct hand-overs; ``shared_weight`` is what a
    whole case shared weighs beside one hand-over. ``lock`` is the last day known, by default the latest recorded.
    No archetype is named with fewer than 20 such cases (40 with three actors); nothing is shown below five.

    Caution: record errors pull both ends towards the middle, and a mixture of shared and handed-on cases lies
    there too: read ``mixture`` before the archetype. Source: own index; trophic incoherence by MacKay,
    Johnson & Sansom 2020. Raises :class:`StudyError` without such a table or an unknown project.
    """
    teams = list(_teams(study, project, tolerance, shared_weight, seed, lock))
    table = pd.DataFrame([_row(team, replicates, level) for team in teams])
    return _result(table, f"responsibility index, {level:.0%} limits by resampling cases", teams, study,
                   (_tolerated(tolerance), _weighted(shared_weight), ROSTER, RESAMPLED, *_nobody(teams), NEITHER))


def responsibility_profile(
    study: Study, project: str | Sequence[str] | None = None, *, tolerance: float = TOLERANCE,
    shared_weight: float = SHARED_WEIGHT, replicates: int = 1000, seed: int = 0, level: float = 0.95,
    lock: date | str | None = None,
) -> Result:
    """Every measure of `responsibility_index` with limits: project, n_actors, n_cases, measure, estimate, lower, upper.

    Arguments and draws are those of `responsibility_index`.
    """
    teams = list(_teams(study, project, tolerance, shared_weight, seed, lock))
    table = pd.concat([_profile(team, replicates, level) for team in teams], ignore_index=True)
    return _result(table, f"measures of responsibility, {level:.0%} limits by resampling cases", teams, study,
                   (_tolerated(tolerance), _weighted(shared_weight), ROSTER, RESAMPLED))


def responsibility_sensitivity(
    study: Study, project: str | Sequence[str] | None = None, *, tolerances: Sequence[float] = (0, 7, 14, 28),
    shared_weights: Sequence[float] = (0.5, 1.0, 2.0), lock: date | str | None = None,
) -> Result:
    """How far the index depends on its two conventions.

    ``table``: project, tolerance, shared_weight, simultaneity, mutuality, concentration, index, nearest (the nearest
    archetype; None where `responsibility_index` refuses to name one).
    """
    rows, teams = [], []
    for tolerance in tolerances:
        for weight in shared_weights:
            teams = list(_teams(study, project, tolerance, weight, 0, lock))
            rows += [{"project": team.project, "tolerance": tolerance, "shared_weight": weight,
                      **{name: team.estimate()[name] for name in (*AXES, "index")},
                      "nearest": _nearest(team, team.estimate())} for team in teams]
    order = {team.project: place for place, team in enumerate(teams)}
    table = pd.DataFrame(rows).sort_values("project", key=lambda names: names.map(order), kind="stable")
    return _result(table.reset_index(drop=True), "responsibility index under other conventions", teams, study,
                   (ROSTER,))


def compare_responsibility(*results: Result) -> Result:
    """Rows of several results side by side; :class:`StudyError` if they do not rest on the same level of data.

    An index from case records, from a survey of ties and from a plan of steps measure different things.
    """
    table = pd.concat([result.table for result in results], ignore_index=True)
    if len(levels := sorted(table["level"].unique())) > 1:
        raise StudyError.of(f"These projects rest on different data ({', '.join(levels)}) and cannot be compared.",
                            "Compare projects with the same level of data.")
    said = tuple(dict.fromkeys(sentence for result in results for sentence in result.assumptions))
    origins = {result.origin for result in results}
    origin = next(name for name in ("synthetic", "own", "documented") if name in origins)
    return Result(table, f"responsibility index from {levels[0]}", said, sum(result.n for result in results), origin,
                  ("n_cases", "n_shared"))


def _teams(study: Study, project: str | Sequence[str] | None, tolerance: float, shared_weight: float, seed: int,
           lock: date | str | None) -> Iterator[_Team]:
    rows = study.table("responsibility")
    wanted = {project} if isinstance(project, str) else set(rows["project"] if project is None else project)
    if absent := sorted(wanted - set(rows["project"])):
        raise StudyError.of(f"No case of {', '.join(absent)} says who is responsible.",
                            "Add rows to responsibility.csv.")
    known = day_of(lock) if lock is not None else rows[["since", "until"]].max().max()
    for name in study.table("projects")["project"].unique():
        if name in wanted:
            segments = segments_of(dated_episodes(rows[rows["project"] == name], known), tolerance=tolerance)
            cases = case_measures(segments, tolerance=tolerance, shared_weight=shared_weight)
            yield _Team(name, segments, cases, np.random.default_rng([seed, *name.encode()]), shared_weight)


def _row(team: _Team, replicates: int, level: float) -> dict[str, object]:
    values, drawn = team.estimate(), team.resampled(replicates)
    lower, upper = _limits(drawn["index"], level)
    nearest, places = _nearest(team, values), np.stack([drawn[axis] for axis in AXES], axis=1)
    found = _named(team, places)
    known = sum(name is not None for name in found)
    return {
        "project": team.project, "level": "cases", "n_actors": team.n_actors, "n_cases": team.segments.n_cases,
        "n_shared": team.n_shared, **values, "lower": lower, "upper": upper,
        "uniform_mutuality": uniform_mutuality(team.segments.stations, team.n_actors, team.rng)
        if np.isfinite(values["mutuality"]) else np.nan,
        "mixture": team.cases.mixture if team.segments.n_cases >= CASES_TO_SHOW else np.nan, "archetype": nearest,
        "probability": (found == nearest).sum() / known if nearest else np.nan,
        "remark": team.remark,
    }


def _profile(team: _Team, replicates: int, level: float) -> pd.DataFrame:
    values, drawn = team.estimate(), team.resampled(replicates)
    lower, upper = np.transpose([_limits(drawn[name], level) for name in MEASURES])
    return pd.DataFrame({"project": team.project, "n_actors": team.n_actors, "n_cases": team.segments.n_cases,
                         "measure": MEASURES, "estimate": [values[name] for name in MEASURES], "lower": lower,
                         "upper": upper})


def _nearest(team: _Team, values: dict[str, float]) -> str | None:
    return None if team.refusal else _named(team, np.array([[values[axis] for axis in AXES]]))[0]


def _named(team: _Team, places: np.ndarray) -> np.ndarray:
    if team.n_actors < 3:
        return np.full(len(places), None)
    return nearest_archetypes(places, archetypes(team.n_actors, shared_weight=team.shared_weight))


def _limits(drawn: np.ndarray, level: float) -> tuple[float, float]:
    drawn = drawn[np.isfinite(drawn)]
    tail = (1 - level) / 2
    return tuple(np.quantile(drawn, [tail, 1 - tail])) if len(drawn) else (np.nan, np.nan)


def _result(table: pd.DataFrame, method: str, teams: Sequence[_Team], study: Study, said: tuple[str, ...]) -> Result:
    return Result(table, method, said, sum(team.segments.n_cases for team in teams), study.origin("responsibility"),
                  ("n_cases", "n_shared") if "n_shared" in table else ("n_cases",) if "n_cases" in table else ())


def _tolerated(days: float) -> str:
    return f"Overlaps and gaps of at most {days:g} days are hand-overs; after longer gaps nothing is handed over."


def _weighted(shared_weight: float) -> str:
    return f"A case shared throughout weighs {shared_weight:g} times as much as one hand-over, in both directions."


def _nobody(teams: Sequence[_Team]) -> tuple[str, ...]:
    missing = [team.project for team in teams if team.segments.n_without]
    return (f"Cases for which nobody is responsible are left out ({', '.join(missing)}).",) if missing else ()
