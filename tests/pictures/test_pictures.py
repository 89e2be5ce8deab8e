"""Test pictures over HTTP: what they say, to whom, for how long, and what is refused."""

import asyncio
import re
import struct
from typing import Any
from xml.etree import ElementTree

import pytest

from app.pictures import raster
from tests.support.factories import WORDS, quote
from tests.support.fixtures import Lake
from tests.support.statements import statements

PAGES = (
    "/n/lake",
    "/n/lake/cells/north/quota",
    "/n/lake/issues/quota",
    "/n/lake/parties/north",
)
SVG = "{http://www.w3.org/2000/svg}"
SECRET = "Nobody else sees this"


def texts(svg: str) -> list[str]:
    """Return the lines of a picture; it has to be well-formed."""
    root = ElementTree.fromstring(svg)  # noqa: S314 (our own)
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def size(png: bytes) -> tuple[int, int]:
    """Return the width and the height of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("page", PAGES)
def test_a_picture_says_what_it_shows_and_where_it_is_from(lake: Lake, page: str) -> None:
    lake.ada.patch("/negotiations/lake", {"licence": "CC BY 4.0"})
    lake.ada.state(firmness="red_line", conditions={"q40": "the <dam> & weir stay"})
    got = lake.stranger.page(f"{page}/picture.svg", as_of="2024-06-01")
    assert got.headers["content-type"] == "image/svg+xml"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "_as-of-2024-06-01.svg" in got.headers["content-disposition"]
    root = ElementTree.fromstring(got.text)  # noqa: S314 (our own)
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") and "Northshore" in str(root.findtext(f"{SVG}desc"))
    said = " ".join(texts(got.text))
    for words in ("as of 1 June 2024", "as Parley knew it on", "CC BY 4.0", "red line"):
        assert words in said, words
    assert "only if the <dam> & weir stay" in said
    address = f"http://testserver{page}?as_of=2024-06-01&known_at="
    assert address in said.replace(" ", "")
    assert not re.search(r"<script|style=|<style|href", got.text)


@pytest.mark.parametrize("page", PAGES)
def test_pictures_are_the_same_for_ever_and_for_everybody(lake: Lake, page: str) -> None:
    lake.ada.state()
    known_at = lake.ada.get("/negotiations/lake/matrix").meta["known_at"]
    pins = {"as_of": "2024-06-01", "known_at": known_at}
    addresses = [f"{page}/picture.{image}" for image in ("svg", "png")]
    before = [lake.stranger.page(a, **pins) for a in addresses]
    lake.ada.patch("/positions/1", {"summary": "Otherwise", "firmness": "open"})
    lake.ada.patch("/negotiations/lake/issues/quota", {"title": "Another title"})
    lake.ada.patch("/parties/north", {"name": "Another name"})
    lake.ada.state(stated_on="2024-05-20", attitudes={"q20": "prefers"})
    lake.ada.state(status="draft", summary=SECRET, stated_on="2024-05-21")
    for address, first in zip(addresses, before, strict=True):
        assert first.status_code == 200
        for desk in (lake.stranger, lake.ada):
            again = desk.page(address, **pins)
            assert again.content == first.content
            assert again.headers["etag"] == first.headers["etag"]
            assert "no-store" not in again.headers["cache-control"]
            now = desk.page(address)
            assert now.content != first.content
            assert SECRET.encode() not in now.content


def test_a_quote_is_in_the_picture_word_for_word(lake: Lake) -> None:
    long = " ".join(f"word{n}" for n in range(600))
    text = f"{long}. Путин: «Мы согласны». حماس: وقف إطلاق النار."
    source = lake.ada.source(text=text)["id"]
    lake.ada.state(
        "north",
        "quota",
        quotes=[
            quote(long, source, speaker="Mara Venn"),
            quote("«Мы согласны»", source),
            quote("وقف إطلاق النار", source),
        ],
    )
    svg = lake.stranger.page("/n/lake/cells/north/quota/picture.svg").text
    said = " ".join(texts(svg)).replace("\u2067", "").replace("\u2069", "")
    assert f"“{long}”" in said
    assert "Мы согласны" in said and "وقف إطلاق النار" in said
    png = lake.stranger.page("/n/lake/cells/north/quota/picture.png?scale=1").content
    width, height = size(png)
    assert width == 820 and height > 800


def test_letters_of_every_script_are_drawn_with_the_fonts_that_come_along() -> None:
    def drawn(words: str, family: str) -> bytes:
        line = f'<text x="9" y="20" font-family="{family}">{words}</text>'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">{line}</svg>'
        return asyncio.run(raster.to_png(svg, 1))

    assert len(raster.fonts()) == 8
    for family, one, other in (
        ("'Source Sans 3'", "Ж", "Я"),
        ("'Source Serif 4'", "Ж", "Я"),
        ("'Noto Sans Arabic'", "وقف", "وقت"),
        ("'Noto Sans Arabic'", "سلام", "س\u200cل\u200cا\u200cم"),  # joined, and kept apart
        ("'Noto Sans Hebrew'", "שלום", "שלומ"),
    ):
        assert drawn(one, family) != drawn(other, family), one


def test_a_png_has_the_size_that_is_asked_for(lake: Lake) -> None:
    lake.ada.state()
    svg = lake.stranger.page("/n/lake/picture.svg").text
    wide = float(re.findall(r'<svg [^>]*?width="([\d.]+)"', svg)[0])
    for scale in (1, 3):
        png = lake.stranger.page("/n/lake/picture.png", scale=scale)
        assert png.headers["content-type"] == "image/png"
        assert abs(size(png.content)[0] - scale * wide) <= 1
    headers = {"If-None-Match": png.headers["etag"]}
    again = lake.stranger.client.get("/n/lake/picture.png?scale=3", headers=headers)
    assert again.status_code == 304 and not again.content
    head = lake.stranger.browse("HEAD", "/n/lake/picture.png?scale=3")
    assert head.headers["etag"] == png.headers["etag"] and not head.content


def test_what_is_too_large_or_unknown_is_refused(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "MOST_PIXELS", 500_000)
    assert lake.stranger.page("/n/lake/picture.png?scale=1").status_code == 200
    whole = lake.stranger.page("/n/lake/picture.png")
    width, height = size(whole.content)
    assert width * height <= 510_000
    for query, status in (
        ("scale=4", 422),
        ("scale=0", 422),
        ("scale=x", 422),
        ("cells=maps", 422),
        ("party=nobody", 422),
        ("transpose=1", 422),
        ("embed=1", 422),
        ("cursor=x", 422),
        ("as_of=2024-13-01", 422),
        ("known_at=2999-01-01T00:00:00Z", 422),
        ("q=%00", 422),
        ("q=%3Cscript%3E", 200),
    ):
        assert lake.stranger.page(f"/n/lake/picture.png?{query}").status_code == status, query
    for address in (
        "/n/lake/picture.gif",
        "/n/nowhere/picture.svg",
        "/n/lake/cells/north/nothing/picture.svg",
        "/n/lake/issues/nothing/picture.png",
        "/n/lake/parties/nobody/picture.svg",
    ):
        assert lake.stranger.page(address).status_code == 404, address


def test_a_large_matrix_comes_in_parts_and_in_signs(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        body: dict[str, Any] = {"slug": f"i{n}", "title": f"Issue {n}"}
        lake.ada.post("/negotiations/lake/issues", body)
    lake.ada.state(firmness="red_line")
    monkeypatch.setattr("app.pictures.pages.MOST_CELLS", 9)
    monkeypatch.setattr("app.pictures.pages.MOST_IN_WORDS", 9)
    first = lake.stranger.page("/n/lake/picture.svg")
    said = " ".join(texts(first.text))
    assert "issues 1 to 3 of 6, parties 1 to 3 of 3" in said
    assert "prefers the option of this number" in said and "red line" in said
    assert "1\u00a020 % · 2\u00a030 % · 3\u00a040 %" in said
    [(link, rel)] = re.findall(r'<([^>]+)>; rel="(\w+)"', first.headers["link"])
    assert rel == "next"
    second = lake.stranger.page(link.removeprefix("http://testserver"))
    assert "issues 4 to 6 of 6" in " ".join(texts(second.text))
    assert "link" not in second.headers
    words = lake.stranger.page("/n/lake/picture.svg?cells=words")
    assert "prefers the option of this number" not in words.text


def test_a_filtered_picture_says_so(lake: Lake) -> None:
    lake.ada.state(firmness="red_line")
    lake.ada.state("south", "quota", firmness="open", quotes=[quote(WORDS)])
    address = "/n/lake/picture.svg?firmness=red_line&q=forty&party=north&party=south"
    said = " ".join(texts(lake.stranger.page(address).text))
    assert "Filtered: only positions red line, with the words “forty”" in said
    assert "hidden by the filter" in said


def test_statements_of_a_picture(lake: Lake) -> None:
    lake.ada.state()
    for page in PAGES:
        for most in (12, 8):  # at first, and once the process knows the code book
            with statements(lake.app.state.engine) as sent:
                got = lake.stranger.page(f"{page}/picture.svg", as_of=f"2024-06-{most:02}")
            assert got.status_code == 200
            assert len(sent) <= most, sent
