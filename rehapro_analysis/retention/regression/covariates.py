"""What explains staying: covariates as the numbered columns of a regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rehapro_analysis.retention.event_tables.coding import Column, Columns, code_column, floats, is_missing, is_number
from rehapro_analysis.retention.event_tables.spells import names
from rehapro_analysis.study.problems import StudyError

Covariates = str | Sequence[str] | Mapping[str, str | None]
LEVELS = 20  # more levels than that are no groups: a number written as a text, or a name of each person


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


def refuse_missing(data: Columns, columns: Sequence[str]) -> None:
    """Raise one error that counts the missing values of every column."""
    counts = {name: int(is_missing(data[name]).sum()) for name in dict.fromkeys(columns)}
    found = [f"{name!r} ({count})" for name, count in counts.items() if count]
    if found:
        raise StudyError.of(f"Values are missing in {', '.join(found)}.",
                            "Leave these rows out or fill them on purpose, and say so; none is dropped silently.")


def design(data: Columns, covariates: Covariates) -> Design:
    """Numbers stay numbers; texts, booleans and categories become one column a level but the reference.

    The reference is the first category of a categorical, else the first level in sorted order
    (False for booleans); a mapping ``{"sex": "female", "age": None}`` chooses it.
    """
    references = dict(covariates) if isinstance(covariates, Mapping) else dict.fromkeys(names(covariates))
    if not references:
        raise StudyError.of("A regression needs at least one covariate.", "Without any, read the curve instead.")
    parts = [_expand(name, data[name], reference) for name, reference in references.items()]
    expanded = [column for part in parts for column in part]
    of, levels, bases, values = zip(*expanded, strict=True)
    terms = tuple(name if level is None else f"{name}[{level}]" for name, level in zip(of, levels, strict=True))
    return Design(np.column_stack(values), terms, of, levels, bases)


def _expand(name: str, series: Column, reference: str | None) -> list[tuple]:
    """(covariate, level, reference, values) of every column that one covariate becomes."""
    if is_number(series) and reference is None:
        values = floats(series)
        if infinite := int(np.isinf(values).sum()):
            raise StudyError.of(f"The covariate {name!r} is infinite in {infinite} row(s).", "Correct these values.")
        if np.ptp(values) == 0:
            raise StudyError.of(f"The covariate {name!r} is {values[0]:g} in every row.", "Leave it out.")
        return [(name, None, None, values)]
    coded = code_column(series)
    found = np.unique(coded.codes)
    levels = [str(coded.levels[code]) for code in found]
    reference = levels[0] if reference is None else str(reference)
    if len(levels) > LEVELS:
        raise StudyError.of(f"The covariate {name!r} holds {len(levels)} different texts, too many for groups.",
                            "If they are numbers, write them with a decimal point; else join them to fewer groups.")
    if len(levels) == 1:
        raise StudyError.of(f"The covariate {name!r} is {levels[0]!r} in every row.", "Leave it out.")
    if reference not in levels:
        raise StudyError.of(f"The reference {reference!r} does not occur in {name!r}.",
                            f"Choose one of {', '.join(levels)}.")
    return [(name, level, reference, (coded.codes == code).astype(float))
            for level, code in zip(levels, found, strict=True) if level != reference]


def refuse_dependent(columns: Design, stratum: np.ndarray) -> None:
    """Raise if a column is constant within every stratum or follows from the columns before it."""
    standard, _ = columns.standardised()
    means = np.stack([np.bincount(stratum, column) for column in standard.T], axis=1)
    within = standard - (means / np.maximum(np.bincount(stratum), 1)[:, None])[stratum]
    own = np.zeros(standard.shape[1])
    triangle = np.abs(np.linalg.qr(within, mode="r").diagonal())
    own[:len(triangle)] = triangle
    dependent = [term for term, size in zip(columns.terms, own, strict=True) if size < 1e-9 * len(within) ** 0.5]
    if dependent:
        raise StudyError.of(
            f"{', '.join(dependent)} is constant within the strata or follows from the covariates before.",
            "Leave it out; its coefficient cannot be told.")
