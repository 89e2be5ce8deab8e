"""Test in a real Chromium that links of quotes mark exactly the quoted words."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route
from selectolax.lexbor import LexborHTMLParser

from app.sources.matching.normalise import ELISION, ZERO_WIDTH, fold
from tests.support.factories import Desk, position, quote
from tests.support.live import Live

pytestmark = pytest.mark.browser

ARTICLES = sorted(Path(__file__).with_name("articles").glob("*.html"))
NEWS = "https://news.example/"
# Marked text is painted in one colour, letters included, so that it can be found in a screenshot.
MARKED = """
::target-text { background: #f0f !important; color: #f0f !important }
* { line-height: 2 !important; text-decoration: none !important; animation: none !important }
"""
CHARACTERS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node; (node = walker.nextNode());) {
    for (let i = 0; i < node.data.length; i++) {
      const range = document.createRange();
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      if (box && box.width >= 1)
        found.push([node.data[i], box.left + scrollX + box.width / 2,
                    box.top + scrollY + box.height / 2]);
    }
  }
  return found;
}"""
PAINTED = """async ([picture, points]) => {
  const image = await createImageBitmap(
    await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const pixels = canvas.getImageData(0, 0, image.width, image.height).data;
  return points.map(([, x, y]) => {
    const at = 4 * (Math.floor(y) * image.width + Math.floor(x));
    return pixels[at] > 250 && pixels[at + 1] < 5 && pixels[at + 2] > 250;
  });
}"""


@dataclass(frozen=True)
class Marks:
    """Tell which characters of a page are marked, by their colour in a screenshot."""

    page: Page
    eye: Page

    def follow(self, link: str) -> list[str]:
        """Open a link like a typed address; return each stretch of marked characters.

        White space is left out.
        """
        self.page.goto("about:blank")
        self.page.goto(link)
        return self.read()

    def read(self) -> list[str]:
        points = self.page.evaluate(CHARACTERS)
        picture = base64.b64encode(self.page.screenshot(full_page=True)).decode()
        painted = self.eye.evaluate(PAINTED, [picture, points])
        kept = zip((c for c, *_ in points), painted, strict=True)
        visible = [(c, marked) for c, marked in kept if not c.isspace() and c not in ZERO_WIDTH]
        runs = groupby(visible, key=lambda one: one[1])
        return ["".join(c for c, _ in run) for marked, run in runs if marked]


@pytest.fixture
def marks(browser: Browser) -> Iterator[Marks]:
    """Open the two tabs of a browser in which links are followed."""
    context = browser.new_context(viewport={"width": 900, "height": 700})
    context.route(f"{NEWS}**", _serve)
    yield Marks(context.new_page(), context.new_page())
    context.close()


def _serve(route: Route) -> None:
    path = (
        Path(__file__).parent / "articles" / route.request.url.removeprefix(NEWS).partition("#")[0]
    )
    html = path.read_text().replace("</head>", f"<style>{MARKED}</style></head>")
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


def save_page(desk: Desk, path: Path) -> int:
    """Upload a page with the form, check the text, and save it; return the source's id."""
    headers = {"Authorization": f"Bearer {desk.token}"}
    data = {"url": NEWS + path.name, "title": path.stem, "negotiation": "lake"}
    file = {"file": (path.name, path.read_bytes())}
    form = desk.client.post("/sources/new", data=data, files=file, headers=headers)
    fields = LexborHTMLParser(form.text).css("[data-intake] input[name], [data-intake] textarea")
    data = {
        n.attributes["name"] or "": n.attributes.get("value") or n.text(strip=False) for n in fields
    }
    data |= {"title": path.stem, "published_on": "", "language": path.stem[:2]}
    saved = desk.client.post("/sources/new", data=data, files={"file": ("", b"")}, headers=headers)
    assert saved.status_code == 303, saved.text
    return int(saved.headers["location"].rpartition("/")[2])


def quotes_of(path: Path) -> list[str]:
    _, _, noted = path.read_text().partition("<!-- quotes\n")
    return noted.partition("\n-->")[0].split("\n")


def state(desk: Desk, source: int, *exact: str) -> list[dict[str, Any]]:
    """State a draft with these quotes, which may hold words that are not in the source."""
    body = position(quotes=[quote(words, source) for words in exact], status="draft")
    return list(desk.post("/positions", body).data["quotes"])


def plain(words: str) -> str:
    """Remove what the rule for verbatim quotes ignores, and white space."""
    return "".join(fold(words).text.split())


def parts(words: str) -> list[str]:
    """Return the parts around elisions as they are marked."""
    return [plain(part) for part in ELISION.split(words)]


def all_at_once(marks: Marks, quotes: list[dict[str, Any]]) -> bool:
    """Tell whether one link that asks for all quotes marks exactly their words."""
    page, *asked = [quotes[0]["link"], *(q["link"].partition(":~:")[2] for q in quotes[1:])]
    found = [plain(run) for run in marks.follow("&".join([page, *asked]))]
    return sorted(found) == sorted(part for q in quotes for part in parts(q["exact"]))


def test_sixty_quotes_are_marked_to_the_letter(live: Live, marks: Marks) -> None:
    missed, followed = [], 0
    for path in ARTICLES:
        quotes = state(live.ada, save_page(live.ada, path), *quotes_of(path))
        followed += len(quotes)
        if all_at_once(marks, quotes):
            continue
        for made in quotes:  # one by one, since marks that touch cannot be told apart
            found = [plain(run) for run in marks.follow(made["link"])]
            if found != parts(made["exact"]):
                missed.append((path.name, made["exact"], made["verification"], made["link"], found))
    assert followed == 60
    assert not missed, f"{len(missed)} of {followed} not marked: {missed}"


def test_a_reader_who_follows_the_link_sees_the_words_marked(live: Live, marks: Marks) -> None:
    path = ARTICLES[0].with_name("en-1.html")
    exact = quotes_of(path)[0]
    made = live.ada.state(quotes=[quote(exact, save_page(live.ada, path))])["quotes"][0]
    marks.page.goto(f"{live.url}/quotes/{made['id']}")
    marks.page.get_by_role("link", name="see it in place").click()
    marks.page.wait_for_url(f"{NEWS}**")
    assert [plain(run) for run in marks.read()] == [plain(exact)]
