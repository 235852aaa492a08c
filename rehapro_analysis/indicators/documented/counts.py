"""A documented count of a success indicator: x of n, each a number, a range or unknown, and what kind it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np
import pandas as pd

from rehapro_analysis.results import Result
from rehapro_analysis.study.evidence import Fact, fact
from rehapro_analysis.study.problems import Problem, StudyError
from rehapro_analysis.study.reading import Study
from rehapro_analysis.study.tables import TABLES

Range = tuple[float, float]
STATUSES = TABLES["facts"].column("status").allowed
KINDS = TABLES["counts"].column("kind").allowed
PLANS = ("planned", "target")
_OTHERS = ("the others", "the others at most")


@dataclass(frozen=True, kw_only=True)
class DocumentedCount:
    """``x`` of ``n`` in one project; a pair of ends, or None where no document gives the number.

    ``n`` None is bounded by ``at_most``, if anything documented bounds it. ``kind``: cross-section (on one day),
    cumulative (since the beginning), running (not over, so that x can only fall), target (x relative to a planned
    n). ``comparable`` is the comparability class: only equal ones may be compared. ``derived_from`` names the
    quantities behind own arithmetic. Raises :class:`StudyError` where the numbers contradict each other.
    """

    entry: str
    project: str
    indicator: str
    x: Range | None
    n: Range | None
    status: str = "observed"
    kind: str = "cumulative"
    comparable: str = ""
    comparable_de: str = ""
    at_most: float = inf
    as_of: str = ""
    derived_from: str = ""
    locator: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if problems := [Problem("counts", None, column, self.entry, message, remedy)
                        for column, message, remedy in _contradictions(self)]:
            raise StudyError(problems)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The admissible whole numbers: lowest and highest x, lowest and highest n (infinite if nothing bounds n).

        A running count can end anywhere between nobody and those who are still there.
        """
        n_low, n_high = self.n or (1, self.at_most)
        x_low, x_high = self.x or (0, n_high)
        n_low, n_high = ceil(max(n_low, x_low, 1)), _whole(n_high)
        x_low = 0 if self.kind == "running" else ceil(x_low)
        return x_low, min(_whole(x_high), n_high), n_low, n_high

    @property
    def exact(self) -> bool:
        """Whether x and n are one number each, as printed."""
        return bool(self.x and self.n) and self.x[0] == self.x[1] and self.n[0] == self.n[1]

    @property
    def share(self) -> Range:
        """theta in [x_low/n_high, min(1, x_high/n_low)]; of a target a ratio, which can exceed 1.

        >>> DocumentedCount(entry="a", project="A", indicator="stay", x=(12, 13), n=(15, 15)).share
        (0.8, 0.8666666666666667)
        """
        if self.kind == "target":
            return self.x[0] / self.n[1], self.x[1] / self.n[0]
        x_low, x_high, n_low, n_high = self.box
        return x_low / n_high, min(1.0, x_high / n_low)


def read_counts(study: Study, indicator: str | None = None) -> tuple[DocumentedCount, ...]:
    """The counts of a study (of one indicator), in the order of the table `counts`; every number comes from a fact.

    Raises :class:`StudyError` for an unknown indicator, a fact that no document gives, numbers that contradict.
    """
    rows, known = study.table("counts"), study.table("success_indicators")["indicator"].tolist()
    if indicator is not None and indicator not in known:
        raise StudyError.of(f"The study has no success indicator {indicator!r}.", f"There are: {', '.join(known)}.")
    rows = rows if indicator is None else rows[rows["indicator"] == indicator]
    return tuple(_count(study, row._asdict()) for row in rows.fillna("").itertuples(index=False))


def documented_counts(study: Study, indicator: str | None = None) -> Result:
    """Every documented count of the success indicators, as the documents leave it.

    ``table``: the columns of `described`, count_low, count_high, of_low, of_high (the admissible ends; of_high
    infinite where nothing bounds it), as_of, derived_from, note, locator.
    """
    last = ("as_of", "derived_from", "note", "locator")
    table = described(study, {
        one: {**dict(zip(("count_low", "count_high", "of_low", "of_high"), one.box, strict=True)),
              **{name: getattr(one, name) for name in last}} for one in read_counts(study, indicator)})
    return Result(table, "documented counts of success indicators",
                  ("A range is what the documents leave open, not a sampling error.",
                   "A running count can still end anywhere between nobody and those who are there.",
                   "Status is that of the count; of how many may be a plan only where the kind is target."),
                  len(table), origin_of(study), ("count_low", "count_high", "of_low", "of_high"), counted="counts")


def described(study: Study, said: Mapping[DocumentedCount, Mapping[str, object]]) -> pd.DataFrame:
    """What is said of each count, behind what it is: indicator (also in words, _de and _en), project, entry, status,
    way_of_counting, counted_as (the comparability class, also _de and _en).
    """
    words = study.table("success_indicators").set_index("indicator")
    return pd.DataFrame([{
        "indicator": one.indicator, "indicator_de": words.loc[one.indicator, "label_de"],
        "indicator_en": words.loc[one.indicator, "label_en"], "project": one.project, "entry": one.entry,
        "status": one.status, "way_of_counting": one.kind, "counted_as": one.comparable,
        "counted_as_de": one.comparable_de, "counted_as_en": one.comparable, **columns}
        for one, columns in said.items()])


def origin_of(study: Study) -> str:
    """The origin of everything drawn from documented counts."""
    return study.origin("counts", "facts")


def _count(study: Study, row: dict[str, str]) -> DocumentedCount:
    def given(name: str) -> Fact | None:
        return fact(study, row["project"], row[name], reading=row["reading"]) if row[name] else None

    count, people, most = given("count"), given("people"), given("people_at_most")
    derived = row["count_is"] == "the others"
    first = count or people
    same = ("entry", "project", "indicator", "kind", "comparable", "comparable_de", "note")
    return DocumentedCount(
        **{name: row[name] for name in same},
        x=_ends(row["count_is"], count, people), n=(people.low, people.high) if people else None,
        at_most=most.high if most else inf, as_of=first.as_of, locator=first.locator,
        status=_status(row["kind"], derived, count, people),
        derived_from=f"{people.quantity} - {count.quantity}" if row["count_is"] in _OTHERS else "")


def _ends(count_is: str, count: Fact | None, people: Fact | None) -> Range | None:
    if count is None:
        return None
    if count_is in _OTHERS:
        low, high = people.low - count.high, people.high - count.low
        return (0 if count_is.endswith("at most") else max(low, 0)), high
    return (0 if count_is == "at most" else count.low), count.high


def _status(kind: str, derived: bool, count: Fact | None, people: Fact | None) -> str:
    """That of the count, unless own arithmetic or the number of people makes it worse."""
    given = [one.status for one in (count, people) if one] + ["derived"] * derived
    known = [status for status in given if not (kind == "target" and status in PLANS)]
    plan = count.status if count and count.status in PLANS else None
    return plan or next((status for status in ("unclear", "derived", *PLANS) if status in known), "observed")


def _contradictions(one: DocumentedCount) -> Iterator[tuple[str, str, str]]:
    for name, allowed in (("status", STATUSES), ("kind", KINDS)):
        if getattr(one, name) not in allowed:
            yield name, f"{getattr(one, name)!r} is no {name} of a count.", f"Choose one of: {', '.join(allowed)}."
    for name in ("x", "n"):
        ends = getattr(one, name)
        if ends and not (0 <= ends[0] <= ends[1]):
            yield name, "the ends of a range stand the wrong way round, or below 0.", "Write the lower end first."
    if one.kind == "target" and (one.x is None or one.n is None or one.n[0] <= 0):
        yield "kind", "a ratio to a target needs both numbers.", "Leave the row out, or name the quantities."
    elif one.kind != "target" and one.x and one.x[0] > (one.n[1] if one.n else one.at_most):
        yield "x", "more people than there are.", "Correct the count or of how many it is."


def _whole(value: float) -> float:
    return value if np.isinf(value) else floor(value)
