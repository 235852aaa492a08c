"""One documented count by itself: the share, and how surely, as far as it was observed at all."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.indicators.documented.counts import (
    PLANS,
    DocumentedCount,
    Range,
    described,
    origin_of,
    read_counts,
)
from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.life_tables import poisson_limits
from rehapro_analysis.retention.curves.limits import share_limits
from rehapro_analysis.study.reading import Study

NOTHING = (float("nan"), float("nan"))
PLAN, RATIO, SHARE = "none: a plan", "Poisson", "Clopper-Pearson"


def documented_shares(study: Study, indicator: str | None = None, *, level: float = 0.95) -> Result:
    """The share of every documented count with its limits, each by itself.

    Observed counts have Clopper-Pearson limits (lower, upper) and, for comparison, Wilson's; where the documents leave
    a range they are the outermost of all admissible pairs. A running count starts at 0. A count relative to a
    plan is a ratio with Poisson limits: the plan does not vary, and the ratio can exceed 1. A plan relative to a
    plan has no sampling error and no limits.

    ``table``: the columns of `described`, share_low, share_high, lower, upper, wilson_low, wilson_high, limits_by.
    """
    names = ("share_low", "share_high", "lower", "upper", "wilson_low", "wilson_high")
    table = described(study, {
        one: {**dict(zip(names, (*one.share, *limits(one, level), *wilson_limits(one, level)), strict=True)),
              "limits_by": limits_by(one)} for one in read_counts(study, indicator)})
    return Result(table, f"documented shares, {100 * level:g} % limits",
                  ("People of one project are treated as independent of one another; coaches are not documented.",
                   "A plan has no sampling error.", "A ratio to a plan varies as its count does (Poisson)."),
                  len(table), origin_of(study), ("share_low", "share_high"),
                  ("lower", "upper", "wilson_low", "wilson_high"), "counts")


def limits(one: DocumentedCount, level: float = 0.95) -> Range:
    """The outermost limits of the share (Clopper-Pearson) or ratio (Poisson); nan for plans.

    >>> eleven = DocumentedCount(entry="a", project="A", indicator="stay", x=(11, 11), n=(15, 15), kind="running")
    >>> [round(limit, 3) for limit in limits(eleven)]
    [0.0, 0.922]
    """
    if limits_by(one) == PLAN:
        return NOTHING
    if limits_by(one) == RATIO:
        lower, upper = poisson_limits(np.array(one.x), level)
        return float(lower[0] / one.n[1]), float(upper[1] / one.n[0])
    return _of_share(one, level, "beta")


def wilson_limits(one: DocumentedCount, level: float = 0.95) -> Range:
    """The outermost Wilson limits of a share; nan for plans and ratios."""
    return _of_share(one, level, "wilson") if limits_by(one) == SHARE else NOTHING


def limits_by(one: DocumentedCount) -> str:
    """Which limits a count can have."""
    if one.status in PLANS:
        return PLAN
    return RATIO if one.kind == "target" else SHARE


def _of_share(one: DocumentedCount, level: float, method: str) -> Range:
    x_low, x_high, n_low, n_high = one.box
    lower, upper = share_limits((x_low, x_high), (n_low, n_high), level, method=method)
    return (lower if x_low else 0.0), upper
