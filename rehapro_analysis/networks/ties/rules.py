"""Reading rules: from who says what about a pair of actors to one state of the pair.

States rise: absent < impossible < former < attempted < active; nan is unknown. Where one side reports
several relations of a pair, the highest counts. An actor that tells of ties it gives (or receives) makes its
silence about others of that side an absence. The word of a document or of a third actor counts as the word of
both sides, and its silence says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from rehapro_analysis.study.problems import StudyError

STATES = ("absent", "impossible", "former", "attempted", "active")
ABSENT, IMPOSSIBLE, FORMER, ATTEMPTED, ACTIVE = range(len(STATES))
# A plan says nothing about the cooperation itself, so "identified" leaves a pair as it was.
STATE_OF = {
    "active": ACTIVE, "contacted": ATTEMPTED, "negotiating": ATTEMPTED, "declined": ATTEMPTED,
    "withdrawn": ATTEMPTED, "failed": ATTEMPTED, "dormant": FORMER, "ended": FORMER, "impossible": IMPOSSIBLE,
}
RULES = {
    "union": "A tie counts if either side names it; where one side answered, its word counts.",
    "intersection": "A tie counts if both sides name it; one side's yes without the other's answer is unknown.",
    "reporter": "An actor's own word about the ties it gives counts; what others say of them does not.",
    "knowledgeable": "The side that gives a tie knows of it; the other side's word counts where it did not answer.",
}
GIVES, RECEIVES = "gives", "receives"
ONE_SIDED = ("reporter", "knowledgeable")


def pair_states(codes: list[str], ties: pd.DataFrame, *, rule: str, directed: bool,
                roster: Iterable[tuple[str, str]] = (),
                respondents: Iterable[tuple[str, str, str]] = ()) -> np.ndarray:
    """The state of each ordered pair of ``codes``, shape (n, n), nan where unknown and on the diagonal.

    ``roster`` (project, actor) says who could have been named in which project; ``respondents`` (project,
    actor, GIVES or RECEIVES) whose silence about these is an absence. Mutual ties have both sides in one.
    """
    check_rule(rule, directed)
    given, received, told = _words(codes, ties)
    for words, absent in zip((given, received), _silence(codes, set(roster), set(respondents)), strict=True):
        words[absent & np.isnan(words)] = ABSENT
    if not directed:
        given = np.fmax(given, received.T)
        received, told = given.T, np.fmax(told, told.T)
    giver, taker = np.fmax(given, told), np.fmax(received, told)
    states = _RULE[rule](giver, taker)
    np.fill_diagonal(states, np.nan)
    return states


def check_rule(rule: str, directed: bool) -> None:
    """`StudyError` if there is no such rule, or if it needs directed ties."""
    if rule not in RULES:
        raise StudyError.of(f"There is no reading rule {rule!r}.", f"Choose one of {', '.join(RULES)}.")
    if rule in ONE_SIDED and not directed:
        raise StudyError.of(f"The rule {rule!r} asks who gives a tie, and mutual ties have no such side.",
                            "Say directed=True, or choose union or intersection.")


def answered(ties: pd.DataFrame) -> set[tuple[str, str, str]]:
    """Who reports a tie of its own, and which side of it: (project, actor, GIVES or RECEIVES)."""
    found = set()
    for end, side in (("source", GIVES), ("target", RECEIVES)):
        own = ties[ties["reported_by"].eq(ties[end])]
        found |= {(project, actor, side) for project, actor in zip(own["project"], own[end], strict=True)}
    return found


def _words(codes: list[str], ties: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """States by the word of who gives the tie, of who receives it, and of anybody else."""
    ties = ties[ties["source"].isin(codes) & ties["target"].isin(codes) & ties["status"].isin(STATE_OF)]
    place = {code: position for position, code in enumerate(codes)}
    by_giver, by_taker = (ties["reported_by"].eq(ties[end]) for end in ("source", "target"))
    found = []
    for rows in (ties[by_giver], ties[by_taker], ties[~by_giver & ~by_taker]):
        words = np.full((len(codes), len(codes)), np.nan)
        ends = rows["source"].map(place).to_numpy(int), rows["target"].map(place).to_numpy(int)
        np.fmax.at(words, ends, rows["status"].map(STATE_OF).to_numpy(float))
        found.append(words)
    return tuple(found)


def _silence(codes: list[str], roster: set[tuple[str, str]], respondents: set[tuple[str, str, str]],
             ) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs the giver, and which the receiver, would have named had there been a tie."""
    place = {code: position for position, code in enumerate(codes)}
    given, received = (np.zeros((len(codes), len(codes)), bool) for _ in range(2))
    for project, actor, side in respondents:
        if actor in place:
            others = [place[code] for name, code in roster if name == project and code in place]
            if side == GIVES:
                given[place[actor], others] = True
            else:
                received[others, place[actor]] = True
    return given, received


def _both(giver: np.ndarray, taker: np.ndarray) -> np.ndarray:
    lower = np.fmin(giver, taker)
    return np.where((lower == ACTIVE) & (np.isnan(giver) | np.isnan(taker)), np.nan, lower)


_RULE = {
    "union": np.fmax, "intersection": _both, "reporter": lambda giver, taker: giver.copy(),
    "knowledgeable": lambda giver, taker: np.where(np.isnan(giver), taker, giver),
}
