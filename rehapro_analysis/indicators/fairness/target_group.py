"""Whom a project meant to reach and whom it has: documented features of the target group against those who came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.results import Result
from rehapro_analysis.retention.stays.cohorts import cohort
from rehapro_analysis.study.evidence import fact
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study

FEWEST = 10  # people below which a share would speak of persons
COMPARABLE, NOT_RECORDED, IN_WORDS = "comparable", "not recorded", "in words only"
NOT_DOCUMENTED, TOO_FEW = "nothing documented", "too few people"


@dataclass(frozen=True)
class Feature:
    """A documented number that bounds the target group, and the ``column`` of the episodes that tells who is inside.

    ``lower``: the number is the lowest value that belongs to the group; else it is the highest.
    """

    quantity: str
    column: str
    lower: bool


FEATURES = (Feature("min_age", "age", lower=True), Feature("incapacity_max", "months_incapable", lower=False))


def target_group(study: Study, *, features: tuple[Feature, ...] = FEATURES, lock: str | None = None,
                 level: float = 0.95) -> Result:
    """Features of the target group that documents name, each against the people who entered.

    ``table``: project, feature, low, high (the documented bounds), unit, locator, n, of, estimate (share of those who
    entered that fulfil it), lower, upper (Clopper and Pearson), comparison: "comparable"; "not recorded" (the episodes
    have no such column); "in words only" (a statement without a number: ``feature_de``, ``feature_en`` say it);
    "nothing documented"; "too few people" (fewer than ten).

    Nothing is guessed: a feature that documents do not name, or episodes do not hold, has no share. People
    without a value in the column are left out of ``of``.
    """
    people = cohort(study, lock=lock)
    rows = []
    for project in study.table("projects")["project"]:
        own = people[people["project"].astype(str) == project]
        found = [*_numbers(study, project, own, features, level), *_words(study, project)]
        rows += found or [{"project": project, "comparison": NOT_DOCUMENTED}]
    table = pd.DataFrame(rows, columns=["project", "feature_de", "feature_en", "low", "high", "unit", "locator", "n",
                                        "of", "estimate", "lower", "upper", "comparison"])
    said = ("Documents name few bounds of target groups in numbers; where they name none, none is invented.",
            "A feature said in words only has no column to be compared with; a referral from a clinic is no diagnosis.",
            "Who fulfils a condition of entry shows that the condition was kept, not that those meant were reached.")
    return Result(table, "target group planned and found", said, len(people), study.origin("episodes", "facts"),
                  ("n", "of"), ("estimate", "lower", "upper"), "people")


def planned_shares(study: Study, plan: pd.DataFrame, *, lock: str | None = None, level: float = 0.95) -> Result:
    """Shares that a project planned for its people against those found, from a plan of one's own.

    ``plan``: project, column (of the episodes), level (a kind, for texts) or low and high (for numbers, either may be
    empty), planned_low and planned_high (the planned share from 0 to 1, as an interval).

    ``table``: project, feature, planned_low, planned_high, n, of, estimate, lower, upper, p_value (exact binomial
    against the nearest planned share; 1 if the share found is one of the planned), comparison ("comparable",
    "not recorded", "too few people"). Raises `StudyError` for absent columns and shares outside 0 to 1.
    """
    _refuse_plan(plan)
    people = cohort(study, lock=lock)
    rows = [_planned(people, row, level) for row in plan.to_dict("records")]
    table = pd.DataFrame(rows, columns=["project", "feature", "planned_low", "planned_high", "n", "of", "estimate",
                                        "lower", "upper", "p_value", "comparison"])
    said = ("A plan has no sampling error; the people found have.", "People count as independent of each other.",
            "No p-value is adjusted for several features.")
    return Result(table, "planned shares of the target group and those found", said, len(people),
                  study.origin("episodes"), ("n", "of"),
                  ("planned_low", "planned_high", "estimate", "lower", "upper"), "people")


def exact_share(fits: pd.Series, level: float = 0.95) -> dict[str, object]:
    """n of ``of`` that fit (missing left out), their share and its Clopper-Pearson limits; empty below ten people.

    >>> found = exact_share(pd.Series([True] * 7 + [False] * 3 + [None]))
    >>> found["n"], found["of"], round(found["lower"], 4), round(found["upper"], 4)
    (7, 10, 0.3475, 0.9333)
    """
    known = fits.dropna().astype(bool)
    if len(known) < FEWEST:
        return {"comparison": TOO_FEW}
    n, of = int(known.sum()), len(known)
    lower, upper = proportion_confint(n, of, alpha=1 - level, method="beta")
    return {"n": n, "of": of, "estimate": n / of, "lower": lower, "upper": upper, "comparison": COMPARABLE}


def _numbers(study: Study, project: str, people: pd.DataFrame, features: tuple[Feature, ...], level: float):
    """Rows of the bounds that documents give in numbers."""
    facts = study.table("facts")
    named = set(facts.loc[facts["project"] == project, "quantity"])
    words = study.table("quantities").set_index("quantity")
    for each in features:
        if each.quantity not in named:
            continue
        said = fact(study, project, each.quantity)
        low, high = (said.low, np.inf) if each.lower else (-np.inf, said.high)
        found = exact_share(_fulfils(people[each.column], low, high), level) if each.column in people else {
            "comparison": NOT_RECORDED}
        yield {"project": project, "feature_de": words.loc[each.quantity, "label_de"],
               "feature_en": words.loc[each.quantity, "label_en"], "low": low, "high": high, "unit": said.unit,
               "locator": said.locator, **found}


def _words(study: Study, project: str):
    """Rows of the conditions in which documents put the target group into words."""
    if not study.has("statements"):
        return
    said = study.table("statements")
    said = said[(said["project"] == project) & (said["kind"] == "condition")
                & said["label_en"].str.contains("target group", case=False)]
    for row in said.to_dict("records"):
        yield {"project": project, "feature_de": row["label_de"], "feature_en": row["label_en"],
               "locator": row["locator"], "comparison": IN_WORDS}


def _fulfils(column: pd.Series, low: float, high: float) -> pd.Series:
    """Whether each value lies in the closed interval; missing where it is missing."""
    return column.between(low, high).astype(object).where(column.notna(), None)


def _planned(people: pd.DataFrame, row: dict, level: float) -> dict[str, object]:
    """One row of `planned_shares`."""
    bounds = {word: row[name] for word, name in ((">=", "low"), ("<=", "high")) if pd.notna(row.get(name))}
    kind = row.get("level")
    words = " and ".join(f"{word} {bound:g}" for word, bound in bounds.items())
    said = f"{row['column']} {words}" if bounds else f"{row['column']}[{kind}]"
    shown = {"project": row["project"], "feature": said, "planned_low": row["planned_low"],
             "planned_high": row["planned_high"]}
    if row["column"] not in people:
        return shown | {"comparison": NOT_RECORDED}
    column = people.loc[people["project"].astype(str) == row["project"], row["column"]]
    fits = (_fulfils(column, bounds.get(">=", -np.inf), bounds.get("<=", np.inf)) if bounds
            else column.eq(kind).astype(object).where(column.notna(), None))
    found = exact_share(fits, level)
    if found["comparison"] == COMPARABLE:
        nearest = float(np.clip(found["estimate"], row["planned_low"], row["planned_high"]))
        inside = nearest == found["estimate"]
        found["p_value"] = 1.0 if inside else float(binomtest(found["n"], found["of"], nearest).pvalue)
    return shown | found


def _refuse_plan(plan: pd.DataFrame) -> None:
    needed = {"project", "column", "planned_low", "planned_high"}
    if absent := sorted(needed - set(plan.columns)):
        raise StudyError.of(f"The plan has no column {', '.join(absent)}.", "Name what was planned, a row a feature.")
    wrong = ~(plan["planned_low"].between(0, 1) & plan["planned_high"].between(plan["planned_low"], 1))
    if wrong.any():
        raise StudyError([Problem("plan", int(row) + 2, "planned_low", "", "this is no interval of shares from 0 to 1.",
                                  "Write 0.6 for 60 percent, the lower end first.")
                          for row in np.flatnonzero(wrong)])
