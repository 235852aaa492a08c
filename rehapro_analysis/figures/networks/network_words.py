"""The sentences below and behind network pictures, in German and in English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rehapro_analysis.figures.german import number
from rehapro_analysis.figures.networks.network_contents import STATES, drawn_actors, drawn_pairs
from rehapro_analysis.figures.networks.network_marks import WORDS
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.networks.ties.network import PartnerNetwork

RING_NOTE = {
    "de": "Winkel: Rechtskreis (II bis XII sind Bücher des Sozialgesetzbuchs, „ohne“ heißt keines oder unbekannt). "
          "Abstand von der Mitte: {rings}; sonst bedeuten Abstände nichts. Unbekannt heißt nicht: es gibt keine.",
    "en": "Angle: legal domain (II to XII are books of the German social code, “none” means no book or unknown). "
          "Distance from the middle: {rings}; else distances mean nothing. Unknown is not absent.",
}
PANEL_NOTE = {
    "de": "In allen Feldern gilt dieselbe Karte: Winkel ist der Rechtskreis (II bis XII sind Bücher des "
          "Sozialgesetzbuchs), derselbe Akteur hat überall denselben. Abstand von der Mitte: {rings}. "
          "Unbekannt heißt nicht: es gibt keine.",
    "en": "The same map holds in all panels: the angle is the legal domain (II to XII are books of the German social "
          "code), an actor has the same in all. Distance from the middle: {rings}. Unknown pairs "
          "are not absent.",
}
FREE_NOTE = {
    "de": "Anordnung nach Kamada und Kawai, Startwert {seed}; Abstände und Richtungen bedeuten nichts. "
          "Unbekannt heißt nicht: es gibt keine.",
    "en": "Layout by Kamada and Kawai, seed {seed}; distances and directions mean nothing. Unknown is "
          "not absent.",
}
MATRIX_NOTE = {
    "de": "Zeile und Spalte sind Akteure in derselben Reihenfolge, geordnet nach Rechtskreis{direction}. Ein Punkt "
          "ist eine beobachtete Abwesenheit, Schraffur heißt unbekannt.",
    "en": "Rows and columns are actors in the same order, by legal domain{direction}. A dot is an observed absence, "
          "hatching means unknown.",
}
DIRECTION = {"de": "; gelesen von der Zeile zur Spalte", "en": "; read from row to column"}
UNDRAWN = {"de": " Richtungen der Beziehungen sind nicht gezeichnet.", "en": " Directions of ties are not drawn."}
RINGS_TOLD = {
    "de": ("{0}, von innen nach außen gestuft", "überall gleich ({0})", "ohne Partner", "keine Beziehung genannt"),
    "en": ("{0}, from the inside outwards", "the same for all ({0})", "no partners", "no tie named"),
}
STATE_WORDS = {
    "de": WORDS["de"] | {"absent": "nachweislich keine Beziehung", "unknown": "unbekannt"},
    "en": WORDS["en"] | {"absent": "observed absence", "unknown": "unknown"},
}
NO_PAIRS = {"de": "Es gibt kein Paar.", "en": "There is no pair."}


def map_note(sentences: Mapping[str, str], network: PartnerNetwork, **parts: Mapping[str, str]) -> dict[str, str]:
    """The note of a map in both languages with its parts, and that directions are not drawn if ties have one."""
    return {language: sentence.format(**{name: words[language] for name, words in parts.items()})
            + (UNDRAWN[language] if network.directed else "") for language, sentence in sentences.items()}


def ring_words(rings: Sequence[str], language: str) -> str:
    """What the rings of a sector map stand for, from the middle outwards."""
    several, one, alone, none = RINGS_TOLD[language]
    words = [none if ring == "none" else STATE_WORDS[language][ring] for ring in rings]
    if not words:
        return alone
    return (several if len(words) > 1 else one).format("; ".join(words))


def panel_words(pairs: pd.DataFrame, n: int, language: str) -> str:
    """How many actors a panel has, and of how many of their pairs nothing is known."""
    told_ = {"de": "{n} Akteure, {unknown} von {all} Paaren unbekannt",
             "en": "{n} actors, {unknown} of {all} pairs unknown"}
    unknown = int(pairs["state"].eq("unknown").sum())
    numbers = {"n": n, "unknown": unknown, "all": len(pairs)}
    return told_[language].format(**{name: number(value, language) for name, value in numbers.items()})


def counted_states(network: PartnerNetwork, language: str) -> str:
    """How many pairs are in each state, in words.

    >>> counted_states(PartnerNetwork.from_matrix([[0, 1], [1, 0]]), "en")
    'working together: 1'
    """
    counts = drawn_pairs(network)["state"].value_counts()
    found = [f"{STATE_WORDS[language][state]}: {number(counts[state], language)}" for state in STATES
             if state in counts]
    return "; ".join(found) or NO_PAIRS[language]


def told(network: PartnerNetwork) -> dict[str, str]:
    """A network in words: the states of its pairs, and every actor with its legal domains."""
    actors, words = drawn_actors(network), {"de": ("Paare", "Akteure"), "en": ("Pairs", "Actors")}
    told_ = {}
    for language in LANGUAGES:
        pairs, who = words[language]
        listed = ", ".join(f"{row.label} ({'|'.join(row.domains) or WORDS[language]['none']})"
                           for row in actors.itertuples())
        told_[language] = f"{pairs}: {counted_states(network, language)}. {who}: {listed or '–'}."
    return told_
