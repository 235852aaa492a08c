"""Network cards: every measure of a small card by hand, pairs of cards, and nobody to be found in a table."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rehapro_analysis.figures import network_card
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.networks import network_card_change, network_card_spaces, network_cards
from rehapro_analysis.networks.cards.ego import card_measures
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study, read_study

FAMILY, PRO = ("family", "personal"), ("professional", "institutional")


def a_study(cards, links=(), coaches=None):
    """Cards are {(participant or (project, participant), wave): [(alter, place, closeness, introduced_by), ...]}."""
    keys = [("P" if isinstance(who, str) else who[0], who if isinstance(who, str) else who[1], wave)
            for who, wave in cards]
    alters = [(*key, alter, *place, closeness, by, "own") for key, card in zip(keys, cards.values(), strict=True)
              for alter, place, closeness, by in card]
    tables = {
        "egos": pd.DataFrame([(*key, "own") for key in keys], columns=["project", "participant", "wave", "origin"]),
        "alters": pd.DataFrame(alters, columns=["project", "participant", "wave", "alter", "sector", "space",
                                                "closeness", "introduced_by", "origin"]),
        "alter_ties": pd.DataFrame([("P", *link, "own") for link in links], columns=[
            "project", "participant", "wave", "alter_a", "alter_b", "origin"]),
    }
    tables["egos"]["wave"] = tables["egos"]["wave"].astype("Int64")
    for name in ("alters", "alter_ties"):
        tables[name] = tables[name].astype({"wave": "Int64"})
    tables["alters"]["closeness"] = tables["alters"]["closeness"].astype("Int64")
    if coaches:
        tables["episodes"] = pd.DataFrame([("P", who, coach) for who, coach in coaches],
                                          columns=["project", "participant", "coach"])
    return Study(tables)


def contacts(n, place=FAMILY):
    return [(f"a{number}", place, 1, "self") for number in range(n)]


@pytest.fixture(scope="module")
def synthetic():
    return read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


CARD = [("a", FAMILY, 1, "self"), ("b", FAMILY, 2, "coach"), ("c", PRO, 3, "coach"),
        ("d", ("friends", "personal"), 3, None)]


def test_a_card_by_hand():
    links = [("x", 0, "a", "b"), ("x", 0, "c", "d")]
    row = card_measures(a_study({("x", 0): CARD}, links), origin="own").iloc[0]
    assert row[["size", "personal", "institutional"]].tolist() == [4, 3, 1]
    assert row[["family", "friends", "professional"]].tolist() == [2, 1, 1]
    assert row["closeness"] == pytest.approx(1 + 2 / 3 + 1 / 3 + 1 / 3)
    assert (row["share_institutional"], row["density"]) == (0.25, pytest.approx(2 / 6))
    assert row["blau"] == pytest.approx(1 - (4 + 1 + 1) / 16)
    assert row["iqv"] == pytest.approx(row["blau"] / 0.75)
    assert row[["introduced_by_self", "introduced_by_coach"]].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert (row["family, personal"], row["professional, institutional"]) == (2, 1)


def test_an_empty_card_stays_with_size_0_and_without_shares():
    row = card_measures(a_study({("x", 0): [], ("y", 0): CARD}), origin="own").set_index("participant").loc["x"]
    assert row[["size", "personal", "closeness"]].tolist() == [0, 0, 0]
    assert row[["share_institutional", "blau", "density", "introduced_by_self", "kept"]].isna().all()


def test_density_exists_from_two_contacts_on():
    cards = {("x", 0): contacts(1), ("y", 0): contacts(2)}
    density = card_measures(a_study(cards, [("y", 0, "a1", "a0")]), origin="own").set_index("participant")["density"]
    assert np.isnan(density["x"]) and density["y"] == 1


def test_a_contact_without_closeness_leaves_the_weighted_size_empty():
    card = [("a", FAMILY, 1, "self"), ("b", FAMILY, None, "self")]
    row = card_measures(a_study({("x", 0): card}), origin="own").iloc[0]
    assert row["size"] == 2 and np.isnan(row["closeness"])


def test_kept_is_the_share_that_is_on_the_next_card_of_the_same_person():
    cards = {("x", 0): contacts(4), ("x", 2): contacts(1), ("y", 0): contacts(2), ("y", 2): [], ("z", 2): contacts(4)}
    kept = card_measures(a_study(cards), origin="own").set_index(["participant", "wave"])["kept"]
    assert kept["x", 0] == 0.25 and kept["y", 0] == 0
    assert kept[[("x", 2), ("z", 2)]].isna().all()


def test_the_cluster_is_the_coach_and_whoever_has_none_or_two_stands_alone():
    cards = {(who, 0): contacts(1) for who in "abcd"}
    coaches = [("a", "k1"), ("b", "k1"), ("c", "k1"), ("c", "k2"), ("d", None)]
    found = card_measures(a_study(cards, coaches=coaches), origin="own")["cluster"].tolist()
    assert found == ["k1", "k1", "P c", "P d"]


def test_the_mean_and_its_cluster_error_by_hand():
    sizes = {"a": 1, "b": 3, "c": 2, "d": 6, "e": 3}
    coaches = [("a", "k"), ("b", "k"), ("c", "l"), ("d", "l"), ("e", "m")]
    study = a_study({(who, 0): contacts(n) for who, n in sizes.items()}, coaches=coaches)
    row = network_cards(study, measures=["size"], origin="own").table.iloc[0]
    # residuals -2, 0 | -1, 3 | 0: sums -2, 2, 0
    error = np.sqrt(3 / 2 * (4 + 4)) / 5
    assert (row["n"], row["clusters"], row["estimate"]) == (5, 3, 3)
    assert row["std_error"] == pytest.approx(error)
    assert row["upper"] == pytest.approx(3 + stats.t.ppf(0.975, 2) * error)


def test_without_coaches_the_error_is_that_of_a_mean():
    sizes = [1, 4, 2, 7, 6, 3]
    study = a_study({(f"p{number}", 0): contacts(n) for number, n in enumerate(sizes)})
    row = network_cards(study, measures=["size"], origin="own").table.iloc[0]
    assert row["std_error"] == pytest.approx(stats.sem(sizes))


def before_and_after(pairs):
    return a_study({(f"p{who}", wave): contacts(n) for who, both in enumerate(pairs) for wave, n in enumerate(both)
                    if n is not None})


def test_change_is_taken_person_by_person_and_equals_the_paired_t_test():
    pairs = [(1, 2), (4, 3), (2, 5), (3, 3), (0, 2), (6, 5), (9, None)]
    result = network_card_change(before_and_after(pairs), measures=["size"], origin="own")
    row, paired = result.table.iloc[0], np.array(pairs[:-1], float)
    test = stats.ttest_rel(paired[:, 1], paired[:, 0]).confidence_interval()
    assert (row["before"], row["after"]) == tuple(paired.mean(axis=0))
    assert (row["lower"], row["upper"]) == pytest.approx((test.low, test.high))
    assert "6 of 7 people" in result.assumptions[0]
    assert np.isnan(row["before_only"])  # a single person


def test_nothing_is_said_of_fewer_than_five_people():
    row = network_card_change(before_and_after([(1, 2)] * 4), measures=["size"], origin="own").table.iloc[0]
    assert row.drop("measure").isna().all()


def test_a_single_small_project_is_hidden_together_with_the_next_one():
    sizes = {"A": 3, "B": 6, "C": 9}
    people = [(project, f"{project}{who}") for project, n in sizes.items() for who in range(n)]
    study = a_study({(person, 0): contacts(2) for person in people})
    table = network_cards(study, measures=["size"], by="project", origin="own").table.set_index("project")
    assert table["n"].isna().to_dict() == {"A": True, "B": True, "C": False}


def test_how_many_lack_a_measure_is_hidden_where_they_are_few():
    study = a_study({(f"p{who}", 0): contacts(2 if who else 1) for who in range(8)})
    table = network_cards(study, measures=["size", "density"], origin="own").table.set_index("measure")
    assert table.loc["size", "n"] == 8
    assert pd.isna(table.loc["density", "n"]) and table.loc["density", "estimate"] == 0


def test_no_table_of_cards_names_a_person(synthetic):
    results = [network_cards(synthetic, by="project"), network_card_change(synthetic), network_card_spaces(synthetic)]
    people = set(synthetic.table("egos")["participant"]) | set(synthetic.table("coaches")["coach"])
    for result in results:
        assert not people & set(result.table.astype(str).to_numpy().ravel())
        assert result.origin == "synthetic" and result.cells == ("n",)


def test_the_places_of_a_card_add_up_to_its_size(synthetic):
    spaces = network_card_spaces(synthetic).table
    size = network_card_change(synthetic, measures=["size"]).table.iloc[0]
    assert spaces["before"].sum() == pytest.approx(size["before"])
    assert spaces["estimate"].sum() == pytest.approx(size["estimate"])


def test_bad_words_and_absent_waves_are_refused(synthetic):
    with pytest.raises(StudyError, match="A card has no happiness"):
        network_cards(synthetic, measures=["happiness"])
    with pytest.raises(StudyError, match="cannot be grouped by 'coach'"):
        network_cards(synthetic, by="coach")
    with pytest.raises(StudyError, match="wave 0 and of wave 7"):
        network_card_change(synthetic, after=7)
    with pytest.raises(StudyError, match="origin own"):
        network_cards(synthetic, origin="own")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_picture_of_the_cards_can_be_read_and_says_that_people_are_invented(synthetic, language):
    figure = network_card(network_card_spaces(synthetic))
    picture = figure.picture(language)
    assert overlapping_texts(picture) == [] and cut_texts(picture) == []
    assert figure.origin == "synthetic"


def test_a_picture_of_too_few_people_is_refused():
    spaces = network_card_spaces(before_and_after([(1, 2)] * 4), origin="own")
    with pytest.raises(StudyError, match="No part of the card can be shown"):
        network_card(spaces)
