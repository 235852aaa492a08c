"""What comes in: the tables of a study, read, checked and handed on."""

from rehapro_analysis.study.evidence import (
    TOPICS,
    Fact,
    coverage,
    disagreements,
    fact,
    project_overview,
    topic_summary,
)
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study, read_study
from rehapro_analysis.study.statements import open_questions, statement_counts
from rehapro_analysis.study.tables import TABLES

__all__ = [
    "TABLES", "TOPICS", "Fact", "Problem", "Study", "StudyError", "coverage", "disagreements", "fact",
    "open_questions", "project_overview", "read_study", "statement_counts", "topic_summary",
]
