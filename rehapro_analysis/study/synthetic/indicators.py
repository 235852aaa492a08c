"""The definitions of the synthetic study's indicators; relevant differences are assumed, not agreed."""

from __future__ import annotations

import pandas as pd

_WORK = {"scale": "binary", "domain": "employment", "relevant_difference": 0.1}

_INDICATORS = (
    {"indicator": "wellbeing", "label_de": "Wohlbefinden (WHO-5), Veränderung", "label_en": "wellbeing (WHO-5), change",
     "scale": "metric", "domain": "health", "relevant_difference": 10.0, "confirmatory": True,
     "rule": "change", "wave": 1},
    {"indicator": "self_efficacy", "label_de": "Selbstwirksamkeit, Veränderung", "label_en": "self-efficacy, change",
     "scale": "metric", "domain": "motivation", "relevant_difference": 0.5, "difference_in": "standard deviations",
     "confirmatory": True, "rule": "change", "wave": 1},
    {"indicator": "participation", "label_de": "Teilhabe nach sechs Monaten", "label_en": "participation at six months",
     "scale": "ordinal", "domain": "participation", "relevant_difference": 0.5,
     "difference_in": "standard deviations", "confirmatory": True, "wave": 1},
    {"indicator": "work_ability", "label_de": "Arbeitsfähigkeit (WAI), Veränderung",
     "label_en": "work ability (WAI), change", "scale": "metric", "domain": "health", "relevant_difference": 4.0,
     "rule": "change", "wave": 1},
    {"indicator": "contacts", "label_de": "soziale Kontakte in der Woche", "label_en": "social contacts in a week",
     "scale": "count", "domain": "participation", "relevant_difference": 1.0, "wave": 1},
    {"indicator": "coach_contacts", "label_de": "Kontakte mit dem Coach in vier Wochen",
     "label_en": "contacts with the coach in four weeks", "scale": "count", "direction": "none",
     "domain": "coaching", "relevant_difference": 1.25, "difference_in": "ratio", "wave": 1},
    {"indicator": "employment_at_exit", "label_de": "Beschäftigung beim Austritt", "label_en": "employment at exit",
     "confirmatory": True, "wave": 3, **_WORK},
    {"indicator": "employment_insured", "label_de": "versicherungspflichtige Beschäftigung",
     "label_en": "insured employment", "wave": 3, **_WORK},
    {"indicator": "employment_minor", "label_de": "Minijob", "label_en": "minor employment", "wave": 3, **_WORK},
    {"indicator": "work_opportunity", "label_de": "Arbeitsgelegenheit", "label_en": "work opportunity",
     "wave": 3, **_WORK},
    {"indicator": "supplementary_work", "label_de": "Zuverdienst", "label_en": "supplementary work",
     "wave": 3, **_WORK},
    {"indicator": "volunteering", "label_de": "Ehrenamt", "label_en": "volunteering", "wave": 3, **_WORK},
    {"indicator": "internship", "label_de": "Praktikum", "label_en": "internship", "wave": 3, **_WORK},
    {"indicator": "work_after", "label_de": "Arbeit sechs Monate nach dem Austritt",
     "label_en": "work six months after the exit", "wave": 4, **_WORK},
    {"indicator": "retention", "label_de": "Verbleib (Zeit bis zum Abbruch)", "label_en": "retention (time to dropout)",
     "scale": "time", "direction": "lower", "domain": "retention", "relevant_difference": 2.0,
     "difference_in": "ratio", "confirmatory": True, "rule": "dropout after entry"},
    {"indicator": "dropout", "label_de": "Abbruch in sechs Monaten", "label_en": "dropout within six months",
     "scale": "binary", "direction": "lower", "domain": "retention", "relevant_difference": 0.1,
     "rule": "dropout within window", "window": 183},
    {"indicator": "waiting_time", "label_de": "Wartezeit bis zum Eintritt", "label_en": "wait until entry",
     "scale": "time", "domain": "access", "relevant_difference": 1.5, "difference_in": "ratio",
     "rule": "entry after referral"},
    {"indicator": "partner_activation", "label_de": "Partner in 90 Tagen beteiligt",
     "label_en": "partner involved within 90 days", "scale": "binary", "domain": "partners",
     "relevant_difference": 0.2, "rule": "partner within window", "window": 90},
    {"indicator": "target_attainment", "label_de": "Erreichen der Zielzahl",
     "label_en": "attainment of the target number", "scale": "count", "level": "project", "domain": "flow",
     "rule": "project total"},
)

INDICATORS = pd.DataFrame([
    {"level": "participant", "direction": "higher", "difference_in": "unit", "confirmatory": False,
     "rule": "measured", **one} for one in _INDICATORS])
