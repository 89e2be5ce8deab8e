"""Test the dossier as a Word document: what it says, how Word reads it, and what is refused."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from app.http.dear import is_dear
from tests.support.factories import OTHER_WORDS, TEXT, WORDS, quote
from tests.support.fixtures import Lake
from tests.support.statements import statements

PATH = "/n/lake/parties/north/dossier.docx"
ARABIC = "نقبل أربعين في المئة"
UKRAINIAN = "Ми приймаємо сорок відсотків"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def opened(lake: Lake, **query: Any) -> Any:
    """Return the document as python-docx reads it."""
    got = lake.stranger.page(PATH, **query)
    assert got.status_code == 200, got.text[:300]
    assert got.headers["content-type"] == KIND
    return Document(io.BytesIO(got.content))


def all_text(document: Any) -> str:
    """Return all its words, those in tables too."""
    rows = [row for table in document.tables for row in table.rows]
    cells = [cell.text for row in rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def headings(document: Any) -> list[tuple[str, str]]:
    """Return the headings with their level."""
    return [
        (p.style.name.removeprefix("Heading "), p.text)
        for p in document.paragraphs
        if p.style.name.startswith("Heading")
    ]


def test_it_has_headings_quotations_and_a_foot(lake: Lake) -> None:
    lake.ada.patch("/negotiations/lake", {"licence": "CC BY 4.0"})
    lake.ada.patch("/negotiations/lake/issues/quota", {"group": "Water", "question": "How much?"})
    lake.ada.state(
        firmness="red_line",
        conditions={"q40": "the dam stays closed"},
        quotes=[quote(speaker="Mara Venn", said_on="2024-05-14")],
    )
    got = lake.stranger.page(PATH, as_of="2024-06-01")
    assert (
        'attachment; filename="lake_north_as-of-2024-06-01.docx"'
        in got.headers["content-disposition"]
    )
    document = opened(lake, as_of="2024-06-01")
    assert document.paragraphs[0].style.name == "Title"
    assert headings(document) == [
        ("1", "Red lines"), ("1", "Overview"), ("1", "Issue by issue"), ("2", "Water"),
        ("3", "Water quota"), ("2", "Other issues"), ("3", "The dam"),
        ("1", "Sources of the quotes"),
    ]  # fmt: skip
    words = all_text(document)
    assert "prefers: 40 %, only if the dam stays closed" in words
    assert "Not yet looked." in words
    [spoken] = [p for p in document.paragraphs if p.style.name == "Quote"]
    assert spoken.text == f"“{WORDS}”"
    source = next(p for p in document.paragraphs if p.style.name == "Quote source")
    for part in ("Mara Venn, Minister, Northshore · said 14 May 2024", "Talks resume",
                 "https://news.example/lake", "http://testserver/quotes/1"):  # fmt: skip
        assert part in source.text, part
    [link] = source.hyperlinks
    assert link.address == "http://testserver/quotes/1"
    foot = document.sections[0].footer
    said = " ".join(p.text for p in foot.paragraphs)
    assert "As of 1 June 2024, as Parley knew it on" in said and "CC BY 4.0" in said
    assert "http://testserver/n/lake/parties/north?as_of=2024-06-01&known_at=" in said
    fields = [node.get(qn("w:instr")) for node in foot._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert "as of 1 June 2024" in document.sections[0].header.paragraphs[0].text
    for table in document.tables:
        head, *others = table.rows
        assert head._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in others)


def test_a_quote_that_is_shortened_says_so_and_where_all_of_it_is(lake: Lake) -> None:
    long = "water " * 600 + "end"
    source = lake.ada.source(text=f"They said: {long}.")["id"]
    lake.ada.state(quotes=[quote(long, source), quote(WORDS)])
    [cut, whole] = [p.text for p in opened(lake).paragraphs if p.style.name == "Quote source"]
    assert "shortened here, all of it is at http://testserver/quotes/" in cut
    assert "shortened" not in whole


def test_each_quote_has_its_language_and_direction(lake: Lake) -> None:
    number = lake.ada.source()["id"]
    lake.ada.state(
        quotes=[
            quote(UKRAINIAN, number, language="uk"),
            quote(ARABIC, number, language="ar", translation="We accept forty per cent"),
        ]
    )
    first, second, ours = (p for p in opened(lake).paragraphs if p.style.name == "Quote")
    [run] = first.runs
    assert run._r.rPr.find(qn("w:lang")).get(qn("w:val")) == "uk"
    assert first._p.pPr.find(qn("w:bidi")) is None
    [run] = second.runs
    assert run._r.rPr.find(qn("w:lang")).get(qn("w:bidi")) == "ar"
    assert run.font.rtl and second._p.pPr.find(qn("w:bidi")) is not None
    assert ours.text == "Our translation: We accept forty per cent"


def test_a_party_without_any_position_and_a_day_to_come(lake: Lake) -> None:
    for query in ({}, {"as_of": "2024-06-01"}, {"as_of": "2999-01-01"}):
        words = all_text(opened(lake, **query))
        assert "No red line of Northshore is on record, as of" in words
        assert "nobody has looked yet on 2" in words


def test_long_names_and_line_breaks(lake: Lake) -> None:
    name = " ".join(["Northshore"] * 90)
    lake.ada.patch("/parties/north", {"name": name})
    lake.ada.patch("/negotiations/lake", {"title": name})
    number = lake.ada.source()["id"]
    lake.ada.state(
        summary="One line\n\tand another", quotes=[quote(" ".join([WORDS] * 90), number)]
    )
    document = opened(lake)
    assert document.paragraphs[0].text == name
    assert len(document.core_properties.title) < 255
    assert "One line\n\tand another" in all_text(document)
    [spoken] = [p for p in document.paragraphs if p.style.name == "Quote"]
    assert len(spoken.text) < 3_010 and spoken.text.endswith("…”")


def test_nothing_of_a_source_but_its_quotes_and_no_draft(lake: Lake) -> None:
    lake.ada.state(quotes=[quote("forty per cent")])
    lake.ada.draft(stated_on="2024-05-20", quotes=[quote(OTHER_WORDS)])
    got = lake.ada.page(PATH)
    with zipfile.ZipFile(io.BytesIO(got.content)) as parts:
        whole = b"".join(parts.read(name) for name in parts.namelist()).decode("utf-8", "replace")
    assert "forty per cent" in whole and OTHER_WORDS not in whole
    around = TEXT.partition("forty per cent")
    assert around[0][-12:] not in whole and around[2][:12] not in whole


def test_a_passage_that_is_quoted_above_is_only_named(lake: Lake) -> None:
    lake.ada.state(firmness="red_line")
    document = opened(lake)
    assert sum(p.style.name == "Quote" for p in document.paragraphs) == 1
    assert f"Quoted above: “{WORDS}”" in all_text(document)


def test_a_redacted_quote_leaves_its_reason(lake: Lake) -> None:
    lake.ada.state()
    body = {"what": "quote", "number": "1", "version": "", "reason": "Court order"}
    body["confirmed"] = "yes"
    got = lake.root.browse("POST", "/admin/redactions", data=body)
    assert got.status_code == 303, got.text[:500]
    words = all_text(opened(lake))
    assert WORDS not in words and "was redacted: Court order" in words


def test_it_stays_the_same_and_need_not_be_sent_again(lake: Lake) -> None:
    lake.ada.state()
    known_at = lake.ada.known_now()
    pins = {"as_of": "2024-06-01", "known_at": known_at}
    first = lake.stranger.page(PATH, **pins)
    with zipfile.ZipFile(io.BytesIO(first.content)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
    assert lake.stranger.page(PATH, **pins).content == first.content
    words = all_text(opened(lake, **pins))
    lake.ada.correct(1, summary="Otherwise", firmness="open")
    again = opened(lake, **pins)
    assert "1 of these positions has been corrected or retracted since." in all_text(again)
    assert words in all_text(again).replace(
        "1 of these positions has been corrected or retracted since.\n", ""
    )
    assert "Otherwise" in all_text(opened(lake))
    now = lake.stranger.page(PATH)
    etag = now.headers["etag"]
    assert etag != first.headers["etag"]
    kept = lake.stranger.client.get(PATH, headers={"If-None-Match": etag})
    assert kept.status_code == 304


def test_what_is_refused(lake: Lake) -> None:
    for query in ("zebra=1", "as_of=2024-13-01", "cursor=x", "since=2024-01-01",
                  "known_at=2999-01-01T00:00:00Z"):  # fmt: skip
        assert lake.stranger.page(f"{PATH}?{query}").status_code == 422, query
    for path in (PATH.replace("north", "nobody"), PATH.replace("lake", "sea")):
        assert lake.stranger.page(path).status_code == 404
    assert is_dear(PATH, b"", signed_in=True)


def test_a_long_one_comes_in_parts(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.dossier.document_pages.MOST_ISSUES", 1)
    lake.ada.state(firmness="red_line")
    first = lake.stranger.page(PATH)
    following = first.links["next"]["url"]
    assert "This is a part: issues 1 to 1 of 2. The next part: http://testserver/n/" in all_text(
        Document(io.BytesIO(first.content))
    )
    got = lake.stranger.page(following)
    second = Document(io.BytesIO(got.content))
    assert ("2", "The dam") in headings(second) and "link" not in got.headers
    assert "They are listed in the first part" in all_text(second)


def test_it_costs_the_same_whatever_is_stored(lake: Lake) -> None:
    counts = []
    for issue in ("quota", "dam"):
        lake.ada.state("north", issue)
        with statements(lake.app.state.engine) as sent:
            lake.stranger.page(PATH)
        counts.append(len(sent))
    assert counts[1] <= counts[0] <= 16, counts
