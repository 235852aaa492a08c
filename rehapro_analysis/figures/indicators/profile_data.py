"""What a profile shows of each project, without numbers behind which only a few people stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rehapro_analysis.figures.retention.retention_words import OTHER
from rehapro_analysis.figures.small_cells import SMALL, pooled
from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.power.detectable import expected_range
from rehapro_analysis.indicators.profile.funnel import funnel, funnel_curve
from rehapro_analysis.indicators.profile.profile import new_project, project_profile
from rehapro_analysis.study.problems import StudyError

VALUES = ("estimate", "lower", "upper", "notch_lower", "notch_upper", "shrunken", "shrunken_lower", "shrunken_upper")
BOUNDS = {"binary": (0, 1), "ordinal": (0, 1), "count": (0, np.inf), "time": (-2, np.inf)}  # no value lies beyond


@dataclass(frozen=True, eq=False)
class Profile:
    """The numbers of one picture.

    ``projects``: project, label, n, beyond, hidden and `VALUES`, which are nan where hidden. ``mean`` and ``new``:
    estimate and limits of all projects, and of one more. ``relevant``: the band around the mean within
    which projects differ by less than the relevant difference; nan where none is set. ``curve``: the funnel's
    limits, with the ``centre`` between them.
    """

    projects: pd.DataFrame
    mean: pd.Series
    new: pd.Series
    relevant: tuple[float, float]
    curve: pd.DataFrame
    centre: float


def profile_of(one: Comparison, labels: Mapping[str, str], *, by_value: bool) -> Profile:
    """The profile of a comparison; projects in the order of the study, or by their estimate.

    Raises :class:`StudyError` where nothing can be compared or shown.
    """
    table = project_profile(one).table.merge(funnel(one).table[["project", "centre", "beyond"]], on="project")
    hidden = table["project"].isin(hidden_projects(one))
    if hidden.all():
        raise StudyError.of(f"{one.definition.label_en}: in every project fewer than {SMALL} people stand behind the "
                            "number.", "Wait, or compare groups of projects.")
    both = new_project(one).table.set_index("quantity")
    ends = list(BOUNDS.get(one.definition.scale, (-np.inf, np.inf)))
    both[["lower", "upper"]] = both[["lower", "upper"]].clip(*ends)
    mean, reach = both.loc["mean"], one.threshold * expected_range(len(one.projects)) / 2
    shown = table.drop(columns="centre").assign(label=table["project"].map(labels), hidden=hidden)
    shown.loc[hidden, list(VALUES)] = np.nan
    shown.loc[hidden, "beyond"] = ""
    if by_value:
        shown = shown.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    return Profile(shown, mean, both.loc["new_project"], (mean["estimate"] - reach, mean["estimate"] + reach),
                   funnel_curve(one).table, float(table["centre"].iloc[0]))


def hidden_projects(one: Comparison, *more: np.ndarray) -> Sequence[str]:
    """Projects whose number would tell of one to four people, and one more if it followed by subtraction.

    Counted are people, and events and non-events (binary) or events (time): the share of a project gives them away;
    and ``more`` counts (J,) that a picture gives away.
    """
    counts = [one.n, *more]
    if one.definition.scale in ("binary", "time"):
        events = np.bincount(one.project, one.people["value"], len(one.projects)).round()
        counts += [events, one.n - events] if one.definition.scale == "binary" else [events]
    named = (pooled(dict(zip(one.projects, count, strict=True)), OTHER) for count in counts)
    found = {name for names in named for name in names}
    return [name for name in one.projects if name in found]
