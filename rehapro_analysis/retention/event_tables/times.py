"""Times of a frame: columns that may be empty, as expressions on its own engine."""

from __future__ import annotations

import narwhals as nw


def time_or(column: str, missing: float) -> nw.Expr:
    """A column of times as floats, with another value where it is missing or infinite."""
    time = nw.col(column).cast(nw.Float64)
    return nw.when(time.is_finite()).then(time).otherwise(nw.lit(missing))
