"""Test the way from a pasted article to a verified, published position; keys are counted.

By keyboard, and without JavaScript.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.factories import quote
from tests.support.live import Live, tab
from tests.support.looks import WAYS, looks_well

pytestmark = pytest.mark.browser

# The publisher's article if it is available, otherwise an invented one of the same structure.
ARTICLE = Path(__file__).parents[3] / "shared" / "sources" / "ceasefire-questions.txt"
INVENTED = """No rail will be torn up

The minister came to Sarn on Sunday with an offer and a bill.

“We agree to forty per cent of the water. But we believe this share should lead to a long-term \
treaty,” Mara Venn said.

“How will this share be used? To flood the valley?” she added. Some 😀 asked “why”.
"""
TITLE = "Key questions ahead of the talk"
ADDRESS = "https://news.example/key-questions"


def article() -> str:
    return ARTICLE.read_text() if ARTICLE.exists() else INVENTED


class Hands:
    """Hands at a keyboard and a mouse that count keys and clicks."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.clicks = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1 + key.count("+")

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.keys += len(words)

    def paste(self, words: str) -> None:
        """Press Ctrl+V, which counts two keys."""
        self.page.keyboard.insert_text(words)
        self.keys += 2

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def tab_to(self, selector: str, most: int = 40) -> None:
        for _ in range(most):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not get to {selector}")


def verified(live: Live, party: str = "north") -> dict[str, object]:
    [position] = live.ada.get("/positions", party=party).data
    [quote] = position["quotes"]
    assert position["status"] == "published" and quote["verification"] == "verified"
    return position


def test_from_a_pasted_article_to_a_position_by_keyboard_alone(
    live: Live, browser: Browser
) -> None:
    live.ada.post("/speakers", {"name": "Vladimir Putin", "office": "President", "party": "north"})
    with tab(browser, live) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/sources/new?negotiation=lake")
        hands = Hands(page)
        hands.tab_to("#field-text")
        hands.paste(article())
        hands.tab_to("#field-url")
        hands.paste(ADDRESS)
        hands.press("Tab")
        hands.paste(TITLE)
        hands.tab_to("#field-published_on")
        hands.type("17 March 2025")
        hands.press("Control+Enter")
        page.wait_for_url(re.compile(r"/n/lake/desk/\d+$"))
        source = hands.keys
        hands.press("c")
        hands.press("Enter")
        expect(page.locator("#position-form")).to_contain_text("verified")
        expect(page.locator("[name=q-0-speaker]")).to_have_value(
            re.compile("Vladimir Putin|Mara Venn")
        )
        expect(page.locator("[name=party]")).to_have_value("north")
        expect(page.locator("#field-issue")).to_be_focused()
        hands.type("w")
        expect(page.locator("[name=o-q30]").first).to_be_visible()
        hands.tab_to("[name=o-q30]")
        hands.press("ArrowLeft")
        hands.press("Control+Enter")
        page.wait_for_url(re.compile("saved="))
        expect(page.locator("[data-saved]")).to_contain_text("Northshore on Water quota")
        position = verified(live)
        expect(page.locator(f"#p-{position['id']}")).to_be_visible()
        first = hands.keys - source
        # The form stays with the same source, and the next candidate is the one after this quote.
        expect(page.locator("[name=q-0-source]")).to_have_value(re.compile(TITLE))
        expect(page.locator("[name=q-0-exact]")).to_have_value("")
        starts = [
            int(n)
            for n in page.eval_on_selector_all(
                "a[data-candidate]", "all => all.map(a => a.dataset.wordsStart)"
            )
        ]
        hands.press("c")
        taken_from, _ = position["quotes"][0]["segments"][0]
        focused = page.evaluate("Number(document.activeElement.dataset.wordsStart)")
        assert focused == min(n for n in starts if n > taken_from)
        hands.press("Enter")
        expect(page.locator("#position-form")).to_contain_text("verified")
        expect(page.locator("#field-issue")).to_be_focused()
        hands.type("t")
        expect(page.locator("[name=o-closed]").first).to_be_visible()
        hands.tab_to("[name=o-closed]")
        hands.press("ArrowRight")
        hands.press("Control+Enter")
        expect(page.locator("[data-saved]")).to_contain_text("The dam")
        assert len(live.ada.get("/positions").data) == 2
        second = hands.keys - source - first
        print(
            f"\nBy keyboard: {source} keys for the source, {first} for the position, {second} for"
            " the next, 0 clicks."
        )
        assert not errors and hands.clicks == 0 and second <= 15


def test_from_a_pasted_article_to_a_position_without_javascript(
    live: Live, browser: Browser
) -> None:
    live.ada.post("/speakers", {"name": "Vladimir Putin", "office": "President", "party": "north"})
    with tab(browser, live, java_script_enabled=False) as page:
        page.goto("/sources/new?negotiation=lake")
        hands = Hands(page)
        for name, words in (("text", article()), ("url", ADDRESS), ("title", TITLE)):
            hands.click(f"#field-{name}")
            hands.paste(words)
        hands.click("#field-published_on")
        hands.type("17 March 2025")
        hands.click(".go .button")
        hands.click("text=use this quote")
        expect(page.locator("#position-form")).to_contain_text("verified")
        page.locator("#field-issue").select_option("quota")
        hands.clicks += 2
        hands.click("text=Show its options")
        hands.click("[name=o-q40][value=prefers]")
        hands.click("[data-publish]")
        expect(page.locator("[data-saved]")).to_contain_text("Northshore on Water quota")
        verified(live)
        print(f"\nWithout JavaScript: {hands.keys} keys, {hands.clicks} clicks.")


def test_words_selected_by_keyboard_and_by_mouse_come_to_the_form_as_stored(
    live: Live, browser: Browser
) -> None:
    text = (
        "Ünïcode 😀 first.\n\n“One 😀 two three,” Mara Venn said. “Four five six.”\n\nLast words"
        " here."
    )
    source = live.ada.source(text=text, title="Small")
    with tab(browser, live) as page:
        page.goto(f"/n/lake/desk/{source['id']}")
        page.keyboard.press("t")
        for key in (
            "ArrowDown",
            "ArrowDown",
            "Shift+ArrowRight",
            "Shift+ArrowRight",
            "Shift+ArrowRight",
            "Enter",
        ):
            page.keyboard.press(key)
        expect(page.locator("[name=q-0-exact]")).to_have_value("One 😀 two three,")
        expect(page.locator("#position-form .checked")).to_contain_text("verified")
        page.keyboard.press("Escape")
        expect(page.locator("#text")).to_be_focused()
        page.locator("[data-start]").nth(2).dblclick(position={"x": 20, "y": 10})
        expect(page.locator("[name=q-0-exact]")).to_have_value("Last")


def test_what_was_typed_is_not_lost_to_another_selection(live: Live, browser: Browser) -> None:
    source = live.ada.source(
        text="“One two three,” Mara Venn said.\n\nLast words here, at the end.", title="Small"
    )
    with tab(browser, live) as page:
        page.goto(f"/n/lake/desk/{source['id']}")
        page.locator("a[data-candidate]").click()
        page.locator("[name=summary]").fill("typed by hand")
        page.keyboard.type("!")
        page.locator("[data-start]").nth(1).dblclick(position={"x": 20, "y": 10})
        expect(page.locator("[name=summary]")).to_have_value("typed by hand!")
        page.locator("[data-add-selection]").click()
        expect(page.locator("[name=q-1-exact]")).to_have_value(re.compile("^Last"))
        expect(page.locator("[name=summary]")).to_have_value("typed by hand!")


def test_what_was_typed_at_the_desk_comes_back_after_the_page_was_left(
    live: Live, browser: Browser
) -> None:
    with tab(browser, live) as page:
        page.goto("/n/lake/desk/1")
        page.locator("a[data-candidate]").first.click()
        page.locator("[name=summary]").fill("typed by hand")
        page.goto("/n/lake")
        page.goto("/n/lake/desk/1")
        page.locator("[data-desk-restore]").click()
        expect(page.locator("[name=summary]")).to_have_value("typed by hand")
        expect(page.locator("[name=q-0-exact]")).not_to_have_value("")
        page.locator("[name=party]").select_option("north")
        page.locator("[name=issue]").select_option("dam")
        page.locator("[data-publish]").click()
        page.wait_for_url(re.compile("saved="))
        page.goto("/n/lake/desk/1")
        expect(page.locator("[data-desk-kept]")).to_be_hidden()


@pytest.mark.parametrize("words", ["One “short” selection & more.", "A long Слово. " * 2000])
def test_a_bookmarklet_brings_address_title_and_selection(
    live: Live, browser: Browser, words: str
) -> None:
    with tab(browser, live) as page:
        page.goto("/bookmarklet?negotiation=lake")
        link = page.locator(".bookmarklet a").get_attribute("href") or ""
        page.goto("/login")
        page.evaluate(
            "words => { document.title = 'A & B'; document.body.textContent = words; }", words
        )
        page.evaluate("getSelection().selectAllChildren(document.body)")
        with page.context.expect_page() as opened:
            page.evaluate(link.removeprefix("javascript:"))
        form = opened.value
        expect(form.locator("[name=title]")).to_have_value("A & B")
        expect(form.locator("[name=url]")).to_have_value(page.url)
        expect(form.locator("[name=negotiation]")).to_have_value("lake")
        assert (
            form.locator("[name=text]").input_value().strip() == words.strip()
            and "text=A" not in form.url
        )
    assert len(live.ada.get("/sources").data) == 1


@WAYS
def test_axe_finds_nothing(live: Live, browser: Browser, scheme: Any, width: int) -> None:
    live.ada.state(quotes=[quote()])
    paths = (
        "/n/lake/desk",
        "/n/lake/desk/1",
        "/n/lake/desk/1?start=100&end=140&party=north&issue=quota",
        "/sources/new?url=https://news.example/lake",
    )
    paths += ("/sources/1/text", "/sources/1/edit", "/bookmarklet")
    with tab(
        browser,
        live,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    ) as page:
        for path in paths:
            page.goto(path)
            looks_well(page)
