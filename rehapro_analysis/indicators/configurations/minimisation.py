"""Exact Boolean minimisation: the prime implicants of a truth table and all smallest covers of its rows."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from rehapro_analysis.study.problems import StudyError

MOST = 5  # conditions: 2^5 rows and 3^5 implicants can be searched to the end
FREE = 2  # the condition does not occur in the term

Term = tuple[int, ...]  # by condition: 1 present, 0 absent, FREE
Model = tuple[Term, ...]


@lru_cache(maxsize=1 << 10)
def rows_of(term: Term) -> int:
    """The rows a term covers, as bits; row 0 has every condition absent, the first condition is the highest digit.

    >>> bin(rows_of((1, FREE)))  # rows 10 and 11
    '0b1100'
    """
    rows = 0
    for corner in product(*((0, 1) if state == FREE else (state,) for state in term)):
        rows |= 1 << row_number(corner)
    return rows


def row_number(corner: Term) -> int:
    """The number of a row: its conditions as binary digits."""
    return int("".join(map(str, corner)), 2)


def covered(model: Model) -> int:
    """The rows that at least one term covers, as bits."""
    rows = 0
    for term in model:
        rows |= rows_of(term)
    return rows


def written(term: Term, names: list[str]) -> str:
    """A term as text; the term without conditions is always true.

    >>> written((1, FREE, 0), ["OWN", "URB", "LOAD"])
    'OWN*~LOAD'
    """
    return "*".join("~" * (not state) + name for state, name in zip(term, names, strict=True) if state != FREE) or "1"


@lru_cache(maxsize=1 << 15)
def prime_implicants(conditions: int, positive: int, assumed: int) -> Model:
    """All terms that cover a positive row and only rows that are positive or assumed, and lie in no larger such term.

    ``positive`` and ``assumed`` are rows as bits. Raises `StudyError` for more than five conditions.
    """
    if conditions > MOST:
        raise StudyError.of(f"{conditions} conditions make {2**conditions} configurations, far more than cases.",
                            f"Choose at most {MOST} conditions; for twelve cases four are too many already.")
    allowed, widest = positive | assumed, []
    for term in sorted(product((0, 1, FREE), repeat=conditions), key=lambda term: -term.count(FREE)):
        rows = rows_of(term)
        if not rows & ~allowed and not any(rows & ~other == 0 for _, other in widest):
            widest.append((term, rows))
    return tuple(sorted(term for term, rows in widest if rows & positive))


@lru_cache(maxsize=1 << 15)
def minimal_models(conditions: int, positive: int, assumed: int = 0) -> tuple[Model, ...]:
    """All models with the fewest prime implicants that cover every positive row; ``assumed`` rows may be covered.

    >>> minimal_models(2, 0b1100)  # A*~B + A*B is A
    (((1, 2),),)
    >>> minimal_models(2, 0b1000, assumed=0b0110)  # A*B, the rows ~A*B and A*~B never seen: A or B, a tie
    (((1, 2),), ((2, 1),))
    """
    primes = [(term, rows_of(term)) for term in prime_implicants(conditions, positive, assumed)]
    for size in range(1, len(primes) + 1):
        found = {tuple(sorted(model)) for model in _covers(positive, primes, size)}
        if found:
            return tuple(sorted(found))
    return ()


def _covers(left: int, primes: list[tuple[Term, int]], size: int) -> list[Model]:
    """All covers of the rows that are ``left`` by at most ``size`` terms, branching on the row with fewest terms."""
    if not left:
        return [()]
    if not size:
        return []
    rows = (1 << bit for bit in range(left.bit_length()) if left >> bit & 1)
    branch = min(([prime for prime in primes if prime[1] & row] for row in rows), key=len)
    return [(term, *rest) for term, covers in branch for rest in _covers(left & ~covers, primes, size - 1)]
