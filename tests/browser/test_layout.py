"""Test what has to be in sight at once: the help on the matrix, and the button that publishes."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser
FORMS = (
    "/n/lake/positions/new?party=north&issue=quota",
    "/n/lake/desk/1?start=100&end=140&party=north&issue=quota",
)

IN_SIGHT = """(e) => {
    const {top, bottom} = e.getBoundingClientRect();
    return 0 <= top && bottom <= innerHeight;
}"""


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


@pytest.mark.parametrize("path", FORMS)
def test_the_button_that_publishes_is_in_sight(live: Live, browser: Browser, path: str) -> None:
    with tab(browser, live) as page:
        page.goto(path)
        assert in_window(page, "[data-publish]")
        page.evaluate(
            """() => {
              const line = document.createElement("p");
              line.className = "invented";
              line.textContent = "Invented for practice";
              document.querySelector("main").prepend(line);
            }"""
        )
        assert in_window(page, "[data-publish]")


@pytest.mark.parametrize("path", FORMS)
def test_the_buttons_cover_no_field_of_the_form(live: Live, browser: Browser, path: str) -> None:
    with tab(browser, live) as page:
        page.goto(path)
        above = page.locator(".entry > .asks").bounding_box()
        below = page.locator(".entry > .go").bounding_box()
        assert above and below and above["y"] + above["height"] <= below["y"]


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", FORMS)
def test_a_phone_keeps_the_buttons_in_sight_below_what_has_the_focus(
    live: Live, browser: Browser, path: str, width: int
) -> None:
    with tab(browser, live, viewport={"width": width, "height": 844}) as page:
        page.goto(path)
        page.locator(".entry h2").first.evaluate("e => e.scrollIntoView()")
        publish = page.locator("[data-publish]")
        assert publish.evaluate(IN_SIGHT)
        fields = page.locator(".entry > .asks").locator("input, select, textarea, button, summary")
        seen = 0
        for field in fields.locator("visible=true").all():
            field.focus()
            if not field.evaluate("e => e === document.activeElement"):
                continue
            assert publish.evaluate(IN_SIGHT)
            box, bar = field.bounding_box(), page.locator(".entry > .go").bounding_box()
            assert box and bar and box["y"] + box["height"] <= bar["y"], field
            seen += 1
        assert seen > 10


@pytest.mark.parametrize("path", FORMS)
def test_a_form_drawn_anew_stays_where_it_was(live: Live, browser: Browser, path: str) -> None:
    with tab(browser, live) as page:
        page.goto(path)
        page.locator(".entry > .asks").evaluate("fields => fields.scrollTop = 200")
        page.locator("[value=add-quote]").click()
        expect(page.locator("textarea[name$=-exact]")).to_have_count(2)
        expect(page.locator("[name=q-1-exact]")).to_be_focused()
        assert page.locator(".entry > .asks").evaluate("fields => fields.scrollTop") >= 200


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: str, width: int) -> None:
    size = {"width": width, "height": 900}
    with tab(browser, live, color_scheme=scheme, viewport=size, bypass_csp=True) as page:
        for path in ("/help", "/n/lake/start/parties", "/n/lake/start/issue", "/negotiations/new"):
            page.goto(path)
            looks_well(page)
