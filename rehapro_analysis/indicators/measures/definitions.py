"""What an indicator is: its scale, its rule, its mandate and the difference that would matter."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import Problem, StudyError, nearest
from rehapro_analysis.study.reading import Study

NOT_AN_AIM = "not an aim"
IN_TIME = {"higher": "sooner", "lower": "later or never", "none": "none"}  # what a higher or lower rate means


@dataclass(frozen=True)
class Indicator:
    """One row of the table `indicators`, with the projects whose aim it explicitly is not.

    ``relevant_difference`` is the difference between the best and the worst project that would change what
    people do, agreed before the data are seen, in the unit of the values, in standard deviations of persons
    or as a ratio (``difference_in``); None if nobody has named it. ``wave`` None means the last one.
    """

    indicator: str
    label_de: str
    label_en: str
    scale: str
    level: str = "participant"
    direction: str = "higher"
    domain: str = ""
    relevant_difference: float | None = None
    difference_in: str = "unit"
    confirmatory: bool = False
    rule: str = "measured"
    wave: int | None = None
    window: int | None = None
    not_an_aim: frozenset[str] = frozenset()

    def label(self, language: str) -> str:
        """The label in "de" or "en"."""
        return self.label_de if language == "de" else self.label_en


def indicator_definition(study: Study, indicator: str) -> Indicator:
    """The definition of one indicator; `StudyError` if the study lacks it or it contradicts itself."""
    rows = study.table("indicators")
    known = rows["indicator"].tolist()
    if indicator not in known:
        like = nearest(indicator, known)
        raise StudyError.of(f"The study has no indicator {indicator!r}.",
                            f"Did you mean {like}?" if like else f"There are: {', '.join(known)}.")
    return _definition(rows[rows["indicator"] == indicator].iloc[0], not_aims(study))


def indicator_definitions(study: Study) -> Result:
    """All indicators of a study as they were agreed, one row each, confirmatory ones first.

    ``table``: indicator, label_de, label_en, area (domain), scale, level, direction (of times: sooner, later or
    never), rule, wave, window, relevant_difference, difference_in, confirmatory, not_an_aim (projects, joined with
    commas).
    Raises :class:`StudyError` for definitions that contradict themselves.
    """
    elsewhere = not_aims(study)
    rows = [vars(_definition(row, elsewhere)) for _, row in study.table("indicators").iterrows()]
    table = pd.DataFrame(rows, columns=list(Indicator.__dataclass_fields__))
    timed = table["scale"].eq("time")  # the estimate of a time is a rate, which tells a reader little
    table["direction"] = table["direction"].mask(timed, table["direction"].map(IN_TIME))
    table["not_an_aim"] = [", ".join(sorted(projects)) for projects in table["not_an_aim"]]
    table = table.rename(columns={"domain": "area"}).sort_values(["confirmatory", "indicator"], ascending=[False, True],
                                                                 ignore_index=True)
    said = ("A relevant difference is agreed before the data are seen.",
            "A project whose aim an indicator explicitly is not is left out of its comparison.")
    return Result(table, "indicator definitions", said, len(table), study.origin("indicators"))


def not_aims(study: Study) -> dict[str, frozenset[str]]:
    """The projects whose aim an indicator explicitly is not, by indicator; empty without the table `mandates`."""
    if not study.has("mandates"):
        return {}
    rows = study.table("mandates")
    rows = rows[rows["mandate"] == NOT_AN_AIM]
    return {name: frozenset(projects) for name, projects in rows.groupby("indicator")["project"]}


def _definition(row: pd.Series, elsewhere: dict[str, frozenset[str]]) -> Indicator:
    given = {name: row[name] for name in Indicator.__dataclass_fields__ if name in row and pd.notna(row[name])}
    given |= {name: int(given[name]) for name in ("wave", "window") if name in given}
    found = Indicator(**given, not_an_aim=elsewhere.get(row["indicator"], frozenset()))
    if reasons := list(_contradictions(found)):
        raise StudyError([Problem("indicators", None, column, "", f"{found.indicator}: {message}", remedy)
                          for column, message, remedy in reasons])
    return found


def _contradictions(one: Indicator):
    if one.rule.endswith("within window") and one.window is None:
        yield "window", f"the rule {one.rule!r} needs a window.", "Write the days after entry."
    if (one.scale == "time") != one.rule.endswith(("after referral", "after entry")):
        yield "rule", f"the scale {one.scale} and the rule {one.rule!r} do not fit.", "Times come from dated stays."
    if one.rule.endswith("within window") and one.scale != "binary":
        yield "scale", f"the rule {one.rule!r} gives yes or no.", "Write binary."
    if one.difference_in == "ratio" and one.scale not in ("count", "time"):
        yield "difference_in", "a ratio is a difference of counts and times only.", "Write unit."
    if one.difference_in == "standard deviations" and one.scale not in ("metric", "ordinal"):
        yield "difference_in", f"a {one.scale} value has no standard deviation of its own.", "Write unit or ratio."
    if one.scale == "time" and one.relevant_difference is not None and one.difference_in != "ratio":
        yield "difference_in", "times are compared as ratios of rates.", "Write the ratio that matters, and ratio."
    if one.difference_in == "ratio" and (one.relevant_difference or 2) <= 1:
        yield "relevant_difference", "a ratio that matters exceeds 1.", "Write the larger by the smaller."
