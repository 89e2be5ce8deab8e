"""Test pages of a PDF: stored from the file to the quote, and dropped if they could be wrong."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.sources.extraction.process import extract
from app.sources.page_numbers import page_at, page_link, read_pages, write_pages
from tests.sources import make
from tests.sources.test_pages import send
from tests.support.factories import quote
from tests.support.fixtures import Lake

FIRST, THIRD = "The gauge stays as it is.", "No rail will be torn up."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_a_pdf_says_where_its_pages_begin_also_empty_ones() -> None:
    found = await extract(make.pdf_of_pages(FIRST, "", THIRD), "x.pdf")
    assert found.text == f"{FIRST}\n\n{THIRD}"
    assert found.pages == (0, len(FIRST) + 2, len(FIRST) + 2)
    assert page_at(found.pages, found.text.index(THIRD)) == 3 and "pages" not in found.fields
    assert (await extract(b"plain words", "x.txt")).pages == ()


@pytest.mark.parametrize(
    ("offset", "page"), [(0, 1), (9, 1), (10, 3), (11, 3), (99, 4), (10**9, 4), (None, None)]
)
def test_a_place_is_on_the_last_page_that_has_begun(offset: int | None, page: int | None) -> None:
    assert page_at([0, 10, 10, 50], offset) == page


def test_without_pages_there_are_no_numbers() -> None:
    assert page_at(None, 5) is None and page_at([], 5) is None and page_at([3], 2) is None


@pytest.mark.parametrize(
    ("url", "page", "address"),
    [
        ("https://x.example/a.pdf", 3, "https://x.example/a.pdf#page=3"),
        ("https://x.example/A.PDF?v=1#top", 3, "https://x.example/A.PDF?v=1#page=3"),
        ("https://x.example/a.html", 3, None),
        ("https://x.example/a.pdf", None, None),
        ("javascript:a.pdf", 3, None),
        (None, 3, None),
    ],
)
def test_a_pdf_is_opened_at_its_page(
    url: str | None, page: int | None, address: str | None
) -> None:
    assert page_link(url, page) == address


def test_what_a_form_carries_holds_for_its_own_text_alone() -> None:
    text = "Перша 😀 сторінка\n\nДруга"
    carried = write_pages([0, 18], text)
    assert read_pages(carried, text) == [0, 18]
    mark = carried.split()[0]
    for forged in (
        f"{mark} 18 0",
        f"{mark} 0 99",
        f"{mark} x",
        f"{mark} ",
        mark,
        "",
        f"{mark} -1",
        f"{mark} 0 {9**30}",
    ):
        assert read_pages(forged, text) is None, forged
    assert read_pages(carried, text + "!") is None and write_pages([], text) == ""


def test_from_the_file_to_the_desk_and_to_the_page_of_the_quote(lake: Lake) -> None:
    said = {"url": "https://x.example/treaty.pdf", "title": "Treaty", "negotiation": "lake"}
    shown = send(
        lake.ada, "/sources/new", said, file=("t.pdf", make.pdf_of_pages(FIRST, "", THIRD))
    )
    assert "3 pages (their numbers are kept" in shown.text
    carried = LexborHTMLParser(shown.text).css_first("input[name=pages]").attributes["value"]
    for text, marks in (
        (f"{FIRST}\r\n\r\n{THIRD}", ["page 1", "page 3"]),
        (f"{FIRST}\n\n{THIRD} Changed.", []),
    ):
        url = said["url"].replace("treaty", f"treaty-{len(marks)}")
        done = send(lake.ada, "/sources/new", said | {"url": url, "text": text, "pages": carried})
        number = int(re.search(r"/desk/([0-9]+)$", done.headers["location"])[1])
        desk = LexborHTMLParser(lake.ada.page(f"/n/lake/desk/{number}").text)
        assert [p.text() for p in desk.css(".page-mark")] == marks
        assert "".join(p.text() for p in desk.css("#text p[data-start]")).startswith(
            FIRST + THIRD[:9]
        )
        party = "north" if marks else "south"
        position = lake.ada.state(
            party, quotes=[quote("No rail will be torn up", source_id=number)]
        )
        page = lake.stranger.page(f"/quotes/{position['quotes'][0]['id']}").text
        assert ("Page 3 of the document" in page) == bool(marks)
        assert (f"{url}#page=3" in page) == bool(marks)
        where = "#page=3:~:text=" if marks else "#:~:text="
        assert position["quotes"][0]["link"].startswith(url + where)
