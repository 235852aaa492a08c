"""The documented partner networks as pictures: all projects at once, and one panel a project."""

from __future__ import annotations

from functools import partial

import pandas as pd

from rehapro_analysis.figures.figure import Figure
from rehapro_analysis.figures.networks.network_drawing import draw_all, draw_panels
from rehapro_analysis.figures.networks.network_marks import WORDS
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.networks.legal_domains.coverage import GROUPS
from rehapro_analysis.networks.ties.network import in_order
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

UNKNOWN_TIES = {
    "de": "Ob die Partner auch untereinander zusammenarbeiten, ist unbekannt; das heißt nicht, dass sie es nicht tun.",
    "en": "Whether partners also work with each other is unknown, which does not mean that they do not.",
}


def documented_network(study: Study, *, origin: str = "documented") -> Figure:
    """All projects' networks at once: partners outside, jobcenters between, institutes in the middle.

    ``table`` has a row a tie: project, jobcenter, partner, kind, legal_domains, relation, group.
    """
    ties = _ties(study, origin)
    return Figure(
        "documented_network",
        _counted(_partners(ties)["group"].value_counts().reindex(GROUPS, fill_value=0), ties["project"].nunique()),
        {"de": f"Gezeigt ist, was Dokumente nennen. {UNKNOWN_TIES['de']} Eine Gruppe ohne Namen zählt als ein "
               "Partner. Abstände haben keine Bedeutung.",
         "en": f"Shown is what documents name. {UNKNOWN_TIES['en']} An unnamed group counts as one partner. "
               "Names stay German. Distances mean nothing."},
        _told(ties), _shown(ties), origin, partial(draw_all, _labels(study), ties), (13, 10.6),
    )


def network_small_multiples(study: Study, *, origin: str = "documented") -> Figure:
    """One panel a project on the same sector map: the angle is the partner's legal domain.

    A partner of several domains lies in the first of them; its label names them all. ``table`` as in
    `documented_network`, without evaluation.
    """
    ties = _ties(study, origin)
    return Figure(
        "network_small_multiples",
        {"de": "Mit wem die Projekte zusammenarbeiten, nach Rechtskreis",
         "en": "With whom the projects work, by legal domain"},
        {"de": "In Klammern: die Bücher des Sozialgesetzbuchs, nach denen ein Partner handelt; „–“ heißt keines, "
               "„?“ unbekannt. Jedes Buch liegt in allen Feldern in derselben Richtung, ein Partner mit mehreren "
               f"Büchern beim ersten. {UNKNOWN_TIES['de']}",
         "en": "In brackets: the books of the German social code that a partner acts under; “–” means none, “?” "
               "unknown. A book lies in the same direction in all panels, a partner of several books at the first. "
               f"Names stay German. {UNKNOWN_TIES['en']}"},
        _told(ties, evaluation=False), _shown(_partners(ties)), origin, partial(draw_panels, _labels(study), ties),
        (13, 13.4),
    )


def _counted(count: pd.Series, projects: int) -> dict[str, str]:
    """The title: how many partners stand where, as far as there are any."""
    words = {"active": ("aktiv", "at work"), "identified": ("geplant oder benannt", "planned or named"),
             "attempted": ("umworben", "courted"), "former": ("ehemalig", "former")}
    listed = [", ".join(f"{n} {words[group][place]}" for group, n in count.items() if n) for place in (0, 1)]
    return {"de": f"Partner der {projects} Projekte: {listed[0]}",
            "en": f"Partners of {projects} projects: {listed[1]}"}


def _ties(study: Study, origin: str) -> pd.DataFrame:
    """A row a tie with what is drawn of its partner; projects in their order."""
    ties = study.table("ties")
    ties = ties[ties["origin"].eq(origin)]
    if ties.empty or ties.groupby("project")["source"].nunique().gt(1).any():
        raise StudyError.of(f"These pictures show stars; the {origin} ties are none, or start at several actors.",
                            "Draw such a network from its graph.")
    actors = study.table("actors").set_index("actor")
    group_of = {status: group for group, statuses in GROUPS.items() for status in statuses}
    group = ties["status"].map(group_of).mask(ties["relation"].eq("evaluation"), "evaluation")
    order = {project: place for place, project in enumerate(study.table("projects")["project"])}
    columns = ["label", "short_label", "kind", "legal_domains", "named"]
    told = actors.loc[ties["target"], columns].set_axis(ties.index)
    drawn = ties[["project", "source", "target", "relation"]].assign(
        group=group, lead=actors["short_label"].reindex(ties["source"]).to_numpy(), **told,
    )
    return drawn.sort_values("project", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def _partners(ties: pd.DataFrame) -> pd.DataFrame:
    return ties[ties["group"].ne("evaluation")]


def _labels(study: Study) -> dict[str, str]:
    return study.table("projects").set_index("project")["label"].to_dict()


def _shown(ties: pd.DataFrame) -> pd.DataFrame:
    domains = ["|".join(in_order(one)) for one in ties["legal_domains"]]
    columns = ["project", "lead", "label", "kind", "legal_domains", "relation", "group"]
    return ties.assign(legal_domains=domains)[columns].rename(columns={"lead": "jobcenter", "label": "partner"})


def _told(ties: pd.DataFrame, *, evaluation: bool = True) -> dict[str, str]:
    """The picture in words: every project with its partners."""
    told = {}
    for language in LANGUAGES:
        words, sentences = WORDS[language], []
        for project, rows in ties.groupby("project", sort=False):
            drawn = rows if evaluation else _partners(rows)
            named = [f"{row.label} ({words[row.group]})" for row in drawn.itertuples()] or [words["alone"]]
            sentences.append(f"{project}: {', '.join(named)}.")
        told[language] = " ".join(sentences)
    return told
