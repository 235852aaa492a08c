"""Networks at dates: which ties were in force, and how much of a network is the same later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError

if TYPE_CHECKING:
    from rehapro_analysis.networks.ties.network import PartnerNetwork

_TIE = ["project", "source", "target"]


def ties_at(ties: pd.DataFrame, events: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """The rows that say something of that day, with the status of that day.

    A pair with a history has its last status up to the day; before its first step its rows are left
    out. Else a row is left out before ``since``, and from ``until`` on it is ended. An empty ``since``
    is before the project, an empty ``until`` still open.
    """
    past = events[events["on"] <= date].sort_values("on", kind="stable").groupby(_TIE)["status"].last()
    keys = pd.MultiIndex.from_frame(ties[_TIE])
    told = keys.isin(pd.MultiIndex.from_frame(events[_TIE]))
    begun, over = ~(ties["since"] > date), ties["until"] <= date
    status = ties["status"].mask(over & ties["status"].eq("active"), "ended").to_numpy(object)
    status = np.where(told, past.reindex(keys).to_numpy(object), status)
    return ties.assign(status=status)[np.where(told, pd.notna(status), begun)]


def tie_stability(before: PartnerNetwork, after: PartnerNetwork) -> Result:
    """How much of a network is the same at a second date: Jaccard's J = both / (both + only one).

    Counted are ordered pairs (of mutual ties: pairs) of actors of both networks that are known at both
    dates. ``table``: estimate (J), n_stable, n_formed, n_dissolved, n_absent, formation (formed / (formed
    + absent)), dissolution (dissolved / (stable + dissolved)), n_joined and n_left (actors),
    share_missing (pairs of common actors not known at both dates). nan where nothing can be divided.

    Caution: a tie that looks new may only have been recorded later.

    >>> from rehapro_analysis.networks import PartnerNetwork
    >>> first = PartnerNetwork.from_matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    >>> second = PartnerNetwork.from_matrix([[0, 1, 1], [0, 0, 0], [0, 0, 0]])
    >>> tie_stability(first, second).table[["estimate", "n_stable", "n_formed", "n_dissolved"]].to_numpy().tolist()
    [[0.3333333333333333, 1.0, 1.0, 1.0]]
    """
    if before.directed != after.directed:
        raise StudyError.of("One network has directed ties, the other mutual ones.", "Read both in the same way.")
    common = sorted(set(before.codes) & set(after.codes))
    first, second = (_common(network, common) for network in (before, after))
    known = ~(np.isnan(first) | np.isnan(second))
    pairs = len(common) * (len(common) - 1) // (1 if before.directed else 2)
    stable, formed, dissolved, absent = (
        int((known & (first.astype(bool) == was) & (second.astype(bool) == stays)).sum())
        for was, stays in ((True, True), (False, True), (True, False), (False, False)))
    row = {
        "estimate": _share(stable, stable + formed + dissolved), "n_stable": stable, "n_formed": formed,
        "n_dissolved": dissolved, "n_absent": absent, "formation": _share(formed, formed + absent),
        "dissolution": _share(dissolved, stable + dissolved), "n_joined": len(after.codes) - len(common),
        "n_left": len(before.codes) - len(common), "share_missing": _share(pairs - int(known.sum()), pairs),
    }
    notes = ("Compared are the actors of both networks and the pairs known in both.",)
    return Result(pd.DataFrame([row]), "stability of ties (Jaccard)",
                  tuple(dict.fromkeys((*before.assumptions, *after.assumptions, *notes))), len(common), after.origin)


def _common(network: PartnerNetwork, codes: list[str]) -> np.ndarray:
    """The cells of these actors; of mutual ties each pair once."""
    chosen = [network.codes.index(code) for code in codes]
    cells = network.matrix()[np.ix_(chosen, chosen)]
    return cells if network.directed else np.where(np.triu(np.ones(cells.shape)) > 0, cells, np.nan)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
