"""Test the Atom feed: an entry for each public version, newest first, equal for all readers."""

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qs

from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import quote
from tests.support.fixtures import Lake

NS = "{http://www.w3.org/2005/Atom}"


def feed(lake: Lake, **query: Any) -> ET.Element:
    got = lake.stranger.page("/n/lake/feed.atom", **query)
    assert got.status_code == 200, got.text
    assert got.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(got.content)  # noqa: S314  (our own)


def entries(root: ET.Element) -> list[dict[str, str]]:
    made = []
    for entry in root.findall(f"{NS}entry"):
        fields = {
            tag: entry.findtext(f"{NS}{tag}") or ""
            for tag in ("title", "id", "updated", "published", "summary")
        }
        link = entry.find(f"{NS}link")
        assert link is not None
        made.append(fields | {"link": link.attrib["href"]})
    return made


def test_an_entry_for_each_public_version_newest_first(lake: Lake) -> None:
    first = lake.ada.state(summary="Forty & no less")
    lake.ada.correct(first["id"], summary="Forty <b>")
    lake.ada.retract(first["id"], reason="not said")
    other = lake.ada.state("south", "dam", attitudes={"open": "prefers"}, summary=None)
    got = entries(feed(lake))
    assert [e["title"] for e in got] == [
        "Southshore on The dam: prefers Open",
        "Retracted: Northshore on Water quota: Forty <b>",
        "Corrected: Northshore on Water quota: Forty <b>",
        "Northshore on Water quota: Forty & no less",
    ]
    assert got[0]["link"] == f"http://testserver/positions/{other['id']}/versions/1"
    assert "<p>Reason: not said</p>" in got[1]["summary"]
    assert "We accept forty per cent" in got[3]["summary"]
    assert [e["updated"] for e in got] == sorted((e["updated"] for e in got), reverse=True)
    assert len({e["id"] for e in got}) == 4 and all(e["id"].startswith("urn:uuid:") for e in got)


def test_an_entry_names_the_move_unless_its_order_is_uncertain(lake: Lake) -> None:
    said_by_south = [quote(speaker={"name": "Tol Ibarra", "party": "south"})]
    lake.ada.state(stated_on="2024-04-01", summary="hearsay", quotes=said_by_south)
    lake.ada.state(stated_on="2024-04-20", summary="own words")
    lake.ada.state(
        stated_on="2024-04-10", summary="found later, said before", attitudes={"q20": "prefers"}
    )
    lake.ada.state(stated_on="2024-05-02", summary="firm", firmness="red_line")
    lake.ada.state(stated_on="2024-05-13", summary="thirty", attitudes={"q30": "prefers"})
    lake.ada.state(stated_on="2024-05", summary="in May")
    got = entries(feed(lake, party="north"))
    assert [e["title"].removeprefix("Northshore on Water quota") for e in got] == [
        ": in May",  # was never current
        ", perhaps moved: thirty",
        ", perhaps restated: firm",
        ": found later, said before",
        ", moved: own words",
        ", according to Southshore: hearsay",
    ]
    assert "New: no earlier position" in got[3]["summary"]
    assert "the dates do not show which position is the newest" in got[1]["summary"]


def test_entries_keep_their_ids_and_drafts_have_none(lake: Lake) -> None:
    position = lake.ada.draft(summary="sturgeon")
    assert entries(feed(lake)) == []
    lake.ada.patch(f"/positions/{position['id']}", {"status": "published", "summary": "perch"})
    [one] = entries(feed(lake))
    assert one["title"].endswith("perch")
    lake.ada.state("south")
    assert one["id"] in {e["id"] for e in entries(feed(lake))}


def test_it_may_be_of_a_party_or_an_issue_and_of_an_instant(lake: Lake) -> None:
    lake.ada.state()
    instant = lake.ada.known_now()
    lake.ada.state("south", "dam", attitudes={"open": "prefers"})
    assert [e["title"].split(" on ")[0] for e in entries(feed(lake, party="south"))] == [
        "Southshore"
    ]
    assert [e["title"].split(":")[0] for e in entries(feed(lake, issue="quota"))] == [
        "Northshore on Water quota"
    ]
    assert len(entries(feed(lake, known_at=instant))) == 1
    whole, part = feed(lake), feed(lake, party="south")
    assert whole.findtext(f"{NS}id") != part.findtext(f"{NS}id")
    assert (
        part.find(f"{NS}link[@rel='self']").attrib["href"]
        == "http://testserver/n/lake/feed.atom?party=south"
    )


def test_what_it_does_not_know_is_refused(lake: Lake) -> None:
    for query in ({"firmness": "red_line"}, {"party": "nobody"}, {"known_at": "never"}):
        assert lake.stranger.page("/n/lake/feed.atom", **query).status_code == 422
    assert lake.stranger.page("/n/nowhere/feed.atom").status_code == 404


def test_who_has_it_gets_304_also_while_it_is_empty(lake: Lake) -> None:
    for _ in range(2):
        etag = lake.stranger.page("/n/lake/feed.atom").headers["etag"]
        again = lake.stranger.client.get("/n/lake/feed.atom", headers={"If-None-Match": etag})
        assert again.status_code == 304
        lake.ada.state()


def test_what_xml_cannot_hold_is_replaced(lake: Lake) -> None:
    lake.ada.state(summary="a\ufffeb\x85c", quotes=[quote()])
    assert entries(feed(lake))[0]["title"].endswith("a\ufffdb\x85c")


def test_pages_tell_of_it(lake: Lake) -> None:
    lake.ada.state()
    for path in ("/n/lake", "/n/lake/about", "/n/lake/parties/north", "/positions/1"):
        found = LexborHTMLParser(lake.stranger.page(path).text).css_first(
            "link[type='application/atom+xml']"
        )
        assert found.attributes["href"] == "/n/lake/feed.atom"


FILTERS = {
    "only=moves": 3,
    "kind=hardened": 2,
    "kind=hardened&kind=moved": 3,
    "option=quota/q30": 2,  # the correction, and the move away from it
    "option=quota/q40": 4,
    "q=hard": 1,
    "q=nowhere": 0,
    "q=most&only=moves": 0,
    "q=hard&only=moves": 1,
    "party=south&only=moves": 0,
}


def test_filters_of_moves_options_and_words(lake: Lake) -> None:
    """Moves are counted with each correction, which is never called a move."""
    first = lake.ada.state(firmness="preference", summary="forty at most")
    lake.ada.state(stated_on="2024-05-20", firmness="preference", summary="again")
    lake.ada.state(stated_on="2024-05-21", firmness="red_line", summary="hard")
    lake.ada.correct(first["id"], summary="forty", attitudes={"q40": "accepts", "q30": "prefers"})
    found = {asked: len(entries(feed(lake, **parse_qs(asked)))) for asked in FILTERS}
    assert found == FILTERS, [e["title"] for e in entries(feed(lake))]


def test_a_quote_says_whose_words_it_has_and_whether_they_were_checked(lake: Lake) -> None:
    away = lake.ada.source(url="https://news.example/away", title="Away", text=None)["id"]
    reported = quote("every farmer", away, speaker="Tol Ibarra", kind="reported")
    lake.ada.state(quotes=[quote("forty per cent", speaker="Mara Venn"), reported])
    [entry] = entries(feed(lake))
    own, report = entry["summary"].split("<blockquote>")[1:]
    assert "Mara Venn" in own
    assert "report" not in own
    assert "not checked" not in own
    assert "Tol Ibarra" in report
    assert "the source’s report, not the speaker’s own words" in report
    assert "(not checked: the source’s text is not saved)" in report
