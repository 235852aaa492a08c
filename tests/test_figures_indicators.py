"""Pictures of indicators: legible in both languages, no league table, no number of a few people."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import rehapro_analysis as ra
from rehapro_analysis import paths
from rehapro_analysis.figures import (
    caterpillar_picture,
    missing_picture,
    planning_picture,
    separation_picture,
    specification_picture,
    tau_ruler_picture,
)
from rehapro_analysis.figures.fingerprint import visible_artists
from rehapro_analysis.figures.german import number, percent
from rehapro_analysis.figures.indicators.indicator_words import LOOKS
from rehapro_analysis.figures.indicators.profile_data import hidden_projects
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.figures.small_cells import SMALL
from rehapro_analysis.indicators import GATES, Gate, Indicator, compared, comparison, plugged_in, separation_overview
from rehapro_analysis.indicators.fragility.specification_curve import CHOICES, specification_curve
from rehapro_analysis.indicators.verdict.wording import VERDICTS

CHECKED = plugged_in(GATES, specifications=lambda one: 0.9, bounds=lambda one: float("nan"))
CHOSEN = ["employment_at_exit", "wellbeing", "retention", "dropout", "employment_minor", "internship",
          "partner_activation", "target_attainment", "waiting_time", "work_after"]
PICTURES = ["separation", "ruler", "share", "rate", "mean", "specifications", "plan", "missing"]
LONG = "Ein Projekt mit einem sehr langen Namen in der Nähe von Düsseldorf"


@pytest.fixture(scope="module")
def study():
    return ra.read_study(*(paths.REPOSITORY / "data" / name for name in ("documented", "synthetic")))


@pytest.fixture(scope="module")
def overview(study):
    return separation_overview(study, CHOSEN, gates=CHECKED, permutations=199)


@pytest.fixture(scope="module")
def curve(study):
    return specification_curve(compared(study, "internship"))


@pytest.fixture(scope="module")
def figures(study, overview, curve):
    return {"separation": separation_picture(overview, gates=CHECKED), "ruler": tau_ruler_picture(overview),
            "share": caterpillar_picture(compared(study, "dropout"), study, verdict="B"),
            "rate": caterpillar_picture(compared(study, "retention"), study),
            "mean": caterpillar_picture(compared(study, "wellbeing"), study, verdict="X"),
            "specifications": specification_picture(curve, study, "internship"), "plan": planning_picture(plan()),
            "missing": missing_picture(compared(study, "work_after"), study)}


def plan(scales=("binary", "metric"), icc=(0.0, 0.05, 0.1), origin="synthetic"):
    """A plan in the columns of the planning analysis, with invented gaps."""
    rows = [{"n_per_project": n, "coaches": coaches, "icc_coach": each, "indicators": family, "scale": scale,
             "share": 0.3 if scale == "binary" else np.nan, "gap_closed": 2 * (1 / n + each / coaches) ** 0.5,
             "gap_simulated": 2.1 * (1 / n + each / coaches) ** 0.5 if n == 30 else np.nan}
            for n, coaches, each, family, scale in itertools.product((15, 30, 120), (3, 6), icc, (1, 12), scales)]
    return ra.Result(pd.DataFrame(rows), "plan", (), len(rows), origin)


def words_of(picture):
    return [artist.get_text() for artist in visible_artists(picture) if isinstance(artist, Text)]


def body(figure, language="de", place=0):
    return figure.picture(language).subfigs[1].axes[place]


def legible(figure):
    for language in ("de", "en"):
        picture = figure.picture(language)
        assert overlapping_texts(picture) == []
        assert cut_texts(picture) == []


def shares(events, persons, labels=None, indicator="dropout"):
    """A comparison of shares and a study that names its projects."""
    names = [f"P{place:02d}" for place in range(len(persons))]
    value = np.concatenate([np.repeat([1.0, 0.0], [x, n - x]) for x, n in zip(events, persons, strict=True)])
    frame = pd.DataFrame({"project": pd.Categorical(np.repeat(names, persons), names), "coach": None,
                          "participant": [f"x{n}" for n in range(len(value))], "period": "during", "value": value,
                          "exposure": 1.0, "missing": ""})
    one = comparison(frame, Indicator(indicator, "Abbruch in sechs Monaten", "dropout", "binary",
                                      relevant_difference=0.1), least=1)
    empty = pd.DataFrame({"origin": ["own"]})
    projects = pd.DataFrame({"project": names, "label": labels or names, "origin": "own"})
    return one, ra.Study({"projects": projects, "episodes": empty, "indicators": empty})


@pytest.mark.parametrize("name", PICTURES)
def test_no_word_lies_on_another_or_is_cut_and_invented_people_are_named(figures, name):
    legible(figures[name])
    for language, word in (("de", "SYNTHETISCH"), ("en", "SYNTHETIC")):
        assert any(word in words for words in words_of(figures[name].picture(language)))


@pytest.mark.parametrize("name", PICTURES)
def test_the_languages_differ_and_drawing_again_gives_the_same_bytes(figures, name):
    figure, again = figures[name], replace(figures[name])
    assert figure.fingerprint("de") == again.fingerprint("de") != figure.fingerprint("en")
    assert figure.png("en") == again.png("en")


def test_every_verdict_has_a_look_of_its_own_in_shape_and_filling_and_none_is_red_or_green():
    assert list(LOOKS) == list(VERDICTS)
    assert len({(look["marker"], look["markerfacecolor"] == "white") for look in LOOKS.values()}) == len(LOOKS)
    assert not {"#D55E00", "#009E73"} & {look["color"] for look in LOOKS.values()}


# overview

def test_the_overview_shows_every_gate_as_a_column_and_says_what_nobody_checked(overview):
    more = (*CHECKED, Gate("weather", "hängt am Wetter", "hinges on the weather", at_least=0.5))
    figure = separation_picture(replace(overview, table=overview.table.assign(weather=np.nan)), gates=more)
    legible(figure)
    said = " ".join(words_of(figure.picture("en"))).replace("\n", " ")
    assert "hinges on the weather ≥ 50%" in said
    usable = int(overview.table["verdict"].ne("X").sum())
    assert said.count("unchecked") == 2 * usable + int(overview.table["leave_coach_out"].isna().sum()
                                                       - overview.table["verdict"].eq("X").sum())


def test_rows_that_cannot_be_evaluated_are_hatched_with_their_reason_and_have_no_number(overview, figures):
    axes = body(figures["separation"])
    hatched = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    lost = overview.table[overview.table["verdict"] == "X"]
    assert len(hatched) == len(lost) > 0
    said = [text.get_text().replace("\n", " ") for text in axes.texts]
    assert all(reason in said for reason in lost["reason_de"])


def test_fields_of_the_overview_are_bold_where_they_speak_for_something(overview, figures):
    axes, row = body(figures["separation"], "en"), overview.table.set_index("indicator").loc["employment_at_exit"]
    bold = [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"]
    assert row["rankability"] >= 0.7 and percent(row["rankability"], "en") in bold
    assert row["p_equivalent_adjusted"] > 0.05 and "> 0.999" not in bold


def test_the_overview_tells_its_numbers_to_those_who_cannot_see_them(overview, figures):
    for row in overview.table[overview.table["verdict"] != "X"].to_dict("records"):
        assert f"{row['label_de']}: {row['verdict']}: " in figures["separation"].alt["de"]
        assert percent(row["concordance"], "de") in figures["separation"].alt["de"]
        ratio = row["tau"] / row["threshold"]
        assert f"τ/τ₀ {number(ratio, 'de', 2)}" in figures["ruler"].alt["de"]


def test_an_overview_in_which_nothing_can_be_evaluated_is_legible(overview):
    reason = {f"reason_{language}": "nur 3 Projekte mit mindestens 10 Werten (nötig: 8)" for language in ("de", "en")}
    numbers = overview.table.select_dtypes("float").columns
    table = overview.table.assign(verdict="X", confirmatory=False, **reason, **dict.fromkeys(numbers, np.nan))
    for figure in (separation_picture(replace(overview, table=table.head(3), origin="own"), gates=CHECKED),
                   tau_ruler_picture(replace(overview, table=table.head(3), origin="own"))):
        legible(figure)
        assert "3 X" in figure.note["en"] and not any("SYNTH" in word for word in words_of(figure.picture("de")))


def test_all_six_verdicts_with_long_labels_are_legible(overview):
    usable = overview.table[overview.table["verdict"] != "X"].head(6)
    table = usable.assign(verdict=list("ABCDEX"), label_de=LONG, label_en=LONG, reason_de=[""] * 5 + ["kein Wert"],
                          reason_en=[""] * 5 + ["no value"], tau_upper=[np.inf, *usable["tau_upper"][1:]])
    legible(separation_picture(replace(overview, table=table), gates=CHECKED))
    legible(tau_ruler_picture(replace(overview, table=table)))


# ruler

def test_the_ruler_measures_in_multiples_of_the_relevant_spread(overview, figures):
    marks = {line.get_marker(): line for line in body(figures["ruler"]).lines}
    assert "|" in marks and "D" in marks
    table = overview.table[overview.table["verdict"] != "X"]
    drawn = sorted(line.get_xdata()[0] for line in body(figures["ruler"]).lines
                   if line.get_marker() in {look["marker"] for look in LOOKS.values()} and line.get_markersize() == 9)
    assert np.allclose(drawn, sorted(np.sqrt(table["tau"] / table["threshold"])))


def test_without_a_relevant_difference_the_ruler_says_so(overview):
    table = overview.table.assign(threshold=np.nan)
    figure = tau_ruler_picture(replace(overview, table=table))
    legible(figure)
    assert "no relevant difference has been set" in " ".join(words_of(figure.picture("en")))


# profile

@pytest.mark.parametrize(("verdict", "order"), [("B", ["P00", "P01", "P02"]), ("A", ["P01", "P02", "P00"])])
def test_projects_stand_in_the_order_of_the_study_unless_the_verdict_is_a(verdict, order):
    one, study = shares([10, 30, 20], [60, 60, 60])
    figure = caterpillar_picture(one, study, verdict=verdict)
    legible(figure)
    assert [label.get_text()[:3] for label in body(figure).get_yticklabels()[:3]] == order
    assert f"{'by value' if verdict == 'A' else 'not by value'};" in figure.note["en"]


def test_a_project_with_few_events_is_named_but_not_shown_and_neither_is_the_next():
    one, study = shares([3, 9, 20, 30], [40, 40, 60, 70])
    figure = caterpillar_picture(one, study)
    assert list(hidden_projects(one)) == ["P00", "P01"]
    assert figure.table["estimate"].isna().tolist() == [True, True, False, False]
    assert figure.alt["en"].count("n 40: not shown: small numbers") == 2
    assert sum(text.get_text() == "not shown: small numbers" for text in body(figure, "en").texts) == 2


def test_where_only_few_stand_behind_every_number_there_is_no_picture():
    one, study = shares([1, 2, 1], [30, 30, 30])
    with pytest.raises(ra.StudyError, match="fewer than 5 people"):
        caterpillar_picture(one, study)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=12))
def test_no_shown_project_and_no_rest_stands_for_one_to_four_people(counts):
    counts = [(x, y) for x, y in counts if x + y]
    if len(counts) < 2:
        return
    one, _ = shares([x for x, _ in counts], [x + y for x, y in counts])
    hidden = np.isin(one.projects, hidden_projects(one))
    for people in (np.array(counts)[:, 0], np.array(counts)[:, 1], np.array(counts).sum(axis=1)):
        assert not ((people[~hidden] > 0) & (people[~hidden] < SMALL)).any()
        assert people[hidden].sum() == 0 or people[hidden].sum() >= SMALL or (people[~hidden] == 0).all()


def test_twelve_projects_with_long_names_are_legible():
    rng = np.random.default_rng(1)
    persons = rng.integers(30, 200, 12)
    one, study = shares(rng.binomial(persons - 20, 0.3) + 10, persons, [f"{LONG} {n}" for n in range(12)])
    legible(caterpillar_picture(one, study, verdict="C"))


def test_the_notches_are_shorter_than_the_limits_and_the_band_is_the_relevant_difference(study, figures):
    table = figures["share"].table.dropna()
    assert ((table["lower"] < table["notch_lower"]) & (table["notch_upper"] < table["upper"])).all()
    band = body(figures["share"]).patches[0].get_extents().transformed(body(figures["share"]).transData.inverted())
    assert band.width == pytest.approx(0.1)


def test_the_funnel_marks_projects_as_the_funnel_judges_them(figures):
    table = figures["share"].table
    told = figures["share"].alt["de"]
    assert told.count("auffällig gegenüber Zufall") == (table["beyond"] == "chance").sum() > 0
    assert told.count("auffällig gegenüber der Projektstreuung") == (table["beyond"] == "spread").sum() > 0


# specifications, plan, missing values

def test_specifications_are_sorted_with_a_row_for_every_option_that_varies(curve, figures):
    above, below = figures["specifications"].picture("de").subfigs[1].axes
    assert curve.table["tau_ratio"].is_monotonic_increasing
    options = curve.table[list(CHOICES)].nunique()
    assert len(below.get_yticks()) == options[options > 1].sum()
    drawn = sum(len(line.get_xdata()) for line in above.lines if line.get_marker() in {
        look["marker"] for look in LOOKS.values()})
    assert drawn == len(curve.table)
    assert f"{len(curve.table)} Auswertungsvarianten" in figures["specifications"].title["de"]
    assert f"Auswertung der Übersicht {number(_main(curve), 'de', 2)}" in figures["specifications"].alt["de"]


def _main(curve):
    rows = curve.table.query("adjustment == 'none' and period == 'all' and missing == 'observed'"
                             " and estimator == 'share' and coaches == 'nested'")
    return rows["tau_ratio"].item()


def test_one_specification_without_a_relevant_difference_is_legible(curve, study):
    bare = curve.table.head(1).assign(threshold=np.nan, tau_ratio=np.nan)
    legible(specification_picture(replace(curve, table=bare), study, "internship"))


def test_the_plan_draws_the_gap_of_the_formula_and_hollow_points_where_it_was_simulated(figures):
    axes, table = body(figures["plan"]), plan().table
    first = table.query("scale == 'binary' and indicators == 1 and icc_coach == 0 and coaches == 3")
    assert np.allclose(axes.lines[0].get_ydata(), first["gap_closed"])
    assert np.allclose(axes.lines[1].get_ydata()[1], first["gap_simulated"].iloc[1])
    assert axes.lines[1].get_markerfacecolor() == "none"
    assert "15 people in each project 52 percentage points" in figures["plan"].alt["en"]


def test_a_missing_circle_is_explained_and_only_then():
    whole = plan()
    whole = ra.Result(whole.table[whole.table["n_per_project"] == 30], "plan", (), 24, "synthetic")
    for language, said in (("de", "Wo ein Kreis fehlt"), ("en", "Where a circle is missing")):
        assert said in planning_picture(plan()).note[language] and said not in planning_picture(whole).note[language]


def test_a_small_plan_is_legible_and_too_many_lines_are_refused():
    legible(planning_picture(plan(("binary",), (0.05,), "own"), relevant=0.1))
    with pytest.raises(ra.StudyError, match="values of several kinds"):
        planning_picture(plan(), relevant=0.1)
    with pytest.raises(ra.StudyError, match="cannot be told apart"):
        planning_picture(plan(icc=(0, 0.01, 0.02, 0.03, 0.04)))


def test_bounds_enclose_what_was_observed_and_small_projects_are_not_shown(figures):
    table = figures["missing"].table
    shown = table[~table["hidden"]]
    assert table["hidden"].any() and table.loc[table["hidden"], "any_high"].isna().all()
    inside = shown["any_low"].le(shown["random_low"]) & shown["random_high"].le(shown["any_high"])
    assert inside.all() and shown["estimate"].between(shown["random_low"], shown["random_high"]).all()
    assert all(percent(share, "de") in figures["missing"].alt["de"] for share in shown["missing_share"])


def test_where_nothing_is_missing_there_is_nothing_to_bound(study):
    with pytest.raises(ra.StudyError, match="no value is missing"):
        missing_picture(compared(study, "dropout"), study)
