"""The forum's coded statements: strengths, hindering and helping factors, open questions."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study


def statement_counts(study: Study) -> Result:
    """How many statements of each kind each part of the forum made: one row a part."""
    statements = study.table("statements")
    table = pd.crosstab(statements["forum_part"], statements["kind"]).reset_index()
    table.columns.name = None
    return Result(table, "coded statements by part of the forum",
                  ("A count of statements says what was talked about, not how important it was.",),
                  len(statements), study.origin("statements"), counted="statements")


def open_questions(study: Study) -> Result:
    """The open questions of the forum, each with the notebook that takes it up.

    ``table``: notebook, forum_part, question_en, question_de, locator. ``none`` stands where no
    notebook can: monitoring data do not answer the question.
    """
    statements = study.table("statements")
    asked = statements[statements["kind"] == "open question"].sort_values(
        ["notebook", "forum_part", "statement"], kind="stable")
    table = asked[["notebook", "forum_part", "label_en", "label_de", "locator"]].rename(
        columns={"label_en": "question_en", "label_de": "question_de"}).reset_index(drop=True)
    return Result(table, "open questions of the forum", ("Coded in own words; the locator leads to the source.",),
                  len(table), study.origin("statements"), counted="questions")
