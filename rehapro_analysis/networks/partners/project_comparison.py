"""Projects side by side: five indices each, with its own interval and its place among networks of chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from rehapro_analysis.networks.chance.exchange import exchanged
from rehapro_analysis.networks.coaches.coach_independence import coach_independence
from rehapro_analysis.networks.legal_domains.coverage import BOOKS, overview_row, tie_groups
from rehapro_analysis.networks.legal_domains.segregation import domain_odds_ratio
from rehapro_analysis.networks.measures.whole import mean_degree
from rehapro_analysis.networks.responsible.responsibility import responsibility_index
from rehapro_analysis.networks.ties.network import PartnerNetwork, in_order, partner_network
from rehapro_analysis.networks.ties.nonresponse import HIGHEST_SHARE, missing_share, nonresponse_bounds
from rehapro_analysis.networks.ties.records import recorded_projects
from rehapro_analysis.results import Result
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study

COLUMNS = ("project", "index", "estimate", "lower", "upper", "null_percentile", "note")
SAME_DATA = "Projects are compared on the same kind of data only; an index that a project's data do not give is empty."
FIVE = "Five indices are five looks: name the one that matters before you look."
UNIT = "The project is the unit: pairs of actors or persons of different projects are never pooled."
_DRAWS = 2000

Found = dict[str, object]


def project_indices(study: Study, *, origin: str = "synthetic", draws: int = _DRAWS, seed: int = 0) -> Result:
    """Five indices of every project, in long form: one row a project and index.

    * mean_degree: ties an actor has; the size-free reading of density. Bounds only above 30 % unknown pairs.
    * responsibility: (simultaneity + mutuality) / 2, 0 a chain, 1 a community (`responsibility_index`).
    * coach_independence: how many partner ties outlast their coaches (`coach_independence`).
    * domain_odds_ratio: odds of a tie within a legal domain over the odds of one between domains.
    * domain_coverage: books of the social code among jobcenters and partners at work, of seven.

    ``table``: project, index, estimate, lower, upper, null_percentile, note. lower and upper are what the index's own
    function gives, for coverage the count if each actor of unknown domain brings no or one further book.
    null_percentile is the place among networks of chance (0 lowest, 1 highest): for the odds ratio actors trade
    places, for coverage the partners at work are drawn anew from all that were named; empty where no null exists.
    note says why something is empty.

    Caution: not a league table: no index has a good end, and projects differ in what they were asked to do.
    """
    recorded_projects(study, origin)
    rows = [{"project": project, "index": name} | _measured(measure, study, project, origin, draws, seed)
            for project in study.table("projects")["project"] for name, measure in INDICES.items()]
    table = pd.DataFrame(rows, columns=COLUMNS).fillna({"note": ""})
    return Result(table, "five indices a project", (SAME_DATA, FIVE, UNIT), table["project"].nunique(), origin)


def compare_constellations(indices: Result, groups: pd.Series, first: str, second: str) -> Result:
    """Whether two kinds of projects differ in an index, by exchanging the projects' labels in every possible way.

    ``indices`` is from `project_indices`; ``groups`` gives each project (its index) a kind, for example
    ``study.table("projects").set_index("project")["constellation"]``. Of n1 + n2 projects all C(n1 + n2, n1) ways to
    name n1 of them ``first`` are listed; p_value is the share with a difference of means at least as far from 0.

    ``table``, one row an index: index, n_first, n_second, mean_first, mean_second, difference, lower, upper (all
    shifts that the test does not reject; infinite where too few projects reject none), p_value, arrangements,
    smallest_p (what these numbers of projects can reach at best), note. Projects without the index are left out.
    Beyond 100,000 arrangements a sample is drawn (see `exchange.exchanged`).

    Caution: with few projects even the clearest difference has a large p. Not adjusted for five indices.

    >>> table = pd.DataFrame({"project": list("abcd"), "index": "mean_degree", "estimate": [1.0, 2.0, 3.0, 4.0]})
    >>> kinds = pd.Series(["x", "x", "y", "y"], index=list("abcd"))
    >>> row = compare_constellations(Result(table, "", (), 4, "own"), kinds, "x", "y").table.iloc[0]
    >>> float(row["difference"]), round(float(row["p_value"]), 4), int(row["arrangements"])
    (-2.0, 0.3333, 6)
    """
    if missing := [name for name in (first, second) if name not in set(groups)]:
        raise StudyError.of(f"No project is of the kind {', '.join(missing)}.",
                            f"Choose two of {', '.join(sorted(set(groups.dropna())))}.")
    table = indices.table.assign(group=indices.table["project"].map(groups))
    rows = [{"index": name} | _exchanged(rows, first, second) for name, rows in table.groupby("index", sort=False)]
    return Result(pd.DataFrame(rows), f"{first} against {second}, all exchanges of labels",
                  (UNIT, "Without a difference between the kinds every assignment of projects would be as likely."),
                  int(table["group"].isin([first, second]).groupby(table["project"]).any().sum()), indices.origin)


def _exchanged(rows: pd.DataFrame, first: str, second: str) -> Found:
    kept = rows[rows["group"].isin([first, second]) & np.isfinite(rows["estimate"].astype(float))]
    values, here = kept["estimate"].to_numpy(float), kept["group"].eq(first).to_numpy()
    n, n_first = len(values), int(here.sum())
    counts = {"n_first": n_first, "n_second": n - n_first}
    if not 0 < n_first < n:
        return counts | {"note": "One kind has no project with this index."}
    found = exchanged(values, here)
    return counts | {"mean_first": values[here].mean(), "mean_second": values[~here].mean(),
                     "difference": found["estimate"], **{name: found[name] for name in ("lower", "upper", "p_value")},
                     "arrangements": found["draws"], "smallest_p": found["smallest_p"], "note": ""}


def _measured(measure: Callable[..., Found], study: Study, project: str, origin: str, draws: int, seed: int) -> Found:
    """The index, or why there is none: a refusal is an answer."""
    try:
        found = measure(study, project, origin, draws, seed)
    except StudyError as refusal:
        return {"note": str(refusal)}
    if not np.isfinite(found["estimate"]) and not found.get("note"):
        found["note"] = ("Not defined for this network." if np.isnan(found["estimate"]) else
                         "Every pair within a domain is tied, or none between domains.")
    return found


def _mean_degree(study: Study, project: str, origin: str, draws: int, seed: int) -> Found:
    network = partner_network(study, project, origin=origin)
    share = missing_share(network)
    if not share <= HIGHEST_SHARE:
        bounds = nonresponse_bounds(network).table.set_index("measure").loc["mean_degree"]
        return {"estimate": float("nan"), "lower": bounds["lowest"], "upper": bounds["highest"],
                "note": "Fewer than two actors." if share != share else
                f"{share:.0%} of the pairs are unknown: only bounds, no estimate."}
    return _row(mean_degree(network, unknown="available", n_draws=draws, seed=seed).table.iloc[0]) | {
        "note": "No null: a network of chance has as many ties."}


def _responsibility(study: Study, project: str, origin: str, draws: int, seed: int) -> Found:
    if study.origin("responsibility") != origin:
        raise StudyError.of(f"The table responsibility is not {origin}.", "Read a study with cases of that origin.")
    row = responsibility_index(study, project, replicates=draws, seed=seed).table.iloc[0]
    return _row(row, "index") | {"note": row["remark"] or "No null: what chance would give depends on the cases."}


def _coach_independence(study: Study, project: str, origin: str, draws: int, seed: int) -> Found:
    if study.origin("carriers") != origin:
        raise StudyError.of(f"The table carriers is not {origin}.", "Read a study with carriers of that origin.")
    row = coach_independence(study, project, replicates=draws, seed=seed).table.iloc[0]
    # Its p belongs to single departures, not to the index.
    return _row(row.drop("p_value")) | {"note": row["remark"] or "No null: chance keeps the numbers of carriers."}


def _odds_ratio(study: Study, project: str, origin: str, draws: int, seed: int) -> Found:
    network = partner_network(study, project, origin=origin)
    table = domain_odds_ratio(network, draws=draws, seed=seed).table
    return _row(table[table["rule"].eq("any")].iloc[0])


def _coverage(study: Study, project: str, origin: str, draws: int, seed: int) -> Found:
    network = partner_network(study, project, origin=origin)
    row = overview_row(network)
    reached, further = row["n_domains"], row["n_domain_unknown"]
    place = _coverage_percentile(network, reached, draws, seed)
    note = "" if place == place else "No null: all named partners are at work, or none is."
    return {"estimate": float(reached), "lower": float(reached), "upper": float(min(len(BOOKS), reached + further)),
            "null_percentile": place, "note": note}


def _coverage_percentile(network: PartnerNetwork, reached: int, draws: int, seed: int) -> float:
    """The place of the coverage among draws of as many partners from all that were named."""
    groups = pd.Series(tie_groups(network))
    books = network.actors.set_index("actor")["legal_domains"]
    held = {code: np.array([book in in_order(books[code]) for book in BOOKS]) for code in network.codes}
    partners = [code for code in network.codes if groups.get(code) != "lead"]
    n_active = int(groups.eq("active").sum())
    if not 0 < n_active < len(partners):
        return float("nan")
    leads = np.any([held[code] for code in network.leads], axis=0) if network.leads else np.zeros(len(BOOKS), bool)
    rng, table = np.random.default_rng(seed), np.array([held[code] for code in partners])
    drawn = rng.permuted(np.tile(np.arange(len(partners)), (draws, 1)), axis=1)[:, :n_active]
    coverage = (table[drawn].any(axis=1) | leads).sum(axis=1)
    return float(((coverage < reached) + 0.5 * (coverage == reached)).mean())


def _row(row: pd.Series, estimate: str = "estimate") -> Found:
    """An index's own row in the common form; a two-sided p and the null's median give the percentile."""
    found = {"estimate": float(row[estimate]), "lower": float(row.get("lower", np.nan)),
             "upper": float(row.get("upper", np.nan))}
    if pd.isna(row.get("p_value", np.nan)) or pd.isna(row.get("null_median", np.nan)):
        return found
    tail = row["p_value"] / 2
    return found | {"null_percentile": tail if found["estimate"] < row["null_median"] else 1 - tail}


INDICES: dict[str, Callable[..., Found]] = {
    "mean_degree": _mean_degree, "responsibility": _responsibility, "coach_independence": _coach_independence,
    "domain_odds_ratio": _odds_ratio, "domain_coverage": _coverage,
}
