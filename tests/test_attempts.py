"""Courted partners: attempts begin, end or stay open, and what they cost follows by hand."""

import numpy as np
import pandas as pd
import pytest

import rehapro_analysis as ra
from rehapro_analysis.figures import courted_over_time
from rehapro_analysis.figures.legibility import cut_texts, overlapping_texts
from rehapro_analysis.networks import (
    PartnerNetwork,
    attempt_reasons,
    attempt_table,
    conversion,
    courted_partners,
    missing_partners,
    monthly_chance,
    parallel_operation,
    parallel_overview,
    partner_network,
    time_to_agreement,
)
from rehapro_analysis.networks.partners.attempts import tie_attempts
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.problems import StudyError
from rehapro_analysis.study.reading import Study, read_study

KINDS = {"jc": "jobcenter", "drv": "pension insurance", "clinic": "clinic", "practice": "clinic", "club": "association"}
BOOKS = {"jc": "II", "drv": "VI", "clinic": "V", "practice": "V", "club": "none"}


def a_study(steps=(), ties=(), regions=None):
    """Steps are (target, day, status[, reason]), ties (source, target, status[, reported_by])."""
    events = [("P", "jc", target, pd.Timestamp(day), status, *(reason or (None,)), "own")
              for target, day, status, *reason in steps]
    rows = [("P", source, target, "referral", status, *(by or ("document",)), np.nan, pd.NaT, pd.NaT, "own")
            for source, target, status, *by in ties]
    actors = [(code, code.upper(), code, kind, frozenset([BOOKS[code]]), (regions or {}).get(code, "Köln"), True, "own")
              for code, kind in KINDS.items()]
    return Study({
        "projects": pd.DataFrame({"project": ["P"], "label": ["P"], "origin": ["own"]}),
        "tie_events": pd.DataFrame(events, columns=["project", "source", "target", "on", "status", "reason", "origin"]),
        "ties": pd.DataFrame(rows, columns=["project", "source", "target", "relation", "status", "reported_by",
                                            "strength", "since", "until", "origin"]).astype(
            {"since": "datetime64[ns]", "until": "datetime64[ns]"}),
        "actors": pd.DataFrame(actors, columns=["actor", "label", "short_label", "kind", "legal_domains", "region",
                                                "named", "origin"]),
    })


@pytest.fixture(scope="module")
def documented():
    return read_study(REPOSITORY / "data" / "documented")


HISTORY = [
    ("drv", "2020-06-15", "contacted"), ("drv", "2022-06-15", "contacted"),
    ("clinic", "2021-01-01", "identified"), ("clinic", "2021-02-01", "contacted"), ("clinic", "2021-05-01", "active"),
    ("clinic", "2022-01-01", "dormant"),
    ("practice", "2021-01-10", "contacted"), ("practice", "2021-02-10", "declined", "capacity"),
    ("practice", "2022-01-10", "contacted"), ("practice", "2022-03-10", "active"),
    ("club", "2021-01-01", "identified"),
]


def test_an_attempt_lasts_from_contact_to_its_end_and_a_new_contact_is_a_new_attempt():
    found = tie_attempts(a_study(HISTORY), origin="own").set_index(["target", "attempt"])
    assert found["months"].to_dict() == {("clinic", 1): 3, ("drv", 1): 24, ("practice", 1): 1, ("practice", 2): 2}
    assert found["outcome"].tolist() == ["active", "still trying", "declined", "active"]


def test_a_plan_is_no_attempt_and_an_agreement_without_a_recorded_contact_is_left_out():
    study = a_study([("club", "2021-01-01", "identified"), ("clinic", "2021-01-01", "active")])
    with pytest.raises(StudyError, match="No own tie has an attempt"):
        tie_attempts(study, origin="own")


def test_open_attempts_are_watched_until_the_day_named_and_not_beyond_what_is_recorded():
    study = a_study(HISTORY)
    found = tie_attempts(study, origin="own", as_of="2022-12-15").set_index("target")
    assert found.loc["drv", "months"] == 30
    with pytest.raises(StudyError, match="recorded after 2021-01-01"):
        tie_attempts(study, origin="own", as_of="2021-01-01")


def test_a_day_of_the_month_counts_as_its_share_of_a_month():
    found = tie_attempts(a_study([("drv", "2021-01-31", "contacted"), ("drv", "2021-03-01", "active")]), origin="own")
    assert found["months"].tolist() == [pytest.approx(2 - 30 / 30.4375)]


def test_koeln_courted_the_pension_insurance_for_24_months_and_the_end_is_censored(documented):
    row = courted_partners(documented).table.iloc[0]
    assert (row["project"], row["months"], row["censored"]) == ("SegelSetzen", 24, True)
    assert row["monthly_chance_upper"] == pytest.approx(1 - 0.05 ** (1 / 24)) == pytest.approx(0.1173, abs=5e-5)


def test_koeln_has_no_median_and_no_agreement_but_24_months_at_risk(documented):
    row = time_to_agreement(documented).table.iloc[0]
    assert (row["attempts"], row["open"], row["months_at_risk"], row["longest_open"]) == (1, 1, 24, 24)
    assert np.isnan(row["median"]) and np.isnan(row["agreed_by"])
    curve = ra.retention.kaplan_meier(attempt_table(documented)).table
    assert curve[["time", "estimate"]].to_numpy().tolist() == [[24, 1]]


def test_the_attempts_as_an_event_table_by_hand():
    table = attempt_table(a_study(HISTORY), origin="own")
    assert set(table.causes) == {"active", "declined"}
    curve = ra.retention.aalen_johansen(table).table.query("cause == 'active'").set_index("time")["estimate"]
    # 4 at risk: declined at 1, agreed at 2 (of 3) and at 3 (of 2), open at 24
    assert curve.tolist() == pytest.approx([0, 1 / 4, 1 / 2, 1 / 2])


def test_time_to_agreement_by_hand():
    row = time_to_agreement(a_study(HISTORY), origin="own", months=2.5).table.iloc[0]
    assert row[["attempts", "active", "refused", "open"]].tolist() == [4, 2, 1, 1]
    assert (row["agreed_by"], row["median"], row["months_at_risk"]) == (pytest.approx(0.25), 3, 30)
    assert row["lower"] < 0.25 < row["upper"]


def test_groups_are_kept_apart_and_a_group_without_agreement_has_no_median():
    table = time_to_agreement(a_study(HISTORY), origin="own", by="kind", months=2).table.set_index("kind")
    assert table["active"].to_dict() == {"clinic": 2, "pension insurance": 0}
    assert table.loc["clinic", ["agreed_by", "median"]].tolist() == pytest.approx([1 / 3, 3])
    assert table.loc["pension insurance", "agreed_by"] == 0 and np.isnan(table.loc["pension insurance", "median"])


def test_months_at_risk_are_pooled_and_a_second_attempt_lowers_the_limit():
    one = monthly_chance(a_study(HISTORY[:2]), origin="own").table.iloc[0]
    again = [("club", day, status) for _, day, status in HISTORY[:2]]
    two = monthly_chance(a_study([*HISTORY[:2], *again]), origin="own").table.iloc[0]
    assert one["upper"] == pytest.approx(0.1173, abs=5e-5) and one["lower"] == 0
    assert two["upper"] == pytest.approx(1 - 0.05 ** (1 / 48))


def test_limits_of_the_monthly_chance_are_clopper_and_pearsons():
    from statsmodels.stats.proportion import proportion_confint

    row = monthly_chance(a_study(HISTORY), origin="own").table.iloc[0]
    assert row["estimate"] == pytest.approx(2 / 30)
    assert (row["lower"], row["upper"]) == pytest.approx(proportion_confint(2, 30, alpha=0.1, method="beta"))


def test_an_attempt_of_no_length_gives_no_limit():
    row = monthly_chance(a_study([("drv", "2021-01-01", "contacted")]), origin="own").table.iloc[0]
    assert np.isnan(row["upper"]) and np.isnan(row["estimate"])


def many(n, status, target="clinic"):
    days = [(f"20{10 + number:02}-01-01", f"20{10 + number:02}-03-01") for number in range(n)]
    return [step for first, last in days for step in ((target, first, "contacted"), (target, last, status))]


def test_conversion_by_domain_has_wilson_limits_from_five_attempts_on():
    from statsmodels.stats.proportion import proportion_confint

    steps = [*many(3, "active"), *many(2, "declined", "practice"), ("drv", "2021-01-01", "contacted")]
    table = conversion(a_study(steps), origin="own").table.set_index("domain")
    assert table.index.tolist() == ["V", "VI", "all"]
    assert table.loc["V", ["attempts", "active", "refused"]].tolist() == [5, 3, 2]
    assert table.loc["V", "estimate"] == 0.6
    assert table.loc["V", ["lower", "upper"]].tolist() == pytest.approx(proportion_confint(3, 5, method="wilson"))
    assert table.loc["all", "if_open_agree"] == pytest.approx(4 / 6)


def test_how_single_partners_decided_does_not_stand_in_the_table():
    row = conversion(a_study(HISTORY), origin="own").table.set_index("domain").loc["VI"]
    assert row["attempts"] == 1
    assert row[["active", "refused", "open", "estimate"]].isna().all()


def test_reasons_are_counted_and_none_given_is_unknown():
    table = attempt_reasons(a_study(HISTORY), origin="own").table.set_index("reason")
    assert table["total"].to_dict() == {"capacity": 1, "unknown": 1}
    assert table["share"].sum() == 1


def test_a_missing_partner_costs_the_efficiency_and_the_domain_that_its_tie_would_bring(documented):
    row = missing_partners(documented).table.iloc[0]
    # three actors, one tie: efficiency 1/3; with the second tie a path of three: (1 + 1 + 1/2) / 3
    assert (row["efficiency"], row["efficiency_gain"]) == (pytest.approx(1 / 3), pytest.approx(5 / 6 - 1 / 3))
    assert (row["domains_gained"], row["rank"]) == ("VI", 1)
    # if the unknown pair (partner, insurance) were a tie, 2 of 3 pairs would be tied without this one
    assert row["gain_if_present"] == pytest.approx(1 - 5 / 6)


def test_the_dearest_missing_partner_comes_first_and_equal_costs_share_a_rank():
    ties = [("jc", "clinic", "active"), ("jc", "practice", "failed"), ("jc", "drv", "declined"),
            ("clinic", "practice", "active")]
    table = missing_partners(a_study(ties=ties), origin="own").table
    assert table["target"].tolist() == ["DRV", "PRACTICE"] and table["rank"].tolist() == [1, 2]
    twins = [("jc", "practice", "failed"), ("jc", "clinic", "declined")]
    assert missing_partners(a_study(ties=twins), origin="own").table["rank"].tolist() == [1, 1]


def test_a_tie_sought_in_vain_costs_nothing_where_another_relation_is_at_work():
    ties = [("jc", "clinic", "failed"), ("jc", "clinic", "active"), ("jc", "drv", "active")]
    assert missing_partners(a_study(ties=ties), origin="own").table.empty


def pairs_of(result):
    return {(row.actor, row.other): row.tie for row in result.table.itertuples()}


SIDE_BY_SIDE = [("jc", "clinic", "active"), ("jc", "practice", "active")]


def test_two_clinics_of_the_same_lead_that_nobody_asked_are_unknown_not_parallel():
    found = parallel_operation(partner_network(a_study(ties=SIDE_BY_SIDE), "P", origin="own"))
    assert pairs_of(found) == {("CLINIC", "PRACTICE"): "unknown"}
    assert found.table["hub"].tolist() == ["referral with jc"]


def test_a_reported_absence_is_parallel_operation():
    ties = [*SIDE_BY_SIDE, ("clinic", "jc", "active", "clinic")]
    assert pairs_of(parallel_operation(partner_network(a_study(ties=ties), "P", origin="own"))) == {
        ("CLINIC", "PRACTICE"): "absent"}


@pytest.mark.parametrize(("status", "known"), [("active", True), ("declined", True), ("ended", True),
                                               ("identified", False)])
def test_who_has_sought_or_ended_a_tie_knows_the_other_side(status, known):
    ties = [*SIDE_BY_SIDE, ("clinic", "practice", status)]
    assert parallel_operation(partner_network(a_study(ties=ties), "P", origin="own")).table.empty is known


def test_actors_of_other_regions_do_the_same_only_if_the_region_does_not_matter():
    study = a_study(ties=SIDE_BY_SIDE, regions={"clinic": "Bonn"})
    network = partner_network(study, "P", origin="own")
    assert parallel_operation(network).table.empty
    assert len(parallel_operation(network, alike=("kind", "hub")).table) == 1
    with pytest.raises(StudyError, match="size is no criterion"):
        parallel_operation(network, alike=("size",))


def test_the_share_in_parallel_operation_is_bounded_by_the_unknown_pairs():
    row = parallel_overview(a_study(ties=SIDE_BY_SIDE), origin="own").table.iloc[0]
    assert row[["pairs", "known", "absent", "unknown", "lowest", "highest"]].tolist() == [1, 0, 0, 1, 0, 1]


def test_shared_partners_are_counted_over_third_actors_known_to_both():
    cells = np.array([[0, 0, 1, 1], [0, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]])
    network = PartnerNetwork.from_matrix(cells, list("abcd"), directed=False)
    from rehapro_analysis.networks.partners.parallel import _partners_shared

    assert _partners_shared(network)[0, 1] == 0.5


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_picture_of_attempts_can_be_read(documented, language):
    both = read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")
    for figure in (courted_over_time(documented), courted_over_time(both, project="SegelSetzen", origin="synthetic")):
        picture = figure.picture(language)
        assert overlapping_texts(picture) == [] and cut_texts(picture) == []
    assert figure.origin == "synthetic"


def test_the_picture_of_koeln_says_how_long_and_how_sure(documented):
    figure = courted_over_time(documented)
    assert "24 Monaten: weiter umworben" in figure.title["de"]
    assert "11,7" in figure.note["de"] and "11.7%" in figure.note["en"]


def test_a_picture_of_own_data_names_kinds_of_partners_only():
    figure = courted_over_time(a_study(HISTORY), origin="own")
    assert "clinic, practice, rehab" in figure.alt["en"]
    assert not {"CLINIC", "clinic", "DRV", "drv"} & set(figure.table["partner"])


def test_more_lines_than_can_be_read_are_refused():
    with pytest.raises(StudyError, match="41 attempts make no picture"):
        courted_over_time(a_study(many(41, "active")), origin="own")
