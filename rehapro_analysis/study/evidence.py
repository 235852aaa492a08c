"""What the documents say: one number, what is covered, where sources disagree."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

SOURCES = ("forum", "web", "paper", "own arithmetic")
TOPICS = TABLES["quantities"].column("topic").allowed


@dataclass(frozen=True)
class Fact:
    """A documented number as an interval: ``low`` and ``high`` in ``unit``; inf where open."""

    project: str
    quantity: str
    low: float
    high: float
    unit: str
    status: str
    locator: str

    @property
    def exact(self) -> bool:
        """Whether the text gives one number."""
        return self.low == self.high


def fact(study: Study, project: str, quantity: str, *, reading: str = "") -> Fact:
    """The documented number of a project; of several sources the forum comes first, then the latest.

    ``reading`` chooses between the two readings (A, B) of an ambiguous sentence. Raises
    `StudyError` naming project and quantity if no document gives the number.
    """
    facts = study.table("facts")
    rows = facts[
        (facts["project"] == project) & (facts["quantity"] == quantity) & (facts["reading"].fillna("") == reading)
    ]
    if rows.empty:
        raise StudyError.of(
            f"No document gives {quantity} of {project}" + (f" in reading {reading}." if reading else "."),
            "Add the number to facts.csv or leave this project out.",
        )
    ranked = rows.assign(rank=rows["source_kind"].map(SOURCES.index)).sort_values(
        ["rank", "as_of"], ascending=[True, False], kind="stable", na_position="last"
    )
    return _as_fact(ranked.iloc[0])


def project_overview(study: Study) -> Result:
    """Who the projects are: one row a project, with "unknown" where no source supports a code."""
    table = study.table("projects").drop(columns=["project", "source", "origin"])
    coded = ["constellation", "mandate"]
    table[coded] = table[coded].fillna("unknown")
    return Result(table, "model projects", ("Empty cells: no complete source names it.",),
                  len(table), study.origin("projects"))


def coverage(study: Study) -> Result:
    """How many documented numbers each project has on each topic, zero included.

    ``table``: project, topic, n_facts, n_forum (of them from the forum documentation), observed
    (of them observed rather than planned, targeted or derived).
    """
    facts = study.table("facts").merge(study.table("quantities")[["quantity", "topic"]], on="quantity")
    projects = study.table("projects")["project"]
    counted = facts.assign(forum=facts["source_kind"].eq("forum"), seen=facts["status"].eq("observed"))
    table = (
        counted.groupby(["project", "topic"], observed=True)
        .agg(n_facts=("quantity", "size"), n_forum=("forum", "sum"), observed=("seen", "sum"))
        .reindex(pd.MultiIndex.from_product([projects, TOPICS], names=["project", "topic"]), fill_value=0)
        .reset_index()
    )
    return Result(
        table, "documented numbers by project and topic",
        ("A missing number means that no document at hand gives it, not that the project has none.",),
        int(table["n_facts"].sum()), study.origin("facts"),
    )


def topic_summary(covered: Result) -> Result:
    """For how many projects a topic has at least one number, and at least one observed number.

    ``covered`` comes from `coverage`. ``table``: topic, projects_with_number,
    projects_with_observed_number, sorted by the latter.
    """
    table = (
        covered.table.assign(any_number=covered.table["n_facts"] > 0, any_observed=covered.table["observed"] > 0)
        .groupby("topic", sort=False)
        .agg(projects_with_number=("any_number", "sum"), projects_with_observed_number=("any_observed", "sum"))
        .sort_values(["projects_with_observed_number", "projects_with_number"], ascending=False, kind="stable")
        .reset_index()
    )
    return Result(table, "projects with documented numbers, by topic", covered.assumptions,
                  covered.table["project"].nunique(), covered.origin)


def disagreements(study: Study) -> Result:
    """Quantities for which sources or readings give different numbers, all side by side.

    ``table``: one row a number, with ``compatible`` telling whether all intervals of its project
    and quantity share a value.
    """
    facts = study.table("facts").dropna(subset=["project"])
    groups = facts.groupby(["project", "quantity"], sort=False)
    several = groups.filter(lambda rows: rows[["low", "high"]].drop_duplicates().shape[0] > 1)
    bounds = several.groupby(["project", "quantity"], sort=False).agg(
        latest_start=("low", lambda low: low.fillna(-float("inf")).max()),
        earliest_end=("high", lambda high: high.fillna(float("inf")).min()),
    )
    table = several.merge(bounds, on=["project", "quantity"])
    table["compatible"] = table["latest_start"] <= table["earliest_end"]
    columns = ["project", "quantity", "reading", "low", "high", "unit", "status", "as_of", "source_kind",
               "locator", "compatible", "note"]
    return Result(
        table[columns], "numbers on which sources or readings differ",
        ("Numbers of different days may differ without contradiction; the day stands beside them.",),
        len(table), study.origin("facts"),
    )


def _as_fact(row: pd.Series) -> Fact:
    low = -float("inf") if pd.isna(row["low"]) else float(row["low"])
    high = float("inf") if pd.isna(row["high"]) else float(row["high"])
    return Fact(row["project"], row["quantity"], low, high, row["unit"], row["status"], row["locator"])
