"""Test what stands on paper: days, sources and addresses, heads on each page, and no controls."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.live import Live, tab
from tests.support.paper import printed

pytestmark = pytest.mark.browser


def test_a_printed_matrix_names_its_day(live: Live, browser: Browser) -> None:
    with tab(browser, live) as page:
        page.goto("/n/lake?as_of=2024-05-10")
        page.set_viewport_size({"width": 700, "height": 1000})
        page.emulate_media(media="print")
        expect(page.locator(".ribbon summary")).to_contain_text("10 May 2024")
        expect(page.locator(".ribbon summary")).to_be_visible()
        expect(page.locator(".ribbon .step").first).to_be_hidden()
        expect(page.locator("#as-of")).to_be_hidden()


@pytest.mark.parametrize("path", ["", "/parties/north", "/issues/quota", "/cells/north/quota"])
def test_paper_has_day_source_and_address(
    live: Live, browser: Browser, tmp_path: Path, path: str
) -> None:
    live.ada.state()
    source = live.ada.get("/sources/1").data
    with tab(browser, live) as page:
        page.goto(f"/n/lake{path}?as_of=2024-06-01")
        sheet = "".join(printed(page, tmp_path / "one.pdf", "A4"))
    assert "asof1June2024,asParleyknewiton" in sheet
    assert source["title"].replace(" ", "") in sheet and source["url"] in sheet
    assert f"/n/lake{path}?as_of=2024-06-01&known_at=" in sheet
    assert "Signin" not in sheet and "Embed" not in sheet
