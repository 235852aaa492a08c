"""Which courted partners agree: conversion by legal domain, and the reasons of those who do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.networks.partners.attempts import OPEN, REMEMBERED, tie_attempts
from rehapro_analysis.networks.ties.network import in_order
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import LEGAL_DOMAINS

SMALL = 5  # attempts below which a share is no more than an anecdote about few organisations
UNKNOWN = "unknown"
FEW = f"How attempts ended is shown from {SMALL} on; below, single organisations could be told apart."


def conversion(study: Study, *, origin: str = "documented", level: float = 0.95) -> Result:
    """How many courted partners agreed, by legal domain.

    ``table``: domain, attempts, active, refused, open, estimate (active / attempts), lower, upper (Wilson limits),
    if_open_agree (the share if all who are still courted agree; estimate is the share if none does). The last row
    "all" counts every attempt once. A partner that acts in several domains counts in each of them; "none" are partners
    without a book of the social code, "unknown" those of which no source tells.

    Caution: attempts of one project are alike, so the limits are rather too narrow.
    """
    found = tie_attempts(study, origin=origin)
    found = found.assign(active=found["outcome"].eq("active"), open=found["outcome"].eq(OPEN))
    domains = found.assign(domain=[in_order(books) or [UNKNOWN] for books in found["legal_domains"]]).explode("domain")
    counted = pd.concat([_tally(domains), _tally(found.assign(domain="all"))])
    order = [name for name in (*LEGAL_DOMAINS, UNKNOWN, "all") if name in counted.index]
    table = counted.loc[order].rename_axis("domain").reset_index()
    enough = table["attempts"] >= SMALL
    limits = proportion_confint(table["active"], table["attempts"], alpha=1 - level, method="wilson")
    shares = {"estimate": table["active"] / table["attempts"], "lower": limits[0], "upper": limits[1],
              "if_open_agree": (table["active"] + table["open"]) / table["attempts"]}
    table = table.assign(**{name: np.where(enough, share, np.nan) for name, share in shares.items()})
    table[["active", "refused", "open"]] = table[["active", "refused", "open"]].astype("Int64").where(enough)
    return Result(table, f"share of courted partners that agreed, {level:.0%} Wilson limits",
                  ("A partner of several legal domains counts in each of them.", FEW, REMEMBERED), len(found), origin)


def attempt_reasons(study: Study, *, origin: str = "documented") -> Result:
    """Why attempts ended without an agreement, or have not ended yet: reasons by outcome.

    ``table``: reason, one column an outcome with the number of attempts, total, share of all attempts that have not
    led to an agreement. "unknown" are attempts whose reason no source gives; the share takes them in.
    """
    found = tie_attempts(study, origin=origin)
    vain = found[found["outcome"].ne("active")].astype({"outcome": object})
    reasons = vain["reason"].astype(object).where(vain["reason"].notna(), UNKNOWN)
    table = pd.crosstab(reasons.rename("reason"), vain["outcome"])
    table = table.rename_axis(columns=None).assign(total=table.sum(axis=1))
    table = table.sort_values("total", ascending=False, kind="stable")
    table["share"] = table["total"] / len(vain) if len(vain) else np.nan
    return Result(table.reset_index(), "reasons of attempts without an agreement",
                  ("The last reason named counts; the project gives it, not the partner.", REMEMBERED),
                  len(vain), origin)


def _tally(found: pd.DataFrame) -> pd.DataFrame:
    counts = found.groupby("domain").agg(attempts=("active", "size"), active=("active", "sum"), open=("open", "sum"))
    counts.insert(2, "refused", counts["attempts"] - counts["active"] - counts["open"])
    return counts
