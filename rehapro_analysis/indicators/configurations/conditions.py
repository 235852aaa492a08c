"""What documents say of the conditions a project worked under: set memberships, unknown where nothing is documented."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rehapro_analysis.indicators.configurations.calibration import Sets, crisp
from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import fact
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

HEALTH_KINDS = ("health office", "clinic", "practice", "rehabilitation provider", "health insurance")
ALONE = ("jobcenter", "several jobcenters")
# Thresholds are choices of the evaluator, not documented numbers; change them and compare.
THRESHOLDS = {"CASELOAD": 20.0, "LONGSTAY": 12.0, "LARGE": 300.0}
# By condition: the quantities that state it, the first documented one counts.
STATED = {"CASELOAD": ("participants_per_staff",), "LONGSTAY": ("planned_stay", "cycle_length", "stay_max"),
          "LARGE": ("target_participants", "planned_participants")}
RATIOS = {"CASELOAD": ("participants_current", "staff")}  # where no quantity states it
MEANING = {
    "OWNHOUSE": "the core team is the jobcenter's or the jobcenters' own", "SHARED": "responsibility is shared",
    "FIRSTCALL": "funded by the first call", "HEALTH": "works with a partner from health care or rehabilitation",
    "CASELOAD": "at least {:g} participants per member of staff", "LONGSTAY": "planned stay of at least {:g} months",
    "LARGE": "at least {:g} participants planned"}


def project_conditions(study: Study, *, thresholds: Mapping[str, float] | None = None, unnamed: str = "unknown",
                       origin: str = "documented") -> Result:
    """The conditions of every project as memberships; what no document says stays empty.

    ``thresholds`` replaces `THRESHOLDS`; ``unnamed`` says how a project without a documented health partner counts:
    "unknown", or "none" (then silence is read as absence, an assumption).

    ``table``: project, OWNHOUSE, SHARED, FIRSTCALL, HEALTH, CASELOAD, LONGSTAY, LARGE (1, 0, or empty), unknown (how
    many are), open (those whose interval crosses the threshold).
    """
    sets = condition_sets(study, thresholds=thresholds, unnamed=unnamed, origin=origin)
    member = sets.membership
    crossing = pd.DataFrame(sets.crossing, columns=["project", "condition"])
    open_ = crossing.groupby("project")["condition"].agg(", ".join).reindex(member.index, fill_value="")
    table = member.assign(unknown=member.isna().sum(axis=1), open=open_).rename_axis("project").reset_index()
    used = THRESHOLDS | dict(thresholds or {})
    said = [f"{name}: {MEANING[name].format(used.get(name, 0))}; unknown of {_named(member.index[gone])}."
            for name, gone in member.isna().items()]
    if unnamed == "none":
        said.append("A project without a documented health partner counts as without one; silence is no proof.")
    return Result(table, "documented conditions of the projects", tuple(said), len(table), origin, counted="projects")


def condition_sets(study: Study, *, thresholds: Mapping[str, float] | None = None, unnamed: str = "unknown",
                   origin: str = "documented") -> Sets:
    """The conditions as crisp `Sets` with intervals; see `project_conditions`."""
    if unnamed not in ("unknown", "none"):
        raise StudyError.of(f"unnamed={unnamed!r} is no way to count.", 'Choose "unknown" or "none".')
    if strange := set(thresholds or {}) - set(THRESHOLDS):
        raise StudyError.of(f"No threshold is used for {_named(sorted(strange))}.", f"Known: {_named(THRESHOLDS)}.")
    projects = study.table("projects")
    projects = projects[projects["origin"].eq(origin)].set_index("project")
    if projects.empty:
        raise StudyError.of(f"The study has no {origin} projects.", "Choose another origin.")
    coded = pd.DataFrame({
        "OWNHOUSE": _code(projects["constellation"], ALONE), "SHARED": _code(projects["mandate"], ("shared",)),
        "FIRSTCALL": projects["funding_call"].eq(1).astype(float).mask(projects["funding_call"].isna()).astype(float),
        "HEALTH": _health(study, projects.index, unnamed, origin)})
    sets = Sets.exact(coded)
    for name, threshold in (THRESHOLDS | dict(thresholds or {})).items():
        ends = [_documented(study, project, name) for project in projects.index]
        low, high = (pd.Series([end[side] for end in ends], projects.index, float, name) for side in (0, 1))
        sets = sets.join(crisp(low, high, threshold))
    return sets


def _code(column: pd.Series, inside: tuple[str, ...]) -> pd.Series:
    text = column.astype(object).where(column.notna(), "unknown")
    return text.isin(inside).astype(float).mask(text.eq("unknown"))


def _health(study: Study, projects: pd.Index, unnamed: str, origin: str) -> pd.Series:
    """1 with an active health partner, 0 where a document says that there are no partners, else as ``unnamed``."""
    found = pd.Series(np.nan if unnamed == "unknown" else 0.0, projects, float)
    for project in projects:
        if (stated := _interval(study, project, "project_partners")) and stated[1] == 0:
            found[project] = 0.0
    if study.has("ties") and study.has("actors"):
        ties, actors = study.table("ties"), study.table("actors").set_index("actor")["kind"]
        real = ties[ties["origin"].eq(origin) & ties["status"].eq("active") & ties["relation"].ne("evaluation")]
        found[projects.isin(real.loc[real["target"].map(actors).isin(HEALTH_KINDS), "project"])] = 1.0
    return found


def _documented(study: Study, project: str, condition: str) -> tuple[float, float]:
    """The interval of a measured condition, nan where no document gives it."""
    for quantity in STATED[condition]:
        if found := _interval(study, project, quantity):
            return found
    parts = [_interval(study, project, quantity) for quantity in RATIOS.get(condition, ())]
    if not parts or None in parts:
        return float("nan"), float("nan")
    (low, high), (least, most) = parts
    return low / most, high / least


def _interval(study: Study, project: str, quantity: str) -> tuple[float, float] | None:
    facts = study.table("facts") if study.has("facts") else pd.DataFrame({"project": [], "quantity": [], "reading": []})
    plain = facts["project"].eq(project) & facts["quantity"].eq(quantity) & facts["reading"].isna()
    if not plain.any():
        return None
    found = fact(study, project, quantity)
    return found.low, found.high


def _named(names) -> str:
    return ", ".join(map(str, names)) or "none"
