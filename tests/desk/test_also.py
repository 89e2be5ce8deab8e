"""Test the same quote for another party, and the notice of what was saved, at the desk."""

import re

from playwright.sync_api import Browser, expect

from tests.support.factories import OTHER_WORDS, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet
from tests.support.live import Live, tab

DESK = "/n/lake/desk/1"


def test_a_quote_is_taken_for_another_party_and_its_speaker_stays_whose_it_is(lake: Lake) -> None:
    speaker = {"name": "Tol Ibarra", "office": "Envoy", "party": "south"}
    first = lake.ada.state(
        "south", attitudes={"q20": "rejects"}, firmness="demand",
        quotes=[quote(OTHER_WORDS, speaker=speaker)],
    )  # fmt: skip
    sheet = Sheet.open(lake.ada, DESK, also=first["id"], party="north")
    got = sheet.values
    assert got["party"] == "north" and got["issue"] == "quota" and got["o-q20"] == "rejects"
    assert got["q-0-exact"] == OTHER_WORDS and not got.get("q-0-id")
    assert (got["q-0-speaker"], got["q-0-speaker_party"]) == ("Tol Ibarra", "south")
    assert "used for another party" in sheet.text("#position-form .notice")
    saved = sheet.send("publish")
    assert saved.status == 303
    assert saved.location
    page = lake.ada.page(saved.location.partition("#")[0]).text
    assert "the same quote is used for Southshore, too" in page
    newest = lake.ada.get("/positions", party="north").data[0]
    assert newest["attributed_by"] == ["south"]
    assert newest["quotes"][0]["id"] != first["quotes"][0]["id"]
    assert len([s for s in lake.ada.get("/speakers").data if s["name"] == "Tol Ibarra"]) == 1
    assert lake.ada.page(f"{DESK}?also=4711&party=north").status_code == 404


def test_what_was_saved_is_said_where_the_form_is(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto(DESK)
        page.locator("a[data-candidate]").first.click()
        page.locator("[name=party]").select_option("north")
        page.locator("[name=issue]").select_option("dam")
        page.locator("[name=o-closed][value=prefers]").check()
        page.locator("button[value=draft]").click()
        page.wait_for_url(re.compile("saved="))
        notice = page.locator("#beside [data-saved]")
        expect(notice).to_be_focused()
        expect(notice).to_be_in_viewport()
        expect(notice.locator("[role=status]")).to_contain_text("Saved as a draft: Northshore")
        page.locator("#also-party").select_option("south")
        page.get_by_role("button", name="Fill in").click()
        expect(page.locator("[name=party]")).to_have_value("south")
        expect(page.locator("[name=o-closed][value=prefers]")).to_be_checked()
        page.locator("[data-publish]").click()
        page.wait_for_url(re.compile("saved="))
        expect(notice).to_contain_text("Published: Southshore on The dam")
        expect(notice).to_contain_text("the same quote is used for Northshore, too")


def test_the_page_of_what_was_saved_offers_it_too(lake: Lake) -> None:
    first = lake.ada.state(quotes=[quote()], firmness="demand")
    shown = Sheet.open(lake.ada, f"/positions/{first['id']}/saved").html
    assert [o.attributes["value"] for o in shown.css("#also-party option")] == ["south", "council"]
    sheet = Sheet.open(lake.ada, "/n/lake/positions/new", also=first["id"], party="south")
    assert sheet.values["party"] == "south" and sheet.values["firmness"] == "demand"
    assert sheet.send("publish").status == 303
    assert lake.ada.page("/n/lake/positions/new", also=4711, party="south").status_code == 404
