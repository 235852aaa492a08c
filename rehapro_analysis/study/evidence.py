"""What the documents say: one number, what is covered, where sources disagree."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

SOURCES = ("forum", "web", "paper", "own arithmetic")
# Background is said of people in general, so it counts for no project.
TOPICS = tuple(topic for topic in TABLES["quantities"].column("topic").allowed if topic != "background")
IMPLIED = {"target_integration_rate": ("planned_outflow", "planned_throughflow")}  # a rate in percent, its two counts


@dataclass(frozen=True)
class Fact:
    """A documented number as an interval: ``low`` and ``high`` in ``unit``, inf where open; ``as_of`` may be empty."""

    project: str
    quantity: str
    low: float
    high: float
    unit: str
    status: str
    locator: str
    as_of: str = ""

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
                  len(table), study.origin("projects"), counted="projects")


def coverage(study: Study, *, origin: str = "documented") -> Result:
    """In how many places documents give a number of each project on each topic, zero included.

    A place (a bullet of the forum, a web page) counts once, however many numbers it gives. Readings of an
    ambiguous sentence and own arithmetic are left out, so are background numbers and projects and facts of
    another origin: an own project without documents is not an undocumented one.

    ``table``: project, topic, n_places, n_forum (of them in the forum documentation), observed (of them with a
    number observed rather than planned, targeted or unclear). Raises `StudyError` if no fact has the origin.
    """
    facts, projects = (table[table["origin"].eq(origin)] for table in map(study.table, ("facts", "projects")))
    if facts.empty or projects.empty:
        raise StudyError.of(f"The study has no {origin} numbers of {origin} projects.", "Add them to facts.csv.")
    said = facts[facts["reading"].isna() & facts["status"].ne("derived")]
    said = said.merge(study.table("quantities")[["quantity", "topic"]], on="quantity")
    places = said.assign(forum=said["source_kind"].eq("forum"), seen=said["status"].eq("observed")).groupby(
        ["project", "topic", "locator"], observed=True)[["forum", "seen"]].any()
    fields = pd.MultiIndex.from_product([projects["project"], TOPICS], names=["project", "topic"])
    table = places.groupby(["project", "topic"]).agg(
        n_places=("seen", "size"), n_forum=("forum", "sum"), observed=("seen", "sum")
    ).reindex(fields, fill_value=0).reset_index()
    return Result(
        table, "places with numbers by project and topic",
        ("A missing number means that no document at hand gives it, not that the project has none.",),
        int(table["n_places"].sum()), origin, counted="places",
    )


def topic_summary(covered: Result) -> Result:
    """For how many projects a topic has at least one number, and at least one observed number.

    ``covered`` comes from `coverage`. ``table``: topic, projects_with_number,
    projects_with_observed_number, sorted by the latter.
    """
    table = (
        covered.table.assign(any_number=covered.table["n_places"] > 0, any_observed=covered.table["observed"] > 0)
        .groupby("topic", sort=False)
        .agg(projects_with_number=("any_number", "sum"), projects_with_observed_number=("any_observed", "sum"))
        .sort_values(["projects_with_observed_number", "projects_with_number"], ascending=False, kind="stable")
        .reset_index()
    )
    return Result(table, "projects with documented numbers, by topic", covered.assumptions,
                  covered.table["project"].nunique(), covered.origin, counted="projects")


def disagreements(study: Study, *, origin: str = "documented") -> Result:
    """Quantities for which sources or readings give different numbers, all side by side.

    Two numbers differ if what they state has no value in common: "about 120" agrees with 120, "more than 240"
    states 241 and differs from 450. A rate is also compared with the one that two counts imply (530 of 720).

    ``table``: one row a number: project ("whole programme" for none), quantity with its labels, reading, low, high,
    unit, status, as_of, locator, and agreement, how the numbers of the quantity stand to each other: "two readings"
    of one sentence, "no common value", or "far apart" where a value could satisfy all and the stated ones differ.
    """
    facts = study.table("facts")
    facts = facts[facts["origin"].eq(origin)]
    facts = pd.concat([facts, *(_implied(facts, rate, *counts) for rate, counts in IMPLIED.items())])
    facts = facts.assign(project=facts["project"].fillna("whole programme")).reset_index(drop=True)
    groups = facts.groupby(["project", "quantity"], sort=False)
    differing = [rows.assign(agreement=_agreement(rows)) for _, rows in groups if not _share_a_value(*_stated(rows))]
    words = study.table("quantities")[["quantity", "label_de", "label_en"]]
    table = pd.concat([facts.head(0).assign(agreement=""), *differing]).merge(words, on="quantity", how="left")
    table = table.rename(columns={"label_de": "quantity_de", "label_en": "quantity_en"})
    columns = ["project", "quantity", "quantity_de", "quantity_en", "reading", "low", "high", "unit", "status",
               "as_of", "locator", "agreement"]
    return Result(
        table[columns], "numbers on which sources or readings differ",
        ("Numbers of different days may differ without contradiction; the day stands beside them.",
         "A number that another source only rounds is not listed."),
        len(differing), origin, counted="quantities",
    )


def _implied(facts: pd.DataFrame, rate: str, part: str, whole: str) -> pd.DataFrame:
    """The rate in percent that two counts imply, for projects that also state the rate."""
    parts, wholes = (facts[facts["quantity"].eq(name)] for name in (part, whole))
    pairs = parts[parts["project"].isin(facts.loc[facts["quantity"].eq(rate), "project"])].merge(
        wholes[["project", "low", "high"]], on="project", suffixes=("", "_whole"))
    implied = pairs.assign(
        quantity=rate, unit="percent", status="derived", source_kind="own arithmetic",
        low=100 * pairs["low"] / pairs["high_whole"], high=100 * pairs["high"] / pairs["low_whole"])
    return implied[facts.columns]


def _stated(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The numbers as stated: an open end is the bound itself."""
    return rows["low"].fillna(rows["high"]), rows["high"].fillna(rows["low"])


def _share_a_value(low: pd.Series, high: pd.Series) -> bool:
    return bool(low.max() <= high.min())


def _agreement(rows: pd.DataFrame) -> str:
    if rows["reading"].notna().any():
        return "two readings"
    inf = float("inf")
    return "far apart" if _share_a_value(rows["low"].fillna(-inf), rows["high"].fillna(inf)) else "no common value"


def _as_fact(row: pd.Series) -> Fact:
    low = -float("inf") if pd.isna(row["low"]) else float(row["low"])
    high = float("inf") if pd.isna(row["high"]) else float(row["high"])
    as_of = "" if pd.isna(row["as_of"]) else row["as_of"]
    return Fact(row["project"], row["quantity"], low, high, row["unit"], row["status"], row["locator"], as_of)
