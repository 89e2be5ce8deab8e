"""Test that the text of a page is what Chromium shows of it.

That is its `innerText`, what a reader can open, and the marks that a browser draws.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from app.sources.extraction.decoding import decode_html
from app.sources.extraction.readers import html
from app.sources.pages import BOOKMARKLET
from tests.sources.html_pages import AROUND, FRAGMENTS, PAGES
from tests.support.browser import chromium

pytestmark = pytest.mark.browser

TEXT = "document.body.innerText"
# Content that a reader can open, or that an animation fades in, and floating letters, which only
# `innerText` puts on a line of their own.
OPEN = """() => {
  for (const e of document.querySelectorAll("details")) e.open = true;
  for (const a of document.getAnimations()) a.finish();
  for (const e of document.querySelectorAll(".cap")) e.style.float = "none";
}"""
LANGUAGES = "en en-GB de fr fr-CA fr-CH ru uk pl hu ar he nl ja zh-Hant zh pt pt-PT sr no xx"
DRAWN = re.compile("[“”„‚‘’«»‹›「」『』]")


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """Open a tab of Chromium for all tests of this file."""
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 720})


def lines(text: str) -> list[str]:
    """List the contents of each line or cell, without invisible white space."""
    return [words for line in re.split(r"[\n\t]", text) if (words := " ".join(line.split()))]


def unmarked(text: str) -> str:
    """Remove quotation marks: those around `q` are drawn, and not in `innerText`."""
    return DRAWN.sub("", text)


def test_words_spaces_and_lines_are_those_of_the_browser(tab: Page) -> None:
    differ = {}
    for name, fragment in FRAGMENTS.items():
        page = f"<!doctype html><body>{fragment}"
        tab.set_content(page)
        ours, shown = lines(html.read(page.encode())["text"]), lines(tab.evaluate(TEXT))
        if ours != shown:
            differ[name] = ours, shown
    assert differ == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gives_its_whole_story_and_nothing_that_is_not_shown(tab: Page, name: str) -> None:
    data = PAGES[name]
    # As from a server that does not name the encoding.
    tab.route("**/*", lambda route: route.fulfill(body=data, content_type="text/html"))
    tab.goto("http://page.example/", wait_until="domcontentloaded")
    tab.evaluate(OPEN)
    shown = lines(unmarked(tab.evaluate(TEXT)))
    story = lines(
        unmarked("\n".join(part.inner_text() for part in tab.query_selector_all("[data-story]")))
    )
    tab.unroute("**/*")
    text = html.read(decode_html(data).text.encode())["text"]
    ours = lines(unmarked(text))
    assert [line for line in story if line not in ours] == []
    assert [line for line in ours if line not in shown] == []
    assert [words for words in AROUND if words in text] == []


def test_quotation_marks_are_those_that_the_browser_draws(tab: Page) -> None:
    differ = {}
    session = tab.context.new_cdp_session(tab)
    for language in LANGUAGES.split():
        page = f"<!doctype html><html lang={language}><p>a <q>b <q lang=ru>c <q>d</q></q></q>"
        tab.set_content(page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        drawn = "".join(n["name"]["value"] for n in nodes if n["role"]["value"] == "StaticText")
        ours = html.read(page.encode())["text"]
        if "".join(ours.split()) != "".join(drawn.split()):
            differ[language] = ours, drawn
    assert differ == {}


def test_a_bookmarklet_brings_what_a_file_of_the_page_gives(tab: Page) -> None:
    page = (
        "<!doctype html><html lang=en><body><h1>Talks</h1><p>He said <q>we are ready to <b"
        " hidden>not</b>sign</q>.</p>"
    )
    page += "<ul><li>One<li>Two</ul><table><tr><td>a<td>b</table>"
    tab.set_content(page)
    before = tab.content()
    tab.evaluate("window.open = address => { window.opened = address }")
    tab.evaluate("getSelection().selectAllChildren(document.body)")
    tab.evaluate(BOOKMARKLET.removeprefix("javascript:").replace("KNOWN", ""))
    brought = parse_qs(urlsplit(tab.evaluate("window.opened")).query)["text"][0]
    assert lines(brought) == lines(html.read(page.encode())["text"])
    assert tab.content() == before
