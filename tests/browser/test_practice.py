"""Load the practice negotiation with one click, and look at its pages at two widths."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.live import Live, tab
from tests.support.looks import WIDTHS, looks_well

pytestmark = pytest.mark.browser

# Axe is slow: a few pages stand for all that share their layout.
EXAMINED = (
    "", "/cells/ostany/lake-level", "/issues/disputes", "/changes?from=2024-07-15&to=2024-11-30",
    "/agreement", "/compare?party=kastrel&party=dorrin", "/timeline", "/timeline?issue=disputes",
    "/contradictions",
)  # fmt: skip
PAGES = (
    "?transpose=1", "?since=2024-09-01", "/cells/pell-islands/ferry", "/cells/hallin/seat",
    "/parties/valley-league", "/common-ground", "/coverage", "/about", "/drafts", "/code-book",
    "/desk", "/releases",
)  # fmt: skip


def test_one_click_without_scripts_and_then_every_page(
    live: Live, browser: Browser, subtests: pytest.Subtests
) -> None:
    with tab(browser, live, "root", java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("button", name="Load the practice negotiation").click()
        expect(page).to_have_url(f"{live.url}/n/practice")
        expect(page.get_by_text("Invented for practice")).to_be_visible()
        page.goto("/n/practice/cells/ostany/lake-level")
        words = page.locator("mark", has_text="نحن نفضّل المستوى القديم")
        expect(words).to_be_visible()
        expect(page.get_by_text("We prefer the old level")).to_be_visible()
    with tab(browser, live, "root") as page:
        for path in ("/help", *(f"/n/practice{path}" for path in EXAMINED)):
            with subtests.test(path):
                page.goto(path)
                looks_well(page)
    for width in WIDTHS:
        with tab(browser, live, "root", viewport={"width": width, "height": 900}) as page:
            for path in PAGES:
                with subtests.test(path, width=width):
                    page.goto(f"/n/practice{path}")
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
