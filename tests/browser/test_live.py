"""Test in real browsers that a save appears in open pages, and moves nothing else there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.factories import OTHER_WORDS, TWICE, quote
from tests.support.live import Live, serving, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser
DAM = '#matrix td[data-party="north"][data-issue="dam"]'
QUOTA = '#matrix td[data-party="north"][data-issue="quota"]'


@contextmanager
def reading(live: Live, browser: Browser, path: str, **options: Any) -> Iterator[Page]:
    """Open a page as a stranger, and wait until it follows."""
    with tab(browser, live, None, **options) as page:
        with page.expect_response(re.compile("/api/v1/events")):
            page.goto(path)
        page.evaluate("window.same = true")
        yield page


def test_a_save_appears_in_every_open_page(live: Live, browser: Browser) -> None:
    live.ada.state(summary="first")
    with (
        reading(live, browser, "/n/lake") as matrix,
        reading(live, browser, "/n/lake?view=atlas") as atlas,
        reading(live, browser, "/n/lake/cells/north/quota") as cell,
        reading(live, browser, "/n/lake/issues/quota") as issue,
        reading(live, browser, "/n/lake/coverage") as coverage,
    ):
        live.ada.draft(summary="nobody reads this yet", stated_on="2024-07-01")
        live.ada.state(
            attitudes={"q20": "prefers"}, summary="It moved to a fifth", stated_on="2024-06-14"
        )
        expect(matrix.locator(QUOTA)).to_contain_text("20")
        expect(matrix.locator(QUOTA)).to_have_class(re.compile("told-now"))
        expect(matrix.locator("td.told-now")).to_have_count(1)
        expect(matrix.locator("[data-told]")).to_have_text(
            "Changed just now: Northshore on Water quota"
        )
        expect(atlas.locator(f"{QUOTA}.told-now")).to_be_visible()
        expect(cell.locator("[data-live=position]")).to_contain_text("14 June 2024")
        expect(issue.locator("[data-live=positions].told-now")).to_contain_text("14 Jun")
        live.ada.post(
            "/negotiations/lake/looks",
            {"party": "south", "issue": "dam", "looked_on": "2024-06-15", "where": "the Post"},
        )
        expect(coverage.locator("[data-live=searched]")).to_contain_text("the Post")
        for page in (matrix, atlas, cell, issue, coverage):
            assert page.evaluate("window.same") and "nobody reads" not in page.content()


def test_scroll_focus_and_the_open_panel_stay(live: Live, browser: Browser) -> None:
    live.ada.state(summary="first")
    live.ada.state("north", "dam", quotes=[quote(TWICE)])
    window = {"width": 1200, "height": 320}
    with reading(live, browser, "/n/lake?open=north/dam", viewport=window) as page:
        page.locator(f"{DAM} > a").focus()
        page.evaluate("document.querySelector('.scroll')?.scrollTo(0, 40)")
        page.evaluate("scrollTo(0, 60)")
        page.locator("#panel").evaluate("panel => panel.scrollTo(0, 50)")
        where = """[scrollY, ...[".scroll", "#panel"].map(
            (place) => document.querySelector(place)?.scrollTop)]"""
        before = page.evaluate(where)
        live.ada.state("south", "dam", quotes=[quote(OTHER_WORDS)])
        expect(page.locator('td[data-party="south"][data-issue="dam"].told-now')).to_be_attached()
        live.ada.state("north", "dam", stated_on="2024-06-14", summary="Closed for good")
        expect(page.locator("#panel")).to_contain_text("Closed for good")
        expect(page.locator(f"{DAM} > a")).to_be_focused()
        assert page.evaluate(where) == before
        expect(page.locator("#panel [data-opens='north/dam']")).to_be_visible()
        expect(page.locator(DAM)).to_have_class(re.compile("chosen"))
        assert page.evaluate("window.same")


@pytest.mark.parametrize("what", ["known_at", "as_of"])
def test_a_pinned_or_past_view_stays_still(live: Live, browser: Browser, what: str) -> None:
    live.ada.state(summary="first", attitudes={"q40": "prefers"})
    then = live.ada.known_now() if what == "known_at" else "2024-12-31"
    with reading(live, browser, f"/n/lake?{what}={then.replace('+', '%2B')}") as page:
        before = page.locator("#matrix").inner_html()
        expect(page.locator("[data-newer]")).to_be_hidden()
        live.ada.state(summary="second", attitudes={"q20": "prefers"}, stated_on="2024-06-14")
        expect(page.locator("[data-newer]")).to_contain_text("There is something newer")
        assert page.locator("#matrix").inner_html() == before
        page.locator("[data-newer] a").click()
        expect(page.locator(QUOTA)).to_contain_text("20")


def test_what_was_saved_in_the_background_or_while_away_is_shown(
    live: Live, browser: Browser
) -> None:
    live.ada.state(summary="first")
    with reading(live, browser, "/n/lake") as page:
        page.context.set_offline(True)
        live.ada.state(attitudes={"q20": "prefers"}, stated_on="2024-06-14")
        page.context.set_offline(False)
        expect(page.locator(f"{QUOTA}.told-now")).to_contain_text("20")
        hide = """hidden => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }"""
        page.evaluate(hide, True)
        live.ada.state("south", "dam", quotes=[quote(OTHER_WORDS)])
        expect(page.locator('td[data-party="south"][data-issue="dam"]')).not_to_have_class(
            "told-now"
        )
        page.evaluate(hide, False)
        expect(page.locator('td[data-party="south"][data-issue="dam"].told-now')).to_be_visible()


def test_another_process_saves_and_new_rows_are_told(live: Live, browser: Browser) -> None:
    with serving(live.database.url) as other, reading(live, browser, "/n/lake") as page:
        with tab(browser, live, None, base_url=other) as second:
            second.goto("/n/lake")
            live.ada.state()
            expect(page.locator(f"{QUOTA}.told-now")).to_be_visible()
            expect(second.locator(f"{QUOTA}.told-now")).to_be_visible()
        issue = {"slug": "fish", "title": "Fishing"}
        assert live.ada.post("/negotiations/lake/issues", issue).status == 201
        expect(page.locator("[data-newer]")).to_be_visible()


def test_without_a_free_place_the_page_asks(live: Live, browser: Browser) -> None:
    with tab(browser, live, None) as page:
        page.route(re.compile(r"/api/v1/events\?(?!.*wait=false)"), lambda r: r.fulfill(status=503))
        page.clock.install()
        page.goto("/n/lake")
        live.ada.state()
        page.clock.run_for(60_000)
        expect(page.locator(f"{QUOTA}.told-now")).to_be_visible()


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: Any, width: int) -> None:
    live.ada.state()
    size = {"width": width, "height": 900}
    with reading(live, browser, "/n/lake", viewport=size, color_scheme=scheme) as page:
        live.ada.state(attitudes={"q20": "prefers"}, stated_on="2024-06-14")
        expect(page.locator(f"{QUOTA}.told-now")).to_be_visible()
        looks_well(page)
