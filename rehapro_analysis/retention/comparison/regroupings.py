"""Regroupings: people and the blocks that may change groups, within their strata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from rehapro_analysis.retention.event_tables.coding import joint_codes
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.event_tables.spells import Spells, causes_of
from rehapro_analysis.study.problems import StudyError

AT_ONCE = 1 << 16  # numbers held in memory at once, so that they stay in the cache


@dataclass(frozen=True)
class Moved:
    """Persons and what is moved: ``label`` (M,) is the group, ``home`` (M,) the stratum of each block.

    ``block`` (N,) is the block of each person. Person i is at risk at the common times from
    ``since[i]`` up to, not including, ``until[i]``; ``exits`` (N,) says whether by an exit.
    ``stratum`` (P,) is that of each common time.
    """

    label: np.ndarray
    home: np.ndarray
    block: np.ndarray
    since: np.ndarray
    until: np.ndarray
    exits: np.ndarray
    stratum: np.ndarray
    names: list[str]

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.names)


def read_moved(spells: Spells, n_by: int) -> Moved:
    """People of spells whose ``by`` holds ``n_by`` grouping columns and then those of the blocks, or none of these."""
    rows = len(spells.exit.raw)
    row = np.arange(rows)
    row = row if spells.n is None else np.repeat(row, spells.n.astype(np.intp))
    stratum, group = (joint_codes(axes, rows)[row] for axes in (spells.strata, spells.by[:n_by]))
    block = joint_codes(spells.by[n_by:], rows)[row] if len(spells.by) > n_by else np.arange(len(row))
    _, first, block = np.unique(block, return_index=True, return_inverse=True)
    if (group != group[first][block]).any() or (stratum != stratum[first][block]).any():
        raise StudyError.of("Some blocks hold persons of several groups or strata.",
                            "A block must lie in one of each; give coaches of different projects different names.")
    named = [" / ".join(str(axis.levels[axis.codes[row[i]]]) for axis in spells.by[:n_by])
             for i in np.unique(group, return_index=True)[1]]
    if len(named) < 2:
        raise StudyError.of("A comparison needs at least two groups.", "Count two projects or more: by=\"project\".")
    order = np.argsort(stratum[first], kind="stable")
    exits = causes_of(spells.event.levels, spells.event.codes)[0][row] >= 0
    width = len(spells.exit.levels) + 1
    leave = stratum * width + spells.exit.codes[row] + 1
    enter = stratum * width + (0 if spells.entry is None else spells.entry.codes[row])
    times = np.unique(leave[exits])
    return Moved(group[first][order], stratum[first][order], np.argsort(order)[block],
                   np.searchsorted(times, enter, side="right"), np.searchsorted(times, leave, side="right"), exits,
                   times // width, named)


def regrouped(people: Moved, rng: np.random.Generator, permutations: int, each: int) -> Iterator[np.ndarray]:
    """Group labels of blocks, moved within strata, shape (B, M); as many at a time as ``each`` numbers allow."""
    strata = Runs(people.home).bounds
    at_once = max(1, AT_ONCE // each)
    for done in range(0, permutations, at_once):
        labels = np.tile(people.label, (min(at_once, permutations - done), 1))
        for begin, end in strata:
            part = labels[:, begin:end]
            rng.permuted(part, axis=1, out=part)
        yield labels


def log_regroupings(people: Moved) -> float:
    """Log of the number of distinct regroupings: the product over strata of M!/prod M_g!."""
    counts = np.bincount(people.home * people.groups + people.label)
    return float(gammaln(np.bincount(people.home) + 1).sum() - gammaln(counts + 1).sum())
