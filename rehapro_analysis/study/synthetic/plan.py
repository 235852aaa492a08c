"""What is assumed of each project, beside its documented numbers.

Every number written here is an ASSUMPTION, made so that the draw is plausible; every documented
number comes from ``documented``. Nothing here was observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rehapro_analysis.study.synthetic.anchors import documented

LOCK = np.datetime64("2022-06-15")
PANDEMIC = (np.datetime64("2020-03-16"), np.datetime64("2021-06-01"))
STATES = ("waiting", "withdrawn", "current", "completed", "early")
ENTERED = ("current", "completed", "early")
LEFT = ("completed", "early")
TOPICS = ("coaches", "people", "phases", "measurements", "network", "responsibility", "cards", "outcomes")


@dataclass(frozen=True)
class Quota:
    """Exactly ``n`` people in one of ``states``, where said of one cycle or of the extended only."""

    n: int
    states: tuple[str, ...] = STATES
    cycle: int = 0
    extended: bool | None = None


@dataclass(frozen=True)
class Plan:
    """How the people of one project are drawn.

    ``opened`` is the first day of the project, ``first_entry`` of entries; ``cycles`` are fixed first
    days instead. ``wait`` is in days, ``admitted`` the share of referrals that enter. ``planned`` is in months;
    the share ``extended`` may stay ``extension`` (low, high) months longer. ``dropout``,
    ``employment``, ``transfer``, ``other`` are months by which 63 % would have left if no other exit
    existed. The first of ``phases`` precedes entry; ``phase_months`` are the typical lengths of the
    others but the last. ``partners`` are (kind, how many); ``sought`` is a kind courted in vain since
    a day. ``chain`` is the share of cases that are handed on instead of shared, ``response`` the
    typical share of follow-ups that are answered.
    """

    project: str
    number: int
    opened: str
    quotas: tuple[Quota, ...]
    planned: int
    phases: tuple[str, ...]
    phase_months: tuple[float, ...]
    partners: tuple[tuple[str, int], ...]
    coaches: int
    fte: tuple[float, ...] = ()
    first_entry: str = ""
    cycles: tuple[str, ...] = ()
    wait: float = 30
    admitted: float = 0.92
    extended: float = 0.2
    extension: tuple[float, float] = (1, 6)
    dropout: float = 60
    employment: float = 32
    transfer: float = 200
    other: float = 300
    chain: float = 0.5
    response: float = 0.75
    sought: tuple[str, str] = ("", "")

    @property
    def total(self) -> int:
        """How many people are drawn."""
        return sum(quota.n for quota in self.quotas)

    def stream(self, seed: int, topic: str) -> np.random.Generator:
        """A stream of random numbers of this project and topic alone, whatever the others draw."""
        return np.random.default_rng([seed, self.number, TOPICS.index(topic)])


_GENERAL = ("waiting", "orientation", "support", "transition")
_BLOCKS = tuple(f"block {block + 1}" for block in range(documented("GECKO", "method_blocks")))
_HALLE_EXTENDED = documented("GehVor", "extensions_beyond_plan")
_HALLE_CURRENT = documented("GehVor", "participants_current")
_PAN_PLACES = documented("PaN", "places_per_cycle")
_PAN_DONE = documented("PaN", "completed_earlier_cycles")
_PAN_LEFT = documented("PaN", "remaining_current_cycle")
_LEIPZIG_IN = documented("SanusLE", "participants_entered")
_LEIPZIG_OUT = documented("SanusLE", "exits_to_date")
_EUREGIO_SHARE = documented("Euregio", "planned_throughflow") / documented("Euregio", "planned_inflow")
_AKTIVO_IN = documented("AktiVoReha", "planned_participants")
_AKTIVO_SHARE = _AKTIVO_IN / documented("AktiVoReha", "planned_case_analyses")

PLANS = (
    Plan("GesA", 1, "2020-01-01", (Quota(260),), documented("GesA", "planned_stay"),
         ("waiting", "assessment", "support", "transition"), (2, 10), (
             ("jobcenter", 2), ("carrier", 1), ("health office", 1), ("association", 1), ("municipality", 1),
             ("clinic", 1), ("counselling", 1)), 8, extended=0.93, extension=(6, 14), dropout=180, employment=70,
         transfer=300, other=400, chain=0.25, response=0.8),
    Plan("PaN", 2, "2019-08-01", (
        Quota(_PAN_DONE, ("completed",), 1), Quota(_PAN_PLACES - _PAN_DONE, ("early",), 1),
        Quota(_PAN_DONE + 1, ("completed",), 2), Quota(_PAN_PLACES - _PAN_DONE - 1, ("early",), 2),
        Quota(_PAN_LEFT, ("current",), 3), Quota(_PAN_PLACES - _PAN_LEFT, LEFT, 3)),
         documented("PaN", "cycle_length"), ("waiting", "modules", "practice"), (6,), (
             ("jobcenter", 1), ("carrier", 1), ("clinic", documented("PaN", "day_clinics")),
             ("health insurance", 1), ("employer", 2), ("association", 1)), 3,
         cycles=("2019-11-04", "2020-11-02", "2021-11-01"), admitted=1, extended=0, employment=80,
         chain=0.35, response=0.9),
    Plan("GehVor", 3, "2020-01-01", (
        Quota(documented("GehVor", "waiting_list"), ("waiting",)), Quota(12, ("withdrawn",)),
        Quota(_HALLE_CURRENT - 4, ("current",), extended=False), Quota(4, ("current",), extended=True),
        Quota(_HALLE_EXTENDED - 4, LEFT, extended=True), Quota(50, LEFT, extended=False)),
         documented("GehVor", "planned_stay"), _GENERAL, (2, 7), (
             ("jobcenter", 1), ("carrier", 1), ("rehabilitation provider", 1), ("clinic", 1), ("counselling", 2)),
         3, fte=(1, 1, 0.7), wait=150, dropout=50, chain=0.3),
    Plan("PROGES", 4, "2019-11-01", (
        Quota(documented("PROGES", "participants_cumulative"), ENTERED), Quota(25, ("withdrawn", "waiting"))),
         12, ("waiting", "coaching", "transition"), (8,), (("jobcenter", 1),), documented("PROGES", "staff"),
         admitted=0.94, dropout=45, employment=34, chain=0, response=0.65),
    Plan("SegelSetzen", 5, "2020-02-01", (Quota(155),), 12,
         ("waiting", "orientation", "implementation", "stabilisation", "aftercare"), (4, 7, 6), (
             ("jobcenter", 1), ("carrier", 3), ("pension insurance", 1), ("practice", 1),
             ("employment agency", 1)), 6, first_entry="2020-07-01", extended=0.95, extension=(8, 18),
         dropout=190, employment=70, transfer=300, other=400, chain=0.6, response=0.7,
         sought=("pension insurance", "2020-06-15")),
    Plan("SanusLE", 6, "2020-02-01", (
        Quota(_LEIPZIG_IN - _LEIPZIG_OUT, ("current",)), Quota(_LEIPZIG_OUT, LEFT),
        Quota(documented("SanusLE", "clients_supported") - _LEIPZIG_IN, ("withdrawn",))),
         24, ("waiting", "orientation", "support"), (4,), (
             ("jobcenter", 1), ("health insurance", 2), ("pension insurance", 1), ("association", 3),
             ("counselling", 3), ("practice", 2)), 14, admitted=0.67, extended=0.5, dropout=110, employment=80,
         chain=0.7, response=0.6),
    Plan("LIPSY", 7, "2020-03-01", (
        Quota(documented("LIPSY", "waiting_list"), ("waiting",)), Quota(90, ENTERED), Quota(20, ("withdrawn",))),
         18, ("screening", "assessment", "job coaching"), (2,), (
             ("jobcenter", 1), ("clinic", 1), ("practice", 2), ("counselling", 2)), 5, wait=160, admitted=0.85,
         dropout=55, employment=32, chain=0.15, response=0.85),
    Plan("Euregio", 8, "2020-01-01", (Quota(documented("Euregio", "planned_inflow") // 5),), 24,
         ("profiling", "phase 2", "phase 3"), (9,), (
             ("jobcenter", documented("Euregio", "jobcenters_involved")), ("carrier", 4),
             ("rehabilitation provider", 2), ("clinic", 3), ("practice", 6), ("integration service", 2),
             ("counselling", 6), ("employer", 8), ("health insurance", 2), ("municipality", 3),
             ("employment agency", 1)), 10, first_entry="2020-04-01", wait=60, admitted=_EUREGIO_SHARE,
         extended=0.5, dropout=110, employment=11, transfer=300, chain=0.8, response=0.6),
    Plan("ICH", 9, "2019-11-01", (Quota(235),), 12, _GENERAL, (2, 7), (
        ("jobcenter", 1), ("integration service", 1), ("carrier", 1), ("association", 1), ("practice", 1),
        ("health insurance", 1)), documented("ICH", "case_managers"), extended=0.3, dropout=45, employment=30,
         chain=0.5, response=0.55),
    Plan("G4PZ", 10, "2021-11-01", (Quota(18),), 18, _GENERAL, (3, 10), (
        ("jobcenter", 1), ("carrier", 1), ("municipality", 3), ("health office", 1)), 4, wait=45, chain=0.2,
         response=0.95),
    Plan("AktiVoReha", 11, "2021-11-01", (Quota(60),), documented("AktiVoReha", "planned_stay"),
         ("case analysis", "intensive support", "aftercare"), (4,), (
             ("jobcenter", 1), ("clinic", 1), ("practice", 2), ("employer", 2)), 4, wait=35,
         admitted=_AKTIVO_SHARE, extended=0, dropout=40, chain=0.6, response=0.8),
    Plan("GECKO", 12, "2021-11-01", (Quota(22),), documented("GECKO", "stay_max"),
         ("waiting", *_BLOCKS), (4, 6, 7), (
             ("jobcenter", 1), ("health insurance", 1), ("clinic", 1), ("counselling", 2), ("carrier", 2)), 2,
         fte=(0.5, 0.5), extended=0, chain=0.4, response=0.9),
)
