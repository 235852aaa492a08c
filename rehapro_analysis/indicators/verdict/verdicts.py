"""The verdict: X, E, D, C, B or A, in this order of evaluation, after adjustment for the family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from rehapro_analysis.indicators.differences.heterogeneity import Heterogeneity
from rehapro_analysis.indicators.verdict.gate import Gate

ALPHA = 0.05  # family-wise error of the confirmatory family; false discoveries of p_any
EXPLORATORY = 0.10  # false discovery rate of the rest
TIPPING = 0.05  # intra-class correlation that a separation with unknown coaches must survive
METHODS = {"p_any": "fdr_bh", "p_relevant": "holm", "p_equivalent": "holm"}  # in the confirmatory family


def adjusted(table: pd.DataFrame) -> pd.DataFrame:
    """The table with p_any_adjusted, p_relevant_adjusted and p_equivalent_adjusted.

    Holm over the confirmatory family, separately for both directed tests, Benjamini and Hochberg for the rest; p_any
    is descriptive, Benjamini and Hochberg within each. Indicators that cannot be judged do not count.

    >>> table = pd.DataFrame({"confirmatory": [True, True, False], "p_any": [.01, .04, .5],
    ...                       "p_relevant": [.01, .04, .5], "p_equivalent": [np.nan, .9, .5]})
    >>> adjusted(table)["p_relevant_adjusted"].tolist(), adjusted(table)["p_any_adjusted"].tolist()
    ([0.02, 0.04, 0.5], [0.02, 0.04, 0.5])
    """
    chosen = table["confirmatory"].astype(bool)
    for name, method in METHODS.items():
        both = _corrected(table[name].where(chosen), method), _corrected(table[name].where(~chosen), "fdr_bh")
        table = table.assign(**{f"{name}_adjusted": both[0].where(chosen, both[1])})
    return table


def verdict(row: Mapping[str, object], gates: Sequence[Gate]) -> tuple[str, tuple[str, ...]]:
    """The letter, and for B what keeps it from A: names of gates failed or unchecked, "exploratory", "tipping_icc".

    X cannot be judged; E practically alike (p_equivalent <= alpha); A and B separate (p_relevant and p_any <= alpha:
    with few events a project the first alone is too bold), A if every gate is passed; C differences whose relevance
    is open (p_any <= alpha); D cannot be decided.
    """
    if row["reason_en"]:
        return "X", ()
    alpha = ALPHA if row["confirmatory"] else EXPLORATORY
    if row["p_equivalent_adjusted"] <= alpha:
        return "E", ()
    if row["p_relevant_adjusted"] <= alpha and row["p_any_adjusted"] <= alpha:  # who claims more must show less too
        against = tuple(_against(row, gates))
        return ("B", against) if against else ("A", ())
    return ("C" if row["p_any_adjusted"] <= ALPHA else "D"), ()


def plain_verdict(spread: Heterogeneity, threshold: float) -> str:
    """The letter of one spread by itself: without a family, without gates (so never B), p_any by the F reference.

    >>> plain_verdict(Heterogeneity(np.array([0.0, 10, 20]), np.ones(3), np.ones(3)), 1.0)
    'A'
    """
    named = not np.isnan(threshold)
    row = {"reason_en": "", "confirmatory": True, "coaches_known": True, "p_any_adjusted": spread.p_any(),
           "p_relevant_adjusted": spread.p_relevant(threshold) if named else np.nan,
           "p_equivalent_adjusted": spread.p_equivalent(threshold) if named else np.nan}
    return verdict(row, ())[0]


def _against(row: Mapping[str, object], gates: Sequence[Gate]):
    if not row["confirmatory"]:
        yield "exploratory"
    if not row["coaches_known"] and not row["tipping_icc"] >= TIPPING:
        yield "tipping_icc"
    asked = (gate for gate in gates if row["coaches_known"] or not gate.of_coaches)
    yield from (gate.name for gate in asked if not gate.passed(row[gate.name]))


def _corrected(p: pd.Series, method: str) -> pd.Series:
    """Adjusted p-values; missing ones stay missing and count for nothing."""
    found = p.notna()
    result = pd.Series(np.nan, index=p.index)
    if found.any():
        result[found] = multipletests(p[found], method=method)[1]
    return result
