"""How often is the verdict on an indicator wrong, and how often does it find what is there?

    python studies/separation.py --out studies/separation.csv

Invented people in coaches in twelve unequal projects; all replicates of a setting are computed at once, by the formulas
of the verdict engine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, ndtr

from rehapro_analysis.indicators.power.detectable import expected_range
from rehapro_analysis.indicators.power.draws import CUTS, Draws
from rehapro_analysis.indicators.power.plan import Plan
from rehapro_analysis.indicators.power.power import in_blocks
from rehapro_analysis.indicators.power.replicates import many_estimates, many_scores
from rehapro_analysis.indicators.power.spreads import block_p, person_level_p

RELEVANT = 0.15  # the relevant spread in standard deviations of persons: half of one between best and worst
TRUTHS = (0.0, RELEVANT, 0.3, 0.5)
SIZES, ICCS = (14, 30, 120), (0.0, 0.05, 0.1)
CASELOAD = 8
KINDS = {"metric": {"scale": "metric"}, "ordinal": {"scale": "ordinal"},
         "binary, 20 %": {"scale": "binary", "share": 0.2}, "binary, 30 %": {"scale": "binary", "share": 0.3},
         "count": {"scale": "count", "mean": 3.0}, "time": {"scale": "time", "share": 0.37}}
POINTS = 0.1  # a relevant difference between shares as practice names it
RESPONSE, ANSWERING = (0.55, 0.95), (40, 150)  # shares that answer, from project to project; people asked a project
FAMILIES = (1, 12)
ALPHA, ORDERED = 0.05, 0.7
LETTERS, TESTS = tuple("ABCDEX"), ("any", "any_q", "any_persons", "relevant", "alike")
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Setting:
    """Truth ``tau`` and ``threshold`` in standard deviations of persons; who deviates, and who answers."""

    name: str
    plan: Plan
    tau: float
    threshold: float = RELEVANT
    one_deviates: bool = False
    answers_depend: bool = False

    @property
    def unit(self) -> float:
        """One standard deviation of persons in the unit of the plan; of an ordinal value that of its latent one."""
        if self.plan.scale == "ordinal":
            return latent_spread(self.tau) / self.tau if self.tau else 1.0
        return 1.0 if self.plan.scale == "time" else float(np.sqrt(self.plan.person_variance))

    def effect(self) -> dict[str, np.ndarray]:
        """One project apart from all others, with the same standard deviation between projects."""
        projects = self.plan.projects
        return {"effect": np.eye(projects)[projects // 2] * np.sqrt(projects)} if self.one_deviates else {}


def settings() -> Iterator[Setting]:
    """All settings in the order of the table."""
    for name, kind in KINDS.items():
        for n in SIZES:
            for icc in ICCS:
                truths = TRUTHS if icc == ICCS[1] or name == "metric" else TRUTHS[:2]
                yield from (Setting(name, planned(n, icc, **kind), tau) for tau in truths)
    for n in SIZES:
        plan = planned(n, ICCS[1], **KINDS["binary, 30 %"])
        points = POINTS / expected_range(plan.projects) / np.sqrt(plan.person_variance)
        yield from (Setting("binary, 30 %, ten points", plan, tau, points) for tau in (0.0, points))
    for n in SIZES:
        yield Setting("one project deviates", planned(n, ICCS[1]), 0.3, one_deviates=True)
    for n in ANSWERING:
        yield Setting("answers depend on the value", planned(n, ICCS[1]), 0.0, answers_depend=True)


def planned(n: int, icc: float, **kind: object) -> Plan:
    """A plan with so many people a project, eight a coach."""
    return Plan(n, coaches=n / CASELOAD, icc=icc, **kind)


def latent_spread(ratio: float) -> float:
    """The spread behind five answers at which mean ridits spread ``ratio`` standard deviations of persons."""
    return brentq(lambda tau: _ridit_ratio(tau) - ratio, 1e-6, 5.0)


def _ridit_ratio(tau: float) -> float:
    below = ndtr(CUTS - tau * NODES[:, None])
    chance = np.diff(below, axis=1, prepend=0.0, append=1.0)
    pooled = WEIGHTS @ chance
    ridit = np.cumsum(pooled) - pooled / 2
    mean = chance @ ridit
    return float(np.sqrt(WEIGHTS @ (mean - 0.5) ** 2 / (WEIGHTS @ (chance @ ridit**2 - mean**2))))


def answered(draws: Draws, rng: np.random.Generator) -> Draws:
    """Those who answer: the odds grow e-fold a standard deviation, from 55 to 95 % answer in different projects."""
    projects = draws.layout.projects
    wanted = np.linspace(*RESPONSE, projects)[np.argsort(np.arange(projects) % 2, kind="stable")]
    ease = np.array([brentq(lambda a, share=share: WEIGHTS @ expit(a + NODES) - share, -9, 9) for share in wanted])
    chance = expit(ease[draws.layout.project] + draws.value)
    return replace(draws, seen=(rng.random(chance.shape) < chance).astype(float))


@dataclass(frozen=True)
class Findings:
    """p-values and gates (R,) of all replicates."""

    any: np.ndarray
    any_q: np.ndarray
    any_persons: np.ndarray
    relevant: np.ndarray
    alike: np.ndarray
    ordered: np.ndarray
    without: np.ndarray

    def letters(self, family: int) -> np.ndarray:
        """Verdicts (R,) at the first step of Holm; what a gate cannot check here counts as passed."""
        at = ALPHA / family
        robust = (self.ordered >= ORDERED) & (self.without <= ALPHA)
        claimed = (self.relevant <= at) & (self.any <= at)
        conditions = [np.isnan(self.any_q), self.alike <= at, claimed & robust, claimed, self.any <= at]
        return np.select(conditions, ["X", "E", "A", "B", "C"], "D")


def findings(draws: Draws, threshold: float | np.ndarray, *, rng: np.random.Generator, permutations: int) -> Findings:
    """Tests and gates of one block; leave-one-out where the spread is shown to matter, nan elsewhere."""
    spreads, _ = many_estimates(draws)
    score = many_scores(draws)
    relevant = spreads.upper_tail(threshold**2)
    found = Findings(block_p(score, draws.seen, draws.layout, rng=rng, permutations=permutations),
                     spreads.upper_tail(0.0), person_level_p(score, draws.seen, draws.layout), relevant, 1 - relevant,
                     spreads.rankability(), np.full(draws.replicates, np.nan))
    hit = np.flatnonzero(relevant <= ALPHA)
    if len(hit):
        part = replace(draws, **{name: getattr(draws, name)[hit] for name in ("value", "exposure", "seen")})
        found.without[hit] = worst_without(part, np.broadcast_to(threshold, relevant.shape)[hit])
    return found


def worst_without(draws: Draws, threshold: np.ndarray) -> np.ndarray:
    """The largest p (R,) of a relevant spread without one project, as the gate measures it."""
    return np.max([many_estimates(draws.without(project))[0].upper_tail(threshold**2)
                   for project in range(draws.layout.projects)], axis=0)


def in_unit(setting: Setting, draws: Draws) -> float | np.ndarray:
    """The threshold in the unit of the estimates; of answers in order, in the standard deviations found."""
    if setting.plan.scale == "ordinal":
        return setting.threshold * many_estimates(draws)[1]
    return setting.threshold * setting.unit


def operating(setting: Setting, replicates: int, permutations: int, seed: int) -> dict[str, object]:
    """One row of the table."""
    plan = setting.plan
    own = crc32(f"{setting.name} {plan.persons} {plan.icc} {setting.tau:.6f}".encode())  # people of its own
    rng = np.random.default_rng([seed, own, 1])
    blocks = in_blocks(plan, setting.tau * setting.unit, replicates, (seed, own), **setting.effect())
    drawn = (answered(block, rng) if setting.answers_depend else block for block in blocks)
    parts = [findings(block, in_unit(setting, block), rng=rng, permutations=permutations) for block in drawn]
    found = Findings(*(np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])))
    row = {"setting": setting.name, "scale": plan.scale, "share": plan.share, "n_per_project": plan.persons,
           "coaches": len(plan.layout.size) / plan.projects, "icc_coach": plan.icc, "tau_sd": setting.tau,
           "threshold_sd": setting.threshold, "truth": truth(setting)}
    row |= {name: share_at(getattr(found, name), ALPHA) for name in TESTS}
    row |= {"any_and_relevant": share_at(np.maximum(found.any, found.relevant), ALPHA)}
    row |= {f"{name}_holm": share_at(getattr(found, name), ALPHA / max(FAMILIES)) for name in ("relevant", "alike")}
    for family in FAMILIES:
        letters = found.letters(family)
        row |= {letter + ("_holm" if family > 1 else ""): float(np.mean(letters == letter)) for letter in LETTERS}
    return row | {"mc_error": float(np.sqrt(ALPHA * (1 - ALPHA) / replicates)), "replicates": replicates}


def truth(setting: Setting) -> str:
    """Where the spread lies."""
    if setting.tau in (0.0, setting.threshold):
        return "none" if setting.tau == 0 else "at the threshold"
    return "above"


def share_at(p: np.ndarray, alpha: float) -> float:
    """How often a test refuses."""
    return float(np.mean(p <= alpha))


def main() -> None:
    """Read the command line, draw, print, and write where asked."""
    parser = argparse.ArgumentParser(description="Wrong verdicts and power of the separation of projects.")
    parser.add_argument("--replicates", type=int, default=2_000)
    parser.add_argument("--permutations", type=int, default=499)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--out", type=Path, help="the table as CSV")
    given = parser.parse_args()
    table = pd.DataFrame([operating(one, given.replicates, given.permutations, given.seed) for one in settings()])
    print(table.to_string(index=False, float_format="{:.3f}".format))
    if given.out:
        table.to_csv(given.out, index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main()
