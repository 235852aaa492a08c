"""Answers: a question that the data cannot answer is answered with the reason, and the notebook goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rehapro_analysis.study.problems import StudyError


@contextmanager
def or_say_why() -> Iterator[None]:
    """For notebooks: what cannot be answered with these data is said in a sentence instead of stopping there.

    Only :class:`StudyError` is said; any other error is a fault and stops as ever.

    >>> with or_say_why():
    ...     raise StudyError.of("Nobody has left yet.", "Wait.")
    Not answered with these data: Nobody has left yet. Wait.
    """
    try:
        yield
    except StudyError as error:
        print(f"Not answered with these data: {error}")
