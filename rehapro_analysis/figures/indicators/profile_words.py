"""The words of a profile of projects in German and in English."""

from __future__ import annotations

from rehapro_analysis.figures.small_cells import SMALL

WORDS = {
    "estimate": {"de": "Schätzung mit 95-%-Grenzen", "en": "estimate with 95% limits"},
    "notch": {"de": "Kerbe zum Vergleich zweier Projekte", "en": "notch for comparing two projects"},
    "shrunken": {"de": "geschrumpfte Schätzung", "en": "shrunken estimate"},
    "centre": {"de": "Mittel aller Projekte", "en": "mean of all projects"},
    "relevant": {"de": "so weit auseinander: noch nicht bedeutsam", "en": "so far apart: not yet relevant"},
    "mean": {"de": "Mittel der Projekte", "en": "mean of the projects"},
    "new": {"de": "ein weiteres Projekt (95 %)", "en": "one more project (95%)"},
    "hidden": {"de": "nicht gezeigt: kleine Zahlen", "en": "not shown: small numbers"},
    "size": {"de": "Personen im Projekt", "en": "people in the project"},
    "chance": {"de": "95-%-Grenzen des Zufalls", "en": "95% limits of chance"},
    "spread": {"de": "95-%-Grenzen, wenn Projekte wie alle hier streuen",
               "en": "95% limits if projects spread as all here do"},
    "within": {"de": "unauffällig", "en": "within"},
}
BEYOND = {
    "chance": {"de": "auffällig gegenüber Zufall", "en": "conspicuous against chance"},
    "spread": {"de": "auffällig gegenüber der Projektstreuung (der übrigen)",
               "en": "conspicuous against the spread of the other projects"},
}
HIDDEN = {
    "de": f" Nicht gezeigt: Projekte, hinter deren Zahl weniger als {SMALL} Personen stehen, und ein weiteres, wenn "
          "diese Zahl sonst zu errechnen wäre.",
    "en": f" Not shown: projects behind whose number fewer than {SMALL} people stand, and one more if that number "
          "could be worked out otherwise.",
}
