"""Names of actors as UCINET's DL can hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 18  # characters; UCINET cuts the rest off


def dl_labels(codes: Sequence[str]) -> list[str]:
    """Labels of at most 18 characters, different even in capitals, without what separates labels.

    A code that is too long or no longer the only one ends with its number.

    >>> dl_labels(["jc-köln", "rehabilitation-provider-1", "a b"])
    ['jc-köln', 'rehabilitation-p~2', 'a_b']
    """
    plain = [re.sub(r"[\s,;:=\"'!~]+", "_", code) for code in codes]
    capitals, digits = [name.upper() for name in plain], len(str(len(codes)))
    return [name if len(name) <= LONGEST and capitals.count(name.upper()) == 1
            else f"{name[:LONGEST - 1 - digits]}~{place:0{digits}}" for place, name in enumerate(plain, 1)]
