"""Spells for a regression: who was at risk from when to when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np

from rehapro_analysis.retention.covariates import (
    Covariates, Design, design, read_columns, refuse_dependent, refuse_missing,
)

CENSORED = ("", "censored")
TIE = np.finfo(float).eps ** 0.5  # R's aeqSurv: times closer than this, absolutely or relatively, are one
FEW_CLUSTERS = 10


@dataclass(frozen=True)
class Spells:
    """Spells on the ranks of time, one row a spell, arrays of shape (n,).

    ``times`` are the distinct times; ``stop`` and ``start`` index them (start is -1 where there
    is none), so near-equal times are one and scaling time changes nothing. At risk at t:
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


def read_spells(frame, *, stop: str, event: str, covariates: Covariates, start: str | None = None,
                strata: str | None = None, cluster: str | None = None, cause: str | None = None) -> Spells:
    """Check a frame once at the border; every refusal is a sentence with counts and remedy.

    ``cause=None`` takes every exit as the event, a name takes that exit alone.
    """
    keys = [name for name in (stop, start, strata, cluster) if name]
    columns = read_columns(frame, [*keys, event, *covariates])
    refuse_missing({name: columns[name] for name in [*keys, *covariates]})
    times, start_rank, stop_rank = _ranks(columns[stop], columns[start] if start else None)
    exits = exit_names(columns[event])
    happened = exits == cause if cause else exits != ""
    if not happened.any():
        known = ", ".join(sorted(set(exits) - {""})) or "none"
        raise ValueError(f"There is no event {cause or ''} in column {event} (exits found: {known}); "
                         "a regression needs some.")
    stratum = _codes(columns[strata]) if strata else np.zeros(len(exits), dtype=np.int64)
    matrix = design(columns, covariates)
    refuse_dependent(matrix, stratum)
    return Spells(times, start_rank, stop_rank, happened, (exits != "") & ~happened, stratum,
                  _codes(columns[cluster]) if cluster else None, matrix, start is not None)


def exit_names(series: nw.Series) -> np.ndarray:
    """The name of every exit, empty where the person is still there; shape (n,).

    Booleans and 0/1 become ``"event"``; missing, empty and ``"censored"`` mean still there.
    """
    values = series.to_list()
    if not (series.dtype.is_numeric() or series.dtype == nw.Boolean):
        return np.array(["" if value is None or value != value or value in CENSORED else str(value)
                         for value in values], dtype=object)
    numbers = np.array([0.0 if value is None or value != value else float(value) for value in values])
    if not np.isin(numbers, (0, 1)).all():
        raise ValueError(f"Column {series.name} holds numbers other than 0 and 1; name the causes of exit instead.")
    return np.where(numbers == 1, "event", "").astype(object)


def _ranks(stop: nw.Series, start: nw.Series | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ends = stop.to_numpy().astype(float)
    begins = start.to_numpy().astype(float) if start is not None else np.array([])
    found = np.unique(np.concatenate([ends, begins]))
    steps = np.diff(found)
    apart = np.concatenate([[True], (steps > TIE) & (steps > TIE * np.abs(found).mean())])
    rank = np.cumsum(apart) - 1
    stop_rank = rank[np.searchsorted(found, ends)]
    start_rank = rank[np.searchsorted(found, begins)] if start is not None else np.full(len(ends), -1)
    empty = int((start_rank >= stop_rank).sum())
    if empty:
        raise ValueError(f"{empty} spells do not end after they start; correct them or count same-day exits "
                         "from a start half a day earlier.")
    return found[apart], start_rank, stop_rank


def _codes(series: nw.Series) -> np.ndarray:
    return np.unique([str(value) for value in series.to_list()], return_inverse=True)[1]


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
    sentence = f"Persons may depend on each other within {count} clusters; the clusters are independent."
    if count >= FEW_CLUSTERS:
        return (sentence,)
    return (sentence, f"With only {count} clusters the robust standard errors are too small; "
            "read the limits as the least uncertainty there is.")


def refuse_infinite(terms: tuple[str, ...], estimate: np.ndarray, std_error: np.ndarray, spread: np.ndarray) -> None:
    """Raise if a likelihood rises without end: over a covariate's range the standard error exceeds 50.

    ``spread`` is the range of each column; a finite estimate stays far below the limit.
    """
    size = std_error * spread
    infinite = [f"{term} ({'+' if value > 0 else '-'}infinity)" for term, value, wide
                in zip(terms, estimate, size, strict=True) if not wide < 50]
    if infinite:
        raise ValueError(f"The likelihood has no maximum (monotone likelihood): {', '.join(infinite)}. A level without "
                         "events or a covariate that separates them perfectly does this; merge levels or leave it out.")
