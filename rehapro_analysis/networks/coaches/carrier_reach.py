"""Reach after turnover: which partners and legal domains a team still reaches, over partners of partners too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.networks.coaches.carriers import ALIKE, CARRIED, FIRM, UNTOLD, CarriedTies, carried_ties
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import LEGAL_DOMAINS

ENUMERATED = 12  # carriers up to which all departures are looked at
AT_ONCE = 4096

LASTING = "Ties among partners depend on none of the team's persons and are taken as mutual; only reported ones count."


@dataclass(frozen=True, eq=False)
class _Surroundings:
    """The actors around a team: ``first`` (E, A) leads from its ties to actors, ``among`` (A, A) between these,
    ``domains`` (A, D) are their legal domains."""

    first: np.ndarray
    among: np.ndarray
    domains: np.ndarray

    def reached(self, left: np.ndarray, steps: int) -> np.ndarray:
        """Which actors are reached within ``steps``, shape (N, A); ``left`` (N, E) says which ties are."""
        found = left.astype(np.float32) @ self.first > 0
        for _ in range(steps - 1):
            found |= found.astype(np.float32) @ self.among > 0
        return found

    def counts(self, left: np.ndarray, steps: int) -> np.ndarray:
        """Numbers of actors and of legal domains reached, shape (N, 2)."""
        found = self.reached(left, steps)
        return np.stack([found.sum(axis=1), (found.astype(np.float32) @ self.domains > 0).sum(axis=1)], axis=1)


def reach_after_turnover(
    study: Study, project: str | Sequence[str] | None = None, *, turnover: Sequence[float] = (0.1, 0.25, 0.5),
    steps: int = 2, draws: int = 10_000, seed: int = 0, lock: date | str | None = None,
) -> Result:
    """How many partners and legal domains a team is expected to reach if each person leaves with chance q.

    A partner is reached over a tie that is left, or over at most ``steps`` - 1 partners from there. ``table``: project,
    steps, turnover (q), n_partners (reached today), estimate (expected share of them), std_error (of the simulation, 0
    where exact), n_domains (books of the social code among partners reached today), domains (expected number),
    exact. All departures of up to 12 carriers are enumerated; with more, ``draws`` departures are simulated, the
    same random numbers for every q, so that differences between q are no accident.

    Caution: a tie among partners that nobody reported cannot bridge a loss; the reach is a lower limit.
    """
    teams = list(carried_ties(study, project, lock=lock))
    shares = np.asarray(turnover, float)
    table = pd.concat([_expected(ties, _surroundings(study, ties), shares, steps, draws, seed) for ties in teams],
                      ignore_index=True)
    return Result(table, f"reach within {steps} steps after turnover", (CARRIED, FIRM, ALIKE, UNTOLD, LASTING),
                  sum(ties.n_ties for ties in teams), teams[0].origin)


def _expected(ties: CarriedTies, around: _Surroundings, shares: np.ndarray, steps: int, draws: int,
              seed: int) -> pd.DataFrame:
    exact = ties.carrying.sum() <= ENUMERATED
    means, errors = (_enumerated if exact else _simulated)(ties, around, shares, steps, draws, seed)
    partners, domains = around.counts(np.ones((1, ties.n_ties), bool), steps)[0]
    return pd.DataFrame({
        "project": ties.project, "steps": steps, "turnover": shares, "n_partners": partners,
        "estimate": means[:, 0] / (partners or np.nan), "std_error": errors / (partners or np.nan),
        "n_domains": domains, "domains": means[:, 1], "exact": bool(exact)})


def _enumerated(ties: CarriedTies, around: _Surroundings, shares: np.ndarray, steps: int, draws: int,
                seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts (Q, 2) from all departures, each weighted by its chance; no error."""
    carrying = np.flatnonzero(ties.carrying)
    n = len(carrying)
    left = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(bool)
    gone = np.zeros((len(left), ties.carried.shape[1]), dtype=bool)
    gone[:, carrying] = left
    many = left.sum(axis=1)
    chance = shares[:, None] ** many * (1 - shares[:, None]) ** (n - many)
    return chance @ _counts(ties, around, gone, steps), np.zeros(len(shares))


def _simulated(ties: CarriedTies, around: _Surroundings, shares: np.ndarray, steps: int, draws: int,
               seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean counts (Q, 2) over common random numbers, and the standard error of the partners' mean (Q,)."""
    rng = np.random.default_rng([seed, *ties.project.encode()])
    luck = rng.random((draws, ties.carried.shape[1]))
    counts = np.stack([_counts(ties, around, luck < share, steps) for share in shares])
    return counts.mean(axis=1), counts[..., 0].std(axis=1, ddof=1) / np.sqrt(draws)


def _counts(ties: CarriedTies, around: _Surroundings, gone: np.ndarray, steps: int) -> np.ndarray:
    parts = range(0, len(gone), AT_ONCE)
    return np.concatenate([around.counts(ties.surviving(gone[start:start + AT_ONCE]), steps) for start in parts])


def _surroundings(study: Study, ties: CarriedTies) -> _Surroundings:
    """The partners of a project's network without the team itself."""
    rows = study.table("ties")
    rows = rows[rows["project"].eq(ties.project) & rows["status"].eq("active") & rows["relation"].ne("evaluation")]
    rows = rows[~rows["source"].isin(ties.sources) & ~rows["target"].isin(ties.sources)]
    actors = np.unique(np.concatenate([ties.partners, rows["source"].to_numpy(object), rows["target"].to_numpy(object)])
                       .astype(str))
    among = np.zeros((len(actors), len(actors)), np.float32)
    ends = np.searchsorted(actors, rows["source"].to_numpy(str)), np.searchsorted(actors, rows["target"].to_numpy(str))
    among[ends] = among[ends[::-1]] = 1
    first = (ties.partners.astype(str)[:, None] == actors).astype(np.float32)
    books = study.table("actors").set_index("actor")["legal_domains"].reindex(actors)
    names = [name for name in LEGAL_DOMAINS if name != "none"]
    domains = np.array([[name in book for name in names] for book in books], np.float32)
    return _Surroundings(first, among, domains.reshape(len(actors), len(names)))
