"""Test the pages of alerts in a real browser: without scripts, and with axe."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.support.factories import position
from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well
from tests.support.worlds import connect

pytestmark = pytest.mark.browser

ORIGIN = "https://hooks.example.org"


def allow(live: Live) -> None:
    with connect(live.database.url) as connection:
        connection.execute(
            "INSERT INTO webhook_receiver VALUES (%s, false, 'root', %s) ON CONFLICT DO NOTHING",
            (ORIGIN, datetime.now(UTC)),
        )


def test_an_alert_is_made_and_ended_without_scripts(live: Live, browser: Browser) -> None:
    allow(live)
    live.ada.post("/positions", position())
    with tab(browser, live, "vic", java_script_enabled=False) as page:
        page.goto("/n/lake/changes?party=north")
        page.get_by_role("link", name="Tell me about changes").click()
        expect(page.get_by_role("checkbox", name="Northshore")).to_be_checked()
        page.get_by_role("checkbox", name="The dam", exact=True).check()
        page.get_by_role("button", name="Show the feed of this").click()
        feed = page.locator("#feed-address")
        expect(feed).to_contain_text("feed.atom?party=north&issue=dam&only=moves")
        expect(page.get_by_role("checkbox", name="The dam", exact=True)).to_be_checked()
        page.get_by_label("Address").fill("https://elsewhere.example/")
        page.get_by_role("button", name="Save alert").click()
        expect(page.get_by_role("alert")).to_contain_text("no admin allows webhooks")
        expect(page.get_by_role("checkbox", name="Northshore")).to_be_checked()
        page.get_by_label("Address").fill(f"{ORIGIN}/hook")
        page.get_by_role("button", name="Save alert").click()
        expect(page.get_by_role("status")).to_contain_text("Saved.")
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("paused")
        page.get_by_role("button", name="Go on from now").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("active")
        page.get_by_role("button", name="End for good").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("ended")


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: str, width: int) -> None:
    allow(live)
    live.ada.post("/positions", position())
    body = {"negotiation": "lake", "channel": "webhook", "address": f"{ORIGIN}/hook"}
    number = live.ada.post("/alerts", {**body, "parties": ["north"], "words": "forty"}).data["id"]
    live.ada.post(f"/alerts/{number}/act", {"do": "test"})
    with connect(live.database.url) as connection:
        connection.execute(
            "UPDATE alert SET state = 'stopped', stopped_for = 'gone' WHERE id = %s", (number,)
        )
    pages = ["/n/lake/alerts/new?party=north&kind=moved&option=quota/q40", "/alerts",
             f"/alerts/{number}"]  # fmt: skip
    with tab(browser, live, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        for path in pages:
            page.goto(path)
            expect(page.get_by_role("link", name="An alert has stopped")).to_be_visible()
            looks_well(page)
