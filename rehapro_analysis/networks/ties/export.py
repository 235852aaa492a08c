"""Networks for other programs: GraphML, GEXF and UCINET DL, with what is unknown kept apart.

Only organisations are written: neither who reported a tie nor who carries it leaves the study.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import tostring

import networkx as nx
import numpy as np
import pandas as pd
from networkx.readwrite.gexf import GEXFWriter

from rehapro_analysis.networks.ties.dl_labels import dl_labels
from rehapro_analysis.networks.ties.graph import ends
from rehapro_analysis.networks.ties.network import PartnerNetwork
from rehapro_analysis.study.problems import StudyError

UNKNOWN_WITH = "unknown_with"
_SEPARATOR = "|"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML file can hold
_FURTHER = ("short_label", "region")  # of actors, besides what every graph carries


def export_network(network: PartnerNetwork, path: str | Path, *, statuses: Iterable[str] = ("active",)) -> list[Path]:
    """Write the network for Gephi, visone or UCINET; the ending says how. Returns the files written.

    ``.graphml`` and ``.gexf``: actors with label, kind, legal_domains, region, named and, where there are any,
    ``unknown_with``, the actors (by code, ``|`` between) with whom a tie is unknown; ties of ``statuses`` with
    relation, status, formality, strength (contacts a month), since and until as ISO days (``start`` and ``end`` in
    GEXF, so that Gephi's timeline works; until is the day after the last). A day is left out unless all
    relations of the pair have one. What is missing is left out; sets are joined by ``|``.

    ``.dl``: three files, as neither UCINET nor Gephi can read an unknown cell. ``name.dl`` has 1 for a tie and 0
    elsewhere, ``name_unknown.dl`` has 1 where nothing is known, ``name_actors.csv`` says which label is whom (DL cuts
    labels to 18 characters).

    The network's name ends with its origin, and so does each row of the table. Files are UTF-8, written beside their
    place and then renamed, without a date or version. Raises `StudyError` for another ending, a network
    without actors, or a text that no XML can hold.

    Caution: a pair that is unknown looks like no tie in all of these programs unless you use what is said of it.
    """
    path = Path(path)
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise StudyError.of(f"{path.name} has no known ending.", f"End it with {', '.join(WRITERS)}.")
    if not network.codes:
        raise StudyError.of("The network has no actors.", "Export a network with at least one.")
    contents = writer(network, path, tuple(statuses))
    return [_replaced(place, content) for place, content in contents.items()]


def export_graph(network: PartnerNetwork, *, statuses: Iterable[str] = ("active",)) -> nx.Graph:
    """The network as a graph that every format can hold: only text, numbers and truth values."""
    statuses = tuple(statuses)
    graph = network.graph(statuses, unknown="absent")
    graph.graph.update(name=f"{network.project or 'network'} ({network.origin})")
    for row in network.actors.to_dict("records"):
        graph.nodes[row["actor"]].update({name: str(row[name]) for name in _FURTHER if pd.notna(row.get(name))})
    for code, others in _unknown_with(network).items():
        graph.nodes[code][UNKNOWN_WITH] = _SEPARATOR.join(others)
    kept = network.ties[network.ties["status"].isin(statuses)]
    for pair, rows in kept.groupby(list(ends(kept, directed=network.directed))):
        if graph.has_edge(*pair):
            graph.edges[pair].update(_dated(rows))
    return graph


def _unknown_with(network: PartnerNetwork) -> dict[str, list[str]]:
    unknown = np.isnan(network.matrix()) & ~np.eye(len(network.codes), dtype=bool)
    codes = np.array(network.codes, dtype=object)
    return {code: codes[row].tolist() for code, row in zip(network.codes, unknown, strict=True) if row.any()}


def _dated(rows: pd.DataFrame) -> dict[str, str]:
    """First and last day and formality of a pair; a pair is open if one of its relations is."""
    found = {}
    for name, choose in (("since", min), ("until", max)):
        if name in rows and rows[name].notna().all():
            found[name] = pd.Timestamp(choose(rows[name])).date().isoformat()
    if "formality" in rows and len(known := rows["formality"].dropna()):
        found["formality"] = _SEPARATOR.join(sorted(set(known)))
    return found


def _graphml(network: PartnerNetwork, path: Path, statuses: tuple[str, ...]) -> dict[Path, bytes]:
    graph = export_graph(network, statuses=statuses)
    _check_texts(graph, path)
    writer = nx.GraphMLWriter(graph, named_key_ids=True)
    for data in writer.xml.iter("data"):
        if data.get("key") == "named":  # networkx writes Python's True, XML knows true only
            data.text = data.text.lower()
    return {path: tostring(writer.xml, encoding="utf-8", xml_declaration=True)}


def _gexf(network: PartnerNetwork, path: Path, statuses: tuple[str, ...]) -> dict[Path, bytes]:
    graph = export_graph(network, statuses=statuses)
    _check_texts(graph, path)
    for *_, data in graph.edges(data=True):
        data.update({new: data.pop(old) for old, new in (("since", "start"), ("until", "end")) if old in data})
    writer = GEXFWriter(graph, version="1.2draft")
    meta = writer.xml.find("meta")
    del meta.attrib["lastmodifieddate"]  # the same network gives the same bytes on every day
    meta.find("creator").text = "rehapro_analysis"
    return {path: tostring(writer.xml, encoding="utf-8", xml_declaration=True)}


def _check_texts(graph: nx.Graph, path: Path) -> None:
    held = [graph.nodes(data=True), ((pair, data) for *pair, data in graph.edges(data=True))]
    texts = {str(text) for rows in held for name, data in rows for text in (name, *data.values())}
    if bad := sorted(text for text in texts if NOT_XML.search(text)):
        raise StudyError.of(f"{path.name} cannot hold {', '.join(map(repr, bad))}.",
                            "Remove the control characters from the tables actors and ties.")


def _dl(network: PartnerNetwork, path: Path, statuses: tuple[str, ...]) -> dict[Path, bytes]:
    labels = dl_labels(network.codes)
    ties = nx.to_numpy_array(network.graph(statuses, unknown="absent"), network.codes, weight=None)
    unknown = np.isnan(network.matrix()) & ~np.eye(len(labels), dtype=bool)
    actors = pd.DataFrame({"dl_label": labels}).join(network.actors[["actor", "label"]]).assign(origin=network.origin)
    beside = {name: path.with_name(f"{path.stem}_{name}") for name in ("unknown.dl", "actors.csv")}
    return {path: _matrix(labels, ties), beside["unknown.dl"]: _matrix(labels, unknown),
            beside["actors.csv"]: actors.to_csv(index=False, lineterminator="\n").encode()}


def _matrix(labels: list[str], cells: np.ndarray) -> bytes:
    """A full matrix; Gephi wants all labels in the one line after ``labels:``."""
    rows = [" ".join(str(int(cell)) for cell in row) for row in cells]
    head = [f"dl n={len(labels)}", "format=fullmatrix", "labels:", ",".join(labels), "data:"]
    return ("\n".join([*head, *rows]) + "\n").encode()


def _replaced(path: Path, content: bytes) -> Path:
    """Write beside the place and rename, so that no half-written file remains."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    os.replace(partial, path)
    return path


WRITERS = {".graphml": _graphml, ".gexf": _gexf, ".dl": _dl}
