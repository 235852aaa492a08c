"""Phases as states: who is where over time, and how long a stay in each state is to be expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.retention.curves.limits import normal_quantile, survival_limits
from rehapro_analysis.retention.states.histories import Columns, read_histories
from rehapro_analysis.retention.states.occupation import Occupation
from rehapro_analysis.retention.states.spell_checks import sound
from rehapro_analysis.study.origins import frame_origin
from rehapro_analysis.study.problems import StudyError

_ASSUMES = (
    "Those censored would have gone on like those still watched in the same state; no Markov property is needed.",
    "The shares at the start are those at the first move.",
    "Standard errors are the infinitesimal jackknife, clustered by person.",
)


def state_occupation(spells: Any, *, participant: Columns = "participant", state: str = "state",
                     start: str = "start", stop: str = "stop", to: str = "to", by: Columns | None = None,
                     since: float | None = None, ci: str = "log-log", level: float = 0.95, origin: str | None = None,
                     unit: str = "time") -> Result:
    """The share of people in each state over time (Aalen-Johansen), by group.

    A row of ``spells`` is one stay: who, in which ``state``, from ``start`` (empty: since before time 0)
    to ``stop``, and where ``to``; empty or "censored" where the end was not seen, or the stay goes on
    in the next row. ``participant`` may name several columns. A stay counts in (start, stop].
    P <- P(I + dA), dA_sk = d_sk/n_s; people may start in different states or be watched late. ``since``
    starts anew with those watched after that time. Standard errors are those of the share.

    Columns: the groups, state, time, n_risk (in the state just before), n_event (who move into it),
    n_censored, estimate, std_error, lower, upper. Raises :class:`StudyError` naming the rows that overlap,
    leave gaps or change the state without a record (see :func:`check_spells`).

    >>> stays = pd.DataFrame({"participant": list("aabb"), "state": ["one", "two"] * 2, "start": [0, 2, 0, 3],
    ...                       "stop": [2, 4, 3, 4], "to": ["two", "work", "two", None]})
    >>> table = state_occupation(stays).table
    >>> table[table["state"] == "two"][["time", "n_risk", "n_event", "estimate"]].round(2)
       time  n_risk  n_event  estimate
    3   2.0       0        1       0.5
    4   3.0       1        1       1.0
    5   4.0       2        0       0.5
    """
    origin = frame_origin(spells, origin)
    occupation = _occupation(spells, since, participant=participant, state=state, start=start, stop=stop, to=to,
                             by=by)
    share, variance = (np.stack(values) for values in zip(*occupation.walk(), strict=True))
    frame = _curves(occupation, share, np.sqrt(variance), ci, level)
    return Result(frame, f"state occupation (Aalen-Johansen), {100 * level:g} % {ci} limits, {unit}",
                  _assumptions(since), occupation.histories.n, origin, ("n_risk", "n_event", "n_censored"))


def expected_stay(spells: Any, horizon: float, *, participant: Columns = "participant", state: str = "state",
                  start: str = "start", stop: str = "stop", to: str = "to", by: Columns | None = None,
                  since: float | None = None, level: float = 0.95, origin: str | None = None,
                  unit: str = "time") -> Result:
    """The time people are expected to spend in each state up to a horizon, by group.

    The integral of the share in the state from 0 (or ``since``) to the horizon, whose rows add up to the
    length of that time. A person's influence on it is the integral of the influence on the share. For a
    state nobody leaves it is the time since entering it. Empty where a group was not watched up to the
    horizon. Columns: the groups, state, horizon, n_persons (seen in the state before it), estimate, std_error,
    lower, upper.

    >>> stays = pd.DataFrame({"participant": list("aab"), "state": ["one", "two", "one"], "start": [0, 2, 0],
    ...                       "stop": [2, 4, 3], "to": ["two", "work", "work"]})
    >>> expected_stay(stays, 4).table[["state", "estimate"]]
      state  estimate
    0   one       2.5
    1   two       1.0
    2  work       0.5
    """
    origin = frame_origin(spells, origin)
    occupation = _occupation(spells, since, participant=participant, state=state, start=start, stop=stop, to=to,
                             by=by)
    mean, std_error = _areas(occupation, since or 0.0, horizon)
    h, z, (_, groups, states) = occupation.histories, normal_quantile(level), occupation.shape
    frame = h.groups.loc[np.repeat(np.arange(groups), states)].reset_index(drop=True).assign(
        state=list(h.states) * groups, horizon=horizon, n_persons=_persons(occupation, horizon).ravel(),
        estimate=mean.ravel(), std_error=std_error.ravel(), lower=np.maximum(mean - z * std_error, 0).ravel(),
        upper=np.minimum(mean + z * std_error, horizon - (since or 0.0)).ravel())
    return Result(frame, f"expected stay up to {horizon:g} {unit}, {100 * level:g} % limits", _assumptions(since),
                  h.n, origin, ("n_persons",))


def _occupation(spells: Any, since: float | None, **columns: Any) -> Occupation:
    histories = sound(read_histories(spells, **columns))
    if since is not None:
        histories = histories.from_time(since)
        if len(np.unique(histories.group)) < len(histories.groups):
            raise StudyError.of(f"In some group nobody is watched after {since:g}.", "Take an earlier time.")
    return Occupation(histories)


def _assumptions(since: float | None) -> tuple[str, ...]:
    return _ASSUMES if since is None else (*_ASSUMES, f"Only what is seen after {since:g} counts.")


def _curves(occupation: Occupation, share: np.ndarray, std_error: np.ndarray, ci: str,
            level: float) -> pd.DataFrame:
    h = occupation.histories
    own_times = (occupation.n_event + occupation.n_censored).sum(axis=2).T > 0
    group, state, time = np.nonzero(np.repeat(own_times[:, None], len(h.states), axis=1))
    place = (time, group, state)
    estimate, se = np.clip(share[place], 0, 1), std_error[place]
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = survival_limits(estimate, se / estimate, ci=ci, level=level)
    return h.groups.loc[group].reset_index(drop=True).assign(
        state=np.array(h.states, object)[state], time=occupation.time[time], n_risk=occupation.n_risk[place],
        n_event=occupation.n_event[place], n_censored=occupation.n_censored[place], estimate=estimate,
        std_error=se, lower=lower, upper=upper)


def _areas(occupation: Occupation, begin: float, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Integrals of the shares and their standard errors, shape (G, S)."""
    if not horizon > begin:
        raise StudyError.of(f"The horizon {horizon:g} is not after {begin:g}.", "Choose a later horizon.")
    edges = np.clip(np.concatenate([[begin], occupation.time, [horizon]]), begin, horizon)
    shares, variances = (np.stack(values) for values in zip(*occupation.walk(np.diff(edges)), strict=True))
    shares = np.concatenate([occupation.start[None], shares[:-1]])
    area, std_error = np.tensordot(np.diff(edges), shares, 1), np.sqrt(variances[-1, :, occupation.shape[2]:])
    stayed = np.bincount(occupation.histories.state, minlength=occupation.shape[2]) > 0
    known = (horizon <= occupation.time[occupation.last]) | (shares[-1][:, stayed].sum(axis=1) <= 0)
    return tuple(np.where(known[:, None], values, np.nan) for values in (area, std_error))


def _persons(occupation: Occupation, horizon: float) -> np.ndarray:
    """Shape (G, S): how many persons were seen in the state before the horizon."""
    h, (_, groups, states) = occupation.histories, occupation.shape
    began = np.where(h.begin < 0, -np.inf, h.grid[h.begin]) < horizon
    moved = (h.to >= 0) & (h.grid[h.end] < horizon)
    visits = np.concatenate([(h.person * states + h.state)[began], (h.person * states + h.to)[moved]])
    person, state = np.divmod(np.unique(visits), states)
    group = h.group[np.searchsorted(h.person, person)]
    return np.bincount(group * states + state, minlength=groups * states).reshape(groups, states)
