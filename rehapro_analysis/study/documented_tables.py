"""The tables of what documents say: numbers, statements, success indicators, and the columns many tables share."""

from __future__ import annotations

from rehapro_analysis.study.schema import Column, Reference, Table
from rehapro_analysis.study.schema import choice_column as _choice
from rehapro_analysis.study.schema import key_column as _key
from rehapro_analysis.study.schema import text_column as _text

ORIGINS = ("documented", "synthetic", "own")
ORIGIN = _choice("origin", "documented, synthetic (invented people) or own; empty means own", ORIGINS)
PROJECT = _key("project", "the model project")
PROJECT_REF = Reference(("project",), "projects", ("project",))
LABELS = (_text("label_de", "German label", True), _text("label_en", "English label", True))

DOCUMENTED = (
    Table("quantities", "a quantity that documents report", (
        _key("quantity", "name used in facts"),
        _choice("topic", "what it speaks of", (
            "period", "target", "inflow", "stock", "waiting", "stay", "phases", "exits",
            "outcomes", "team", "partners", "money", "setting", "evaluation", "background"), True),
        *LABELS,
        ORIGIN,
    ), key=("quantity",)),

    Table("facts", "one documented number", (
        _text("project", "the model project; empty for numbers of the whole forum or programme"),
        _key("quantity", "what is counted"),
        Column("low", "number", "lower end; equal to high where the number is exact, empty where open below"),
        Column("high", "number", "upper end; empty where open above"),
        _choice("precision", "how the text puts it", ("exact", "about", "range", "at least", "at most"), True),
        _text("unit", "what one is", True),
        _choice("status", "what kind of number", ("observed", "planned", "target", "derived", "unclear"), True),
        _choice("reading", "which reading of an ambiguous sentence", ("A", "B")),
        _text("as_of", "day, month or year the number speaks of"),
        _choice("source_kind", "where it was read", ("forum", "web", "paper", "own arithmetic"), True),
        _text("locator", "section and bullet, or address", True),
        Column("confidence", "choice", "how sure the source is", True, ("high", "medium", "low", "derived")),
        _text("note", "a caution"),
        ORIGIN,
    ), key=("project", "quantity", "reading", "as_of", "locator"),
        references=(PROJECT_REF, Reference(("quantity",), "quantities", ("quantity",))),
        ordered=(("low", "high"),)),

    Table("statements", "one coded statement of the forum", (
        _key("statement", "code"),
        _choice("kind", "what kind of statement", (
            "strength", "helping factor", "hindering factor", "challenge", "practice",
            "open question", "proposal", "condition"), True),
        _choice("forum_part", "where it was said", (
            "projects", "strengths", "table 1", "table 2", "table 3", "table 4", "table 5", "plenum"), True),
        _choice("theme", "what it is about", (
            "access", "motivation", "coaching", "partners", "participation", "setting", "success",
            "employment", "organisation", "law", "data protection", "continuation"), True),
        _text("project", "the model project it was said of, if one"),
        *LABELS,
        _choice("notebook", "the notebook that takes an open question up", (
            "01_evidence", "02_partner_networks", "03_throughput", "04_retention",
            "05_success_indicators", "06_workshop", "none")),
        _text("locator", "section and bullet", True),
        ORIGIN,
    ), key=("statement",), references=(PROJECT_REF,)),

    Table("success_indicators", "a success indicator that documents speak of", (
        _key("indicator", "code"),
        _choice("domain", "what it speaks of", (
            "access", "staying", "employment", "lasting effect", "change", "relations", "aims", "participation",
            "targets"), True),
        *LABELS,
        _text("locator", "section and bullet; several with semicolons", True),
        _text("needed_de", "what a comparison of projects would need, in German", True),
        _text("needed_en", "the same in English", True),
        ORIGIN,
    ), key=("indicator",)),

    Table("counts", "which documented numbers make a share of which success indicator", (
        _key("entry", "code"),
        _key("indicator", "the success indicator"),
        PROJECT,
        _text("count", "quantity that the count comes from; empty if no number is documented"),
        _choice("count_is", "how the quantity gives the count", (
            "counted", "at most", "the others", "the others at most", "unknown"), True),
        _text("people", "quantity that counts of how many; empty if not documented"),
        _text("people_at_most", "quantity that bounds of how many, where people is empty"),
        _choice("reading", "which reading of an ambiguous sentence", ("A", "B")),
        _choice("kind", "what the share is", ("cross-section", "cumulative", "running", "target"), True),
        _text("comparable", "comparability class: only equal ones are compared", True),
        _text("comparable_de", "the class in German, for reading", True),
        _text("note", "a caution"),
        ORIGIN,
    ), key=("entry",), references=(
        PROJECT_REF, Reference(("indicator",), "success_indicators", ("indicator",)),
        *(Reference((name,), "quantities", ("quantity",)) for name in ("count", "people", "people_at_most")))),
)
