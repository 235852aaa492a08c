"""What the projects show on one indicator: a caterpillar of estimates beside its funnel."""

from __future__ import annotations

from functools import partial

import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.german import number
from rehapro_analysis.figures.indicators.indicator_words import AXES, quoted, value_text, verdict_word
from rehapro_analysis.figures.indicators.profile_data import Profile, profile_of
from rehapro_analysis.figures.indicators.profile_drawing import draw_profile, profile_height
from rehapro_analysis.figures.indicators.profile_words import BEYOND, HIDDEN, WORDS
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.study.reading import Study

RANKED = "A"  # the only verdict after which projects may stand in the order of their values


def caterpillar_picture(one: Comparison, study: Study, *, verdict: str = "", name: str = "") -> Figure:
    """Projects with 95 % limits, comparison notch and shrunken estimate; beside them the funnel.

    ``one`` comes from ``compared(study, indicator)``, ``verdict`` from the overview: only after an A the projects
    are ordered by value, else as in the study. Below the projects stand their mean and where one more project would
    lie; behind them the band of what would not be a relevant difference. Projects behind whose number
    fewer than five people stand are named, but not shown.
    """
    profile = profile_of(one, study.table("projects").set_index("project")["label"], by_value=verdict == RANKED)
    words = {language: one.definition.label(language) for language in LANGUAGES}
    scale = one.definition.scale
    said = {"de": f"Urteil {verdict_word(verdict, 'de')}. ", "en": f"Verdict {verdict_word(verdict, 'en')}. "} if (
        verdict) else {"de": "", "en": ""}
    order = {"de": "nach ihrem Wert" if verdict == RANKED else "wie in der Studie, nicht nach ihrem Wert",
             "en": "by value" if verdict == RANKED else "as in the study, not by value"}
    hidden = {language: HIDDEN[language] if profile.projects["hidden"].any() else "" for language in LANGUAGES}
    return Figure(
        name=name or f"projects_{one.definition.indicator}",
        title={"de": f"{quoted(words['de'], 'de')}: was die Projekte zeigen und was davon Zufall sein kann",
               "en": f"{quoted(words['en'], 'en')}: what the projects show, and what of it may be chance"},
        note={"de": f"{said['de']}Projekte {order['de']}; {_size(one, 'de')}. Kerben "
                    "(dick) zweier Projekte, die sich nicht berühren: zum Niveau 5 % verschieden, gilt für ein vorab "
                    "gewähltes Paar. Geschrumpft: zum Mittel hin, so weit die eigene Zahl unsicher ist. "
                    "Mittellinie links: der Projekte; rechts: aller Personen. Über "
                    f"Ursachen sagt das nichts.{hidden['de']}",
              "en": f"{said['en']}Projects {order['en']}; {_size(one, 'en')}. Notches "
                    "(thick) of two projects that do not meet: different at 5%, for one pair chosen beforehand. "
                    "Shrunken: towards the mean, as far as the own number is unsure. Middle line at the left: of the "
                    "projects; at the right: of all people. That says nothing of causes."
                    f"{hidden['en']}"},
        alt={language: _in_words(profile, scale, language) for language in LANGUAGES},
        table=profile.projects, origin=study.origin("episodes", "indicators"),
        draw=partial(_draw, profile, scale), size=(13, profile_height(profile)),
    )


def _draw(profile: Profile, scale: str, canvas, language: str) -> None:
    draw_profile(canvas, profile, scale, language)


def _size(one: Comparison, language: str) -> str:
    people = {"de": "Personen", "en": "people"}[language]
    return f"{number(len(one.people), language)} {people}"


def _in_words(profile: Profile, scale: str, language: str) -> str:
    rows = "; ".join(_project(row, scale, language) for row in profile.projects.itertuples())
    ends = "; ".join(f"{WORDS[name][language]} {_limits(row, scale, language)}"
                     for name, row in (("mean", profile.mean), ("new", profile.new)))
    kind = {"de": "Schätzungen mit Grenzen und Trichter", "en": "Estimates with limits, and a funnel"}[language]
    return f"{kind} ({AXES[scale][language]}). {rows}. {ends}."


def _project(row: object, scale: str, language: str) -> str:
    start = f"{row.label}, n {number(row.n, language)}"
    if row.hidden:
        return f"{start}: {WORDS['hidden'][language]}"
    beyond = f", {BEYOND[row.beyond][language]}" if row.beyond else ""
    return f"{start}: {_limits(row, scale, language)}{beyond}"


def _limits(row: object | pd.Series, scale: str, language: str) -> str:
    said = [value_text(value, scale, language) for value in (row.estimate, row.lower, row.upper)]
    return "{} ({} {} {})".format(said[0], said[1], "bis" if language == "de" else "to", said[2])
