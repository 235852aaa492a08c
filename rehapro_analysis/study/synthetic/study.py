"""All tables of the synthetic study from one seed."""

from __future__ import annotations

import pandas as pd

from rehapro_analysis.study.cells import DTYPES
from rehapro_analysis.study.synthetic.cards import draw_cards
from rehapro_analysis.study.synthetic.coaches import draw_coaches
from rehapro_analysis.study.synthetic.episodes import draw_episodes
from rehapro_analysis.study.synthetic.indicators import INDICATORS
from rehapro_analysis.study.synthetic.measurements import draw_measurements
from rehapro_analysis.study.synthetic.networks import draw_actors, draw_carriers, draw_tie_events, draw_ties
from rehapro_analysis.study.synthetic.outcomes import draw_outcomes
from rehapro_analysis.study.synthetic.phases import draw_phases
from rehapro_analysis.study.synthetic.plan import PLANS, Plan
from rehapro_analysis.study.synthetic.responsibility import draw_responsibility
from rehapro_analysis.study.tables import TABLES

SEED = 20220615
CASE_MIX = ("age", "sex", "education", "years_unemployed", "severity")


def draw_study(seed: int = SEED) -> dict[str, pd.DataFrame]:
    """The tables by name, invented from ``seed`` alone, every row with origin ``synthetic``.

    Columns are those of ``TABLES``, after which ``episodes`` has ``CASE_MIX``: age in years, sex,
    education, years_unemployed, severity (standardised). Each project draws from streams of its
    own, so that changing one leaves the others as they are. There is no table ``projects``: read
    the study together with the documented one.

    Caution: these people are invented. What an analysis finds here is what was put in.
    """
    projects = [_draw_project(plan, seed) for plan in PLANS] + [{"indicators": INDICATORS}]
    found = [name for name in TABLES if any(name in project for project in projects)]
    return {name: _table(name, [project[name] for project in projects if name in project]) for name in found}


def _draw_project(plan: Plan, seed: int) -> dict[str, pd.DataFrame]:
    coaches, people, actors = draw_coaches(plan, seed), draw_episodes(plan, seed), draw_actors(plan)
    events = draw_tie_events(plan, actors, seed)
    ties = draw_ties(plan, actors, events, seed)
    measured = draw_measurements(plan, people, seed)
    return {
        "coaches": coaches, "episodes": people, "actors": actors, "tie_events": events, "ties": ties,
        "phases": draw_phases(plan, people, seed),
        "measurements": pd.concat([measured, draw_outcomes(plan, people, measured, seed)], ignore_index=True),
        "carriers": draw_carriers(plan, ties, coaches, seed),
        "responsibility": draw_responsibility(plan, people, actors, seed),
        **draw_cards(plan, people, seed),
    }


def _table(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """One table in the declared columns and types, sorted by its key."""
    declared = TABLES[name]
    filled = [frame for frame in frames if len(frame)]
    together = pd.concat(filled, ignore_index=True).assign(origin="synthetic")
    columns = [column.name for column in declared.columns] + list(CASE_MIX if name == "episodes" else ())
    types = {column.name: DTYPES[column.kind] for column in declared.columns}
    together = together.reindex(columns=columns).astype(types)
    return together.sort_values(list(declared.key), kind="stable", ignore_index=True)
