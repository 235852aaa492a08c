"""The interactive network: one file, no request, no person; what its filters show in a real browser."""

import json
import os
import re
import shutil
import subprocess
from html import unescape

import pandas as pd
import pytest

from rehapro_analysis.figures import network_page
from rehapro_analysis.figures.networks.network_page_data import page_days, page_layouts, page_ties
from rehapro_analysis.figures.networks.network_page_words import KIND_WORDS, PAGE_WORDS, RELATION_WORDS
from rehapro_analysis.networks import PartnerNetwork, partner_network
from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.reading import read_study
from rehapro_analysis.study.tables import TABLES

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def study():
    return read_study(REPOSITORY / "data" / "documented", REPOSITORY / "data" / "synthetic")


@pytest.fixture(scope="module")
def network(study):
    return partner_network(study, "G4PZ", origin="synthetic")


@pytest.fixture(scope="module")
def page(network, tmp_path_factory):
    return network_page(network).save(tmp_path_factory.mktemp("page"))


def data_of(html):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1])


def browse(page, view, tmp_path):
    """The content after scripts ran, what the browser's console told, and the addresses the page asked for.

    The browser's own requests (its clock, its updates) have no initiator; no name is resolved.
    """
    log = tmp_path / "net.json"
    run = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
         "--disable-extensions", f"--user-data-dir={tmp_path / 'user'}",
         "--enable-logging=stderr", "--v=0", f"--log-net-log={log}", "--net-log-capture-mode=Everything",
         "--virtual-time-budget=2000", "--dump-dom", f"{page.as_uri()}{view}"],
        capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(tmp_path)})
    events = [event.get("params", {}) for event in json.loads(log.read_text("utf-8"))["events"]]
    asked = {event["url"] for event in events if event.get("initiator", "not an origin") != "not an origin"}
    told = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    return unescape(run.stdout), told, asked


def rows_of(html):
    return re.findall(r"<tr>(.*?)</tr>", html.split("<tbody>")[1].split("</tbody>")[0], re.S)


def test_nothing_in_the_file_points_outside(page):
    html = page.read_text("utf-8")
    addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+[^\s\"']*", html))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name that is never fetched
    assert not re.search(r"<link|<img|<iframe|\bsrc=|@import|url\((?!#)|fetch\(|XMLHttp|localStorage|cookie", html)


def test_the_policy_allows_the_pages_own_script_and_style_only(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page.read_text("utf-8"))[1]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert len(re.findall("sha256-", policy)) == 2


def test_no_person_is_in_the_file(study, network):
    html = network_page(network).html
    columns = (("carriers", "person"), ("coaches", "coach"), ("episodes", "participant"))
    persons = {str(name) for table, column in columns for name in study.table(table)[column]}
    assert persons and not any(f'"{name}"' in html for name in persons)
    assert set(data_of(html)["ties"][0]) == {"a", "b", "relation", "state", "days", "since", "until"}


def test_a_name_cannot_leave_its_place():
    evil = '</script><script>alert(1)</script><b title="x">'
    html = network_page(PartnerNetwork.from_matrix([[0, 1], [1, 0]], [evil, "b"])).html
    assert html.count("</script>") == 2 and "<b title" not in html
    assert data_of(html)["actors"][0]["label"] == evil


def test_all_words_exist_in_both_languages():
    assert set(PAGE_WORDS["de"]) == set(PAGE_WORDS["en"])
    assert set(KIND_WORDS) == set(TABLES["actors"].column("kind").allowed)
    assert set(RELATION_WORDS) == set(TABLES["ties"].column("relation").allowed)


def test_the_states_of_a_day_are_those_of_the_network_on_that_day(network):
    days = page_days(network)
    ties = page_ties(network, days)
    for place in (0, len(days) // 2, len(days) - 1):
        active = {(network.codes[tie["a"]], network.codes[tie["b"]]) for tie in ties if tie["days"][place] == "0"}
        then = network.at(days[place]).ties
        then = then[then["status"].eq("active")]
        assert active == set(zip(then["source"], then["target"], strict=True))


def test_days_exist_only_where_dates_do(study, network):
    assert page_days(partner_network(study, "ICH")) == []
    assert page_days(network.at("2022-01-01")) == []
    days = page_days(network)
    assert days == sorted(set(days)) and 2 < len(days) <= 49
    assert all(day == day.normalize() for day in map(pd.Timestamp, days))


def test_places_lie_on_the_sheet(study):
    layouts = page_layouts(partner_network(study, "Euregio", origin="synthetic"), seed=1)
    for layout in layouts.values():
        assert len(layout["points"]) == len(layout["labels"]) == 40
        assert all(0 < x < 1300 and 0 < y < 900 for x, y in layout["points"])


def test_saving_leaves_the_page_alone_in_its_folder(network, tmp_path):
    path = network_page(network, language="en").save(tmp_path / "new")
    assert [one.name for one in path.parent.iterdir()] == ["network_page_g4pz.html"]
    assert path.read_bytes() == network_page(network, language="en").save(tmp_path / "again").read_bytes()
    assert '<html lang="en">' in path.read_text("utf-8")


@pytest.mark.parametrize("matrix", [[[0]], [[0, 1], [1, 0]], [[float("nan")] * 3] * 3, [[0] * 3] * 3])
def test_the_smallest_networks_have_a_page(matrix):
    assert len(data_of(network_page(PartnerNetwork.from_matrix(matrix)).html)["actors"]) == len(matrix)


@needs_browser
def test_the_browser_asks_for_the_file_alone_and_has_nothing_to_complain_of(page, network, tmp_path):
    html, told, asked = browse(page, "", tmp_path)
    assert told == [] and asked == set()
    assert "SYNTHETISCH – erfundene Personen" in html and "Quelle: synthetische" in html
    assert html.count('class="actor') == len(network.codes)
    assert len(rows_of(html)) == len(network.ties.drop_duplicates(["source", "target", "relation"]))


@needs_browser
def test_a_page_that_asks_or_complains_would_be_found(tmp_path):
    page = tmp_path / "other.html"
    page.write_text('<img src="http://host.invalid/x.png"><script>null.x</script>', "utf-8")
    _, told, asked = browse(page, "", tmp_path)
    assert asked == {"http://host.invalid/x.png"} and "TypeError" in " ".join(told)


@needs_browser
def test_the_policy_stops_what_a_page_would_load(page, tmp_path):
    html = page.read_text("utf-8").replace("<header>", '<header><img src="http://host.invalid/x.png">')
    changed = tmp_path / "changed.html"
    changed.write_text(html, "utf-8")
    _, told, asked = browse(changed, "", tmp_path)
    assert asked == set() and "Content Security Policy" in " ".join(told)


@needs_browser
def test_the_filter_by_domain_shows_its_ties_and_fades_the_rest(page, network, tmp_path):
    html, told, _ = browse(page, "#lang=en&domain=XII", tmp_path)
    inside = set(network.actors.loc[[("XII" in one) for one in network.actors["legal_domains"]], "actor"])
    ties = network.ties.drop_duplicates(["source", "target", "relation"])
    expected = ties[ties["source"].isin(inside) | ties["target"].isin(inside)]
    assert told == [] and 0 < len(expected) < len(ties)
    assert len(rows_of(html)) == len(expected)
    reached = inside | set(expected["source"]) | set(expected["target"])
    assert html.count('class="actor faint"') == len(network.codes) - len(reached)


@needs_browser
def test_status_relation_and_day_choose_too(page, network, tmp_path):
    html, _, _ = browse(page, "#status=attempted", tmp_path)
    data = data_of(page.read_text("utf-8"))
    assert len(rows_of(html)) == sum(tie["state"] == "attempted" for tie in data["ties"]) > 0
    assert set(re.findall(r'data-state="(\w+)"', html)) == {"attempted"}
    html, _, _ = browse(page, "#relation=referral&day=3&lang=en", tmp_path)
    shown = [tie for tie in data["ties"] if tie["relation"] == "referral" and tie["days"][3] != "-"]
    assert len(rows_of(html)) == len(shown)
    assert data["days"][3] in html.split('id="shown-day"')[1][:40]


@needs_browser
def test_an_actor_can_be_chosen_by_key_and_its_ties_are_told_in_both_languages(page, network, tmp_path):
    place = network.codes.index(network.leads[0])
    html, _, _ = browse(page, f"#actor={place}", tmp_path)
    mark = re.search(rf'<g class="actor[^>]*data-actor="{place}"[^>]*>', html)[0]
    assert 'tabindex="0"' in mark and 'role="button"' in mark and 'aria-pressed="true"' in mark
    assert "unbekannte Paare: 0 von 5" in html and '<html lang="de">' in html
    html, _, _ = browse(page, f"#actor={place}&lang=en&layout=free", tmp_path)
    assert "unknown pairs: 0 of 5" in html and '<html lang="en">' in html and "seed 1" in html


@needs_browser
def test_nonsense_in_the_address_is_passed_over(page, network, tmp_path):
    html, told, _ = browse(page, "#lang=xx&domain=<b>&day=999&actor=77&layout=constructor", tmp_path)
    assert told == [] and html.count('class="actor') == len(network.codes)
