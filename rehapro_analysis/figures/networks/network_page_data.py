"""What the interactive network page shows, as plain lists: organisations and their ties, and no persons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rehapro_analysis.figures.label_placement import block, named_labels, numbered_labels
from rehapro_analysis.figures.labels import Box, extent
from rehapro_analysis.figures.networks.network_canvas import named
from rehapro_analysis.figures.networks.network_contents import MOSTLY, STATES, TIE_STATES, drawn_actors, pair_states
from rehapro_analysis.figures.networks.network_layout import free_layout, sector_layout
from rehapro_analysis.figures.networks.network_marks import KIND_OF
from rehapro_analysis.networks.legal_domains.coverage import GROUPS
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.tables import LEGAL_DOMAINS

SHEET = 13.0, 9.0  # inches
PER_INCH = 100  # units of the drawing
EDGE = 1.2, 0.45  # inches left free beside and above a sector map
DAYS = 48  # steps of the slider at most
STATE_OF = {status: group for group, statuses in GROUPS.items() for status in statuses} | {"impossible": "impossible"}
TIE = ["source", "target", "relation"]


def page_actors(network: PartnerNetwork) -> list[dict[str, object]]:
    """Every organisation: name, kind, domains, and of how many of its pairs nothing is known."""
    actors, states = drawn_actors(network), pair_states(network)
    return [
        {"label": row.label, "kind": row.kind, "group": KIND_OF[row.kind], "domains": row.domains,
         "named": bool(row.named), "lead": bool(row.lead), "unknown": int((states[row.Index] == "unknown").sum()),
         "absent": int((states[row.Index] == "absent").sum()), "hatched": bool(row.unknown >= MOSTLY)}
        for row in actors.itertuples()
    ]


def page_ties(network: PartnerNetwork, days: Sequence[pd.Timestamp]) -> list[dict[str, object]]:
    """Every tie once a relation: its ends, state now, first and last day, and its state on each of the days.

    ``days`` in the result is a letter a day: the place of the state in `STATES`, "-" where there is none.
    """
    place = {code: position for position, code in enumerate(network.codes)}
    now = _states(network.ties)
    then = [_states(network.at(day).ties) for day in days]
    dates = network.ties.groupby(TIE).agg(since=("since", "min"), until=("until", "max")) if days else None
    rows = []
    for key in sorted(now):
        source, target, relation = key
        spans = {end: _day(dates.at[key, end]) for end in ("since", "until")} if days else {"since": "", "until": ""}
        letters = "".join(str(STATES.index(one[key])) if key in one else "-" for one in then)
        rows.append({"a": place[source], "b": place[target], "relation": relation, "state": now[key], "days": letters,
                     **spans})
    return rows


def page_days(network: PartnerNetwork) -> list[pd.Timestamp]:
    """The days of the slider: first days of months (of more, where there are many) between the first and last date.

    None without dates, and none for a network of one day.
    """
    if network.record is None or network.date is not None:
        return []
    ties, events = network.ties, network.record.events
    dates = pd.concat([ties["since"], ties["until"], events["on"]]).dropna()
    if dates.nunique() < 2:
        return []
    months = pd.date_range(dates.min().normalize().replace(day=1), dates.max(), freq="MS")
    step = -(-len(months) // DAYS)
    return [*months[::step], dates.max()] if months[::step][-1] < dates.max() else list(months[::step])


def page_layouts(network: PartnerNetwork, *, seed: int) -> dict[str, dict[str, object]]:
    """Places of marks and names by sector and freely, in the drawing's units, y downwards."""
    actors = drawn_actors(network)
    frame = Box(0.1, 0.1, SHEET[0] - 0.1, SHEET[1] - 0.1)
    rim = Box(frame.left + EDGE[0], frame.bottom + EDGE[1], frame.right - EDGE[0], frame.top - EDGE[1])
    layout = sector_layout([network])
    half = np.array([rim.right - rim.left, rim.top - rim.bottom]) / 2
    signs = [layout.unit((low + high) / 2) * (half + 0.17) + rim.centre for low, high in layout.sectors.values()]
    sectors = [{"domain": domain, "from": round(low, 2), "to": round(high, 2), "sign": _units(at)}
               for (domain, (low, high)), at in zip(layout.sectors.items(), signs, strict=True)]
    taken = [Box(x - 0.2, y - 0.12, x + 0.2, y + 0.12) for x, y in signs]
    rings = [round(share, 4) for share, _ in list(layout.rings.values())[1:]]
    ground = {"centre": _units(rim.centre), "half": (half * PER_INCH).round(1).tolist(), "rings": rings,
              "sectors": sectors}
    return {
        "sector": _placed(actors, layout.places(actors, rim), frame, taken) | ground,
        "free": _placed(actors, free_layout(network, frame, seed=seed), frame, []),
    }


def page_choices(network: PartnerNetwork, ties: Sequence[dict[str, object]]) -> dict[str, list[str]]:
    """What can be chosen: domains, relations and states that occur."""
    actors = drawn_actors(network)
    domains = {domain for one in actors["domains"] for domain in one or ["none"]}
    past = {STATES[int(letter)] for tie in ties for letter in str(tie["days"]) if letter != "-"}
    found = past | {tie["state"] for tie in ties}
    return {"domains": [domain for domain in LEGAL_DOMAINS if domain in domains],
            "relations": sorted({str(tie["relation"]) for tie in ties}),
            "states": [state for state in TIE_STATES if state in found]}


def _placed(actors: pd.DataFrame, points: np.ndarray, frame: Box, taken: list[Box]) -> dict[str, object]:
    names = named(actors)
    found = named_labels(names, points, frame, centre=frame.centre, taken=taken) or numbered_labels(
        names, points, frame, centre=frame.centre, taken=taken)
    labels = []
    for text, box in zip(found.texts, found.boxes, strict=True):
        lines = [[line, round(extent(line, found.fontsize)[0] * PER_INCH, 1)] for line in text.split("\n")]
        wide, tall = block(text, found.fontsize)
        labels.append({"at": _units(box.centre), "size": [round(wide * PER_INCH, 1), round(tall * PER_INCH, 1)],
                       "lines": lines})
    return {"points": [_units(point) for point in points], "labels": labels,
            "letters": round(found.fontsize / 72 * PER_INCH, 1)}


def _states(ties: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """The firmest state that any report gives a tie."""
    state = ties["status"].map(STATE_OF)
    rank = state.map(TIE_STATES.index).groupby([ties[column] for column in TIE]).min()
    return {key: TIE_STATES[place] for key, place in rank.items()}


def _units(point: Sequence[float]) -> list[float]:
    return [round(float(point[0]) * PER_INCH, 1), round((SHEET[1] - float(point[1])) * PER_INCH, 1)]


def _day(when: object) -> str:
    return "" if pd.isna(when) else str(pd.Timestamp(when).date())
