"""The invented people agree with the documented numbers, and nothing about them is a finding."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study import TABLES, read_study
from rehapro_analysis.study.synthetic import ANCHORS, LOCK, PLANS, SEED, draw_study, write_synthetic
from rehapro_analysis.study.synthetic.calendar import MONTH
from rehapro_analysis.study.synthetic.episodes import candidates
from rehapro_analysis.study.synthetic.plan import PANDEMIC

END = pd.Timestamp(LOCK)
BY_NAME = {plan.project: plan for plan in PLANS}


@pytest.fixture(scope="module")
def drawn():
    return draw_study()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic")
    write_synthetic(folder)
    return folder


def of(drawn, project, table="episodes"):
    return drawn[table][drawn[table]["project"] == project]


def entered(drawn, project):
    people = of(drawn, project)
    return people[people["entered_on"].notna()]


def current(drawn, project):
    people = entered(drawn, project)
    return people[people["left_on"].isna()]


def waiting(drawn, project):
    people = of(drawn, project)
    return people[people["entered_on"].isna() & people["left_on"].isna()]


def gone(drawn, project):
    people = entered(drawn, project)
    return people[people["left_on"].notna()]


def beyond_plan(drawn, project):
    people = entered(drawn, project)
    return people[people["left_on"].fillna(END) > people["planned_until"]]


def planned_months(drawn, project):
    people = entered(drawn, project)
    planned, first = (people[day].dt.to_period("M").astype("int64") for day in ("planned_until", "entered_on"))
    months = planned - first
    assert months.nunique() == 1
    return months.iloc[0]


def months_before_entry(drawn, project):
    first = entered(drawn, project)["entered_on"].min().to_period("M")
    return (first - pd.Period(BY_NAME[project].opened, "M")).n


def posts_at_lock(drawn, project):
    coaches = of(drawn, project, "coaches")
    return coaches[coaches["until"].isna()]


def per_post(drawn, project):
    return len(current(drawn, project)) / posts_at_lock(drawn, project)["fte"].sum()


def highest_stock(drawn, project):
    people = entered(drawn, project)
    steps = pd.concat([pd.Series(1, people["entered_on"]), pd.Series(-1, people["left_on"].dropna())])
    return steps.groupby(level=0).sum().cumsum().max()


def median_stay(drawn, project):
    """Kaplan-Meier by hand, so that the test stands on nothing it is to test."""
    people = entered(drawn, project)
    days = (people["left_on"].fillna(END) - people["entered_on"]).dt.days.to_numpy()
    event = people["left_on"].notna().to_numpy()
    at_risk, surviving = len(days), 1.0
    for day in np.unique(days):
        surviving *= 1 - event[days == day].sum() / at_risk
        at_risk -= (days == day).sum()
        if surviving <= 0.5:
            return day / MONTH
    return np.inf


@cache
def full_stay(project):
    people = candidates(BY_NAME[project], 20_000, SEED)
    return (people["left_on"] - people["entered_on"]).dt.days / MONTH


def cycles(drawn):
    return [people for _, people in entered(drawn, "PaN").groupby("entered_on")]


def phase_count(drawn, project):
    return of(drawn, project, "phases")["phase"].nunique() - 1  # the first precedes entry


def organisations(drawn, project, kind=""):
    actors = drawn["actors"]
    return actors[actors["actor"].str.startswith(f"syn-{project}-") & actors["kind"].str.contains(kind)]


def years_courted(drawn, project):
    events = of(drawn, project, "tie_events")
    courted = events[events["target"].str.contains("pension-insurance")]
    assert "active" not in set(courted["status"])
    return (courted["on"].max() - courted["on"].min()).days / 365.25


COMPARED = {
    ("GesA", "planned_stay"): lambda drawn: planned_months(drawn, "GesA"),
    ("GesA", "actual_stay"): lambda drawn: median_stay(drawn, "GesA"),
    ("PaN", "cycle_length"): lambda drawn: planned_months(drawn, "PaN"),
    ("PaN", "places_per_cycle"): lambda drawn: [len(people) for people in cycles(drawn)],
    ("PaN", "remaining_current_cycle"): lambda drawn: cycles(drawn)[-1]["left_on"].isna().sum(),
    ("PaN", "completed_earlier_cycles"): lambda drawn: [
        (people["exit"] == "completed").sum() for people in cycles(drawn)[:-1]],
    ("PaN", "cycle_started"): lambda drawn: len(cycles(drawn)),
    ("PaN", "day_clinics"): lambda drawn: len(organisations(drawn, "PaN", "clinic")),
    ("GehVor", "participants_current"): lambda drawn: len(current(drawn, "GehVor")),
    ("GehVor", "participants_per_staff"): lambda drawn: per_post(drawn, "GehVor"),
    ("GehVor", "waiting_list"): lambda drawn: len(waiting(drawn, "GehVor")),
    ("GehVor", "planned_stay"): lambda drawn: planned_months(drawn, "GehVor"),
    ("GehVor", "extensions_beyond_plan"): lambda drawn: len(beyond_plan(drawn, "GehVor")),
    ("PROGES", "participants_cumulative"): lambda drawn: len(entered(drawn, "PROGES")),
    ("PROGES", "project_partners"): lambda drawn: len(of(drawn, "PROGES", "ties")),
    ("PROGES", "staff"): lambda drawn: len(posts_at_lock(drawn, "PROGES")),
    ("SegelSetzen", "mean_stay"): lambda drawn: np.rint(full_stay("SegelSetzen").mean()),
    ("SegelSetzen", "partner_recruitment_effort"): lambda drawn: np.round(years_courted(drawn, "SegelSetzen"), 2),
    ("SegelSetzen", "project_phases"): lambda drawn: phase_count(drawn, "SegelSetzen"),
    ("SanusLE", "clients_supported"): lambda drawn: len(of(drawn, "SanusLE")),
    ("SanusLE", "participants_entered"): lambda drawn: len(entered(drawn, "SanusLE")),
    ("SanusLE", "exits_to_date"): lambda drawn: len(gone(drawn, "SanusLE")),
    ("LIPSY", "waiting_list"): lambda drawn: len(waiting(drawn, "LIPSY")),
    ("Euregio", "jobcenters_involved"): lambda drawn: len(organisations(drawn, "Euregio", "jobcenter")),
    ("Euregio", "actors_total"): lambda drawn: len(organisations(drawn, "Euregio")),
    ("ICH", "case_managers"): lambda drawn: len(posts_at_lock(drawn, "ICH")),
    ("AktiVoReha", "planned_stay"): lambda drawn: planned_months(drawn, "AktiVoReha"),
    ("GECKO", "method_blocks"): lambda drawn: len(BY_NAME["GECKO"].phases) - 1,
}

CEILINGS = {
    ("GehVor", "places_concurrent"): lambda drawn: highest_stock(drawn, "GehVor"),
    ("ICH", "participants_cumulative"): lambda drawn: len(entered(drawn, "ICH")),
    ("G4PZ", "households_in_project"): lambda drawn: len(entered(drawn, "G4PZ")),
    ("GECKO", "stay_max"): lambda drawn: planned_months(drawn, "GECKO"),
    ("GECKO", "participants_per_staff"): lambda drawn: per_post(drawn, "GECKO"),
}

FLOORS = {
    ("PROGES", "min_age"): lambda drawn: of(drawn, "PROGES")["age"].min(),
    ("SegelSetzen", "preparation_phase"): lambda drawn: months_before_entry(drawn, "SegelSetzen"),
}

SHARES = {
    ("Euregio", "planned_inflow", "planned_throughflow"),
    ("Euregio", "planned_throughflow", "planned_outflow"),
    ("AktiVoReha", "planned_case_analyses", "planned_participants"),
}


@pytest.mark.parametrize("name", COMPARED, ids=" ".join)
def test_what_was_drawn_is_what_is_documented(drawn, name):
    anchor = ANCHORS[name]
    assert np.all(np.greater_equal(COMPARED[name](drawn), anchor.low))
    assert np.all(np.less_equal(COMPARED[name](drawn), anchor.high))


@pytest.mark.parametrize("name", CEILINGS, ids=" ".join)
def test_what_was_drawn_stays_below_a_documented_ceiling(drawn, name):
    assert 0 < CEILINGS[name](drawn) <= ANCHORS[name].high


@pytest.mark.parametrize("name", FLOORS, ids=" ".join)
def test_what_was_drawn_stays_above_a_documented_floor(drawn, name):
    assert FLOORS[name](drawn) >= ANCHORS[name].low


@pytest.mark.parametrize(("project", "whole", "part"), sorted(SHARES))
def test_a_planned_share_lies_within_the_sampling_error_of_the_draw(drawn, project, whole, part):
    if part == "planned_outflow":
        through, all_of_them = (gone(drawn, project)["exit"] == "employment").sum(), len(gone(drawn, project))
    else:
        through = len(entered(drawn, project))
        all_of_them = through + (of(drawn, project)["exit"] == "withdrawn").sum()
    lower, upper = proportion_confint(through, all_of_them, method="beta")
    assert lower <= ANCHORS[project, part].low / ANCHORS[project, whole].low <= upper


def test_people_of_euregio_count_as_participants_from_phase_two(drawn):
    people = entered(drawn, "Euregio")
    phases = of(drawn, "Euregio", "phases").merge(people, on="participant", suffixes=("", "_whole"))
    second = phases[phases["phase"] == f"phase {ANCHORS['Euregio', 'participant_from_phase'].low:.0f}"]
    assert len(second) == len(people)
    assert (second["entered_on"] == second["entered_on_whole"]).all()


def test_euregio_lies_below_its_plan_in_proportion_to_the_time_gone_by(drawn):
    gone_by = (END - pd.Timestamp("2020-04-01")).days / (4.5 * 365.25)
    assert len(of(drawn, "Euregio")) < gone_by * ANCHORS["Euregio", "planned_inflow"].low
    assert len(entered(drawn, "Euregio")) < gone_by * ANCHORS["Euregio", "planned_throughflow"].low


def test_every_anchor_is_compared():
    in_shares = {(project, name) for project, *names in SHARES for name in names}
    phase = {("Euregio", "participant_from_phase")}
    assert set(COMPARED) | set(CEILINGS) | set(FLOORS) | in_shares | phase == set(ANCHORS)


def test_every_anchor_stands_in_the_documented_facts():
    facts = read_study(REPOSITORY / "data" / "documented").table("facts")
    place = facts["locator"].where(facts["source_kind"].ne("web"), "web")
    known = set(zip(facts["project"], facts["quantity"], facts["low"], facts["high"], place, strict=True))
    assert {(one.project, one.quantity, one.low, one.high, one.locator) for one in ANCHORS.values()} <= known


def test_the_mean_stay_of_koeln_cannot_be_seen_by_the_lock_date_but_what_can_be_seen_agrees(drawn):
    stays, horizon = full_stay("SegelSetzen"), 12
    people = entered(drawn, "SegelSetzen")
    old = people[people["entered_on"] <= END - pd.DateOffset(months=horizon)]
    seen = np.minimum((old["left_on"].fillna(END) - old["entered_on"]).dt.days / MONTH, horizon)
    expected = np.minimum(stays, horizon)
    assert abs(seen.mean() - expected.mean()) < 3 * expected.std() / np.sqrt(len(seen))
    finished = gone(drawn, "SegelSetzen")
    assert (finished["left_on"] - finished["entered_on"]).dt.days.mean() / MONTH < 18


def test_about_two_and_a_half_thousand_people_are_drawn_in_twelve_projects(drawn):
    assert drawn["episodes"]["project"].nunique() == 12
    assert 2400 <= len(drawn["episodes"]) <= 2700


def test_the_same_command_writes_the_same_bytes(written, tmp_path):
    write_synthetic(tmp_path)
    files = sorted(path.name for path in written.iterdir())
    assert files == sorted(path.name for path in tmp_path.iterdir())
    assert all((written / name).read_bytes() == (tmp_path / name).read_bytes() for name in files)


def test_the_committed_tables_are_what_the_command_writes(written):
    committed = REPOSITORY / "data" / "synthetic"
    assert {path.name: path.read_bytes() for path in written.iterdir()} == {
        path.name: path.read_bytes() for path in committed.iterdir() if not path.name.startswith(".")}


def test_another_seed_draws_other_people_who_fit_the_documents_too(drawn):
    other = draw_study(seed=1)
    assert not other["episodes"].equals(drawn["episodes"])
    exact = [name for name in COMPARED if name[1] not in ("actual_stay", "mean_stay")]
    assert all(np.all((np.asarray(COMPARED[name](other)) >= ANCHORS[name].low)
                      & (np.asarray(COMPARED[name](other)) <= ANCHORS[name].high)) for name in exact)


def test_every_row_of_every_table_says_that_it_is_synthetic(written):
    for path in written.glob("*.csv"):
        table = pd.read_csv(path)
        assert len(table) and (table["origin"] == "synthetic").all(), path.name


def test_the_page_says_in_its_first_line_that_the_people_are_invented(written):
    text = (written / "README.md").read_text("utf-8")
    assert text.startswith("These people are invented")
    assert all(f"| {plan.project} |" in text for plan in PLANS)


def test_the_study_reads_without_a_problem_and_is_what_was_drawn(written, drawn):
    study = read_study(REPOSITORY / "data" / "documented", written)
    for name, table in drawn.items():
        read = study.table(name)
        read = read[read["origin"] == "synthetic"].reset_index(drop=True)
        pd.testing.assert_frame_equal(read[table.columns], table)
    assert study.origin("episodes") == "synthetic"


def test_the_study_has_every_table_of_people_and_ties(drawn):
    assert set(TABLES) - set(drawn) == {
        "projects", "quantities", "facts", "statements", "mandates", "success_indicators", "counts"}


def test_no_invented_tie_touches_a_documented_organisation(drawn):
    codes = drawn["actors"]["actor"]
    assert codes.str.startswith("syn-").all()
    ends = (("ties", "source"), ("ties", "target"), ("responsibility", "actor"), ("coaches", "employer"))
    for table, column in ends:
        assert drawn[table][column].isin(codes).all()


def test_nobody_has_a_day_before_the_project_began_or_after_the_lock_date(drawn):
    opened = {plan.project: pd.Timestamp(plan.opened) for plan in PLANS}
    for name, table in drawn.items():
        days = [column.name for column in TABLES[name].columns if column.kind == "date"]
        for day in set(days) - {"planned_until"}:
            assert (table[day].dropna() <= END).all(), (name, day)
            assert (table[day].dropna() >= table["project"].map(opened)[table[day].notna()]).all(), (name, day)


def test_projects_of_the_second_call_have_nobody_before_they_began(drawn):
    late = drawn["episodes"][drawn["episodes"]["project"].isin(["G4PZ", "AktiVoReha", "GECKO"])]
    assert late["referred_on"].min() >= pd.Timestamp("2021-11-01")


def test_phases_follow_one_another_without_a_gap_and_end_with_the_stay(drawn):
    phases = drawn["phases"].sort_values(["participant", "entered_on"])
    before, after = phases.groupby("participant")["left_on"], phases.groupby("participant")["entered_on"].shift(-1)
    assert (phases["left_on"][after.notna()] == after[after.notna()]).all()
    assert (phases["left_on"] > phases["entered_on"])[phases["left_on"].notna()].all()
    ends = drawn["episodes"].set_index("participant")["left_on"]
    pd.testing.assert_series_equal(before.last(skipna=False).sort_index(), ends.sort_index(), check_names=False)


def test_the_pandemic_shows_as_fewer_entries_and_fewer_exits_to_employment(drawn):
    first = drawn["episodes"][drawn["episodes"]["project"].map(lambda name: BY_NAME[name].number < 10)]
    people = first[first["entered_on"].notna() & (first["project"] != "PaN")]
    begin, end = (pd.Timestamp(day) for day in PANDEMIC)
    months = {"during": (end - begin).days / MONTH, "after": (END - end).days / MONTH}

    def rates(days, per):
        during, after = (days >= begin) & (days < end), days >= end
        return {"during": during.sum() / per["during"], "after": after.sum() / per["after"]}

    entries = rates(people["entered_on"], months)
    stop = people["left_on"].fillna(END)
    present = {name: (stop.clip(low, high) - people["entered_on"].clip(low, high)).dt.days.sum()
               for name, low, high in (("during", begin, end), ("after", end, END))}
    work = rates(people.loc[people["exit"] == "employment", "left_on"], present)
    assert entries["during"] < 0.8 * entries["after"]
    assert work["during"] < 0.7 * work["after"]


def follow_ups(drawn):
    values = drawn["measurements"][drawn["measurements"]["indicator"] == "wellbeing"]
    wide = values.pivot(index=["project", "participant"], columns="wave", values="value")
    asked = values[values["wave"] == 1].set_index(["project", "participant"])
    return wide.loc[asked.index].assign(missing=asked["value"].isna())


def test_follow_ups_are_missing_to_a_different_degree_in_different_projects(drawn):
    shares = follow_ups(drawn).groupby("project")["missing"].agg(["mean", "size"])
    large = shares[shares["size"] >= 40]["mean"]
    assert large.between(0.05, 0.55).all() and large.max() - large.min() > 0.15


def test_follow_ups_are_missing_where_wellbeing_was_low(drawn):
    asked = follow_ups(drawn)
    within = asked[0] - asked.groupby("project")[0].transform("mean")
    missing, there = within[asked["missing"]], within[~asked["missing"]]
    error = np.sqrt(missing.var() / len(missing) + there.var() / len(there))
    assert missing.mean() - there.mean() < -3 * error


def test_a_missing_follow_up_has_neither_day_nor_value_and_entry_is_never_missing(drawn):
    values = drawn["measurements"]
    assert (values["measured_on"].isna() == values["value"].isna()).all()
    assert values.loc[values["wave"] == 0, "value"].notna().all()


def between_coaches(value, coach, project):
    """Sum of squares between coaches within projects."""
    centred = value - value.groupby(project).transform("mean")
    return (centred.groupby(coach).transform("mean") ** 2).sum()


def exceeds_chance(value, coach, project):
    rng = np.random.default_rng(1)
    seen = between_coaches(value, coach, project)
    order = project.reset_index(drop=True)
    chance = []
    for _ in range(100):
        places = np.lexsort([rng.random(len(order)), order])
        shuffled = pd.Series(value.to_numpy()[places], index=value.index[np.argsort(order, kind="stable")])
        chance.append(between_coaches(shuffled.reindex(value.index), coach, project))
    return seen > np.quantile(chance, 0.99)


def test_coaches_differ_in_dropout_and_in_gain_by_more_than_chance(drawn):
    people = drawn["episodes"][drawn["episodes"]["coach"].notna()].set_index(["project", "participant"])
    project = people.index.get_level_values(0).to_series(index=people.index)
    assert exceeds_chance((people["exit"] == "dropout").astype(float), people["coach"], project)
    gain = follow_ups(drawn).pipe(lambda wide: (wide[1] - wide[0]).dropna())
    assert exceeds_chance(gain, people["coach"].loc[gain.index], project.loc[gain.index])


def test_some_cases_are_handed_on_and_some_are_shared(drawn):
    cases = drawn["responsibility"].assign(until=lambda table: table["until"].fillna(END))
    pairs = cases.merge(cases, on=["project", "case"])
    pairs = pairs[pairs["actor_x"] < pairs["actor_y"]]
    overlap = pairs[["until_x", "until_y"]].min(axis=1) > pairs[["since_x", "since_y"]].max(axis=1)
    shared = overlap.groupby([pairs["project"], pairs["case"]]).any()
    assert 0.3 < shared.mean() < 0.7
    assert shared["LIPSY"].mean() > shared["SanusLE"].mean()


def test_some_cards_are_empty_and_some_contacts_stay(drawn):
    egos, alters, card = drawn["egos"], drawn["alters"], ["participant", "wave"]
    assert 250 <= egos["participant"].nunique() <= 350 and set(egos["wave"]) == {0, 1}
    filled = egos.merge(alters[card].drop_duplicates(), how="left", on=card, indicator=True)["_merge"] == "both"
    assert 0.01 < 1 - filled.mean() < 0.2
    codes = alters.groupby(["participant", "alter"])["wave"].nunique()
    assert (codes == 2).any() and (codes == 1).any()


def test_courted_partners_answer_in_every_way(drawn):
    assert {"active", "declined", "failed", "withdrawn", "dormant", "ended"} <= set(drawn["tie_events"]["status"])
    last = drawn["tie_events"].sort_values("on").groupby(["project", "source", "target"])["status"].last()
    ties = drawn["ties"].set_index(["project", "source", "target"])["status"]
    assert (ties.loc[last.index] == last).all()
