"""The pathway of a project: its steps, the ways between them, what each yields and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import networkx as nx
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.exits.competing import STAYING
from rehapro_analysis.study.days import day_of, known_until
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.pathways.ways import COUNTS, SAID, ways_out

ENTRY = "entry"  # where everybody comes from
YEAR = 365
_KEY = ["project", "participant"]
Day = date | str | None


def pathway(study: Study, project: str, *, start: Day = None, end: Day = None, lock: Day = None,
            horizon: float = YEAR, level: float = 0.95) -> Result:
    """Every way from one step of a project to the next, with its yield and the time in the step.

    Counts people whose first phase began in [start, end), watched until ``lock``, by default the last day
    recorded in the project's phases: later stays are left out, later exits are not seen. Whoever moved to a
    step on the day of the lock is still there. A phase left without a next one leads to "unknown".

    ``table``, one row a way: step, then the columns of :func:`~rehapro_analysis.throughput.pathways.ways.ways_out`
    (to, n, entered, open, so_far, of_decided, estimate by ``horizon`` days, median, ...). Rows of step
    "entry" say where people begin; a row to "in programme" holds those still in the step. At every step the
    people who come in are those who go out or are still there.

    A return to a step left before is a stay of its own, so a pathway may have cycles; the assumptions say
    how many. Raises :class:`StudyError` where stays do not join up: a next phase without a stay, or a stay
    that follows an exit.

    >>> day = pd.to_datetime(["2021-01-01", "2021-01-11", "2021-01-21", "2021-03-02"])
    >>> study = Study({"projects": pd.DataFrame({"project": ["A"]}), "phases": pd.DataFrame({
    ...     "project": "A", "participant": list("aabc"), "phase": ["wait", "work", "wait", "wait"], "origin": "own",
    ...     "entered_on": day[[0, 1, 0, 0]], "left_on": [day[1], day[3], day[2], None],
    ...     "next": ["work", "completed", "withdrawn", None]})})
    >>> pathway(study, "A", horizon=30).table[["step", "to", "n", "entered", "so_far", "median"]].round(3)
        step            to  n  entered  so_far  median
    0  entry          wait  3        3   1.000     0.0
    1   wait     withdrawn  1        3   0.333    20.0
    2   wait          work  1        3   0.333    20.0
    3   wait  in programme  1        3   0.333    20.0
    4   work     completed  1        1   1.000    50.0
    5   work  in programme  0        1   0.000    50.0
    """
    stays = step_stays(study, project, start=start, end=end, lock=lock)
    first = stays[~stays.duplicated(_KEY)]
    entries = first.assign(step=ENTRY, to=first["step"].astype(str), stop=0)
    order = [ENTRY, *stays["step"].cat.categories]
    frame = pd.concat([entries, stays.astype({"step": str})], ignore_index=True)
    frame["step"] = pd.Categorical(frame["step"], order)
    table = ways_out(frame, ["step"], horizon=horizon, level=level)
    table = table[~(table["step"].eq(ENTRY) & table["to"].eq(STAYING))].reset_index(drop=True)
    returns = int(stays.duplicated([*_KEY, "step"]).sum())
    said = f"Returns to a step left before: {returns}; each is a stay of its own."
    return Result(table.astype({"step": str}), f"pathway of {project}, share by {horizon:g} days, "
                  f"{100 * level:g} % limits", (*SAID, said), len(first), study.origin("phases"), COUNTS,
                  shares=("so_far", "estimate", "lower", "upper"))


def pathway_graph(path: Result) -> nx.DiGraph:
    """A pathway as a directed graph: steps and exits as nodes, ways as edges.

    Nodes: ``n`` people or stays that came there, ``stays`` those of them seen in a step (0 for exits),
    ``open`` still there. Edges: ``n``, ``share`` (of all who entered the source), ``estimate`` (by the
    horizon). Every count is subject to disclosure control.
    """
    moves = path.table[path.table["to"] != STAYING]
    arrived = moves.groupby("to")["n"].sum()
    steps = path.table.drop_duplicates("step").set_index("step")
    graph = nx.DiGraph()
    for step, row in steps.iterrows():
        graph.add_node(step, n=int(row["entered"]), stays=int(row["entered"]), open=int(row["open"]))
    for exit in arrived.index.difference(steps.index):
        graph.add_node(exit, n=int(arrived[exit]), stays=0, open=0)
    for row in moves.itertuples():
        graph.add_edge(row.step, row.to, n=int(row.n), share=float(row.so_far), estimate=float(row.estimate))
    return graph


def pathway_yield(study: Study, project: str | Sequence[str] | None = None, *, start: Day = None, end: Day = None,
                  lock: Day = None, horizon: float = 2 * YEAR, level: float = 0.95) -> Result:
    """How whole pathways end: from the first step to the final exit, by project.

    Columns: project, then those of :func:`pathway`; the time runs from the first day of the first step,
    such as the referral, to the exit from the last.
    """
    chosen = _projects(study, project)
    stays = pd.concat([step_stays(study, one, start=start, end=end, lock=lock) for one in chosen])
    ways = stays.groupby(_KEY, sort=False).agg(first=("entered_on", "min"), stop=("stop", "last"),
                                               last=("entered_on", "last")).reset_index()
    ways["to"] = stays.drop_duplicates(_KEY, keep="last")["to"].to_numpy()
    ways["stop"] += (ways["last"] - ways["first"]).dt.days
    ways["project"] = pd.Categorical(ways["project"], chosen)
    table = ways_out(ways, ["project"], horizon=horizon, level=level)
    return Result(table, f"whole pathways, share by {horizon:g} days, {100 * level:g} % limits", SAID, len(ways),
                  study.origin("phases"), COUNTS, shares=("so_far", "estimate", "lower", "upper"), counted="pathways")


def step_stays(study: Study, project: str, *, start: Day = None, end: Day = None, lock: Day = None) -> pd.DataFrame:
    """The stays behind a pathway, each on its own clock, sorted by person and day.

    Columns: project, participant, step (in the order in which steps begin), entered_on, stop (days in the
    step, to the exit or the lock), to (empty: still there). Never to be shown: one row a person and step.
    """
    frame = study.table("phases")
    frame = frame[frame["project"] == project].sort_values([*_KEY, "entered_on", "left_on"], ignore_index=True)
    _refuse_gaps(frame)
    begun = frame.groupby(_KEY)["entered_on"].transform("min")
    known = known_until(frame[["entered_on", "left_on"]], lock)
    first = pd.Timestamp.min if start is None else day_of(start)
    after = pd.Timestamp.max if end is None else day_of(end)
    kept = (begun >= first) & (begun < after)
    frame, begun = (rows[kept & (frame["entered_on"] <= known)] for rows in (frame, begun))
    if frame.empty:
        raise StudyError.of(f"Nobody began a phase of {project} in this time.", "Check project, start, end and lock.")
    gone = frame["left_on"] <= known
    order = (frame["entered_on"] - begun).dt.days.groupby(frame["phase"]).mean().sort_values(kind="stable")
    return frame[[*_KEY, "entered_on"]].assign(
        step=pd.Categorical(frame["phase"], order.index),
        stop=(frame["left_on"].where(gone, known) - frame["entered_on"]).dt.days,
        to=frame["next"].fillna("unknown").where(gone)).reset_index(drop=True)


def _refuse_gaps(frame: pd.DataFrame) -> None:
    """Refuse stays that do not join up; rows are sorted by person and day."""
    following = frame.groupby(_KEY)["phase"].shift(-1)
    phases = set(frame["phase"])
    continued = following.notna()
    broken = {
        "next names a phase that no stay follows": frame["next"].isin(phases) & (following != frame["next"]),
        "another stay follows an exit or an open stay": continued & ~frame["next"].isin(phases),
        "the phase ends before it begins": frame["left_on"] < frame["entered_on"],
        "the next stay begins before this one ends":
            continued & (frame["left_on"] > frame.groupby(_KEY)["entered_on"].shift(-1)),
    }
    problems = [Problem("phases", None, "next", "", f"{int(rows.sum())} stay(s): {what}.",
                        "Correct next, entered_on and left_on so that each stay leads to the person's following one.")
                for what, rows in broken.items() if rows.any()]
    if problems:
        raise StudyError(problems)


def _projects(study: Study, project: str | Sequence[str] | None) -> list[str]:
    """The projects asked for, by default all that have phases, in the order of the study."""
    if project is not None:
        return [project] if isinstance(project, str) else list(project)
    seen = set(study.table("phases")["project"])
    return [name for name in study.table("projects")["project"] if name in seen]
