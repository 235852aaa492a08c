"""Permutation: the log-rank test for few people, and for people who share a coach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.comparison.comparison import WEIGHTS, rank_weights
from rehapro_analysis.retention.comparison.contrasts import comparison_name, quadratic_form, shared_risk
from rehapro_analysis.retention.comparison.regroupings import Moved, log_regroupings, read_moved, regrouped
from rehapro_analysis.retention.curves.limits import check_choice
from rehapro_analysis.retention.event_tables.runs import Runs
from rehapro_analysis.retention.event_tables.spells import names, read_spells
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import StudyError

VARIANCES = ("recomputed", "fixed")
EQUAL = 1e-9  # share by which statistics of equal arrangements may differ through rounding
FEW = 200  # distinct regroupings below which a small p-value is out of reach


def permutation_logrank_test(frame: Any, *, stop: str, event: str, by: str | Sequence[str], rng: Any,
                             start: str | None = None, strata: str | Sequence[str] | None = None,
                             blocks: str | Sequence[str] | None = None, permutations: int = 2000,
                             weights: str = "log-rank", p: float = 0.0, q: float = 0.0,
                             variance: str = "recomputed", origin: str | None = None) -> Result:
    """The log-rank test against random regroupings of the same people, within strata.

    The statistic is U'V^-U of :func:`logrank_test`; p is (1 + number at least as large) /
    (1 + permutations). Group labels move between persons, or between whole ``blocks`` - columns naming,
    say, the coach - where people of one block share their fate: then blocks, not persons, are
    exchangeable, and each must lie in one group and one stratum. Blocks may differ in size. ``rng`` is a
    NumPy generator or a seed.

    ``variance`` "recomputed" computes V anew for every regrouping; "fixed" takes the variance of U over all
    regroupings, sum over strata of (diag(m) - m m'/M) sum (a - mean a)^2/(M - 1) with m blocks a group and a the
    scores of the M blocks: the statistic of R's coin, three times as fast, exact where censoring is alike.

    ``table``: comparison, statistic, df, p_value, p_std_error (of the Monte Carlo estimate), permutations,
    blocks (how many units were moved). Valid if censoring is alike in all groups; recomputing V makes
    it right for large samples otherwise too. Few blocks allow few regroupings: the assumptions say so.
    Raises :class:`StudyError` for what event tables refuse, for one group, and for blocks in two groups.
    Source: Neuhaus 1993, Annals of Statistics 21:1760.

    >>> people = pd.DataFrame({"month": [1, 2, 3, 4, 5, 6], "left": 1, "project": list("AAABBB")})
    >>> permutation_logrank_test(people, stop="month", event="left", by="project", rng=1).table["df"].tolist()
    [1]
    """
    origin = frame_origin(frame, origin)
    check_choice("weights", weights, WEIGHTS)
    check_choice("variance", variance, VARIANCES)
    if permutations < 1:
        raise StudyError.of(f"permutations={permutations!r} is not a positive number.", "Take 2000.")
    by, blocks = names(by), names(blocks)
    spells = read_spells(frame, stop=stop, event=event, start=start, by=[*by, *blocks], strata=strata)
    people = read_moved(spells, len(by))
    scores = _scores(people, weights, p, q)
    tested = _recomputed if variance == "recomputed" else _fixed
    statistic, df, found = tested(people, scores, np.random.default_rng(rng), permutations)
    return Result(_table(people, float(statistic), int(df), found), f"permutation {weights} test",
                  _assumptions(people, bool(blocks)), len(people.block), origin)


def _scores(people: Moved, weights: str, p: float, q: float) -> tuple[np.ndarray, np.ndarray]:
    """What each person adds to U, shape (N,); and the root of each time's factor in V, shape (P,)."""
    size = len(people.stratum)
    left = np.bincount(people.until[people.exits] - 1, minlength=size).astype(float)
    risk = _at_risk(people, np.zeros((1, len(people.block)), np.intp), 1)[0, :, 0]
    weight = rank_weights(Runs(people.stratum), left, risk, weights, p, q)
    factor = weight**2 * left * (risk - left) / (risk**2 * np.maximum(risk - 1, 1))
    own = np.where(people.exits, np.concatenate([[0.0], weight])[people.until], 0.0)
    so_far = np.concatenate([[0.0], np.cumsum(weight * left / risk)])
    return own - (so_far[people.until] - so_far[people.since]), np.sqrt(factor)


def _at_risk(people: Moved, group: np.ndarray, groups: int) -> np.ndarray:
    """Numbers at risk of shape (B, P, groups) for B groupings of persons, ``group`` of shape (B, N)."""
    shape = len(group), len(people.stratum) + 1, groups
    base = np.arange(shape[0])[:, None] * shape[1]

    def counted(place: np.ndarray) -> np.ndarray:
        return np.bincount(((base + place) * groups + group).ravel(), minlength=base.size * shape[1] * groups)

    def after(place: np.ndarray) -> np.ndarray:
        """How many places lie after each common time; counted backwards, so that nothing is subtracted."""
        backwards = counted(len(people.stratum) - place).reshape(shape)[:, :-1]
        return np.cumsum(backwards, axis=1, out=backwards)[:, ::-1]

    watched = after(people.until)
    return watched - after(people.since) if people.since.any() else watched


def _recomputed(people: Moved, scores: tuple, rng: np.random.Generator,
                permutations: int) -> tuple[float, int, np.ndarray]:
    """Statistic, its degrees of freedom and the statistics of regroupings, each with a variance of its own."""
    statistic, df = (part[0] for part in quadratic_form(*_forms(people, scores, people.label[None, :])))
    groupings = regrouped(people, rng, permutations, (len(people.stratum) + 1) * people.groups)
    forms = zip(*(_forms(people, scores, labels) for labels in groupings), strict=True)
    return statistic, df, _solved(*(np.concatenate(parts) for parts in forms))


def _fixed(people: Moved, scores: tuple, rng: np.random.Generator,
           permutations: int) -> tuple[float, int, np.ndarray]:
    """The same with one variance, that of U over all regroupings."""
    own = np.bincount(people.block, scores[0])
    groupings = people.label[None, :], *regrouped(people, rng, permutations, len(own))
    u = np.concatenate([_sums(own, labels, people.groups) for labels in groupings])
    statistics, df = quadratic_form(u, _fixed_variance(people, own))
    return statistics[0], df, statistics[1:]


def _sums(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Values (M,) added up within the groups of B groupings, ``group`` of shape (B, M); shape (B, G)."""
    place = group + groups * np.arange(len(group))[:, None]
    spread = np.broadcast_to(values, group.shape).ravel()
    return np.bincount(place.ravel(), spread, len(group) * groups).reshape(-1, groups)


def _forms(people: Moved, scores: tuple, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """U (B, G) and V (B, G, G) of B groupings of blocks, ``labels`` of shape (B, M)."""
    score, root = scores
    group = labels[:, people.block]
    scaled = _at_risk(people, group, people.groups) * root[:, None]
    return _sums(score, group, people.groups), shared_risk(np.matmul(scaled.swapaxes(1, 2), scaled))


def _fixed_variance(people: Moved, own: np.ndarray) -> np.ndarray:
    """The variance (G, G) of U over all regroupings of blocks with the scores ``own`` (M,)."""
    blocks = np.bincount(people.home)
    apart = np.bincount(people.home, (own - (np.bincount(people.home, own) / blocks)[people.home]) ** 2)
    counts = np.bincount(people.home * people.groups + people.label, minlength=len(blocks) * people.groups)
    shares = counts.reshape(len(blocks), -1)
    return shared_risk((shares * (apart / (blocks * np.maximum(blocks - 1, 1)))[:, None]).T @ shares)


def _solved(u: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The quadratic form by a direct solution where it is exact, else by eigenvalues.

    V has the null direction 1 and one for each group without variance; U has no part in them, so
    that filling them leaves the form unchanged.
    """
    groups = u.shape[1]
    own = np.diagonal(variance, axis1=1, axis2=2)
    most = np.maximum(own.max(axis=1), 1e-300)
    filled = variance + (most / groups)[:, None, None]
    filled[:, np.arange(groups), np.arange(groups)] += np.where(own <= EQUAL * most[:, None], most[:, None], 0.0)
    try:
        solved = np.linalg.solve(filled, u[..., None])[..., 0]
    except np.linalg.LinAlgError:
        return quadratic_form(u, variance)[0]
    found = np.einsum("bg,bg->b", u, solved)
    rest = np.abs(np.einsum("bgh,bh->bg", variance, solved) - u).max(axis=1)
    doubtful = ~(rest <= EQUAL * np.maximum(np.abs(u).max(axis=1), 1e-300))
    if doubtful.any():
        found[doubtful] = quadratic_form(u[doubtful], variance[doubtful])[0]
    return found


def _table(people: Moved, statistic: float, df: int, found: np.ndarray) -> pd.DataFrame:
    reached = int(np.sum(found >= statistic * (1 - EQUAL)))
    p_value = (1 + reached) / (1 + len(found)) if df else np.nan
    return pd.DataFrame({
        "comparison": [comparison_name(people.names)], "statistic": [statistic], "df": [df], "p_value": [p_value],
        "p_std_error": [np.sqrt(p_value * (1 - p_value) / len(found))], "permutations": [len(found)],
        "blocks": [len(people.label)]})


def _assumptions(people: Moved, blocked: bool) -> tuple[str, ...]:
    moved = "blocks" if blocked else "persons"
    said = [f"Without a difference any regrouping of the {moved} would have been as likely as the one seen.",
            "Censoring is alike in all groups."]
    if not blocked:
        said.append("Persons are independent; if they share coaches, name the coach in blocks=.")
    if log_regroupings(people) < np.log(FEW):
        said.append(f"There are only {np.exp(log_regroupings(people)):.0f} distinct regroupings: "
                    "p cannot be small whatever the data.")
    return tuple(said)
