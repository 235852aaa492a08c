"""Limits of a share gone for a cause: on the scales of a curve, and exact-type, which exist where nobody has gone."""

from __future__ import annotations

import numpy as np

from rehapro_analysis.retention.curves.limits import Counts, are_whole, beta_quantile, normal_quantile, survival_limits
from rehapro_analysis.retention.exits.incidence import Incidence


def cause_counts(found: Incidence, cause: int) -> Counts:
    """The counts for which 1 - F of a cause (the last one: any) is a product-limit curve: prod(1 - n_event/n_risk).

    Who has left for another cause will never leave for this one and stays at risk as long as they would have
    been watched. With S the share in the programme, n/S(t-) are all who are still watched, gone or not;
    ``n_risk`` is (1 - F(t-)) n/S(t-). For any cause these are the counts of the table itself.
    """
    table, share = found.table, found.share[:, cause]
    watched = np.divide(table.n_risk, found.before, out=np.zeros_like(found.before), where=found.before > 0)
    there = table.n_risk - table.n_exit
    kept = 1 - np.divide(table.n_censored, there, out=np.zeros_like(there), where=there > 0)
    n_risk, rest = watched * (1 - table.runs.previous(share, 0.0)), watched * kept * (1 - share)
    return Counts(n_risk, found.n_event[:, cause], rest, table.time, table.runs,
                  are_whole(table.n_risk, table.delayed))


def cause_limits(found: Incidence, cause: int, *, ci: str = "log-log",
                 level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Limits of F of one cause (the last one: any), shape (R,).

    ``ci`` is a scale of :func:`survival_limits`, which takes the standard error of F and has no limits where F
    is 0; or "beta-product": the beta product limits of 1 - F from :func:`cause_counts`. Without censoring
    these are the exact binomial limits of the share; where nobody has left for the cause yet the upper one
    is 1 - (alpha/2)^(1/m), m being all who are still watched, gone otherwise or not.
    """
    if ci == "beta-product":
        normal_quantile(level)
        low, high = cause_counts(found, cause).products()
        return 1 - beta_quantile((1 + level) / 2, *high), 1 - beta_quantile((1 - level) / 2, *low)
    share, error = found.share[:, cause], found.std_error[:, cause]
    with np.errstate(divide="ignore", invalid="ignore"):
        return survival_limits(share, error / share, ci=ci, level=level)
