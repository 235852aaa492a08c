"""Every table of a study, declared once.

Checking, documentation, templates and the reader are all drawn from ``TABLES``; no other
module knows a column name's type, unit, allowed values or references.
"""

from __future__ import annotations

from rehapro_analysis.study.documented_tables import DOCUMENTED, LABELS, ORIGIN, PROJECT, PROJECT_REF
from rehapro_analysis.study.schema import Column, Reference, Table
from rehapro_analysis.study.schema import choice_column as _choice
from rehapro_analysis.study.schema import date_column as _date
from rehapro_analysis.study.schema import key_column as _key
from rehapro_analysis.study.schema import text_column as _text

LEGAL_DOMAINS = ("II", "III", "V", "VI", "VIII", "IX", "XII", "none")
EXITS = ("completed", "employment", "dropout", "transfer", "other", "withdrawn")
TIE_STATUSES = (
    "identified", "contacted", "negotiating", "active", "dormant",
    "ended", "declined", "withdrawn", "failed", "impossible",
)

_SINCE = _date("since", "first day; empty means unknown or before the project")
_UNTIL = _date("until", "day after the last; empty means still open")
_PERSON = (PROJECT, _key("participant", "pseudonym of a participant"))
_PERSON_REF = Reference(("project", "participant"), "episodes", ("project", "participant"))
_TIE = (PROJECT, _key("source", "the actor the tie starts from"), _key("target", "the actor it leads to"))
_TIE_ENDS = (Reference(("source",), "actors", ("actor",)), Reference(("target",), "actors", ("actor",)))
_TIE_REF = Reference(("project", "source", "target"), "ties", ("project", "source", "target"))
_CONFIDENCE = _choice("confidence", "how sure the source is", ("high", "medium", "low", "derived"))

_TABLES = (
    Table("projects", "a model project", (
        PROJECT,
        _text("label", "name as printed", True),
        _text("jobcenters", "the jobcenters that carry it", True),
        _text("state", "federal state"),
        _date("start", "first day of funding"),
        _date("end", "last day of funding"),
        Column("funding_call", "integer", "which call funded it", low=1, high=3),
        _choice("constellation", "who forms the core team", (
            "jobcenter", "several jobcenters", "jobcenter and municipality",
            "jobcenter and several actors", "commissioned carriers", "unknown")),
        _choice("mandate", "shared responsibility or chain of responsibility", ("shared", "chain", "unknown")),
        _text("source", "where this stands"),
        ORIGIN,
    ), key=("project",), ordered=(("start", "end"),)),

    *DOCUMENTED,

    Table("actors", "an organisation", (
        _key("actor", "code"),
        _text("label", "name as printed", True),
        _text("short_label", "name for pictures"),
        _choice("kind", "kind of organisation", (
            "jobcenter", "employment agency", "municipality", "health office", "carrier", "clinic",
            "practice", "rehabilitation provider", "health insurance", "pension insurance",
            "counselling", "integration service", "association", "employer", "research institute",
            "other"), True),
        Column("legal_domains", "set", "books of the social code it acts under", allowed=LEGAL_DOMAINS),
        Column("named", "boolean", "whether the source gives its name"),
        _text("region", "where it works"),
        ORIGIN,
    ), key=("actor",)),

    Table("ties", "one report of a relation in one project", (
        *_TIE,
        Column("relation", "choice", "what the tie is", True, (
            "information", "referral", "handover", "joint case work", "steering", "contract", "funding",
            "service", "assessment", "treatment", "evaluation", "cooperation")),
        _choice("status", "where it stands", TIE_STATUSES, True),
        _choice("formality", "how firm it is", (
            "none", "position", "verbal", "written", "contract", "statutory", "unknown")),
        Column("strength", "number", "contacts a month", unit="per month", low=0),
        _SINCE, _UNTIL,
        _text("reported_by", "who says so: an actor's code, or 'document'"),
        _text("locator", "where this stands"),
        _CONFIDENCE,
        ORIGIN,
    ), key=("project", "source", "target", "relation", "reported_by"),
        references=(PROJECT_REF, *_TIE_ENDS), ordered=(("since", "until"),)),

    Table("tie_events", "a step in a tie's history", (
        *_TIE,
        _date("on", "day of the step", True),
        _choice("status", "status from that day on", TIE_STATUSES, True),
        _choice("reason", "why", (
            "data protection", "competence", "capacity", "target group", "personnel change",
            "no reply", "other", "unknown")),
        _text("locator", "where this stands"),
        ORIGIN,
    ), key=("project", "source", "target", "on"), references=(PROJECT_REF, *_TIE_ENDS, _TIE_REF)),

    Table("carriers", "a person who carries a tie", (
        *_TIE,
        _key("person", "pseudonym; a coach's where the person is one"),
        _choice("role", "first or second contact", ("primary", "deputy"), True),
        _SINCE, _UNTIL, ORIGIN,
    ), key=("project", "source", "target", "person", "since"),
        references=(PROJECT_REF, *_TIE_ENDS, _TIE_REF), ordered=(("since", "until"),)),

    Table("responsibility", "a time in which an actor is responsible for a case", (
        PROJECT,
        _key("case", "pseudonym of a case"),
        _key("actor", "the responsible actor"),
        _date("since", "first day", True), _UNTIL,
        _choice("mode", "how", ("lead", "joint", "consulted"), True),
        ORIGIN,
    ), key=("project", "case", "actor", "since"),
        references=(PROJECT_REF, Reference(("actor",), "actors", ("actor",))), strict=(("since", "until"),)),

    Table("egos", "a participant's network card", (
        *_PERSON,
        Column("wave", "integer", "measurement occasion", True, low=0),
        _date("drawn_on", "day the card was drawn"),
        ORIGIN,
    ), key=("project", "participant", "wave"), references=(PROJECT_REF, _PERSON_REF)),

    Table("alters", "a contact on a network card", (
        *_PERSON,
        Column("wave", "integer", "measurement occasion", True, low=0),
        _key("alter", "code of the contact, unique on the card"),
        _choice("sector", "part of life", ("family", "friends", "work and clubs", "professional"), True),
        _choice("space", "personal or institutional", ("personal", "institutional"), True),
        Column("closeness", "integer", "1 close to 3 far", low=1, high=3),
        _choice("introduced_by", "who made the contact", ("self", "coach", "peer", "other")),
        ORIGIN,
    ), key=("project", "participant", "wave", "alter"),
        references=(Reference(("project", "participant", "wave"), "egos", ("project", "participant", "wave")),)),

    Table("alter_ties", "two contacts who know each other", (
        *_PERSON,
        Column("wave", "integer", "measurement occasion", True, low=0),
        _key("alter_a", "one contact"), _key("alter_b", "the other"),
        ORIGIN,
    ), key=("project", "participant", "wave", "alter_a", "alter_b"),
        references=tuple(
            Reference(("project", "participant", "wave", end), "alters",
                      ("project", "participant", "wave", "alter")) for end in ("alter_a", "alter_b"))),

    Table("coaches", "a coach", (
        _key("coach", "pseudonym"),
        PROJECT,
        _text("employer", "the actor who employs the coach"),
        Column("fte", "number", "share of a full post", unit="full-time equivalents", low=0, high=1),
        _SINCE, _UNTIL, ORIGIN,
    ), key=("coach",),
        references=(PROJECT_REF, Reference(("employer",), "actors", ("actor",))), ordered=(("since", "until"),)),

    Table("episodes", "one participation", (
        *_PERSON,
        _text("coach", "pseudonym of the first coach"),
        _text("referred_by", "who referred the person"),
        _date("referred_on", "day of referral"),
        _date("entered_on", "first day; empty while waiting or if never entered"),
        _date("planned_until", "planned end"),
        _date("left_on", "day of exit, or of withdrawal before entry; empty means still there"),
        _choice("exit", "why the person left", EXITS),
        ORIGIN,
    ), key=("project", "participant", "referred_on", "entered_on"),
        references=(PROJECT_REF, Reference(("coach",), "coaches", ("coach",))),
        ordered=(("referred_on", "entered_on"), ("entered_on", "planned_until"),
                 ("entered_on", "left_on"), ("referred_on", "left_on")), extra=True,
        header=("entered_on", "left_on", "exit")),

    Table("phases", "one stay in one phase", (
        *_PERSON,
        _key("phase", "name of the phase"),
        _date("entered_on", "first day", True),
        _date("left_on", "day of leaving it; empty means still there"),
        _text("next", "next phase or exit"),
        ORIGIN,
    ), key=("project", "participant", "phase", "entered_on"),
        references=(PROJECT_REF, _PERSON_REF), ordered=(("entered_on", "left_on"),)),

    Table("indicators", "the definition of an indicator", (
        _key("indicator", "code"),
        *LABELS,
        _choice("scale", "scale of measurement", ("binary", "ordinal", "metric", "count", "time"), True),
        _choice("level", "whose value it is", ("participant", "coach", "project"), True),
        _choice("direction", "which way is better", ("higher", "lower", "none"), True),
        _text("domain", "what it speaks of"),
        Column("relevant_difference", "number", "smallest gap between best and worst project that matters", low=0),
        _choice("difference_in", "unit of that gap; empty: the values'", ("unit", "standard deviations", "ratio")),
        Column("confirmatory", "boolean", "whether it was named before the data were seen"),
        _choice("rule", "how a person's value comes about; empty means measured", (
            "measured", "change", "entry after referral", "dropout after entry", "dropout within window",
            "partner within window", "project total")),
        Column("wave", "integer", "measurement occasion that counts; empty means the last", low=0),
        Column("window", "integer", "days after entry that a rule looks at", unit="days", low=1),
        ORIGIN,
    ), key=("indicator",)),

    Table("mandates", "whether an indicator belongs to what a project is to achieve", (
        PROJECT,
        _key("indicator", "the indicator"),
        _choice("mandate", "whether it is an aim of the project", ("aim", "not an aim", "unclear"), True),
        _text("locator", "where this stands"),
        ORIGIN,
    ), key=("project", "indicator"),
        references=(PROJECT_REF, Reference(("indicator",), "indicators", ("indicator",), of_others=True))),

    Table("measurements", "one measured value", (
        *_PERSON,
        _key("indicator", "what was measured"),
        Column("wave", "integer", "measurement occasion", True, low=0),
        _date("measured_on", "day of measurement; empty if the follow-up is missing"),
        Column("value", "number", "the value; empty if the follow-up is missing"),
        ORIGIN,
    ), key=("project", "participant", "indicator", "wave"),
        references=(PROJECT_REF, _PERSON_REF, Reference(("indicator",), "indicators", ("indicator",)))),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
