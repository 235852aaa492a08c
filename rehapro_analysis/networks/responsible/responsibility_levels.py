"""Shared responsibility where there are no case records: from ties that were asked for, and from a plan of steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.networks.responsible.case_segments import segments_of
from rehapro_analysis.networks.responsible.mutuality import closure, entropy, incoherence
from rehapro_analysis.networks.responsible.responsibility import NEITHER
from rehapro_analysis.networks.responsible.responsibility_flow import MEASURES, SHARED_WEIGHT, case_measures
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

RELATIONS = ("joint case work", "handover")
FEW = "There are no cases to resample: no limits and no archetype."


def responsibility_from_ties(study: Study, project: str | Sequence[str] | None = None, *, origin: str = "documented",
                             shared_weight: float = SHARED_WEIGHT) -> Result:
    """The index from active ties: ``joint case work`` (mutual) and ``handover`` (from source to target).

    W counts each hand-over tie once in its direction and each pair of joint case work ``shared_weight`` times in
    both; simultaneity is the share of pairs with joint case work among pairs with either. Columns as in
    `responsibility_index`; level is "ties"; concentration and limits are undefined, n_cases is empty.

    Caution: silence is not absence. Where only one actor's ties are known, the flow is a star by design.
    Raises :class:`StudyError` if no project has such a tie.
    """
    ties = study.table("ties")
    wanted = {project} if isinstance(project, str) else set(ties["project"] if project is None else project)
    ties = ties[ties["project"].isin(wanted) & ties["origin"].eq(origin) & ties["status"].eq("active")
                & ties["relation"].isin(RELATIONS)]
    if ties.empty:
        raise StudyError.of(f"No active {origin} tie is a hand-over or joint case work.",
                            "Add such ties to ties.csv, or use case records.")
    names = [name for name in study.table("projects")["project"].unique() if name in set(ties["project"])]
    table = pd.DataFrame([_row_of_ties(name, ties[ties["project"] == name], shared_weight) for name in names])
    return Result(table, "responsibility index from ties",
                  ("A pair without a reported tie counts as without one.", "All ties weigh the same.", FEW, NEITHER),
                  len(ties), origin)


def responsibility_from_steps(steps: pd.DataFrame, *, project: str, shared_weight: float = SHARED_WEIGHT,
                              origin: str = "own") -> Result:
    """The index from a RACI matrix: who is responsible (R) in which step of one or more processes.

    ``steps`` has a row an actor and step: step (whole numbers in order), actor, role, and process if there are several.
    Each step counts as one unit of time, so that O = sum(|R_s| - 1) / sum(m - 1) and W comes from consecutive
    steps as in `responsibility_flow`. Columns as in `responsibility_index`; level is "steps".

    >>> raci = pd.DataFrame({"step": [1, 2, 2, 3], "actor": ["jc", "jc", "clinic", "carrier"], "role": "R"})
    >>> responsibility_from_steps(raci, project="GesA").table["simultaneity"].round(4).tolist()
    [0.1667]
    """
    if absent := [name for name in ("step", "actor", "role") if name not in steps]:
        raise StudyError.of(f"The table of steps lacks {', '.join(absent)}.", "Give the columns step, actor and role.")
    episodes = pd.DataFrame({
        "case": steps.get("process", "one"), "actor": steps["actor"], "start": steps["step"].astype(np.int64),
        "mode": steps["role"].map({"R": "lead"}).fillna("consulted")})
    segments = segments_of(episodes.assign(stop=episodes["start"] + 1), tolerance=0)
    if not segments.n_cases:
        raise StudyError.of("Nobody is responsible in any step.", "Mark the responsible actor of each step with R.")
    values = case_measures(segments, tolerance=0, shared_weight=shared_weight).estimate()
    row = _row(project, "steps", len(segments.actors), values)
    said = ("Every step counts the same, however long it takes or often it is reached.",
            "What is planned need not be done.", FEW, NEITHER)
    return Result(pd.DataFrame([row]), "responsibility index from steps", said, len(steps), origin)


def _row_of_ties(project: str, ties: pd.DataFrame, shared_weight: float) -> dict[str, object]:
    actors = np.unique(ties[["source", "target"]])
    n = len(actors)
    joint, handed = (np.zeros((n, n), dtype=bool) for _ in RELATIONS)
    for matrix, relation in ((joint, RELATIONS[0]), (handed, RELATIONS[1])):
        rows = ties[ties["relation"] == relation]
        matrix[np.searchsorted(actors, rows["source"]), np.searchsorted(actors, rows["target"])] = True
    joint |= joint.T
    flow = handed + shared_weight * joint
    either = np.triu(joint | handed | handed.T, 1).sum()
    parts = {"incoherence": incoherence(flow), "entropy": entropy(flow), "closure": closure(flow)}
    values = {"simultaneity": np.triu(joint, 1).sum() / either, **parts, "mutuality": sum(parts.values()) / 3}
    values |= {"concentration": np.nan, "index": (values["simultaneity"] + values["mutuality"]) / 2}
    return _row(project, "ties", n, {name: float(values[name]) for name in MEASURES})


def _row(project: str, level: str, n_actors: int, values: dict[str, float]) -> dict[str, object]:
    unknown = dict.fromkeys(("lower", "upper", "uniform_mutuality"), np.nan)
    return {"project": project, "level": level, "n_actors": n_actors, "n_cases": pd.NA, "n_shared": pd.NA, **values,
            **unknown, "mixture": np.nan, "archetype": None, "probability": np.nan, "remark": FEW}
