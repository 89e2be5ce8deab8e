"""Test a party's dossier over HTTP: what it says, to whom, for which day, and in which parts."""

import io
import re
from typing import Any

import pytest
from docx import Document
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import OTHER_WORDS, TWICE, WORDS, quote
from tests.support.fixtures import Lake

PAGE = "/n/lake/parties/north"
NONE = "No red line of Northshore is on record, as of"
SECRET = "Nobody else sees this"
UKRAINIAN = "Ми приймаємо сорок відсотків"
ARABIC = "نقبل أربعين في المئة"


def tree(lake: Lake, path: str = PAGE, **query: Any) -> LexborHTMLParser:
    """Return a page as a stranger reads it."""
    got = lake.stranger.page(path, **query)
    assert got.status_code == 200, got.text[:300]
    return LexborHTMLParser(got.text)


def said(found: Any) -> str:
    """Return the words of an element."""
    return re.sub(r" ([.,;:])", r"\1", " ".join(found.text(separator=" ").split()))


def red_lines(lake: Lake, **query: Any) -> str:
    """Return what the section of red lines says."""
    return said(tree(lake, **query).css_first("#red-lines"))


def test_a_party_that_has_said_nothing(lake: Lake) -> None:
    lake.ada.post(
        "/negotiations/lake/looks", {"party": "north", "issue": "dam", "looked_on": "2024-06-01"}
    )
    page = tree(lake, as_of="2024-06-01")
    assert f"{NONE} 1 June 2024." in said(page.css_first("#red-lines"))
    words = said(page.css_first("main"))
    assert "As of 1 June 2024: 0 positions on 2 issues" in words
    assert "on 1 nothing was found; on 1 nobody has looked yet" in words
    assert [said(row) for row in page.css(".stand.quiet")] == [
        "Water quota not yet looked",
        "The dam nothing found · searched 1 June 2024",
    ]


def test_a_red_line_comes_first_and_its_passage_is_printed_once(lake: Lake) -> None:
    lake.ada.state(firmness="preference", attitudes={"q20": "prefers"}, stated_on="2024-05-01")
    lake.ada.state(
        firmness="red_line",
        conditions={"q40": "the dam stays closed"},
        quotes=[quote(speaker="Mara Venn"), quote(TWICE, prefix="again: “")],
    )
    page = tree(lake, as_of="2024-06-01")
    first, second = page.css("section:has(.rows)")
    assert "only if the dam stays closed" in said(first)
    assert sum(WORDS in said(figure) for figure in page.css("figure")) == 1
    [figure] = first.css("figure")
    assert figure.attributes["id"] == "quote-2"
    caption = said(figure.css_first("figcaption"))
    for words in ("Mara Venn", "Minister", "Talks resume", "14 May 2024"):
        assert words in caption
    again = second.css_first(".again a")
    assert again.attributes["href"] == "#quote-2" and WORDS[:40] in said(again)
    assert TWICE in said(second.css_first("figure"))


def test_how_the_party_moved(lake: Lake) -> None:
    lake.ada.state(firmness="demand", attitudes={"q20": "prefers"}, stated_on="2024-03")
    lake.ada.state(stated_on="2024-05-14")
    page = tree(lake, as_of="2024-06-01")
    before = page.css_first("#on-quota .before")
    assert said(before).startswith("Before: 20 %, demand, March 2024. Moved from rank 1 to 3 on")
    assert before.css_first("a").attributes["href"] == "/positions/1"
    assert "2 positions over time" in said(before)
    early = tree(lake, as_of="2024-04-01").css_first("#on-quota .before")
    assert said(early) == "The first position on record."


@pytest.mark.parametrize(
    ("change", "as_of"),
    [
        ({"act": "withdraws", "attitudes": {}, "stated_on": "2024-05-20"}, "2024-06-01"),
        ({"firmness": "open", "stated_on": "2024-05-20"}, "2024-06-01"),
        ({"status": "draft", "firmness": "red_line", "stated_on": "2024-05-20"}, "2024-05-01"),
    ],
    ids=["given up", "softened", "not yet said"],
)
def test_what_is_no_red_line_on_that_day(lake: Lake, change: dict[str, Any], as_of: str) -> None:
    lake.ada.state(firmness="red_line", stated_on="2024-05-14")
    lake.ada.state(**{"firmness": "red_line", **change})
    assert NONE in red_lines(lake, as_of=as_of)


def test_a_retracted_red_line_is_gone_and_a_pinned_view_keeps_it(lake: Lake) -> None:
    lake.ada.state(firmness="red_line")
    before = lake.ada.known_now()
    lake.ada.retract(1)
    assert NONE in red_lines(lake)
    assert NONE in red_lines(lake, as_of="2999-01-01")
    pinned = tree(lake, as_of="2024-06-01", known_at=before)
    assert WORDS in said(pinned.css_first("#red-lines"))
    assert "1 of these positions has been corrected or retracted since" in said(
        pinned.css_first(".pinned")
    )


def test_drafts_are_in_no_dossier_whoever_asks(lake: Lake) -> None:
    lake.ada.draft(firmness="red_line", summary=SECRET, quotes=[quote(OTHER_WORDS)])
    for desk in (lake.stranger, lake.ada):
        for path in (PAGE, "/n/lake/issues/quota", "/parties/north"):
            page = desk.page(path).text
            assert SECRET not in page and OTHER_WORDS not in page
    assert "No position on record by that day." in said(tree(lake, "/parties/north").body)


def test_what_another_party_says_has_its_name(lake: Lake) -> None:
    lake.ada.state(firmness="red_line", quotes=[quote(OTHER_WORDS, speaker="Tol Ibarra")])
    assert "according to Southshore" in red_lines(lake)
    lake.ada.state(stated_on="2024-05-20", quotes=[quote(speaker="Mara Venn")])
    before = said(tree(lake).css_first("#on-quota .before"))
    assert "according to Southshore. In its own words since 20 May 2024." in before


def test_scripts_have_their_language_and_direction(lake: Lake) -> None:
    number = lake.ada.source()["id"]
    lake.ada.state(
        quotes=[
            quote(UKRAINIAN, number, language="uk"),
            quote(ARABIC, number, language="ar", translation="We accept forty per cent"),
        ]
    )
    for path in (PAGE, "/positions/1"):
        spoken = tree(lake, path).css("blockquote")
        assert [node.attributes["lang"] for node in spoken] == ["uk", "ar"]
        assert [node.css_first("p").attributes["dir"] for node in spoken] == ["auto", "auto"]


def test_a_merged_party_leads_to_the_other(lake: Lake) -> None:
    lake.ada.party("delta", "lake")
    path = "/n/lake/code-book/parties/delta/merge"
    form = lake.ada.page(f"{path}?into=north").text
    fields = {
        str(node.attributes["name"]): node.attributes.get("value") or ""
        for node in LexborHTMLParser(form).css("form input[name]")
    }
    merged = lake.ada.browse("POST", path, data=fields | {"into": "north", "reason": "One party"})
    assert merged.status_code == 303, merged.text[:500]
    page = tree(lake, "/n/lake/parties/delta")
    assert page.css_first("[data-recoded-as]").attributes["href"] == PAGE
    assert page.css_first("#red-lines") is None
    sent = lake.stranger.page("/n/lake/parties/delta/dossier.docx")
    document = Document(io.BytesIO(sent.content))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[-1] == "Delta is now part of Northshore: its positions are there."
    everywhere = said(tree(lake, "/parties/delta").css_first(".negotiations"))
    assert "Recorded as Northshore" in everywhere


def test_a_long_dossier_comes_in_parts_of_one_state(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.dossier.pages.ISSUES_A_PAGE", 1)
    lake.ada.state(firmness="red_line")
    lake.ada.state("north", "dam")
    first = tree(lake)
    assert [node.attributes["id"] for node in first.css("li[id^=on-]")] == ["on-quota"]
    assert "Issues 1 to 1 of 2." in said(first.css_first(".parts"))
    link = str(first.css_first("a[rel=next]").attributes["href"])
    assert "as_of=" in link and "known_at=" in link
    lake.ada.state(stated_on="2024-05-20", attitudes={"q20": "prefers"}, firmness="open")
    second = tree(lake, link)
    assert [node.attributes["id"] for node in second.css("li[id^=on-]")] == ["on-dam"]
    assert "1 red line is listed in the first part" in said(second.css_first("#red-lines"))
    back = tree(lake, str(second.css_first("a[rel=prev]").attributes["href"]))
    assert WORDS in said(back.css_first("#red-lines"))
    for cursor in ("x", "W10", "WyJpc3N1ZSJd"):
        assert lake.stranger.page(PAGE, cursor=cursor).status_code == 422


def test_a_party_in_three_negotiations(lake: Lake) -> None:
    lake.ada.state(firmness="red_line")
    for slug in ("river", "delta"):
        lake.ada.post("/negotiations", {"slug": slug, "title": f"{slug.title()} talks"})
        lake.ada.post(f"/negotiations/{slug}/parties", {"party": "north", "role": "observer"})
    page = tree(lake, "/parties/north")
    rows = [said(row) for row in page.css(".negotiations .rows > li")]
    assert rows == [
        "Lake treaty Principal, needed for a deal. 1 position, 1 red line; the newest 14 May 2024.",
        "River talks Observer, not needed for a deal. No position on record by that day.",
        "Delta talks Observer, not needed for a deal. No position on record by that day.",
    ]
    links = {node.attributes["href"] for node in page.css(".negotiations h3 a")}
    assert links == {f"/n/{slug}/parties/north" for slug in ("lake", "river", "delta")}
    assert tree(lake).css_first('.crumb a[href="/parties/north"]')
    early = tree(lake, "/parties/north", as_of="2024-05-01")
    assert "No position on record" in said(early.css(".negotiations .rows > li")[0])
    assert lake.stranger.page("/parties/nobody").status_code == 404
    assert lake.stranger.page("/parties/north", as_of="2024-13-01").status_code == 422


def test_very_many_negotiations_come_in_parts(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.ada.post("/negotiations", {"slug": "river", "title": "River talks"})
    lake.ada.post("/negotiations/river/parties", {"party": "north"})
    monkeypatch.setattr("app.dossier.seats.SEATS_A_PAGE", 1)
    first = tree(lake, "/parties/north")
    assert len(first.css(".negotiations .rows > li")) == 1
    second = tree(lake, str(first.css_first("a[rel=next]").attributes["href"]))
    assert "River talks" in said(second.css_first(".negotiations .rows"))
    assert second.css_first("a[rel=next]") is None


def test_each_party_has_its_path_along_the_scale(lake: Lake) -> None:
    lake.ada.state(attitudes={"q20": "prefers"}, stated_on="2024-03-01")
    lake.ada.state(stated_on="2024-05-14", conditions={"q40": "the dam stays closed"})
    lake.ada.state("north", "dam")
    [path] = tree(lake, "/n/lake/issues/quota", as_of="2024-06-01").css(".paths > li")
    steps = path.css(".passed a")
    assert [node.attributes["href"] for node in steps] == ["/positions/1", "/positions/2"]
    assert [said(node) for node in steps] == [
        "1 March 2024: 20 %",
        "14 May 2024: 40 %, only if the dam stays closed",
    ]
    assert [node.attributes["class"] for node in path.css("circle")] == ["first", "now"]
    [early] = tree(lake, "/n/lake/issues/quota", as_of="2024-04-01").css(".paths > li")
    assert len(early.css(".passed a")) == 1
    assert not tree(lake, "/n/lake/issues/dam").css(".paths")


def test_an_issue_of_many_parties_comes_in_parts(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.dossier.issue_pages.PARTIES_A_PAGE", 2)
    lake.ada.state("council", "quota", attitudes={"q30": "prefers"})
    first = tree(lake, "/n/lake/issues/quota")
    assert "Parties 1 to 2 of 3 are shown" in said(first.css_first(".counted"))
    assert "q30" not in said(first.css_first(".section")) and not first.css(".paths")
    second = tree(lake, str(first.css_first("a[rel=next]").attributes["href"]))
    assert "Basin Council" in said(second.css_first(".paths"))
    embedded = lake.stranger.page("/n/lake/issues/quota", embed=1).text
    assert "Parties 1 to 2 of 3" in embedded
