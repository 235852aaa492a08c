"""The synthetic study as files: one CSV a table and a page that says what is documented and what assumed."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from rehapro_analysis.study.synthetic.anchors import ANCHORS
from rehapro_analysis.study.synthetic.coaches import EFFECTS
from rehapro_analysis.study.synthetic.plan import ENTERED, LEFT, LOCK, PANDEMIC, PLANS, STATES, Plan, Quota
from rehapro_analysis.study.synthetic.study import SEED, draw_study
from rehapro_analysis.study.tables import TABLES


def write_synthetic(folder: str | Path, seed: int = SEED) -> None:
    """Write every table and README.md into ``folder``; each file appears whole or not at all."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = draw_study(seed)
    texts = {f"{name}.csv": _csv(name, frame) for name, frame in tables.items()}
    texts["README.md"] = readme(tables, seed)
    for name, text in texts.items():
        partial = folder / f".{name}.partial"
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, folder / name)


def readme(tables: dict[str, pd.DataFrame], seed: int = SEED) -> str:
    """The page that lies beside the tables."""
    sizes = "\n".join(f"| {name} | {TABLES[name].row} | {len(frame)} |" for name, frame in tables.items())
    projects = "\n".join(f"| {plan.project} | {_documented(plan)} | {_assumed(plan)} |" for plan in PLANS)
    return _README.format(seed=seed, lock=LOCK, begin=PANDEMIC[0], end=PANDEMIC[1], sizes=sizes, projects=projects,
                          **EFFECTS)


def _csv(name: str, frame: pd.DataFrame) -> str:
    """The table as text: days without hours, whole numbers without a point, sets joined with ``|``."""
    shown = frame.astype(object)
    kinds = {column.name: column.kind for column in TABLES[name].columns}
    for column, values in frame.items():
        kind = kinds.get(column) or ("number" if values.dtype == "float64" else "text")
        if kind in _WRITERS:
            shown[column] = [None if _missing(value) else _WRITERS[kind](value) for value in values]
    return shown.to_csv(index=False, lineterminator="\n")


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value


_WRITERS = {
    "date": lambda day: day.date().isoformat(),
    "number": lambda number: f"{number:.10g}",
    "integer": lambda number: f"{number:.0f}",
    "boolean": lambda truth: "true" if truth else "false",
    "set": lambda members: "|".join(sorted(members)),
}


def _documented(plan: Plan) -> str:
    anchors = [anchor for (project, _), anchor in ANCHORS.items() if project == plan.project]
    return "; ".join(
        f"{anchor.quantity} {anchor.low:g}" + (f"–{anchor.high:g}" if anchor.high != anchor.low else "")
        + f" ({anchor.locator}): {anchor.how}" for anchor in anchors)


def _assumed(plan: Plan) -> str:
    """The plan's own numbers that no anchor gives."""
    own = {quantity for project, quantity in ANCHORS if project == plan.project}
    said = [
        f"opened {plan.opened}" + (f", first entry {plan.first_entry}" if plan.first_entry else ""),
        f"cycles begin {', '.join(plan.cycles)}" if plan.cycles else f"{plan.wait:g} days until entry on average",
        "people drawn: " + ", ".join(map(_kept, plan.quotas)),
        "" if own & {"planned_stay", "cycle_length", "stay_max"} else f"planned stay {plan.planned} months",
        f"{plan.admitted:.0%} of referrals enter",
        _longer(plan),
        f"63 % would have left after {plan.dropout:g} (dropout), {plan.employment:g} (employment), "
        f"{plan.transfer:g} (transfer), {plan.other:g} (other) months if no other exit existed",
        f"{plan.coaches} coaching posts" + (f" ({sum(plan.fte):g} full)" if plan.fte else ""),
        f"phases {', '.join(plan.phases)}",
        "organisations: " + ", ".join(f"{n} {kind}" for kind, n in plan.partners),
        f"{plan.chain:.0%} of cases handed on, the rest shared",
        f"{plan.response:.0%} of follow-ups answered",
    ]
    return "; ".join(sentence for sentence in said if sentence)


def _longer(plan: Plan) -> str:
    low, high = plan.extension
    return f"{plan.extended:.0%} may stay {low:g} to {high:g} months longer" if plan.extended else "no extensions"


def _kept(quota: Quota) -> str:
    """A quota in words.

    >>> _kept(Quota(11, ("current",), 3))
    '11 current in cycle 3'
    """
    short = {STATES: "", ENTERED: " entered", LEFT: " left"}
    who = short.get(quota.states, f" {' or '.join(quota.states)}")
    stretched = {None: "", True: " beyond the plan", False: " within the plan"}[quota.extended]
    return f"{quota.n}{who}{stretched}" + (f" in cycle {quota.cycle}" if quota.cycle else "")


_README = """These people are invented: no row describes a person, a coach, an organisation or a result of any project.

# Synthetic study

`python -m rehapro_analysis synthesise` draws these tables from the seed {seed} and always writes the same bytes,
this page included. They exist so that every analysis can be run and tested before real data arrive. They agree with
the documented numbers below as of {lock}; everything else is assumed. What an analysis finds here is what was
put in.

The table `projects` lies in `data/documented`: read both folders together. Codes of organisations begin with `syn-`,
so that no invented tie touches a documented organisation. Every row has the origin `synthetic`.

## Tables

| table | one row is | rows |
|---|---|---|
{sizes}

Waves of `measurements`: 0 at entry, 1 after 6 and 2 after 12 months, 3 at exit (forms of work), 4 six months after
the exit (only `work_after`). A follow-up that was due and is missing has a row without day and value. Indicators
without rows of their own in `measurements` follow from dated stays by the named `rule` of their definition.
`planned_until` is the first plan; an extension shows as a stay beyond it. Further columns of `episodes`: `age`
(years), `sex`, `education`, `years_unemployed`, `severity` (standardised, higher is worse).

## What holds for all projects (assumed)

* Referrals grow for five months and halve in the pandemic, {begin} to {end} (last day excluded). In it,
  employment exits are half as frequent, transfers 0.7 and dropouts 1.3 times as frequent.
* Dropout comes early (Weibull shape 0.75), employment late (1.5). Severity and years of unemployment move both.
* Coaches differ: standard deviations of {on_dropout} (dropout) and {on_employment} (employment) on the log hazard and
  {on_gain} points of wellbeing for each wave. Three posts in ten change hands.
* Forms of work at exit, work ability, contacts with the coach and work six months later differ by project and coach
  (module `outcomes`); a person has at most one form of paid work.
* Follow-ups are missing not at random: low wellbeing and having left make an answer less likely.
* Euregio is drawn at a fifth of its plan, because its numbers are a plan for the whole run; only the shares are
  compared. Numbers of ICH and G4PZ were reported months later and are ceilings.
* 770 people of PROGES are read as the number expected (reading A), so that half of them, 385, have entered.
* The mean stay of 18 months in SegelSetzen cannot be seen by {lock}: the first people entered less than 24 months
  before. It is the mean of the full stays from which the draw is cut at the lock date.

## Project by project

Locators are sections and bullets of the forum's documentation; `web` stands with its address in
`data/documented/facts.csv`.

| project | documented, and what the draw makes of it | assumed |
|---|---|---|
{projects}
"""
