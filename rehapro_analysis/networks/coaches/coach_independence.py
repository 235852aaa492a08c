"""Independence from coaches: what a project's network owes to single persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from rehapro_analysis.networks.coaches.bus_factor import bus_factor
from rehapro_analysis.networks.coaches.carrier_load import chance_of_load, concentration
from rehapro_analysis.networks.coaches.carriers import ALIKE, CARRIED, FIRM, UNTOLD, CarriedTies, carried_ties
from rehapro_analysis.networks.coaches.turnover import (
    PARTNERS_TO_RESAMPLE,
    independence,
    mean,
    partner_limits,
    ties_left_of,
)
from rehapro_analysis.results import Result
from rehapro_analysis.study.reading import Study

PERSONS_TO_SHOW = 3  # below, a value of the team is a value of single employees
OWN = ("leave_one_out_mean", "leave_one_out_min", "chance_min", "p_value", "bus_factor", "bus_factor_exact",
       "concentration", "effective_persons")

NAMELESS = "Only values of whole teams are given, and none about single departures below three carriers."
WITHIN = "Chance: the same loads and the same number of carriers a tie, dealt out at random (curveball)."


def coach_independence(
    study: Study, project: str | Sequence[str] | None = None, *, handover: float = 0.0, left: float = 0.75,
    replicates: int = 2000, seed: int = 0, level: float = 0.95, lock: date | str | None = None,
) -> Result:
    """How far a project's ties to partners outlast the persons who carry them.

    ``estimate`` is the index 2 int T(q) dq - 1 = 1 - (1/E) sum over informal ties of 2 (1 - eta) / (c + 1): 0 if every
    tie hangs on one person, 1/3 with two carriers each, 1 if all are formal; eta = ``handover`` is the chance that
    a tie that loses all carriers was handed over. ``table``, one row a project: project, n_ties, n_partners,
    n_persons (carriers and coaches), n_carriers, n_orphaned (ties without a carrier left), n_untold, formal_share,
    sole_share (ties on one person alone), estimate, lower, upper (percentile limits, resampling partners),
    leave_one_out_mean and _min (share of ties left if one carrier leaves: on average, at worst), chance_min (the
    median of the worst under chance), p_value (as bad or worse by chance), bus_factor (fewest persons who can take
    more than 1 - ``left`` of the ties with them; empty if none can), bus_factor_exact (else an upper bound),
    concentration (Herfindahl), effective_persons (its inverse), remark.

    The index itself is not tested: it depends on the numbers of carriers alone, which chance leaves as they are.
    Cut-offs are conventions; look at `turnover_curve`. Raises :class:`StudyError` without carriers.
    """
    teams = list(carried_ties(study, project, lock=lock))
    table = pd.DataFrame([_row(ties, handover, left, replicates, seed, level) for ties in teams])
    return Result(table, f"independence from coaches, {level:.0%} limits by resampling partners",
                  (CARRIED, FIRM, ALIKE, UNTOLD, WITHIN, NAMELESS), sum(ties.n_ties for ties in teams), teams[0].origin,
                  ("n_persons", "n_carriers"))


def provider_loss(study: Study, project: str | Sequence[str] | None = None, *,
                  lock: date | str | None = None) -> Result:
    """What is left if all persons of one employer leave at once, as at the end of a provider's contract.

    ``table``, one row a project: project, n_ties, n_employers (of carriers; no employer is recorded for
    other staff, who stay), estimate (share of ties left after the loss of the employer that costs most), random
    (expected share if as many carriers left at random), remark. No employer is named.
    """
    teams = list(carried_ties(study, project, lock=lock))
    table = pd.DataFrame([_worst_provider(ties) for ties in teams])
    return Result(table, "loss of a whole provider", (CARRIED, FIRM, UNTOLD, NAMELESS),
                  sum(ties.n_ties for ties in teams), teams[0].origin)


def _row(ties: CarriedTies, handover: float, left: float, replicates: int, seed: int,
         level: float) -> dict[str, object]:
    each = independence(ties.sizes, ties.formal, handover)
    lower, upper = partner_limits(ties, each, replicates, seed, level)
    rng = np.random.default_rng([seed, *ties.project.encode(), 0])
    return {
        "project": ties.project, "n_ties": ties.n_ties, "n_partners": len(np.unique(ties.partners)),
        "n_persons": ties.carried.shape[1], "n_carriers": int(ties.carrying.sum()), "n_orphaned": ties.n_orphaned,
        "n_untold": ties.n_untold, "formal_share": mean(ties.formal * 1.0),
        "sole_share": mean(((ties.sizes == 1) & ~ties.formal) * 1.0), "estimate": mean(each), "lower": float(lower),
        "upper": float(upper), **_departures(ties, left, replicates, rng), "remark": _remark(ties)}


def _departures(ties: CarriedTies, left: float, draws: int, rng: np.random.Generator) -> dict[str, object]:
    """`OWN`: what single departures would do; empty where it would describe single persons."""
    if ties.carrying.sum() < PERSONS_TO_SHOW:
        return dict.fromkeys(OWN, np.nan)
    single = mean(ties.surviving(np.eye(ties.carried.shape[1], dtype=bool)[ties.carrying]) * 1.0)
    usual, p_value = chance_of_load(ties, draws, rng)
    factor, exact = bus_factor(ties, left=left)
    uneven = concentration(ties.carried)
    return dict(zip(OWN, (single.mean(), single.min(), 1 - usual, p_value, factor, exact, uneven, 1 / uneven),
                    strict=True))


def _worst_provider(ties: CarriedTies) -> dict[str, object]:
    employers = sorted({name for name in ties.employers[ties.carrying] if name is not None})
    row = {"project": ties.project, "n_ties": ties.n_ties, "n_employers": len(employers), "estimate": np.nan,
           "random": np.nan, "remark": _remark(ties)}
    if not employers or ties.carrying.sum() < PERSONS_TO_SHOW:
        return row
    gone = ties.employers == np.array(employers, dtype=object)[:, None]
    shares = mean(ties.surviving(gone) * 1.0)
    worst = int(np.argmin(shares))
    if (gone[worst] & ties.carrying).sum() < PERSONS_TO_SHOW:
        return row | {"remark": f"The employer that costs most has fewer than {PERSONS_TO_SHOW} carriers."}
    chances = ties_left_of(ties.sizes, ties.formal, (gone[worst] & ties.carrying).sum(), int(ties.carrying.sum()))
    return row | {"estimate": shares[worst], "random": float(mean(chances))}


def _remark(ties: CarriedTies) -> str:
    if ties.carrying.sum() < PERSONS_TO_SHOW:
        return f"Fewer than {PERSONS_TO_SHOW} carriers: what single departures would do is not shown."
    if len(np.unique(ties.partners)) < PARTNERS_TO_RESAMPLE:
        return f"Fewer than {PARTNERS_TO_RESAMPLE} partners: no limits."
    return ""
