"""Which indicators a chapter works through: one that separates as surely as any, one that does not."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

ROLES = ("separates most surely", "least decided")


def example_indicators(overview: Result) -> Result:
    """The indicators for worked examples, chosen from `separation_overview` by a rule.

    First the one whose spread most surely exceeds its threshold (smallest p_relevant, confirmatory ones first). Then,
    of the others, one that cannot be decided (D, else C, else any), that with the most people. ``table``: role,
    indicator, label_de, label_en, verdict, why.

    Where none can be judged it is the one with the most people, and no second. Raises :class:`StudyError` if nobody
    has a value of any indicator.
    """
    table = overview.table[overview.table["n"] > 0]
    if table.empty:
        raise StudyError.of("Nobody has a value of any indicator.", "The overview names the reason of each.")
    judged = table[table["verdict"] != "X"]
    if judged.empty:
        why = ["It has the most people. What follows shows how it is computed, and is no answer."]
        return _result(table.nlargest(1, "n"), ["none can be judged"], why, overview)
    first = judged.sort_values(["confirmatory", "p_relevant"], ascending=[False, True], kind="stable").index[0]
    rest = judged.drop(first).sort_values("n", ascending=False, kind="stable")
    openness = rest["verdict"].map({"D": 0, "C": 1}).fillna(2)
    second = rest.loc[openness.sort_values(kind="stable").index[:1]]
    why = ["Its spread exceeds the threshold most surely, among those named beforehand if there are any.",
           "Of the others it is the least decided, and of those the one with the most people."]
    return _result(judged.loc[[first, *second.index]], ROLES, why, overview)


def _result(rows: pd.DataFrame, roles: Sequence[str], why: Sequence[str], overview: Result) -> Result:
    table = rows.assign(role=roles[:len(rows)], why=why[:len(rows)]).reset_index(drop=True)
    return Result(table[["role", "indicator", "label_de", "label_en", "verdict", "why"]],
                  "indicators for the worked examples", ("The rule looks at the verdicts, so it shows extremes.",),
                  len(table), overview.origin)
