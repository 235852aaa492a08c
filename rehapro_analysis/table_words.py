"""Words for the columns and the coded values of tables, German and English, in one place.

A column or value without an entry keeps its own name, underscores as spaces.
"""

from __future__ import annotations

_HEADINGS = {
    "project": ("Projekt", "project"), "label": ("Name", "name"), "jobcenters": ("Jobcenter", "jobcenters"),
    "state": ("Land", "state"), "start": ("Beginn", "start"), "end": ("Ende", "end"),
    "funding_call": ("Förderaufruf", "funding call"), "constellation": ("Kernteam", "core team"),
    "mandate": ("Verantwortung", "responsibility"), "topic": ("Thema", "topic"),
    "projects_with_number": ("Projekte mit einer Zahl", "projects with a number"),
    "projects_with_observed_number": ("davon mit einer beobachteten", "of them with an observed one"),
    "quantity": ("Größe", "quantity"), "number": ("Zahl", "number"), "unit": ("Einheit", "unit"),
    "status": ("Art", "kind"), "reading": ("Lesart", "reading"), "as_of": ("Stand", "as of"),
    "locator": ("Fundstelle", "place"), "agreement": ("Verhältnis", "how they stand"), "note": ("Hinweis", "note"),
    "forum_part": ("Teil des Forums", "part of the forum"), "question": ("Frage", "question"),
    "helping factor": ("fördernd", "helping factor"), "hindering factor": ("hemmend", "hindering factor"),
    "open question": ("offene Frage", "open question"), "challenge": ("Herausforderung", "challenge"),
    "condition": ("Bedingung", "condition"), "practice": ("Praxis", "practice"), "proposal": ("Vorschlag", "proposal"),
    "strength": ("Stärke", "strength"), "notebook": ("Notebook", "notebook"),
    "n_actors": ("Akteure", "actors"), "active": ("arbeiten mit", "at work"),
    "identified": ("geplant oder benannt", "planned or named"), "attempted": ("umworben", "courted"),
    "former": ("beendet", "ended"), "n_domains": ("Rechtskreise", "legal domains"), "domains": ("welche", "which"),
    "n_domain_unknown": ("Akteure mit unbekanntem Rechtskreis", "actors of unknown domain"),
    "named_share": ("mit Namen genannt", "named"), "domain": ("Rechtskreis", "legal domain"),
    "reach": ("erreicht", "reached"), "partner": ("Partner", "partner"), "since": ("seit", "since"),
    "until": ("bis", "until"), "months": ("Monate", "months"), "last_status": ("zuletzt", "last known"),
    "censored": ("noch offen", "still open"),
    "monthly_chance_upper": ("höchste monatliche Chance", "highest monthly chance"),
    "estimate": ("Schätzung", "estimate"), "std_error": ("Standardfehler", "standard error"),
    "limits": ("Grenzen", "limits"), "share": ("Anteil", "share"), "count": ("Anzahl", "count"), "of": ("von", "of"),
    "statistic": ("Prüfgröße", "statistic"), "df": ("Freiheitsgrade", "df"), "p_value": ("p", "p"),
    "p_adjusted": ("p, angepasst", "p, adjusted"), "time": ("Zeit", "time"), "cause": ("Grund", "cause"),
    "n_risk": ("unter Beobachtung", "at risk"), "n_event": ("Ereignisse", "events"),
    "n_censored": ("zensiert", "censored"), "comparison": ("Vergleich", "comparison"), "measure": ("Maß", "measure"),
    "horizon": ("bis zum Zeitpunkt", "up to"), "answer": ("Antwort", "answer"), "month": ("Monat", "month"),
    "assumption": ("Annahme", "assumption"), "from": ("von", "from"), "to": ("bis", "to"), "kind": ("Art", "kind"),
}

_VALUES = {
    True: ("ja", "yes"), False: ("nein", "no"), "unknown": ("unbekannt", "unknown"), "none": ("keine", "none"),
    "observed": ("beobachtet", "observed"), "planned": ("geplant", "planned"), "target": ("Ziel", "target"),
    "derived": ("errechnet", "derived"), "unclear": ("unklar", "unclear"),
    "two readings": ("zwei Lesarten", "two readings of one sentence"),
    "no common value": ("kein gemeinsamer Wert", "no value fits all"),
    "far apart": ("vereinbar, aber weit auseinander", "compatible, but far apart"),
    "whole programme": ("ganzes Programm", "whole programme"),
    "several jobcenters": ("mehrere Jobcenter", "several jobcenters"),
    "jobcenter": ("Jobcenter allein", "jobcenter alone"),
    "lead": ("nur Jobcenter", "jobcenter only"), "active": ("arbeitet mit", "at work"),
    "identified": ("geplant", "planned"), "attempted": ("umworben", "courted"), "former": ("beendet", "ended"),
    "contacted": ("angesprochen", "contacted"), "negotiating": ("in Verhandlung", "negotiating"),
    "declined": ("abgelehnt", "declined"), "withdrawn": ("zurückgezogen", "withdrawn"),
    "dormant": ("ruhend", "dormant"),
    "ended": ("beendet", "ended"), "failed": ("gescheitert", "failed"), "impossible": ("ausgeschlossen", "ruled out"),
    "projects": ("Projekte", "projects"), "strengths": ("Stärken", "strengths"), "plenum": ("Plenum", "plenum"),
    **{f"table {number}": (f"Tisch {number}", f"table {number}") for number in range(1, 6)},
    "persons": ("Personen", "persons"), "years": ("Jahre", "years"), "percent": ("Prozent", "percent"),
    "period": ("Laufzeit", "period"), "inflow": ("Zugang", "inflow"),
    "stock": ("Bestand", "stock"), "waiting": ("Warteliste", "waiting list"), "stay": ("Teilnahmedauer", "stay"),
    "phases": ("Phasen", "phases"), "exits": ("Austritte", "exits"), "outcomes": ("Ergebnisse", "outcomes"),
    "team": ("Team", "team"), "partners": ("Partner", "partners"), "money": ("Finanzen", "money"),
    "setting": ("Umfeld", "setting"), "evaluation": ("Begleitung", "evaluation"),
}
_IN_COLUMN = {  # a value that means something else in one column
    ("topic", "target"): ("Zielzahlen", "targets"), ("reach", "none"): ("–", "–"), ("notebook", "none"): ("–", "–"),
}


def heading(column: object, language: str) -> str:
    """The heading of a column.

    >>> heading("n_actors", "de"), heading("n_risk", "en"), heading("odds_ratio", "de")
    ('Akteure', 'at risk', 'odds ratio')
    """
    known = _HEADINGS.get(column)
    return str(column).replace("_", " ") if known is None else known[language == "en"]


def word(value: object, language: str, column: str = "") -> str:
    """The word for a coded value, where it matters in its column.

    >>> word("target", "de"), word("target", "de", "topic"), word(True, "en"), word("GesA", "de")
    ('Ziel', 'Zielzahlen', 'yes', 'GesA')
    """
    known = _IN_COLUMN.get((column, value)) or _VALUES.get(value)
    return str(value) if known is None else known[language == "en"]
