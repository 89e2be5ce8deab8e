"""Test texts out of files; a hostile file costs only a process of its own, with limits."""

import resource

import pytest

from app.sources.extraction import worker
from app.sources.extraction.process import UnreadableFile, extract, kind_of
from tests.sources import make

pytestmark = pytest.mark.anyio


async def test_a_page_gives_its_article_and_what_it_says_of_itself() -> None:
    found = await extract(make.PAGE.encode(), "page.html")
    assert found.kind == "html" and found.encoding == "utf-8" and not found.guessed
    assert "“The gauge of Borsk is 1,520 and stays so,” Irena Volk told" in found.text
    assert all(word not in found.text for word in ("Weather", "rights reserved", "never"))
    assert (
        found.fields["publisher"] == "The Sarn Courier"
        and found.fields["published_on"] == "2025-03-10"
    )
    assert found.fields["title"] == "No rail will be torn up"


async def test_a_pdf_gives_its_lines_joined_to_paragraphs() -> None:
    lines = [
        "The minister of transport came to Sarn on Sunday with",
        "an offer and a bill.",
        "We will not rebuild it.",
    ]
    found = await extract(make.pdf(*lines), "x.pdf")
    assert "came to Sarn on Sunday with an offer and a bill." in found.text


async def test_a_word_document_gives_what_it_says_now_with_insertions_and_without_deletions() -> (
    None
):
    tracked = (
        '<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>Inserted words.</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>Deleted words.</w:delText></w:r></w:del>'
        "</w:p>"
    )
    found = await extract(make.docx(make.paragraph("We will ", "not move.") + tracked), "note.docx")
    assert found.text == "We will not move.\n\nInserted words."
    assert found.fields == {"title": "Note", "author": "Jo"}


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "empty.txt", "empty"),
        (b"  \n", "blank.txt", "empty"),
        (b"\x00\x01\x02", "x.bin", "not text"),
        (b"\xd0\xcf\x11\xe0 old", "old.doc", "old Word"),
        (b"{\\rtf1 x}", "x.rtf", "RTF"),
        (b"PK\x03\x04 broken", "x.docx", "damaged"),
        (b"%PDF-1.7 broken", "x.pdf", "damaged"),
        (make.pdf(), "blank.pdf", "pictures"),
        (make.pdf("secret", encrypt="word"), "locked.pdf", "password"),
        (make.bomb(), "bomb.docx", "Unpacked"),
        (
            make.docx("", **{"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'}),
            "entities.docx",
            "damaged",
        ),
        (b"<html><body>" + b"<div>" * 200_000, "deep.html", "deeply nested"),
        (b"<html><body><p hidden>x</p>", "hidden.html", "no visible text"),
        (b"x" * 6_000_000, "long.txt", "longer than 5 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
async def test_what_cannot_be_read_says_why(data: bytes, name: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        await extract(data, name)


async def test_a_word_file_of_another_kind_is_named() -> None:
    with pytest.raises(UnreadableFile, match="spreadsheet"):
        await extract(make.docx("").replace(b"word/document.xml", b"xl/d/workbook.xml"), "x.xlsx")


LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a 'lollollollol'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 20}'>" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]><l>&h;</l>"
)


@pytest.mark.parametrize(
    "data",
    [
        make.pdf(stream=b"BT /F1 12 Tf " + b"(x) Tj " * 40_000_000),
        make.docx("<w:p>" * 50_000),
        make.docx("", **{"word/document.xml": LAUGHS.encode()}),
        b"<html><body>" + b"<p>word word word word word</p>" * 250_000,
    ],
    ids=["inflating-pdf", "deep-docx", "billion-laughs", "wide-html"],
)
async def test_a_hostile_file_ends_in_time_and_costs_this_process_little(data: bytes) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, seconds_of_children()
    with pytest.raises(UnreadableFile):
        await extract(data, "x")
    limit = worker.SECONDS.get(kind_of(data, "x"), worker.USUAL_SECONDS)
    assert seconds_of_children() - began <= limit + 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def seconds_of_children() -> float:
    """Return the processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


ARCHIVE = (
    "From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type:"
    " multipart/related;\r\n"
    '\ttype="text/html";\r\n\tboundary="----b"\r\n\r\n------b\r\nContent-Type: text/html;'
    " charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n<!DOCTYPE html><p>We =C2=ABsign=C2=BB =\r\n"
    "it.</p>\r\n"
    "------b--\r\n"
)


@pytest.mark.parametrize(
    ("data", "name", "kind", "text"),
    [
        (b"<p>We sign.", "", "html", "We sign."),
        (b"\n <!-- saved from x --><html><p>We sign.", "x.txt", "html", "We sign."),
        ("<html><p>Ми підписуємо.".encode("utf-16"), "", "html", "Ми підписуємо."),
        (b"We <q>sign</q>.", "", "html", "We \u201csign\u201d."),
        (b"We <q>sign</q>.", "x.txt", "text", "We <q>sign</q>."),
        (b"We sign < 3 things.", "x", "text", "We sign < 3 things."),
        (ARCHIVE.encode(), "x.mhtml", "mhtml", "We «sign» it."),
    ],
)
async def test_a_file_is_told_by_its_content(data: bytes, name: str, kind: str, text: str) -> None:
    found = await extract(data, name)
    assert (found.kind, found.text) == (kind, text)
