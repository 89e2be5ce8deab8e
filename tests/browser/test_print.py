"""Test that the printed matrix names its day, and shows no controls, which paper cannot use."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.live import Live, tab

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
