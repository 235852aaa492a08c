"""An interactive network in one file of its own: no request to any host, no person in it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from rehapro_analysis.figures.networks.network_contents import drawn_pairs, file_stem, heading
from rehapro_analysis.figures.networks.network_layout import sector_layout
from rehapro_analysis.figures.networks.network_page_data import (
    PER_INCH,
    SHEET,
    page_actors,
    page_choices,
    page_days,
    page_layouts,
    page_ties,
)
from rehapro_analysis.figures.networks.network_page_words import page_words
from rehapro_analysis.figures.networks.network_words import UNDRAWN, ring_words
from rehapro_analysis.figures.saving import replace
from rehapro_analysis.figures.style import LANGUAGES
from rehapro_analysis.networks.ties.network import PartnerNetwork

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Page:
    """A page that can be opened without a network: ``name`` is its file stem, ``html`` all of it."""

    name: str
    html: str
    title: Mapping[str, str]
    origin: str

    def save(self, folder: str | Path) -> Path:
        """Write ``<folder>/<name>.html`` whole or not at all; the same page gives the same bytes."""
        return replace(Path(folder) / f"{self.name}.html", self.html.encode("utf-8"))

    def __repr__(self) -> str:
        return f"Page({self.name}, {len(self.html.encode('utf-8'))} bytes)"


def network_page(network: PartnerNetwork, *, language: str = "de", seed: int = 1) -> Page:
    """A network to move about in: by legal domain or freely, with filters, details, and days where dates exist.

    Mouse or tab key choose an actor and show its ties; filters are legal domain, relation, status and day;
    a button changes the language. The state stands in the address after ``#``, so that a view can be
    passed on. ``seed`` starts the free layout. The content policy allows only the page's own script and
    style; nothing is loaded, stored or sent. Only organisations and their ties are in the file.

    Caution: a partner that refused is named. That is public for documented networks; of your own data,
    ask before you pass the page on.
    """
    days = page_days(network)
    ties = page_ties(network, days)
    data = {
        "actors": page_actors(network), "ties": ties, "layouts": page_layouts(network, seed=seed),
        "choices": page_choices(network, ties), "days": [str(day.date()) for day in days],
        "sheet": [side * PER_INCH for side in SHEET], "words": _words(network, seed), "language": language,
    }
    title = {one: heading(network, one) for one in LANGUAGES}
    html = _assembled(data, title[language], language)
    return Page(file_stem("network_page", network.project), html, title, network.origin)


def _words(network: PartnerNetwork, seed: int) -> dict[str, dict[str, object]]:
    pairs, rings = drawn_pairs(network), list(sector_layout([network]).rings)
    words = page_words(network.origin)
    unknown = int(pairs["state"].eq("unknown").sum())
    for language in LANGUAGES:
        told = words[language]
        told |= {"title": heading(network, language),
                 "sector_note": told["sector_note"].format(rings=ring_words(rings, language)),
                 "free_note": told["free_note"].format(seed=seed),
                 "unknown_note": told["unknown_note"].format(unknown=unknown, all=len(pairs))
                 + (UNDRAWN[language] if network.directed else "")}
    return words


def _assembled(data: dict[str, object], title: str, language: str) -> str:
    """The template with style, script and data; the policy names the hashes of style and script."""
    parts = {"style": _text("css"), "script": _text("js"), "title": escape(title), "language": language,
             "data": json.dumps(data, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")}
    parts["policy"] = "; ".join(["default-src 'none'", f"style-src '{_hash(parts['style'])}'",
                                 f"script-src '{_hash(parts['script'])}'", "base-uri 'none'", "form-action 'none'"])
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _text("html"))


def _text(kind: str) -> str:
    return (FOLDER / f"network_page.{kind}").read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode()}"
