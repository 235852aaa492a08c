"""Data for a regression: who was at risk from when to when, how it ended, and what may explain it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rehapro_analysis.retention.event_tables.coding import code_column, joint_codes
from rehapro_analysis.retention.event_tables.known_groups import refuse_late_groups
from rehapro_analysis.retention.event_tables.spells import Spells, causes_of, names, read_spells
from rehapro_analysis.retention.regression.covariates import (
    Covariates,
    Design,
    design,
    refuse_dependent,
    refuse_missing,
)
from rehapro_analysis.study.frames import by_column, collected
from rehapro_analysis.study.problems import StudyError

FEW_CLUSTERS = 10
FLAT = 1e-12  # information that counts as none
WIDEST = 50.0  # log scale: no finite estimate has such a standard error over its covariate's range


@dataclass(frozen=True)
class RegressionData:
    """Spells on the ranks of time, one row a spell, arrays of shape (n,).

    ``times`` is the grid of time; ``stop`` and ``start`` are positions in it, ``start`` is -1 where
    there is none, so that near-equal times are one and scaling time changes nothing. At risk at t:
    start < t <= stop. ``event`` is the exit studied, ``competing`` any other exit.
    """

    times: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    competing: np.ndarray
    stratum: np.ndarray
    cluster: np.ndarray | None
    design: Design
    delayed: bool


def read_regression_data(frame: Any, *, stop: str, event: str, covariates: Covariates, start: str | None = None,
                         strata: str | Sequence[str] | None = None, cluster: str | Sequence[str] | None = None,
                         cause: str | None = None, same_baseline: bool = False) -> RegressionData:
    """Check a frame once at the border, any frame Narwhals knows, eager or lazy.

    ``cause=None`` takes every exit as the event, a name takes that exit alone. Raises
    :class:`StudyError` for what event tables refuse, and for missing covariates, a frame without the
    event, covariates that are constant or depend on each other - within strata, unless the strata share
    one baseline (``same_baseline``).
    """
    covariates = covariates if isinstance(covariates, Mapping) else names(covariates)
    wanted = [stop, event, *names(start), *names(strata), *names(cluster), *covariates]
    data = by_column(frame, wanted) or collected(frame, wanted)
    refuse_late_groups(frame, [*names(strata), *covariates], start)
    spells = read_spells(data, stop=stop, event=event, start=start, strata=strata)
    refuse_missing(data, [*names(cluster), *covariates])
    happened, competing = _exits(spells, event, cause)
    stratum = joint_codes(spells.strata, len(happened))
    columns = design(data, covariates)
    refuse_dependent(columns, np.zeros_like(stratum) if same_baseline else stratum)
    begin = np.full(len(happened), -1) if spells.entry is None else spells.entry.codes - 1
    return RegressionData(
        np.asarray(spells.exit.levels, float), begin, spells.exit.codes, happened, competing, stratum,
        joint_codes([code_column(data[name]) for name in names(cluster)], len(happened)) if cluster else None,
        columns, start is not None)


def _exits(spells: Spells, event: str, cause: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Whether the event studied and whether any other exit ended each spell."""
    which, causes = causes_of(spells.event.levels, spells.event.codes)
    if cause is not None and cause not in causes:
        raise StudyError.of(f"There is no {cause!r} in the column {event!r}.",
                            f"Exits found: {', '.join(causes) or 'none'}.")
    if not causes:
        raise StudyError.of(f"The column {event!r} holds no event.", "Without exits there is nothing to explain.")
    happened = which >= 0 if cause is None else which == causes.index(cause)
    return happened, (which >= 0) & ~happened


def cluster_sums(values: np.ndarray, cluster: np.ndarray | None) -> np.ndarray:
    """Rows added up within clusters, (n, p) to (clusters, p); unchanged without clusters."""
    if cluster is None:
        return values
    return np.stack([np.bincount(cluster, column) for column in values.T], axis=1)


def cluster_sentences(cluster: np.ndarray | None) -> tuple[str, ...]:
    """What the reader must know of the clusters, with a caution where they are few."""
    if cluster is None:
        return ()
    count = int(cluster.max()) + 1
    sentence = f"Spells may depend on each other within {count} clusters; the clusters are independent."
    if count >= FEW_CLUSTERS:
        return (sentence,)
    return (sentence, f"With only {count} clusters the robust standard errors are too small; "
            "read the limits as the least uncertainty there is.")


def finite_covariance(columns: Design, coefficients: np.ndarray, information: np.ndarray) -> np.ndarray:
    """The inverse information, (p, p), of standardised columns at a maximum; raises where there is none."""
    # A flat direction has no inverse; this little makes it a huge standard error instead.
    visible = np.linalg.inv(information + FLAT * np.eye(len(information)))
    refuse_infinite(columns, coefficients, np.sqrt(np.abs(np.diag(visible))) / columns.matrix.std(axis=0))
    return np.linalg.inv(information)


def refuse_infinite(columns: Design, coefficients: np.ndarray, std_error: np.ndarray) -> None:
    """Raise where the likelihood rises without end, naming the terms whose standard error explodes."""
    wide = std_error * np.ptp(columns.matrix, axis=0)
    infinite = [f"{term} ({'+' if value > 0 else '-'}infinity)" for term, value, width
                in zip(columns.terms, coefficients, wide, strict=True) if not width < WIDEST]
    if infinite:
        raise StudyError.of(
            f"The likelihood has no maximum (monotone likelihood): {', '.join(infinite)}. A level without events "
            "or a covariate that separates them perfectly does this.", "Merge levels or leave the covariate out.")
