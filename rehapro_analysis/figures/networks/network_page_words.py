"""The words of the interactive network page, in German and in English."""

from __future__ import annotations

from rehapro_analysis.figures.networks.network_marks import WORDS
from rehapro_analysis.figures.networks.network_words import STATE_WORDS
from rehapro_analysis.figures.style import LANGUAGES, ORIGIN, TAG

KIND_WORDS = {
    "jobcenter": "Jobcenter", "employment agency": "Agentur für Arbeit", "municipality": "Kommune",
    "health office": "Gesundheitsamt", "carrier": "Träger", "clinic": "Klinik", "practice": "Praxis",
    "rehabilitation provider": "Rehabilitationseinrichtung", "health insurance": "Krankenkasse",
    "pension insurance": "Rentenversicherung", "counselling": "Beratungsstelle",
    "integration service": "Integrationsfachdienst", "association": "Verein", "employer": "Betrieb",
    "research institute": "Forschungsinstitut", "other": "andere",
}
RELATION_WORDS = {
    "information": "Information", "referral": "Zuweisung", "handover": "Übergabe",
    "joint case work": "gemeinsame Fallarbeit", "steering": "Steuerung", "contract": "Vertrag",
    "funding": "Finanzierung", "service": "Dienstleistung", "assessment": "Diagnostik", "treatment": "Behandlung",
    "evaluation": "Evaluation", "cooperation": "Kooperation",
}
PAGE_WORDS = {
    "de": {
        "language": "Sprache", "filters": "Auswahl", "domain": "Rechtskreis", "relation": "Beziehung",
        "state": "Stand", "date": "Tag", "now": "Stand der Tabellen", "layout": "Anordnung", "all": "alle",
        "sector": "nach Rechtskreis", "free": "frei", "shown": "gezeigte Beziehungen", "reset": "Zurücksetzen",
        "actor": "Akteur", "partner": "Partner", "since": "seit", "until": "bis", "details": "Einzelheiten",
        "hint": "Akteur mit Maus oder Tabulatortaste wählen; Eingabetaste hält ihn fest, Escape löst ihn.",
        "kind": "Art", "books": "Rechtskreise", "unknown_pairs": "unbekannte Paare", "of": "von",
        "several": "doppelter Rand: mehrere Rechtskreise", "hatched": "schraffiert: mindestens die Hälfte der Paare "
        "unbekannt", "hollow": "hohl: in der Quelle ohne Namen", "none": "keine Beziehung in dieser Auswahl",
        "sector_note": "Winkel: Rechtskreis. Abstand von der Mitte: {rings}; sonst bedeuten Abstände nichts.",
        "free_note": "Anordnung nach Kamada und Kawai, Startwert {seed}; Abstände und Richtungen bedeuten nichts.",
        "unknown_note": "Unbekannt: {unknown} von {all} Paaren. Unbekannt heißt nicht: es gibt keine.",
        "undated": "Beziehungen ohne Datum stehen an jedem Tag.",
    },
    "en": {
        "language": "Language", "filters": "Selection", "domain": "Legal domain", "relation": "Relation",
        "state": "Status", "date": "Day", "now": "as in the tables", "layout": "Layout", "all": "all",
        "sector": "by legal domain", "free": "free", "shown": "ties shown", "reset": "Reset",
        "actor": "Actor", "partner": "Partner", "since": "since", "until": "until", "details": "Details",
        "hint": "Choose an actor with mouse or tab key; enter holds it, escape lets it go.",
        "kind": "Kind", "books": "Legal domains", "unknown_pairs": "unknown pairs", "of": "of",
        "several": "double rim: several legal domains", "hatched": "hatched: at least half of the pairs unknown",
        "hollow": "hollow: not named in the source", "none": "no tie in this selection",
        "sector_note": "Angle: legal domain. Distance from the middle: {rings}; else distances mean nothing.",
        "free_note": "Layout by Kamada and Kawai, seed {seed}; distances and directions mean nothing.",
        "unknown_note": "Unknown: {unknown} of {all} pairs. Unknown is not absent.",
        "undated": "Ties without a date stand on every day.",
    },
}


def page_words(origin: str) -> dict[str, dict[str, object]]:
    """All words of a page by language: its own, and those of kinds, relations, states and domains."""
    own = {"de": (KIND_WORDS, RELATION_WORDS), "en": ({kind: kind for kind in KIND_WORDS},
                                                      {name: name for name in RELATION_WORDS})}
    return {
        language: PAGE_WORDS[language] | {
            "kinds": own[language][0], "relations": own[language][1], "states": STATE_WORDS[language],
            "groups": WORDS[language], "origin": ORIGIN[origin][language],
            "tag": TAG[language] if origin == "synthetic" else "",
        } for language in LANGUAGES
    }
