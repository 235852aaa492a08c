"""Which configurations of conditions go with an outcome, with everything that speaks against reading much into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from rehapro_analysis.indicators.configurations.calibration import Sets, crisp
from rehapro_analysis.indicators.configurations.conditions import condition_sets
from rehapro_analysis.indicators.configurations.counterfactuals import SOLUTIONS
from rehapro_analysis.indicators.configurations.robustness import PERMUTATIONS, SEED, Chance, chance, model_text, texts
from rehapro_analysis.indicators.configurations.solutions import fit_table
from rehapro_analysis.indicators.configurations.truth_table import CUTS, Cuts, TruthTable
from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.profile.profile import shrunken_estimates
from rehapro_analysis.indicators.profile.reliability import usable_spread
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

WAYS = 256  # codings of open cases that are run
SHARES = ("consistency", "pri", "coverage", "unique_coverage", "model_consistency", "model_coverage")
FEWEST = 4  # cases below which a truth table says nothing


def qca(data: Study | Sets | pd.DataFrame, *, outcome: Comparison | Sets | pd.Series | str,
        conditions: Sequence[str], threshold: float | None = None, cuts: Cuts = CUTS,
        expectations: Mapping[str, bool] | None = None, negated: bool = False,
        permutations: int = PERMUTATIONS, seed: int = SEED, origin: str = "own") -> Result:
    """The three solutions of a qualitative comparative analysis, one row a term.

    ``data``: a study (its documented conditions), `Sets`, or a frame of memberships by case. ``outcome``: memberships
    (a column's name, a series, `Sets`), or a `Comparison`, whose shrunken estimates are in from ``threshold`` on (the
    projects' mean by default). ``negated`` explains its absence. ``expectations`` as in `solution_models`. ``origin``
    is that of frames and of outcomes given as memberships; a study is as synthetic as what is drawn from it.

    ``table``: solution, model (text; one row set each of tied models), term, cases ("!" without the outcome), n_cases,
    consistency, pri, coverage, unique_coverage, model_consistency, model_coverage, assumed_rows (without cases),
    chance_share and chance_covering_share (see `chance`), versions_share and left_out_share (in how many codings of
    open cases, and without how many single cases, the term is in some minimal model).

    Raises `StudyError` with the reason if cases, variation, consistent rows or surely coded cases are too few.

    >>> frame = pd.DataFrame({"OWN": [1, 1, 1, 0, 0], "LOAD": [0, 0, 1, 1, 0], "GOOD": [1, 1, 0, 0, 0]}, list("abcde"))
    >>> found = qca(frame, outcome="GOOD", conditions=["OWN", "LOAD"])
    >>> found.table.loc[0, ["term", "cases"]].tolist()
    ['OWN*~LOAD', 'a, b']
    """
    if strange := sorted(set(expectations or {}) - set(conditions)):
        raise StudyError.of(f"Something is expected of {', '.join(strange)}, which is no condition.", "Leave it out.")
    sets, gone = together(data, outcome, list(conditions), threshold)
    if isinstance(data, Study) and isinstance(outcome, Comparison | str):
        origin = data.origin("projects", *["episodes"] * isinstance(outcome, Comparison))
    if len(sets.membership) < FEWEST:
        raise StudyError.of(f"Cases known in all conditions: {len(sets.membership)}; {_lost(gone)}",
                            "Choose conditions that are known of more projects, or find out what is missing.")
    base = _table(sets.membership, cuts, negated)
    if reason := base.refused():
        raise StudyError.of(reason, "No configuration can be said to go with the outcome; choose other conditions.")
    versions = [_table(frame, cuts, negated) for frame in sets.versions(limit=WAYS)]
    alone = [TruthTable(base.x.drop(index=case), base.y.drop(index=case), cuts) for case in base.x.index]
    found = chance(base, expectations, permutations=permutations, seed=seed)
    table = _rows(base, expectations, found)
    for name, others in (("versions_share", versions), ("left_out_share", alone)):
        table[name] = _kept(table, others, expectations)
    said = _rule(outcome, threshold) + _assumptions(base, sets, gone, found, len(versions))
    return Result(table, "configurations" + " (absence of the outcome)" * negated, said, len(base.x), origin,
                  shares=SHARES, counted="cases")


def outcome_set(one: Comparison, *, threshold: float | None = None, level: float = 0.95) -> Sets:
    """Projects whose shrunken estimate is at least ``threshold`` (default: their mean), open where limits cross it.

    Where less is better - dropout, say - it is those at most there. Of times the estimate is a rate.
    """
    spread = usable_spread(one)
    value, sd = shrunken_estimates(spread)
    reach = norm.isf((1 - level) / 2) * sd
    bound = float(np.mean(value)) if threshold is None else threshold
    sign = -1.0 if one.definition.direction == "lower" else 1.0
    low, middle, high = (pd.Series(number, list(one.projects), float, "OUTCOME")
                         for number in (sign * value - reach, sign * value, sign * value + reach))
    return crisp(low, high, sign * bound, value=middle)


def together(data: Study | Sets | pd.DataFrame, outcome: Comparison | Sets | pd.Series | str, conditions: list[str],
             threshold: float | None = None) -> tuple[Sets, dict[str, list[str]]]:
    """Conditions and OUTCOME of the cases known in all, and what is unknown of each other case."""
    sets = condition_sets(data) if isinstance(data, Study) else data if isinstance(data, Sets) else Sets.exact(data)
    wanted = [*conditions, *([outcome] if isinstance(outcome, str) else [])]
    if strange := [name for name in wanted if name not in sets.membership]:
        raise StudyError.of(f"There is no {', '.join(strange)}.", f"Known: {', '.join(map(str, sets.membership))}.")
    if len(set(wanted)) < len(wanted):
        raise StudyError.of("A condition stands twice, or is the outcome itself.", "Name each set once.")
    if isinstance(outcome, str):
        shown = Sets(*(frame[[outcome]].set_axis(["OUTCOME"], axis=1)
                       for frame in (sets.membership, sets.low, sets.high)))
    elif isinstance(outcome, Comparison):
        shown = outcome_set(outcome, threshold=threshold)
    else:
        shown = outcome if isinstance(outcome, Sets) else Sets.exact(outcome.to_frame("OUTCOME"))
    everywhere = Sets(*(frame.reindex(sets.membership.index).set_axis(["OUTCOME"], axis=1)
                        for frame in (shown.membership, shown.low, shown.high)))
    return sets.join(everywhere).of([*conditions, "OUTCOME"])


def _rule(outcome: object, threshold: float | None) -> tuple[str, ...]:
    """How an indicator became the outcome."""
    if not isinstance(outcome, Comparison):
        return ()
    bound = "the mean of the projects" if threshold is None else f"{threshold:g}"
    side = "most" if outcome.definition.direction == "lower" else "least"
    return (f"Outcome: {outcome.definition.label_en}, shrunken estimate at {side} {bound}; a case is open if its "
            "95 % limits hold that number.",)


def _table(frame: pd.DataFrame, cuts: Cuts, negated: bool) -> TruthTable:
    y = frame["OUTCOME"]
    return TruthTable(frame.drop(columns="OUTCOME"), 1 - y if negated else y, cuts)


def _rows(base: TruthTable, expectations: Mapping[str, bool] | None, found: Mapping[str, Chance]) -> pd.DataFrame:
    parts = []
    for solution, models in base.models(dict(expectations or {})).items():
        for model in models:
            fit = fit_table(model, base.x, base.y)
            parts.append(fit.assign(solution=solution, model=model_text(model, base.x),
                                    assumed_rows=base.assumed(model), chance_share=found[solution].share,
                                    chance_covering_share=found[solution].covering_share))
    table = pd.concat(parts, ignore_index=True)
    first = ["solution", "model", "term"]
    return table[[*first, *(name for name in table if name not in first)]]


def _kept(table: pd.DataFrame, others: list[TruthTable], expectations: Mapping[str, bool] | None) -> list[float]:
    """For each row, the share of other truth tables with its term in some minimal model of its solution."""
    written = [{solution: {term for model in models for term in model.split(" + ")}
                for solution, models in texts(other, expectations).items()} for other in others]
    return [sum(term in run[solution] for run in written) / len(written)
            for solution, term in zip(table["solution"], table["term"], strict=True)]


def _assumptions(base: TruthTable, sets: Sets, gone: Mapping[str, list[str]], found: Mapping[str, Chance],
                 versions: int) -> tuple[str, ...]:
    rows, by = base.rows, base.rows["outcome"].value_counts()
    mixed = rows.loc[rows["outcome"].eq("contradiction"), "cases"]
    dealt = next(iter(found.values()))
    share = ", ".join(f"{solution} {found[solution].share:.0%} ({found[solution].covering_share:.0%} that also cover "
                      "as much)" for solution in SOLUTIONS)
    return (
        f"{len(base.x)} cases, {len(rows)} configurations, {by.get('remainder', 0)} of them with too few cases; "
        f"positive from consistency {base.cuts.consistency:g}, PRI {base.cuts.pri:g} and {base.cuts.frequency} cases.",
        f"As short and consistent a solution would appear by chance in: {share}; "
        f"{'all' if dealt.complete else 'random'} {dealt.relabelings} ways to deal the outcomes.",
        "Contradictory configurations: " + ("; ".join(mixed) if len(mixed) else "none") + ".",
        "Open cases, run both ways: " + (", ".join(f"{case} in {name}" for case, name in sets.crossing) or "none")
        + f"; {versions} coding(s).",
        _lost(gone),
        "A configuration describes these cases; it is neither a cause nor a forecast for another project.",
    )


def _lost(gone: Mapping[str, list[str]]) -> str:
    return "Left out, unknown: " + ("; ".join(f"{case} ({', '.join(names)})" for case, names in gone.items())
                                    or "none") + "."
