"""Test that the cells of a large matrix, which are only words, open beside it like others."""

import re

import pytest
from playwright.sync_api import Browser, expect

from app.matrix import kept_rows
from tests.support.live import Live, tab

pytestmark = pytest.mark.browser


def test_a_cell_of_a_large_matrix_opens_beside_it(
    live: Live, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rows, "MOST_RICH_CELLS", 5)  # the lake has six
    live.ada.state("north", "quota", firmness="red_line")
    with tab(browser, live) as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto("/n/lake?view=text")
        expect(page.locator("table.matrix.lean")).to_be_visible()
        link = page.locator("td[data-party=north][data-issue=quota] > a")
        expect(link).to_have_accessible_name(re.compile(r"North.* on .*quota.*red line", re.I))
        link.click()
        expect(page.locator("#panel [data-cell-address]")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/n/lake\?view=text&open=north/quota$"))
        page.keyboard.press("Escape")
        expect(page.locator("#panel [data-cell-address]")).to_have_count(0)
        expect(page).to_have_url(re.compile(r"/n/lake\?view=text$"))
        page.go_back()
        expect(page.locator("#panel [data-cell-address]")).to_be_visible()
        page.goto("/n/lake?party=north")
        expect(page.locator("table.matrix.lean")).to_have_count(0)
