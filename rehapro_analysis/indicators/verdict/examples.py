"""Which indicators a chapter works through: one that separates as surely as any, one that does not."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

ROLES = ("separates most surely", "least decided")


def example_indicators(overview: Result) -> Result:
    """The indicators for worked examples, chosen from `separation_overview` by a rule.

    First the one whose spread most surely exceeds its threshold (smallest p_relevant, confirmatory ones first). Then,
    of the others, one that cannot be decided (D, else C, else any), that with the most people. ``table``: role,
    indicator, label_de, label_en, verdict, why.

    Raises :class:`StudyError` if no indicator can be judged.
    """
    judged = overview.table[overview.table["verdict"] != "X"]
    if judged.empty:
        raise StudyError.of("No indicator can be judged with these data.", "The overview names the reason of each.")
    first = judged.sort_values(["confirmatory", "p_relevant"], ascending=[False, True], kind="stable").index[0]
    rest = judged.drop(first).sort_values("n", ascending=False, kind="stable")
    openness = rest["verdict"].map({"D": 0, "C": 1}).fillna(2)
    second = rest.loc[openness.sort_values(kind="stable").index[:1]]
    why = ["Its spread exceeds the threshold most surely, among those named beforehand if there are any.",
           "Of the others it is the least decided, and of those the one with the most people."]
    rows = judged.loc[[first, *second.index], ["indicator", "label_de", "label_en", "verdict"]]
    table = rows.assign(role=ROLES[:len(rows)], why=why[:len(rows)]).reset_index(drop=True)
    return Result(pd.DataFrame(table[["role", "indicator", "label_de", "label_en", "verdict", "why"]]),
                  "indicators for the worked examples", ("The rule looks at the verdicts, so it shows extremes.",),
                  len(table), overview.origin)
