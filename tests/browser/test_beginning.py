"""Test the way from an empty database to a first published position, on the pages alone.

What is counted: clicks, keys besides typed words, and answers that refuse what was sent.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from app.embedded_postgres.server import Server
from app.models.vocabulary import UserRole
from tests.accounts.make import add_accounts
from tests.desk.test_desk_in_a_browser import Hands
from tests.support.factories import Desk
from tests.support.live import Live, serving, tab
from tests.support.looks import looks_well
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.browser

ARTICLE = (
    "Talks in Sarn.\n\n“We accept forty per cent and not one drop less,” Mara Venn said.\n\n"
    "Nothing else happened."
)
MOST_CLICKS = 20
MOST_KEYS = 90  # besides typed words; Tab counts as often as it is pressed
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "dark",
}


@pytest.fixture
def nothing(browser: Browser, database: Server) -> Iterator[Live]:
    """Serve a database with accounts and no other objects."""
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright runs an event loop in this thread
        tokens = elsewhere.submit(
            add_accounts, database.url, [UserRole.EDITOR, UserRole.ADMIN]
        ).result()
    with serving(database.url) as url, httpx2.Client(base_url=url, timeout=PATIENCE) as client:
        yield Live(
            url, database, {name: Desk(client, token, name) for name, token in tokens.items()}
        )


class Mouse(Hands):
    """Hands that press, fill and choose by clicks."""

    def press_on(self, selector: str) -> None:
        self.click(selector)

    def fill(self, selector: str, words: str) -> None:
        """Type into a field; one that has the focus already takes no click."""
        if not self.page.locator(selector).evaluate("e => e === document.activeElement"):
            self.press_on(selector)
        self.page.keyboard.insert_text(words)

    def choose(self, selector: str, label: str) -> None:
        """Open a list and choose."""
        self.page.locator(selector).select_option(label=label)
        self.clicks += 2


class Finger(Mouse):
    """Hands on a touch screen; a tap counts as a click."""

    def press_on(self, selector: str) -> None:
        self.page.locator(selector).first.tap()
        self.clicks += 1


class Keys(Mouse):
    """Hands that use the keyboard alone."""

    def press_on(self, selector: str) -> None:
        self.tab_to(selector)
        kind = self.page.locator(selector).first.get_attribute("type")
        if kind == "radio":  # the group has the focus at “not stated”, before its beginning
            self.press("ArrowRight")
        else:
            self.press("Space" if kind == "checkbox" else "Enter")

    def fill(self, selector: str, words: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.insert_text(words)

    def choose(self, selector: str, label: str) -> None:
        self.tab_to(selector)
        self.press(label[0])


def begin(page: Page, hands: Mouse, link: str, look: Callable[[Page], None]) -> None:
    """Go from a sign-in link to a published position, as somebody new to Parley would."""

    def next_step(selector: str, title: str) -> None:
        hands.press_on(selector)
        expect(page).to_have_title(re.compile(title))
        look(page)

    page.goto(link)
    next_step("main .button", "Who wants what")
    next_step("main a[href='/negotiations/new']", "New negotiation")
    expect(page.locator("#field-title")).to_be_focused()
    hands.fill("#field-title", "Озеро Сарн")
    next_step("main .go .button", "Who negotiates")
    expect(page.locator("#field-parties")).to_be_focused()
    hands.fill("#field-parties", "Northshore\nSouthshore")
    next_step("main .go .button", "What is the first issue")
    expect(page.locator("#field-title")).to_be_focused()
    hands.fill("#field-title", "Water quota")
    hands.fill("#field-options", "30 %\n40 %")
    hands.press_on("#field-ordered")
    next_step("main .go .button", "New source")
    expect(page.locator("#field-text")).to_be_focused()
    hands.fill("#field-text", ARTICLE)
    hands.fill("#field-url", "news.example/sarn")
    hands.fill("#field-title", "Talks in Sarn")
    hands.fill("#field-published_on", "17 March 2025")
    next_step("main .go .button", "reading desk")
    hands.press_on("a[data-candidate]")
    expect(page.locator("[name=q-0-speaker]")).to_have_value("Mara Venn")
    expect(page.locator("#field-issue")).to_have_value("water-quota")
    add = "button[value='new-speaker-0']"
    hands.press_on(add)
    expect(page.locator(add)).to_have_count(0)
    hands.choose("#field-party", "Northshore")
    expect(page.locator("#field-party")).to_have_value("northshore")
    hands.press_on("[name=o-40]")
    expect(page.locator("[name=o-40][value=prefers]")).to_be_checked()
    look(page)
    hands.press_on("[data-publish]")
    expect(page.locator("[data-saved]")).to_contain_text("Northshore on Water quota")
    look(page)


@pytest.mark.parametrize(
    ("hold", "options"),
    [
        (Mouse, {}),
        (Mouse, {"java_script_enabled": False}),
        (Keys, {}),
        (Finger, PHONE),
    ],
    ids=["mouse", "mouse without scripts", "keyboard", "phone"],
)
def test_from_nothing_to_a_first_position(
    browser: Browser, nothing: Live, hold: type[Mouse], options: dict[str, Any]
) -> None:
    who = "admin" if hold is Mouse and not options else "editor"
    looked = looks_well if hold is Finger else lambda page: None
    with tab(browser, nothing, None, bypass_csp=hold is Finger, **options) as page:
        refused: list[str] = []
        page.on("response", lambda got: refused.append(got.url) if got.status >= 400 else None)
        hands = hold(page)
        begin(page, hands, nothing.link(who), looked)
        print(f"\n{hold.__name__} {options}: {hands.clicks} clicks, {hands.keys} keys")
        assert hands.clicks <= MOST_CLICKS and hands.keys <= MOST_KEYS and not refused
        if hold is Keys:
            assert hands.clicks == 0
        page.goto("/n/ozero-sarn")
        expect(page.locator("td[data-position]")).to_have_text(re.compile("40 %"))
        expect(page.locator(".first-steps")).to_have_count(0)
    [position] = nothing.desks[who].get("/positions").data
    [quote] = position["quotes"]
    assert (quote["verification"], quote["speaker"]["name"]) == ("verified", "Mara Venn")
    assert quote["source"]["url"] == "https://news.example/sarn"
