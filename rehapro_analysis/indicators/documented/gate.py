"""The gate before any comparison of documented counts: what may enter, and why the rest may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rehapro_analysis.indicators.documented.counts import PLANS, DocumentedCount, described, origin_of, read_counts
from rehapro_analysis.indicators.measures.definitions import not_aims
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study

REASONS = {
    "plan": ("geplant, nicht beobachtet: Pläne haben keinen Stichprobenfehler",
             "planned, not observed: plans have no sampling error"),
    "derived": ("errechnet, nicht beobachtet", "derived by arithmetic, not observed"),
    "unclear": ("die Quelle lässt offen, was die Zahl zählt", "the source leaves open what the number counts"),
    "running": ("läuft noch: das Ergebnis steht nicht fest", "still running: the outcome is not settled"),
    "target": ("Verhältnis zu einem Plan, kein Anteil von Personen", "relative to a plan, no share of people"),
    "not an aim": ("erklärtermaßen nicht Ziel des Projekts", "explicitly not an aim of the project"),
    "unknown": ("kein Zähler dokumentiert", "no count is documented"),
    "no denominator": ("von wie vielen, ist nicht dokumentiert", "of how many is not documented"),
    "class": ("keine zweite Angabe, die dasselbe zählt", "no second number that counts the same"),
    "repeated": ("zweite Angabe desselben Projekts", "second number of the same project"),
}


@dataclass(frozen=True)
class Gate:
    """``admitted`` counts may be compared; ``refused`` pairs every other one with codes of `REASONS`."""

    admitted: tuple[DocumentedCount, ...]
    refused: tuple[tuple[DocumentedCount, tuple[str, ...]], ...]

    def reasons(self, language: str) -> str:
        """Every reason with the projects it holds for, in "de" or "en"."""
        place = ("de", "en").index(language)
        codes = dict.fromkeys(code for _, found in self.refused for code in found)
        return "; ".join(f"{REASONS[code][place]} ({', '.join(self._projects(code))})" for code in codes)

    def _projects(self, code: str) -> list[str]:
        return list(dict.fromkeys(one.project for one, found in self.refused if code in found))


def gate(counts: Sequence[DocumentedCount], aims: Mapping[str, frozenset[str]] | None = None) -> Gate:
    """Let in what is observed, is a cross-section or cumulative, and counts the same in at least two projects.

    Of several comparability classes the one with the most projects enters (the first of equals); of several counts of a
    project the first. ``aims`` names, by indicator, the projects whose aim it explicitly is not.

    >>> counts = [DocumentedCount(entry=str(x), project=str(x), indicator="a", x=(x, x), n=(9, 9), comparable="c",
    ...                           status=status) for x, status in ((1, "observed"), (2, "observed"), (3, "planned"))]
    >>> [one.entry for one in gate(counts).admitted], gate(counts).refused[0][1]
    (['1', '2'], ('plan',))
    """
    found = {one.entry: list(_objections(one, aims or {})) for one in counts}
    open_ = [one for one in counts if not found[one.entry]]
    projects = {one.comparable: len({other.project for other in open_ if other.comparable == one.comparable})
                for one in open_}
    largest = max(projects, key=projects.get, default=None)
    seen: set[str] = set()
    for one in open_:
        if one.comparable != largest or projects[largest] < 2:
            found[one.entry].append("class")
        elif one.project in seen:
            found[one.entry].append("repeated")
        else:
            seen.add(one.project)
    return Gate(tuple(one for one in counts if not found[one.entry]),
                tuple((one, tuple(found[one.entry])) for one in counts if found[one.entry]))


def admitted_counts(study: Study, indicator: str) -> tuple[DocumentedCount, ...]:
    """The counts of an indicator that may be compared; :class:`StudyError` with every refusal if fewer than two may."""
    passed = gate(read_counts(study, indicator), not_aims(study))
    if len(passed.admitted) < 2:
        raise StudyError([Problem("counts", None, "entry", one.entry,
                                  "; ".join(REASONS[code][1] for code in codes) + ".",
                                  "Enter an observed count that counts the same in at least two projects.")
                          for one, codes in passed.refused]
                         or [Problem("counts", None, "indicator", indicator, "no count is documented.",
                                     "Ask the projects for x, n and the day.")])
    return passed.admitted


def refused_counts(study: Study, indicator: str | None = None) -> Result:
    """Every documented count that may not enter a comparison, with all reasons.

    ``table``: the columns of `described`, reason_de, reason_en.
    """
    counts, aims = read_counts(study, indicator), not_aims(study)
    by = {name: gate([one for one in counts if one.indicator == name], aims)
          for name in dict.fromkeys(one.indicator for one in counts)}
    table = described(study, {
        one: {f"reason_{language}": "; ".join(REASONS[code][place] for code in codes)
              for place, language in enumerate(("de", "en"))}
        for passed in by.values() for one, codes in passed.refused})
    return Result(table, "documented counts that may not be compared",
                  ("A comparison of projects needs people observed in each, counted alike.",),
                  len(table), origin_of(study), counted="counts")


def _objections(one: DocumentedCount, aims: Mapping[str, frozenset[str]]):
    if one.status in PLANS:
        yield "plan"
    elif one.status != "observed":
        yield one.status
    if one.kind in ("running", "target"):
        yield one.kind
    if one.project in aims.get(one.indicator, ()):
        yield "not an aim"
    if one.x is None:
        yield "unknown"
    if one.n is None and one.at_most == float("inf"):
        yield "no denominator"
