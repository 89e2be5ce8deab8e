"""Test the search page in a real browser: while typing, without scripts, and with axe."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser


def test_results_come_while_typing_and_the_same_without_scripts(
    live: Live, browser: Browser
) -> None:
    live.ada.state(summary="A heron at the ferry")
    live.ada.state("south", summary="No heron", firmness="red_line")
    with tab(browser, live, None) as page:
        page.goto("/search")
        page.get_by_label("Search for").press_sequentially("hero")
        expect(page.locator("ul.results > li")).to_have_count(2)
        expect(page.locator("mark").first).to_have_text("heron")
        expect(page.get_by_label("Search for")).to_be_focused()
        page.keyboard.type("n")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/search\?q=heron"))
        expect(page.get_by_role("heading", level=1)).to_have_text("2 results")
    with tab(browser, live, None, java_script_enabled=False) as page:
        page.goto("/search")
        page.get_by_label("Search for").fill("heron red line")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("0 results")
        page.get_by_role("link", name="“red line”").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("1 result")
        page.get_by_role("link", name="chosen: take the filter off").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("2 results")


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: Any, width: int) -> None:
    live.ada.state(summary="A heron at the ferry")
    with tab(browser, live, None, color_scheme=scheme) as page:
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("?q=heron", "?q=heron&firmness=red_line", "?q=herron+bicycle", "?q=forty"):
            page.goto(f"/search{address}")
            looks_well(page)
