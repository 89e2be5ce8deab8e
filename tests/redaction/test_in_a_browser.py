"""Test redaction in a browser without scripts: missing input is reported, typed text is kept."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.factories import WORDS
from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser


def test_a_quote_is_redacted_from_its_page(live: Live, browser: Browser) -> None:
    live.ada.state()
    with tab(browser, live, "root", java_script_enabled=False) as page:
        page.goto("/quotes/1")
        page.get_by_role("link", name="Redact").click()
        expect(
            page.get_by_role("region", name="What will be removed").get_by_text(WORDS)
        ).to_be_visible()
        page.get_by_label("Reason").fill("Court order 12/25")
        page.get_by_role("button", name="Redact for good").click()
        expect(page.get_by_role("alert")).to_contain_text(
            "Tick that you have read what will be removed"
        )
        expect(page.get_by_label("Reason")).to_have_value("Court order 12/25")
        page.get_by_label("I have read what will be removed").check()
        page.get_by_role("button", name="Redact for good").click()
        expect(page.get_by_role("region", name="Redactions so far")).to_contain_text(
            "Court order 12/25"
        )
        page.goto("/quotes/1")
        expect(page.get_by_text("Court order 12/25")).to_be_visible()
        expect(page.get_by_text(WORDS)).to_have_count(0)


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: str, width: int) -> None:
    live.ada.state()
    with tab(
        browser,
        live,
        "root",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    ) as page:
        for n, path in enumerate(
            ("/admin/redactions?what=quote&number=1", "/quotes/1", "/positions/1")
        ):
            if n == 1:
                page.get_by_label("Reason").fill("Court order 12/25")
                page.get_by_label("I have read what will be removed").check()
                page.get_by_role("button", name="Redact for good").click()
            page.goto(path)
            looks_well(page)
