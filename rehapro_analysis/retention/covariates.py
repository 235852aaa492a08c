"""What explains staying: covariates as the numbered columns of a regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np

Covariates = Sequence[str] | Mapping[str, str | None]


@dataclass(frozen=True)
class Design:
    """The columns of a regression: ``matrix`` of shape (n, p) and, per column, what it means.

    ``terms`` are ``"age"`` for a number and ``"sex[male]"`` for a level; ``levels`` and
    ``references`` are None for numbers.
    """

    matrix: np.ndarray
    terms: tuple[str, ...]
    covariates: tuple[str, ...]
    levels: tuple[str | None, ...]
    references: tuple[str | None, ...]

    def standardised(self) -> tuple[np.ndarray, np.ndarray]:
        """The columns with mean 0 and standard deviation 1, and the deviations they were divided by."""
        scale = self.matrix.std(axis=0)
        return (self.matrix - self.matrix.mean(axis=0)) / scale, scale


def read_columns(frame, names: Sequence[str]) -> dict[str, nw.Series]:
    """The named columns of any frame Narwhals knows, eager or lazy; absent ones are named together."""
    data = nw.from_native(frame)
    names = list(dict.fromkeys(names))
    absent = [name for name in names if name not in data.collect_schema().names()]
    if absent:
        raise KeyError(f"The frame has no column {', '.join(absent)}; it has {', '.join(data.columns)}.")
    data = data.select(names)
    data = data.collect() if isinstance(data, nw.LazyFrame) else data
    return {name: data[name] for name in names}


def missing(series: nw.Series) -> np.ndarray:
    """True where a value is null or not a number; shape (n,)."""
    absent = series.is_null().to_numpy()
    return absent | np.isnan(series.to_numpy().astype(float)) if series.dtype.is_float() else absent


def refuse_missing(columns: Mapping[str, nw.Series]) -> None:
    """Raise one sentence that counts the missing values of every column."""
    counts = {name: int(missing(series).sum()) for name, series in columns.items()}
    found = ", ".join(f"{name} ({count})" for name, count in counts.items() if count)
    if found:
        raise ValueError(f"Missing values in {found}. Leave these rows out or fill them before the "
                         "regression, and say which; they are never dropped silently.")


def design(columns: Mapping[str, nw.Series], covariates: Covariates) -> Design:
    """Numbers stay numbers; texts, booleans and categories become one column a level but the reference.

    The reference is the first category of a categorical, else the first level in sorted order
    (False for booleans); a mapping ``{"sex": "female", "age": None}`` chooses it.
    """
    references = dict(covariates) if isinstance(covariates, Mapping) else dict.fromkeys(covariates)
    if not references:
        raise ValueError("A regression needs at least one covariate; without any, read the curve instead.")
    parts = [_expand(name, columns[name], reference) for name, reference in references.items()]
    expanded = [column for part in parts for column in part]
    names, levels, bases, values = zip(*expanded, strict=True)
    terms = tuple(name if level is None else f"{name}[{level}]" for name, level in zip(names, levels, strict=True))
    return Design(np.column_stack(values), terms, names, levels, bases)


def _expand(name: str, series: nw.Series, reference: str | None) -> list[tuple]:
    """(covariate, level, reference, values) of every column that one covariate becomes."""
    if series.dtype.is_numeric() and reference is None:
        values = series.to_numpy().astype(float)
        if np.ptp(values) == 0:
            raise ValueError(f"The covariate {name} is {values[0]:g} in every row; leave it out.")
        return [(name, None, None, values)]
    labels = np.array([str(value) for value in series.to_list()], dtype=object)
    levels = _levels(series, labels)
    reference = levels[0] if reference is None else str(reference)
    if len(levels) == 1:
        raise ValueError(f"The covariate {name} is {levels[0]} in every row; leave it out.")
    if reference not in levels:
        raise ValueError(f"The reference {reference} does not occur in {name}; choose one of {', '.join(levels)}.")
    return [(name, level, reference, (labels == level).astype(float)) for level in levels if level != reference]


def _levels(series: nw.Series, labels: np.ndarray) -> list[str]:
    occurring = set(labels)
    ordered = sorted(occurring)
    if series.dtype in (nw.Categorical, nw.Enum):
        ordered = [str(level) for level in series.cat.get_categories().to_list()]
    return [level for level in ordered if level in occurring]


def refuse_dependent(columns: Design, stratum: np.ndarray) -> None:
    """Raise if a column is constant within every stratum or follows from the columns before it."""
    counts = np.bincount(stratum)
    standard, _ = columns.standardised()
    means = np.stack([np.bincount(stratum, column) / np.maximum(counts, 1) for column in standard.T], axis=1)
    within = standard - means[stratum]
    kept = np.abs(np.linalg.qr(within, mode="r").diagonal()) if len(within) >= within.shape[1] else np.zeros(1)
    dependent = [term for term, size in zip(columns.terms, kept, strict=False) if size < 1e-9 * len(within) ** 0.5]
    if dependent or len(kept) < len(columns.terms):
        named = ", ".join(dependent) or "the covariates together"
        raise ValueError(f"{named}: constant within the strata or a combination of the covariates before; "
                         "leave it out, its coefficient cannot be told.")
