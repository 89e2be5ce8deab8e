"""Test what has to be in sight at once: the help on the matrix, and the button that publishes."""

import pytest
from playwright.sync_api import Browser, Page

from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser


def in_window(page: Page, selector: str) -> bool:
    """Tell whether the whole element is in the window, without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    assert box and size and page.evaluate("scrollY") == 0
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def test_help_explains_the_matrix_on_one_screen(live: Live, browser: Browser) -> None:
    with tab(browser, live, None) as page:
        page.goto("/help")
        assert in_window(page, "#matrix")
        said = page.locator("#matrix").inner_text()
        for words in ("A CELL", "SIGNS AND COLOURS", "SILENCE", "DATES", "QUOTES", "TO CITE"):
            assert words in said


@pytest.mark.parametrize(
    "path",
    [
        "/n/lake/positions/new?party=north&issue=quota",
        "/n/lake/desk/1?start=100&end=140&party=north&issue=quota",
    ],
)
def test_the_button_that_publishes_is_in_sight(live: Live, browser: Browser, path: str) -> None:
    with tab(browser, live) as page:
        page.goto(path)
        assert in_window(page, "[data-publish]")


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: str, width: int) -> None:
    size = {"width": width, "height": 900}
    with tab(browser, live, color_scheme=scheme, viewport=size, bypass_csp=True) as page:
        for path in ("/help", "/n/lake/start/parties", "/n/lake/start/issue", "/negotiations/new"):
            page.goto(path)
            looks_well(page)
