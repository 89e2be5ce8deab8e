"""Test how high and wide the pages of the practice negotiation are, and how phones fold them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from app.embedded_postgres.server import Server
from tests.datapackage.packages import take_in
from tests.practice.sheet import PACKAGE
from tests.support.live import serving
from tests.support.worlds import EMPTY, Known, World, copied

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
HIGHEST = {  # by page: px on a phone and on a desktop, a third more than they are
    "": (4_500, 900),
    "?view=atlas": (4_500, 900),
    "?view=age": (4_500, 900),
    "?transpose=1&view=text": (4_000, 900),
    "/cells/kastrel/lake-level": (3_200, 1_800),
    "/issues/lake-level": (5_500, 3_600),
    "/issues/lake-level/options/cm-180": (3_500, 6_500),
    "/parties/kastrel": (5_200, 4_800),
    "/common-ground": (4_000, 7_800),
    "/changes": (7_500, 6_600),
    "/timeline": (7_000, 4_600),
    "/agreement": (3_500, 2_400),
    "/compare?party=kastrel&party=dorrin": (6_800, 5_400),
    "/packages": (6_000, 4_000),
    "/contradictions": (7_200, 4_500),
    "/coverage": (2_200, 6_500),
    "/about": (5_000, 2_900),
}
WIDTHS = (320, 768, 1024, 2560)  # besides


def _fill(server: Server, _known: Known) -> Known:
    take_in(server.url, PACKAGE)
    return {}


@pytest.fixture(scope="module")
def site(postgres: Server) -> Iterator[str]:
    """Serve the practice negotiation; return its address."""
    with (
        copied(postgres, World("practice", _fill, EMPTY)) as (server, _),
        serving(server.url) as url,
    ):
        yield f"{url}/n/practice"


@pytest.fixture
def page(site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a phone's tab, with the options of the test's parameter.

    The browser starts after the import, which cannot run within Playwright's event loop.
    """
    browser: Browser = request.getfixturevalue("browser")
    context = browser.new_context(**{"viewport": PHONE, **getattr(request, "param", {})})
    yield context.new_page()
    context.close()


def test_no_page_is_very_high_or_scrolls_sideways(
    page: Page, site: str, subtests: pytest.Subtests
) -> None:
    for path, limits in HIGHEST.items():
        page.goto(site + path)
        for size, most in zip((PHONE, DESKTOP), limits, strict=True):
            with subtests.test(path, width=size["width"]):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollHeight") <= most
                assert fits(page)
        for width in WIDTHS:
            with subtests.test(path, width=width):
                page.set_viewport_size({"width": width, "height": 900})
                assert fits(page)


def fits(page: Page) -> bool:
    """Tell whether the page does not scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_links_open_what_a_phone_folds_without_scripts(page: Page, site: str) -> None:
    page.goto(f"{site}/parties/kastrel")
    quotes = page.locator("#on-lake-level figure")
    expect(quotes.first).to_be_hidden()
    page.locator("#on-lake-level .unfold").click()
    expect(quotes.first).to_be_visible()
    expect(page.locator("#on-dry-year figure").first).to_be_hidden()
    page.go_back()
    expect(quotes.first).to_be_hidden()
    page.get_by_role("link", name="Show all quotes").click()
    expect(page.locator("#on-dry-year figure").first).to_be_visible()


def test_a_link_to_a_quote_opens_the_entry_that_holds_it(page: Page, site: str) -> None:
    page.goto(f"{site}/parties/kastrel")
    quote = page.locator("#on-dry-year figure").first
    expect(quote).to_be_hidden()
    page.goto(f"{site}/parties/kastrel#{quote.get_attribute('id')}")
    expect(quote).to_be_in_viewport()


def test_what_a_phone_opens_is_a_part_of_the_page_with_its_button_in_sight(
    page: Page, site: str, subtests: pytest.Subtests
) -> None:
    for path in HIGHEST:
        page.goto(site + path)
        for drop in page.locator("details.drop").all():
            with subtests.test(path, drop=drop.locator("summary").inner_text()):
                drop.locator("summary").click()
                assert page.evaluate(SCROLLED) == []
                assert fits(page)
                button = drop.locator(".go .button")
                if button.count():
                    assert button.evaluate(IN_SIGHT)
                drop.locator("summary").click()


IN_SIGHT = """(e) => {
    const {top, bottom} = e.getBoundingClientRect();
    return 0 <= top && bottom <= innerHeight;
}"""
SCROLLED = """() => [...document.querySelectorAll("main *")].filter((e) =>
    /auto|scroll/.test(getComputedStyle(e).overflowY) && e.clientHeight + 1 < e.scrollHeight
).map((e) => e.outerHTML.slice(0, 80))"""


def test_rows_of_a_large_matrix_open_on_a_phone(page: Page, site: str) -> None:
    page.goto(f"{site}?view=text")
    cell = page.locator("td[data-party=kastrel][data-issue=lake-level]")
    expect(cell).to_be_hidden()
    page.get_by_role("link", name="Show 8 parties on Level of the lake").click()
    expect(cell).to_be_visible()
    page.goto(f"{site}?view=text")
    page.get_by_role("link", name="Show all cells").click()
    expect(page.locator("td[data-party=kastrel][data-issue=dry-year]")).to_be_visible()


@pytest.mark.parametrize("page", [{"viewport": DESKTOP}], indirect=True)
def test_nothing_is_folded_on_a_desktop_or_on_paper(page: Page, site: str) -> None:
    def shown() -> Any:
        return page.evaluate(
            "[...document.querySelectorAll('.folded')].every(e => e.getClientRects().length)"
        )

    for path in ("/parties/kastrel", "/common-ground", "/coverage", "/changes"):
        page.goto(site + path)
        assert shown()
        expect(page.locator(".unfold").first).to_be_hidden()
        page.set_viewport_size(PHONE)
        assert not shown()
        page.emulate_media(media="print")
        assert shown()
        page.emulate_media(media="screen")
        page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize("page", [{"viewport": DESKTOP}], indirect=True)
def test_upright_paper_gets_the_table_too(page: Page, site: str, tmp_path: Path) -> None:
    page.goto(f"{site}?view=text")
    page.pdf(path=tmp_path / "matrix.pdf", format="A4")
    sheets = pypdfium2.PdfDocument(tmp_path / "matrix.pdf")
    assert len(sheets) <= 5  # 13 when it was laid out as on a phone
    assert sheets[0].get_width() > sheets[0].get_height()
