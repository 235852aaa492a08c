"""What-if scenarios whose numbers stand in the documents; what no document gives is an argument with a name."""

from __future__ import annotations

from rehapro_analysis.study.evidence import Fact, fact
from rehapro_analysis.study.reading import Study
from rehapro_analysis.throughput.documented.steady_state import EVEN
from rehapro_analysis.throughput.forecasts.periods import funded_months
from rehapro_analysis.throughput.simulation.programme import AnyDuration, Phase, Programme

PLANNED_STAY = "Everybody stays the planned time."


def places_in_halle(study: Study, *, stay: AnyDuration | None = None, patience: AnyDuration | None = None,
                    months: int = 36) -> dict[str, Programme]:
    """Geh vor! with as many places as people were there, and with both ends of the places it planned.

    Documented: people there, people waiting (the middle of the documented range), places, the target. Assumed:
    the target is spread evenly over the funded months; everybody stays the planned time unless ``stay`` says
    otherwise; nobody gives up unless ``patience`` does.
    """
    there, waiting = fact(study, "GehVor", "participants_current"), fact(study, "GehVor", "waiting_list")
    planned, places = fact(study, "GehVor", "planned_stay"), fact(study, "GehVor", "places_concurrent")
    counts = dict.fromkeys(int(count) for count in (there.low, places.low, places.high))
    return {f"{count}": Programme(
        Phase(count, planned.low if stay is None else stay, patience=patience, present=int(there.low)),
        arrivals=_spread_target(study, "GehVor"), months=months, waiting=int(_middle(waiting)),
        assumed=(EVEN, "Nobody else comes than the target says.", *([PLANNED_STAY] if stay is None else [])),
        origin=study.origin("facts")) for count in counts}


def longer_stay_of_gesa(study: Study, *, patience: AnyDuration | None = None) -> dict[str, Programme]:
    """GesA with the places its plan needed and stays as planned, and as they became (both ends of the range).

    Documented: target, planned and actual stay, funded months. Assumed: the target is spread evenly over the
    funded months; there are as many places as the plan then needs, target x planned stay/months; everybody
    stays equally long; nobody gives up unless ``patience`` says so; the project starts empty.
    """
    planned, actual = fact(study, "GesA", "planned_stay"), fact(study, "GesA", "actual_stay")
    rate = _spread_target(study, "GesA")
    stays = dict.fromkeys((planned.low, actual.low, actual.high))
    return {f"{stay:g}": Programme(Phase(round(rate * planned.low), stay, patience=patience), arrivals=rate,
                                   months=int(funded_months(study, "GesA")), origin=study.origin("facts"),
                                   assumed=(EVEN, "There are as many places as the plan needs.",
                                            "Everybody stays equally long.", "The project starts empty."))
            for stay in stays}


def cycles_of_pan(study: Study, *, stay: AnyDuration | None = None, arrivals: float | None = None,
                  patience: AnyDuration | None = None) -> dict[str, Programme]:
    """PaN with its groups of fixed places and starts, and the same places refilled as soon as they are free.

    Documented: places, length and number of cycles. Assumed: the first group is full from the beginning;
    ``stay`` (the whole cycle if not given); ``arrivals`` per month (what fills every group if not given).
    """
    places, length = fact(study, "PaN", "places_per_cycle"), fact(study, "PaN", "cycle_length")
    rate = places.low / length.low if arrivals is None else arrivals
    given = {"places": int(places.low), "stay": length.low if stay is None else stay, "patience": patience}
    assumed = ["The first group is full from the beginning."]
    assumed += [PLANNED_STAY] if stay is None else []
    assumed += ["As many come as fill every group."] if arrivals is None else []
    months = int(fact(study, "PaN", "cycles").low * length.low)
    return {name: Programme(Phase(**given, cycle=cycle), arrivals=rate, months=months, waiting=int(places.low),
                            origin=study.origin("facts"), assumed=tuple(assumed))
            for name, cycle in (("fixed starts", length.low), ("refilled at once", None))}


def _middle(one: Fact) -> float:
    return (one.low + one.high) / 2


def _spread_target(study: Study, project: str) -> float:
    """Entries per month if the target is spread evenly over the funded months."""
    return fact(study, project, "target_participants").low / funded_months(study, project)
