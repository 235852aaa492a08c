"""The documented numbers that the invented people agree with, each with the place where it stands.

A locator ``§3 b4`` is a bullet of the third project's section in the forum's documentation of
2022-06-15; an entry ``web`` stands in ``facts.csv`` with its address. Names of quantities are
those of ``facts.csv``, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Anchor:
    """A documented number: ``low`` equals ``high`` where it is exact; ``how`` says what the draw makes of it."""

    project: str
    quantity: str
    low: float
    high: float
    locator: str
    how: str


_ANCHORS = (
    Anchor("GesA", "planned_stay", 12, 12, "§1 b10", "months from entry to planned end"),
    Anchor("GesA", "actual_stay", 18, 24, "§1 b10", "median stay in months, Kaplan-Meier"),
    Anchor("PaN", "cycle_length", 12, 12, "§2 b2", "months from entry to planned end"),
    Anchor("PaN", "places_per_cycle", 15, 15, "§2 b3", "people entering in each cycle"),
    Anchor("PaN", "remaining_current_cycle", 11, 11, "§2 b3", "people still there at the lock date"),
    Anchor("PaN", "completed_earlier_cycles", 12, 13, "§2 b3", "completions in each earlier cycle"),
    Anchor("PaN", "cycle_started", 3, 3, "web", "cycles begun by the lock date"),
    Anchor("PaN", "day_clinics", 2, 2, "§2 b1", "clinics in the network"),
    Anchor("GehVor", "participants_current", 32, 32, "§3 b4", "people there at the lock date"),
    Anchor("GehVor", "participants_per_staff", 10.8, 13.2, "§3 b4", "people there per full post"),
    Anchor("GehVor", "waiting_list", 36, 44, "§3 b8", "people waiting at the lock date: 40"),
    Anchor("GehVor", "planned_stay", 12, 12, "§3 b9", "months from entry to planned end"),
    Anchor("GehVor", "extensions_beyond_plan", 10, 10, "§3 b9", "people who stayed beyond the planned end"),
    Anchor("GehVor", "places_concurrent", 45, 55, "web", "ceiling that the stock never exceeds"),
    Anchor("PROGES", "participants_cumulative", 385, 385, "§4 b3", "people entered; reading A, half of 770"),
    Anchor("PROGES", "project_partners", 0, 0, "§4 b2", "ties to partners"),
    Anchor("PROGES", "staff", 16, 16, "web", "coaches at the lock date"),
    Anchor("PROGES", "min_age", 18, 18, "web", "youngest age possible"),
    Anchor("SegelSetzen", "mean_stay", 18, 18, "§5 b3", "mean of the full, uncut stay in months"),
    Anchor("SegelSetzen", "partner_recruitment_effort", 2, 2, "§5 b4", "years of courting the pension insurance"),
    Anchor("SegelSetzen", "preparation_phase", 5, 5, "web", "months from start to the first possible entry"),
    Anchor("SegelSetzen", "project_phases", 4, 4, "web", "phases of a stay"),
    Anchor("SanusLE", "clients_supported", 620, 620, "§6 b1", "people referred"),
    Anchor("SanusLE", "participants_entered", 417, 417, "§6 b1", "people entered"),
    Anchor("SanusLE", "exits_to_date", 68, 68, "§6 b1", "exits of every kind by the lock date"),
    Anchor("LIPSY", "waiting_list", 80, 80, "§7 b1", "people waiting at the lock date"),
    Anchor("Euregio", "planned_inflow", 2160, 2160, "§8 b5", "denominator of the share that enters"),
    Anchor("Euregio", "planned_throughflow", 720, 720, "§8 b5", "share of those profiled who enter: 720 of 2160"),
    Anchor("Euregio", "planned_outflow", 530, 530, "§8 b5", "share of exits that lead to work: 530 of 720"),
    Anchor("Euregio", "participant_from_phase", 2, 2, "§8 b11", "phase in which a stay begins"),
    Anchor("Euregio", "jobcenters_involved", 3, 3, "§8 b4", "jobcenters in the network"),
    Anchor("Euregio", "actors_total", 36, 44, "§8 b4", "actors in the network: 40"),
    Anchor("ICH", "participants_cumulative", 270, 330, "web", "ceiling; said of January 2023, seven months later"),
    Anchor("ICH", "case_managers", 4, 4, "web", "coaches at the lock date"),
    Anchor("G4PZ", "households_in_project", 27, 33, "web", "ceiling; said of February 2023, eight months later"),
    Anchor("AktiVoReha", "planned_case_analyses", 1500, 1500, "§11 b2", "denominator of the share that enters"),
    Anchor("AktiVoReha", "planned_participants", 500, 500, "§11 b2", "share of analyses that enter: 500 of 1500"),
    Anchor("AktiVoReha", "planned_stay", 6, 6, "§11 b3", "months from entry to planned end"),
    Anchor("GECKO", "stay_max", 24, 24, "web", "months that no planned end exceeds"),
    Anchor("GECKO", "participants_per_staff", 25, 25, "web", "ceiling of people there per full post"),
    Anchor("GECKO", "method_blocks", 4, 4, "web", "phases of a stay"),
)

ANCHORS: dict[tuple[str, str], Anchor] = {(anchor.project, anchor.quantity): anchor for anchor in _ANCHORS}


def documented(project: str, quantity: str) -> int:
    """The documented number, or the middle of its interval rounded down, as a whole number.

    >>> documented("GehVor", "waiting_list"), documented("PaN", "completed_earlier_cycles")
    (40, 12)
    """
    anchor = ANCHORS[project, quantity]
    return int((anchor.low + anchor.high) // 2)
