"""What may be assumed about configurations without cases, and the three solutions that follow."""

from __future__ import annotations

from itertools import product

from rehapro_analysis.indicators.configurations.minimisation import (
    FREE,
    Model,
    minimal_models,
    row_number,
    rows_of,
)

SOLUTIONS = ("conservative", "intermediate", "parsimonious")
Helpful = tuple[bool | None, ...]  # by condition: whether its presence or absence should help; None expects nothing


def solution_models(positive: int, remainder: int, helpful: Helpful) -> dict[str, tuple[Model, ...]]:
    """All minimal models by solution type, from ``positive`` and ``remainder`` rows as bits.

    conservative (or complex): nothing is assumed about remainders. parsimonious: any remainder may show the
    outcome. intermediate: easy counterfactuals only, those that a parsimonious model needs and that differ from a
    positive row by conditions which should help even more. Rows covered grow from the first to the last; without
    expectations the intermediate solution is the conservative one.

    >>> found = solution_models(0b1000, 0b0110, (False, None))  # A*B seen with, ~A*~B without; ~A should help
    >>> [len(found[solution]) for solution in SOLUTIONS], found["intermediate"]  # A*B, or B as ~A*B is easy
    ([1, 2, 2], (((1, 1),), ((2, 1),)))

    Source: Ragin and Sonnett 2005, in: Vergleichen in der Politikwissenschaft, p. 180.
    """
    conditions = len(helpful)
    parsimonious = minimal_models(conditions, positive, remainder)
    intermediate = {model for goal in parsimonious for model in minimal_models(
        conditions, positive, easy_counterfactuals(goal, positive, helpful) & remainder)}
    models = minimal_models(conditions, positive), tuple(sorted(intermediate)), parsimonious
    return dict(zip(SOLUTIONS, models, strict=True))


def easy_counterfactuals(goal: Model, positive: int, helpful: Helpful) -> int:
    """Rows that differ from a positive row, within a term of the model ``goal``, only by more of what helps."""
    reached = 0
    for row in product((0, 1), repeat=len(helpful)):
        number = row_number(row)
        for term in goal if positive >> number & 1 else ():
            if rows_of(term) >> number & 1:
                reached |= rows_of(tuple(_freed(*states) for states in zip(row, term, helpful, strict=True)))
    return reached


def _freed(own: int, wanted: int, better: bool | None) -> int:
    """A condition the goal does without need not be as it is, if the other state should help more."""
    return FREE if wanted == FREE and better is not None and bool(own) != better else own
