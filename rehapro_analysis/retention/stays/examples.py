"""Examples: which projects a worked example looks at, chosen by a rule that does not look for a nice result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.summaries import milestone
from rehapro_analysis.retention.event_tables.events import event_table
from rehapro_analysis.study.origins import frame_origin

PAST = 1.05  # shares of the planned stay: past its end, with a margin for the last days
FEWEST_WATCHED, FEWEST_EXITS = 20, 5
CHOSEN = ("The two of the comparison are chosen by their size, not by how they differ.",
          "The one for plan and stay is chosen for what it shows: it is the extreme, not an average project.")
ROLES = ("plan and stay", "comparison, one side", "comparison, other side")


def example_projects(people: pd.DataFrame, *, origin: str | None = None) -> Result:
    """The projects for worked examples: one for what became of the plan, two for a comparison.

    ``people`` comes from :func:`cohort`. The first is the project with the largest share of people still there
    past their planned end (5 percent of the plan on), among those in which 20 were watched that long; if there is
    none, the one most people entered. The two others are those most people entered among projects with at least 5
    exits, where fewer than two have as many, among those with at least 5 people; with one of those there is none.

    ``table``: role, project, why (a sentence).

    >>> people = pd.DataFrame({"project": ["A"] * 6 + ["B"] * 9, "stop": 2.0, "event": "dropout", "planned": 3.0})
    >>> example_projects(people).table["project"].tolist()
    ['B', 'B', 'A']
    """
    origin = frame_origin(people, origin)
    entered = people.groupby("project", observed=True).size()
    exits = people[people["event"] != "censored"].groupby("project", observed=True).size()
    enough = entered[exits.reindex(entered.index, fill_value=0) >= FEWEST_EXITS]
    among, of = (enough, "exits") if len(enough) > 1 else (entered[entered >= FEWEST_EXITS], "people")
    compared = among.nlargest(2, keep="first").index if len(among) > 1 else []
    rows = [(ROLES[0], *_past_the_plan(people, entered))]
    rows += [(role, name, f"It is one of the two that most people entered, among those with at least {FEWEST_EXITS} "
              f"{of}.") for role, name in zip(ROLES[1:], compared, strict=False)]
    return Result(pd.DataFrame(rows, columns=["role", "project", "why"]).astype({"project": object}),
                  "projects for the worked examples", CHOSEN, len(people), origin, counted="people")


def _past_the_plan(people: pd.DataFrame, entered: pd.Series) -> tuple[str, str]:
    """The project for plan and stay, and why."""
    planned = people[people["planned"] > 0].reset_index(drop=True)
    if len(planned):
        share = np.asarray(planned["stop"], float) / np.asarray(planned["planned"], float)
        table = event_table(planned.assign(share=share), stop="share", event="event", by="project")
        past = milestone(table, [PAST]).table
        past = past[past["n_risk"] >= FEWEST_WATCHED]
        if len(past):
            best = past.loc[past["estimate"].idxmax()]
            return str(best["project"]), (
                f"Of its people {best['estimate']:.0%} were still there past the planned end, the largest share where "
                f"at least {FEWEST_WATCHED} were watched that long.")
    return str(entered.idxmax()), (f"In no project were {FEWEST_WATCHED} people watched past a planned end; this is "
                                   "the one most people entered.")
