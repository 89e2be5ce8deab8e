"""Answer ten questions from the site alone, each with three clicks at most."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.live import Live, tab

pytestmark = pytest.mark.browser

MOST_CLICKS = 3
TALKS = "/n/practice?as_of=2025-03-31"


class Reader:
    """Somebody who begins at the matrix, and whose clicks are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        page.goto(TALKS)

    def menu(self, name: str) -> None:
        """Follow the menu of the negotiation."""
        self.click(self.page.locator("header nav").get_by_role("link", name=name, exact=True))

    def click(self, what: Locator) -> None:
        """Click, and wait for what comes."""
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS
        what.first.click()

    def sees(self, words: str) -> None:
        """See words somewhere in the main part of the page."""
        expect(self.page.locator("main")).to_contain_text(re.compile(words))


def what_changed_between_two_days(reader: Reader) -> None:
    reader.menu("Changes")
    reader.page.get_by_label("After").fill("2024-07-15")
    reader.page.get_by_label("up to").fill("2024-11-30")
    reader.click(reader.page.get_by_role("button", name="Show"))
    reader.sees("What changed after 15 July 2024, up to 30 November 2024")
    expect(reader.page.locator(".moves blockquote").first).to_be_visible()


def who_blocks_what_and_why(reader: Reader) -> None:
    reader.menu("Common ground")
    reader.click(reader.page.locator("[aria-labelledby=blockers] a", has_text="Dorrin"))
    reader.sees("on which Commonwealth of Dorrin blocks")
    expect(reader.page.locator("section.ground blockquote").first).to_be_visible()


def who_agrees_most(reader: Reader) -> None:
    """As the answer sheet has it."""
    reader.menu("Agreement")
    reader.sees(r"Selmere and League of the Valleys\s+0\.862\s+8 issues")


def where_two_parties_differ(reader: Reader) -> None:
    reader.menu("Agreement")
    reader.click(
        reader.page.locator(".heat a", has_text="Republic of Kastrel and Commonwealth of Dorrin")
    )
    reader.sees("They differ")
    expect(reader.page.locator(".compared blockquote").first).to_be_visible()


def a_partys_red_lines(reader: Reader) -> None:
    reader.click(reader.page.locator("main thead .name a", has_text="Dorrin"))
    reader.sees("Red line")


def what_a_party_said_before(reader: Reader) -> None:
    reader.click(reader.page.locator("td[data-party=kastrel][data-issue=lake-level] a"))
    expect(reader.page.get_by_text("This cell over time")).to_be_visible()
    expect(reader.page.get_by_text("18 January 2024").first).to_be_visible()


def the_quote_behind_a_figure(reader: Reader) -> None:
    reader.menu("Agreement")
    reader.click(
        reader.page.locator(".heat a", has_text="Republic of Kastrel and Commonwealth of Dorrin")
    )
    reader.click(reader.page.locator(".compared blockquote a"))
    reader.sees("Positions with this quote")


def what_nobody_has_said(reader: Reader) -> None:
    reader.menu("Coverage")
    reader.sees("[Nn]ever")


def what_one_concession_would_open(reader: Reader) -> None:
    reader.menu("Common ground")
    reader.click(reader.page.get_by_role("link", name="Packages of several issues"))
    reader.sees("Without that, [0-9,]+ more packages would be open")


def how_sure_all_this_is(reader: Reader) -> None:
    reader.click(reader.page.locator("td[data-party=kastrel][data-issue=lake-level] a"))
    expect(reader.page.get_by_text("How sure is it?")).to_be_visible()
    expect(reader.page.get_by_text("from a single source").first).to_be_visible()


QUESTIONS = (
    what_changed_between_two_days,
    who_blocks_what_and_why,
    who_agrees_most,
    where_two_parties_differ,
    a_partys_red_lines,
    what_a_party_said_before,
    the_quote_behind_a_figure,
    what_nobody_has_said,
    what_one_concession_would_open,
    how_sure_all_this_is,
)


def test_ten_questions_are_answered_in_three_clicks(
    live: Live, browser: Browser, subtests: pytest.Subtests
) -> None:
    with tab(browser, live, "root") as page:
        page.goto("/")
        page.get_by_role("button", name="Load the practice negotiation").click()
        expect(page).to_have_url(f"{live.url}/n/practice")
    for question in QUESTIONS:
        with subtests.test(question.__name__), tab(browser, live, None) as page:
            question(Reader(page))
